// The process, with programs of the system in the compiler's place: what it can see of the host, and the host of it.
import Glibc
import KernelImage
import Synchronization
import Testing

@testable import ModuleLoading

private let childSignals = Atomic<Int>(0)

/// Everything that a helper answers on descriptor 1 until a newline.
private func line(_ process: CompilerProcess, _ request: String = "\n") throws -> String {
  try process.exchange(Array(request.utf8)) { socket in
    var text: [UInt8] = []
    while let byte = try socket.receive(1).first, byte != 10 { text.append(byte) }
    return String(decoding: text, as: UTF8.self)
  }
}

private func shell(_ script: String) -> CompilerProcess { CompilerProcess(command: ["/bin/sh", "-c", script]) }

@Suite("The compiler process", .serialized)
struct CompilerProcessTests {
  @Test("What is sent comes to its standard input, and its standard output comes back") func echo() throws {
    let process = CompilerProcess(command: ["/bin/cat"])
    #expect(try line(process, "one\n") == "one")
    #expect(try line(process, "two\n") == "two")
  }

  /// In a process of its own, since other tests have children of their own.
  @Test("The host's wait sees no child, and it is sent no SIGCHLD") func invisible() async {
    await #expect(processExitsWith: .success) {
      var counting = sigaction()
      counting.__sigaction_handler.sa_handler = { _ in childSignals.add(1, ordering: .relaxed) }
      sigaction(SIGCHLD, &counting, nil)
      func hasNoChild() -> Bool { waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD }
      do {
        let process = CompilerProcess(command: ["/bin/cat"])
        let answer = try line(process)
        precondition(answer == "")
        precondition(hasNoChild(), "a wait sees a child")
      }
      usleep(50_000)   // the helper ends now that its socket is closed
      exit(hasNoChild() && childSignals.load(ordering: .relaxed) == 0 ? 0 : 1)
    }
  }

  @Test("It has descriptors 0, 1 and 2 and no others") func descriptors() throws {
    // Not closed on exec: what a careless host has open.
    let leaked = fcntl(open("/dev/null", O_RDONLY), F_DUPFD, 300)
    defer { close(leaked) }
    #expect(leaked >= 300)
    #expect(try line(shell("for n in $(seq 0 400); do [ -e /proc/$$/fd/$n ] && printf '%s ' $n; done; echo; read x")) == "0 1 2 ")
  }

  @Test("It inherits nothing that is preloaded, and the rest of the environment") func environment() throws {
    setenv("LD_PRELOAD", "", 1)
    setenv("LD_CARMINE_TEST", "x", 1)
    setenv("CARMINE_TEST_VARIABLE", "kept", 1)
    defer { unsetenv("LD_PRELOAD"); unsetenv("LD_CARMINE_TEST"); unsetenv("CARMINE_TEST_VARIABLE") }
    #expect(try line(shell("echo ${LD_PRELOAD-none} ${LD_CARMINE_TEST-none} $CARMINE_TEST_VARIABLE; read x")) == "none none kept")
  }

  @Test("Signals that the host ignores or blocks are not ignored or blocked in it") func signals() throws {
    var set = sigset_t(), before = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &set, &before)
    let ignored = signal(SIGPIPE, SIG_IGN)
    defer {
      pthread_sigmask(SIG_SETMASK, &before, nil)
      signal(SIGPIPE, ignored)
    }
    let masks = try line(shell(#"read x; exec awk '/SigBlk|SigIgn/ { printf "%s ", $2 } END { print "" }' /proc/self/status"#))
    #expect(masks == "0000000000000000 0000000000000000 ")
  }

  @Test("It is in a session of its own, and not the host's child") func session() throws {
    let words = try line(shell("cut -d' ' -f4,6 /proc/$$/stat; read x")).split(separator: " ")
    #expect(words.count == 2 && words[0] != "\(getpid())" && words[1] != "\(getsid(0))")
  }

  @Test("One that ended between requests is replaced") func restart() throws {
    let process = shell("read x; echo $$")   // answers once
    let first = try line(process)
    usleep(50_000)
    let second = try line(process)
    #expect(!first.isEmpty && !second.isEmpty && first != second)
  }

  @Test("One that ends before it answers is an error that says so") func death() throws {
    let error = #expect(throws: ModuleError.self) { try line(shell("read x; exit 3")) }
    #expect(error?.failure == .internalError)
    #expect(error?.message.contains("ended before it answered") == true)
  }

  @Test("A program that cannot be started is a missing compiler") func missing() throws {
    let error = #expect(throws: ModuleError.self) { try line(CompilerProcess(command: ["/nonexistent/carmine"])) }
    #expect(error?.failure == .compilerMissing)
    #expect(error?.message.contains("/nonexistent/carmine") == true)
  }

  @Test("Writing to one that is gone raises no SIGPIPE") func pipe() throws {
    let large = String(repeating: "x", count: 1 << 20) + "\n"
    #expect(throws: ModuleError.self) { try line(shell("exec 0<&- 1>&-"), large) }
  }

  @Test("Without a compiler the message names where it was looked for, and the remedy") func message() {
    let program = CompilerProgram(candidates: ["/nowhere/bin/carmine", "/nowhere/lib/carmine"])
    #expect(program.path == nil && program.missing.failure == .compilerMissing)
    for part in ["/nowhere/bin/carmine", "/nowhere/lib/carmine", "make install", "CARMINE_COMPILER"] {
      #expect(program.missing.message.contains(part))
    }
  }
}
