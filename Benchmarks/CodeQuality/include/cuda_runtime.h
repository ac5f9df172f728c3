// CUDA's names for what the examples' host code calls, on HIP's headers: lets clang compile the examples' sources as HIP.
#pragma once
#include <hip/hip_runtime.h>
#define cudaError_t hipError_t
#define cudaSuccess hipSuccess
#define cudaGetErrorString hipGetErrorString
#define cudaGetErrorName hipGetErrorName
#define cudaGetLastError hipGetLastError
#define cudaMalloc hipMalloc
#define cudaMallocHost hipHostMalloc
#define cudaFreeHost hipHostFree
#define cudaFree hipFree
#define cudaMemset hipMemset
#define cudaMemcpy hipMemcpy
#define cudaMemcpyAsync hipMemcpyAsync
#define cudaMemcpyHostToDevice hipMemcpyHostToDevice
#define cudaMemcpyDeviceToHost hipMemcpyDeviceToHost
#define cudaMemcpyDeviceToDevice hipMemcpyDeviceToDevice
#define cudaDeviceProp hipDeviceProp_t
#define cudaGetDeviceProperties hipGetDeviceProperties
#define cudaDeviceSynchronize hipDeviceSynchronize
#define cudaStream_t hipStream_t
#define cudaStreamCreate hipStreamCreate
#define cudaStreamCreateWithFlags hipStreamCreateWithFlags
#define cudaStreamNonBlocking hipStreamNonBlocking
#define cudaStreamDestroy hipStreamDestroy
#define cudaStreamSynchronize hipStreamSynchronize
#define cudaStreamWaitEvent hipStreamWaitEvent
#define cudaEvent_t hipEvent_t
#define cudaEventCreate hipEventCreate
#define cudaEventCreateWithFlags hipEventCreateWithFlags
#define cudaEventDisableTiming hipEventDisableTiming
#define cudaEventRecord hipEventRecord
#define cudaEventSynchronize hipEventSynchronize
#define cudaEventElapsedTime hipEventElapsedTime
#define cudaEventDestroy hipEventDestroy
#define cudaMemcpyToSymbol(symbol, ...) hipMemcpyToSymbol(HIP_SYMBOL(symbol), __VA_ARGS__)
#define cudaMemcpyFromSymbol(target, symbol, ...) hipMemcpyFromSymbol(target, HIP_SYMBOL(symbol), __VA_ARGS__)
#define cudaGetSymbolAddress(pointer, symbol) hipGetSymbolAddress(pointer, HIP_SYMBOL(symbol))
#define cudaGetSymbolSize(size, symbol) hipGetSymbolSize(size, HIP_SYMBOL(symbol))
#define cudaGetDevice hipGetDevice
#define cudaMemsetAsync hipMemsetAsync
#define cudaStreamQuery hipStreamQuery
#define cudaErrorNotReady hipErrorNotReady
// A warp has 32 lanes in these sources; HIP's older headers have no names with a mask.
template <typename T>
__device__ inline T __shfl_down_sync(unsigned, T value, unsigned distance) { return __shfl_down(value, distance, 32); }
template <typename T>
__device__ inline T __shfl_xor_sync(unsigned, T value, int mask) { return __shfl_xor(value, mask, 32); }
// A barrier as newer HIP has it; the older headers want a function of a library that is gone.
__device__ inline void block_barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
#define __syncthreads block_barrier
