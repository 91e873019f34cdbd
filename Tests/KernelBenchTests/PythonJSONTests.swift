import Foundation
import Testing

@testable import KernelBench

@Suite struct `Python's JSON` {
  @Test(arguments: [
    (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1, "-1.0"), (2.66, "2.66"), (0.1 + 0.2, "0.30000000000000004"),
    (1e15, "1000000000000000.0"), (1e16, "1e+16"), (12_345_678_901_234_568, "1.2345678901234568e+16"),
    (9_999_999_999_999_998, "9999999999999998.0"), (0.0001, "0.0001"), (0.00001, "1e-05"), (1.5e-7, "1.5e-07"),
    (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (123456.789, "123456.789"),
    (.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN"), (100, "100.0"), (1e100, "1e+100"),
  ])
  func `has numbers as Python's repr`(number: Double, text: String) {
    #expect(pythonText(of: number) == text)
  }

  @Test func `writes what Python writes`() throws {
    let value = PythonJSON.object([
      .init("b", .array([.integer(1), .number(2.5), .null, .boolean(true), .array([]), .object([])])),
      .init("a\"\\\n\t\r\u{8}\u{c}\u{1}\u{7f}é\u{1F680}", .string("/")),
    ])
    #expect(
      value.text(indent: 4) == """
        {
            "b": [
                1,
                2.5,
                null,
                true,
                [],
                {}
            ],
            "a\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u007f\\u00e9\\ud83d\\ude80": "/"
        }
        """)
    #expect(try PythonJSON(Array(value.text(indent: 4).utf8), name: "x") == value)
  }

  @Test(arguments: ["", "[1,]", "nan", "[1] 2"])
  func `is not read from anything else`(text: String) {
    #expect { try PythonJSON(Array(text.utf8), name: "it") } throws: {
      ($0 as? KernelBenchError)?.code == .invalidResults && "\($0)".hasPrefix("it is no JSON: ")
    }
  }

  @Test func `reads what Python reads`() throws {
    func read(_ text: String) throws -> PythonJSON { try PythonJSON(Array(text.utf8), name: "x") }
    #expect(try read("\u{FEFF}[NaN, -Infinity, Infinity]").text(indent: 0) == "[\nNaN,\n-Infinity,\nInfinity\n]")
    #expect(try read("{\"a\": 1, \"b\": 2, \"a\": 3}").members?.map(\.name) == ["a", "b"])
    #expect(try read("{\"a\": 1, \"b\": 2, \"a\": 3}")["a"]?.integer == 3)
    #expect(try read("\"\\ud83d\\ude80 \\ud83d \\u00e9\\/\"").string == "\u{1F680} \u{FFFD} é/")
    #expect(try read("\"\\ud83d\\u0041\"").string == "\u{FFFD}A")
    // Numbers keep the way they are written.
    #expect(
      try read("123456789012345678901234567890.50E+00").text(indent: 0) == "123456789012345678901234567890.50E+00")
    #expect(try read("4.0").integer == 4 && read("4.5").integer == nil)
    #expect { try read(String(repeating: "[", count: 5000)) } throws: { "\($0)".contains("nested") }
    #expect { try read("[\n1,\n x]") } throws: { "\($0)".contains("line 3") }
  }

  @Test(arguments: 0..<(TestData.isLongRun ? 20_000 : 500))
  func `survives any bytes, and comes back from what it wrote`(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let start = """
      {"1": [{"sample_id": 0, "compiled": true, "correctness": false, "metadata": {"a": "\\u00e9", "b": [1e5, -0.5]},
       "runtime": -1.0, "runtime_stats": {"mean": 1.5, "std": NaN}}], "2": []}
      """
    let bytes = mutated(
      Array(start.utf8), snippets: ["{", "}", "[", "]", "\"", "\\u", ":", ",", "null", "1e999", "Infinity", "{\"1\":"],
      using: &generator)
    guard let value = try? PythonJSON(bytes, name: "x") else { return }
    #expect(try PythonJSON(Array(value.text(indent: 2).utf8), name: "x") == value)
    // Whatever JSON it is, it is read as results and as a baseline, and what was understood comes back.
    if let results = try? EvaluationResults(reading: bytes) {
      #expect(try EvaluationResults(reading: Array(results.text.utf8)).text == results.text)
    }
    if let baseline = try? TimingBaseline(reading: bytes, name: "x") {
      #expect(try TimingBaseline(reading: Array(baseline.text.utf8), name: "x").text == baseline.text)
    }
  }
}
