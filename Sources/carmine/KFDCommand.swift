// `carmine kfd -- COMMAND`: replaces this process by the command, which finds the software GPU where an AMD GPU's driver
// would be: /dev/kfd, the render nodes, the topology in /sys.  For other people's programs: AMD's ROCm, tinygrad.
import ArgumentParser
import Glibc
import Settings

struct KFDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kfd",
    abstract: "Run any program with the software GPU at /dev/kfd.",
    discussion: """
      The program and its children see /dev/kfd, /dev/dri/renderD* and the topology in /sys of the software GPU through
      libc, by a preloaded library; statically linked programs do not.  The options are short for the CARMINE_SOFT_*
      variables (`carmine info`), which count where an option is not given.

        carmine kfd -- rocminfo
        carmine kfd --gpu mi210 --count 2 -- ./hip_application
        carmine kfd --gpu rx7900xtx --strict -- python3 train.py
        CARMINE_DEVICE=kfd carmine kfd -- carmine run -- ./cuda_application
      """)

  @Option(help: ArgumentHelp("Which GPU; several with commas for several GPUs.", valueName: "model"))
  var gpu: String?

  @Option(help: ArgumentHelp("How many GPUs; 0 for a driver that found none.", valueName: "number"))
  var count: String?

  @Option(help: ArgumentHelp("Device memory of each, with K, M, G or T.", valueName: "bytes"))
  var memory: String?

  @Option(help: ArgumentHelp("Compute units of each.", valueName: "number"))
  var computeUnits: String?

  @Option(help: ArgumentHelp("The version of the kernel interface: 1.17, or an older one such as 1.11.", valueName: "version"))
  var kfdVersion: String?

  @Flag(inversion: .prefixedNo, help: "Whether caches are as stale as silicon's may be.")
  var strict: Bool?

  @Option(help: ArgumentHelp("A line for each ioctl and mmap: a file, or stderr.", valueName: "path"))
  var trace: String?

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
  var command: [String] = []

  /// What the options set, by switch.
  private var settings: [(option: String, Switch, String?)] {
    [
      ("--gpu", .softGPU, gpu), ("--count", .softCount, count), ("--memory", .softMemory, memory),
      ("--compute-units", .softComputeUnits, computeUnits), ("--kfd-version", .softKFDVersion, kfdVersion),
      ("--strict", .softStrict, strict.map { $0 ? "1" : "0" }), ("--trace", .softTrace, trace),
    ]
  }

  func validate() throws {
    for (option, setting, value) in settings {
      if let value, !setting.accepts(value) { throw ValidationError("\(option) \(value): it takes \(setting.choices)") }
    }
  }

  func run() throws {
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    if let first = command.first, ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
    guard let name = words.first else { throw ValidationError("which program? carmine kfd -- rocminfo") }
    guard let program = findProgram(name) else {
      throw Failure("\(name): no such program (looked \(name.contains("/") ? "there" : "along PATH"))")
    }
    let installation = try Installation.current()
    try installation.requireLibraries(["libcarmine-kfd.so", "libcarmine-softgpu.so"])
    for (_, setting, value) in settings {
      if let value { setenv(setting.name, value, 1) }
    }
    prepend(installation.library("libcarmine-kfd.so"), to: "LD_PRELOAD")
    try replaceProcess(by: program, words)
  }
}
