/// What `ncu --csv` wrote: a line for each launch and counter, after lines of its own that begin with `==`.
struct NsightComputeLog: Sendable {
  /// The kernels, in the order of their first launches.
  private(set) var profiles: [KernelProfile] = []
  /// The first line in which it says that it could not do something; nil where it has not.
  private(set) var complaint: String?

  private struct Launch {
    var kernel: String
    var values: [String: Double] = [:]

    subscript(_ metric: NsightCompute.Metric) -> Double? { values[metric.rawValue] }
  }

  /// Reads it. What does not parse is passed over: the file is one of a process that nobody vouches for.
  ///
  /// - Complexity: O(*n*) for *n* bytes.
  init(_ text: String) {
    var columns: [String: Int] = [:]
    var launches: [String: Launch] = [:]
    var order: [String] = []
    for record in Self.records(text) {
      if let first = record.first, first.hasPrefix("==") {
        if complaint == nil, first.hasPrefix("==ERROR==") || first.hasPrefix("==WARNING==") {
          complaint = String(first.drop { $0 == "=" || $0.isUppercase }.drop { $0 == " " }.prefix(300))
        }
        continue
      }
      if record.contains("Metric Name") {
        columns = [:]
        for (number, name) in record.enumerated() { columns[name] = number }
        continue
      }
      func field(_ name: String) -> String? {
        columns[name].flatMap { $0 < record.count ? record[$0] : nil }
      }
      guard let id = field("ID"), let kernel = field("Kernel Name"), let metric = field("Metric Name"),
        let value = field("Metric Value").flatMap({ Double($0.filter { $0 != "," }) }), value.isFinite
      else { continue }
      let key = (field("Process ID") ?? "") + "/" + id
      if launches[key] == nil {
        launches[key] = Launch(kernel: String(kernel.prefix(300)))
        order.append(key)
      }
      launches[key]?.values[metric] = value
    }
    var groups: [String: [Launch]] = [:]
    var kernels: [String] = []
    for launch in order.compactMap({ launches[$0] }) {
      if groups[launch.kernel] == nil { kernels.append(launch.kernel) }
      groups[launch.kernel, default: []].append(launch)
    }
    profiles = kernels.map { Self.profile($0, groups[$0] ?? []) }
  }

  private static func profile(_ kernel: String, _ launches: [Launch]) -> KernelProfile {
    func sum(_ metrics: NsightCompute.Metric...) -> Double? {
      let values = launches.flatMap { launch in metrics.compactMap { launch[$0] } }
      return values.isEmpty ? nil : values.reduce(0, +)
    }
    func mean(_ metric: NsightCompute.Metric) -> Double? {
      let pairs = launches.compactMap { launch in launch[metric].map { (value: $0, weight: launch[.time] ?? 1) } }
      let weight = pairs.reduce(0) { $0 + $1.weight }
      return weight > 0 ? pairs.reduce(0) { $0 + $1.value * $1.weight } / weight : nil
    }
    let sectors = sum(.loadSectors, .storeSectors)
    let requests = sum(.loadRequests, .storeRequests)
    return KernelProfile(
      kernel: kernel, launches: launches.count, seconds: sum(.time).map { $0 / 1e9 }, bytesRead: sum(.bytesRead),
      bytesWritten: sum(.bytesWritten),
      sectorsPerRequest: requests.flatMap { requests in
        requests > 0 ? sectors.map { $0 / requests } : nil
      },
      bankConflicts: sum(.bankConflicts), instructions: sum(.instructions), occupancy: mean(.occupancy),
      computeThroughput: mean(.compute), memoryThroughput: mean(.memory),
      registers: launches.compactMap { $0[.registers].flatMap { Int(exactly: $0.rounded()) } }.max())
  }

  /// Fields in quotation marks, of which two in a row stand for one (RFC 4180); a line that does not begin with one is one field.
  private static func records(_ text: String) -> [[String]] {
    text.split(whereSeparator: \.isNewline).map { line in
      guard line.first == "\"" else { return [String(line)] }
      var fields: [String] = []
      var field = ""
      var isQuoted = false
      var rest = line[...]
      while let character = rest.popFirst() {
        if isQuoted {
          if character != "\"" {
            field.append(character)
          } else if rest.first == "\"" {
            field.append("\"")
            rest.removeFirst()
          } else {
            isQuoted = false
          }
        } else if character == "\"" {
          isQuoted = true
        } else if character == "," {
          fields.append(field)
          field = ""
        } else {
          field.append(character)
        }
      }
      return fields + [field]
    }
  }
}
