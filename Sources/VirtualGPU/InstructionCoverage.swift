public import PTX

/// Which instructions a set of kernels consists of, and which of them the virtual GPU executes.
///
/// An instruction counts as covered where the translator writes C for it: nothing is taken from a list of names.
public struct InstructionCoverage: Sendable, Codable {
  /// One typed form of an instruction.
  public struct Form: Sendable, Hashable, Codable {
    /// As in PTX, `fma.rn.f32`.
    public var text: String
    /// What it is counted as.
    public var kind: InstructionKind
    /// How often it stands in the text of the kernels.
    public var count: Int
    /// Of these, how many are not executed.
    public var uncovered: Int
    /// Why not, for the first of them.
    public var reason: String?
  }

  private var byText: [String: Form] = [:]

  /// No instructions.
  public init() {}

  /// All forms, by kind and text.
  public var forms: [Form] {
    let order = InstructionKind.allCases
    return byText.values.sorted {
      let (a, b) = (order.firstIndex(of: $0.kind) ?? 0, order.firstIndex(of: $1.kind) ?? 0)
      return (a, $0.text) < (b, $1.text)
    }
  }

  /// Adds a module's instructions. They are translated one by one, so that each that is not known is found.
  ///
  /// - Complexity: as ``KernelTranslator/translate(_:options:)``.
  public mutating func add(_ module: PTXModule) {
    let context = ModuleContext(module, options: TranslationOptions())
    for function in module.functions where !function.isDeclaration {
      do {
        var translator = try FunctionTranslator(
          function, context: context, sites: SiteTable(files: module.files), batches: BatchTable())
        for (instruction, reason) in translator.translateEach() { note(instruction, reason) }
      } catch {
        // The way of control through the function is not understood, so nothing of it is executed.
        for instruction in function.instructions { note(instruction, error.message) }
      }
    }
  }

  private mutating func note(_ instruction: Instruction, _ reason: String?) {
    let text = instruction.text
    var form =
      byText[text] ?? Form(text: text, kind: InstructionKind(instruction), count: 0, uncovered: 0, reason: nil)
    form.count += 1
    if let reason {
      form.uncovered += 1
      form.reason = form.reason ?? reason
    }
    byText[text] = form
  }
}

extension FunctionTranslator {
  /// Every instruction, with why it cannot be translated or nil.
  mutating func translateEach() -> [(instruction: Instruction, reason: String?)] {
    var all: [(Instruction, String?)] = []
    for (number, part) in graph.blocks.enumerated() {
      block = number
      patterns = [:]
      for instruction in graph.instructions[part.range] {
        self.instruction = instruction
        do throws(Unsupported) {
          try translate(instruction)
          all.append((instruction, nil))
        } catch {
          all.append((instruction, error.sentence))
        }
      }
      // How a block ends was understood when the graph was made.
      if let ending = part.endingLine { all.append((ending, nil)) }
    }
    return all
  }
}
