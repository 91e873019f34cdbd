import Foundation

/// A library that is loaded into `basic` before the system's and takes the place of some of its functions, so that a
/// moment that is over in microseconds lasts until a test has seen it. Linux only.
enum Interposer {
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <unistd.h>

    /* Mapping a file of some size, as a model's weights are, takes so many milliseconds. */
    void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
      void *(*next)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
      const char *wait = getenv("INTERPOSER_SLOW_MAP");
      if (wait && file >= 0 && size > 100000 && !(protection & PROT_EXEC)) usleep(atoi(wait) * 1000);
      return next(address, size, protection, flags, file, offset);
    }
    void *mmap64(void *address, size_t size, int protection, int flags, int file, off_t offset) {
      return mmap(address, size, protection, flags, file, offset);
    }
    """

  /// Whether it can be built here, and would be loaded.
  static let isAvailable: Bool = {
    #if os(Linux)
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      return folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/cc") }
    #else
      return false
    #endif
  }()

  static let isMissing = "it needs Linux and a C compiler"

  /// Builds it; returns what `basic` has to have in its environment.
  static func environment(in folder: String) throws -> [String: String] {
    let path = folder + "/interposer"
    try TemporaryFolder.write(source + "\n", path + ".c")
    let compiler = try Process.run(
      URL(filePath: "/usr/bin/env"), arguments: ["cc", "-shared", "-fPIC", "-o", path + ".so", path + ".c", "-ldl"])
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw Failure() }
    return ["LD_PRELOAD": path + ".so"]
  }

  struct Failure: Error {}
}
