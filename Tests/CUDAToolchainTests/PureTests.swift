import Foundation
import Testing

@testable import CUDAToolchain

@Suite struct `What needs no program` {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `hashes are SHA-256`(text: String, hash: String) { #expect(SHA256.hex(text) == hash) }

  @Test func `embedded resources are the files of the folder`() throws {
    let folder = Machine.checkout + "/Sources/CUDAToolchain/Resources"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    var isFolder: ObjCBool = false
    let files = names.filter { name in
      FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
        && !name.hasSuffix(".pyc")
    }
    #expect(Set(files) == Set(EmbeddedResources.files.map(\.path)), "run Scripts/embed-resources.sh")
    for file in EmbeddedResources.files {
      let text = try String(contentsOfFile: folder + "/" + file.path, encoding: .utf8)
      #expect(text == file.text, "\(file.path) has changed: run Scripts/embed-resources.sh")
    }
  }

  @Test(arguments: [
    ("_Z1kPf", "k"), ("_Z7softmaxIfLi256EEvPT_", "softmax<float, 256>"), ("plain", "plain"),
    ("_ZN2at6kernelIN3c104HalfELb1EEEvPT_", "at::kernel<c10::Half, true>"), ("_Z1qIPKfLin3EEvv", "q<const float*, -3>"),
    ("_ZN12_GLOBAL__N_11kEPf", "(anonymous namespace)::k"), ("_Z999k", "_Z999k"), ("_ZN1k", "_ZN1k"), ("_Z", "_Z"),
    ("_Z1kI" + String(repeating: "P", count: 99) + "fE", "_Z1kI" + String(repeating: "P", count: 99) + "fE"),
  ])
  func `kernels have readable names`(mangled: String, name: String) { #expect(KernelName.readable(mangled) == name) }

  @Test func `ptxas's figures are read`() throws {
    let output = PTXASOutput(
      """
      ptxas info    : 70 bytes gmem, 16 bytes cmem[3]
      ptxas info    : Compiling entry function '_Z1kPf' for 'sm_90'
      ptxas info    : Function properties for _Z1kPf
          24 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
      ptxas info    : Function properties for helper
          99 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
      ptxas info    : Used 14 registers, used 1 barriers, 48 bytes smem, 352 bytes cmem[0], 8 bytes cmem[2]
      ptxas info    : Compile time = 2.279 ms
      ptxas warning : something
      """)
    var kernel = CompileReport.Kernel(name: "k", mangledName: "_Z1kPf", registers: 14, spillStores: 8, spillLoads: 12)
    kernel.sharedMemory = 48
    kernel.constantMemory = 360
    kernel.stack = 24
    kernel.barriers = 1
    #expect(output.kernels == [kernel])
    #expect(output.messages == ["ptxas warning : something"])
  }

  @Test func `flags are passed on only from the list`() {
    let flags = CompilerFlags([
      "-O3", "--use_fast_math", "-std=c++17", "-Xptxas", "-O3", "--ptxas-options=-v", "-maxrregcount=48", "-DN=4",
      "-D", "M", "-prec-div=false", "--extended-lambda -lineinfo",
    ])
    #expect(
      flags.compiler == [
        "-O3", "--use_fast_math", "-std=c++17", "-DN=4", "-DM", "--prec-div=false", "--extended-lambda",
      ])
    #expect(flags.assembler == ["-O3", "-O3", "--maxrregcount=48"])
    #expect(flags.ignored.isEmpty)
  }

  @Test(arguments: [
    "-DX=$(touch hacked)", "-DX=`id`", "-DX=\"a\"", "-ccbin=/tmp/evil", "-arch=sm_80", "-I/etc", "--run", "-o",
    "-Xcompiler=-fplugin=x", "--options-file=x", "-D;x", "-include=/etc/passwd", "-Xptxas=-o,x", "-std=c++98;id",
    "x.cu",
  ])
  func `a dangerous flag goes nowhere`(flag: String) {
    let flags = CompilerFlags([flag])
    let passed = (flags.compiler + flags.assembler).joined()
    #expect(!flags.ignored.isEmpty)
    #expect(!passed.contains { "$`\";/(".contains($0) })
  }

  @Test func `kernels and their use are seen past comments and strings`() {
    let scan = SourceScan(
      """
      // __global__ void commented(float*);
      /* __global__ void also() */ const char* s = "__global__ void quoted()";
      template <int N> __global__ void __launch_bounds__(256, 2) used(float* a) { }
      __global__ __launch_bounds__(128) void idle(float* a) { int used_not; }
      extern "C" __global__ void pointed() {}
      void f() { used<4><<<1, 2>>>(nullptr); auto p = &pointed; }
      """)
    #expect(scan.kernels == ["used", "idle", "pointed"])
    #expect(scan.isUsed(kernel: "used") && scan.isUsed(kernel: "pointed") && !scan.isUsed(kernel: "idle"))
    #expect(scan.defines(function: "f") && !scan.defines(function: "g"))
  }

  @Test func `a long log keeps its beginning and its end, and errors before warnings`() {
    let text = "a(1): warning #1: w\n\n/tmp/x/a(2): error: e\n\n" + String(repeating: "line\n", count: 5000) + "END"
    let log = CompilerLog.trimmed(text, hiding: ["/tmp/x"], failed: true, limit: 1000)
    #expect(log.hasPrefix("a(2): error: e") && !log.contains("warning") && log.utf8.count < 1200)
    #expect(
      CompilerLog.missingHeader("a.cu:1:10: fatal error: cublas_v2.h: No such file or directory") == "cublas_v2.h")
    #expect(CompilerLog.missingHeader("a.cu:1:10: fatal error: 'cub/x.cuh' file not found") == "cub/x.cuh")
  }
}
