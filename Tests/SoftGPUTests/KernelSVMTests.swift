import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Expected answers: kfd_svm.c of Linux 6.12 (checks, defaults, what a get over several ranges gives).
@Suite struct KernelSVMTests {
  let machine = Machine()
  typealias Attribute = kfd_ioctl_svm_attribute
  static let preferred = KFD_IOCTL_SVM_ATTR_PREFERRED_LOC.rawValue, prefetch = KFD_IOCTL_SVM_ATTR_PREFETCH_LOC.rawValue
  static let access = KFD_IOCTL_SVM_ATTR_ACCESS.rawValue, inPlace = KFD_IOCTL_SVM_ATTR_ACCESS_IN_PLACE.rawValue
  static let noAccess = KFD_IOCTL_SVM_ATTR_NO_ACCESS.rawValue, setFlags = KFD_IOCTL_SVM_ATTR_SET_FLAGS.rawValue
  static let clearFlags = KFD_IOCTL_SVM_ATTR_CLR_FLAGS.rawValue, granularity = KFD_IOCTL_SVM_ATTR_GRANULARITY.rawValue

  func svm(_ operation: UInt32, _ start: UInt64, _ size: UInt64, _ attributes: inout [Attribute], sizedFor: Int? = nil) -> Int32 {
    let bytes = 24 + 8 * attributes.count
    return withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 8) { buffer in
      let header = buffer.baseAddress!
      header.storeBytes(of: start, as: UInt64.self)
      header.storeBytes(of: size, toByteOffset: 8, as: UInt64.self)
      header.storeBytes(of: operation, toByteOffset: 16, as: UInt32.self)
      header.storeBytes(of: UInt32(attributes.count), toByteOffset: 20, as: UInt32.self)
      _ = attributes.withUnsafeBytes { memcpy(header + 24, $0.baseAddress!, $0.count) }
      let request = 3 << 30 | UInt(24 + 8 * (sizedFor ?? attributes.count)) << 16 | 0x4b << 8 | 0x20
      let result = IoctlTable.perform(machine.process, request, UInt64(UInt(bitPattern: header)))
      _ = attributes.withUnsafeMutableBytes { memcpy($0.baseAddress!, header + 24, $0.count) }
      return result
    }
  }
  func set(_ start: UInt64, _ size: UInt64, _ attributes: (UInt32, UInt32)...) -> Int32 {
    var list = attributes.map { Attribute(type: $0.0, value: $0.1) }
    return svm(0, start, size, &list)
  }
  func get(_ start: UInt64, _ size: UInt64, _ type: UInt32, _ value: UInt32 = 0) -> (error: Int32, type: UInt32, value: UInt32) {
    var list = [Attribute(type: type, value: value)]
    let error = svm(1, start, size, &list)
    return (error, list[0].type, list[0].value)
  }
  func xnack(_ mode: Int32) -> (error: Int32, mode: Int32) {
    var a = kfd_ioctl_set_xnack_mode_args(xnack_enabled: mode)
    return (machine.ioctl(0x21, &a), a.xnack_enabled)
  }
  static func memory(_ pages: Int) -> UInt64 { UInt64(UInt(bitPattern: Machine.pages(pages * 4096))) }

  @Test("Memory that the client gives access to is the device's at the same address, as its flags say")
  func access() {
    let start = Self.memory(16), space = machine.device.addressSpace
    #expect(set(start, 65536, (Self.access, machine.gpuID)) == 0)
    #expect(space.translate(start, 65536, .write) == UnsafeMutableRawPointer(bitPattern: UInt(start)))
    #expect(space.translate(start, 4, .execute) == nil)
    #expect(set(start, 4096, (Self.setFlags, UInt32(KFD_IOCTL_SVM_FLAG_GPU_RO | KFD_IOCTL_SVM_FLAG_GPU_EXEC))) == 0)
    #expect(space.translate(start, 4, .write) == nil && space.translate(start, 4, .execute) != nil)
    #expect(space.translate(start + 4096, 4, .write) != nil)
    #expect(get(start, 65536, Self.access, machine.gpuID).type == Self.access)
    #expect(set(start + 8192, 4096, (Self.noAccess, machine.gpuID)) == 0)
    #expect(get(start, 65536, Self.access, machine.gpuID).type == Self.noAccess)
    #expect(get(start, 4096, Self.access, machine.gpuID).type == Self.access)
  }

  @Test("Attributes begin with the driver's defaults, and over unequal ranges are undefined, their intersection or the least")
  func attributes() {
    let start = Self.memory(16)
    let hostAccess = UInt32(KFD_IOCTL_SVM_FLAG_HOST_ACCESS | KFD_IOCTL_SVM_FLAG_COHERENT)
    #expect(get(start, 65536, Self.preferred).value == .max && get(start, 65536, Self.granularity).value == 9)
    #expect(get(start, 65536, Self.setFlags).value == hostAccess && get(start, 65536, Self.clearFlags).value == ~hostAccess)
    #expect(set(start, 4096, (Self.preferred, 0), (Self.granularity, 5)) == 0)
    #expect(get(start, 4096, Self.preferred).value == 0 && get(start, 4096, Self.granularity).value == 5)
    #expect(set(start + 4096, 4096, (Self.preferred, machine.gpuID), (Self.clearFlags, 2)) == 0)
    #expect(get(start, 8192, Self.preferred).value == .max && get(start, 8192, Self.granularity).value == 5)
    #expect(get(start, 8192, Self.setFlags).value == hostAccess & ~2)
  }

  @Test("Prefetching to a GPU makes the range count as VRAM, and unmapping it gives that back")
  func migration() {
    let start = Self.memory(16)
    #expect(set(start, 65536, (Self.access, machine.gpuID), (Self.prefetch, machine.gpuID)) == 0)
    #expect(machine.device.memoryUsed == 65536 && get(start, 65536, Self.prefetch).value == machine.gpuID)
    #expect(set(start, 65536, (Self.prefetch, 0)) == 0 && machine.device.memoryUsed == 0)
    #expect(set(start, 65536, (Self.prefetch, machine.gpuID)) == 0 && machine.device.memoryUsed == 65536)
    machine.process.lock.withLock { machine.process.svm.unmapped(start, 65536) }
    #expect(machine.device.memoryUsed == 0 && machine.device.addressSpace.translate(start, 1, .read) == nil)
  }

  @Test("What cannot be: EINVAL, EFAULT for memory that is not there, EADDRINUSE for what KFD has already")
  func refusals() {
    let start = Self.memory(16)
    #expect(set(start + 1, 4096, (Self.granularity, 5)) == -EINVAL && set(start, 100, (Self.granularity, 5)) == -EINVAL)
    #expect(set(0, 4096, (Self.granularity, 5)) == -EINVAL && set(start, 0, (Self.granularity, 5)) == -EINVAL)
    #expect(set(start, 4096, (99, 0)) == -EINVAL && set(start, 4096, (Self.access, 0x1234)) == -EINVAL)
    #expect(set(start, 4096, (Self.prefetch, .max)) == -EINVAL && set(start, 4096, (Self.preferred, .max)) == 0)
    #expect(get(start, 4096, Self.inPlace).error == -EINVAL && get(start, 4096, Self.access, 0x1234).error == -EINVAL)
    var none: [Attribute] = []
    #expect(svm(2, start, 4096, &none) == -EINVAL)
    var four = [Attribute](repeating: Attribute(type: Self.granularity, value: 5), count: 4)
    #expect(svm(0, start, 4096, &four, sizedFor: 1) == -EINVAL)
    let hole = Self.memory(4)
    munmap(UnsafeMutableRawPointer(bitPattern: UInt(hole + 4096))!, 4096)
    #expect(set(hole, 16384, (Self.access, machine.gpuID)) == -EFAULT)
    let taken = UInt64(UInt(bitPattern: machine.shared(4096)))
    #expect(set(taken, 4096, (Self.access, machine.gpuID)) == -EADDRINUSE)
    #expect(machine.allocate(0xd000_0004, 4096, at: start, userPointer: start).error == -EADDRINUSE)
  }

  @Test("With XNACK a device's fault maps the client's memory, without it nothing; queues must not be there to change it")
  func faults() {
    let start = Self.memory(4)
    var reader = machine.device.addressSpace.makeReader()
    _ = reader.refresh()
    #expect(xnack(-1) == (0, 0) && reader.range(start) == nil)
    reader.leave()
    #expect(xnack(1).error == 0 && xnack(-1).mode == 1)
    _ = reader.refresh()
    #expect(reader.range(start) != nil && reader.range(0x1000) == nil)
    let hole = Self.memory(1)
    munmap(UnsafeMutableRawPointer(bitPattern: UInt(hole))!, 4096)
    #expect(reader.range(hole) == nil)
    reader.leave()
    #expect(xnack(0).error == 0)
    let queue = TestQueue(machine)
    #expect(xnack(1).error == -EBUSY && xnack(-1) == (0, 0))
    #expect(queue.destroy() == 0)
  }
}
