/// Decides after each failure of one call whether to go on, and waits.
struct RetryLoop {
  let model: RemoteLanguageModel
  let errors: EndpointErrors
  private var failures = 0
  private var waited = Duration.zero

  init(model: RemoteLanguageModel, errors: EndpointErrors) {
    self.model = model
    self.errors = errors
  }

  /// Takes a failure.
  ///
  /// - Returns: How long to wait before the next attempt.
  /// - Throws: The failure, where there is no hope or no more time.
  mutating func delay(after error: LanguageModelClientsError) throws(LanguageModelClientsError) -> Duration {
    failures += 1
    let delay = model.jitter.delay(
      model.endpoint.retry, afterFailures: failures, retryAfter: error.retryAfter, waited: waited)
    guard error.isTransient, !Task.isCancelled, let delay else { throw error }
    waited += delay
    return delay
  }

  /// Waits.
  func wait(_ delay: Duration) async throws(LanguageModelClientsError) {
    do { try await model.clock.sleep(for: delay) } catch { throw errors.cancelled }
  }
}

extension RemoteLanguageModel {
  /// Works when the endpoint's limit on concurrency allows it.
  func withPlace<Value: Sendable>(
    _ errors: EndpointErrors, _ body: () async throws(LanguageModelClientsError) -> Value
  ) async throws(LanguageModelClientsError) -> Value {
    let result: Result<Value, LanguageModelClientsError>
    do {
      result = try await limiter.withPlace {
        do throws(LanguageModelClientsError) { return .success(try await body()) } catch { return .failure(error) }
      }
    } catch {
      throw errors.cancelled
    }
    return try result.get()
  }
}
