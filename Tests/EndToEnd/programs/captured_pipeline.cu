// A pipeline that forks into three streams is captured and replayed; the host computes the same and compares after every launch.
// Then the things that a capture may contain beside kernels: memory of the graph, host functions, external events, a graph that is
// captured into, a graph that is captured again, a capture by several threads, and waiting for words of memory beside all of it.
#include <cuda_runtime.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>
#define MUST(call) do { cudaError_t e_ = (call); if (e_ != cudaSuccess) { std::printf("FAIL line %d: %s: %s\n", __LINE__, #call, cudaGetErrorString(e_)); std::exit(1); } } while (0)
#define EXPECT(condition) do { if (!(condition)) { std::printf("FAIL line %d: %s\n", __LINE__, #condition); std::exit(1); } } while (0)

static const int n = 1 << 14;
__global__ void scale(const int *in, int *out, int factor) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) out[i] = in[i] * factor; }
__global__ void shift(const int *in, int *out, int by) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) out[i] = in[(i + by) % n]; }
__global__ void sum3(const int *a, const int *b, const int *c, int *out) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) out[i] = a[i] + b[i] + c[i]; }
__global__ void accumulate(int *total, const int *in) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) total[i] += in[i]; }
__global__ void bump(int *p) { *p += 1; }

static void CUDART_CB count_up(void *p) { ++*(int *)p; }
static cudaEvent_t event() { cudaEvent_t e; MUST(cudaEventCreateWithFlags(&e, cudaEventDisableTiming)); return e; }

static void pipeline(unsigned flags) {
  int *in, *a, *b, *c, *out, *pinned, calls = 0;
  MUST(cudaMalloc(&in, n * 4)); MUST(cudaMalloc(&a, n * 4)); MUST(cudaMalloc(&b, n * 4)); MUST(cudaMalloc(&c, n * 4)); MUST(cudaMalloc(&out, n * 4));
  MUST(cudaMallocHost(&pinned, n * 4));
  std::vector<int> result(n), total(n, 0);
  int *sums; MUST(cudaMalloc(&sums, n * 4)); MUST(cudaMemset(sums, 0, n * 4));
  cudaStream_t s, t, u; cudaEvent_t fork = event(), left = event(), right = event();
  MUST(cudaStreamCreateWithFlags(&s, flags)); MUST(cudaStreamCreateWithFlags(&t, flags)); MUST(cudaStreamCreateWithFlags(&u, flags));

  MUST(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
  MUST(cudaMemcpyAsync(in, pinned, n * 4, cudaMemcpyHostToDevice, s));
  MUST(cudaEventRecord(fork, s)); MUST(cudaStreamWaitEvent(t, fork, 0)); MUST(cudaStreamWaitEvent(u, fork, 0));
  scale<<<n / 256, 256, 0, s>>>(in, a, 3);
  scale<<<n / 256, 256, 0, t>>>(in, b, 5); shift<<<n / 256, 256, 0, t>>>(b, c, 7); MUST(cudaEventRecord(left, t));
  MUST(cudaMemsetAsync(out, 1, n * 4, u)); MUST(cudaLaunchHostFunc(u, count_up, &calls)); MUST(cudaEventRecord(right, u));
  int *scratch; MUST(cudaMallocAsync(&scratch, n * 4, s));
  MUST(cudaStreamWaitEvent(s, left, 0)); MUST(cudaStreamWaitEvent(s, right, 0));
  sum3<<<n / 256, 256, 0, s>>>(a, c, out, scratch);
  accumulate<<<n / 256, 256, 0, s>>>(sums, scratch);
  MUST(cudaMemcpyAsync(result.data(), scratch, n * 4, cudaMemcpyDeviceToHost, s));
  MUST(cudaFreeAsync(scratch, s));
  cudaGraph_t graph; MUST(cudaStreamEndCapture(s, &graph)); MUST(cudaGetLastError());
  EXPECT(calls == 0);
  size_t nodes, edges = 0; MUST(cudaGraphGetNodes(graph, nullptr, &nodes)); MUST(cudaGraphGetEdges(graph, nullptr, nullptr, nullptr, &edges));
  EXPECT(nodes == 11); EXPECT(edges == 12);
  cudaGraphExec_t executable; MUST(cudaGraphInstantiate(&executable, graph, 0)); MUST(cudaGraphDestroy(graph));
  for (int round = 1; round <= 4; round++) {
    for (int i = 0; i < n; i++) pinned[i] = i * round + round;
    std::memset(result.data(), 0, n * 4);
    MUST(cudaGraphLaunch(executable, round & 1 ? s : t)); MUST(cudaStreamSynchronize(round & 1 ? s : t));
    EXPECT(calls == round);
    for (int i = 0; i < n; i++) {
      int want = pinned[i] * 3 + pinned[(i + 7) % n] * 5 + 0x01010101; total[i] += want;
      if (result[i] != want) { std::printf("FAIL round %d: element %d is %d, expected %d\n", round, i, result[i], want); std::exit(1); }
    }
  }
  std::vector<int> got(n); MUST(cudaMemcpy(got.data(), sums, n * 4, cudaMemcpyDeviceToHost)); EXPECT(got == total);
  MUST(cudaGraphExecDestroy(executable));
  for (auto p : {in, a, b, c, out, sums}) MUST(cudaFree(p));
  MUST(cudaFreeHost(pinned)); for (auto x : {s, t, u}) MUST(cudaStreamDestroy(x));
}

static int value(int *p) { int v; MUST(cudaMemcpy(&v, p, 4, cudaMemcpyDeviceToHost)); return v; }

static void pieces() {
  int *p; MUST(cudaMalloc(&p, 64)); MUST(cudaMemset(p, 0, 64)); cudaStream_t s, t; MUST(cudaStreamCreate(&s)); MUST(cudaStreamCreateWithFlags(&t, cudaStreamNonBlocking));
  // External events: a wait in the graph for a record outside it, and a record in it that the outside waits for.
  cudaEvent_t before = event(), after = event(); cudaGraph_t g; cudaGraphExec_t x;
  MUST(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal)); MUST(cudaStreamWaitEvent(s, before, cudaEventWaitExternal)); bump<<<1, 1, 0, s>>>(p); MUST(cudaEventRecordWithFlags(after, s, cudaEventRecordExternal)); bump<<<1, 1, 0, s>>>(p + 1); MUST(cudaStreamEndCapture(s, &g));
  MUST(cudaGraphInstantiate(&x, g, 0)); MUST(cudaMemsetAsync(p, 0, 4, t)); bump<<<1, 1, 0, t>>>(p); MUST(cudaEventRecord(before, t));
  MUST(cudaGraphLaunch(x, s)); MUST(cudaStreamWaitEvent(t, after, 0)); bump<<<1, 1, 0, t>>>(p); MUST(cudaEventSynchronize(after)); MUST(cudaDeviceSynchronize()); EXPECT(value(p) == 3); EXPECT(value(p + 1) == 1);
  // Into a graph that has a node, and dependencies set by hand.
  cudaGraph_t into; cudaGraphNode_t root; MUST(cudaGraphCreate(&into, 0)); MUST(cudaGraphAddEmptyNode(&root, into, nullptr, 0));
  MUST(cudaStreamBeginCaptureToGraph(s, into, &root, nullptr, 1, cudaStreamCaptureModeRelaxed)); bump<<<1, 1, 0, s>>>(p + 2);
  cudaStreamCaptureStatus status; cudaGraph_t shown; const cudaGraphNode_t *last; const cudaGraphEdgeData *data; size_t count; unsigned long long id;
  MUST(cudaStreamGetCaptureInfo(s, &status, &id, &shown, &last, &data, &count)); EXPECT(status == cudaStreamCaptureStatusActive && shown == into && count == 1 && last[0] != root);
  cudaGraphNode_t hand; cudaMemsetParams fill = {}; fill.dst = p + 3; fill.elementSize = 4; fill.value = 9; fill.width = 1; fill.height = 1; MUST(cudaGraphAddMemsetNode(&hand, into, last, count, &fill));
  MUST(cudaStreamUpdateCaptureDependencies(s, &hand, nullptr, 1, cudaStreamSetCaptureDependencies)); bump<<<1, 1, 0, s>>>(p + 3);
  MUST(cudaStreamEndCapture(s, &g)); EXPECT(g == into); cudaGraphExec_t y; MUST(cudaGraphInstantiate(&y, into, 0)); MUST(cudaGraphLaunch(y, s)); MUST(cudaGraphLaunch(y, s)); MUST(cudaStreamSynchronize(s)); EXPECT(value(p + 2) == 2); EXPECT(value(p + 3) == 10);
  // Captured again with another argument, then the executable is updated.
  MUST(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal)); bump<<<1, 1, 0, s>>>(p + 4); MUST(cudaMemsetAsync(p + 5, 0, 4, s)); MUST(cudaStreamEndCapture(s, &g)); cudaGraphExec_t z; MUST(cudaGraphInstantiate(&z, g, 0));
  int differences = 0; cudaGraphRecaptureCallbackData data2 = {[](void *u, cudaGraphNode_t, const cudaGraphNodeParams *old, const cudaGraphNodeParams *now, cudaGraphRecaptureStatus) { EXPECT(old->type == cudaGraphNodeTypeMemset && old->memset.value == 0 && now->memset.value == 3); ++*(int *)u; return cudaSuccess; }, &differences};
  MUST(cudaStreamBeginRecaptureToGraph(s, cudaStreamCaptureModeGlobal, g, &data2)); bump<<<1, 1, 0, s>>>(p + 4); MUST(cudaMemsetAsync(p + 5, 3, 4, s)); cudaGraph_t same; MUST(cudaStreamEndCapture(s, &same)); EXPECT(same == g); EXPECT(differences == 1);
  cudaGraphExecUpdateResultInfo info; MUST(cudaGraphExecUpdate(z, g, &info)); MUST(cudaGraphLaunch(z, s)); MUST(cudaStreamSynchronize(s)); EXPECT(value(p + 4) == 1); EXPECT(value(p + 5) == 0x03030303);
  // The per-thread default stream of two threads, each with a capture of its own.
  auto own = [&](int *q) { cudaGraph_t mine; MUST(cudaStreamBeginCapture(cudaStreamPerThread, cudaStreamCaptureModeThreadLocal)); for (int i = 0; i < 50; i++) bump<<<1, 1, 0, cudaStreamPerThread>>>(q); MUST(cudaStreamEndCapture(cudaStreamPerThread, &mine)); cudaGraphExec_t run; MUST(cudaGraphInstantiate(&run, mine, 0)); for (int i = 0; i < 3; i++) MUST(cudaGraphLaunch(run, cudaStreamPerThread)); MUST(cudaStreamSynchronize(cudaStreamPerThread)); };
  std::thread one(own, p + 6), two(own, p + 7); one.join(); two.join(); EXPECT(value(p + 6) == 150); EXPECT(value(p + 7) == 150);
  // An invalid capture leaves the stream usable.
  MUST(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal)); EXPECT(cudaStreamSynchronize(s) == cudaErrorStreamCaptureUnsupported); bump<<<1, 1, 0, s>>>(p + 8); EXPECT(cudaGetLastError() == cudaErrorStreamCaptureInvalidated); EXPECT(cudaStreamEndCapture(s, &g) == cudaErrorStreamCaptureInvalidated); EXPECT(g == nullptr); cudaGetLastError(); bump<<<1, 1, 0, s>>>(p + 8); MUST(cudaStreamSynchronize(s)); EXPECT(value(p + 8) == 1);
  MUST(cudaGraphExecDestroy(x)); MUST(cudaGraphExecDestroy(y)); MUST(cudaGraphExecDestroy(z)); MUST(cudaFree(p));
}

// cuStreamWaitValue32 and cuStreamWriteValue32, by cudaGetDriverEntryPoint: a stream waits until another one, and then the host, has written.
static void words() {
  typedef int (*Word)(cudaStream_t, unsigned long long, unsigned, unsigned); Word wait, write; cudaDriverEntryPointQueryResult found;
  MUST(cudaGetDriverEntryPointByVersion("cuStreamWaitValue32", (void **)&wait, 12000, cudaEnableDefault, &found)); EXPECT(found == cudaDriverEntryPointSuccess);
  MUST(cudaGetDriverEntryPointByVersion("cuStreamWriteValue32", (void **)&write, 12000, cudaEnableDefault, &found)); EXPECT(found == cudaDriverEntryPointSuccess);
  unsigned *word, *host; int *p; MUST(cudaMalloc(&word, 4)); MUST(cudaMemset(word, 0, 4)); MUST(cudaMallocHost(&host, 4)); *host = 0; MUST(cudaMalloc(&p, 4)); MUST(cudaMemset(p, 0, 4));
  cudaStream_t s, t; MUST(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking)); MUST(cudaStreamCreateWithFlags(&t, cudaStreamNonBlocking));
  EXPECT(wait(s, (unsigned long long)word, 5, 0) == 0); EXPECT(wait(s, (unsigned long long)host, 6, 2) == 0); bump<<<1, 1, 0, s>>>(p);   // at least 5; any bit of 6
  EXPECT(cudaStreamQuery(s) == cudaErrorNotReady); cudaGetLastError(); bump<<<1, 1, 0, t>>>(p); EXPECT(write(t, (unsigned long long)word, 7, 0) == 0); MUST(cudaStreamSynchronize(t)); EXPECT(value(p) == 1);
  EXPECT(cudaStreamQuery(s) == cudaErrorNotReady); cudaGetLastError(); *(volatile unsigned *)host = 2; MUST(cudaStreamSynchronize(s)); EXPECT(value(p) == 2);
  EXPECT(wait(s, (unsigned long long)word + 2, 5, 0) == 1); EXPECT(wait(s, (unsigned long long)&found, 5, 0) == 1);
}

int main() { pipeline(cudaStreamDefault); pipeline(cudaStreamNonBlocking); pieces(); words(); std::puts("right"); }
