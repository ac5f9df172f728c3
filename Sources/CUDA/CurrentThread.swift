// What CUDA keeps per thread: the last error, the current device, pushed call configurations, the per-thread stream.
// Threads: each function speaks of the calling thread only.  Nothing here allocates, but for the first use of a per-thread
// stream.  Source: CUDA Runtime API, "Error Handling", "Device Management", and the launch protocol of nvcc's stubs.
import CCUDA
import CThreadLocal

public enum CurrentThread {
  @inlinable @inline(__always) static var state: UnsafeMutablePointer<carmine_thread_state> { carmine_thread_state_get() }

  // MARK: last error

  /// Remembers `error` as what cudaGetLastError returns; success and cudaErrorNotReady leave the last error as it is.
  public static func record(_ error: CUDAError) {
    if error.rawValue != 0 && error != .notReady { state.pointee.last_error = error.rawValue }
  }

  /// cudaPeekAtLastError: the last error of this thread.  A sticky error is not asked for here: it comes back with the next
  /// call that needs the device (recorded from NVIDIA's runtime, Tests/APIReference).
  public static func peekLastError() -> CUDAError { CUDAError(rawValue: state.pointee.last_error) }

  /// cudaGetLastError: the same, and forgets it.
  public static func takeLastError() -> CUDAError {
    let error = peekLastError()
    state.pointee.last_error = 0
    return error
  }

  /// Puts an earlier last error back, after a call that must not be seen to have failed.
  public static func restore(_ error: CUDAError) { state.pointee.last_error = error.rawValue }

  // MARK: device

  /// The current device's ordinal; at first 0, or what cudaSetValidDevices has at the head of its list.
  public static var deviceOrdinal: Int {
    let state = state
    return state.pointee.has_device != 0 ? Int(state.pointee.device) : ValidDevices.first.load(ordering: .relaxed)
  }

  /// cudaSetDevice.  Throws cudaErrorInvalidDevice, or why there is no device at all.
  public static func setDevice(_ ordinal: Int) throws(CUDAError) {
    let device = try Runtime.device(ordinal)
    if ordinal != deviceOrdinal { KnownLaunches.forgetThread() }
    state.pointee.device = Int32(ordinal)
    state.pointee.has_device = 1
    _ = try device.primaryContext()
  }

  /// Runs a program's host function or stream callback, in which CUDA may not be called.
  static func inHostFunction(_ body: () -> Void) {
    state.pointee.host_function_depth += 1
    body()
    state.pointee.host_function_depth -= 1
  }

  /// Throws cudaErrorNotPermitted in a host function or callback.
  @inline(__always)
  public static func mayCall() throws(CUDAError) {
    if state.pointee.host_function_depth > 0 { throw .notPermitted.because("a stream's host function calls CUDA") }
  }

  /// The current context, if this thread has used it before and nothing forbids using it now.  Contexts live as long as the process.
  @inline(__always)
  private static var readyContext: Unmanaged<Context>? {
    let state = state
    guard let context = state.pointee.ready_context, state.pointee.host_function_depth == 0,
      Int(state.pointee.ready_device) == (state.pointee.has_device != 0 ? Int(state.pointee.device) : ValidDevices.first.load(ordering: .relaxed))
    else { return nil }
    return .fromOpaque(context)
  }

  /// The stream of a handle where nothing is to be done but to find it: the legacy stream, or one that the program made, of a device that
  /// runs, in a thread that has used its current context before.  nil: ask `Context.stream`, which makes what is missing or says why not.
  /// A stream lives as long as its handle, so it is not retained.
  public static func readyStream(_ handle: UnsafeMutableRawPointer?, perThreadDefault: Bool) -> Unmanaged<Stream>? {
    guard let context = readyContext else { return nil }
    return context.borrow { context in
      guard context.constants.health.isRunning else { return nil }
      guard let handle, UInt(bitPattern: handle) > 2 else {
        return handle == nil && perThreadDefault || UInt(bitPattern: handle) == 2 ? nil : .passUnretained(context.legacyStream)
      }
      guard let stream = Stream.handles.unretained(for: handle) else { return nil }
      return stream.borrow { $0.execution == nil } ? stream : nil
    }
  }

  /// The current device's primary context, created at its first use.  Throws its sticky error if it has one, and
  /// cudaErrorNotPermitted in a host function.
  public static func context() throws(CUDAError) -> Context {
    try mayCall()
    let ordinal = deviceOrdinal
    let context = try Runtime.context(ordinal: ordinal)
    try context.check()
    let state = state
    state.pointee.ready_device = Int32(ordinal)
    state.pointee.ready_context = Unmanaged.passUnretained(context).toOpaque()
    return context
  }

  /// The driver API's current context; a handle that the CudaDriver front gives meaning to.
  public static var driverContext: UnsafeMutableRawPointer? {
    get { state.pointee.context }
    set { state.pointee.context = newValue }
  }

  // MARK: call configuration

  /// __cudaPushCallConfiguration.  False when launches are nested deeper than anything a compiler emits.
  @inlinable @inline(__always)
  public static func push(grid: carmine_dim3_words, block: carmine_dim3_words, dynamicSharedBytes: UInt, stream: UnsafeMutableRawPointer?) -> Bool {
    let depth = Int(state.pointee.call_configuration_count)
    guard depth < Int(CARMINE_CALL_CONFIGURATIONS) else { return false }
    slot(depth).pointee = carmine_call_configuration(
      grid_xy: grid.xy, block_xy: block.xy, grid_z: grid.z, block_z: block.z, dynamic_shared_bytes: Int(bitPattern: dynamicSharedBytes), stream: stream)
    state.pointee.call_configuration_count = Int32(truncatingIfNeeded: depth &+ 1)
    return true
  }

  /// __cudaPopCallConfiguration; what was pushed stands there until the thread pushes again.  nil when nothing was pushed.
  @inlinable @inline(__always)
  public static func popCallConfiguration() -> UnsafePointer<carmine_call_configuration>? {
    let depth = Int(state.pointee.call_configuration_count)
    guard depth > 0 else { return nil }
    state.pointee.call_configuration_count = Int32(truncatingIfNeeded: depth &- 1)
    return UnsafePointer(slot(depth &- 1))
  }

  @inlinable @inline(__always)
  static func slot(_ index: Int) -> UnsafeMutablePointer<carmine_call_configuration> {
    let offset = MemoryLayout<carmine_thread_state>.offset(of: \.call_configurations)!
    return (UnsafeMutableRawPointer(state) + offset).assumingMemoryBound(to: carmine_call_configuration.self) + index
  }
}
