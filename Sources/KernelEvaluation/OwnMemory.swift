#if canImport(Glibc)
  import Glibc
#endif

/// The memory of our own process, as other processes of the same user see it.
enum OwnMemory {
  /// Keeps others of this user from reading or steering this process, where the system has a switch for it.
  static func hide() {
    #if os(Linux)
      // Swift does not see C functions with any number of arguments, of which prctl is one.
      typealias ProcessControl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
      guard let function = dlsym(nil, "prctl") else { return }
      let setDumpable: Int32 = 4
      _ = unsafeBitCast(function, to: ProcessControl.self)(setDumpable, 0, 0, 0, 0)
    #endif
  }
}
