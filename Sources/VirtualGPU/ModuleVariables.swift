import PTX

/// A module's global and constant variables in C: their initial bytes, and the places for their addresses.
enum ModuleVariables {
  private static func stored(_ context: ModuleContext) -> [Variable] {
    context.module.variables.filter { $0.space == .global || $0.space == .const }
  }

  static func count(_ context: ModuleContext) -> Int { stored(context).count }

  /// The declarations that functions need, and the table that goes to the end.
  static func source(_ context: ModuleContext) -> (declarations: String, table: String) {
    var declarations = ""
    var table = "static const vgpu_variable variables[] = {\n"
    for (index, variable) in stored(context).enumerated() {
      let name = context.variableName(variable.name) ?? "V"
      declarations += "static uint8_t *\(name);\n"
      let bytes = initialBytes(variable)
      if !bytes.isEmpty {
        declarations +=
          "static const uint8_t initial_\(index)[] = {\(bytes.map { String($0) }.joined(separator: ","))};\n"
      }
      table +=
        "{\(KernelTranslator.cString(variable.name)), &\(name), \(max(variable.byteCount, 1)), \(max(variable.alignment, 1)), \(bytes.isEmpty ? "0" : "initial_\(index)"), \(bytes.count), \(variable.space == .const ? 1 : 0)},\n"
    }
    return (declarations, table + "{0}};\n")
  }

  /// The initialiser's bytes up to the last that is not zero; addresses are filled in when the program starts.
  private static func initialBytes(_ variable: Variable) -> [UInt8] {
    guard let initializer = variable.initializer else { return [] }
    let size = variable.type.byteCount
    var bytes = [UInt8](repeating: 0, count: max(variable.byteCount, size))
    func put(_ value: UInt64, _ index: Int) {
      for k in 0..<min(size, 8) where index * size + k < bytes.count {
        bytes[index * size + k] = UInt8(truncatingIfNeeded: value >> UInt64(8 * k))
      }
    }
    for element in initializer.elements {
      switch element.value {
      case .integer(let value): put(value, element.index)
      case .float32(let bits): put(UInt64(bits), element.index)
      case .float64(let bits): put(bits, element.index)
      case .address: break
      }
    }
    while bytes.last == 0 { bytes.removeLast() }
    return bytes
  }

  /// The initialisers that hold addresses.
  static func relocations(_ context: ModuleContext) -> String {
    var text = "static const vgpu_relocation relocations[] = {\n"
    let all = stored(context)
    for (index, variable) in all.enumerated() {
      for element in variable.initializer?.elements ?? [] {
        guard case .address(let symbol, let offset, _, _) = element.value else { continue }
        let at = element.index * variable.type.byteCount
        if let target = all.firstIndex(where: { $0.name == symbol }) {
          text += "{\(index), \(at), \(target), 0, \(offset)},\n"
        } else if context.isFunction(symbol) {
          text += "{\(index), \(at), UINT32_MAX, (const void *)\(context.cName(symbol)), \(offset)},\n"
        }
      }
    }
    return text + "{0, 0, 0, 0, 0}};\n"
  }
}
