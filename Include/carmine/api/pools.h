/* Stream-ordered allocation. */
#ifndef CARMINE_API_POOLS_H
#define CARMINE_API_POOLS_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* Memory from the current device's pool, valid for work that comes after. */
extern __host__ cudaError_t CUDARTAPI cudaMallocAsync(void **devPtr, size_t size, cudaStream_t hStream);

/* Frees after the work before. */
extern __host__ cudaError_t CUDARTAPI cudaFreeAsync(void *devPtr, cudaStream_t hStream);

/* Gives memory back until at most `minBytesToKeep` are reserved. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolTrimTo(cudaMemPool_t memPool, size_t minBytesToKeep);

/* Sets one attribute of a pool; its type depends on the attribute. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolSetAttribute(
    cudaMemPool_t memPool, enum cudaMemPoolAttr attr, void *value);

/* One attribute of a pool. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolGetAttribute(
    cudaMemPool_t memPool, enum cudaMemPoolAttr attr, void *value);

/* Which devices may reach a pool's memory. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolSetAccess(
    cudaMemPool_t memPool, const struct cudaMemAccessDesc *descList, size_t count);

/* How a device may reach a pool's memory. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolGetAccess(
    enum cudaMemAccessFlags *flags, cudaMemPool_t memPool, struct cudaMemLocation *location);

/* A pool of the program's own. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolCreate(
    cudaMemPool_t *memPool, const struct cudaMemPoolProps *poolProps);

/* Destroys a pool when its last allocation is freed. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolDestroy(cudaMemPool_t memPool);

/* The pool that a place starts with, for a kind of memory. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemGetDefaultMemPool(
    cudaMemPool_t *memPool, struct cudaMemLocation *location, enum cudaMemAllocationType type);
#endif

/* The current pool of a place, for a kind of memory. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemGetMemPool(
    cudaMemPool_t *memPool, struct cudaMemLocation *location, enum cudaMemAllocationType type);
#endif

/* Sets the current pool of a place, for a kind of memory. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaMemSetMemPool(
    struct cudaMemLocation *location, enum cudaMemAllocationType type, cudaMemPool_t memPool);
#endif

/* Memory from a given pool, valid for work that comes after. */
extern __host__ cudaError_t CUDARTAPI cudaMallocFromPoolAsync(
    void **ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream);

/* A handle of a pool that another process can import. `flags` is 0. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolExportToShareableHandle(
    void *shareableHandle, cudaMemPool_t memPool, enum cudaMemAllocationHandleType handleType, unsigned int flags);

/* A pool of another process. `flags` is 0. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolImportFromShareableHandle(
    cudaMemPool_t *memPool, void *shareableHandle, enum cudaMemAllocationHandleType handleType, unsigned int flags);

/* What another process needs to find one allocation of a shared pool. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolExportPointer(struct cudaMemPoolPtrExportData *exportData, void *ptr);

/* An allocation of a shared pool. */
extern __host__ cudaError_t CUDARTAPI cudaMemPoolImportPointer(
    void **ptr, cudaMemPool_t memPool, struct cudaMemPoolPtrExportData *exportData);

CARMINE_C_END

#endif
