/// What became of one sample of a problem, in KernelBench's form.
public struct SampleResult: Sendable, Hashable {
  /// The sample's index.
  public var sample: Int
  /// Whether it was built.
  public var compiled: Bool
  /// Whether it computed what the reference computes.
  public var isCorrect: Bool
  /// More about it: `hardware`, `device`, `correctness_trials`, `max_difference`, `compilation_error` and so on.
  public var metadata: [PythonJSON.Member]
  /// Its measured time in milliseconds; nil where it was not timed. An estimate has no place here.
  public var runtime: Double?
  /// The statistics of that time; nil where it was not timed.
  public var statistics: RuntimeStatistics?
  /// Members that this package does not know, in their order.
  public var otherMembers: [PythonJSON.Member]

  /// Makes a result.
  public init(
    sample: Int, compiled: Bool, isCorrect: Bool, metadata: [PythonJSON.Member] = [], runtime: Double? = nil,
    statistics: RuntimeStatistics? = nil, otherMembers: [PythonJSON.Member] = []
  ) {
    self.sample = sample
    self.compiled = compiled
    self.isCorrect = isCorrect
    self.metadata = metadata
    self.runtime = runtime
    self.statistics = statistics
    self.otherMembers = otherMembers
  }

  private static let names: Set = ["sample_id", "compiled", "correctness", "metadata", "runtime", "runtime_stats"]

  /// Reads what KernelBench wrote. What is missing counts as not compiled, not correct, not timed; `note` is told.
  init?(_ json: PythonJSON, note: (String) -> Void) {
    guard let members = json.members else {
      note("is no object and was left out")
      return nil
    }
    let sample = json["sample_id"]?.integer
    if sample == nil { note("has no sample_id and was taken for sample 0") }
    for name in ["compiled", "correctness"] where json[name]?.boolean == nil {
      note("has no truth value \(name), which was taken for false")
    }
    // KernelBench writes -1.0 where nothing was timed.
    let runtime = json["runtime"]?.number.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    self.init(
      sample: sample ?? 0, compiled: json["compiled"]?.boolean ?? false,
      isCorrect: json["correctness"]?.boolean ?? false, metadata: json["metadata"]?.members ?? [], runtime: runtime,
      statistics: json["runtime_stats"].flatMap(RuntimeStatistics.init),
      otherMembers: members.filter { !Self.names.contains($0.name) })
  }

  var json: PythonJSON {
    .object(
      [
        .init("sample_id", .integer(sample)), .init("compiled", .boolean(compiled)),
        .init("correctness", .boolean(isCorrect)), .init("metadata", .object(metadata)),
        .init("runtime", .number(runtime ?? -1)), .init("runtime_stats", statistics?.json ?? .object([])),
      ] + otherMembers)
  }
}
