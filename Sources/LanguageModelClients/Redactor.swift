/// Takes secrets out of texts that come from elsewhere: servers repeat the key that they refuse, whole or in part.
struct Redactor: Sendable {
  /// As many bytes of a secret in a row are taken for it.
  private static let window = 8
  /// Shorter words are no secrets, and taking them out would make texts unreadable: local servers are given keys like `x`.
  private static let shortest = 4
  private static let replacement = "(hidden)"

  private let windows: Set<ArraySlice<UInt8>>
  /// Secrets shorter than a window, longest first.
  private let shortSecrets: [[UInt8]]

  init(secrets: [String]) {
    var windows: Set<ArraySlice<UInt8>> = []
    var shortSecrets: [[UInt8]] = []
    for secret in secrets where secret.utf8.count >= Self.shortest {
      let bytes = Array(secret.utf8)
      if bytes.count < Self.window {
        shortSecrets.append(bytes)
      } else {
        for start in 0...(bytes.count - Self.window) { windows.insert(bytes[start..<start + Self.window]) }
      }
    }
    self.windows = windows
    self.shortSecrets = shortSecrets.sorted { $0.count > $1.count }
  }

  /// The text with every stretch of a secret replaced. Linear in its length.
  func redact(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var isHidden = [Bool](repeating: false, count: bytes.count)
    func hide(_ start: Int, _ count: Int) { for index in start..<start + count { isHidden[index] = true } }
    for start in bytes.indices {
      if start + Self.window <= bytes.count, windows.contains(bytes[start..<start + Self.window]) {
        hide(start, Self.window)
      }
      for secret in shortSecrets where bytes[start...].starts(with: secret) { hide(start, secret.count) }
    }
    guard isHidden.contains(true) else { return text }
    var kept: [UInt8] = []
    for index in bytes.indices {
      if !isHidden[index] {
        kept.append(bytes[index])
      } else if index == 0 || !isHidden[index - 1] {
        kept += Self.replacement.utf8
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
