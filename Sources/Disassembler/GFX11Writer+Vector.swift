// The text of gfx11's vector instructions: VOP1, VOP2, VOPC, VOP3 with their DPP forms, VOP3P, VOPD, VINTERP and LDSDIR.
// Operands of 16 bits are halves of registers, v5.l and v5.h: bit 7 of the register's number in the short encodings, op_sel in the
// long ones, which is written besides.
import ISA

extension GFX11Writer {
  private enum Moves { case none, dpp16, dpp8(Bool) }

  private var isCompare: Bool { i.name.hasPrefix("v_cmp") }
  private var carries: Bool { i.attributes.contains(.scalarResult) }
  private var carriesIn: Bool { i.name.contains("_co_ci_") }

  private func moves(_ code: Int) -> Moves {
    switch code {
    case 250: .dpp16
    case 233: .dpp8(false)
    case 234: .dpp8(true)
    default: .none
    }
  }

  private func types(_ count: Int) -> OperandTypes {
    var types: OperandTypes
    if isCompare {
      let type = i.name.split(separator: "_").compactMap { DataType($0) }.last ?? .word
      types = OperandTypes(result: nil, sources: i.name.contains("_class_") ? [type, type.bits == 16 ? Self.half : .word] : [type, type])
    } else {
      types = Self.specials[i.name] ?? .of(i.name, sources: count)
    }
    while types.sources.count < count { types.sources.append(types.sources.last ?? .word) }
    return types
  }
  private static let short = DataType(kind: .integer, bits: 16), half = DataType(kind: .float, bits: 16), single = DataType(kind: .float, bits: 32)
  private static let halves = { var type = half; type.isPacked = true; return type }()
  /// What the names don't tell.
  private static let specials: [String: OperandTypes] = [
    "v_mad_u32_u16": OperandTypes(sources: [short, short, .word]), "v_mad_i32_i16": OperandTypes(sources: [short, short, .word]),
    "v_cndmask_b16": OperandTypes(sources: [half, half, .word]),
    "v_alignbit_b32": OperandTypes(sources: [.word, .word, short]), "v_alignbyte_b32": OperandTypes(sources: [.word, .word, short]),
    "v_dot2_f16_f16": OperandTypes(sources: [half, half, half]), "v_dot2_bf16_bf16": OperandTypes(sources: [half, half, half]),
    "v_dot2acc_f32_f16": OperandTypes(sources: [halves]),
    "v_cvt_off_f32_i4": OperandTypes(sources: [.word]),
  ]

  private func signed(_ text: String, negate: Bool, absolute: Bool) -> String {
    if absolute { return (negate ? "-" : "") + "|\(text)|" }
    guard negate else { return text }
    return text.first!.isNumber || text.first == "-" ? "neg(\(text))" : "-" + text
  }
  private func modifiable(_ type: DataType) -> Bool { type.kind == .float || i.name.hasPrefix("v_cndmask") }

  /// A register of a short encoding: of 16 bits, its number has the half in bit 7.
  private func short(_ number: Int, _ type: DataType, isHalf: Bool) -> String {
    isHalf ? "v\(number & 127)" + (number & 128 != 0 ? ".h" : ".l") : vector(number, type.registers)
  }

  func vop() -> String {
    let count = i.encoding == .vop1 ? 1 : 2, types = types(count)
    let first = i.bits(0, 0, 9), into = i.bits(0, 17, 8), moves = moves(first)
    if i.name == "v_nop" || i.name == "v_pipeflush" { return i.mnemonic + (isMoved(moves) ? " " + movesText(moves).joined(separator: " ") : "") }
    var operands: [String] = []
    if i.encoding == .vopc {
      if !i.attributes.contains(.setsExec) { operands.append(vcc) }
    } else {
      operands.append(i.attributes.contains(.scalarDestination) ? destination(into, 1) : short(into, types.result!, isHalf: i.attributes.contains(.halfResult)))
      if carries { operands.append(vcc) }
    }
    func operand(_ code: Int, _ index: Int) -> String {
      // On gfx11 LLVM has 1/(2π) for no inline constant of this one.
      if code == 255 && i.name == "v_pk_fmac_f16" && i.literal == 0x3118 { return hexadecimal(i.literal) }
      return code < 256 ? source(code, types.sources[index], literal: i.literal, i.target) : short(code - 256, types.sources[index], isHalf: i.attributes.contains(.half(index)))
    }
    let word = i.literal, isMoved = isMoved(moves)
    var sixteen = false
    if case .dpp16 = moves { sixteen = true }
    func modified(_ text: String, _ index: Int, _ at: UInt32) -> String {
      guard sixteen, modifiable(types.sources[index]) else { return text }
      return signed(text, negate: word >> at & 1 != 0, absolute: word >> (at + 1) & 1 != 0)
    }
    operands.append(modified(operand(isMoved ? 256 + Int(word & 0xff) : first, 0), 0, 20))
    let k = kernelConstant(word)
    let multiplies = i.name.hasPrefix("v_fmamk")
    if multiplies { operands.append(k) }
    if count == 2 {
      let code = 256 + i.bits(0, 9, 8)
      operands.append(modified(multiplies && i.attributes.contains(.half2) ? short(code - 256, types.sources[1], isHalf: true) : operand(code, 1), 1, 22))
    }
    if i.attributes.contains(.literal) && !multiplies { operands.append(k) }
    if carriesIn || i.name == "v_cndmask_b32" { operands.append(vcc) }
    return line(i.mnemonic, operands, isMoved ? movesText(moves) : [])
  }
  private func kernelConstant(_ word: UInt32) -> String { hexadecimal(word) }

  private func isMoved(_ moves: Moves) -> Bool { if case .none = moves { false } else { true } }
  private func movesText(_ moves: Moves) -> [String] {
    let w = i.literal
    switch moves {
    case .none: return []
    case .dpp8(let inactive):
      return ["dpp8:[" + (0..<8).map { String(w >> (8 + 3 * $0) & 7) }.joined(separator: ",") + "]", inactive ? "fi:1" : ""]
    case .dpp16:
      return [
        Names.dppControl11(Int(w >> 8 & 0x1ff)), "row_mask:" + hexadecimal(w >> 28), "bank_mask:" + hexadecimal(w >> 24 & 15),
        w >> 19 & 1 != 0 ? "bound_ctrl:1" : "", w >> 18 & 1 != 0 ? "fi:1" : "",
      ]
    }
  }

  // MARK: VOP3

  private func vop3Sources() -> Int {
    let opcode = i.bits(0, 16, 10)
    if i.name == "v_nop" || i.name == "v_pipeflush" { return 0 }
    if opcode < 0x100 { return 2 }
    if opcode < 0x180 { return i.name == "v_cndmask_b32" || carriesIn ? 3 : 2 }
    if opcode < 0x200 { return 1 }
    return opcode < 0x300 ? 3 : 2
  }
  private static let halfFlags: OpcodeAttributes = [.halfResult, .half0, .half1, .half2]

  /// op_sel's list; nil without one.
  private func selection(_ bits: Int, sources: Int, hasResult: Bool = true) -> String {
    "op_sel:[" + ((0..<sources).map { String(bits >> $0 & 1) } + (hasResult ? [String(bits >> 3 & 1)] : [])).joined(separator: ",") + "]"
  }

  func vop3() -> String {
    let count = vop3Sources(), opcode = i.bits(0, 16, 10), moves = moves(i.bits(1, 0, 9))
    if count == 0 { return i.mnemonic + (isMoved(moves) ? " " + movesText(moves).joined(separator: " ") : "") }
    var types = types(count)
    let mask = DataType(kind: .integer, bits: 32 * maskRegisters)
    if carriesIn { types.sources = [.word, .word, mask] }
    if i.name.hasPrefix("v_cndmask") { types.sources[2] = mask }
    let select = carries ? 0 : i.bits(0, 11, 4)
    // Bits of operands that aren't there make LLVM take 16-bit operands for whole registers.
    let there = (1 << count - 1) | (opcode < 0x100 ? 0 : 8)
    let hasHalves = !i.attributes.isDisjoint(with: Self.halfFlags) && select & ~there == 0
    func half(_ number: Int, _ bit: Int) -> String { "v\(number)" + (select >> bit & 1 != 0 ? ".h" : ".l") }
    var operands: [String] = []
    let into = i.bits(0, 0, 8)
    if opcode < 0x100 {
      if !i.attributes.contains(.setsExec) { operands.append(destination(into, maskRegisters)) }
    } else if i.attributes.contains(.scalarDestination) {
      operands.append(destination(into, 1))
    } else {
      operands.append(hasHalves && i.attributes.contains(.halfResult) ? half(into, 3) : vector(into, types.result!.registers))
    }
    if carries { operands.append(destination(i.bits(0, 8, 7), maskRegisters)) }
    for index in 0..<count {
      var code = i.bits(1, UInt32(9 * index), 9)
      if index == 0 && isMoved(moves) { code = 256 + Int(i.literal & 0xff) }
      let type = types.sources[index]
      let text = code >= 256 && hasHalves && i.attributes.contains(.half(index)) ? half(code - 256, index) : source(code, type, literal: i.literal, i.target)
      let mayChange = modifiable(type) && !(i.name.hasPrefix("v_cndmask") && index == 2)
      operands.append(mayChange ? signed(text, negate: i.bit(1, UInt32(29 + index)), absolute: !carries && i.bit(0, UInt32(8 + index))) : text)
    }
    var modifiers: [String] = []
    if hasHalves && select != 0 && i.name != "v_cndmask_b16" {
      let hasResult = opcode >= 0x100 || !isMoved(moves) && !i.attributes.contains(.setsExec)
      modifiers.append(selection(select, sources: i.attributes.contains(.accumulates) ? 3 : count, hasResult: hasResult))
    }
    if i.name.hasPrefix("v_permlane") && select & 3 != 0 { modifiers.append("op_sel:[\(select & 1),\(select >> 1 & 1)]") }
    if i.bit(0, 15) { modifiers.append("clamp") }
    modifiers.append(["", "mul:2", "mul:4", "div:2"][i.bits(1, 27, 2)])
    return line(i.mnemonic, operands, modifiers + movesText(moves))
  }

  // MARK: VOP3P

  func vop3p() -> String {
    if i.name.hasPrefix("v_wmma") { return matrix() }
    let into = i.bits(0, 0, 8), moves = moves(i.bits(1, 0, 9))
    let isMix = i.name.hasPrefix("v_fma_mix"), isDot = i.name.hasPrefix("v_dot")
    let count = isMix || isDot || Names.packedThree.contains(i.name) ? 3 : 2
    var half = DataType(kind: i.name.contains("f16") ? .float : .integer, bits: 16)
    half.isPacked = true
    let type = i.name.hasPrefix("v_pk") && half.kind == .float ? half : i.name.hasPrefix("v_fma") ? Self.single : .word
    var operands = [vector(into)]
    for index in 0..<count {
      var code = i.bits(1, UInt32(9 * index), 9)
      if index == 0 && isMoved(moves) { code = 256 + Int(i.literal & 0xff) }
      let text = source(code, type, literal: i.literal, i.target)
      operands.append(isMix ? signed(text, negate: i.bit(1, UInt32(29 + index)), absolute: i.bit(0, UInt32(8 + index))) : text)
    }
    func list(_ name: String, _ value: Int, unless: Int) -> String {
      value == unless ? "" : name + ":[" + (0..<count).map { String(value >> $0 & 1) }.joined(separator: ",") + "]"
    }
    let all = 1 << count - 1
    let select = i.bits(0, 11, 3) & all, high = (i.bits(1, 27, 2) | i.bits(0, 14, 1) << 2) & all
    var modifiers = [list("op_sel", select, unless: 0), list("op_sel_hi", high, unless: isMix ? 0 : all)]
    if !isMix { modifiers += [list("neg_lo", i.bits(1, 29, 3) & all, unless: 0), list("neg_hi", i.bits(0, 8, 3) & all, unless: 0)] }
    if i.bit(0, 15) { modifiers.append("clamp") }
    return line(i.mnemonic, operands, modifiers + movesText(moves))
  }

  private func matrix() -> String {
    let sources = i.name.hasSuffix("iu8") ? 4 : i.name.hasSuffix("iu4") ? 2 : 8, sums = i.lanes == 64 ? 4 : 8
    let isFloat = i.name.contains("f16"), isHalf = i.name.hasPrefix("v_wmma_f16") || i.name.hasPrefix("v_wmma_bf16")
    let third = source(
      i.bits(1, 18, 9), .init(kind: isFloat ? .float : .integer, bits: 32 * sums), literal: i.literal, i.target)
    let operands = [vector(i.bits(0, 0, 8), sums), vector(i.bits(1, 0, 9) - 256, sources), vector(i.bits(1, 9, 9) - 256, sources), third]
    func list(_ name: String, _ value: Int, unless: Int = 0) -> String {
      value == unless ? "" : name + ":[" + (0..<3).map { String(value >> $0 & 1) }.joined(separator: ",") + "]"
    }
    var modifiers = isHalf ? [list("op_sel", i.bits(0, 11, 3)), list("op_sel_hi", i.bits(1, 27, 2) | i.bits(0, 14, 1) << 2, unless: 7)] : []
    modifiers += [list("neg_lo", i.bits(1, 29, 3)), list("neg_hi", i.bits(0, 8, 3))]
    if i.bit(0, 15) { modifiers.append("clamp") }
    return line(i.mnemonic, operands, modifiers)
  }

  // MARK: VOPD, VINTERP, LDSDIR

  func vopd() -> String? {
    guard let second = i.second else { return nil }
    let into = i.bits(1, 24, 8)
    func half(_ name: String, _ word: Int, _ into: Int) -> String {
      let code = i.bits(word, 0, 9)
      var first = source(code, name.hasSuffix("_f32_f16") ? Self.halves : Self.single, literal: i.literal, i.target)
      if code == 255 && name.hasSuffix("_bf16") { first = Self.brain(i.literal) }
      var operands = [vector(into), first]
      let other = vector(i.bits(word, 9, 8)), k = hexadecimal(i.literal)
      if name.hasPrefix("v_dual_fmamk") { operands += [k, other] } else if name.hasPrefix("v_dual_fmaak") { operands += [other, k] } else if name != "v_dual_mov_b32" { operands.append(other) }
      return line(name, operands)
    }
    return half(i.name, 0, into) + " :: " + half(second, 1, i.bits(1, 17, 7) << 1 | ~into & 1)
  }

  /// A literal of two bfloat16: the inline constants are those of one.
  private static func brain(_ value: UInt32) -> String {
    let number = Int32(bitPattern: value), isInline = number >= -16 && number <= 64 || InlineConstant.f32.contains { $0 >> 16 == value }
    return isInline ? "lit(\(hexadecimal(value)))" : hexadecimal(value)
  }

  func vinterp() -> String {
    let select = i.bits(0, 11, 4)
    func operand(_ number: Int, _ isHalf: Bool, _ bit: Int) -> String {
      guard isHalf else { return vector(number) }
      return "v\(number)" + (select >> bit & 1 != 0 ? ".h" : ".l")
    }
    var operands = [operand(i.bits(0, 0, 8), i.attributes.contains(.halfResult), 3)]
    for index in 0..<3 {
      operands.append(signed(operand(i.bits(1, UInt32(9 * index), 8), i.attributes.contains(.half(index)), index), negate: i.bit(1, UInt32(29 + index)), absolute: false))
    }
    let hasHalves = !i.attributes.isDisjoint(with: Self.halfFlags)
    let modifiers = [i.bit(0, 15) ? "clamp" : "", hasHalves && select != 0 ? selection(select, sources: 3) : "", "wait_exp:\(i.bits(0, 8, 3))"]
    return line(i.mnemonic, operands, modifiers)
  }

  func ldsdir() -> String {
    let into = vector(i.bits(0, 0, 8)), wait = "wait_vdst:\(i.bits(0, 16, 4))"
    if i.name == "lds_direct_load" { return line(i.mnemonic, [into], [wait]) }
    return line(i.mnemonic, [into, "attr\(i.bits(0, 10, 6)).\(["x", "y", "z", "w"][i.bits(0, 8, 2)])"], [wait])
  }
}
