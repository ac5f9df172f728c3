// The open kernel driver and what all GPUs of the process share: the event page, and host memory that each of them maps.
// Threads: any; immutable after `open`.  Source: linux/kfd_ioctl.h.
import CKFD
import Glibc
import KFD

public final class System: @unchecked Sendable {  // eventPage: set while opening; its handle: eventLock
  let driver: Driver
  let topology: Topology
  let gpuIDs: [UInt32]
  /// Of KFD's interface: 1.minorVersion.
  let minorVersion: UInt32
  private var eventPage: UnsafeMutableRawPointer?
  private var eventPageHandle: UInt64 = 0
  private let eventLock = Lock()

  /// Opens the kernel that CARMINE_DEVICE names and every GPU of its topology.
  static func open() throws(GPUError) -> (system: System, devices: [Device]) {
    do throws(KFDError) { return try System.open(kernel: openDefaultKernel()).get() } catch { throw GPUError(error, .noDevice) }
  }

  /// As above, on a kernel that the caller chose (tests).
  static func open(kernel: any Kernel) -> Result<(system: System, devices: [Device]), KFDError> {
    do throws(KFDError) {
      let driver = try Driver(kernel: kernel)
      let version = try driver.version()
      guard version.major == 1 else {
        throw KFDError("GET_VERSION", ENOTSUP, remedy: "KFD \(version.major).\(version.minor); version 1 is needed")
      }
      let topology = try topologyOf(kernel)
      let nodes = topology.gpus.enumerated().map { (source: $0.element, node: Node($0.element, ordinal: $0.offset)) }
      let system = System(driver: driver, topology: topology, gpuIDs: nodes.map(\.node.gpuID), minorVersion: version.minor)
      let apertures = try driver.apertures(nodeCount: topology.nodes.count)
      var opened: [(Node, Int32, kfd_process_device_apertures)] = []
      for (_, node) in nodes {
        let render = try driver.openRenderNode(UInt32(node.renderMinor))
        try driver.acquireVM(gpuID: node.gpuID, renderNode: render)
        guard let aperture = apertures.first(where: { $0.gpu_id == node.gpuID }) else {
          throw KFDError("GET_PROCESS_APERTURES_NEW", ENODEV, remedy: "no apertures for gpu_id \(node.gpuID)")
        }
        opened.append((node, render, aperture))
      }
      // Without it the driver keeps no debugger state for our queues; older drivers have not got the call.
      if version.minor >= 14 { _ = try? driver.runtimeEnable(modeMask: 1) }
      var devices: [Device] = []
      for (node, render, aperture) in opened {
        devices.append(try Device(system: system, node: node, renderDescriptor: render, apertures: aperture))
      }
      return .success((system, devices))
    } catch { return .failure(error) }
  }

  private static func topologyOf(_ kernel: some Kernel) throws(KFDError) -> Topology { try Topology(kernel: kernel) }

  private init(driver: Driver, topology: Topology, gpuIDs: [UInt32], minorVersion: UInt32) {
    self.minorVersion = minorVersion
    self.driver = driver
    self.topology = topology
    self.gpuIDs = gpuIDs
  }

  /// Bytes of the event page: 4096 mailboxes of 8 bytes.
  static let eventPageBytes: UInt64 = 0x8000

  /// Gives the driver memory for event mailboxes.  Called once, by the first device.
  func adoptEventPage(_ block: Block) {
    if eventPage == nil {
      eventPage = UnsafeMutableRawPointer(bitPattern: UInt(block.address))
      eventPageHandle = block.handle
    }
  }
  var hasEventPage: Bool { eventPage != nil }

  /// A signal event that resets itself when a wait sees it, and the address of its mailbox.
  func makeEvent() throws(KFDError) -> (id: UInt32, mailbox: UInt64) {
    try eventLock.withLock { () throws(KFDError) in
      let event = try driver.createEvent(.signal, autoReset: true, pageHandle: eventPageHandle)
      eventPageHandle = 0  // only the first creation may name the page
      return (event.id, UInt64(UInt(bitPattern: eventPage!)) + UInt64(event.slot) * 8)
    }
  }
}

extension GPUError {
  /// A kernel call's failure; running out of memory keeps its meaning whatever the call was for.
  init(_ error: KFDError, _ kind: Kind? = nil) {
    self.init(error.isOutOfMemory ? .outOfMemory : kind ?? .kernel(errno: error.errno), error.description)
  }
}
