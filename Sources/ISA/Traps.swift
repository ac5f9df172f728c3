// Traps: what s_trap, exceptions and violations do to a wave whose process has a trap handler, what the handler's own
// instructions do, and the messages that waves send.
//
// Threads: the worker that runs the wave.
// Order: the handler of the client is the second level.  The first level is the driver's: it looks at the cause, halts waves
// whose memory or instruction was at fault, puts STATUS in ttmp12 and the client's memory address in ttmp14-15, and goes on
// to the client's code.  It is done here without instructions; what the client's code can see of it is the same.
// Source: cwsr_trap_handler_gfx9.asm, cwsr_trap_handler_gfx10.asm of Linux 6.12; AMD CDNA3 and RDNA3 ISA, "Trap and
// Exception registers", "Messages"; LLVM AMDGPU usage, "Trap Handler ABI".
import CSoftGPU

/// What SET_TRAP_HANDLER said: the client's code and its memory.
public struct TrapHandler: Sendable, Equatable {
  public var handler: UInt64 = 0
  public var memory: UInt64 = 0
  public init(handler: UInt64 = 0, memory: UInt64 = 0) { self.handler = handler; self.memory = memory }
}

/// TRAPSTS.
public enum TrapStatus {
  public static let memoryViolation: UInt32 = 1 << 8, illegalInstruction: UInt32 = 1 << 11
  /// The memory violation was of a translated address, not of an aperture.
  public static let translationError: UInt32 = 1 << 28
  public static let floatingPoint: UInt32 = 0x7f
}

public enum Traps {
  /// ttmp0's operand code.
  public static let registers = 108

  /// Sends a wave that has stopped with `fault` to the client's handler.  False when there is none, when the wave is in it
  /// already, or when nothing that hardware traps has happened.
  public static func enter(_ w: Wave, _ fault: Fault, _ traps: TrapHandler) -> Bool {
    guard traps.handler != 0, w.pointee.status & UInt32(CARMINE_STATUS_PRIVILEGED) == 0 else { return false }
    var trapID: UInt32 = 0, halts = false
    switch fault.cause {
    case .trap(let id): trapID = UInt32(id)
    case .exception(let bits): w.pointee.trapStatus |= bits
    case .memory(let address, _, _):
      w.pointee.trapStatus |= TrapStatus.memoryViolation | (isAperture(address) ? 0 : TrapStatus.translationError)
      halts = true
    case .misaligned, .atomicUnsupported, .instructionFetch:
      w.pointee.trapStatus |= TrapStatus.memoryViolation
      halts = true
    case .illegalInstruction:
      w.pointee.trapStatus |= TrapStatus.illegalInstruction
      halts = true
    case .badDispatch: return false
    }
    var saved = HardwareRegister.status(w)
    if halts { saved |= UInt32(CARMINE_STATUS_HALT) }
    let ttmp = w.pointee.scalars + registers, pc = w.pointee.programCounter
    ttmp[0] = UInt32(truncatingIfNeeded: pc)
    ttmp[1] = UInt32(truncatingIfNeeded: pc >> 32) & 0xffff | trapID << 16
    ttmp[12] = saved
    ttmp[14] = UInt32(truncatingIfNeeded: traps.memory)
    ttmp[15] = UInt32(truncatingIfNeeded: traps.memory >> 32)
    w.pointee.status |= UInt32(CARMINE_STATUS_PRIVILEGED | CARMINE_STATUS_TRAP)
    w.pointee.programCounter = traps.handler
    w.pointee.state = UInt32(CARMINE_WAVE_RUNNING)
    return true
  }
  private static func isAperture(_ address: UInt64) -> Bool {
    address >> 32 == Aperture.shared >> 32 || address >> 32 == Aperture.privateSegment >> 32
  }

  /// s_rfe_b64: back to `address`, unprivileged; a wave whose STATUS says so halts there.
  public static func returnFromException(_ w: Wave, _ o: Op, _ address: UInt64) {
    guard w.pointee.status & UInt32(CARMINE_STATUS_PRIVILEGED) != 0 else {
      return stop(w, o, .illegalInstruction(words: words(of: o), name: nil))
    }
    w.pointee.status &= ~UInt32(CARMINE_STATUS_PRIVILEGED | CARMINE_STATUS_TRAP)
    jump(w, o, address & 0xffff_ffff_ffff)
    if w.pointee.status & UInt32(CARMINE_STATUS_HALT) != 0 { w.pointee.state = UInt32(CARMINE_WAVE_HALTED) }
  }

  /// s_sethalt.
  public static func setHalt(_ w: Wave, _ halt: Bool) {
    if halt { w.pointee.status |= UInt32(CARMINE_STATUS_HALT) } else { w.pointee.status &= ~UInt32(CARMINE_STATUS_HALT) }
    if halt && w.pointee.status & UInt32(CARMINE_STATUS_PRIVILEGED) == 0 { w.pointee.state = UInt32(CARMINE_WAVE_HALTED) }
  }

  /// s_sendmsg.  1 interrupts the host with M0's low 24 bits; 10 (gfx9 and gfx10) puts the queue's doorbell into EXEC.
  /// Others (early release of registers, end of graphics work) have no effect here.
  public static func sendMessage(_ w: Wave, _ o: Op) {
    switch o.pointee.immediate & 15 {
    case 1: worker(w).pointee.interrupt?(w.m0 & 0xff_ffff, w.pointee.doorbell)
    case 10 where worker(w).pointee.isGFX9: w.exec = UInt64(w.pointee.doorbell)
    default: break
    }
  }

  /// What s_sendmsg_rtn_b32 and _b64 (gfx11) return.
  public static func messageResult(_ w: Wave, _ message: UInt32) -> UInt64 {
    switch message {
    case 128: UInt64(w.pointee.doorbell)                          // GET_DOORBELL
    case 129: UInt64(w.pointee.hardwareID.1 >> 16 & 31)           // GET_DDID: draw or dispatch number
    case 130: worker(w).pointee.traps.memory                      // GET_TMA
    case 131: GPUClock.now()                                      // GET_REALTIME
    case 133: worker(w).pointee.traps.handler                     // GET_TBA
    default: 0
    }
  }
}
