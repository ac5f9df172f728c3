/* The words that mark functions and variables.  A CUDA compiler gives them meaning; for any other they vanish. */
#ifndef __HOST_DEFINES_H__
#define __HOST_DEFINES_H__

#define CUDARTAPI
#define CUDARTAPI_CDECL
#define __no_return__ __attribute__((noreturn))
#undef __forceinline__
#define __forceinline__ __inline__ __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __builtin_align__(bytes) __align__(bytes)
#define __thread__ __thread
#define __import__
#define __export__
#ifndef __cdecl
#define __cdecl
#endif
#define __specialization_static

#if defined(__CUDACC__) || defined(__CUDA__)
#define __annotate__(word) __attribute__((word))
#define __launch_bounds__(...) __annotate__(launch_bounds(__VA_ARGS__))
#else
#define __annotate__(word)
#endif
#define __location__(word) __annotate__(word)

#define __host__ __location__(host)
#define __device__ __location__(device)
#define __global__ __location__(global)
#define __shared__ __location__(shared)
#define __constant__ __location__(constant)
#define __managed__ __location__(managed)
#define __grid_constant__ __location__(grid_constant)
#define __nv_pure__ __location__(nv_pure)
#define __cluster_dims__(...) __attribute__((cluster_dims(__VA_ARGS__)))
#define __block_size__(...) __attribute__((block_size(__VA_ARGS__)))
#define __maxnreg__(count) __attribute__((maxnreg(count)))

#if defined(__NVCC__) || defined(__CUDACC_RTC__)
#define __device_builtin__ __location__(device_builtin)
#define __device_builtin_texture_type__ __location__(device_builtin_texture_type)
#define __device_builtin_surface_type__ __location__(device_builtin_surface_type)
#define __cudart_builtin__ __location__(cudart_builtin)
#else
#define __device_builtin__
#define __device_builtin_texture_type__
#define __device_builtin_surface_type__
#define __cudart_builtin__
#endif

/* Features that some targets have beyond others; none of ours is such a target. */
#define __CUDA_ARCH_HAS_FEATURE__(feature) __CUDA_ARCH_FEAT_##feature
#define __CUDA_HAS_ARCH_FAMILY_SPECIFIC(number) 0
#define __CUDA_HAS_ARCH_SPECIFIC(number) 0

#endif
