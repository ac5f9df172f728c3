// Atomic operations and reductions.  PTX's scopes are LLVM's: cta workgroup, gpu agent, sys system.
// Memory of the host (pinned, managed, registered) and of other GPUs is reached over PCI Express, which has add, exchange and
// compare-and-swap of integers; anything else gets lost there without a word.  LLVM knows, and makes a compare-and-swap loop unless it is
// promised that the memory is the device's own.  The promise is given where it is proven: for a variable of the module, and
// otherwise by a look at the address, of which the runtime keeps a window for the device's own memory (GPU/LocalWindow.swift).
// Source: PTX ISA, "atom", "red"; LLVM's AMDGPU usage guide, "Memory Model", amdgpu.no.fine.grained.memory; LLVM 22's expansions,
// counted for each target, operation and scope.
import CDeviceABI
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let atomics: [String: Handler] = [
    "atom": { f, i, m in try f.atomic(i, &m, result: i.operands[0], Array(i.operands[1...])) },
    "red": { f, i, m in try m.take("async") ? f.reduceAsync(i, &m) : f.atomic(i, &m, result: .sink, i.operands)
    },
  ]
}

/// One atomic access but for its address.
struct AtomicAccess {
  let operation: LLVMAtomicRMWBinOp
  let type: ScalarType
  let ordering: LLVMAtomicOrdering
  let scope: String

  /// Whether LLVM makes better code when it knows that the memory is the device's own.
  func gainsFromProof(_ target: GPUTarget) -> Bool {
    switch operation {
    case LLVMAtomicRMWBinOpAdd, LLVMAtomicRMWBinOpXchg: return false  // PCI Express has them
    default: break
    }
    if type.bits == 16 || type.isPacked && operation != LLVMAtomicRMWBinOpFAdd { return false }  // a loop in any case
    return scope == "" || !target.hasRemoteAtomics
  }
}

extension FunctionLowering {
  func atomic(_ i: Instruction, _ m: inout Modifiers, result: Operand, _ operands: [Operand]) throws {
    m.takeCacheHints()
    _ = m.take("noftz")
    let ordering = switch m.take(oneOf: ["relaxed", "acquire", "release", "acq_rel"]) {
    case "acquire": LLVMAtomicOrderingAcquire
    case "release": LLVMAtomicOrderingRelease
    case "acq_rel": LLVMAtomicOrderingAcquireRelease
    default: LLVMAtomicOrderingMonotonic
    }
    let scope = m.scope() ?? "agent"
    let space = try m.space() ?? .generic
    let operation = try m.require(oneOf: ["and", "or", "xor", "cas", "exch", "add", "inc", "dec", "min", "max"])
    let count = m.vector()
    let type = try m.type()
    let address = try pointer(operands[0], space, i)
    if operation == "cas" || type == .b128 {
      guard count == 1 else { throw CompileError.invalid(i, "no vector form") }
      return try write(result, try exchange(operation, type, address, operands, ordering, scope, i), type)
    }
    let row = try Self.row(operation, type, i)
    let isVariable = isDeviceVariable(operands[0])
    func one(_ type: ScalarType, _ address: Value, _ argument: Value) -> Value {
      perform(AtomicAccess(operation: row, type: type, ordering: ordering, scope: scope), address, argument, isProven: isVariable)
    }
    guard count > 1 else { return try write(result, one(type, address, try read(operands[1], type)), type) }
    // A vector is atomic by elements; halves go in pairs, which is no less.
    let parts = try elements(operands[1], count, i).map { try read($0, type) }
    var targets: [Operand]?
    if case .sink = result {} else { targets = try elements(result, count, i) }
    let pair: ScalarType? = type == .f16 ? .f16x2 : type == .bf16 ? .bf16x2 : nil
    if let pair {
      for index in stride(from: 0, to: count, by: 2) {
        let argument = b.insert(parts[index + 1], into: b.insert(parts[index], into: b.undefined(b.type(of: pair)), 0), 1)
        let old = one(pair, b.offset(address, 2 * index), argument)
        for half in 0..<2 { if let targets { try write(targets[index + half], b.element(old, half), type) } }
      }
      return
    }
    for (index, argument) in parts.enumerated() {
      let old = one(type, b.offset(address, type.bytes * index), argument)
      if let targets { try write(targets[index], old, type) }
    }
  }

  private static func row(_ operation: String, _ type: ScalarType, _ i: Instruction) throws -> LLVMAtomicRMWBinOp {
    let float = type.isFloat
    if float, !["add", "min", "max", "exch"].contains(operation) { throw CompileError.invalid(i, "not an operation of .\(type.rawValue)") }
    return switch operation {
    case "and": LLVMAtomicRMWBinOpAnd
    case "or": LLVMAtomicRMWBinOpOr
    case "xor": LLVMAtomicRMWBinOpXor
    case "exch": LLVMAtomicRMWBinOpXchg
    case "add": float ? LLVMAtomicRMWBinOpFAdd : LLVMAtomicRMWBinOpAdd
    case "inc": LLVMAtomicRMWBinOpUIncWrap
    case "dec": LLVMAtomicRMWBinOpUDecWrap
    case "min": float ? LLVMAtomicRMWBinOpFMin : type.isSigned ? LLVMAtomicRMWBinOpMin : LLVMAtomicRMWBinOpUMin
    default: float ? LLVMAtomicRMWBinOpFMax : type.isSigned ? LLVMAtomicRMWBinOpMax : LLVMAtomicRMWBinOpUMax
    }
  }

  /// Whether `[name+offset]` is a variable of the module that lies in the device's own memory.
  private func isDeviceVariable(_ operand: Operand) -> Bool {
    guard case .address(let base, _) = operand else { return false }
    switch base {
    case .symbol(let name), .register(let name):
      guard case .memory(_, let variable)? = entity(name) else { return false }
      return variable.space == .global && variable.linkage != .extern && !variable.attributes.contains { $0.contains("managed") }
    default: return false
    }
  }

  // MARK: read, modify, write

  private func perform(_ access: AtomicAccess, _ address: Value, _ argument: Value, isProven: Bool) -> Value {
    let space = LLVMGetPointerAddressSpace(b.type(address))
    if space == AddressSpace.lds.rawValue { return modify(access, address, argument) }
    guard access.gainsFromProof(module.target) else { return modify(access, address, argument) }
    if isProven { return modify(access, address, argument, isLocal: true) }

    let isFlat = space == AddressSpace.flat.rawValue
    let (local, elsewhere, done) = (newBlock("local"), newBlock("elsewhere"), newBlock("done"))
    b.branch(isOwnMemory(address), local, elsewhere, likely: true)
    b.move(to: local)
    let fast = modify(access, isFlat ? b.addressCast(address, .global) : address, argument, isLocal: true)
    b.branch(done)
    b.move(to: elsewhere)
    var results = [(fast, local)]
    if isFlat {
      let (shared, host) = (newBlock("shared"), newBlock("host"))
      b.branch(b.call("llvm.amdgcn.is.shared", b.i1, [address]), shared, host)
      b.move(to: shared)
      results.append((modify(access, b.addressCast(address, .lds), argument), shared))
      b.branch(done)
      b.move(to: host)
    }
    let slow = modify(access, isFlat ? b.addressCast(address, .global) : address, argument)
    LLVMSetVolatile(slow, 1)  // or LLVM would make one of both, and lose the promise
    results.append((slow, b.currentBlock))
    b.branch(done)
    b.move(to: done)
    return b.phi(b.type(argument), results)
  }

  /// Whether an address of 64 bits lies in the window of the device's own memory.
  private func isOwnMemory(_ address: Value) -> Value {
    typealias Hidden = carmine_hidden_arguments
    let upper = b.trunc(b.lshr(b.pointerToInt(address, b.i64), b.int64(32)), b.i32)
    let first = hidden(MemoryLayout<Hidden>.offset(of: \.local_first)!, b.i32), count = hidden(MemoryLayout<Hidden>.offset(of: \.local_count)!, b.i32)
    return b.icmp(LLVMIntULT, b.sub(upper, first), count)
  }

  private func modify(_ access: AtomicAccess, _ address: Value, _ argument: Value, isLocal: Bool = false) -> Value {
    let old = LLVMBuildAtomicRMWSyncScope(b.raw, access.operation, address, argument, access.ordering, b.scope(access.scope))!
    LLVMSetAlignment(old, UInt32(access.type.bytes))
    promise(old, address)
    if isLocal {
      b.annotate(old, "amdgpu.no.fine.grained.memory")
      b.annotate(old, "amdgpu.no.remote.memory")
    }
    // PTX: single precision in global memory flushes subnormals, as some targets do whatever the mode says.
    if access.type == .f32, LLVMGetPointerAddressSpace(b.type(address)) != AddressSpace.lds.rawValue {
      b.annotate(old, "amdgpu.ignore.denormal.mode")
    }
    return old
  }

  /// PTX has no atomics on local memory: a flat address is not one of the thread's own.
  private func promise(_ access: Value, _ address: Value) {
    guard LLVMGetPointerAddressSpace(b.type(address)) == AddressSpace.flat.rawValue else { return }
    var range: [LLVMMetadataRef?] = [5, 6].map { LLVMValueAsMetadata(b.int32($0)) }
    b.annotate(access, "noalias.addrspace", LLVMMDNodeInContext2(b.context, &range, 2))
  }

  // MARK: compare and swap

  private func exchange(
    _ operation: String, _ type: ScalarType, _ address: Value, _ operands: [Operand], _ ordering: LLVMAtomicOrdering, _ scope: String, _ i: Instruction
  ) throws -> Value {
    let acquires = ordering == LLVMAtomicOrderingAcquire || ordering == LLVMAtomicOrderingAcquireRelease
    let releases = ordering == LLVMAtomicOrderingRelease || ordering == LLVMAtomicOrderingAcquireRelease
    if type == .b128 {
      guard operation == "cas" || operation == "exch" else { throw CompileError.invalid(i, "128 bits have cas and exch only") }
      if releases { b.fence(LLVMAtomicOrderingRelease, scope: scope) }
      var arguments = [genericAddress(address)]
      for operand in operands[1...].prefix(operation == "cas" ? 2 : 1) { arguments.append(b.bitcast(try read(operand, .b128), words128)) }
      module.services.insert(.locks)
      let old = b.call(operation == "cas" ? "carmine_cas128" : "carmine_exchange128", words128, arguments + [b.int32(scope == "" ? 1 : 0)])
      if acquires { b.fence(LLVMAtomicOrderingAcquire, scope: scope) }
      return b.bitcast(old, b.i128)
    }
    let width = b.int(type.bits)
    let pair = LLVMBuildAtomicCmpXchgSyncScope(
      b.raw, address, b.coerce(try read(operands[1], type), to: width), b.coerce(try read(operands[2], type), to: width),
      ordering, acquires ? LLVMAtomicOrderingAcquire : LLVMAtomicOrderingMonotonic, b.scope(scope))!
    LLVMSetAlignment(pair, UInt32(type.bytes))
    promise(pair, address)
    return b.part(pair, 0)
  }

  /// How the device library passes 128 bits.
  private var words128: Type { b.vector(b.i32, 4) }

  private func genericAddress(_ address: Value) -> Value {
    b.pointerToInt(LLVMGetPointerAddressSpace(b.type(address)) == AddressSpace.flat.rawValue ? address : b.addressCast(address, .flat), b.i64)
  }

  /// A 128-bit store that 128-bit atomics see whole: it takes their lock.
  func storeLocked(_ value: Value, _ address: Value) {
    module.services.insert(.locks)
    b.call("carmine_store128", b.void, [genericAddress(address), b.bitcast(value, words128)])
  }
}
