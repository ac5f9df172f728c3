import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Expected errors: amdgpu_amdkfd_gpuvm.c, amdgpu_dma_buf.c and drm_prime.c of Linux 6.12.
@Suite struct KernelDMABufTests {
  static let vram: UInt32 = 0xf000_0001, gtt: UInt32 = 0xd600_0002
  static let base: UInt64 = 0x7000_0000_0000
  let machine = Machine()

  func export(_ handle: UInt64, _ flags: UInt32 = UInt32(O_CLOEXEC), from machine: Machine? = nil) -> (error: Int32, descriptor: Int32) {
    var a = kfd_ioctl_export_dmabuf_args_1_12(handle: handle, flags: flags, dmabuf_fd: 0)
    let error = (machine ?? self.machine).ioctl(0x24, &a)
    return (error, Int32(bitPattern: a.dmabuf_fd))
  }
  func take(_ descriptor: Int32, at address: UInt64, in machine: Machine) -> (error: Int32, handle: UInt64) {
    var a = kfd_ioctl_import_dmabuf_args(va_addr: address, handle: 0, gpu_id: machine.gpuID, dmabuf_fd: UInt32(bitPattern: descriptor))
    return (machine.ioctl(0x1d, &a), a.handle)
  }

  @Test("A buffer that was exported is the same memory in another process, and outlives its handle and its exporter")
  func acrossProcesses() throws {
    let other = Machine()
    let made = machine.allocate(Self.vram, 8192, at: Self.base)
    let sent = export(made.handle)
    #expect(made.error == 0 && sent.error == 0 && fcntl(sent.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    // As it would come over a socket: another number of the same file.
    let descriptor = dup(sent.descriptor)
    close(sent.descriptor)
    #expect(lseek(descriptor, 0, SEEK_END) == 8192)
    let taken = take(descriptor, at: Self.base + 1 << 30, in: other)
    close(descriptor)
    #expect(taken.error == 0 && other.map(taken.handle) == 0)
    let here = try #require(machine.process.allocations[made.handle]?.host)
    let there = try #require(other.device.addressSpace.translate(Self.base + 1 << 30, 8192, .write))
    #expect(here != there)
    here.storeBytes(of: 0x1234, toByteOffset: 4096, as: UInt32.self)
    #expect(there.load(fromByteOffset: 4096, as: UInt32.self) == 0x1234)
    // It is not counted again where it was imported.
    #expect(other.device.memoryUsed == 0 && machine.device.memoryUsed == 8192)
    var free = kfd_ioctl_free_memory_of_gpu_args(handle: made.handle)
    #expect(machine.ioctl(0x17, &free) == 0 && machine.device.memoryUsed == 0)
    #expect(there.load(fromByteOffset: 4096, as: UInt32.self) == 0x1234)
  }

  @Test("An import into the same process is the same buffer, which goes with its last handle")
  func sameProcess() {
    let made = machine.allocate(Self.gtt, 4096, at: Self.base)
    let sent = export(made.handle)
    let taken = take(sent.descriptor, at: Self.base + 1 << 30, in: machine)
    close(sent.descriptor)
    #expect(taken.error == 0 && machine.map(made.handle) == 0 && machine.map(taken.handle) == 0)
    let space = machine.device.addressSpace
    #expect(space.translate(Self.base, 4096, .write) == space.translate(Self.base + 1 << 30, 4096, .write))
    #expect(machine.unmap(made.handle) == 0)
    var free = kfd_ioctl_free_memory_of_gpu_args(handle: made.handle)
    #expect(machine.ioctl(0x17, &free) == 0 && machine.process.memory.gttUsed == 4096)
    #expect(machine.unmap(taken.handle) == 0)
    free.handle = taken.handle
    #expect(machine.ioctl(0x17, &free) == 0 && machine.process.memory.gttUsed == 0)
  }

  @Test("What a dma-buf is, its descriptor says: size, kind, GPU, whether the host can map it")
  func information() {
    let made = machine.allocate(Self.vram, 12288, at: Self.base)
    let sent = export(made.handle)
    defer { close(sent.descriptor) }
    var a = kfd_ioctl_get_dmabuf_info_args()
    a.dmabuf_fd = UInt32(sent.descriptor)
    #expect(machine.ioctl(0x1c, &a) == 0)
    #expect(a.size == 12288 && a.gpu_id == machine.gpuID && a.metadata_size == 0)
    #expect(a.flags == UInt32(KFD_IOC_ALLOC_MEM_FLAGS_VRAM | KFD_IOC_ALLOC_MEM_FLAGS_PUBLIC))
  }

  @Test("User pointers cannot be exported, nor anything else be imported")
  func refusals() {
    let memory = UInt64(UInt(bitPattern: Machine.pages(4096)))
    let made = machine.allocate(0xd000_0004, 4096, at: memory, userPointer: memory)
    #expect(export(made.handle).error == -EPERM)
    #expect(export(UInt64(machine.gpuID) << 32 | 77).error == -EINVAL)
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(take(file, at: Self.base, in: machine).error == -EINVAL)
    #expect(take(-1, at: Self.base, in: machine).error == -EBADF)
    #expect(take(-1, at: Self.base, in: Machine(acquired: false)).error == -ENODEV)
  }
}
