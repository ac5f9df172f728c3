// The kernel's state of one process: devices, events, allocations, queues.  It outlives every descriptor, as amdkfd's does
// until the address space goes; a forked child begins with a new one.
// Threads: any; `lock` guards everything but the events, which have their own.
import CKFD
import CSoftGPU
import Glibc
import Settings

final class SoftProcess: @unchecked Sendable {
  let pid = getpid()
  let lock = Lock()
  let devices: [SoftDevice]
  let events = Events()
  let sysfs: Sysfs
  let backing: Backing?
  /// GTT and user pointers together, as the driver limits them: 15/16 of the host's memory.
  let systemMemoryLimit: UInt64
  var systemMemoryUsed: UInt64 = 0
  var allocations: [UInt64: Allocation] = [:]
  var queues: [UInt32: ComputeQueue] = [:]
  var nextAllocation: UInt64 = 1
  var runtimeEnabled = false

  init() {
    let kind = Self.deviceKind()
    let count = Self.number(Switch.softCount, 1...64) ?? 1
    let memory = Self.number(Switch.softMemory, 1 << 20...1 << 46) ?? kind.localMemoryBytes
    devices = (0..<Int(count)).map { SoftDevice(kind: kind, index: $0, memoryBytes: memory & ~4095) }
    backing = Backing()
    let pages = UInt64(max(sysconf(Int32(_SC_PHYS_PAGES)), 0)), pageBytes = UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 4096))
    systemMemoryLimit = pages * pageBytes / 16 * 15
    sysfs = Sysfs(devices: devices, hostMemory: pages * pageBytes)
  }

  private static func deviceKind() -> DeviceKind {
    guard let name = Switch.softGPU.text else { return .mi300x }
    if let kind = DeviceKind.all.first(where: { $0.name == name }) { return kind }
    let names = DeviceKind.all.map(\.name).joined(separator: ", ")
    Log.always("CARMINE_SOFT_GPU=\(name) is not known (\(names)); being \(DeviceKind.mi300x.name)")
    return .mi300x
  }

  private static func number(_ setting: Switch, _ range: ClosedRange<UInt64>) -> UInt64? {
    guard let text = setting.text else { return nil }
    if let value = setting.number, range.contains(value) { return value }
    Log.always("\(setting.name)=\(text) is not usable (\(setting.choices), \(range.lowerBound) to \(range.upperBound)); using \(setting.defaultValue)")
    return nil
  }

  func device(_ gpuID: UInt32) -> SoftDevice? { gpuID == 0 ? nil : devices.first { $0.gpuID == gpuID } }

  /// The device's doorbell page, made on first use.
  func doorbells(of device: SoftDevice) -> Extent? {
    if device.doorbells == nil {
      device.doorbells = backing?.allocate(SoftDevice.doorbellBytes)
      if let extent = device.doorbells { memset(extent.host, 0xff, Int(extent.size)) }     // ~0: never rung
    }
    return device.doorbells
  }
}
