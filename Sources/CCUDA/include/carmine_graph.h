// Graphs: the structs that cross the boundary, of CUDA 12 and 13.  Unions are spread out where one member is all that differs: 13's
// structs are 12's with fields behind them that CUDA 12 has as zeroes.
#ifndef CARMINE_GRAPH_H
#define CARMINE_GRAPH_H
#include "carmine_cuda.h"

struct cudaKernelNodeParams {
  void *func;
  carmine_dim3 gridDim, blockDim;
  unsigned int sharedMemBytes;
  void **kernelParams;
  void **extra;
};

/// `func` is a union of the kinds of handle that functionType names.
struct cudaKernelNodeParamsV2 {
  void *func;
  carmine_dim3 gridDim, blockDim;
  unsigned int sharedMemBytes;
  void **kernelParams;
  void **extra;
  void *ctx;
  int functionType;
};

struct cudaMemcpyNodeParams {
  int flags, reserved;
  void *ctx;
  struct cudaMemcpy3DParms copyParams;
};

struct cudaMemsetParams {
  void *dst;
  size_t pitch;
  unsigned int value, elementSize;
  size_t width, height;
};
struct cudaMemsetParamsV2 {
  void *dst;
  size_t pitch;
  unsigned int value, elementSize;
  size_t width, height;
  void *ctx;
};

typedef void (*carmine_host_function)(void *);
struct cudaHostNodeParams {
  carmine_host_function fn;
  void *userData;
};
struct cudaHostNodeParamsV2 {
  carmine_host_function fn;
  void *userData;
  unsigned int syncMode;
  void *ctx;
};

struct cudaChildGraphNodeParams {
  void *graph;
  int ownership;
};
struct cudaEventRecordNodeParams {
  void *event;
  void *ctx;
};
struct cudaEventWaitNodeParams { void *event; };

/// Of signals and of waits: the entries of paramsArray differ.
typedef struct carmine_semaphore_node {
  void **extSemArray;
  const void *paramsArray;
  unsigned int numExtSems;
  void *ctx;
} carmine_semaphore_node;

typedef struct carmine_semaphore_node_params {
  void **extSemArray;
  const void *paramsArray;
  unsigned int numExtSems;
} carmine_semaphore_node_params;

struct cudaMemAllocNodeParams {
  struct cudaMemPoolProps poolProps;
  const struct cudaMemAccessDesc *accessDescs;
  size_t accessDescCount, bytesize;
  void *dptr;
};
struct cudaMemFreeNodeParams { void *dptr; };

struct cudaConditionalNodeParams {
  unsigned long long handle;
  int type;
  unsigned int size;
  void **phGraph_out;
  void *ctx;
};

struct cudaMemcpyBatchNodeParams {
  size_t count;
  void **dsts, **srcs;
  size_t *sizes;
  void *attrs;
  size_t *attrsIdxs, numAttrs;
  void *ctx;
};

struct cudaGraphNodeParams {
  int type, reserved0[3];
  union {
    long long reserved1[29];
    struct cudaKernelNodeParamsV2 kernel;
    struct cudaMemcpyNodeParams memcpy;
    struct cudaMemsetParamsV2 memset;
    struct cudaHostNodeParamsV2 host;
    struct cudaChildGraphNodeParams graph;
    struct cudaEventWaitNodeParams eventWait;
    struct cudaEventRecordNodeParams eventRecord;
    struct carmine_semaphore_node semaphores;
    struct cudaMemAllocNodeParams alloc;
    struct cudaMemFreeNodeParams free;
    struct cudaConditionalNodeParams conditional;
    struct cudaMemcpyBatchNodeParams memcpyBatch;
  };
  long long reserved2;
};

typedef struct { unsigned char from_port, to_port, type, reserved[5]; } cudaGraphEdgeData;

typedef struct {
  unsigned long long flags;
  void *uploadStream;
  void *errNode_out;
  int result_out;
} cudaGraphInstantiateParams;

typedef struct {
  int result;
  void *errorNode, *errorFromNode;
} cudaGraphExecUpdateResultInfo;
#endif
