import GPUModels
import KernelVerdicts
import VirtualGPU

/// What the candidate did wrong before there were outputs to compare.
struct CandidateFault: Error {
  var verdict: Verdict
  /// A sentence.
  var reason: String
  /// What more there is to say, for a person: the end of a traceback, a compiler's log.
  var details: String?
  /// Whether it may be otherwise at another size.
  var dependsOnSize = false
}

/// One call of the candidate's, as its process tells it. All of it is a claim but the files' bytes.
struct CandidateOutputs: Sendable {
  var outputs: ValueTree
  /// Outputs that are no plain tensors on the GPU.
  var flaws: [String]
  var launches: Int
  var operators: [String: Int]
  /// The inputs after the call, where that was asked for.
  var inputsAfter: ValueTree?
  var seconds: Double
  var report: DeviceReport
  var changes: ProcessChanges
}

/// What a candidate has left changed in its process.
struct ProcessChanges: Sendable {
  /// Functions of PyTorch's or Python's that are other ones now.
  var replaced: [String]
  /// Settings of PyTorch's that are others now.
  var settings: [String]
  /// Threads of Python's, and processes, that go on after the call.
  var threads: Int
  var children: Int
  /// How many more threads there are than before the call.
  var newTasks: Int
  /// Kernels that were launched after the call had returned.
  var lateLaunches: Int

  init(_ json: JSONValue?) {
    func names(_ key: String) -> [String] { json?[key]?.array?.compactMap(\.string) ?? [] }
    replaced = names("replaced")
    settings = names("settings")
    threads = json?["threads"]?.integer ?? 0
    children = json?["children"]?.integer ?? 0
    lateLaunches = json?["lateLaunches"]?.integer ?? 0
    // Claims: they are not to overflow.
    func count(_ key: String) -> Int { min(max(0, json?[key]?.integer ?? 0), 1 << 40) }
    newTasks = count("tasks") - count("tasksBefore")
  }
}

/// How a call of the candidate is set up.
struct CallOptions: Sendable {
  /// The order of blocks and warps: 0 for the fixed one.
  var schedule: UInt64 = 0
  /// What memory that nobody wrote is filled with.
  var poison: UInt32?
  /// Kernels are counted and not run.
  var isGhost = false
  /// Whether the operators of PyTorch are counted.
  var isRecorded = false
  /// Whether the inputs are wanted back.
  var wantsInputs = false
  /// Whether the inputs take the place of the last call's in memory.
  var reusesMemory = false
  /// Whether a profiler looks.
  var isProfiled = false
  /// The bytes of each output, so that the memory that they will be in is filled.
  var sizes: [Int] = []

  /// - Parameter seconds: how long kernels may take; a little less than the call, so that they say where they were.
  func json(seconds: Double) -> JSONValue {
    var entries: [String: JSONValue] = [
      "schedule": .seed(schedule), "ghost": .boolean(isGhost), "record": .boolean(isRecorded),
      "inputsAfter": .boolean(wantsInputs), "reuse": .boolean(reusesMemory), "profile": .boolean(isProfiled),
      "seconds": .number(seconds),
    ]
    if let poison {
      entries["poison"] = .integer(Int(poison))
      entries["sizes"] = .array(sizes.map { .integer($0) })
    }
    return .object(entries)
  }
}

/// The candidate's process.
struct CandidateSide: Sendable {
  let process: WorkerProcess
  /// The process's own folder.
  let folder: String
  let extensions: ExtensionService
  let options: JudgeOptions
  /// Where the virtual GPU's runtime writes.
  let reportPath: String
  /// Whether its GPU is one that other judges use too.
  let sharesGPU: Bool

  /// Runs the candidate's source.
  func load(_ source: String) async throws {
    _ = try await call("load", ["source": .string(source)], timeLimit: options.timeLimit)
  }

  /// Makes the model and gives it the weights, as far as they fit.
  func construct(
    _ arguments: (arguments: ValueTree, names: ValueTree), _ weights: ReferenceWeights, seed: UInt64
  ) async throws -> CandidateWeights {
    let answer = try await call(
      "construct",
      [
        "arguments": arguments.arguments.json, "names": arguments.names.json, "state": weights.json,
        "firsts": .array(weights.constants.map { .array([.string($0.name), .number($0.value)]) }),
        "seed": .seed(seed), "precision": .string(options.precision.rawValue),
      ], timeLimit: options.timeLimit)
    return CandidateWeights(answer["weights"])
  }

  /// Gives parameters of its own values: pairs of a name and a tensor with as many elements.
  func fill(_ values: [(name: String, tensor: ValueTree.Tensor)]) async throws {
    let pairs = values.map { JSONValue.array([.string($0.name), $0.tensor.json]) }
    _ = try await call("fill", ["values": .array(pairs)], timeLimit: options.timeLimit)
  }

  /// Calls the model.
  func run(_ inputs: ValueTree, seed: UInt64, prefix: String, _ call: CallOptions) async throws -> CandidateOutputs {
    let answer = try await GPULock.whileHeld(if: sharesGPU) {
      try await self.call(
        "run",
        [
          "inputs": inputs.json, "seed": .seed(seed), "prefix": .string(prefix),
          "options": call.json(seconds: max(1, options.timeLimit / .seconds(1) - 1)),
        ],
        timeLimit: options.timeLimit)
    }
    do {
      var after: ValueTree?
      if let json = answer["inputsAfter"], json != .null { after = try ValueTree(json) }
      return CandidateOutputs(
        outputs: try ValueTree(answer["outputs"]), flaws: answer["flaws"]?.array?.compactMap(\.string) ?? [],
        launches: answer["launches"]?.integer ?? 0, operators: answer["operators"]?.integers ?? [:], inputsAfter: after,
        seconds: answer["seconds"]?.number ?? 0, report: report(), changes: ProcessChanges(answer["changes"]))
    } catch {
      throw CandidateFault(verdict: .incorrect, reason: "Its outputs cannot be read: \(error.message).")
    }
  }

  /// Takes inputs for timed calls.
  func prepareTiming(_ sets: [ValueTree]) async throws {
    _ = try await call("time", ["sets": .array(sets.map(\.json))], timeLimit: options.timeLimit)
  }

  /// One timed call of the model.
  func time(_ inputs: TimedCall.Inputs, cover: Double, isRecorded: Bool) async throws -> TimedCall {
    _ = try await call("arm", inputs.json, timeLimit: options.timeLimit)
    return try await TimedCall.measure {
      try await call(
        "fire", ["cover": .number(cover), "record": .boolean(isRecorded)], timeLimit: options.timeLimit)
    }
  }

  /// What the last timed call gave.
  func timedOutputs(prefix: String) async throws -> (outputs: ValueTree, flaws: [String], changes: ProcessChanges) {
    let answer = try await call("outputs", ["prefix": .string(prefix)], timeLimit: options.timeLimit)
    do {
      return (
        try ValueTree(answer["outputs"]), answer["flaws"]?.array?.compactMap(\.string) ?? [],
        ProcessChanges(answer["changes"])
      )
    } catch {
      throw CandidateFault(verdict: .incorrect, reason: "Its outputs cannot be read: \(error.message).")
    }
  }

  /// What the virtual GPU wrote since the last time.
  func report() -> DeviceReport {
    DeviceReport(
      HostileFile.taken(reportPath, limit: 256 << 20), layouts: extensions.layouts, gpu: options.gpu)
  }

  private func call(_ command: String, _ message: [String: JSONValue], timeLimit: Duration) async throws -> JSONValue {
    do {
      return try await process.call(
        message.merging(["command": .string(command)]) { $1 }, timeLimit: timeLimit
      ) { request in
        guard let wish = request["extension"] else { throw WorkerAnswerError("an unknown request") }
        return try await extensions.answer(wish)
      }
    } catch let error as WorkerError {
      throw fault(error, command)
    }
  }

  /// The driver's words for an access that the hardware has refused; nil where an exception is about something else.
  private static func illegalAccess(_ message: String) -> String? {
    ["an illegal memory access was encountered", "misaligned address"].first(where: message.contains)
  }

  /// What an ending of the process, or an exception in it, says about the candidate.
  private func fault(_ error: WorkerError, _ command: String) -> CandidateFault {
    let during =
      switch command {
      case "load": "while it was imported"
      case "construct", "fill": "while ModelNew was made"
      default: "in its forward"
      }
    let isLater = command != "load"
    guard case .raised(let exception) = error else {
      switch error {
      case .outOfTime:
        return CandidateFault(
          verdict: .timeout, reason: "It ran longer than \(options.timeLimit.components.seconds) s \(during).")
      default:
        return CandidateFault(
          verdict: .runtimeError, reason: "Its process \(error.sentence) \(during).",
          details: error.output?.standardError, dependsOnSize: isLater)
      }
    }
    if let fault = extensions.fault(exception.message) { return fault }
    switch exception.type {
    case "UnsupportedOnVirtualGPU":
      let name = exception.message.replacing("UnsupportedOnVirtualGPU: ", with: "")
      return CandidateFault(verdict: .unsupported, reason: "It needs what the virtual GPU does not have: \(name).")
    case "NotPython": return CandidateFault(verdict: .compileError, reason: "It is not Python: \(exception.message).")
    case "NoModel": return CandidateFault(verdict: .rejected, reason: exception.message)
    case "OutputFailure":
      return CandidateFault(verdict: .incorrect, reason: "Its output is \(exception.message).")
    default:
      if sharesGPU, let what = Self.illegalAccess(exception.message) {
        return CandidateFault(
          verdict: .incorrect, reason: "A kernel of its own breaks a rule of memory \(during): CUDA error: \(what).",
          details: exception.traceback, dependsOnSize: isLater)
      }
      return CandidateFault(
        verdict: .runtimeError,
        reason: "It raises \(exception.type) \(during): \(Sentences.firstLine(exception.message))",
        details: exception.traceback, dependsOnSize: isLater)
    }
  }
}
