import Testing

@testable import KernelEvaluation

@Suite struct SentencesTests {
  @Test(arguments: [
    ("one\ntwo", "one."), ("\n  \nyes!", "yes!"), ("", "it says no more."), ("ends.", "ends."), ("a  \nb", "a."),
  ])
  func aFirstLineIsASentence(text: String, sentence: String) { #expect(Sentences.firstLine(text) == sentence) }

  @Test func aLongLineIsCut() {
    #expect(Sentences.firstLine(String(repeating: "x", count: 900), limit: 10).count == 12)
  }

  @Test(arguments: [([String](), ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
  func listsReadAsPeopleWriteThem(words: [String], text: String) { #expect(Sentences.list(words) == text) }

  @Test func theFirstErrorOfALogIsFound() {
    #expect(BuildLog.firstError("In file\nx.cu(3): error: no such thing\nmore") == "x.cu(3): error: no such thing")
    #expect(BuildLog.firstError("nothing wrong") == "nothing wrong")
    #expect(BuildLog.firstError("") == nil)
  }
}
