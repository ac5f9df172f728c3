// Where kernels run: blocks of a green context's streams stay on its multiprocessors, two contexts share none, and all streams of the
// device's own context have them all.  Then contexts order each other by events.  Prints what is wrong and ends with 1, or "ok".
#include <cuda_runtime.h>
#include <cstdio>
#include <set>

#define CHECK(call) \
  do { \
    cudaError_t error = (call); \
    if (error != cudaSuccess) { \
      printf("line %d: %s: %s\n", __LINE__, #call, cudaGetErrorName(error)); \
      return 1; \
    } \
  } while (0)

__global__ void place(unsigned *out, int turns) {
  unsigned multiprocessor;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(multiprocessor));
  if (threadIdx.x == 0) out[blockIdx.x] = multiprocessor;
  for (int i = 0; i < turns; i++) __syncthreads();
}

__global__ void add(int *value, int what) { *value = *value * 10 + what; }

int main() {
  cudaDevResource all, groups[2], rest;
  unsigned count = 2;
  CHECK(cudaDeviceGetDevResource(0, &all, cudaDevResourceTypeSm));
  CHECK(cudaDevSmResourceSplitByCount(groups, &count, &all, &rest, 0, 8));
  if (count != 2 || groups[0].sm.smCount < 8 || groups[0].sm.smCount * 2 + rest.sm.smCount != all.sm.smCount) {
    printf("%u groups of %u, %u left of %u\n", count, groups[0].sm.smCount, rest.sm.smCount, all.sm.smCount);
    return 1;
  }
  const int blocks = 400;
  unsigned *where;
  CHECK(cudaMallocManaged(&where, blocks * sizeof *where));
  std::set<unsigned> seen[3];
  cudaExecutionContext_t contexts[2];
  cudaStream_t streams[3];
  for (int i = 0; i < 3; i++) {
    if (i < 2) {
      cudaDevResourceDesc_t description;
      CHECK(cudaDevResourceGenerateDesc(&description, &groups[i], 1));
      CHECK(cudaGreenCtxCreate(&contexts[i], description, 0, 0));
      CHECK(cudaExecutionCtxStreamCreate(&streams[i], contexts[i], cudaStreamDefault, 0));
    } else {
      CHECK(cudaStreamCreate(&streams[i]));
    }
    place<<<blocks, 64, 0, streams[i]>>>(where, 2000);
    CHECK(cudaGetLastError());
    CHECK(cudaStreamSynchronize(streams[i]));
    seen[i].insert(where, where + blocks);
  }
  for (int i = 0; i < 2; i++) {
    if (seen[i].size() > groups[i].sm.smCount) { printf("group %d: %zu multiprocessors\n", i, seen[i].size()); return 1; }
    if (seen[2].size() <= seen[i].size()) { printf("the device's own stream ran on %zu\n", seen[2].size()); return 1; }
  }
  for (unsigned one : seen[0])
    if (seen[1].count(one)) { printf("both ran on multiprocessor %u\n", one); return 1; }

  // The second context waits for what the first was given, in streams that come later too.
  int *value;
  CHECK(cudaMallocManaged(&value, sizeof *value));
  *value = 0;
  cudaEvent_t event;
  CHECK(cudaEventCreate(&event));
  place<<<blocks, 64, 0, streams[0]>>>(where, 20000);
  add<<<1, 1, 0, streams[0]>>>(value, 1);
  CHECK(cudaExecutionCtxRecordEvent(contexts[0], event));
  CHECK(cudaExecutionCtxWaitEvent(contexts[1], event));
  cudaStream_t later;
  CHECK(cudaExecutionCtxStreamCreate(&later, contexts[1], cudaStreamNonBlocking, 0));
  add<<<1, 1, 0, later>>>(value, 2);
  CHECK(cudaExecutionCtxSynchronize(contexts[1]));
  if (*value != 12) { printf("the value is %d\n", *value); return 1; }

  CHECK(cudaExecutionCtxDestroy(contexts[0]));
  CHECK(cudaExecutionCtxDestroy(contexts[1]));
  if (cudaStreamQuery(streams[0]) != cudaErrorContextIsDestroyed) { printf("the stream outlived its context\n"); return 1; }
  CHECK(cudaStreamDestroy(streams[0]));
  printf("ok\n");
}
