/* Processes, checkpoints, core dumps, fabric. */
#ifndef CARMINE_DRIVER_PROCESSES_H
#define CARMINE_DRIVER_PROCESSES_H

typedef enum CUdeviceNumaConfig_enum {
  CU_DEVICE_NUMA_CONFIG_NONE = 0,
  CU_DEVICE_NUMA_CONFIG_NUMA_NODE = 1,
} CUdeviceNumaConfig;

typedef enum CUprocessState_enum {
  CU_PROCESS_STATE_RUNNING = 0,
  CU_PROCESS_STATE_LOCKED = 1,
  CU_PROCESS_STATE_CHECKPOINTED = 2,
  CU_PROCESS_STATE_FAILED = 3,
#if CARMINE_CUDA >= 13
  CU_PROCESS_STATE_CHECKPOINTING = 4,
  CU_PROCESS_STATE_RESTORING = 5,
#endif
} CUprocessState;

#if CARMINE_CUDA >= 13
typedef struct CUcheckpointCustomStoragePerDeviceData_st {
  CUdeviceptr devPtr;
  size_t size;
  CUstream stream;
} CUcheckpointCustomStoragePerDeviceData;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUIcheckpointOperation_st *CUcheckpointOperationHandle;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUcheckpointCustomStorageInfo_st {
  CUcheckpointOperationHandle handle;
  CUcheckpointCustomStoragePerDeviceData *perDeviceData;
  unsigned int deviceCount;
} CUcheckpointCustomStorageInfo;
#endif

typedef struct CUcheckpointLockArgs_st {
  unsigned int timeoutMs;
  unsigned int reserved0;
  cuuint64_t reserved1[7];
} CUcheckpointLockArgs;

typedef struct CUcheckpointCheckpointArgs_st {
#if CARMINE_CUDA >= 13
  CUcheckpointCustomStorageInfo **customStorageInfo_out;
  char reserved[56];
#else
  cuuint64_t reserved[8];
#endif
} CUcheckpointCheckpointArgs;

#if CARMINE_CUDA >= 13
typedef struct CUcheckpointGpuPair_st {
  CUuuid oldUuid;
  CUuuid newUuid;
} CUcheckpointGpuPair;
#endif

typedef struct CUcheckpointRestoreArgs_st {
#if CARMINE_CUDA >= 13
  CUcheckpointGpuPair *gpuPairs;
  unsigned int gpuPairsCount;
  unsigned int padding0;
  CUcheckpointCustomStorageInfo **customStorageInfo_out;
  char reserved[40];
#else
  cuuint64_t reserved[8];
#endif
} CUcheckpointRestoreArgs;

typedef struct CUcheckpointUnlockArgs_st {
  cuuint64_t reserved[8];
} CUcheckpointUnlockArgs;

typedef enum CUmoduleLoadingMode_enum {
  CU_MODULE_EAGER_LOADING = 1,
  CU_MODULE_LAZY_LOADING = 2,
} CUmoduleLoadingMode;

typedef enum CUmemDecompressAlgorithm_enum {
  CU_MEM_DECOMPRESS_UNSUPPORTED = 0,
  CU_MEM_DECOMPRESS_ALGORITHM_DEFLATE = 1,
  CU_MEM_DECOMPRESS_ALGORITHM_SNAPPY = 2,
  CU_MEM_DECOMPRESS_ALGORITHM_LZ4 = 4,
} CUmemDecompressAlgorithm;

typedef struct CUmemDecompressParams_st {
  size_t srcNumBytes;
  size_t dstNumBytes;
  cuuint32_t *dstActBytes;
  const void *src;
  void *dst;
  CUmemDecompressAlgorithm algo;
  unsigned char padding[20];
} CUmemDecompressParams;

#if CARMINE_CUDA >= 13
typedef enum CUcliqueType_enum {
  CU_CLIQUE_TYPE_UNICAST_POINTER = 0,
  CU_CLIQUE_TYPE_MULTICAST_POINTER = 1,
  CU_CLIQUE_TYPE_UNICAST_LOGICAL_ENDPOINT = 2,
  CU_CLIQUE_TYPE_MULTICAST_LOGICAL_ENDPOINT = 3,
} CUcliqueType;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUcliqueInfo_st {
  CUcliqueType type;
  unsigned int id;
} CUcliqueInfo;
#endif

#if CARMINE_CUDA >= 13
typedef cuuint32_t CUlogicalEndpointId;
#endif

#if CARMINE_CUDA >= 13
typedef enum CUlogicalEndpointIpcHandleType_enum {
  CU_LOGICAL_ENDPOINT_IPC_HANDLE_TYPE_NONE = 0,
  CU_LOGICAL_ENDPOINT_IPC_HANDLE_TYPE_FABRIC = 1,
} CUlogicalEndpointIpcHandleType;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUlogicalEndpointFabricHandle_st {
  unsigned char data[64];
} CUlogicalEndpointFabricHandle;
#endif

#if CARMINE_CUDA >= 13
typedef enum CUlogicalEndpointType_enum {
  CU_LOGICAL_ENDPOINT_TYPE_INVALID = 0,
  CU_LOGICAL_ENDPOINT_TYPE_UNICAST = 1,
  CU_LOGICAL_ENDPOINT_TYPE_MULTICAST = 2,
} CUlogicalEndpointType;
#endif

#if CARMINE_CUDA >= 13
typedef enum CUlogicalEndpointFlag_enum {
  CU_LOGICAL_ENDPOINT_FLAG_NONE = 0,
  CU_LOGICAL_ENDPOINT_FLAG_COUNTED_OPS = 1,
} CUlogicalEndpointFlag;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUlogicalEndpointProp_struct {
  CUlogicalEndpointType type;
  union {
    struct {
      CUdevice device;
    } unicast;
    struct {
      unsigned int numDevices;
    } multicast;
  };
  unsigned long long size;
  unsigned int ipcHandleTypes;
  unsigned int flags;
} CUlogicalEndpointProp;
#endif

#if CARMINE_CUDA >= 13
typedef enum CUfabricCpyOperandType_enum {
  CU_FABRIC_COPY_OPERAND_TYPE_POINTER = 1,
  CU_FABRIC_COPY_OPERAND_TYPE_LOGICAL_ENDPOINT = 2,
  CU_FABRIC_COPY_OPERAND_TYPE_MAX = 0x7fffffff,
} CUfabricCpyOperandType;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUfabricCpyOperand_st {
  CUfabricCpyOperandType type;
  union {
    struct {
      CUdeviceptr ptr;
      CUmemLocation locHint;
    } ptr;
    struct {
      CUlogicalEndpointId id;
      cuuint64_t offset;
    } le;
  } op;
} CUfabricCpyOperand;
#endif

#if CARMINE_CUDA >= 13
struct CUDA_FABRIC_COPY_BATCH_OP_st {
  CUfabricCpyOperand src;
  CUfabricCpyOperand dst;
  size_t size;
  unsigned int flags;
};
#endif

#if CARMINE_CUDA >= 13
typedef enum CUgraphRecaptureStatus_enum {
  CU_GRAPH_RECAPTURE_ELIGIBLE_FOR_UPDATE = 0,
  CU_GRAPH_RECAPTURE_INELIGIBLE_FOR_UPDATE = 1,
  CU_GRAPH_RECAPTURE_ERROR = 2,
} CUgraphRecaptureStatus;
#endif

#if CARMINE_CUDA >= 13
typedef CUresult (*CUgraphRecaptureCallback)(void *, CUgraphNode, const CUgraphNodeParams *, const CUgraphNodeParams *, CUgraphRecaptureStatus);
#endif

typedef enum CUfunctionLoadingState_enum {
  CU_FUNCTION_LOADING_STATE_UNLOADED = 0,
  CU_FUNCTION_LOADING_STATE_LOADED = 1,
  CU_FUNCTION_LOADING_STATE_MAX = 2,
} CUfunctionLoadingState;

typedef enum CUcoredumpSettings_enum {
  CU_COREDUMP_ENABLE_ON_EXCEPTION = 1,
  CU_COREDUMP_TRIGGER_HOST = 2,
  CU_COREDUMP_LIGHTWEIGHT = 3,
  CU_COREDUMP_ENABLE_USER_TRIGGER = 4,
  CU_COREDUMP_FILE = 5,
  CU_COREDUMP_PIPE = 6,
  CU_COREDUMP_GENERATION_FLAGS = 7,
  CU_COREDUMP_MAX = 8,
} CUcoredumpSettings;

typedef enum CUCoredumpGenerationFlags {
  CU_COREDUMP_DEFAULT_FLAGS = 0,
  CU_COREDUMP_SKIP_NONRELOCATED_ELF_IMAGES = 1,
  CU_COREDUMP_SKIP_GLOBAL_MEMORY = 2,
  CU_COREDUMP_SKIP_SHARED_MEMORY = 4,
  CU_COREDUMP_SKIP_LOCAL_MEMORY = 8,
  CU_COREDUMP_SKIP_ABORT = 16,
  CU_COREDUMP_SKIP_CONSTBANK_MEMORY = 32,
#if CARMINE_CUDA >= 13
  CU_COREDUMP_GZIP_COMPRESS = 64,
  CU_COREDUMP_FAULTED_CONTEXTS_ONLY = 128,
  CU_COREDUMP_SKIP_TENSOR_MEMORY = 256,
  CU_COREDUMP_NO_ERRBAR_AT_EXIT = 1073741824,
  CU_COREDUMP_LOG_ONLY = -2147483648,
  CU_COREDUMP_LIGHTWEIGHT_FLAGS = 303,
#else
  CU_COREDUMP_LIGHTWEIGHT_FLAGS = 47,
#endif
} CUCoredumpGenerationFlags;

#if CARMINE_CUDA >= 13
typedef struct CUcoredumpCallbackEntry_st *CUcoredumpCallbackHandle;
typedef void (*CUcoredumpStatusCallback)(void *, int, CUdevice);
#endif

#endif
