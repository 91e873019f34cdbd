import GPUModels
import Testing

@testable import BasicCommands

struct SettingsTests {
  private static let user = "[defaults]\nbudget = \"1m\"\ngpu = \"t4\"\n"
  private static let project = "[defaults]\n# ours\nbudget = \"2m\"\n"

  private func budget(_ settings: Settings) throws -> Sourced<Duration>? { try settings.duration(.budget) }

  @Test func `a flag counts before the environment, the project's file, the user's and the default`() throws {
    try SettingsFixture.with { fixture in
      let settings = try fixture.load()
      #expect(try budget(settings) == Sourced(.seconds(900), .standard))
    }
    try SettingsFixture.with(user: Self.user) { fixture in
      let settings = try fixture.load()
      #expect(try budget(settings) == Sourced(.seconds(60), .file(fixture.userFile, line: 2)))
    }
    try SettingsFixture.with(project: Self.project, user: Self.user) { fixture in
      let settings = try fixture.load()
      #expect(try budget(settings) == Sourced(.seconds(120), .file(fixture.projectFile, line: 3)))
      // What the project does not say, the user may.
      #expect(try settings.value(.gpu) == Sourced(.text("t4"), .file(fixture.userFile, line: 3)))
    }
    let environment = ["BASIC_BUDGET": "3m"]
    try SettingsFixture.with(project: Self.project, user: Self.user, environment: environment) { fixture in
      let settings = try fixture.load()
      #expect(try budget(settings) == Sourced(.seconds(180), .environment("BASIC_BUDGET")))
      #expect(try settings.duration(.budget, flag: .seconds(240)) == Sourced(.seconds(240), .flag("--budget")))
      #expect(try budget(settings.with(.budget, "5m")) == Sourced(.seconds(300), .flag("--budget")))
    }
    try SettingsFixture.with(project: Self.project, environment: ["BASIC_BUDGET": ""]) { fixture in
      let settings = try fixture.load()
      #expect(try budget(settings)?.value == .seconds(120), "a variable that is set to nothing is not set")
    }
  }

  @Test(arguments: DefaultName.allCases)
  func `every option can be set by file and by variable, and says so`(name: DefaultName) throws {
    let value =
      switch name.key.kind {
      case .integer(let range): "\(min(64, range.upperBound))"
      case .number: "1"
      case .duration: "7m"
      case .choice(let words): words[1]
      case .checked: name == .gpu ? "t4" : name == .until ? "correct" : "greedy"
      default: "/some/thing"
      }
    let isNumber =
      if case .integer = name.key.kind { true } else if case .number = name.key.kind { true } else { false }
    let literal = isNumber ? value : "\"\(value)\""
    try SettingsFixture.with(project: "[defaults]\n\(name.rawValue) = \(literal)\n") { fixture in
      let found = try fixture.load().value(name)
      #expect(found?.value.text == value)
      #expect(found?.origin == .file(fixture.projectFile, line: 2))
    }
    for variable in name.variables {
      try SettingsFixture.with(environment: [variable: value]) { fixture in
        let found = try fixture.load().value(name)
        #expect(found?.value.text == value)
        #expect(found?.origin == .environment(variable))
      }
    }
  }

  @Test(arguments: [
    ("BASIC_BUDGET", "soon", "90s, 5m"), ("BASIC_GPU", "b200", "h100"), ("BASIC_SAMPLES", "many", "whole number"),
    ("BASIC_TEMPERATURE", "nan", "between 0 and 100"), ("BASIC_DEVICE", "tpu", "auto, cuda or virtual"),
    ("BASIC_ENDPOINTS_LOCAL_BASE_URL", "nowhere", "https://"),
    ("BASIC_ENDPOINTS_LOCAL_RETRY_ATTEMPTS", "0", "1 or more"),
    ("BASIC_ENDPOINTS_LOCAL_TAKES_SAMPLE_COUNT", "yes", "true or false"), ("OPENAI_BASE_URL", "nowhere", "https://"),
  ])
  func `a variable that holds what it cannot is named when settings are loaded`(
    name: String, value: String, words: String
  )
    throws
  {
    try SettingsFixture.with(project: "[endpoints.local]\nmodel = \"m\"\n", environment: [name: value]) { fixture in
      let error = try #require(throws: ConfigurationError.self) { try fixture.load() }
      #expect(error.origin == .environment(name))
      #expect(error.message.hasPrefix("The environment variable \(name): "))
      #expect(error.message.contains(words), "\(error.message)")
    }
  }

  @Test func `a command gets values of its own types, and what it cannot take is refused with its place`() throws {
    try SettingsFixture.with(project: "[defaults]\ngpu = \"sm_80\"\nuntil = \"faster\"\n") { fixture in
      let settings = try fixture.load()
      let gpu: Sourced<GPUModel>? = try settings.value(.gpu, flag: nil)
      #expect(gpu?.value.name == "a100")
      #expect(gpu?.origin == .file(fixture.projectFile, line: 2))
      #expect(try settings.value(.gpu, flag: GPUModel.h100)?.origin == .flag("--gpu"))
      let nothing: Sourced<Int>? = try settings.value(.samples, flag: nil)
      #expect(nothing == nil)
      let error = try #require(throws: ConfigurationError.self) {
        let _: Sourced<OutputFormat>? = try settings.value(.until, flag: nil)
      }
      #expect(error.message == "\(fixture.projectFile), line 3: “until” cannot be “faster” here; use text or json.")
    }
  }

  @Test func `a file that cannot be used stops the load, the user's as well as the project's`() throws {
    try SettingsFixture.with(project: "[defaults", user: "") { fixture in
      #expect(throws: ConfigurationError.self) { try fixture.load() }
    }
    try SettingsFixture.with(project: "", user: "[defaults]\nbudgt = 1") { fixture in
      let error = try #require(throws: ConfigurationError.self) { try fixture.load() }
      #expect(error.origin == .file(fixture.userFile, line: 2))
    }
  }

  @Test func `variables follow one rule`() {
    #expect(DefaultName.maxTokens.variables == ["BASIC_MAX_TOKENS"])
    #expect(
      SettingVariable.name(for: ["endpoints", "my.box-2", "price", "cached-input"])
        == "BASIC_ENDPOINTS_MY_BOX_2_PRICE_CACHED_INPUT")
    // Two options with one variable would set each other.
    let all = DefaultName.allCases.flatMap(\.variables)
    #expect(Set(all).count == all.count)
  }
}
