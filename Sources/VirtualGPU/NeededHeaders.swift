/// What an extension's sources need of the standard library and of CUDA's half-precision types.
///
/// PyTorch's headers bring most of the standard library with them, and candidates rely on it. To read all of it takes the compilers a
/// third of their time, and most candidates use a dozen names. So the light headers leave out what no source names: where only names
/// of a short list stand after `std::`, the headers of that list are enough.
enum NeededHeaders {
  /// Definitions that let the light headers leave something out.
  ///
  /// - Parameter texts: the sources, with their own headers, and the flags.
  /// - Complexity: O(*n*) in the length of the texts.
  static func definitions(for texts: [String]) -> [String] {
    var definitions: [String] = []
    if texts.allSatisfy({ !needsAll(Array($0.utf8)) }) { definitions.append("-DBASIC_FEW_STANDARD_HEADERS") }
    if texts.allSatisfy({ !namesSmallFloats($0) }) { definitions.append("-DBASIC_NO_SMALL_FLOATS") }
    return definitions
  }

  /// Whether a compiler misses something that may have been left out: then all headers are tried.
  ///
  /// An overload may be what is missing, or what is found by its arguments' types alone; only what `functions` names is the candidate's own.
  static func mayBeToBlame(_ error: VirtualGPUError) -> Bool {
    guard error.code == .doesNotCompile else { return false }
    return error.message.split(separator: "\n").contains { line in
      line.contains("error") && !line.hasPrefix("functions:")
        && (LightHeaders.lacking.contains(where: line.contains)
          || ["__host__ function", "class or namespace name"].contains(where: line.contains))
    }
  }

  // MARK: The standard library

  private static func isWord(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
      || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

  /// Whether a name of `std` stands in a text that is not on the list, or names of it may stand there by themselves.
  private static func needsAll(_ text: [UInt8]) -> Bool {
    var place = 0
    var before = ArraySlice<UInt8>()
    // What is found by its arguments' types alone, as `sort(a.begin(), a.end())`.
    let begins = Set(["begin", "cbegin", "rbegin", "crbegin"].map { Array($0.utf8)[...] })
    let (std, namespace) = (Array("std".utf8), Array("namespace".utf8))
    func next(_ start: Int) -> ArraySlice<UInt8> {
      var end = start
      while end < text.endIndex, isWord(text[end]) { end += 1 }
      return text[start..<end]
    }
    func afterSpace(_ start: Int) -> Int {
      var place = start
      while place < text.endIndex, isSpace(text[place]) { place += 1 }
      return place
    }
    while place < text.endIndex {
      guard isWord(text[place]) else {
        // Joined lines may hide a name in two.
        if text[place] == UInt8(ascii: "\\"), place > 0, isWord(text[place - 1]) { return true }
        place += 1
        continue
      }
      let word = next(place)
      defer { before = word }
      place = word.endIndex
      if begins.contains(word) { return true }
      guard word.elementsEqual(std) else { continue }
      let colons = afterSpace(place)
      guard text[colons...].starts(with: "::".utf8) else {
        var last = word.startIndex - 1
        while last >= 0, isSpace(text[last]) || text[last] == UInt8(ascii: ":") { last -= 1 }
        if before.elementsEqual(namespace) || last >= 0 && text[last] == UInt8(ascii: "=") { return true }
        continue
      }
      let name = next(afterSpace(colons + 2))
      guard names.contains(String(decoding: name, as: UTF8.self)) else { return true }
      place = name.endIndex
      if name.elementsEqual("min".utf8) || name.elementsEqual("max".utf8), takesList(text[place...]) { return true }
    }
    return false
  }

  /// Whether a call of `min` or `max` is given a list in braces: those are in another header than the others.
  private static func takesList(_ rest: ArraySlice<UInt8>) -> Bool {
    let braces = rest.prefix(200).filter { !isSpace($0) }
    if braces.first == UInt8(ascii: "<") {
      guard let end = braces.firstIndex(of: UInt8(ascii: "(")) else { return true }
      return braces[end...].starts(with: "({".utf8)
    }
    return braces.starts(with: "({".utf8)
  }

  /// What the headers define that are always there (`basic/torch/standard.h` has their list).
  static let names: Set<String> = {
    let mathematics = """
      abs fabs sqrt cbrt exp exp2 expm1 log log2 log10 log1p pow sin cos tan sinh cosh tanh asin acos atan atan2 ceil floor round trunc fmod
      fma fmin fmax erf erfc hypot isnan isinf isfinite signbit copysign lround llround rint nearbyint ldexp frexp modf tgamma lgamma
      """
    let values = """
      min max swap pair make_pair tuple make_tuple tie get tuple_size tuple_element apply forward move exchange declval vector string
      to_string string_view array initializer_list optional nullopt make_optional shared_ptr unique_ptr make_shared make_unique unordered_map
      map numeric_limits ostringstream stringstream runtime_error logic_error invalid_argument out_of_range exception
      """
    let types = """
      size_t ptrdiff_t nullptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t is_same is_same_v
      is_integral is_integral_v is_floating_point is_floating_point_v is_arithmetic is_arithmetic_v is_convertible is_base_of conditional
      conditional_t enable_if enable_if_t decay decay_t remove_reference remove_reference_t remove_cv remove_cv_t remove_const remove_const_t
      true_type false_type integral_constant void_t underlying_type underlying_type_t index_sequence make_index_sequence integer_sequence
      """
    let c = "memcpy memset memcmp memmove strcmp strlen printf fprintf snprintf malloc free abort exit getenv"
    return Set("\(mathematics)\n\(values)\n\(types)\n\(c)".split { $0.isWhitespace }.map(String.init))
  }()

  // MARK: Half precision

  private static let smallFloats = ["half", "f16", "fp16", "float16", "reduced_floating"]

  private static func namesSmallFloats(_ text: String) -> Bool {
    let lowered = text.lowercased()
    return smallFloats.contains { lowered.contains($0) }
  }
}
