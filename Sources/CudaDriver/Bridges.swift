// Pools, interprocess and external memory, arrays, devices, libraries, logs that are the runtime's by another name: the same arguments and layouts, another numbering of errors.
// Threads: as the runtime's.  Source: CUDA Driver API; each pair has one signature in cuda.h and cuda_runtime_api.h.
import CCUDA
import CUDA
import Cudart

@c(carmine_cu_cuStreamGetId)
public func cuStreamGetId(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  bridged { cudaStreamGetId(stream, result) }
}

@c(carmine_cu_cuStreamAddCallback)
public func cuStreamAddCallback(
  _ stream: UnsafeMutableRawPointer?, _ callback: StreamCallback?, _ data: UnsafeMutableRawPointer?, _ flags: UInt32
) -> Int32 {
  bridged { cudaStreamAddCallback(stream, callback, data, flags) }
}

@c(carmine_cu_cuStreamAttachMemAsync)
public func cuStreamAttachMemAsync(
  _ stream: UnsafeMutableRawPointer?, _ pointer: UnsafeMutableRawPointer?, _ length: UInt, _ flags: UInt32
) -> Int32 {
  bridged { cudaStreamAttachMemAsync(stream, pointer, length, flags) }
}

@c(carmine_cu_cuEventRecordWithFlags)
public func cuEventRecordWithFlags(_ event: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  bridged { cudaEventRecordWithFlags(event, stream, flags) }
}

@c(carmine_cu_cuMemHostGetFlags)
public func cuMemHostGetFlags(_ result: UnsafeMutablePointer<UInt32>?, _ host: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaHostGetFlags(result, host) }
}

@c(carmine_cu_cuMemPoolCreate)
public func cuMemPoolCreate(_ result: PointerResult?, _ properties: UnsafePointer<cudaMemPoolProps>?) -> Int32 {
  bridged { cudaMemPoolCreate(result, properties) }
}

@c(carmine_cu_cuMemPoolDestroy)
public func cuMemPoolDestroy(_ pool: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemPoolDestroy(pool) }
}

@c(carmine_cu_cuMemPoolSetAttribute)
public func cuMemPoolSetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemPoolSetAttribute(pool, attribute, pointer) }
}

@c(carmine_cu_cuMemPoolGetAttribute)
public func cuMemPoolGetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemPoolGetAttribute(pool, attribute, result) }
}

@c(carmine_cu_cuMemPoolSetAccess)
public func cuMemPoolSetAccess(_ pool: UnsafeMutableRawPointer?, _ list: UnsafePointer<cudaMemAccessDesc>?, _ size: UInt) -> Int32 {
  bridged { cudaMemPoolSetAccess(pool, list, size) }
}

@c(carmine_cu_cuMemPoolGetAccess)
public func cuMemPoolGetAccess(
  _ result: UnsafeMutablePointer<Int32>?, _ pool: UnsafeMutableRawPointer?, _ place: UnsafeMutablePointer<cudaMemLocation>?
) -> Int32 {
  bridged { cudaMemPoolGetAccess(result, pool, place) }
}

@c(carmine_cu_cuMemPoolTrimTo)
public func cuMemPoolTrimTo(_ pool: UnsafeMutableRawPointer?, _ size: UInt) -> Int32 {
  bridged { cudaMemPoolTrimTo(pool, size) }
}

@c(carmine_cu_cuMemPoolExportToShareableHandle)
public func cuMemPoolExportToShareableHandle(
  _ handle: UnsafeMutableRawPointer?, _ pool: UnsafeMutableRawPointer?, _ type: Int32, _ flags: UInt32
) -> Int32 {
  bridged { cudaMemPoolExportToShareableHandle(handle, pool, type, flags) }
}

@c(carmine_cu_cuMemPoolImportFromShareableHandle)
public func cuMemPoolImportFromShareableHandle(
  _ result: HandleResult?, _ handle: UnsafeMutableRawPointer?, _ type: Int32, _ flags: UInt32
) -> Int32 {
  bridged { cudaMemPoolImportFromShareableHandle(result, handle, type, flags) }
}

@c(carmine_cu_cuMemPoolExportPointer)
public func cuMemPoolExportPointer(_ data: UnsafeMutablePointer<cudaMemPoolPtrExportData>?, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemPoolExportPointer(data, pointer) }
}

@c(carmine_cu_cuMemPoolImportPointer)
public func cuMemPoolImportPointer(
  _ result: PointerResult?, _ pool: UnsafeMutableRawPointer?, _ data: UnsafeMutablePointer<cudaMemPoolPtrExportData>?
) -> Int32 {
  bridged { cudaMemPoolImportPointer(result, pool, data) }
}

@c(carmine_cu_cuDeviceGetDefaultMemPool)
public func cuDeviceGetDefaultMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  bridged { cudaDeviceGetDefaultMemPool(result, ordinal) }
}

@c(carmine_cu_cuDeviceGetMemPool)
public func cuDeviceGetMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  bridged { cudaDeviceGetMemPool(result, ordinal) }
}

@c(carmine_cu_cuDeviceSetMemPool)
public func cuDeviceSetMemPool(_ ordinal: Int32, _ pool: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaDeviceSetMemPool(ordinal, pool) }
}

@c(carmine_cu_cuMemAllocFromPoolAsync)
public func cuMemAllocFromPoolAsync(
  _ result: PointerResult?, _ size: UInt, _ pool: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMallocFromPoolAsync(result, size, pool, stream) }
}

@c(carmine_cu_cuIpcGetMemHandle)
public func cuIpcGetMemHandle(_ handle: UnsafeMutablePointer<cudaIpcMemHandle_t>?, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaIpcGetMemHandle(handle, pointer) }
}

@c(carmine_cu_cuIpcOpenMemHandle_v2)
public func cuIpcOpenMemHandle_v2(_ result: PointerResult?, _ handle: cudaIpcMemHandle_t, _ flags: UInt32) -> Int32 {
  bridged { cudaIpcOpenMemHandle(result, handle, flags) }
}

@c(carmine_cu_cuIpcCloseMemHandle)
public func cuIpcCloseMemHandle(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaIpcCloseMemHandle(pointer) }
}

@c(carmine_cu_cuIpcGetEventHandle)
public func cuIpcGetEventHandle(_ handle: UnsafeMutablePointer<cudaIpcEventHandle_t>?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaIpcGetEventHandle(handle, event) }
}

@c(carmine_cu_cuIpcOpenEventHandle)
public func cuIpcOpenEventHandle(_ result: HandleResult?, _ handle: cudaIpcEventHandle_t) -> Int32 {
  bridged { cudaIpcOpenEventHandle(result, handle) }
}

@c(carmine_cu_cuImportExternalMemory)
public func cuImportExternalMemory(_ result: HandleResult?, _ description: UnsafePointer<cudaExternalMemoryHandleDesc>?) -> Int32 {
  bridged { cudaImportExternalMemory(result, description) }
}

@c(carmine_cu_cuExternalMemoryGetMappedBuffer)
public func cuExternalMemoryGetMappedBuffer(
  _ result: PointerResult?, _ memory: UnsafeMutableRawPointer?, _ description: UnsafePointer<cudaExternalMemoryBufferDesc>?
) -> Int32 {
  bridged { cudaExternalMemoryGetMappedBuffer(result, memory, description) }
}

@c(carmine_cu_cuDestroyExternalMemory)
public func cuDestroyExternalMemory(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaDestroyExternalMemory(memory) }
}

@c(carmine_cu_cuImportExternalSemaphore)
public func cuImportExternalSemaphore(_ result: HandleResult?, _ description: UnsafePointer<cudaExternalSemaphoreHandleDesc>?) -> Int32 {
  bridged { cudaImportExternalSemaphore(result, description) }
}

@c(carmine_cu_cuDestroyExternalSemaphore)
public func cuDestroyExternalSemaphore(_ semaphore: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaDestroyExternalSemaphore(semaphore) }
}

@c(carmine_cu_cuMemRangeGetAttribute)
public func cuMemRangeGetAttribute(
  _ data: UnsafeMutableRawPointer?, _ size: UInt, _ attribute: Int32, _ pointer: UnsafeRawPointer?, _ count: UInt
) -> Int32 {
  bridged { cudaMemRangeGetAttribute(data, size, attribute, pointer, count) }
}

@c(carmine_cu_cuMemRangeGetAttributes)
public func cuMemRangeGetAttributes(
  _ data: PointerList?, _ sizes: UnsafePointer<UInt>?, _ attributes: UnsafePointer<Int32>?, _ attributeCount: UInt, _ pointer: UnsafeRawPointer?, _ count: UInt
) -> Int32 {
  bridged { cudaMemRangeGetAttributes(data, sizes, attributes, attributeCount, pointer, count) }
}

@c(carmine_cu_cuArrayDestroy)
public func cuArrayDestroy(_ array: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaFreeArray(array) }
}

@c(carmine_cu_cuMipmappedArrayDestroy)
public func cuMipmappedArrayDestroy(_ array: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaFreeMipmappedArray(array) }
}

@c(carmine_cu_cuMipmappedArrayGetLevel)
public func cuMipmappedArrayGetLevel(_ result: HandleResult?, _ array: UnsafeMutableRawPointer?, _ level: UInt32) -> Int32 {
  bridged { cudaGetMipmappedArrayLevel(result, array, level) }
}

@c(carmine_cu_cuArrayGetPlane)
public func cuArrayGetPlane(_ result: HandleResult?, _ array: UnsafeMutableRawPointer?, _ plane: UInt32) -> Int32 {
  bridged { cudaArrayGetPlane(result, array, plane) }
}

@c(carmine_cu_cuArrayGetMemoryRequirements)
public func cuArrayGetMemoryRequirements(
  _ result: UnsafeMutablePointer<cudaArrayMemoryRequirements>?, _ array: UnsafeMutableRawPointer?, _ device: Int32
) -> Int32 {
  bridged { cudaArrayGetMemoryRequirements(result, array, device) }
}

@c(carmine_cu_cuMipmappedArrayGetMemoryRequirements)
public func cuMipmappedArrayGetMemoryRequirements(
  _ result: UnsafeMutablePointer<cudaArrayMemoryRequirements>?, _ array: UnsafeMutableRawPointer?, _ device: Int32
) -> Int32 {
  bridged { cudaMipmappedArrayGetMemoryRequirements(result, array, device) }
}

@c(carmine_cu_cuArrayGetSparseProperties)
public func cuArrayGetSparseProperties(
  _ result: UnsafeMutablePointer<cudaArraySparseProperties>?, _ array: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaArrayGetSparseProperties(result, array) }
}

@c(carmine_cu_cuMipmappedArrayGetSparseProperties)
public func cuMipmappedArrayGetSparseProperties(
  _ result: UnsafeMutablePointer<cudaArraySparseProperties>?, _ array: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMipmappedArrayGetSparseProperties(result, array) }
}

@c(carmine_cu_cuTexObjectDestroy)
public func cuTexObjectDestroy(_ object: UInt64) -> Int32 {
  bridged { cudaDestroyTextureObject(object) }
}

@c(carmine_cu_cuSurfObjectDestroy)
public func cuSurfObjectDestroy(_ object: UInt64) -> Int32 {
  bridged { cudaDestroySurfaceObject(object) }
}

@c(carmine_cu_cuFlushGPUDirectRDMAWrites)
public func cuFlushGPUDirectRDMAWrites(_ target: Int32, _ scope: Int32) -> Int32 {
  bridged { cudaDeviceFlushGPUDirectRDMAWrites(target, scope) }
}

@c(carmine_cu_cuCtxResetPersistingL2Cache)
public func cuCtxResetPersistingL2Cache() -> Int32 {
  bridged { cudaCtxResetPersistingL2Cache() }
}

@c(carmine_cu_cuCtxGetCacheConfig)
public func cuCtxGetCacheConfig(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  bridged { cudaDeviceGetCacheConfig(result) }
}

@c(carmine_cu_cuCtxSetCacheConfig)
public func cuCtxSetCacheConfig(_ configuration: Int32) -> Int32 {
  bridged { cudaDeviceSetCacheConfig(configuration) }
}

@c(carmine_cu_cuCtxGetSharedMemConfig)
public func cuCtxGetSharedMemConfig(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  bridged { cudaDeviceGetSharedMemConfig(result) }
}

@c(carmine_cu_cuCtxSetSharedMemConfig)
public func cuCtxSetSharedMemConfig(_ configuration: Int32) -> Int32 {
  bridged { cudaDeviceSetSharedMemConfig(configuration) }
}

@c(carmine_cu_cuGraphicsUnregisterResource)
public func cuGraphicsUnregisterResource(_ resource: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphicsUnregisterResource(resource) }
}

@c(carmine_cu_cuGraphicsMapResources)
public func cuGraphicsMapResources(_ count: Int32, _ resources: PointerResult?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphicsMapResources(count, resources, stream) }
}

@c(carmine_cu_cuGraphicsUnmapResources)
public func cuGraphicsUnmapResources(_ count: Int32, _ resources: PointerResult?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphicsUnmapResources(count, resources, stream) }
}

@c(carmine_cu_cuGraphicsResourceSetMapFlags_v2)
public func cuGraphicsResourceSetMapFlags_v2(_ resource: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  bridged { cudaGraphicsResourceSetMapFlags(resource, flags) }
}

@c(carmine_cu_cuGraphicsResourceGetMappedPointer_v2)
public func cuGraphicsResourceGetMappedPointer_v2(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ resource: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphicsResourceGetMappedPointer(pointer, size, resource) }
}

@c(carmine_cu_cuGraphicsSubResourceGetMappedArray)
public func cuGraphicsSubResourceGetMappedArray(
  _ array: PointerResult?, _ resource: UnsafeMutableRawPointer?, _ index: UInt32, _ level: UInt32
) -> Int32 {
  bridged { cudaGraphicsSubResourceGetMappedArray(array, resource, index, level) }
}

@c(carmine_cu_cuGraphicsResourceGetMappedMipmappedArray)
public func cuGraphicsResourceGetMappedMipmappedArray(_ array: PointerResult?, _ resource: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphicsResourceGetMappedMipmappedArray(array, resource) }
}

@c(carmine_cu_cuLaunchHostFunc_v2)
public func cuLaunchHostFunc_v2(
  _ stream: UnsafeMutableRawPointer?, _ function: HostFunction?, _ data: UnsafeMutableRawPointer?, _ syncMode: UInt32
) -> Int32 {
  bridged { cudaLaunchHostFunc_v2(stream, function, data, syncMode) }
}

@c(carmine_cu_cuDeviceCanAccessPeer)
public func cuDeviceCanAccessPeer(_ result: UnsafeMutablePointer<Int32>?, _ device: Int32, _ peer: Int32) -> Int32 {
  bridged(needsContext: false) { cudaDeviceCanAccessPeer(result, device, peer) }
}

@c(carmine_cu_cuDeviceGetP2PAttribute)
public func cuDeviceGetP2PAttribute(
  _ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ source: Int32, _ destination: Int32
) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetP2PAttribute(result, attribute, source, destination) }
}

@c(carmine_cu_cuDeviceGetP2PAtomicCapabilities)
public func cuDeviceGetP2PAtomicCapabilities(
  _ results: UnsafeMutablePointer<UInt32>?, _ operations: UnsafePointer<Int32>?, _ count: UInt32, _ source: Int32, _ destination: Int32
) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetP2PAtomicCapabilities(results, operations, count, source, destination) }
}

@c(carmine_cu_cuDeviceGetHostAtomicCapabilities)
public func cuDeviceGetHostAtomicCapabilities(
  _ results: UnsafeMutablePointer<UInt32>?, _ operations: UnsafePointer<Int32>?, _ count: UInt32, _ ordinal: Int32
) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetHostAtomicCapabilities(results, operations, count, ordinal) }
}

@c(carmine_cu_cuDeviceGetByPCIBusId)
public func cuDeviceGetByPCIBusId(_ result: UnsafeMutablePointer<Int32>?, _ text: UnsafePointer<CChar>?) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetByPCIBusId(result, text) }
}

@c(carmine_cu_cuDeviceRegisterAsyncNotification)
public func cuDeviceRegisterAsyncNotification(
  _ ordinal: Int32, _ function: AsyncCallback?, _ data: UnsafeMutableRawPointer?, _ result: PointerResult?
) -> Int32 {
  bridged(needsContext: false) { cudaDeviceRegisterAsyncNotification(ordinal, function, data, result) }
}

@c(carmine_cu_cuDeviceUnregisterAsyncNotification)
public func cuDeviceUnregisterAsyncNotification(_ ordinal: Int32, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  bridged(needsContext: false) { cudaDeviceUnregisterAsyncNotification(ordinal, handle) }
}

@c(carmine_cu_cuDeviceGetNvSciSyncAttributes)
public func cuDeviceGetNvSciSyncAttributes(_ list: UnsafeMutableRawPointer?, _ ordinal: Int32, _ flags: Int32) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetNvSciSyncAttributes(list, ordinal, flags) }
}

@c(carmine_cu_cuGetExportTable)
public func cuGetExportTable(_ result: UnsafeMutablePointer<UnsafeRawPointer?>?, _ identifier: UnsafePointer<cudaUUID_t>?) -> Int32 {
  bridged(needsContext: false) { cudaGetExportTable(result, identifier) }
}

@c(carmine_cu_cuLogsRegisterCallback)
public func cuLogsRegisterCallback(_ function: ErrorLog.Callback?, _ data: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  bridged(needsContext: false) { cudaLogsRegisterCallback(function, data, result) }
}

@c(carmine_cu_cuLogsUnregisterCallback)
public func cuLogsUnregisterCallback(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  bridged(needsContext: false) { cudaLogsUnregisterCallback(handle) }
}

@c(carmine_cu_cuLogsCurrent)
public func cuLogsCurrent(_ result: UnsafeMutablePointer<UInt32>?, _ flags: UInt32) -> Int32 {
  bridged(needsContext: false) { cudaLogsCurrent(result, flags) }
}

@c(carmine_cu_cuLogsDumpToFile)
public func cuLogsDumpToFile(_ iterator: UnsafeMutablePointer<UInt32>?, _ path: UnsafePointer<CChar>?, _ flags: UInt32) -> Int32 {
  bridged(needsContext: false) { cudaLogsDumpToFile(iterator, path, flags) }
}

@c(carmine_cu_cuLogsDumpToMemory)
public func cuLogsDumpToMemory(
  _ iterator: UnsafeMutablePointer<UInt32>?, _ buffer: UnsafeMutableRawPointer?, _ size: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> Int32 {
  bridged(needsContext: false) { cudaLogsDumpToMemory(iterator, buffer, size, flags) }
}

@c(carmine_cu_cuLibraryLoadData)
public func cuLibraryLoadData(
  _ result: PointerResult?, _ code: UnsafeRawPointer?, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ jitCount: UInt32, _ options: UnsafePointer<Int32>?, _ values: OptionValues?, _ count: UInt32
) -> Int32 {
  bridged(needsContext: false) { cudaLibraryLoadData(result, code, jit, jitValues, jitCount, options, values, count) }
}

@c(carmine_cu_cuLibraryLoadFromFile)
public func cuLibraryLoadFromFile(
  _ result: PointerResult?, _ file: UnsafePointer<CChar>?, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ jitCount: UInt32, _ options: UnsafePointer<Int32>?, _ values: OptionValues?, _ count: UInt32
) -> Int32 {
  bridged(needsContext: false) { cudaLibraryLoadFromFile(result, file, jit, jitValues, jitCount, options, values, count) }
}

@c(carmine_cu_cuLibraryUnload)
public func cuLibraryUnload(_ library: UnsafeMutableRawPointer?) -> Int32 {
  bridged(needsContext: false) { cudaLibraryUnload(library) }
}

@c(carmine_cu_cuLibraryGetKernel)
public func cuLibraryGetKernel(_ result: PointerResult?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) -> Int32 {
  bridged(needsContext: false) { cudaLibraryGetKernel(result, library, name) }
}

@c(carmine_cu_cuLibraryGetGlobal)
public func cuLibraryGetGlobal(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
) -> Int32 {
  bridged(needsContext: false) { cudaLibraryGetGlobal(pointer, size, library, name) }
}

@c(carmine_cu_cuLibraryGetManaged)
public func cuLibraryGetManaged(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
) -> Int32 {
  bridged(needsContext: false) { cudaLibraryGetManaged(pointer, size, library, name) }
}

@c(carmine_cu_cuLibraryGetUnifiedFunction)
public func cuLibraryGetUnifiedFunction(
  _ result: PointerResult?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
) -> Int32 {
  bridged(needsContext: false) { cudaLibraryGetUnifiedFunction(result, library, name) }
}

@c(carmine_cu_cuLibraryGetKernelCount)
public func cuLibraryGetKernelCount(_ result: UnsafeMutablePointer<UInt32>?, _ library: UnsafeMutableRawPointer?) -> Int32 {
  bridged(needsContext: false) { cudaLibraryGetKernelCount(result, library) }
}

@c(carmine_cu_cuLibraryEnumerateKernels)
public func cuLibraryEnumerateKernels(_ result: PointerResult?, _ most: UInt32, _ library: UnsafeMutableRawPointer?) -> Int32 {
  bridged(needsContext: false) { cudaLibraryEnumerateKernels(result, most, library) }
}

@c(carmine_cu_cuDeviceGetDevResource)
public func cuDeviceGetDevResource(_ ordinal: Int32, _ result: ResourcePointer?, _ type: Int32) -> Int32 {
  bridged(needsContext: false) { cudaDeviceGetDevResource(ordinal, result, type) }
}

@c(carmine_cu_cuDevSmResourceSplit)
public func cuDevSmResourceSplit(
  _ results: ResourcePointer?, _ number: UInt32, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?, _ flags: UInt32, _ parameters: UnsafeMutablePointer<carmine_sm_group>?
) -> Int32 {
  bridged(needsContext: false) { cudaDevSmResourceSplit(results, number, input, rest, flags, parameters) }
}

@c(carmine_cu_cuDevSmResourceSplitByCount)
public func cuDevSmResourceSplitByCount(
  _ results: ResourcePointer?, _ number: UnsafeMutablePointer<UInt32>?, _ input: UnsafePointer<carmine_dev_resource>?, _ rest: ResourcePointer?, _ flags: UInt32, _ minimum: UInt32
) -> Int32 {
  bridged(needsContext: false) { cudaDevSmResourceSplitByCount(results, number, input, rest, flags, minimum) }
}

@c(carmine_cu_cuDevResourceGenerateDesc)
public func cuDevResourceGenerateDesc(
  _ result: PointerResult?, _ resources: UnsafePointer<carmine_dev_resource>?, _ number: UInt32
) -> Int32 {
  bridged(needsContext: false) { cudaDevResourceGenerateDesc(result, resources, number) }
}
