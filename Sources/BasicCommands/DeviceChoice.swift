import ArgumentParser
import KernelEvaluation

/// Where kernels are to run: on a GPU, on the virtual GPU, or on a GPU where there is one.
enum DeviceChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, cuda, virtual

  /// The same for a judge.
  var choice: EvaluationTools.DeviceChoice {
    switch self {
    case .auto: .automatic
    case .cuda: .only(.cuda)
    case .virtual: .only(.virtual)
    }
  }
}
