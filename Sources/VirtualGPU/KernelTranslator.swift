public import PTX

/// What generated kernels watch and count while they run.
public struct TranslationOptions: Sendable, Hashable {
  /// Look at every access: bounds, alignment, memory that nobody wrote.
  public var checksMemory: Bool
  /// Look for accesses that no barrier orders.
  public var checksRaces: Bool
  /// Count instructions, sectors and bank conflicts.
  public var counts: Bool

  /// Makes options.
  public init(checksMemory: Bool = true, checksRaces: Bool = true, counts: Bool = true) {
    self.checksMemory = checksMemory
    self.checksRaces = checksRaces
    self.counts = counts
  }
}

/// A module's kernels as C.
public struct KernelTranslation: Sendable {
  /// A kernel of the module.
  public struct Kernel: Sendable, Hashable {
    /// Its name in the PTX.
    public var name: String
    /// What could not be translated, in a sentence; a launch is refused then.
    public var unsupported: String?
    /// The bytes of its static shared variables.
    public var staticSharedBytes: Int
  }

  /// The C source; it includes `vgpu.h`.
  public var source: String
  /// The kernels, in the module's order.
  public var kernels: [Kernel]
  /// The places that findings and counters name by number.
  public var sites: [SiteTable.Site]
  /// What each basic block of the module consists of, in the order of the counters.
  public var blocks: [[InstructionKind: Int]]
}

/// Translates PTX to C that runs a warp's 32 lanes as one vector.
public enum KernelTranslator {
  /// Translates a module.
  ///
  /// A kernel with an instruction that is not known stays in the module, and its launch is refused by name.
  ///
  /// - Complexity: linear in the instructions, but for the analysis of control flow, which is O(blocks × divergent branches).
  public static func translate(_ module: PTXModule, options: TranslationOptions = TranslationOptions())
    throws(TranslationError)
    -> KernelTranslation
  {
    var context = ModuleContext(module, options: options)
    let sites = SiteTable(files: module.files)
    let batches = BatchTable()
    var bodies: [String] = []
    var prototypes: [String] = []
    var descriptors: [String] = []
    var kernels: [KernelTranslation.Kernel] = []
    var blocks: [[InstructionKind: Int]] = []
    var failures: [String: String] = [:]
    var flags: [String: Int] = [:]

    let defined = module.functions.filter { !$0.isDeclaration }
    let callees = calls(defined)
    for function in defined {
      context.blockBase = blocks.count
      let name = context.cName(function.name)
      do {
        var translator = try FunctionTranslator(function, context: context, sites: sites, batches: batches)
        do throws(FunctionTranslator.Unsupported) {
          bodies.append(try translator.translate().joined(separator: "\n"))
          blocks += translator.instructionCounts
          flags[function.name] = (translator.isOrderSensitive ? 1 : 0) | (translator.mayWait ? 2 : 0)
        } catch {
          failures[function.name] = error.sentence
        }
      } catch {
        failures[function.name] = error.message
      }
      if failures[function.name] != nil {
        // Its callers name it; nothing calls it.
        bodies.append(
          function.isEntry
            ? "static void \(name)(vgpu_warp *w) { (void)w; }"
            : "static void \(name)(vgpu_warp *w, uint32_t m, uint8_t *const *arguments) { (void)m; (void)arguments; vgpu_abort(w, 801); }"
        )
      }
      prototypes.append(
        function.isEntry
          ? "static void \(name)(vgpu_warp *);"
          : "static void \(name)(vgpu_warp *, uint32_t, uint8_t *const *) __attribute__((unused));")
    }
    let anyFrame = defined.contains { !$0.isEntry && $0.localVariables.contains { $0.space == .local } }
    for function in defined where function.isEntry {
      let reached = reach(function.name, callees)
      let failure = reached.lazy.compactMap { failures[$0] }.first
      kernels.append(
        KernelTranslation.Kernel(
          name: function.name, unsupported: failure, staticSharedBytes: context.staticSharedBytes(function)))
      let flag = reached.reduce(0) { $0 | (flags[$1] ?? 0) }
      descriptors.append(descriptor(function, context, failure, flag, anyFrame))
    }

    var text = "#define VGPU_CHECK_MEMORY \(options.checksMemory ? 1 : 0)\n"
    text += "#define VGPU_CHECK_RACES \(options.checksRaces ? 1 : 0)\n"
    text += "#define VGPU_COUNT \(options.counts ? 1 : 0)\n"
    text += "#include \"vgpu.h\"\n"
    let (variables, variableTable) = ModuleVariables.source(context)
    text += batches.source
    text += variables + prototypes.joined(separator: "\n") + "\n" + bodies.joined(separator: "\n") + "\n"
    text += ModuleVariables.relocations(context)
    text += siteTable(sites)
    text += "static vgpu_kernel_counts counts[\(max(kernels.count, 1))];\n"
    for (index, function) in defined.filter(\.isEntry).enumerated() {
      text += parameterTable(function, index, context)
    }
    text += "static const vgpu_kernel kernels[] = {\n"
    for (index, descriptor) in descriptors.enumerated() {
      text += descriptor.replacingPlaceholder(
        index: index, sites: sites.sites.count, blocks: blocks.count, batches: batches.batches.count)
    }
    text += kernels.isEmpty ? "{0}\n};\n" : "};\n"
    text += variableTable
    text +=
      "static const vgpu_module module = {kernels, \(kernels.count), variables, \(ModuleVariables.count(context)), relocations, sizeof relocations / sizeof *relocations - 1};\n"
    text += "__attribute__((constructor)) static void register_module(void) { vgpu_register_module(&module); }\n"
    return KernelTranslation(source: text, kernels: kernels, sites: sites.sites, blocks: blocks)
  }

  // MARK: Calls

  /// The functions that each function may call; through a pointer it may be any whose address is taken, that is any.
  private static func calls(_ functions: [Function]) -> [String: Set<String>] {
    let names = Set(functions.filter { !$0.isEntry }.map(\.name))
    var calls: [String: Set<String>] = [:]
    for function in functions {
      var called: Set<String> = []
      for instruction in function.instructions where instruction.opcode == "call" {
        var isKnown = false
        for operand in instruction.operands {
          switch operand {
          case .symbol(let name, _), .label(let name):
            if names.contains(name) {
              called.insert(name)
              isKnown = true
            } else if ["vprintf", "malloc", "free", "__assertfail"].contains(name) {
              isKnown = true
            }
          default: break
          }
        }
        if !isKnown { called.formUnion(names) }
      }
      calls[function.name] = called
    }
    return calls
  }

  private static func reach(_ start: String, _ calls: [String: Set<String>]) -> [String] {
    var seen: [String] = []
    var work = [start]
    while let name = work.popLast() {
      guard !seen.contains(name) else { continue }
      seen.append(name)
      work += (calls[name] ?? []).sorted()
    }
    return seen
  }

  // MARK: Tables

  private static func descriptor(
    _ function: Function, _ context: ModuleContext, _ failure: String?, _ flags: Int, _ anyFrame: Bool
  ) -> String {
    let count = function.parameters.count
    let bytes = count == 0 ? 0 : context.parameterOffset(function, count - 1) + function.parameters[count - 1].byteCount
    let frame = function.localVariables.filter { $0.space == .local }.reduce(0) {
      $0 + $1.byteCount + max($1.alignment, 1)
    }
    let limit =
      [function.directives.maxntid, function.directives.reqntid].first { !$0.isEmpty }?.reduce(1, *) ?? 1024
    return """
      {.name = \(cString(function.name)), .entry = \(context.cName(function.name)), .parameters = parameters_%I, .parameter_count = \(count), \
      .parameter_bytes = \(bytes), .static_shared_bytes = \(context.staticSharedBytes(function)), \
      .local_bytes = \(max(frame, anyFrame ? 16 : 0)), .max_threads = \(limit), .registers = 0, .flags = \(flags), \
      .unsupported = \(failure.map(cString) ?? "0"), .sites = sites, .site_count = %S, .block_count = %B, .batches = batches, .batch_count = %L, .counts = &counts[%I]},

      """
  }

  private static func parameterTable(_ function: Function, _ index: Int, _ context: ModuleContext) -> String {
    let rows = function.parameters.enumerated().map { number, parameter in
      "{\(context.parameterOffset(function, number)), \(parameter.byteCount)}"
    }
    return "static const vgpu_parameter parameters_\(index)[] = {\((rows + ["{0, 0}"]).joined(separator: ", "))};\n"
  }

  private static func siteTable(_ table: SiteTable) -> String {
    "static const vgpu_site sites[] = {\n"
      + table.sites.map { "{\(cString($0.file)), \($0.line), \($0.ptxLine)}," }.joined(separator: "\n")
      + "\n{\"\", 0, 0}};\n"
  }

  /// A text as a C string.
  static func cString(_ text: String) -> String {
    var out = "\""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out += "\\\""
      case UInt8(ascii: "\\"): out += "\\\\"
      case UInt8(ascii: "?"): out += "\\?"
      case 0x20..<0x7f: out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        // Three octal digits end by themselves.
        let digits = String(byte, radix: 8)
        out += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
    return out + "\""
  }
}

extension String {
  fileprivate func replacingPlaceholder(index: Int, sites: Int, blocks: Int, batches: Int) -> String {
    var out = ""
    var rest = self[...]
    while let at = rest.firstIndex(of: "%") {
      out += rest[..<at]
      let after = rest.index(after: at)
      switch rest[after] {
      case "I": out += "\(index)"
      case "S": out += "\(sites)"
      case "B": out += "\(blocks)"
      case "L": out += "\(batches)"
      default: out += "%" + String(rest[after])
      }
      rest = rest[rest.index(after: after)...]
    }
    return out + rest
  }
}
