// `carmine compile`: PTX to AMDGPU code, for people and scripts; `--serve` is the compiler process of the runtime.
import ArgumentParser
import CSpawn
import Compiler
import Glibc
import KernelImage
import PTX
import Settings

struct Compile: ParsableCommand {
  enum Emit: String, ExpressibleByArgument, CaseIterable { case image, elf, obj, asm, ll, unoptimised, ptx }

  static let configuration = CommandConfiguration(
    abstract: "Compile PTX, a fatbinary or an ELF file to an AMDGPU code object.")

  @Argument(help: "PTX text, a fatbinary, or an ELF file with one inside.") var file: String?
  @Option(help: "The processor to compile for.") var target = "gfx942"
  @Option(name: .shortAndLong, help: "Where to write; with several kernels or modules, or a / at its end, a folder.") var output: String?
  @Option(help: "What to write: image, elf, obj, asm, ll or unoptimised; ptx: the text of each module as it was found.") var emit = Emit.elf
  @Option(help: "How hard LLVM tries: 0 to 3.") var optimise = 3
  @Option(help: "The kernel; all of them when it is not given.") var kernel: String?
  @Flag(name: .shortAndLong, help: "Say what was decided for each kernel, and what it uses.") var verbose = false
  @Flag(help: "Print each kernel's registers, memory, occupancy and instructions; code is written with --output only.") var report = false
  @Flag(help: "List the processors that there are.") var listTargets = false
  @Flag(help: "Compile each kernel twice and print what each pass took the second time, in seconds of processor time; nothing is written.")
  var timings = false
  @Flag(help: "List the PTX instructions: native, emulated or refused, and why.") var listPTX = false
  @Flag(help: "With --list-ptx: as JSON.  With --report: one line of JSON for each kernel.") var json = false
  @Flag(help: .hidden) var markdown = false
  @Flag(help: "Answer requests on standard input, as the runtime's compiler process.") var serve = false
  @Flag(help: .hidden) var worker = false  // with --serve: ends with the process that started it, and leaves no core file

  func validate() throws {
    guard (0...3).contains(optimise) else { throw ValidationError("--optimise \(optimise): 0 to 3") }
  }

  func run() throws {
    if listPTX {
      print(json ? InstructionSet.json : markdown ? InstructionSet.markdown : InstructionSet.listing, terminator: "")
      return
    }
    if listTargets {
      for processor in Processor.all {
        let covers = processor.isGeneric ? ", runs on \(processor.covers.joined(separator: " "))" : ""
        print("\(processor.name): waves of \(processor.waveSize) lanes, \(processor.ldsBytes) bytes of LDS a workgroup\(covers)")
      }
      return
    }
    if worker { carmine_end_with_parent() }
    if serve { return try CompileServer(optimisation: optimise).run() }
    guard let file else { throw ValidationError("nothing to compile: give a file") }
    var options = CompilerOptions()
    options.optimisation = optimise
    let compiler = try KernelCompiler(target: target, options: options)
    if timings { return try CompileTimings(compiler: compiler, file: file, kernel: kernel).print() }
    if emit == .ptx { return try writeTexts(of: file) }
    var failed = 0
    for module in try CompileInput.modules(in: readFile(file), computeCapability: Int(Switch.computeCapability.number ?? 86), name: file).map(ModuleIndex.init) {
      let names = kernel.map { [$0] } ?? module.kernelNames
      for (index, name) in names.enumerated() {
        do { try compile(name, of: module, with: compiler, number: names.count == 1 ? nil : index) } catch let error as CompileError {
          failed += 1
          say("carmine: \(file): \(name): \(error.message)")
        }
      }
    }
    if failed > 0 { throw ExitCode(1) }
  }

  /// Each module's text as N.ptx in the folder OUTPUT, or as OUTPUT when there is one; to standard output without OUTPUT.
  private func writeTexts(of file: String) throws {
    let texts = try CompileInput.texts(in: readFile(file), computeCapability: Int(Switch.computeCapability.number ?? 86), name: file)
    for (index, text) in texts.enumerated() {
      guard let output else { print(String(decoding: text, as: UTF8.self)); continue }
      let isFolder = texts.count > 1 || output.hasSuffix("/")
      if isFolder { mkdir(output, 0o777) }
      try text.withUnsafeBytes { try writeFile(isFolder ? "\(output)/\(index).ptx" : output, $0) }
    }
  }

  private func compile(_ name: String, of module: ModuleIndex, with compiler: KernelCompiler, number: Int?) throws {
    if report {
      let report = try compiler.report(module, kernel: name)
      print(json ? report.json : report.text)
      if output == nil { return }
    }
    let bytes: [UInt8]
    switch emit {
    case .ptx: return  // no kernel's own
    case .image:
      let image = try compiler.compile(module, kernel: name)
      if verbose { describe(image) }
      bytes = image.serialized()
    case .elf, .obj, .asm, .ll, .unoptimised:
      if verbose { describe(try compiler.compile(module, kernel: name)) }
      let form: KernelCompiler.Form = switch emit {
      case .obj: .object
      case .asm: .assembly
      case .ll: .llvm
      case .unoptimised: .unoptimised
      default: .elf
      }
      bytes = try compiler.emit(module, kernel: name, as: form)
    }
    guard let output else {
      if emit == .asm || emit == .ll || emit == .unoptimised { print(String(decoding: bytes, as: UTF8.self)) }
      return
    }
    guard let number = number ?? (output.hasSuffix("/") ? 0 : nil) else { return try bytes.withUnsafeBytes { try writeFile(output, $0) } }
    mkdir(output, 0o777)
    // Names of template instances are longer than file names may be.
    try bytes.withUnsafeBytes { try writeFile("\(output)/\(number).\(name.prefix(200)).\(emit.rawValue)", $0) }
  }

  private func describe(_ image: KernelImage) {
    say("""
      \(image.name): \(image.target), \(image.mapping), \(image.bytes.count) bytes, \(image.vgprs) VGPRs, \(image.sgprs) SGPRs, \
      \(image.staticSharedBytes) bytes of LDS, \(image.scratchBytes) bytes of scratch, at most \(image.maximumThreads) threads
      """)
    for note in image.notes { say("  " + note) }
  }
}
