// What an instruction's function may touch: one wave's registers, flags and operands, through these accessors.
// A wave belongs to one worker thread while it runs.  Source: AMD CDNA3 ISA, chapter 3.
import CSoftGPU

public typealias Wave = UnsafeMutablePointer<carmine_wave>
public typealias Op = UnsafePointer<carmine_op>
public typealias Lanes = UnsafeMutablePointer<UInt32>

/// Scalar operand codes of the gfx9 family.
public enum ScalarCode {
  public static let flatScratch = 102, vcc = 106, m0 = 124, exec = 126
  public static let sharedBase = 235, sharedLimit = 236, privateBase = 237, privateLimit = 238, popsExitingWave = 239
  public static let vccz = 251, execz = 252, scc = 253, literal = 255
}

/// Where LDS and scratch appear to flat instructions; the same values that the driver reports as apertures for gfx9.
public enum Aperture {
  public static let shared: UInt64 = 0x1_0000_0000_0000
  public static let privateSegment: UInt64 = 0x2_0000_0000_0000
  /// Whether a flat address is in one of them.
  @inline(__always) static func holds(_ address: UInt64) -> Bool { address >> 32 == shared >> 32 || address >> 32 == privateSegment >> 32 }
}

extension UnsafeMutablePointer<carmine_wave> {
  @inlinable @inline(__always) public func pair(_ code: Int) -> UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(pointee.scalars + code).assumingMemoryBound(to: UInt64.self)
  }
  // Masks of lanes: a wave of 32 has them in one register each; what would be the upper half is a register like others.
  /// SGPR pairs begin at even numbers, so pairs are aligned.
  @inlinable @inline(__always) public var exec: UInt64 {
    get { pair(ScalarCode.exec).pointee & pointee.allLanes }
    nonmutating set { setMask(ScalarCode.exec, newValue) }
  }
  @inlinable @inline(__always) public var vcc: UInt64 {
    get { pair(ScalarCode.vcc).pointee & pointee.allLanes }
    nonmutating set { setMask(ScalarCode.vcc, newValue) }
  }
  @inlinable @inline(__always) public func setMask(_ code: Int, _ mask: UInt64) {
    pointee.scalars[code] = UInt32(truncatingIfNeeded: mask)
    if pointee.lanes != 32 { pointee.scalars[code &+ 1] = UInt32(truncatingIfNeeded: mask >> 32) }
  }
  /// Source `i` as a mask.
  @inlinable @inline(__always) public func mask(_ o: Op, _ i: Int) -> UInt64 { s64(o, i) & pointee.allLanes }
  @inlinable @inline(__always) public var m0: UInt32 { pointee.scalars[ScalarCode.m0] }
  @inlinable @inline(__always) public var scc: Bool {
    get { pointee.scc != 0 }
    nonmutating set { pointee.scc = newValue ? 1 : 0 }
  }

  // Scalar operands.
  @inlinable @inline(__always) public func code(_ o: Op, _ i: Int) -> Int {
    switch i {
    case 0: Int(o.pointee.source0)
    case 1: Int(o.pointee.source1)
    default: Int(o.pointee.source2)
    }
  }
  @inlinable @inline(__always) public func s32(_ o: Op, _ i: Int) -> UInt32 {
    let code = code(o, i)
    return code < ScalarCode.vccz ? pointee.scalars[code] : unusual(o, code)
  }
  @inlinable @inline(__always) public func i32(_ o: Op, _ i: Int) -> Int32 { Int32(bitPattern: s32(o, i)) }
  @inlinable @inline(__always) public func s64(_ o: Op, _ i: Int) -> UInt64 {
    let code = code(o, i)
    return code < 128 ? UInt64(pointee.scalars[code]) | UInt64(pointee.scalars[code &+ 1]) << 32 : unusual64(o, code, signed: false)
  }
  @inlinable @inline(__always) public func i64(_ o: Op, _ i: Int) -> Int64 {
    let code = code(o, i)
    return Int64(
      bitPattern: code < 128
        ? UInt64(pointee.scalars[code]) | UInt64(pointee.scalars[code &+ 1]) << 32 : unusual64(o, code, signed: true))
  }
  @inline(never) public func unusual(_ o: Op, _ code: Int) -> UInt32 {
    switch code {
    case ScalarCode.vccz: vcc == 0 ? 1 : 0
    case ScalarCode.execz: exec == 0 ? 1 : 0
    case ScalarCode.scc: pointee.scc
    case ScalarCode.literal: o.pointee.literal
    default: pointee.scalars[code & 255]
    }
  }
  @inline(never) public func unusual64(_ o: Op, _ code: Int, signed: Bool) -> UInt64 {
    switch code {
    case 128...192: UInt64(code - 128)
    case 193...208: UInt64(bitPattern: Int64(192 - code))
    case 240...248: InlineConstant.f64[code - 240]
    case ScalarCode.sharedBase: Aperture.shared
    case ScalarCode.sharedLimit: Aperture.shared | 0xffff_ffff
    case ScalarCode.privateBase: Aperture.privateSegment
    case ScalarCode.privateLimit: Aperture.privateSegment | 0xffff_ffff
    case ScalarCode.literal:
      signed ? UInt64(bitPattern: Int64(Int32(bitPattern: o.pointee.literal))) : UInt64(o.pointee.literal)
    default: UInt64(unusual(o, code))
    }
  }
  @inlinable @inline(__always) public func setS32(_ o: Op, _ value: UInt32) { pointee.scalars[Int(o.pointee.destination)] = value }
  @inlinable @inline(__always) public func setS32(_ o: Op, _ value: UInt32, scc: Bool) { setS32(o, value); self.scc = scc }
  @inlinable @inline(__always) public func setS64(_ o: Op, _ value: UInt64) { setPair(Int(o.pointee.destination), value) }
  @inlinable @inline(__always) public func setPair(_ code: Int, _ value: UInt64) {
    pointee.scalars[code] = UInt32(truncatingIfNeeded: value)
    pointee.scalars[code &+ 1] = UInt32(truncatingIfNeeded: value >> 32)
  }
  @inlinable @inline(__always) public func getPair(_ code: Int) -> UInt64 {
    UInt64(pointee.scalars[code]) | UInt64(pointee.scalars[code &+ 1]) << 32
  }

  /// EXEC as 64 words of 0 or ~0.
  @inlinable @inline(__always) public func laneMask() -> Lanes {
    if pointee.laneMaskOf != exec { renewLaneMask() }
    return pointee.laneMask
  }
  @inline(never) @usableFromInline func renewLaneMask() {
    carmine_expand(exec, pointee.laneMask)
    pointee.laneMaskOf = exec
  }
  /// MODE's FP16_OVFL: what is too large for a narrow type becomes its largest number.
  public var saturatesOverflow: Bool { pointee.mode >> 23 & 1 != 0 }
  @inlinable @inline(__always) public func vgpr(_ number: Int) -> Lanes { pointee.vgpr + number &* 64 }
}

/// Inline constants 240-248: 0.5, -0.5, 1, -1, 2, -2, 4, -4, 1/(2 pi).
public enum InlineConstant {
  public static let f32: [UInt32] = [
    0x3f00_0000, 0xbf00_0000, 0x3f80_0000, 0xbf80_0000, 0x4000_0000, 0xc000_0000, 0x4080_0000, 0xc080_0000, 0x3e22_f983,
  ]
  public static let f16: [UInt32] = [0x3800, 0xb800, 0x3c00, 0xbc00, 0x4000, 0xc000, 0x4400, 0xc400, 0x3118]
  public static let f64: [UInt64] = [
    0x3fe0_0000_0000_0000, 0xbfe0_0000_0000_0000, 0x3ff0_0000_0000_0000, 0xbff0_0000_0000_0000, 0x4000_0000_0000_0000,
    0xc000_0000_0000_0000, 0x4010_0000_0000_0000, 0xc010_0000_0000_0000, 0x3fc4_5f30_6dc9_c882,
  ]
  /// Fills the codes above the SGPRs of a wave's scalar array.
  public static func fill(_ scalars: UnsafeMutablePointer<UInt32>) {
    for code in 128..<256 { scalars[code] = 0 }
    for value in 0...64 { scalars[128 + value] = UInt32(value) }
    for value in 1...16 { scalars[192 + value] = UInt32(bitPattern: Int32(-value)) }
    for (index, bits) in f32.enumerated() { scalars[240 + index] = bits }
  }
}
