// The compiler as a process of its own: nothing of LLVM is ever loaded into the program.  Started at the first kernel that
// the cache has not got, once per process; ends when the socket closes, so with the program.
// Threads: any; one request at a time.  A child that the program forks has a client of its own and starts its own compiler.
// Order: the request goes out whole before the answer is read.
import CSpawn
import Glibc
import KernelImage
import Settings
import Synchronization

/// Why there is no code: the reason that both sides know, and a sentence for people.
public struct ModuleError: Error, CustomStringConvertible, Sendable {
  public var failure: CompileFailure
  public var message: String

  public init(_ failure: CompileFailure, _ message: String) {
    self.failure = failure
    self.message = message
  }

  public var description: String { message }
}

public final class CompilerProcess: Sendable {
  /// The process that started this one's compiler and owns the socket.
  private let owner = getpid()
  private let socket = Mutex<Int32>(-1)
  private let command: [String]

  /// What is run: `carmine compile --serve` in the program; something else in tests.
  public init(command: [String]) { self.command = command }

  // MARK: - This process's

  private static let slot = Atomic<UInt>(0)

  /// The client that belongs to the calling process.  Throws when there is no compiler to be found.
  public static func current() throws -> CompilerProcess {
    while true {
      let seen = slot.load(ordering: .acquiring)
      if let pointer = UnsafeRawPointer(bitPattern: seen) {
        let client = Unmanaged<CompilerProcess>.fromOpaque(pointer).takeUnretainedValue()
        if client.owner == getpid() { return client }
      }
      guard let program = CompilerProgram.standard.path else { throw CompilerProgram.standard.missing }
      // The old one is left alone: its lock may be held by a thread that does not exist on this side of the fork.
      let made = Unmanaged.passRetained(CompilerProcess(command: [program, "compile", "--serve"]))
      if slot.compareExchange(expected: seen, desired: UInt(bitPattern: made.toOpaque()), ordering: .acquiringAndReleasing).exchanged {
        return made.takeUnretainedValue()
      }
      made.release()
    }
  }

  // MARK: - Conversation

  /// Sends `request` and returns what `receive` makes of the socket.  Starts the compiler if there is none; when it has died
  /// since the last request, starts another one and asks once more.
  func exchange<Answer>(_ request: [UInt8], receive: (borrowing CompilerSocket) throws -> Answer) throws -> Answer {
    try socket.withLock { (descriptor) throws -> Answer in
      var fresh = descriptor < 0
      while true {
        if descriptor < 0 { descriptor = try start() }
        do {
          let connection = CompilerSocket(descriptor: descriptor)
          try connection.send(request)
          return try receive(connection)
        } catch let error as ConnectionLost {
          close(descriptor)
          descriptor = -1
          guard !fresh else {
            throw ModuleError(
              .internalError,
              "the compiler process (\(command.joined(separator: " "))) ended before it answered (\(error.reason)); CARMINE_LOG=error shows what it says")
          }
          fresh = true
        }
      }
    }
  }

  deinit {
    socket.withLock { if $0 >= 0 { close($0) } }
  }

  private func start() throws -> Int32 {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw ModuleError(.internalError, "socketpair: \(String(cString: strerror(errno)))")
    }
    defer { close(pair[1]) }
    // Never 0, 1 or 2, which the program may have closed and may expect to get from its next open.
    if pair[0] < 3 {
      let moved = fcntl(pair[0], F_DUPFD_CLOEXEC, 3)
      close(pair[0])
      pair[0] = moved
    }
    let environment = currentEnvironment().filter { !$0.hasPrefix("LD_") }
    let error = withCStrings(command) { arguments in
      withCStrings(environment) { variables in
        carmine_spawn_detached(arguments[0], arguments, variables, pair[1], Log.level > .off ? 1 : 0)
      }
    }
    guard error == 0 else {
      close(pair[0])
      throw ModuleError(.compilerMissing, "\(command[0]) cannot be started: \(String(cString: strerror(error)))")
    }
    Log.info("started \(command.joined(separator: " "))")
    return pair[0]
  }
}

/// The other side closed, or something below it broke.
struct ConnectionLost: Error { let reason: String }

/// One end of the socket for the length of one exchange.
struct CompilerSocket: ~Copyable {
  fileprivate let descriptor: Int32

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      // The program must not get SIGPIPE for what we do.
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL)) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw ConnectionLost(reason: String(cString: strerror(errno))) }
      done += count
    }
  }

  func receive(_ count: Int) throws -> [UInt8] {
    var lost: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = recv(descriptor, buffer.baseAddress! + filled, count - filled, 0)
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else {
          lost = got == 0 ? "it closed the connection" : String(cString: strerror(errno))
          break
        }
        filled += got
      }
    }
    if let lost { throw ConnectionLost(reason: lost) }
    return bytes
  }
}

/// The arguments as a NULL-terminated array of C strings that lives during `body`.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
