/* Device resources: SM partitions and work queues (execution contexts). */
#ifndef CARMINE_TYPES_RESOURCES_H
#define CARMINE_TYPES_RESOURCES_H

#include "handles.h"

#if CARMINE_CUDA >= 13
enum cudaDevSmResourceGroup_flags {
  cudaDevSmResourceGroupDefault = 0,
  cudaDevSmResourceGroupBackfill = 1,
  cudaDevSmResourceGroupLocalityDomainId = 2,
  cudaDevSmResourceGroupLocalityDomainSupplementalSms = 4,
};
#endif

#if CARMINE_CUDA >= 13
enum cudaDevSmResourceSplitByCount_flags {
  cudaDevSmResourceSplitIgnoreSmCoscheduling = 1,
  cudaDevSmResourceSplitMaxPotentialClusterSize = 2,
};
#endif

#if CARMINE_CUDA >= 13
enum cudaDevResourceType {
  cudaDevResourceTypeInvalid = 0,
  cudaDevResourceTypeSm = 1,
  cudaDevResourceTypeWorkqueueConfig = 1000,
  cudaDevResourceTypeWorkqueue = 10000,
};
#endif

/* SMs. */
#if CARMINE_CUDA >= 13
struct cudaDevSmResource {
  unsigned int smCount;
  unsigned int minSmPartitionSize;
  unsigned int smCoscheduledAlignment;
  unsigned int flags;
  unsigned int localityDomainId;
};
#endif

#if CARMINE_CUDA >= 13
enum cudaDevWorkqueueConfigScope {
  cudaDevWorkqueueConfigScopeDeviceCtx = 0,
  cudaDevWorkqueueConfigScopeGreenCtxBalanced = 1,
};
#endif

#if CARMINE_CUDA >= 13
struct cudaDevWorkqueueConfigResource {
  int device;
  unsigned int wqConcurrencyLimit;
  CARMINE_ENUM(cudaDevWorkqueueConfigScope) sharingScope;
};
#endif

#if CARMINE_CUDA >= 13
struct cudaDevWorkqueueResource {
  unsigned char reserved[40];
};
#endif

#if CARMINE_CUDA >= 13
typedef struct cudaDevSmResourceGroupParams_st {
  unsigned int smCount;
  unsigned int coscheduledSmCount;
  unsigned int preferredCoscheduledSmCount;
  unsigned int flags;
  unsigned int localityDomainId;
  unsigned int reserved[11];
} cudaDevSmResourceGroupParams;
#endif

/* Resources of one kind. */
#if CARMINE_CUDA >= 13
typedef struct cudaDevResource_st {
  CARMINE_ENUM(cudaDevResourceType) type;
  unsigned char _internal_padding[92];
  union {
    struct cudaDevSmResource sm;
    struct cudaDevWorkqueueConfigResource wqConfig;
    struct cudaDevWorkqueueResource wq;
    unsigned char _oversize[40];
  };
  struct cudaDevResource_st *nextResource;
} cudaDevResource;
#endif

#endif
