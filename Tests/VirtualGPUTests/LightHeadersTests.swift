import Testing

@testable import VirtualGPU

/// Which failed builds are tried again with PyTorch's own headers.
@Suite struct LightHeadersTests {
  private static func isBlamed(_ lines: [String], code: VirtualGPUError.Code = .doesNotCompile) -> Bool {
    LightHeaders.mayBeToBlame(VirtualGPUError(code, lines.joined(separator: "\n")))
  }

  /// What comes after a macro that is not known is no C++, and compilers say so too.
  @Test(arguments: [
    [
      #"cuda_sources(14): error: identifier "AT_DISPATCH_V2" is undefined"#,
      #"cuda_sources(14): error: expected a ";""#,
    ],
    ["cuda_sources:9:3: error: 'TORCH_CHECK_NOTNULL' was not declared in this scope"],
    ["cpp_sources:2:1: error: 'C10_CUDA_IGNORE_ERROR' was not declared in this scope", "x:3:1: error: expected ';'"],
    [#"cuda_sources(3): error: identifier "CUDA_KERNEL_ASSERT_MSG" is undefined"#],
    ["cpp_sources:4:9: error: 'class at::Tensor' has no member named 'frobenius_norm'"],
    ["cpp_sources:4:9: error: 'tril' is not a member of 'at'"],
    [#"cuda_sources(3): error: namespace "torch" has no member "tril""#],
    ["fatal error: ATen/native/Resize.h: No such file or directory"],
  ])
  func whatPyTorchsMayKnow(_ lines: [String]) { #expect(Self.isBlamed(lines)) }

  @Test(arguments: [
    ["functions:2:56: error: 'matmul' was not declared in this scope"],
    ["functions:1:1: error: redefinition of 'void* PyInit_x()'"],
    [#"cuda_sources(14): error: identifier "undeclared" is undefined"#],
    [#"cuda_sources(14): error: identifier "MAT_WIDTH" is undefined"#, #"cuda_sources(14): error: expected a ";""#],
    [#"cuda_sources(14): error: identifier "FORMAT_X" is undefined"#],
    // A macro that is known, in a line about something else.
    ["cuda_sources(14): error: too few arguments in invocation of macro \"AT_DISPATCH_FLOATING_TYPES\""],
    ["fatal error: mine.h: No such file or directory"],
    [],
  ])
  func whatNoHeaderCanMend(_ lines: [String]) { #expect(!Self.isBlamed(lines)) }

  @Test func whatIsDeclaredAndNotDefinedIsOurs() {
    #expect(Self.isBlamed(["undefined reference to `at::Tensor::kron(at::Tensor const&)'"], code: .doesNotLink))
    #expect(!Self.isBlamed(["undefined reference to `mine(int)'"], code: .doesNotLink))
    #expect(!Self.isBlamed([#"error: identifier "AT_X" is undefined"#], code: .outOfTime))
  }
}
