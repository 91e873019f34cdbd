/// What a worker may use up. Whoever exceeds one of these is ended.
package struct WorkerLimits: Sendable, Hashable {
  /// Processor seconds of the whole tree of processes.
  package var cpuSeconds: Int
  /// Bytes in memory of the whole tree, looked at twenty times a second. Address space is not limited: PyTorch, CUDA and the
  /// virtual GPU reserve hundreds of gigabytes of it.
  package var memoryBytes: Int
  /// Processes and threads of the whole tree.
  package var tasks: Int
  /// The bytes of one file.
  package var fileBytes: Int
  /// The bytes of all files in the worker's folder, and of those that it holds open without a name. Its `/tmp` and
  /// `/dev/shm` have this size each.
  package var folderBytes: Int
  /// The files and folders in the worker's folder.
  package var folderEntries: Int

  /// Makes limits.
  package init(
    cpuSeconds: Int = 600, memoryBytes: Int = 8 << 30, tasks: Int = 2048, fileBytes: Int = 2 << 30,
    folderBytes: Int = 4 << 30, folderEntries: Int = 20_000
  ) {
    self.cpuSeconds = cpuSeconds
    self.memoryBytes = memoryBytes
    self.tasks = tasks
    self.fileBytes = fileBytes
    self.folderBytes = folderBytes
    self.folderEntries = folderEntries
  }
}

/// What is started, and what it may see.
package struct WorkerLaunch: Sendable {
  /// What the worker calculates on: a real GPU needs device files.
  package enum Device: String, Sendable, Hashable {
    case virtual, cuda
  }

  /// The Python interpreter. Its own folders are readable.
  package var python: String
  /// The folder with enclosure.py, confinement.py and channel.py. Readable.
  package var workerFolder: String
  /// The script and its arguments.
  package var arguments: [String]
  /// The only folder that can be written; also HOME and TMPDIR. It has to be there.
  package var folder: String
  /// Files and folders that can be read beside the system's.
  package var readable: [String]
  /// Added to a small one that everyone gets.
  package var environment: [String: String]
  /// What it may use up.
  package var limits: WorkerLimits
  /// How it is enclosed; the best that this machine has where it is nil.
  package var sandbox: Sandbox.Kind?
  /// What it calculates on.
  package var device: Device
  /// The program that starts the interpreter, a profiler, with its arguments; empty for none. It is enclosed as well.
  package var wrapper: [String] = []
  /// How long it may take from its start to the line that says that it listens.
  package var startLimit: Duration

  /// Makes a launch.
  package init(
    python: String, workerFolder: String, arguments: [String], folder: String, readable: [String] = [],
    environment: [String: String] = [:], limits: WorkerLimits = WorkerLimits(), sandbox: Sandbox.Kind? = nil,
    device: Device = .virtual, startLimit: Duration = .seconds(60)
  ) {
    self.python = python
    self.workerFolder = workerFolder
    self.arguments = arguments
    self.folder = folder
    self.readable = readable
    self.environment = environment
    self.limits = limits
    self.sandbox = sandbox
    self.device = device
    self.startLimit = startLimit
  }
}
