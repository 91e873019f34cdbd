import CUDAToolchain
public import KernelVerdicts

extension RunReport {
  /// The report in lines for a person: each kernel, what is worth knowing about it, and what was found.
  ///
  /// - Parameter emphasis: marks a word that says how bad something is.
  public func lines(emphasis: (String, Finding.Severity) -> String = { word, _ in word }) -> [String] {
    var lines: [String] = []
    for kernel in kernels { lines += Self.lines(kernel) }
    for finding in findings { lines += self.lines(finding, emphasis) }
    lines += errorLines
    for one in unsupported { lines.append("\(emphasis("unsupported", .error)): \(one.name): \(one.what)") }
    for note in notes { lines.append("note: \(note)") }
    if findings.contains(where: { $0.kind == .race || $0.kind == .uninitializedRead }), schedulesTried > 0 {
      let isChanged = findings.contains(where: \.changesOutput)
      lines.append(
        isChanged
          ? "The output changed under another schedule or with other values in unwritten memory (\(schedulesTried) were tried)."
          : "The output was the same under \(schedulesTried) other schedules and contents of unwritten memory.")
    }
    return lines
  }

  /// Calls that failed: nobody may have looked. What a finding explains is not said again.
  private var errorLines: [String] {
    let faults: Set = [700, 702, 710, 715, 716, 717, 718, 719]
    let told = callErrors.filter {
      !($0.code == 801 && !unsupported.isEmpty) && !(faults.contains($0.code) && hasErrors)
    }
    let more = told.count > 4 ? ["… and \(told.count - 4) more calls that failed"] : []
    return told.prefix(4).map { "failed call: \($0.call): \($0.name)" } + more
  }

  private static func lines(_ kernel: KernelRun) -> [String] {
    var head =
      "\(kernel.displayName): \(count(kernel.launches, "launch", "launches")), grid \(shape(kernel.grid)), block \(shape(kernel.block))"
    head += ", \(duration(kernel.hostSeconds)) of host time"
    if let estimate = kernel.estimate {
      head += "; estimate for \(estimate.gpu): \(duration(estimate.seconds)), bound by \(estimate.bound)"
    }
    var lines = [head]
    if let occupancy = kernel.occupancy, !kernel.instructions.isEmpty {
      var text = "  occupancy \(percent(occupancy.share)), limited by \(occupancy.limit.rawValue)"
      if let registers = kernel.registers { text += "; \(registers) registers" }
      if kernel.sharedBytes > 0 { text += ", \(kernel.sharedBytes) bytes of shared memory" }
      lines.append(text)
    }
    if kernel.activeLanes < 0.9 && !kernel.instructions.isEmpty {
      lines.append("  \(percent(kernel.activeLanes)) of the lanes active on average")
    }
    return lines + wasteful(kernel)
  }

  /// The places that waste the most, three at most.
  private static func wasteful(_ kernel: KernelRun) -> [String] {
    struct Waste {
      var cost: Double
      var text: String
    }
    var wastes: [Waste] = []
    for site in kernel.sites where site.requests > 0 {
      let place = site.line > 0 ? "the \(site.kind) at line \(site.line)" : "a \(site.kind)"
      let extra = site.sectors - site.idealSectors
      if extra / max(site.sectors, 1) > 0.25 {
        let each = site.sectors / site.requests
        let ideal = site.idealSectors / site.requests
        wastes.append(
          Waste(
            cost: extra, text: "  \(decimal(each - ideal)) of \(decimal(each)) sectors wasted in \(place)"))
      }
      let conflicts = site.wavefronts - site.idealWavefronts
      if conflicts / max(site.wavefronts, 1) > 0.25 {
        wastes.append(
          Waste(
            cost: conflicts,
            text:
              "  bank conflicts: \(decimal(site.wavefronts / site.requests)) passes instead of \(decimal(site.idealWavefronts / site.requests)) in \(place)"
          ))
      }
    }
    var seen: Set<String> = []
    return wastes.sorted { $0.cost > $1.cost }.map(\.text).filter { seen.insert($0).inserted }.prefix(3).map { $0 }
  }

  private func lines(_ finding: Finding, _ emphasis: (String, Finding.Severity) -> String) -> [String] {
    let severity = finding.severity
    var place = finding.location.line > 0 ? "\(finding.location.file):\(finding.location.line)" : program
    if !finding.kernel.isEmpty {
      place += " in \(kernels.first { $0.name == finding.kernel }?.displayName ?? KernelName.readable(finding.kernel))"
    }
    var lines = ["\(emphasis(severity.rawValue, severity)): \(finding.kind.rawValue) at \(place): \(finding.message)"]
    var details: [String] = []
    if !finding.thread.thread.isEmpty {
      details.append("block \(Self.index(finding.thread.block)), thread \(Self.index(finding.thread.thread))")
    }
    if let buffer = finding.buffer {
      let name = buffer.serial > 0 ? "\(buffer.what) #\(buffer.serial)" : buffer.what
      details.append("\(name) of \(buffer.size) bytes, offset \(buffer.offset)\(buffer.live ? "" : ", freed")")
    }
    if let partner = finding.partner, partner.location.line > 0 {
      details.append("with the \(partner.access) at line \(partner.location.line)")
    }
    if finding.count > 1 { details.append("seen \(finding.count) times") }
    if !details.isEmpty { lines.append("  " + details.joined(separator: "; ")) }
    return lines
  }

  // MARK: Words

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
  private static func shape(_ size: [Int]) -> String {
    let trimmed = size.reversed().drop { $0 == 1 }.reversed()
    return trimmed.isEmpty ? "1" : trimmed.map(String.init).joined(separator: "×")
  }
  private static func index(_ index: [Int]) -> String { "(\(index.map(String.init).joined(separator: ",")))" }
  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  static func decimal(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
  }

  static func duration(_ seconds: Double) -> String {
    func three(_ value: Double) -> String {
      let digits = value >= 100 ? 1.0 : value >= 10 ? 10.0 : 100.0
      let rounded = (value * digits).rounded() / digits
      return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
    if seconds >= 1 { return "\(three(seconds)) s" }
    if seconds >= 1e-3 { return "\(three(seconds * 1e3)) ms" }
    return "\(three(seconds * 1e6)) µs"
  }
}
