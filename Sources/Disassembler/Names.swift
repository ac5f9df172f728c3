// Names of numbered things in operands and modifiers.  Source: LLVM AMDGPU operand syntax; AMD's ISA manuals.
import ISA

enum Names {
  static let hardwareRegisters: [Target: [Int: String]] = [
    .gfx90a: gfx9Registers,
    .gfx1100: gfx11Registers,
    .gfx942: gfx9Registers.merging([
      20: "HW_REG_XCC_ID", 21: "HW_REG_SQ_PERF_SNAPSHOT_DATA", 22: "HW_REG_SQ_PERF_SNAPSHOT_DATA1", 23: "HW_REG_SQ_PERF_SNAPSHOT_PC_LO",
      24: "HW_REG_SQ_PERF_SNAPSHOT_PC_HI",
    ]) { $1 },
  ]
  private static let gfx11Registers: [Int: String] = [
    1: "HW_REG_MODE", 2: "HW_REG_STATUS", 3: "HW_REG_TRAPSTS", 5: "HW_REG_GPR_ALLOC", 6: "HW_REG_LDS_ALLOC", 7: "HW_REG_IB_STS",
    15: "HW_REG_SH_MEM_BASES", 18: "HW_REG_PERF_SNAPSHOT_PC_LO", 19: "HW_REG_PERF_SNAPSHOT_PC_HI", 20: "HW_REG_FLAT_SCR_LO",
    21: "HW_REG_FLAT_SCR_HI", 23: "HW_REG_HW_ID1", 24: "HW_REG_HW_ID2", 27: "HW_REG_PERF_SNAPSHOT_DATA", 29: "HW_REG_SHADER_CYCLES",
  ]
  private static let gfx9Registers: [Int: String] = [
    1: "HW_REG_MODE", 2: "HW_REG_STATUS", 3: "HW_REG_TRAPSTS", 4: "HW_REG_HW_ID", 5: "HW_REG_GPR_ALLOC", 6: "HW_REG_LDS_ALLOC",
    7: "HW_REG_IB_STS", 15: "HW_REG_SH_MEM_BASES",
    16: "HW_REG_TBA_LO", 17: "HW_REG_TBA_HI", 18: "HW_REG_TMA_LO", 19: "HW_REG_TMA_HI",
  ]

  private static let messages: [Int: String] = [
    1: "MSG_INTERRUPT", 2: "MSG_GS", 3: "MSG_GS_DONE", 4: "MSG_SAVEWAVE", 5: "MSG_STALL_WAVE_GEN", 6: "MSG_HALT_WAVES", 7: "MSG_ORDERED_PS_DONE",
    8: "MSG_EARLY_PRIM_DEALLOC", 9: "MSG_GS_ALLOC_REQ", 10: "MSG_GET_DOORBELL", 15: "MSG_SYSMSG",
  ]
  private static let gsOperations = ["GS_OP_NOP", "GS_OP_CUT", "GS_OP_EMIT", "GS_OP_EMIT_CUT"]
  private static let systemOperations = ["", "SYSMSG_OP_ECC_ERR_INTERRUPT", "SYSMSG_OP_REG_RD", "", "SYSMSG_OP_TTRACE_PC"]

  private static let gfx11Messages: [Int: String] = [
    1: "MSG_INTERRUPT", 2: "MSG_HS_TESSFACTOR", 3: "MSG_DEALLOC_VGPRS", 5: "MSG_STALL_WAVE_GEN", 6: "MSG_HALT_WAVES", 9: "MSG_GS_ALLOC_REQ",
    128: "MSG_RTN_GET_DOORBELL", 129: "MSG_RTN_GET_DDID", 130: "MSG_RTN_GET_TMA", 131: "MSG_RTN_GET_REALTIME", 132: "MSG_RTN_SAVE_WAVE",
    133: "MSG_RTN_GET_TBA", 134: "MSG_RTN_GET_TBA_TO_PC",
  ]

  /// A message by name where it means something (whatever lies beside its fields), by its fields where they are all there is.
  static func message(_ value: Int, _ target: Target) -> String {
    guard target != .gfx1100 else {
      let id = value & 0xff
      return gfx11Messages[id].map { "sendmsg(\($0))" } ?? (id == value ? "sendmsg(\(id), 0, 0)" : String(value))
    }
    let id = value & 15, operation = value >> 4 & 7, stream = value >> 8 & 3
    let unnamed = id | operation << 4 | stream << 8 == value ? "sendmsg(\(id), \(operation), \(stream))" : String(value)
    guard let name = messages[id] else { return unnamed }
    switch id {
    case 2, 3:
      guard operation < 4, id == 3 || operation != 0, operation != 0 || stream == 0 else { return unnamed }
      return operation == 0 ? "sendmsg(\(name), \(gsOperations[0]))" : "sendmsg(\(name), \(gsOperations[operation]), \(stream))"
    case 15: return [1, 2, 4].contains(operation) && stream == 0 ? "sendmsg(\(name), \(systemOperations[operation]))" : unnamed
    default: return operation == 0 && stream == 0 ? "sendmsg(\(name))" : unnamed
    }
  }

  // s_delay_alu: two earlier instructions to wait for, and how far apart.
  private static let delays = [
    "NO_DEP", "VALU_DEP_1", "VALU_DEP_2", "VALU_DEP_3", "VALU_DEP_4", "TRANS32_DEP_1", "TRANS32_DEP_2", "TRANS32_DEP_3", "FMA_ACCUM_CYCLE_1",
    "SALU_CYCLE_1", "SALU_CYCLE_2", "SALU_CYCLE_3",
  ]
  private static let delaySkips = ["SAME", "NEXT", "SKIP_1", "SKIP_2", "SKIP_3", "SKIP_4"]
  static func delay(_ value: Int) -> String {
    func name(_ field: String, _ number: Int, _ names: [String]) -> String? {
      number == 0 ? nil : field + "(" + (number < names.count ? names[number] : "/* invalid \(field.filter { !$0.isNumber }) value */") + ")"
    }
    let parts = [name("instid0", value & 15, delays), name("instskip", value >> 4 & 7, delaySkips), name("instid1", value >> 7 & 15, delays)]
    let text = parts.compactMap { $0 }.joined(separator: " | ")
    return text.isEmpty ? "0" : text
  }

  // s_waitcnt_depctr: fields with their defaults, all ones.
  private static let counters: [(name: String, low: Int, bits: Int)] = [
    ("depctr_hold_cnt", 7, 1), ("depctr_sa_sdst", 0, 1), ("depctr_va_vdst", 12, 4), ("depctr_va_sdst", 9, 3), ("depctr_va_ssrc", 8, 1),
    ("depctr_va_vcc", 1, 1), ("depctr_vm_vsrc", 2, 3),
  ]
  static func dependencyCounters(_ value: Int) -> String {
    guard value & 0x60 == 0 else { return hexadecimal(value) }
    let isDefault = value == 0xff9f
    return counters.compactMap { name, low, bits in
      let field = value >> low & (1 << bits - 1)
      return field != 1 << bits - 1 || isDefault ? "\(name)(\(field))" : nil
    }.joined(separator: " ")
  }

  static func dppControl11(_ control: Int) -> String {
    switch control {
    case 0x150...0x15f: "row_share:\(control & 15)"
    case 0x160...0x16f: "row_xmask:\(control & 15)"
    default: dppControl(control)
    }
  }

  /// Formats of gfx11's typed buffers by number.
  static let unifiedFormats: [String] = {
    let integers = ["UNORM", "SNORM", "USCALED", "SSCALED", "UINT", "SINT"]
    func all(_ size: String, _ types: [String]) -> [String] { types.map { size + "_" + $0 } }
    let some = ["UINT", "SINT", "FLOAT"], withFloat = integers + ["FLOAT"]
    return ["INVALID"] + all("8", integers) + all("16", withFloat) + all("8_8", integers) + all("32", some) + all("16_16", withFloat)
      + ["10_11_11_FLOAT", "11_11_10_FLOAT"] + all("10_10_10_2", ["UNORM", "SNORM", "UINT", "SINT"]) + all("2_10_10_10", integers)
      + all("8_8_8_8", integers) + all("32_32", some) + all("16_16_16_16", withFloat) + all("32_32_32", some) + all("32_32_32_32", some)
  }()

  static func dppControl(_ control: Int) -> String {
    let low = control & 15
    switch control {
    case 0...0xff: return "quad_perm:[\(control & 3),\(control >> 2 & 3),\(control >> 4 & 3),\(control >> 6)]"
    case 0x101...0x10f: return "row_shl:\(low)"
    case 0x111...0x11f: return "row_shr:\(low)"
    case 0x121...0x12f: return "row_ror:\(low)"
    case 0x130: return "wave_shl:1"
    case 0x134: return "wave_rol:1"
    case 0x138: return "wave_shr:1"
    case 0x13c: return "wave_ror:1"
    case 0x140: return "row_mirror"
    case 0x141: return "row_half_mirror"
    case 0x142: return "row_bcast:15"
    case 0x143: return "row_bcast:31"
    case 0x150...0x15f: return "row_newbcast:\(low)"
    default: return "<\(control)>"
    }
  }

  static func swizzle(_ offset: Int) -> String {
    if offset & 0xe000 == 0xe000 { return "swizzle(FFT,\(offset & 31))" }
    if offset & 0xe000 == 0xc000 { return "swizzle(ROTATE,\(offset >> 10 & 1),\(offset >> 5 & 31))" }
    if offset & 0x8000 != 0 {
      guard offset & 0x7f00 == 0 else { return String(offset) }
      return "swizzle(QUAD_PERM,\(offset & 3),\(offset >> 2 & 3),\(offset >> 4 & 3),\(offset >> 6 & 3))"
    }
    let and = offset & 31, or = offset >> 5 & 31, xor = offset >> 10 & 31
    if and == 31 && or == 0 && xor.nonzeroBitCount == 1 { return "swizzle(SWAP,\(xor))" }
    if and == 31 && or == 0 && xor != 0 && (xor + 1).nonzeroBitCount == 1 { return "swizzle(REVERSE,\(xor + 1))" }
    for size in [2, 4, 8, 16, 32] where and == 31 & ~(size - 1) && xor == 0 && or < size { return "swizzle(BROADCAST,\(size),\(or))" }
    var mask = ""
    for bit in stride(from: 4, through: 0, by: -1) {
      let a = and >> bit & 1, o = or >> bit & 1, x = xor >> bit & 1
      let zero = o ^ x, one = (a | o) ^ x
      mask += zero == one ? String(zero) : zero == 0 ? "p" : "i"
    }
    return "swizzle(BITMASK_PERM,\"\(mask)\")"
  }

  static let dataFormats = [
    "INVALID", "8", "16", "8_8", "32", "16_16", "10_11_11", "11_11_10", "10_10_10_2", "2_10_10_10", "8_8_8_8", "32_32", "16_16_16_16", "32_32_32",
    "32_32_32_32", "RESERVED_15",
  ]
  static let numberFormats = ["UNORM", "SNORM", "USCALED", "SSCALED", "UINT", "SINT", "RESERVED_6", "FLOAT"]

  /// VOP3-only instructions with two sources; the others have three.
  static let twoSources: Set<String> = Set(
    """
    v_add_f64 v_mul_f64 v_min_f64 v_max_f64 v_ldexp_f64 v_mul_lo_u32 v_mul_hi_u32 v_mul_hi_i32 v_ldexp_f32 v_readlane_b32 v_writelane_b32
    v_bcnt_u32_b32 v_mbcnt_lo_u32_b32 v_mbcnt_hi_u32_b32 v_lshlrev_b64 v_lshrrev_b64 v_ashrrev_i64 v_trig_preop_f64 v_bfm_b32 v_cvt_pknorm_i16_f32
    v_cvt_pknorm_u16_f32 v_cvt_pkrtz_f16_f32 v_cvt_pk_u16_u32 v_cvt_pk_i16_i32 v_cvt_pknorm_i16_f16 v_cvt_pknorm_u16_f16 v_add_i32 v_sub_i32 v_add_i16
    v_sub_i16 v_pack_b32_f16 v_mul_legacy_f32 v_cvt_pkaccum_u8_f32 v_cvt_pk_fp8_f32 v_cvt_pk_bf8_f32 v_cvt_sr_fp8_f32 v_cvt_sr_bf8_f32
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
  static let packedThree: Set<String> = ["v_pk_mad_i16", "v_pk_mad_u16", "v_pk_fma_f16", "v_pk_fma_f32"]

  /// Whether a VOP3 instruction has op_sel.
  static func selects(_ name: String) -> Bool { selecting.contains(name) }
  private static let selecting: Set<String> = Set(
    """
    v_mad_f16 v_mad_u16 v_mad_i16 v_fma_f16 v_div_fixup_f16 v_mad_u32_u16 v_mad_i32_i16 v_min3_f16 v_min3_i16 v_min3_u16 v_max3_f16 v_max3_i16
    v_max3_u16 v_med3_f16 v_med3_i16 v_med3_u16 v_cvt_pknorm_i16_f16 v_cvt_pknorm_u16_f16 v_add_i16 v_sub_i16 v_pack_b32_f16 v_cvt_pk_fp8_f32
    v_cvt_pk_bf8_f32 v_cvt_sr_fp8_f32 v_cvt_sr_bf8_f32 v_alignbyte_b32 v_alignbit_b32
    """.split { $0 == " " || $0 == "\n" }.map(String.init))

  /// Registers of a matrix instruction's operands, from its name: rows × columns × depth, blocks, types.  Names before gfx940
  /// run depth and type together, and leave the number of blocks to be known: the smallest depth of a type has several.
  static func matrixRegisters(_ name: String) -> (a: Int, b: Int, d: Int) {
    let parts = name.split(separator: "_")
    let shape = parts.first { $0.contains("x") && $0.first!.isNumber }!.split(separator: "x").map { $0.prefix { $0.isNumber } }
    let (rows, columns, depth) = (Int(shape[0])!, Int(shape[1])!, Int(shape[2])!)
    let old = parts[3].contains { $0.isLetter && $0 != "x" }
    let type = old ? String(parts[3].split(separator: "x")[2].drop { $0.isNumber }) : String(parts.last!)
    let bits = type.hasSuffix("f64") ? 64 : type.hasSuffix("f32") ? 32 : type.hasSuffix("16") ? 16 : 8
    var blocks = parts.first { $0.hasSuffix("b") && Int($0.dropLast()) != nil }.flatMap { Int($0.dropLast()) } ?? 1
    if old {
      let least = type == "f32" ? 1 : type == "bf16" && !name.hasSuffix("_1k") ? 2 : 4
      if depth == least { blocks = type == "f64" ? (rows == 4 ? 4 : 1) : rows == 32 ? 2 : rows == 16 ? 4 : 16 }
    }
    let b = max(1, columns * depth * blocks * bits / 32 / 64)
    let a = name.hasPrefix("v_smfmac") ? max(1, b / 2) : max(1, rows * depth * blocks * bits / 32 / 64)
    return (a, b, rows * columns * blocks * (parts[2] == "f64" ? 64 : 32) / 32 / 64)
  }
}
