// A PM4 or SDMA queue of a test: a ring of dwords, its pointers, its doorbell, and the packet headers that AMD's macros make.
import CKFD
import Glibc
import Synchronization
@testable import ISA
@testable import SoftGPU

extension UnsafeMutableRawPointer {
  var gpu: UInt64 { UInt64(UInt(bitPattern: self)) }
  /// An acquiring load.
  func word(_ index: Int = 0) -> UInt32 { (self + index * 4).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring) }
  func double(_ index: Int = 0) -> UInt64 { (self + index * 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring) }
  func set(_ value: UInt32, _ index: Int = 0) {
    (self + index * 4).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(value, ordering: .releasing)
  }
  func set64(_ value: UInt64, _ index: Int = 0) {
    (self + index * 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .releasing)
  }
}

/// The two dwords of an address or of 64 bits of data.
func pair(_ value: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)] }
func pair(_ memory: UnsafeMutableRawPointer) -> [UInt32] { pair(memory.gpu) }

/// PACKET3(op, n) of AMD's headers, with its payload.
func pm4(_ opcode: UInt32, _ payload: [UInt32]...) -> [UInt32] {
  let words = payload.flatMap { $0 }
  return [3 << 30 | opcode << 8 | UInt32(words.count - 1) << 16] + words
}

final class TestRing {
  static let pm4: UInt32 = 0, sdma: UInt32 = 1, xgmi: UInt32 = 3, byEngine: UInt32 = 4
  let machine: Machine
  let type: UInt32
  let ring: UnsafeMutableRawPointer, control: UnsafeMutableRawPointer
  let bytes: Int
  private(set) var id: UInt32 = 0
  private let doorbell: UnsafeMutableRawPointer
  /// Dwords.
  private(set) var written: UInt64 = 0

  static func arguments(_ machine: Machine, _ type: UInt32, ring: UnsafeMutableRawPointer, bytes: Int, control: UnsafeMutableRawPointer, engine: UInt32 = 0)
    -> kfd_ioctl_create_queue_args_1_17
  {
    var arguments = kfd_ioctl_create_queue_args_1_17()
    if type == pm4 {
      let aql = TestQueue.arguments(machine, ring: ring, ringSize: UInt32(bytes), control: control)
      arguments.ctx_save_restore_address = aql.ctx_save_restore_address
      arguments.ctx_save_restore_size = aql.ctx_save_restore_size
      arguments.ctl_stack_size = aql.ctl_stack_size
    }
    arguments.ring_base_address = ring.gpu
    arguments.ring_size = UInt32(bytes)
    arguments.write_pointer_address = control.gpu + 8
    arguments.read_pointer_address = control.gpu + 16
    arguments.gpu_id = machine.gpuID
    arguments.queue_type = type
    arguments.queue_percentage = 100
    arguments.queue_priority = 7
    arguments.sdma_engine_id = engine
    return arguments
  }

  init(_ machine: Machine, _ type: UInt32, bytes: Int = 4096) {
    self.machine = machine; self.type = type; self.bytes = bytes
    ring = machine.shared(max(bytes, 4096))
    control = machine.shared(4096)
    var arguments = Self.arguments(machine, type, ring: ring, bytes: bytes, control: control)
    precondition(machine.ioctl(0x02, &arguments) == 0)
    id = arguments.queue_id
    let kfd = Descriptors.shared.open(KFDFile(process: machine.process), name: "kfd", closeOnExec: true)
    let page = Calls.mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, kfd, Int64(bitPattern: arguments.doorbell_offset & ~0x1fff))
    _ = Calls.close(kfd)
    doorbell = UnsafeMutableRawPointer(bitPattern: page)! + Int(arguments.doorbell_offset & 0x1fff)
  }
  deinit { _ = destroy() }

  /// Writes dwords behind what is there, without ringing.
  func write(_ words: [UInt32]) {
    for word in words {
      (ring + Int(written * 4) % bytes).storeBytes(of: word, as: UInt32.self)
      written += 1
    }
  }
  /// The pointer in the unit of this kind of queue.
  var pointer: UInt64 { type == Self.pm4 ? written : written * 4 }
  func ringDoorbell() {
    control.set64(pointer, 1)
    doorbell.set64(pointer)
  }
  func submit(_ packets: [UInt32]...) {
    for packet in packets { write(packet) }
    ringDoorbell()
  }
  /// What the queue says of how far it has read: 32 bits of wrapped dwords, or 64 of bytes.
  var readPointer: UInt64 { type == Self.pm4 ? UInt64(control.word(4)) : control.double(2) }
  var hasReadAll: Bool { readPointer == (type == Self.pm4 ? written % UInt64(bytes / 4) : pointer) }

  func update(percentage: UInt32) -> Int32 {
    var a = kfd_ioctl_update_queue_args(ring_base_address: ring.gpu, queue_id: id, ring_size: UInt32(bytes), queue_percentage: percentage, queue_priority: 7)
    return machine.ioctl(0x07, &a)
  }
  func destroy() -> Int32 { var a = kfd_ioctl_destroy_queue_args(queue_id: id, pad: 0); return machine.ioctl(0x03, &a) }
}

extension Machine {
  /// Whether the queue has stopped at these packets: a hardware exception for this device, and what follows is not executed.
  func stops(_ queue: TestRing, _ packets: [UInt32], after: [UInt32], _ untouched: UnsafeMutableRawPointer) -> Bool {
    let exception = createEvent(3), before = untouched.word()
    queue.submit(packets, after)
    var data = [kfd_event_data_1_13()]
    data[0].event_id = exception.event_id
    guard wait(&data, milliseconds: 20_000) == Machine.complete, data[0].hw_exception_data.gpu_id == gpuID else { return false }
    return persistently { untouched.word() == before }
  }
  /// Whether the queue has stopped for an access at `address`, on another page of which nothing is mapped.
  func faults(_ queue: TestRing, _ packets: [UInt32], at address: UInt64) -> Bool {
    let event = createEvent(8)
    queue.submit(packets)
    var data = [kfd_event_data_1_13()]
    data[0].event_id = event.event_id
    return wait(&data, milliseconds: 20_000) == Machine.complete && data[0].memory_exception_data.gpu_id == gpuID
      && data[0].memory_exception_data.va == address & ~4095 && data[0].memory_exception_data.failure.NotPresent == 1
  }
}
