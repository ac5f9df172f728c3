// 64 bits that are stored at once are never seen half written (PTX ISA, "Memory consistency model": a scalar access is single-copy
// atomic): what every program relies on that keeps a flag beside a value, as CUB's scans do.  One block stores numbers whose halves are
// alike, another reads them meanwhile; the same for pairs of them in a vector, whose elements are accesses of their own.
#include <cstdio>
#include <cuda_runtime.h>

struct Shared {
  unsigned long long word, vector[2];
  unsigned isOver, torn, changes;
};

__global__ void storeAndRead(Shared *shared, int rounds) {
  volatile Shared *s = shared;
  if (blockIdx.x == 0) {
    for (int i = 1; i <= rounds; i++) {
      unsigned long long value = (unsigned long long)i << 32 | (unsigned)i;
      s->word = value;
      asm volatile("st.volatile.global.v2.u64 [%0], {%1, %1};" ::"l"(shared->vector), "l"(value) : "memory");
    }
    __threadfence();
    s->isOver = 1;
  } else {
    unsigned torn = 0, changes = 0;
    unsigned long long last = 0;
    while (!s->isOver) {
      unsigned long long value = s->word, a, b;
      asm volatile("ld.volatile.global.v2.u64 {%0, %1}, [%2];" : "=l"(a), "=l"(b) : "l"(shared->vector) : "memory");
      if (value != last) changes++;
      last = value;
      if ((unsigned)(value >> 32) != (unsigned)value) torn++;
      if ((unsigned)(a >> 32) != (unsigned)a) torn++;
      if ((unsigned)(b >> 32) != (unsigned)b) torn++;
    }
    s->torn = torn;
    s->changes = changes;
  }
}

int main() {
  Shared *device, host = {};
  cudaMalloc(&device, sizeof host);
  // Until the blocks were seen to run at the same time: on one busy processor they may take turns.
  for (int attempt = 0; attempt < 20 && host.changes < 100 && !host.torn; attempt++) {
    cudaMemset(device, 0, sizeof host);
    storeAndRead<<<2, 1>>>(device, 20000);
    cudaError_t error = cudaMemcpy(&host, device, sizeof host, cudaMemcpyDeviceToHost);
    if (error != cudaSuccess) {
      std::printf("FAIL the kernel: %s\n", cudaGetErrorString(error));
      return 1;
    }
  }
  std::printf("%s 64 bits are stored and read whole: %u halves that do not belong together, %u changes seen\n", host.torn ? "FAIL" : "ok", host.torn, host.changes);
  return host.torn != 0;
}
