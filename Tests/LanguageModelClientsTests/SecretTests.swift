import Testing

@testable import LanguageModelClients

@Suite struct SecretTests {
  @Test func `a key shows itself to nobody`() throws {
    let key = try APIKey("  \(Asking.secret)\n")
    #expect(key.secret == Asking.secret)
    var endpoint = Endpoint(name: "e", dialect: .openAIChat, baseURL: "https://x.example", model: "m", apiKey: key)
    endpoint.headers = [.init("api-key", "another-secret-1")]
    var dumped = ""
    dump(endpoint, to: &dumped)
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\(endpoint)", String(reflecting: endpoint), dumped] {
      #expect(!text.contains("0123") && !text.contains("another"), "\(text)")
    }
  }

  @Test func `what is secret in headers and addresses is taken out of what servers say`() {
    var endpoint = Endpoint(
      name: "e", dialect: .openAIChat, baseURL: "https://x.example/v1?key=query-secret-99", model: "m")
    endpoint.headers = [.init("api-key", "header-secret-77")]
    let body = Array("{\"error\":\"no: header-secret-77, /v1?key=query-secret-99\"}".utf8)
    let error = EndpointErrors(endpoint).response(status: 400, retryAfter: nil, location: nil, body: body)
    #expect(error.message.contains("no: (hidden)") && !error.message.contains("secret"), "\(error)")
    let lost = EndpointErrors(endpoint).network(Trouble(text: "header-secret-77"), hasBegun: true)
    #expect(lost.code == .brokenStream && lost.description.contains("(hidden)") && !lost.description.contains("secret"))
  }

  private struct Trouble: Error { var text: String }

  @Test(arguments: ["", " \n", "two words", "line\nend", "grüße", "a\u{0}b", "key\u{7f}"])
  func `what cannot be a key is refused, unseen`(text: String) {
    let error = #expect(throws: LanguageModelClientsError.self) { try APIKey(text) }
    #expect(error?.code == .configuration)
    #expect(text.trimmingBlanks.isEmpty || error?.description.contains(text) == false)
  }

  @Test(arguments: [
    ("bad key sk-abcdefghijkl!", "bad key (hidden)!"), ("sk-abcdefghijklsk-abcdefghijkl", "(hidden)"),
    ("sk-abcdef***ijkl", "(hidden)***ijkl"), ("sk-abcd", "sk-abcd"), ("", ""), ("é sk-abcdefghijkl é", "é (hidden) é"),
    ("pass: geheim.", "pass: (hidden)."), ("geheimgeheim", "(hidden)"), ("abc x", "abc x"),
    ("Basic c2stYWJj", "Basic c2stYWJj"), ("xcdefghijx", "x(hidden)x"),
  ])
  func `stretches of a secret are taken out of texts`(text: String, redacted: String) {
    let redactor = Redactor(secrets: ["sk-abcdefghijkl", "geheim", "abc", ""])
    #expect(redactor.redact(text) == redacted)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `wherever a secret stands no eight letters of it remain`(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    for _ in 0..<200 {
      let secret = String(
        (0..<Int.random(in: 8...40, using: &generator)).map { _ in "abAB01-_".randomElement(using: &generator)! })
      var text = String(
        (0..<Int.random(in: 0...60, using: &generator)).map { _ in "ab \n*é".randomElement(using: &generator)! })
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = text.indices.randomElement(using: &generator) ?? text.endIndex
        let start = secret.index(secret.startIndex, offsetBy: Int.random(in: 0...(secret.count - 8), using: &generator))
        text.insert(contentsOf: secret[start...], at: place)
      }
      let redacted = Redactor(secrets: [secret]).redact(text)
      let letters = Array(secret)
      for start in 0...(letters.count - 8) {
        #expect(!redacted.contains(String(letters[start..<start + 8])), "\(secret) in \(redacted)")
      }
    }
  }

  @Test func `texts of servers become one short plain line`() {
    let text = ServerText(redactor: Redactor(secrets: []))
    #expect(text.shown(" a\r\n\tb\u{1b}[31m\u{202e}c\u{0} ") == "a b [31m c")
    #expect(text.shown(String(repeating: "x", count: 5000)).count == ServerText.longest + 1)
    #expect(text.pageTitle("<html><TITLE class=x>A &amp; B</TITLE>") == "A &amp; B")
    #expect(text.pageTitle("<p>Please</p> <b>log in</b>") == "Please log in")
    #expect(text.pageTitle("<title>unclosed") == "unclosed")
    #expect(text.pageTitle("<title") == "")
    #expect(text.pageTitle("<title>İstanbul</title>x").contains("stanbul"))
    #expect(ServerText.isHTML(Array("\n <!doctype".utf8)) && !ServerText.isHTML(Array("{<".utf8)))
  }
}
