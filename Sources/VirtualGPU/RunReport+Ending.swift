extension RunReport.Ending: Codable {
  private enum Keys: String, CodingKey { case how, status, signal }

  /// As `{"how": "exited", "status": 0}`; `signalled` has a `signal`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .exited(let status):
      try container.encode("exited", forKey: .how)
      try container.encode(status, forKey: .status)
    case .signalled(let signal):
      try container.encode("signalled", forKey: .how)
      try container.encode(signal, forKey: .signal)
    case .outOfTime: try container.encode("out-of-time", forKey: .how)
    case .outOfMemory: try container.encode("out-of-memory", forKey: .how)
    }
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let how = try container.decode(String.self, forKey: .how)
    switch how {
    case "exited": self = .exited(try container.decode(Int.self, forKey: .status))
    case "signalled": self = .signalled(try container.decode(Int.self, forKey: .signal))
    case "out-of-time": self = .outOfTime
    case "out-of-memory": self = .outOfMemory
    default: throw DecodingError.dataCorruptedError(forKey: .how, in: container, debugDescription: "no ending: \(how)")
    }
  }
}
