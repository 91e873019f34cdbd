import Foundation
import Testing

@testable import BasicCommands

struct RunTextTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1.0k"), (1249, "1.2k"), (99_940, "99.9k"), (99_960, "100k"), (999_499, "999k"),
    (999_500, "1.0M"), (12_345_678, "12.3M"), (1_500_000_000, "1.5G"), (Int.max, "9.2E"), (-1500, "-1.5k"),
  ])
  func `counts are short`(number: Int, text: String) {
    #expect(RunText.count(number) == text)
  }

  @Test func `no count takes more than five columns, and more is never shown as less`() {
    var generator = SystemRandomNumberGenerator()
    for bits in 0..<63 {
      let number = Int.random(in: 0...(1 << bits), using: &generator)
      #expect(RunText.count(number).count <= 5)
    }
  }

  @Test func `money, times and lengths of time`() {
    #expect(RunText.money(nil) == "")
    #expect(RunText.money(0) == "0.00")
    #expect(RunText.money(0.0123) == "0.0123")
    #expect(RunText.money(0.31) == "0.31")
    #expect(RunText.money(1234.5) == "1235")
    #expect(RunText.kernelTime(milliseconds: 0.412) == "0.412 ms")
    #expect(RunText.kernelTime(milliseconds: 0.0312) == "31.2 µs")
    #expect(RunText.kernelTime(milliseconds: 0.09999) == "0.100 ms")
    #expect(RunText.kernelTime(milliseconds: 1500) == "1.50 s")
    #expect(RunText.duration(4.21) == "4.2 s")
    #expect(RunText.duration(65) == "1 min 5 s")
    #expect(RunText.duration(3600) == "1 h")
    #expect(RunText.duration(7380) == "2 h 3 min")
    #expect(RunText.minute(Date(timeIntervalSince1970: 1_795_000_000)) == "2026-11-18 11:06 UTC")
  }

  @Test(arguments: [
    (0.0, "0"), (0.01234, "0.0123"), (0.4116, "0.412"), (1.519, "1.52"), (9.996, "10.0"), (12.34, "12.3"),
    (123.4, "123"), (0.9999, "1.00"),
  ])
  func `three digits that say something`(number: Double, text: String) {
    #expect(RunText.short(number) == text)
  }

  @Test func `a table is cut where it may be, and only there`() {
    var table = ColumnTable(
      columns: [.init(title: "id"), .init(title: "name", isFlexible: true), .init(title: "n", isNumeric: true)],
      width: 24, palette: Palette(isOn: false))
    table.add([.init(text: "abcdef"), .init(text: "a name of some length"), .init(text: "12")], note: "more about it")
    table.add([.init(text: "x\u{1B}[1m"), .init(text: "日本"), .init(text: "")], note: "n\r\ne\u{7}", indent: 4)
    #expect(
      table.text == """
        id      name           n
        abcdef  a name of s…  12
          more about it
        x�[1m   日本
            n e�

        """)
    table.width = nil
    #expect(table.text.contains("a name of some length  12\n"))
    // Where there is no room at all, columns keep a little.
    table.width = 1
    #expect(table.text.contains("abcdef  a nam…  12\n"))
  }
}
