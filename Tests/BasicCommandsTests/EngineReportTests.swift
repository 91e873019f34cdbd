import Foundation
import LanguageModelClients
import SpeculativeDecoding
import Testing

@testable import BasicCommands

struct EngineReportTests {
  private static func run(
    _ way: EngineContest.Way, _ prompt: Int, _ speed: Double, equalsOwn: Bool = true, equalsLlama: Bool = true
  ) -> EngineContest.Run {
    EngineContest.Run(
      way: way, prompt: prompt, round: 0, speed: speed, tokensPerPass: 2, tokens: 10 + 20 * prompt,
      equalsOwn: equalsOwn,
      equalsLlama: equalsLlama)
  }

  /// With room for one text its branches do not fit, and it writes on without computing.
  @Test func `each branch of the example's has room for the whole text`() throws {
    let common = LlamaContestant.Common(programs: "", target: "t", draft: "d", threads: 2, context: 768)
    for arguments in LlamaMode.branches.settings {
      let sequences = try #require(arguments.firstIndex(of: "--parallel").flatMap { Int(arguments[$0 + 1]) })
      let all = common.arguments(.branches, sequences: LlamaMode.sequences(arguments))
      #expect(sequences > 1 && all.contains("\(sequences * 768)"))
    }
    #expect(LlamaMode.sequences(["--threads", "2"]) == 1)
  }

  /// Two prompts: on the first llama.cpp's chain is its fastest way, on the second its n-grams are.
  @Test func `ratios are of the same prompt and round, and to the fastest way of each`() throws {
    let kind = EngineReport.Kind(
      .kernels, prompts: ["a", "b"],
      best: [
        .init(mode: .plain, arguments: [], speed: 1, tokens: 9),
        .init(mode: .draft, arguments: ["--x", "3"], speed: 1, tokens: 9),
        .init(mode: .ngramSimple, arguments: [], speed: 1, tokens: 9),
      ], trials: [],
      runs: [
        Self.run(.llama(.plain), 0, 10), Self.run(.llama(.draft), 0, 30), Self.run(.llama(.ngramSimple), 0, 12),
        Self.run(.own(.off), 0, 20), Self.run(.own(.auto), 0, 60), Self.run(.llama(.plain), 1, 10),
        Self.run(.llama(.draft), 1, 10), Self.run(.llama(.ngramSimple), 1, 40), Self.run(.own(.off), 1, 20),
        Self.run(.own(.auto), 1, 120, equalsOwn: false),
        // What is fast with another text does not count.
        Self.run(.llama(.branches), 0, 900, equalsLlama: false),
      ])
    func row(_ mode: String) throws -> EngineReport.Row { try #require(kind.rows.first { $0.mode == mode }) }
    #expect(kind.rows.map(\.mode) == ["plain", "draft", "ngram-simple", "auto", "off"])
    let auto = try row("auto")
    #expect(auto.overLlamaPlain?.median == 9 && auto.overLlamaBest?.median == 2.5 && auto.overOwnPlain?.median == 4.5)
    #expect(auto.tokens == 20)
    #expect(auto.tokensPerSecond == 90 && auto.equalsOwnPlain == 1 && auto.equalsLlamaPlain == 2 && auto.texts == 2)
    let draft = try row("draft")
    #expect(draft.overLlamaPlain?.median == 2 && draft.overLlamaBest?.median == 0.625 && draft.settings == "--x 3")
    // Plain decoding is none of the speculative ways.
    #expect(try row("plain").overLlamaBest?.median == ((10.0 / 30 + 10.0 / 40) / 2).rounded(to: 4))
  }

  @Test func `settings that wrote hardly anything are not the fastest`() {
    func trial(_ mode: LlamaMode, _ name: String, _ speed: Double, _ tokens: Int) -> EngineContest.Trial {
      .init(mode: mode, arguments: [name], speed: speed, tokens: tokens)
    }
    let trials = [
      trial(.draft, "slow", 10, 100), trial(.draft, "fast", 20, 90), trial(.branches, "short", 900, 1),
      trial(.branches, "long", 30, 120), trial(.ngramMod, "short", 50, 2), trial(.ngramMod, "shorter", 40, 1),
    ]
    #expect(EngineContest.Trial.best(of: .draft, among: trials)?.arguments == ["fast"])
    #expect(EngineContest.Trial.best(of: .branches, among: trials)?.arguments == ["long"])
    // Where all of a way do, it has one nevertheless.
    #expect(EngineContest.Trial.best(of: .ngramMod, among: trials)?.arguments == ["short"])
    #expect(EngineContest.Trial.best(of: .plain, among: trials) == nil)
    let short = [trial(.plain, "only", 5, 0)]
    #expect(EngineContest.Trial.best(of: .plain, among: short)?.arguments == ["only"])
  }

  @Test func `a text is in what the example prints if all of it is, and there is one`() {
    #expect(EngineContest.contains("ab c", of: 3, in: "prompt ab c and more", of: 5))
    #expect(!EngineContest.contains("ab d", of: 3, in: "prompt ab c and more", of: 5))
    #expect(!EngineContest.contains("", of: 0, in: "anything", of: 5))
    // The words stand in the prompt, which it prints too.
    #expect(!EngineContest.contains("ab c", of: 3, in: "prompt ab c", of: 1))
    #expect(!EngineContest.contains("ab c", of: 3, in: nil, of: 3))
  }

  @Test func `a way that was left out has no row`() {
    let kind = EngineReport.Kind(
      .noise, prompts: ["a"], best: [.init(mode: .branches, arguments: [], speed: 0, tokens: 9)], trials: [],
      runs: [Self.run(.own(.off), 0, 20)])
    #expect(kind.rows.map(\.mode) == ["off"])
    #expect(kind.rows[0].overLlamaPlain == nil && kind.rows[0].overLlamaBest == nil)
  }

  /// What is tried is what the programs know: `Scripts/setup-llama-tools.sh` builds them.
  private static let programs = CommandLineTool.checkout + "/.engine"

  @Test(
    .enabled(if: CommandLineTool.hasModels, Comment(rawValue: CommandLineTool.noModels)),
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: programs + "/llama-server")
        && FileManager.default.isExecutableFile(atPath: programs + "/llama-speculative"),
      "llama.cpp's programs are not built: Scripts/setup-llama-tools.sh."))
  func `both engines write the same, each way in each round`() throws {
    let report = try BenchTests.run(
      "bench engines --llama-cpp \(Self.programs) --problems \(CommandLineTool.example) --rounds 1 --max-tokens 24 "
        + "--default-settings --prompts kernels,rewrites,noise")
    let kinds = try #require(report["kinds"]?.array)
    #expect(kinds.compactMap { $0["kind"]?.string } == ["kernels", "rewrites", "noise"])
    for kind in kinds {
      let rows = try #require(kind["rows"]?.array)
      // The example with branches reads text: random tokens do not survive that.
      let isNoise = kind["kind"]?.string == "noise"
      #expect(rows.count >= LlamaMode.allCases.count + SpeculationMode.allCases.count - (isNoise ? 1 : 0))
      for row in rows {
        #expect(row["texts"]?.integer == 1 && row["tokensPerSecond"]?.number ?? 0 > 0, "\(row)")
        guard kind["kind"]?.string == "kernels" else { continue }
        #expect(row["equalsOwnPlain"]?.integer == 1 && row["equalsLlamaPlain"]?.integer == 1, "\(row)")
      }
    }
  }
}
