// `carmine run -- COMMAND`: replaces this process by the command, with our libraries in place of NVIDIA's.
import ArgumentParser
import Glibc
import Settings

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run an unmodified CUDA program.",
    discussion: """
      The program and the libraries that it names decide which libcudart is preloaded; --cudart overrules them.
      Which device runs the kernels is CARMINE_DEVICE's choice (`carmine info`).

        carmine run -- ./vector_add
        carmine run --device soft --cudart 12 -- ./app --its-own-option
      """)

  @Option(help: ArgumentHelp("The libcudart to preload: 12 or 13.", valueName: "version"))
  var cudart: Int?

  @Option(help: ArgumentHelp("auto, kfd (an AMD GPU) or soft (the software GPU); as CARMINE_DEVICE.", valueName: "device"))
  var device: String?

  @Flag(name: .shortAndLong, help: "Say on standard error what is preloaded and why.")
  var verbose = false

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
  var command: [String] = []

  static let versions = [12, 13]

  func validate() throws {
    if let cudart, !Self.versions.contains(cudart) {
      throw ValidationError("--cudart \(cudart): there is libcudart \(Self.versions.map(String.init).joined(separator: " and "))")
    }
    if let device, !Switch.device.accepts(device) {
      throw ValidationError("--device \(device): it takes \(Switch.device.choices)")
    }
  }

  func run() throws {
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    if let first = command.first, ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
    guard let name = words.first else { throw ValidationError("which program? carmine run -- ./app") }
    guard let program = findProgram(name) else {
      throw Failure("\(name): no such program (looked \(name.contains("/") ? "there" : "along PATH"))")
    }
    let installation = try Installation.current()

    var preload: [String] = []
    var reason = "--cudart"
    if let version = cudart {
      preload.append("libcudart.so.\(version)")
    } else {
      let found = Dependencies(of: program).names.compactMap { dependency in
        Self.versions.first { dependency == "libcudart.so.\($0)" }
      }
      reason = "named by \(program) or a library of it"
      if let version = found.first { preload.append("libcudart.so.\(version)") }
    }
    preload.append("libcuda.so.1")
    try installation.requireLibraries(preload + ["libcarmine.so"])
    if verbose {
      let cudart = preload.count > 1 ? "\(preload[0]) (\(reason))" : "no libcudart: nothing names one; --cudart would"
      say("carmine: preloading \(cudart) and libcuda.so.1 from \(installation.libraries)")
    }

    prepend(preload.map(installation.library).joined(separator: ":"), to: "LD_PRELOAD")
    prepend(installation.libraries, to: "LD_LIBRARY_PATH")
    if let device { setenv(Switch.device.name, device, 1) }

    try replaceProcess(by: program, words)
  }
}

/// Does not come back unless the program cannot be started.
func replaceProcess(by program: String, _ words: [String]) throws {
  var arguments = words.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
  execv(program, &arguments)
  throw Failure("\(program): \(String(cString: strerror(errno)))")
}

/// Puts a value before what a variable with colons holds.
func prepend(_ value: String, to variable: String) {
  let rest = getenv(variable).map { String(cString: $0) } ?? ""
  setenv(variable, rest.isEmpty ? value : value + ":" + rest, 1)
}

/// As execvp(3) finds it.
func findProgram(_ name: String) -> String? {
  if name.contains("/") { return isExecutableFile(name) ? name : nil }
  let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
  for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
    let candidate = (folder.isEmpty ? "." : String(folder)) + "/" + name
    if isExecutableFile(candidate) { return candidate }
  }
  return nil
}

/// One line on standard error.
func say(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
