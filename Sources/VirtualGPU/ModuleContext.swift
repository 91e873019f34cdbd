import PTX

/// What the functions of a module share: the layout of shared memory and of parameters, and the C names of things.
struct ModuleContext {
  let module: PTXModule
  let options: TranslationOptions
  /// Offsets of shared variables at module scope; unsized ones start where a kernel's static ones end.
  private var sharedModule: [String: (offset: Int, isUnsized: Bool)] = [:]
  private(set) var sharedModuleBytes = 0
  /// Where this function's own shared variables lie, by function and variable.
  private var sharedLocal: [String: [String: (offset: Int, isUnsized: Bool)]] = [:]
  private var sharedEnd: [String: Int] = [:]
  private let variables: Set<String>
  private let functions: Set<String>
  private let names: [String: String]
  /// The number that this function's first block has among all of the module's.
  var blockBase = 0

  init(_ module: PTXModule, options: TranslationOptions) {
    self.module = module
    self.options = options
    variables = Set(module.variables.filter { $0.space == .global || $0.space == .const }.map(\.name))
    functions = Set(module.functions.filter { !$0.isDeclaration }.map(\.name))
    var names: [String: String] = [:]
    for (index, function) in module.functions.enumerated() {
      names[function.name] = "F\(index)_" + Self.clean(String(function.name.prefix(60)))
    }
    self.names = names
    var end = 0
    for variable in module.variables where variable.space == .shared && !Self.isUnsized(variable) {
      end = Self.aligned(end, variable)
      sharedModule[variable.name] = (end, false)
      end += variable.byteCount
    }
    for variable in module.variables where variable.space == .shared && Self.isUnsized(variable) {
      sharedModule[variable.name] = (0, true)
    }
    sharedModuleBytes = end
    // Functions that kernels call share one layout behind the module's: each has its own place.
    for function in module.functions where !function.isEntry {
      end = layOut(function, from: end)
    }
    for function in module.functions where function.isEntry {
      sharedEnd[function.name] = layOut(function, from: end)
    }
  }

  private mutating func layOut(_ function: Function, from start: Int) -> Int {
    var end = start
    var places: [String: (offset: Int, isUnsized: Bool)] = [:]
    for variable in function.localVariables where variable.space == .shared {
      if Self.isUnsized(variable) {
        places[variable.name] = (0, true)
        continue
      }
      end = Self.aligned(end, variable)
      places[variable.name] = (end, false)
      end += variable.byteCount
    }
    sharedLocal[function.name] = places
    return end
  }

  private static func isUnsized(_ variable: Variable) -> Bool { variable.dimensions.contains(0) }

  private static func aligned(_ offset: Int, _ variable: Variable) -> Int {
    let alignment = max(variable.alignment, 1)
    return (offset + alignment - 1) / alignment * alignment
  }

  // MARK: Shared memory

  /// The bytes of a kernel's static shared variables.
  func staticSharedBytes(_ kernel: Function) -> Int { sharedEnd[kernel.name] ?? sharedModuleBytes }

  /// Where dynamic shared memory starts.
  func dynamicSharedStart(_ function: Function) -> Int { (staticSharedBytes(function) + 15) / 16 * 16 }

  /// The offset of a shared variable, or nil if it is none. In functions that kernels call, unsized variables are at the
  /// end of whichever kernel runs.
  func sharedOffset(_ name: String, in function: Function) -> String? {
    guard let place = sharedLocal[function.name]?[name] ?? sharedModule[name] else { return nil }
    guard place.isUnsized else { return "\(place.offset)" }
    return function.isEntry
      ? "\(dynamicSharedStart(function))" : "(uint64_t)((w->kernel->static_shared_bytes + 15) / 16 * 16)"
  }

  // MARK: Parameters

  /// Where a kernel's parameter lies in the packed parameters.
  func parameterOffset(_ function: Function, _ index: Int) -> Int {
    var offset = 0
    for (number, parameter) in function.parameters.enumerated() {
      let alignment = max(parameter.alignment, 1)
      offset = (offset + alignment - 1) / alignment * alignment
      if number == index { return offset }
      offset += parameter.byteCount
    }
    return offset
  }

  // MARK: Names

  func isFunction(_ name: String) -> Bool { functions.contains(name) }
  func cName(_ function: String) -> String { names[function] ?? "F_" + Self.clean(function) }
  func variableName(_ name: String) -> String? { variables.contains(name) ? "V_" + Self.clean(name) : nil }

  /// A name as C takes it; what C does not take becomes its number, so that no two names fall together.
  static func clean(_ name: String) -> String {
    name.unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
        ? String(scalar) : "_\(String(scalar.value, radix: 16))_"
    }.joined()
  }
}
