import Foundation
import KernelVerdicts
import Testing

@testable import KernelReports

@Suite struct PageTests {
  static func page(_ runs: [SuiteResults], limits: SuitePage.Limits = SuitePage.Limits()) throws -> String {
    try SuitePage(runs, report: SuiteReport(runs), limits: limits).html()
  }

  private static func count(_ piece: String, in text: String) -> Int { text.components(separatedBy: piece).count - 1 }

  @Test func `nothing that a model wrote is markup`() throws {
    let page = try Self.page([Sample.timed, Sample.untimed])
    #expect(Self.count("<script", in: page) == 2)
    #expect(Self.count("</script", in: page) == 2)
    #expect(!page.contains("<img"))
    #expect(!page.contains("<b>bold"))
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;console.error(&quot;kernel&quot;)"))
    #expect(!page.unicodeScalars.contains { $0 != "\n" && $0 != "\t" && PlainText.isObeyed($0) })
    #expect(page.contains("\\u{202E}desrever\\u{202C}"))
  }

  /// Every text of the input holds the same poison, and none of it may come out as it is.
  @Test func `every text is escaped, wherever it comes from`() throws {
    let poison = "\"'><svg/onload=alert(1)>&lt;</script><!--\u{2066}"
    let candidate = SuiteResults.Candidate(
      ordinal: 1, verdict: .correct, finding: poison, cost: 1, source: poison, isBest: true)
    let problem = Sample.problem(poison, poison, .solved, [candidate], notice: poison)
    let left = Sample.problem(poison + "2", poison, .unjudgeable, [], notice: poison)
    let run = SuiteResults(
      name: poison, id: poison, model: poison, strategy: poison, device: poison, gpu: poison, currency: poison,
      problems: [problem, left])
    for page in [try Self.page([run]), try Self.page([run, run])] {
      #expect(!page.contains("<svg/onload"))
      #expect(!page.contains("\"'>"))
      #expect(!page.contains("<!--"))
      #expect(!page.contains("\u{2066}"))
      #expect(Self.count("<script", in: page) == 2)
      // What was escaped already is escaped again: it is shown as it was written.
      #expect(page.contains("&amp;lt;"))
    }
  }

  @Test func `the embedded JSON is the report`() throws {
    let report = try SuiteReport([Sample.timed])
    let page = try SuitePage([Sample.timed], report: report).html()
    let start = try #require(page.range(of: "<script type=\"application/json\" id=\"report\">"))
    let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    let data = Data(page[start.upperBound..<end.lowerBound].utf8)
    #expect(try decoder.decode(SuiteReport.self, from: data) == report)
    #expect(!page[start.upperBound..<end.lowerBound].contains { "<>&".contains($0) })
  }

  @Test func `the page names its script by the script's hash`() throws {
    let hash = Data(SHA256.digest(Array(PageScript.text.utf8))).base64EncodedString()
    #expect(PageScript.hash == hash, "Write this into PageScript.hash: \(hash)")
    #expect(Data(SHA256.digest(Array("abc".utf8))).prefix(4).elementsEqual([0xBA, 0x78, 0x16, 0xBF]))
    #expect(try Self.page([Sample.small]).contains("script-src 'sha256-\(hash)'"))
  }

  @Test func `the page asks for nothing from elsewhere`() throws {
    let page = try Self.page([Sample.timed, Sample.sampled])
    for piece in ["http://", "https://", "@import", "url(", "<link rel=\"stylesheet"] { #expect(!page.contains(piece)) }
    #expect(Self.count(" src=", in: page) == Self.count("img src=x", in: page))
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `identifiers are unique, and every link within the page has its target`() throws {
    let page = try Self.page([Sample.timed, Sample.sampled, Sample.untimed])
    let identifiers = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(identifiers).count == identifiers.count)
    let links = Set(page.matches(of: /href="#([^"]*)"/).map { String($0.1) })
    #expect(links.isSubset(of: Set(identifiers)))
    let labels = Set(page.matches(of: /aria-labelledby="([^"]*)"/).map { String($0.1) })
    #expect(labels.isSubset(of: Set(identifiers)))
  }

  @Test func `without a time the page has no speed and says so`() throws {
    let page = try Self.page([Sample.untimed])
    #expect(page.contains("Not timed: nothing here was measured on a GPU."))
    #expect(!page.contains("id=\"speeds-wide\""))
    #expect(!page.contains("fast_1 against"))
    #expect(page.contains("estimate, not measured"))
    #expect(try Self.page([Sample.timed]).contains("id=\"speeds-wide\""))
  }

  @Test func `what is left out for its size is said`() throws {
    var run = Sample.small
    run.problems[0].candidates[1].source = String(repeating: "é", count: 1000)
    run.problems[1].candidates[0].source = "second"
    var limits = SuitePage.Limits()
    limits.sourceBytes = 101
    limits.candidatesPerProblem = 1
    // 55 bytes for each of five problems. The order is that of their numbers: 1/2, whose source is short, comes first.
    limits.allSourceBytes = 5 * 55
    let page = try Self.page([run], limits: limits)
    #expect(page.contains("<code>second</code>"))
    #expect(page.contains("<code>\(String(repeating: "é", count: 50))</code>"))
    #expect(page.contains("Cut here: the source has 2,000 bytes."))
    #expect(Self.count("Not on this page: 1 more.", in: page) == 4)
    limits.allSourceBytes = 0
    #expect(try Self.page([run], limits: limits).contains("The source, 6 bytes, is not on this page."))
  }

  @Test func `room for sources goes to the best one first, and what is left over to the next problem`() {
    var limits = SuitePage.Limits()
    limits.sourceBytes = 60
    limits.allSourceBytes = 200
    limits.allCandidates = 30
    var room = PageRoom(limits, problems: 2)
    #expect(room.candidatesPerProblem == 15)
    func candidate(_ bytes: Int, _ verdict: Verdict?, best: Bool = false) -> SuiteResults.Candidate {
      SuiteResults.Candidate(
        ordinal: 1, verdict: verdict, source: String(repeating: "x", count: bytes), isBest: best)
    }
    #expect(
      room.sourceBytes(for: [
        candidate(80, nil), candidate(30, .correct), candidate(20, .incorrect), candidate(50, .correct, best: true),
      ]) == [20, 30, 0, 50])
    #expect(room.sourceBytes(for: [candidate(10, nil)]) == [10])
    #expect(PageRoom(limits, problems: 1000).candidatesPerProblem == 10)
  }
}

@Suite struct CandidateTreeTests {
  private func tree(_ parents: [Int?], limit: Int = 1000, best: Int? = nil) -> CandidateTree {
    CandidateTree(
      parents.enumerated().map { place, parent in
        SuiteResults.Candidate(ordinal: place, parent: parent, isBest: place == best)
      }.reversed(), limit: limit)
  }

  @Test func `parents come before their children, siblings by number`() {
    let tree = tree([nil, 0, nil, 0, 1, 2])
    #expect(tree.nodes.map(\.candidate.ordinal) == [0, 1, 4, 3, 2, 5])
    #expect(tree.nodes.map(\.depth) == [0, 1, 2, 1, 0, 1])
    #expect(tree.nodes.map(\.parent) == [nil, 0, 1, 0, nil, 4])
  }

  @Test func `circles, strangers and oneself as parent lead to the top`() {
    let tree = tree([1, 0, 2, 99, -1, 3])
    #expect(tree.nodes.count == 6)
    #expect(tree.nodes.map(\.candidate.ordinal) == [0, 1, 2, 3, 5, 4])
    #expect(tree.nodes.map(\.depth) == [0, 1, 0, 0, 1, 0])
  }

  @Test func `a chain of a hundred thousand is no trouble`() {
    let tree = tree((0..<100_000).map { $0 == 0 ? nil : $0 - 1 }, limit: 200_000)
    #expect(tree.nodes.last?.depth == 99_999)
  }

  @Test func `the path to the best one is kept first`() {
    let tree = tree([nil, nil, nil, 2, 3, 1], limit: 4, best: 4)
    #expect(tree.nodes.map(\.candidate.ordinal) == [0, 2, 3, 4])
    #expect(tree.omitted == 2)
  }

  @Test(arguments: 0..<200)
  func `any parents give each candidate one place under its parent`(_ seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let count = Int.random(in: 0...40, using: &generator)
    let parents = (0..<count).map { _ in
      Bool.random(using: &generator) ? nil : Int.random(in: -2...count, using: &generator)
    }
    let limit = Int.random(in: 0...50, using: &generator)
    let tree = tree(parents, limit: limit, best: Int.random(in: 0...40, using: &generator))
    #expect(tree.nodes.count == min(count, limit))
    #expect(tree.omitted == count - tree.nodes.count)
    #expect(Set(tree.nodes.map(\.candidate.ordinal)).count == tree.nodes.count)
    for (place, node) in tree.nodes.enumerated() {
      guard let parent = node.parent else { #expect(node.depth == 0); continue }
      #expect(parent < place && tree.nodes[parent].depth == node.depth - 1)
      #expect(tree.nodes[parent].candidate.ordinal == node.candidate.parent)
    }
  }
}
