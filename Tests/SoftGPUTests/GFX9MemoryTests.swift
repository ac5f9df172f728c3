// gfx9's buffer, typed, scalar and LDS-direct memory instructions on both targets, one at a time.  The expected values follow
// AMD's manual: addresses from descriptor, index, offset; what lies outside reads as 0 and is not written.
import Testing

@testable import ISA
@testable import SoftGPU

/// in[i] = 1000 + i (1024 words), out is zeros.  v0 the lane, v10 = 4 * lane, s[4:5] in, s[6:7] out; s[12:15] describes the first
/// 256 bytes of in, as 32-bit floats.  The answer is v8 of each lane.
private typealias Case = (text: String, expected: (Int) -> UInt32)
private func allCases() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Int) -> UInt32) { list.append((text, expected)) }
  add("buffer_load_dword v8, v10, s[12:15], 0 offen", { 1000 + UInt32($0) })
  add("buffer_load_dword v8, v10, s[12:15], 0 offen offset:128", { $0 < 32 ? 1032 + UInt32($0) : 0 })
  add("s_mov_b32 s20, 64\n buffer_load_dword v8, v10, s[12:15], s20 offen", { $0 < 48 ? 1016 + UInt32($0) : 0 })
  add("buffer_load_dwordx2 v[8:9], v10, s[12:15], 0 offen offset:4\n s_waitcnt vmcnt(0)\n v_add_u32 v8, v8, v9", { l in
    (l < 63 ? 1001 + UInt32(l) : 0) + (l < 62 ? 1002 + UInt32(l) : 0)
  })
  add("buffer_load_ubyte v8, v0, s[12:15], 0 offen", { l in (1000 + UInt32(l / 4)) >> UInt32(l % 4 * 8) & 255 })
  add("buffer_load_short_d16_hi v8, v10, s[12:15], 0 offen", { l in 0xd00d | (1000 + UInt32(l)) << 16 })
  // Records of eight bytes: the index is checked.
  add("s_or_b32 s13, s13, 8 << 16\n s_mov_b32 s14, 16\n buffer_load_dword v8, v0, s[12:15], 0 idxen offset:4", { $0 < 16 ? 1001 + 2 * UInt32($0) : 0 })
  add("s_or_b32 s13, s13, 8 << 16\n s_mov_b32 s14, 16\n v_lshrrev_b32 v2, 2, v0\n v_and_b32 v3, 1, v0\n v_lshlrev_b32 v3, 2, v3\n buffer_load_dword v8, v[2:3], s[12:15], 0 idxen offen", { l in
    1000 + 2 * UInt32(l / 4) + UInt32(l & 1)
  })
  // Scratch's layout: words of all lanes side by side, the lane's number added.
  add("s_or_b32 s13, s13, 0x80000000\n s_movk_i32 s14, 0x1000\n s_mov_b32 s15, 0x00e20fac\n buffer_load_dword v8, off, s[12:15], 0 offset:4", { 1064 + UInt32($0) })
  // The format of the descriptor, and of the instruction.
  add("buffer_load_format_x v8, v10, s[12:15], 0 offen", { 1000 + UInt32($0) })
  add("s_mov_b32 s15, 0x54fad\n buffer_load_format_x v8, v10, s[12:15], 0 offen", { l in (1000 + UInt32(l)) >> 8 & 255 })
  add("tbuffer_load_format_xy v[8:9], v10, s[12:15], 0 format:[BUF_DATA_FORMAT_16_16,BUF_NUM_FORMAT_UINT] offen\n s_waitcnt vmcnt(0)\n v_lshl_or_b32 v8, v9, 16, v8", { 1000 + UInt32($0) })
  add("tbuffer_load_format_x v8, v10, s[12:15], 0 format:[BUF_DATA_FORMAT_16,BUF_NUM_FORMAT_USCALED] offen", { Float(1000 + $0).bitPattern })
  // To LDS and back.
  add("s_movk_i32 m0, 0x40\n buffer_load_dword v10, s[12:15], 0 offen offset:8 lds\n s_waitcnt vmcnt(0)\n ds_read_b32 v8, v10 offset:72", { $0 < 62 ? 1002 + UInt32($0) : 0 })
  add("s_movk_i32 m0, 0x20\n {ldsload}\n s_waitcnt vmcnt(0)\n ds_read_b32 v8, v10 offset:32", { 1000 + UInt32($0) })
  // Stores and atomics; what is outside stays.
  add("s_mov_b64 s[12:13], s[6:7]\n s_and_b32 s13, s13, 0xffff\n s_movk_i32 s14, 0x80\n v_mov_b32 v2, 7\n buffer_store_dword v2, v10, s[12:15], 0 offen\n s_waitcnt vmcnt(0)\n global_load_dword v8, v10, s[6:7]", { $0 < 32 ? 7 : 0 })
  add("s_mov_b64 s[12:13], s[6:7]\n s_and_b32 s13, s13, 0xffff\n v_mov_b32 v8, 1\n v_mov_b32 v2, 0\n buffer_atomic_add v8, v2, s[12:15], 0 offen {glc}", { UInt32($0) })
  add("s_mov_b64 s[12:13], s[6:7]\n s_and_b32 s13, s13, 0xffff\n v_mov_b32 v8, 1.0\n buffer_atomic_add_f32 v8, v10, s[12:15], 0 offen\n buffer_atomic_add_f32 v8, v10, s[12:15], 0 offen\n s_waitcnt vmcnt(0)\n global_load_dword v8, v10, s[6:7]", { _ in Float(2).bitPattern })
  // Scalar.
  add("s_buffer_load_dwordx2 s[20:21], s[12:15], 0xfc\n s_waitcnt lgkmcnt(0)\n v_mov_b32 v8, s20\n v_add_u32 v8, s21, v8", { _ in 1063 })
  add("s_movk_i32 s22, 0x10\n s_buffer_load_dword s20, s[12:15], s22 offset:4\n s_waitcnt lgkmcnt(0)\n v_mov_b32 v8, s20", { _ in 1005 })
  add("s_movk_i32 s22, 2\n s_scratch_load_dword s20, s[4:5], s22\n s_waitcnt lgkmcnt(0)\n v_mov_b32 v8, s20", { _ in 1032 })
  add("s_movk_i32 s20, 5\n s_atomic_add s20, s[6:7], 0x80 glc\n s_movk_i32 s21, 6\n s_atomic_sub s21, s[6:7], 0x80 glc\n s_waitcnt lgkmcnt(0)\n s_dcache_wb\n v_mov_b32 v2, 0\n global_load_dword v8, v2, s[6:7] offset:128\n s_waitcnt vmcnt(0)\n v_add_u32 v8, s21, v8", { _ in 4 })
  add("s_mov_b32 s20, 9\n s_mov_b32 s21, 0\n s_atomic_cmpswap s[20:21], s[6:7], 0x40 glc\n s_mov_b32 s22, 3\n s_mov_b32 s23, 8\n s_atomic_cmpswap s[22:23], s[6:7], 0x40 glc\n s_waitcnt lgkmcnt(0)\n v_mov_b32 v8, s22", { _ in 9 })
  add("s_mov_b32 s20, 77\n s_mov_b32 s21, 1\n s_store_dwordx2 s[20:21], s[6:7], 0x20\n s_dcache_wb\n v_mov_b32 v2, 0\n global_load_dwordx2 v[2:3], v2, s[6:7] offset:32\n s_waitcnt vmcnt(0)\n v_add_u32 v8, v2, v3", { _ in 78 })
  // Atomics compare floats as numbers: a NaN in memory stays.
  add("v_lshlrev_b32 v12, 3, v0\n v_mov_b32 v2, 0\n v_mov_b32 v3, 0x7ff80000\n global_store_dwordx2 v12, v[2:3], s[6:7] offset:2048\n s_waitcnt vmcnt(0)\n v_mov_b32 v5, 0\n v_mov_b32 v4, 0\n global_atomic_min_f64 v12, v[4:5], s[6:7] offset:2048\n s_waitcnt vmcnt(0)\n global_load_dword v8, v12, s[6:7] offset:2052", { _ in 0x7ff8_0000 })
  return list
}

@Suite struct GFX9MemoryTests {
  @Test(arguments: ["mi210", "mi300x"]) func `buffer and scalar memory instructions address as the manual says`(device: String) throws {
    let cases = allCases(), lab = Lab(device == "mi210" ? .mi210 : .mi300x), is942 = device == "mi300x"
    var source = ".amdgcn_target \"amdgcn-amd-amdhsa--\(is942 ? "gfx942" : "gfx90a")\"\n.text\n"
    for (index, test) in cases.enumerated() {
      let text = test.text.replacing("{glc}", with: is942 ? "sc0" : "glc")
        .replacing("{ldsload}", with: is942 ? "global_load_lds_dword v10, s[4:5]" : "global_load_dword v10, s[4:5] lds")
      source += """
        .globl t\(index)
        .p2align 8
        .type t\(index),@function
        t\(index):
        s_load_dwordx4 s[4:7], s[0:1], 0x0
        s_load_dwordx2 s[16:17], s[0:1], 0x10
        v_lshlrev_b32 v10, 2, v0
        v_mov_b32 v8, 0xd00d
        s_waitcnt lgkmcnt(0)
        s_mov_b32 s12, s4
        s_and_b32 s13, s5, 0xffff
        s_movk_i32 s14, 0x100
        s_mov_b32 s15, 0x27fac
        \(text)
        s_waitcnt vmcnt(0) lgkmcnt(0)
        v_lshlrev_b32 v10, 2, v0
        global_store_dword v10, v8, s[16:17]
        s_endpgm

        """
    }
    source += ".rodata\n"
    for index in cases.indices {
      source += """
        .p2align 6
        .amdhsa_kernel t\(index)
          .amdhsa_next_free_vgpr 32
          .amdhsa_next_free_sgpr 32
          .amdhsa_accum_offset 32
          .amdhsa_user_sgpr_kernarg_segment_ptr 1
          .amdhsa_group_segment_fixed_size 1024
        .end_amdhsa_kernel

        """
    }
    try lab.assemble(source)
    let input = lab.buffer((0..<1024).map { UInt32(1000 + $0) })
    for (index, test) in cases.enumerated() {
      let out = lab.buffer(UInt32(0), count: 1024), answer = lab.buffer(UInt32(0xdead), count: 64)
      try lab.complete("t\(index)", inline: true, [.pointer(input.address), .pointer(out.address), .pointer(answer.address)])
      for lane in 0..<64 {
        let want = test.expected(lane)
        #expect(answer[lane] == want, "\(device): \(test.text): lane \(lane)")
      }
    }
  }
}

extension String {
  fileprivate func replacing(_ part: String, with new: String) -> String {
    let text = Array(utf8), pattern = Array(part.utf8)
    var result: [UInt8] = [], at = 0
    while at < text.count {
      if text[at...].starts(with: pattern) { result += Array(new.utf8); at += pattern.count } else { result.append(text[at]); at += 1 }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
