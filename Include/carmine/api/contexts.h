/* Execution contexts and device resources (CUDA 13). */
#ifndef CARMINE_API_CONTEXTS_H
#define CARMINE_API_CONTEXTS_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* A device's resources of a kind. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetDevResource(
    int device, cudaDevResource *resource, enum cudaDevResourceType type);
#endif

/* Splits SMs into groups of at least `minCount`; `remaining` gets what is left over. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDevSmResourceSplitByCount(
    cudaDevResource *result, unsigned int *nbGroups, const cudaDevResource *input, cudaDevResource *remaining,
    unsigned int flags, unsigned int minCount);
#endif

/* Splits SMs into groups, each with its own wishes. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDevSmResourceSplit(
    cudaDevResource *result, unsigned int nbGroups, const cudaDevResource *input, cudaDevResource *remainder,
    unsigned int flags, cudaDevSmResourceGroupParams *groupParams);
#endif

/* One description of several resources. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDevResourceGenerateDesc(
    cudaDevResourceDesc_t *phDesc, cudaDevResource *resources, unsigned int nbResources);
#endif

/* A context that has only the described resources. `flags` is 0. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaGreenCtxCreate(
    cudaExecutionContext_t *phCtx, cudaDevResourceDesc_t desc, int device, unsigned int flags);
#endif

/* Destroys an execution context; its streams stay until they are destroyed, and refuse work. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxDestroy(cudaExecutionContext_t ctx);
#endif

/* The resources of an execution context. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxGetDevResource(
    cudaExecutionContext_t ctx, cudaDevResource *resource, enum cudaDevResourceType type);
#endif

/* The device of an execution context. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxGetDevice(int *device, cudaExecutionContext_t ctx);
#endif

/* A number that no other context has. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxGetId(cudaExecutionContext_t ctx, unsigned long long *ctxId);
#endif

/* A stream whose work has the context's resources. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxStreamCreate(
    cudaStream_t *phStream, cudaExecutionContext_t ctx, unsigned int flags, int priority);
#endif

/* Waits for all work of an execution context. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxSynchronize(cudaExecutionContext_t ctx);
#endif

/* The resources of a stream. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaStreamGetDevResource(
    cudaStream_t hStream, cudaDevResource *resource, enum cudaDevResourceType type);
#endif

/* Records what all streams of a context hold. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxRecordEvent(cudaExecutionContext_t ctx, cudaEvent_t event);
#endif

/* All work of a context that comes after waits for an event. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaExecutionCtxWaitEvent(cudaExecutionContext_t ctx, cudaEvent_t event);
#endif

/* The execution context that is a device's primary context. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetExecutionCtx(cudaExecutionContext_t *ctx, int device);
#endif

CARMINE_C_END

#endif
