// The error log of cudaLogs* and cuLogs*: the last hundred sentences about calls that failed, callbacks that get each, and the file
// that CUDA_LOG_FILE names.
// Threads: any.  One lock guards the entries; callbacks and files are used without it, so a callback may call anything.
// Full: the oldest entry goes, and a dump that begins before what is left says so.
// Source: CUDA Runtime API, "Error Log Management Functions"; CUDA Programming Guide, "Error Log Management", for the format:
// [time][thread][source][severity] message, two messages a failed call: what is wrong, and what is returned from where.
import CThreadLocal
import Glibc
import Synchronization

public enum ErrorLog {
  /// cudaLogsCallback_t: data, cudaLogLevelError (0) or Warning (1), the message, its length without the NUL.
  public typealias Callback = @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<CChar>?, UInt) -> Void
  /// 25,600 bytes in all, as documented.
  static let capacity = 100, longest = 256

  struct Entries: Sendable {
    var lines: [String] = []   // the newest `capacity`, oldest first, without line ends
    var next: UInt32 = 0       // the number of the next message, which iterators hold

    var oldest: UInt32 { next &- UInt32(lines.count) }

    mutating func append(_ line: String) {
      if lines.count == ErrorLog.capacity { lines.removeFirst() }
      lines.append(line)
      next &+= 1
    }

    /// The lines from a message on (nil: all that are left), and whether older ones are lost; nil for an iterator beyond the end.
    func from(_ iterator: UInt32?) -> (lines: ArraySlice<String>, isTruncated: Bool)? {
      guard let iterator else { return (lines[...], next > UInt32(lines.count)) }
      let age = next &- iterator   // messages since then
      guard age < 1 << 31 else { return nil }
      return age > UInt32(lines.count) ? (lines[...], true) : (lines.suffix(Int(age)), false)
    }
  }

  private struct State {
    var entries = Entries()
    var callbacks: [(id: UInt, function: Callback, data: UInt)] = []
    var nextID: UInt = 1
  }
  private static let state = Mutex(State())
  private static let truncated = "Older messages are missing: the log or the buffer did not hold them"

  /// Remembers why a call failed, and tells whoever wants to know.  `code`: the number that it returns, with its name.
  /// Not in a forked child, where the lock may be a thread's that is not there.
  public static func append(_ function: String, code: String, _ reason: String) {
    guard !Runtime.isForkedChild else { return }
    append(reason.map { $0.isNewline ? " " : String($0) }.joined())
    append("Returning \(code) from \(function)")
  }

  private static func append(_ message: String) {
    var line = "[\(clock())][\(carmine_thread_id())][CUDA][E] " + message
    while line.utf8.count > longest - 1 { line.removeLast(max(1, (line.utf8.count - longest) / 4)) }
    let callbacks = state.withLock { state in
      state.entries.append(line)
      return state.callbacks
    }
    if let file = file { put(line + "\n", in: file) }
    for callback in callbacks {
      var text = Array(message.utf8CString)
      callback.function(UnsafeMutableRawPointer(bitPattern: callback.data), 0, &text, UInt(text.count - 1))
    }
  }

  /// cudaLogsRegisterCallback; gives the handle.
  public static func register(_ function: Callback, data: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
    state.withLock { state in
      defer { state.nextID += 1 }
      state.callbacks.append((state.nextID << 4, function, UInt(bitPattern: data)))
      return UnsafeMutableRawPointer(bitPattern: state.nextID << 4)!
    }
  }

  /// cudaLogsUnregisterCallback.  Throws cudaErrorInvalidValue for a handle that is none.
  public static func unregister(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) {
    let wasThere = state.withLock { state in
      let before = state.callbacks.count
      state.callbacks.removeAll { $0.id == UInt(bitPattern: handle) }
      return state.callbacks.count < before
    }
    guard wasThere else { throw .invalidValue.because("no log callback has this handle") }
  }

  /// cudaLogsCurrent: where the next message will be.
  public static var current: UInt32 { state.withLock { $0.entries.next } }

  /// cudaLogsDumpToMemory: as many of the newest lines as fit beside the NUL.  Returns the bytes written and moves the iterator.
  /// Throws cudaErrorInvalidValue when not one line fits.
  public static func dump(to buffer: UnsafeMutableRawBufferPointer, from iterator: UnsafeMutablePointer<UInt32>?) throws(CUDAError) -> Int {
    let entries = state.withLock { $0.entries }
    guard let (text, fits) = text(entries, from: iterator?.pointee, room: buffer.count) else { throw beyondTheEnd }
    guard fits else { throw .invalidValue.because("a buffer of \(buffer.count) bytes holds no message") }
    iterator?.pointee = entries.next
    for (index, byte) in text.utf8.enumerated() { buffer[index] = byte }
    buffer[text.utf8.count] = 0
    return text.utf8.count
  }

  /// What a dump says in `room` bytes, the NUL included, and whether at least one line or nothing to say fits.
  /// Nil for an iterator beyond the end.
  static func text(_ entries: Entries, from iterator: UInt32?, room: Int) -> (String, fits: Bool)? {
    guard var (lines, isTruncated) = entries.from(iterator) else { return nil }
    guard !lines.isEmpty else { return ("", room > 0) }
    func size(_ lines: ArraySlice<String>) -> Int { lines.reduce(isTruncated ? truncated.utf8.count + 1 : 0) { $0 + $1.utf8.count + 1 } }
    while size(lines) >= room {
      isTruncated = true
      guard lines.count > 1 else { return ("", false) }
      lines.removeFirst()
    }
    return ((isTruncated ? truncated + "\n" : "") + lines.map { $0 + "\n" }.joined(), true)
  }

  private static var beyondTheEnd: CUDAError { .invalidValue.because("the iterator is beyond the end of the log") }

  /// cudaLogsDumpToFile: the file holds nothing else afterwards.  Throws cudaErrorInvalidValue for a path that cannot be written.
  public static func dump(toFile path: String, from iterator: UnsafeMutablePointer<UInt32>?) throws(CUDAError) {
    let entries = state.withLock { $0.entries }
    guard let (text, _) = text(entries, from: iterator?.pointee, room: .max) else { throw beyondTheEnd }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .invalidValue.because("\(path): \(String(cString: strerror(errno)))") }
    put(text, in: descriptor)
    close(descriptor)
    iterator?.pointee = entries.next
  }

  // MARK: -

  /// What CUDA_LOG_FILE names: stdout, stderr or a path; nil when it names nothing that can be written.
  private static let file: Int32? = {
    guard let name = getenv("CUDA_LOG_FILE").map({ String(cString: $0) }), !name.isEmpty else { return nil }
    if name == "stdout" { return STDOUT_FILENO }
    if name == "stderr" { return STDERR_FILENO }
    let descriptor = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    return descriptor < 0 ? nil : descriptor
  }()

  private static func put(_ text: String, in descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return }
      rest = rest.dropFirst(written)
    }
  }

  /// "22:21:32.099", local time.
  private static func clock() -> String {
    var now = timespec(), broken = tm()
    clock_gettime(CLOCK_REALTIME, &now)
    localtime_r(&now.tv_sec, &broken)
    func digits(_ value: Int, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    return "\(digits(Int(broken.tm_hour), 2)):\(digits(Int(broken.tm_min), 2)):\(digits(Int(broken.tm_sec), 2)).\(digits(now.tv_nsec / 1_000_000, 3))"
  }
}
