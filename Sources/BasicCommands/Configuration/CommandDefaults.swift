import ArgumentParser

/// Gives commands what `[defaults]` and the environment set for their options.
///
/// Commands that keep what they were begun with ask the settings themselves. The others have defaults of their own; what is set
/// elsewhere is put before their arguments as if somebody had typed it.
enum CommandDefaults {
  private static let commands: [any ParsableCommand.Type] = [
    Generate.self, PromptCommand.self, Check.self, Run.self, BenchDecode.self, BenchBatch.self, BenchReplay.self,
    BenchPasses.self, BenchKernels.self, BenchCheck.self, SuiteBaseline.self, Doctor.self,
  ]

  /// The arguments with what is set elsewhere and was not given.
  ///
  /// - Parameter settings: asked for only where a command takes them.
  /// - Throws: ``ConfigurationError``.
  static func arguments(
    _ given: [String], _ settings: () throws(ConfigurationError) -> Settings
  ) throws(ConfigurationError) -> [String] {
    // What cannot be read as it is gets its sentence later.
    guard let command = try? Basic.parseAsRoot(given),
      let type = commands.first(where: { $0 == Swift.type(of: command) })
    else { return given }
    let settings = try settings()
    let help = Basic.helpMessage(for: type)
    let start = pathLength(given)
    var arguments = given
    for name in DefaultName.allCases where help.contains("\(name.flag) <") {
      // What comes after -- is somebody else's.
      let isGiven = given[start...].prefix { $0 != "--" }.contains { $0 == name.flag || $0.hasPrefix(name.flag + "=") }
      guard !isGiven, let value = try settings.value(name), value.origin != .standard else { continue }
      var longer = arguments
      longer.insert("\(name.flag)=\(value.value.text)", at: start)
      // A default does not stand in the way of what was asked for: another GPU than the one that is there, for one.
      if (try? Basic.parseAsRoot(longer)) != nil { arguments = longer }
    }
    return arguments
  }

  /// How many arguments name the command.
  private static func pathLength(_ arguments: [String]) -> Int {
    var type: any ParsableCommand.Type = Basic.self
    var length = 0
    while length < arguments.count,
      let next = type.configuration.subcommands.first(where: { $0._commandName == arguments[length] })
    {
      type = next
      length += 1
    }
    return length
  }
}
