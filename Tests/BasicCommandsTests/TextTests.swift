import Testing

@testable import BasicCommands

struct PrintableTests {
  @Test(arguments: [
    "\u{1B}[2J", "\u{07}", "\u{9B}31m", "\u{1B}]0;title\u{07}", "a\u{202E}b", "\u{200B}", "\u{FEFF}", "\u{2028}",
    "\u{7F}",
    "\r", "\0", "\u{2066}",
  ])
  func `a terminal gets nothing that it would obey`(text: String) {
    for shown in [text.printable, text.printableLines] {
      #expect(!shown.unicodeScalars.contains { $0.isObeyed })
      #expect(shown.contains("\u{FFFD}"))
    }
    let json = try? JSON.line([text])
    #expect(json?.unicodeScalars.contains { $0.isObeyed } == false)
  }

  @Test func `lines and tabs stay where lines may be`() {
    #expect("a\tb\nc".printableLines == "a\tb\nc")
    #expect("a\tb".printable == "a b")
    #expect("grün – 日本 🙂".printable == "grün – 日本 🙂")
  }

  @Test func `columns are never too few`() {
    #expect("abc".columns == 3)
    #expect("日本".columns == 4)
    #expect("🙂".columns == 2)
    #expect("e\u{301}".columns == 1)
    #expect("“–·…▮▯→".columns == 7)
    #expect("日本語".prefix(columns: 5) == "日本")
    #expect("abc".prefix(columns: 0) == "")
    #expect("abc".prefix(columns: 9) == "abc")
  }
}

struct StreamedTextTests {
  private func pieces(_ texts: String...) -> [TextPiece] { texts.map { TextPiece(text: $0, isDrafted: false) } }

  @Test func `lines come out when they are complete`() {
    var text = StreamedText(palette: Palette(isOn: false))
    #expect(text.append(pieces("int ", "x")) == "")
    #expect(text.hasOpenLine)
    #expect(text.row(columns: 80) == "int x")
    #expect(text.append(pieces(";\n\n  y\nz")) == "int x;\n\n  y\n")
    #expect(text.close() == "z\n")
    #expect(!text.hasOpenLine)
  }

  @Test func `a carriage return before a line's end is no character`() {
    var text = StreamedText(palette: Palette(isOn: false))
    #expect(text.append(pieces("a\r\nb\r", "\nc")) == "a\nb\n")
    #expect(text.close() == "c\n")
  }

  @Test func `a long line is shown cut while it is written, and whole in the end`() {
    var text = StreamedText(palette: Palette(isOn: false))
    let long = String(repeating: "x", count: 300)
    _ = text.append(pieces(long, "日本", "tail"))
    #expect(text.row(columns: 40) == String(repeating: "x", count: 40))
    #expect(text.row(columns: 301) == long)
    #expect(text.row(columns: 303) == long + "日")
    #expect(text.close() == long + "日本tail\n")
  }

  @Test func `what a draft had right is set off, and its control characters are not obeyed`() {
    var text = StreamedText(palette: Palette(isOn: true))
    let lines = text.append([
      TextPiece(text: "a\u{1B}[31m", isDrafted: true), TextPiece(text: "b\n", isDrafted: false),
    ])
    #expect(lines == "\u{1B}[32ma\u{FFFD}[31m\u{1B}[0mb\n")
  }
}

struct LabelledLinesTests {
  @Test func `lines are wrapped at words, under each other`() {
    var lines = LabelledLines(width: 30, palette: Palette(isOn: false))
    lines.add("compile", " run: there is no compiler on this machine", lead: "not", style: { "<\($0)>" })
    lines.add("note", "abc")
    #expect(
      lines.text == """
        compile  <not> run: there is no
                 compiler on this
                 machine
        note     abc

        """)
  }

  @Test func `a word that fits no line stays where it is, and drawings are left alone`() {
    var lines = LabelledLines(width: 24, palette: Palette(isOn: false))
    lines.add("nvcc", "at /a/very/long/path/to/it by PATH")
    lines.addUnwrapped("  y = x + some_name_that_is_long;")
    #expect(lines.text == "nvcc  at /a/very/long/path/to/it\n      by PATH\n        y = x + some_name_that_is_long;\n")
  }

  @Test func `nothing is wrapped where there is no terminal, or next to no room`() {
    let words = String(repeating: "word ", count: 30)
    for width in [nil, 12] {
      var lines = LabelledLines(width: width, palette: Palette(isOn: false))
      lines.add("note", words)
      #expect(lines.text == "note  " + words + "\n")
    }
  }

  @Test func `a message cannot dress itself up`() {
    var lines = LabelledLines(width: nil, palette: Palette(isOn: false))
    lines.add("note", "a\u{1B}[1mb\nc")
    #expect(lines.text == "note  a\u{FFFD}[1mb\u{FFFD}c\n")
  }
}

struct NumberTests {
  @Test(arguments: [
    (3.14159, 2, "3.14"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (-1.5, 0, "-2"), (0, 3, "0.000"),
    (9.999, 2, "10.00"),
    (123456.789, 1, "123456.8"), (.infinity, 2, "inf"), (-.infinity, 2, "-inf"), (.nan, 2, "nan"),
  ])
  func `numbers have a fixed count of decimals`(value: Double, decimals: Int, text: String) {
    #expect(value.fixed(decimals) == text)
  }

  @Test func `numbers too large for decimals do no harm`() {
    #expect(Double.greatestFiniteMagnitude.fixed(2) == "\(Double.greatestFiniteMagnitude)")
    #expect(1.23456.rounded(to: 3) == 1.235)
  }

  @Test func `medians and quantiles`() {
    #expect(Statistics.median([]) == 0)
    #expect(Statistics.median([3]) == 3)
    #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
    #expect(Statistics.quantile([1, 2, 3, 4, 5], 0.25) == 2)
    #expect(Statistics.quantile([1, 2, 3, 4, 5], 1) == 5)
    #expect(Statistics.quantile([10, 20], 0.5) == 15)
  }

  @Test func `an interval holds its median, repeats, and narrows with more values`() {
    let few = Statistics.medianInterval([1, 2, 3, 4, 5])
    #expect(few.low <= few.median && few.median <= few.high)
    #expect(few == Statistics.medianInterval([1, 2, 3, 4, 5]))
    let many = Statistics.medianInterval((0..<200).map { 1 + Double($0 % 5) })
    #expect(many.high - many.low <= few.high - few.low)
    #expect(Statistics.medianInterval([7]) == (7, 7, 7))
  }
}

struct JSONTests {
  private struct Value: Encodable {
    var number: Double
    var path: String
    var missing: Nullable<Int>
  }

  @Test func `keys are in order, slashes stay, numbers that cannot be are words, what is missing is null`() throws {
    let value = Value(number: .nan, path: "a/b", missing: .init(nil))
    #expect(try JSON.line(value) == #"{"missing":null,"number":"nan","path":"a/b"}"#)
    #expect(try JSON.document(value).hasSuffix("}\n"))
    #expect(try JSON.line(["a\u{2028}\u{E0001}"]) == #"["a\u2028\udb40\udc01"]"#)
  }
}
