import Foundation
import Testing

@testable import BasicCommands

struct ConfigurationPlacesTests {
  /// A home with folders `work/deep/er` in it.
  private func withFolders(_ body: (_ home: String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let home = try #require(realpath(folder, nil).map { String(cString: $0) }) + "/home"
      try FileManager.default.createDirectory(atPath: home + "/work/deep/er", withIntermediateDirectories: true)
      try body(home)
    }
  }

  private func places(_ home: String, _ folder: String, _ environment: [String: String] = [:]) -> ConfigurationPlaces {
    ConfigurationPlaces(environment: ["HOME": home].merging(environment) { $1 }, folder: folder)
  }

  @Test func `the nearest folder that has a file counts`() throws {
    try withFolders { home in
      #expect(places(home, home + "/work/deep").projectFile == nil)
      try TemporaryFolder.write("", home + "/work/basic.toml")
      #expect(places(home, home + "/work/deep/er").projectFile == home + "/work/basic.toml")
      #expect(places(home, home + "/work/deep/er/").dotEnv == home + "/work/.env")
      try TemporaryFolder.write("", home + "/work/deep/er/basic.toml")
      #expect(places(home, home + "/work/deep/er").projectFile == home + "/work/deep/er/basic.toml")
      #expect(places(home, home + "/work/deep").projectFile == home + "/work/basic.toml")
    }
  }

  @Test func `the home folder is the last that is looked in`() throws {
    try withFolders { home in
      try TemporaryFolder.write("", Files.folder(of: home) + "/basic.toml")
      #expect(places(home, home + "/work").projectFile == nil)
      #expect(places(home + "/", home + "/work/").projectFile == nil)
      // Who works outside of the home looks up to the root.
      #expect(places("/nowhere", home + "/work").projectFile == Files.folder(of: home) + "/basic.toml")
      try TemporaryFolder.write("", home + "/basic.toml")
      #expect(places(home, home + "/work").projectFile == home + "/basic.toml")
    }
  }

  @Test func `a home behind a symbolic link is recognised`() throws {
    try withFolders { home in
      let link = Files.folder(of: home) + "/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: home)
      try TemporaryFolder.write("", Files.folder(of: home) + "/basic.toml")
      #expect(places(link, home + "/work").projectFile == nil)
    }
  }

  @Test(.enabled(if: getuid() == 0, "only root can give a file to somebody else"))
  func `somebody else's file above the folder is passed over, and named`() throws {
    try withFolders { home in
      let file = home + "/work/basic.toml"
      try TemporaryFolder.write("", file)
      // Everything trusts root, so the file goes to a stranger and is looked at from a folder of root's.
      #expect(chown(file, 12345, 12345) == 0)
      let found = places(home, home + "/work/deep")
      #expect(found.projectFile == nil)
      #expect(found.passedOver.count == 1)
      #expect(found.passedOver.first?.contains(file) == true)
      // In the folder itself it counts, and so it does for whoever works in a folder of the stranger's.
      #expect(places(home, home + "/work").projectFile == file)
      #expect(chown(home + "/work/deep", 12345, 12345) == 0)
      #expect(places(home, home + "/work/deep").projectFile == file)
    }
  }

  @Test func `the user's file is where the desktop's standard says`() {
    #expect(places("/home/me", "/x").userFile == "/home/me/.config/basic/basic.toml")
    #expect(places("/home/me", "/x", ["XDG_CONFIG_HOME": "/c/"]).userFile == "/c/basic/basic.toml")
    #expect(places("/home/me", "/x", ["XDG_CONFIG_HOME": "c"]).userFile == "/home/me/.config/basic/basic.toml")
    #expect(ConfigurationPlaces(environment: [:], folder: "/x").userFile == nil)
    #expect(places("/home/me", "/x").dotEnv == "/x/.env")
  }

  @Test(arguments: [
    ("a", "/f/a"), ("./a", "/f/a"), ("../a", "/f/../a"), ("/a", "/a"), ("~/a", "/home/me/a"), ("~", "/home/me"),
    ("~you/a", "/f/~you/a"),
  ])
  func `paths are resolved`(path: String, resolved: String) {
    #expect(ConfigurationPlaces.resolve(path, in: "/f", home: "/home/me") == resolved)
  }

  @Test func `what is no text file is refused, and nothing waits for a pipe`() throws {
    try TemporaryFolder.with { folder in
      #expect(try ConfigurationPlaces.text(of: folder + "/none") == nil)
      #expect(try ConfigurationPlaces.text(of: folder + "/none/below") == nil)
      try TemporaryFolder.write("\u{FEFF}a = 1\n", folder + "/marked")
      #expect(try ConfigurationPlaces.text(of: folder + "/marked") == "a = 1\n")
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      try Data([0x61, 0xff]).write(to: URL(filePath: folder + "/latin"))
      try Data(count: 1 << 20 + 1).write(to: URL(filePath: folder + "/large"))
      for (name, reason) in [("pipe", "no file"), ("latin", "UTF-8"), ("large", "megabyte"), ("", "no file")] {
        let error = try #require(throws: ConfigurationError.self) {
          try ConfigurationPlaces.text(of: folder + "/" + name)
        }
        #expect(error.code == .unreadable)
        #expect(error.message.contains(reason), "\(error.message)")
      }
    }
  }
}
