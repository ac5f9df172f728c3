/* Virtual memory, pools, multicast, unified addressing, fabric. */
#ifndef CARMINE_DRIVER_API_VIRTUAL_H
#define CARMINE_DRIVER_API_VIRTUAL_H

#include "types.h"
#include "versions.h"

CARMINE_C_BEGIN

/* Addresses without memory, memory without address, and putting the two together. Sizes in bytes. */
CUresult CUDAAPI cuMemAddressReserve(
    CUdeviceptr *ptr, size_t size, size_t alignment, CUdeviceptr addr, unsigned long long flags);
CUresult CUDAAPI cuMemAddressFree(CUdeviceptr ptr, size_t size);

CUresult CUDAAPI cuMemCreate(
    CUmemGenericAllocationHandle *handle, size_t size, const CUmemAllocationProp *prop, unsigned long long flags);
CUresult CUDAAPI cuMemRelease(CUmemGenericAllocationHandle handle);

CUresult CUDAAPI cuMemMap(
    CUdeviceptr ptr, size_t size, size_t offset, CUmemGenericAllocationHandle handle, unsigned long long flags);
CUresult CUDAAPI cuMemMapArrayAsync(CUarrayMapInfo *mapInfoList, unsigned int count, CUstream hStream);
CUresult CUDAAPI cuMemUnmap(CUdeviceptr ptr, size_t size);
CUresult CUDAAPI cuMemSetAccess(CUdeviceptr ptr, size_t size, const CUmemAccessDesc *desc, size_t count);
CUresult CUDAAPI cuMemGetAccess(unsigned long long *flags, const CUmemLocation *location, CUdeviceptr ptr);

CUresult CUDAAPI cuMemExportToShareableHandle(
    void *shareableHandle, CUmemGenericAllocationHandle handle, CUmemAllocationHandleType handleType,
    unsigned long long flags);

CUresult CUDAAPI cuMemImportFromShareableHandle(
    CUmemGenericAllocationHandle *handle, void *osHandle, CUmemAllocationHandleType shHandleType);

CUresult CUDAAPI cuMemGetAllocationGranularity(
    size_t *granularity, const CUmemAllocationProp *prop, CUmemAllocationGranularity_flags option);
CUresult CUDAAPI cuMemGetAllocationPropertiesFromHandle(CUmemAllocationProp *prop, CUmemGenericAllocationHandle handle);
CUresult CUDAAPI cuMemRetainAllocationHandle(CUmemGenericAllocationHandle *handle, void *addr);

/* Stream-ordered allocation and its pools. */
CUresult CUDAAPI cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream);
CUresult CUDAAPI cuMemAllocAsync(CUdeviceptr *dptr, size_t bytesize, CUstream hStream);
CUresult CUDAAPI cuMemPoolTrimTo(CUmemoryPool pool, size_t minBytesToKeep);
CUresult CUDAAPI cuMemPoolSetAttribute(CUmemoryPool pool, CUmemPool_attribute attr, void *value);
CUresult CUDAAPI cuMemPoolGetAttribute(CUmemoryPool pool, CUmemPool_attribute attr, void *value);
CUresult CUDAAPI cuMemPoolSetAccess(CUmemoryPool pool, const CUmemAccessDesc *map, size_t count);
CUresult CUDAAPI cuMemPoolGetAccess(CUmemAccess_flags *flags, CUmemoryPool memPool, CUmemLocation *location);
CUresult CUDAAPI cuMemPoolCreate(CUmemoryPool *pool, const CUmemPoolProps *poolProps);
CUresult CUDAAPI cuMemPoolDestroy(CUmemoryPool pool);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemGetDefaultMemPool(CUmemoryPool *pool_out, CUmemLocation *location, CUmemAllocationType type);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemGetMemPool(CUmemoryPool *pool, CUmemLocation *location, CUmemAllocationType type);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemSetMemPool(CUmemLocation *location, CUmemAllocationType type, CUmemoryPool pool);
#endif
CUresult CUDAAPI cuMemAllocFromPoolAsync(CUdeviceptr *dptr, size_t bytesize, CUmemoryPool pool, CUstream hStream);

CUresult CUDAAPI cuMemPoolExportToShareableHandle(
    void *handle_out, CUmemoryPool pool, CUmemAllocationHandleType handleType, unsigned long long flags);

CUresult CUDAAPI cuMemPoolImportFromShareableHandle(
    CUmemoryPool *pool_out, void *handle, CUmemAllocationHandleType handleType, unsigned long long flags);
CUresult CUDAAPI cuMemPoolExportPointer(CUmemPoolPtrExportData *shareData_out, CUdeviceptr ptr);
CUresult CUDAAPI cuMemPoolImportPointer(CUdeviceptr *ptr_out, CUmemoryPool pool, CUmemPoolPtrExportData *shareData);

/* Memory that one store writes on several devices. */
CUresult CUDAAPI cuMulticastCreate(CUmemGenericAllocationHandle *mcHandle, const CUmulticastObjectProp *prop);
CUresult CUDAAPI cuMulticastAddDevice(CUmemGenericAllocationHandle mcHandle, CUdevice dev);

CUresult CUDAAPI cuMulticastBindMem(
    CUmemGenericAllocationHandle mcHandle, size_t mcOffset, CUmemGenericAllocationHandle memHandle,
    size_t memOffset, size_t size, unsigned long long flags);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMulticastBindMem_v2(
    CUmemGenericAllocationHandle mcHandle, CUdevice dev, size_t mcOffset, CUmemGenericAllocationHandle memHandle,
    size_t memOffset, size_t size, unsigned long long flags);
#endif

CUresult CUDAAPI cuMulticastBindAddr(
    CUmemGenericAllocationHandle mcHandle, size_t mcOffset, CUdeviceptr memptr, size_t size,
    unsigned long long flags);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMulticastBindAddr_v2(
    CUmemGenericAllocationHandle mcHandle, CUdevice dev, size_t mcOffset, CUdeviceptr memptr, size_t size,
    unsigned long long flags);
#endif
CUresult CUDAAPI cuMulticastUnbind(CUmemGenericAllocationHandle mcHandle, CUdevice dev, size_t mcOffset, size_t size);

CUresult CUDAAPI cuMulticastGetGranularity(
    size_t *granularity, const CUmulticastObjectProp *prop, CUmulticastGranularity_flags option);

/* Managed memory and what is known of a pointer. */
CUresult CUDAAPI cuPointerGetAttribute(void *data, CUpointer_attribute attribute, CUdeviceptr ptr);

#if CARMINE_CUDA < 13
CUresult CUDAAPI cuMemPrefetchAsync(CUdeviceptr devPtr, size_t count, CUdevice dstDevice, CUstream hStream);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemPrefetchAsync(
    CUdeviceptr devPtr, size_t count, CUmemLocation location, unsigned int flags, CUstream hStream);
#else
CUresult CUDAAPI cuMemPrefetchAsync_v2(
    CUdeviceptr devPtr, size_t count, CUmemLocation location, unsigned int flags, CUstream hStream);
#endif

#if CARMINE_CUDA < 13
CUresult CUDAAPI cuMemAdvise(CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUdevice device);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemAdvise(CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUmemLocation location);
#else
CUresult CUDAAPI cuMemAdvise_v2(CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUmemLocation location);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemPrefetchBatchAsync(
    CUdeviceptr *dptrs, size_t *sizes, size_t count, CUmemLocation *prefetchLocs, size_t *prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, CUstream hStream);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemDiscardBatchAsync(
    CUdeviceptr *dptrs, size_t *sizes, size_t count, unsigned long long flags, CUstream hStream);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemDiscardAndPrefetchBatchAsync(
    CUdeviceptr *dptrs, size_t *sizes, size_t count, CUmemLocation *prefetchLocs, size_t *prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, CUstream hStream);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuMemGetLocationInfo(
    CUdeviceptr ptr, size_t size, size_t summaryGranularity, size_t samplingGranularity,
    CUmemLocation *location_out);
#endif

CUresult CUDAAPI cuMemRangeGetAttribute(
    void *data, size_t dataSize, CUmem_range_attribute attribute, CUdeviceptr devPtr, size_t count);

CUresult CUDAAPI cuMemRangeGetAttributes(
    void **data, size_t *dataSizes, CUmem_range_attribute *attributes, size_t numAttributes, CUdeviceptr devPtr,
    size_t count);
CUresult CUDAAPI cuPointerSetAttribute(const void *value, CUpointer_attribute attribute, CUdeviceptr ptr);

CUresult CUDAAPI cuPointerGetAttributes(
    unsigned int numAttributes, CUpointer_attribute *attributes, void **data, CUdeviceptr ptr);

/* Devices that a fabric joins. */
#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuDeviceGetFabricClusterUuid(CUuuid *uuid, CUdevice dev);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuDeviceGetCliqueCount(size_t *count, CUdevice dev);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuDeviceGetCliqueInfo(CUcliqueInfo *cliqueInfo, size_t *count, CUdevice dev);
#endif

/* Endpoints of a fabric. */
#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointIdReserve(CUlogicalEndpointId *baseLeId, cuuint32_t count);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointIdRelease(CUlogicalEndpointId baseLeId, cuuint32_t count);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointCreate(CUlogicalEndpointId leId, const CUlogicalEndpointProp *prop);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointAddDevice(CUlogicalEndpointId leId, CUdevice dev);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointDestroy(CUlogicalEndpointId leId);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointBindAddr(
    CUlogicalEndpointId leId, CUdevice dev, cuuint64_t offset, void *ptr, cuuint64_t size,
    unsigned long long flags);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointBindMem(
    CUlogicalEndpointId leId, CUdevice dev, cuuint64_t offset, CUmemGenericAllocationHandle memHandle,
    cuuint64_t memOffset, cuuint64_t size, unsigned long long flags);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointUnbind(CUlogicalEndpointId leId, CUdevice dev, cuuint64_t offset, cuuint64_t size);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointExport(
    void *handle, CUlogicalEndpointId leId, CUlogicalEndpointIpcHandleType handleType);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointImport(
    CUlogicalEndpointId leId, const void *handle, CUlogicalEndpointIpcHandleType handleType);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointGetLimits(
    cuuint64_t *bindAlignment, cuuint64_t *maxSize, const CUlogicalEndpointProp *prop);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuLogicalEndpointQuery(CUlogicalEndpointId leId, cuuint32_t count, int *queryStatus);
#endif

/* Copies over a fabric. */
#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuFabricCpyBatchAsync(
    size_t numOps, CUDA_FABRIC_COPY_BATCH_OP *opList, unsigned long long flags, CUstream hStream);
#endif

CARMINE_C_END

#endif
