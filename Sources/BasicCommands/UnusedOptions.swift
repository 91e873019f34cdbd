import KernelPrompting
import SpeculativeDecoding

/// What was asked for and has no effect: said, not passed over.
struct UnusedOptions {
  var models: ModelOptions
  var speculation: SpeculationOptions
  var temperature: Double
  var precision: KernelPrecision
  var form: PromptForm
  /// Whether the prompt is put as a conversation.
  var isConversation: Bool

  /// A sentence for each.
  var notices: [String] {
    var notices: [String] = []
    if precision != .fp32, form == .compact {
      notices.append(
        "--precision \(precision.rawValue): this model's form of prompts does not mention it, so the model does not know of it. The kernel is judged in it."
      )
    }
    if let template = models.chatTemplate, !isConversation {
      notices.append("--chat-template \(template): the prompt is no conversation, and the template is not used.")
    }
    if models.draft != nil, [.off, .suffix].contains(speculation.speculation) {
      notices.append(
        "--draft: --speculation \(speculation.speculation.rawValue) uses no draft model; it is not loaded.")
    }
    if speculation.verification == .withoutReplacement {
      if temperature == 0 {
        notices.append(
          "--verification without-replacement: at temperature 0 no draft is sampled, and it changes nothing.")
      } else if speculation.speculation == .off {
        notices.append("--verification without-replacement: nothing is drafted, and it changes nothing.")
      }
    }
    return notices
  }
}
