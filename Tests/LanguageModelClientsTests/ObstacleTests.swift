import LanguageModelClients
import LanguageModels
import Testing

/// What an endpoint's error means for whoever may ask again.
struct ObstacleTests {
  @Test(arguments: [
    (LanguageModelClientsError.Code.contextOverflow, GenerationObstacle.promptTooLong), (.unauthorized, .permanent),
    (.unknownModel, .permanent), (.quotaExhausted, .permanent), (.configuration, .permanent),
    (.notAnEndpoint, .permanent), (.invalidRequest, .permanent), (.unsupportedInput, .permanent),
    (.network, .transient(retryAfter: .seconds(7))), (.rateLimited, .transient(retryAfter: .seconds(7))),
    (.overloaded, .transient(retryAfter: .seconds(7))), (.serverError, .transient(retryAfter: .seconds(7))),
    (.brokenStream, .transient(retryAfter: .seconds(7))), (.connectTimeout, .transient(retryAfter: .seconds(7))),
    (.wholeTimeout, .transient(retryAfter: nil)), (.malformedStream, .transient(retryAfter: nil)),
  ])
  func aCodeSaysWhetherToAskAgain(code: LanguageModelClientsError.Code, obstacle: GenerationObstacle) {
    let error: any Error = LanguageModelClientsError(code, "No.", retryAfter: .seconds(7))
    #expect((error as? any GenerationFailure)?.obstacle == obstacle)
  }
}
