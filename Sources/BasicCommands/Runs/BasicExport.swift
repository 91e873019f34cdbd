import KernelBench
import RunStore

/// All that the store has of a run, as files: `run.json` with facts, problems, candidates, verdicts and events, and beside it
/// each problem's reference and each candidate's prompt, answer, source and judgements.
struct BasicExport {
  let view: RunView
  let database: RunDatabase

  /// The file with the run itself.
  static let documentName = "run.json"

  /// Whether a file name is one of such an export's.
  static func isOurs(_ name: String) -> Bool {
    guard name != documentName else { return true }
    let endings = [
      "_reference.py", "_prompt.txt", "_answer.txt", "_source.py", "_source.cu", "_judgement.json",
      "_final_judgement.json",
    ]
    return name.hasPrefix("problem_") && endings.contains { name.hasSuffix($0) }
  }

  /// Writes the files into a folder.
  ///
  /// - Returns: The number of candidates.
  func write(to folder: String) async throws -> Int {
    var problems: [Document.Problem] = []
    var count = 0
    for problem in view.problems {
      let stem = Self.stem(of: problem)
      try Self.write(problem.reference, "\(stem)_reference.py", in: folder)
      var candidates: [CandidatePart] = []
      for candidate in view.candidates(of: problem) {
        try Task.checkCancellation()
        let text = try await database.text(of: candidate.id, in: view.run.id)
        let name = "\(stem)_candidate_\(candidate.id.ordinal)"
        try Self.write(text.prompt, "\(name)_prompt.txt", in: folder)
        try Self.write(text.answer, "\(name)_answer.txt", in: folder)
        if let source = text.source {
          try Self.write(source, "\(name)_source.\(candidate.candidate.isProgram ? "cu" : "py")", in: folder)
        }
        for (isFinal, ending) in [(false, "judgement"), (true, "final_judgement")] {
          if let judgement = try await database.judgement(of: candidate.id, in: view.run.id, isFinal: isFinal) {
            try Self.write(judgement, "\(name)_\(ending).json", in: folder)
          }
        }
        candidates.append(CandidatePart(candidate, isBest: problem.best == candidate.id.ordinal))
        count += 1
      }
      problems.append(
        .init(stem: stem, problem: ProblemPart(problem, view.candidates(of: problem)), candidates: candidates))
    }
    let document = Document(
      run: RunPart(view.run, view.summary), configuration: RawJSON(reading: view.run.configuration),
      problems: problems, events: view.events.map(EventPart.init))
    try Self.write(try JSON.document(document), Self.documentName, in: folder)
    return count
  }

  private static func write(_ text: String, _ name: String, in folder: String) throws {
    try Files.create("\(folder)/\(name)", text, for: name)
  }

  /// What the names of a problem's files begin with: its place in the run, and its name as far as a file may have it.
  static func stem(of problem: StoredProblem) -> String {
    let name = problem.id.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": Character(scalar)
      default: "_"
      }
    }
    return "problem_\(problem.position)_\(String(name).prefix(60))"
  }

  /// The contents of `run.json`.
  private struct Document: Encodable {
    struct Problem: Encodable {
      /// What the names of its files begin with.
      var stem: String
      var problem: ProblemPart
      var candidates: [CandidatePart]
    }

    var schemaVersion = 1
    var basic = Basic.version
    var run: RunPart
    var configuration: RawJSON
    var problems: [Problem]
    var events: [EventPart]
  }
}
