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
  let memory: MemoryAccounts
  /// Which version of the interface this driver has: 1000 × major + minor.
  let version: UInt64
  /// Buffers by their mmap offset; each takes itself out when it goes.
  var mappable: [UInt64: Unmanaged<BufferObject>] = [:]
  var allocations: [UInt64: Allocation] = [:]
  var queues: [UInt32: Queue] = [:]
  var nextAllocation: UInt64 = 1
  /// The allocation that a client gave as event page, which cannot be freed.
  var eventPageHandle: UInt64 = 0
  // Set by `init`, which they need to have ended.
  private(set) var svm: SVM! = nil
  private(set) var smi: SMIEvents! = nil
  private(set) var debugger: Debugger! = nil
  var suspensions: [UInt32: QueueSuspension] = [:]
  /// CRIU_OP has stopped the queues.
  var queuesPaused = false

  /// `given`, `strict`, `version`: the devices, their strictness and the interface's version, whatever the environment says.
  init(kinds given: [DeviceKind]? = nil, strict: Bool? = nil, version wanted: UInt64? = nil) {
    let kinds = given ?? Self.deviceKinds(), isStrict = strict ?? (Switch.softStrict.value == "1")
    let count = given?.count ?? Int(Self.number(Switch.softCount, 0...64) ?? UInt64(kinds.count))
    devices = (0..<count).map { index in
      let kind = kinds[index % kinds.count]
      return SoftDevice(kind: kind, index: index, memoryBytes: (Self.number(Switch.softMemory, 1 << 20...1 << 46) ?? kind.localMemoryBytes) & ~4095,
        isStrict: isStrict)
    }
    backing = Backing()
    let pages = UInt64(max(sysconf(Int32(_SC_PHYS_PAGES)), 0)), pageBytes = UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 4096))
    memory = MemoryAccounts(devices: devices, hostMemory: pages * pageBytes)
    version = wanted ?? Switch.softKFDVersion.number ?? 1017
    events.hasAges = version >= 1014
    sysfs = Sysfs(devices: devices, hostMemory: pages * pageBytes, version: version, hasSVM: Switch.softSVM.value != "0")
    svm = SVM(process: self)
    smi = SMIEvents(process: self)
    debugger = Debugger(process: self)
    for device in devices { device.process = self }
  }

  /// The models that CARMINE_SOFT_GPU names, as CARMINE_SOFT_CUS and CARMINE_SOFT_XCC change them.
  private static func deviceKinds() -> [DeviceKind] {
    let names = (Switch.softGPU.text ?? DeviceKind.mi300x.name).split(separator: ",").map(String.init)
    let known = DeviceKind.all.map(\.name).joined(separator: ", ")
    var kinds = names.map { name -> DeviceKind in
      if let kind = DeviceKind.all.first(where: { $0.name == name }) { return kind }
      Log.always("CARMINE_SOFT_GPU=\(name) is not known (\(known)); being \(DeviceKind.mi300x.name)")
      return .mi300x
    }
    if kinds.isEmpty { kinds = [.mi300x] }
    let units = number(Switch.softComputeUnits, 1...4096).map { Int($0) }, xccs = Switch.softXCC.value.flatMap { Int($0) }
    return kinds.map { kind in
      // A count of XCCs that a part hasn't got says nothing about it in a mixed list.
      let dies = xccs.flatMap { kind.xccChoices.contains($0) ? $0 : nil }
      if let xccs, dies == nil { Log.info("CARMINE_SOFT_XCC=\(xccs) does not apply to \(kind.name)") }
      if let changed = kind.with(computeUnits: units, xccs: dies) { return changed }
      Log.always("CARMINE_SOFT_CUS=\(units ?? 0) is not usable for \(kind.name) (1 to \(kind.computeUnits), a multiple of its \(dies ?? 1) XCCs); using \(kind.computeUnits)")
      return kind.with(computeUnits: nil, xccs: dies) ?? kind
    }
  }

  private static func number(_ setting: Switch, _ range: ClosedRange<UInt64>) -> UInt64? {
    guard let text = setting.text else { return nil }
    if let value = setting.number, range.contains(value) { return value }
    Log.always("\(setting.name)=\(text) is not usable (\(setting.choices), \(range.lowerBound) to \(range.upperBound)); using \(setting.defaultValue)")
    return nil
  }

  /// A file of the tree as stat(2) shows it; of nothing, all zeros.
  func status(of path: String) -> FileStatus {
    guard case .node(_, let node) = sysfs.tree.find(path) else { return FileStatus(inode: 0, mode: 0) }
    return sysfs.tree.status(node)
  }

  func device(_ gpuID: UInt32) -> SoftDevice? { gpuID == 0 ? nil : devices.first { $0.gpuID == gpuID } }

  /// Where in which file a mapping of a render node begins: a buffer from its beginning or a page inside, and no further than
  /// its end.  Under the lock.
  func bufferFile(of device: SoftDevice, at offset: UInt64, _ length: Int) -> (descriptor: Int32, offset: Int64)? {
    let object = mappable[offset]?.takeUnretainedValue() ?? mappable.values.lazy.map { $0.takeUnretainedValue() }.first {
      $0.mmapOffset <= offset && offset < $0.mmapOffset + $0.size
    }
    guard let object, let extent = object.extent, object.device === device || object.isForeign else { return nil }
    guard UInt64(length).pageRounded <= extent.offset + extent.size - offset else { return nil }
    return (extent.file, Int64(extent.fileOffset + (offset - extent.offset)))
  }

  /// The HDP flush registers as a page, made on first use.
  func remappedRegisters(of device: SoftDevice) -> Extent? {
    if device.mmioRemap == nil { device.mmioRemap = backing?.allocate(Backing.pageSize) }
    return device.mmioRemap
  }

  /// The device's doorbell page, made on first use.
  func doorbells(of device: SoftDevice) -> Extent? {
    if device.doorbells == nil {
      device.doorbells = backing?.allocate(SoftDevice.doorbellBytes)
      if let extent = device.doorbells { memset(extent.host, 0xff, Int(extent.size)) }     // ~0: never rung
    }
    return device.doorbells
  }
}
