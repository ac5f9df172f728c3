// One kernel, with the functions and variables that it reaches, as an LLVM module.
// Module variables are external: the loader gives them one address for all kernels of their module.
// Functions are internal and take parameters by value, structures as arrays of words.
import CLLVM
import KernelImage
import PTX

final class ModuleLowering {
  let b: IRBuilder
  let target: GPUTarget
  let mapping: WarpMapping
  let kernel: Function
  let reachable: Reachability
  let floatMode: FloatMode
  let numbers: FunctionNumbers
  var services: Services = []
  /// Texture objects are read; and whether those of compressed texels are to be.
  var fetchesTexels = false
  var readsCompressedTexels = false
  var matrixPlans: [MatrixProduct: MatrixPlan] = [:]
  let traits: FunctionTraits
  let countedBarriers: CountedBarriers
  /// Functions that are part of those that call them, and have no code of their own.
  private var inlined: Set<String> = []
  private let definitions: [String: Function]
  private let aliases: [String: String]
  private let moduleVariables: [String: Variable]
  private var globals: [String: Value] = [:]
  /// What InstructionCheck.swift has looked up.
  var checkedSpellings: [[String]: [InstructionVariant]] = [:]
  private var functions: [String: (value: Value, type: Type, function: Function)] = [:]

  var flushesSubnormals: Bool { floatMode == .flushes }
  let limits: LaunchLimits
  /// The mode in which the kernel runs.
  var environment: FloatEnvironment { FloatEnvironment(flushesSingle: flushesSubnormals) }

  init(_ index: ModuleIndex, target: GPUTarget, mapping: WarpMapping, facts: KernelFacts, context: LLVMContextRef, module: LLVMModuleRef) throws {
    (definitions, aliases) = (index.definitions, index.aliases)
    (kernel, reachable, traits, countedBarriers) = (facts.kernel, facts.reachable, facts.traits, facts.countedBarriers)
    limits = LaunchLimits(kernel)
    numbers = index.numbers
    self.target = target
    self.mapping = mapping
    b = IRBuilder(context: context, module: module)
    floatMode = FloatMode(reachable.functions.compactMap { [definitions] in definitions[$0]?.body })
    moduleVariables = index.variables
  }

  func lower() throws {
    for name in reachable.functions.dropFirst() where traits.mustInline(name, yielding: mapping == .yielding) { inlined.insert(name) }
    if reachable.hasIndirectCalls, let name = numbers.names.first(where: inlined.contains) {
      throw CompileError(
        .unsupported, "`\(name)` may be called through a pointer, and \(traits.leaving.contains(name) ? "ends threads" : "waits for other lanes"): it would have to become part of the kernel")
    }
    for name in reachable.functions { try define(definitions[name]!) }
    for name in reachable.functions where !inlined.contains(name) {
      let entry = functions[name]!
      do {
        try FunctionLowering(entry.function, value: entry.value, in: self).lower()
      } catch let error as CompileError {
        throw name == kernel.name ? error : CompileError(error.reason, "in \(name), which the kernel calls: \(error.message)")
      }
    }
    for name in inlined { if let entry = functions.removeValue(forKey: name) { LLVMDeleteFunction(entry.value) } }
  }

  /// A bar.red or barrier.red is among what the kernel reaches.
  var hasReducingBarriers: Bool {
    reachable.functions.contains { name in
      var found = false
      definitions[name]?.body?.forEachInstruction { if ($0.opcode == "bar" || $0.opcode == "barrier") && $0.modifiers.contains("red") { found = true } }
      return found
    }
  }

  /// The function, where it becomes part of its callers.
  func inlinedFunction(_ name: String) -> Function? {
    let name = aliases[name] ?? name
    return inlined.contains(name) ? definitions[name] : nil
  }

  // MARK: functions

  private func define(_ function: Function) throws {
    let isKernel = function.kind == .entry
    let type = isKernel ? b.function(b.void, [b.pointer(.constant)])
      : try functionType(results: function.results, parameters: function.parameters, function.position)
    let value = LLVMAddFunction(b.module, isKernel ? function.name : "function." + function.name, type)!
    functions[function.name] = (value, type, function)
    if isKernel {
      LLVMSetFunctionCallConv(value, 91)  // amdgpu_kernel
      LLVMSetVisibility(value, LLVMProtectedVisibility)
      let size = ParameterLayout(function.parameters).hiddenOffset
      let bytes = b.array(b.i8, size)
      let byref = LLVMGetEnumAttributeKindForName("byref", 5), align = LLVMGetEnumAttributeKindForName("align", 5)
      LLVMAddAttributeAtIndex(value, 1, LLVMCreateTypeAttribute(b.context, byref, bytes))
      LLVMAddAttributeAtIndex(value, 1, LLVMCreateEnumAttribute(b.context, align, 16))
      b.attribute(value, "amdgpu-flat-work-group-size", limits.flatWorkgroupSize(mapping))
      if let waves = limits.wavesPerSIMD(target, mapping) { b.attribute(value, "amdgpu-waves-per-eu", String(waves)) }
      b.attribute(value, "uniform-work-group-size", "true")
    } else {
      LLVMSetLinkage(value, LLVMInternalLinkage)
      if function.directives.contains(where: { $0.name == "noreturn" }) { b.enumAttribute(value, "noreturn") }
    }
    decorate(value)
  }

  /// What every function of a kernel has in common; device library functions get it too, so that they inline.
  func decorate(_ value: Value) {
    b.attribute(value, "target-cpu", target.name)
    let features = target.features + (limits.staysOnOneComputeUnit(target) ? ",+cumode" : "")
    if !features.isEmpty { b.attribute(value, "target-features", features) }
    // As many as LLVM's own layout, which its metadata goes on describing, has: carmine_hidden_arguments lies at their start.
    b.attribute(value, "amdgpu-implicitarg-num-bytes", "256")
    b.attribute(value, "denormal-fp-math-f32", flushesSubnormals ? "preserve-sign,preserve-sign" : "ieee,ieee")
    // PTX knows no signalling NaN: min and max take the number beside any NaN, which is one instruction without this mode.
    b.attribute(value, "amdgpu-ieee", "false")
    // What LLVM's own run-time conventions would hand to every function that may be called indirectly, and ours don't use.
    for name in ["dispatch-ptr", "queue-ptr", "dispatch-id", "hostcall-ptr", "multigrid-sync-arg", "heap-ptr", "default-queue", "completion-action"] {
      b.attribute(value, "amdgpu-no-" + name)
    }
    b.enumAttribute(value, "convergent")
    b.enumAttribute(value, "nounwind")
  }

  /// A parameter or result as a value: an integer or float, or words of 32 bits for an array.
  func valueType(_ variable: Variable) -> Type {
    if variable.isUnsized { return b.pointer(.scratch) }
    if variable.dimensions.isEmpty, variable.vector == 1 {
      return variable.space == .reg ? b.type(of: variable.type) : b.int(max(8, variable.type.bits))
    }
    return b.array(b.i32, max(1, align(variable.byteCount, 4) / 4))
  }

  func functionType(results: [Variable], parameters: [Variable], _ position: Position) throws -> Type {
    guard results.count <= 1 else { throw CompileError.unsupported(position, "a function with \(results.count) results") }
    return b.function(results.first.map(valueType) ?? b.void, parameters.map(valueType))
  }

  /// The functions of the C library and of the device runtime that our device library defines.
  private static let library: Set<String> = ["vprintf", "__assertfail", "malloc", "free", "cudaGraphSetConditional"]

  func callee(_ name: String) throws -> (value: Value, type: Type, function: Function)? {
    let name = aliases[name] ?? name
    if let known = functions[name] { return known }
    guard let declaration = definitions[name], declaration.body == nil, Self.library.contains(name) else { return nil }
    if name == "vprintf" { services.insert(.printf) }
    if name == "malloc" || name == "free" { services.insert(.heap) }
    let type = try functionType(results: declaration.results, parameters: declaration.parameters, declaration.position)
    let entry = (value: LLVMAddFunction(b.module, name, type)!, type: type, function: declaration)
    functions[name] = entry
    return entry
  }

  /// The number that a pointer to a function holds.
  func functionAddress(_ name: String) -> Value? { numbers.values[name].map { b.constant(b.i64, $0) } }

  /// The functions that a pointer of this type may mean.
  func candidates(_ type: Type) -> [(number: UInt64, value: Value)] {
    numbers.names.compactMap { name in
      guard !inlined.contains(name), let known = functions[name], known.type == type, let number = numbers.values[name] else { return nil }
      return (number, known.value)
    }
  }

  // MARK: variables

  func variable(_ name: String) -> Entity? {
    guard let variable = moduleVariables[name] else { return nil }
    guard let address = try? declare(variable, owner: nil) else { return nil }
    return .memory(address: address, variable: variable)
  }

  /// The global that stands for a variable; one that a function declares has its owner's name in front.
  func declare(_ variable: Variable, owner: String?) throws -> Value {
    let key = owner.map { $0 + "." + variable.name } ?? variable.name
    if let known = globals[key] { return known }
    let size = variable.isUnsized ? 0 : variable.byteCount
    let type = b.array(b.i8, size)
    let global: Value
    switch variable.space {
    case .shared where variable.isUnsized || variable.linkage == .extern:
      // All of them begin where the block's static shared memory ends: one variable, or alias analysis would tell them apart.
      global = globals[Self.dynamicShared] ?? LLVMAddGlobalInAddressSpace(b.module, b.array(b.i8, 0), Self.dynamicShared, AddressSpace.lds.rawValue)
      LLVMSetAlignment(global, UInt32(max(16, variable.byteAlignment, Int(LLVMGetAlignment(global)))))
      globals[Self.dynamicShared] = global
    case .shared:
      global = LLVMAddGlobalInAddressSpace(b.module, type, key, AddressSpace.lds.rawValue)
      LLVMSetAlignment(global, UInt32(variable.byteAlignment))
      LLVMSetLinkage(global, LLVMInternalLinkage)
      LLVMSetInitializer(global, b.undefined(type))
    case .global, .const:
      let space: AddressSpace = variable.space == .const ? .constant : .global
      if owner != nil { throw CompileError.unsupported(variable.position, "a .\(variable.space.rawValue) variable inside a function") }
      global = LLVMAddGlobalInAddressSpace(b.module, type, key, space.rawValue)
      LLVMSetAlignment(global, UInt32(variable.byteAlignment))
    default:
      throw CompileError.unsupported(variable.position, "the .\(variable.space.rawValue) variable `\(variable.name)`")
    }
    globals[key] = global
    return global
  }

  private static let dynamicShared = "carmine.dynamic.shared"

  /// The module's constant variables.
  var constantVariables: [Variable] { moduleVariables.values.filter { $0.space == .const }.sorted { $0.name < $1.name } }

  /// A word of LDS that the lowering itself uses.
  func sharedCell(_ name: String) -> Value { sharedWords(name, 1) }

  func sharedWords(_ name: String, _ count: Int) -> Value {
    if let known = globals[name] { return known }
    let type = b.array(b.i32, count)
    let cells = LLVMAddGlobalInAddressSpace(b.module, type, name, AddressSpace.lds.rawValue)!
    LLVMSetLinkage(cells, LLVMInternalLinkage)
    LLVMSetInitializer(cells, b.undefined(type))
    LLVMSetAlignment(cells, 4)
    globals[name] = cells
    return cells
  }
}
