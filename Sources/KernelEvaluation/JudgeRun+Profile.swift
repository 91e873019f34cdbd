import CUDAToolchain
import KernelVerdicts

extension JudgeRun {
  /// What there is to say of a candidate's kernels after they were profiled.
  struct Profile: Sendable {
    var kernels: [KernelProfile]?
    var note: String?
  }

  /// Profiles the kernels of a candidate that has been timed, in one more process.
  ///
  /// Nothing of it touches the verdict: a profiler that fails is worth a note.
  ///
  /// - Returns: nil where nothing is to be profiled.
  func profile(
    _ reference: ReferenceSide, _ last: (step: Step, outcome: Attempt.Outcome)?
  ) async throws -> Profile? {
    guard options.isProfiled, let last, last.outcome.timing != nil,
      let profiler = NsightCompute.find(start.tools.toolchain.environment)
    else { return nil }
    guard try await sandbox() != .limits else {
      return Profile(note: "Not profiled: that needs a sandbox with namespaces.")
    }
    announce("profiling its kernels")
    do {
      let side = try await start.profiled(by: profiler)
      do {
        let profile = try await profile(reference, last.step.values, side)
        await side.process.stop()
        return profile
      } catch {
        await side.process.stop()
        throw error
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      try Task.checkCancellation()
      let reason = (error as? CandidateFault)?.reason ?? (error as? KernelEvaluationError)?.message ?? "\(error)"
      return Profile(note: "ncu could not profile it. \(Sentences.firstLine(reason))")
    }
  }

  private func sandbox() async throws -> Sandbox.Kind {
    if let named = start.tools.sandbox { return named }
    return try await Sandbox.best(python: start.tools.pytorch.python, workerFolder: start.workerFolder)
  }

  private func profile(
    _ reference: ReferenceSide, _ values: [String: Int], _ side: CandidateSide
  ) async throws -> Profile {
    var seeds = SeededGenerator(seed: seed, purpose: "profile")
    let weightSeed = seeds.next()
    try await side.load(candidateSource)
    let arguments = try await reference.choose(values)
    _ = try await side.construct(arguments, reference.model(seed: weightSeed), seed: weightSeed)
    let inputSeed = seeds.next()
    let inputs = try await reference.inputs(
      seed: inputSeed, prefix: "profiled", supply: InputSupply(kind: .own, seed: inputSeed, folder: start.shared))
    // Whatever is only done once is not looked at.
    for isProfiled in [false, true] {
      var call = CallOptions()
      call.isProfiled = isProfiled
      _ = try await side.run(inputs, seed: inputSeed, prefix: "profiled-outputs", call)
    }
    // It writes when the program that it profiles has ended.
    await side.process.finish(patience: .seconds(60))
    let log = NsightComputeLog(
      HostileFile.taken("\(side.folder)/\(WorkerStart.profileLog)", limit: 16 << 20))
    guard !log.profiles.isEmpty else {
      return Profile(note: "ncu has counted nothing\(log.complaint.map { ": \($0)" } ?? ".")")
    }
    return Profile(kernels: log.profiles)
  }
}
