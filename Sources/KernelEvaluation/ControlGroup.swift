#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A group of the kernel's own that bounds the number of a worker's tasks, and from which nothing can run away.
///
/// It is for root, whose processes no other limit counts; the processes of other users are bounded by RLIMIT_NPROC, and the
/// kernel lets other users make no such group as a rule.
struct ControlGroup: Sendable {
  /// Where the kernel shows it.
  let path: String

  private static let places = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]

  /// Makes a group, where the kernel lets us.
  static func make(tasks: Int) -> ControlGroup? {
    guard geteuid() == 0 else { return nil }
    let name = "/basic-worker-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    for place in places {
      // The second version of these groups counts only where the group above says so.
      let isSecond = access(place + "/cgroup.subtree_control", F_OK) == 0
      if isSecond { _ = write("+pids", to: place + "/cgroup.subtree_control") }
      guard access(place + "/cgroup.procs", W_OK) == 0 else { continue }
      endAbandoned(in: place)
      guard mkdir(place + name, 0o755) == 0 else { continue }
      let group = ControlGroup(path: place + name)
      if write("\(tasks)", to: group.path + "/pids.max") { return group }
      rmdir(group.path)
    }
    return nil
  }

  /// Ends the groups of programs that were killed before they could.
  private static func endAbandoned(in place: String) {
    guard let stream = opendir(place) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let words = name.split(separator: "-")
      guard words.count == 4, name.hasPrefix("basic-worker-"), let owner = Int32(words[2]) else { continue }
      if access("/proc/\(owner)", F_OK) != 0 { ControlGroup(path: place + "/" + name).end() }
    }
  }

  /// Kills what is in it. Does not wait.
  func kill() {
    _ = Self.write("0", to: path + "/pids.max")
    guard let file = fopen(path + "/cgroup.procs", "r") else { return }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 64)
    while fgets(&text, 64, file) != nil {
      let process = atoi(text)
      if process > 0 { _ = sendKill(process) }
    }
  }

  /// Kills what is in it until nothing is, and takes the group away. Blocks.
  func end() {
    for _ in 0..<400 {
      if rmdir(path) == 0 || errno == ENOENT { return }
      kill()
      usleep(5000)
    }
  }

  private func sendKill(_ process: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(process, SIGKILL)
    #else
      Darwin.kill(process, SIGKILL)
    #endif
  }

  private static func write(_ text: String, to path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return text.withCString { pwrite(file, $0, strlen($0), 0) } > 0
  }
}
