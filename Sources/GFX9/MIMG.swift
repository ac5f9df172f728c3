// MIMG: image instructions.  gfx90a has them; gfx942 has none.  Source: LLVM 22's MIMGInstructions.td; AMD Vega ISA, 12.18.
import ISA

extension Rows {
  static func mimg(_ t: inout Rows) {
    guard t.target == .gfx90a else { return }
    t.begin(.mimg, count: 128)
    t(0, "image_load", .control)
    t(1, "image_load_mip", .control)
    t(2, "image_load_pck", .control)
    t(3, "image_load_pck_sgn", .control)
    t(4, "image_load_mip_pck", .control)
    t(5, "image_load_mip_pck_sgn", .control)
    t(8, "image_store", .control)
    t(9, "image_store_mip", .control)
    t(10, "image_store_pck", .control)
    t(11, "image_store_mip_pck", .control)
    t(14, "image_get_resinfo", .control)
    t(16, "image_atomic_swap", .control)
    t(17, "image_atomic_cmpswap", .control)
    t(18, "image_atomic_add", .control)
    t(19, "image_atomic_sub", .control)
    t(20, "image_atomic_smin", .control)
    t(21, "image_atomic_umin", .control)
    t(22, "image_atomic_smax", .control)
    t(23, "image_atomic_umax", .control)
    t(24, "image_atomic_and", .control)
    t(25, "image_atomic_or", .control)
    t(26, "image_atomic_xor", .control)
    t(27, "image_atomic_inc", .control)
    t(28, "image_atomic_dec", .control)
    t(32, "image_sample", .control)
  }
}
