import Testing

@testable import VirtualGPU

/// What a candidate may not make the compilers do, told by its text alone.
@Suite struct ExtensionRefusalTests {
  private func code(_ body: () throws -> Void) -> VirtualGPUError.Code? {
    do {
      try body()
      return nil
    } catch { return (error as? VirtualGPUError)?.code }
  }

  @Test(arguments: [
    "-ccbin=/tmp/x", "-ccbin /tmp/x", "--compiler-bindir=/tmp", "-include/etc/passwd", "-include /etc/passwd", "-B/tmp",
    "-B /tmp", "@/tmp/flags", "--options-file=/tmp/x", "-optf /tmp/x", "-fplugin=/tmp/x.so", "-plugin /tmp/x",
    "-wrapper /bin/sh", "-specs=/tmp/x", "-Xcompiler -fplugin=/tmp/x.so", "-Xcompiler=-O2,-fplugin=/tmp/x.so",
    "-Xcompiler -B/tmp", "-Wl,-T,/etc/passwd", "-Wa,--listing", "-imacros /etc/passwd", "-o /tmp/x", "-save-temps",
    "-x c", "-run", "-fdump-tree-all", "-T /etc/passwd", "--sysroot=/tmp", "-Xlinker=@x -wrapper x",
  ])
  func `a flag that could run a program or read a file is refused`(_ flag: String) {
    for request in [
      ExtensionRequest(name: "x", extraCFlags: [flag]), ExtensionRequest(name: "x", extraCUDAFlags: [flag]),
      ExtensionRequest(name: "x", extraLDFlags: flag.split(separator: " ").map(String.init)),
    ] {
      #expect(code { _ = try ExtensionFlags(request) } == .refused, "\(flag)")
    }
  }

  @Test(arguments: [
    ("-lcublas", "cuBLAS"), ("-l cudnn", "cuDNN"), ("-lcurand", "cuRAND"), ("-lcusparse", "cuSPARSE"),
    ("-lnccl", "NCCL"),
  ])
  func `a library that is not here is named`(_ flag: String, _ name: String) {
    #expect(throws: VirtualGPUError.self) { try ExtensionFlags(ExtensionRequest(name: "x", extraLDFlags: [flag])) }
    do {
      _ = try ExtensionFlags(ExtensionRequest(name: "x", extraLDFlags: [flag]))
    } catch {
      #expect((error as? VirtualGPUError)?.code == .unsupported)
      #expect("\(error)".contains("unsupported: needs \(name)"))
    }
  }

  @Test func `flags about arithmetic are passed on, flags about machines are left out`() throws {
    let flags = try ExtensionFlags(
      ExtensionRequest(
        name: "x", extraCFlags: ["-O3", "-std=c++20", "-DN=4", "-Wall -Wextra"],
        extraCUDAFlags: [
          "-O3 --use_fast_math", "-gencode=arch=compute_80,code=sm_80", "-arch", "sm_90", "--fmad=false", "-DX=1",
          "-UX",
          "-Xptxas", "-O3,-v", "-lineinfo", "-Iinc", "-I/usr/local/cuda/include", "-DEVIL=$(id)", "-I../x",
        ], extraLDFlags: ["-lcudart", "-lcuda", "-L/usr/lib"]))
    #expect(flags.host == ["-O3", "-std=c++20", "-DN=4", "-I", "inc"])
    #expect(flags.cuda == ["-O3", "--use_fast_math", "--fmad=false", "-DX=1", "-UX", "-I", "inc"])
    #expect(flags.link.isEmpty)
    #expect(
      flags.ignored == [
        "-gencode=arch=compute_80,code=sm_80", "-arch=sm_90", "-Xptxas=-O3,-v", "-I/usr/local/cuda/include",
        "-DEVIL=$(id)",
        "-I../x",
      ])
  }

  @Test(arguments: [
    "#include \"/dev/zero\"", "#include </etc/passwd>", "# include \"../secret.h\"", "#  /* x */ include \"/dev/zero\"",
    "#inc\\\nlude \"/dev/zero\"", "#inc\\ \t\nlude \"/dev/zero\"", "%:include \"/dev/zero\"", "#import \"/dev/zero\"",
    "#include_next </etc/passwd>", "#define F \"/dev/zero\"\n#include F", "#include \"a/../../b.h\"",
    "??=include \"/dev/zero\"",
    "#embed \"/dev/zero\"", "asm(\".incbin \\\"/etc/passwd\\\"\");", "\t#\tinclude\t\"/dev/zero\"",
    "#include \"a\\..\\b\"",
    "/* a */ #include \"/dev/zero\"", "/*\n*/#include \"/dev/zero\"",
  ])
  func `a source that reads a file of its choice is refused`(_ text: String) {
    #expect(
      code { try SourceScan.check("int a;\n" + text + "\nint b;\n", named: "cpp_sources") } == .refused, "\(text)")
  }

  @Test(arguments: [
    "#include <torch/extension.h>\n#include \"mine.h\"\n#include <cub/block/block_reduce.cuh>", "// #include nothing",
    "const char* text = \"a /* b\";\n#include <vector>\nconst char* more = \"*/\";", "#define INCLUDE 1",
    "int a = b / * c;", "asm volatile(\"mov.u32 %0, %laneid;\" : \"=r\"(lane));",
  ])
  func `a source that reads headers is accepted`(_ text: String) {
    #expect(code { try SourceScan.check(text, named: "cpp_sources") } == nil, "\(text)")
  }

  @Test func `the assembly tells what macros hid`() {
    #expect(AssemblyScan.forbidden(Array("\t.text\n\t.incbin \"/etc/passwd\"\n".utf8)) == ".incbin")
    #expect(AssemblyScan.forbidden(Array("#APP\n .INCLUDE \"x\"\n".utf8)) == ".include")
    #expect(AssemblyScan.forbidden(Array(".string \"x\" ; .incbin \"y\"\n".utf8)) == ".incbin")
    #expect(AssemblyScan.forbidden(Array(".macro f x\n.inc\\()x\n.endm\n".utf8)) == ".macro")
    #expect(AssemblyScan.forbidden(Array(".irpc x, abc\n".utf8)) == ".irp")
    #expect(AssemblyScan.forbidden(Array(".string \"use \\\" .incbin\"\n\tcall f.include_me\n".utf8)) == nil)
    #expect(AssemblyScan.forbidden(Array(".section .text.included,\"ax\"\n".utf8)) == nil)
  }

  @Test(arguments: ["/etc/x.cu", "../x.cu", "a/../../x.cu", ".hidden.cu", "-o.cu", "a b.cu", "x;id.cu", "a//b.cu", ""])
  func `a file's name that leaves the folder is refused`(_ name: String) {
    #expect(code { _ = try ExtensionSources(ExtensionRequest(name: "x", sources: [name: "int a;"])) } == .refused)
  }

  @Test func `a request reads as the worker writes it`() throws {
    let sources = try ExtensionSources(
      ExtensionRequest(
        name: "x", cppSources: ["void f();", "void g();"], cudaSources: ["void f() {}"],
        functions: ["f": "says \"f\"", "g": "g"]))
    #expect(sources.units.map(\.file) == ["basic_main.cpp", "basic_cuda.cu"])
    #expect(
      sources.files[0].text == """
        #include <torch/extension.h>
        #line 1 "cpp_sources[0]"
        void f();
        #line 1 "cpp_sources[1]"
        void g();
        #line 1 "functions"
        PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
        m.def("f", torch::wrap_pybind_function(f), "says \\"f\\"");
        m.def("g", torch::wrap_pybind_function(g), "g");
        }

        """)
    #expect(sources.files[1].text.hasPrefix("#include <torch/types.h>\n#include <cuda.h>\n#include <cuda_runtime.h>\n"))
    #expect(code { _ = try ExtensionSources(ExtensionRequest(name: "my-name", cppSources: [""])) } == .doesNotCompile)
  }
}
