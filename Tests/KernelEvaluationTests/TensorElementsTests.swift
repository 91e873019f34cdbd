import Foundation
import Testing

@testable import KernelEvaluation

@Suite struct `Elements of a tensor` {
  @Test(arguments: ElementType.allCases) func `are read as they were written`(type: ElementType) throws {
    let values: [Double] = type == .bool || type == .uint8 ? [0, 1, 1, 0, 1, 0] : [0, 1, -2, 3, -4, 5]
    let written = try tensor(values, type)
    #expect(written.values == values.map { type.rounding($0) })
    #expect(written.count * type.componentCount == 6 && written.componentCount == 6)
    #expect(written[component: 3] == type.rounding(values[3]))
    if !type.isFloating { #expect((0..<6).map(written.integer) == values.map { Int64(type.rounding($0)) }) }
  }

  @Test func `keep integers that no Double holds`() throws {
    let value = Int64.max - 1
    let bytes = withUnsafeBytes(of: value) { Data($0) }
    #expect(try TensorElements(bytes: bytes, type: .int64, shape: []).integer(at: 0) == value)
  }

  @Test func `may begin anywhere in memory`() throws {
    let data = Data([9, 9, 9]) + Data([0, 0, 128, 63, 0, 0, 0, 64])
    let elements = try TensorElements(bytes: data[3...], type: .float32, shape: [2])
    #expect(elements.values == [1, 2])
  }

  @Test func `are converted in parts`() throws {
    let elements = try tensor((0..<1000).map(Double.init), .bfloat16)
    var part = [Double](repeating: -1, count: 10)
    part.withUnsafeMutableBufferPointer { elements.convert(100..<108, into: $0) }
    #expect(part == [100, 101, 102, 103, 104, 105, 106, 107, -1, -1])
    part.withUnsafeMutableBufferPointer { elements.convert(5..<5, into: $0) }
    #expect(part[0] == 100)
  }

  @Test func `know where an element is`() throws {
    let elements = try tensor(Array(repeating: 0, count: 24), shape: [2, 3, 4])
    #expect(elements.position(of: 0) == [0, 0, 0] && elements.position(of: 23) == [1, 2, 3])
    #expect(elements.position(of: 17) == [1, 1, 1])
    #expect(try tensor([5], shape: []).position(of: 0) == [])
  }

  @Test(arguments: [[3], [2, 2], [-1, -5], [-5], [Int.max, Int.max], [Int.max], [1 << 40, 1 << 40], []])
  func `refuse another number of bytes`(shape: [Int]) {
    #expect(throws: TensorError.self) { try TensorElements(bytes: Data(count: 20), type: .float32, shape: shape) }
  }

  @Test func `may be none`() throws {
    for shape in [[0], [Int.max, 0], [0, Int.max, Int.max]] {
      let elements = try TensorElements(bytes: Data(), type: .float32, shape: shape)
      #expect(elements.count == 0 && elements.values.isEmpty)
    }
  }

  @Test(arguments: [TensorElements.FileWriter.gone, .hostile])
  func `are read from a file`(writer: TensorElements.FileWriter) throws {
    try withFolder { folder in
      let path = folder + "/bytes"
      let values = [1.5, -2, 3, 4]
      try (Data([7, 7, 7]) + tensor(values).bytes).write(to: URL(filePath: path))
      let elements = try TensorElements(contentsOf: path, offset: 3, type: .float32, shape: [2, 2], writer: writer)
      #expect(elements.values == values)
      for (offset, shape) in [(4, [2, 2]), (3, [5]), (-1, [1]), (100, [1]), (Int.max, [1]), (3, [Int.max / 8])] {
        #expect(throws: TensorError.self, "offset \(offset), shape \(shape)") {
          try TensorElements(contentsOf: path, offset: offset, type: .float32, shape: shape, writer: writer)
        }
      }
      #expect(throws: TensorError.self) {
        try TensorElements(contentsOf: folder + "/none", type: .float32, shape: [1], writer: writer)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func `are not read from pipes, links, devices and folders of a hostile process`()
    throws
  {
    try withFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      try tensor([1]).bytes.write(to: URL(filePath: folder + "/bytes"))
      symlink(folder + "/bytes", folder + "/link")
      for path in [folder + "/pipe", folder + "/link", "/dev/zero", folder] {
        #expect(throws: TensorError.self) {
          try TensorElements(contentsOf: path, type: .float32, shape: [1], writer: .hostile)
        }
      }
    }
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "basic-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path(percentEncoded: false).hasSuffix("/") ? String(url.path().dropLast()) : url.path())
  }
}
