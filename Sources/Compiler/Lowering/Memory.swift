// Loads, stores, moves and address conversion.
// Cache and eviction hints change nothing that a program can see; those that say "once only" become LLVM's nontemporal.
// Source: PTX ISA, "Data Movement and Conversion Instructions", "Memory Consistency Model".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let memory: [String: Handler] = [
    "ld": { f, i, m in try f.load(i, &m) },
    "ldu": { f, i, m in try f.load(i, &m) },
    "st": { f, i, m in try m.take("async") ? f.storeAsync(i, &m) : f.store(i, &m) },
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
    "mapa": { f, i, m in  // the cluster is this block: the same address
      _ = try m.space()
      let type = try m.type()
      try f.write(i.operands[0], try f.read(i.operands[1], type), type)
    },
    "getctarank": { f, i, m in
      _ = try m.space()
      _ = try m.type()
      try f.write(i.operands[0], f.b.int32(0), .u32)
    },
    "prefetch": { _, i, m in
      if m.words.contains("tensormap") { throw CompileError.unsupported(i, "there are no tensor maps") }
      m.takeCacheSteering()
    },
    "prefetchu": { _, _, m in m.takeCacheSteering() },
    "applypriority": { _, _, m in m.takeCacheSteering() },
    "discard": { _, _, m in m.takeCacheSteering() },
    "createpolicy": { f, i, m in  // a policy only steers caches
      guard m.take(oneOf: ["fractional", "range", "cvt"]) != nil else { throw CompileError.invalid(i, "needs .fractional, .range or .cvt") }
      m.takeCacheSteering()
      _ = try m.type()
      try f.write(i.operands[0], f.b.int64(0), .b64)
    },
  ]
}

/// How strongly an access is ordered.
struct AccessOrder {
  var ordering: LLVMAtomicOrdering?
  var scope = ""
  var isVolatile = false
}

/// What the words about caches ask for.
struct CacheHints {
  /// The line will not be used again: LLVM's nontemporal.
  var isStreaming = false
  /// Read past the first-level cache, as programs rely on that used .cg before there was a memory model.
  var passesFirstLevel = false
  /// Read or written through to memory: an access of system scope.
  var isThrough = false
}

extension Modifiers {
  mutating func accessOrder() -> AccessOrder {
    var order = AccessOrder()
    if let word = take(oneOf: ["relaxed", "acquire", "release", "weak", "volatile", "mmio"]) {
      switch word {
      case "relaxed": order.ordering = LLVMAtomicOrderingMonotonic
      case "acquire": order.ordering = LLVMAtomicOrderingAcquire
      case "release": order.ordering = LLVMAtomicOrderingRelease
      // Neither merged, nor split, nor left out; of system scope.  PTX: as .relaxed.sys.
      case "volatile": order.ordering = LLVMAtomicOrderingMonotonic
      case "mmio": order.isVolatile = true; order.ordering = LLVMAtomicOrderingMonotonic; _ = take("relaxed")
      default: break
      }
      // Lanes of a warp may count on the order of volatile accesses to shared memory.
      if word == "volatile", words.contains(where: { $0.hasPrefix("shared") }) { order = AccessOrder(ordering: nil, isVolatile: true) }
      if word == "relaxed", take("mmio") { order.isVolatile = true }
    }
    if let scope = scope() { order.scope = scope }
    return order
  }
  /// Cache operators, eviction priorities, prefetch sizes and policies.
  @discardableResult mutating func takeCacheHints() -> CacheHints {
    var hints = CacheHints()
    while let word = take(where: { ["ca", "cg", "cs", "lu", "cv", "wb", "wt", "unified"].contains($0) || $0.hasPrefix("L1::") || $0.hasPrefix("L2::") }) {
      switch word {
      case "cs", "lu", "L1::evict_first", "L1::no_allocate", "L2::evict_first": hints.isStreaming = true
      case "cg": hints.passesFirstLevel = true
      case "cv", "wt": hints.isThrough = true
      default: break
      }
    }
    return hints
  }
  /// The words of instructions that do nothing but steer caches.
  mutating func takeCacheSteering() {
    while take(where: { ["L1", "L2", "global", "local", "const", "param", "generic"].contains($0) || $0.hasPrefix("L1::") || $0.hasPrefix("L2::") }) != nil {}
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

  private func stream(_ access: Value) {
    var one: [LLVMMetadataRef?] = [LLVMValueAsMetadata(b.int32(1))]
    b.annotate(access, "nontemporal", LLVMMDNodeInContext2(b.context, &one, 1))
  }

  /// How `count` values of `type` lie in memory: 128-bit values as words, which are read and written at once.
  private func memoryType(_ type: ScalarType, _ count: Int) -> Type {
    if type.bits > 64 { return b.vector(b.i32, type.bits / 32 * count) }
    return count == 1 ? b.type(of: type) : b.vector(b.type(of: type), count)
  }

  func load(_ i: Instruction, _ m: inout Modifiers) throws {
    let hints = m.takeCacheHints()
    let readOnly = m.take("nc") || i.opcode == "ldu"
    var order = m.accessOrder()
    let space = try m.space() ?? .generic, count = m.vector(), type = try m.type()
    let address = try pointer(i.operands[1], space, i)
    let from = LLVMGetPointerAddressSpace(b.type(address))
    let whole = memoryType(type, count)
    if order.ordering == nil, !order.isVolatile, !readOnly {
      if hints.isThrough { order = AccessOrder(ordering: LLVMAtomicOrderingMonotonic) }
      else if hints.passesFirstLevel { order = AccessOrder(ordering: LLVMAtomicOrderingMonotonic, scope: "agent") }
    }
    // Constant memory doesn't change, and nobody else sees scratch.
    if from == AddressSpace.constant.rawValue || from == AddressSpace.scratch.rawValue { order = AccessOrder() }
    // There are no atomic accesses of more than 64 bits: volatile, then a fence.
    let isWide = count > 1 || type.bits > 64
    let fenceAfter = isWide && order.ordering == LLVMAtomicOrderingAcquire
    if isWide, order.ordering != nil { order.ordering = nil; order.isVolatile = true }
    // An atomic access is of an integer.
    let accessed = order.ordering != nil && !b.isInteger(whole) ? b.int(type.bits) : whole
    let value = b.load(accessed, address, alignment: alignment(of: i.operands[1], type.bytes * count, space))
    self.order(value, order)
    if fenceAfter { b.fence(LLVMAtomicOrderingAcquire, scope: order.scope) }
    if readOnly || from == AddressSpace.constant.rawValue { b.annotate(value, "invariant.load") }
    if hints.isStreaming, order.ordering == nil, !order.isVolatile, [0, 1].contains(from) { stream(value) }
    if count == 1 { return try write(i.operands[0], b.coerce(value, to: b.type(of: type)), type) }
    let vector = b.bitcast(value, b.vector(b.type(of: type), count))
    for (index, part) in try elements(i.operands[0], count, i).enumerated() { try write(part, b.element(vector, index), type) }
  }

  func store(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("async") { throw CompileError.unsupported(i, "an asynchronous store into another block's shared memory") }
    if m.take("bulk") { return try storeBulk(i, &m) }
    let hints = m.takeCacheHints()
    var order = m.accessOrder()
    let space = try m.space() ?? .generic, count = m.vector(), type = try m.type()
    let address = try pointer(i.operands[0], space, i)
    let to = LLVMGetPointerAddressSpace(b.type(address))
    let parts = try elements(i.operands[1], count, i).map { try read($0, type) }
    var value = parts[0]
    if count > 1 {
      value = b.undefined(b.vector(b.type(of: type), count))
      for (index, part) in parts.enumerated() { value = b.insert(part, into: value, index) }
    }
    if hints.isThrough, order.ordering == nil, !order.isVolatile { order = AccessOrder(ordering: LLVMAtomicOrderingMonotonic) }
    if to == AddressSpace.scratch.rawValue { order = AccessOrder() }
    if order.ordering != nil, count > 1 || type.bits > 64 {
      if order.ordering == LLVMAtomicOrderingRelease { b.fence(LLVMAtomicOrderingRelease, scope: order.scope) }
      if type == .b128, count == 1 { return storeLocked(value, address) }
      order.ordering = nil
      order.isVolatile = true
    }
    value = order.ordering != nil ? b.coerce(value, to: b.int(type.bits)) : b.bitcast(value, memoryType(type, count))
    let store = b.store(value, address, alignment: alignment(of: i.operands[0], type.bytes * count, space))
    self.order(store, order)
    if hints.isStreaming, order.ordering == nil, !order.isVolatile, [0, 1].contains(to) { stream(store) }
  }

  /// `st.bulk [a], size, 0`: zeros.
  private func storeBulk(_ i: Instruction, _ m: inout Modifiers) throws {
    _ = m.take("weak")
    let space = try m.space() ?? .generic
    let address = try pointer(i.operands[0], space, i)
    let isNarrow = LLVMGetPointerAddressSpace(b.type(address)) == AddressSpace.lds.rawValue
    let size = b.resize(try read(i.operands[1], .u64), isNarrow ? b.i32 : b.i64)
    let name = "llvm.memset.p\(LLVMGetPointerAddressSpace(b.type(address))).\(isNarrow ? "i32" : "i64")"
    b.call(name, b.void, [address, b.zero(b.i8), size, b.bool(false)])
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
