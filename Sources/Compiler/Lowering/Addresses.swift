// Addresses: PTX state spaces on AMDGPU's address spaces.
// A register holds: for .global, .const and kernel parameters the 64-bit address; for .shared the LDS offset; for .local and a
// function's .param the scratch offset; for a generic address the flat address.
// Source: PTX ISA, "State Spaces", "cvta", "isspacep", "mapa"; LLVM's AMDGPU usage guide, "Address Spaces".
import CLLVM
import PTX

extension FunctionLowering {
  /// The address space in which `[register]` is dereferenced.
  func addressSpace(_ space: StateSpace) -> AddressSpace {
    switch space {
    case .global: .global
    case .const: .constant
    case .shared: .lds
    case .local: .scratch
    case .param: isKernel ? .constant : .scratch
    default: .flat
    }
  }

  /// The address of a variable, function or parameter as the integer that a register holds.
  func addressOf(_ name: String, offset: Int64) throws -> Value {
    if let pointer = try pointerTo(name) {
      let narrow = [AddressSpace.lds.rawValue, AddressSpace.scratch.rawValue].contains(LLVMGetPointerAddressSpace(b.type(pointer)))
      return b.pointerToInt(b.offset(pointer, Int(offset)), narrow ? b.i32 : b.i64)
    }
    if let number = module.functionAddress(name) { return number }
    throw CompileError(.invalidPTX, "`\(name)` is not declared (in \(function.name))")
  }

  func pointerTo(_ name: String) throws -> Value? {
    switch entity(name) {
    case .memory(let address, _)?: address
    case .kernelParameter(let offset, _)?: b.offset(LLVMGetParam(value, 0), offset)
    case .register?, nil: nil
    }
  }

  /// The pointer that `[base+offset]` stands for.
  func pointer(_ operand: Operand, _ space: StateSpace, _ i: Instruction) throws -> Value {
    if case .element(let inner, "unified") = operand { return try self.pointer(inner, space, i) }
    guard case .address(let base, let offset) = operand else {
      if case .symbol(let name) = operand, let pointer = try pointerTo(name) { return pointer }
      throw CompileError.unsupported(i, "`\(operand)` is no address that is lowered")
    }
    switch base {
    case .symbol(let name), .register(let name):
      if let pointer = try pointerTo(name) { return b.offset(pointer, Int(offset)) }
    default: break
    }
    let target = addressSpace(space)
    let width = target == .lds || target == .scratch ? b.i32 : b.i64
    let address: Value
    switch base {
    case .integer(let bits): address = b.resize(b.constant(b.i64, bits), width)
    default:
      // A 32-bit register holds a 32-bit address; a wider one is cut to the space's own width.
      guard case .register(let name) = base, case .register(let register)? = entity(name) else {
        throw CompileError.invalid(i, "`\(base)` is no register and no variable")
      }
      address = b.resize(try read(base, register.type.bits == 32 ? .u32 : .u64), width)
    }
    return b.offset(b.intToPointer(address, target), Int(offset))
  }

  /// A flat address from one in `space`, both as registers hold them.
  func toGeneric(_ value: Value, _ space: StateSpace) -> Value {
    switch addressSpace(space) {
    case .lds: b.pointerToInt(b.addressCast(b.intToPointer(b.resize(value, b.i32), .lds), .flat), b.i64)
    case .scratch: b.pointerToInt(b.addressCast(b.intToPointer(b.resize(value, b.i32), .scratch), .flat), b.i64)
    default: value
    }
  }

  func fromGeneric(_ value: Value, _ space: StateSpace) -> Value {
    let target = addressSpace(space)
    guard target == .lds || target == .scratch else { return value }
    return b.zext(b.pointerToInt(b.addressCast(b.intToPointer(value, .flat), target), b.i32), b.i64)
  }

  /// Whether a flat address lies in `space`.  Constant variables and kernel parameters are also in the window of .global, as in PTX.
  func isIn(_ space: StateSpace, _ value: Value) throws -> Value {
    let flat = b.intToPointer(value, .flat)
    func within(_ start: Value, _ byteCount: Int) -> Value { b.icmp(LLVMIntULT, b.sub(value, start), b.int64(byteCount)) }
    switch space {
    case .shared: return b.call("llvm.amdgcn.is.shared", b.i1, [flat])
    case .local: return b.call("llvm.amdgcn.is.private", b.i1, [flat])
    case .param:
      // Hidden arguments follow the kernel's own; functions find them too.
      let size = ParameterLayout(module.kernel.parameters).hiddenOffset
      let end = b.pointerToInt(b.call("llvm.amdgcn.implicitarg.ptr", b.pointer(.constant)), b.i64)
      return within(b.sub(end, b.int64(size)), size)
    case .const:
      return try module.constantVariables.reduce(b.bool(false)) { found, variable in
        let start = b.pointerToInt(try module.declare(variable, owner: nil), b.i64)
        return b.or(found, within(start, variable.byteCount))
      }
    default:
      return b.not(b.or(b.call("llvm.amdgcn.is.shared", b.i1, [flat]), b.call("llvm.amdgcn.is.private", b.i1, [flat])))
    }
  }
}

extension Modifiers {
  /// `.global`, `.shared::cta` …; nil for a generic address.
  mutating func space() throws -> StateSpace? {
    guard let word = take(where: { StateSpace(rawValue: $0.split(separator: ":").first.map(String.init) ?? $0) != nil }) else { return nil }
    // A launch without clusters is a cluster of one block: its shared window is the block's own.
    guard ["global", "shared", "local", "const", "param", "shared::cta", "shared::cluster", "param::entry", "param::func"].contains(word)
    else { throw CompileError.unsupported(instruction, "the state space .\(word)") }
    return StateSpace(rawValue: String(word.split(separator: ":")[0]))
  }

  /// LLVM's name for `.cta`, `.cluster`, `.gpu` or `.sys`.
  mutating func scope() -> String? {
    switch take(oneOf: ["cta", "cluster", "gpu", "sys"]) {
    case "cta", "cluster": "workgroup"  // a cluster is one block
    case "gpu": "agent"
    case "sys": ""
    default: nil
    }
  }
}
