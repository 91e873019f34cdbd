/// The contents of a `results/timing/{hardware}/{baseline}.json`: how long the references take on one GPU, run in one way.
public struct TimingBaseline: Sendable, Hashable {
  /// The most bytes that the file may have; KernelBench's own have some 100,000.
  public static let maximumByteCount = 1 << 26

  /// The reference's times by level and by the problem's file name, `19_ReLU.py`.
  public var levels: [Int: [String: RuntimeStatistics]]

  /// What was unusual in the file, as sentences.
  public private(set) var notes: [String] = []

  /// Makes a baseline.
  public init(_ levels: [Int: [String: RuntimeStatistics]] = [:]) { self.levels = levels }

  /// Reads the file's bytes. An entry without a mean is left out and told in ``notes``.
  ///
  /// - Throws: ``KernelBenchError/Code/invalidResults`` where the text as a whole is none.
  public init(reading bytes: [UInt8], name: String) throws(KernelBenchError) {
    guard let members = try PythonJSON(bytes, name: name).members else {
      throw KernelBenchError(.invalidResults, "\(name) has no baseline: an object with `level1` and so on is expected.")
    }
    self.init()
    var remarks = Remarks()
    for member in members {
      guard let level = level(ofFolder: member.name[...]), let problems = member.value.members else {
        remarks.add("\(name): \"\(shortened(member.name))\" is no level and was left out.")
        continue
      }
      levels[level] = levels[level] ?? [:]
      for problem in problems {
        guard let statistics = RuntimeStatistics(problem.value) else {
          remarks.add("\(name): \(shortened(problem.name)) has no mean above 0 and was left out.")
          continue
        }
        levels[level]?[problem.name] = statistics
      }
    }
    notes = remarks.sentences
  }

  /// Reads a file.
  ///
  /// - Throws: ``KernelBenchError``: `problemNotFound`, `unreadable`, `tooLarge`, `invalidResults`.
  public init(path: String) throws(KernelBenchError) {
    try self.init(reading: FileBytes.readRegular(path: path, limit: Self.maximumByteCount), name: path)
  }

  /// The file's text as Python writes it: levels in order, problems by their numbers.
  public var text: String {
    let members = levels.sorted { $0.key < $1.key }.map { level, problems in
      let sorted = problems.sorted { a, b in
        let numbers = (ProblemFileName(a.key)?.problem ?? .max, ProblemFileName(b.key)?.problem ?? .max)
        return numbers.0 != numbers.1 ? numbers.0 < numbers.1 : a.key < b.key
      }
      return PythonJSON.Member("level\(level)", .object(sorted.map { PythonJSON.Member($0.key, $0.value.json) }))
    }
    return PythonJSON.object(members).text(indent: 4)
  }

  /// Writes a file, `results/timing/{hardware}/{baseline}.json`; it is there whole or not at all.
  ///
  /// - Throws: ``KernelBenchError/Code/unwritable``.
  public func write(path: String) throws(KernelBenchError) { try FileBytes.write(text, path: path) }

  /// The names of the files that KernelBench gives these: PyTorch as it is, and compiled.
  public static let eagerFileName = "baseline_time_torch.json"
  /// `torch.compile` with its own choice of backend and mode.
  public static let compiledFileName = "baseline_time_torch_compile_inductor_default.json"

  /// The times of a problem, by its number; nil where it has none. O(problems of the level).
  public subscript(id: ProblemID) -> RuntimeStatistics? {
    levels[id.level]?.first { ProblemFileName($0.key)?.problem == id.problem }?.value
  }
}
