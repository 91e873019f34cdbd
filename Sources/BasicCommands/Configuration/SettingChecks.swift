import GPUModels
import KernelPrompting
import KernelSearch

/// Checks of values that other modules know the words for. A check returns what is wrong, as the end of a sentence.
enum SettingChecks {
  static let standardGPU = GPUModel.h100.name
  static let precisions = KernelPrecision.allCases.map(\.rawValue)
  static let devices = DeviceChoice.allCases.map(\.rawValue)
  /// How many answers are written together.
  static let together = 1...16

  @Sendable static func gpu(_ text: String) -> String? {
    do { _ = try GPUModel(named: text) } catch { return "must be a GPU. \(error.message)" }
    return nil
  }

  @Sendable static func goal(_ text: String) -> String? {
    do { _ = try Goal(text) } catch { return "must be a goal. \(error.message)" }
    return nil
  }

  @Sendable static func strategy(_ text: String) -> String? {
    do { _ = try StrategyChoice.strategy(named: text) } catch { return "must be a strategy. \(error.message)" }
    return nil
  }
}
