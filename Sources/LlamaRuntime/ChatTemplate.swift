import CLlama
internal import LanguageModels

/// Lays a conversation out as a model expects it.
///
/// libllama renders the templates that it knows, by name or by what a model's Jinja text looks like; it does not run
/// Jinja.
public enum ChatTemplate {
  /// The names that may be given instead of the model's own template.
  public static var names: [String] {
    var buffer = [UnsafePointer<CChar>?](repeating: nil, count: 256)
    let count = llama_chat_builtin_templates(&buffer, buffer.count)
    return buffer.prefix(max(0, Int(count))).compactMap { $0.map { String(cString: $0) } }.sorted()
  }

  /// The text of a conversation, up to where the model's answer begins.
  ///
  /// - Parameter template: a name out of ``names``, or a Jinja text.
  /// - Returns: `nil` where libllama does not know the template.
  static func render(_ messages: [Message], template: String) -> String? {
    let strings = messages.flatMap { [$0.role.rawValue, $0.content] }
    return withCStrings(strings) { pointers in
      let turns = stride(from: 0, to: pointers.count, by: 2).map {
        llama_chat_message(role: pointers[$0], content: pointers[$0 + 1])
      }
      var buffer = [CChar](repeating: 0, count: 2 * strings.reduce(256) { $0 + $1.utf8.count })
      var length = llama_chat_apply_template(template, turns, turns.count, true, &buffer, Int32(buffer.count))
      if length > buffer.count {
        buffer = [CChar](repeating: 0, count: Int(length))
        length = llama_chat_apply_template(template, turns, turns.count, true, &buffer, Int32(buffer.count))
      }
      guard length >= 0 else { return nil }
      return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafePointer<CChar>]) -> Result
  ) -> Result {
    let copies = strings.map { string in
      let bytes = string.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    return body(copies.map { UnsafePointer($0) })
  }
}
