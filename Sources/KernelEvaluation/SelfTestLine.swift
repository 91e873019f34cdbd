/// A line that a program prints about its own result, and what it says: that it is right, that it is wrong, or nothing.
///
/// Nobody prescribes the words. So success has to be said outright: what is negated (`do not match`), counted short (`3/10 passed`), asked
/// (`whether they match`) or valued otherwise (`correct: false`) is none. A failure may be counted away: `0 mismatches`, `failed: 0`.
struct SelfTestLine {
  /// What a line says of a result.
  enum Meaning {
    case success, failure
  }

  private enum Token: Equatable {
    case word(String)
    case number(Double)
    case sign(Character)
  }

  private static let failures: Set<String> = [
    "fail", "fails", "failed", "failing", "failure", "failures", "incorrect", "mismatch", "mismatches", "mismatched",
    "wrong",
    "differ", "differs",
  ]
  private static let errors: Set<String> = ["error", "errors"]
  private static let successes: Set<String> = [
    "pass", "passed", "passes", "correct", "success", "successful", "ok", "match", "matches", "matched", "verified",
  ]
  private static let negations: Set<String> = [
    "not", "no", "never", "cannot", "without", "nothing", "none", "neither", "zero", "hardly",
  ]
  private static let conditions: Set<String> = ["if", "whether", "should", "must", "expected", "when", "until"]
  /// What may go well without the result being right.
  private static let steps: Set<String> = [
    "launch", "launched", "alloc", "allocated", "allocation", "copy", "copied", "malloc", "memcpy", "initialized",
    "initialization", "compiled", "compilation", "loaded",
  ]
  private static let beforeCounts: Set<String> = [
    "with", "and", "found", "total", "had", "has", "have", "got", "are", "is",
  ]

  private let tokens: [Token]

  init(_ line: some StringProtocol) { tokens = Self.tokens(line) }

  /// What the line says; a failure goes before a success. Nil where it says nothing.
  var meaning: Meaning? {
    var meaning: Meaning?
    for index in tokens.indices {
      guard case .word(let word) = tokens[index] else { continue }
      switch self.meaning(of: word, at: index) {
      case .failure: return .failure
      case .success: meaning = .success
      case nil: break
      }
    }
    return meaning
  }

  private func meaning(of word: String, at index: Int) -> Meaning? {
    if Self.failures.contains(word) {
      return isCountedAway(word, index) || isNegated(index) ? nil : .failure
    }
    if Self.errors.contains(word) {
      return isErrorOfItsOwn(word, index) && !isCountedAway(word, index) && !isNegated(index) ? .failure : nil
    }
    guard Self.successes.contains(word) else { return nil }
    if isNegated(index) || isValuedFalse(index) { return .failure }
    if let (part, whole) = ratio(at: index) { return part < whole || whole == 0 ? .failure : .success }
    let before = tokens[..<index].compactMap { if case .word(let word) = $0 { word } else { nil } }
    if before.contains(where: Self.conditions.contains) { return nil }
    // The second pass of an algorithm.
    if word == "pass" || word == "passes",
      neighbours(index).contains(where: { if case .number = $0 { true } else { false } })
    {
      return nil
    }
    if word.hasPrefix("success"), before.contains(where: Self.steps.contains) { return nil }
    return .success
  }

  private func token(_ index: Int) -> Token? { tokens.indices.contains(index) ? tokens[index] : nil }

  private func neighbours(_ index: Int) -> [Token] { [index - 1, index + 1].compactMap(token) }

  private func number(_ index: Int) -> Double? { if case .number(let value)? = token(index) { value } else { nil } }

  private func isSign(_ index: Int, _ signs: String) -> Bool {
    if case .sign(let sign)? = token(index) { signs.contains(sign) } else { false }
  }

  /// Within a few words before it, and in the same part of the sentence.
  private func isNegated(_ index: Int) -> Bool {
    for place in stride(from: index - 1, through: max(0, index - 4), by: -1) {
      guard case .word(let word) = tokens[place] else { return false }
      if Self.negations.contains(word) || word.hasSuffix("n't") { return true }
      if Self.failures.contains(word) || Self.errors.contains(word) { return false }
    }
    return false
  }

  /// `0 failures`, `failures: 0`, `failures 0`.
  private func isCountedAway(_ word: String, _ index: Int) -> Bool {
    if isSign(index + 1, ":="), number(index + 2) == 0 { return true }
    if token(index + 1) == .word("count"), number(isSign(index + 2, ":=") ? index + 3 : index + 2) == 0 { return true }
    if word.hasSuffix("s"), number(index + 1) == 0, index + 2 == tokens.count { return true }
    // `Test 0 failed` counts nothing.
    guard number(index - 1) == 0 else { return false }
    switch token(index - 2) {
    case nil, .sign: return true
    case .word(let word): return Self.beforeCounts.contains(word)
    case .number: return false
    }
  }

  /// An error and not the size of one: `max error: 1e-6` measures.
  private func isErrorOfItsOwn(_ word: String, _ index: Int) -> Bool {
    if word == "errors", let count = number(index - 1) ?? number(isSign(index + 1, ":=") ? index + 2 : index + 1) {
      return count > 0
    }
    if token(index - 1) == .word("cuda") || token(index - 1) == .word("runtime") { return true }
    if index == 0 { return number(isSign(1, ":=") ? 2 : 1) == nil }
    return false
  }

  /// `correct: false`, `passed = 0`.
  private func isValuedFalse(_ index: Int) -> Bool {
    guard isSign(index + 1, ":=?"), ratio(at: index) == nil else { return false }
    if case .word(let word)? = token(index + 2) { return ["no", "false", "not", "never"].contains(word) }
    return number(index + 2) == 0
  }

  /// `3/10 passed`, `3 of 10 tests passed`, `passed: 3/10`.
  private func ratio(at index: Int) -> (Double, Double)? {
    func pair(from start: Int) -> (Double, Double)? {
      guard let part = number(start) else { return nil }
      if isSign(start + 1, "/") || token(start + 1) == .word("of"), let whole = number(start + 2) {
        return (part, whole)
      }
      if token(start + 1) == .word("out"), token(start + 2) == .word("of"), let whole = number(start + 3) {
        return (part, whole)
      }
      return nil
    }
    for start in [index - 3, index - 4, index - 5, index + 1, index + 2, index + 3] {
      if let found = pair(from: start) { return found }
    }
    return nil
  }

  private static func tokens(_ line: some StringProtocol) -> [Token] {
    var tokens: [Token] = []
    var rest = line.lowercased()[...]
    while let first = rest.first {
      if first.isLetter {
        let word = rest.prefix { $0.isLetter || $0 == "'" || $0 == "’" }
        tokens.append(.word(String(word.map { $0 == "’" ? "'" : $0 })))
        rest = rest.dropFirst(word.count)
      } else if first.isNumber {
        let digits = rest.prefix { $0.isNumber || $0 == "." || $0 == "e" || $0 == "-" }
        let number = Double(digits.last == "." ? digits.dropLast() : digits)
        tokens.append(.number(number ?? .nan))
        rest = rest.dropFirst(digits.count)
      } else {
        if !first.isWhitespace { tokens.append(.sign(first)) }
        rest = rest.dropFirst()
      }
    }
    return tokens
  }
}
