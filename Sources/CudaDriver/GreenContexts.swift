// Green contexts, and what else is done to a context by its handle.  A CUgreenCtx is the runtime's execution context.
// Source: CUDA Driver API, "Green Contexts", "Context Management", "Peer Context Memory Access".
import CCUDA
import CUDA
import Cudart

/// CU_GREEN_CTX_DEFAULT_STREAM, which the driver API demands.
private let defaultStream: UInt32 = 1

@c(carmine_cu_cuGreenCtxCreate)
public func cuGreenCtxCreate(_ result: PointerResult?, _ description: UnsafeMutableRawPointer?, _ ordinal: Int32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "phCtx"), description = try ResourceDescription.find(description)
    guard flags == defaultStream else { throw .invalidValue.because("flags are \(flags), not CU_GREEN_CTX_DEFAULT_STREAM") }
    result.pointee = try ExecutionContext.green(description, on: Runtime.device(Int(ordinal)).primaryContext()).handle
  }
}

@c(carmine_cu_cuGreenCtxDestroy)
public func cuGreenCtxDestroy(_ context: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try ExecutionContext.find(context).destroy() }
}

@c(carmine_cu_cuGreenCtxGetDevResource)
public func cuGreenCtxGetDevResource(_ context: UnsafeMutableRawPointer?, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let context = try ExecutionContext.find(context), result = try out(result, "resource")
    result.pointee = contextResource(context, try resourceType(type))
  }
}

@c(carmine_cu_cuGreenCtxGetId)
public func cuGreenCtxGetId(_ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "greenCtxId").pointee = ExecutionContext.find(context).id }
}

@c(carmine_cu_cuGreenCtxRecordEvent)
public func cuGreenCtxRecordEvent(_ context: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try ExecutionContext.find(context).record(Event.event(event)) }
}

@c(carmine_cu_cuGreenCtxWaitEvent)
public func cuGreenCtxWaitEvent(_ context: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try ExecutionContext.find(context).wait(for: Event.event(event)) }
}

/// The one flag that a stream of a green context may and must have is CU_STREAM_NON_BLOCKING.
@c(carmine_cu_cuGreenCtxStreamCreate)
public func cuGreenCtxStreamCreate(_ result: PointerResult?, _ context: UnsafeMutableRawPointer?, _ flags: UInt32, _ priority: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "phStream")
    guard flags == 1 else { throw .invalidValue.because("flags are \(flags), not CU_STREAM_NON_BLOCKING") }
    result.pointee = try ExecutionContext.find(context).makeStream(flags: flags, priority: Int(priority)).handle
  }
}

/// Null for a stream of an ordinary context.
@c(carmine_cu_cuStreamGetGreenCtx)
public func cuStreamGetGreenCtx(_ stream: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "phCtx").pointee = current().stream(stream).execution?.handle }
}

@c(carmine_cu_cuStreamGetDevResource)
public func cuStreamGetDevResource(_ stream: UnsafeMutableRawPointer?, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let stream = try current().stream(stream), result = try out(result, "resource")
    result.pointee = try streamResource(stream, type)
  }
}

// MARK: - Contexts by handle; null is the current one

private func context(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Context {
  guard let handle else { return try current() }
  return try driverContext(handle).device.primaryContext()
}

@c(carmine_cu_cuCtxGetDevResource)
public func cuCtxGetDevResource(_ handle: UnsafeMutableRawPointer?, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let context = try context(handle), result = try out(result, "resource")
    result.pointee = contextResource(.primary(of: context), try resourceType(type))
  }
}

@c(carmine_cu_cuCtxRecordEvent)
public func cuCtxRecordEvent(_ handle: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try ExecutionContext.primary(of: context(handle)).record(Event.event(event)) }
}

@c(carmine_cu_cuCtxWaitEvent)
public func cuCtxWaitEvent(_ handle: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try ExecutionContext.primary(of: context(handle)).wait(for: Event.event(event)) }
}

@c(carmine_cu_cuCtxGetDevice_v2)
public func cuCtxGetDevice_v2(_ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "device").pointee = Int32(context(handle).device.ordinal) }
}

@c(carmine_cu_cuCtxSynchronize_v2)
public func cuCtxSynchronize_v2(_ handle: UnsafeMutableRawPointer?) -> Int32 { driver { () throws(CUDAError) in try context(handle).synchronize() } }

@c(carmine_cu_cuCtxSetFlags)
public func cuCtxSetFlags(_ flags: UInt32) -> Int32 { driver { () throws(CUDAError) in try current().setFlags(checking: flags) } }

@c(carmine_cu_cuCtxGetId)
public func cuCtxGetId(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "ctxId").pointee = ExecutionContext.primary(of: context(handle)).id }
}

@c(carmine_cu_cuCtxEnablePeerAccess)
public func cuCtxEnablePeerAccess(_ peer: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try reserved(flags)
    try current().enableAccess(to: driverContext(peer).device)
  }
}

@c(carmine_cu_cuCtxDisablePeerAccess)
public func cuCtxDisablePeerAccess(_ peer: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try current().disableAccess(to: driverContext(peer).device) }
}

@c(carmine_cu_cuStreamGetDevice)
public func cuStreamGetDevice(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "device").pointee = Int32(current().stream(stream).context.device.ordinal) }
}

/// One of the two is null: the context of a stream that belongs to a green context is that.
@c(carmine_cu_cuStreamGetCtx_v2)
public func cuStreamGetCtx_v2(_ stream: UnsafeMutableRawPointer?, _ result: PointerResult?, _ green: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pCtx"), green = try out(green, "pGreenCtx"), stream = try current().stream(stream)
    green.pointee = stream.execution?.handle
    result.pointee = green.pointee == nil ? primaryHandle(of: stream.context.device) : nil
  }
}
