/// Times of one module on one GPU, in KernelBench's form.
public struct RuntimeStatistics: Sendable, Hashable {
  /// The mean, in milliseconds.
  public var mean: Double
  /// The standard deviation, in milliseconds.
  public var standardDeviation: Double
  /// The shortest, in milliseconds.
  public var minimum: Double
  /// The longest, in milliseconds.
  public var maximum: Double
  /// How many were timed.
  public var trials: Int
  /// The GPU's name.
  public var hardware: String
  /// The device: `cuda:0`.
  public var device: String
  /// Members that this package does not know, in their order.
  public var otherMembers: [PythonJSON.Member]

  /// Makes statistics.
  public init(
    mean: Double, standardDeviation: Double, minimum: Double, maximum: Double, trials: Int, hardware: String,
    device: String, otherMembers: [PythonJSON.Member] = []
  ) {
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.minimum = minimum
    self.maximum = maximum
    self.trials = trials
    self.hardware = hardware
    self.device = device
    self.otherMembers = otherMembers
  }

  /// The statistics of times in milliseconds as KernelBench takes them: the mean, and the standard deviation of the population, each
  /// number with three digits. Nil of none.
  public init?(milliseconds times: [Double], hardware: String, device: String) {
    guard let minimum = times.min(), let maximum = times.max() else { return nil }
    let mean = times.reduce(0, +) / Double(times.count)
    let variance = times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count)
    self.init(
      mean: Self.threeDigits(mean), standardDeviation: Self.threeDigits(variance.squareRoot()),
      minimum: Self.threeDigits(minimum), maximum: Self.threeDigits(maximum), trials: times.count, hardware: hardware,
      device: device)
  }

  private static func threeDigits(_ value: Double) -> Double {
    Double(PythonNumber.general(value, digits: 3)) ?? value
  }

  private static let names: Set = ["mean", "std", "min", "max", "num_trials", "hardware", "device"]

  /// Reads what KernelBench wrote; nil where there is no mean above 0. What else is missing is taken from the mean, or is
  /// 0 or empty.
  init?(_ json: PythonJSON) {
    guard let members = json.members, let mean = json["mean"]?.number, mean.isFinite, mean > 0 else { return nil }
    self.init(
      mean: mean, standardDeviation: json["std"]?.number ?? 0, minimum: json["min"]?.number ?? mean,
      maximum: json["max"]?.number ?? mean, trials: json["num_trials"]?.integer ?? 0,
      hardware: json["hardware"]?.string ?? "", device: json["device"]?.string ?? "",
      otherMembers: members.filter { !Self.names.contains($0.name) })
  }

  var json: PythonJSON {
    .object(
      [
        .init("mean", .number(mean)), .init("std", .number(standardDeviation)), .init("min", .number(minimum)),
        .init("max", .number(maximum)), .init("num_trials", .integer(trials)), .init("hardware", .string(hardware)),
        .init("device", .string(device)),
      ] + otherMembers)
  }
}
