// MODE's bits beside rounding and denormals, and what two of gfx9's do to vector instructions: VSKIP leaves them out, GPR_IDX_EN
// adds M0's index to register numbers.  Worker threads only.  Source: AMD CDNA3 ISA, 3.5 "MODE", 3.9.2 "VGPR Indexing"; AMD's
// pseudo-code of s_set_gpr_idx_on and s_setvskip.
import CSoftGPU

public enum ModeBit {
  public static let dx10Clamp: UInt32 = 1 << 8, ieee: UInt32 = 1 << 9
  /// Subnormal operands (bit 6) and results (bit 7) of double and half precision stay.
  static let halfDenormals: UInt32 = 3 << 6
  public static let halfOverflow: UInt32 = 1 << 23                   // FP16_OVFL
  /// EXCP_EN's floating-point bits and integer division by zero.
  public static let exceptions: UInt32 = 0x7f << 12
  public static let gprIndex: UInt32 = 1 << 27, vectorSkip: UInt32 = 1 << 28
  /// What the interpreter has to look at before each vector instruction.
  static let special = gprIndex | vectorSkip
}

extension UnsafeMutablePointer<carmine_wave> {
  /// A NaN clamped becomes 0; else it stays.
  @inlinable @inline(__always) public var clampsNaN: Bool { pointee.mode & ModeBit.dx10Clamp != 0 }
  /// Signalling NaNs become quiet, output scales are ignored.
  @inlinable @inline(__always) public var isIEEE: Bool { pointee.mode & ModeBit.ieee != 0 }
  @inlinable @inline(__always) public func setModeBit(_ bit: UInt32, _ on: Bool) {
    HardwareRegister.setMode(self, on ? pointee.mode | bit : pointee.mode & ~bit)
  }

  /// Whether an output scale acts: not in IEEE mode, and not where denormal results are kept.
  func scalesOutput(_ type: OperandType) -> Bool { !isIEEE && pointee.mode >> (type == .f32 ? 4 : 6) & 2 == 0 }

  /// The instruction as VSKIP and GPR_IDX_EN make it: itself, a copy with other register numbers, or nothing.
  @inline(never) func adjusted(_ o: Op, _ copy: UnsafeMutablePointer<carmine_op>) -> Op? {
    let flags = Int32(o.pointee.flags), mode = pointee.mode
    guard flags & Int32(CARMINE_OP_FLAG_VECTOR) != 0 else { return o }
    if mode & ModeBit.vectorSkip != 0 { return nil }
    guard mode & ModeBit.gprIndex != 0, flags & Int32(CARMINE_OP_FLAG_INDEXED) != 0 else { return o }
    copy.pointee = o.pointee
    let m0 = pointee.scalars[ScalarCode.m0], index = UInt16(m0 & 0xff), which = m0 >> 12 & 15
    if which & 1 != 0, o.pointee.source0 >= 256 { copy.pointee.source0 += index }
    if which & 2 != 0, o.pointee.source1 >= 256 { copy.pointee.source1 += index }
    if which & 4 != 0, o.pointee.source2 >= 256 { copy.pointee.source2 += index }
    if which & 8 != 0 { copy.pointee.destination += index }
    return UnsafePointer(copy)
  }
}
