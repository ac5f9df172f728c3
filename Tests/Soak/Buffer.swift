// Memory of one device as the soak uses it: allocated, mapped into this process at the device's address, mapped for devices.
// One thread owns a buffer.
import CKFD
import Glibc
import KFD

/// An address range that nobody else in the process has.
func reserve(_ bytes: Int) -> UnsafeMutableRawPointer {
  let memory = Glibc.mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
  guard let memory, memory != MAP_FAILED else { give(up: "no address space for \(bytes) bytes") }
  return memory
}

func give(up reason: String) -> Never {
  let line = "soak: \(reason) (process \(getpid()))\n"
  _ = write(2, line, line.utf8.count)
  _exit(1)
}

struct Buffer {
  enum Place: CaseIterable { case vram, gtt, host }
  let memory: UnsafeMutableRawPointer
  let bytes: Int
  let allocation: Allocation
  let devices: [UInt32]
  let driver: Driver

  var address: UInt64 { UInt64(UInt(bitPattern: memory)) }

  init(_ machine: Machine, _ device: Int, _ place: Place, bytes: Int, everywhere: Bool = false, executable: Bool = false) throws(KFDError) {
    let driver = machine.driver, gpu = machine.gpus[device]
    var flags: AllocationFlags = [.writable, .noSubstitute]
    if executable { flags.insert(.executable) }
    let rounded = (bytes + 4095) & ~4095
    let memory = reserve(rounded)
    let address = UInt64(UInt(bitPattern: memory))
    switch place {
    case .host:
      guard mprotect(memory, rounded, PROT_READ | PROT_WRITE) == 0 else { give(up: "mprotect of \(rounded) bytes") }
      allocation = try driver.allocate(
        gpuID: gpu.gpuID, gpuAddress: address, byteCount: UInt64(rounded), flags: flags.union([.userPointer, .coherent]), userPointer: address)
    case .vram, .gtt:
      flags.insert(place == .vram ? [.vram, .public] : [.gtt, .coherent])
      allocation = try driver.allocate(gpuID: gpu.gpuID, gpuAddress: address, byteCount: UInt64(rounded), flags: flags)
      let mapped = machine.kernel.mmap(
        memory, rounded, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, machine.renderNodes[device], Int64(bitPattern: allocation.mmapOffset))
      guard mapped == Int(bitPattern: memory) else { give(up: "mmap of a buffer: \(mapped)") }
    }
    devices = everywhere ? machine.gpus.map(\.gpuID) : [gpu.gpuID]
    try driver.mapToGPUs(handle: allocation.handle, gpuIDs: devices)
    self.memory = memory; self.bytes = rounded; self.driver = driver
  }

  func free() throws(KFDError) {
    try driver.unmapFromGPUs(handle: allocation.handle, gpuIDs: devices)
    try driver.free(handle: allocation.handle)
    munmap(memory, bytes)
  }
}

/// The process's devices.
struct Machine: @unchecked Sendable {
  let kernel: any Kernel
  let driver: Driver
  let gpus: [Node]
  let renderNodes: [Int32]

  init() throws(KFDError) {
    kernel = try openDefaultKernel()
    driver = try Driver(kernel: kernel)
    gpus = try Topology(kernel: kernel).gpus
    var nodes: [Int32] = []
    for gpu in gpus {
      let node = try driver.openRenderNode(gpu.drmRenderMinor)
      try driver.acquireVM(gpuID: gpu.gpuID, renderNode: node)
      nodes.append(node)
    }
    renderNodes = nodes
  }
}
