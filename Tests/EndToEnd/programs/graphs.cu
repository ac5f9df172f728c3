// Graphs: branches that join, changes of an executable, memory nodes, conditional nodes, child graphs, events, user objects, capture.
// Prints `ok` or `FAIL` for each question.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#include <vector>
#include <cuda_runtime.h>

static void need(cudaError_t error, int line) {
  if (error == cudaSuccess) return;
  std::printf("FAIL line %d: %s\n", line, cudaGetErrorName(error));
  std::exit(1);
}
#define CALL(x) need((x), __LINE__)

static void ask(bool right, const char *what) { std::printf("%s %s\n", right ? "ok" : "FAIL", what); }

__global__ void add(int *p, int v) { p[blockIdx.x * blockDim.x + threadIdx.x] += v; }
__global__ void combine(int *out, const int *a, const int *b) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = a[i] * 100 + b[i];
}
__global__ void count(unsigned *p) { atomicAdd(p, 1u); }
__global__ void scratch(int *out, int n) {
  volatile int local[64];
  for (int i = 0; i < 64; i++) local[i] = i * n;
  int sum = 0;
  for (int i = 0; i < 64; i++) sum += local[(i * 7 + n) & 63];
  out[threadIdx.x] = sum;
}
__global__ void say(int v) { std::printf("said %d\n", v); }
__global__ void step(int *p, cudaGraphConditionalHandle handle, int end) {
  *p += 1;
  cudaGraphSetConditional(handle, *p < end);
}
__global__ void decide(const int *p, cudaGraphConditionalHandle handle) { cudaGraphSetConditional(handle, *p); }
__global__ void put(int *p, int v) { *p = v; }
__device__ int variable[4];

static void call(void *p) { ++*static_cast<int *>(p); }
static void destroyed(void *p) { __atomic_fetch_add(static_cast<int *>(p), 1, __ATOMIC_SEQ_CST); }

static const int n = 256;
static cudaStream_t stream;

template <typename... T> static cudaGraphNode_t kernel(cudaGraph_t graph, std::vector<cudaGraphNode_t> after, void (*f)(T...), int blocks, int threads, T... v) {
  void *args[] = {&v...};
  cudaKernelNodeParams p = {};
  p.func = reinterpret_cast<void *>(f);
  p.gridDim = dim3(blocks);
  p.blockDim = dim3(threads);
  p.kernelParams = args;
  cudaGraphNode_t node;
  CALL(cudaGraphAddKernelNode(&node, graph, after.data(), after.size(), &p));
  return node;
}

static cudaGraphNode_t fill(cudaGraph_t graph, std::vector<cudaGraphNode_t> after, void *p, int value, int words) {
  cudaMemsetParams m = {};
  m.dst = p, m.value = value, m.elementSize = 4, m.width = words, m.height = 1;
  cudaGraphNode_t node;
  CALL(cudaGraphAddMemsetNode(&node, graph, after.data(), after.size(), &m));
  return node;
}

static cudaGraphNode_t copy(cudaGraph_t graph, std::vector<cudaGraphNode_t> after, void *to, const void *from, size_t bytes) {
  cudaGraphNode_t node;
  CALL(cudaGraphAddMemcpyNode1D(&node, graph, after.data(), after.size(), to, from, bytes, cudaMemcpyDefault));
  return node;
}

static bool all(const std::vector<int> &v, int value) {
  for (int x : v) if (x != value) return false;
  return true;
}

static void branches() {
  int *a, *b, *c;
  CALL(cudaMalloc(&a, n * 4)), CALL(cudaMalloc(&b, n * 4)), CALL(cudaMalloc(&c, n * 4));
  std::vector<int> out(n);
  cudaGraph_t graph;
  CALL(cudaGraphCreate(&graph, 0));
  auto za = fill(graph, {}, a, 1, n), zb = fill(graph, {}, b, 2, n);
  auto ka = kernel(graph, {za}, add, 4, 64, a, 3), kb = kernel(graph, {zb}, add, 4, 64, b, 5);
  auto join = kernel(graph, {ka, kb}, combine, 4, 64, c, (const int *)a, (const int *)b);
  auto back = copy(graph, {join}, out.data(), c, n * 4);
  int calls = 0;
  cudaHostNodeParams host = {call, &calls};
  cudaGraphNode_t h;
  CALL(cudaGraphAddHostNode(&h, graph, &back, 1, &host));
  cudaGraphExec_t ready;
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  for (int i = 0; i < 5; i++) CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 407) && calls == 5, "branches join, five launches follow each other");

  // Changes count for launches after them, also while earlier ones wait.
  cudaKernelNodeParams p;
  CALL(cudaGraphKernelNodeGetParams(ka, &p));
  int v = 6;
  void *args[] = {&a, &v};
  p.kernelParams = args;
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaGraphExecKernelNodeSetParams(ready, ka, &p));
  CALL(cudaGraphNodeSetEnabled(ready, kb, 0));
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 702), "a changed argument and a disabled kernel");
  cudaGraphExecUpdateResultInfo info;
  CALL(cudaGraphExecUpdate(ready, graph, &info));
  CALL(cudaGraphNodeSetEnabled(ready, kb, 1));
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 407) && info.result == cudaGraphExecUpdateSuccess, "an update brings the graph's parameters back");

  cudaGraph_t other;
  CALL(cudaGraphClone(&other, graph));
  cudaGraphNode_t twin;
  CALL(cudaGraphNodeFindInClone(&twin, kb, other));
  CALL(cudaGraphDestroyNode(twin));
  ask(cudaGraphExecUpdate(ready, other, &info) == cudaErrorGraphExecUpdateFailure && info.result == cudaGraphExecUpdateErrorTopologyChanged,
      "a graph without one of the nodes is no update");
  cudaGetLastError();

  // The clone lacks a branch; as a child graph it runs between two nodes of its parent.
  cudaGraph_t parent;
  CALL(cudaGraphCreate(&parent, 0));
  cudaGraphNode_t child;
  auto before = fill(parent, {}, c, 9, n);
  CALL(cudaGraphAddChildGraphNode(&child, parent, &before, 1, other));
  kernel(parent, {child}, add, 4, 64, c, 1);
  cudaGraphExec_t outer;
  CALL(cudaGraphInstantiate(&outer, parent, 0));
  CALL(cudaGraphLaunch(outer, stream));
  std::vector<int> last(n);
  CALL(cudaMemcpyAsync(last.data(), c, n * 4, cudaMemcpyDeviceToHost, stream));
  CALL(cudaStreamSynchronize(stream));
  // Without kb the join no longer depends on the fill of b, which may come before or after it.
  ask(all(last, out[0] + 1) && (out[0] == 402 || out[0] == 407), "a child graph between two nodes");

  CALL(cudaGraphDestroy(graph));
  calls = 0;
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaGraphExecDestroy(ready));
  CALL(cudaStreamSynchronize(stream));
  ask(calls == 1, "an executable outlives its graph, and a launch its executable");
  CALL(cudaGraphExecDestroy(outer)), CALL(cudaGraphDestroy(parent)), CALL(cudaGraphDestroy(other));
  CALL(cudaFree(a)), CALL(cudaFree(b)), CALL(cudaFree(c));
}

// Kernels of one level side by side, with and without scratch, in two streams whose launches follow each other.
static void wide() {
  unsigned *counter;
  int *out;
  CALL(cudaMalloc(&counter, 4)), CALL(cudaMalloc(&out, 64 * 64 * 4));
  CALL(cudaMemset(counter, 0, 4));
  cudaGraph_t graph;
  CALL(cudaGraphCreate(&graph, 0));
  std::vector<cudaGraphNode_t> level, next;
  for (int depth = 0; depth < 20; depth++) {
    next.clear();
    for (int i = 0; i < 50; i++)
      next.push_back(i % 10 == 3 ? kernel(graph, level, scratch, 1, 64, out + 64 * (i / 10), i) : kernel(graph, level, count, 1, 32, counter));
    level = next;
  }
  cudaGraphExec_t ready;
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  cudaStream_t second;
  CALL(cudaStreamCreate(&second));
  for (int i = 0; i < 6; i++) CALL(cudaGraphLaunch(ready, i % 2 ? second : stream));
  CALL(cudaStreamSynchronize(stream)), CALL(cudaStreamSynchronize(second));
  unsigned total;
  CALL(cudaMemcpy(&total, counter, 4, cudaMemcpyDefault));
  ask(total == 6 * 20 * 45 * 32, "a thousand kernels, six launches in two streams");
  int sum;
  CALL(cudaMemcpy(&sum, out + 64, 4, cudaMemcpyDefault));
  ask(sum == 63 * 64 / 2 * 13, "kernels with scratch among them");
  CALL(cudaStreamDestroy(second)), CALL(cudaGraphExecDestroy(ready)), CALL(cudaGraphDestroy(graph)), CALL(cudaFree(counter)), CALL(cudaFree(out));
}

static void memory() {
  cudaMemAllocNodeParams wanted = {};
  wanted.poolProps.allocType = cudaMemAllocationTypePinned;
  wanted.poolProps.location = {cudaMemLocationTypeDevice, 0};
  wanted.bytesize = 3 << 20;
  cudaGraph_t graph;
  CALL(cudaGraphCreate(&graph, 0));
  cudaGraphNode_t allocation, release;
  CALL(cudaGraphAddMemAllocNode(&allocation, graph, nullptr, 0, &wanted));
  int *p = static_cast<int *>(wanted.dptr);
  std::vector<int> out(n);
  auto k = kernel(graph, {fill(graph, {allocation}, p, 4, n)}, add, 4, 64, p, 6);
  auto back = copy(graph, {k}, out.data(), p, n * 4);
  CALL(cudaGraphAddMemFreeNode(&release, graph, &back, 1, p));
  cudaGraphExec_t ready;
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  for (int i = 0; i < 3; i++) CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 10), "memory of a graph, three launches");
  unsigned long long used = 1, high = 0, kept = 0;
  CALL(cudaDeviceGetGraphMemAttribute(0, cudaGraphMemAttrUsedMemCurrent, &used));
  CALL(cudaDeviceGetGraphMemAttribute(0, cudaGraphMemAttrUsedMemHigh, &high));
  CALL(cudaDeviceGetGraphMemAttribute(0, cudaGraphMemAttrReservedMemCurrent, &kept));
  ask(used >= wanted.bytesize && high >= wanted.bytesize && kept >= wanted.bytesize, "it stays with the executable between launches");
  size_t before, after, whole;
  CALL(cudaMemGetInfo(&before, &whole));
  CALL(cudaDeviceGraphMemTrim(0));
  CALL(cudaMemGetInfo(&after, &whole));
  ask(after >= before + wanted.bytesize, "a trim gives it back to the device");
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 10), "and the next launch has it again");
  CALL(cudaGraphExecDestroy(ready)), CALL(cudaGraphDestroy(graph));

  CALL(cudaGraphCreate(&graph, 0));
  CALL(cudaGraphAddMemAllocNode(&allocation, graph, nullptr, 0, &wanted));
  p = static_cast<int *>(wanted.dptr);
  fill(graph, {allocation}, p, 11, n);
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  CALL(cudaGraphLaunch(ready, stream));
  add<<<4, 64, 0, stream>>>(p, 1);
  CALL(cudaMemcpyAsync(out.data(), p, n * 4, cudaMemcpyDeviceToHost, stream));
  ask(cudaGraphLaunch(ready, stream) == cudaErrorInvalidValue, "memory that was not freed forbids another launch");
  cudaGetLastError();
  CALL(cudaFreeAsync(p, stream));
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 12), "memory that a graph leaves is the program's until it frees it");
  CALL(cudaGraphExecDestroy(ready)), CALL(cudaGraphDestroy(graph)), CALL(cudaFree(p));
}

static void conditional() {
  int *p, *q;
  CALL(cudaMallocManaged(&p, 4)), CALL(cudaMallocManaged(&q, 4));
  cudaGraph_t graph;
  CALL(cudaGraphCreate(&graph, 0));
  cudaGraphConditionalHandle again, which;
  CALL(cudaGraphConditionalHandleCreate(&again, graph, 1, cudaGraphCondAssignDefault));
  CALL(cudaGraphConditionalHandleCreate(&which, graph, 0, 0));
  cudaGraphNodeParams loop = {};
  loop.type = cudaGraphNodeTypeConditional;
  loop.conditional.handle = again, loop.conditional.type = cudaGraphCondTypeWhile, loop.conditional.size = 1;
  cudaGraphNode_t first, second;
  CALL(cudaGraphAddNode(&first, graph, nullptr, nullptr, 0, &loop));
  kernel(loop.conditional.phGraph_out[0], {}, step, 1, 1, p, again, 25);
  auto between = kernel(graph, {first}, decide, 1, 1, (const int *)q, which);
  cudaGraphNodeParams choice = {};
  choice.type = cudaGraphNodeTypeConditional;
  choice.conditional.handle = which, choice.conditional.type = cudaGraphCondTypeSwitch, choice.conditional.size = 3;
  CALL(cudaGraphAddNode(&second, graph, &between, nullptr, 1, &choice));
  for (int i = 0; i < 3; i++) kernel(choice.conditional.phGraph_out[i], {}, put, 1, 1, q, 100 + i);
  kernel(graph, {second}, add, 1, 1, q, 1000);
  cudaGraphExec_t ready;
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  bool right = true;
  for (int i = 0; i < 5; i++) {
    *p = 20 - i, *q = i;
    CALL(cudaGraphLaunch(ready, stream));
    CALL(cudaStreamSynchronize(stream));
    right = right && *p == 25 && *q == (i < 3 ? 1100 + i : 1000 + i);
  }
  ask(right, "a loop that kernels end, and one of three bodies");
  CALL(cudaGraphExecDestroy(ready)), CALL(cudaGraphDestroy(graph)), CALL(cudaFree(p)), CALL(cudaFree(q));
}

static void others() {
  int *a;
  CALL(cudaMalloc(&a, n * 4));
  cudaGraph_t graph;
  CALL(cudaGraphCreate(&graph, 0));
  cudaEvent_t event;
  CALL(cudaEventCreate(&event));
  int value = 7, got = 0;
  cudaGraphNode_t to, from, record;
  CALL(cudaGraphAddMemcpyNodeToSymbol(&to, graph, nullptr, 0, variable, &value, 4, 8, cudaMemcpyHostToDevice));
  CALL(cudaGraphAddMemcpyNodeFromSymbol(&from, graph, &to, 1, &got, variable, 4, 8, cudaMemcpyDeviceToHost));
  CALL(cudaGraphAddEventRecordNode(&record, graph, &from, 1, event));
  kernel(graph, {record}, say, 1, 1, 5);
  cudaGraphExec_t ready;
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  int done = 0;
  cudaUserObject_t object;
  CALL(cudaUserObjectCreate(&object, &done, destroyed, 1, cudaUserObjectNoDestructorSync));
  CALL(cudaGraphRetainUserObject(graph, object, 1, cudaGraphUserObjectMove));
  cudaGraphExec_t holds;
  CALL(cudaGraphInstantiate(&holds, graph, 0));
  CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaEventSynchronize(event));
  ask(got == 7, "copies to and from a variable, and an event behind them");
  CALL(cudaStreamSynchronize(stream));
  CALL(cudaGraphDestroy(graph));
  usleep(50000);
  bool early = __atomic_load_n(&done, __ATOMIC_SEQ_CST) != 0;
  CALL(cudaGraphExecDestroy(holds));
  for (int i = 0; i < 2000 && !__atomic_load_n(&done, __ATOMIC_SEQ_CST); i++) usleep(1000);
  ask(!early && done == 1, "a user object lives as long as an executable holds it");
  CALL(cudaGraphExecDestroy(ready));

  // What a stream is given while it captures.
  cudaStream_t second;
  cudaEvent_t fork, joined;
  CALL(cudaStreamCreate(&second)), CALL(cudaEventCreate(&fork)), CALL(cudaEventCreate(&joined));
  std::vector<int> out(n);
  CALL(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  CALL(cudaMemsetAsync(a, 0, n * 4, stream));
  CALL(cudaEventRecord(fork, stream));
  CALL(cudaStreamWaitEvent(second, fork, 0));
  add<<<2, 64, 0, stream>>>(a, 1);
  add<<<2, 64, 0, second>>>(a + 128, 1);
  CALL(cudaEventRecord(joined, second));
  CALL(cudaStreamWaitEvent(stream, joined, 0));
  for (int i = 0; i < 10; i++) add<<<4, 64, 0, stream>>>(a, 2);
  CALL(cudaMemcpyAsync(out.data(), a, n * 4, cudaMemcpyDeviceToHost, stream));
  CALL(cudaStreamEndCapture(stream, &graph));
  CALL(cudaGraphInstantiate(&ready, graph, 0));
  for (int i = 0; i < 3; i++) CALL(cudaGraphLaunch(ready, stream));
  CALL(cudaStreamSynchronize(stream));
  ask(all(out, 21), "a captured fork and join");
  CALL(cudaGraphExecDestroy(ready)), CALL(cudaGraphDestroy(graph)), CALL(cudaStreamDestroy(second)), CALL(cudaFree(a));
}

int main() {
  CALL(cudaStreamCreate(&stream));
  branches();
  wide();
  memory();
  conditional();
  others();
  CALL(cudaDeviceSynchronize());
  return 0;
}
