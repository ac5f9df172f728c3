// The command line: what to run, and what to write of it.
import CConformance
import Glibc

struct Command {
  static let help = """
    carmine-conformance: what of the CUDA Runtime API a library really does.

      carmine-conformance --library PATH [options]      run the cases against a libcudart.so.12 or .13
      carmine-conformance --list [--abi 12|13] [--filter TEXT]
      carmine-conformance --results FILE [--with FILE] --html PAGE | --markdown FILE | …    report on recorded runs, without a library

      carmine-conformance --library PATH --stress SECONDS   eight threads on sixteen streams, everything mixed and checked

    what to run
      --library PATH     the library; it is opened with dlopen, in a process for a few cases at a time
      --abi 12|13        which it is; found out from cudaRuntimeGetVersion or its names
      --filter TEXT      cases whose 'function: sentence' holds TEXT; may be given several times
      --function NAME    cases of exactly this function; may be given several times
      --jobs N           processes at once (as many as processors)
      --batch N          cases a process (16); 1: each in its own.  What fails behind others is tried again alone
      --timeout SECONDS  for one case (20)
      --verbose          the cases' own output is shown, and every case that does not pass at once

    what to write
      --record FILE      this library's outcomes and error codes, as a reference
      --compare FILE     print what differs from such a reference; a difference counts as a failure
      --results FILE     take a recorded run instead of a library
      --with FILE        a second recorded run in the page and the tables (the other ABI)
      --json FILE   --junit FILE   --html FILE   --markdown FILE   ('-': standard output)
      --since FILE       run only cases that do not pass in FILE, a recorded run, and take the others' outcomes from it
      --list             names of the cases, their kind and source
      --quiet            only the last line

    exit status: 0 every case passes, 1 some do not (or differ from the reference), 2 wrong usage or an unreadable file, 3 the library cannot be
    opened.  The last line is 'N passed, N failed'.
    """

  var options = RunOptions()
  var filters: [String] = [], functions: [String] = []
  var record: String?, compare: String?, results: String?, since: String?, with: [String] = []
  var jsonPath: String?, junitPath: String?, htmlPath: String?, markdownPath: String?
  var list = false, quiet = false
  var stress: Int?

  struct Usage: Error { var message: String }

  static func run(_ arguments: [String]) -> Int32 {
    do { return try Command(arguments).perform() } catch let usage as Usage {
      say("carmine-conformance: \(usage.message)\ncarmine-conformance --help says what there is")
      return 2
    } catch let failure as File.Failure {
      say("carmine-conformance: \(failure.message)")
      return 2
    } catch let unusable as Library.Unusable {
      say("carmine-conformance: the library cannot be used: \(unusable.message)")
      return 3
    } catch {
      say("carmine-conformance: \(error)")
      return 2
    }
  }

  private static func say(_ text: String) { conformance_say(text + "\n") }

  init(_ arguments: [String]) throws {
    var at = 0
    func value() throws -> String {
      at += 1
      guard at < arguments.count else { throw Usage(message: "\(arguments[at - 1]) wants a value") }
      return arguments[at]
    }
    func number() throws -> Int {
      let name = arguments[at], text = try value()
      guard let number = Int(text), number > 0 else { throw Usage(message: "\(name) wants a number above 0, not '\(text)'") }
      return number
    }
    while at < arguments.count {
      switch arguments[at] {
      case "--help", "-h": print(Command.help); exit(0)
      case "--library": options.library = try value()
      case "--abi":
        options.abi = try number()
        if options.abi != 12 && options.abi != 13 { throw Usage(message: "--abi is 12 or 13") }
      case "--filter": filters.append(try value())
      case "--function": functions.append(try value())
      case "--jobs": options.jobs = try number()
      case "--batch": options.batch = try number()
      case "--timeout": options.timeout = Double(try number())
      case "--verbose": options.verbose = true
      case "--record": record = try value()
      case "--compare": compare = try value()
      case "--results": results = try value()
      case "--since": since = try value()
      case "--with": with.append(try value())
      case "--json": jsonPath = try value()
      case "--junit": junitPath = try value()
      case "--html": htmlPath = try value()
      case "--markdown": markdownPath = try value()
      case "--stress": stress = try number()
      case "--list": list = true
      case "--quiet": quiet = true
      default: throw Usage(message: "unknown argument '\(arguments[at])'")
      }
      at += 1
    }
    if options.library.isEmpty && results == nil && !list { throw Usage(message: "--library PATH is wanted") }
  }

  private func selected(_ cases: [Case]) -> [Int] {
    cases.indices.filter { index in
      (filters.isEmpty || filters.contains { cases[index].id.contains($0) }) && (functions.isEmpty || functions.contains(cases[index].function))
    }
  }

  func perform() throws -> Int32 {
    if list {
      for major in options.abi.map({ [$0] }) ?? [12, 13] {
        let cases = Case.cases(abi: major)
        for index in selected(cases) { print("\(major)\t\(cases[index].kind.rawValue)\t\(cases[index].id)\t\(cases[index].source)") }
      }
      return 0
    }
    if let stress { return try runStress(Double(stress)) }
    let found = try results.map { Results(text: try File.read($0)) } ?? collect()
    if let record { try File.write(record, found.text()) }
    var runs = [found]
    for path in with { runs.append(Results(text: try File.read(path))) }
    runs.sort { $0.abi < $1.abi }
    if let jsonPath { try output(jsonPath, json(found)) }
    if let junitPath { try output(junitPath, junit(found)) }
    if let htmlPath { try output(htmlPath, page(runs)) }
    if let markdownPath { try output(markdownPath, markdown(runs)) }
    if !quiet {
      for one in found.failures { print("\(one.verdict.outcome.rawValue)\t\(one.id)\n\t\(one.verdict.message)") }
      print("")
      print(terminalTable(found), terminator: "")
    }
    var differ: [String] = []
    if let compare {
      differ = differences(found, Results(text: try File.read(compare)))
      for line in differ { print("differs: \(line)") }
      print("\(differ.count) cases answer otherwise than \(compare)")
    }
    print(summaryLine(found))
    return found.failures.isEmpty && differ.isEmpty && !found.cases.isEmpty ? 0 : 1
  }

  private func output(_ path: String, _ text: String) throws {
    if path == "-" { print(text, terminator: "") } else { try File.write(path, text) }
  }

  /// In this process: what is looked for is what threads do to each other.
  private func runStress(_ seconds: Double) throws -> Int32 {
    try Library.open(options.library, abi: options.abi)
    let seed = UInt64(bitPattern: Int64(time(nil)))
    print("seed \(seed)")
    answersAreKept = false
    do {
      let operations = try Stress.run(seconds: seconds, seed: seed) { print($0) }
      print("\(operations) operations in \(Int(seconds)) s, every result right, no memory lost")
      return 0
    } catch let deviation as Deviation {
      print("FAIL: \(deviation.message)")
      return 1
    } catch let missing as Library.Missing {
      print("FAIL: \(missing.name) is not exported")
      return 1
    }
  }

  /// Runs the selected cases against the library.
  private func collect() throws -> Results {
    try Library.open(options.library, abi: options.abi)
    var run = options
    run.abi = Library.abi
    let cases = Case.cases(abi: Library.abi)
    let wanted = selected(cases)
    if wanted.isEmpty { throw Usage(message: "no case is selected") }
    var known: [String: Verdict] = [:]
    if let since {
      for one in Results(text: try File.read(since)).cases where one.verdict.outcome == .passes { known[one.id] = one.verdict }
    }
    let chosen = wanted.filter { known[cases[$0].id] == nil }
    let terminal = isatty(2) == 1 && !quiet
    let shown = options.verbose
    var tenth = 0
    let began = now()
    var parent = Parent(options: run, cases: cases, selected: chosen) { done, total, id in
      if terminal { conformance_say("\r\u{1b}[K[\(done)/\(total)] \(id.prefix(100))") }
      else if !quiet && done * 10 / total > tenth { tenth = done * 10 / total; conformance_say("\(done) of \(total) cases, \(Int(now() - began)) s\n") }
    }
    try parent.run()
    if terminal { conformance_say("\r\u{1b}[K") }
    var found = Results()
    found.library = String(options.library.split(separator: "/").last ?? "")
    found.abi = Library.abi
    found.version = Library.version()
    found.device = Command.deviceName(run)
    found.exported = Set(Manifest.functions(Library.abi).map(\.name).filter(Library.has))
    for index in wanted {
      let one = cases[index]
      let verdict = known[one.id] ?? parent.verdicts[index] ?? Verdict(outcome: .crashed, message: "no verdict")
      if shown && !verdict.outcome.good { conformance_say("\(verdict.outcome.rawValue)\t\(one.id)\t\(verdict.message)\n") }
      found.cases.append(Result(function: one.function, name: one.name, kind: one.kind, source: one.source, touches: one.touches, verdict: verdict))
    }
    return found
  }

  /// The first device's name, from a process of its own: the parent touches no device.
  private static func deviceName(_ options: RunOptions) -> String {
    var pipes: [Int32] = [0, 0]
    guard pipe2(&pipes, Int32(O_CLOEXEC)) == 0 else { return "" }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], Child.reportDescriptor)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let arguments = ["carmine-conformance", "--child", options.library, String(options.abi ?? 0), "device"]
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var pid: pid_t = 0
    let status = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &vector, conformance_environment())
    for argument in vector { free(argument) }
    close(pipes[1])
    defer { close(pipes[0]) }
    guard status == 0 else { return "" }
    var wait = [pollfd(fd: pipes[0], events: Int16(POLLIN), revents: 0)]
    var text = [UInt8](repeating: 0, count: 256)
    let count = poll(&wait, 1, 20_000) > 0 ? read(pipes[0], &text, text.count) : 0
    kill(pid, SIGKILL)
    var ended: Int32 = 0
    waitpid(pid, &ended, 0)
    return String(decoding: text[0..<max(0, count)].prefix { $0 != 10 }, as: UTF8.self)
  }
}
