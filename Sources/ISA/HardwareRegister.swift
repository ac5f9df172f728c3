// MODE and the other registers that s_getreg and s_setreg reach.  Worker threads only.
// Source: AMD CDNA3 ISA, 3 and 5.7.
import CSoftGPU

/// Hardware registers that s_getreg and s_setreg reach: number in bits 0-5, offset in 6-10, width - 1 in 11-15.
/// MODE (1) is honoured; what has no meaning here reads as a plausible constant and ignores writes.
public enum HardwareRegister {
  public static func get(_ w: Wave, _ selector: UInt32) -> UInt32 {
    let value: UInt32 =
      switch selector & 63 {
      case 1: w.pointee.mode
      case 2: (w.scc ? 1 : 0) | (w.exec == 0 ? 1 << 9 : 0) | (w.vcc == 0 ? 1 << 10 : 0)     // STATUS
      case 4: w.pointee.index & 15                                                         // HW_ID: the wave
      case 5: w.pointee.vgprCount / 8                                                      // GPR_ALLOC
      case 6: w.pointee.ldsBytes / 512 << 12                                               // LDS_ALLOC
      case 15: UInt32(truncatingIfNeeded: Aperture.privateSegment >> 48) << 16 | UInt32(truncatingIfNeeded: Aperture.shared >> 48)  // SH_MEM_BASES
      case 20: 0                                                                           // XCC_ID
      default: 0
      }
    return value >> (selector >> 6 & 31) & mask(selector)
  }
  public static func set(_ w: Wave, _ selector: UInt32, _ value: UInt32) {
    guard selector & 63 == 1 else { return }
    let shift = selector >> 6 & 31, field = mask(selector) << shift
    setMode(w, w.pointee.mode & ~field | value << shift & field)
  }
  private static func mask(_ selector: UInt32) -> UInt32 { ~0 >> (31 - (selector >> 11 & 31)) }

  /// MODE: rounding of f32 (bits 0-1) and f64/f16 (2-3): nearest, up, down, to zero; denormals of f32 (4-5) and f64/f16 (6-7):
  /// bit 0 keeps inputs, bit 1 keeps outputs.  What x86's MXCSR calls the same: bits 13-14 rounding, 15 flush, 6 inputs are zero.
  public static func setMode(_ w: Wave, _ mode: UInt32) {
    w.pointee.mode = mode
    func csr(_ round: UInt32, _ denormal: UInt32) -> UInt32 {
      let rounding: UInt32 = round == 0 ? 0 : round == 1 ? 2 : round == 2 ? 1 : 3
      return 0x1f80 | rounding << 13 | (denormal & 2 == 0 ? 0x8000 : 0) | (denormal & 1 == 0 ? 0x40 : 0)
    }
    let single = csr(mode & 3, mode >> 4 & 3), double = csr(mode >> 2 & 3, mode >> 6 & 3)
    w.pointee.modeCSR = UInt64(single) | UInt64(double) << 32
    w.pointee.customMode = single != 0x1f80 || double != 0x1f80 ? 1 : 0
  }
}
