import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process and everything that descends from it or is of its group, at one moment, as far as the system shows it (Linux
/// does; elsewhere a tree is empty, and its limits are those that the system itself keeps).
///
/// One look costs a small read for each process of the machine and one more for each of the tree. Whoever looks within a
/// short time of another one shares the first part: many programs are watched at once.
package struct ProcessTree: Sendable {
  /// One process: a number alone may belong to another one a moment later.
  package struct Member: Sendable, Hashable {
    package var process: Int32
    /// Clock ticks since the machine's start.
    package var start: Int
  }

  private var members: [Member] = []
  /// Without the first process.
  package private(set) var descendants: [Member] = []
  /// Threads, of all processes.
  package private(set) var tasks = 0
  /// Bytes in memory: what each process has for itself, and the largest of what they may share.
  package private(set) var memory = 0
  /// Processor time of all processes, and of those ended ones that a living one has waited for.
  package private(set) var processorTime = 0.0

  /// Looks at the tree of a process.
  ///
  /// - Parameter age: how old what is known of the machine's processes may be.
  package init(of root: Int32, age: Duration = .milliseconds(40)) {
    var children: [pid_t: [Status]] = [:]
    var found: [Status] = []
    var waiting: [pid_t] = [root]
    var known: Set<pid_t> = []
    for status in Self.machine(age: age) {
      let process = status.member.process
      children[status.parent, default: []].append(status)
      if status.group == root || process == root {
        found.append(status)
        known.insert(process)
        waiting.append(process)
      }
    }
    while let parent = waiting.popLast() {
      for child in children[parent] ?? [] where known.insert(child.member.process).inserted {
        found.append(child)
        waiting.append(child.member.process)
      }
    }
    var shared = 0
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    for status in found {
      members.append(status.member)
      if status.member.process != root { descendants.append(status.member) }
      tasks += status.threads
      processorTime += Double(status.ticks) / ticks
      let pages = Self.numbers(in: Self.text(of: "/proc/\(status.member.process)/statm")[...])
      guard pages.count > 2 else { continue }
      memory += (pages[1] - pages[2]) * page
      shared = max(shared, pages[2] * page)
    }
    memory += shared
  }

  /// Whether the tree holds more than this in memory. What forked processes still have in common counts once, which takes a
  /// longer look where the first one has it too large.
  package func holdsMore(than limit: Int) -> Bool {
    if memory <= limit { return false }
    var exact = 0
    for member in members {
      guard let size = Self.proportionalMemory(of: member.process) else { return true }
      exact += size
      if exact > limit { return true }
    }
    return false
  }

  /// Kills every descendant, and those that they start meanwhile; the first process lives on.
  package static func killDescendants(of root: Int32) {
    for _ in 0..<100 {
      let members = ProcessTree(of: root, age: .zero).descendants.filter(\.isRunning)
      if members.isEmpty { return }
      for member in members { member.end() }
    }
  }

  /// The bytes of files that the tree holds open and that no folder shows any more, or that never were in one.
  package var hiddenFileBytes: Int {
    var seen: Set<ino_t> = []
    return descendants.reduce(0) { sum, member in
      sum
        + Self.names(in: "/proc/\(member.process)/fd").reduce(0) { sum, name in
          var status = stat()
          guard stat("/proc/\(member.process)/fd/\(name)", &status) == 0, status.st_nlink == 0,
            status.st_mode & S_IFMT == S_IFREG, seen.insert(status.st_ino).inserted
          else { return sum }
          return sum + Int(status.st_blocks) * 512
        }
    }
  }

  /// Threads of all processes of the machine, had by one small read; 0 where the system does not say.
  package static var tasksOfMachine: Int {
    let words = text(of: "/proc/loadavg").split(separator: UInt8(ascii: " "))
    guard words.count > 3, let all = words[3].split(separator: UInt8(ascii: "/")).last else { return 0 }
    return Int(String(decoding: all, as: UTF8.self)) ?? 0
  }

  // MARK: /proc

  /// Nil where the system does not let us look. A process that has ended holds nothing.
  private static func proportionalMemory(of process: pid_t) -> Int? {
    let path = "/proc/\(process)/smaps_rollup"
    let lines = text(of: path).split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { $0.starts(with: Array("Pss:".utf8)) }) else {
      return errno == ESRCH || errno == ENOENT ? 0 : nil
    }
    let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return (Int(String(decoding: digits, as: UTF8.self)) ?? 0) << 10
  }

  private struct Status {
    var member: Member
    var parent: pid_t
    var group: pid_t
    var threads: Int
    var ticks: Int
    var isZombie: Bool

    init?(_ process: pid_t) {
      let text = ProcessTree.text(of: "/proc/\(process)/stat")
      // The name may hold anything; the last parenthesis ends it.
      guard let end = text.lastIndex(of: UInt8(ascii: ")")), end + 2 < text.count else { return nil }
      isZombie = text[end + 2] == UInt8(ascii: "Z")
      let numbers = ProcessTree.numbers(in: text[(end + 1)...])
      guard numbers.count > 19 else { return nil }
      parent = pid_t(truncatingIfNeeded: numbers[1])
      group = pid_t(truncatingIfNeeded: numbers[2])
      ticks = numbers[11...14].reduce(0, +)
      threads = numbers[17]
      member = Member(process: process, start: numbers[19])
    }
  }

  private struct Machine {
    var processes: [Status] = []
    var time: ContinuousClock.Instant?
  }

  private static let latest = Mutex(Machine())

  private static func machine(age: Duration) -> [Status] {
    latest.withLock { latest in
      if let time = latest.time, time + age > .now { return latest.processes }
      latest.processes = processes().compactMap { Status($0) }
      latest.time = .now
      return latest.processes
    }
  }

  fileprivate static func isRunning(_ member: Member) -> Bool {
    guard let status = Status(member.process) else { return false }
    return status.member == member && !status.isZombie
  }

  private static func processes() -> [pid_t] { names(in: "/proc").compactMap { pid_t($0) } }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.first?.isNumber == true { names.append(name) }
    }
    return names
  }

  private static func text(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, 1024))
    }
  }

  /// The words of a line, as numbers; 0 for a word that is none.
  private static func numbers(in text: ArraySlice<UInt8>) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(52)
    var isInWord = false
    for byte in text {
      if byte == UInt8(ascii: " ") {
        isInWord = false
        continue
      }
      if !isInWord { numbers.append(0) }
      isInWord = true
      // Signs do not matter here: no number that is used has one.
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        numbers[numbers.count - 1] = numbers[numbers.count - 1] &* 10 &+ Int(byte - UInt8(ascii: "0"))
      }
    }
    return numbers
  }
}

extension ProcessTree.Member {
  /// Whether it still runs: what has ended and waits to be asked how does not.
  package var isRunning: Bool { ProcessTree.isRunning(self) }

  /// Kills it, if it is still the one that was meant.
  package func end() {
    if isRunning { kill(process, SIGKILL) }
  }
}
