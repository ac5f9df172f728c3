// MIMG: image instructions.  gfx90a has loads, stores, atomics and plain sampling; gfx942 has none.  AMD's CDNA2 manual passes
// them over: they are those of Vega, whose manual describes descriptors, addresses and formats.
// Source: AMD Vega ISA, 8.2 and 12.18; LLVM 22's MIMGInstructions.td for what gfx90a has.
import CSoftGPU
import ISA

extension Rows {
  static func mimg(_ t: inout Rows) {
    guard t.target == .gfx90a else { return }
    t.begin(.mimg, count: 128)
    t(0, "image_load", .control) { w, o in w.imageLoad(o, .gfx9) }
    t(1, "image_load_mip", .control) { w, o in w.imageLoad(o, .gfx9, level: true) }
    t(2, "image_load_pck", .control) { w, o in w.imageLoadPacked(o, .gfx9) }
    t(3, "image_load_pck_sgn", .control) { w, o in w.imageLoadPacked(o, .gfx9, signed: true) }
    t(4, "image_load_mip_pck", .control) { w, o in w.imageLoadPacked(o, .gfx9, level: true) }
    t(5, "image_load_mip_pck_sgn", .control) { w, o in w.imageLoadPacked(o, .gfx9, level: true, signed: true) }
    t(8, "image_store", .control) { w, o in w.imageStore(o, .gfx9) }
    t(9, "image_store_mip", .control) { w, o in w.imageStore(o, .gfx9, level: true) }
    t(10, "image_store_pck", .control) { w, o in w.imageStorePacked(o, .gfx9) }
    t(11, "image_store_mip_pck", .control) { w, o in w.imageStorePacked(o, .gfx9, level: true) }
    t(14, "image_get_resinfo", .control) { w, o in w.imageSizes(o, .gfx9) }
    t(16, "image_atomic_swap", .control) { w, o in w.imageAtomic(o, .gfx9, { _, a, _ in a }, { _, a, _ in a }) }
    t(17, "image_atomic_cmpswap", .control) { w, o in w.imageAtomic(o, .gfx9, operands: 2, { m, a, b in m == b ? a : m }, { m, a, b in m == b ? a : m }) }
    t(18, "image_atomic_add", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m &+ a }, { m, a, _ in m &+ a }) }
    t(19, "image_atomic_sub", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m &- a }, { m, a, _ in m &- a }) }
    t(20, "image_atomic_smin", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in sign(a) < sign(m) ? a : m }, { m, a, _ in sign(a) < sign(m) ? a : m }) }
    t(21, "image_atomic_umin", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in min(m, a) }, { m, a, _ in min(m, a) }) }
    t(22, "image_atomic_smax", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in sign(a) >= sign(m) ? a : m }, { m, a, _ in sign(a) >= sign(m) ? a : m }) }
    t(23, "image_atomic_umax", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in max(m, a) }, { m, a, _ in max(m, a) }) }
    t(24, "image_atomic_and", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m & a }, { m, a, _ in m & a }) }
    t(25, "image_atomic_or", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m | a }, { m, a, _ in m | a }) }
    t(26, "image_atomic_xor", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m ^ a }, { m, a, _ in m ^ a }) }
    t(27, "image_atomic_inc", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m >= a ? 0 : m &+ 1 }, { m, a, _ in m >= a ? 0 : m &+ 1 }) }
    t(28, "image_atomic_dec", .control) { w, o in w.imageAtomic(o, .gfx9, { m, a, _ in m == 0 || m > a ? a : m &- 1 }, { m, a, _ in m == 0 || m > a ? a : m &- 1 }) }
    t(32, "image_sample", .control) { w, o in w.imageSample(o, .gfx9, []) }
  }
}
