#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Numbers as Python's format strings write them: rounded from their exact binary value, halves to even.
public enum PythonNumber {
  /// `f"{value:.4f}"`.
  public static func fixed(_ value: Double, _ decimals: Int32) -> String {
    word(value) ?? printed("%.*f", [decimals, value])
  }

  /// `f"{value:g}"`, which `tabulate` writes numbers with: six digits, or as many as are asked for, without zeros at the end.
  public static func general(_ value: Double, digits: Int32 = 6) -> String {
    word(value) ?? printed("%.*g", [digits, value])
  }

  /// Python's names for what is no number, which are not the same as C's everywhere.
  private static func word(_ value: Double) -> String? {
    value.isNaN ? "nan" : value == .infinity ? "inf" : value == -.infinity ? "-inf" : nil
  }

  private static func printed(_ format: String, _ arguments: [any CVarArg]) -> String {
    // The largest number has 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: 400)
    let length = withVaList(arguments) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
