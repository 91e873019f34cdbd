import LanguageModelClients

/// A key of the configuration.
struct SettingKey: Sendable {
  /// What holds where nobody sets a value.
  enum Standard: Sendable {
    /// This value.
    case value(SettingValue)
    /// Nothing that could be written down; what happens then.
    case otherwise(String)
  }

  /// Its name, with dots where tables are in tables: `price.input`.
  var name: String
  /// What its value may be.
  var kind: SettingKind
  /// What holds where nobody sets it.
  var standard: Standard

  init(_ name: String, _ kind: SettingKind, _ standard: Standard) {
    self.name = name
    self.kind = kind
    self.standard = standard
  }

  /// The tables on the way, and the name in the last of them.
  var path: [String] { name.split(separator: ".").map(String.init) }
}

extension SettingKey.Standard {
  /// A text, where it is not for a kind that takes something else.
  static func text(_ text: String) -> Self { .value(.text(text)) }

  /// The value, where there is one.
  var value: SettingValue? { if case .value(let value) = self { value } else { nil } }
}

/// An option that commands take and that `[defaults]` may set, by the same name.
enum DefaultName: String, Sendable, CaseIterable {
  case endpoint, model, draft, gpu, precision, device, kernelbench
  case budget
  case budgetPerProblem = "budget-per-problem"
  case tokenBudget = "token-budget"
  case moneyBudget = "money-budget"
  case until, strategy, samples, jobs, together
  case maxTokens = "max-tokens"
  case temperature
  case topP = "top-p"
  case trials, timeout, context, threads, store

  /// The option as it is written on a command line.
  var flag: String { "--" + rawValue }

  /// The environment variables that set it, the first that is set counts: `BASIC_` and the name, and what the name was before.
  var variables: [String] {
    [SettingVariable.name(for: [rawValue])] + (self == .kernelbench ? ["KERNELBENCH_DIR"] : [])
  }

  /// The key in `[defaults]`.
  var key: SettingKey {
    switch self {
    case .endpoint: SettingKey(rawValue, .text, .otherwise("none; a local model"))
    case .model: SettingKey(rawValue, .path, .otherwise("the bundled pair"))
    case .draft: SettingKey(rawValue, .path, .otherwise("the model's own"))
    case .gpu: SettingKey(rawValue, .checked(SettingChecks.gpu), .text(SettingChecks.standardGPU))
    case .precision: SettingKey(rawValue, .choice(SettingChecks.precisions), .text("fp32"))
    case .device: SettingKey(rawValue, .choice(SettingChecks.devices), .text("auto"))
    case .kernelbench: SettingKey(rawValue, .path, .otherwise("./KernelBench"))
    case .budget: SettingKey(rawValue, .duration, .value(.duration(.seconds(900))))
    case .budgetPerProblem: SettingKey(rawValue, .duration, .value(.duration(.seconds(900))))
    case .tokenBudget: SettingKey(rawValue, .integer(1...Int.max), .otherwise("none"))
    case .moneyBudget: SettingKey(rawValue, .number(0...Double.greatestFiniteMagnitude), .otherwise("none"))
    case .until: SettingKey(rawValue, .checked(SettingChecks.goal), .text("none"))
    case .strategy: SettingKey(rawValue, .checked(SettingChecks.strategy), .text("adaptive"))
    case .samples: SettingKey(rawValue, .integer(1...100_000), .otherwise("the strategy's own"))
    case .jobs: SettingKey(rawValue, .integer(1...256), .otherwise("the command's own"))
    case .together: SettingKey(rawValue, .integer(SettingChecks.together), .value(.integer(1)))
    case .maxTokens: SettingKey(rawValue, .integer(1...1_048_576), .otherwise("the command's own"))
    case .temperature: SettingKey(rawValue, .number(0...100), .otherwise("the command's own"))
    case .topP: SettingKey(rawValue, .number(0...1), .otherwise("the command's own"))
    case .trials: SettingKey(rawValue, .integer(1...1000), .otherwise("the command's own"))
    case .timeout: SettingKey(rawValue, .number(1...1e6), .otherwise("the command's own"))
    case .context: SettingKey(rawValue, .integer(16...1_048_576), .otherwise("what the problem needs"))
    case .threads: SettingKey(rawValue, .integer(1...512), .otherwise("the fastest, measured"))
    case .store: SettingKey(rawValue, .path, .otherwise(".basic/runs.sqlite"))
    }
  }
}

/// The names of the environment variables that set values.
enum SettingVariable {
  /// `BASIC_` and the path in upper case, what is no letter and no digit as an underline.
  static func name(for path: [String]) -> String {
    "BASIC_"
      + path.joined(separator: "_").uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }
      .joined()
  }
}
