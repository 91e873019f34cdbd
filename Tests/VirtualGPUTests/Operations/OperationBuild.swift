import Foundation
import PTX
import Testing
import VirtualGPU

/// Compiles generated kernels with the runtime and runs them in a process of their own.
enum OperationBuild {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let runtime = root.appending(path: "Sources/CVirtualCUDARuntime")
  static let driver = root.appending(path: "Tests/VirtualGPUTests/OperationDriver/driver.c")

  /// Quick to compile, with the instructions of this processor that the product uses.
  static let quick = ["-O1"] + Clang.machineFlags.filter { !$0.hasPrefix("-mprefer-vector-width") }
  /// As the product compiles.
  static let product = ["-O2"] + Clang.machineFlags
  static let common = [
    "-std=gnu11", "-D_GNU_SOURCE", "-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off", "-fno-math-errno", "-fPIC",
    "-pthread",
  ]

  static let compiler: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["CLANG"] { return named }
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let path = "\(folder)/clang"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    return nil
  }()

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// A launch of the driver's.
  struct Launch {
    var kernel: String
    var blocks: Int
    var threads: Int
    var input: Data
    var outputBytes: Int
    /// Bytes of shared memory.
    var shared = 0
  }

  /// Runs launches of kernels of modules, given as C; the outputs in order.
  static func run(sources: [String], launches: [Launch], flags: [String]) async throws -> [Data] {
    guard let compiler else { throw Failure(description: "no clang") }
    let folder = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      if ProcessInfo.processInfo.environment["BASIC_KEEP_OPERATIONS"] == nil {
        try? FileManager.default.removeItem(at: folder)
      }
    }
    let objects = try await RuntimeObjects.shared.objects(flags, compiler)
    var commands: [[String]] = []
    for (index, source) in sources.enumerated() {
      let file = folder.appending(path: "module\(index).c")
      try source.write(to: file, atomically: true, encoding: .utf8)
      commands.append(
        common + flags + [
          "-w", "-Dvgpu_register_module=driver_register_module", "-I", runtime.appending(path: "include").path, "-c",
          file.path, "-o", folder.appending(path: "module\(index).o").path,
        ])
    }
    commands.append(
      common + [
        "-O1", "-I", runtime.appending(path: "include").path, "-c", driver.path, "-o",
        folder.appending(path: "driver.o").path,
      ])
    try await together(compiler, commands)
    let program = folder.appending(path: "program")
    // A library, so that only what the driver needs is linked.
    try await execute(
      compiler,
      ["-pthread", folder.appending(path: "driver.o").path]
        + sources.indices.map { folder.appending(path: "module\($0).o").path }
        + [objects.path, "-lm", "-ldl", "-o", program.path])

    var job = ""
    var input = Data()
    for launch in launches {
      job +=
        "\(launch.kernel) \(launch.blocks) \(launch.threads) \(input.count) \(launch.input.count) \(launch.outputBytes) \(launch.shared)\n"
      input += launch.input
    }
    let jobFile = folder.appending(path: "job")
    let inputFile = folder.appending(path: "input")
    let outputFile = folder.appending(path: "output")
    try job.write(to: jobFile, atomically: true, encoding: .utf8)
    try input.write(to: inputFile)
    try await execute(program.path, [jobFile.path, inputFile.path, outputFile.path])
    let output = try Data(contentsOf: outputFile)
    var results: [Data] = []
    var at = 0
    for launch in launches {
      results.append(output.subdata(in: at..<at + launch.outputBytes))
      at += launch.outputBytes
    }
    return results
  }

  /// Two at a time.
  static func together(_ tool: String, _ commands: [[String]]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var rest = commands[...]
      for _ in 0..<2 {
        if let command = rest.popFirst() { group.addTask { try await execute(tool, command) } }
      }
      while try await group.next() != nil {
        if let command = rest.popFirst() { group.addTask { try await execute(tool, command) } }
      }
    }
  }

  /// Runs a program to its end; what it says is thrown if it fails.
  static func execute(_ tool: String, _ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BASIC_VGPU") }
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description: "\(tool) \(arguments.suffix(3)): \(String(decoding: text.prefix(3000), as: UTF8.self))")
    }
  }
}

/// The runtime's objects, compiled once for each set of flags.
actor RuntimeObjects {
  static let shared = RuntimeObjects()
  private var libraries: [[String]: Task<URL, any Error>] = [:]

  func objects(_ flags: [String], _ compiler: String) async throws -> URL {
    if let task = libraries[flags] { return try await task.value }
    let task = Task { try await Self.build(flags, compiler) }
    libraries[flags] = task
    return try await task.value
  }

  private static func build(_ flags: [String], _ compiler: String) async throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "operations-runtime-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var commands: [[String]] = []
    var objects: [String] = []
    let names = try FileManager.default.contentsOfDirectory(atPath: OperationBuild.runtime.path).sorted()
    for name in names where name.hasSuffix(".c") && !name.hasPrefix("cuda_") {
      let object = folder.appending(path: name + ".o").path
      objects.append(object)
      commands.append(
        OperationBuild.common + flags + [
          "-w", "-I", OperationBuild.runtime.appending(path: "include").path, "-c",
          OperationBuild.runtime.appending(path: name).path, "-o", object,
        ])
    }
    try await OperationBuild.together(compiler, commands)
    let library = folder.appending(path: "libruntime.a")
    try await OperationBuild.execute("/usr/bin/env", ["ar", "rcs", library.path] + objects)
    return library
  }
}
