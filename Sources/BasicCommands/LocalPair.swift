import KernelPrompting
import LanguageModels
import LlamaRuntime
import SpeculativeDecoding

/// The models that a command uses, loaded, and how they want to be asked.
struct LocalPair: Sendable {
  let target: LlamaModel
  let draft: LlamaModel?
  let chatTemplate: String?
  let threads: Int?
  /// Where it is kept what passes of these models cost.
  private let costs: PassCostFile?

  /// Loads what the options name, or the bundled pair.
  ///
  /// - Parameters:
  ///   - announce: told what is loaded.
  ///   - update: told how far it is loaded, where that takes a while.
  static func load(
    _ options: ModelOptions, wantsDraft: Bool, context: ProcessContext, announce: @Sendable (String) -> Void,
    update: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> LocalPair {
    var targetPath = options.model
    var draftPath = options.draft
    if targetPath == nil {
      guard let bundled = ModelFiles.find(environment: context.environment, executable: context.executable) else {
        throw CommandFailure(
          .usage, ModelFiles.missing(environment: context.environment, executable: context.executable))
      }
      targetPath = bundled.target
      if draftPath == nil && Files.exists(bundled.draft) { draftPath = bundled.draft }
    }
    if !wantsDraft { draftPath = nil }
    let loader = LlamaLoader()
    func load(_ path: String) async throws -> LlamaModel {
      announce("loading \(path)")
      let progress = LoadingProgress(stopwatch: Stopwatch(clock: ContinuousClock()))
      return try await loader.load(path: path, usesAccelerator: !options.noAccelerator) { share in
        // A long path is cut at its end.
        if let percentage = progress.percentage(of: share) { update("loading (\(percentage) %) \(path)") }
      }
    }
    let target = try await load(targetPath ?? "")
    let draft = try await draftPath.asyncMap(load)
    return LocalPair(
      target: target, draft: draft, chatTemplate: options.chatTemplate, threads: options.usableThreads,
      costs: PassCostFile(
        target: target.path, draft: draft?.path, threads: options.usableThreads,
        usesAccelerator: !options.noAccelerator, environment: context.environment))
  }

  /// The form of prompts that the target was trained for.
  var promptForm: PromptForm {
    if target.metadata("basic.prompt.form") == "compact-1" { return .compact }
    return chatTemplate != nil || target.chatTemplate != nil ? .instruct : .completion
  }

  /// The tokens of a prompt.
  func tokens(of prompt: Prompt) throws -> [Token] {
    let input: GenerationRequest.Input =
      switch prompt.content {
      case .messages(let messages): .conversation(messages.map(Message.init))
      case .segments(let segments): .segments(segments.map(GenerationRequest.Segment.init))
      }
    return try target.tokens(of: input, chatTemplate: chatTemplate)
  }

  /// An engine whose context holds texts of up to `tokens` tokens.
  ///
  /// - Parameter remembersCosts: whether it goes by what passes cost a program before it, where that still holds.
  func engine(context tokens: Int, limits: TreeLimits, remembersCosts: Bool = false) throws -> LlamaEngine {
    try LlamaEngine(
      target: target, draft: draft,
      configuration: .init(
        context: tokens, threads: threads, nodeLimit: min(limits.totalNodes, 400) + 1,
        leafLimit: min(limits.totalNodes, 64), costs: remembersCosts ? costs?.memory : nil))
  }
}

extension Message {
  fileprivate init(_ message: PromptMessage) {
    let role: Role =
      switch message.role {
      case .system: .system
      case .user: .user
      case .assistant: .assistant
      }
    self.init(role, message.text)
  }
}

extension GenerationRequest.Segment {
  fileprivate init(_ segment: Prompt.Segment) {
    switch segment {
    case .text(let text): self = .text(text)
    case .specialToken(let name): self = .specialToken(name)
    }
  }
}

extension Optional {
  func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
    guard let self else { return nil }
    return try await transform(self)
  }
}
