/* Device resources, green contexts, logs. */
#ifndef CARMINE_DRIVER_RESOURCES_H
#define CARMINE_DRIVER_RESOURCES_H

typedef struct CUdevResourceDesc_st *CUdevResourceDesc;

typedef enum {
#if CARMINE_CUDA >= 13
  CU_GREEN_CTX_NONE = 0,
#endif
  CU_GREEN_CTX_DEFAULT_STREAM = 1,
} CUgreenCtxCreate_flags;

#if CARMINE_CUDA < 13
typedef enum {
  CU_DEV_SM_RESOURCE_SPLIT_IGNORE_SM_COSCHEDULING = 1,
  CU_DEV_SM_RESOURCE_SPLIT_MAX_POTENTIAL_CLUSTER_SIZE = 2,
} CUdevSmResourceSplit_flags;
#endif

#if CARMINE_CUDA >= 13
typedef enum {
  CU_DEV_SM_RESOURCE_GROUP_DEFAULT = 0,
  CU_DEV_SM_RESOURCE_GROUP_BACKFILL = 1,
  CU_DEV_SM_RESOURCE_GROUP_LOCALITY_DOMAIN_ID = 2,
  CU_DEV_SM_RESOURCE_GROUP_LOCALITY_DOMAIN_SUPPLEMENTAL_SMS = 4,
} CUdevSmResourceGroup_flags;
#endif

#if CARMINE_CUDA >= 13
typedef enum {
  CU_DEV_SM_RESOURCE_SPLIT_IGNORE_SM_COSCHEDULING = 1,
  CU_DEV_SM_RESOURCE_SPLIT_MAX_POTENTIAL_CLUSTER_SIZE = 2,
} CUdevSmResourceSplitByCount_flags;
#endif

typedef enum {
  CU_DEV_RESOURCE_TYPE_INVALID = 0,
  CU_DEV_RESOURCE_TYPE_SM = 1,
#if CARMINE_CUDA >= 13
  CU_DEV_RESOURCE_TYPE_WORKQUEUE_CONFIG = 1000,
  CU_DEV_RESOURCE_TYPE_WORKQUEUE = 10000,
#endif
} CUdevResourceType;

typedef struct CUdevSmResource_st {
  unsigned int smCount;
#if CARMINE_CUDA >= 13
  unsigned int minSmPartitionSize;
  unsigned int smCoscheduledAlignment;
  unsigned int flags;
  unsigned int localityDomainId;
#endif
} CUdevSmResource;

#if CARMINE_CUDA >= 13
typedef enum {
  CU_WORKQUEUE_SCOPE_DEVICE_CTX = 0,
  CU_WORKQUEUE_SCOPE_GREEN_CTX_BALANCED = 1,
} CUdevWorkqueueConfigScope;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUdevWorkqueueConfigResource_st {
  CUdevice device;
  unsigned int wqConcurrencyLimit;
  CUdevWorkqueueConfigScope sharingScope;
} CUdevWorkqueueConfigResource;
#endif

#if CARMINE_CUDA >= 13
typedef struct CUdevWorkqueueResource_st {
  unsigned char reserved[40];
} CUdevWorkqueueResource;
#endif

#if CARMINE_CUDA >= 13
typedef struct CU_DEV_SM_RESOURCE_GROUP_PARAMS_st {
  unsigned int smCount;
  unsigned int coscheduledSmCount;
  unsigned int preferredCoscheduledSmCount;
  unsigned int flags;
  unsigned int localityDomainId;
  unsigned int reserved[11];
} CU_DEV_SM_RESOURCE_GROUP_PARAMS;
#endif

typedef struct CUdevResource_st {
  CUdevResourceType type;
  unsigned char _internal_padding[92];
  union {
    CUdevSmResource sm;
#if CARMINE_CUDA >= 13
    CUdevWorkqueueConfigResource wqConfig;
    CUdevWorkqueueResource wq;
    unsigned char _oversize[40];
#else
    unsigned char _oversize[48];
#endif
  };
#if CARMINE_CUDA >= 13
  struct CUdevResource_st *nextResource;
#endif
} CUdevResource_v1;

typedef CUdevResource_v1 CUdevResource;

typedef enum CUlogLevel_enum {
  CU_LOG_LEVEL_ERROR = 0,
  CU_LOG_LEVEL_WARNING = 1,
} CUlogLevel;

typedef struct CUlogsCallbackEntry_st *CUlogsCallbackHandle;
typedef void (*CUlogsCallback)(void *, CUlogLevel, char *, size_t);
typedef unsigned int CUlogIterator;

#endif
