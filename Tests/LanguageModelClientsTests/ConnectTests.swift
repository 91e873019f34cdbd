import LanguageModelClients
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectTests {
  #if os(Linux)
    /// Linux drops what asks for a connection while the queue of those that were not taken is full.
    @Test func `a server that takes no connection is given up at the limit`() async throws {
      let group = MultiThreadedEventLoopGroup.singleton
      let server = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1).serverChannelOption(.autoRead, value: false)
        .bind(host: "127.0.0.1", port: 0).get()
      let port = server.localAddress!.port!
      var queued: [any Channel] = []
      for _ in 0..<8 {
        let client = ClientBootstrap(group: group).connectTimeout(.milliseconds(200))
        guard let channel = try? await client.connect(host: "127.0.0.1", port: port).get() else { break }
        queued.append(channel)
      }
      var endpoint = Endpoint(name: "deaf", dialect: .openAIChat, baseURL: "http://127.0.0.1:\(port)", model: "m")
      endpoint.limits.connect = .milliseconds(50)
      endpoint.retry = .never
      let answer = await Asking.ask(try RemoteLanguageModel(endpoint))
      #expect(answer.error?.code == .connectTimeout, "\(String(describing: answer.error))")
      #expect(answer.error?.message.contains("within 0.05 s") == true && answer.error?.isTransient == true)
      for channel in queued { try await channel.close() }
      try await server.close()
    }
  #endif
}
