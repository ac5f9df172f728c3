/* Core dumps, green contexts, logs, checkpoints. */
#ifndef CARMINE_DRIVER_API_TOOLS_H
#define CARMINE_DRIVER_API_TOOLS_H

#include "types.h"
#include "versions.h"

CARMINE_C_BEGIN

/* Core dumps of the device. */
CUresult CUDAAPI cuCoredumpGetAttribute(CUcoredumpSettings attrib, void *value, size_t *size);
CUresult CUDAAPI cuCoredumpGetAttributeGlobal(CUcoredumpSettings attrib, void *value, size_t *size);
CUresult CUDAAPI cuCoredumpSetAttribute(CUcoredumpSettings attrib, void *value, size_t *size);
CUresult CUDAAPI cuCoredumpSetAttributeGlobal(CUcoredumpSettings attrib, void *value, size_t *size);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuCoredumpRegisterStartCallback(
    CUcoredumpStatusCallback callback, void *userData, CUcoredumpCallbackHandle *callbackOut);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuCoredumpRegisterCompleteCallback(
    CUcoredumpStatusCallback callback, void *userData, CUcoredumpCallbackHandle *callbackOut);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuCoredumpDeregisterStartCallback(CUcoredumpCallbackHandle callback);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuCoredumpDeregisterCompleteCallback(CUcoredumpCallbackHandle callback);
#endif
CUresult CUDAAPI cuGetExportTable(const void **ppExportTable, const CUuuid *pExportTableId);

/* Contexts with a part of a device. */
CUresult CUDAAPI cuGreenCtxCreate(CUgreenCtx *phCtx, CUdevResourceDesc desc, CUdevice dev, unsigned int flags);
CUresult CUDAAPI cuGreenCtxDestroy(CUgreenCtx hCtx);
CUresult CUDAAPI cuCtxFromGreenCtx(CUcontext *pContext, CUgreenCtx hCtx);
CUresult CUDAAPI cuDeviceGetDevResource(CUdevice device, CUdevResource *resource, CUdevResourceType type);
CUresult CUDAAPI cuCtxGetDevResource(CUcontext hCtx, CUdevResource *resource, CUdevResourceType type);
CUresult CUDAAPI cuGreenCtxGetDevResource(CUgreenCtx hCtx, CUdevResource *resource, CUdevResourceType type);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuDevSmResourceSplitByCount(
    CUdevResource *result, unsigned int *nbGroups, const CUdevResource *input, CUdevResource *remainder,
    unsigned int flags, unsigned int minCount);
#else
CUresult CUDAAPI cuDevSmResourceSplitByCount(
    CUdevResource *result, unsigned int *nbGroups, const CUdevResource *input, CUdevResource *remaining,
    unsigned int useFlags, unsigned int minCount);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuDevSmResourceSplit(
    CUdevResource *result, unsigned int nbGroups, const CUdevResource *input, CUdevResource *remainder,
    unsigned int flags, CU_DEV_SM_RESOURCE_GROUP_PARAMS *groupParams);
#endif

CUresult CUDAAPI cuDevResourceGenerateDesc(
    CUdevResourceDesc *phDesc, CUdevResource *resources, unsigned int nbResources);
CUresult CUDAAPI cuGreenCtxRecordEvent(CUgreenCtx hCtx, CUevent hEvent);
CUresult CUDAAPI cuGreenCtxWaitEvent(CUgreenCtx hCtx, CUevent hEvent);
CUresult CUDAAPI cuStreamGetGreenCtx(CUstream hStream, CUgreenCtx *phCtx);
CUresult CUDAAPI cuGreenCtxStreamCreate(CUstream *phStream, CUgreenCtx greenCtx, unsigned int flags, int priority);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuGreenCtxGetId(CUgreenCtx greenCtx, unsigned long long *greenCtxId);
#endif

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuStreamGetDevResource(CUstream hStream, CUdevResource *resource, CUdevResourceType type);
#endif

/* The log of errors. */
CUresult CUDAAPI cuLogsRegisterCallback(
    CUlogsCallback callbackFunc, void *userData, CUlogsCallbackHandle *callback_out);
CUresult CUDAAPI cuLogsUnregisterCallback(CUlogsCallbackHandle callback);
CUresult CUDAAPI cuLogsCurrent(CUlogIterator *iterator_out, unsigned int flags);
CUresult CUDAAPI cuLogsDumpToFile(CUlogIterator *iterator, const char *pathToFile, unsigned int flags);
CUresult CUDAAPI cuLogsDumpToMemory(CUlogIterator *iterator, char *buffer, size_t *size, unsigned int flags);

/* Stopping a process so that its device state can be saved. */
CUresult CUDAAPI cuCheckpointProcessGetRestoreThreadId(int pid, int *tid);
CUresult CUDAAPI cuCheckpointProcessGetState(int pid, CUprocessState *state);
CUresult CUDAAPI cuCheckpointProcessLock(int pid, CUcheckpointLockArgs *args);
CUresult CUDAAPI cuCheckpointProcessCheckpoint(int pid, CUcheckpointCheckpointArgs *args);
CUresult CUDAAPI cuCheckpointProcessRestore(int pid, CUcheckpointRestoreArgs *args);

#if CARMINE_CUDA >= 13
CUresult CUDAAPI cuCheckpointOperationComplete(CUcheckpointOperationHandle handle);
#endif
CUresult CUDAAPI cuCheckpointProcessUnlock(int pid, CUcheckpointUnlockArgs *args);

CARMINE_C_END

#endif
