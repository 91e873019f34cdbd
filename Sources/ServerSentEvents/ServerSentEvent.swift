/// One event of a `text/event-stream`.
public struct ServerSentEvent: Sendable, Hashable {
  /// The kind of event; `message` where the stream names none.
  public var type: String
  /// The event's data; several `data` lines are joined by line feeds.
  public var data: String
  /// The identifier that was set last, in this event or in one before it; empty where there is none.
  public var lastEventID: String

  /// Makes an event.
  public init(type: String = "message", data: String, lastEventID: String = "") {
    self.type = type
    self.data = data
    self.lastEventID = lastEventID
  }
}
