// cudaMemPoolGetAttribute, SetAttribute, TrimTo, GetAccess, SetAccess.
// Source: enum cudaMemPoolAttr and cudaMemAccessFlags, driver_types.h; CUDA Runtime API, "Stream Ordered Memory Allocator".
import GPU
import Synchronization

extension MemoryPool {
  /// A value and its type in C.
  public enum Attribute: Sendable, Equatable {
    case int(Int32)
    case bytes(UInt64)
  }

  /// Numbers of cudaMemPoolAttr.
  public func attribute(_ number: Int32) throws(CUDAError) -> Attribute {
    func flag(_ value: borrowing Atomic<Bool>) -> Attribute { .int(value.load(ordering: .relaxed) ? 1 : 0) }
    switch number {
    case 1: return flag(followsEvents)
    case 2: return flag(isOpportunistic)
    case 3: return flag(addsDependencies)
    case 4: return .bytes(releaseThreshold.load(ordering: .relaxed))
    case 5: return .bytes(reserved.load(ordering: .relaxed))
    case 6: return .bytes(reservedHigh.load(ordering: .relaxed))
    case 7: return .bytes(used.load(ordering: .relaxed))
    case 8: return .bytes(usedHigh.load(ordering: .relaxed))
    case 9: return .int(kind.rawValue)
    case 10: return .int(handleTypes)
    case 11: return .int(location.id)
    case 12: return .int(location.kind.rawValue)
    case 13: return .bytes(maximumBytes)
    case 14: return .int(0)    // no decompression engine
    case 15: return .int(-1)   // of the whole device
    default: throw .invalidValue.because("memory pool attribute \(number)")
    }
  }

  /// Whether an attribute's C type is int.
  public static func isInt(_ number: Int32) -> Bool { (1...3).contains(number) || (9...12).contains(number) || number > 13 }

  /// High-water marks can only be set to 0, which has them begin again.
  public func setAttribute(_ number: Int32, _ value: UInt64) throws(CUDAError) {
    switch number {
    case 1: followsEvents.store(value != 0, ordering: .relaxed)
    case 2: isOpportunistic.store(value != 0, ordering: .relaxed)
    case 3: addsDependencies.store(value != 0, ordering: .relaxed)
    case 4: releaseThreshold.store(value, ordering: .relaxed)
    case 6 where value == 0: reservedHigh.store(reserved.load(ordering: .relaxed), ordering: .relaxed)
    case 8 where value == 0: usedHigh.store(used.load(ordering: .relaxed), ordering: .relaxed)
    default: throw .invalidValue.because("memory pool attribute \(number) cannot be set to \(value)")
    }
  }

  /// cudaMemPoolTrimTo: gives unused memory back until at most `byteCount` bytes are reserved.
  public func trim(to byteCount: Int) { releaseUnused(keeping: UInt64(max(byteCount, 0))) }

  /// cudaMemPoolGetAccess: 0 none, 1 read, 3 read and write.
  public func access(from place: MemoryLocation) throws(CUDAError) -> Int32 {
    switch place.kind {
    case .device:
      let asking = try accessingDevice(place)
      if kind == .pinned && !location.isHost && asking === device { return 3 }
    case .host, .hostNUMA, .hostNUMACurrent: if location.isHost { return 3 }
    default: throw .invalidValue.because("location type \(place.kind.rawValue)")
    }
    return lock.withLock { access[place.deviceNumber] ?? 0 }
  }

  /// Other devices that have access to the pool's device memory.
  var peers: [Device] {
    guard heap == .deviceLocal, let devices = try? Runtime.devices() else { return [] }
    let given = lock.withLock { access }
    return devices.filter { $0 !== device && given[Int32($0.ordinal)] ?? 0 != 0 }
  }

  private func accessingDevice(_ place: MemoryLocation) throws(CUDAError) -> Device {
    guard let device = try? Runtime.device(Int(place.id)) else { throw .invalidValue.because("there is no device \(place.id)") }
    return device
  }

  /// cudaMemPoolSetAccess, one descriptor: another device's kernels may use what the pool has and what it will have, or fault there.
  public func setAccess(_ place: MemoryLocation, _ flags: Int32) throws(CUDAError) {
    guard flags == 0 || flags == 1 || flags == 3 else { throw .invalidValue.because("access flags \(flags)") }
    guard flags != 1 else { throw .notSupported.because("access for reading alone") }
    if place.isHost {
      guard location.isHost || kind == .managed else { throw .notSupported.because("the host and a pool of device memory") }
      return
    }
    guard place.kind == .device else { throw .invalidValue.because("location type \(place.kind.rawValue)") }
    let asking = try Runtime.device(Int(place.id))
    if !location.isHost && kind == .pinned && asking === device {
      guard flags == 3 else { throw .invalidDevice.because("a device always reads and writes its own pool") }
      return
    }
    if flags != 0 && !location.isHost && kind == .pinned {
      guard asking.canAccess(peer: device) else { throw .notSupported.because("device \(place.id) does not reach the memory of device \(device.ordinal)") }
    }
    if heap == .deviceLocal {
      if flags != 0 {
        try device.primaryContext().translating { () throws(GPUError) in try device.gpu.admit(asking.gpu, group: group) }
      } else if lock.withLock({ access[place.deviceNumber] ?? 0 }) != 0 {
        // Its kernels may be using the memory now.
        if let context = asking.contextIfAny { try context.finish() }
        try device.primaryContext().translating { () throws(GPUError) in try device.gpu.dismiss(asking.gpu, group: group) }
      }
    }
    lock.withLock { access[place.deviceNumber] = flags }
  }
}
