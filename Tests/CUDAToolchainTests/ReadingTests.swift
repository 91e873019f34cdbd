import CUDAToolchain
import Foundation
import Testing

@Suite(.enabled(if: Machine.hasPython, "\(Machine.noPython)")) struct `Reading candidates` {
  private static let start = "import textwrap\nfrom torch.utils.cpp_extension import load_inline\n"

  private func read(_ text: String) async throws -> CandidateSource {
    try await CandidateSource.read(text, toolchain: Machine.toolchain())
  }

  @Test(arguments: [
    "load_inline(name='x', cpp_sources='', cuda_sources='K4;')",
    "load_inline('x', '', 'K4;', ['f'])",
    "from torch.utils.cpp_extension import load_inline as li\nli(name='x', cpp_sources='', cuda_sources=['K4;'])",
    "import torch\ntorch.utils.cpp_extension.load_inline(name='x', cpp_sources='', cuda_sources='K4;')",
    "from torch.utils import cpp_extension as c\nc.load_inline(name='x', cpp_sources='', cuda_sources='K4;')",
    "n = 4\ns = f'K{n};'\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = 'K%d;' % 4\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = 'K{n};'.format(n=2 * 2)\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = 'KN;'.replace('N', str(4))\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = ''.join(['K', '4', ';'])\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = textwrap.dedent('   K4;').strip()\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = 'K'\ns += '4;'\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "s = []\ns.append('K4;')\nload_inline(name='x', cpp_sources='', cuda_sources=s)",
    "class M:\n  S = 'K4;'\n  def f(self):\n    return load_inline(name='x', cpp_sources='', cuda_sources=self.S)",
    "class M:\n  def __init__(self):\n    self.s = 'K4;'\n  def f(self):\n    load_inline(name='x', cuda_sources=self.s)",
    "def b(src, n='x'):\n  return load_inline(name=n, cpp_sources='', cuda_sources=src)\nb('K4;')",
    "def s():\n  return 'K4;'\nload_inline(name='x', cpp_sources='', cuda_sources=s())",
    "o = dict(name='x', cuda_sources='K4;')\nload_inline(**o)",
    """
    class ModelNew:
      def __init__(self, n):
        load_inline(name='x', cuda_sources=f'K{n};')
    width = 4
    def get_init_inputs():
      return [width]
    """,
  ])
  func `sources are folded`(text: String) async throws {
    let found = try await read(Self.start + text)
    #expect(found.kind == .loadInline, "\(found.problems)")
    #expect(found.extensions.first?.cudaSources.map(\.text) == ["K4;"])
    #expect(found.extensions.first?.name == "x")
  }

  /// Python takes a byte-order mark before a source for what it is.
  @Test func `a byte-order mark is no syntax`() async throws {
    let found = try await read("\u{FEFF}" + Self.start + "load_inline(name='x', cpp_sources='', cuda_sources='K4;')")
    #expect(found.kind == .loadInline, "\(found.problems)")
  }

  @Test(arguments: [
    ("x = (", CandidateSource.Kind.syntaxError), ("import triton\n", .triton), ("x = 1\n", .noCUDASource),
    ("from torch.utils.cpp_extension import load\nload(name='x', sources=['a.cu'])", .files),
    ("load_inline(name='x', cuda_sources=open('a.cu').read())", .unreadable),
    ("load_inline(name='x', cuda_sources='a' * 10**10)", .unreadable),
    ("load_inline(name='x', cuda_sources='%1000000000d' % 1)", .unreadable),
    ("load_inline(name='x', cuda_sources=f'{1:>1000000000}')", .unreadable),
    ("load_inline(name='x', cuda_sources=('a' * 1000).replace('a', 'b' * 100000))", .unreadable),
    ("s = 'a' * 1000000\ns += s\ns += s\nload_inline(name='x', cuda_sources=s)", .unreadable),
    ("load_inline(name='x', cuda_sources=" + String(repeating: "-", count: 5000) + "1)", .unreadable),
    ("def f():\n  return f()\nload_inline(name='x', cuda_sources=f())", .unreadable),
    ("a = b\nb = a\nload_inline(name='x', cuda_sources=b)", .unreadable), ("x = '\0'", .syntaxError),
    ("", .noCUDASource),
  ])
  func `what holds no readable CUDA is named`(text: String, kind: CandidateSource.Kind) async throws {
    let found = try await read(text)
    #expect(found.kind == kind, "\(found.problems)")
    #expect(kind != .loadInline && !found.problems.isEmpty)
  }

  @Test func `nothing of a candidate is executed`() async throws {
    let marker = FileManager.default.temporaryDirectory.path + "/basic-\(UUID().uuidString)"
    let found = try await read(
      Self.start + "open('\(marker)', 'w')\nload_inline(name='x', cuda_sources=str(open('\(marker)', 'w')))")
    #expect(found.kind == .unreadable && !FileManager.default.fileExists(atPath: marker))
  }

  @Test func `a string's line in the candidate is kept, and a lost flag loses no other`() async throws {
    let found = try await read(
      Self.start + "s = '''\nK;\n'''\nload_inline(name='x', cuda_sources=s, extra_cuda_cflags=['-O3', f()])")
    #expect(found.extensions.first?.cudaSources.first?.line == 3)
    #expect(found.extensions.first?.cudaFlags == ["-O3"] && found.problems.count == 1)
  }

  @Test func `mutated candidates are always answered`() async throws {
    var generator = Seeded(state: 7)
    let toolchain = try await Machine.toolchain()
    let seeds =
      Machine.candidates.isEmpty
      ? [Self.start + "s = '''__global__ void k() {}'''\nload_inline(name='x', cuda_sources=s.replace('k', f'{1}'))"]
      : Machine.candidates.map(\.candidate)
    for round in 0..<(Machine.wantsLongTests ? 400 : 24) {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<(1 + generator.next(6)) {
        let from = generator.next(bytes.count)
        let to = min(bytes.count, from + generator.next(60))
        switch generator.next(4) {
        case 0: bytes.removeSubrange(from..<to)
        case 1: bytes.insert(contentsOf: bytes[from..<to], at: generator.next(bytes.count))
        case 2: bytes[from] = UInt8(generator.next(256))
        default: bytes.insert(contentsOf: Array("({['''+%*\\f\"".utf8).shuffled(using: &generator), at: from)
        }
      }
      let found = try await CandidateSource.read(String(decoding: bytes, as: UTF8.self), toolchain: toolchain)
      #expect(found.kind == .loadInline || !found.problems.isEmpty)
    }
  }
}

/// SplitMix64, so that a run repeats.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}
