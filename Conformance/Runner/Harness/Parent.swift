// The parent's side: gives cases to child processes (this executable again), several at once, and collects verdicts.
// One thread: it waits for the children's reports and for the clock.  A case that crashes or exceeds its time ends only its child; what the
// child had left runs in another.  A case that deviates after others in one process is tried again alone, and that answer counts.
import CConformance
import Glibc

struct RunOptions {
  var library = ""
  var abi: Int?
  var jobs = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  var batch = 16
  var timeout = 20.0
  var verbose = false
}

struct Parent {
  let options: RunOptions
  let cases: [Case]
  var verdicts: [Int: Verdict] = [:]
  private var queue: [[Int]] = []
  private var exclusive: [[Int]] = []
  private var children: [Running] = []
  private var progress: (Int, Int, String) -> Void

  private struct Running {
    var pid: pid_t, descriptor: Int32
    var left: [Int]          // given, and not yet reported
    var batched: Bool        // with others before it
    var current: Int?
    var deadline: Double
    var buffer: [UInt8] = []
    var hung = false
    var last: Int?           // reported last
  }

  init(options: RunOptions, cases: [Case], selected: [Int], progress: @escaping (Int, Int, String) -> Void) {
    self.options = options
    self.cases = cases
    self.progress = progress
    var batch: [Int] = []
    for index in selected {
      if cases[index].traits.contains(.exclusive) { exclusive.append([index]); continue }
      if cases[index].traits.contains(.alone) { queue.append([index]); continue }
      batch.append(index)
      if batch.count >= options.batch { queue.append(batch); batch = [] }
    }
    if !batch.isEmpty { queue.append(batch) }
    total = selected.count
  }
  private let total: Int

  mutating func run() throws(Library.Unusable) {
    while !queue.isEmpty || !children.isEmpty || !exclusive.isEmpty {
      while children.count < options.jobs, !queue.isEmpty { try start(queue.removeFirst()) }
      if children.isEmpty, !exclusive.isEmpty { try start(exclusive.removeFirst()) }
      var polls = children.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      let soonest = children.map(\.deadline).min() ?? 0
      poll(&polls, nfds_t(polls.count), Int32(max(0, min(1000, (soonest - now()) * 1000 + 1))))
      for at in children.indices.reversed() {
        if polls[at].revents != 0 { read(at) } else if now() > children[at].deadline { expire(at) }
      }
    }
  }

  private func limit(_ index: Int) -> Double { options.timeout * (cases[index].traits.contains(.slow) ? 6 : 1) }

  private mutating func start(_ indices: [Int]) throws(Library.Unusable) {
    var pipes: [Int32] = [0, 0]
    guard pipe2(&pipes, Int32(O_CLOEXEC)) == 0 else { throw Library.Unusable(message: "pipe: \(String(cString: strerror(errno)))") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], Child.reportDescriptor)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if !options.verbose {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    let arguments = [CommandLine.arguments[0], "--child", options.library, String(options.abi ?? 0), indices.map(String.init).joined(separator: ",")]
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var pid: pid_t = 0
    // A group of its own: what a case started ends with it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let status = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &vector, conformance_environment())
    for argument in vector { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    close(pipes[1])
    guard status == 0 else { throw Library.Unusable(message: "posix_spawn: \(String(cString: strerror(status)))") }
    children.append(Running(pid: pid, descriptor: pipes[0], left: indices, batched: false, current: nil, deadline: now() + limit(indices[0]) + 10))
  }

  private mutating func read(_ at: Int) {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(children[at].descriptor, &bytes, bytes.count)
    if count < 0 && errno == EINTR { return }
    if count <= 0 { return end(at) }
    children[at].buffer += bytes[0..<count]
    while let newline = children[at].buffer.firstIndex(of: 10) {
      let line = String(decoding: children[at].buffer[..<newline], as: UTF8.self)
      children[at].buffer.removeSubrange(...newline)
      report(at, line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
    }
  }

  private mutating func report(_ at: Int, _ fields: [String]) {
    guard fields.count >= 2, let index = Int(fields[1]) else { return }
    if fields[0] == "B" {
      children[at].current = index
      children[at].deadline = now() + limit(index)
    } else if fields[0] == "E", fields.count >= 5, let outcome = Outcome(rawValue: fields[2]) {
      children[at].current = nil
      children[at].left.removeAll { $0 == index }
      children[at].deadline = now() + options.timeout
      settle(index, Verdict(outcome: outcome, message: fields[3], answers: fields[4]), batched: children[at].batched)
      children[at].batched = true
      children[at].last = index
    }
  }

  /// A verdict counts, unless the case failed behind others in one process: then it is tried alone.
  private mutating func settle(_ index: Int, _ verdict: Verdict, batched: Bool) {
    if batched && !verdict.outcome.good && verdict.outcome != .skipped { queue.append([index]); return }
    verdicts[index] = verdict
    progress(verdicts.count, total, cases[index].id)
  }

  private mutating func expire(_ at: Int) {
    children[at].hung = true
    children[at].deadline = .infinity
    kill(-children[at].pid, SIGKILL)
  }

  private mutating func end(_ at: Int) {
    let child = children.remove(at: at)
    close(child.descriptor)
    var status: Int32 = 0
    if !child.hung { settleExit(child, &status) } else { while waitpid(child.pid, &status, 0) < 0 && errno == EINTR {} }
    kill(-child.pid, SIGKILL)  // what a case may have left behind
    var left = child.left
    if let current = child.current {
      left.removeAll { $0 == current }
      let signal = conformance_signal(status)
      let verdict = child.hung
        ? Verdict(outcome: .hung, message: "no answer within \(Int(limit(current))) seconds")
        : Verdict(outcome: .crashed, message: signal != 0 ? "ended by signal \(signal) (\(String(cString: strsignal(signal))))" : "ended with status \(conformance_exit_status(status))")
      settle(current, verdict, batched: child.batched)
    } else if left.count == child.left.count, !child.batched, !left.isEmpty {
      // It never began: the library could not be opened there, or start-up crashed.
      let first = left.removeFirst()
      settle(first, Verdict(outcome: child.hung ? .hung : .crashed, message: "the process ended before the case began"), batched: false)
    }
    if let last = child.last, child.current == nil, verdicts[last]?.outcome == .passes, child.hung || conformance_exited(status) == 0 || conformance_exit_status(status) != 0 {
      let signal = conformance_signal(status)
      verdicts[last] = Verdict(
        outcome: child.hung || signal == SIGKILL ? .hung : .crashed,
        message: "after the case, while the process ended: " + (signal != 0 ? "signal \(signal)" : "status \(conformance_exit_status(status))"))
    }
    if !left.isEmpty { queue.insert(left, at: 0) }
  }

  /// The report's end is closed: the process is about to be gone, or hangs while it unloads.
  private func settleExit(_ child: Running, _ status: inout Int32) {
    let patience = now() + options.timeout
    while true {
      let got = waitpid(child.pid, &status, WNOHANG)
      if got == child.pid || (got < 0 && errno != EINTR) { return }
      if now() > patience { kill(-child.pid, SIGKILL) }
      usleep(500)
    }
  }
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
