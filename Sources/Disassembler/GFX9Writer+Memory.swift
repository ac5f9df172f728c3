// The text of gfx9's memory instructions: DS, FLAT with its segments, MUBUF, MTBUF, MIMG.
import ISA

extension GFX9Writer {
  private func data(_ number: Int, _ registers: Int, accumulator: Bool) -> String { vector(number, registers, accumulator: accumulator) }

  /// Cache policy: sc0, nt and sc1 of gfx942; glc, slc and scc before.
  private func policy(_ first: Bool, _ second: Bool, _ third: Bool) -> [String] {
    isCDNA3
      ? [first ? "sc0" : "", second ? "nt" : "", third ? "sc1" : ""] : [first ? "glc" : "", second ? "slc" : "", third ? "scc" : ""]
  }

  func ds() -> String {
    let offset = i.bits(0, 0, 16), inAccumulators = i.bit(0, 25)
    let address = vector(i.bits(1, 0, 8)), name = i.name
    func value(_ low: UInt32, _ registers: Int) -> String { data(i.bits(1, low, 8), registers, accumulator: inAccumulators) }
    var operands: [String] = [], modifiers: [String] = []
    var width = OperandTypes.dataRegisters(name)
    if name.hasSuffix("pk_add_f16") || name.hasSuffix("pk_add_bf16") || name.hasSuffix("_f16") || name.hasSuffix("_bf16") { width = 1 }
    let isPair = (name.contains("2_") || name.contains("2st64_")) && !name.contains("condxchg")
    let returns = name.contains("_rtn") || name.hasPrefix("ds_read") || name.hasPrefix("ds_swizzle") || name.contains("permute")
      || name == "ds_consume" || name == "ds_append" || name == "ds_ordered_count"
    if name == "ds_nop" { return i.mnemonic }
    if returns { operands.append(value(24, isPair ? 2 * width : width)) }
    switch name {
    case _ where name.hasPrefix("ds_gws"):
      if name == "ds_gws_init" || name == "ds_gws_barrier" || name == "ds_gws_sema_br" { operands.append(data(i.bits(1, 0, 8), 1, accumulator: inAccumulators)) }
    case "ds_consume", "ds_append": break
    case _ where name.hasPrefix("ds_read_addtid"): break
    case _ where name.hasPrefix("ds_write_addtid"): operands.append(value(8, 1))
    case _ where name.hasPrefix("ds_read") || name.hasPrefix("ds_swizzle") || name == "ds_ordered_count": operands.append(address)
    default:
      operands.append(address)
      operands.append(name.contains("permute") ? value(8, 1) : value(8, width))
      let two = isPair || name.contains("mskor") || name.contains("cmpst") || name.contains("wrap")
      if two { operands.append(value(16, width)) }
    }
    if isPair {
      if offset & 0xff != 0 { modifiers.append("offset0:\(offset & 0xff)") }
      if offset >> 8 != 0 { modifiers.append("offset1:\(offset >> 8)") }
    } else if name == "ds_swizzle_b32" {
      if offset != 0 { modifiers.append("offset:" + Names.swizzle(offset)) }
    } else if offset != 0 {
      modifiers.append("offset:\(offset)")
    }
    if i.bit(0, 16) { modifiers.append("gds") }
    return line(i.mnemonic, operands, modifiers)
  }

  func flat() -> String {
    let name = i.name, segment = i.encoding
    let raw = i.bits(0, 0, 13)
    let offset = segment != .flat && raw >> 12 != 0 ? raw - (1 << 13) : raw
    let inAccumulators = i.bit(1, 23), saddr = i.bits(1, 16, 7), first = i.bit(0, 16)
    let isAtomic = name.hasPrefix("atomic"), isStore = name.hasPrefix("store"), toLDS = name.contains("lds")
    var width = OperandTypes.dataRegisters(name)
    if name.hasSuffix("f16") || name.hasSuffix("bf16") { width = 1 }
    let vaddr = i.bits(1, 0, 8)
    let value = data(i.bits(1, 8, 8), name.contains("cmpswap") ? 2 * width : width, accumulator: inAccumulators)
    let base = saddr == 0x7f ? "off" : destination(saddr, segment == .scratch ? 1 : 2)
    let address: String
    switch segment {
    case .flat: address = vector(vaddr, 2)
    case .global: address = vector(vaddr, saddr == 0x7f ? 2 : 1)
    default: address = (isCDNA3 ? i.bit(0, 13) : saddr == 0x7f) ? vector(vaddr) : "off"
    }
    var operands: [String] = []
    if !isStore && !toLDS && (!isAtomic || first) { operands.append(data(i.bits(1, 24, 8), width, accumulator: inAccumulators)) }
    operands.append(address)
    if isStore || isAtomic { operands.append(value) }
    if segment != .flat { operands.append(base) }
    return line(i.mnemonic, operands, [offset == 0 ? "" : "offset:\(offset)"] + policy(first, i.bit(0, 17), i.bit(0, 25)) + [!isCDNA3 && i.bit(0, 13) ? "lds" : ""])
  }

  private func bufferOperands(_ data: String?, _ modes: inout [String]) -> [String] {
    let idxen = i.bit(0, 13), offen = i.bit(0, 12)
    let address = idxen && offen ? vector(i.bits(1, 0, 8), 2) : idxen || offen ? vector(i.bits(1, 0, 8)) : "off"
    if idxen { modes.append("idxen") }
    if offen { modes.append("offen") }
    let offset = i.bits(0, 0, 12)
    if offset != 0 { modes.append("offset:\(offset)") }
    return (data.map { [$0] } ?? []) + [address, destination(i.bits(1, 16, 5) * 4, 4), scalar(i.bits(1, 24, 8))]
  }

  func mubuf() -> String {
    let name = i.name
    let first = i.bit(0, 14), second = i.bit(0, 17), third = i.bit(0, 15)
    if name == "buffer_wbl2" || name == "buffer_inv" || name.hasPrefix("buffer_wbinvl1") || name == "buffer_invl2" {
      return line(i.mnemonic, [], isCDNA3 ? policy(first, second, third) : policy(false, false, third && false))
    }
    let isLDS = i.bit(0, 16)
    var width = OperandTypes.dataRegisters(name)
    if name.hasSuffix("f16") || name.hasSuffix("bf16") { width = 1 }
    if name.contains("cmpswap") { width *= 2 }
    let inAccumulators = i.bit(1, 23)
    var modes: [String] = []
    let operands = bufferOperands(isLDS ? nil : data(i.bits(1, 8, 8), width, accumulator: inAccumulators), &modes)
    return line(i.mnemonic, operands, modes + policy(first, second, third) + [isLDS ? "lds" : ""])
  }

  func mtbuf() -> String {
    let dataFormat = i.bits(0, 19, 4), numberFormat = i.bits(0, 23, 3)
    var parts: [String] = []
    if dataFormat != 1 { parts.append("BUF_DATA_FORMAT_" + Names.dataFormats[dataFormat]) }
    if numberFormat != 0 { parts.append("BUF_NUM_FORMAT_" + Names.numberFormats[numberFormat]) }
    var modes: [String] = parts.isEmpty ? [] : ["format:[" + parts.joined(separator: ",") + "]"]
    let operands = bufferOperands(data(i.bits(1, 8, 8), OperandTypes.dataRegisters(i.name), accumulator: i.bit(1, 23)), &modes)
    return line(i.mnemonic, operands, modes + policy(i.bit(0, 14), i.bit(1, 22), isCDNA3 ? i.bit(1, 21) : i.bit(1, 21)))
  }

  /// The words don't say how many address registers there are: LLVM's disassembler writes one.
  func mimg() -> String? {
    let mask = i.bits(0, 8, 4), d16 = i.bit(1, 31)
    var registers = max(1, mask.nonzeroBitCount)
    if d16 { registers = (registers + 1) / 2 }
    var operands = [data(i.bits(1, 8, 8), registers, accumulator: i.bit(0, 16)), vector(i.bits(1, 0, 8), 1), destination(i.bits(1, 16, 5) * 4, 8)]
    if i.name == "image_sample" { operands.append(destination(i.bits(1, 21, 5) * 4, 4)) }
    return line(
      i.mnemonic, operands,
      [mask == 0 ? "" : "dmask:" + hexadecimal(mask), i.bit(0, 12) ? "unorm" : ""] + policy(i.bit(0, 13), i.bit(0, 25), i.bit(0, 7))
        + [i.bit(0, 15) ? "a16" : "", i.bit(0, 17) ? "lwe" : "", i.bit(0, 14) ? "da" : "", d16 ? "d16" : ""])
  }
}
