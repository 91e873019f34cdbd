/// A kernel or a function.
///
/// Scopes are gone: what a block in braces declares is in the function's lists, under a name that is unique in the
/// function (`t` of the third block is `t@3`), and the body uses those names.
public struct Function: Sendable, Hashable {
  /// The name, as the linker sees it.
  public var name: String
  /// Whether this is a kernel.
  public var isEntry: Bool
  /// Whether there is no body, because it is in another module.
  public var isDeclaration: Bool
  /// Who can see it.
  public var linkage: Linkage
  /// What it is called with.
  public var parameters: [Variable]
  /// What it returns.
  public var results: [Variable]
  /// What it says of its launches and registers.
  public var directives: FunctionDirectives
  /// The registers.
  public var registers: [RegisterDeclaration]
  /// What it declares in memory: shared and local variables, and the parameters of the calls it makes.
  public var localVariables: [Variable]
  /// What it does.
  public var body: [Statement]
  /// The line of the text where it begins, counted from 1.
  public var line: Int

  /// The instructions of the body, in order.
  public var instructions: some Sequence<Instruction> {
    body.lazy.compactMap { if case .instruction(let instruction) = $0 { instruction } else { nil } }
  }
}

/// What a function says of its launches and registers.
public struct FunctionDirectives: Sendable, Hashable {
  /// The most threads that a block may have along x, y and z; empty if not said, and shorter where the rest is 1.
  public var maxntid: [Int] = []
  /// The threads that a block must have along x, y and z; empty if not said, and shorter where the rest is 1.
  public var reqntid: [Int] = []
  /// How many blocks should fit a multiprocessor.
  public var minnctapersm: Int?
  /// The most registers per thread.
  public var maxnreg: Int?
  /// The blocks that a cluster must have along x, y and z; empty if not said.
  public var reqnctapercluster: [Int] = []
  /// The most blocks that a cluster may have.
  public var maxclusterrank: Int?
  /// Whether a launch must name the size of its clusters.
  public var isExplicitCluster = false
  /// Whether the function does not come back.
  public var isNoReturn = false
  /// Advice to the next compiler, without the quotation marks.
  public var pragmas: [String] = []
  /// Whatever else is said, by its name without the dot, with its numbers.
  public var others: [String: [Int]] = [:]
}

/// A declaration of one register or of numbered ones.
public struct RegisterDeclaration: Sendable, Hashable {
  /// The name, or what stands before the number; unique in the function.
  public var name: String
  /// The type of a register, or of a vector's component.
  public var type: ScalarType
  /// How many components a register has: 1, 2 or 4.
  public var vectorWidth: Int
  /// How many registers there are, numbered from 0 (`%r<12>`); `nil` for one register without a number.
  public var count: Int?

  /// The names of all the registers.
  public var names: [String] {
    count.map { count in (0..<count).map { name + String($0) } } ?? [name]
  }
}
