/// Something that a kernel did and should not have done, as a checker saw it.
public struct Finding: Sendable, Hashable, Codable {
  /// What it did.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// An access outside of every buffer.
    case outOfBounds = "out-of-bounds"
    /// An access whose address is no multiple of its size.
    case misaligned
    /// A read of memory that nobody has written.
    case uninitializedRead = "uninitialized-read"
    /// Two accesses to one place, at least one of them a write, that nothing orders.
    case race
    /// A barrier that a living thread never reaches.
    case missedBarrier = "missed-barrier"
    /// A barrier, or an instruction for several lanes, that lanes of a warp reach apart from one another.
    case divergentBarrier = "divergent-barrier"
    /// Calls or local variables beyond the stack.
    case stackOverflow = "stack-overflow"
    /// The kernel ran longer than it was given.
    case timeExceeded = "time-exceeded"
    /// An access to memory that had been freed.
    case useAfterFree = "use-after-free"
    /// A failed `assert` in a kernel.
    case deviceAssert = "device-assert"
    /// A `trap` in a kernel.
    case trap
    /// Memory that was never freed.
    case leak
  }

  /// What a finding means for the kernel.
  public enum Severity: String, Sendable, Hashable, Codable, Comparable {
    /// The kernel is not incorrect because of it.
    case warning
    /// The kernel is incorrect.
    case error

    /// A warning is less than an error.
    public static func < (a: Severity, b: Severity) -> Bool { a == .warning && b == .error }
  }

  /// A place in the source.
  public struct Location: Sendable, Hashable, Codable {
    /// The file, as the compiler names it; empty where it is unknown.
    public var file: String
    /// The line, or 0.
    public var line: Int

    /// Makes a place.
    public init(file: String, line: Int) {
      self.file = file
      self.line = line
    }
  }

  /// A thread of a launch.
  public struct Thread: Sendable, Hashable, Codable {
    /// Its block's index: x, y, z.
    public var block: [Int]
    /// Its index in the block: x, y, z.
    public var thread: [Int]

    /// Makes a thread.
    public init(block: [Int], thread: [Int]) {
      self.block = block
      self.thread = thread
    }
  }

  /// The memory that an address belongs to, or lies nearest to.
  public struct Buffer: Sendable, Hashable, Codable {
    /// What made it: `cudaMalloc`, a variable's name, `shared memory`.
    public var what: String
    /// 1 for the program's first allocation; 0 for variables.
    public var serial: Int
    /// Its bytes.
    public var size: Int
    /// Where the access begins, from its start.
    public var offset: Int
    /// False if it had been freed.
    public var live: Bool

    /// Makes a buffer.
    public init(what: String, serial: Int, size: Int, offset: Int, live: Bool) {
      self.what = what
      self.serial = serial
      self.size = size
      self.offset = offset
      self.live = live
    }
  }

  /// The access that a race is with, or the barrier that others wait at.
  public struct Partner: Sendable, Hashable, Codable {
    /// Who.
    public var thread: Thread
    /// Where in the source.
    public var location: Location
    /// `load`, `store`, `atomic`, `barrier`.
    public var access: String

    /// Makes a partner.
    public init(thread: Thread, location: Location, access: String) {
      self.thread = thread
      self.location = location
      self.access = access
    }
  }

  /// What was done.
  public var kind: Kind
  /// The kernel's name as the compiler knows it; empty for a call of the host's.
  public var kernel: String
  /// `load`, `store`, `atomic`, `barrier`, `memcpy` …
  public var access: String
  /// `global`, `shared`, `local`, `const`; empty where there is none.
  public var space: String
  /// The bytes of the access.
  public var bytes: Int
  /// Where in the source.
  public var location: Location
  /// Who was first seen doing it.
  public var thread: Thread
  /// The address, as a hexadecimal number.
  public var address: String
  /// The memory that was meant, as far as one can tell.
  public var buffer: Buffer?
  /// With whom.
  public var partner: Partner?
  /// A sentence.
  public var message: String
  /// How often it was seen.
  public var count: Int
  /// True if the program's output was seen to depend on it: under another order of its threads, or with other values in
  /// memory that nobody wrote.
  public var changesOutput: Bool

  /// Makes a finding.
  public init(
    kind: Kind, kernel: String, access: String, space: String, bytes: Int, location: Location, thread: Thread,
    address: String, buffer: Buffer? = nil, partner: Partner? = nil, message: String, count: Int = 1,
    changesOutput: Bool = false
  ) {
    self.kind = kind
    self.kernel = kernel
    self.access = access
    self.space = space
    self.bytes = bytes
    self.location = location
    self.thread = thread
    self.address = address
    self.buffer = buffer
    self.partner = partner
    self.message = message
    self.count = count
    self.changesOutput = changesOutput
  }

  /// What the finding means.
  ///
  /// An error makes a kernel incorrect: an access out of bounds, misaligned or to freed memory, a barrier that a living
  /// thread misses, a stack or a time exceeded, a failed assertion, a trap; a race or a read of memory that nobody wrote
  /// only if the output was seen to depend on it. Everything else is a warning.
  public var severity: Severity {
    switch kind {
    case .outOfBounds, .misaligned, .useAfterFree, .missedBarrier, .stackOverflow, .timeExceeded, .deviceAssert, .trap:
      .error
    case .race, .uninitializedRead: changesOutput ? .error : .warning
    case .divergentBarrier, .leak: .warning
    }
  }
}
