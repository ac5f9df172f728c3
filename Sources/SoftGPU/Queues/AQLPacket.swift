// The bytes of AQL packets, signals and queues, by offset, as packet processors read them.
// Source: HSA Platform System Architecture 1.2, 2.9; AMD's amd_hsa_queue.h, amd_hsa_signal.h and hsa_ven_amd_aqlprofile's
// barrier-value packet (hsa_ext_amd.h) for what is AMD's own.
import ISA
import Synchronization

enum AQL {
  static let packetBytes: UInt64 = 64

  // Packet types, the low byte of the header.
  static let vendorSpecific: UInt32 = 0
  static let invalid: UInt32 = 1
  static let kernelDispatch: UInt32 = 2
  static let barrierAnd: UInt32 = 3
  static let agentDispatch: UInt32 = 4
  static let barrierOr: UInt32 = 5
  static let barrierBit: UInt32 = 1 << 8

  // AMD's vendor packets, byte 2.
  static let formatPM4: UInt8 = 1
  static let formatBarrierValue: UInt8 = 2

  /// Offset of the completion signal in every packet.
  static let completionSignal = 56

  // amd_signal_t
  static let signalBytes = 64, signalValue = 8, signalMailbox = 16, signalEventID = 24, signalStart = 32, signalEnd = 40

  // amd_queue_t
  static let queueWriteIndex: UInt64 = 56, queueReadIndex: UInt64 = 128, queueInactiveSignal: UInt64 = 192
}

/// What the packet processor sets in a queue's inactive signal, as AMD's runtime understands it.
enum QueueError: UInt64, Sendable {
  case invalidDimensions = 2
  case invalidGroupMemory = 4
  case invalidCode = 8
  case invalidPacket = 32
  case groupTooLarge = 64
  case outOfRegisters = 128
  case invalidVendorPacket = 256
  case memoryViolation = 0x2000_0000
  case illegalInstruction = 0x4000_0000
  case trap = 0x8000_0000
}

extension UnsafeMutableRawPointer {
  func get<T: BitwiseCopyable>(_ offset: Int, _: T.Type = T.self) -> T { loadUnaligned(fromByteOffset: offset, as: T.self) }
  func atomic32(_ offset: Int = 0) -> UnsafeMutablePointer<Atomic<UInt32>> { (self + offset).assumingMemoryBound(to: Atomic<UInt32>.self) }
  func atomic64(_ offset: Int = 0) -> UnsafeMutablePointer<Atomic<UInt64>> { (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self) }
  func atomic16(_ offset: Int = 0) -> UnsafeMutablePointer<Atomic<UInt16>> { (self + offset).assumingMemoryBound(to: Atomic<UInt16>.self) }
}
