// The border inside the software GPU: queue processors (Queues/) decode packets and hand kernels over; the compute engine
// (Execution/, ISA/) executes them and says how it went.
import ISA

/// What an AQL kernel-dispatch packet, with its kernel descriptor resolved, asks for.  All addresses are GPU addresses.
/// Source: HSA Platform System Architecture 1.2, 2.9.6; LLVM AMDGPU usage, "Kernel Descriptor", "Initial Kernel Execution State".
struct Dispatch {
  var workgroupSize: (x: UInt32, y: UInt32, z: UInt32)
  var gridSize: (x: UInt32, y: UInt32, z: UInt32)      // in work-items; the last workgroup of a row may be partial
  var privateSegmentSize: UInt32                       // bytes a work-item, from the packet
  var groupSegmentSize: UInt32                         // bytes a workgroup, from the packet
  var kernelObject: UInt64                             // of the kernel descriptor
  var kernarg: UInt64
  var packetAddress: UInt64                            // the dispatch packet (dispatch_ptr)
  var queueAddress: UInt64                             // amd_queue_t (queue_ptr), 0 if there is none
  var dispatchID: UInt64
  var queueID: UInt32
  /// What the packet's header asks of caches before the first and after the last wave.
  var acquire = FenceScope.system, release = FenceScope.system
  /// The queue that it comes from; nil for the engine's own.
  var context: QueueContext? = nil
  // What PM4 packets bring instead of a kernel object and an amd_queue_t.
  var registers: ProgramRegisters? = nil
  var userSGPRs: [UInt32]? = nil
  var scratch: ScratchRegisters? = nil
  /// The id of the first workgroup; the grid ends at `gridSize`, counted from zero.
  var firstGroup: (x: UInt32, y: UInt32, z: UInt32) = (0, 0, 0)
}

/// COMPUTE_PGM_LO/HI and COMPUTE_PGM_RSRC1..3; CS_W32_EN is DISPATCH_DIRECT's.
struct ProgramRegisters: Sendable {
  var entry: UInt64
  var resource1: UInt32, resource2: UInt32, resource3: UInt32
  var isWave32: Bool
}

enum DispatchOutcome: Sendable {
  case completed(start: UInt64, end: UInt64)           // gpu clock, 100 MHz
  case faulted(Fault)
}
