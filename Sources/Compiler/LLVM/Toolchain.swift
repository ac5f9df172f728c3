// LLVM as a service: the AMDGPU target machine, the optimisation pipeline, object files, and the link to a code object.
// Threads: any number of contexts at once; lld keeps global state, so links take a lock.
import CCodeGen
import CLLD
import CLLVM
import Glibc
import KernelImage
import Synchronization

/// What the compiler says when LLVM gives up on the process: set by a server so that its client hears the reason.
public let fatalErrorReporter = Mutex<(@Sendable (String) -> Void)?>(nil)

private let linkLock = Mutex(())

private let initialised: Void = {
  carmine_keep_memory()
  LLVMInitializeAMDGPUTargetInfo()
  LLVMInitializeAMDGPUTarget()
  LLVMInitializeAMDGPUTargetMC()
  LLVMInitializeAMDGPUAsmPrinter()
  LLVMInitializeAMDGPUAsmParser()
  // LLVM calls this instead of abort(); the process ends when it returns, so the reason is written first.
  LLVMInstallFatalErrorHandler { reason in
    let text = reason.map { String(cString: $0) } ?? "no reason given"
    let report = fatalErrorReporter.withLock { $0 }
    if let report { report("LLVM: " + text) } else {
      let line = "carmine: LLVM: \(text)\n"
      _ = line.withCString { write(2, $0, strlen($0)) }
    }
    exit(70)
  }
}()

/// Error diagnostics of one context, collected instead of printed.
final class Diagnostics { var errors: [String] = [] }

private struct MachineKey: Hashable, Sendable {
  var target: String
  var optimisation: Int
}

/// A target machine and its passes for code generation, which are made when they are first needed; addresses, which any thread may hold.
private struct Machine: Sendable {
  var machine: UInt
  var emitter: UInt = 0
}

/// Machines between two kernels.  A machine belongs to one kernel at a time; there are as many as kernels that are compiled at once.
private let idleMachines = Mutex<[MachineKey: [Machine]]>([:])

/// A context and the machine that compiles for one GPU, which came from the pool and goes back there.
final class Toolchain {
  let context: LLVMContextRef
  let diagnostics = Diagnostics()
  let target: GPUTarget
  private var pooled: Machine
  private var machine: LLVMTargetMachineRef { LLVMTargetMachineRef(bitPattern: pooled.machine)! }
  private let machineKey: MachineKey

  init(target: GPUTarget, optimisation: Int = 3) throws {
    _ = initialised
    self.target = target
    machineKey = MachineKey(target: target.name, optimisation: optimisation)
    pooled = try Self.machine(machineKey, target)
    context = LLVMContextCreate()
    LLVMContextSetDiagnosticHandler(
      context,
      { info, opaque in
        let diagnostics = Unmanaged<Diagnostics>.fromOpaque(opaque!).takeUnretainedValue()
        if LLVMGetDiagInfoSeverity(info) == LLVMDSError, let text = LLVMGetDiagInfoDescription(info) {
          diagnostics.errors.append(String(cString: text))
          LLVMDisposeMessage(text)
        }
      }, Unmanaged.passUnretained(diagnostics).toOpaque())
  }
  deinit {
    // Passes that gave up in the middle of a kernel are not trusted with another.
    if !diagnostics.errors.isEmpty, pooled.emitter != 0 {
      carmine_emitter_destroy(UnsafeMutableRawPointer(bitPattern: pooled.emitter))
      pooled.emitter = 0
    }
    let machine = pooled, key = machineKey
    idleMachines.withLock { $0[key, default: []].append(machine) }
    LLVMContextDispose(context)
  }

  /// One that nobody uses, or a new one: tables of registers that each builds for itself take milliseconds, more than a small kernel.
  private static func machine(_ key: MachineKey, _ target: GPUTarget) throws -> Machine {
    if let idle = idleMachines.withLock({ $0[key]?.popLast() }) { return idle }
    var found: LLVMTargetRef?
    var message: UnsafeMutablePointer<CChar>?
    guard LLVMGetTargetFromTriple(GPUTarget.triple, &found, &message) == 0 else {
      throw CompileError(.internalError, "LLVM has no AMDGPU target: \(take(message))")
    }
    let level =
      switch key.optimisation {
      case 0: LLVMCodeGenLevelNone
      case 1: LLVMCodeGenLevelLess
      case 2: LLVMCodeGenLevelDefault
      default: LLVMCodeGenLevelAggressive
      }
    let machine = LLVMCreateTargetMachine(
      found, GPUTarget.triple, target.name, target.features, level, LLVMRelocPIC, LLVMCodeModelDefault)
    return Machine(machine: UInt(bitPattern: machine))
  }

  func makeModule(_ name: String) -> LLVMModuleRef {
    let module = LLVMModuleCreateWithNameInContext(name, context)!
    adopt(module)
    return module
  }

  /// Makes it one for this GPU.
  private func adopt(_ module: LLVMModuleRef) {
    LLVMSetTarget(module, GPUTarget.triple)
    let layout = LLVMCreateTargetDataLayout(machine)
    LLVMSetModuleDataLayout(module, layout)
    LLVMDisposeTargetData(layout)
    flag(module, "amdhsa_code_object_version", target.codeObjectVersion)
  }

  /// A module of IR as text, which is ours: an error is a defect.
  func parse(_ text: String, named name: String) throws -> LLVMModuleRef {
    var module: LLVMModuleRef?
    var message: UnsafeMutablePointer<CChar>?
    let failed = text.utf8CString.withUnsafeBufferPointer { bytes in
      LLVMParseIRInContext(context, LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes.baseAddress, bytes.count - 1, name), &module, &message)
    }
    let reason = take(message)
    guard failed == 0, let module else { throw CompileError(.internalError, "our own IR does not parse: \(reason)") }
    adopt(module)
    return module
  }

  private func flag(_ module: LLVMModuleRef, _ name: String, _ value: UInt64) {
    let number = LLVMValueAsMetadata(LLVMConstInt(LLVMInt32TypeInContext(context), value, 0))
    LLVMAddModuleFlag(module, LLVMModuleFlagBehaviorError, name, name.utf8.count, number)
  }

  /// Throws with LLVM's own words when the module is malformed: a defect of the lowering.
  func verify(_ module: LLVMModuleRef) throws {
    var message: UnsafeMutablePointer<CChar>?
    let broken = LLVMVerifyModule(module, LLVMReturnStatusAction, &message)
    let text = take(message)
    if broken != 0 { throw CompileError(.internalError, "the lowering made invalid IR: \(text)") }
  }

  func optimise(_ module: LLVMModuleRef, _ pipeline: String) throws {
    let options = LLVMCreatePassBuilderOptions()
    defer { LLVMDisposePassBuilderOptions(options) }
    if let error = LLVMRunPasses(module, pipeline, machine, options) {
      let text = LLVMGetErrorMessage(error)
      defer { LLVMDisposeErrorMessage(text) }
      throw CompileError(.internalError, "LLVM's pass pipeline failed: \(text.map { String(cString: $0) } ?? "")")
    }
    try check("optimisation")
  }

  func emit(_ module: LLVMModuleRef, assembly: Bool = false) throws -> [UInt8] {
    LLVMSetTargetMachineAsmVerbosity(machine, assembly ? 1 : 0)  // with LLVM's own figures: registers, occupancy
    let emitter = assembly || pooled.emitter == 0 ? carmine_emitter_create(UnsafeMutableRawPointer(machine), assembly ? 1 : 0) : UnsafeMutableRawPointer(bitPattern: pooled.emitter)
    guard let emitter else { throw CompileError(.internalError, "LLVM emits no code") }
    if !assembly { pooled.emitter = UInt(bitPattern: emitter) }
    defer { if assembly { carmine_emitter_destroy(emitter) } }
    var bytes: UnsafePointer<CChar>?, count = 0
    carmine_emitter_run(emitter, UnsafeMutableRawPointer(module), &bytes, &count)
    try check("code generation")
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  func text(_ module: LLVMModuleRef) -> [UInt8] {
    let text = LLVMPrintModuleToString(module)!
    defer { LLVMDisposeMessage(text) }
    return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  /// Adds the definitions of a bitcode file that `module` needs.
  func link(bitcode path: String, into module: LLVMModuleRef) throws {
    var buffer: LLVMMemoryBufferRef?
    var message: UnsafeMutablePointer<CChar>?
    guard LLVMCreateMemoryBufferWithContentsOfFile(path, &buffer, &message) == 0 else {
      throw CompileError(.internalError, "cannot read \(path): \(take(message))")
    }
    defer { LLVMDisposeMemoryBuffer(buffer) }
    switch carmine_link_needed(UnsafeMutableRawPointer(module), buffer.map { UnsafeMutableRawPointer($0) }) {
    case 0: return
    case 1: throw CompileError(.internalError, "\(path) is not bitcode of this LLVM")
    default: throw CompileError(.internalError, "\(path) does not link: \(diagnostics.errors.joined(separator: "; "))")
    }
  }

  private func check(_ pass: String) throws {
    guard !diagnostics.errors.isEmpty else { return }
    let text = diagnostics.errors.joined(separator: "; ")
    let resources = text.contains("exceeds limit") || text.contains("exceeded") || text.contains("ran out of registers")
    throw CompileError(resources ? .tooManyResources : .internalError, "LLVM: \(text) (pass: \(pass))")
  }

  /// Links one object file to a shared code object.
  func link(_ object: [UInt8]) throws -> [UInt8] {
    var pattern = Array("\(temporaryFolder())/carmine-XXXXXX".utf8CString)
    guard mkdtemp(&pattern) != nil else { throw CompileError(.internalError, "no temporary folder: \(String(cString: strerror(errno)))") }
    let folder = pattern.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    let input = folder + "/kernel.o", output = folder + "/kernel.hsaco"
    defer { unlink(input); unlink(output); rmdir(folder) }
    try object.withUnsafeBytes { try writeFile(input, $0) }
    // One thread: the pool that lld would start takes longer than these links.
    let words = ["--threads=1", "-shared", "--no-undefined-version", "-z", "separate-loadable-segments", "-o", output, input]
    var errors = [CChar](repeating: 0, count: 4096)
    let status = linkLock.withLock { _ in
      let words = words.map { strdup($0) }
      defer { words.forEach { free($0) } }
      let pointers: [UnsafePointer<CChar>?] = words.map { UnsafePointer($0) }
      return pointers.withUnsafeBufferPointer { carmine_lld_link($0.baseAddress!, Int32($0.count), &errors, Int32(errors.count)) }
    }
    guard status == 0 else {
      let text = errors.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      throw CompileError(.internalError, "lld: \(text)")
    }
    return try readFile(output)
  }
}

private func take(_ message: UnsafeMutablePointer<CChar>?) -> String {
  guard let message else { return "" }
  defer { LLVMDisposeMessage(message) }
  return String(cString: message)
}

private func temporaryFolder() -> String {
  guard let folder = getenv("TMPDIR"), folder.pointee != 0 else { return "/tmp" }
  return String(cString: folder)
}
