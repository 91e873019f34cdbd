import LanguageModelClients
import Testing

@Suite struct DotEnvTests {
  @Test(
    arguments: [
      ("A=1", ["A": "1"]), ("A=1\nB=2\r\nC=3\rD=4", ["A": "1", "B": "2", "C": "3", "D": "4"]),
      ("export KEY=sk-1\n  export\tOTHER = x \n", ["KEY": "sk-1", "OTHER": "x"]), ("export=1", ["export": "1"]),
      ("# comment\n\n  # another\nA=1 # the first\nB=1#2\nC=#none", ["A": "1", "B": "1#2", "C": ""]),
      ("A='a # $b \\n'", ["A": "a # $b \\n"]), ("A=\"a\\n\\t\\\"b\\\" \\$c \\\\ \\d\"", ["A": "a\n\t\"b\" $c \\ \\d"]),
      ("A=\"one\ntwo\" # c\nB='x\r\ny'\n", ["A": "one\ntwo", "B": "x\ny"]), ("A=\"one \\\ntwo\"", ["A": "one two"]),
      ("A=\nB=", ["A": "", "B": ""]), ("A=1\nA=2", ["A": "2"]), ("\u{feff}A=1", ["A": "1"]),
      ("A_1=it's \"so\" ", ["A_1": "it's \"so\""]), ("A=grüße 世界", ["A": "grüße 世界"]), ("A=b=c==", ["A": "b=c=="]),
      ("", [:]), ("#", [:]), ("A=\"\\\"", nil), ("A='x' y", nil), ("=x", nil), ("A", nil), ("1A=x", nil),
      ("A B=x", nil),
      ("A=\"x", nil), ("É=1", nil),
    ] as [(String, [String: String]?)])
  func `a file means what it means to a shell, where it means anything`(text: String, values: [String: String]?) {
    #expect((try? DotEnv(text))?.values == values)
  }

  @Test func `an error names the line and not the secret`() {
    for text in ["A=1\n\nB='sk-secret", "A='\n'\nB='x' sk-secret", "A=1\r\n\r\nsk-secret=1"] {
      let error = #expect(throws: LanguageModelClientsError.self) { try DotEnv(text) }
      #expect(error?.code == .configuration)
      #expect(error?.message.contains("Line 3 ") == true, "\(String(describing: error))")
      #expect(error?.message.contains("secret") == false)
    }
  }

  @Test func `printed it shows the names only`() throws {
    let file = try DotEnv("B=sk-secret\nA='sk-secret'")
    var dumped = ""
    dump(file, to: &dumped)
    for text in ["\(file)", String(reflecting: file), dumped] {
      #expect(text.contains("A") && text.contains("B") && !text.contains("secret"))
    }
  }

  @Test func `a key comes from the environment, or else from the file`() throws {
    let file = try DotEnv("KEY=file-key-1234\nEMPTY=\nBAD='two words'")
    #expect(
      try APIKey(variable: "KEY", environment: ["KEY": "shell-key-1234"], dotEnv: file) == APIKey("shell-key-1234"))
    #expect(try APIKey(variable: "KEY", environment: ["KEY": " "], dotEnv: file) == APIKey("file-key-1234"))
    #expect(try APIKey(variable: "KEY", environment: [:], dotEnv: file) == APIKey("file-key-1234"))
    for name in ["EMPTY", "MISSING", "BAD"] {
      let error = #expect(throws: LanguageModelClientsError.self) {
        try APIKey(variable: name, environment: [:], dotEnv: file)
      }
      #expect(error?.message.contains("`\(name)`") == true && error?.message.contains("two words") == false)
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `what is written in quotes is read back, and noise is refused or read`(seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    let pieces = ["A", "=", "\"", "'", "\\", "\n", "\r", "#", " ", "export ", "é", "x1", "$", "\t", "_", "\\n", "\0"]
    for _ in 0..<500 {
      let count = Int.random(in: 0...30, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
      for name in (try? DotEnv(text))?.values.keys.sorted() ?? [] {
        #expect(!name.isEmpty && name.utf8.allSatisfy { $0 < 0x80 && $0 > 0x20 })
      }
      let value = text.unicodeScalars.filter { $0 != "\r" }.map(String.init).joined()
      let escaped = value.map { ["\\", "\"", "$"].contains($0) ? "\\\($0)" : String($0) }.joined()
      #expect(try DotEnv("NAME=\"\(escaped)\"\nNEXT=1").values == ["NAME": value, "NEXT": "1"])
    }
  }
}
