// What calls cost the host: the same program for HIP (AMD's libraries) and CUDA (Carmine's).
// Operations are submitted in bursts that are below a ring's capacity, a doorbell each; waiting for them is not in the figure.
// Prints a line for each operation: medians over bursts, in nanoseconds a call; copies as a part of memcpy's rate in the same run.
//   nvcc host_cost.cu; hipcc -x hip host_cost.cu
#ifdef __HIP__
#include <hip/hip_runtime.h>
#define NAME "hip"
#define CALL(name) hip##name
#define hipHostAlloc hipHostMalloc
#else
#include <cuda_runtime.h>
#define NAME "cuda"
#define CALL(name) cuda##name
#endif
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <vector>

#define CHECK(call)                                                                        \
  do {                                                                                     \
    auto error = (call);                                                                   \
    if (error != CALL(Success)) {                                                          \
      std::printf("%s: %s: %s\n", NAME, #call, CALL(GetErrorString)(error));               \
      std::exit(1);                                                                        \
    }                                                                                      \
  } while (0)

__global__ void null() {}
__global__ void add(int *p) { atomicAdd(p, 1); }

static double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}
static double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// The median cost of a call, of `bursts` bursts of `count` calls; `between` is not counted.
static double cost(int bursts, int count, const std::function<void(int)> &call, const std::function<void()> &between) {
  std::vector<double> costs;
  for (int burst = 0; burst < bursts + 5; burst++) {
    double start = now();
    for (int i = 0; i < count; i++) call(i);
    double taken = (now() - start) / count;
    if (burst >= 5) costs.push_back(taken);
    between();
  }
  return median(costs);
}

static void rate(const char *what, size_t size, void *to, const void *from, void *plain, const void *source, int rounds) {
  std::vector<double> ours, theirs;
  for (int round = 0; round < rounds; round++) {
    double start = now();
    CHECK(CALL(Memcpy)(to, from, size, CALL(MemcpyDefault)));
    CHECK(CALL(DeviceSynchronize)());      // copies on the device are not waited for
    double middle = now();
    std::memcpy(plain, source, size);
    asm volatile("" ::"r"(plain) : "memory");
    theirs.push_back(now() - middle);
    ours.push_back(middle - start);
  }
  std::printf("%s: copy %s, %zu MiB: %.0f %% of memcpy's rate\n", NAME, what, size >> 20, 100 * median(theirs) / median(ours));
}

int main() {
  CALL(Stream_t) stream, other;
  CHECK(CALL(StreamCreateWithFlags)(&stream, CALL(StreamNonBlocking)));
  CHECK(CALL(StreamCreateWithFlags)(&other, CALL(StreamNonBlocking)));
  CALL(Event_t) event;
  CHECK(CALL(EventCreateWithFlags)(&event, CALL(EventDisableTiming)));
  auto wait = [&] { CHECK(CALL(StreamSynchronize)(stream)); CHECK(CALL(StreamSynchronize)(other)); };

  std::printf("%s: launch %.0f ns\n", NAME, cost(200, 64, [&](int) { null<<<1, 64, 0, stream>>>(); }, wait));
  CHECK(CALL(GetLastError)());
  std::printf("%s: event record %.0f ns\n", NAME, cost(200, 64, [&](int) { CHECK(CALL(EventRecord)(event, stream)); }, wait));
  null<<<1, 64, 0, stream>>>();
  CHECK(CALL(EventRecord)(event, stream));
  std::printf("%s: stream wait %.0f ns\n", NAME, cost(200, 64, [&](int) { CHECK(CALL(StreamWaitEvent)(other, event, 0)); }, wait));
  // An event that has not happened yet when the stream is told to wait.
  std::printf("%s: record and wait across streams %.0f ns\n", NAME, cost(200, 32, [&](int) {
    CHECK(CALL(EventRecord)(event, stream));
    CHECK(CALL(StreamWaitEvent)(other, event, 0));
  }, wait));

  // Memory that is freed stays in the pool, as programs that allocate often have it; by default a synchronisation gives it back.
  CALL(MemPool_t) pool;
  uint64_t keep = UINT64_MAX;
  CHECK(CALL(DeviceGetDefaultMemPool)(&pool, 0));
  CHECK(CALL(MemPoolSetAttribute)(pool, CALL(MemPoolAttrReleaseThreshold), &keep));
  std::vector<void *> blocks(64);
  double allocation = 0, release = 0;
  {
    std::vector<double> a, f;
    for (int burst = 0; burst < 205; burst++) {
      double start = now();
      for (auto &block : blocks) CHECK(CALL(MallocAsync)(&block, 4096, stream));
      double middle = now();
      for (auto block : blocks) CHECK(CALL(FreeAsync)(block, stream));
      double end = now();
      if (burst >= 5) { a.push_back((middle - start) / blocks.size()); f.push_back((end - middle) / blocks.size()); }
      wait();
    }
    allocation = median(a), release = median(f);
  }
  std::printf("%s: pool allocation %.0f ns\n%s: pool free %.0f ns\n", NAME, allocation, NAME, release);
  wait();
  std::printf("%s: synchronise idle stream %.0f ns\n", NAME, cost(200, 64, [&](int) { CHECK(CALL(StreamSynchronize)(stream)); }, [] {}));

  const size_t most = 64 << 20;
  char *device, *second, *pinned, *plain = (char *)std::malloc(most), *source = (char *)std::malloc(most);
  CHECK(CALL(Malloc)((void **)&device, most));
  CHECK(CALL(Malloc)((void **)&second, most));
  CHECK(CALL(HostAlloc)((void **)&pinned, most, 0));
  std::memset(plain, 1, most), std::memset(source, 2, most), std::memset(pinned, 3, most);
  std::printf("%s: asynchronous copy of 64 KiB %.0f ns\n", NAME, cost(200, 16, [&](int i) {
    CHECK(CALL(MemcpyAsync)(device + i * 65536, pinned + i * 65536, 65536, CALL(MemcpyHostToDevice), stream));
  }, wait));

  for (size_t size : {size_t(1) << 20, size_t(16) << 20, most}) {
    int rounds = size < most ? 60 : 12;
    rate("to the device from pinned memory", size, device, pinned, plain, source, rounds);
    rate("from the device to pinned memory", size, pinned, device, plain, source, rounds);
    rate("to the device from pageable memory", size, device, source, plain, source, rounds);
    rate("on the device", size, second, device, plain, source, rounds);
  }

  // A graph of a thousand kernels in a row: what a launch costs the host, for each kernel.
  int *counter;
  CHECK(CALL(Malloc)((void **)&counter, 4));
  CHECK(CALL(Memset)(counter, 0, 4));
  CALL(Graph_t) graph;
  CALL(GraphExec_t) ready;
  CHECK(CALL(StreamBeginCapture)(stream, CALL(StreamCaptureModeRelaxed)));
  for (int i = 0; i < 1000; i++) add<<<1, 1, 0, stream>>>(counter);
  CHECK(CALL(StreamEndCapture)(stream, &graph));
#ifdef __HIP__
  CHECK(hipGraphInstantiate(&ready, graph, nullptr, nullptr, 0));
#else
  CHECK(cudaGraphInstantiateWithFlags(&ready, graph, 0));
#endif
  int launches = 0;
  double replay = cost(30, 1, [&](int) { CHECK(CALL(GraphLaunch)(ready, stream)); launches++; }, wait) / 1000;
  int sum = 0;
  CHECK(CALL(Memcpy)(&sum, counter, 4, CALL(MemcpyDefault)));
  if (sum != launches * 1000) std::printf("%s: the graph ran %d kernels of %d\n", NAME, sum, launches * 1000);
  std::printf("%s: graph of 1000 kernels %.0f ns a kernel\n", NAME, replay);
  return sum == launches * 1000 ? 0 : 1;
}
