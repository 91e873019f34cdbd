import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An endpoint in OpenAI's dialect on the loopback device, for commands that run as processes of their own.
final class AnswerServer: Sendable {
  /// What it says to a request.
  enum Reply: Sendable {
    /// An answer, streamed.
    case text(String)
    /// A refusal: status, body, further headers.
    case refusal(Int, String, headers: [(String, String)] = [])
  }

  private let channel: any Channel
  private let count = Mutex(0)
  private let script: @Sendable (Int, String) -> Reply

  /// - Parameter script: is given the request's number, from 0, and its body.
  init(_ script: @escaping @Sendable (Int, String) -> Reply) async throws {
    self.script = script
    let box = Box()
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(box))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    box.server.withLock { $0 = self }
  }

  /// How many requests have come.
  var requests: Int { count.withLock { $0 } }

  /// A configuration file that names it `here`.
  var configuration: String {
    """
    [endpoints.here]
    base-url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    model = "scripted"
    key-variable = ""
    retry = { attempts = 1 }

    """
  }

  func close() async throws { try await channel.close() }

  fileprivate func reply(to body: String) -> Reply {
    script(
      count.withLock { count in
        defer { count += 1 }
        return count
      }, body)
  }

  fileprivate final class Box: Sendable {
    let server = Mutex<AnswerServer?>(nil)
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let box: Box
    private var body = ""

    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head: body = ""
      case .body(let buffer): body += String(buffer: buffer)
      case .end: answer(context)
      }
    }

    private func answer(_ context: ChannelHandlerContext) {
      guard let server = box.server.withLock({ $0 }) else { return context.close(promise: nil) }
      let status: Int
      var headers = HTTPHeaders()
      let text: String
      switch server.reply(to: body) {
      case .text(let answer):
        status = 200
        headers.add(name: "content-type", value: "text/event-stream")
        text = Self.events(answer)
      case .refusal(let code, let body, let more):
        status = code
        headers.add(contentsOf: [("content-type", "application/json")] + more)
        text = body
      }
      headers.add(name: "content-length", value: "\(text.utf8.count)")
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private static func events(_ answer: String) -> String {
      let quoted = answer.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      return """
        data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"\(quoted)"},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50}}

        data: [DONE]


        """
    }
  }
}
