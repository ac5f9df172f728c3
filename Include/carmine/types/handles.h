/* Opaque handles of the runtime API; the driver API has the same under its own names. */
#ifndef CARMINE_TYPES_HANDLES_H
#define CARMINE_TYPES_HANDLES_H

#include "../base.h"

#if CARMINE_CUDA >= 13
typedef CARMINE_HANDLE(CUdevResourceDesc_st) cudaDevResourceDesc_t;
typedef CARMINE_HANDLE(cudaExecutionContext_st) cudaExecutionContext_t;
#endif
typedef CARMINE_HANDLE(cudaArray) cudaArray_t;
typedef const CARMINE_HANDLE(cudaArray) cudaArray_const_t;
typedef CARMINE_HANDLE(cudaMipmappedArray) cudaMipmappedArray_t;
typedef const CARMINE_HANDLE(cudaMipmappedArray) cudaMipmappedArray_const_t;
typedef CARMINE_HANDLE(CUstream_st) cudaStream_t;
typedef CARMINE_HANDLE(CUevent_st) cudaEvent_t;
typedef CARMINE_HANDLE(cudaGraphicsResource) cudaGraphicsResource_t;
typedef CARMINE_HANDLE(CUexternalMemory_st) cudaExternalMemory_t;
typedef CARMINE_HANDLE(CUexternalSemaphore_st) cudaExternalSemaphore_t;
typedef CARMINE_HANDLE(CUgraph_st) cudaGraph_t;
typedef CARMINE_HANDLE(CUgraphNode_st) cudaGraphNode_t;
typedef CARMINE_HANDLE(CUuserObject_st) cudaUserObject_t;
typedef unsigned long long cudaGraphConditionalHandle;
typedef CARMINE_HANDLE(CUfunc_st) cudaFunction_t;
typedef CARMINE_HANDLE(CUkern_st) cudaKernel_t;
typedef CARMINE_HANDLE(CUlib_st) cudaLibrary_t;
typedef CARMINE_HANDLE(CUmemPoolHandle_st) cudaMemPool_t;
typedef CARMINE_HANDLE(CUgraphExec_st) cudaGraphExec_t;
typedef CARMINE_HANDLE(CUgraphDeviceUpdatableNode_st) cudaGraphDeviceNode_t;
typedef CARMINE_HANDLE(cudaAsyncCallbackEntry) cudaAsyncCallbackHandle_t;
#if CARMINE_CUDA >= 13
typedef CARMINE_HANDLE(CUlogsCallbackEntry_st) cudaLogsCallbackHandle;
typedef unsigned int cudaLogIterator;
#endif

#endif
