import Foundation
import LanguageModelClients
import Testing

@testable import BasicCommands

/// A file that cannot be used, and what has to be said of it.
struct BadConfiguration: CustomTestStringConvertible, Sendable {
  var text: String
  var line: Int?
  var words: [String]

  init(_ text: String, line: Int?, _ words: String...) {
    self.text = text
    self.line = line
    self.words = words
  }

  var testDescription: String { text.replacing("\n", with: " ⏎ ") }

  static let all = [
    BadConfiguration("[default]\ngpu = \"h100\"", line: 1, "“default”", "the file", "Did you mean “defaults”?"),
    BadConfiguration("gpu = \"h100\"", line: 1, "“gpu”", "the file", "defaults, endpoints"),
    BadConfiguration("[defaults]\n\nbudgt = 5", line: 3, "“budgt”", "[defaults]", "Did you mean “budget”?"),
    BadConfiguration("[defaults]\nxyzzyx = 5", line: 2, "“xyzzyx”", "It can have endpoint, model"),
    BadConfiguration("[defaults]\nbudget = \"soon\"", line: 2, "“budget”", "90s, 5m"),
    BadConfiguration("[defaults]\nbudget = 0", line: 2, "“budget”", "above zero"),
    BadConfiguration("[defaults]\nbudget = -5", line: 2, "“budget”", "above zero"),
    BadConfiguration("[defaults]\nbudget = true", line: 2, "“budget”", "a number of seconds"),
    BadConfiguration("[defaults]\nbudget = inf", line: 2, "“budget”"),
    BadConfiguration("[defaults]\ngpu = \"b200\"", line: 2, "“gpu”", "b200", "h100 (sm_90)"),
    BadConfiguration("[defaults]\ngpu = 100", line: 2, "“gpu” must be a text, in quotes"),
    BadConfiguration("[defaults]\nprecision = \"fp8\"", line: 2, "fp32, fp16 or bf16, not “fp8”"),
    BadConfiguration("[defaults]\ndevice = \"tpu\"", line: 2, "auto, cuda or virtual"),
    BadConfiguration("[defaults]\nsamples = 0", line: 2, "“samples”", "between 1 and 100000"),
    BadConfiguration("[defaults]\nsamples = 2.5", line: 2, "“samples”", "whole number"),
    BadConfiguration("[defaults]\nsamples = \"8\"", line: 2, "“samples”", "whole number"),
    BadConfiguration("[defaults]\ntemperature = -1", line: 2, "“temperature”", "between 0 and 100"),
    BadConfiguration("[defaults]\nuntil = \"never\"", line: 2, "“until”", "goal"),
    BadConfiguration("[defaults]\nstrategy = \"magic\"", line: 2, "“strategy”"),
    BadConfiguration("[defaults]\nmodel = \"\"", line: 2, "“model” must not be empty"),
    BadConfiguration("defaults = 3", line: 1, "“defaults” must be a table"),
    BadConfiguration("[endpoints]\nlocal = \"http://x\"", line: 2, "“local” must be a table"),
    BadConfiguration("[endpoints.\"a b\"]\nmodel = \"m\"", line: 1, "“a b” cannot be an endpoint's name"),
    BadConfiguration("[endpoints.\"a:b\"]\nmodel = \"m\"", line: 1, "“a:b” cannot"),
    BadConfiguration("[endpoints.\"\"]\nmodel = \"m\"", line: 1, "“” cannot"),
    BadConfiguration("[endpoints.x]\nbase-ulr = \"m\"", line: 2, "[endpoints.x]", "Did you mean “base-url”?"),
    BadConfiguration("[endpoints.x]\nbase_url = \"m\"", line: 2, "Did you mean “base-url”?"),
    BadConfiguration(
      "[endpoints.x]\ndialect = \"openai\"", line: 2, "openai-chat, openai-completions or anthropic-messages"),
    BadConfiguration("[endpoints.x]\nform = \"compact\"", line: 2, "instruct or completion"),
    BadConfiguration("[endpoints.x]\nbase-url = \"localhost:80\"", line: 2, "“base-url”", "https://"),
    BadConfiguration("[endpoints.x]\nkey-variable = \"sk-abcdef\"", line: 2, "not the key itself"),
    BadConfiguration("[endpoints.x]\nprice = 3", line: 2, "“price” must be a table"),
    BadConfiguration("[endpoints.x.price]\ninput = 1\nouput = 2", line: 3, "[endpoints.x.price]", "“output”"),
    BadConfiguration("[endpoints.x]\nprice = { input = -1 }", line: 2, "“price.input”", "0 or more"),
    BadConfiguration("[endpoints.x.time-limits]\nconnect = \"5 parsecs\"", line: 2, "“time-limits.connect”"),
    BadConfiguration("[endpoints.x]\nretry = { atempts = 3 }", line: 2, "[endpoints.x.retry]", "“attempts”"),
    BadConfiguration("[endpoints.x]\nconcurrency = 0", line: 2, "“concurrency”", "1 or more"),
    BadConfiguration("[endpoints.x]\ntakes-sample-count = \"yes\"", line: 2, "true or false"),
    BadConfiguration("[endpoints.x]\nparameters = [1]", line: 2, "“parameters” must be a table"),
    BadConfiguration("[endpoints.x.headers]\nX-A = \"a\"\nX-B = 1", line: 3, "“X-B” in “headers”", "text"),
    BadConfiguration("[[endpoints.x]]\nmodel = \"m\"", line: 1, "“x” must be a table"),
    BadConfiguration("[defaults]\ngpu = h100", line: 2, "not TOML"),
    BadConfiguration("[defaults]\ngpu = \"h100\"\ngpu = \"a100\"", line: 3, "not TOML", "gpu"),
  ]
}

struct ConfigurationFileTests {
  private func read(_ text: String) throws(ConfigurationError) -> ConfigurationFile {
    try ConfigurationFile(path: "/project/basic.toml", text: text, home: "/home/me")
  }

  @Test(arguments: BadConfiguration.all)
  func `what cannot be used is named with its line, its key and a way out`(bad: BadConfiguration) throws {
    let error = try #require(throws: ConfigurationError.self) { try read(bad.text) }
    #expect(error.origin == .file("/project/basic.toml", line: bad.line))
    #expect(
      error.message.hasPrefix("/project/basic.toml\(bad.line.map { ", line \($0)" } ?? ""): "), "\(error.message)")
    for word in bad.words { #expect(error.message.contains(word), "\(error.message)") }
    #expect(error.message.hasSuffix(".") || error.message.hasSuffix("?"), "\(error.message)")
  }

  @Test func `a key that was written in place of its variable's name is not repeated`() throws {
    let secret = "sk-proj-0123456789abcdef"
    for text in ["[endpoints.x]\nkey-variable = \"\(secret)\"", "[endpoints.x]\nbase-url = \"\(secret)\""] {
      let error = try #require(throws: ConfigurationError.self) { try read(text) }
      #expect(!error.message.contains(secret))
    }
  }

  @Test func `paths are relative to the file's folder, and home is home`() throws {
    let file = try read("[defaults]\nmodel = \"m/t.gguf\"\ndraft = \"/d.gguf\"\nstore = \"~/r\"\nkernelbench = \"./k\"")
    func path(_ name: String) -> String? { file.values[["defaults", name]]?.value.text }
    #expect(path("model") == "/project/m/t.gguf")
    #expect(path("draft") == "/d.gguf")
    #expect(path("store") == "/home/me/r")
    #expect(path("kernelbench") == "/project/k")
  }

  @Test func `an empty file sets nothing`() throws {
    for text in ["", "# nothing\n", "[defaults]\n[endpoints]\n"] { #expect(try read(text).values.isEmpty) }
  }

  @Test func `a file that was damaged is read or refused with a sentence`() throws {
    let sample = Array(try TemporaryFolder.read(CommandLineTool.checkout + "/Examples/basic.toml").utf8)
    var generator = SeededNumbers(state: 11)
    var refused = 0
    for _ in 0..<1500 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0...127, using: &generator), at: place)
        case 2: bytes[place] = UInt8.random(in: 0...127, using: &generator)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
        }
      }
      do throws(ConfigurationError) { _ = try read(String(decoding: bytes, as: UTF8.self)) } catch {
        refused += 1
        #expect(error.message.hasPrefix("/project/basic.toml"))
      }
    }
    #expect(refused > 200 && refused < 1500)
  }
}
