// The virtual GPU beside plain C: the kernels of Benchmarks/Programs, with checks off, of memory, and all.
//
//   swift run -c release --package-path Benchmarks virtual-gpu [ROUNDS] [THREADS]
//
// `basic` is .build/release/basic of this checkout, or what BASIC names; plain C is built by the clang that CLANG names.
// Both are bound to the first THREADS processors with taskset, which makes the virtual GPU's workers share them.
// Each round runs every form of every kernel once; a figure is what one launch took, the mean of five in one process.

import Foundation

let programs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Programs").standardized.path
let environment = ProcessInfo.processInfo.environment
let basic = environment["BASIC"] ?? programs + "/../../.build/release/basic"
let rounds = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 9
let threads = CommandLine.arguments.dropFirst(2).first.flatMap(Int.init) ?? 1
let scratch = FileManager.default.temporaryDirectory.path + "/virtual-gpu-\(ProcessInfo.processInfo.processIdentifier)"

struct Failure: Error, CustomStringConvertible {
  var description: String
}

/// Runs a program to its end; what it wrote.
func run(_ program: String, _ arguments: [String], bound: Bool = false) throws -> (output: String, errors: String) {
  if bound { return try run("taskset", ["-c", "0-\(threads - 1)", program] + arguments) }
  let process = Process()
  process.executableURL = URL(filePath: program.contains("/") ? program : "/usr/bin/env")
  process.arguments = program.contains("/") ? arguments : [program] + arguments
  let (outputPath, errorsPath) = (scratch + "/output", scratch + "/errors")
  for path in [outputPath, errorsPath] { FileManager.default.createFile(atPath: path, contents: nil) }
  process.standardOutput = FileHandle(forWritingAtPath: outputPath)
  process.standardError = FileHandle(forWritingAtPath: errorsPath)
  try process.run()
  process.waitUntilExit()
  let texts = [outputPath, errorsPath].map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
  guard process.terminationStatus == 0 else {
    throw Failure(description: "\(program) \(arguments.joined(separator: " ")) failed: \(texts[1].suffix(600))")
  }
  return (texts[0], texts[1])
}

/// Milliseconds of a launch on the virtual GPU, and what the program printed.
func virtual(_ kernel: String, _ check: String) throws -> (milliseconds: Double, output: String) {
  struct Report: Decodable {
    struct Kernel: Decodable {
      var launches: Int
      var hostSeconds: Double
    }
    var kernels: [Kernel]
  }
  let path = scratch + "/report.json"
  let arguments = ["run", "\(programs)/\(kernel).cu", "--check", check, "--format", "json", "--output", path]
  let output = try run(basic, arguments, bound: true).output
  let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: path)))
  guard let one = report.kernels.first, one.launches > 0 else { throw Failure(description: "\(kernel) ran no kernel") }
  return (one.hostSeconds / Double(one.launches) * 1000, output)
}

func plain(_ kernel: String) throws -> (milliseconds: Double, output: String) {
  let (output, errors) = try run(scratch + "/plain", [kernel, "\(threads)"], bound: true)
  guard let seconds = Double(errors.trimmingCharacters(in: .whitespacesAndNewlines)) else {
    throw Failure(description: "plain \(kernel) printed no time: \(errors)")
  }
  return (seconds * 1000, output)
}

func quartiles(_ values: [Double]) -> (low: Double, median: Double, high: Double) {
  let sorted = values.sorted()
  func at(_ part: Double) -> Double {
    let position = part * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }
  return (at(0.25), at(0.5), at(0.75))
}

func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

let kernels = ["matmul_16", "matmul_32", "elementwise", "reduction", "softmax"]
let forms = ["plain", "none", "memory", "all"]
do {
  try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: scratch) }
  let flags = ["-O3", "-march=native", programs + "/plain.c", "-o", scratch + "/plain", "-lm", "-lpthread"]
  _ = try run(environment["CLANG"] ?? "clang", flags)
  var times: [String: [String: [Double]]] = [:]
  for round in 0...rounds {
    for kernel in kernels {
      var printed: String?
      for form in forms {
        let (milliseconds, output) = try form == "plain" ? plain(kernel) : virtual(kernel, form)
        // Sums of floats depend on their order a little; what both print is rounded for that.
        let value = Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .nan
        let first = printed.flatMap(Double.init) ?? value
        guard abs(value - first) <= 1e-3 * max(1, abs(first)) else {
          throw Failure(description: "\(kernel): plain C gives \(first), --check \(form) \(value)")
        }
        if printed == nil { printed = "\(value)" }
        // The first round builds everything.
        if round > 0 { times[kernel, default: [:]][form, default: []].append(milliseconds) }
      }
    }
    FileHandle.standardError.write(Data("round \(round) of \(rounds)\n".utf8))
  }
  print("milliseconds of a launch: median (quartiles), ratio to plain C; \(threads) thread(s), \(rounds) rounds")
  print("kernel".padding(toLength: 12, withPad: " ", startingAt: 0) + forms.map { pad($0, 28) }.joined())
  for kernel in kernels {
    let base = quartiles(times[kernel]?["plain"] ?? []).median
    var line = kernel.padding(toLength: 12, withPad: " ", startingAt: 0)
    for form in forms {
      let (low, median, high) = quartiles(times[kernel]?[form] ?? [])
      let ratio = form == "plain" ? "" : String(format: " %.1fx", median / base)
      line += pad(String(format: "%.2f (%.2f-%.2f)", median, low, high) + ratio, 28)
    }
    print(line)
  }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
