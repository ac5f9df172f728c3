// Mutated input for everything that reads bytes which somebody else made: PTX text, fatbinaries, host ELF files, archives, and what the
// cache and the compiler process exchange.
//
//   fuzz CORPUS --seconds N [--seed S]     until the time is over; status 1 when something was found
//   fuzz CORPUS --one SEED                 the input of one seed alone, to look at
//   fuzz CORPUS --save SEED FILE           that input as a file
//
// A seed names an input for ever: corpus files in alphabetical order, and a generator of random numbers.  The work is done in a child, which
// writes each seed down before it begins: a child that crashes, takes more than ten seconds of processor time for one input (or ten minutes
// of any) or has more than 1 GB is ended and its seed reported, and the next one goes on after it.
// Order: one child at a time, which says where it is in a file that both map.
import Glibc

@main struct Fuzz {
  static let limitSeconds = 10.0
  /// For who waits and uses no processor; a machine with much else to do, or a stopped process, is no finding.
  static let limitElapsed = 600.0
  static let limitBytes = 1 << 30
  static let perChild: UInt64 = 20_000

  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard let folder = words.first, words.count >= 3 else { return usage() }
    switch words[1] {
    case "--seconds": parent(folder, seconds: Double(words[2]) ?? 60, seed: words.count > 4 ? UInt64(words[4]) ?? 1 : 1)
    case "--child": child(folder, from: UInt64(words[2])!, place: words[3])
    case "--one": Targets.run(Mutator(corpus: Corpus(folder)).input(UInt64(words[2])!))
    case "--save":
      let input = Mutator(corpus: Corpus(folder)).input(UInt64(words[2])!)
      let file = open(words[3], O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      _ = input.withUnsafeBytes { write(file, $0.baseAddress!, $0.count) }
    default: usage()
    }
  }

  /// At once, for whoever reads along.
  static func tell(_ line: String) {
    print(line)
    fflush(nil)
  }

  static func usage() {
    print("usage: fuzz CORPUS --seconds N [--seed S] | --one SEED | --save SEED FILE")
    exit(2)
  }

  // MARK: the child

  static func child(_ folder: String, from first: UInt64, place: String) {
    let corpus = Corpus(folder)
    guard !corpus.files.isEmpty else { print("\(folder) holds no files"); exit(2) }
    let mutator = Mutator(corpus: corpus)
    let current = mapped(place)
    for seed in first..<first + perChild {
      current.storeBytes(of: seed, as: UInt64.self)
      Targets.run(mutator.input(seed))
    }
    exit(0)
  }

  static func mapped(_ path: String) -> UnsafeMutableRawPointer {
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    ftruncate(file, 4096)
    let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    close(file)
    guard let memory, memory != MAP_FAILED else { print("\(path) cannot be mapped"); exit(2) }
    return memory
  }

  // MARK: the parent

  static func parent(_ folder: String, seconds: Double, seed: UInt64) {
    let place = folder + "/../fuzz-place.\(getpid())"
    let current = mapped(place)
    defer { unlink(place) }
    let started = now()
    var next = seed, found = 0, inputs: UInt64 = 0, told = started
    while now() - started < seconds {
      current.storeBytes(of: next, as: UInt64.self)
      let process = spawn(["/proc/self/exe", folder, "--child", String(next), place])
      var last = next, since = now(), sinceProcessor = processorSeconds(process), why: String?
      while true {
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == process {
          if status & 0x7F != 0 { why = "ended by signal \(status & 0x7F)" } else if status >> 8 != 0 { why = "ended with status \(status >> 8)" }
          break
        }
        let here = current.load(as: UInt64.self)
        if here != last { (last, since, sinceProcessor) = (here, now(), processorSeconds(process)) }
        if processorSeconds(process) - sinceProcessor > limitSeconds { why = "still busy after \(Int(limitSeconds)) seconds of processor time" }
        if now() - since > limitElapsed { why = "not done after \(Int(limitElapsed)) seconds" }
        let bytes = residentBytes(process)
        if bytes > limitBytes { why = "\(bytes >> 20) MB of memory" }
        if now() - started > seconds, why == nil { kill(process, SIGKILL); waitpid(process, &status, 0); break }
        if why != nil { kill(process, SIGKILL); waitpid(process, &status, 0); break }
        if now() - told > 60 { told = now(); tell("\(inputs + here - next) inputs, \(found) found, \(Int(told - started)) s") }
        usleep(20_000)
      }
      let here = current.load(as: UInt64.self)
      inputs += here - next + 1
      if let why {
        found += 1
        tell("FOUND seed \(here): \(why)")
      }
      next = here + 1
    }
    tell("\(inputs) inputs in \(Int(now() - started)) seconds, \(found) found")
    unlink(place)
    exit(found == 0 ? 0 : 1)
  }

  static func spawn(_ words: [String]) -> pid_t {
    var arguments = words.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawn(&process, words[0], nil, nil, &arguments, environ) == 0 else { print("no child can be started"); exit(2) }
    return process
  }

  static func residentBytes(_ process: pid_t) -> Int {
    let file = open("/proc/\(process)/statm", O_RDONLY)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = read(file, &text, text.count)
    let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
  }

  /// What a process has used; 0 when it is gone.
  static func processorSeconds(_ process: pid_t) -> Double {
    var clock = clockid_t(), time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
