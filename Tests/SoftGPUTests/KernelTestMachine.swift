// A software GPU of a test's own: the kernel's ioctls without descriptors shared with other tests.
import CKFD
import CSoftGPU
import Glibc
import Synchronization
@testable import SoftGPU

final class Machine: @unchecked Sendable {
  let process: SoftProcess
  private let index: Int
  var device: SoftDevice { process.devices[index] }
  var gpuID: UInt32 { device.gpuID }

  /// `acquired`: with the GPU's address space bound, as clients have it before they allocate.
  /// `index`: which device of `process` it is about.
  init(_ kind: DeviceKind? = nil, acquired: Bool = true, process: SoftProcess? = nil, index: Int = 0) {
    self.process = process ?? SoftProcess(kinds: kind.map { [$0] })
    self.index = index
    guard acquired else { return }
    let descriptor = Descriptors.shared.open(RenderFile(process: self.process, device: self.process.devices[index]), name: "render", closeOnExec: true)
    var arguments = kfd_ioctl_acquire_vm_args(drm_fd: UInt32(bitPattern: descriptor), gpu_id: gpuID)
    precondition(ioctl(0x15, &arguments) == 0)
  }

  /// The result or -errno of the ioctl with this number.
  func ioctl<A>(_ number: UInt, _ arguments: inout A) -> Int32 {
    withUnsafeMutablePointer(to: &arguments) { pointer in
      IoctlTable.perform(process, request(number, A.self), UInt64(UInt(bitPattern: pointer)))
    }
  }
  func request<A>(_ number: UInt, _: A.Type) -> UInt { 3 << 30 | UInt(MemoryLayout<A>.size) << 16 | 0x4b << 8 | number }

  // MARK: memory

  static func pages(_ size: Int, _ protection: Int32 = PROT_READ | PROT_WRITE) -> UnsafeMutableRawPointer {
    mmap(nil, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)!
  }

  func allocate(_ flags: UInt32, _ size: UInt64, at address: UInt64, userPointer: UInt64 = 0) -> (error: Int32, handle: UInt64, offset: UInt64) {
    var arguments = kfd_ioctl_alloc_memory_of_gpu_args(
      va_addr: address, size: size, handle: 0, mmap_offset: userPointer, gpu_id: gpuID, flags: flags)
    return (ioctl(0x16, &arguments), arguments.handle, arguments.mmap_offset)
  }

  func map(_ handle: UInt64) -> Int32 { mapping(0x18, handle) }
  func unmap(_ handle: UInt64) -> Int32 { mapping(0x19, handle) }
  private func mapping(_ number: UInt, _ handle: UInt64) -> Int32 {
    var ids = [gpuID]
    return ids.withUnsafeMutableBufferPointer { ids in
      var arguments = kfd_ioctl_map_memory_to_gpu_args(
        handle: handle, device_ids_array_ptr: UInt64(UInt(bitPattern: ids.baseAddress)), n_devices: 1, n_success: 0)
      return ioctl(number, &arguments)
    }
  }

  /// Host memory that the GPU sees at the same address.
  func shared(_ size: Int) -> UnsafeMutableRawPointer {
    let memory = Self.pages(size), address = UInt64(UInt(bitPattern: memory))
    let made = allocate(0xd000_0004, UInt64(size), at: address, userPointer: address)
    precondition(made.error == 0 && map(made.handle) == 0)
    return memory
  }

  // MARK: events

  func createEvent(_ type: UInt32 = 0, autoReset: Bool = false) -> kfd_ioctl_create_event_args {
    var arguments = kfd_ioctl_create_event_args()
    arguments.event_type = type
    arguments.auto_reset = autoReset ? 1 : 0
    precondition(ioctl(0x08, &arguments) == 0)
    return arguments
  }
  /// An automatic event and its mailbox, which the device can write: the event's slot in a page that the driver was given.  Once for
  /// a machine, before its first event.  The driver makes a mailbox ~0 again when it has seen it.
  func eventWithMailbox() -> (id: UInt32, box: UnsafeMutableRawPointer) {
    let base = Self.pages(0x8000, PROT_NONE), made = allocate(0xd600_0002, 0x8000, at: UInt64(UInt(bitPattern: base)))
    precondition(made.error == 0)
    let file = Descriptors.shared.open(RenderFile(process: process, device: device), name: "render", closeOnExec: true)
    precondition(Calls.mmap(base, 0x8000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, Int64(made.offset)) == Int(bitPattern: base))
    _ = Calls.close(file)
    precondition(map(made.handle) == 0)
    var arguments = kfd_ioctl_create_event_args()
    arguments.event_page_offset = made.handle
    arguments.auto_reset = 1
    precondition(ioctl(0x08, &arguments) == 0)
    return (arguments.event_id, base + Int(arguments.event_slot_index) * 8)
  }
  func set(_ id: UInt32) -> Int32 { var a = kfd_ioctl_set_event_args(event_id: id, pad: 0); return ioctl(0x0a, &a) }
  func reset(_ id: UInt32) -> Int32 { var a = kfd_ioctl_reset_event_args(event_id: id, pad: 0); return ioctl(0x0b, &a) }
  func destroy(_ id: UInt32) -> Int32 { var a = kfd_ioctl_destroy_event_args(event_id: id, pad: 0); return ioctl(0x09, &a) }

  struct Wait: Equatable { var error: Int32, result: UInt32 }
  static let complete = Wait(error: 0, result: 0), timedOut = Wait(error: 0, result: 1)
  static func failed(_ error: Int32) -> Wait { Wait(error: -error, result: 2) }

  func wait(_ ids: [UInt32], all: Bool = false, milliseconds: UInt32 = 0) -> Wait {
    var data = ids.map { id in var d = kfd_event_data_1_13(); d.event_id = id; return d }
    return wait(&data, all: all, milliseconds: milliseconds)
  }
  func wait(_ data: inout [kfd_event_data_1_13], all: Bool = false, milliseconds: UInt32 = 0) -> Wait {
    let count = UInt32(data.count)
    return data.withUnsafeMutableBufferPointer { buffer in
      var arguments = kfd_ioctl_wait_events_args(
        events_ptr: UInt64(UInt(bitPattern: buffer.baseAddress)), num_events: count, wait_for_all: all ? 1 : 0,
        timeout: milliseconds, wait_result: 0xdead)
      let error = ioctl(0x0c, &arguments)
      return Wait(error: error, result: arguments.wait_result)
    }
  }
}

/// A thread that runs `body` and can be waited for.
final class Running: @unchecked Sendable {
  private var thread = pthread_t()
  private let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
    pthread_create(&thread, nil, { context in
      Unmanaged<Running>.fromOpaque(context!).takeUnretainedValue().body(); return nil
    }, Unmanaged.passRetained(self).toOpaque())
  }
  func join() { pthread_join(thread, nil); Unmanaged.passUnretained(self).release() }
}

/// An AQL queue with its amd_queue_t, on shared memory.
final class TestQueue: @unchecked Sendable {
  let machine: Machine
  let ring: UnsafeMutableRawPointer, control: UnsafeMutableRawPointer
  let packets: Int
  var id: UInt32 = 0
  var doorbell: UnsafeMutablePointer<UInt64>
  var written: UInt64 = 0

  let saveArea: UInt64

  init(_ machine: Machine, packets: Int = 64, priority: UInt32 = 7) {
    self.machine = machine
    self.packets = packets
    ring = machine.shared(packets * 64)
    for index in 0..<packets { (ring + index * 64).storeBytes(of: 1, as: UInt16.self) }
    control = machine.shared(4096)
    var arguments = Self.arguments(machine, ring: ring, ringSize: UInt32(packets * 64), control: control)
    arguments.queue_priority = priority
    saveArea = arguments.ctx_save_restore_address
    precondition(machine.ioctl(0x02, &arguments) == 0)
    id = arguments.queue_id
    let kfd = Descriptors.shared.open(KFDFile(process: machine.process), name: "kfd", closeOnExec: true)
    let page = Calls.mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, kfd, Int64(bitPattern: arguments.doorbell_offset & ~0x1fff))
    _ = Calls.close(kfd)
    doorbell = UnsafeMutableRawPointer(bitPattern: page)!.advanced(by: Int(arguments.doorbell_offset & 0x1fff))
      .assumingMemoryBound(to: UInt64.self)
  }
  deinit { _ = destroy() }

  static func arguments(_ machine: Machine, ring: UnsafeMutableRawPointer, ringSize: UInt32, control: UnsafeMutableRawPointer) -> kfd_ioctl_create_queue_args {
    let kind = machine.device.kind
    let size = ((kind.contextSaveBytes + kind.debugMemoryBytes) * kind.xccCount + 4095) & ~4095
    let save = Machine.pages(size, PROT_NONE)
    let made = machine.allocate(0xd000_0001, UInt64(size), at: UInt64(UInt(bitPattern: save)))
    precondition(made.error == 0 && machine.map(made.handle) == 0)
    var arguments = kfd_ioctl_create_queue_args()
    arguments.ring_base_address = UInt64(UInt(bitPattern: ring))
    arguments.ring_size = ringSize
    arguments.write_pointer_address = UInt64(UInt(bitPattern: control)) + 56
    arguments.read_pointer_address = UInt64(UInt(bitPattern: control)) + 128
    arguments.gpu_id = machine.gpuID
    arguments.queue_type = 2
    arguments.queue_percentage = 100
    arguments.queue_priority = 7
    arguments.ctx_save_restore_address = UInt64(UInt(bitPattern: save))
    arguments.ctx_save_restore_size = UInt32(kind.contextSaveBytes)
    arguments.ctl_stack_size = UInt32(kind.controlStackBytes)
    return arguments
  }

  var readIndex: UInt64 { (control + 128).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring) }
  func header(_ index: UInt64) -> UInt16 {
    (ring + Int(index % UInt64(packets)) * 64).assumingMemoryBound(to: Atomic<UInt16>.self).pointee.load(ordering: .acquiring)
  }

  /// Writes a packet's body, then its header; does not ring.
  func publish(_ index: UInt64, header: UInt16, setup: UInt16 = 0, _ body: (UnsafeMutableRawPointer) -> Void) {
    let packet = ring + Int(index % UInt64(packets)) * 64
    memset(packet + 4, 0, 60)
    body(packet)
    packet.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(UInt32(header) | UInt32(setup) << 16, ordering: .releasing)
  }
  func ringDoorbell(_ index: UInt64) {
    UnsafeMutableRawPointer(doorbell).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(index, ordering: .releasing)
  }
  /// Publishes the next packet and rings.
  func submit(header: UInt16, setup: UInt16 = 0, _ body: (UnsafeMutableRawPointer) -> Void) {
    publish(written, header: header, setup: setup, body)
    written += 1
    (control + 56).storeBytes(of: written, as: UInt64.self)
    ringDoorbell(written - 1)
  }
  /// barrier-and (3) or barrier-or (5).
  func barrier(_ type: UInt16 = 3, _ dependencies: [TestSignal] = [], bit: Bool = true, completion: TestSignal? = nil) {
    submit(header: type | (bit ? 1 << 8 : 0)) { Self.fill($0, dependencies, completion) }
  }
  static func fill(_ packet: UnsafeMutableRawPointer, _ dependencies: [TestSignal], _ completion: TestSignal?) {
    for (index, signal) in dependencies.enumerated() { packet.storeBytes(of: signal.handle, toByteOffset: 8 + 8 * index, as: UInt64.self) }
    packet.storeBytes(of: completion?.handle ?? 0, toByteOffset: 56, as: UInt64.self)
  }
  func destroy() -> Int32 { var a = kfd_ioctl_destroy_queue_args(queue_id: id, pad: 0); return machine.ioctl(0x03, &a) }
}

/// An amd_signal_t.
struct TestSignal: @unchecked Sendable {
  let memory: UnsafeMutableRawPointer
  init(_ machine: Machine, _ value: Int64 = 1) {
    memory = machine.shared(4096)
    memory.storeBytes(of: 1, as: Int64.self)
    self.value = value
  }
  var handle: UInt64 { UInt64(UInt(bitPattern: memory)) }
  var value: Int64 {
    get { Int64(bitPattern: (memory + 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring)) }
    nonmutating set { (memory + 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(UInt64(bitPattern: newValue), ordering: .releasing) }
  }
  var start: UInt64 { memory.load(fromByteOffset: 32, as: UInt64.self) }
  var end: UInt64 { memory.load(fromByteOffset: 40, as: UInt64.self) }
  func setMailbox(_ address: UInt64, event: UInt32) {
    memory.storeBytes(of: address, toByteOffset: 16, as: UInt64.self)
    memory.storeBytes(of: event, toByteOffset: 24, as: UInt32.self)
  }
  /// Whether the value became `wanted` within some seconds.
  func reaches(_ wanted: Int64) -> Bool { eventually { value == wanted } }
}

/// Whether `condition` came true within a minute: other tests run beside this one, on as few as two cores.
func eventually(_ condition: () -> Bool) -> Bool {
  let end = ContinuousClock.now + .seconds(60)
  repeat {
    if condition() { return true }
    usleep(100)
  } while ContinuousClock.now < end
  return condition()
}

/// Whether `condition` stayed true for some milliseconds: what must not happen had time to.
func persistently(_ condition: () -> Bool) -> Bool {
  for _ in 0..<100 {
    if !condition() { return false }
    usleep(300)
  }
  return true
}
