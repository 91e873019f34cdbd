import KernelVerdicts
import Testing
import VirtualGPU

/// Whether what a program puts out depends on a race, or on memory that nobody wrote, is found out by running it again.
@Suite(.serialized, .enabled(Programs.missing) { await Programs.canBuild() }) struct SeverityTests {
  /// A program whose kernels find something, and what that is worth.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The kernels.
    var kernels: String
    /// What main does with 64 integers on the GPU, `x`, that nobody wrote, and 64 more, `y`, of zeros.
    var body: String
    var kind: Finding.Kind
    var severity: Finding.Severity

    var program: String {
      """
      #include <cstdio>
      \(kernels)
      int main() {
        int *x, *y, host[64];
        cudaMalloc(&x, 256);
        cudaMalloc(&y, 256);
        cudaMemset(y, 0, 256);
        \(body)
        cudaDeviceSynchronize();
        return 0;
      }
      """
    }
  }

  private static let copied = "cudaMemcpy(host, y, 256, cudaMemcpyDeviceToHost);"

  static let cases: [Case] = [
    Case(
      testDescription: "the last block to write decides, and the host reads it",
      kernels: "__global__ void f(int* y) { y[0] = blockIdx.x; }", body: "f<<<16, 1>>>(y); \(copied)", kind: .race,
      severity: .error),
    Case(
      testDescription: "the last block to write decides, and nobody reads it",
      kernels: "__global__ void f(int* y) { y[0] = blockIdx.x; }", body: "f<<<16, 1>>>(y);", kind: .race,
      severity: .warning),
    Case(
      testDescription: "what nobody wrote is copied",
      kernels: "__global__ void f(const int* x, int* y) { y[threadIdx.x] = x[threadIdx.x] + 1; }",
      body: "f<<<1, 64>>>(x, y); \(copied)", kind: .uninitializedRead, severity: .error),
    Case(
      testDescription: "what nobody wrote is printed alone",
      kernels: "__global__ void f(const int* x, int* y) { y[threadIdx.x] = x[threadIdx.x] + 1; }",
      body: "f<<<1, 64>>>(x, y); \(copied) printf(\"%d\\n\", host[3]);", kind: .uninitializedRead, severity: .error),
    Case(
      testDescription: "what nobody wrote is compared with a number that it never is",
      kernels: "__global__ void f(const int* x, int* y) { if (x[threadIdx.x] == 12345) y[threadIdx.x] = 1; }",
      body: "f<<<1, 64>>>(x, y); \(copied)", kind: .uninitializedRead, severity: .warning),
    Case(
      testDescription: "of two findings each has its own",
      kernels: """
        __global__ void f(int* y) { y[0] = blockIdx.x; }
        __global__ void g(const int* x, int* y) { if (x[threadIdx.x] == 12345) y[threadIdx.x] = 1; }
        """,
      body: "f<<<16, 1>>>(y); g<<<1, 64>>>(x, y); \(copied)", kind: .uninitializedRead, severity: .warning),
  ]

  @Test(arguments: cases) func `a finding is an error where the output depends on it`(one: Case) async throws {
    let program = try await Programs.build(text: one.program, name: "Programs/severity.cu", check: .all)
    let (report, _) = try await Programs.run(program, name: "Programs/severity.cu")
    #expect(report.ending == .exited(0) && report.schedulesTried >= 3)
    let found = report.findings.filter { $0.kind == one.kind }
    #expect(!found.isEmpty, "found instead: \(report.findings.map(\.message))")
    #expect(found.allSatisfy { $0.severity == one.severity }, "\(found.map(\.severity))")
  }
}
