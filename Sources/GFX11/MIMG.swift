// MIMG: image instructions.  Descriptors, layouts and filters are in ISA's ImageResource, ImageAccess and ImageSampling.
// Source: AMD RDNA3 ISA, 9.2, 15.9 and 16.12.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func mimg(_ t: inout OpcodeTable) {
    t.begin(.mimg, count: 256)
    t(0, "image_load", .control) { w, o in w.imageLoad(o, .gfx11) }
    t(1, "image_load_mip", .control) { w, o in w.imageLoad(o, .gfx11, level: true) }
    t(2, "image_load_pck", .control) { w, o in w.imageLoadPacked(o, .gfx11) }
    t(3, "image_load_pck_sgn", .control) { w, o in w.imageLoadPacked(o, .gfx11, signed: true) }
    t(4, "image_load_mip_pck", .control) { w, o in w.imageLoadPacked(o, .gfx11, level: true) }
    t(5, "image_load_mip_pck_sgn", .control) { w, o in w.imageLoadPacked(o, .gfx11, level: true, signed: true) }
    t(6, "image_store", .control) { w, o in w.imageStore(o, .gfx11) }
    t(7, "image_store_mip", .control) { w, o in w.imageStore(o, .gfx11, level: true) }
    t(8, "image_store_pck", .control) { w, o in w.imageStorePacked(o, .gfx11) }
    t(9, "image_store_mip_pck", .control) { w, o in w.imageStorePacked(o, .gfx11, level: true) }
    t(23, "image_get_resinfo", .control) { w, o in w.imageSizes(o, .gfx11) }
    // Named, not executed.
    t(24, "image_msaa_load", .control)
    t(25, "image_bvh_intersect_ray", .control)
    t(26, "image_bvh64_intersect_ray", .control)
    t(144, "image_gather4h", .control)
    imageAtomics(&t); imageSamples(&t)
  }
  private static func imageAtomics(_ t: inout OpcodeTable) {
    t(10, "image_atomic_swap", .control) { w, o in w.imageAtomic(o, .gfx11, { _, a, _ in a }, { _, a, _ in a }) }
    t(11, "image_atomic_cmpswap", .control) { w, o in w.imageAtomic(o, .gfx11, operands: 2, { m, a, b in m == b ? a : m }, { m, a, b in m == b ? a : m }) }
    t(12, "image_atomic_add", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m &+ a }, { m, a, _ in m &+ a }) }
    t(13, "image_atomic_sub", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m &- a }, { m, a, _ in m &- a }) }
    t(14, "image_atomic_smin", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in signed(a) < signed(m) ? a : m }, { m, a, _ in signed(a) < signed(m) ? a : m }) }
    t(15, "image_atomic_umin", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in min(m, a) }, { m, a, _ in min(m, a) }) }
    t(16, "image_atomic_smax", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in signed(a) >= signed(m) ? a : m }, { m, a, _ in signed(a) >= signed(m) ? a : m }) }
    t(17, "image_atomic_umax", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in max(m, a) }, { m, a, _ in max(m, a) }) }
    t(18, "image_atomic_and", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m & a }, { m, a, _ in m & a }) }
    t(19, "image_atomic_or", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m | a }, { m, a, _ in m | a }) }
    t(20, "image_atomic_xor", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m ^ a }, { m, a, _ in m ^ a }) }
    t(21, "image_atomic_inc", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m >= a ? 0 : m &+ 1 }, { m, a, _ in m >= a ? 0 : m &+ 1 }) }
    t(22, "image_atomic_dec", .control) { w, o in w.imageAtomic(o, .gfx11, { m, a, _ in m == 0 || m > a ? a : m &- 1 }, { m, a, _ in m == 0 || m > a ? a : m &- 1 }) }
  }
  private static func imageSamples(_ t: inout OpcodeTable) {
    t(27, "image_sample", .control) { w, o in w.imageSample(o, .gfx11, []) }
    t(28, "image_sample_d", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives]) }
    t(29, "image_sample_l", .control) { w, o in w.imageSample(o, .gfx11, [.level]) }
    t(30, "image_sample_b", .control) { w, o in w.imageSample(o, .gfx11, [.bias]) }
    t(31, "image_sample_lz", .control) { w, o in w.imageSample(o, .gfx11, [.levelZero]) }
    t(32, "image_sample_c", .control) { w, o in w.imageSample(o, .gfx11, [.compare]) }
    t(33, "image_sample_c_d", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives]) }
    t(34, "image_sample_c_l", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .level]) }
    t(35, "image_sample_c_b", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .bias]) }
    t(36, "image_sample_c_lz", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .levelZero]) }
    t(37, "image_sample_o", .control) { w, o in w.imageSample(o, .gfx11, [.offset]) }
    t(38, "image_sample_d_o", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .offset]) }
    t(39, "image_sample_l_o", .control) { w, o in w.imageSample(o, .gfx11, [.level, .offset]) }
    t(40, "image_sample_b_o", .control) { w, o in w.imageSample(o, .gfx11, [.bias, .offset]) }
    t(41, "image_sample_lz_o", .control) { w, o in w.imageSample(o, .gfx11, [.levelZero, .offset]) }
    t(42, "image_sample_c_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .offset]) }
    t(43, "image_sample_c_d_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .offset]) }
    t(44, "image_sample_c_l_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .level, .offset]) }
    t(45, "image_sample_c_b_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .bias, .offset]) }
    t(46, "image_sample_c_lz_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .levelZero, .offset]) }
    t(47, "image_gather4", .control) { w, o in w.imageSample(o, .gfx11, [.gather]) }
    t(48, "image_gather4_l", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .level]) }
    t(49, "image_gather4_b", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .bias]) }
    t(50, "image_gather4_lz", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .levelZero]) }
    t(51, "image_gather4_c", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare]) }
    t(52, "image_gather4_c_lz", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .levelZero]) }
    t(53, "image_gather4_o", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .offset]) }
    t(54, "image_gather4_lz_o", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .levelZero, .offset]) }
    t(55, "image_gather4_c_lz_o", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .levelZero, .offset]) }
    t(56, "image_get_lod", .control) { w, o in w.imageSample(o, .gfx11, .query) }
    t(57, "image_sample_d_g16", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .narrowDerivatives]) }
    t(58, "image_sample_c_d_g16", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .narrowDerivatives]) }
    t(59, "image_sample_d_o_g16", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .offset, .narrowDerivatives]) }
    t(60, "image_sample_c_d_o_g16", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .offset, .narrowDerivatives]) }
    t(64, "image_sample_cl", .control) { w, o in w.imageSample(o, .gfx11, [.clamp]) }
    t(65, "image_sample_d_cl", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .clamp]) }
    t(66, "image_sample_b_cl", .control) { w, o in w.imageSample(o, .gfx11, [.bias, .clamp]) }
    t(67, "image_sample_c_cl", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .clamp]) }
    t(68, "image_sample_c_d_cl", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .clamp]) }
    t(69, "image_sample_c_b_cl", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .bias, .clamp]) }
    t(70, "image_sample_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.clamp, .offset]) }
    t(71, "image_sample_d_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .clamp, .offset]) }
    t(72, "image_sample_b_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.bias, .clamp, .offset]) }
    t(73, "image_sample_c_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .clamp, .offset]) }
    t(74, "image_sample_c_d_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .clamp, .offset]) }
    t(75, "image_sample_c_b_cl_o", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .bias, .clamp, .offset]) }
    t(84, "image_sample_c_d_cl_g16", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .clamp, .narrowDerivatives]) }
    t(85, "image_sample_d_cl_o_g16", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .clamp, .offset, .narrowDerivatives]) }
    t(86, "image_sample_c_d_cl_o_g16", .control) { w, o in w.imageSample(o, .gfx11, [.compare, .derivatives, .clamp, .offset, .narrowDerivatives]) }
    t(95, "image_sample_d_cl_g16", .control) { w, o in w.imageSample(o, .gfx11, [.derivatives, .clamp, .narrowDerivatives]) }
    t(96, "image_gather4_cl", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .clamp]) }
    t(97, "image_gather4_b_cl", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .bias, .clamp]) }
    t(98, "image_gather4_c_cl", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .clamp]) }
    t(99, "image_gather4_c_l", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .level]) }
    t(100, "image_gather4_c_b", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .bias]) }
    t(101, "image_gather4_c_b_cl", .control) { w, o in w.imageSample(o, .gfx11, [.gather, .compare, .bias, .clamp]) }
  }
}
