// MIMG: image instructions.  LLVM assembles them for gfx90a; AMD's CDNA2 manual has none, the driver and AMD's runtime report
// no images for the part, so that they have names and no function.  gfx942 has none.  Source: LLVM 22's MIMGInstructions.td.
import ISA

extension Rows {
  static func mimg(_ t: inout Rows) {
    guard t.target == .gfx90a else { return }
    t.begin(.mimg, count: 128)
    t(0, "image_load", [.control, .unpublished])
    t(1, "image_load_mip", [.control, .unpublished])
    t(2, "image_load_pck", [.control, .unpublished])
    t(3, "image_load_pck_sgn", [.control, .unpublished])
    t(4, "image_load_mip_pck", [.control, .unpublished])
    t(5, "image_load_mip_pck_sgn", [.control, .unpublished])
    t(8, "image_store", [.control, .unpublished])
    t(9, "image_store_mip", [.control, .unpublished])
    t(10, "image_store_pck", [.control, .unpublished])
    t(11, "image_store_mip_pck", [.control, .unpublished])
    t(14, "image_get_resinfo", [.control, .unpublished])
    t(16, "image_atomic_swap", [.control, .unpublished])
    t(17, "image_atomic_cmpswap", [.control, .unpublished])
    t(18, "image_atomic_add", [.control, .unpublished])
    t(19, "image_atomic_sub", [.control, .unpublished])
    t(20, "image_atomic_smin", [.control, .unpublished])
    t(21, "image_atomic_umin", [.control, .unpublished])
    t(22, "image_atomic_smax", [.control, .unpublished])
    t(23, "image_atomic_umax", [.control, .unpublished])
    t(24, "image_atomic_and", [.control, .unpublished])
    t(25, "image_atomic_or", [.control, .unpublished])
    t(26, "image_atomic_xor", [.control, .unpublished])
    t(27, "image_atomic_inc", [.control, .unpublished])
    t(28, "image_atomic_dec", [.control, .unpublished])
    t(32, "image_sample", [.control, .unpublished])
  }
}
