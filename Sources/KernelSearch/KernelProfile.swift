import KernelEvaluation
import VirtualGPU

/// Where a correct candidate spends its time, in lines for a model.
enum KernelProfile {
  /// How fast it is, as far as that is known, and on what that rests.
  static func speed(_ result: JudgeResult) -> [String] {
    let judgement = result.judgement
    if let timing = judgement.timing {
      var text =
        "Measured on \(judgement.gpu): \(duration(timing.candidate)) a call, eager PyTorch \(duration(timing.eager))"
      if let compiled = timing.compiled { text += ", torch.compile \(duration(compiled))" }
      return [text + ": \(number(timing.ratio)) times as fast as the better of the two."]
    }
    guard let estimate = judgement.estimate else { return [] }
    var text = "Estimated for \(judgement.gpu), not measured: \(duration(estimate)) a call at the sizes that were run"
    if let ratio = result.estimatedRatio { text += ", \(number(ratio)) times as fast as PyTorch by estimate" }
    return [text + "."]
  }

  /// The slowest kernels, what bounds each, and its most wasteful accesses.
  ///
  /// - Complexity: O(*k* log *k*) for *k* places that touch memory.
  static func lines(_ kernels: [KernelRun], kernelLimit: Int = 3, siteLimit: Int = 3) -> [String] {
    kernels.sorted { ($0.estimate?.seconds ?? 0) > ($1.estimate?.seconds ?? 0) }.prefix(kernelLimit).flatMap { kernel in
      [line(kernel)] + sites(kernel, limit: siteLimit)
    }
  }

  private static func line(_ kernel: KernelRun) -> String {
    var text = "\(kernel.displayName): \(kernel.launches) \(kernel.launches == 1 ? "launch" : "launches")"
    text += ", grid \(shape(kernel.grid)), block \(shape(kernel.block))"
    if kernel.sharedBytes > 0 { text += ", \(kernel.sharedBytes) bytes of shared memory" }
    if let registers = kernel.registers { text += ", \(registers) registers" }
    if let estimate = kernel.estimate {
      text += "; estimate \(duration(estimate.seconds)), bound by \(estimate.bound)"
      let parts = estimate.parts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(3).filter { $0.value > 0 }
      if parts.count > 1 { text += " (\(parts.map { "\($0.key) \(duration($0.value))" }.joined(separator: ", ")))" }
      if estimate.utilization < 0.8 {
        text += "; the grid keeps \(percent(estimate.utilization)) of the multiprocessors' time busy"
      }
    }
    if kernel.activeLanes < 0.9 { text += "; \(percent(kernel.activeLanes)) of the lanes are active" }
    return text
  }

  private static func sites(_ kernel: KernelRun, limit: Int) -> [String] {
    func waste(_ site: KernelRun.Site) -> Double {
      max(site.sectors - site.idealSectors, 0) + max(site.wavefronts - site.idealWavefronts, 0)
    }
    let sites = kernel.sites.filter {
      $0.sectors > 1.2 * max($0.idealSectors, 1) || $0.wavefronts > 1.2 * max($0.idealWavefronts, 1)
    }
    return sites.sorted { (waste($0), $1.line) > (waste($1), $0.line) }.prefix(limit).map { site in
      let place = site.line > 0 ? "line \(site.line)" : "an unknown line"
      let space = site.space.isEmpty ? "" : " of \(site.space) memory"
      if site.sectors > 1.2 * max(site.idealSectors, 1) {
        let times = number(site.sectors / max(site.idealSectors, 1))
        return "\(kernel.displayName), \(place): a \(site.kind)\(space) moves \(times) times the bytes that it needs"
      }
      let times = number(site.wavefronts / max(site.idealWavefronts, 1))
      return
        "\(kernel.displayName), \(place): a \(site.kind)\(space) takes \(times) times the passes that it needs (bank conflicts)"
    }
  }

  private static func shape(_ size: [Int]) -> String {
    let trimmed = size.reversed().drop { $0 == 1 }.reversed()
    return trimmed.isEmpty ? "1" : trimmed.map(String.init).joined(separator: "×")
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? "\(Int((share * 100).rounded())) %" : "an unknown share"
  }

  static func duration(_ seconds: Double) -> String {
    if seconds >= 1 { return "\(number(seconds)) s" }
    return seconds >= 1e-3 ? "\(number(seconds * 1e3)) ms" : "\(number(seconds * 1e6)) µs"
  }

  /// Three digits that say something.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let magnitude = abs(value)
    let digits = magnitude >= 100 ? 1.0 : magnitude >= 10 ? 10.0 : magnitude >= 1 ? 100.0 : 1_000.0
    let rounded = (value * digits).rounded() / digits
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
