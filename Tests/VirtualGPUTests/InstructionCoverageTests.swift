import PTX
import Testing
import VirtualGPU

struct InstructionCoverageTests {
  private func coverage(_ body: String) throws -> [String: InstructionCoverage.Form] {
    let module = try PTXModule.read(
      """
      .version 8.7
      .target sm_90
      .address_size 64
      .visible .entry k(.param .u64 p)
      {
      .reg .b32 %r<8>;
      .reg .b64 %rd<8>;
      .reg .f32 %f<8>;
      \(body)
      ret;
      }
      """)
    var coverage = InstructionCoverage()
    coverage.add(module)
    return Dictionary(uniqueKeysWithValues: coverage.forms.map { ($0.text, $0) })
  }

  @Test func `forms are counted, each by its own text`() throws {
    let forms = try coverage("add.s32 %r1, %r2, 1;\nadd.s32 %r1, %r1, 2;\nadd.f32 %f1, %f2, %f3;")
    #expect(forms["add.s32"]?.count == 2)
    #expect(forms["add.s32"]?.uncovered == 0)
    #expect(forms["add.s32"]?.kind == .integer)
    #expect(forms["add.f32"]?.count == 1)
    #expect(forms["add.f32"]?.kind == .float32)
    #expect(forms["ret"]?.uncovered == 0)
  }

  @Test func `what is not executed is said, and so is everything behind it`() throws {
    let forms = try coverage("vadd.s32.s32.s32 %r1, %r2, %r3;\nsub.s32 %r1, %r2, %r3;")
    #expect(forms["vadd.s32.s32.s32"]?.uncovered == 1)
    #expect(forms["vadd.s32.s32.s32"]?.reason?.contains("not known here") == true)
    #expect(forms["sub.s32"]?.uncovered == 0)
  }
}
