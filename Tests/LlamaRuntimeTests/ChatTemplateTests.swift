import LanguageModels
import Testing

@testable import LlamaRuntime

@Suite struct ChatTemplateTests {
  static let conversation = [
    Message(.system, "Be brief."), Message(.user, "Write “ü”."), Message(.assistant, "ü"), Message(.user, "Again."),
  ]

  @Test func `ChatML is laid out to where the answer begins`() {
    #expect(
      ChatTemplate.render(Self.conversation, template: "chatml") == """
        <|im_start|>system
        Be brief.<|im_end|>
        <|im_start|>user
        Write “ü”.<|im_end|>
        <|im_start|>assistant
        ü<|im_end|>
        <|im_start|>user
        Again.<|im_end|>
        <|im_start|>assistant

        """)
  }

  @Test func `every template that has a name lays out a conversation`() {
    #expect(ChatTemplate.names.contains("chatml") && ChatTemplate.names.contains("llama3"))
    #expect(ChatTemplate.names == ChatTemplate.names.sorted())
    for name in ChatTemplate.names {
      #expect(ChatTemplate.render(Self.conversation, template: name)?.contains("Again.") == true, "\(name)")
    }
  }

  @Test func `long messages are laid out whole`() {
    let long = String(repeating: "0123456789", count: 20_000)
    let text = ChatTemplate.render([Message(.user, long), Message(.user, "")], template: "chatml")
    #expect(text?.contains(long) == true)
  }

  @Test(.enabled(if: Bundled.arePresent, Bundled.missing))
  func `a template that is not known, or missing, gets a sentence with the ones that are`() throws {
    let model = try Bundled.target
    for name in ["nonsense", nil] as [String?] where name != nil || model.chatTemplate == nil {
      #expect {
        try model.tokens(of: .conversation(Self.conversation), chatTemplate: name)
      } throws: { error in
        guard let error = error as? LlamaRuntimeError else { return false }
        return error.code == .noChatTemplate && error.message.contains("chatml") && error.message.contains("llama3")
          && (name == nil || error.message.contains("nonsense"))
      }
    }
    #expect(try !model.tokens(of: .conversation(Self.conversation), chatTemplate: "chatml").isEmpty)
  }
}
