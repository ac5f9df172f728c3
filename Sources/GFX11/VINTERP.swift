// VINTERP: interpolation of attributes in quads.  Source: AMD RDNA3 ISA, 16.13.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func vinterp(_ t: inout OpcodeTable) {
    t.begin(.vinterp, count: 128)
    t(0, "v_interp_p10_f32", .f32) { w, o in
      let (a, b, c) = interpolants(w, o, .f32, .f32)
      w.each(o) { l in Float(bitPattern: c[l & ~3]).addingProduct(Float(bitPattern: a[l & ~3 | 1]), Float(bitPattern: b[l])) }
    }
    t(1, "v_interp_p2_f32", .f32) { w, o in
      let (a, b, c) = interpolants(w, o, .f32, .f32)
      w.each(o) { l in Float(bitPattern: c[l]).addingProduct(Float(bitPattern: a[l & ~3 | 2]), Float(bitPattern: b[l])) }
    }
    t(2, "v_interp_p10_f16_f32", [.f32, .half0, .half2]) { w, o in
      let (a, b, c) = interpolants(w, o, .f16, .f16)
      w.each(o) { l in Float(lowHalf(c[l & ~3])).addingProduct(Float(lowHalf(a[l & ~3 | 1])), Float(bitPattern: b[l])) }
    }
    t(3, "v_interp_p2_f16_f32", [.f32, .halfResult, .half0]) { w, o in
      let (a, b, c) = interpolants(w, o, .f16, .f32)
      w.each(o) { l in
        let value = Float(bitPattern: c[l]).addingProduct(Float(lowHalf(a[l & ~3 | 2])), Float(bitPattern: b[l]))
        return Float16(value)
      }
    }
    t(4, "v_interp_p10_rtz_f16_f32", [.f32, .half0, .half2]) { w, o in
      let (a, b, c) = interpolants(w, o, .f16, .f16)
      w.each(o) { l in Float(lowHalf(c[l & ~3])).addingProduct(Float(lowHalf(a[l & ~3 | 1])), Float(bitPattern: b[l])) }
    }
    t(5, "v_interp_p2_rtz_f16_f32", [.f32, .halfResult, .half0]) { w, o in
      let (a, b, c) = interpolants(w, o, .f16, .f32)
      w.each(o) { l in
        let value = Float(bitPattern: c[l]).addingProduct(Float(lowHalf(a[l & ~3 | 2])), Float(bitPattern: b[l]))
        return Float16(bitPattern: UInt16(truncatingIfNeeded: halfTowardZero(value)))
      }
    }
  }
}

/// The sources; the first and last are read from other lanes of the quad.
@inline(__always) private func interpolants(
  _ w: Wave, _ o: Op, _ outer: OperandType, _ addend: OperandType
) -> (UnsafePointer<UInt32>, UnsafePointer<UInt32>, UnsafePointer<UInt32>) {
  (w.source(o, 0, outer), w.source(o, 1, .f32), w.source(o, 2, addend))
}
