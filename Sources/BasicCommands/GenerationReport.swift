import CUDAToolchain
import KernelEvaluation

/// What `basic generate --format json` prints and `--output` keeps.
///
/// `schemaVersion` grows when a field changes its meaning or goes; new fields may come at any time.
struct GenerationReport: Encodable {
  struct ProblemPart: Encodable {
    var name: String
    var id: Nullable<String>
    var origin: String
    var kind: String
  }

  struct ModelPart: Encodable {
    var name: String
    var path: String
    var summary: String
  }

  struct Models: Encodable {
    var target: ModelPart
    var draft: Nullable<ModelPart>
  }

  struct Decoding: Encodable {
    var mode: String
    var verification: String
    var promptTokens: Int
    var tokens: Int
    /// Writing alone; reading the prompt is `promptSeconds`.
    var seconds: Double
    var promptSeconds: Double
    /// Measuring what passes cost, before the first token.
    var probeSeconds: Double
    var threads: Int
    var tokensPerSecond: Double
    var passes: Int
    var tokensPerPass: Double
    var acceptedTokens: Int
    var verifiedNodes: Int
    var shares: Shares
    /// `end`, `token-limit`, `time-limit`, `context-full` or `stop-sequence`.
    var end: String
  }

  /// Where the time of writing went; the three add up to 1.
  struct Shares: Encodable {
    var drafting: Double
    var verifying: Double
    var host: Double
  }

  struct Sampling: Encodable {
    var temperature: Double
    var topP: Double
    var topK: Int
    var minP: Double
    var repeatPenalty: Double
  }

  var schemaVersion = 1
  var basic = Basic.version
  var problem: ProblemPart
  /// The extracted code; `null` where the answer held none.
  var kernel: Nullable<String>
  /// The answer as the model wrote it.
  var text: String
  var truncated: Bool
  var notes: [String]
  var compile: CompileReport
  /// What `basic check` says of the kernel; `null` where it was not judged.
  var judgement = Nullable<Judgement>(nil)
  var decoding: Decoding
  var sampling: Sampling
  var seed: UInt64
  var models: Models
  var gpu: String
  var precision: String
  /// The most memory that the process has held, in bytes.
  var peakMemory: Int
}
