// A synchronisation object of another driver or process, by its descriptor.  The GPU's queues cannot wait for it: the host looks.
// Threads: any.

public final class SyncObject: Sendable {
  private let device: Device
  private let handle: UInt32

  /// The descriptor stays the caller's.  Throws when it is of something else.
  public init(_ descriptor: Int32, on device: Device) throws(GPUError) {
    self.device = device
    do { handle = try device.system.driver.syncObject(of: descriptor, renderNode: device.renderDescriptor) } catch { throw GPUError(error) }
  }

  deinit { device.system.driver.destroySyncObject(handle, renderNode: device.renderDescriptor) }

  /// Point 0 means the object as a whole, which is no timeline.
  public func isSignaled(_ point: UInt64) -> Bool { device.system.driver.isSignaled(handle, point: point, renderNode: device.renderDescriptor) }
  public func signal(_ point: UInt64) { device.system.driver.signalSyncObject(handle, point: point, renderNode: device.renderDescriptor) }
  public func reset() { device.system.driver.resetSyncObject(handle, renderNode: device.renderDescriptor) }
}
