// A compiler process that precompile drives: started, given one request at a time, watched, ended.
// Threads: one; the scheduler polls `socket` and `errors` and calls `receive` when something is there.
// Full: what a worker says on standard error is kept to its last 4 KB.
import Glibc
import KernelImage

final class Worker {
  enum Event {
    case nothing
    case response(CompileResponse)
    /// The process is gone; why, for people.
    case ended(String)
  }

  let process: pid_t
  let socket: Int32
  let errors: Int32
  private var received: [UInt8] = []
  private var said: [UInt8] = []
  private static let keptText = 4096

  /// Throws when the process cannot be started.
  init(command: [String]) throws {
    var pair: [Int32] = [-1, -1], pipe: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0, Glibc.pipe(&pipe) == 0 else {
      throw Failure("a worker's socket: \(String(cString: strerror(errno)))")
    }
    defer { close(pair[1]); close(pipe[1]) }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0)
    posix_spawn_file_actions_adddup2(&actions, pair[1], 1)
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
    var arguments = command.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
    defer { for argument in arguments { free(argument) } }
    var started: pid_t = 0
    let error = posix_spawn(&started, command[0], &actions, nil, &arguments, environ)
    guard error == 0 else {
      close(pair[0])
      close(pipe[0])
      throw Failure("\(command[0]) cannot be started: \(String(cString: strerror(error)))")
    }
    process = started
    socket = pair[0]
    errors = pipe[0]
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    _ = fcntl(errors, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(socket)
    close(errors)
  }

  /// Sends a request whole.  False when the process is gone, which `receive` then tells.
  func send(_ request: CompileRequest) -> Bool {
    let bytes = request.serialized()
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL)) }
      if count > 0 { done += count; continue }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return false }
      var wait = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      poll(&wait, 1, 1000)
    }
    return true
  }

  /// What has come, without waiting.
  func receive() -> Event {
    drainErrors()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(socket, &chunk, chunk.count, 0)
      if count > 0 { received += chunk[..<count]; continue }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { break }
      if let response = response() { return .response(response) }
      return .ended(end())
    }
    return response().map { .response($0) } ?? .nothing
  }

  private func response() -> CompileResponse? {
    guard received.count >= Envelope.byteCount else { return nil }
    do {
      let count = try Envelope.bodyCount(ofHeader: received)
      guard received.count >= Envelope.byteCount + count else { return nil }
      let message = Array(received[..<(Envelope.byteCount + count)])
      received.removeFirst(message.count)
      return try CompileResponse(deserializing: message)
    } catch {
      received = []
      return .failure(.internalError, message: "the worker's answer: \(error)")
    }
  }

  private func drainErrors() {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(errors, &chunk, chunk.count)
      guard count > 0 else { return }
      said += chunk[..<count]
      if said.count > Self.keptText { said.removeFirst(said.count - Self.keptText) }
    }
  }

  /// Bytes of memory that the process has; 0 when it is gone.
  var residentBytes: Int {
    let file = open("/proc/\(process)/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = read(file, &text, text.count)
    let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  /// Seconds of processor time that the process has had; 0 when it is gone.
  var processorSeconds: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Ends the process if it runs, and waits for it.  How it ended, with the last line that it said.
  @discardableResult
  func end(killing: Bool = false) -> String {
    if killing { kill(process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    drainErrors()
    let how = status & 0x7F == 0 ? "ended with status \((status >> 8) & 0xFF)" : "was ended by signal \(status & 0x7F) (\(String(cString: strsignal(status & 0x7F))))"
    let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
    // LLVM's own explanation stands before the stack trace that follows it.
    let telling = lines.first { $0.contains("LLVM ERROR") || $0.contains("Assertion") || $0.contains("Fatal error") } ?? lines.last { !$0.isEmpty }
    return "the compiler \(how)" + (telling.map { ": \($0.prefix(300))" } ?? "")
  }
}
