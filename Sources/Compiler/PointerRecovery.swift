// Pointers out of integers.  PTX computes addresses in integer registers, so the lowering turns an integer into a pointer at each
// access.  This pass follows such an integer back to where it came from (a kernel's parameter, a variable, a loop's counter) and
// rebuilds the arithmetic as offsets of a pointer: then alias analysis, addressing modes and the search for uniform loads see what they
// would see in a program written for the GPU.
// It is right whatever it picks as the pointer of a sum: an offset of an address is that address, and nothing is promised about bounds.
// Order: after registers have become values (mem2reg), before LLVM's own pipeline.
import CLLVM

final class PointerRecovery {
  private let b: IRBuilder
  private struct Key: Hashable { let value: Value; let space: UInt32 }
  private var known: [Key: Value] = [:]
  private var dead: [Value] = []

  private init(_ b: IRBuilder) { self.b = b }

  static func run(on compilation: Compilation) throws {
    try compilation.toolchain.optimise(compilation.module, "function(mem2reg,early-cse)")
    let pass = PointerRecovery(compilation.lowering!.b)
    var function = LLVMGetFirstFunction(compilation.module)
    while let current = function {
      function = LLVMGetNextFunction(current)
      pass.recover(in: current)
    }
  }

  private func recover(in function: Value) {
    var casts: [Value] = []
    var block = LLVMGetFirstBasicBlock(function)
    while let current = block {
      block = LLVMGetNextBasicBlock(current)
      var instruction = LLVMGetFirstInstruction(current)
      while let each = instruction {
        instruction = LLVMGetNextInstruction(each)
        if LLVMGetInstructionOpcode(each) == LLVMIntToPtr { casts.append(each) }
      }
    }
    for cast in casts {
      guard let new = pointer(LLVMGetOperand(cast, 0), LLVMGetPointerAddressSpace(b.type(cast))), new != cast else { continue }
      LLVMReplaceAllUsesWith(cast, new)
      dead.append(cast)
    }
    for value in dead.reversed() where LLVMGetFirstUse(value) == nil { LLVMInstructionEraseFromParent(value) }
    dead.removeAll()
    known.removeAll()
  }

  // MARK: what an integer is made of

  private static func isNarrow(_ space: UInt32) -> Bool { space == AddressSpace.lds.rawValue || space == AddressSpace.scratch.rawValue }

  private func opcode(_ value: Value) -> LLVMOpcode? {
    if LLVMIsAInstruction(value) != nil { return LLVMGetInstructionOpcode(value) }
    if LLVMIsAConstantExpr(value) != nil { return LLVMGetConstOpcode(value) }
    return nil
  }

  /// How much a value looks like an address: 4 surely, 3 a kernel's parameter, 2 something loaded or returned, 0 surely not.
  private func rank(_ value: Value, _ depth: Int = 0) -> Int {
    guard let opcode = opcode(value) else { return LLVMIsAArgument(value) != nil ? 2 : 0 }
    if depth > 8 { return 1 }
    func operand(_ index: UInt32) -> Int { rank(LLVMGetOperand(value, index), depth + 1) }
    switch opcode {
    case LLVMPtrToInt: return 4
    case LLVMLoad: return LLVMGetPointerAddressSpace(b.type(LLVMGetOperand(value, 0))) == AddressSpace.constant.rawValue ? 3 : 2
    case LLVMCall, LLVMExtractValue: return 2
    case LLVMAdd: return max(operand(0), operand(1))
    case LLVMSub: return operand(0)
    case LLVMSelect: return max(operand(1), operand(2))
    case LLVMZExt, LLVMTrunc: return operand(0)
    case LLVMPHI:
      return (0..<LLVMCountIncoming(value)).reduce(0) { max($0, rank(LLVMGetIncomingValue(value, $1), depth + 3)) }
    case LLVMMul, LLVMShl, LLVMAnd, LLVMOr, LLVMXor, LLVMLShr, LLVMAShr, LLVMSExt, LLVMURem, LLVMUDiv, LLVMSRem, LLVMSDiv: return 0
    default: return 1
    }
  }

  // MARK: rebuilding

  /// `value` as a pointer into `space`.
  private func pointer(_ value: Value, _ space: UInt32) -> Value? {
    let key = Key(value: value, space: space)
    if let known = known[key] { return known }
    if LLVMIsAConstant(value) != nil { return constant(value, space) }
    let result = rebuilt(value, space) ?? plain(value, space)
    known[key] = result
    return result
  }

  private func constant(_ value: Value, _ space: UInt32) -> Value {
    let type = LLVMPointerTypeInContext(b.context, space)!
    guard LLVMIsAConstantExpr(value) != nil else { return LLVMConstIntToPtr(value, type) }
    switch LLVMGetConstOpcode(value) {
    case LLVMPtrToInt:
      let pointer: Value = LLVMGetOperand(value, 0), from = LLVMGetPointerAddressSpace(b.type(pointer))
      if from == space { return pointer }
      return Self.isNarrow(from) || Self.isNarrow(space) ? LLVMConstIntToPtr(value, type) : LLVMConstAddrSpaceCast(pointer, type)
    case LLVMAdd:
      let left: Value = LLVMGetOperand(value, 0), right: Value = LLVMGetOperand(value, 1)
      let isLeft = rank(left) >= rank(right)
      var index: [Value?] = [isLeft ? right : left]
      return LLVMConstGEP2(b.i8, constant(isLeft ? left : right, space), &index, 1)
    default: return LLVMConstIntToPtr(value, type)
    }
  }

  private func rebuilt(_ value: Value, _ space: UInt32) -> Value? {
    guard let opcode = opcode(value) else { return nil }
    let width = Int(LLVMGetIntTypeWidth(b.type(value)))
    // An address of LDS or scratch is 32 bits wide; a wider register's upper half doesn't count.  A narrower one is extended.
    guard Self.isNarrow(space) ? width >= 32 : width == 64 else { return nil }
    switch opcode {
    case LLVMPtrToInt: return converted(LLVMGetOperand(value, 0), space, at: value)
    case LLVMZExt, LLVMTrunc:
      guard Self.isNarrow(space) else { return nil }
      let inner: Value = LLVMGetOperand(value, 0)
      guard Int(LLVMGetIntTypeWidth(b.type(inner))) >= 32 else { return nil }
      return pointer(inner, space)
    case LLVMAdd:
      let left: Value = LLVMGetOperand(value, 0), right: Value = LLVMGetOperand(value, 1)
      let isLeft = rank(left) >= rank(right)
      guard rank(isLeft ? left : right) > 0, let base = pointer(isLeft ? left : right, space) else { return nil }
      return after(value) { b.offset(base, LLVMGetOperand(value, isLeft ? 1 : 0)) }
    case LLVMSub:
      guard rank(LLVMGetOperand(value, 0)) > 0, let base = pointer(LLVMGetOperand(value, 0), space) else { return nil }
      return after(value) { b.offset(base, b.neg(LLVMGetOperand(value, 1))) }
    case LLVMSelect:
      guard rank(LLVMGetOperand(value, 1)) > 0, rank(LLVMGetOperand(value, 2)) > 0,
        let yes = pointer(LLVMGetOperand(value, 1), space), let no = pointer(LLVMGetOperand(value, 2), space)
      else { return nil }
      return after(value) { b.select(LLVMGetOperand(value, 0), yes, no) }
    case LLVMPHI: return loopPointer(value, space)
    case LLVMLoad: return Self.isNarrow(space) ? nil : loadedPointer(value, space)
    default: return nil
    }
  }

  /// A pointer's place in another address space of the same numbers; nil where numbers differ.
  private func converted(_ pointer: Value, _ space: UInt32, at value: Value) -> Value? {
    let from = LLVMGetPointerAddressSpace(b.type(pointer))
    if from == space { return pointer }
    if Self.isNarrow(from) || Self.isNarrow(space) { return nil }
    let type = LLVMPointerTypeInContext(b.context, space)
    if LLVMIsAConstant(pointer) != nil { return LLVMConstAddrSpaceCast(pointer, type) }
    return after(value) { LLVMBuildAddrSpaceCast(b.raw, pointer, type, "") }
  }

  /// A loop's address: a pointer that goes round instead of an integer.
  private func loopPointer(_ phi: Value, _ space: UInt32) -> Value {
    let type = LLVMPointerTypeInContext(b.context, space)!
    LLVMPositionBuilderBefore(b.raw, phi)
    let new: Value = LLVMBuildPhi(b.raw, type, "")
    known[Key(value: phi, space: space)] = new
    let count = LLVMCountIncoming(phi)
    let width = b.type(phi)
    let number = afterPhis(of: phi) { b.pointerToInt(new, width) }
    known[Key(value: number, space: space)] = new
    LLVMReplaceAllUsesWith(phi, number)
    var incoming: [(Value, Block)] = []
    for index in 0..<count {
      let block = LLVMGetIncomingBlock(phi, index)!
      let value: Value = LLVMGetIncomingValue(phi, index)
      incoming.append((pointer(value, space)!, block))
    }
    b.addIncoming(new, incoming)
    dead.append(phi)
    return new
  }

  /// An address out of a kernel's parameters or constant memory: loaded as a pointer.
  private func loadedPointer(_ load: Value, _ space: UInt32) -> Value? {
    let from: Value = LLVMGetOperand(load, 0)
    guard LLVMGetPointerAddressSpace(b.type(from)) == AddressSpace.constant.rawValue, LLVMGetVolatile(load) == 0,
      LLVMGetOrdering(load) == LLVMAtomicOrderingNotAtomic
    else { return nil }
    LLVMPositionBuilderBefore(b.raw, load)
    let new = b.load(LLVMPointerTypeInContext(b.context, space), from, alignment: Int(LLVMGetAlignment(load)))
    let invariant = LLVMGetMDKindIDInContext(b.context, "invariant.load", 14)
    if let node = LLVMGetMetadata(load, invariant) { LLVMSetMetadata(new, invariant, node) }
    let number = b.pointerToInt(new, b.type(load))
    known[Key(value: number, space: space)] = new
    LLVMReplaceAllUsesWith(load, number)
    dead.append(load)
    return new
  }

  private func plain(_ value: Value, _ space: UInt32) -> Value {
    after(value) { LLVMBuildIntToPtr(b.raw, value, LLVMPointerTypeInContext(b.context, space), "") }
  }

  // MARK: places

  /// Emits right behind the definition of `value`.
  private func after(_ value: Value, _ emit: () -> Value) -> Value {
    if LLVMIsAInstruction(value) == nil {  // an argument or a constant
      let function = LLVMIsAArgument(value) != nil ? LLVMGetParamParent(value)! : LLVMGetBasicBlockParent(b.currentBlock)!
      LLVMPositionBuilderBefore(b.raw, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(function)))
    } else if LLVMGetInstructionOpcode(value) == LLVMPHI {
      return afterPhis(of: value, emit)
    } else {
      LLVMPositionBuilderBefore(b.raw, LLVMGetNextInstruction(value))
    }
    return emit()
  }

  private func afterPhis(of phi: Value, _ emit: () -> Value) -> Value {
    var next: Value? = phi
    while let current = next, LLVMGetInstructionOpcode(current) == LLVMPHI { next = LLVMGetNextInstruction(current) }
    LLVMPositionBuilderBefore(b.raw, next)
    return emit()
  }
}
