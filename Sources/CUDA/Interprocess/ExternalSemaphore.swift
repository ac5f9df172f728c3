// Semaphores of another driver by their file descriptors, which on AMD GPUs are DRM's sync objects: binary ones, and timelines.
// Threads: any; an object does not change.
// Order: a signal in stream order; a wait delays what follows in its stream.  A binary semaphore is unsignalled by the wait that
// sees it; a timeline waits for a value.  The host does both, since an AMD GPU's compute queues know no sync objects.
// Source: CUDA Runtime API, "External Resource Interoperability"; drm_syncobj.c.
import GPU
import Glibc

public final class ExternalSemaphore: @unchecked Sendable {  // does not change, but for handle, set before anyone else sees it
  static let handles = HandleTable<ExternalSemaphore>(magic: 0x7370_6d65_7378_6163)
  let object: SyncObject
  let isTimeline: Bool
  public private(set) var handle: UnsafeMutableRawPointer! = nil

  /// cudaExternalSemaphoreHandleType.
  private enum HandleType { static let opaqueDescriptor: Int32 = 1, timelineDescriptor: Int32 = 9 }

  /// cudaImportExternalSemaphore: on success the descriptor is ours.
  public static func `import`(type: Int32, descriptor: Int32, flags: UInt32, in context: Context) throws(CUDAError) -> ExternalSemaphore {
    guard (1...10).contains(type) else { throw .invalidValue.because("handle type \(type)") }
    guard type == HandleType.opaqueDescriptor || type == HandleType.timelineDescriptor else {
      throw .notSupported.because("handle type \(type): file descriptors are what there is")
    }
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    let object: SyncObject
    do { object = try SyncObject(descriptor, on: context.gpu) } catch { throw .unknown.because("descriptor \(descriptor): \(error.message)") }
    close(descriptor)
    let semaphore = ExternalSemaphore(object, isTimeline: type == HandleType.timelineDescriptor)
    semaphore.handle = handles.issue(semaphore)
    return semaphore
  }

  private init(_ object: SyncObject, isTimeline: Bool) { (self.object, self.isTimeline) = (object, isTimeline) }

  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> ExternalSemaphore {
    guard let handle else { throw .invalidValue.because("the semaphore is null") }
    guard let semaphore = handles.object(for: handle) else { throw .invalidResourceHandle.because("no external semaphore has this handle") }
    return semaphore
  }

  public func destroy() throws(CUDAError) {
    guard Self.handles.revoke(handle) != nil else { throw .invalidResourceHandle.because("a destroyed semaphore") }
  }

  func signal(_ value: UInt64) { object.signal(isTimeline ? value : 0) }

  /// Whether a wait for `value` is over; a binary semaphore is taken by the first to ask.
  func tryWait(_ value: UInt64) -> Bool {
    guard object.isSignaled(isTimeline ? value : 0) else { return false }
    if !isTimeline { object.reset() }
    return true
  }
}

/// One semaphore of a call, and the value of its fence.
public typealias SemaphoreValue = (semaphore: ExternalSemaphore, value: UInt64)

extension Stream {
  /// cudaSignalExternalSemaphoresAsync.  A captured stream gets a node: `node` gives the program's arrays as it keeps them.
  public func signal(semaphores: [SemaphoreValue], node: (() throws(CUDAError) -> SemaphoreNode)? = nil) throws(CUDAError) {
    if isCaptured, let node {
      _ = try capture(.semaphoreSignal(try node()))
      return
    }
    try admit()
    for (semaphore, value) in semaphores {
      try gpuWork { () throws(GPUError) in try timeline.enqueueWrite { semaphore.signal(value) } }
    }
  }

  /// cudaWaitExternalSemaphoresAsync.
  public func wait(semaphores: [SemaphoreValue], node: (() throws(CUDAError) -> SemaphoreNode)? = nil) throws(CUDAError) {
    if isCaptured, let node {
      _ = try capture(.semaphoreWait(try node()))
      return
    }
    try admit()
    for (semaphore, value) in semaphores {
      try gpuWork { () throws(GPUError) in try timeline.enqueueWait { semaphore.tryWait(value) } }
    }
  }
}
