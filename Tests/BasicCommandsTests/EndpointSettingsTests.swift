import KernelPrompting
import LanguageModelClients
import Testing

@testable import BasicCommands

struct EndpointSettingsTests {
  private static let full = """
    [endpoints.local]
    dialect = "openai-completions"
    base-url = "http://127.0.0.1:8000"
    model = "m"
    key-variable = "LOCAL_KEY"
    takes-extended-sampling = true
    takes-sample-count = false
    token-limit-name = "max_new"
    concurrency = 3
    headers = { X-One = "1" }
    price = { input = 1, output = 2.5, cached-input = 0.5, cache-write = 1.25 }
    time-limits = { connect = 1, first-token = "2s", silence = 3.5, whole = "4m" }
    retry = { attempts = 2, first-delay = "5ms", longest-delay = "6s", total-delay = "7m" }
    [endpoints.local.parameters]
    zeta = 1
    alpha = [1.5, { b = true }]
    """

  @Test func `who drafts for an endpoint is what its table says`() throws {
    let draft = """

      [endpoints.local.draft]
      endpoint = "small:tiny"
      scores = "echo"
      branches = 2
      tokens = 9
      [endpoints.small]
      base-url = "http://127.0.0.1:9000"
      """
    try SettingsFixture.with(project: Self.full + draft) { fixture in
      let settings = try fixture.load()
      #expect(
        try settings.draft(ofEndpoint: "local")
          == DraftSetting(endpoint: "small:tiny", method: .echo, branches: 2, tokens: 9))
      #expect(try settings.draft(ofEndpoint: "small:tiny") == nil)
    }
    try SettingsFixture.with(project: Self.full + "\n[endpoints.local.draft]\nendpoint = \"smal\"") { fixture in
      let settings = try fixture.load()
      let error = #expect(throws: ConfigurationError.self) { try settings.draft(ofEndpoint: "local") }
      #expect(error?.code == .unknownEndpoint)
    }
  }

  @Test func `an endpoint is what its table says`() throws {
    try SettingsFixture.with(project: Self.full, environment: ["LOCAL_KEY": "secret-1"]) { fixture in
      let endpoint = try fixture.load().endpoint(named: "local")
      #expect(endpoint.name == "local")
      #expect(endpoint.dialect == .openAICompletions)
      #expect(endpoint.baseURL == "http://127.0.0.1:8000")
      #expect(endpoint.model == "m")
      #expect(endpoint.apiKey == (try APIKey("secret-1")))
      #expect(endpoint.takesExtendedSampling)
      #expect(!endpoint.takesSampleCount)
      #expect(endpoint.tokenLimitName == "max_new")
      #expect(endpoint.concurrency == 3)
      #expect(endpoint.headers == [Endpoint.Header("X-One", "1")])
      #expect(endpoint.price == TokenPrice(input: 1, output: 2.5, cachedInput: 0.5, cacheWrite: 1.25))
      #expect(
        endpoint.limits
          == TimeLimits(
            connect: .seconds(1), firstToken: .seconds(2), silence: .milliseconds(3500), whole: .seconds(240)))
      #expect(
        endpoint.retry
          == RetryPolicy(
            attempts: 2, firstDelay: .milliseconds(5), longestDelay: .seconds(6), totalDelay: .seconds(420)))
      #expect(endpoint.parameters == ["zeta": 1, "alpha": [1.5, ["b": true]]])
      #expect(try fixture.load().promptForm(ofEndpoint: "local:other") == .completion)
    }
  }

  @Test func `an endpoint of two lines has the defaults of its type`() throws {
    try SettingsFixture.with(project: "[endpoints.x]\nbase-url = \"http://h/v1\"\nmodel = \"m\"\n") { fixture in
      let settings = try fixture.load()
      let endpoint = try settings.endpoint(named: "x")
      let plain = Endpoint(name: "x", dialect: .openAIChat, baseURL: "http://h/v1", model: "m")
      #expect("\(endpoint)" == "\(plain)")
      #expect(endpoint.limits == plain.limits && endpoint.retry == plain.retry)
      #expect(endpoint.concurrency == plain.concurrency && endpoint.price == nil && endpoint.apiKey == nil)
      #expect(try settings.promptForm(ofEndpoint: "x") == .instruct)
    }
  }

  @Test func `the built-in endpoints need no file`() throws {
    let environment = ["OPENAI_API_KEY": "open", "ANTHROPIC_API_KEY": "anthro"]
    try SettingsFixture.with(environment: environment) { fixture in
      let settings = try fixture.load()
      let openAI = try settings.endpoint(named: "openai:gpt-5:mini")
      #expect(openAI.model == "gpt-5:mini")
      #expect(openAI.dialect == .openAIChat)
      #expect(openAI.baseURL == "https://api.openai.com/v1")
      #expect(openAI.apiKey == (try APIKey("open")))
      let anthropic = try settings.endpoint(named: "anthropic:claude")
      #expect(anthropic.dialect == .anthropicMessages)
      #expect(anthropic.baseURL == "https://api.anthropic.com/v1")
      #expect(anthropic.apiKey == (try APIKey("anthro")))
    }
  }

  @Test func `the project's file changes single keys, headers and parameters of the user's endpoint`() throws {
    let user =
      "[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nheaders = { A = \"1\", B = \"2\" }\nparameters = { p = 1, q = 2 }\n"
    let project = "[endpoints.x]\nmodel = \"n\"\nheaders = { B = \"3\" }\nparameters = { q = 4, r = 5 }\n"
    try SettingsFixture.with(project: project, user: user) { fixture in
      let settings = try fixture.load()
      let endpoint = try settings.endpoint(named: "x")
      #expect(endpoint.model == "n")
      #expect(endpoint.baseURL == "http://h")
      #expect(endpoint.headers == [Endpoint.Header("B", "3"), Endpoint.Header("A", "1")])
      #expect(endpoint.parameters == ["q": 4, "r": 5, "p": 1])
      #expect(try settings.value("model", ofEndpoint: "x")?.origin == .file(fixture.projectFile, line: 2))
      #expect(try settings.value("base-url", ofEndpoint: "x")?.origin == .file(fixture.userFile, line: 2))
    }
  }

  @Test func `variables count before files, the rule's before the vendors'`() throws {
    let file = "[endpoints.openai]\nbase-url = \"http://file\"\n[endpoints.x]\nbase-url = \"http://x\"\nmodel = \"m\"\n"
    let address = "OPENAI_BASE_URL"
    let rule = "BASIC_ENDPOINTS_OPENAI_BASE_URL"
    try SettingsFixture.with(project: file, environment: [address: "http://vendor", "BASIC_ENDPOINTS_X_MODEL": "n"]) {
      let settings = try $0.load()
      #expect(
        try settings.value("base-url", ofEndpoint: "openai") == Sourced(.text("http://vendor"), .environment(address)))
      // The vendor's variable is about the vendor.
      #expect(try settings.endpoint(named: "x").baseURL == "http://x")
      #expect(try settings.endpoint(named: "x").model == "n")
      #expect(try settings.endpoint(named: "x:o").model == "o")
    }
    try SettingsFixture.with(project: file, environment: [address: "http://vendor", rule: "http://rule"]) {
      let settings = try $0.load()
      #expect(
        try settings.value("base-url", ofEndpoint: "openai") == Sourced(.text("http://rule"), .environment(rule)))
    }
    try SettingsFixture.with(environment: ["ANTHROPIC_BASE_URL": "http://a"]) {
      let settings = try $0.load()
      #expect(try settings.endpoint(named: "anthropic:c").baseURL == "http://a")
    }
  }

  @Test func `a vendor's key goes to the vendor, or where the environment or the file sends it by name`() throws {
    let keys = ["OPENAI_API_KEY": "open-secret"]
    let moved = "[endpoints.openai]\nbase-url = \"http://elsewhere\"\n"
    func key(_ file: String, _ environment: [String: String] = [:]) throws -> APIKey? {
      var key: APIKey?
      try SettingsFixture.with(project: file, environment: keys.merging(environment) { $1 }) {
        key = try $0.load().endpoint(named: "openai:m").apiKey
      }
      return key
    }
    #expect(try key("") == APIKey("open-secret"))
    #expect(try key("", ["OPENAI_BASE_URL": "http://elsewhere"]) == APIKey("open-secret"))
    #expect(try key(moved) == nil)
    #expect(try key(moved + "key-variable = \"OPENAI_API_KEY\"\n") == APIKey("open-secret"))
    #expect(try key("[endpoints.openai]\nkey-variable = \"\"\n") == nil)
  }

  @Test func `a key comes from the environment, or else from .env`() throws {
    let file = "[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nkey-variable = \"K\"\n"
    try SettingsFixture.with(project: file, dotEnv: "K=from-file\n", environment: ["K": "from-environment"]) {
      let settings = try $0.load()
      #expect(try settings.endpoint(named: "x").apiKey == APIKey("from-environment"))
      #expect(try settings.keyState(ofEndpoint: "x") == .inEnvironment("K"))
    }
    try SettingsFixture.with(project: file, dotEnv: "K=from-file\n", environment: ["K": " "]) { fixture in
      let settings = try fixture.load()
      #expect(try settings.endpoint(named: "x").apiKey == APIKey("from-file"))
      #expect(try settings.keyState(ofEndpoint: "x") == .inFile("K", path: fixture.project + "/.env"))
    }
    try SettingsFixture.with(project: file, dotEnv: "L=other\n") { fixture in
      let error = try #require(throws: ConfigurationError.self) { try fixture.load().endpoint(named: "x") }
      #expect(error.code == .missingKey)
      #expect(
        error.message.contains("“x” needs a key, and K is not set") && error.message.contains(fixture.project + "/.env")
      )
    }
  }

  @Test func `a file of keys that cannot be read matters only to whoever needs a key out of it`() throws {
    let file = "[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nkey-variable = \"K\"\n"
    try SettingsFixture.with(project: file + "[endpoints.y]\nbase-url = \"http://h\"\nmodel = \"m\"\n", dotEnv: "K='un")
    {
      let settings = try $0.load()
      #expect(try settings.endpoint(named: "y").apiKey == nil)
      let error = try #require(throws: ConfigurationError.self) { try settings.endpoint(named: "x") }
      #expect(error.message.contains("Line 1 of the .env file"), "\(error.message)")
    }
    try SettingsFixture.with(project: file, dotEnv: "K='un", environment: ["K": "set"]) {
      let settings = try $0.load()
      #expect(try settings.endpoint(named: "x").apiKey == APIKey("set"))
    }
  }

  @Test(arguments: [
    ("", "nowhere", "no endpoint “nowhere”"), ("", "opnai:m", "Did you mean “openai”?"), ("", "openai", "has no model"),
    ("", "openai:", "no model behind the colon"), ("", "", "no endpoint “”"),
    ("", "xyzzy:m", "Known are openai, anthropic"),
    ("[endpoints.x]\nmodel = \"m\"", "x", "no address; set base-url in [endpoints.x]"),
    ("[endpoints.x]\nbase-url = \"http://h\"", "x", "set model in [endpoints.x], or say x:MODEL"),
    ("[endpoints.x]\nbase-url = \"http://u:p@h\"\nmodel = \"m\"", "x", "name or password"),
    ("[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nparameters = { model = 1 }", "x", "`model`"),
    ("[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nprice = { input = 1 }", "x", "both input and output"),
    ("[endpoints.x]\nbase-url = \"http://h\"\nmodel = \"m\"\nheaders = { \"a b\" = \"1\" }", "x", "header"),
  ])
  func `an endpoint that cannot be used says why`(file: String, name: String, words: String) throws {
    try SettingsFixture.with(project: file, environment: ["OPENAI_API_KEY": "k"]) { fixture in
      let error = try #require(throws: ConfigurationError.self) { try fixture.load().endpoint(named: name) }
      #expect(error.message.contains(words), "\(error.message)")
    }
  }
}
