import PTX
import Testing

@Suite struct `A variable` {
  private static func variables(_ text: String) throws(PTXError) -> [Variable] {
    try PTXModule.read(header + text).variables
  }

  @Test(arguments: [
    (".global .b32 x;", StateSpace.global, ScalarType.b32, 1, 4, [], 4),
    (".const .align 16 .b8 x[12];", .const, .b8, 1, 16, [12], 12),
    (".global .f64 x[2][3];", .global, .f64, 1, 8, [2, 3], 48),
    (".shared .v4 .f32 x[2];", .shared, .f32, 4, 16, [2], 32),
    (".extern .shared .align 16 .b8 x[];", .shared, .b8, 1, 16, [0], 0),
    (".global .texref x;", .global, .texref, 1, 8, [], 8),
    (".global .align 2 .bf16 x;", .global, .bf16, 1, 2, [], 2),
  ])
  func `has a type, an alignment and a size`(
    text: String, space: StateSpace, type: ScalarType, width: Int, alignment: Int, dimensions: [Int], byteCount: Int
  ) throws {
    let variable = try #require(try Self.variables(text).first)
    #expect(variable.name == "x" && variable.space == space && variable.type == type)
    #expect(variable.vectorWidth == width && variable.alignment == alignment)
    #expect(variable.dimensions == dimensions && variable.byteCount == byteCount)
    #expect(variable.isExtern == text.hasPrefix(".extern") && variable.initializer == nil)
  }

  @Test func `can share a declaration, and be declared before it is defined`() throws {
    let variables = try Self.variables(
      ".extern .global .b32 a; .global .b16 b[2], c; .visible .global .b32 a = 3; .weak .global .attribute(.managed) .b8 d;"
    )
    #expect(variables.map(\.name) == ["a", "b", "c", "d"])
    #expect(variables.map(\.byteCount) == [4, 4, 2, 1])
    #expect(variables.map(\.linkage) == [.visible, .internal, .internal, .weak])
    #expect(variables.map(\.isManaged) == [false, false, false, true])
  }

  @Test(
    arguments: [
      (".global .b32 x = 7;", [0], [.integer(7)]),
      (".global .s8 x[4] = {1, -1};", [0, 1], [.integer(1), .integer(.max)]),
      (".global .f32 x[2] = {0f3F800000, 1.0};", [0, 1], [.float32(0x3F80_0000), .float32(0x3F80_0000)]),
      (".global .f64 x = 0d4000000000000000;", [0], [.float64(0x4000_0000_0000_0000)]),
      (".global .f64 x = 2;", [0], [.float64(0x4000_0000_0000_0000)]),
      (".global .b32 x[2][3] = {{1}, {2, 3}};", [0, 3, 4], [.integer(1), .integer(2), .integer(3)]),
      (
        ".global .v2 .b32 x[2] = {{1, 2}, {3, 4}};", [0, 1, 2, 3], [.integer(1), .integer(2), .integer(3), .integer(4)]
      ),
      (".global .b32 x[2] = {};", [], []),
      (
        ".global .u64 x[3] = {y, generic(y)+8, y-8};", [0, 1, 2],
        [
          .address(symbol: "y", offset: 0, isGeneric: false, mask: nil),
          .address(symbol: "y", offset: 8, isGeneric: true, mask: nil),
          .address(symbol: "y", offset: -8, isGeneric: false, mask: nil),
        ]
      ),
      (
        ".global .u8 x[2] = {0xFF(y), 0xFF00(generic(y))};", [0, 1],
        [
          .address(symbol: "y", offset: 0, isGeneric: false, mask: 0xFF),
          .address(symbol: "y", offset: 0, isGeneric: true, mask: 0xFF00),
        ]
      ),
    ] as [(String, [Int], [Initializer.Value])])
  func `has contents`(text: String, indices: [Int], values: [Initializer.Value]) throws {
    let variable = try #require(try Self.variables(".global .b8 y[32];" + text).last)
    let elements = try #require(variable.initializer).elements
    #expect(elements.map(\.index) == indices)
    #expect(elements.map(\.value) == values)
  }

  @Test func `gets its size from its contents`() throws {
    let variables = try Self.variables(".global .b8 x[] = {1, 2, 3}; .global .b8 y[][4] = {{1}, {2}};")
    #expect(variables.map(\.byteCount) == [3, 8])
  }
}

@Suite struct `A scalar type` {
  @Test(arguments: ScalarType.allCases)
  func `is as wide as its name says`(type: ScalarType) {
    #expect(type.byteCount == max(1, type.bitWidth / 8))
    let digits = type.rawValue.drop { !$0.isNumber }
    if let width = Int(digits), type != .tf32 { #expect(type.bitWidth == width) }
    #expect(!(type.isSigned && type.isFloat))
  }
}
