// Contexts.  A device has one context here, its primary one, which is the runtime API's as well; cuCtxCreate gives a handle
// of its own to it.  Streams, memory and modules of all handles of a device are therefore the same.
// Threads: the current context and the stack below it are the calling thread's.
// Source: CUDA Driver API, "Context Management", "Primary Context Management".
import CCUDA
import CThreadLocal
import CUDA
import Cudart
import GPU
import ModuleLoading
import Synchronization

/// What a CUcontext points to.  Never freed: a handle that a program keeps too long is told by its `isLive`.
final class DriverContext: Sendable {
  let device: CUDA.Device
  let flags: UInt32
  let isPrimary: Bool
  let isLive = Atomic<Bool>(true)

  init(device: CUDA.Device, flags: UInt32, isPrimary: Bool) {
    self.device = device
    self.flags = flags
    self.isPrimary = isPrimary
  }

  var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

private struct Contexts {
  var all: [UInt: DriverContext] = [:]          // by handle; also those destroyed
  var primaries: [Int: DriverContext] = [:]     // by device
  var retained: [Int: Int] = [:]                // cuDevicePrimaryCtxRetain less Release
}
private let contexts = Mutex(Contexts())

private func primary(of device: CUDA.Device) -> DriverContext {
  contexts.withLock { contexts in
    if let found = contexts.primaries[device.ordinal] { return found }
    let made = DriverContext(device: device, flags: 0, isPrimary: true)
    contexts.primaries[device.ordinal] = made
    contexts.all[UInt(bitPattern: made.handle)] = made
    return made
  }
}

func driverContext(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> DriverContext {
  guard let found = contexts.withLock({ $0.all[UInt(bitPattern: handle)] }), found.isLive.load(ordering: .relaxed) else {
    throw .deviceUninitialized.because("\(String(describing: handle)) is no context")   // CUDA_ERROR_INVALID_CONTEXT
  }
  return found
}

/// The thread's current context: what it set, else the primary context of its device once that is in use, as after any
/// call of the runtime API.
private func currentHandle() throws(CUDAError) -> UnsafeMutableRawPointer? {
  if let set = CurrentThread.driverContext { return set }
  let device = try Runtime.device(CurrentThread.deviceOrdinal)
  return device.isPrimaryContextActive ? primary(of: device).handle : nil
}

/// The context that a driver call works in.  Throws CUDA_ERROR_INVALID_CONTEXT when there is none.
func current() throws(CUDAError) -> Context {
  guard let handle = try currentHandle() else {
    throw .deviceUninitialized.because("the thread has no current context: cuCtxCreate, cuCtxSetCurrent or cuDevicePrimaryCtxRetain comes first")
  }
  let context = try driverContext(handle).device.primaryContext()
  try context.check()
  return context
}

private func setCurrent(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) {
  if let handle { try CurrentThread.setDevice(driverContext(handle).device.ordinal) }
  CurrentThread.driverContext = handle
}

// MARK: - The stack

/// Contexts below the current one, deepest first; allocated at a thread's first push and small.
private final class ContextStack { var below: [UnsafeMutableRawPointer?] = [] }

private var stack: ContextStack {
  let state = carmine_thread_state_get()!
  if let existing = state.pointee.context_stack { return Unmanaged<ContextStack>.fromOpaque(existing).takeUnretainedValue() }
  let made = ContextStack()
  state.pointee.context_stack = Unmanaged.passRetained(made).toOpaque()
  return made
}

@c(carmine_cu_cuCtxPushCurrent_v2)
public func cuCtxPushCurrent_v2(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try driverContext(handle)
    stack.below.append(CurrentThread.driverContext)
    try setCurrent(handle)
  }
}

@c(carmine_cu_cuCtxPopCurrent_v2)
public func cuCtxPopCurrent_v2(_ result: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let handle = CurrentThread.driverContext else { throw .deviceUninitialized.because("there is no current context to pop") }
    result?.pointee = handle
    try setCurrent(stack.below.popLast() ?? nil)
  }
}

@c(carmine_cu_cuCtxGetCurrent)
public func cuCtxGetCurrent(_ result: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pctx").pointee = currentHandle() }
}

@c(carmine_cu_cuCtxSetCurrent)
public func cuCtxSetCurrent(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try setCurrent(handle) }
}

// MARK: - Making and ending

private func create(_ result: PointerResult?, _ flags: UInt32, _ ordinal: Int32) throws(CUDAError) {
  let result = try out(result, "pctx")
  guard flags & ~0xff == 0 else { throw .invalidValue.because("context flags are \(flags)") }
  let device = try Runtime.device(Int(ordinal))
  _ = try device.primaryContext()
  let made = DriverContext(device: device, flags: flags, isPrimary: false)
  contexts.withLock { $0.all[UInt(bitPattern: made.handle)] = made }
  stack.below.append(CurrentThread.driverContext)
  try setCurrent(made.handle)
  result.pointee = made.handle
}

@c(carmine_cu_cuCtxCreate_v2)
public func cuCtxCreate_v2(_ result: PointerResult?, _ flags: UInt32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try create(result, flags, ordinal) }
}

/// CUDA 13's form; `parameters` asks for parts of a device, which are absent.
@c(carmine_cu_cuCtxCreate_v4)
public func cuCtxCreate_v4(
  _ result: PointerResult?, _ parameters: UnsafeMutableRawPointer?, _ flags: UInt32, _ ordinal: Int32
) -> Int32 {
  driver { () throws(CUDAError) in
    guard parameters == nil else { throw .notSupported.because("contexts with parameters (execution affinity, CIG)") }
    try create(result, flags, ordinal)
  }
}

@c(carmine_cu_cuCtxDestroy_v2)
public func cuCtxDestroy_v2(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let context = try driverContext(handle)
    guard !context.isPrimary else { throw .deviceUninitialized.because("a primary context is released, not destroyed") }
    try context.device.primaryContext().synchronize()
    context.isLive.store(false, ordering: .relaxed)
    if CurrentThread.driverContext == handle { CurrentThread.driverContext = stack.below.popLast() ?? nil }
  }
}

@c(carmine_cu_cuDevicePrimaryCtxRetain)
public func cuDevicePrimaryCtxRetain(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pctx"), device = try Runtime.device(Int(ordinal))
    _ = try device.primaryContext()
    result.pointee = primary(of: device).handle
    contexts.withLock { $0.retained[device.ordinal, default: 0] += 1 }
  }
}

/// The context stays, for the runtime API shares it; only the count goes down.
@c(carmine_cu_cuDevicePrimaryCtxRelease_v2)
public func cuDevicePrimaryCtxRelease_v2(_ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let device = try Runtime.device(Int(ordinal))
    let wasRetained = contexts.withLock { contexts in
      guard let held = contexts.retained[device.ordinal], held > 0 else { return false }
      contexts.retained[device.ordinal] = held - 1
      return true
    }
    guard wasRetained else { throw .deviceUninitialized.because("the primary context of device \(ordinal) is not retained") }
  }
}

@c(carmine_cu_cuDevicePrimaryCtxReset_v2)
public func cuDevicePrimaryCtxReset_v2(_ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try Runtime.device(Int(ordinal)).primaryContext().reset() }
}

@c(carmine_cu_cuDevicePrimaryCtxGetState)
public func cuDevicePrimaryCtxGetState(
  _ ordinal: Int32, _ flags: UnsafeMutablePointer<UInt32>?, _ active: UnsafeMutablePointer<Int32>?
) -> Int32 {
  driver { () throws(CUDAError) in
    let flags = try out(flags, "flags"), active = try out(active, "active"), device = try Runtime.device(Int(ordinal))
    active.pointee = device.isPrimaryContextActive ? 1 : 0
    flags.pointee = device.isPrimaryContextActive ? try device.primaryContext().flags : 0
  }
}

@c(carmine_cu_cuDevicePrimaryCtxSetFlags_v2)
public func cuDevicePrimaryCtxSetFlags_v2(_ ordinal: Int32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try Runtime.device(Int(ordinal)).primaryContext().setFlags(checking: flags)
  }
}

// MARK: - Asking the current one

@c(carmine_cu_cuCtxGetDevice)
public func cuCtxGetDevice(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "device").pointee = Int32(current().device.ordinal) }
}

@c(carmine_cu_cuCtxGetFlags)
public func cuCtxGetFlags(_ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  driver { () throws(CUDAError) in
    let context = try current()
    let own = try currentHandle().map { (handle) throws(CUDAError) in try driverContext(handle) }
    try out(result, "flags").pointee = own.map { $0.isPrimary ? context.flags : $0.flags } ?? 0
  }
}

@c(carmine_cu_cuCtxGetApiVersion)
public func cuCtxGetApiVersion(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  driver { () throws(CUDAError) in
    if handle != nil { _ = try driverContext(handle) }
    try out(result, "version").pointee = UInt32(Runtime.runtimeVersion)
  }
}

@c(carmine_cu_cuCtxSynchronize)
public func cuCtxSynchronize() -> Int32 { driver { () throws(CUDAError) in try current().synchronize() } }

@c(carmine_cu_cuCtxGetStreamPriorityRange)
public func cuCtxGetStreamPriorityRange(_ least: UnsafeMutablePointer<Int32>?, _ greatest: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try current()
    least?.pointee = Int32(CUDA.Stream.priorityRange.least)
    greatest?.pointee = Int32(CUDA.Stream.priorityRange.greatest)
  }
}

@c(carmine_cu_cuCtxGetLimit)
public func cuCtxGetLimit(_ result: UnsafeMutablePointer<UInt>?, _ limit: Int32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pvalue").pointee = UInt(current().limit(Limit(rawValue: limit))) }
}

@c(carmine_cu_cuCtxSetLimit)
public func cuCtxSetLimit(_ limit: Int32, _ value: UInt) -> Int32 {
  driver { () throws(CUDAError) in try current().setLimit(Limit(rawValue: limit), to: count(value)) }
}

/// The handle of a device's primary context.
func primaryHandle(of device: CUDA.Device) -> UnsafeMutableRawPointer { primary(of: device).handle }
