public import GPUModels
public import KernelVerdicts
public import VirtualGPU

/// A verdict with its evidence.
public struct Judgement: Sendable, Codable {
  /// The version of the JSON form.
  public static let schemaVersion = 1

  /// How the outputs compare with the reference's.
  public struct Correctness: Sendable, Hashable, Codable {
    /// The inputs tried, and those whose outputs were right.
    public var trials: Int
    /// How many of them were right.
    public var passed: Int
    /// The largest difference from the reference in float64, over all trials.
    public var maxAbsoluteError: Double
    /// The largest difference divided by the expected value's magnitude, where that is not tiny.
    public var maxRelativeError: Double
    /// The part of an element's magnitude and of the output's scale by which it may differ.
    public var tolerance: Double
    /// The distributions of the inputs, in the order of the trials.
    public var distributions: [String]
    /// Whether it does the same as the reference with NaN, infinities, zeros of both signs and subnormals among the inputs; nil where
    /// that was not tried, or says nothing. It is no trial, since what an operation makes of these is seldom agreed on.
    public var matchesSpecialValues: Bool?
    /// The first output that is wrong; nil where none is.
    public var mismatch: Mismatch?

    /// Counts trials of another size, too.
    mutating func add(_ other: Correctness) {
      trials += other.trials
      passed += other.passed
      maxAbsoluteError = max(maxAbsoluteError, other.maxAbsoluteError)
      maxRelativeError = max(maxRelativeError, other.maxRelativeError)
      distributions = other.distributions + distributions
      let special = [matchesSpecialValues, other.matchesSpecialValues].compactMap(\.self)
      matchesSpecialValues = special.isEmpty ? nil : special.allSatisfy(\.self)
    }
  }

  /// A wrong output.
  public struct Mismatch: Sendable, Hashable, Codable {
    /// Which output, where there are several; from 0.
    public var output: Int
    /// Which trial; from 0.
    public var trial: Int
    /// What the trial's inputs were like.
    public var distribution: String
    /// The index of the first element that differs.
    public var index: [Int]
    /// What it should be.
    public var expected: Double
    /// What it is.
    public var actual: Double
    /// How many elements differ, and of how many.
    public var count: Int
    /// All elements of the output.
    public var elements: Int
    /// Which elements differ: a tail, a tile, one row, everything. In words.
    public var pattern: String
  }

  /// At which sizes the problem was run.
  public struct Size: Sendable, Hashable, Codable {
    /// True if these are the problem's own sizes.
    public var isFull: Bool
    /// The constants that were made smaller: name, the problem's value, the value used.
    public var reduced: [Reduced]

    /// A constant of the problem with another value.
    public struct Reduced: Sendable, Hashable, Codable {
      /// Its name; for a number without one, its line and column.
      public var name: String
      /// The problem's value.
      public var full: Int
      /// The value used.
      public var used: Int
    }
  }

  /// How long what took.
  public struct Phases: Sendable, Hashable, Codable {
    /// From the start to the verdict.
    public var totalSeconds = 0.0
    /// Building the candidate's extensions, waiting included.
    public var buildSeconds = 0.0
    /// True if all extensions were built before.
    public var isBuildFromCache = false
    /// The reference's side: sizes, inputs, expected outputs.
    public var referenceSeconds = 0.0
    /// The candidate's calls.
    public var runSeconds = 0.0
    /// Starting processes, PyTorch's import included.
    public var startSeconds = 0.0
  }

  /// A finding with what it means, as JSON readers want it.
  public struct FoundFault: Sendable, Hashable, Codable {
    /// ``Finding/Kind`` or a word of the judge's own: `wrong-output`, `changed-input`.
    public var kind: String
    /// `error` or `warning`.
    public var severity: Finding.Severity
    /// A sentence.
    public var message: String
    /// The kernel's name; nil where none is at fault.
    public var kernel: String?
    /// The source file and line; nil where unknown.
    public var file: String?
    /// The line; nil where unknown.
    public var line: Int?
    /// How often it was seen.
    public var count: Int

    package init(
      kind: String, severity: Finding.Severity, message: String, kernel: String? = nil, file: String? = nil,
      line: Int? = nil, count: Int = 1
    ) {
      self.kind = kind
      self.severity = severity
      self.message = message
      self.kernel = kernel
      self.file = file
      self.line = line
      self.count = count
    }
  }

  /// The version of the JSON form.
  public var schemaVersion = Self.schemaVersion
  /// The verdict.
  public var verdict: Verdict
  /// Why, in a sentence or two.
  public var reason: String
  /// More of it: the end of a traceback, a compiler's log; nil where there is nothing.
  public var details: String?
  /// `virtual` or `cuda`, and the GPU's name.
  public var device: String
  /// The GPU's name.
  public var gpu: String
  /// What was found, errors first.
  public var findings: [FoundFault]
  /// How the outputs compare; nil where there were none.
  public var correctness: Correctness?
  /// `faster`, `tie`, `slower` or `not-timed`.
  public var speed = Speed.notTimed
  /// The times behind ``speed``; nil where nothing was timed.
  public var timing: Timing?
  /// Estimated seconds of one call's kernels on ``gpu``, by counters; nil where nothing was counted.
  public var estimate: Double?
  /// The kernels of one call, with their counters.
  public var counters: [KernelRun]
  /// What the GPU's own counters say about the kernels of one call; nil where no profiler looked. No verdict rests on it.
  public var profile: [KernelProfile]?
  /// The launches of one call.
  public var launches: Int?
  /// The sizes that the verdict holds for; nil where nothing ran.
  public var size: Size?
  /// Which liberties with precision the candidate takes: `fast-math`, `tf32`, `half`, `bfloat16`, `autocast`.
  public var precisionUse: [String]
  /// The operators of PyTorch that do a part of the candidate's work, with their number in one call.
  public var operators: [String: Int]
  /// What limits the processes: `bubblewrap`, `namespaces`, `limits`.
  public var sandbox: String
  /// How long what took.
  public var phases: Phases
  /// Worth saying.
  public var notes: [String]

  package init(verdict: Verdict, reason: String, device: String, gpu: String) {
    self.verdict = verdict
    self.reason = reason
    self.device = device
    self.gpu = gpu
    findings = []
    counters = []
    precisionUse = []
    operators = [:]
    sandbox = ""
    phases = Phases()
    notes = []
  }
}

extension Judgement {
  /// The verdict on what is no text that Python would read: `compile-error`.
  ///
  /// - Parameters:
  ///   - reason: what is wrong, as the end of a sentence.
  ///   - device: where it was to be judged.
  public init(notPython reason: String, device: String, gpu: GPUModel) {
    self.init(verdict: .compileError, reason: "It is not Python: \(reason).", device: device, gpu: gpu.name)
  }

  /// How fast a candidate is, against the better of PyTorch's eager mode and `torch.compile`.
  public enum Speed: String, Sendable, Hashable, Codable {
    case faster, tie, slower
    case notTimed = "not-timed"
  }

  /// Times on a GPU.
  public struct Timing: Sendable, Hashable, Codable {
    /// Median seconds of the candidate, of eager PyTorch and of `torch.compile`; nil where that one did not run.
    public var candidate: Double
    /// Eager mode.
    public var eager: Double
    /// `torch.compile`.
    public var compiled: Double?
    /// The better of the two divided by the candidate: above 1 the candidate is faster.
    public var ratio: Double
    /// The ratio's confidence interval of 95 %.
    public var interval: [Double]
    /// Pairs of calls that were timed.
    public var pairs: Int
    /// Seconds below which no time is believed, by the bytes and operations that the problem needs.
    public var floor: Double
  }
}
