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

  /// Loads what a run's configuration names.
  static func load(
    _ configuration: RunConfiguration, _ context: ProcessContext, announce: @escaping @Sendable (String) -> Void
  ) async throws -> SearchModel {
    if let endpoint = configuration.model.endpoint {
      return try remote(endpoint, configuration, context)
    }
    return try await local(configuration, context, announce)
  }

  private static func local(
    _ configuration: RunConfiguration, _ context: ProcessContext, _ announce: @escaping @Sendable (String) -> Void
  ) async throws -> SearchModel {
    var models = ModelOptions()
    models.model = configuration.model.target
    models.draft = configuration.model.draft
    models.chatTemplate = configuration.model.chatTemplate
    models.context = configuration.model.context
    models.threads = configuration.model.threads
    let options = configuration.decoderOptions
    let pair = try await LocalPair.load(
      models, wantsDraft: options.mode != .off && options.mode != .suffix, context: context, announce: announce)
    let engine = try pair.engine(
      context: configuration.model.context ?? pair.target.trainedContext, limits: options.limits)
    let model = LocalLanguageModel(engine: engine, options: options, chatTemplate: configuration.model.chatTemplate)
    return SearchModel(writer: ModelWriter(model), form: pair.promptForm, width: 1)
  }
}

extension SearchModel {
  /// A model behind an endpoint.
  private static func remote(
    _ name: String, _ configuration: RunConfiguration, _ context: ProcessContext
  ) throws -> SearchModel {
    let settings = try Settings.load(context)
    let endpoint = try settings.endpoint(named: name)
    // The whole cost, cached tokens and retries included, is in the endpoint's ledger; a search goes by the plain price.
    let price = endpoint.price.map {
      KernelSearch.TokenPrice(perMillionPromptTokens: $0.input, perMillionCompletionTokens: $0.output)
    }
    let template = GenerationRequest(
      .segments([]), maximumTokens: 0, temperature: configuration.temperature, topP: configuration.topP)
    return SearchModel(
      writer: ModelWriter(
        try RemoteLanguageModel(endpoint), width: endpoint.concurrency, price: price, template: template),
      form: try settings.promptForm(ofEndpoint: name), width: endpoint.concurrency)
  }
}
