#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of its own for an engine's work.
///
/// A pass computes for milliseconds to seconds. On Swift's cooperative pool, which has one thread per core, it would hold
/// up everything else; here it holds up nothing.
final class EngineExecutor: SerialExecutor {
  private typealias Work = (job: UnownedJob, executor: UnownedSerialExecutor)

  /// The queue, which lives until both the executor and its thread are done with it.
  private final class Queue: @unchecked Sendable {
    // Safe: the properties are only touched with `lock` held; lock and condition are made for many threads.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var work: [Work] = []
    private var isClosed = false

    init() {
      pthread_mutex_init(lock, nil)
      pthread_cond_init(condition, nil)
    }

    deinit {
      pthread_cond_destroy(condition)
      pthread_mutex_destroy(lock)
      lock.deallocate()
      condition.deallocate()
    }

    func append(_ item: Work) {
      pthread_mutex_lock(lock)
      work.append(item)
      pthread_cond_signal(condition)
      pthread_mutex_unlock(lock)
    }

    func close() {
      pthread_mutex_lock(lock)
      isClosed = true
      pthread_cond_signal(condition)
      pthread_mutex_unlock(lock)
    }

    /// The next job; waits for it. `nil` when the queue is closed and empty.
    func next() -> Work? {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      while work.isEmpty && !isClosed { pthread_cond_wait(condition, lock) }
      return work.isEmpty ? nil : work.removeFirst()
    }
  }

  private let queue = Queue()

  init() {
    let context = Unmanaged.passRetained(queue).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // libllama builds its graphs on this thread's stack frames; secondary threads of macOS have half a megabyte only.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let status = pthread_create(&thread, &attributes, { EngineExecutor.run($0) }, context)
    precondition(status == 0, "the system has no thread left for the engine")
  }

  deinit { queue.close() }

  func enqueue(_ job: consuming ExecutorJob) {
    // A job holds its actor, and that holds this executor: the unowned reference outlives the job.
    queue.append((UnownedJob(job), asUnownedSerialExecutor()))
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let queue = Unmanaged<Queue>.fromOpaque(context).takeRetainedValue()
    while let work = queue.next() { work.job.runSynchronously(on: work.executor) }
    return nil
  }
}
