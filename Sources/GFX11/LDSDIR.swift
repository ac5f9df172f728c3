// LDSDIR: a value of LDS to all lanes.  lds_param_load reads what only pixel shaders have: it stops by name.
// Source: AMD RDNA3 ISA, 12.4 "LDS Direct Loads", 15.5.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func ldsdir(_ t: inout OpcodeTable) {
    t.begin(.ldsdir, count: 4)
    t(0, "lds_param_load", [.control, .graphics])
    t(1, "lds_direct_load", .control) { w, o in w.loadDirect(o) }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// M0: the address in bits 0-15, in 16-18 what is read: 0 and 4 a byte, 1 and 5 a short (4 and 5 signed), 2 a dword.
  func loadDirect(_ o: Op) {
    let type = m0 >> 16 & 7, size = type & 3 == 0 ? 1 : type & 3 == 1 ? 2 : 4
    let at = Int(m0 & 0xffff) & ~(size - 1)
    guard at + size <= Int(pointee.ldsBytes) else {
      stop(self, o, .memory(address: Aperture.shared | UInt64(at), access: .read, size: size)); return
    }
    let place = UnsafeRawPointer(pointee.lds) + at, value: UInt32
    switch type {
    case 0: value = UInt32(place.load(as: UInt8.self))
    case 1: value = UInt32(place.load(as: UInt16.self))
    case 4: value = UInt32(bitPattern: Int32(place.load(as: Int8.self)))
    case 5: value = UInt32(bitPattern: Int32(place.load(as: Int16.self)))
    default: value = place.load(as: UInt32.self)
    }
    let out = vgpr(Int(o.pointee.destination))
    forLanes(exec) { out[$0] = value }
  }
}
