internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// The connections to one endpoint. They are closed when nobody holds this any more.
final class Connections: Sendable {
  private let client: HTTPClient

  init(for endpoint: Endpoint) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .nanoseconds(Self.nanoseconds(endpoint.limits.connect))
    // A server that refuses connections is told from one that is slow at once; repeating is the retry policy's.
    configuration.connectionPool.retryConnectionEstablishment = false
    // Otherwise the ninth request waits for a connection as if the server could not be reached.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = endpoint.concurrency
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  deinit {
    // Closing takes a moment, and nobody is left who could wait for it.
    let client = client
    Task { try? await client.shutdown() }
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds > 1 << 32 ? Int64(1 << 32) * 1_000_000_000 : seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// Sends a request and begins to read the response. The task's cancellation ends the connection at once.
  func send(_ body: [UInt8], to endpoint: Endpoint, url: String) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers = Self.headers(for: endpoint)
    request.body = .bytes(ByteBuffer(bytes: body))
    // The deadlines are kept elsewhere: this one would end with the response's head.
    return try await client.execute(request, deadline: .distantFuture)
  }

  private static func headers(for endpoint: Endpoint) -> HTTPHeaders {
    var headers: HTTPHeaders = [
      "content-type": "application/json", "accept": "text/event-stream, application/json", "user-agent": "bASIC",
    ]
    if endpoint.dialect == .anthropicMessages { headers.add(name: "anthropic-version", value: "2023-06-01") }
    if let key = endpoint.apiKey {
      if endpoint.dialect == .anthropicMessages {
        headers.add(name: "x-api-key", value: key.secret)
      } else {
        headers.add(name: "authorization", value: "Bearer \(key.secret)")
      }
    }
    for header in endpoint.headers { headers.replaceOrAdd(name: header.name, value: header.value) }
    return headers
  }
}
