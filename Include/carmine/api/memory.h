/* Allocation, copies, fills, symbols, managed memory. */
#ifndef CARMINE_API_MEMORY_H
#define CARMINE_API_MEMORY_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* Memory that host and devices share; flags: cudaMemAttachGlobal or cudaMemAttachHost. */
extern __host__ cudaError_t CUDARTAPI cudaMallocManaged(
    void **devPtr, size_t size, unsigned int flags CARMINE_DEFAULT(cudaMemAttachGlobal));

/* Memory of the current device, `size` bytes, aligned to at least 256. cudaErrorMemoryAllocation when there is not
   enough. */
extern __host__ cudaError_t CUDARTAPI cudaMalloc(void **devPtr, size_t size);

/* Host memory that the device can reach at full speed, `size` bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMallocHost(void **ptr, size_t size);

/* Rows of `width` bytes; `pitch` is the bytes from row to row. */
extern __host__ cudaError_t CUDARTAPI cudaMallocPitch(void **devPtr, size_t *pitch, size_t width, size_t height);

/* A 1D or 2D array, sizes in elements; height 0 for 1D. */
extern __host__ cudaError_t CUDARTAPI cudaMallocArray(
    cudaArray_t *array, const struct cudaChannelFormatDesc *desc, size_t width, size_t height CARMINE_DEFAULT(0),
    unsigned int flags CARMINE_DEFAULT(0));

/* Frees device memory after all work that may use it; null is allowed. */
extern __host__ cudaError_t CUDARTAPI cudaFree(void *devPtr);

/* Frees host memory of cudaMallocHost or cudaHostAlloc; null is allowed. */
extern __host__ cudaError_t CUDARTAPI cudaFreeHost(void *ptr);

/* Frees an array; null is allowed. */
extern __host__ cudaError_t CUDARTAPI cudaFreeArray(cudaArray_t array);

/* Frees a mipmapped array; null is allowed. */
extern __host__ cudaError_t CUDARTAPI cudaFreeMipmappedArray(cudaMipmappedArray_t mipmappedArray);

/* As cudaMallocHost, with cudaHostAlloc… flags. */
extern __host__ cudaError_t CUDARTAPI cudaHostAlloc(void **pHost, size_t size, unsigned int flags);

/* Makes memory of the host's own reachable for the device. cudaErrorHostMemoryAlreadyRegistered when it is. */
extern __host__ cudaError_t CUDARTAPI cudaHostRegister(void *ptr, size_t size, unsigned int flags);

/* Undoes cudaHostRegister. cudaErrorHostMemoryNotRegistered when nothing is to undo. */
extern __host__ cudaError_t CUDARTAPI cudaHostUnregister(void *ptr);

/* The address by which the device reaches host memory. `flags` is 0. */
extern __host__ cudaError_t CUDARTAPI cudaHostGetDevicePointer(void **pDevice, void *pHost, unsigned int flags);

/* The flags with which host memory was allocated. */
extern __host__ cudaError_t CUDARTAPI cudaHostGetFlags(unsigned int *pFlags, void *pHost);

/* Memory for width (bytes) x height x depth. */
extern __host__ cudaError_t CUDARTAPI cudaMalloc3D(struct cudaPitchedPtr *pitchedDevPtr, struct cudaExtent extent);

/* A 1D to 3D, layered or cube map array, sizes in elements. */
extern __host__ cudaError_t CUDARTAPI cudaMalloc3DArray(
    cudaArray_t *array, const struct cudaChannelFormatDesc *desc, struct cudaExtent extent,
    unsigned int flags CARMINE_DEFAULT(0));

/* An array with up to `numLevels` levels, each half of the one before. */
extern __host__ cudaError_t CUDARTAPI cudaMallocMipmappedArray(
    cudaMipmappedArray_t *mipmappedArray, const struct cudaChannelFormatDesc *desc, struct cudaExtent extent,
    unsigned int numLevels, unsigned int flags CARMINE_DEFAULT(0));

/* One level as an array, which lives as long as the whole. */
extern __host__ cudaError_t CUDARTAPI cudaGetMipmappedArrayLevel(
    cudaArray_t *levelArray, cudaMipmappedArray_const_t mipmappedArray, unsigned int level);

/* Copies a box between arrays and memory. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3D(const struct cudaMemcpy3DParms *p);

/* As cudaMemcpy3D, between devices. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DPeer(const struct cudaMemcpy3DPeerParms *p);

/* As cudaMemcpy3D, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DAsync(
    const struct cudaMemcpy3DParms *p, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpy3DPeer, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DPeerAsync(
    const struct cudaMemcpy3DPeerParms *p, cudaStream_t stream CARMINE_DEFAULT(0));

/* Free and total memory of the current device in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemGetInfo(size_t *free, size_t *total);

/* An array's format, sizes in elements and flags; outputs may be null. */
extern __host__ cudaError_t CUDARTAPI cudaArrayGetInfo(
    struct cudaChannelFormatDesc *desc, struct cudaExtent *extent, unsigned int *flags, cudaArray_t array);

/* One plane of an array with several. */
extern __host__ cudaError_t CUDARTAPI cudaArrayGetPlane(
    cudaArray_t *pPlaneArray, cudaArray_t hArray, unsigned int planeIdx);

/* Size and alignment in bytes of an array with deferred mapping. */
extern __host__ cudaError_t CUDARTAPI cudaArrayGetMemoryRequirements(
    struct cudaArrayMemoryRequirements *memoryRequirements, cudaArray_t array, int device);

/* Size and alignment in bytes of a mipmapped array with deferred mapping. */
extern __host__ cudaError_t CUDARTAPI cudaMipmappedArrayGetMemoryRequirements(
    struct cudaArrayMemoryRequirements *memoryRequirements, cudaMipmappedArray_t mipmap, int device);

/* Tiles of a sparse array. */
extern __host__ cudaError_t CUDARTAPI cudaArrayGetSparseProperties(
    struct cudaArraySparseProperties *sparseProperties, cudaArray_t array);

/* Tiles of a sparse mipmapped array. */
extern __host__ cudaError_t CUDARTAPI cudaMipmappedArrayGetSparseProperties(
    struct cudaArraySparseProperties *sparseProperties, cudaMipmappedArray_t mipmap);

/* Copies `count` bytes, after the work before; cudaMemcpyDefault goes by the pointers. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy(void *dst, const void *src, size_t count, enum cudaMemcpyKind kind);

/* Copies `count` bytes between devices. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyPeer(
    void *dst, int dstDevice, const void *src, int srcDevice, size_t count);

/* Copies `height` rows of `width` bytes; pitches in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2D(
    void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height,
    enum cudaMemcpyKind kind);

/* Copies rows into an array; offset and width in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DToArray(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void *src, size_t spitch, size_t width, size_t height,
    enum cudaMemcpyKind kind);

/* Copies rows out of an array; offset and width in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DFromArray(
    void *dst, size_t dpitch, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t width, size_t height,
    enum cudaMemcpyKind kind);

/* Copies rows between arrays; offsets and width in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DArrayToArray(
    cudaArray_t dst, size_t wOffsetDst, size_t hOffsetDst, cudaArray_const_t src, size_t wOffsetSrc,
    size_t hOffsetSrc, size_t width, size_t height,
    enum cudaMemcpyKind kind CARMINE_DEFAULT(cudaMemcpyDeviceToDevice));

/* Copies into a device variable; count and offset in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyToSymbol(
    const void *symbol, const void *src, size_t count, size_t offset CARMINE_DEFAULT(0),
    enum cudaMemcpyKind kind CARMINE_DEFAULT(cudaMemcpyHostToDevice));

/* Copies out of a device variable; count and offset in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyFromSymbol(
    void *dst, const void *symbol, size_t count, size_t offset CARMINE_DEFAULT(0),
    enum cudaMemcpyKind kind CARMINE_DEFAULT(cudaMemcpyDeviceToHost));

/* As cudaMemcpy, in a stream; pageable host memory may make the call wait. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyAsync(
    void *dst, const void *src, size_t count, enum cudaMemcpyKind kind, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpyPeer, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyPeerAsync(
    void *dst, int dstDevice, const void *src, int srcDevice, size_t count, cudaStream_t stream CARMINE_DEFAULT(0));

/* Many copies in any order; attrsIdxs[i] is the first copy that attrs[i] is for. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemcpyBatchAsync(
    void *const *dsts, const void *const *srcs, const size_t *sizes, size_t count,
    struct cudaMemcpyAttributes *attrs, size_t *attrsIdxs, size_t numAttrs, cudaStream_t stream);
#else
extern __host__ cudaError_t CUDARTAPI cudaMemcpyBatchAsync(
    void **dsts, void **srcs, size_t *sizes, size_t count, struct cudaMemcpyAttributes *attrs, size_t *attrsIdxs,
    size_t numAttrs, size_t *failIdx, cudaStream_t stream);
#endif

/* Many 3D copies in any order. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DBatchAsync(
    size_t numOps, struct cudaMemcpy3DBatchOp *opList, unsigned long long flags, cudaStream_t stream);
#else
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DBatchAsync(
    size_t numOps, struct cudaMemcpy3DBatchOp *opList, size_t *failIdx, unsigned long long flags,
    cudaStream_t stream);
#endif

/* One copy with attributes. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemcpyWithAttributesAsync(
    void *dst, const void *src, size_t size, struct cudaMemcpyAttributes *attr, cudaStream_t stream);
#endif

/* One 3D copy with attributes. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemcpy3DWithAttributesAsync(
    struct cudaMemcpy3DBatchOp *op, unsigned long long flags, cudaStream_t stream);
#endif

/* As cudaMemcpy2D, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DAsync(
    void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height, enum cudaMemcpyKind kind,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpy2DToArray, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DToArrayAsync(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void *src, size_t spitch, size_t width, size_t height,
    enum cudaMemcpyKind kind, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpy2DFromArray, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpy2DFromArrayAsync(
    void *dst, size_t dpitch, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t width, size_t height,
    enum cudaMemcpyKind kind, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpyToSymbol, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyToSymbolAsync(
    const void *symbol, const void *src, size_t count, size_t offset, enum cudaMemcpyKind kind,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpyFromSymbol, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemcpyFromSymbolAsync(
    void *dst, const void *symbol, size_t count, size_t offset, enum cudaMemcpyKind kind,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* Sets `count` bytes to the low byte of `value`. */
extern __host__ cudaError_t CUDARTAPI cudaMemset(void *devPtr, int value, size_t count);

/* Sets `height` rows of `width` bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemset2D(void *devPtr, size_t pitch, int value, size_t width, size_t height);

/* Sets a box; width in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemset3D(
    struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent);

/* As cudaMemset, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemsetAsync(
    void *devPtr, int value, size_t count, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemset2D, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemset2DAsync(
    void *devPtr, size_t pitch, int value, size_t width, size_t height, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemset3D, in a stream. */
extern __host__ cudaError_t CUDARTAPI cudaMemset3DAsync(
    struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* A device variable's address. cudaErrorInvalidSymbol when it is none. */
extern __host__ cudaError_t CUDARTAPI cudaGetSymbolAddress(void **devPtr, const void *symbol);

/* A device variable's size in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaGetSymbolSize(size_t *size, const void *symbol);

/* Moves managed memory to where it will be used. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemPrefetchAsync(
    const void *devPtr, size_t count, struct cudaMemLocation location, unsigned int flags,
    cudaStream_t stream CARMINE_DEFAULT(0));
#else
extern __host__ cudaError_t CUDARTAPI cudaMemPrefetchAsync(
    const void *devPtr, size_t count, int dstDevice, cudaStream_t stream CARMINE_DEFAULT(0));
#endif

/* Moves managed memory to where it will be used. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaMemPrefetchAsync_v2(
    const void *devPtr, size_t count, struct cudaMemLocation location, unsigned int flags,
    cudaStream_t stream CARMINE_DEFAULT(0));
#endif

/* Moves ranges of managed memory; prefetchLocIdxs[i] is the first range that prefetchLocs[i] is for. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemPrefetchBatchAsync(
    void **dptrs, size_t *sizes, size_t count, struct cudaMemLocation *prefetchLocs, size_t *prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, cudaStream_t stream);
#endif

/* The contents of ranges of managed memory are no longer needed. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemDiscardBatchAsync(
    void **dptrs, size_t *sizes, size_t count, unsigned long long flags, cudaStream_t stream);
#endif

/* Discards ranges and moves them, without copying. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemDiscardAndPrefetchBatchAsync(
    void **dptrs, size_t *sizes, size_t count, struct cudaMemLocation *prefetchLocs, size_t *prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, cudaStream_t stream);
#endif

/* Where memory is. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemGetLocationInfo(
    void *devPtr, size_t size, size_t summaryGranularity, size_t samplingGranularity,
    struct cudaMemLocation *location_out);
#endif

/* Says how managed memory will be used. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemAdvise(
    const void *devPtr, size_t count, enum cudaMemoryAdvise advice, struct cudaMemLocation location);
#else
extern __host__ cudaError_t CUDARTAPI cudaMemAdvise(
    const void *devPtr, size_t count, enum cudaMemoryAdvise advice, int device);
#endif

/* Says how managed memory will be used. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaMemAdvise_v2(
    const void *devPtr, size_t count, enum cudaMemoryAdvise advice, struct cudaMemLocation location);
#endif

/* One attribute of a range of managed memory; dataSize is the output's size in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaMemRangeGetAttribute(
    void *data, size_t dataSize, enum cudaMemRangeAttribute attribute, const void *devPtr, size_t count);

/* Several attributes of a range of managed memory. */
extern __host__ cudaError_t CUDARTAPI cudaMemRangeGetAttributes(
    void **data, size_t *dataSizes, enum cudaMemRangeAttribute *attributes, size_t numAttributes,
    const void *devPtr, size_t count);

/* Copies a run of bytes into an array. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaMemcpyToArray(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void *src, size_t count, enum cudaMemcpyKind kind);

/* Copies a run of bytes out of an array. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaMemcpyFromArray(
    void *dst, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t count, enum cudaMemcpyKind kind);

/* Copies a run of bytes between arrays. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaMemcpyArrayToArray(
    cudaArray_t dst, size_t wOffsetDst, size_t hOffsetDst, cudaArray_const_t src, size_t wOffsetSrc,
    size_t hOffsetSrc, size_t count, enum cudaMemcpyKind kind CARMINE_DEFAULT(cudaMemcpyDeviceToDevice));

/* As cudaMemcpyToArray, in a stream. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaMemcpyToArrayAsync(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void *src, size_t count, enum cudaMemcpyKind kind,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaMemcpyFromArray, in a stream. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaMemcpyFromArrayAsync(
    void *dst, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t count, enum cudaMemcpyKind kind,
    cudaStream_t stream CARMINE_DEFAULT(0));

/* What kind of memory a pointer points to, and on which device; any pointer may be asked about. */
extern __host__ cudaError_t CUDARTAPI cudaPointerGetAttributes(
    struct cudaPointerAttributes *attributes, const void *ptr);

CARMINE_C_END

#endif
