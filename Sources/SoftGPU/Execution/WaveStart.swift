// What a wave finds in its scalar registers when it starts, by generation, and what it reads of where it runs.
// Source: LLVM AMDGPU usage, "Initial Kernel Execution State" and "Trap Handler ABI"; AMD's CDNA3 and RDNA3 ISA manuals
// (HW_ID, HW_ID1, HW_ID2); what the kernel driver's first-level trap handler says of the trap registers.
import CSoftGPU
import ISA

enum WaveStart {
  /// ttmp0 is scalar 108 from gfx9 on.
  static let trapRegisters = 108

  static func scalars(_ wave: Wave, _ group: Workgroup, _ number: Int, items: Int) {
    let dispatch = group.dispatch, kernel = dispatch.kernel, device = dispatch.context.engine.device
    let scalars = wave.pointee.scalars, id = group.id
    let waveCount = (items + kernel.lanes - 1) / kernel.lanes
    var at = 0
    func add(_ value: UInt32) { scalars[at] = value; at += 1 }
    for value in dispatch.userSGPRs { add(value) }
    let inTrapRegisters = device.family.rawValue >= DeviceKind.Family.gfx12.rawValue
    if !inTrapRegisters {
      if kernel.enablesWorkgroupID.x { add(id.x) }
      if kernel.enablesWorkgroupID.y { add(id.y) }
      if kernel.enablesWorkgroupID.z { add(id.z) }
    }
    if kernel.enablesWorkgroupInfo { add(UInt32(waveCount) | (number == 0 ? 1 << 31 : 0)) }
    // Without architected flat scratch a wave is told how far into the queue's scratch its own lies.
    let offset = wave.pointee.scratchAddress &- dispatch.scratch.base
    if kernel.enablesPrivateSegment && !device.hasArchitectedFlatScratch { add(UInt32(truncatingIfNeeded: offset)) }

    let ttmp = trapRegisters
    for register in 0..<16 { scalars[ttmp + register] = 0 }
    scalars[ttmp + 8] = id.x
    scalars[ttmp + 9] = id.y
    scalars[ttmp + 10] = id.z
    scalars[ttmp + 11] = UInt32(number & 63) | (dispatch.scratchBytes == 0 ? 1 << 6 : 0)
    if inTrapRegisters {
      scalars[ttmp + 7] = id.y & 0xffff | id.z << 16
      scalars[ttmp + 9] = id.x
    }
    if device.family == .gfx9 {
      let base = device.hasArchitectedFlatScratch ? wave.pointee.scratchAddress : 0
      let visible = base != 0 ? base : Aperture.privateSegment
      scalars[ScalarCode.flatScratch] = UInt32(truncatingIfNeeded: visible)
      scalars[ScalarCode.flatScratch + 1] = UInt32(truncatingIfNeeded: visible >> 32)
    }
    scalars[ScalarCode.m0] = 0
    if group.dispatch.caches == nil { wave.vcc = 0 }
  }

  /// HW_ID of gfx9 (and 0), or HW_ID1 and HW_ID2 of later families.
  static func hardwareID(
    _ place: (xcc: Int, engine: Int, array: Int, unit: Int, simd: Int, slot: Int), _ geometry: UnitGeometry, _ number: Int
  ) -> (UInt32, UInt32) {
    let slot = UInt32(place.slot), simd = UInt32(place.simd), unit = UInt32(place.unit), engine = UInt32(place.engine)
    if geometry.pairing == 1 {
      return (slot & 15 | simd << 4 | (unit & 15) << 8 | UInt32(place.array) << 12 | (engine & 7) << 13, 0)
    }
    return (slot & 31 | (simd & 3) << 8 | (unit & 15) << 10 | UInt32(place.array & 1) << 16 | (engine & 7) << 18, UInt32(number & 31) << 16)
  }
}

extension DeviceKind {
  /// Whether hardware sets up scratch addressing by itself: gfx940 and later of gfx9, gfx11 and later.
  var hasArchitectedFlatScratch: Bool { gfxTargetVersion >= 110_000 || (90400..<100_000).contains(gfxTargetVersion) }
}
