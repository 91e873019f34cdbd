import Foundation
import KernelEvaluation
import Testing

@testable import BasicCommands

struct ProblemNumbersTests {
  @Test(arguments: [
    ("7", [7]), ("1-3", [1, 2, 3]), ("1-3,2,40", [1, 2, 3, 40]), ("5-5", [5]), ("007", [7]), ("100000", [100_000]),
    ("3,1", [1, 3]),
  ])
  func `numbers and stretches of them`(text: String, numbers: [Int]) {
    #expect(ProblemNumbers(argument: text)?.numbers == Set(numbers))
  }

  @Test(arguments: [
    "", ",", "1,", ",1", "-", "1-", "-1", "3-1", "1-2-3", "a", "1 2", " 1", "1, 2", "+1", "1.5", "0x1", "100001",
    "1-100001", "99999999999999999999", "1-99999999999999999999", "١", "1\u{301}", "²", "1–3", "1\n",
  ])
  func `what is no list is refused`(text: String) {
    #expect(ProblemNumbers(argument: text) == nil)
  }

  /// The list read number by number, the slow and plain way.
  private static func plain(_ text: String) -> Set<Int>? {
    var numbers: Set<Int> = []
    for part in text.components(separatedBy: ",") {
      let ends = part.components(separatedBy: "-")
      for end in ends where end.isEmpty || !end.utf8.allSatisfy({ (48...57).contains($0) }) { return nil }
      guard let first = Int(ends[0]), ends.count <= 2, let last = ends.count == 2 ? Int(ends[1]) : first else {
        return nil
      }
      guard first <= last, last <= 100_000 else { return nil }
      for number in first...last { numbers.insert(number) }
    }
    return numbers
  }

  @Test func `agrees with a plain reader on texts of all kinds`() {
    var luck = SeededGenerator(seed: 19, purpose: "numbers")
    let pieces = ["1", "2", "9", "0", "12", "-", ",", "-", ",", " ", "a", "é", "٣"]
    var valid = 0
    for _ in 0..<4000 {
      let text = (0..<Int.random(in: 0..<9, using: &luck)).map { _ in pieces[biased(&luck)] }.joined()
      // A long stretch is slow to read plainly.
      guard !text.contains(/[0-9]{6}/) else { continue }
      let expected = text.isEmpty ? nil : Self.plain(text)
      #expect(ProblemNumbers(argument: text)?.numbers == expected, "\(text)")
      if expected != nil { valid += 1 }
    }
    #expect(valid > 200)

    /// What can be a list most of the time.
    func biased(_ luck: inout SeededGenerator) -> Int {
      Int.random(in: 0..<(Int.random(in: 0..<8, using: &luck) == 0 ? pieces.count : 9), using: &luck)
    }
  }
}
