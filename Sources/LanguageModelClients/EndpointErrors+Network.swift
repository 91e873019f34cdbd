internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EndpointErrors {
  /// Trouble on the way to the server or back, in words.
  ///
  /// - Parameter hasBegun: Whether a response had begun.
  func network(_ failure: any Error, hasBegun: Bool) -> LanguageModelClientsError {
    if failure is CancellationError { return cancelled }
    if let failure = failure as? HTTPClientError {
      if failure == .cancelled { return cancelled }
      if failure == .connectTimeout || failure == .tlsHandshakeTimeout || failure == .getConnectionFromPoolTimeout {
        return error(
          .connectTimeout,
          "could not be reached at \(endpoint.host) within \(Self.seconds(endpoint.limits.connect)); check the address and "
            + "the network.", underlying: "\(failure)")
      }
      if failure == .invalidURL || failure == .emptyHost {
        return error(.configuration, "has a base URL that cannot be understood; check it.")
      }
    }
    if hasBegun {
      return error(
        .brokenStream, "broke off in the middle of an answer.", underlying: String(describing: failure))
    }
    if let failure = failure as? NIOConnectionError { return unreachable(failure) }
    if let failure = failure as? IOError { return unreachable(Self.word(for: failure), String(describing: failure)) }
    return error(
      .network, "was lost before it answered; check \(endpoint.host) and the network.",
      underlying: String(describing: failure))
  }

  /// The caller stopped the request.
  var cancelled: LanguageModelClientsError { error(.cancelled, "was told to stop.") }

  private func unreachable(_ failure: NIOConnectionError) -> LanguageModelClientsError {
    if failure.dnsAError != nil || failure.dnsAAAAError != nil, failure.connectionErrors.isEmpty {
      return error(
        .network, "cannot be found: there is no address for \(endpoint.host); check its name and the network.")
    }
    let causes = failure.connectionErrors.map(\.error)
    let word = causes.compactMap { $0 as? IOError }.first.map { Self.word(for: $0) } ?? "cannot be reached"
    if causes.contains(where: {
      ($0 as? ChannelError).map { if case .connectTimeout = $0 { true } else { false } } ?? false
    }) {
      return network(HTTPClientError.connectTimeout, hasBegun: false)
    }
    return unreachable(word, causes.map { String(describing: $0) }.joined(separator: "; "))
  }

  private func unreachable(_ word: String, _ underlying: String) -> LanguageModelClientsError {
    error(
      .network, "\(word) at \(endpoint.host); check that the server runs, its port, and the network.",
      underlying: underlying)
  }

  private static func word(for failure: IOError) -> String {
    switch failure.errnoCode {
    case ECONNREFUSED: "refuses connections"
    case ECONNRESET, EPIPE: "closed the connection before it answered"
    default: "cannot be reached"
    }
  }

  /// A duration for a sentence.
  static func seconds(_ duration: Duration) -> String {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    if seconds >= 10 || seconds == seconds.rounded() { return "\(Int(seconds.rounded())) s" }
    return "\((seconds * 1000).rounded() / 1000) s"
  }
}
