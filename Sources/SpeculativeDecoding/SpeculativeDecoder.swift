/// Writes a target model's text, several tokens a pass where drafts allow it, and never a token that the target alone
/// would not have written.
///
/// A decoder is used from one thread at a time. It keeps between texts what it has learnt of costs and of how often guesses are right.
public final class SpeculativeDecoder {
  /// How to decode.
  public struct Options: Sendable {
    /// What may be speculated with.
    public var mode: SpeculationMode
    /// What trees may grow to.
    public var limits: TreeLimits
    /// How tokens are chosen.
    public var sampling: SamplingParameters
    /// How drafted tokens are accepted.
    public var rule: VerificationRule
    /// Texts of before, which modes that draft repetitions draft from too.
    public var corpus: DraftCorpus?

    /// Makes options.
    public init(
      mode: SpeculationMode = .auto, limits: TreeLimits = TreeLimits(), sampling: SamplingParameters = .init(),
      rule: VerificationRule = .sampleAndWalk, corpus: DraftCorpus? = nil
    ) {
      self.mode = mode
      self.limits = limits
      self.sampling = sampling
      self.rule = rule
      self.corpus = corpus
    }
  }

  private let target: any TargetModel
  private let draftModel: (any DraftModel)?
  private let stopwatch: Stopwatch
  private var costs: MeasuredCosts?
  private var experience: [DecodingSession.Experience.Kind: DecodingSession.Experience] = [:]

  /// A decoder for `target`.
  ///
  /// - Throws: ``SpeculativeDecodingError`` where the vocabularies differ in size.
  public init(target: any TargetModel, draft: (any DraftModel)? = nil, stopwatch: Stopwatch) throws {
    if let draft { try SpeculativeDecodingError.checkVocabulary(draft.vocabularySize, of: target.vocabularySize) }
    self.target = target
    self.draftModel = draft
    self.stopwatch = stopwatch
  }

  /// The cost of passes as measured last; `nil` before the first text with speculation.
  public var passCosts: (verification: PassCosts, draft: PassCosts?)? {
    costs.map { ($0.verification, $0.draft) }
  }

  /// Goes by costs that were measured before, ``PassCosts/samples`` of a decoder of the same models, instead of measuring them.
  ///
  /// - Parameter draft: those of the draft model; where there is one and this is nil or empty, costs are measured all the same.
  public func assume(verification: [PassCosts.Point], draft: [PassCosts.Point]?) {
    costs = MeasuredCosts(verification, draft: draft, target: target.capacity, draft: draftModel?.capacity)
  }

  /// Writes text after `prompt`.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - maximumTokens: the most tokens to write.
  ///   - endTokens: tokens that end the text.
  ///   - onPass: called after each pass; returns whether to go on.
  /// - Throws: ``SpeculativeDecodingError``, and what the models throw.
  public func decode(
    prompt: [Token], maximumTokens: Int, endTokens: Set<Token>, options: Options,
    onPass: (PassRecord) throws -> Bool
  ) throws -> DecodingSummary {
    try options.validate(for: prompt, capacity: target.capacity)
    let started = stopwatch.milliseconds
    try target.prepare(prompt.dropLast())
    let read = stopwatch.milliseconds
    let isKnown = costs != nil
    let costs = try measureCosts(prompt, options)
    let measured = isKnown ? read : stopwatch.milliseconds
    let session = try DecodingSession(
      target: target, draftModel: options.mode.usesDraftModel ? draftModel : nil, prompt: prompt,
      maximumTokens: maximumTokens, endTokens: endTokens, options: options, costs: costs,
      experience: experience[.init(options)], stopwatch: stopwatch)
    session.summary.probeTime = measured - read
    // The draft model reads the prompt as the session begins.
    session.summary.promptTime = stopwatch.milliseconds - started - session.summary.probeTime
    try session.run(onPass: onPass)
    self.costs?.update(from: session.planner)
    if let learnt = session.experience { experience[.init(options)] = learnt }
    return session.summary
  }

  /// Probes the cost of passes once; plain decoding needs none.
  private func measureCosts(_ prompt: [Token], _ options: Options) throws -> MeasuredCosts {
    if let costs { return costs }
    guard options.mode != .off else { return .unknown }
    let measured = try CostProbe(stopwatch: stopwatch).measure(target: target, draft: draftModel, text: prompt)
    costs = measured
    return measured
  }
}

extension SpeculativeDecoder.Options {
  /// Refuses what cannot be decoded.
  func validate(for prompt: [Token], capacity: PassCapacity) throws {
    try sampling.validate()
    guard !prompt.isEmpty else { throw SpeculativeDecodingError(.emptyPrompt, "The prompt has no tokens.") }
    guard prompt.count < capacity.text else {
      throw SpeculativeDecodingError(
        .contextExceeded,
        "The prompt has \(prompt.count) tokens, and the context holds \(capacity.text). Choose a larger context "
          + "(--context), or a shorter prompt.")
    }
  }
}

extension SpeculativeDecodingError {
  /// Refuses a draft model that has another number of tokens than its target.
  static func checkVocabulary(_ draft: Int, of target: Int) throws {
    guard draft != target else { return }
    throw SpeculativeDecodingError(
      .vocabularyMismatch,
      "The draft model has \(draft) tokens, the target \(target): they must share one vocabulary.")
  }
}
