@testable import ISA
import CKFD
import CSoftGPU
import Glibc
import Testing
@testable import SoftGPU

@Suite struct KernelMemoryTests {
  let machine = Machine()
  static let vram: UInt32 = 0xf000_0001, gtt: UInt32 = 0xd600_0002
  static let base: UInt64 = 0x7000_0000_0000

  func available() -> UInt64 {
    var arguments = kfd_ioctl_get_available_memory_args()
    arguments.gpu_id = machine.gpuID
    #expect(machine.ioctl(0x23, &arguments) == 0)
    return arguments.available
  }
  func free(_ handle: UInt64) -> Int32 { var a = kfd_ioctl_free_memory_of_gpu_args(handle: handle); return machine.ioctl(0x17, &a) }

  @Test("Available memory is VRAM less what page tables take, counted in 2 MiB, and comes back when it is freed")
  func accounting() {
    // amdgpu_amdkfd_get_available_memory: 1/16384 of all VRAM, at least 8 MiB, is kept for page tables.
    let whole = available(), step: UInt64 = 2 << 20, reserved = max(machine.device.memoryBytes >> 14, 8 << 20)
    #expect(whole == (machine.device.memoryBytes - reserved) / step * step)
    let small = machine.allocate(Self.vram, 0x100, at: Self.base)
    #expect(small.error == 0 && available() == whole - step)
    let second = machine.allocate(Self.vram, step + 1, at: Self.base + 1 << 24)
    #expect(second.error == 0 && available() == whole - 3 * step)
    #expect(machine.allocate(Self.vram, whole, at: Self.base + 1 << 32).error == -ENOMEM)
    #expect(free(second.handle) == 0)
    let rest = machine.allocate(Self.vram, whole - step, at: Self.base + 1 << 32)
    #expect(rest.error == 0 && available() == 0)
    // What is counted for the limit itself is pages.
    let page = machine.allocate(Self.vram, 1, at: Self.base + 4096)
    #expect(page.error == 0 && available() == 0)
    #expect(machine.allocate(Self.gtt, 4096, at: Self.base + 4096).error == 0)
    #expect(free(rest.handle) == 0 && free(small.handle) == 0 && free(page.handle) == 0 && available() == whole)
    #expect(free(small.handle) == -EINVAL)
  }

  @Test("Without an acquired address space there is no allocation")
  func needsAddressSpace() {
    let machine = Machine(acquired: false)
    #expect(machine.allocate(Self.vram, 4096, at: Self.base).error == -ENODEV)
  }

  @Test("Size 0, half a double ring, no kind of memory, or a wrong size of doorbells: EINVAL")
  func badArguments() {
    #expect(machine.allocate(Self.vram, 0, at: Self.base).error == -EINVAL)
    #expect(machine.allocate(0x8800_0002, 1, at: Self.base).error == -EINVAL)
    #expect(machine.allocate(0x8000_0000, 4096, at: Self.base).error == -EINVAL)
    #expect(machine.allocate(8, 4096, at: Self.base).error == -EINVAL)        // doorbells are 8192 bytes
    #expect(machine.allocate(4, 4096, at: Self.base, userPointer: 0).error == -EINVAL)
  }

  @Test("An address is looked at when the memory is mapped: none, off a page, or past the aperture is EINVAL", arguments: [
    0, KernelMemoryTests.base + 8, 0x7fff_ffff_f000, 1 << 63,
  ] as [UInt64])
  func badAddresses(_ address: UInt64) {
    let made = machine.allocate(Self.vram, 8192, at: address)
    #expect(made.error == 0 && machine.map(made.handle) == -EINVAL && free(made.handle) == 0)
  }

  @Test("The ring of an old AQL queue is the same memory twice")
  func doubledRing() {
    let before = available()
    let made = machine.allocate(0xd800_0001, 8192, at: Self.base)
    #expect(made.error == 0 && machine.map(made.handle) == 0 && available() == before - 2 << 20)
    let space = machine.device.addressSpace
    #expect(space.translate(Self.base, 4, .write) == space.translate(Self.base + 4096, 4, .write))
    #expect(space.translate(Self.base + 8192, 1, .read) == nil)
    #expect(machine.unmap(made.handle) == 0 && space.translate(Self.base + 4096, 1, .read) == nil)
  }

  @Test("A handle that is not there is ENOMEM for MAP and UNMAP, and EINVAL where its GPU is not there either")
  func unknownHandles() {
    #expect(machine.map(UInt64(machine.gpuID) << 32 | 99) == -ENOMEM && machine.unmap(UInt64(machine.gpuID) << 32 | 99) == -ENOMEM)
    #expect(machine.map(99) == -EINVAL && machine.unmap(99) == -EINVAL)
  }

  @Test("The event page cannot be freed")
  func eventPageStays() {
    let made = machine.allocate(Self.gtt, 0x8000, at: Self.base)
    var event = kfd_ioctl_create_event_args()
    event.event_page_offset = made.handle
    #expect(machine.ioctl(0x08, &event) == 0 && free(made.handle) == -EPERM)
  }

  @Test("An event page of less than 4096 slots is refused")
  func smallEventPage() {
    let made = machine.allocate(Self.gtt, 0x1000, at: Self.base)
    var event = kfd_ioctl_create_event_args()
    event.event_page_offset = made.handle
    #expect(machine.ioctl(0x08, &event) == -EINVAL)
  }

  @Test("A user pointer must name mapped memory, and the GPU sees it at another address too")
  func userPointers() {
    let memory = Machine.pages(8192)
    memory.storeBytes(of: 0x1122_3344, as: UInt32.self)
    let made = machine.allocate(0xd000_0004, 8192, at: Self.base, userPointer: UInt64(UInt(bitPattern: memory)))
    #expect(made.error == 0 && machine.map(made.handle) == 0)
    let seen = machine.device.addressSpace.translate(Self.base, 4, .read)
    #expect(seen == memory)
    munmap(memory + 4096, 4096)
    #expect(machine.allocate(0xd000_0004, 8192, at: Self.base + 1 << 20, userPointer: UInt64(UInt(bitPattern: memory))).error == -EFAULT)
  }

  @Test("What is not mapped on the GPU cannot be reached by it, and mapped memory cannot be freed")
  func mapping() {
    let made = machine.allocate(Self.vram, 4096, at: Self.base)
    let space = machine.device.addressSpace
    #expect(space.translate(Self.base, 1, .read) == nil)
    #expect(machine.unmap(made.handle) == -EINVAL)
    #expect(machine.map(made.handle) == 0 && machine.map(made.handle) == 0)
    #expect(space.translate(Self.base, 4096, .write) != nil && space.translate(Self.base, 4097, .read) == nil)
    let other = machine.allocate(Self.vram, 4096, at: Self.base)
    #expect(other.error == 0 && machine.map(other.handle) == -EINVAL)         // the address is taken
    #expect(free(made.handle) == -EBUSY)
    #expect(machine.unmap(made.handle) == 0 && space.translate(Self.base, 1, .read) == nil)
    #expect(machine.unmap(made.handle) == -EINVAL)
    #expect(free(made.handle) == 0)
  }

  @Test("Read-only memory can be read and not written, and only executable memory executed")
  func permissions() {
    let made = machine.allocate(1, 4096, at: Self.base)
    #expect(machine.map(made.handle) == 0)
    let space = machine.device.addressSpace
    #expect(space.translate(Self.base, 1, .read) != nil && space.translate(Self.base, 1, .write) == nil && space.translate(Self.base, 1, .execute) == nil)
  }

  @Test("Client and device see the same VRAM, a mapping outlives the handle, and new memory is zeros")
  func hostMapping() {
    let calls = Calls.self
    let kfd = calls.open("/dev/kfd", O_RDWR | O_CLOEXEC), render = calls.open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC)
    #expect(kfd >= 0 && render >= 0)
    defer { _ = calls.close(kfd); _ = calls.close(render) }
    let process = Descriptors.shared.currentProcess(), device = process.devices[0]
    var acquire = kfd_ioctl_acquire_vm_args(drm_fd: UInt32(render), gpu_id: device.gpuID)
    #expect(calls.ioctl(kfd, 0x4008_4b15, &acquire) == 0)
    var allocate = kfd_ioctl_alloc_memory_of_gpu_args(va_addr: Self.base, size: 8192, handle: 0, mmap_offset: 0, gpu_id: device.gpuID, flags: Self.vram)
    #expect(calls.ioctl(kfd, 0xc028_4b16, &allocate) == 0)
    let address = calls.mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, render, Int64(allocate.mmap_offset))
    #expect(address > 0)
    #expect(calls.mmap(nil, 12288, PROT_READ, MAP_SHARED, render, Int64(allocate.mmap_offset)) == Int(-EINVAL))
    #expect(calls.mmap(nil, 4096, PROT_READ, MAP_SHARED, render, 1 << 40) == Int(-EINVAL))
    let view = UnsafeMutableRawPointer(bitPattern: address)!
    view.storeBytes(of: 77, toByteOffset: 4100, as: UInt32.self)
    #expect(process.allocations[allocate.handle]!.host.load(fromByteOffset: 4100, as: UInt32.self) == 77)
    var free = kfd_ioctl_free_memory_of_gpu_args(handle: allocate.handle)
    #expect(calls.ioctl(kfd, 0x4008_4b17, &free) == 0)
    #expect(view.load(fromByteOffset: 4100, as: UInt32.self) == 77)       // the mapping holds the buffer
    #expect(calls.mmap(nil, 8192, PROT_READ, MAP_SHARED, render, Int64(allocate.mmap_offset)) == Int(-EINVAL))
    var second = kfd_ioctl_alloc_memory_of_gpu_args(va_addr: Self.base, size: 8192, handle: 0, mmap_offset: 0, gpu_id: device.gpuID, flags: Self.vram)
    #expect(calls.ioctl(kfd, 0xc028_4b16, &second) == 0 && second.mmap_offset != allocate.mmap_offset)
    #expect(process.allocations[second.handle]!.host.load(fromByteOffset: 4100, as: UInt32.self) == 0)
    #expect(calls.munmap(view, 8192) == 0)
  }
}
