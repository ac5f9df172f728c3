// Streams of several threads allocate, use and free stream-ordered memory; blocks go from stream to stream.  A block that is given
// out while someone still uses it shows as a wrong number.  At the end nothing is left allocated.
#include <cuda_runtime.h>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#define MUST(call) do { cudaError_t e_ = (call); if (e_ != cudaSuccess) { std::printf("FAIL line %d: %s: %s\n", __LINE__, #call, cudaGetErrorString(e_)); std::fflush(stdout); std::_Exit(1); } } while (0)
#define EXPECT(condition) do { if (!(condition)) { std::printf("FAIL line %d: %s\n", __LINE__, #condition); std::fflush(stdout); std::_Exit(1); } } while (0)

static const int words = 4096, rounds = 150, threads = 4;

__global__ void fill(int *block, int value, int count) { for (int i = threadIdx.x; i < count; i += blockDim.x) block[i] = value; }
__global__ void check(const int *block, int value, int count, int *wrong) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) if (block[i] != value) atomicAdd(wrong, 1);
}

static unsigned long long bytes(cudaMemPool_t pool, cudaMemPoolAttr attribute) {
  unsigned long long value;
  MUST(cudaMemPoolGetAttribute(pool, attribute, &value));
  return value;
}

static void worker(int index, cudaMemPool_t pool, int *wrong) {
  cudaStream_t mine, other;
  cudaEvent_t event;
  MUST(cudaStreamCreateWithFlags(&mine, cudaStreamNonBlocking));
  MUST(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
  MUST(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  for (int round = 0; round < rounds; round++) {
    int *a, *b, count = words + (round % 7) * 512, value = index * 1000 + round;
    MUST(cudaMallocFromPoolAsync((void **)&a, count * sizeof(int), pool, mine));
    fill<<<1, 128, 0, mine>>>(a, value, count);
    // What this stream frees, the other may have: before, after or while the kernel runs.
    MUST(cudaMallocFromPoolAsync((void **)&b, count * sizeof(int), pool, other));
    fill<<<1, 128, 0, other>>>(b, -value, count);
    check<<<1, 128, 0, mine>>>(a, value, count, wrong);
    check<<<1, 128, 0, other>>>(b, -value, count, wrong);
    MUST(cudaFreeAsync(a, mine));
    if (round % 3 == 0) {
      MUST(cudaEventRecord(event, other));
      MUST(cudaStreamWaitEvent(mine, event, 0));
      MUST(cudaFreeAsync(b, mine));
    } else {
      MUST(cudaFreeAsync(b, other));
    }
    if (round % 50 == 49) MUST(cudaStreamSynchronize(mine));
  }
  MUST(cudaStreamSynchronize(mine));
  MUST(cudaStreamSynchronize(other));
  MUST(cudaStreamDestroy(mine));
  MUST(cudaStreamDestroy(other));
}

static void all(cudaMemPool_t pool) {
  int *wrong, count;
  MUST(cudaMallocManaged(&wrong, sizeof(int)));
  *wrong = 0;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; i++) running.emplace_back(worker, i, pool, wrong);
  for (auto &thread : running) thread.join();
  MUST(cudaDeviceSynchronize());
  count = *wrong;
  EXPECT(count == 0);
  EXPECT(bytes(pool, cudaMemPoolAttrUsedMemCurrent) == 0);
  EXPECT(bytes(pool, cudaMemPoolAttrUsedMemHigh) >= words * sizeof(int));
  MUST(cudaFree(wrong));
}

int main() {
  size_t before, after, total;
  MUST(cudaFree(nullptr));
  { int *warm; MUST(cudaMalloc(&warm, 4)); fill<<<1, 1>>>(warm, 1, 1); check<<<1, 1>>>(warm, 1, 1, warm); MUST(cudaFree(warm)); }
  cudaMemPoolProps properties = {};
  properties.allocType = cudaMemAllocationTypePinned, properties.location.type = cudaMemLocationTypeDevice;
  // Once with what is given back at each synchronisation, once with blocks that stay, once with no way of reuse between streams.
  for (int kind = 0; kind < 3; kind++) {
    cudaMemPool_t pool;
    if (kind == 1) MUST(cudaMemGetInfo(&before, &total));
    MUST(cudaMemPoolCreate(&pool, &properties));
    unsigned long long keep = ~0ull;
    if (kind > 0) MUST(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep));
    int no = 0;
    if (kind == 2) {
      MUST(cudaMemPoolSetAttribute(pool, cudaMemPoolReuseFollowEventDependencies, &no));
      MUST(cudaMemPoolSetAttribute(pool, cudaMemPoolReuseAllowOpportunistic, &no));
      MUST(cudaMemPoolSetAttribute(pool, cudaMemPoolReuseAllowInternalDependencies, &no));
    }
    all(pool);
    EXPECT((bytes(pool, cudaMemPoolAttrReservedMemCurrent) > 0) == (kind > 0));
    MUST(cudaMemPoolTrimTo(pool, 0));
    EXPECT(bytes(pool, cudaMemPoolAttrReservedMemCurrent) == 0);
    MUST(cudaMemPoolDestroy(pool));
  }
  MUST(cudaMemGetInfo(&after, &total));
  EXPECT(after >= before);
  // A pool with a limit: what is freed in one stream makes room in the other.
  properties.maxSize = 8 << 20;
  cudaMemPool_t small;
  MUST(cudaMemPoolCreate(&small, &properties));
  void *p, *q;
  MUST(cudaMallocFromPoolAsync(&p, 6 << 20, small, cudaStreamPerThread));
  EXPECT(cudaMallocFromPoolAsync(&q, 6 << 20, small, cudaStreamPerThread) == cudaErrorMemoryAllocation);
  EXPECT(cudaGetLastError() == cudaErrorMemoryAllocation);
  MUST(cudaFreeAsync(p, cudaStreamPerThread));
  MUST(cudaMallocFromPoolAsync(&q, 7 << 20, small, cudaStreamPerThread));
  MUST(cudaFreeAsync(q, cudaStreamPerThread));
  MUST(cudaMemPoolDestroy(small));
  MUST(cudaDeviceSynchronize());
  std::printf("pools: %d threads, right\n", threads);
  return 0;
}
