import ArgumentParser
import RunStore

/// `basic runs list`: the runs of a store.
struct RunsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the runs.",
    discussion: """
      The earliest run comes first. Tokens are those read and written together; the cost is in the currency of the \
      configuration, and is missing where no price is known.

      Examples:
        basic runs list
        basic runs list --format json
        basic runs list --store ~/other/.basic/runs.sqlite
      """)

  @OptionGroup var store: StoreOptions

  @Option(help: ArgumentHelp("How the runs are shown.", valueName: "format"))
  var format: OutputFormat = .text

  func run() async throws {
    let location = try store.location
    let database = try location.open(.readOnly)
    let document = try await RunListDocument.read(database, at: location)
    switch format {
    case .json: try Console.standardOutput.deliver(try JSON.document(document))
    case .text:
      guard !document.runs.isEmpty else {
        return Console.standardError.write("The store \(location.path.printable) has no runs yet.\n")
      }
      let console = Console.standardOutput
      let text = document.text(width: console.isTerminal ? console.width : 80, palette: console.palette)
      try console.deliver(text, isPrintable: true)
    }
  }
}

/// The runs of a store.
struct RunListDocument: Encodable {
  var schemaVersion = 1
  var store: String
  var runs: [RunPart]

  /// Reads them. O(candidates in the store).
  static func read(_ database: RunDatabase, at location: StoreLocation) async throws -> RunListDocument {
    do {
      var runs: [RunPart] = []
      for run in try await database.runs() {
        do {
          runs.append(RunPart(run, try await database.summary(of: run.id)))
        } catch  where error.code == .notFound {
          // Somebody has deleted it meanwhile.
        }
      }
      return RunListDocument(store: location.path, runs: runs)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// For a person: two lines for each run.
  func text(width: Int, palette: Palette) -> String {
    var table = ColumnTable(
      columns: [
        .init(title: "run"), .init(title: "name", isFlexible: true), .init(title: "state"),
        .init(title: "solved", isNumeric: true), .init(title: "tried", isNumeric: true),
        .init(title: "tokens", isNumeric: true), .init(title: "cost", isNumeric: true),
      ], width: width, palette: palette)
    for run in runs {
      let style: (String) -> String =
        switch run.state {
        case "finished": palette.green
        case "interrupted", "failed": palette.red
        default: palette.magenta
        }
      table.add(
        [
          .init(text: run.id, style: palette.bold), .init(text: run.name.value ?? ""),
          .init(text: run.state, style: style), .init(text: "\(run.problems.solved)/\(run.problems.total)"),
          .init(text: RunText.count(run.candidates.total)),
          .init(text: RunText.count(run.tokens.prompt + run.tokens.completion)),
          .init(text: RunText.money(run.cost.value)),
        ], note: "\(run.kind) since \(RunText.minute(iso: run.started)), \(run.strategy), \(run.model)")
    }
    return table.text
  }
}
