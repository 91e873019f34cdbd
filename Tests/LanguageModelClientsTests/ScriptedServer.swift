import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A server on the loopback device that says, byte for byte, what it is told to, and misbehaves on command.
final class ScriptedServer: Sendable {
  /// What it does with a request.
  enum Step: Sendable {
    /// Sends bytes as they are.
    case send([UInt8])
    /// Sends bytes as one chunk of a chunked body.
    case chunk([UInt8])
    /// Waits until the milestone has been passed so often.
    case wait(Milestone, Int)
    /// Passes a milestone.
    case pass(Milestone)
    /// Ends a chunked body.
    case endChunks
    /// Closes the connection in order.
    case close
    /// Resets the connection.
    case reset
  }

  /// A request as it came in.
  struct Request: Sendable {
    var method: String
    var path: String
    var headers: [(String, String)]
    var body: [UInt8]

    func header(_ name: String) -> String? { headers.first { $0.0.lowercased() == name }?.1 }
  }

  private struct State {
    var requests: [Request] = []
    var mostOpen = 0
    var open = 0
  }

  private let script: @Sendable (Int, Request) -> [Step]
  private let state = Mutex(State())
  private let channel: any Channel
  /// Passed with every request that has come in whole.
  let received = Milestone()
  /// Passed with every connection that has ended.
  let closed = Milestone()

  /// A server that gives the replies in order, the last one again and again.
  convenience init(_ replies: [Step]...) async throws {
    try await self.init { index, _ in replies[min(index, replies.count - 1)] }
  }

  /// A server that is asked what to do with each request.
  init(_ script: @escaping @Sendable (Int, Request) -> [Step]) async throws {
    self.script = script
    let box = Box()
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(HTTPRequestDecoder()), Handler(box.server),
          ])
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    box.set(self)
  }

  var baseURL: String { "http://127.0.0.1:\(channel.localAddress!.port!)" }
  var requests: [Request] { state.withLock { $0.requests } }
  /// The most requests that were open at one time.
  var mostOpen: Int { state.withLock { $0.mostOpen } }

  func stop() async throws { try await channel.close().get() }

  fileprivate func answer(_ request: Request, on channel: any Channel) {
    let index = state.withLock { state in
      state.requests.append(request)
      state.open += 1
      state.mostOpen = max(state.mostOpen, state.open)
      return state.requests.count - 1
    }
    received.pass()
    let steps = script(index, request)
    Task {
      await Self.perform(steps.dropLast(), on: channel)
      // The client may go on before the last step's end is seen here.
      state.withLock { $0.open -= 1 }
      await Self.perform(steps.suffix(1), on: channel)
    }
  }

  private static func perform(_ steps: ArraySlice<Step>, on channel: any Channel) async {
    for step in steps {
      do {
        switch step {
        case .send(let bytes): try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        case .chunk(let bytes):
          let size = String(bytes.count, radix: 16)
          try await channel.writeAndFlush(ByteBuffer(bytes: Array("\(size)\r\n".utf8) + bytes + Array("\r\n".utf8)))
        case .wait(let milestone, let count): await milestone.reached(count)
        case .pass(let milestone): milestone.pass()
        case .endChunks: try await channel.writeAndFlush(ByteBuffer(string: "0\r\n\r\n"))
        case .close: try await channel.close()
        case .reset:
          let options = channel as? any SocketOptionProvider
          try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
          try await channel.close()
        }
      } catch {
        return  // The client has gone.
      }
    }
  }

  /// Holds the server, which does not exist yet when its bootstrap is described.
  private final class Box: Sendable {
    private let held = Mutex<ScriptedServer?>(nil)
    var server: ScriptedServer? { held.withLock { $0 } }
    func set(_ server: ScriptedServer) { held.withLock { $0 = server } }
  }

  /// One connection.
  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ server: ScriptedServer?) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = []
      case .body(let buffer): body += Array(buffer: buffer)
      case .end:
        guard let head, let server else { return }
        let request = Request(
          method: head.method.rawValue, path: head.uri, headers: head.headers.map { ($0.name, $0.value) }, body: body)
        server.answer(request, on: context.channel)
      }
    }

    func channelInactive(context: ChannelHandlerContext) { server?.closed.pass() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
