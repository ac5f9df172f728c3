/* The runtime API for C++ and CUDA C++: everything of cuda_runtime_api.h, and the same functions taking typed pointers, kernels and
   symbols.  Each of them converts its arguments and calls the C function. */
#ifndef __CUDA_RUNTIME_H__
#define __CUDA_RUNTIME_H__

#include "crt/host_config.h"

#include "builtin_types.h"
#include "channel_descriptor.h"
#include "crt/host_defines.h"
#include "cuda_runtime_api.h"
#include "driver_functions.h"
#include "library_types.h"
#include "vector_functions.h"

#if defined(__CUDACC__) || defined(__CUDA__)
#define CARMINE_CUDA_COMPILER
#include "device_launch_parameters.h"
/* What a compiler makes of kernel<<<grid, block, bytes, stream>>>. */
CARMINE_C_BEGIN
extern unsigned int CUDARTAPI __cudaPushCallConfiguration(
    dim3 gridDim, dim3 blockDim, size_t sharedMem CARMINE_DEFAULT(0), struct CUstream_st *stream CARMINE_DEFAULT(0));
CARMINE_C_END
#endif

#if defined(__cplusplus)
#if __cplusplus < 201103L
#error "cuda_runtime.h needs C++11"
#endif
#include <utility>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#define CARMINE_INLINE static __inline__ __host__

/* ---- Launches */

template <class T>
CARMINE_INLINE cudaError_t cudaLaunchKernel(
    T *func, dim3 gridDim, dim3 blockDim, void **args, size_t sharedMem = 0, cudaStream_t stream = 0) {
  return ::cudaLaunchKernel((const void *)func, gridDim, blockDim, args, sharedMem, stream);
}

template <class T>
CARMINE_INLINE cudaError_t cudaLaunchCooperativeKernel(
    T *func, dim3 gridDim, dim3 blockDim, void **args, size_t sharedMem = 0, cudaStream_t stream = 0) {
  return ::cudaLaunchCooperativeKernel((const void *)func, gridDim, blockDim, args, sharedMem, stream);
}

/* Arguments are converted to the kernel's parameter types first. */
template <typename... ExpTypes, typename... ActTypes>
CARMINE_INLINE cudaError_t cudaLaunchKernelEx(
    const cudaLaunchConfig_t *config, void (*kernel)(ExpTypes...), ActTypes &&...args) {
  auto launch = [&](ExpTypes... converted) {
    void *pointers[] = {&converted...};
    return ::cudaLaunchKernelExC(config, (const void *)kernel, pointers);
  };
  return launch(std::forward<ActTypes>(args)...);
}

/* A cudaKernel_t has no types: each argument must have its parameter's. */
template <typename... ActTypes>
CARMINE_INLINE cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t *config, const cudaKernel_t kernel, ActTypes &&...args) {
  void *pointers[] = {&args...};
  return ::cudaLaunchKernelExC(config, (const void *)kernel, pointers);
}

/* ---- Events, graphs, user objects */

CARMINE_INLINE cudaError_t cudaEventCreate(cudaEvent_t *event, unsigned int flags) {
  return ::cudaEventCreateWithFlags(event, flags);
}

/* The form of CUDA 11 and before; node and log are left alone. */
CARMINE_INLINE cudaError_t cudaGraphInstantiate(
    cudaGraphExec_t *pGraphExec, cudaGraph_t graph, cudaGraphNode_t *, char *, size_t) {
  return ::cudaGraphInstantiate(pGraphExec, graph, 0);
}

/* ---- Memory */

CARMINE_INLINE cudaError_t cudaMallocHost(void **ptr, size_t size, unsigned int flags) {
  return ::cudaHostAlloc(ptr, size, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaHostAlloc(T **ptr, size_t size, unsigned int flags) {
  return ::cudaHostAlloc((void **)(void *)ptr, size, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaHostGetDevicePointer(T **pDevice, void *pHost, unsigned int flags) {
  return ::cudaHostGetDevicePointer((void **)(void *)pDevice, pHost, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocManaged(T **devPtr, size_t size, unsigned int flags = cudaMemAttachGlobal) {
  return ::cudaMallocManaged((void **)(void *)devPtr, size, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaStreamAttachMemAsync(
    cudaStream_t stream, T *devPtr, size_t length = 0, unsigned int flags = cudaMemAttachSingle) {
  return ::cudaStreamAttachMemAsync(stream, (void *)devPtr, length, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMalloc(T **devPtr, size_t size) {
  return ::cudaMalloc((void **)(void *)devPtr, size);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocHost(T **ptr, size_t size, unsigned int flags = 0) {
  return cudaMallocHost((void **)(void *)ptr, size, flags);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocPitch(T **devPtr, size_t *pitch, size_t width, size_t height) {
  return ::cudaMallocPitch((void **)(void *)devPtr, pitch, width, height);
}

CARMINE_INLINE cudaError_t cudaMallocAsync(void **ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream) {
  return ::cudaMallocFromPoolAsync(ptr, size, memPool, stream);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocAsync(T **ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream) {
  return ::cudaMallocFromPoolAsync((void **)(void *)ptr, size, memPool, stream);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocAsync(T **ptr, size_t size, cudaStream_t stream) {
  return ::cudaMallocAsync((void **)(void *)ptr, size, stream);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMallocFromPoolAsync(T **ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream) {
  return ::cudaMallocFromPoolAsync((void **)(void *)ptr, size, memPool, stream);
}

/* Batches: with one place or one set of attributes for all, or with an index into an array of them for each. */
#if CARMINE_CUDA >= 13
template <typename T>
CARMINE_INLINE cudaError_t cudaMemPrefetchBatchAsync(
    T **dptrs, size_t *sizes, size_t count, struct cudaMemLocation *prefetchLocs, size_t *prefetchLocIdxs, size_t numPrefetchLocs,
    unsigned long long flags, cudaStream_t stream) {
  return ::cudaMemPrefetchBatchAsync((void **)dptrs, sizes, count, prefetchLocs, prefetchLocIdxs, numPrefetchLocs, flags, stream);
}

template <typename T>
CARMINE_INLINE cudaError_t cudaMemPrefetchBatchAsync(
    T **dptrs, size_t *sizes, size_t count, struct cudaMemLocation prefetchLocs, unsigned long long flags, cudaStream_t stream) {
  size_t first = 0;
  return ::cudaMemPrefetchBatchAsync((void **)dptrs, sizes, count, &prefetchLocs, &first, 1, flags, stream);
}

template <typename T>
CARMINE_INLINE cudaError_t cudaMemDiscardAndPrefetchBatchAsync(
    T **dptrs, size_t *sizes, size_t count, struct cudaMemLocation *prefetchLocs, size_t *prefetchLocIdxs, size_t numPrefetchLocs,
    unsigned long long flags, cudaStream_t stream) {
  return ::cudaMemDiscardAndPrefetchBatchAsync(
      (void **)dptrs, sizes, count, prefetchLocs, prefetchLocIdxs, numPrefetchLocs, flags, stream);
}

template <typename T>
CARMINE_INLINE cudaError_t cudaMemDiscardAndPrefetchBatchAsync(
    T **dptrs, size_t *sizes, size_t count, struct cudaMemLocation prefetchLocs, unsigned long long flags, cudaStream_t stream) {
  size_t first = 0;
  return ::cudaMemDiscardAndPrefetchBatchAsync((void **)dptrs, sizes, count, &prefetchLocs, &first, 1, flags, stream);
}

template <typename T, typename U>
CARMINE_INLINE cudaError_t cudaMemcpyBatchAsync(
    T *const *dsts, U *const *srcs, const size_t *sizes, size_t count, struct cudaMemcpyAttributes *attrs, size_t *attrsIdxs,
    size_t numAttrs, cudaStream_t hStream) {
  return ::cudaMemcpyBatchAsync(
      (void *const *)dsts, (const void *const *)srcs, sizes, count, attrs, attrsIdxs, numAttrs, hStream);
}

template <typename T, typename U>
CARMINE_INLINE cudaError_t cudaMemcpyBatchAsync(
    T *const *dsts, U *const *srcs, const size_t *sizes, size_t count, struct cudaMemcpyAttributes attr, cudaStream_t hStream) {
  size_t first = 0;
  return ::cudaMemcpyBatchAsync((void *const *)dsts, (const void *const *)srcs, sizes, count, &attr, &first, 1, hStream);
}

template <typename T, typename U>
CARMINE_INLINE cudaError_t cudaMemcpyAsync(
    T dst, U src, const size_t size, struct cudaMemcpyAttributes *attr, cudaStream_t hStream) {
  return ::cudaMemcpyWithAttributesAsync((void *)dst, (const void *)src, size, attr, hStream);
}
#else
template <class T>
cudaError_t cudaMemAdvise(T *devPtr, size_t count, enum cudaMemoryAdvise advice, struct cudaMemLocation location) {
  return ::cudaMemAdvise_v2((const void *)devPtr, count, advice, location);
}

template <class T>
CARMINE_INLINE cudaError_t cudaMemPrefetchAsync(
    T *devPtr, size_t count, struct cudaMemLocation location, unsigned int flags, cudaStream_t stream = 0) {
  return ::cudaMemPrefetchAsync_v2((const void *)devPtr, count, location, flags, stream);
}

template <typename T, typename U>
CARMINE_INLINE cudaError_t cudaMemcpyBatchAsync(
    T **dsts, U **srcs, size_t *sizes, size_t count, struct cudaMemcpyAttributes *attrs, size_t *attrsIdxs, size_t numAttrs,
    size_t *failIdx, cudaStream_t hStream) {
  return ::cudaMemcpyBatchAsync((void **)dsts, (void **)srcs, sizes, count, attrs, attrsIdxs, numAttrs, failIdx, hStream);
}

template <typename T, typename U>
CARMINE_INLINE cudaError_t cudaMemcpyBatchAsync(
    T **dsts, U **srcs, size_t *sizes, size_t count, struct cudaMemcpyAttributes attr, size_t *failIdx, cudaStream_t hStream) {
  size_t first = 0;
  return ::cudaMemcpyBatchAsync((void **)dsts, (void **)srcs, sizes, count, &attr, &first, 1, failIdx, hStream);
}
#endif

#include "carmine/occupancy.h"
#ifdef CARMINE_CUDA_COMPILER
#include "carmine/symbols.h"
#endif

#undef CARMINE_INLINE
#pragma GCC diagnostic pop
#endif

#endif
