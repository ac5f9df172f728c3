import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Several devices of one process, of different kinds.  Expected answers: kfd_chardev.c of Linux 6.12.
@Suite struct KernelPeerTests {
  let process = SoftProcess(kinds: [.mi210, .rx7900xtx, .mi300x])
  static let base: UInt64 = 0x7000_0000_0000

  func ioctl<A>(_ number: UInt, _ arguments: inout A) -> Int32 {
    let request = 3 << 30 | UInt(MemoryLayout<A>.size) << 16 | 0x4b << 8 | number
    return withUnsafeMutablePointer(to: &arguments) { IoctlTable.perform(process, request, UInt64(UInt(bitPattern: $0))) }
  }
  func acquire(_ index: Int) -> Int32 {
    let descriptor = Descriptors.shared.open(RenderFile(process: process, device: process.devices[index]), name: "render", closeOnExec: true)
    var arguments = kfd_ioctl_acquire_vm_args(drm_fd: UInt32(bitPattern: descriptor), gpu_id: process.devices[index].gpuID)
    return ioctl(0x15, &arguments)
  }
  func mapping(_ number: UInt, _ handle: UInt64, _ ids: [UInt32], done: UInt32 = 0) -> (error: Int32, done: UInt32) {
    var ids = ids
    let count = UInt32(ids.count)
    return ids.withUnsafeMutableBufferPointer { buffer in
      var arguments = kfd_ioctl_map_memory_to_gpu_args(
        handle: handle, device_ids_array_ptr: UInt64(UInt(bitPattern: buffer.baseAddress)), n_devices: count, n_success: done)
      let error = ioctl(number, &arguments)
      return (error, arguments.n_success)
    }
  }
  func allocate(on index: Int) -> kfd_ioctl_alloc_memory_of_gpu_args {
    var arguments = kfd_ioctl_alloc_memory_of_gpu_args(
      va_addr: Self.base, size: 8192, handle: 0, mmap_offset: 0, gpu_id: process.devices[index].gpuID, flags: 0xf000_0001)
    #expect(ioctl(0x16, &arguments) == 0)
    return arguments
  }

  @Test("One device's VRAM can be mapped on all, who then see the same bytes, and is freed only when none has it")
  func peers() {
    #expect((0..<3).allSatisfy { acquire($0) == 0 })
    let ids = process.devices.map(\.gpuID), made = allocate(on: 0)
    #expect(made.handle >> 32 == UInt64(ids[0]))
    #expect(mapping(0x18, made.handle, ids) == (0, 3))
    let seen = process.devices.map { $0.addressSpace.translate(Self.base, 8192, .write) }
    #expect(seen[0] != nil && seen[1] == seen[0] && seen[2] == seen[0])
    #expect(process.devices.map(\.memoryUsed) == [8192, 0, 0])
    #expect(mapping(0x19, made.handle, [ids[0], ids[1]]) == (0, 2))
    var free = kfd_ioctl_free_memory_of_gpu_args(handle: made.handle)
    #expect(ioctl(0x17, &free) == -EBUSY)
    #expect(mapping(0x19, made.handle, [ids[2]]) == (0, 1) && ioctl(0x17, &free) == 0)
  }

  @Test("A call that fails at one device says how many it did, and goes on from there when repeated")
  func partial() {
    #expect(acquire(0) == 0 && acquire(1) == 0)
    let ids = process.devices.map(\.gpuID), made = allocate(on: 0)
    #expect(mapping(0x18, made.handle, [ids[0], 0x1234, ids[1]]) == (-EINVAL, 1))
    #expect(mapping(0x18, made.handle, [ids[0], ids[2]]) == (-ENODEV, 1))         // no address space there yet
    #expect(acquire(2) == 0 && mapping(0x18, made.handle, [ids[0], ids[2]], done: 1) == (0, 2))
  }

  @Test("A render node belongs to its device")
  func renderNodes() {
    let descriptor = Descriptors.shared.open(RenderFile(process: process, device: process.devices[1]), name: "render", closeOnExec: true)
    defer { _ = Descriptors.shared.close(descriptor) }
    var arguments = kfd_ioctl_acquire_vm_args(drm_fd: UInt32(bitPattern: descriptor), gpu_id: process.devices[0].gpuID)
    #expect(ioctl(0x15, &arguments) == -EINVAL)
    #expect(acquire(0) == 0 && acquire(0) == -EBUSY)
  }
}

/// Older versions of the interface: what came later is not there (recorded for KFD 1.11 on Linux 6.1).
@Suite struct KernelVersionTests {
  func answer(_ process: SoftProcess, _ number: UInt, _ size: UInt = 32) -> Int32 {
    withUnsafeTemporaryAllocation(byteCount: Int(size), alignment: 8) { buffer in
      memset(buffer.baseAddress!, 0, buffer.count)
      return IoctlTable.perform(process, 3 << 30 | size << 16 | 0x4b << 8 | number, UInt64(UInt(bitPattern: buffer.baseAddress)))
    }
  }

  @Test("On KFD 1.11 there is no dma-buf export, runtime or debugger call, and the version says so")
  func calls() {
    let old = SoftProcess(version: 1011)
    var words: [UInt32] = [0, 0]
    let error = words.withUnsafeMutableBytes { IoctlTable.perform(old, 0x8008_4b01, UInt64(UInt(bitPattern: $0.baseAddress))) }
    #expect(error == 0 && words == [1, 11])
    #expect([0x24, 0x25, 0x26, 0x27].map { answer(old, $0) } == [-ENOTTY, -ENOTTY, -ENOTTY, -ENOTTY])
    #expect(answer(old, 0x23) == -EINVAL)
    let new = SoftProcess()
    #expect([0x24, 0x25, 0x26, 0x27].map { answer(new, $0) } == [-EINVAL, 0, -ESRCH, -ENOTTY])
    #expect(answer(SoftProcess(version: 1003), 0x20) == -ENOTTY)
  }

  @Test("Before 1.14 the age of an event is not looked at: a consumed event is not found by an old age")
  func ages() {
    for (version, found) in [(1011, false), (1017, true)] as [(UInt64, Bool)] {
      let process = SoftProcess(version: version)
      var create = kfd_ioctl_create_event_args()
      create.auto_reset = 1
      func call<A>(_ number: UInt, _ arguments: inout A) -> Int32 {
        let request = 3 << 30 | UInt(MemoryLayout<A>.size) << 16 | 0x4b << 8 | number
        return withUnsafeMutablePointer(to: &arguments) { IoctlTable.perform(process, request, UInt64(UInt(bitPattern: $0))) }
      }
      #expect(call(0x08, &create) == 0)
      func wait(age: UInt64) -> UInt32 {
        var data = kfd_event_data_1_13()
        data.event_id = create.event_id
        data.signal_event_data.last_event_age = age
        return withUnsafeMutablePointer(to: &data) { pointer in
          var arguments = kfd_ioctl_wait_events_args()
          arguments.events_ptr = UInt64(UInt(bitPattern: pointer))
          arguments.num_events = 1
          #expect(call(0x0c, &arguments) == 0)
          return arguments.wait_result
        }
      }
      var set = kfd_ioctl_set_event_args(event_id: create.event_id, pad: 0)
      #expect(call(0x0a, &set) == 0 && wait(age: 1) == 0)
      #expect(wait(age: 1) == (found ? 0 : 1), "KFD 1.\(version % 1000)")
    }
  }
}
