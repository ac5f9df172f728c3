// Loads, stores, moves and address conversion.
// Cache and eviction hints change nothing that a program can see and are dropped.
// Source: PTX ISA, "Data Movement and Conversion Instructions", "Memory Consistency Model".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let memory: [String: Handler] = [
    "ld": { f, i, m in try f.load(i, &m) },
    "ldu": { f, i, m in try f.load(i, &m) },
    "st": { f, i, m in try f.store(i, &m) },
    "mov": { f, i, m in try f.move(i, &m) },
    "cvta": { f, i, m in
      let back = m.take("to")
      guard let space = try m.space() else { throw CompileError.invalid(i, "needs a state space") }
      let type = try m.type()
      let value = try f.read(i.operands[1], type)
      guard type.bits == 64 else { throw CompileError.unsupported(i, "32-bit generic addresses") }
      try f.write(i.operands[0], back ? f.fromGeneric(value, space) : f.toGeneric(value, space), type)
    },
    "isspacep": { f, i, m in
      guard let space = try m.space() else { throw CompileError.invalid(i, "needs a state space") }
      try f.write(i.operands[0], try f.isIn(space, try f.read(i.operands[1], .u64)), .pred)
    },
    "prefetch": { _, _, m in while m.take(where: { _ in true }) != nil {} },
    "prefetchu": { _, _, m in while m.take(where: { _ in true }) != nil {} },
    "applypriority": { _, _, m in while m.take(where: { _ in true }) != nil {} },
    "discard": { _, _, m in while m.take(where: { _ in true }) != nil {} },
    "createpolicy": { f, i, m in  // a policy only steers caches
      while m.take(where: { _ in true }) != nil {}
      if let d = i.operands.first { try f.write(d, f.b.int64(0), .b64) }
    },
  ]
}

/// How strongly an access is ordered.
struct AccessOrder {
  var ordering: LLVMAtomicOrdering?
  var scope = ""
  var isVolatile = false
}

extension Modifiers {
  mutating func accessOrder() -> AccessOrder {
    var order = AccessOrder()
    if let word = take(oneOf: ["relaxed", "acquire", "release", "weak", "volatile", "mmio"]) {
      switch word {
      case "relaxed": order.ordering = LLVMAtomicOrderingMonotonic
      case "acquire": order.ordering = LLVMAtomicOrderingAcquire
      case "release": order.ordering = LLVMAtomicOrderingRelease
      case "volatile": order.isVolatile = true
      case "mmio": order.isVolatile = true; order.ordering = LLVMAtomicOrderingMonotonic; _ = take("relaxed")
      default: break
      }
    }
    if let scope = scope() { order.scope = scope }
    return order
  }
  /// Cache operators, eviction priorities, prefetch sizes and policies.
  mutating func takeCacheHints() {
    while take(where: { ["ca", "cg", "cs", "lu", "cv", "wb", "wt", "unified"].contains($0) || $0.hasPrefix("L1::") || $0.hasPrefix("L2::") }) != nil {}
  }
}

extension FunctionLowering {
  private func order(_ access: Value, _ order: AccessOrder) {
    if order.isVolatile { LLVMSetVolatile(access, 1) }
    if let ordering = order.ordering {
      LLVMSetOrdering(access, ordering)
      LLVMSetAtomicSyncScopeID(access, b.scope(order.scope))
    }
  }

  func load(_ i: Instruction, _ m: inout Modifiers) throws {
    m.takeCacheHints()
    let readOnly = m.take("nc") || i.opcode == "ldu"
    var order = m.accessOrder()
    let space = try m.space() ?? .generic, count = m.vector(), type = try m.type()
    let address = try pointer(i.operands[1], space, i)
    let from = LLVMGetPointerAddressSpace(b.type(address))
    let element = b.type(of: type)
    let whole = count == 1 ? element : b.vector(element, count)
    if from == AddressSpace.constant.rawValue { order = AccessOrder() }  // constant memory doesn't change
    // There are no atomic vectors: volatile, then a fence.
    let fenceAfter = (count > 1 || type.bits > 64) && order.ordering == LLVMAtomicOrderingAcquire
    if count > 1 || type.bits > 64, order.ordering != nil { order.ordering = nil; order.isVolatile = true }
    // An atomic access is of an integer.
    let accessed = order.ordering != nil && !b.isInteger(whole) ? b.int(type.bits) : whole
    let value = b.load(accessed, address, alignment: alignment(of: i.operands[1], type.bytes * count, space))
    self.order(value, order)
    if fenceAfter { b.fence(LLVMAtomicOrderingAcquire, scope: order.scope) }
    if readOnly || from == AddressSpace.constant.rawValue { b.annotate(value, "invariant.load") }
    if accessed != whole { return try write(i.operands[0], b.coerce(value, to: whole), type) }
    for (index, part) in try elements(i.operands[0], count, i).enumerated() {
      try write(part, count == 1 ? value : b.element(value, index), type)
    }
  }


  func store(_ i: Instruction, _ m: inout Modifiers) throws {
    m.takeCacheHints()
    var order = m.accessOrder()
    let space = try m.space() ?? .generic, count = m.vector(), type = try m.type()
    let address = try pointer(i.operands[0], space, i)
    let parts = try elements(i.operands[1], count, i).map { try read($0, type) }
    var value = parts[0]
    if count > 1 {
      value = b.undefined(b.vector(b.type(of: type), count))
      for (index, part) in parts.enumerated() { value = b.insert(part, into: value, index) }
    }
    if order.ordering != nil, count > 1 || type.bits > 64 {
      if order.ordering == LLVMAtomicOrderingRelease { b.fence(LLVMAtomicOrderingRelease, scope: order.scope) }
      order.ordering = nil
      order.isVolatile = true
    }
    if order.ordering != nil { value = b.coerce(value, to: b.int(type.bits)) }
    self.order(b.store(value, address, alignment: alignment(of: i.operands[0], type.bytes * count, space)), order)
  }

  /// Accesses are naturally aligned, but for parameters and scratch copies of them, whose declaration counts.
  private func alignment(of operand: Operand, _ natural: Int, _ space: StateSpace) -> Int {
    guard case .address(.symbol(let name), let offset) = operand else { return natural }
    let declared: Int
    switch entity(name) {
    case .memory(_, let variable)? where variable.space == .param || variable.space == .local: declared = max(variable.byteAlignment, 4)
    case .kernelParameter(_, let variable)?: declared = variable.byteAlignment
    default: return natural
    }
    let place = offset == 0 ? declared : min(declared, 1 << offset.trailingZeroBitCount)
    return min(natural, place)
  }

  func move(_ i: Instruction, _ m: inout Modifiers) throws {
    let count = m.vector(), type = try m.type()
    if count > 1 {  // a vector register or %tid and its like
      let targets = try elements(i.operands[0], count, i)
      for (target, part) in zip(targets, ["x", "y", "z", "w"]) { try write(target, try read(.element(i.operands[1], part), type), type) }
      return
    }
    switch (i.operands[0], i.operands[1]) {
    case (_, .vector(let parts)):  // pack: the first part is the lowest
      let width = type.bits / parts.count
      let whole = b.int(type.bits)
      var value = b.zero(whole)
      for (index, part) in parts.enumerated() {
        let bits = b.zext(try read(part, Self.bitType(width)), whole)
        value = b.or(value, b.shl(bits, b.constant(whole, index * width)))
      }
      try write(i.operands[0], value, Self.bitType(type.bits))
    case (.vector(let parts), let source):  // unpack
      let width = type.bits / parts.count
      let value = try read(source, Self.bitType(type.bits)), whole = b.type(value)
      for (index, part) in parts.enumerated() {
        try write(part, b.trunc(b.lshr(value, b.constant(whole, index * width)), b.int(width)), Self.bitType(width))
      }
    default:
      try write(i.operands[0], try read(i.operands[1], type), type)
    }
  }

  static func bitType(_ bits: Int) -> ScalarType {
    switch bits { case 8: .b8; case 16: .b16; case 32: .b32; case 64: .b64; default: .b128 }
  }
}
