import Foundation

/// A library that is loaded into `basic` before the system's and takes the place of some of its functions, so that a
/// moment that is over in microseconds lasts until a test has seen it. Linux only.
enum Interposer {
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdarg.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
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

    /* A call waits at a gate until a test opens it: INTERPOSER_GATE_AT is "open 2" for the second opening of a temporary
       file of output, "rename 2" for the second file that is moved to its place; what passes cost is kept on the way. */
    static void gate(const char *what, int count) {
      const char *gate = getenv("INTERPOSER_GATE"), *at = getenv("INTERPOSER_GATE_AT");
      char text[4096];
      if (!gate || !at) return;
      snprintf(text, sizeof text, "%s %d", what, count);
      if (strcmp(text, at) != 0) return;
      snprintf(text, sizeof text, "%s.reached", gate);
      FILE *file = fopen(text, "w");
      if (file) fclose(file);
      while (access(gate, F_OK) != 0) usleep(1000);
    }

    int rename(const char *from, const char *to) {
      static int count;
      int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
      if (!strstr(to, "/passes/")) gate("rename", ++count);
      return next(from, to);
    }

    static int opened(const char *function, const char *path, int flags, mode_t mode) {
      static int count;
      int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, function);
      const char *end = strrchr(path, '.');
      if ((flags & O_CREAT) && end && strcmp(end, ".tmp") == 0 && !strstr(path, "/.basic-")) gate("open", ++count);
      return next(path, flags, mode);
    }
    int open(const char *path, int flags, ...) {
      va_list more;
      va_start(more, flags);
      mode_t mode = va_arg(more, mode_t);
      va_end(more);
      return opened("open", path, flags, mode);
    }
    int open64(const char *path, int flags, ...) {
      va_list more;
      va_start(more, flags);
      mode_t mode = va_arg(more, mode_t);
      va_end(more);
      return opened("open64", path, flags, mode);
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
