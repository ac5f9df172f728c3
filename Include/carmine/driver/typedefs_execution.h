/* Pointers to driver functions: streams, events, launches and external resources. */
#ifndef CARMINE_DRIVER_TYPEDEFS_EXECUTION_H
#define CARMINE_DRIVER_TYPEDEFS_EXECUTION_H

typedef CUresult (*PFN_cuStreamCreate_v2000)(CUstream *, unsigned int);
typedef CUresult (*PFN_cuStreamCreateWithPriority_v5050)(CUstream *, unsigned int, int);
typedef CUresult (*PFN_cuStreamGetId_v12000)(CUstream, unsigned long long *);
typedef CUresult (*PFN_cuStreamGetId_v12000_ptsz)(CUstream, unsigned long long *);
typedef CUresult (*PFN_cuStreamGetPriority_v7000_ptsz)(CUstream, int *);
typedef CUresult (*PFN_cuStreamGetFlags_v7000_ptsz)(CUstream, unsigned int *);
typedef CUresult (*PFN_cuStreamGetCtx_v9020_ptsz)(CUstream, CUcontext *);
typedef CUresult (*PFN_cuStreamWaitEvent_v7000_ptsz)(CUstream, CUevent, unsigned int);
typedef CUresult (*PFN_cuStreamAddCallback_v7000_ptsz)(CUstream, CUstreamCallback, void *, unsigned int);
typedef CUresult (*PFN_cuStreamBeginCapture_v10010_ptsz)(CUstream, CUstreamCaptureMode);
typedef CUresult (*PFN_cuStreamBeginCaptureToGraph_v12030_ptsz)(
    CUstream, CUgraph, const CUgraphNode *, const CUgraphEdgeData *, size_t, CUstreamCaptureMode);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuStreamBeginRecaptureToGraph_v13030_ptsz)(
    CUstream, CUstreamCaptureMode, CUgraph, CUgraphRecaptureCallback, void *);
#endif
typedef CUresult (*PFN_cuStreamEndCapture_v10000_ptsz)(CUstream, CUgraph *);
typedef CUresult (*PFN_cuStreamIsCapturing_v10000_ptsz)(CUstream, CUstreamCaptureStatus *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v10010_ptsz)(CUstream, CUstreamCaptureStatus *, cuuint64_t *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v11030_ptsz)(
    CUstream, CUstreamCaptureStatus *, cuuint64_t *, CUgraph *, const CUgraphNode **, size_t *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v12030_ptsz)(
    CUstream, CUstreamCaptureStatus *, cuuint64_t *, CUgraph *, const CUgraphNode **, const CUgraphEdgeData **,
    size_t *);
typedef CUresult (*PFN_cuStreamUpdateCaptureDependencies_v11030_ptsz)(CUstream, CUgraphNode *, size_t, unsigned int);
typedef CUresult (*PFN_cuStreamUpdateCaptureDependencies_v12030_ptsz)(
    CUstream, CUgraphNode *, const CUgraphEdgeData *, size_t, unsigned int);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuStreamBeginCaptureToCig_v13010)(CUstream, CUstreamCigCaptureParams *);
typedef CUresult (*PFN_cuStreamBeginCaptureToCig_v13010_ptsz)(CUstream, CUstreamCigCaptureParams *);
typedef CUresult (*PFN_cuStreamEndCaptureToCig_v13010)(CUstream);
typedef CUresult (*PFN_cuStreamEndCaptureToCig_v13010_ptsz)(CUstream);
#endif
typedef CUresult (*PFN_cuStreamAttachMemAsync_v7000_ptsz)(CUstream, CUdeviceptr_v2, size_t, unsigned int);
typedef CUresult (*PFN_cuStreamQuery_v7000_ptsz)(CUstream);
typedef CUresult (*PFN_cuStreamSynchronize_v7000_ptsz)(CUstream);
typedef CUresult (*PFN_cuStreamDestroy_v4000)(CUstream);
typedef CUresult (*PFN_cuStreamCopyAttributes_v11000_ptsz)(CUstream, CUstream);
typedef CUresult (*PFN_cuStreamGetAttribute_v11000_ptsz)(CUstream, CUstreamAttrID, CUstreamAttrValue_v1 *);
typedef CUresult (*PFN_cuStreamSetAttribute_v11000_ptsz)(CUstream, CUstreamAttrID, const CUstreamAttrValue_v1 *);
typedef CUresult (*PFN_cuEventCreate_v2000)(CUevent *, unsigned int);
typedef CUresult (*PFN_cuEventRecord_v7000_ptsz)(CUevent, CUstream);
typedef CUresult (*PFN_cuEventRecordWithFlags_v11010_ptsz)(CUevent, CUstream, unsigned int);
typedef CUresult (*PFN_cuEventQuery_v2000)(CUevent);
typedef CUresult (*PFN_cuEventSynchronize_v2000)(CUevent);
typedef CUresult (*PFN_cuEventDestroy_v4000)(CUevent);
typedef CUresult (*PFN_cuEventElapsedTime_v2000)(float *, CUevent, CUevent);
typedef CUresult (*PFN_cuEventElapsedTime_v12080)(float *, CUevent, CUevent);
typedef CUresult (*PFN_cuImportExternalMemory_v10000)(CUexternalMemory *, const CUDA_EXTERNAL_MEMORY_HANDLE_DESC_v1 *);
typedef CUresult (*PFN_cuExternalMemoryGetMappedBuffer_v10000)(
    CUdeviceptr_v2 *, CUexternalMemory, const CUDA_EXTERNAL_MEMORY_BUFFER_DESC_v1 *);
typedef CUresult (*PFN_cuExternalMemoryGetMappedMipmappedArray_v10000)(
    CUmipmappedArray *, CUexternalMemory, const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC_v1 *);
typedef CUresult (*PFN_cuDestroyExternalMemory_v10000)(CUexternalMemory);
typedef CUresult (*PFN_cuImportExternalSemaphore_v10000)(
    CUexternalSemaphore *, const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC_v1 *);
typedef CUresult (*PFN_cuSignalExternalSemaphoresAsync_v10000_ptsz)(
    const CUexternalSemaphore *, const CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS_v1 *, unsigned int, CUstream);
typedef CUresult (*PFN_cuWaitExternalSemaphoresAsync_v10000_ptsz)(
    const CUexternalSemaphore *, const CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS_v1 *, unsigned int, CUstream);
typedef CUresult (*PFN_cuDestroyExternalSemaphore_v10000)(CUexternalSemaphore);
typedef CUresult (*PFN_cuStreamWaitValue32_v8000_ptsz)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue64_v9000_ptsz)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue32_v8000_ptsz)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue64_v9000_ptsz)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamBatchMemOp_v8000_ptsz)(
    CUstream, unsigned int, CUstreamBatchMemOpParams_v1 *, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue32_v11070_ptsz)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue64_v11070_ptsz)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue32_v11070_ptsz)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue64_v11070_ptsz)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamBatchMemOp_v11070_ptsz)(
    CUstream, unsigned int, CUstreamBatchMemOpParams *, unsigned int);
typedef CUresult (*PFN_cuFuncGetAttribute_v2020)(int *, CUfunction_attribute, CUfunction);
typedef CUresult (*PFN_cuFuncSetAttribute_v9000)(CUfunction, CUfunction_attribute, int);
typedef CUresult (*PFN_cuFuncSetCacheConfig_v3000)(CUfunction, CUfunc_cache);
typedef CUresult (*PFN_cuFuncSetSharedMemConfig_v4020)(CUfunction, CUsharedconfig);
typedef CUresult (*PFN_cuFuncGetName_v12030)(const char **, CUfunction);
typedef CUresult (*PFN_cuFuncGetParamInfo_v12040)(CUfunction, size_t, size_t *, size_t *);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuFuncGetParamCount_v13020)(CUfunction, size_t *);
#endif
typedef CUresult (*PFN_cuFuncIsLoaded_v12040)(CUfunctionLoadingState *, CUfunction);
typedef CUresult (*PFN_cuFuncLoad_v12040)(CUfunction);
typedef CUresult (*PFN_cuLaunchKernel_v7000_ptsz)(
    CUfunction, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int,
    CUstream, void **, void **);
typedef CUresult (*PFN_cuLaunchKernelEx_v11060_ptsz)(const CUlaunchConfig *, CUfunction, void **, void **);
typedef CUresult (*PFN_cuLaunchCooperativeKernel_v9000_ptsz)(
    CUfunction, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int,
    CUstream, void **);
typedef CUresult (*PFN_cuLaunchCooperativeKernelMultiDevice_v9000)(CUDA_LAUNCH_PARAMS_v1 *, unsigned int, unsigned int);
typedef CUresult (*PFN_cuLaunchHostFunc_v10000_ptsz)(CUstream, CUhostFn, void *);
typedef CUresult (*PFN_cuFuncSetBlockShape_v2000)(CUfunction, int, int, int);
typedef CUresult (*PFN_cuFuncSetSharedSize_v2000)(CUfunction, unsigned int);
typedef CUresult (*PFN_cuParamSetSize_v2000)(CUfunction, unsigned int);
typedef CUresult (*PFN_cuParamSeti_v2000)(CUfunction, int, unsigned int);
typedef CUresult (*PFN_cuParamSetf_v2000)(CUfunction, int, float);
typedef CUresult (*PFN_cuParamSetv_v2000)(CUfunction, int, void *, unsigned int);
typedef CUresult (*PFN_cuLaunch_v2000)(CUfunction);
typedef CUresult (*PFN_cuLaunchGrid_v2000)(CUfunction, int, int);
typedef CUresult (*PFN_cuLaunchGridAsync_v2000)(CUfunction, int, int, CUstream);
typedef CUresult (*PFN_cuParamSetTexRef_v2000)(CUfunction, int, CUtexref);
typedef CUresult (*PFN_cuOccupancyMaxActiveBlocksPerMultiprocessor_v6050)(int *, CUfunction, int, size_t);
typedef CUresult (*PFN_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags_v7000)(
    int *, CUfunction, int, size_t, unsigned int);
typedef CUresult (*PFN_cuOccupancyMaxPotentialBlockSize_v6050)(
    int *, int *, CUfunction, CUoccupancyB2DSize, size_t, int);
typedef CUresult (*PFN_cuOccupancyMaxPotentialBlockSizeWithFlags_v7000)(
    int *, int *, CUfunction, CUoccupancyB2DSize, size_t, int, unsigned int);
typedef CUresult (*PFN_cuOccupancyAvailableDynamicSMemPerBlock_v10020)(size_t *, CUfunction, int, int);
typedef CUresult (*PFN_cuOccupancyMaxPotentialClusterSize_v11070)(int *, CUfunction, const CUlaunchConfig *);
typedef CUresult (*PFN_cuOccupancyMaxActiveClusters_v11070)(int *, CUfunction, const CUlaunchConfig *);
typedef CUresult (*PFN_cuFuncGetModule_v11000)(CUmodule *, CUfunction);
typedef CUresult (*PFN_cuStreamGetPriority_v5050)(CUstream, int *);
typedef CUresult (*PFN_cuStreamGetFlags_v5050)(CUstream, unsigned int *);
typedef CUresult (*PFN_cuStreamGetCtx_v9020)(CUstream, CUcontext *);
typedef CUresult (*PFN_cuStreamGetDevice_v12080)(CUstream, CUdevice *);
typedef CUresult (*PFN_cuStreamGetDevice_v12080_ptsz)(CUstream, CUdevice *);
typedef CUresult (*PFN_cuStreamWaitEvent_v3020)(CUstream, CUevent, unsigned int);
typedef CUresult (*PFN_cuStreamAddCallback_v5000)(CUstream, CUstreamCallback, void *, unsigned int);
typedef CUresult (*PFN_cuStreamAttachMemAsync_v6000)(CUstream, CUdeviceptr_v2, size_t, unsigned int);
typedef CUresult (*PFN_cuStreamQuery_v2000)(CUstream);
typedef CUresult (*PFN_cuStreamSynchronize_v2000)(CUstream);
typedef CUresult (*PFN_cuEventRecord_v2000)(CUevent, CUstream);
typedef CUresult (*PFN_cuEventRecordWithFlags_v11010)(CUevent, CUstream, unsigned int);
typedef CUresult (*PFN_cuLaunchKernel_v4000)(
    CUfunction, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int,
    CUstream, void **, void **);
typedef CUresult (*PFN_cuLaunchKernelEx_v11060)(const CUlaunchConfig *, CUfunction, void **, void **);
typedef CUresult (*PFN_cuLaunchHostFunc_v10000)(CUstream, CUhostFn, void *);
typedef CUresult (*PFN_cuStreamWriteValue32_v8000)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue32_v8000)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue64_v9000)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue64_v9000)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamBatchMemOp_v8000)(CUstream, unsigned int, CUstreamBatchMemOpParams *, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue32_v11070)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue32_v11070)(CUstream, CUdeviceptr_v2, cuuint32_t, unsigned int);
typedef CUresult (*PFN_cuStreamWriteValue64_v11070)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamWaitValue64_v11070)(CUstream, CUdeviceptr_v2, cuuint64_t, unsigned int);
typedef CUresult (*PFN_cuStreamBatchMemOp_v11070)(CUstream, unsigned int, CUstreamBatchMemOpParams *, unsigned int);
typedef CUresult (*PFN_cuLaunchCooperativeKernel_v9000)(
    CUfunction, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int, unsigned int,
    CUstream, void **);
typedef CUresult (*PFN_cuSignalExternalSemaphoresAsync_v10000)(
    const CUexternalSemaphore *, const CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS_v1 *, unsigned int, CUstream);
typedef CUresult (*PFN_cuWaitExternalSemaphoresAsync_v10000)(
    const CUexternalSemaphore *, const CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS_v1 *, unsigned int, CUstream);
typedef CUresult (*PFN_cuStreamBeginCapture_v10010)(CUstream, CUstreamCaptureMode);
typedef CUresult (*PFN_cuStreamBeginCaptureToGraph_v12030)(
    CUstream, CUgraph, const CUgraphNode *, const CUgraphEdgeData *, size_t, CUstreamCaptureMode);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuStreamBeginRecaptureToGraph_v13030)(
    CUstream, CUstreamCaptureMode, CUgraph, CUgraphRecaptureCallback, void *);
#endif
typedef CUresult (*PFN_cuStreamEndCapture_v10000)(CUstream, CUgraph *);
typedef CUresult (*PFN_cuStreamIsCapturing_v10000)(CUstream, CUstreamCaptureStatus *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v10010)(CUstream, CUstreamCaptureStatus *, cuuint64_t *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v11030)(
    CUstream, CUstreamCaptureStatus *, cuuint64_t *, CUgraph *, const CUgraphNode **, size_t *);
typedef CUresult (*PFN_cuStreamGetCaptureInfo_v12030)(
    CUstream, CUstreamCaptureStatus *, cuuint64_t *, CUgraph *, const CUgraphNode **, const CUgraphEdgeData **,
    size_t *);
typedef CUresult (*PFN_cuStreamUpdateCaptureDependencies_v11030)(CUstream, CUgraphNode *, size_t, unsigned int);
typedef CUresult (*PFN_cuStreamUpdateCaptureDependencies_v12030)(
    CUstream, CUgraphNode *, const CUgraphEdgeData *, size_t, unsigned int);
typedef CUresult (*PFN_cuStreamCopyAttributes_v11000)(CUstream, CUstream);
typedef CUresult (*PFN_cuStreamGetAttribute_v11000)(CUstream, CUstreamAttrID, CUstreamAttrValue_v1 *);
typedef CUresult (*PFN_cuStreamSetAttribute_v11000)(CUstream, CUstreamAttrID, const CUstreamAttrValue_v1 *);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuStreamGetDevResource_v13010)(CUstream, CUdevResource *, CUdevResourceType);
typedef CUresult (*PFN_cuStreamGetDevResource_v13010_ptsz)(CUstream, CUdevResource *, CUdevResourceType);
#endif
typedef CUresult (*PFN_cuStreamGetGreenCtx_v12040)(CUstream, CUgreenCtx *);
typedef CUresult (*PFN_cuStreamGetCtx_v12050)(CUstream, CUcontext *, CUgreenCtx *);
typedef CUresult (*PFN_cuStreamGetCtx_v12050_ptsz)(CUstream, CUcontext *, CUgreenCtx *);
#if CARMINE_CUDA >= 13
typedef CUresult (*PFN_cuLaunchHostFunc_v13010)(CUstream, CUhostFn, void *, unsigned int);
typedef CUresult (*PFN_cuLaunchHostFunc_v13010_ptsz)(CUstream, CUhostFn, void *, unsigned int);
#endif

#if CARMINE_CUDA < 13
#define PFN_cuDestroyExternalMemory PFN_cuDestroyExternalMemory_v10000
#define PFN_cuDestroyExternalSemaphore PFN_cuDestroyExternalSemaphore_v10000
#define PFN_cuEventCreate PFN_cuEventCreate_v2000
#define PFN_cuEventDestroy PFN_cuEventDestroy_v4000
#define PFN_cuEventElapsedTime PFN_cuEventElapsedTime_v12080
#define PFN_cuEventElapsedTime_v2 PFN_cuEventElapsedTime_v12080
#define PFN_cuEventQuery PFN_cuEventQuery_v2000
#define PFN_cuEventRecord CARMINE_FORM_PTSZ(PFN_cuEventRecord, 2000, 7000)
#define PFN_cuEventRecordWithFlags CARMINE_FORM_PTSZ(PFN_cuEventRecordWithFlags, 11010, 11010)
#define PFN_cuEventSynchronize PFN_cuEventSynchronize_v2000
#define PFN_cuExternalMemoryGetMappedBuffer PFN_cuExternalMemoryGetMappedBuffer_v10000
#define PFN_cuExternalMemoryGetMappedMipmappedArray PFN_cuExternalMemoryGetMappedMipmappedArray_v10000
#define PFN_cuFuncGetAttribute PFN_cuFuncGetAttribute_v2020
#define PFN_cuFuncGetModule PFN_cuFuncGetModule_v11000
#define PFN_cuFuncGetName PFN_cuFuncGetName_v12030
#define PFN_cuFuncGetParamInfo PFN_cuFuncGetParamInfo_v12040
#define PFN_cuFuncIsLoaded PFN_cuFuncIsLoaded_v12040
#define PFN_cuFuncLoad PFN_cuFuncLoad_v12040
#define PFN_cuFuncSetAttribute PFN_cuFuncSetAttribute_v9000
#define PFN_cuFuncSetBlockShape PFN_cuFuncSetBlockShape_v2000
#define PFN_cuFuncSetCacheConfig PFN_cuFuncSetCacheConfig_v3000
#define PFN_cuFuncSetSharedMemConfig PFN_cuFuncSetSharedMemConfig_v4020
#define PFN_cuFuncSetSharedSize PFN_cuFuncSetSharedSize_v2000
#define PFN_cuImportExternalMemory PFN_cuImportExternalMemory_v10000
#define PFN_cuImportExternalSemaphore PFN_cuImportExternalSemaphore_v10000
#define PFN_cuLaunch PFN_cuLaunch_v2000
#define PFN_cuLaunchCooperativeKernel CARMINE_FORM_PTSZ(PFN_cuLaunchCooperativeKernel, 9000, 9000)
#define PFN_cuLaunchCooperativeKernelMultiDevice PFN_cuLaunchCooperativeKernelMultiDevice_v9000
#define PFN_cuLaunchGrid PFN_cuLaunchGrid_v2000
#define PFN_cuLaunchGridAsync PFN_cuLaunchGridAsync_v2000
#define PFN_cuLaunchHostFunc CARMINE_FORM_PTSZ(PFN_cuLaunchHostFunc, 10000, 10000)
#define PFN_cuLaunchKernel CARMINE_FORM_PTSZ(PFN_cuLaunchKernel, 4000, 7000)
#define PFN_cuLaunchKernelEx CARMINE_FORM_PTSZ(PFN_cuLaunchKernelEx, 11060, 11060)
#define PFN_cuOccupancyAvailableDynamicSMemPerBlock PFN_cuOccupancyAvailableDynamicSMemPerBlock_v10020
#define PFN_cuOccupancyMaxActiveBlocksPerMultiprocessor PFN_cuOccupancyMaxActiveBlocksPerMultiprocessor_v6050
#define PFN_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags PFN_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags_v7000
#define PFN_cuOccupancyMaxActiveClusters PFN_cuOccupancyMaxActiveClusters_v11070
#define PFN_cuOccupancyMaxPotentialBlockSize PFN_cuOccupancyMaxPotentialBlockSize_v6050
#define PFN_cuOccupancyMaxPotentialBlockSizeWithFlags PFN_cuOccupancyMaxPotentialBlockSizeWithFlags_v7000
#define PFN_cuOccupancyMaxPotentialClusterSize PFN_cuOccupancyMaxPotentialClusterSize_v11070
#define PFN_cuParamSetSize PFN_cuParamSetSize_v2000
#define PFN_cuParamSetTexRef PFN_cuParamSetTexRef_v2000
#define PFN_cuParamSetf PFN_cuParamSetf_v2000
#define PFN_cuParamSeti PFN_cuParamSeti_v2000
#define PFN_cuParamSetv PFN_cuParamSetv_v2000
#define PFN_cuSignalExternalSemaphoresAsync CARMINE_FORM_PTSZ(PFN_cuSignalExternalSemaphoresAsync, 10000, 10000)
#define PFN_cuStreamAddCallback CARMINE_FORM_PTSZ(PFN_cuStreamAddCallback, 5000, 7000)
#define PFN_cuStreamAttachMemAsync CARMINE_FORM_PTSZ(PFN_cuStreamAttachMemAsync, 6000, 7000)
#define PFN_cuStreamBatchMemOp CARMINE_FORM_PTSZ(PFN_cuStreamBatchMemOp, 8000, 8000)
#define PFN_cuStreamBatchMemOp_v2 CARMINE_FORM_PTSZ(PFN_cuStreamBatchMemOp, 11070, 11070)
#define PFN_cuStreamBeginCapture CARMINE_FORM_PTSZ(PFN_cuStreamBeginCapture, 10010, 10010)
#define PFN_cuStreamBeginCaptureToGraph CARMINE_FORM_PTSZ(PFN_cuStreamBeginCaptureToGraph, 12030, 12030)
#define PFN_cuStreamCopyAttributes CARMINE_FORM_PTSZ(PFN_cuStreamCopyAttributes, 11000, 11000)
#define PFN_cuStreamCreate PFN_cuStreamCreate_v2000
#define PFN_cuStreamCreateWithPriority PFN_cuStreamCreateWithPriority_v5050
#define PFN_cuStreamDestroy PFN_cuStreamDestroy_v4000
#define PFN_cuStreamEndCapture CARMINE_FORM_PTSZ(PFN_cuStreamEndCapture, 10000, 10000)
#define PFN_cuStreamGetAttribute CARMINE_FORM_PTSZ(PFN_cuStreamGetAttribute, 11000, 11000)
#define PFN_cuStreamGetCaptureInfo CARMINE_FORM_PTSZ(PFN_cuStreamGetCaptureInfo, 12030, 12030)
#define PFN_cuStreamGetCaptureInfo_v2 CARMINE_FORM_PTSZ(PFN_cuStreamGetCaptureInfo, 11030, 11030)
#define PFN_cuStreamGetCaptureInfo_v3 CARMINE_FORM_PTSZ(PFN_cuStreamGetCaptureInfo, 12030, 12030)
#define PFN_cuStreamGetCtx CARMINE_FORM_PTSZ(PFN_cuStreamGetCtx, 12050, 12050)
#define PFN_cuStreamGetCtx_v2 CARMINE_FORM_PTSZ(PFN_cuStreamGetCtx, 12050, 12050)
#define PFN_cuStreamGetDevice CARMINE_FORM_PTSZ(PFN_cuStreamGetDevice, 12080, 12080)
#define PFN_cuStreamGetFlags CARMINE_FORM_PTSZ(PFN_cuStreamGetFlags, 5050, 7000)
#define PFN_cuStreamGetGreenCtx PFN_cuStreamGetGreenCtx_v12040
#define PFN_cuStreamGetId CARMINE_FORM_PTSZ(PFN_cuStreamGetId_v12000, 12000, 12000)
#define PFN_cuStreamGetPriority CARMINE_FORM_PTSZ(PFN_cuStreamGetPriority, 5050, 7000)
#define PFN_cuStreamIsCapturing CARMINE_FORM_PTSZ(PFN_cuStreamIsCapturing, 10000, 10000)
#define PFN_cuStreamQuery CARMINE_FORM_PTSZ(PFN_cuStreamQuery, 2000, 7000)
#define PFN_cuStreamSetAttribute CARMINE_FORM_PTSZ(PFN_cuStreamSetAttribute, 11000, 11000)
#define PFN_cuStreamSynchronize CARMINE_FORM_PTSZ(PFN_cuStreamSynchronize, 2000, 7000)
#define PFN_cuStreamUpdateCaptureDependencies CARMINE_FORM_PTSZ(PFN_cuStreamUpdateCaptureDependencies, 12030, 12030)
#define PFN_cuStreamUpdateCaptureDependencies_v2 CARMINE_FORM_PTSZ(PFN_cuStreamUpdateCaptureDependencies, 12030, 12030)
#define PFN_cuStreamWaitEvent CARMINE_FORM_PTSZ(PFN_cuStreamWaitEvent, 3020, 7000)
#define PFN_cuStreamWaitValue32 CARMINE_FORM_PTSZ(PFN_cuStreamWaitValue32, 8000, 8000)
#define PFN_cuStreamWaitValue32_v2 CARMINE_FORM_PTSZ(PFN_cuStreamWaitValue32, 11070, 11070)
#define PFN_cuStreamWaitValue64 CARMINE_FORM_PTSZ(PFN_cuStreamWaitValue64, 9000, 9000)
#define PFN_cuStreamWaitValue64_v2 CARMINE_FORM_PTSZ(PFN_cuStreamWaitValue64, 11070, 11070)
#define PFN_cuStreamWriteValue32 CARMINE_FORM_PTSZ(PFN_cuStreamWriteValue32, 8000, 8000)
#define PFN_cuStreamWriteValue32_v2 CARMINE_FORM_PTSZ(PFN_cuStreamWriteValue32, 11070, 11070)
#define PFN_cuStreamWriteValue64 CARMINE_FORM_PTSZ(PFN_cuStreamWriteValue64, 9000, 9000)
#define PFN_cuStreamWriteValue64_v2 CARMINE_FORM_PTSZ(PFN_cuStreamWriteValue64, 11070, 11070)
#define PFN_cuWaitExternalSemaphoresAsync CARMINE_FORM_PTSZ(PFN_cuWaitExternalSemaphoresAsync, 10000, 10000)
#endif

#endif
