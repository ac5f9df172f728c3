/* Graphs: nodes, edges, instantiation, update. */
#ifndef CARMINE_TYPES_GRAPHS_H
#define CARMINE_TYPES_GRAPHS_H

#include "external.h"
#include "launch.h"
#include "streams.h"

struct cudaMemcpyNodeParams {
  int flags;
#if CARMINE_CUDA >= 13
  int reserved;
  cudaExecutionContext_t ctx;
#else
  int reserved[3];
#endif
  struct cudaMemcpy3DParms copyParams;
};

/* A fill. */
struct cudaMemsetParams {
  void *dst;
  size_t pitch; /* bytes; for one row without meaning */
  unsigned int value;
  unsigned int elementSize; /* 1, 2 or 4 bytes */
  size_t width; /* elements */
  size_t height;
};

struct cudaMemsetParamsV2 {
  void *dst;
  size_t pitch;
  unsigned int value;
  unsigned int elementSize;
  size_t width;
  size_t height;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
#endif
};

/* A call on the host. */
struct cudaHostNodeParams {
  cudaHostFn_t fn;
  void *userData;
};

struct cudaHostNodeParamsV2 {
  cudaHostFn_t fn;
  void *userData;
#if CARMINE_CUDA >= 13
  unsigned int syncMode;
  cudaExecutionContext_t ctx;
#endif
};

struct cudaMemAllocNodeParams {
  struct cudaMemPoolProps poolProps;
  const struct cudaMemAccessDesc *accessDescs;
  size_t accessDescCount;
  size_t bytesize;
  void *dptr;
};

struct cudaMemAllocNodeParamsV2 {
  struct cudaMemPoolProps poolProps;
  const struct cudaMemAccessDesc *accessDescs;
  size_t accessDescCount;
  size_t bytesize;
  void *dptr;
};

struct cudaMemFreeNodeParams {
  void *dptr;
};

enum cudaGraphMemAttributeType {
  cudaGraphMemAttrUsedMemCurrent = 0,
  cudaGraphMemAttrUsedMemHigh = 1,
  cudaGraphMemAttrReservedMemCurrent = 2,
  cudaGraphMemAttrReservedMemHigh = 3,
};

/* A kernel node's launch; `kernelParams` has a pointer to each argument, or `extra` the packed arguments. */
struct cudaKernelNodeParams {
  void *func;
  dim3 gridDim;
  dim3 blockDim;
  unsigned int sharedMemBytes;
  void **kernelParams;
  void **extra;
};

struct cudaKernelNodeParamsV2 {
#if CARMINE_CUDA >= 13
  union {
    void *func;
    cudaKernel_t kern;
    cudaFunction_t cuFunc;
  };
#else
  void *func;
#endif
  dim3 gridDim;
  dim3 blockDim;
  unsigned int sharedMemBytes;
  void **kernelParams;
  void **extra;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
  CARMINE_ENUM(cudaKernelFunctionType) functionType;
#endif
};

struct cudaExternalSemaphoreSignalNodeParams {
  cudaExternalSemaphore_t *extSemArray;
  const struct cudaExternalSemaphoreSignalParams *paramsArray;
  unsigned int numExtSems;
};

struct cudaExternalSemaphoreSignalNodeParamsV2 {
  cudaExternalSemaphore_t *extSemArray;
  const struct cudaExternalSemaphoreSignalParams *paramsArray;
  unsigned int numExtSems;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
#endif
};

struct cudaExternalSemaphoreWaitNodeParams {
  cudaExternalSemaphore_t *extSemArray;
  const struct cudaExternalSemaphoreWaitParams *paramsArray;
  unsigned int numExtSems;
};

struct cudaExternalSemaphoreWaitNodeParamsV2 {
  cudaExternalSemaphore_t *extSemArray;
  const struct cudaExternalSemaphoreWaitParams *paramsArray;
  unsigned int numExtSems;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
#endif
};

enum cudaGraphConditionalHandleFlags {
  cudaGraphCondAssignDefault = 1,
};

enum cudaGraphConditionalNodeType {
  cudaGraphCondTypeIf = 0,
  cudaGraphCondTypeWhile = 1,
  cudaGraphCondTypeSwitch = 2,
};

/* A conditional node; its bodies come back in phGraph_out. */
struct cudaConditionalNodeParams {
  cudaGraphConditionalHandle handle;
  CARMINE_ENUM(cudaGraphConditionalNodeType) type;
  unsigned int size;
  cudaGraph_t *phGraph_out;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
#endif
};

#if CARMINE_CUDA >= 13
struct cudaMemcpyBatchNodeParams {
  size_t count;
  void **dsts;
  void **srcs;
  size_t *sizes;
  struct cudaMemcpyAttributes *attrs;
  size_t *attrsIdxs;
  size_t numAttrs;
  cudaExecutionContext_t ctx;
};
#endif

/* What a node does. */
enum cudaGraphNodeType {
  cudaGraphNodeTypeKernel = 0,
  cudaGraphNodeTypeMemcpy = 1,
  cudaGraphNodeTypeMemset = 2,
  cudaGraphNodeTypeHost = 3,
  cudaGraphNodeTypeGraph = 4,
  cudaGraphNodeTypeEmpty = 5,
  cudaGraphNodeTypeWaitEvent = 6,
  cudaGraphNodeTypeEventRecord = 7,
  cudaGraphNodeTypeExtSemaphoreSignal = 8,
  cudaGraphNodeTypeExtSemaphoreWait = 9,
  cudaGraphNodeTypeMemAlloc = 10,
  cudaGraphNodeTypeMemFree = 11,
  cudaGraphNodeTypeConditional = 13,
#if CARMINE_CUDA >= 13
  cudaGraphNodeTypeMemcpyBatch = 14,
  cudaGraphNodeTypeReserved16 = 16,
  cudaGraphNodeTypeExternalEngine = 17,
  cudaGraphNodeTypeCount = 18,
#else
  cudaGraphNodeTypeCount = 14,
#endif
};

enum cudaGraphChildGraphNodeOwnership {
  cudaGraphChildGraphOwnershipClone = 0,
  cudaGraphChildGraphOwnershipMove = 1,
#if CARMINE_CUDA >= 13
  cudaGraphChildGraphOwnershipInvalid = -1,
#endif
};

struct cudaChildGraphNodeParams {
  cudaGraph_t graph;
  CARMINE_ENUM(cudaGraphChildGraphNodeOwnership) ownership;
};

struct cudaEventRecordNodeParams {
  cudaEvent_t event;
#if CARMINE_CUDA >= 13
  cudaExecutionContext_t ctx;
#endif
};

struct cudaEventWaitNodeParams {
  cudaEvent_t event;
};

/* A node of any kind; `type` says which member counts. */
struct cudaGraphNodeParams {
  CARMINE_ENUM(cudaGraphNodeType) type;
  int reserved0[3];
  union {
    long long reserved1[29];
    struct cudaKernelNodeParamsV2 kernel;
    struct cudaMemcpyNodeParams memcpy;
    struct cudaMemsetParamsV2 memset;
    struct cudaHostNodeParamsV2 host;
    struct cudaChildGraphNodeParams graph;
    struct cudaEventWaitNodeParams eventWait;
    struct cudaEventRecordNodeParams eventRecord;
    struct cudaExternalSemaphoreSignalNodeParamsV2 extSemSignal;
    struct cudaExternalSemaphoreWaitNodeParamsV2 extSemWait;
    struct cudaMemAllocNodeParamsV2 alloc;
    struct cudaMemFreeNodeParams free;
    struct cudaConditionalNodeParams conditional;
#if CARMINE_CUDA >= 13
    struct cudaMemcpyBatchNodeParams memcpyBatch;
#endif
  };
  long long reserved2;
};

typedef enum cudaGraphDependencyType_enum {
  cudaGraphDependencyTypeDefault = 0,
  cudaGraphDependencyTypeProgrammatic = 1,
} cudaGraphDependencyType;

/* Which part of a node an edge starts and ends at. */
typedef struct cudaGraphEdgeData_st {
  unsigned char from_port;
  unsigned char to_port;
  unsigned char type;
  unsigned char reserved[5];
} cudaGraphEdgeData;

/* Why an update could not be done. */
enum cudaGraphExecUpdateResult {
  cudaGraphExecUpdateSuccess = 0,
  cudaGraphExecUpdateError = 1,
  cudaGraphExecUpdateErrorTopologyChanged = 2,
  cudaGraphExecUpdateErrorNodeTypeChanged = 3,
  cudaGraphExecUpdateErrorFunctionChanged = 4,
  cudaGraphExecUpdateErrorParametersChanged = 5,
  cudaGraphExecUpdateErrorNotSupported = 6,
  cudaGraphExecUpdateErrorUnsupportedFunctionChange = 7,
  cudaGraphExecUpdateErrorAttributesChanged = 8,
};

typedef enum cudaGraphInstantiateResult {
  cudaGraphInstantiateSuccess = 0,
  cudaGraphInstantiateError = 1,
  cudaGraphInstantiateInvalidStructure = 2,
  cudaGraphInstantiateNodeOperationNotSupported = 3,
  cudaGraphInstantiateMultipleDevicesNotSupported = 4,
  cudaGraphInstantiateConditionalHandleUnused = 5,
} cudaGraphInstantiateResult;

typedef struct cudaGraphInstantiateParams_st {
  unsigned long long flags;
  cudaStream_t uploadStream;
  cudaGraphNode_t errNode_out;
  CARMINE_ENUM_TYPE(cudaGraphInstantiateResult) result_out;
} cudaGraphInstantiateParams;

/* Why an update could not be done, and at which node. */
typedef struct cudaGraphExecUpdateResultInfo_st {
  CARMINE_ENUM(cudaGraphExecUpdateResult) result;
  cudaGraphNode_t errorNode;
  cudaGraphNode_t errorFromNode;
} cudaGraphExecUpdateResultInfo;

enum cudaGraphKernelNodeField {
  cudaGraphKernelNodeFieldInvalid = 0,
  cudaGraphKernelNodeFieldGridDim = 1,
  cudaGraphKernelNodeFieldParam = 2,
  cudaGraphKernelNodeFieldEnabled = 3,
};

struct cudaGraphKernelNodeUpdate {
  cudaGraphDeviceNode_t node;
  CARMINE_ENUM(cudaGraphKernelNodeField) field;
  union {
    dim3 gridDim;
    struct {
      const void *pValue;
      size_t offset;
      size_t size;
    } param;
    unsigned int isEnabled;
  } updateData;
};

/* What a DOT file shall show, or-ed. */
enum cudaGraphDebugDotFlags {
  cudaGraphDebugDotFlagsVerbose = 1,
  cudaGraphDebugDotFlagsKernelNodeParams = 4,
  cudaGraphDebugDotFlagsMemcpyNodeParams = 8,
  cudaGraphDebugDotFlagsMemsetNodeParams = 16,
  cudaGraphDebugDotFlagsHostNodeParams = 32,
  cudaGraphDebugDotFlagsEventNodeParams = 64,
  cudaGraphDebugDotFlagsExtSemasSignalNodeParams = 128,
  cudaGraphDebugDotFlagsExtSemasWaitNodeParams = 256,
  cudaGraphDebugDotFlagsKernelNodeAttributes = 512,
  cudaGraphDebugDotFlagsHandles = 1024,
  cudaGraphDebugDotFlagsConditionalNodeParams = 32768,
#if CARMINE_CUDA >= 13
  cudaGraphDebugDotFlagsMemcpyBatchNodeParams = 65536,
#endif
};

/* Flags of instantiation, or-ed. */
enum cudaGraphInstantiateFlags {
  cudaGraphInstantiateFlagAutoFreeOnLaunch = 1,
  cudaGraphInstantiateFlagUpload = 2,
  cudaGraphInstantiateFlagDeviceLaunch = 4,
  cudaGraphInstantiateFlagUseNodePriority = 8,
};

#if CARMINE_CUDA >= 13
typedef cudaError_t (*cudaGraphRecaptureCallback_t)(void *, cudaGraphNode_t, const struct cudaGraphNodeParams *, const struct cudaGraphNodeParams *, CARMINE_ENUM(cudaGraphRecaptureStatus));
#endif

#if CARMINE_CUDA >= 13
struct cudaGraphRecaptureCallbackData {
  cudaGraphRecaptureCallback_t callbackFunc;
  void *userData;
};
#endif

#endif
