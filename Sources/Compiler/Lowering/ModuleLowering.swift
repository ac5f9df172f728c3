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
  private(set) var usesPrintf = false
  private let definitions: [String: Function]
  private let aliases: [String: String]
  private var moduleVariables: [String: Variable] = [:]
  private var globals: [String: Value] = [:]
  private var functions: [String: (value: Value, type: Type, function: Function)] = [:]

  var flushesSubnormals: Bool { floatMode == .flushes }
  var requiredThreads: Int? {
    kernel.directives.first { $0.name == "reqntid" }.map { $0.values.reduce(1, *) }
  }
  /// The most threads of a block that the kernel allows.
  static func maximumThreads(_ kernel: Function) -> Int {
    let limits = kernel.directives.filter { $0.name == "maxntid" || $0.name == "reqntid" }.map { $0.values.reduce(1, *) }
    return min(1024, limits.min() ?? 1024)
  }

  init(_ ptx: Module, kernel name: String, target: GPUTarget, mapping: WarpMapping, context: LLVMContextRef, module: LLVMModuleRef) throws {
    definitions = Reachability.definitions(ptx)
    aliases = Reachability.aliases(ptx)
    guard let kernel = definitions[name], kernel.kind == .entry, kernel.body != nil else {
      throw CompileError(.notFound, "the module has no kernel `\(name)`")
    }
    self.kernel = kernel
    numbers = FunctionNumbers(ptx)
    self.target = target
    self.mapping = mapping
    b = IRBuilder(context: context, module: module)
    reachable = Reachability(from: name, functions: definitions, module: ptx)
    floatMode = FloatMode(reachable.functions.compactMap { [definitions] in definitions[$0]?.body })
    for case .variable(let variable) in ptx.declarations {
      if moduleVariables[variable.name] == nil || variable.linkage != .extern { moduleVariables[variable.name] = variable }
    }
  }

  func lower() throws {
    for name in reachable.functions { try define(definitions[name]!) }
    for name in reachable.functions {
      let entry = functions[name]!
      do {
        try FunctionLowering(entry.function, value: entry.value, in: self).lower()
      } catch let error as CompileError {
        throw name == kernel.name ? error : CompileError(error.reason, "in \(name), which the kernel calls: \(error.message)")
      }
    }
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
      let limit = Self.maximumThreads(function)
      let workItems = mapping == .oneWarp ? min(1024, (limit + 31) / 32 * 64) : limit
      let least = mapping != .oneWarp && requiredThreads != nil ? limit : 1
      b.attribute(value, "amdgpu-flat-work-group-size", "\(least),\(workItems)")
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
    if !target.features.isEmpty { b.attribute(value, "target-features", target.features) }
    // As many as LLVM's own layout, which its metadata goes on describing, has: carmine_hidden_arguments lies at their start.
    b.attribute(value, "amdgpu-implicitarg-num-bytes", "256")
    b.attribute(value, "denormal-fp-math-f32", flushesSubnormals ? "preserve-sign,preserve-sign" : "ieee,ieee")
    // What LLVM's own run-time conventions would hand to every function that may be called indirectly, and ours don't use.
    for name in ["dispatch-ptr", "queue-ptr", "dispatch-id", "hostcall-ptr", "multigrid-sync-arg", "heap-ptr", "default-queue", "completion-action"] {
      b.attribute(value, "amdgpu-no-" + name)
    }
    b.enumAttribute(value, "convergent")
    b.enumAttribute(value, "nounwind")
  }

  /// A parameter or result as a value: an integer or float, or words of 32 bits for an array.
  func valueType(_ variable: Variable) -> Type {
    if variable.dimensions.isEmpty, variable.vector == 1 {
      return variable.space == .reg ? b.type(of: variable.type) : b.int(max(8, variable.type.bits))
    }
    return b.array(b.i32, max(1, align(variable.byteCount, 4) / 4))
  }

  func functionType(results: [Variable], parameters: [Variable], _ position: Position) throws -> Type {
    guard results.count <= 1 else { throw CompileError.unsupported(position, "a function with \(results.count) results") }
    if parameters.contains(where: \.isUnsized) { throw CompileError.unsupported(position, "a variadic function") }
    return b.function(results.first.map(valueType) ?? b.void, parameters.map(valueType))
  }

  /// The functions of the device's C library that our device library defines.
  private static let library: Set<String> = ["vprintf", "__assertfail", "malloc", "free"]

  func callee(_ name: String) throws -> (value: Value, type: Type, function: Function)? {
    let name = aliases[name] ?? name
    if let known = functions[name] { return known }
    guard let declaration = definitions[name], declaration.body == nil, Self.library.contains(name) else { return nil }
    if name == "malloc" || name == "free" {
      throw CompileError(.unsupported, "line \(declaration.position.line): `\(name)` in device code: there is no device heap yet")
    }
    if name == "vprintf" { usesPrintf = true }
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
      guard let known = functions[name], known.type == type, let number = numbers.values[name] else { return nil }
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
    case .shared:
      global = LLVMAddGlobalInAddressSpace(b.module, type, key, AddressSpace.lds.rawValue)
      let isDynamic = variable.isUnsized || variable.linkage == .extern
      LLVMSetAlignment(global, UInt32(isDynamic ? max(16, variable.byteAlignment) : variable.byteAlignment))
      if !isDynamic {
        LLVMSetLinkage(global, LLVMInternalLinkage)
        LLVMSetInitializer(global, b.undefined(type))
      }
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

  /// A word of LDS that the lowering itself uses.
  func sharedCell(_ name: String) -> Value {
    if let known = globals[name] { return known }
    let cell = LLVMAddGlobalInAddressSpace(b.module, b.i32, name, AddressSpace.lds.rawValue)!
    LLVMSetLinkage(cell, LLVMInternalLinkage)
    LLVMSetInitializer(cell, b.undefined(b.i32))
    globals[name] = cell
    return cell
  }
}
