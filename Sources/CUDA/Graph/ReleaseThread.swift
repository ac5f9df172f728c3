// A thread for what must happen some time after a call, and never inside one: destructors of user objects, and letting go of
// executables that were destroyed while they ran.
// Threads: `run`, any; the jobs run one at a time on a thread of the runtime's own, which sleeps when there are none.
import GPU
import Glibc

enum ReleaseThread {
  private struct Job {
    /// Blocks until the job may run.
    var wait: @Sendable () -> Void
    var body: @Sendable () -> Void
  }

  private final class State: @unchecked Sendable {  // jobs, isStarted: mutex
    let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    let condition: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    var jobs: [Job] = []
    var isStarted = false
    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }
  }
  private static let state = State()

  /// Has `body` run soon, after `wait` has returned on that thread.
  static func run(after wait: @escaping @Sendable () -> Void = {}, _ body: @escaping @Sendable () -> Void) {
    pthread_mutex_lock(state.mutex)
    state.jobs.append(Job(wait: wait, body: body))
    let mustStart = !state.isStarted
    state.isStarted = true
    pthread_cond_signal(state.condition)
    pthread_mutex_unlock(state.mutex)
    guard mustStart else { return }
    if !HostThread.start({ loop() }) {
      pthread_mutex_lock(state.mutex)
      state.isStarted = false   // tried again with the next job
      pthread_mutex_unlock(state.mutex)
    }
  }

  private static func loop() {
    while true {
      pthread_mutex_lock(state.mutex)
      while state.jobs.isEmpty { pthread_cond_wait(state.condition, state.mutex) }
      let job = state.jobs.removeFirst()
      pthread_mutex_unlock(state.mutex)
      job.wait()
      job.body()
    }
  }
}
