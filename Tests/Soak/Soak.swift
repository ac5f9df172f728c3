// Randomised queue, memory and event traffic from several processes and threads, for as long as one likes.
//
//   soak [--seconds N] [--processes N] [--threads N] [--seed N]       CARMINE_DEVICE etc. choose the device
//
// Each process runs threads (Worker.swift) for a while, gives everything back, and compares what it holds — device memory,
// descriptors, threads' memory — with what it held after its first round; then a new process takes its place.  Every tenth
// process is killed in the middle instead.  Prints a line of totals every half minute.  Ends with 0 when nothing hung, leaked or was lost.
import CKFD
import Glibc
import KFD
import Synchronization

func number(_ name: String, _ fallback: Int) -> Int {
  guard let at = CommandLine.arguments.firstIndex(of: name), at + 1 < CommandLine.arguments.count, let value = Int(CommandLine.arguments[at + 1]) else {
    return fallback
  }
  return value
}

@main struct Soak {
  static func main() {
    if CommandLine.arguments.contains("--child") { child() } else { parent() }
  }

  // MARK: a process

  static func child() {
    let seconds = number("--seconds", 20), threads = number("--threads", 3), seed = UInt64(number("--seed", 1))
    do throws(KFDError) {
      let machine = try Machine()
      let totals = Totals()
      // The process's first signal event makes the event page.
      let first = try machine.driver.createEvent(.signal)
      let mailboxes = try machine.driver.map(4096 * 8, descriptor: machine.driver.descriptor, offset: first.pageOffset)
      // A device's first queue makes what the device keeps from then on, the watch of its doorbells.
      for device in machine.gpus.indices { try AQLQueue(machine, device, priority: 7).destroy() }
      var before: Holdings?
      // Two rounds to warm up, then all the time there is.
      for (round, share) in [1, 2, max(1, seconds - 3)].enumerated() {
        let until = nanoseconds() + UInt64(share) * 1_000_000_000
        var running: [pthread_t] = []
        for index in 0..<threads {
          let worker = try Worker(machine, totals, seed: seed &* 1000 &+ UInt64(round * 100 + index), until: until, mailboxes: mailboxes)
          var thread = pthread_t()
          pthread_create(&thread, nil, { context in
            let worker = Unmanaged<Worker>.fromOpaque(context!).takeRetainedValue()
            do throws(KFDError) { try worker.run() } catch { give(up: "\(error)") }
            return nil
          }, Unmanaged.passRetained(worker).toOpaque())
          running.append(thread)
        }
        for thread in running { pthread_join(thread, nil) }
        let now = try Holdings(machine)
        if let before, round == 2 { now.compare(with: before) }
        before = now
      }
      print(
        "did \(totals.operations.load(ordering: .relaxed)) \(totals.kernels.load(ordering: .relaxed)) \(totals.buffers.load(ordering: .relaxed))",
        "\(totals.queues.load(ordering: .relaxed)) \(totals.events.load(ordering: .relaxed))")
    } catch { give(up: "\(error)") }
  }

  /// What a process holds when its threads have given everything back.
  struct Holdings {
    var available: [UInt64] = []
    var descriptors: [String: String] = [:]   // by number
    var residentBytes = 0

    init(_ machine: Machine) throws(KFDError) {
      for gpu in machine.gpus { available.append(try machine.driver.availableMemory(gpuID: gpu.gpuID)) }
      if let folder = opendir("/proc/self/fd") {
        while let entry = readdir(folder) {
          let number = withUnsafeBytes(of: &entry.pointee.d_name) { String(cString: $0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
          var target = [UInt8](repeating: 0, count: 256)
          let count = target.withUnsafeMutableBytes { readlink("/proc/self/fd/" + number, $0.baseAddress!, $0.count) }
          if count > 0 { descriptors[number] = String(decoding: target[..<count], as: UTF8.self) }
        }
        closedir(folder)
      }
      if let file = fopen("/proc/self/statm", "r") {
        var pages: (Int, Int) = (0, 0)
        withUnsafeMutablePointer(to: &pages) { p in
          p.withMemoryRebound(to: Int.self, capacity: 2) { p in withVaList([p, p + 1]) { _ = vfscanf(file, "%ld %ld", $0) } }
        }
        fclose(file)
        residentBytes = pages.1 * 4096
      }
    }
    func compare(with before: Holdings) {
      if available != before.available { give(up: "device memory leaked: \(before.available) bytes were free, now \(available)") }
      if descriptors.count > before.descriptors.count {
        let new = descriptors.filter { before.descriptors[$0.key] != $0.value }.map { "\($0.key) (\($0.value))" }
        give(up: "descriptors leaked: \(before.descriptors.count) before, now \(descriptors.count): \(new.sorted().joined(separator: ", ")) are new")
      }
      if residentBytes > before.residentBytes + (96 << 20) { give(up: "host memory leaked: \(before.residentBytes >> 20) MiB before, now \(residentBytes >> 20)") }
    }
  }

  // MARK: the parent

  /// Prints at once, also into a file.
  static func say(_ parts: String...) { print(parts.joined(separator: " ")); fflush(nil) }

  struct Running { var pid: pid_t, output: Int32, deadline: UInt64, killAt: UInt64? }

  static func parent() {
    let seconds = number("--seconds", 60), processes = number("--processes", 3), threads = number("--threads", 3)
    var seed = number("--seed", 1), started = 0, ended = 0, killed = 0
    let begin = nanoseconds(), end = begin + UInt64(seconds) * 1_000_000_000
    var running: [Running] = [], sums = [UInt64](repeating: 0, count: 5), reported = begin
    func report() {
      say(
        "soak: \((nanoseconds() - begin) / 1_000_000_000) s, \(ended) processes ended, \(killed) killed: \(sums[0]) operations,",
        "\(sums[1]) kernels, \(sums[2]) buffers, \(sums[3]) queues, \(sums[4]) events")
    }
    while nanoseconds() < end || !running.isEmpty {
      while running.count < processes, nanoseconds() < end {
        let left = Int((end - nanoseconds()) / 1_000_000_000), share = max(4, min(left, 10 + seed * 7 % 30))
        started += 1; seed += 1
        let now = nanoseconds()
        var one = start(["--child", "--seconds", "\(share)", "--threads", "\(threads)", "--seed", "\(seed)"])
        one.deadline = now + UInt64(share + 240) * 1_000_000_000
        if started % 10 == 0 { one.killAt = now + UInt64(share) * 500_000_000 }
        running.append(one)
      }
      usleep(100_000)
      var left: [Running] = []
      for one in running {
        var status: Int32 = 0
        if let at = one.killAt, nanoseconds() > at { kill(one.pid, SIGKILL); waitpid(one.pid, &status, 0); close(one.output); killed += 1; continue }
        guard waitpid(one.pid, &status, WNOHANG) == one.pid else {
          if nanoseconds() > one.deadline { kill(one.pid, SIGABRT); give(up: "process \(one.pid) hangs") }
          left.append(one); continue
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = max(0, read(one.output, &buffer, buffer.count))
        close(one.output)
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        guard status == 0, text.hasPrefix("did ") else {
          for other in running where other.pid != one.pid { kill(other.pid, SIGKILL) }
          give(up: "process \(one.pid) ended with status \(status): \(text)")
        }
        for (index, word) in text.dropFirst(4).split(whereSeparator: { $0 == " " || $0 == "\n" }).prefix(5).enumerated() { sums[index] += UInt64(word) ?? 0 }
        ended += 1
      }
      running = left
      if nanoseconds() - reported > 30_000_000_000 { reported = nanoseconds(); report() }
    }
    report()
    say("soak: nothing hung, leaked or was lost")
  }

  static func start(_ arguments: [String]) -> Running {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0, fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else { give(up: "pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var texts: [UnsafeMutablePointer<CChar>?] = (["soak"] + arguments).map { strdup($0) } + [nil]
    var pid: pid_t = 0
    guard posix_spawn(&pid, "/proc/self/exe", &actions, nil, &texts, environ) == 0 else { give(up: "posix_spawn") }
    posix_spawn_file_actions_destroy(&actions)
    for text in texts { free(text) }
    close(ends[1])
    return Running(pid: pid, output: ends[0], deadline: 0, killAt: nil)
  }
}
