import KernelPrompting
import KernelSearch
import LanguageModelClients
import LanguageModels
import LlamaRuntime
import SpeculativeDecoding

/// A model that is ready to write candidates.
struct SearchModel: Sendable {
  var writer: any CandidateWriter
  /// How it wants to be asked.
  var form: PromptForm
  /// How many answers it writes at once.
  var width: Int
  /// What is asked of endpoints; nil for a model on this machine.
  var ledger: CostLedger?

  /// Loads what a run's configuration names.
  ///
  /// - Parameter before: what was written before, to draft from; nil to draft from no other text, not even one of this run.
  static func load(
    _ configuration: RunConfiguration, before: WrittenBefore?, _ context: ProcessContext,
    announce: @escaping @Sendable (String) -> Void
  ) async throws -> SearchModel {
    if let endpoint = configuration.model.endpoint {
      return try await remote(endpoint, configuration, context, announce)
    }
    return try await local(configuration, before, context, announce)
  }

  private static func local(
    _ configuration: RunConfiguration, _ before: WrittenBefore?, _ context: ProcessContext,
    _ announce: @escaping @Sendable (String) -> Void
  ) async throws -> SearchModel {
    var models = ModelOptions()
    models.model = configuration.model.target
    models.draft = configuration.model.draft
    models.chatTemplate = configuration.model.chatTemplate
    models.context = configuration.model.context
    models.threads = configuration.model.threads
    models.noAccelerator = configuration.model.noAccelerator ?? false
    var options = configuration.decoderOptions
    let pair = try await LocalPair.load(
      models, wantsDraft: options.mode != .off && options.mode != .suffix, context: context, announce: announce)
    let engine = try pair.engine(
      context: configuration.model.context ?? pair.target.trainedContext, limits: options.limits, remembersCosts: true)
    if configuration.speculation.noCorpus != true,
      options.mode.draftsRepetitions(hasDraftModel: engine.draftModel != nil)
    {
      options.corpus = try await before?.corpus(for: pair.target.vocabulary)
    }
    let model = LocalLanguageModel(engine: engine, options: options, chatTemplate: configuration.model.chatTemplate)
    let together = min(max(1, configuration.model.together ?? 1), engine.batchLimit)
    return SearchModel(
      writer: ModelWriter(model, preferredBatch: together), form: pair.promptForm, width: together)
  }
}

extension SearchModel {
  /// A model behind an endpoint.
  private static func remote(
    _ name: String, _ configuration: RunConfiguration, _ context: ProcessContext,
    _ announce: @Sendable (String) -> Void
  ) async throws -> SearchModel {
    let settings = try Settings.load(context)
    let endpoint = try settings.endpoint(named: name)
    // What is set aside for an answer, and the cost where no tokens are said; a complete answer says its own, with cached tokens.
    let price = endpoint.price.map {
      KernelSearch.TokenPrice(perMillionPromptTokens: $0.input, perMillionCompletionTokens: $0.output)
    }
    let template = GenerationRequest(
      .segments([]), maximumTokens: 0, temperature: configuration.temperature, topP: configuration.topP)
    let target = try RemoteLanguageModel(endpoint)
    return SearchModel(
      writer: ModelWriter(
        try await drafted(target, name, settings, announce), width: endpoint.concurrency, price: price,
        template: template),
      form: try settings.promptForm(ofEndpoint: name), width: endpoint.concurrency, ledger: target.ledger)
  }

  /// The model with another endpoint that drafts for it, where one is configured and the target can verify drafts.
  private static func drafted(
    _ target: RemoteLanguageModel, _ name: String, _ settings: Settings, _ announce: @Sendable (String) -> Void
  ) async throws -> any LanguageModel {
    guard let draft = try settings.draft(ofEndpoint: name) else { return target }
    let model = try DraftedLanguageModel(
      target: target, draft: RemoteLanguageModel(settings.endpoint(named: draft.endpoint), ledger: target.ledger),
      method: draft.method, branches: draft.branches, depth: draft.tokens)
    guard let obstacle = try await model.obstacle() else { return model }
    announce("note: \(name) writes without \(draft.endpoint)'s drafts. \(obstacle)")
    return target
  }
}
