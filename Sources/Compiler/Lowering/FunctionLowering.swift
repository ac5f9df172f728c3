// One PTX function body as LLVM IR: scopes, registers, blocks and the walk over statements.
// Virtual registers are stack slots in the entry block, which LLVM's SROA turns into values; an unwritten register holds
// an arbitrary but fixed value.  Instruction families are extensions in their own files, reached through `Instructions`.
import CLLVM
import PTX

/// What a name stands for inside a function.
enum Entity {
  case register(Register)
  /// A variable with an address: module variables, shared and local ones, and a function's .param space.
  case memory(address: Value, variable: Variable)
  case kernelParameter(offset: Int, variable: Variable)
}

final class Register {
  let type: ScalarType
  let vector: Int
  var slots: [Value] = []
  init(_ type: ScalarType, vector: Int) { self.type = type; self.vector = vector }
}

struct Scope {
  var entities: [String: Entity] = [:]
  var labels: [String: Block] = [:]
  var branchTargets: [String: [String]] = [:]
  var prototypes: [String: (results: [Variable], parameters: [Variable], noReturn: Bool)] = [:]
  /// Kept alive by the call that names it: `.calltargets` restricts nothing that we rely on.
  var callTargets: [String: [String]] = [:]
  /// Where code after a label goes whose own block only sends lanes there by a turn.
  var places: [String: Block] = [:]
}

final class FunctionLowering {
  let module: ModuleLowering
  let b: IRBuilder
  let function: Function
  let value: Value
  let layout: ParameterLayout
  var scopes: [Scope] = []
  private lazy var singleDefinitions = SingleDefinitions(function.body ?? []).names
  private let entry: Block
  private let body: Block
  private var carrySlot: Value?
  var resultSlots: [(address: Value, variable: Variable)] = []
  var threadCache: [String: Value] = [:]
  /// Tiles of matrices that were made in whole-wave mode so far.
  var wholeWaveTiles = 0
  /// Blocks where a loop begins that is not to be unrolled.
  var loopsThatStay: Set<Block> = []
  /// The instruction before this one ended the thread for good (trap, a call that doesn't return).
  var afterNoReturn = false
  /// How lanes take turns, where they do: the kernel's, shared by what is made part of it.
  var turns: Turns?
  private let plan: TurnPlan?
  /// Where `ret` leads in a function that is made part of another.
  private var returning: Block?
  private var ending: Block?
  private unowned let caller: FunctionLowering?
  var inlining: [String] = []

  var isKernel: Bool { function.kind == .entry }

  init(_ function: Function, value: Value, in module: ModuleLowering) {
    self.function = function
    self.value = value
    self.module = module
    b = module.b
    layout = ParameterLayout(function.kind == .entry ? function.parameters : [])
    entry = b.block(in: value, "entry")
    body = b.block(in: value, "body")
    caller = nil
    plan = module.mapping == .yielding && function.kind == .entry ? TurnPlan(function.body ?? [], module.traits) : nil
  }

  /// A function that becomes part of its caller.
  init(_ function: Function, partOf caller: FunctionLowering) {
    self.function = function
    self.caller = caller
    value = caller.value
    module = caller.module
    b = caller.b
    layout = ParameterLayout([])
    entry = caller.entry
    body = caller.body
    turns = caller.turns
    inlining = caller.inlining + [function.name]
    plan = caller.turns == nil ? nil : TurnPlan(function.body ?? [], module.traits)
  }

  func lower() throws {
    b.move(to: body)
    scopes = [Scope()]
    if isKernel {
      for (name, place) in layout.offsets { scopes[0].entities[name] = .kernelParameter(offset: place.offset, variable: place.variable) }
      clearCountedBarriers()
      if module.mapping == .yielding { turns = Turns(self) }
      if module.mapping == .yielding || !module.countedBarriers.isEmpty { ending = newBlock("end") }
      leaveUnusedLanes()
    } else {
      try receiveParameters()
    }
    try lower(function.body ?? [])
    if LLVMGetBasicBlockTerminator(b.currentBlock) == nil { try emitReturn() }
    if let ending {
      turns?.finish(self, ending)
      b.move(to: ending)
      if turns == nil { countEndedThreads() }
      LLVMBuildRetVoid(b.raw)
    }
    b.move(to: entry)
    b.branch(body)
  }

  /// The body in the middle of a caller's; goes on after it, where results can be read.
  func lowerInPlace(_ arguments: [Value]) throws {
    let after = newBlock("after." + function.name)
    returning = after
    scopes = [Scope()]
    for (parameter, argument) in zip(function.parameters, arguments) { try receive(parameter, argument) }
    for result in function.results { try declare(result) }
    try lower(function.body ?? [])
    if LLVMGetBasicBlockTerminator(b.currentBlock) == nil { b.branch(after) }
    b.move(to: after)
  }

  /// The end of the thread.
  func emitExit() {
    if let caller { return caller.emitExit() }
    guard let ending else { LLVMBuildRetVoid(b.raw); return }
    guard let turns else { b.branch(ending); return }
    countEndedThreads()
    turns.end()
  }

  /// Ends a function that is part of another one; false where it is none.
  func returnInPlace() -> Bool {
    guard let returning else { return false }
    b.branch(returning)
    return true
  }

  /// Runs `emit` in the entry block, where slots and thread indices belong.
  func inEntry<T>(_ emit: () throws -> T) rethrows -> T {
    let here = b.currentBlock
    b.move(to: entry)
    defer { b.move(to: here) }
    return try emit()
  }

  func newBlock(_ name: String = "") -> Block { b.block(in: value, name) }

  // MARK: statements

  func lower(_ statements: [Statement]) throws {
    for statement in statements {
      switch statement {
      case .label(let name, let position):
        let block = newBlock(name)
        guard let turns, plan?.labels.contains(position) == true else { scopes[scopes.count - 1].labels[name] = block; continue }
        scopes[scopes.count - 1].labels[name] = turns.gate(to: block, in: self)
        scopes[scopes.count - 1].places[name] = block
      case .branchTargets(let name, let labels, _): scopes[scopes.count - 1].branchTargets[name] = labels
      case .callTargets(let name, let functions, _): scopes[scopes.count - 1].callTargets[name] = functions
      case .callPrototype(let name, let results, let parameters, let noReturn, _):
        scopes[scopes.count - 1].prototypes[name] = (results, parameters, noReturn)
      default: break
      }
    }
    for statement in statements {
      switch statement {
      case .variable(let variable): try declare(variable)
      case .label(let name, _):
        let block = scopes[scopes.count - 1].labels[name]!
        if LLVMGetBasicBlockTerminator(b.currentBlock) == nil { b.branch(block) }
        b.move(to: scopes[scopes.count - 1].places[name] ?? block)
        afterNoReturn = false
      case .instruction(let instruction): try lower(instruction)
      case .block(let statements, _):
        scopes.append(Scope())
        try lower(statements)
        scopes.removeLast()
      case .pragma(let words, _): if words.contains("nounroll") { loopsThatStay.insert(b.currentBlock) }
      case .branchTargets, .callTargets, .callPrototype, .location: break
      }
    }
  }

  func lower(_ instruction: Instruction) throws {
    try module.check(instruction)
    guard let handler = Instructions.table[instruction.opcode] else {
      throw CompileError.unsupported(instruction, "the instruction `\(instruction.opcode)` is not lowered")
    }
    if LLVMGetBasicBlockTerminator(b.currentBlock) != nil { b.move(to: newBlock("dead")) }
    var modifiers = Modifiers(instruction)
    if let predicate = instruction.predicate, instruction.opcode != "bra" {
      let (run, next) = (newBlock(), newBlock())
      b.branch(try read(predicate), run, next)
      b.move(to: run)
      try meet(instruction)
      try handler(self, instruction, &modifiers)
      if LLVMGetBasicBlockTerminator(b.currentBlock) == nil { b.branch(next) }
      b.move(to: next)
      afterNoReturn = false
    } else {
      try meet(instruction)
      try handler(self, instruction, &modifiers)
    }
    try modifiers.finish()
  }

  // MARK: declarations

  func declare(_ variable: Variable) throws {
    let scope = scopes.count - 1
    switch variable.space {
    case .reg:
      if let count = variable.count {
        for index in 0..<count {
          scopes[scope].entities[variable.name + String(index)] = .register(Register(variable.type, vector: variable.vector))
        }
      } else {
        scopes[scope].entities[variable.name] = .register(Register(variable.type, vector: variable.vector))
      }
    case .local, .param:
      let size = align(max(variable.byteCount, 1), 4)
      let alignment = max(variable.byteAlignment, 4)
      let slot = inEntry { b.alloca(b.array(b.i8, size), alignment: alignment) }
      scopes[scope].entities[variable.name] = .memory(address: slot, variable: variable)
    case .shared, .global, .const:
      scopes[scope].entities[variable.name] = .memory(
        address: try module.declare(variable, owner: variable.linkage == .extern ? nil : function.name), variable: variable)
    default:
      throw CompileError.unsupported(variable.position, "a .\(variable.space.rawValue) variable in a function")
    }
  }

  func entity(_ name: String) -> Entity? {
    for scope in scopes.reversed() { if let entity = scope.entities[name] { return entity } }
    return module.variable(name)
  }
  func label(_ name: String, _ instruction: Instruction) throws -> Block {
    for scope in scopes.reversed() { if let block = scope.labels[name] { return block } }
    throw CompileError.invalid(instruction, "no label `\(name)` in this function")
  }

  // MARK: registers

  private func slot(_ register: Register, _ index: Int, _ name: String) -> Value {
    if register.slots.isEmpty {
      let type = b.type(of: register.type)
      register.slots = inEntry {
        (0..<register.vector).map { _ in
          let slot = b.alloca(type)
          if register.vector > 1 || !singleDefinitions.contains(name) { b.store(b.freeze(LLVMGetPoison(type)), slot) }
          return slot
        }
      }
    }
    return register.slots[index]
  }

  private static let elementIndex = ["x": 0, "y": 1, "z": 2, "w": 3, "r": 0, "g": 1, "b": 2, "a": 3]

  func slot(of operand: Operand) throws -> (slot: Value, type: ScalarType)? {
    switch operand {
    case .register(let name), .symbol(let name):
      guard case .register(let register)? = entity(name) else { return nil }
      return (slot(register, 0, name), register.type)
    case .element(.register(let name), let part), .element(.symbol(let name), let part):
      guard case .register(let register)? = entity(name), let index = Self.elementIndex[part], index < register.vector else { return nil }
      return (slot(register, index, name), register.type)
    default: return nil
    }
  }

  /// The elements of a vector operand: `{a, b}`, or a vector register.
  func elements(_ operand: Operand, _ count: Int, _ instruction: Instruction) throws -> [Operand] {
    if case .vector(let parts) = operand {
      guard parts.count == count else { throw CompileError.invalid(instruction, "a vector of \(parts.count) where \(count) are needed") }
      return parts
    }
    if case .register(let name) = operand, case .register(let register)? = entity(name), register.vector >= count {
      return ["x", "y", "z", "w"].prefix(count).map { .element(operand, $0) }
    }
    if count == 1 { return [operand] }
    throw CompileError.invalid(instruction, "`\(operand)` is no vector of \(count)")
  }

  /// The value of an operand as `type` computes; a wider register is truncated, a narrower extended by the type's sign.
  func read(_ operand: Operand, _ type: ScalarType) throws -> Value {
    let wanted = b.type(of: type)
    if let (slot, declared) = try slot(of: operand) {
      return b.coerce(b.load(b.type(of: declared), slot), to: wanted, signed: type.isSigned)
    }
    switch operand {
    case .integer(let bits):
      if wanted == b.i1 { return b.bool(bits != 0) }
      if type == .b128 { return b.sext(b.constant(b.i64, bits), b.i128) }
      return b.coerce(b.constant(b.int(min(64, type.bits)), bits), to: wanted)
    case .float32(let bits):
      if type == .f64 { return b.real(b.double, Double(Float(bitPattern: bits))) }
      return b.coerce(b.constant(b.i32, UInt64(bits)), to: wanted)
    case .float64(let bits):
      if type == .f32 { return b.floatBits(Float(Double(bitPattern: bits)).bitPattern) }
      return b.coerce(b.constant(b.i64, bits), to: wanted)
    case .negated(let operand): return b.not(try read(operand, type))
    case .register(let name), .symbol(let name):
      if let special = try specialRegister(name) { return b.coerce(special, to: wanted) }
      return b.coerce(try addressOf(name, offset: 0), to: wanted)
    case .element(.register(let name), let part), .element(.symbol(let name), let part):
      if let special = try specialRegister(name + "." + part) { return b.coerce(special, to: wanted) }
    case .address(let base, let offset):
      switch base {
      case .symbol(let name), .register(let name):
        if try slot(of: base) == nil { return b.coerce(try addressOf(name, offset: offset), to: wanted) }
        return b.add(try read(base, type), b.constant(wanted, Int(offset)))
      default: break
      }
    default: break
    }
    throw CompileError(.invalidPTX, "`\(operand)` is not known in \(function.name)")
  }

  func read(_ predicate: Predicate) throws -> Value {
    let value = try read(.register(predicate.register), .pred)
    return predicate.negated ? b.not(value) : value
  }

  /// Writes `value`, computed as `type`, extending it to a wider register by the type's sign.
  func write(_ operand: Operand, _ value: Value, _ type: ScalarType) throws {
    if case .sink = operand { return }
    guard let (slot, declared) = try slot(of: operand) else {
      throw CompileError(.invalidPTX, "`\(operand)` is no register of \(function.name)")
    }
    b.store(b.coerce(value, to: b.type(of: declared), signed: type.isSigned), slot)
  }

  /// The extended-precision carry, CC.CF.
  var carry: Value {
    get { b.load(b.i1, carryAddress()) }
    set { b.store(newValue, carryAddress()) }
  }
  private func carryAddress() -> Value {
    if let carrySlot { return carrySlot }
    let slot = inEntry {
      let slot = b.alloca(b.i1)
      b.store(b.bool(false), slot)
      return slot
    }
    carrySlot = slot
    return slot
  }
}

typealias Handler = (FunctionLowering, Instruction, inout Modifiers) throws -> Void

/// Every opcode that is lowered, by family.
enum Instructions {
  nonisolated(unsafe) static let families: [(name: String, handlers: [String: Handler])] = [
    ("integer", integer), ("logic and shift", logic), ("floating point", floatingPoint), ("approximate", approximate),
    ("comparison", comparison), ("conversion", conversion), ("memory", memory), ("atomics", atomics), ("fences", fences),
    ("textures", textures), ("control", control), ("barriers", barriers), ("memory barriers", memoryBarriers),
    ("asynchronous copies", asyncCopies), ("warp", warp), ("matrices", matrices), ("video", video), ("scalar video", scalarVideo),
  ]
  nonisolated(unsafe) static let table: [String: Handler] = {
    var table: [String: Handler] = [:]
    for family in families { table.merge(family.handlers) { _, _ in fatalError("an opcode in two families") } }
    return table
  }()
}
