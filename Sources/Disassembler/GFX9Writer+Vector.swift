// The text of gfx9's vector instructions: VOP1, VOP2, VOPC with their SDWA and DPP forms, VOP3, VOP3P and matrix instructions.
import ISA

extension GFX9Writer {
  private var isCompare: Bool { i.name.hasPrefix("v_cmp") }
  private var carries: Bool { i.attributes.contains(.scalarResult) }
  private var carriesIn: Bool { i.name.hasPrefix("v_addc_") || i.name.hasPrefix("v_subb_") || i.name.hasPrefix("v_subbrev_") }

  private func sourceCount() -> Int { i.encoding == .vop1 ? 1 : 2 }

  func vop() -> String {
    let types = compareOrArithmetic(sourceCount())
    let first = i.bits(0, 0, 9)
    if first == 249 && i.words.count == 2 && !i.attributes.contains(.literal) { return sdwa(types) }
    if first == 250 && i.words.count == 2 && !i.attributes.contains(.literal) { return dpp(types) }
    var operands: [String] = []
    let into = i.bits(0, 17, 8)
    if i.encoding == .vopc {
      operands.append("vcc")
    } else if i.name == "v_readfirstlane_b32" {
      operands.append(destination(into, 1))
    } else if i.name == "v_nop" || i.name == "v_clrexcp" {
      return i.mnemonic
    } else {
      operands.append(vector(into, types.result!.registers, accumulator: i.name == "v_accvgpr_mov_b32"))
      if carries { operands.append("vcc") }
    }
    operands.append(source(first, types.sources[0], literal: i.literal, i.target, accumulator: i.name == "v_accvgpr_mov_b32"))
    let k = hexadecimal(i.literal)
    let multiplies = i.name.hasPrefix("v_madmk") || i.name.hasPrefix("v_fmamk")
    if multiplies { operands.append(k) }
    if i.encoding != .vop1 { operands.append(vector(i.bits(0, 9, 8), types.sources[1].registers)) }
    if i.attributes.contains(.literal) && !multiplies { operands.append(k) }
    if carriesIn || i.name == "v_cndmask_b32" { operands.append("vcc") }
    return line(i.mnemonic, operands)
  }

  private func compareOrArithmetic(_ count: Int) -> OperandTypes {
    guard isCompare else { return .of(i.name, sources: count) }
    let type = i.name.split(separator: "_").compactMap { DataType($0) }.last ?? .word
    return OperandTypes(result: .pair, sources: i.name.contains("_class_") ? [type, .word] : [type, type])
  }

  /// A minus in front of a number would be part of the number.
  private func signed(_ text: String, negate: Bool, absolute: Bool) -> String {
    if absolute { return (negate ? "-" : "") + "|\(text)|" }
    guard negate else { return text }
    return text.first!.isNumber || text.first == "-" ? "neg(\(text))" : "-" + text
  }

  /// Negation and absolute value are floating point's, and v_cndmask_b32's.
  private func modifiable(_ type: DataType) -> Bool {
    (type.kind == .float || i.name == "v_cndmask_b32") && !(i.name.hasPrefix("v_pk_fmac") && i.mnemonic.hasSuffix("sdwa")) && !i.name.hasPrefix("v_dot8c") && !i.name.hasPrefix("v_dot4c")
  }

  private func sdwa(_ types: OperandTypes) -> String {
    let w = i.literal
    func flag(_ at: UInt32) -> Bool { w >> at & 1 != 0 }
    let selections = ["BYTE_0", "BYTE_1", "BYTE_2", "BYTE_3", "WORD_0", "WORD_1", "DWORD", "<7>"]
    let unused = ["UNUSED_PAD", "UNUSED_SEXT", "UNUSED_PRESERVE", "<3>"]
    func operand(_ code: Int, _ at: UInt32, _ type: DataType) -> String {
      let text = source(code, type.bits == 64 ? .word : type, literal: 0, i.target)
      if flag(at + 3) { return "sext(\(text))" }
      return modifiable(type) ? signed(text, negate: flag(at + 4), absolute: flag(at + 5)) : text
    }
    let first = operand(Int(w & 0xff) + (flag(23) ? 0 : 256), 16, types.sources[0])
    var operands: [String] = [], modifiers: [String] = []
    if i.encoding == .vopc {
      operands.append(flag(15) ? destination(Int(w >> 8 & 0x7f), 2) : "vcc")
    } else {
      operands.append(vector(i.bits(0, 17, 8), types.result!.registers))
      if carries { operands.append("vcc") }
      if flag(13) { modifiers.append("clamp") }
      modifiers.append(["", "mul:2", "mul:4", "div:2"][Int(w >> 14 & 3)])
      if !(i.name.hasPrefix("v_cvt_") && (i.name.hasSuffix("fp8") || i.name.hasSuffix("bf8"))) {
        modifiers.append("dst_sel:" + selections[Int(w >> 8 & 7)])
        modifiers.append("dst_unused:" + unused[Int(w >> 11 & 3)])
      }
    }
    operands.append(first)
    modifiers.append("src0_sel:" + selections[Int(w >> 16 & 7)])
    if i.encoding != .vop1 {
      operands.append(operand(i.bits(0, 9, 8) + (flag(31) ? 0 : 256), 24, types.sources[1]))
      modifiers.append("src1_sel:" + selections[Int(w >> 24 & 7)])
    }
    if carriesIn || i.name == "v_cndmask_b32" { operands.append("vcc") }
    return line(i.mnemonic, operands, modifiers)
  }

  private func dpp(_ types: OperandTypes) -> String {
    let w = i.literal
    var operands: [String] = []
    operands.append(vector(i.bits(0, 17, 8), types.result!.registers))
    if carries { operands.append("vcc") }
    func operand(_ number: Int, _ type: DataType, _ at: UInt32) -> String {
      let text = vector(number, type.registers)
      return modifiable(type) ? signed(text, negate: w >> at & 1 != 0, absolute: w >> (at + 1) & 1 != 0) : text
    }
    operands.append(operand(Int(w & 0xff), types.sources[0], 20))
    if i.encoding != .vop1 { operands.append(operand(i.bits(0, 9, 8), types.sources[1], 22)) }
    if carriesIn || i.name == "v_cndmask_b32" { operands.append("vcc") }
    return line(
      i.mnemonic, operands,
      [
        Names.dppControl(Int(w >> 8 & 0x1ff)), "row_mask:" + hexadecimal(w >> 28), "bank_mask:" + hexadecimal(w >> 24 & 15),
        w >> 19 & 1 != 0 ? "bound_ctrl:1" : "",
      ])
  }

  // MARK: VOP3

  private var vop3Sources: Int {
    let opcode = i.bits(0, 16, 10)
    if i.name == "v_nop" || i.name == "v_clrexcp" { return 0 }
    if opcode < 0x100 { return 2 }
    if opcode < 0x140 { return i.name == "v_cndmask_b32" || carriesIn ? 3 : 2 }
    if opcode < 0x1c0 { return 1 }
    return Names.twoSources.contains(i.name) ? 2 : 3
  }

  func vop3() -> String {
    let count = vop3Sources
    if count == 0 { return i.mnemonic }
    let opcode = i.bits(0, 16, 10)
    var types = compareOrArithmetic(count)
    if carriesIn { types.sources = [.word, .word, .pair] }
    var operands: [String] = []
    let into = i.bits(0, 0, 8)
    if opcode < 0x100 || i.name == "v_readlane_b32" || i.name == "v_readfirstlane_b32" {
      operands.append(destination(into, opcode < 0x100 ? 2 : 1))
    } else {
      operands.append(vector(into, types.result!.registers))
    }
    if carries { operands.append(destination(i.bits(0, 8, 7), 2)) }
    for index in 0..<count {
      let text = source(i.bits(1, UInt32(9 * index), 9), types.sources[index], literal: 0, i.target)
      operands.append(
        modifiable(types.sources[index]) ? signed(text, negate: i.bit(1, UInt32(29 + index)), absolute: !carries && i.bit(0, UInt32(8 + index))) : text)
    }
    var modifiers: [String] = []
    let select = carries ? 0 : i.bits(0, 11, 4)
    if Names.selects(i.name), select != 0 {
      let bits = (0..<(i.name.hasPrefix("v_cvt_sr_") ? 3 : count)).map { String(select >> $0 & 1) } + [String(select >> 3 & 1)]
      modifiers.append("op_sel:[" + bits.joined(separator: ",") + "]")
    }
    if i.bit(0, 15) { modifiers.append("clamp") }
    modifiers.append(["", "mul:2", "mul:4", "div:2"][i.bits(1, 27, 2)])
    return line(i.mnemonic, operands, modifiers)
  }

  // MARK: VOP3P

  func vop3p() -> String {
    if i.name.hasPrefix("v_mfma") || i.name.hasPrefix("v_smfmac") { return matrix() }
    let into = i.bits(0, 0, 8)
    if i.name == "v_accvgpr_read_b32" { return line(i.mnemonic, [vector(into), source(i.bits(1, 0, 9), .word, literal: 0, i.target, accumulator: true)]) }
    if i.name == "v_accvgpr_write_b32" { return line(i.mnemonic, [vector(into, accumulator: true), source(i.bits(1, 0, 9), .word, literal: 0, i.target)]) }
    let isMix = i.name.hasPrefix("v_fma_mix") || i.name.hasPrefix("v_mad_mix")
    let count = isMix || Names.packedThree.contains(i.name) || i.name.hasPrefix("v_dot") ? 3 : 2
    let types = packedTypes(count)
    var operands = [vector(into, types.result!.registers)]
    for index in 0..<count {
      let text = source(i.bits(1, UInt32(9 * index), 9), types.sources[index], literal: 0, i.target)
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
    return line(i.mnemonic, operands, modifiers)
  }
  private func packedTypes(_ count: Int) -> OperandTypes {
    let half = DataType(kind: i.name.contains("f16") ? .float : .integer, bits: 16)
    switch i.name {
    case _ where i.name.hasSuffix("f32") && i.name.hasPrefix("v_pk"), "v_pk_mov_b32": return .of(i.name, sources: count)
    case _ where i.name.hasPrefix("v_pk"): return OperandTypes(sources: Array(repeating: half, count: count))
    default: return OperandTypes(sources: Array(repeating: .word, count: count))
    }
  }

  private func matrix() -> String {
    let shape = Names.matrixRegisters(i.name)
    let inAccumulators = i.bit(0, 15)
    let first = vectorOrAccumulator(i.bits(1, 0, 9), shape.a, i.bit(1, 27)), second = vectorOrAccumulator(i.bits(1, 9, 9), shape.b, i.bit(1, 28))
    let third: String
    if i.name.hasPrefix("v_smfmac") {
      third = vector(i.bits(1, 18, 9) - 256)
    } else {
      third = source(i.bits(1, 18, 9), .init(kind: i.name.contains("i32_") ? .integer : .float, bits: shape.d * 32), literal: 0, i.target, accumulator: inAccumulators)
    }
    let cbsz = i.bits(0, 8, 3), abid = i.bits(0, 11, 4), blgp = i.bits(1, 29, 3)
    var modifiers: [String] = []
    if cbsz != 0 { modifiers.append("cbsz:\(cbsz)") }
    if abid != 0 { modifiers.append("abid:\(abid)") }
    if blgp != 0 {
      modifiers.append(isCDNA3 && i.name.hasPrefix("v_mfma_f64") ? "neg:[\(blgp & 1),\(blgp >> 1 & 1),\(blgp >> 2)]" : "blgp:\(blgp)")
    }
    return line(i.mnemonic, [vector(i.bits(0, 0, 8), shape.d, accumulator: inAccumulators), first, second, third], modifiers)
  }
  private func vectorOrAccumulator(_ code: Int, _ registers: Int, _ accumulator: Bool) -> String {
    source(code, .init(kind: .integer, bits: registers * 32), literal: 0, i.target, accumulator: accumulator)
  }
}
