import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Expected answers: what libdrm_amdgpu asks for (client-spec 3.8), errors from drm_ioctl.c and amdgpu_gem.c of Linux 6.12.
@Suite struct KernelDRMTests {
  let machine = Machine()
  let file: RenderFile
  init() { file = machine.process.devices[0].renderFile! }

  /// DRM_IOWR of `number`.
  func call<A>(_ number: UInt, _ arguments: inout A) -> Int32 {
    let request = 3 << 30 | UInt(MemoryLayout<A>.size) << 16 | 0x64 << 8 | number
    return withUnsafeMutablePointer(to: &arguments) { DRMTable.perform(file, request, UInt64(UInt(bitPattern: $0))) }
  }
  func ask<T>(_ query: Int32, _ type: T.Type, room: Int = MemoryLayout<T>.size, _ fill: (inout drm_amdgpu_info) -> Void = { _ in }) -> (error: Int32, value: [UInt8]) {
    var bytes = [UInt8](repeating: 0xaa, count: max(room, MemoryLayout<T>.size))
    let error = bytes.withUnsafeMutableBytes { buffer in
      var a = drm_amdgpu_info()
      a.return_pointer = UInt64(UInt(bitPattern: buffer.baseAddress))
      a.return_size = UInt32(room)
      a.query = UInt32(query)
      fill(&a)
      return call(0x45, &a)
    }
    return (error, bytes)
  }

  @Test("The driver is amdgpu 3, and a call with no room for the name tells how long it is")
  func version() {
    var a = drm_version_words()
    #expect(call(0x00, &a) == 0 && a.major == 3 && a.name_length == 6)
    var name = [CChar](repeating: 0, count: 8)
    let error = name.withUnsafeMutableBufferPointer { buffer in
      a = drm_version_words()
      a.name = UInt64(UInt(bitPattern: buffer.baseAddress))
      a.name_length = 7
      return call(0x00, &a)
    }
    #expect(error == 0 && String(cString: name) == "amdgpu")
  }

  @Test("Device information comes in both sizes that libdrm has had")
  func deviceInformation() {
    let kind = machine.device.kind
    for room in [368, 440] {
      let answer = ask(AMDGPU_INFO_DEV_INFO, drm_amdgpu_info_device_3_53.self, room: room)
      #expect(answer.error == 0)
      answer.value.withUnsafeBytes { bytes in
        let device = bytes.load(as: drm_amdgpu_info_device_3_53.self)
        #expect(device.device_id == kind.deviceID && device.virtual_address_alignment == 4096)
        #expect(device.cu_active_number == UInt32(kind.computeUnits) && device.wave_front_size == UInt32(kind.waveSize))
        #expect((device.min_engine_clock == 0xaaaa_aaaa_aaaa_aaaa) == (room == 368))
      }
    }
    #expect(ask(AMDGPU_INFO_ACCEL_WORKING, UInt32.self).value == [1, 0, 0, 0])
    let register = ask(AMDGPU_INFO_READ_MMR_REG, UInt32.self) { $0.read_mmr_reg.dword_offset = 0x263e; $0.read_mmr_reg.count = 1 }
    #expect(register.error == 0 && register.value.withUnsafeBytes { $0.load(as: UInt32.self) } == kind.gbAddressConfig)
    #expect(ask(AMDGPU_INFO_READ_MMR_REG, UInt32.self) { $0.read_mmr_reg.dword_offset = 1; $0.read_mmr_reg.count = 1 }.error == -EFAULT)
    #expect(ask(0x7f, UInt32.self).error == -EINVAL)
    #expect(ask(AMDGPU_INFO_ACCEL_WORKING, UInt32.self, room: 0).error == -EINVAL)
  }

  func create(_ domains: Int32, _ size: UInt64) -> (error: Int32, handle: UInt32) {
    var a = drm_amdgpu_gem_create()
    a.in.bo_size = size
    a.in.domains = UInt64(domains)
    let error = call(0x40, &a)
    return (error, a.out.handle)
  }

  @Test("A GEM buffer has memory that can be mapped, counts as VRAM, and goes with its handle")
  func buffers() {
    let made = create(AMDGPU_GEM_DOMAIN_VRAM, 5000)
    #expect(made.error == 0 && made.handle != 0 && machine.device.memoryUsed == 8192)
    var map = drm_amdgpu_gem_mmap()
    map.in.handle = made.handle
    #expect(call(0x41, &map) == 0)
    let offset = map.out.addr_ptr
    #expect(file.mapping(8192, offset).offset >= 0 && file.mapping(8193, offset).offset == Int64(-EINVAL))
    var idle = drm_amdgpu_gem_wait_idle()
    idle.in.handle = made.handle
    #expect(call(0x47, &idle) == 0 && idle.out.status == 0)
    var close = drm_gem_close(handle: made.handle, pad: 0)
    #expect(call(0x09, &close) == 0 && call(0x09, &close) == -EINVAL && machine.device.memoryUsed == 0)
    #expect(file.mapping(4096, offset).offset == Int64(-EINVAL))
    #expect(create(AMDGPU_GEM_DOMAIN_GDS, 4096).error == -EINVAL && create(AMDGPU_GEM_DOMAIN_VRAM, 0).error == -EINVAL)
    map.in.handle = made.handle
    #expect(call(0x41, &map) == -ENOENT)
  }

  @Test("A handle goes out as a dma-buf and comes back as the same handle; KFD takes it too")
  func prime() {
    let made = create(AMDGPU_GEM_DOMAIN_GTT, 4096)
    var out = drm_prime_handle(handle: made.handle, flags: UInt32(O_CLOEXEC | O_RDWR), fd: -1)
    #expect(call(0x2d, &out) == 0 && out.fd >= 0)
    var back = drm_prime_handle(handle: 0, flags: 0, fd: out.fd)
    #expect(call(0x2e, &back) == 0 && back.handle == made.handle)
    var kfd = kfd_ioctl_import_dmabuf_args(va_addr: 0x7100_0000_0000, handle: 0, gpu_id: machine.gpuID, dmabuf_fd: UInt32(out.fd))
    #expect(machine.ioctl(0x1d, &kfd) == 0 && machine.map(kfd.handle) == 0)
    close(out.fd)
    back.fd = 9999
    #expect(call(0x2e, &back) == -EBADF)
    out.flags = 1 << 30
    #expect(call(0x2d, &out) == -EINVAL)
  }

  @Test("GEM_VA gives a buffer an address in the device's address space, once")
  func addresses() {
    let made = create(AMDGPU_GEM_DOMAIN_VRAM, 8192), address: UInt64 = 0x7200_0000_0000
    let flags = UInt32(AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE)
    var a = drm_amdgpu_gem_va()
    a.handle = made.handle
    a.operation = UInt32(AMDGPU_VA_OP_MAP)
    a.flags = flags
    a.va_address = address
    a.map_size = 8192
    #expect(call(0x48, &a) == 0 && call(0x48, &a) == -EINVAL)
    let space = machine.device.addressSpace
    #expect(space.translate(address, 8192, .write) != nil && space.translate(address, 1, .execute) == nil)
    a.operation = UInt32(AMDGPU_VA_OP_UNMAP)
    #expect(call(0x48, &a) == 0 && call(0x48, &a) == -ENOENT && space.translate(address, 1, .read) == nil)
    a.operation = 9
    #expect(call(0x48, &a) == -EINVAL)
  }

  @Test("Metadata is kept with the buffer")
  func metadata() {
    let made = create(AMDGPU_GEM_DOMAIN_VRAM, 4096)
    var a = drm_amdgpu_gem_metadata()
    a.handle = made.handle
    a.op = UInt32(AMDGPU_GEM_METADATA_OP_SET_METADATA)
    a.data.data_size_bytes = 8
    a.data.data.0 = 0xabcd
    a.data.tiling_info = 5
    #expect(call(0x46, &a) == 0)
    a = drm_amdgpu_gem_metadata()
    a.handle = made.handle
    a.op = UInt32(AMDGPU_GEM_METADATA_OP_GET_METADATA)
    #expect(call(0x46, &a) == 0 && a.data.data_size_bytes == 8 && a.data.data.0 == 0xabcd && a.data.tiling_info == 5)
  }

  @Test("Calls for the card's owner are refused on a render node, and unknown ones are EINVAL")
  func refusals() {
    var a = UInt64(0)
    #expect(call(0x05, &a) == -EACCES && call(0x0d, &a) == -EACCES && call(0x7e, &a) == -EINVAL)
    var user = drm_amdgpu_gem_userptr()
    user.addr = UInt64(UInt(bitPattern: Machine.pages(4096)))
    user.size = 4096
    #expect(call(0x51, &user) == -EACCES)
    user.flags = UInt32(AMDGPU_GEM_USERPTR_REGISTER)
    #expect(call(0x51, &user) == 0)
    user.size = 100
    #expect(call(0x51, &user) == -EINVAL)
  }
}
