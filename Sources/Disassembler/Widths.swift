// How many 32-bit registers each operand of an instruction has, from the data types in its name, and the names for which the
// types don't tell.  Source: the instruction formats of AMD's ISA manuals; agreement with LLVM is tested.
import ISA

/// A data type as names spell it.
struct DataType: Equatable {
  enum Kind { case integer, float }
  var kind: Kind
  var bits: Int
  var isPacked = false        // two of them, and a literal is of 32 bits
  var registers: Int { max(1, bits / 32) }

  static let word = DataType(kind: .integer, bits: 32)
  static let pair = DataType(kind: .integer, bits: 64)

  init(kind: Kind, bits: Int) { self.kind = kind; self.bits = bits }

  /// From `f64`, `b32`, `i24`, `u8` …; nil for a part of a name that is no type.
  init?(_ text: Substring) {
    guard let first = text.first, "fbiu".contains(first), let bits = Int(text.dropFirst()) else { return nil }
    self.init(kind: first == "f" ? .float : .integer, bits: max(bits, bits == 24 ? 32 : bits))
    if bits == 24 || bits == 8 || bits == 4 { self.bits = 32 }
  }
}

/// Types of the result and of up to three sources; nil where there is none.
struct OperandTypes {
  var result: DataType? = .word
  var sources: [DataType]

  /// For scalar and vector ALU instructions.
  static func of(_ name: String, sources count: Int) -> OperandTypes {
    if let special = specials[name] { return special }
    let parts = name.split(separator: "_").compactMap { DataType($0) }
    let last = parts.last ?? .word
    // v_cvt_f64_i32, s_bcnt1_i32_b64: result and source are named; v_pk_add_f32 works on pairs.
    let result = parts.count >= 2 ? parts[parts.count - 2] : last
    let wide = name.hasPrefix("v_pk_") && last.bits == 32 && !name.hasPrefix("v_pk_fmac")
    if wide { return OperandTypes(result: .init(kind: last.kind, bits: 64), sources: Array(repeating: .init(kind: last.kind, bits: 64), count: count)) }
    return OperandTypes(result: result, sources: Array(repeating: last, count: count))
  }

  private static func types(_ names: String, _ result: DataType?, _ sources: [DataType]) -> [(String, OperandTypes)] {
    names.split(separator: " ").map { (String($0), OperandTypes(result: result, sources: sources)) }
  }
  private static let f64 = DataType(kind: .float, bits: 64), f32 = DataType(kind: .float, bits: 32), f16 = DataType(kind: .float, bits: 16)
  private static let i16 = DataType(kind: .integer, bits: 16)
  private static let halves = { var type = f16; type.isPacked = true; return type }()
  private static let quad = DataType(kind: .integer, bits: 128)

  static let specials: [String: OperandTypes] = Dictionary(
    uniqueKeysWithValues:
      types("s_lshl_b64 s_lshr_b64 s_ashr_i64 s_bfe_u64 s_bfe_i64", .pair, [.pair, .word]) + types("s_bfm_b64", .pair, [.word, .word])
      + types("v_sat_pk_u8_i16", .word, [.word]) + types("v_pk_fmac_f16", .word, [halves, halves]) + types("v_dot2c_f32_f16", .word, [halves, halves])
      + types("s_cbranch_g_fork", nil, [.pair, .pair]) + types("s_rfe_restore_b64", nil, [.pair, .word])
      + types("s_bitset0_b64 s_bitset1_b64", .pair, [.word]) + types("s_bitcmp0_b64 s_bitcmp1_b64", nil, [.pair, .word])
      + types("v_lshlrev_b64 v_lshrrev_b64 v_ashrrev_i64", .pair, [.word, .pair])
      + types("v_lshl_add_u64", .pair, [.pair, .word, .pair]) + types("v_ldexp_f64 v_trig_preop_f64", f64, [f64, .word])
      + types("v_ldexp_f32", f32, [f32, .word]) + types("v_ldexp_f16", f16, [f16, i16])
      + types("v_qsad_pk_u16_u8 v_mqsad_pk_u16_u8", .pair, [.pair, .word, .pair]) + types("v_mqsad_u32_u8", quad, [.pair, .word, quad])
      + types("v_mad_u64_u32 v_mad_i64_i32", .pair, [.word, .word, .pair]) + types("v_cvt_pk_f32_fp8 v_cvt_pk_f32_bf8", .pair, [.word])
      + types("v_cndmask_b32", .word, [.word, .word, .pair]) + types("v_readlane_b32 v_readfirstlane_b32 v_writelane_b32", .word, [.word, .word])
      + types("v_pk_mov_b32", .pair, [.pair, .pair])
      + types("v_div_fixup_f64 v_div_fmas_f64 v_fma_f64 v_div_scale_f64", f64, [f64, f64, f64])
      + types("v_cvt_pkaccum_u8_f32", .word, [f32, .word]) + types("s_pack_ll_b32_b16 s_pack_lh_b32_b16 s_pack_hh_b32_b16 s_pack_hl_b32_b16", .word, [.word, .word])
      + types("s_sext_i32_i16 s_sext_i32_i8", .word, [.word]) + types("v_cvt_pk_u8_f32", .word, [f32, .word, .word]) + types("v_cvt_sr_fp8_f32 v_cvt_sr_bf8_f32", .word, [f32, .word])
      + types("v_frexp_exp_i32_f32", .word, [f32]) + types("v_frexp_exp_i16_f16", i16, [f16])
      + types("v_cvt_f32_ubyte0 v_cvt_f32_ubyte1 v_cvt_f32_ubyte2 v_cvt_f32_ubyte3", f32, [.word]))

  /// Registers of a memory instruction's data: from dwordx3, b96, short, the number of format letters …
  static func dataRegisters(_ name: String) -> Int {
    for (suffix, count) in [("x16", 16), ("x8", 8), ("x4", 4), ("x3", 3), ("x2", 2), ("b128", 4), ("b96", 3), ("b512", 16), ("b256", 8)]
    where name.hasSuffix(suffix) { return count }
    if let letters = name.split(separator: "_").last, "xyzw".hasPrefix(letters), name.contains("format") {
      return name.contains("d16") ? (letters.count + 1) / 2 : letters.count
    }
    let type = name.split(separator: "_").compactMap { DataType($0) }.last ?? .word
    return type.registers
  }
}
