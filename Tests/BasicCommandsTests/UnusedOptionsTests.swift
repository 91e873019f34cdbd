import ArgumentParser
import KernelPrompting
import Testing

@testable import BasicCommands

struct UnusedOptionsTests {
  /// Arguments of `generate`, what the model and the prompt are like, and what is said.
  struct Case: Sendable, CustomTestStringConvertible {
    var arguments: String
    var form = PromptForm.compact
    var isConversation = false
    var said: [String]
    var testDescription: String { arguments }
  }

  @Test(arguments: [
    Case(arguments: "", said: []),
    Case(
      arguments: "--temperature 0.7 --verification without-replacement --draft d.gguf --speculation tree", said: []),
    Case(arguments: "--precision bf16", said: ["--precision bf16: this model's form of prompts does not mention it"]),
    Case(arguments: "--precision bf16", form: .instruct, isConversation: true, said: []),
    Case(arguments: "--chat-template chatml", said: ["--chat-template chatml: the prompt is no conversation"]),
    Case(arguments: "--chat-template chatml", form: .instruct, isConversation: true, said: []),
    Case(arguments: "--draft d.gguf --speculation off", said: ["--draft: --speculation off uses no draft model"]),
    Case(arguments: "--draft d.gguf --speculation suffix", said: ["--draft: --speculation suffix uses no draft"]),
    Case(arguments: "--verification without-replacement", said: ["at temperature 0 no draft is sampled"]),
    Case(
      arguments: "--verification without-replacement --temperature 1 --speculation off", said: ["nothing is drafted"]),
    Case(
      arguments: "--precision fp16 --chat-template chatml --draft d.gguf --speculation off",
      said: ["--precision fp16", "--chat-template chatml", "--draft"]),
  ])
  func whatHasNoEffectIsSaid(one: Case) throws {
    let command = try Generate.parse(["1/19"] + one.arguments.split(separator: " ").map(String.init))
    let notices = UnusedOptions(
      models: command.models, speculation: command.speculation, temperature: command.sampling.temperature,
      precision: command.hardware.precision, form: one.form, isConversation: one.isConversation
    ).notices
    #expect(notices.count == one.said.count, "\(notices)")
    for (notice, part) in zip(notices, one.said) { #expect(notice.contains(part)) }
  }
}
