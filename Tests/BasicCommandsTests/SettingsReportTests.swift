import Foundation
import LanguageModelClients
import Testing

@testable import BasicCommands

struct SettingsReportTests {
  private static let secrets = ["hunter2-environment", "hunter2-dotenv", "hunter2-header", "hunter2-query"]

  private static let project = """
    [defaults]
    endpoint = "local"
    model = "models/target.gguf"
    samples = 8

    [endpoints.local]
    base-url = "http://127.0.0.1:8000/v1?code=hunter2-query"
    model = "qwen"
    key-variable = "LOCAL_KEY"
    headers = { X-Token = "hunter2-header" }
    price = { input = 0.25, output = 2 }
    time-limits.silence = 45

    [endpoints.local.parameters]
    reasoning = { effort = "low" }
    service_tier = "flex"

    [endpoints.unfinished]
    model = "m"
    """

  private static let user = """
    [defaults]
    gpu = "a100"
    samples = 4

    [endpoints.openai]
    model = "gpt-5-mini"
    """

  private func withReport(_ body: (SettingsFixture, SettingsReport) throws -> Void) throws {
    let environment = [
      "BASIC_BUDGET": "5m", "OPENAI_API_KEY": "hunter2-environment", "BASIC_ENDPOINTS_LOCAL_CONCURRENCY": "2",
    ]
    try SettingsFixture.with(
      project: Self.project, user: Self.user, dotEnv: "LOCAL_KEY=hunter2-dotenv\n", environment: environment
    ) { fixture in
      try body(fixture, try SettingsReport(fixture.load().with(.precision, "bf16")))
    }
  }

  @Test func `the text is as it was read last`() throws {
    try withReport { fixture, report in
      let text = SettingsText.text(report, palette: Palette(isOn: false))
      try Golden.check(text.replacing(fixture.home, with: "/home/me"), "config-show.txt")
    }
  }

  @Test func `the JSON has the shape that it had, and says the same`() throws {
    try withReport { fixture, report in
      let text = try JSON.document(report)
      let nullable: Set = [
        ".defaults[].value", ".defaults[].otherwise", ".defaults[].origin.name", ".defaults[].origin.path",
        ".defaults[].origin.line", ".endpoints[].problem", ".endpoints[].key.variable", ".endpoints[].rows[].value",
        ".endpoints[].rows[].otherwise", ".endpoints[].rows[].origin.name", ".endpoints[].rows[].origin.path",
        ".endpoints[].rows[].origin.line", ".files[].path",
      ]
      try Golden.check(try JSONShape.text(of: text, nullable: nullable), "config-show.json.txt")
      let root = try JSONElement(text: text)
      let budget = root["defaults"]?.array?.first { $0["name"] == "budget" }
      #expect(budget?["value"] == "5m")
      #expect(budget?["origin"]?["name"] == "BASIC_BUDGET")
      let samples = root["defaults"]?.array?.first { $0["name"] == "samples" }
      #expect(samples?["origin"]?["path"]?.string == fixture.projectFile)
      #expect(samples?["origin"]?["line"] == 4)
    }
  }

  @Test func `no secret is in any form of it`() throws {
    try withReport { _, report in
      var dumped = ""
      dump(report, to: &dumped)
      let forms = [SettingsText.text(report, palette: Palette(isOn: true)), try JSON.document(report), dumped]
      for form in forms {
        for secret in Self.secrets { #expect(!form.contains(secret)) }
        #expect(!form.contains("hunter2"))
      }
    }
  }

  @Test func `what a terminal would obey is not sent to one`() throws {
    let file =
      "[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"a\\u001B[2Jb\"\nparameters = { \"k\\u001B\" = \"v\\u202E\" }\n"
    try SettingsFixture.with(project: file) { fixture in
      let text = SettingsText.text(try SettingsReport(fixture.load()), palette: Palette(isOn: false))
      #expect(!text.unicodeScalars.contains { $0.isObeyed && $0 != "\n" })
    }
  }

  @Test func `every value that is shown can be written into a file`() throws {
    try withReport { _, report in
      for row in report.defaults {
        guard let value = row.value.value, let name = DefaultName(rawValue: row.name) else { continue }
        #expect(throws: Never.self) { try name.key.kind.value(of: value) }
      }
    }
  }

  @Test func `the documentation's example sets every key that there is, and can be used`() throws {
    let text = try TemporaryFolder.read(CommandLineTool.checkout + "/Documentation/Configuration.md")
    let start = try #require(text.firstRange(of: "```toml\n"))
    let example = text[start.upperBound...]
    let end = try #require(example.firstRange(of: "\n```"))
    let environment = ["GATEWAY_KEY": "k", "ANTHROPIC_API_KEY": "k"]
    try SettingsFixture.with(project: String(example[..<end.lowerBound]), environment: environment) { fixture in
      let settings = try fixture.load()
      for name in DefaultName.allCases {
        #expect(settings.files[0].values[["defaults", name.rawValue]] != nil, "\(name.rawValue)")
      }
      let set = settings.files[0].order.filter { $0[0] == "endpoints" }.map { Array($0.dropFirst(2)) }
      for key in EndpointSetting.keys { #expect(set.contains { $0.starts(with: key.path) }, "\(key.name)") }
      #expect(settings.configuredEndpoints == ["local", "gateway", "claude"])
      for name in settings.configuredEndpoints { #expect(throws: Never.self) { try settings.endpoint(named: name) } }
      #expect(
        try settings.endpoint(named: "gateway").parameters.members?.map(\.name) == ["reasoning_effort", "service_tier"])
    }
  }

  @Test func `the documentation names every key and its default`() throws {
    let text = try TemporaryFolder.read(CommandLineTool.checkout + "/Documentation/Configuration.md")
    let tables = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    for key in EndpointSetting.keys {
      for name in key.path { #expect(tables.contains { $0.contains("`\(name)`") }, "\(key.name)") }
    }
    for name in DefaultName.allCases {
      let row = tables.last { $0.contains("`\(name.rawValue)`") }
      #expect(row != nil, "\(name.rawValue)")
      if let standard = name.key.standard.value {
        #expect(row?.contains("`\(standard.text)`") == true, "\(name.rawValue)")
      }
    }
  }

  @Test func `the example file can be used`() throws {
    let text = try TemporaryFolder.read(CommandLineTool.checkout + "/Examples/basic.toml")
    let environment = ["OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "OPENROUTER_API_KEY": "k"]
    try SettingsFixture.with(project: text, environment: environment) { fixture in
      let settings = try fixture.load()
      #expect(settings.configuredEndpoints == ["local", "openai", "anthropic", "router"])
      for name in settings.configuredEndpoints { #expect(throws: Never.self) { try settings.endpoint(named: name) } }
    }
  }
}
