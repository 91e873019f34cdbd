import Foundation
import Testing

@testable import BasicCommands

/// A home, a project in it, and what is written into their files.
struct SettingsFixture {
  var home: String
  var environment: [String: String]

  var project: String { home + "/project" }
  var projectFile: String { project + "/basic.toml" }
  var userFile: String { home + "/.config/basic/basic.toml" }

  func load() throws -> Settings {
    let environment = ["HOME": home].merging(environment) { $1 }
    return try Settings.load(ProcessContext(environment: environment, executable: "/opt/basic"), folder: project)
  }

  /// Settings that nobody has set anything in.
  static func bare() throws -> Settings {
    try Settings.load(ProcessContext(environment: [:], executable: "/opt/basic"), folder: "/nowhere")
  }

  static func with(
    project: String? = nil, user: String? = nil, dotEnv: String? = nil, environment: [String: String] = [:],
    _ body: (SettingsFixture) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      let fixture = SettingsFixture(home: folder, environment: environment)
      for place in [fixture.project, folder + "/.config/basic"] {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      }
      if let project { try TemporaryFolder.write(project, fixture.projectFile) }
      if let user { try TemporaryFolder.write(user, fixture.userFile) }
      if let dotEnv { try TemporaryFolder.write(dotEnv, fixture.project + "/.env") }
      try body(fixture)
    }
  }
}
