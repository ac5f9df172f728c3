// `carmine compile`: PTX to AMDGPU code, for people and scripts; `--serve` is the compiler process of the runtime.
import ArgumentParser
import Compiler
import Glibc
import KernelImage
import PTX
import Settings

struct Compile: ParsableCommand {
  enum Emit: String, ExpressibleByArgument, CaseIterable { case image, elf, obj, asm, ll, unoptimised }

  static let configuration = CommandConfiguration(
    abstract: "Compile PTX, a fatbinary or an ELF file to an AMDGPU code object.")

  @Argument(help: "PTX text, a fatbinary, or an ELF file with one inside.") var file: String?
  @Option(help: "The processor to compile for.") var target = "gfx942"
  @Option(name: .shortAndLong, help: "Where to write; with several kernels, a folder.") var output: String?
  @Option(help: "What to write: image, elf, obj, asm, ll or unoptimised.") var emit = Emit.elf
  @Option(help: "The kernel; all of them when it is not given.") var kernel: String?
  @Flag(name: .shortAndLong, help: "Say what was decided for each kernel, and what it uses.") var verbose = false
  @Flag(help: "List the PTX instructions that are lowered.") var listPTX = false
  @Flag(help: "Answer requests on standard input, as the runtime's compiler process.") var serve = false

  func run() throws {
    if listPTX {
      for family in loweredInstructions { print("\(family.name): \(family.opcodes.joined(separator: " "))") }
      return
    }
    if serve { return try CompileServer().run() }
    guard let file else { throw ValidationError("nothing to compile: give a file") }
    let compiler = try KernelCompiler(target: target)
    var failed = 0
    for module in try CompileInput.modules(in: readFile(file), computeCapability: Int(Switch.computeCapability.number ?? 86), name: file) {
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

  private func compile(_ name: String, of module: Module, with compiler: KernelCompiler, number: Int?) throws {
    let bytes: [UInt8]
    switch emit {
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
    guard let number else { return try bytes.withUnsafeBytes { try writeFile(output, $0) } }
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

extension Module {
  var kernelNames: [String] {
    declarations.compactMap {
      if case .function(let function) = $0, function.kind == .entry, function.body != nil { function.name } else { nil }
    }
  }
}
