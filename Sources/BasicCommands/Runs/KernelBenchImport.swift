import KernelBench
import KernelPrompting
import KernelSearch
import RunStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A run folder of KernelBench's, taken into the store as a run whose candidates wait for a verdict of ours.
///
/// What the folder's own `eval_results.json` says stays what it is, somebody else's claim: it is kept as events, and no
/// candidate gets a verdict from it.
struct KernelBenchImport {
  /// The kind of the event that holds what somebody else says about a problem's samples.
  static let claimKind = "imported-results"
  /// The kind of the event that says where the run came from.
  static let originKind = "imported"

  /// What was imported.
  struct Outcome: Equatable {
    var run: StoredRun
    var problems: Int
    var candidates: Int
    var notes: [String]
  }

  let folder: RunFolder
  /// The run's problems, in the order of their numbers.
  let problems: [Problem]
  /// The folder's path from the root, for whoever looks at the run later from somewhere else.
  private let path: String

  /// Looks at a run folder, and reads the references of its problems.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - loader: Where KernelBench's problems are.
  /// - Throws: `KernelBenchError`, also where the checkout lacks one of the problems; ``CommandFailure`` where there is no
  ///   kernel in the folder.
  init(path: String, loader: ProblemLoader) throws {
    folder = try RunFolder(path: path)
    self.path = URL(filePath: path).standardizedFileURL.path
    guard !folder.samples.isEmpty else {
      throw CommandFailure(
        .usage, "\(path) has no kernels in it, such as level_1_problem_19_sample_0_kernel.py. Nothing was imported.")
    }
    var problems: [Problem] = []
    for sample in folder.samples where problems.last?.id != sample.id {
      problems.append(try loader.load(.id(sample.id)))
    }
    self.problems = problems
  }

  /// Stores the run; where that fails it is removed again. The run is paused then: it is resumed to judge it.
  ///
  /// - Parameters:
  ///   - database: The store.
  ///   - name: The run's name; the folder's where there is none.
  ///   - now: The time.
  ///   - generator: Makes the run's identifier.
  func store(
    in database: RunDatabase, name: String?, now: Date, using generator: inout some RandomNumberGenerator
  ) async throws -> Outcome {
    let run = StoredRun(
      id: StoredRun.makeID(at: now, using: &generator), name: name ?? path.split(separator: "/").last.map(String.init),
      kind: .import, createdAt: now,
      configuration: try JSON.line(configuration), model: model, strategy: "import", device: "", gpu: "", seed: 0,
      level: folder.level)
    let driver = StoredRun.Driver(
      process: ProcessInfo.processInfo.processIdentifier, host: ProcessInfo.processInfo.hostName, since: now)
    let stored = problems.enumerated().compactMap { place, problem in
      problem.id.map {
        StoredProblem(
          id: "\($0)", position: place, name: problem.name, family: ProblemFamily(name: problem.name).rawValue,
          reference: problem.source)
      }
    }
    let writer = try await database.create(run, problems: stored, driver: driver)
    do {
      let notes = try await fill(writer, now)
      try await writer.close(as: .paused, at: now)
      return Outcome(run: run, problems: stored.count, candidates: folder.samples.count, notes: notes)
    } catch {
      // Half a run is none. What went wrong first is what there is to say.
      try? await writer.close(as: .failed, at: now)
      try? await database.delete(run.id)
      throw error
    }
  }

  private func fill(_ writer: RunWriter, _ now: Date) async throws -> [String] {
    var notes = folder.notes
    for sample in folder.samples {
      try Task.checkCancellation()
      let (source, state) = kernel(sample)
      if let reason = state.reason { notes.append("Sample \(sample.sample) of problem \(sample.id): \(reason)") }
      var prompt = ""
      do {
        prompt = try folder.prompt(of: sample) ?? ""
      } catch {
        notes.append(error.message)
      }
      try await writer.append(
        StoredCandidate(
          id: CandidateID(problem: "\(sample.id)", ordinal: sample.sample), edge: .sample,
          sourceHash: source.map { NormalisedSource($0, language: .python).hash }, model: model, promptTokens: 0,
          completionTokens: 0, generationSeconds: 0, createdAt: now, details: try JSON.line(Details()), state: state),
        text: CandidateText(prompt: prompt, answer: "", source: source))
    }
    let known = Set(problems.compactMap(\.id))
    if let results = folder.results, let level = folder.level {
      for (number, claims) in results.problems.sorted(by: { $0.key < $1.key }) {
        let id = ProblemID(level: level, problem: number)
        guard known.contains(id) else { continue }
        try await writer.append(
          StoredEvent(
            problem: "\(id)", at: now, kind: Self.claimKind, detail: EvaluationResults([number: claims]).text))
      }
    }
    let origin = RawJSON.object([
      "folder": .string(path), "notes": .array(notes.map { .string($0) }),
    ])
    try await writer.append(StoredEvent(at: now, kind: Self.originKind, detail: try JSON.line(origin)))
    return notes
  }

  /// A kernel's source, and how far it can be judged: what is no text has no code, what cannot be read is not judged.
  private func kernel(_ sample: RunFolder.Sample) -> (String?, StoredCandidate.State) {
    do {
      return (try folder.kernel(of: sample), .generated)
    } catch  where error.code == .notUTF8 {
      return (nil, .withoutCode(reason: error.message))
    } catch {
      return (nil, .failed(reason: error.message))
    }
  }

  /// What a search keeps of each of its candidates, for those who go on with the run.
  private struct Details: Encodable {
    var isGreedy = false
    var language = "python"
    var isTruncated = false
    var notes: [String] = []
  }

  private var model: String {
    if case .string(let name) = folder.configuration?["model_name"] { name } else { "unknown" }
  }

  /// What the samples were made with, as the folder has it.
  private var configuration: RawJSON {
    var members: [String: RawJSON] = [:]
    for entry in folder.configuration?.entries ?? [] {
      members[entry.name] =
        switch entry.value {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(Int64(value))
        case .number(let value): .number(value)
        case .string(let text), .other(let text): .string(text)
        }
    }
    return .object(["importedFrom": .string(path), "generationConfiguration": .object(members)])
  }
}
