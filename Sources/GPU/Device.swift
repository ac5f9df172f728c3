// The seam that CUDA is written against; its parts come with the KFD module.
public final class Device: @unchecked Sendable {
  public let node: Node
  init(node: Node) { self.node = node }
  public static func openAll() throws(GPUError) -> [Device] { throw GPUError(.noDevice, "the GPU module cannot open devices yet") }
  public var fault: FaultKind { .none }
  public func allocate(_ byteCount: UInt64, heap: Heap, flags: UInt32 = 0, isInternal: Bool = false) throws(GPUError) -> UnsafeMutableRawPointer { fatalError() }
  public func free(_ address: UInt64) throws(GPUError) { fatalError() }
  public func allocation(containing address: UInt64) -> Allocation? { fatalError() }
  public func programAllocations() -> [UInt64] { fatalError() }
  public func register(_ host: UnsafeMutableRawPointer, byteCount: UInt64, flags: UInt32) throws(GPUError) -> UInt64 { fatalError() }
  public func memory() throws(GPUError) -> (free: UInt64, total: UInt64) { fatalError() }
  public func makeTimeline(priority: Int) throws(GPUError) -> Timeline { fatalError() }
  public func retire(_ timestamp: Timestamp) { fatalError() }
  public var clockFrequency: UInt64 { fatalError() }
  public var faultCellAddress: UInt64 { fatalError() }
}
public struct Timestamp: @unchecked Sendable { public var isComplete: Bool { fatalError() }; public var ticks: UInt64? { fatalError() } }
public final class Timeline: @unchecked Sendable {
  init() {}
  public var submitted: UInt64 { fatalError() }
  public func isComplete(_ position: UInt64) -> Bool { fatalError() }
  public func wait(for position: UInt64) throws(GPUError) { fatalError() }
  public func wait(for timestamp: Timestamp) throws(GPUError) { fatalError() }
  public func enqueueWait(on other: Timeline, position: UInt64) throws(GPUError) { fatalError() }
  public func enqueueTimestamp() throws(GPUError) -> Timestamp { fatalError() }
  public func enqueueCopy(_ request: CopyRequest, mustRunNow: Bool) throws(GPUError) { fatalError() }
  public func enqueueFill(_ request: FillRequest) throws(GPUError) { fatalError() }
  public func enqueueHostFunction(_ body: @escaping @Sendable (FaultKind) -> Void) throws(GPUError) { fatalError() }
  public func whileIdle(_ body: () -> Void) { fatalError() }
  public func retire() { fatalError() }
  public func dispatch(kernelObject: UInt64, workgroup: (x: UInt16, y: UInt16, z: UInt16), grid: (x: UInt32, y: UInt32, z: UInt32), groupBytes: UInt32, privateBytes: UInt32, dimensions: UInt16, kernargSize: Int, fill: (UnsafeMutableRawPointer) -> Void) throws(GPUError) { fatalError() }
}
