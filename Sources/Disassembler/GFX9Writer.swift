// The text of the gfx9 family's instructions: one function an encoding.
// Source: AMD CDNA3 ISA, chapter 13 "Microcode Formats"; LLVM AMDGPU operand and modifier syntax.
import ISA

struct GFX9Writer {
  let i: Instruction
  init(_ instruction: Instruction) { i = instruction }

  var isCDNA3: Bool { i.target != .gfx90a }

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
    case .ds: ds()
    case .flat, .scratch, .global: flat()
    case .mubuf: mubuf()
    case .mtbuf: mtbuf()
    case .mimg: mimg()
    default: nil
    }
  }

  func scalar(_ code: Int, _ type: DataType = .word) -> String { source(code, type, literal: i.literal, i.target) }
  func destination(_ code: Int, _ registers: Int) -> String { scalarRegister(code, registers, i.target) ?? scalar(code) }

  // MARK: scalar

  private func sop1() -> String {
    let types = OperandTypes.of(i.name, sources: 1)
    let into = destination(i.bits(0, 16, 7), types.result?.registers ?? 1), from = scalar(i.bits(0, 0, 8), types.sources[0])
    switch i.name {
    case "s_setpc_b64", "s_rfe_b64", "s_cbranch_join", "s_set_gpr_idx_idx": return line(i.mnemonic, [from])
    case "s_getpc_b64": return line(i.mnemonic, [into])
    default: return line(i.mnemonic, [into, from])
    }
  }
  private func sop2() -> String {
    let types = OperandTypes.of(i.name, sources: 2)
    let first = scalar(i.bits(0, 0, 8), types.sources[0]), second = scalar(i.bits(0, 8, 8), types.sources[1])
    switch i.name {
    case "s_cbranch_g_fork", "s_rfe_restore_b64": return line(i.mnemonic, [first, second])
    default: return line(i.mnemonic, [destination(i.bits(0, 16, 7), types.result!.registers), first, second])
    }
  }
  private func sopc() -> String {
    let types = OperandTypes.of(i.name, sources: 2)
    let first = scalar(i.bits(0, 0, 8), types.sources[0])
    if i.name == "s_set_gpr_idx_on" { return line(i.mnemonic, [first, indexModes(i.bits(0, 8, 8))]) }
    return line(i.mnemonic, [first, scalar(i.bits(0, 8, 8), types.sources[1])])
  }
  private func indexModes(_ value: Int) -> String {
    guard value < 16 else { return hexadecimal(value) }
    let names = ["SRC0", "SRC1", "SRC2", "DST"].enumerated().filter { value >> $0.offset & 1 != 0 }.map(\.element)
    return "gpr_idx(" + names.joined(separator: ",") + ")"
  }
  private func sopk() -> String {
    let value = i.bits(0, 0, 16), into = destination(i.bits(0, 16, 7), 1)
    switch i.name {
    case "s_getreg_b32": return line(i.mnemonic, [into, hardwareRegister(value)])
    case "s_setreg_b32": return line(i.mnemonic, [hardwareRegister(value), into])
    case "s_setreg_imm32_b32": return line(i.mnemonic, [hardwareRegister(value), hexadecimal(i.literal)])
    case "s_call_b64", "s_cbranch_i_fork": return line(i.mnemonic, [destination(i.bits(0, 16, 7), 2), String(value)])
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
      let vm = value & 15 | (value >> 14) << 4, exp = value >> 4 & 7, lgkm = value >> 8 & 15
      var parts: [String] = []
      let all = vm == 63 && exp == 7 && lgkm == 15
      if vm != 63 || all { parts.append("vmcnt(\(vm))") }
      if exp != 7 || all { parts.append("expcnt(\(exp))") }
      if lgkm != 15 || all { parts.append("lgkmcnt(\(lgkm))") }
      return line(i.mnemonic, [], parts)
    case "s_sendmsg", "s_sendmsghalt": return line(i.mnemonic, [Names.message(value, i.target)])
    case "s_set_gpr_idx_mode": return line(i.mnemonic, [indexModes(value)])
    case "s_barrier", "s_wakeup", "s_icache_inv", "s_ttracedata", "s_set_gpr_idx_off", "s_endpgm_saved", "s_endpgm_ordered_ps_done": return i.mnemonic
    case "s_nop", "s_setprio", "s_sleep", "s_setkill", "s_sethalt", "s_trap", "s_incperflevel", "s_decperflevel":
      return line(i.mnemonic, [small(value)])
    default: return line(i.mnemonic, [String(value)])
    }
  }

  private func smem() -> String {
    let glc = i.bit(0, 16), immediate = i.bit(0, 17), register = i.bit(0, 14)
    let raw = i.bits(1, 0, 21), offset = raw >> 20 != 0 ? raw - (1 << 21) : raw
    let data = i.bits(0, 6, 7), base = i.bits(0, 0, 6) * 2
    let isBuffer = i.name.hasPrefix("s_buffer") || i.name == "s_atc_probe_buffer"
    switch i.name {
    case "s_memtime", "s_memrealtime": return line(i.mnemonic, [destination(data, 2)])
    case _ where i.name.hasPrefix("s_dcache_") && !i.name.contains("discard"): return i.mnemonic
    default: break
    }
    var operands: [String] = []
    if i.name.hasPrefix("s_atc_probe") {
      operands.append(small(data))
    } else if !i.name.contains("discard") {
      var registers = OperandTypes.dataRegisters(i.name)
      if i.name.contains("cmpswap") { registers *= 2 }
      operands.append(destination(data, registers))
    }
    operands.append(destination(base, isBuffer ? 4 : 2))
    var modifiers: [String] = []
    if register && immediate {
      operands.append(scalar(i.bits(1, 25, 7)))
      modifiers.append("offset:" + hexadecimal(offset))
    } else if immediate {
      operands.append(hexadecimal(offset))
    } else {
      operands.append(scalar(register ? i.bits(1, 25, 7) : raw & 127))
    }
    if glc { modifiers.append("glc") }
    return line(i.mnemonic, operands, modifiers)
  }
}
