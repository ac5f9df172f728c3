// The text of gfx11's memory instructions: DS, FLAT with its segments, MUBUF, MTBUF, MIMG.
import ISA

extension GFX11Writer {
  private func policy(slc: UInt32 = 12) -> [String] { [i.bit(0, 14) ? "glc" : "", i.bit(0, slc) ? "slc" : "", i.bit(0, 13) ? "dlc" : ""] }

  func ds() -> String {
    let name = i.name, offset = i.bits(0, 0, 16)
    func value(_ low: UInt32, _ registers: Int) -> String { vector(i.bits(1, low, 8), registers) }
    let address = value(0, 1), isPair = name.contains("_2addr_")
    var width = OperandTypes.dataRegisters(name)
    if name.hasSuffix("_d16") || name.hasSuffix("_hi") { width = 1 }
    if name.hasSuffix("gs_reg_rtn") { width = 2 }
    if name == "ds_nop" { return i.mnemonic }
    let returns = name.contains("_rtn") || name.hasPrefix("ds_load") || name.contains("permute") || name.hasPrefix("ds_swizzle")
      || name == "ds_consume" || name == "ds_append" || name == "ds_ordered_count"
    var operands = returns ? [value(24, isPair ? 2 * width : width)] : []
    switch name {
    case "ds_gws_init", "ds_gws_barrier", "ds_gws_sema_br": operands.append(address)
    case "ds_gws_sema_v", "ds_gws_sema_p", "ds_gws_sema_release_all", "ds_consume", "ds_append", "ds_load_addtid_b32": break
    case "ds_store_addtid_b32", "ds_add_gs_reg_rtn", "ds_sub_gs_reg_rtn": operands.append(value(8, 1))
    case "ds_bvh_stack_rtn_b32": operands += [address, value(8, 1), value(16, 4)]
    case _ where name.hasPrefix("ds_load") || name.hasPrefix("ds_swizzle") || name == "ds_ordered_count": operands.append(address)
    default:
      operands += [address, value(8, width)]
      if isPair || name.contains("mskor") || name.contains("cmpstore") || name.contains("wrap") { operands.append(value(16, width)) }
    }
    var modifiers: [String] = []
    if isPair {
      if offset & 0xff != 0 { modifiers.append("offset0:\(offset & 0xff)") }
      if offset >> 8 != 0 { modifiers.append("offset1:\(offset >> 8)") }
    } else if offset != 0 {
      modifiers.append("offset:" + (name == "ds_swizzle_b32" ? Names.swizzle(offset) : String(offset)))
    }
    if i.bit(0, 17) { modifiers.append("gds") }
    return line(i.mnemonic, operands, modifiers)
  }

  /// Registers of loaded and stored data: those of 16 bits have one.
  private var dataWidth: Int { i.name.contains("d16") && !i.name.contains("format") ? 1 : OperandTypes.dataRegisters(i.name) }

  func flat() -> String {
    let name = i.name, segment = i.encoding
    let raw = i.bits(0, 0, 13), offset = segment == .flat ? raw & 0xfff : raw >> 12 != 0 ? raw - (1 << 13) : raw
    let isAtomic = name.hasPrefix("atomic"), isStore = name.hasPrefix("store"), first = i.bit(0, 14)
    let saddr = i.bits(1, 16, 7), noBase = saddr == 124, vaddr = i.bits(1, 0, 8), width = dataWidth
    let base = noBase ? "off" : destination(saddr, segment == .scratch ? 1 : 2)
    let modifiers = [offset == 0 ? "" : "offset:\(offset)"] + policy(slc: 15)
    let value = vector(i.bits(1, 8, 8), name.contains("cmpswap") ? 2 * width : width)
    if name.contains("addtid") { return line(i.mnemonic, [isStore ? value : vector(i.bits(1, 24, 8)), base], modifiers) }
    var operands: [String] = []
    if !isStore && (!isAtomic || first) { operands.append(vector(i.bits(1, 24, 8), width)) }
    switch segment {
    case .flat: operands.append(vector(vaddr, 2))
    case .global: operands.append(vector(vaddr, noBase ? 2 : 1))
    default: operands.append(i.bit(1, 23) ? vector(vaddr) : "off")
    }
    if isStore || isAtomic { operands.append(value) }
    if segment != .flat { operands.append(base) }
    return line(i.mnemonic, operands, modifiers)
  }

  private func buffer(_ registers: Int, _ format: String) -> String {
    let idxen = i.bit(1, 23), offen = i.bit(1, 22), tfe = i.bit(1, 21), offset = i.bits(0, 0, 12)
    let address = idxen && offen ? vector(i.bits(1, 0, 8), 2) : idxen || offen ? vector(i.bits(1, 0, 8)) : "off"
    let operands = [vector(i.bits(1, 8, 8), registers + (tfe ? 1 : 0)), address, destination(i.bits(1, 16, 5) * 4, 4), scalar(i.bits(1, 24, 8))]
    return line(
      i.mnemonic, operands,
      [format, idxen ? "idxen" : "", offen ? "offen" : "", offset == 0 ? "" : "offset:\(offset)"] + policy() + [tfe ? "tfe" : ""])
  }

  func mubuf() -> String {
    if i.name.hasSuffix("_inv") { return i.mnemonic }
    return buffer(dataWidth * (i.name.contains("cmpswap") ? 2 : 1), "")
  }

  func mtbuf() -> String {
    let format = i.bits(0, 19, 7)
    let name = format < Names.unifiedFormats.count ? "[BUF_FMT_\(Names.unifiedFormats[format])]" : String(format)
    return buffer(OperandTypes.dataRegisters(i.name), format == 1 ? "" : "format:" + name)
  }

  // MARK: images

  /// Coordinates, and gradients for a sample, of each dimension.
  private static let dimensions: [(name: String, coordinates: Int, gradients: Int)] = [
    ("1D", 1, 2), ("2D", 2, 4), ("3D", 3, 6), ("CUBE", 3, 4), ("1D_ARRAY", 2, 2), ("2D_ARRAY", 3, 4), ("2D_MSAA", 3, 4), ("2D_MSAA_ARRAY", 4, 4),
  ]

  /// How many registers the address has: what the name asks for beside the coordinates, then the coordinates, halved when they
  /// have 16 bits.
  private func addressRegisters(_ dimension: Int, a16: Bool) -> Int {
    let parts = i.name.split(separator: "_").dropFirst(2), shape = Self.dimensions[dimension]
    let samples = i.name.hasPrefix("image_sample") || i.name.hasPrefix("image_gather4") || i.name == "image_get_lod"
    func has(_ part: String) -> Bool { samples && parts.contains { $0 == part } }
    let extra = (has("c") ? 1 : 0) + (has("b") ? 1 : 0) + (has("o") ? 1 : 0)
    let level = has("l") || has("cl") || i.name.contains("_mip") ? 1 : 0
    let components = (i.name == "image_get_resinfo" ? 0 : shape.coordinates) + level + (i.name == "image_get_resinfo" ? 1 : 0)
    var count = extra + (a16 ? (components + 1) / 2 : components)
    if has("d") { count += i.name.contains("_g16") ? (shape.gradients / 2 + 1) & ~1 : shape.gradients }
    return count
  }

  func mimg() -> String? {
    let dimension = i.bits(0, 2, 3), mask = i.bits(0, 8, 4), several = i.bit(0, 0)
    let a16 = i.bit(0, 16), d16 = i.bit(0, 17), tfe = i.bit(1, 21), lwe = i.bit(1, 22)
    if i.name.contains("intersect_ray") { return ray(several: several, a16: a16) }
    var registers = i.name.hasPrefix("image_gather4") || i.name == "image_msaa_load" ? 4 : max(1, mask.nonzeroBitCount)
    if d16 { registers = (registers + 1) / 2 }
    if tfe { registers += 1 }
    let count = addressRegisters(dimension, a16: a16)
    var address = vector(i.bits(1, 0, 8), count)
    if several {
      var parts = [vector(i.bits(1, 0, 8))]
      for index in 0..<min(4, max(0, count - 1)) { parts.append(vector(i.bits(2, UInt32(8 * index), 8), index == 3 ? count - 4 : 1)) }
      address = "[" + parts.joined(separator: ", ") + "]"
    }
    var operands = [vector(i.bits(1, 8, 8), registers), address, destination(i.bits(1, 16, 5) * 4, 8)]
    let samples = i.name.hasPrefix("image_sample") || i.name.hasPrefix("image_gather4") || i.name == "image_get_lod"
    if samples { operands.append(destination(i.bits(1, 26, 5) * 4, 4)) }
    // LLVM puts two spaces before a sample's address in several registers.
    return line(
      i.mnemonic + (several && samples ? " " : ""), operands,
      [mask == 0 ? "" : "dmask:" + hexadecimal(mask), "dim:SQ_RSRC_IMG_" + Self.dimensions[dimension].name, i.bit(0, 7) ? "unorm" : ""] + policy()
        + [i.bit(0, 15) ? "r128" : "", a16 ? "a16" : "", tfe ? "tfe" : "", lwe ? "lwe" : "", d16 ? "d16" : ""])
  }

  /// A ray against a tree of boxes: node, extent, origin, direction and its inverse.
  private func ray(several: Bool, a16: Bool) -> String {
    let pointer = i.name.contains("bvh64") ? 2 : 1
    let sizes = a16 ? [pointer, 1, 3, 3] : [pointer, 1, 3, 3, 3]
    var address = vector(i.bits(1, 0, 8), sizes.reduce(0, +))
    if several {
      let parts = sizes.enumerated().map { vector($0 == 0 ? i.bits(1, 0, 8) : i.bits(2, UInt32(8 * ($0 - 1)), 8), $1) }
      address = "[" + parts.joined(separator: ", ") + "]"
    }
    return line(i.mnemonic, [vector(i.bits(1, 8, 8), 4), address, destination(i.bits(1, 16, 5) * 4, 4)], [a16 ? "a16" : ""])
  }
}
