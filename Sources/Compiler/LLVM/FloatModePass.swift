// Calls that stand for operations under another MODE (Lowering/ModeOperations.swift) become regions: inline assembly that sets MODE,
// computes, and sets it back.  LLVM sees one operation that depends on its operands alone, so nothing moves into a region or out of it.
// In each block, operations share a region as far as their operands allow: earlier ones are moved down to the first use of any of
// their results, later ones are moved up with the plain arithmetic that feeds them.  Within a region the order has the fewest switches.
// Order: after the optimisation pipeline, before code generation.  Source: AMD's ISA manuals, "MODE register"; LLVM's
// GCNHazardRecognizer (two wait states between writes of one hardware register by s_setreg).
import CLLVM
import PTX

struct FloatModeReport {
  var regions = 0, operations = 0, switches = 0
  /// Of a region within a loop the switches run each time; the report counts instructions.
  var text: String {
    "floating-point mode: \(operations) operation\(operations == 1 ? "" : "s") in \(regions) region\(regions == 1 ? "" : "s"), \(switches) switch\(switches == 1 ? "" : "es")"
  }
}

struct FloatModePass {
  private let b: IRBuilder
  private let target: GPUTarget
  private let usual: FloatEnvironment
  private(set) var report = FloatModeReport()
  /// Results and operands of a region live in registers together: more than this many of 32 bits would only be spilt, and near the
  /// limit of a lane (128 where a workgroup has 1024 lanes) the register allocator searches for ever.
  private static let mostRegisters = 64

  private struct Member {
    let call: Value
    let operation: ModeOperation
    let bits: Int
    var arguments: [Value]
  }

  static func run(_ compilation: Compilation) {
    let lowering = compilation.lowering!
    var pass = FloatModePass(b: lowering.b, target: compilation.toolchain.target, usual: lowering.environment)
    var calls: [Value] = []
    var function = LLVMGetFirstFunction(compilation.module)
    while let current = function {
      function = LLVMGetNextFunction(current)
      if LLVMIsDeclaration(current) != 0 {
        if ModeCall.parse(name(of: current)) != nil { calls.append(current) }
      }
    }
    if calls.isEmpty { return }
    function = LLVMGetFirstFunction(compilation.module)
    while let current = function {
      function = LLVMGetNextFunction(current)
      guard LLVMIsDeclaration(current) == 0 else { continue }
      var block = LLVMGetFirstBasicBlock(current)
      while let here = block {
        block = LLVMGetNextBasicBlock(here)
        while pass.makeRegion(in: here) {}
      }
    }
    for call in calls where LLVMGetFirstUse(call) == nil { LLVMDeleteFunction(call) }
    if pass.report.regions > 0 { compilation.notes.append(pass.report.text) }
  }

  private init(b: IRBuilder, target: GPUTarget, usual: FloatEnvironment) { (self.b, self.target, self.usual) = (b, target, usual) }

  private static func name(of value: Value) -> String {
    var length = 0
    guard let text = LLVMGetValueName2(value, &length) else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  }

  private func member(_ instruction: Value) -> Member? {
    guard LLVMIsACallInst(instruction) != nil, let callee = LLVMGetCalledValue(instruction), LLVMIsAFunction(callee) != nil,
      let (operation, bits) = ModeCall.parse(Self.name(of: callee)) else { return nil }
    let arguments = (0..<LLVMGetNumArgOperands(instruction)).map { LLVMGetOperand(instruction, $0)! }
    return Member(call: instruction, operation: operation, bits: bits, arguments: arguments)
  }

  // MARK: choosing

  /// Makes a region of the block's first calls; false when it has none.
  private mutating func makeRegion(in block: Block) -> Bool {
    var instructions: [Value] = []
    var members: [Member] = [], isMember: Set<Value> = []
    // The region stands before this instruction: the first that uses a result.
    var place: Int?
    // What can't be had before the region.  `movable` can, by moving it up.
    var late: Set<Value> = [], movable: [Value: Int] = [:], moved: Set<Value> = []
    var inputs: Set<Value> = [], registers = 0
    func newRegisters(_ member: Member) -> Int {
      ([member.call] + member.arguments.filter { !isMember.contains($0) && !inputs.contains($0) && LLVMIsConstant($0) == 0 })
        .reduce(0) { $0 + (b.bits(b.type($1)) + 31) / 32 }
    }
    var next = LLVMGetFirstInstruction(block)
    while let instruction = next {
      next = LLVMGetNextInstruction(instruction)
      instructions.append(instruction)
      let index = instructions.count - 1
      let found = member(instruction)
      if members.isEmpty {
        guard let found else { continue }
        registers = newRegisters(found)
        inputs.formUnion(found.arguments)
        members.append(found)
        isMember.insert(instruction)
        continue
      }
      let operands = (0..<UInt32(max(0, LLVMGetNumOperands(instruction)))).compactMap { LLVMGetOperand(instruction, $0) }
      if operands.contains(where: late.contains) {
        late.insert(instruction)
      } else if let found, registers + newRegisters(found) <= Self.mostRegisters {
        registers += newRegisters(found)
        inputs.formUnion(found.arguments)
        members.append(found)
        isMember.insert(instruction)
        var feeding = operands
        while let operand = feeding.popLast() {
          guard movable[operand] != nil, moved.insert(operand).inserted else { continue }
          feeding += (0..<UInt32(LLVMGetNumOperands(operand))).compactMap { LLVMGetOperand(operand, $0) }
        }
      } else if operands.contains(where: isMember.contains) {
        if place == nil { place = index }
        late.insert(instruction)
      } else if place != nil {
        if Self.isPlainArithmetic(instruction) { movable[instruction] = index } else { late.insert(instruction) }
      }
    }
    guard !members.isEmpty else { return false }
    let before = place.map { instructions[$0] } ?? instructions.last!
    LLVMPositionBuilderBefore(b.raw, before)
    for value in moved.sorted(by: { movable[$0]! < movable[$1]! }) {
      LLVMInstructionRemoveFromParent(value)
      LLVMInsertIntoBuilder(b.raw, value)
    }
    emit(members)
    return true
  }

  /// Reads and writes nothing, and can't trap.
  private static func isPlainArithmetic(_ instruction: Value) -> Bool {
    switch LLVMGetInstructionOpcode(instruction) {
    case LLVMAdd, LLVMSub, LLVMMul, LLVMAnd, LLVMOr, LLVMXor, LLVMShl, LLVMLShr, LLVMAShr, LLVMFAdd, LLVMFSub, LLVMFMul, LLVMFDiv, LLVMFNeg,
      LLVMICmp, LLVMFCmp, LLVMSelect, LLVMTrunc, LLVMZExt, LLVMSExt, LLVMFPTrunc, LLVMFPExt, LLVMFPToUI, LLVMFPToSI, LLVMUIToFP, LLVMSIToFP,
      LLVMBitCast, LLVMExtractElement, LLVMInsertElement, LLVMShuffleVector, LLVMExtractValue, LLVMInsertValue, LLVMGetElementPtr, LLVMFreeze: return true
    case LLVMCall:
      guard let callee = LLVMGetCalledValue(instruction), LLVMIsAFunction(callee) != nil else { return false }
      let name = Self.name(of: callee)
      return ["llvm.fabs.", "llvm.fma.", "llvm.copysign.", "llvm.minimum", "llvm.maximum", "llvm.is.fpclass.", "llvm.ldexp.", "llvm.sqrt."].contains { name.hasPrefix($0) }
    default: return false
    }
  }

  // MARK: writing

  private mutating func emit(_ members: [Member]) {
    var number: [Value: Int] = [:]
    for (index, member) in members.enumerated() { number[member.call] = index }
    var inputs: [Value] = [], inputNumber: [Value: Int] = [:]
    func name(_ argument: Value, in operation: ModeOperation) -> String {
      if let known = number[argument] { return "$\(known)" }
      // Behind a minus the assembler would take it for an integer's.
      if operation != .subtractDouble, let text = inlineConstant(argument) { return text }
      if let known = inputNumber[argument] { return "$\(known)" }
      inputs.append(argument)
      inputNumber[argument] = members.count + inputs.count - 1
      return "$\(members.count + inputs.count - 1)"
    }
    var lines: [String] = []
    var current = usual.bits, sinceSwitch = 0
    var left = Array(members.indices)
    func isReady(_ index: Int) -> Bool { !members[index].arguments.contains { argument in number[argument].map(left.contains) ?? false } }
    if needsWaits { lines.append("s_nop 1") }
    while !left.isEmpty {
      let ready = left.filter(isReady)
      let chosen = ready.filter { members[$0].bits == current }
      if chosen.isEmpty {
        // The mode that most of what is ready wants.
        let wanted = Dictionary(grouping: ready) { members[$0].bits }.max { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }!.key
        change(&current, to: wanted, &sinceSwitch, &lines)
        continue
      }
      for index in chosen {
        var text = members[index].operation.text(target)
        for (place, argument) in members[index].arguments.enumerated().reversed() {
          text = Self.replace(text, "%\(place + 1)", name(argument, in: members[index].operation))
        }
        lines.append(Self.replace(text, "%0", "$\(index)"))
        sinceSwitch += 1
      }
      left.removeAll { chosen.contains($0) }
    }
    change(&current, to: usual.bits, &sinceSwitch, &lines)
    if needsWaits { lines.append("s_nop 1") }

    let results = members.map { b.type($0.call) }
    let type = results.count == 1 ? results[0] : b.structure(results)
    let constraints = members.indices.map { _ in members.count == 1 ? "=v" : "=&v" } + inputs.map { _ in "v" }
    let value = b.assembly(lines.joined(separator: "\n\t"), constraints.joined(separator: ","), type, inputs, sideEffects: false)
    for (index, member) in members.enumerated() {
      LLVMReplaceAllUsesWith(member.call, results.count == 1 ? value : b.part(value, index))
    }
    for member in members.reversed() { LLVMInstructionEraseFromParent(member.call) }
    report.regions += 1
    report.operations += members.count
  }

  private var needsWaits: Bool { target.name.hasPrefix("gfx9") }

  private mutating func change(_ current: inout Int, to wanted: Int, _ sinceSwitch: inout Int, _ lines: inout [String]) {
    if current == wanted { return }
    if needsWaits {
      if sinceSwitch == 1 { lines.append("s_nop 0") }
      lines.append("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), \(Self.hexadecimal(wanted))")
      report.switches += 1
    } else {
      if (current ^ wanted) & 15 != 0 { lines.append("s_round_mode \(Self.hexadecimal(wanted & 15))"); report.switches += 1 }
      if (current ^ wanted) & 0xF0 != 0 { lines.append("s_denorm_mode \(Self.hexadecimal(wanted >> 4))"); report.switches += 1 }
    }
    (current, sinceSwitch) = (wanted, 0)
  }

  private static func hexadecimal(_ value: Int) -> String { "0x" + String(value, radix: 16) }

  /// The constants that an instruction holds without a register.
  private func inlineConstant(_ value: Value) -> String? {
    guard LLVMIsAConstantFP(value) != nil, b.type(value) == b.float || b.type(value) == b.double else { return nil }
    var inexact: LLVMBool = 0
    let number = LLVMConstRealGetDouble(value, &inexact)
    guard inexact == 0, [0.5, 1, 2, 4].contains(number.magnitude) || number.bitPattern == 0 else { return nil }
    return number == 0 ? "0" : "\(number)"
  }

  private static func replace(_ text: String, _ what: String, _ with: String) -> String {
    var result = "", rest = Substring(text)
    while !rest.isEmpty {
      if rest.hasPrefix(what) { result += with; rest = rest.dropFirst(what.count) } else { result.append(rest.removeFirst()) }
    }
    return result
  }
}
