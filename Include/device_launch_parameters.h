/* Where a thread is: threadIdx, blockIdx, blockDim, gridDim, warpSize.  A CUDA compiler provides them. */
#ifndef __DEVICE_LAUNCH_PARAMETERS_H__
#define __DEVICE_LAUNCH_PARAMETERS_H__

#include "vector_types.h"

#if defined(__clang__) && defined(__CUDA__)
#include <__clang_cuda_builtin_vars.h>
#elif defined(__NVCC__)
extern const uint3 __device_builtin__ threadIdx;
extern const uint3 __device_builtin__ blockIdx;
extern const dim3 __device_builtin__ blockDim;
extern const dim3 __device_builtin__ gridDim;
extern const int __device_builtin__ warpSize;
#endif

#endif
