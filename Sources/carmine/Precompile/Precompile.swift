// `carmine precompile`: every kernel inside programs, libraries, archives, fatbinaries and PTX files, into the runtime's cache.
import ArgumentParser
import Compiler
import Glibc
import KFD
import ModuleLoading
import Settings

struct Precompile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile every kernel inside binaries into the kernel cache, before anything runs.",
    discussion: """
      PATH is a program, a shared library, a static archive, an object file, a fatbinary, PTX text, or a folder that is searched for them
      (a Python environment, for instance).  What is compiled is what the runtime would compile at first use, under the same keys: set
      CARMINE_CACHE_DIR, CARMINE_CACHE_SIZE, CARMINE_COMPUTE_CAPABILITY and CARMINE_WARP_MAPPING here as you do for the program.

        carmine precompile ./app
        carmine precompile --target gfx1100 ~/venv/lib/python3.11/site-packages
        carmine precompile --check --list-refused libkernels.so

      The status is 0 when every kernel is compiled, 3 when some were refused and nothing worse happened, 1 when a kernel failed or a file
      could not be read, 2 when there was no kernel at all.
      """)

  @Argument(help: ArgumentHelp("What to compile.", valueName: "path")) var paths: [String]
  @Option(help: ArgumentHelp(
    "A processor to compile for, or several with commas between (default: the device's, gfx942 without one).", valueName: "gfx…"))
  var target: String?
  @Option(name: .shortAndLong, help: "How many kernels are compiled at a time (default: one for each core).") var jobs: Int?
  @Option(help: ArgumentHelp("The most processor time that one kernel may take; ten times as long by the clock.", valueName: "seconds")) var timeLimit = 900
  @Option(help: ArgumentHelp("The most memory that one worker may have, in MiB.", valueName: "MiB")) var memoryLimit = 4096
  @Option(help: ArgumentHelp("Take one kernel of every so many: a sample.", valueName: "number")) var every = 1
  @Flag(help: "Only find out what would be refused: nothing is optimised, nothing is kept.") var check = false
  @Flag(help: "Compile what is in the cache already, too.") var force = false
  @Flag(help: "List why kernels were refused or failed, with how many there are of each.") var listRefused = false
  @Flag(help: "Write the figures as JSON to standard output, in place of the table.") var json = false
  @Flag(name: .shortAndLong, help: "Say which files are left out and why, and each kernel that is not compiled.") var verbose = false

  func validate() throws {
    if paths.isEmpty { throw ValidationError("what is to be compiled? carmine precompile ./app") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs \(jobs): at least 1") }
    for (name, value) in [("--time-limit", timeLimit), ("--memory-limit", memoryLimit), ("--every", every)] where value < 1 {
      throw ValidationError("\(name) \(value): at least 1")
    }
  }

  func run() throws {
    for line in complaints(about: currentEnvironment()) { say(line) }
    let targets = try targets()
    if !check { try requireCache() }
    var settings = Scheduler.Settings()
    settings.command = [try ownExecutable(), "compile", "--serve", "--worker"]
    settings.workers = jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    settings.secondsPerKernel = Double(timeLimit)
    settings.bytesPerWorker = memoryLimit << 20
    settings.every = every
    settings.isCheck = check
    settings.force = force

    let inputs = PrecompileInputs(paths, verbose: verbose)
    let report = PrecompileReport(targets: targets, isCheck: check, verbose: verbose)
    let progress = Progress()
    let started = seconds()
    let scheduler = Scheduler(settings, inputs: inputs, targets: targets, report: report, progress: progress)
    try scheduler.run()
    progress.finish()
    report.wallSeconds = seconds() - started
    report.notes += inputs.complaints
    print(json ? report.json() : report.table(listingRefused: listRefused), terminator: "")
    if !check, KernelCache.shared.hasEvicted { say("carmine: the cache holds no more than \(KernelCache.shared.byteLimit) bytes and has let entries go: set CARMINE_CACHE_SIZE") }
    let total = report.total
    if total.failed > 0 || inputs.failures > 0 { throw ExitCode(1) }
    if total.kernels == 0 {
      say("carmine: no kernel in \(paths.joined(separator: ", ")): \(report.total.withoutPTX > 0 ? "there is machine code only, and PTX is needed" : "no CUDA device code was found")")
      throw ExitCode(2)
    }
    if total.refused > 0 { throw ExitCode(3) }
  }

  private func targets() throws -> [String] {
    let known = GPUTarget.all.map(\.name)
    guard let target else { return [Self.deviceTarget(among: known) ?? "gfx942"] }
    let names = target.split(separator: ",").map(String.init)
    for name in names where !known.contains(name) {
      throw ValidationError("--target \(name): there are \(known.joined(separator: ", "))")
    }
    guard !names.isEmpty else { throw ValidationError("--target: which processor?") }
    return names
  }

  /// The first GPU's, if there is one that code can be made for.
  private static func deviceTarget(among known: [String]) -> String? {
    guard let installation = try? Installation.current() else { return nil }
    let library = installation.library("libcarmine-softgpu.so")
    guard let kernel = try? openDefaultKernel(softLibrary: access(library, R_OK) == 0 ? library : nil),
      let gpu = try? Topology(kernel: kernel).gpus.first else { return nil }
    return known.contains(gpu.gfxTarget) ? gpu.gfxTarget : nil
  }

  private func requireCache() throws {
    guard KernelCache.shared.directory != nil else {
      throw Failure("there is no place to keep compiled kernels in: set CARMINE_CACHE_DIR, or HOME")
    }
  }
}

/// The program that this process runs: what its workers run, too.
func ownExecutable() throws -> String {
  guard let path = realPath("/proc/self/exe") else { throw Failure("cannot read /proc/self/exe: is /proc mounted?") }
  return path
}

/// Seconds of a clock that only goes forward.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
