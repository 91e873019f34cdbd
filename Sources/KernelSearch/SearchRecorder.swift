/// Writes down what a search's state has to say, and tells those who watch.
struct SearchRecorder: Sendable {
  let journal: any SearchJournal
  let observe: @Sendable (SearchEvent, Spending) -> Void

  /// Empties the outbox, in order.
  func record(_ state: inout SearchState) async throws {
    guard !state.outbox.isEmpty else { return }
    let records = state.outbox
    let spending = state.spending
    state.outbox = []
    for record in records {
      switch record {
      case .append(let candidate): try await journaling { try await journal.append(candidate, spending: spending) }
      case .settle(let id, let outcome):
        try await journaling { try await journal.settle(id, outcome, spending: spending) }
      case .confirm(let id, let result):
        try await journaling { try await journal.confirm(id, result, spending: spending) }
      case .note(let event):
        try await journaling { try await journal.note(event, spending: spending) }
        observe(event, spending)
      case .tell(let event): observe(event, spending)
      }
    }
  }
}

/// Calls the journal, with errors as a search reports them.
func journaling<Result>(_ body: () async throws -> Result) async throws -> Result {
  do {
    return try await body()
  } catch {
    if Task.isCancelled { throw CancellationError() }
    throw KernelSearchError(
      .journalFailed,
      "What was found could not be written down; see to the disk and the store, and start again: the search goes on where it was.",
      underlyingError: error)
  }
}
