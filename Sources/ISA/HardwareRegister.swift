// The registers that s_getreg and s_setreg reach: MODE, STATUS, TRAPSTS and what tells a wave where it runs.
// Worker threads only.  Only privileged waves (in a trap handler) change STATUS's control bits and TRAPSTS.
// Source: AMD CDNA3 ISA, 3 and 5.7; AMD RDNA3 ISA, 3; LLVM's AMDGPU operand syntax, "hwreg".
import CSoftGPU

/// A selector holds the number in bits 0-5, the offset in 6-10, the width - 1 in 11-15.
/// What has no meaning here reads as zero and ignores writes.
public enum HardwareRegister {
  public static func get(_ w: Wave, _ selector: UInt32) -> UInt32 {
    value(w, selector & 63) >> (selector >> 6 & 31) & mask(selector)
  }
  public static func set(_ w: Wave, _ selector: UInt32, _ value: UInt32) {
    let shift = selector >> 6 & 31, field = mask(selector) << shift, number = selector & 63
    let new = self.value(w, number) & ~field | value << shift & field
    let isPrivileged = w.pointee.status & UInt32(CARMINE_STATUS_PRIVILEGED) != 0
    switch number {
    case 1: setMode(w, new)
    case 2: if isPrivileged { setStatus(w, new | UInt32(CARMINE_STATUS_PRIVILEGED)) }
    case 3: if isPrivileged { w.pointee.trapStatus = new }
    default: break
    }
  }
  private static func mask(_ selector: UInt32) -> UInt32 { ~0 >> (31 - (selector >> 11 & 31)) }

  private static func value(_ w: Wave, _ number: UInt32) -> UInt32 {
    let traps = worker(w).pointee.traps
    switch number {
    case 1: return w.pointee.mode
    case 2: return status(w)
    case 3: return w.pointee.trapStatus
    case 4: return w.pointee.hardwareID.0
    case 5: return w.pointee.vgprCount / 8                       // GPR_ALLOC
    case 6: return w.pointee.ldsBytes / 512 << 12                // LDS_ALLOC
    case 15: return UInt32(truncatingIfNeeded: Aperture.privateSegment >> 48) << 16 | UInt32(truncatingIfNeeded: Aperture.shared >> 48)  // SH_MEM_BASES
    default: break
    }
    if worker(w).pointee.isGFX9 {
      switch number {
      case 16: return UInt32(truncatingIfNeeded: traps.handler >> 8)         // TBA_LO
      case 17: return UInt32(truncatingIfNeeded: traps.handler >> 40)
      case 18: return UInt32(truncatingIfNeeded: traps.memory >> 8)          // TMA_LO
      case 19: return UInt32(truncatingIfNeeded: traps.memory >> 40)
      case 20: return w.pointee.xcc
      default: return 0
      }
    }
    switch number {
    case 20: return UInt32(truncatingIfNeeded: w.pointee.scratchAddress)     // FLAT_SCR_LO
    case 21: return UInt32(truncatingIfNeeded: w.pointee.scratchAddress >> 32)
    case 23: return w.pointee.hardwareID.0                                   // HW_ID1
    case 24: return w.pointee.hardwareID.1
    case 29: return UInt32(truncatingIfNeeded: GPUClock.now()) & 0xf_ffff    // SHADER_CYCLES
    default: return 0
    }
  }

  // STATUS: SCC 0, PRIV 5, TRAP_EN 6, EXECZ 9, VCCZ 10, IN_TG 11, HALT 13, TRAP 14, VALID 16.

  public static func status(_ w: Wave) -> UInt32 {
    w.pointee.status | (w.scc ? 1 : 0) | (w.exec == 0 ? 1 << 9 : 0) | (w.vcc == 0 ? 1 << 10 : 0) | 1 << 16
  }
  /// EXECZ and VCCZ follow EXEC and VCC whatever is written.
  public static func setStatus(_ w: Wave, _ value: UInt32) {
    w.scc = value & 1 != 0
    let kept = CARMINE_STATUS_PRIVILEGED | CARMINE_STATUS_TRAP_ENABLED | CARMINE_STATUS_HALT | CARMINE_STATUS_TRAP
    // The rest that is writable has no effect here but is read back: priorities, allow-replay.
    w.pointee.status = value & (UInt32(kept) | 0x1e | 1 << 22)
  }

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
    w.pointee.customMode = single != 0x1f80 || double != 0x1f80 || mode & ModeBit.exceptions != 0 || mode & ModeBit.special != 0 && worker(w).pointee.isGFX9 ? 1 : 0
  }
}
