// The registers that PM4 packets write and read: those of the compute shader by name, the rest by number.
// A die (XCC) has a file of its own.  Threads: the queue's thread.
// Source: AMD's gc_9_4_3 and gc_11_0_0 register headers (dword addresses); ranges of the SET packets from soc15d.h and nvd.h.
import ISA

/// Dword addresses of registers.
enum PM4Register {
  static let shader = 0x2c00..<0x3000, userConfig = 0xc000..<0x10000

  static let startX = 0x2e04, threadsX = 0x2e07, programLow = 0x2e0c
  static let scratchBaseLow = 0x2e10, resource1 = 0x2e12, resource2 = 0x2e13, scratchRing = 0x2e18
  static let userData = 0x2e40, userDataCount = 16
  /// COMPUTE_PGM_RSRC3, which moved.
  static func resource3(_ family: DeviceKind.Family) -> Int { family == .gfx9 ? 0x2e2d : 0x2e28 }

  /// BIF_BX_PF0_GPU_HDP_FLUSH_REQ and _DONE, the same on NBIO 4.3, 7.4 and 7.9.
  static let flushRequest: UInt32 = 0xe26, flushDone: UInt32 = 0xe27
}

struct PM4Registers {
  private var shader = [UInt32](repeating: 0, count: PM4Register.shader.count)
  private var other: [Int: UInt32] = [:]

  /// nil for a register that user space can't reach.
  subscript(_ register: Int) -> UInt32? {
    get {
      if PM4Register.shader.contains(register) { return shader[register - PM4Register.shader.lowerBound] }
      return PM4Register.userConfig.contains(register) ? other[register, default: 0] : nil
    }
    set {
      guard let newValue else { return }
      if PM4Register.shader.contains(register) { shader[register - PM4Register.shader.lowerBound] = newValue } else { other[register] = newValue }
    }
  }
  func shader(_ register: Int) -> UInt32 { shader[register - PM4Register.shader.lowerBound] }
  func shader64(_ register: Int) -> UInt64 { UInt64(shader(register)) | UInt64(shader(register + 1)) << 32 }

  /// Whether the packets can write this register at all.
  static func isWritable(_ register: Int) -> Bool { PM4Register.shader.contains(register) || PM4Register.userConfig.contains(register) }
}
