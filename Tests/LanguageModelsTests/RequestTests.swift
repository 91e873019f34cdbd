import LanguageModels
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct RequestTests {
  @Test func `a request leaves to the model what it does not say`() {
    let request = GenerationRequest(.conversation([Message(.user, "Hello")]), maximumTokens: 5)
    #expect(request.temperature == nil && request.topP == nil && request.topK == nil && request.minP == nil)
    #expect(request.repetitionPenalty == nil && request.seed == nil && request.stopSequences.isEmpty)
    #expect(request.maximumTokens == 5)
  }

  @Test func `requests with other inputs are different requests`() {
    func request(_ input: GenerationRequest.Input) -> GenerationRequest { .init(input, maximumTokens: 1) }
    // A special token is not the text that it is written as.
    #expect(request(.segments([.text("<|end|>")])) != request(.segments([.specialToken("<|end|>")])))
    #expect(request(.segments([.text("a")])) == request(.segments([.text("a")])))
  }

  @Test func `messages are written down in the words that endpoints use`() throws {
    let messages = [Message(.system, "Be brief."), Message(.user, "“ü”\n"), Message(.assistant, "")]
    let data = try JSONEncoder().encode(messages)
    #expect(try JSONDecoder().decode([Message].self, from: data) == messages)
    #expect(Message.Role.allCases.map(\.rawValue) == ["system", "user", "assistant"])
    let text = #"[{"role":"user","content":"x"}]"#
    #expect(try JSONDecoder().decode([Message].self, from: Data(text.utf8)) == [Message(.user, "x")])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Message].self, from: Data(#"[{"role":"robot","content":"x"}]"#.utf8))
    }
  }

  @Test func `reasons are written down as one word each`() throws {
    for (reason, word) in [
      (GenerationOutcome.Reason.end, "end"), (.tokenLimit, "token-limit"), (.contextFull, "context-full"),
      (.refused, "refused"), (.stopped, "stopped"),
    ] {
      #expect(reason.rawValue == word)
    }
  }
}
