// Execution contexts and the resources that green contexts are made from.
// Source: CUDA Runtime API, "Execution Context Management".
import CCUDA
import CUDA

@c(carmine_rt_cudaDeviceGetDevResource)
public func cudaDeviceGetDevResource(_ ordinal: Int32, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let device = try Runtime.device(Int(ordinal)), result = try out(result, "resource")
    result.pointee = deviceResource(device, try resourceType(type))
  }
}

@c(carmine_rt_cudaDevSmResourceSplitByCount)
public func cudaDevSmResourceSplitByCount(
  _ results: ResourcePointer?, _ number: UnsafeMutablePointer<UInt32>?, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?,
  _ flags: UInt32, _ minimum: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try splitByCount(results, number, input, rest, flags, minimum) }
}

@c(carmine_rt_cudaDevSmResourceSplit)
public func cudaDevSmResourceSplit(
  _ results: ResourcePointer?, _ number: UInt32, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?, _ flags: UInt32,
  _ parameters: UnsafeMutablePointer<carmine_sm_group>?
) -> Int32 {
  entry { () throws(CUDAError) in try split(results, number, input, rest, flags, parameters) }
}

@c(carmine_rt_cudaDevResourceGenerateDesc)
public func cudaDevResourceGenerateDesc(_ result: PointerResult?, _ resources: UnsafePointer<carmine_dev_resource>?, _ number: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try describe(result, resources, number) }
}

@c(carmine_rt_cudaGreenCtxCreate)
public func cudaGreenCtxCreate(_ result: PointerResult?, _ description: UnsafeMutableRawPointer?, _ ordinal: Int32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "phCtx"), description = try ResourceDescription.find(description)
    try reserved(flags)
    result.pointee = try ExecutionContext.green(description, on: Runtime.device(Int(ordinal)).primaryContext()).handle
  }
}

@c(carmine_rt_cudaExecutionCtxDestroy)
public func cudaExecutionCtxDestroy(_ context: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExecutionContext.find(context).destroy() }
}

@c(carmine_rt_cudaDeviceGetExecutionCtx)
public func cudaDeviceGetExecutionCtx(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ctx")
    result.pointee = ExecutionContext.primary(of: try Runtime.device(Int(ordinal)).primaryContext()).handle
  }
}

@c(carmine_rt_cudaExecutionCtxGetDevResource)
public func cudaExecutionCtxGetDevResource(_ context: UnsafeMutableRawPointer?, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let context = try ExecutionContext.find(context), result = try out(result, "resource")
    result.pointee = contextResource(context, try resourceType(type))
  }
}

@c(carmine_rt_cudaExecutionCtxGetDevice)
public func cudaExecutionCtxGetDevice(_ result: UnsafeMutablePointer<Int32>?, _ context: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "device").pointee = Int32(ExecutionContext.find(context).context.device.ordinal) }
}

@c(carmine_rt_cudaExecutionCtxGetId)
public func cudaExecutionCtxGetId(_ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "ctxId").pointee = ExecutionContext.find(context).id }
}

@c(carmine_rt_cudaExecutionCtxStreamCreate)
public func cudaExecutionCtxStreamCreate(_ result: PointerResult?, _ context: UnsafeMutableRawPointer?, _ flags: UInt32, _ priority: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "phStream")
    result.pointee = try ExecutionContext.find(context).makeStream(flags: flags, priority: Int(priority)).handle
  }
}

@c(carmine_rt_cudaExecutionCtxSynchronize)
public func cudaExecutionCtxSynchronize(_ context: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExecutionContext.find(context).synchronize() }
}

@c(carmine_rt_cudaExecutionCtxRecordEvent)
public func cudaExecutionCtxRecordEvent(_ context: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExecutionContext.find(context).record(Event.event(event)) }
}

@c(carmine_rt_cudaExecutionCtxWaitEvent)
public func cudaExecutionCtxWaitEvent(_ context: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExecutionContext.find(context).wait(for: Event.event(event)) }
}

@c(carmine_rt_cudaStreamGetDevResource)
public func cudaStreamGetDevResource(_ stream: UnsafeMutableRawPointer?, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream), result = try out(result, "resource")
    result.pointee = try streamResource(stream, type)
  }
}
