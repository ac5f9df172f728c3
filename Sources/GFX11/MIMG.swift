// MIMG: image instructions.  Descriptors, layouts and filters are in ISA's ImageResource, ImageLayout,
// ImageAccess and ImageSampling, rays in RayIntersection.
// Source: AMD RDNA3 ISA, 9.2, 15.9 and 16.12.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func mimg(_ t: inout OpcodeTable) {
    t.begin(.mimg, count: 256)
    t.shared(SharedRows.mimg, .gfx1100)
    t(24, "image_msaa_load", .control) { w, o in w.imageLoadSamples(o) }
    t(25, "image_bvh_intersect_ray", .control) { w, o in w.intersectRay(o, wide: false) }
    t(26, "image_bvh64_intersect_ray", .control) { w, o in w.intersectRay(o, wide: true) }
    // Four texels in a row: which ones, nobody says.
    t(144, "image_gather4h", [.control, .unpublished])
    imageSamples(&t)
  }
  private static func imageSamples(_ t: inout OpcodeTable) {
    t(28, "image_sample_d", .control) { w, o in w.imageSample(o, [.derivatives]) }
    t(29, "image_sample_l", .control) { w, o in w.imageSample(o, [.level]) }
    t(30, "image_sample_b", .control) { w, o in w.imageSample(o, [.bias]) }
    t(31, "image_sample_lz", .control) { w, o in w.imageSample(o, [.levelZero]) }
    t(32, "image_sample_c", .control) { w, o in w.imageSample(o, [.compare]) }
    t(33, "image_sample_c_d", .control) { w, o in w.imageSample(o, [.compare, .derivatives]) }
    t(34, "image_sample_c_l", .control) { w, o in w.imageSample(o, [.compare, .level]) }
    t(35, "image_sample_c_b", .control) { w, o in w.imageSample(o, [.compare, .bias]) }
    t(36, "image_sample_c_lz", .control) { w, o in w.imageSample(o, [.compare, .levelZero]) }
    t(37, "image_sample_o", .control) { w, o in w.imageSample(o, [.offset]) }
    t(38, "image_sample_d_o", .control) { w, o in w.imageSample(o, [.derivatives, .offset]) }
    t(39, "image_sample_l_o", .control) { w, o in w.imageSample(o, [.level, .offset]) }
    t(40, "image_sample_b_o", .control) { w, o in w.imageSample(o, [.bias, .offset]) }
    t(41, "image_sample_lz_o", .control) { w, o in w.imageSample(o, [.levelZero, .offset]) }
    t(42, "image_sample_c_o", .control) { w, o in w.imageSample(o, [.compare, .offset]) }
    t(43, "image_sample_c_d_o", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .offset]) }
    t(44, "image_sample_c_l_o", .control) { w, o in w.imageSample(o, [.compare, .level, .offset]) }
    t(45, "image_sample_c_b_o", .control) { w, o in w.imageSample(o, [.compare, .bias, .offset]) }
    t(46, "image_sample_c_lz_o", .control) { w, o in w.imageSample(o, [.compare, .levelZero, .offset]) }
    t(47, "image_gather4", .control) { w, o in w.imageSample(o, [.gather]) }
    t(48, "image_gather4_l", .control) { w, o in w.imageSample(o, [.gather, .level]) }
    t(49, "image_gather4_b", .control) { w, o in w.imageSample(o, [.gather, .bias]) }
    t(50, "image_gather4_lz", .control) { w, o in w.imageSample(o, [.gather, .levelZero]) }
    t(51, "image_gather4_c", .control) { w, o in w.imageSample(o, [.gather, .compare]) }
    t(52, "image_gather4_c_lz", .control) { w, o in w.imageSample(o, [.gather, .compare, .levelZero]) }
    t(53, "image_gather4_o", .control) { w, o in w.imageSample(o, [.gather, .offset]) }
    t(54, "image_gather4_lz_o", .control) { w, o in w.imageSample(o, [.gather, .levelZero, .offset]) }
    t(55, "image_gather4_c_lz_o", .control) { w, o in w.imageSample(o, [.gather, .compare, .levelZero, .offset]) }
    t(56, "image_get_lod", .control) { w, o in w.imageSample(o, .query) }
    t(57, "image_sample_d_g16", .control) { w, o in w.imageSample(o, [.derivatives, .narrowDerivatives]) }
    t(58, "image_sample_c_d_g16", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .narrowDerivatives]) }
    t(59, "image_sample_d_o_g16", .control) { w, o in w.imageSample(o, [.derivatives, .offset, .narrowDerivatives]) }
    t(60, "image_sample_c_d_o_g16", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .offset, .narrowDerivatives]) }
    t(64, "image_sample_cl", .control) { w, o in w.imageSample(o, [.clamp]) }
    t(65, "image_sample_d_cl", .control) { w, o in w.imageSample(o, [.derivatives, .clamp]) }
    t(66, "image_sample_b_cl", .control) { w, o in w.imageSample(o, [.bias, .clamp]) }
    t(67, "image_sample_c_cl", .control) { w, o in w.imageSample(o, [.compare, .clamp]) }
    t(68, "image_sample_c_d_cl", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .clamp]) }
    t(69, "image_sample_c_b_cl", .control) { w, o in w.imageSample(o, [.compare, .bias, .clamp]) }
    t(70, "image_sample_cl_o", .control) { w, o in w.imageSample(o, [.clamp, .offset]) }
    t(71, "image_sample_d_cl_o", .control) { w, o in w.imageSample(o, [.derivatives, .clamp, .offset]) }
    t(72, "image_sample_b_cl_o", .control) { w, o in w.imageSample(o, [.bias, .clamp, .offset]) }
    t(73, "image_sample_c_cl_o", .control) { w, o in w.imageSample(o, [.compare, .clamp, .offset]) }
    t(74, "image_sample_c_d_cl_o", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .clamp, .offset]) }
    t(75, "image_sample_c_b_cl_o", .control) { w, o in w.imageSample(o, [.compare, .bias, .clamp, .offset]) }
    t(84, "image_sample_c_d_cl_g16", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .clamp, .narrowDerivatives]) }
    t(85, "image_sample_d_cl_o_g16", .control) { w, o in w.imageSample(o, [.derivatives, .clamp, .offset, .narrowDerivatives]) }
    t(86, "image_sample_c_d_cl_o_g16", .control) { w, o in w.imageSample(o, [.compare, .derivatives, .clamp, .offset, .narrowDerivatives]) }
    t(95, "image_sample_d_cl_g16", .control) { w, o in w.imageSample(o, [.derivatives, .clamp, .narrowDerivatives]) }
    t(96, "image_gather4_cl", .control) { w, o in w.imageSample(o, [.gather, .clamp]) }
    t(97, "image_gather4_b_cl", .control) { w, o in w.imageSample(o, [.gather, .bias, .clamp]) }
    t(98, "image_gather4_c_cl", .control) { w, o in w.imageSample(o, [.gather, .compare, .clamp]) }
    t(99, "image_gather4_c_l", .control) { w, o in w.imageSample(o, [.gather, .compare, .level]) }
    t(100, "image_gather4_c_b", .control) { w, o in w.imageSample(o, [.gather, .compare, .bias]) }
    t(101, "image_gather4_c_b_cl", .control) { w, o in w.imageSample(o, [.gather, .compare, .bias, .clamp]) }
  }
}
