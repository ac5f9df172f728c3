// DISPATCH packets: what the compute registers say, as a dispatch for the engine.
// Threads: the queue's thread.  Source: COMPUTE_* of AMD's register headers; LLVM AMDGPU usage for the resource words.
import ISA
import Synchronization

extension PM4Engine {
  /// Bits of COMPUTE_DISPATCH_INITIATOR.
  private struct Initiator: OptionSet {
    let rawValue: UInt32
    static let shaderEnable = Initiator(rawValue: 1 << 0), partialGroups = Initiator(rawValue: 1 << 1)
    static let startAtZero = Initiator(rawValue: 1 << 2), threadDimensions = Initiator(rawValue: 1 << 5)
    static let restore = Initiator(rawValue: 1 << 14), wave32 = Initiator(rawValue: 1 << 15)
  }

  func dispatchIndirect(_ packet: PM4Packet) throws(PacketStop) {
    let address = packet.address(0) & ~3
    let dimensions = (try packet.thread.load32(address), try packet.thread.load32(address &+ 4), try packet.thread.load32(address &+ 8))
    try dispatch(packet, dimensions, initiator: packet[2])
  }

  func dispatch(_ packet: PM4Packet, _ dimensions: (x: UInt32, y: UInt32, z: UInt32), initiator word: UInt32) throws(PacketStop) {
    let initiator = Initiator(rawValue: word), die = packet.dies.trailingZeroBitCount, file = registers[die]
    guard initiator.contains(.shaderEnable), dimensions.x > 0, dimensions.y > 0, dimensions.z > 0 else { return }
    guard !initiator.contains(.restore) else { throw packet.refuse("restores saved waves, which only the kernel does") }
    func threads(_ axis: Int) -> (full: UInt32, partial: UInt32) {
      let value = file.shader(PM4Register.threadsX + axis)
      return (max(1, value & 0xffff), value >> 16)
    }
    /// Work-items up to the end of the grid on one axis.
    func extent(_ axis: Int, _ dimension: UInt32) throws(PacketStop) -> UInt32 {
      if initiator.contains(.threadDimensions) { return dimension }
      let (full, partial) = threads(axis)
      var items = UInt64(dimension) * UInt64(full)
      if initiator.contains(.partialGroups) && partial > 0 && partial < full { items -= UInt64(full - partial) }
      guard items <= UInt64(UInt32.max) else { throw packet.refuse("\(dimension) workgroups of \(full) are more than 2^32 work-items on an axis") }
      return UInt32(items)
    }
    let workgroup = (x: threads(0).full, y: threads(1).full, z: threads(2).full)
    guard workgroup.x <= 1024, workgroup.y <= 1024, workgroup.z <= 1024, workgroup.x * workgroup.y * workgroup.z <= 1024 else {
      throw .refuse(.groupTooLarge, "PM4 \(packet.name): workgroup \(workgroup) has more than 1024 work-items")
    }
    let first: (x: UInt32, y: UInt32, z: UInt32) =
      initiator.contains(.startAtZero)
      ? (0, 0, 0) : (file.shader(PM4Register.startX), file.shader(PM4Register.startX + 1), file.shader(PM4Register.startX + 2))
    let grid = (x: try extent(0, dimensions.x), y: try extent(1, dimensions.y), z: try extent(2, dimensions.z))
    // The end counts from zero, wherever the start is.
    guard UInt64(first.x) * UInt64(workgroup.x) < grid.x, UInt64(first.y) * UInt64(workgroup.y) < grid.y,
      UInt64(first.z) * UInt64(workgroup.z) < grid.z
    else { return }
    let wave32 = initiator.contains(.wave32)
    let resource2 = file.shader(PM4Register.resource2)
    // Scratch of a wave in units of 256 dwords, 64 since gfx11; a lane has its share.
    let ringSize = file.shader(PM4Register.scratchRing)
    let waveScratch = family.rawValue < 11 ? (ringSize >> 12 & 0x1fff) * 1024 : (ringSize >> 12 & 0x7fff) * 256
    let program = ProgramRegisters(
      entry: (file.shader64(PM4Register.programLow) << 8) & 0xffff_ffff_ffff, resource1: file.shader(PM4Register.resource1), resource2: resource2,
      resource3: file.shader(PM4Register.resource3(family)), isWave32: wave32)
    let scratchBases = registers.map { ($0.shader64(PM4Register.scratchBaseLow) << 8) & 0xffff_ffff_ffff }
    guard packet.thread.reader.host(program.entry, 4, write: false) != nil else {
      throw .refuse(.invalidCode, "PM4 \(packet.name): the program at \(hex(program.entry)) is not mapped for the device")
    }
    var dispatch = Dispatch(
      workgroupSize: workgroup, gridSize: grid,
      privateSegmentSize: resource2 & 1 != 0 ? waveScratch / (wave32 ? 32 : 64) : 0,
      groupSegmentSize: (resource2 >> 15 & 0x1ff) * 512, kernelObject: 0, kernarg: 0, packetAddress: 0, queueAddress: 0, dispatchID: 0,
      queueID: queue.id, context: queue.context)
    dispatch.registers = program
    dispatch.userSGPRs = (0..<PM4Register.userDataCount).map { file.shader(PM4Register.userData + $0) }
    dispatch.scratch = ScratchRegisters(
      base: scratchBases[0], tmpringSize: ringSize, dieStride: scratchBases.count > 1 ? scratchBases[1] &- scratchBases[0] : 0)
    dispatch.firstGroup = first
    // Caches are the business of ACQUIRE_MEM and RELEASE_MEM here.
    dispatch.acquire = .none
    dispatch.release = .none
    let queue = queue, batch = batch, thread = packet.thread
    queue.inFlight.wrappingAdd(1, ordering: .acquiringAndReleasing)
    batch.running.wrappingAdd(1, ordering: .acquiringAndReleasing)
    thread.leave()             // the engine may run it here, and nobody who unmaps waits for us meanwhile
    queue.processor.engine.runInline(dispatch) { outcome in
      batch.running.wrappingSubtract(1, ordering: .acquiringAndReleasing)
      queue.end(outcome) { _, _ in nil }
    }
    thread.enter()
  }
}
