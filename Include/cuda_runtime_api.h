/* The runtime API for C and C++: libcudart.so.13, or libcudart.so.12 with -DCARMINE_CUDA=12. */
#ifndef __CUDA_RUNTIME_API_H__
#define __CUDA_RUNTIME_API_H__

#include "carmine/base.h"

#define CUDART_VERSION CARMINE_CUDA_VERSION
#define __CUDART_API_VERSION CUDART_VERSION

#include "builtin_types.h"

#define CUDART_DEVICE __device__

/* CUDA 12 gives four functions a newer form under their old name. */
#if CARMINE_CUDA < 13
#define cudaGetDeviceProperties cudaGetDeviceProperties_v2
#ifndef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define cudaStreamGetCaptureInfo cudaStreamGetCaptureInfo_v2
#define cudaSignalExternalSemaphoresAsync cudaSignalExternalSemaphoresAsync_v2
#define cudaWaitExternalSemaphoresAsync cudaWaitExternalSemaphoresAsync_v2
#endif
#endif
#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define __CUDART_API_PER_THREAD_DEFAULT_STREAM
#define __CUDART_API_PTDS(api) api##_ptds
#define __CUDART_API_PTSZ(api) api##_ptsz
#include "carmine/api/per_thread.h"
#else
#define __CUDART_API_PTDS(api) api
#define __CUDART_API_PTSZ(api) api
#endif

#include "carmine/api/device.h"
#include "carmine/api/errors.h"
#include "carmine/api/streams.h"
#include "carmine/api/execution.h"
#include "carmine/api/memory.h"
#include "carmine/api/pools.h"
#include "carmine/api/textures.h"
#include "carmine/api/external.h"
#include "carmine/api/graphs.h"
#if CARMINE_CUDA >= 13
#include "carmine/api/contexts.h"
#endif

/* A compiler's stubs for kernels call these two by their plain names. */
#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
CARMINE_C_BEGIN
#undef cudaLaunchKernel
static __inline__ __host__ cudaError_t cudaLaunchKernel(
    const void *func, dim3 gridDim, dim3 blockDim, void **args, size_t sharedMem, cudaStream_t stream) {
  return cudaLaunchKernel_ptsz(func, gridDim, blockDim, args, sharedMem, stream);
}
#define cudaLaunchKernel cudaLaunchKernel_ptsz
#undef cudaLaunchKernelExC
static __inline__ __host__ cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t *config, const void *func, void **args) {
  return cudaLaunchKernelExC_ptsz(config, func, args);
}
#define cudaLaunchKernelExC cudaLaunchKernelExC_ptsz
CARMINE_C_END
#endif

#endif
