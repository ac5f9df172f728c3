/* The exported name behind each name: the newest version, and with CUDA_API_PER_THREAD_DEFAULT_STREAM the one whose
   null stream is the thread's own. */
#ifndef CARMINE_DRIVER_VERSIONS_H
#define CARMINE_DRIVER_VERSIONS_H

#include "../base.h"

#if defined(CUDA_API_PER_THREAD_DEFAULT_STREAM)
#define CARMINE_PTDS(name) name##_ptds
#define CARMINE_PTSZ(name) name##_ptsz
#else
#define CARMINE_PTDS(name) name
#define CARMINE_PTSZ(name) name
#endif

#define cuDeviceTotalMem cuDeviceTotalMem_v2
#if CARMINE_CUDA >= 13
#define cuCtxCreate cuCtxCreate_v4
#else
#define cuCtxCreate cuCtxCreate_v2
#endif
#define cuModuleGetGlobal cuModuleGetGlobal_v2
#define cuMemGetInfo cuMemGetInfo_v2
#define cuMemAlloc cuMemAlloc_v2
#define cuMemAllocPitch cuMemAllocPitch_v2
#define cuMemFree cuMemFree_v2
#define cuMemGetAddressRange cuMemGetAddressRange_v2
#define cuMemAllocHost cuMemAllocHost_v2
#define cuMemHostGetDevicePointer cuMemHostGetDevicePointer_v2
#if CARMINE_CUDA >= 13
#define cuMemAdvise cuMemAdvise_v2
#define cuMemPrefetchAsync CARMINE_PTSZ(cuMemPrefetchAsync_v2)
#define cuMemPrefetchBatchAsync CARMINE_PTSZ(cuMemPrefetchBatchAsync)
#define cuMemDiscardBatchAsync CARMINE_PTSZ(cuMemDiscardBatchAsync)
#define cuMemDiscardAndPrefetchBatchAsync CARMINE_PTSZ(cuMemDiscardAndPrefetchBatchAsync)
#endif
#define cuMemcpyHtoD CARMINE_PTDS(cuMemcpyHtoD_v2)
#define cuMemcpyDtoH CARMINE_PTDS(cuMemcpyDtoH_v2)
#define cuMemcpyDtoD CARMINE_PTDS(cuMemcpyDtoD_v2)
#define cuMemcpyDtoA CARMINE_PTDS(cuMemcpyDtoA_v2)
#define cuMemcpyAtoD CARMINE_PTDS(cuMemcpyAtoD_v2)
#define cuMemcpyHtoA CARMINE_PTDS(cuMemcpyHtoA_v2)
#define cuMemcpyAtoH CARMINE_PTDS(cuMemcpyAtoH_v2)
#define cuMemcpyAtoA CARMINE_PTDS(cuMemcpyAtoA_v2)
#define cuMemcpyHtoAAsync CARMINE_PTSZ(cuMemcpyHtoAAsync_v2)
#define cuMemcpyAtoHAsync CARMINE_PTSZ(cuMemcpyAtoHAsync_v2)
#define cuMemcpy2D CARMINE_PTDS(cuMemcpy2D_v2)
#define cuMemcpy2DUnaligned CARMINE_PTDS(cuMemcpy2DUnaligned_v2)
#define cuMemcpy3D CARMINE_PTDS(cuMemcpy3D_v2)
#define cuMemcpyHtoDAsync CARMINE_PTSZ(cuMemcpyHtoDAsync_v2)
#define cuMemcpyDtoHAsync CARMINE_PTSZ(cuMemcpyDtoHAsync_v2)
#define cuMemcpyDtoDAsync CARMINE_PTSZ(cuMemcpyDtoDAsync_v2)
#define cuMemcpy2DAsync CARMINE_PTSZ(cuMemcpy2DAsync_v2)
#define cuMemcpy3DAsync CARMINE_PTSZ(cuMemcpy3DAsync_v2)
#if CARMINE_CUDA >= 13
#define cuMemcpyBatchAsync CARMINE_PTSZ(cuMemcpyBatchAsync_v2)
#define cuMemcpy3DBatchAsync CARMINE_PTSZ(cuMemcpy3DBatchAsync_v2)
#define cuMemcpyWithAttributesAsync CARMINE_PTSZ(cuMemcpyWithAttributesAsync)
#define cuMemcpy3DWithAttributesAsync CARMINE_PTSZ(cuMemcpy3DWithAttributesAsync)
#else
#define cuMemcpyBatchAsync CARMINE_PTSZ(cuMemcpyBatchAsync)
#define cuMemcpy3DBatchAsync CARMINE_PTSZ(cuMemcpy3DBatchAsync)
#endif
#define cuMemsetD8 CARMINE_PTDS(cuMemsetD8_v2)
#define cuMemsetD16 CARMINE_PTDS(cuMemsetD16_v2)
#define cuMemsetD32 CARMINE_PTDS(cuMemsetD32_v2)
#define cuMemsetD2D8 CARMINE_PTDS(cuMemsetD2D8_v2)
#define cuMemsetD2D16 CARMINE_PTDS(cuMemsetD2D16_v2)
#define cuMemsetD2D32 CARMINE_PTDS(cuMemsetD2D32_v2)
#define cuArrayCreate cuArrayCreate_v2
#define cuArrayGetDescriptor cuArrayGetDescriptor_v2
#define cuArray3DCreate cuArray3DCreate_v2
#define cuArray3DGetDescriptor cuArray3DGetDescriptor_v2
#define cuTexRefSetAddress cuTexRefSetAddress_v2
#define cuTexRefGetAddress cuTexRefGetAddress_v2
#define cuGraphicsResourceGetMappedPointer cuGraphicsResourceGetMappedPointer_v2
#define cuCtxDestroy cuCtxDestroy_v2
#define cuCtxPopCurrent cuCtxPopCurrent_v2
#define cuCtxPushCurrent cuCtxPushCurrent_v2
#define cuStreamDestroy cuStreamDestroy_v2
#define cuEventDestroy cuEventDestroy_v2
#define cuTexRefSetAddress2D cuTexRefSetAddress2D_v3
#define cuLinkCreate cuLinkCreate_v2
#define cuLinkAddData cuLinkAddData_v2
#define cuLinkAddFile cuLinkAddFile_v2
#define cuMemHostRegister cuMemHostRegister_v2
#define cuGraphicsResourceSetMapFlags cuGraphicsResourceSetMapFlags_v2
#define cuStreamBeginCapture CARMINE_PTSZ(cuStreamBeginCapture_v2)
#define cuDevicePrimaryCtxRelease cuDevicePrimaryCtxRelease_v2
#define cuDevicePrimaryCtxReset cuDevicePrimaryCtxReset_v2
#define cuDevicePrimaryCtxSetFlags cuDevicePrimaryCtxSetFlags_v2
#if CARMINE_CUDA >= 13
#define cuDeviceGetUuid cuDeviceGetUuid_v2
#endif
#define cuIpcOpenMemHandle cuIpcOpenMemHandle_v2
#define cuGraphInstantiate cuGraphInstantiateWithFlags
#define cuGraphExecUpdate cuGraphExecUpdate_v2
#define cuGetProcAddress cuGetProcAddress_v2
#define cuGraphAddKernelNode cuGraphAddKernelNode_v2
#define cuGraphKernelNodeGetParams cuGraphKernelNodeGetParams_v2
#define cuGraphKernelNodeSetParams cuGraphKernelNodeSetParams_v2
#define cuGraphExecKernelNodeSetParams cuGraphExecKernelNodeSetParams_v2
#if CARMINE_CUDA >= 13
#define cuGraphGetEdges cuGraphGetEdges_v2
#define cuGraphNodeGetDependencies cuGraphNodeGetDependencies_v2
#define cuGraphNodeGetDependentNodes cuGraphNodeGetDependentNodes_v2
#define cuGraphAddDependencies cuGraphAddDependencies_v2
#define cuGraphRemoveDependencies cuGraphRemoveDependencies_v2
#define cuGraphAddNode cuGraphAddNode_v2
#define cuEventElapsedTime cuEventElapsedTime_v2
#endif
#define cuStreamWriteValue32 CARMINE_PTSZ(cuStreamWriteValue32_v2)
#define cuStreamWaitValue32 CARMINE_PTSZ(cuStreamWaitValue32_v2)
#define cuStreamWriteValue64 CARMINE_PTSZ(cuStreamWriteValue64_v2)
#define cuStreamWaitValue64 CARMINE_PTSZ(cuStreamWaitValue64_v2)
#define cuStreamBatchMemOp CARMINE_PTSZ(cuStreamBatchMemOp_v2)
#if CARMINE_CUDA >= 13
#define cuStreamGetCaptureInfo CARMINE_PTSZ(cuStreamGetCaptureInfo_v3)
#define cuStreamUpdateCaptureDependencies CARMINE_PTSZ(cuStreamUpdateCaptureDependencies_v2)
#else
#define cuStreamGetCaptureInfo CARMINE_PTSZ(cuStreamGetCaptureInfo_v2)
#define cuStreamGetCaptureInfo_v2 CARMINE_PTSZ(cuStreamGetCaptureInfo_v2)
#endif
#define cuMemcpy CARMINE_PTDS(cuMemcpy)
#define cuMemcpyAsync CARMINE_PTSZ(cuMemcpyAsync)
#define cuMemcpyPeer CARMINE_PTDS(cuMemcpyPeer)
#define cuMemcpyPeerAsync CARMINE_PTSZ(cuMemcpyPeerAsync)
#define cuMemcpy3DPeer CARMINE_PTDS(cuMemcpy3DPeer)
#define cuMemcpy3DPeerAsync CARMINE_PTSZ(cuMemcpy3DPeerAsync)
#if CARMINE_CUDA < 13
#define cuMemPrefetchAsync CARMINE_PTSZ(cuMemPrefetchAsync)
#define cuMemPrefetchAsync_v2 CARMINE_PTSZ(cuMemPrefetchAsync_v2)
#endif
#define cuMemsetD8Async CARMINE_PTSZ(cuMemsetD8Async)
#define cuMemsetD16Async CARMINE_PTSZ(cuMemsetD16Async)
#define cuMemsetD32Async CARMINE_PTSZ(cuMemsetD32Async)
#define cuMemsetD2D8Async CARMINE_PTSZ(cuMemsetD2D8Async)
#define cuMemsetD2D16Async CARMINE_PTSZ(cuMemsetD2D16Async)
#define cuMemsetD2D32Async CARMINE_PTSZ(cuMemsetD2D32Async)
#define cuStreamGetPriority CARMINE_PTSZ(cuStreamGetPriority)
#define cuStreamGetId CARMINE_PTSZ(cuStreamGetId)
#define cuStreamGetFlags CARMINE_PTSZ(cuStreamGetFlags)
#define cuStreamGetDevice CARMINE_PTSZ(cuStreamGetDevice)
#if CARMINE_CUDA >= 13
#define cuStreamGetDevResource CARMINE_PTSZ(cuStreamGetDevResource)
#endif
#define cuStreamGetCtx CARMINE_PTSZ(cuStreamGetCtx)
#define cuStreamGetCtx_v2 CARMINE_PTSZ(cuStreamGetCtx_v2)
#define cuStreamWaitEvent CARMINE_PTSZ(cuStreamWaitEvent)
#define cuStreamEndCapture CARMINE_PTSZ(cuStreamEndCapture)
#define cuStreamIsCapturing CARMINE_PTSZ(cuStreamIsCapturing)
#if CARMINE_CUDA < 13
#define cuStreamGetCaptureInfo_v3 CARMINE_PTSZ(cuStreamGetCaptureInfo_v3)
#define cuStreamUpdateCaptureDependencies CARMINE_PTSZ(cuStreamUpdateCaptureDependencies)
#define cuStreamUpdateCaptureDependencies_v2 CARMINE_PTSZ(cuStreamUpdateCaptureDependencies_v2)
#endif
#define cuStreamAddCallback CARMINE_PTSZ(cuStreamAddCallback)
#define cuStreamAttachMemAsync CARMINE_PTSZ(cuStreamAttachMemAsync)
#define cuStreamQuery CARMINE_PTSZ(cuStreamQuery)
#define cuStreamSynchronize CARMINE_PTSZ(cuStreamSynchronize)
#define cuEventRecord CARMINE_PTSZ(cuEventRecord)
#define cuEventRecordWithFlags CARMINE_PTSZ(cuEventRecordWithFlags)
#define cuLaunchKernel CARMINE_PTSZ(cuLaunchKernel)
#define cuLaunchKernelEx CARMINE_PTSZ(cuLaunchKernelEx)
#define cuLaunchHostFunc CARMINE_PTSZ(cuLaunchHostFunc)
#if CARMINE_CUDA >= 13
#define cuLaunchHostFunc_v2 CARMINE_PTSZ(cuLaunchHostFunc_v2)
#endif
#define cuGraphicsMapResources CARMINE_PTSZ(cuGraphicsMapResources)
#define cuGraphicsUnmapResources CARMINE_PTSZ(cuGraphicsUnmapResources)
#define cuLaunchCooperativeKernel CARMINE_PTSZ(cuLaunchCooperativeKernel)
#define cuSignalExternalSemaphoresAsync CARMINE_PTSZ(cuSignalExternalSemaphoresAsync)
#define cuWaitExternalSemaphoresAsync CARMINE_PTSZ(cuWaitExternalSemaphoresAsync)
#define cuGraphInstantiateWithParams CARMINE_PTSZ(cuGraphInstantiateWithParams)
#define cuGraphUpload CARMINE_PTSZ(cuGraphUpload)
#define cuGraphLaunch CARMINE_PTSZ(cuGraphLaunch)
#define cuStreamCopyAttributes CARMINE_PTSZ(cuStreamCopyAttributes)
#define cuStreamGetAttribute CARMINE_PTSZ(cuStreamGetAttribute)
#define cuStreamSetAttribute CARMINE_PTSZ(cuStreamSetAttribute)
#define cuMemMapArrayAsync CARMINE_PTSZ(cuMemMapArrayAsync)
#define cuMemFreeAsync CARMINE_PTSZ(cuMemFreeAsync)
#define cuMemAllocAsync CARMINE_PTSZ(cuMemAllocAsync)
#define cuMemAllocFromPoolAsync CARMINE_PTSZ(cuMemAllocFromPoolAsync)
#define cuStreamBeginCaptureToGraph CARMINE_PTSZ(cuStreamBeginCaptureToGraph)
#if CARMINE_CUDA >= 13
#define cuStreamBeginRecaptureToGraph CARMINE_PTSZ(cuStreamBeginRecaptureToGraph)
#define cuFabricCpyBatchAsync CARMINE_PTSZ(cuFabricCpyBatchAsync)
#define cuStreamBeginCaptureToCig CARMINE_PTSZ(cuStreamBeginCaptureToCig)
#define cuStreamEndCaptureToCig CARMINE_PTSZ(cuStreamEndCaptureToCig)
#endif
#define cuMemBatchDecompressAsync CARMINE_PTSZ(cuMemBatchDecompressAsync)
#define cuGetProcAddress_v2 CARMINE_PTSZ(cuGetProcAddress_v2)

#endif
