import ArgumentParser

/// Which store of runs.
struct StoreOptions: ParsableArguments {
  @Option(
    name: .customLong("store"),
    help: ArgumentHelp(
      "The store of runs. Default: $BASIC_STORE, or .basic/runs.sqlite here or in a folder above.", valueName: "file"),
    completion: .file(extensions: ["sqlite"]))
  var store: String?

  /// The place of the store: the option's, the environment's, that of a configuration file, or the folder's own.
  var location: StoreLocation {
    get throws { try location(Settings.load(.current)) }
  }

  /// The same with settings that have been read.
  func location(_ settings: Settings) throws -> StoreLocation {
    try StoreLocation(option: store, settings: settings)
  }
}
