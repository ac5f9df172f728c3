// The text of the gfx11 family's instructions: one function an encoding.  Scalar encodings here, vector and memory ones beside.
// Source: AMD RDNA3 ISA, chapter 15 "Microcode Formats"; LLVM AMDGPU operand and modifier syntax.
import ISA

struct GFX11Writer {
  let i: Instruction
  init(_ instruction: Instruction) { i = instruction }

  /// A mask of lanes has one register or two.
  var maskRegisters: Int { i.lanes == 64 ? 2 : 1 }
  var vcc: String { i.lanes == 64 ? "vcc" : "vcc_lo" }

  func text() -> String? {
    switch i.encoding {
    case .sop1: sop1()
    case .sop2: sop2()
    case .sopk: sopk()
    case .sopc: sopc()
    case .sopp: sopp()
    case .smem: smem()
    case .vop1, .vop2, .vopc: vop()
    case .vop3: vop3()
    case .vop3p: vop3p()
    case .vopd: vopd()
    case .vinterp: vinterp()
    case .ldsdir: ldsdir()
    case .ds: ds()
    case .flat, .scratch, .global: flat()
    case .mubuf: mubuf()
    case .mtbuf: mtbuf()
    case .mimg: mimg()
    case .exp: nil
    }
  }

  func scalar(_ code: Int, _ type: DataType = .word) -> String { source(code, type, literal: i.literal, i.target) }
  func destination(_ code: Int, _ registers: Int) -> String { scalarRegister(code, registers, i.target) ?? scalar(code) }

  private func sop1() -> String {
    let types = OperandTypes.of(i.name, sources: 1)
    let into = destination(i.bits(0, 16, 7), types.result?.registers ?? 1)
    switch i.name {
    case "s_setpc_b64", "s_rfe_b64": return line(i.mnemonic, [scalar(i.bits(0, 0, 8), .pair)])
    case "s_getpc_b64": return line(i.mnemonic, [into])
    case "s_sendmsg_rtn_b32", "s_sendmsg_rtn_b64": return line(i.mnemonic, [into, Names.message(i.bits(0, 0, 8), i.target)])
    default: return line(i.mnemonic, [into, scalar(i.bits(0, 0, 8), types.sources[0])])
    }
  }
  private func sop2() -> String {
    let types = OperandTypes.of(i.name, sources: 2)
    return line(
      i.mnemonic,
      [destination(i.bits(0, 16, 7), types.result!.registers), scalar(i.bits(0, 0, 8), types.sources[0]), scalar(i.bits(0, 8, 8), types.sources[1])])
  }
  private func sopc() -> String {
    let types = OperandTypes.of(i.name, sources: 2)
    return line(i.mnemonic, [scalar(i.bits(0, 0, 8), types.sources[0]), scalar(i.bits(0, 8, 8), types.sources[1])])
  }
  private func sopk() -> String {
    let value = i.bits(0, 0, 16), into = destination(i.bits(0, 16, 7), 1)
    switch i.name {
    case "s_version": return line(i.mnemonic, [hexadecimal(value)])
    case "s_getreg_b32": return line(i.mnemonic, [into, hardwareRegister(value)])
    case "s_setreg_b32": return line(i.mnemonic, [hardwareRegister(value), into])
    case "s_setreg_imm32_b32": return line(i.mnemonic, [hardwareRegister(value), plainNumber(i.literal)])
    case "s_call_b64": return line(i.mnemonic, [destination(i.bits(0, 16, 7), 2), String(value)])
    case "s_subvector_loop_begin", "s_subvector_loop_end": return line(i.mnemonic, [into, String(value)])
    default: return line(i.mnemonic, [into, hexadecimal(value)])
    }
  }
  private func hardwareRegister(_ value: Int) -> String {
    let id = value & 63, offset = value >> 6 & 31, width = value >> 11 + 1
    let name = Names.hardwareRegisters[i.target]?[id] ?? String(id)
    return offset == 0 && width == 32 ? "hwreg(\(name))" : "hwreg(\(name), \(offset), \(width))"
  }

  private func sopp() -> String {
    let value = i.bits(0, 0, 16)
    switch i.name {
    case "s_endpgm": return value == 0 ? i.mnemonic : line(i.mnemonic, [String(value)])
    case "s_waitcnt":
      let vm = value >> 10, exp = value & 7, lgkm = value >> 4 & 63
      var parts: [String] = []
      let all = vm == 63 && exp == 7 && lgkm == 63
      if vm != 63 || all { parts.append("vmcnt(\(vm))") }
      if exp != 7 || all { parts.append("expcnt(\(exp))") }
      if lgkm != 63 || all { parts.append("lgkmcnt(\(lgkm))") }
      return line(i.mnemonic, [], parts)
    case "s_delay_alu": return line(i.mnemonic, [Names.delay(value)])
    case "s_waitcnt_depctr": return line(i.mnemonic, [Names.dependencyCounters(value)])
    case "s_sendmsg", "s_sendmsghalt": return line(i.mnemonic, [Names.message(value, i.target)])
    case "s_barrier", "s_wakeup", "s_icache_inv", "s_ttracedata", "s_endpgm_saved", "s_endpgm_ordered_ps_done", "s_code_end", "s_wait_idle":
      return i.mnemonic
    case "s_nop", "s_setprio", "s_sleep", "s_setkill", "s_sethalt", "s_trap", "s_denorm_mode", "s_incperflevel", "s_decperflevel":
      return line(i.mnemonic, [small(value)])
    default: return i.attributes.contains(.branch) || i.name.hasPrefix("s_cbranch_cdbg") ? line(i.mnemonic, [String(value)]) : line(i.mnemonic, [hexadecimal(value)])
    }
  }

  private func smem() -> String {
    let raw = i.bits(1, 0, 21), offset = raw >> 20 != 0 ? raw - (1 << 21) : raw, register = i.bits(1, 25, 7)
    let isBuffer = i.name.contains("_buffer")
    if i.name == "s_gl1_inv" || i.name == "s_dcache_inv" { return i.mnemonic }
    var operands = [i.name.hasPrefix("s_atc_probe") ? small(i.bits(0, 6, 7)) : destination(i.bits(0, 6, 7), OperandTypes.dataRegisters(i.name))]
    operands.append(destination(i.bits(0, 0, 6) * 2, isBuffer ? 4 : 2))
    var modifiers: [String] = []
    if offset != 0 && register == 124 {
      operands.append(hexadecimal(offset))
    } else {
      operands.append(scalar(register))
      if offset != 0 { modifiers.append("offset:" + hexadecimal(offset)) }
    }
    if i.bit(0, 14) { modifiers.append("glc") }
    if i.bit(0, 13) { modifiers.append("dlc") }
    return line(i.mnemonic, operands, modifiers)
  }
}
