// Shared virtual memory: the SVM and SET_XNACK_MODE ioctls, prefetch and migration, and with XNACK the page faults of devices.
// A migrated range stays where the host has it, which both sides can reach; it counts as VRAM of the device where it is.
// Threads: `lock` guards the ranges.  Ioctls hold the process's lock as well; a fault, on a worker thread, takes only this one.
// Source: kfd_svm.c and kfd_process.c of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc
import ISA
import Settings

final class SVM: @unchecked Sendable {
  private unowned let process: SoftProcess
  private let lock = Lock()
  private var ranges = SVMRanges()
  /// Whether the driver was built with it (CONFIG_HSA_AMD_SVM).
  let isPresent = Switch.softSVM.value != "0"
  private(set) var xnack = false

  init(process: SoftProcess) { self.process = process }

  func overlaps(_ start: UInt64, _ size: UInt64) -> Bool {
    lock.withLock { !ranges.overlapping(start & ~4095, (start &+ size).pageRounded).isEmpty }
  }
  /// Whether the device has all of this as ranges.
  func covers(_ start: UInt64, _ size: UInt64, on device: SoftDevice) -> Bool {
    lock.withLock {
      var here = start & ~4095
      let end = (start &+ size).pageRounded
      for range in ranges.overlapping(here, end) {
        guard range.start <= here, range.mapped.contains(device.gpuID) else { return false }
        here = range.end
      }
      return here >= end
    }
  }
  var snapshot: [SVMRange] { lock.withLock { ranges.all } }

  // MARK: XNACK

  func setXNACKMode(_ arguments: inout kfd_ioctl_set_xnack_mode_args) -> Int32 {
    guard isPresent else { return -EPERM }
    if arguments.xnack_enabled < 0 { arguments.xnack_enabled = xnack ? 1 : 0; return 0 }
    guard process.queues.isEmpty else { return -EBUSY }
    let wanted = arguments.xnack_enabled != 0
    if wanted == xnack { return 0 }
    // Parts since gfx10 cannot retry; of gfx9, those since gfx90a do as each process likes.
    guard !wanted || process.devices.allSatisfy({ $0.kind.canRetryFaults }) else { return -EPERM }
    xnack = wanted
    for device in process.devices {
      let resolver: AddressSpace.Resolver = { [unowned self, unowned device] address in fault(address, on: device) }
      device.addressSpace.setResolver(wanted ? resolver : nil)
    }
    return 0
  }

  // MARK: the ioctl

  func ioctl(_ arguments: UnsafeMutablePointer<kfd_ioctl_svm_args>) -> Int32 {
    guard isPresent else { return -EPERM }
    let start = arguments.pointee.start_addr, size = arguments.pointee.size, count = Int(arguments.pointee.nattr)
    guard start & 4095 == 0, size & 4095 == 0, start != 0, size != 0 else { return -EINVAL }
    let attributes = UnsafeMutableRawPointer(arguments).advanced(by: MemoryLayout<kfd_ioctl_svm_args>.size)
      .assumingMemoryBound(to: kfd_ioctl_svm_attribute.self)
    let buffer = UnsafeMutableBufferPointer(start: attributes, count: count)
    switch arguments.pointee.op {
    case KFD_IOCTL_SVM_OP_SET_ATTR.rawValue: return set(start, size, Array(buffer))
    case KFD_IOCTL_SVM_OP_GET_ATTR.rawValue: return get(start, size, buffer)
    default: return -EINVAL
    }
  }

  private func validity(_ start: UInt64, _ size: UInt64) -> Int32 {
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow else { return -EOVERFLOW }
    guard HostMemory.isMapped(start, size) else { return -EFAULT }
    let taken = process.allocations.values.contains { !$0.mapped.isEmpty && $0.gpuAddress < end && $0.gpuAddress + $0.mappedSize > start }
    return taken ? -EADDRINUSE : 0
  }

  private func check(_ attributes: [kfd_ioctl_svm_attribute]) -> Int32 {
    for attribute in attributes {
      let gpu: UInt32?
      switch attribute.type {
      case KFD_IOCTL_SVM_ATTR_PREFERRED_LOC.rawValue:
        gpu = attribute.value == SVMRange.systemMemory || attribute.value == SVMRange.undefined ? nil : attribute.value
      case KFD_IOCTL_SVM_ATTR_PREFETCH_LOC.rawValue: gpu = attribute.value == SVMRange.systemMemory ? nil : attribute.value
      case KFD_IOCTL_SVM_ATTR_ACCESS.rawValue, KFD_IOCTL_SVM_ATTR_ACCESS_IN_PLACE.rawValue, KFD_IOCTL_SVM_ATTR_NO_ACCESS.rawValue:
        gpu = attribute.value
      case KFD_IOCTL_SVM_ATTR_SET_FLAGS.rawValue, KFD_IOCTL_SVM_ATTR_CLR_FLAGS.rawValue, KFD_IOCTL_SVM_ATTR_GRANULARITY.rawValue:
        gpu = nil
      default: return -EINVAL
      }
      if let gpu, process.device(gpu) == nil { return -EINVAL }
    }
    return 0
  }

  private func fresh(_ start: UInt64, _ end: UInt64) -> SVMRange {
    var range = SVMRange(start: start, end: end)
    if xnack { range.access = Set(process.devices.map(\.gpuID)) }
    return range
  }

  private func set(_ start: UInt64, _ size: UInt64, _ attributes: [kfd_ioctl_svm_attribute]) -> Int32 {
    var error = check(attributes)
    guard error == 0 else { return error }
    guard process.devices.contains(where: \.isAcquired) else { return -EINVAL }
    error = validity(start, size)
    guard error == 0 else { return error }
    Descriptors.shared.watch(start, size)
    return lock.withLock {
      var result: Int32 = 0
      for index in ranges.cover(start, start + size, fresh) {
        ranges.update(index) { $0.apply(attributes) }
        let error = migrate(index)
        if error != 0 { result = error } else { map(index) }
      }
      return result
    }
  }

  private func get(_ start: UInt64, _ size: UInt64, _ attributes: UnsafeMutableBufferPointer<kfd_ioctl_svm_attribute>) -> Int32 {
    let error = validity(start, size)
    guard error == 0 else { return error }
    for attribute in attributes {
      switch attribute.type {
      case KFD_IOCTL_SVM_ATTR_PREFERRED_LOC.rawValue, KFD_IOCTL_SVM_ATTR_PREFETCH_LOC.rawValue, KFD_IOCTL_SVM_ATTR_ACCESS.rawValue,
        KFD_IOCTL_SVM_ATTR_SET_FLAGS.rawValue, KFD_IOCTL_SVM_ATTR_CLR_FLAGS.rawValue, KFD_IOCTL_SVM_ATTR_GRANULARITY.rawValue: break
      default: return -EINVAL
      }
    }
    var found = lock.withLock { Array(ranges.overlapping(start, start + size)) }
    if found.isEmpty { found = [fresh(start, start + size)] }
    func common(_ value: (SVMRange) -> UInt32) -> UInt32 {
      let first = value(found[0])
      return found.allSatisfy { value($0) == first } ? first : SVMRange.undefined
    }
    for index in attributes.indices {
      switch attributes[index].type {
      case KFD_IOCTL_SVM_ATTR_PREFERRED_LOC.rawValue: attributes[index].value = common(\.preferred)
      case KFD_IOCTL_SVM_ATTR_PREFETCH_LOC.rawValue: attributes[index].value = common(\.prefetch)
      case KFD_IOCTL_SVM_ATTR_ACCESS.rawValue:
        let gpu = attributes[index].value
        guard process.device(gpu) != nil else { return -EINVAL }
        if found.allSatisfy({ $0.access.contains(gpu) }) {
          attributes[index].type = KFD_IOCTL_SVM_ATTR_ACCESS.rawValue
        } else if found.allSatisfy({ $0.inPlace.contains(gpu) }) {
          attributes[index].type = KFD_IOCTL_SVM_ATTR_ACCESS_IN_PLACE.rawValue
        } else {
          attributes[index].type = KFD_IOCTL_SVM_ATTR_NO_ACCESS.rawValue
        }
      case KFD_IOCTL_SVM_ATTR_SET_FLAGS.rawValue: attributes[index].value = found.reduce(.max) { $0 & $1.flags }
      case KFD_IOCTL_SVM_ATTR_CLR_FLAGS.rawValue: attributes[index].value = ~found.reduce(0) { $0 | $1.flags }
      default: attributes[index].value = found.reduce(0xff) { min($0, $1.granularity) }
      }
    }
    return 0
  }

  // MARK: mapping and migrating; under the lock

  private func map(_ index: Int) {
    let range = ranges.all[index]
    var gpus = range.access.union(range.inPlace)
    if xnack {
      gpus = range.inPlace
      if range.access.contains(range.prefetch) { gpus.insert(range.prefetch) }
      if range.flags & UInt32(KFD_IOCTL_SVM_FLAG_GPU_ALWAYS_MAPPED) != 0 { gpus.formUnion(range.access) }
    }
    for gpu in gpus.union(range.mapped) { map(range, on: gpu) }
    ranges.update(index) { $0.mapped.formUnion(gpus) }
  }

  private func map(_ range: SVMRange, on gpu: UInt32) {
    guard let device = process.device(gpu), let host = UnsafeMutableRawPointer(bitPattern: UInt(range.start)) else { return }
    device.addressSpace.map(gpuAddress: range.start, size: range.size, host: host, permissions: range.permissions, allocation: 0)
  }

  /// Moves a range to where it should be prefetched.
  private func migrate(_ index: Int) -> Int32 {
    let range = ranges.all[index]
    guard range.prefetch != SVMRange.undefined else { return 0 }
    var best = range.prefetch
    // Devices without XGMI between them meet in system memory.
    let users = xnack ? range.inPlace : range.access.union(range.inPlace)
    if best != 0, users.contains(where: { $0 != best }) { best = 0 }
    guard best != range.actual else { return 0 }
    if let device = process.device(best), !process.memory.reserve(.vram, range.size, on: device) { return -ENOMEM }
    release(range)
    ranges.update(index) { $0.actual = best }
    process.smi.migrated(range, from: range.actual, to: best, trigger: .prefetch)
    return 0
  }
  private func release(_ range: SVMRange) {
    if let device = process.device(range.actual) { process.memory.release(.vram, range.size, on: device) }
  }

  /// The client has unmapped these addresses.  Holding the process's lock.
  func unmapped(_ start: UInt64, _ size: UInt64) {
    let gone = lock.withLock { ranges.remove(start & ~4095, (start &+ size).pageRounded) }
    for range in gone {
      release(range)
      for device in process.devices where range.mapped.contains(device.gpuID) {
        device.addressSpace.unmap(gpuAddress: range.start, size: range.size)
        process.smi.unmapped(range, on: device)
      }
    }
  }

  // MARK: faults

  /// A device has touched an address that it has no translation for.  True if it has one now.
  private func fault(_ address: UInt64, on device: SoftDevice) -> Bool {
    let page = address & ~4095
    return lock.withLock {
      guard xnack, page != 0, HostMemory.isMapped(page, 4096) else { return false }
      process.smi.faultBegins(page, write: false, on: device)
      if ranges.overlapping(page, page + 4096).isEmpty { register(around: page) }
      guard let index = ranges.all.firstIndex(where: { $0.start <= page && $0.end > page }) else { return false }
      let range = ranges.all[index]
      guard range.access.contains(device.gpuID) || range.inPlace.contains(device.gpuID) else { return false }
      map(range, on: device.gpuID)
      ranges.update(index) { $0.mapped.insert(device.gpuID) }
      process.smi.faultEnds(page, migrated: false, on: device)
      return true
    }
  }

  /// A range for memory that nobody has registered: the 2 MiB around it, or the page alone.
  private func register(around page: UInt64) {
    let size: UInt64 = 4096 << 9, start = page & ~(size - 1)
    let whole = start != 0 && ranges.overlapping(start, start + size).isEmpty && HostMemory.isMapped(start, size)
    _ = ranges.cover(whole ? start : page, whole ? start + size : page + 4096, fresh)
  }
}
