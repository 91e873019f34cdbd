import Foundation
import Testing

/// Somebody who only wants the decoding library adds this repository to a package and builds: no engine, no set-up.
@Suite(.enabled(if: Requested.isSlow, "It takes a minute: set BASIC_SLOW_TESTS."))
struct ConsumerPackageTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let isRepository = FileManager.default.fileExists(atPath: root.appending(path: ".git").path)

  static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "Consumer",
      platforms: [.macOS(.v15)],
      dependencies: [.package(path: "../bASIC")],
      targets: [
        .executableTarget(
          name: "Consumer", dependencies: [.product(name: "SpeculativeDecoding", package: "bASIC")])
      ]
    )

    """

  static let program = """
    import SpeculativeDecoding

    /// After each token comes the next number, modulo ten.
    final class Counter: TargetModel {
      let vocabularySize = 10
      let capacity = PassCapacity(nodes: 32, leaves: 8, text: 1000)
      private var tree = TokenTree(root: 0)
      private let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: 10)

      deinit { row.deallocate() }
      func prepare(_ text: ArraySlice<Token>) {}
      func evaluate(_ tree: TokenTree) { self.tree = tree }
      func logits(of node: Int) -> UnsafeBufferPointer<Float> {
        row.initialize(repeating: 0)
        row[(Int(tree.tokens[node]) + 1) % 10] = 5
        return UnsafeBufferPointer(row)
      }
      func keep(_ path: [Int], of tree: TokenTree) {}
    }

    let decoder = try SpeculativeDecoder(target: Counter(), stopwatch: Stopwatch(clock: ContinuousClock()))
    let summary = try decoder.decode(
      prompt: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], maximumTokens: 40, endTokens: [], options: .init(mode: .tree)
    ) { _ in true }
    print(summary.tokens.map(String.init).joined(), summary.passes < 20)

    """

  @Test(
    .enabled(if: isRepository, "This is not a git repository, so there is nothing to clone."), .timeLimit(.minutes(10)))
  func `a package builds and runs with a plain clone as its dependency`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "basic-consumer-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let consumer = folder.appending(path: "Consumer")
    let sources = consumer.appending(path: "Sources/Consumer")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    try Self.manifest.write(to: consumer.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
    try Self.program.write(to: sources.appending(path: "main.swift"), atomically: true, encoding: .utf8)
    _ = try run(["git", "clone", "--quiet", Self.root.path, folder.appending(path: "bASIC").path])
    let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"
    let output = try run([swift, "run", "--quiet", "--package-path", consumer.path, "Consumer"])
    #expect(output == "2345678901234567890123456789012345678901 true\n")
  }

  /// What a command prints. Its errors are part of the message where it fails.
  private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // The clone's hooks and filters, large files above all, are no matter here.
    process.arguments = ["GIT_LFS_SKIP_SMUDGE=1"] + command
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command.joined(separator: " "))")
    return String(decoding: data, as: UTF8.self)
  }
}
