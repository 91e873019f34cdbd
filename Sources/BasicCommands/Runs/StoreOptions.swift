import ArgumentParser

/// Which store of runs.
struct StoreOptions: ParsableArguments {
  @Option(
    name: .customLong("store"),
    help: ArgumentHelp(
      "The store of runs. Default: $BASIC_STORE, or .basic/runs.sqlite here or in a folder above.", valueName: "file"),
    completion: .file(extensions: ["sqlite"]))
  var store: String?

  /// The place of the store.
  var location: StoreLocation {
    StoreLocation(option: store, environment: ProcessContext.current.environment)
  }
}
