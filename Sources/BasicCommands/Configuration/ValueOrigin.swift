/// Where a value was set.
enum ValueOrigin: Sendable, Hashable {
  /// On the command line, by the flag with this name.
  case flag(String)
  /// By a variable of the environment.
  case environment(String)
  /// In a file, on a line as far as that is known.
  case file(String, line: Int?)
  /// Nowhere: it is what holds where nobody says otherwise.
  case standard

  /// As a table of values says it.
  var label: String {
    switch self {
    case .flag(let name): "flag \(name)"
    case .environment(let name): "environment variable \(name)"
    case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
    case .standard: "default"
    }
  }

  /// As a sentence about the value begins.
  var sentenceStart: String {
    switch self {
    case .flag(let name): name
    case .environment(let name): "The environment variable \(name)"
    case .file(let path, let line): line.map { "\(path), line \($0)" } ?? path
    case .standard: "The default"
    }
  }
}

/// A value and where it was set.
struct Sourced<Value> {
  var value: Value
  var origin: ValueOrigin

  init(_ value: Value, _ origin: ValueOrigin) {
    self.value = value
    self.origin = origin
  }
}

extension Sourced: Sendable where Value: Sendable {}
extension Sourced: Equatable where Value: Equatable {}
extension Sourced: Hashable where Value: Hashable {}
