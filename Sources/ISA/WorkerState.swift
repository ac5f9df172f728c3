// What one worker thread owns and instructions reach through the wave: its view of the address space, decoded code, buffers.
// Allocated once per worker; never shared.
import CSoftGPU
import Glibc

public struct WorkerState {
  public var reader: AddressSpace.Reader
  public let instructions: UnsafePointer<InstructionSet>
  let resourceFamily: BufferFamily
  public var windows: [CodeWindow] = []
  public var windowBase: UInt64 = 1                 // of the current window; 1 is no window's
  public var windowOps: UnsafeMutablePointer<carmine_op>
  public var windowEpoch: UInt64 = 0
  public var windowIndex = 0
  /// Counts the moments after which code may have changed: a new dispatch, a changed mapping.
  public var codeEpoch: UInt64 = 1
  /// Counts invalidations of the instruction cache.
  var fetchEpoch: UInt64 = 1
  public var newestDispatch: UInt64 = 0
  public var fault: Fault?
  /// Lane addresses: GPU on the way in, host on the way out.
  public let addresses: UnsafeMutablePointer<UInt64>
  public let buffers: Lanes                         // Buffer.count slots of [2][64]
  /// Strict mode's caches, in their own memory.
  public let strict: UnsafeMutablePointer<StrictWorker>?
  /// Lanes whose addresses in the list lie in scratch (ScratchAccess.swift).
  public var scratchLanes: UInt64 = 0
  /// An instruction whose register numbers M0 changes.
  let adjustedOp = UnsafeMutablePointer<carmine_op>.allocate(capacity: 1)
  /// Which operands of a row are halves, of rows that ran while MODE flushed them.
  var halfOperands: [UInt16: HalfOperands] = [:]
  // What traps and messages need; set when a workgroup's turn begins.
  public var isGFX9 = true
  public var traps = TrapHandler()
  /// MSG_INTERRUPT: 24 bits of data, and the queue's doorbell.
  public var interrupt: ((UInt32, UInt32) -> Void)?
  public var executed: UInt64 = 0               // executed, for benchmarks and tests

  public init(addressSpace: AddressSpace, instructions: UnsafePointer<InstructionSet>) {
    reader = addressSpace.makeReader()
    self.instructions = instructions
    resourceFamily = instructions.pointee.target == .gfx1100 ? .gfx11 : .gfx9
    strict = addressSpace.caches.map { caches in
      let strict = UnsafeMutablePointer<StrictWorker>.allocate(capacity: 1)
      strict.initialize(to: StrictWorker(caches, rows: instructions.pointee.table.rows.count))
      return strict
    }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Buffer.count * 512 + 512, alignment: 64)
    buffers = memory.initializeMemory(as: UInt32.self, repeating: 0, count: Buffer.count * 128)
    addresses = (memory + Buffer.count * 512).initializeMemory(as: UInt64.self, repeating: 0, count: 64)
    windowOps = UnsafeMutablePointer<carmine_op>.allocate(capacity: 1)     // replaced at the first locate
    windowOps.initialize(to: carmine_op())
  }
  public func destroy() {
    for window in windows { window.destroy() }
    if let strict { strict.pointee.destroy(); strict.deinitialize(count: 1); strict.deallocate() }
    UnsafeMutableRawPointer(buffers).deallocate()
    adjustedOp.deallocate()
  }
}

extension UnsafeMutablePointer<WorkerState> {
  /// Runs `wave` until it stops, waits, or has used its budget; its program counter is current on return.
  public func run(_ wave: Wave, budget: Int32) {
    wave.pointee.budget = budget
    wave.pointee.state = UInt32(CARMINE_WAVE_RUNNING)
    var op = locate(wave.pointee.programCounter)
    let straight = UInt8(CARMINE_OP_STRAIGHT), new = UInt8(CARMINE_OP_NEW)
    var count: Int32 = 0
    outer: while true {
      if wave.pointee.customMode == 0 {
        while true {
          while op.pointee.kind == straight {
            op.pointee.execute.unsafelyUnwrapped(wave, op)
            op += Int(op.pointee.size)
            count &+= 1
          }
          if op.pointee.kind == new {
            guard let decoded = decode(wave, op) else { break outer }
            op = decoded
            continue
          }
          wave.pointee.next = op + Int(op.pointee.size)
          op.pointee.execute.unsafelyUnwrapped(wave, op)
          count &+= 1
          if wave.pointee.state != 0 {
            // A wave that faults stays at its instruction.
            if wave.pointee.state != UInt32(CARMINE_WAVE_FAULTED) { op = wave.pointee.next }
            break outer
          }
          op = wave.pointee.next
          if count >= wave.pointee.budget { break outer }
          if wave.pointee.customMode != 0 { continue outer }
        }
      } else {
        if op.pointee.kind == new {
          guard let decoded = decode(wave, op) else { break outer }
          op = decoded
          continue
        }
        wave.pointee.next = op + Int(op.pointee.size)
        let flags = Int32(op.pointee.flags)
        if let op = wave.pointee.mode & ModeBit.special == 0 || !pointee.isGFX9 ? op : wave.adjusted(op, pointee.adjustedOp) {
          if flags & 3 != 0 {
            let modes = wave.pointee.modeCSR, csr = UInt32(truncatingIfNeeded: flags & 1 != 0 ? modes : modes >> 32)
            let flushesHalves = wave.pointee.mode & ModeBit.halfDenormals != ModeBit.halfDenormals
            if !flushesHalves || !executeFlushed(wave, op, csr) { execute(wave, op, csr) }
            if table(wave, op).contains(.flushes) { flush(wave, op) }
          } else {
            op.pointee.execute.unsafelyUnwrapped(wave, op)
          }
        }
        count &+= 1
        if wave.pointee.state != 0 {
          if wave.pointee.state != UInt32(CARMINE_WAVE_FAULTED) || stoppedBehind { op = wave.pointee.next }
          break outer
        }
        op = wave.pointee.next
        if count >= wave.pointee.budget { break outer }
      }
    }
    pointee.executed &+= UInt64(count)
    wave.pointee.programCounter = pointee.windowBase + UInt64(op - Op(pointee.windowOps)) << 2
  }

  /// A floating-point instruction under the control register `csr`.
  func execute(_ wave: Wave, _ op: Op, _ csr: UInt32) {
    if wave.pointee.mode & ModeBit.exceptions != 0 {
      executeWatched(wave, op, csr)
    } else {
      carmine_set_csr(csr)
      op.pointee.execute.unsafelyUnwrapped(wave, op)
      carmine_set_csr(0x1f80)
    }
  }

  func table(_ wave: Wave, _ op: Op) -> OpcodeAttributes { pointee.instructions.pointee.table.rows[Int(op.pointee.row)].attributes }

  /// Selections (min, max, med3) hand a denormal through; MODE may want it flushed.
  private func flush(_ wave: Wave, _ op: Op) {
    guard Int32(op.pointee.flags) & Int32(CARMINE_OP_FLAG_F32) != 0, wave.pointee.mode >> 4 & 2 == 0 else { return }
    let out = wave.vgpr(Int(op.pointee.destination))
    var lanes = wave.exec
    while lanes != 0 {
      let lane = lanes.trailingZeroBitCount
      lanes &= lanes &- 1
      if out[lane] & 0x7f80_0000 == 0 { out[lane] &= 0x8000_0000 }
    }
  }
}
