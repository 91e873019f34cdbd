public import Foundation
public import KernelVerdicts

/// What a judge said about a candidate: the part of it that one asks for. The judgement as a whole is JSON, and is stored
/// beside it.
public struct StoredVerdict: Sendable, Hashable {
  /// The reference's time divided by the candidate's, with the interval that it lies in.
  public struct SpeedRatio: Sendable, Hashable {
    /// Above 1 the candidate is faster.
    public var value: Double
    /// The interval's lower end.
    public var low: Double
    /// The interval's upper end.
    public var high: Double

    /// Makes a ratio.
    public init(value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// The verdict.
  public var verdict: Verdict
  /// The judge's reason, in a sentence.
  public var reason: String
  /// True for the second check of a winner, from scratch and with new seeds.
  public var isFinal: Bool
  /// The seconds that the check took.
  public var checkSeconds: Double
  /// The candidate's measured time on a GPU.
  public var runtimeMilliseconds: Double?
  /// The measured time of eager PyTorch.
  public var referenceMilliseconds: Double?
  /// The measured time of `torch.compile`.
  public var compiledMilliseconds: Double?
  /// The candidate's time as a model of the GPU has it: an estimate, never to be shown as a time that was measured.
  public var estimateMilliseconds: Double?
  /// How much faster than the better of eager and compiled it was measured to be.
  public var speedRatio: SpeedRatio?
  /// When the judge was done.
  public var judgedAt: Date
  /// The seconds that had been spent on the problem then.
  public var problemSeconds: Double?

  /// Makes a verdict.
  public init(
    _ verdict: Verdict, reason: String = "", isFinal: Bool = false, checkSeconds: Double,
    runtimeMilliseconds: Double? = nil,
    referenceMilliseconds: Double? = nil, compiledMilliseconds: Double? = nil, estimateMilliseconds: Double? = nil,
    speedRatio: SpeedRatio? = nil, judgedAt: Date, problemSeconds: Double? = nil
  ) {
    self.verdict = verdict
    self.reason = reason
    self.isFinal = isFinal
    self.checkSeconds = checkSeconds
    self.runtimeMilliseconds = runtimeMilliseconds
    self.referenceMilliseconds = referenceMilliseconds
    self.compiledMilliseconds = compiledMilliseconds
    self.estimateMilliseconds = estimateMilliseconds
    self.speedRatio = speedRatio
    self.judgedAt = judgedAt
    self.problemSeconds = problemSeconds
  }
}
