/// The ways in which llama.cpp's own programs decode.
enum LlamaMode: String, CaseIterable, Encodable {
  /// Token by token.
  case plain
  /// A chain of a draft model's.
  case draft
  /// Branches of a draft model's: the example `llama-speculative`.
  case branches = "speculative"
  /// What followed the last tokens before, found in the text itself, in four ways.
  case ngramSimple = "ngram-simple"
  case ngramMapK = "ngram-map-k"
  case ngramMod = "ngram-mod"
  case ngramCache = "ngram-cache"

  /// What is tried about threads with the first of them, and then used for the others: two models whose threads wait for work
  /// by spinning get into each other's way.
  var threading: [[String]] {
    guard drafts else { return [[]] }
    return [
      [], ["--spec-draft-threads", "1"], ["--poll", "0", "--spec-draft-poll", "0"],
      ["--spec-draft-threads", "1", "--poll", "0", "--spec-draft-poll", "0"],
    ]
  }

  /// The arguments that are tried for it, besides models and threads; the first are the program's defaults where it has some.
  var settings: [[String]] {
    func ngrams(_ name: String) -> [[String]] {
      [(12, 48), (3, 8), (3, 16), (3, 48), (6, 8), (6, 16), (6, 48), (12, 16)].map { lookup, drafted in
        [
          "--spec-type", name, "--spec-\(name)-size-n", "\(lookup)", "--spec-\(name)-size-m", "\(drafted)",
        ]
      }
    }
    switch self {
    case .plain, .ngramCache: return [self == .plain ? [] : ["--spec-type", rawValue]]
    case .draft:
      return [3, 2, 4, 6, 8, 12, 16].flatMap { length in
        ["0", "0.5", "0.75"].map {
          ["--spec-type", "draft-simple", "--spec-draft-n-max", "\(length)", "--spec-draft-p-min", $0]
        }
      }
    case .branches:
      return [4, 8, 16].flatMap { length in
        [2, 4].flatMap { branches in
          ["0.1", "0.3"].map {
            ["--spec-draft-n-max", "\(length)", "--parallel", "\(branches)", "--spec-draft-p-split", $0]
          }
        }
      }
    case .ngramSimple, .ngramMapK: return ngrams(rawValue)
    case .ngramMod:
      return [(24, 48, 64), (24, 2, 16), (16, 2, 16), (8, 2, 16), (8, 2, 64), (4, 2, 16)].map { match, least, most in
        [
          "--spec-type", rawValue, "--spec-ngram-mod-n-match", "\(match)", "--spec-ngram-mod-n-min", "\(least)",
          "--spec-ngram-mod-n-max", "\(most)",
        ]
      }
    }
  }

  /// How many texts settings of the example's keep at a time.
  static func sequences(_ arguments: [String]) -> Int {
    guard let place = arguments.firstIndex(of: "--parallel"), place + 1 < arguments.count else { return 1 }
    return Int(arguments[place + 1]) ?? 1
  }

  /// Whether it needs a draft model.
  var drafts: Bool { self == .draft || self == .branches }
}

/// What prompts decoding is measured on.
enum PromptKind: String, CaseIterable, Encodable {
  /// A problem.
  case kernels
  /// A problem, the kernel that plain decoding writes for it, and the problem once more.
  case rewrites
  /// Random tokens, of those that problems have: nothing that a draft could be good at.
  case noise
}
