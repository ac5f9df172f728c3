// cudaPointerGetAttributes: what is known about an address.  Source: struct cudaPointerAttributes, driver_types.h.
import GPU

public struct PointerAttributes: Sendable {
  /// enum cudaMemoryType.
  public enum MemoryType: Int32, Sendable { case unregistered = 0, host = 1, device = 2, managed = 3 }
  public var type: MemoryType
  public var device: Int32              // -2 (cudaInvalidDeviceId) for unregistered memory
  public var devicePointer: UInt        // 0: the device cannot reach it
  public var hostPointer: UInt          // 0: the program has no address for it
  public var rangeStart: UInt           // of the allocation (driver API)
  public var rangeSize: Int
  public var bufferID: UInt64

  public init(of pointer: UnsafeRawPointer?) {
    let address = UInt(bitPattern: pointer)
    guard let (owner, allocation) = Runtime.find(UInt64(address)) else {
      self.init(
        type: .unregistered, device: -2, devicePointer: 0, hostPointer: address, rangeStart: 0, rangeSize: 0, bufferID: 0)
      return
    }
    let isHostView = UInt64(address) &- allocation.hostAddress < allocation.byteCount
    let offset = UInt64(address) &- (isHostView ? allocation.hostAddress : allocation.deviceAddress)
    let type: MemoryType =
      switch allocation.heap {
      case .deviceLocal, .code, .imported: .device
      case .managed: .managed
      case .host, .registered, .importedHost: .host
      }
    self.init(
      type: type, device: Int32(owner.ordinal), devicePointer: UInt(allocation.deviceAddress + offset),
      hostPointer: type == .device ? 0 : UInt(allocation.hostAddress + offset), rangeStart: UInt(allocation.deviceAddress),
      rangeSize: Int(allocation.byteCount), bufferID: allocation.serial)
  }

  private init(
    type: MemoryType, device: Int32, devicePointer: UInt, hostPointer: UInt, rangeStart: UInt, rangeSize: Int, bufferID: UInt64
  ) {
    self.type = type; self.device = device; self.devicePointer = devicePointer; self.hostPointer = hostPointer
    self.rangeStart = rangeStart; self.rangeSize = rangeSize; self.bufferID = bufferID
  }
}
