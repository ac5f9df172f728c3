// Prints what a CUDA runtime answers to calls right and wrong, one line a question, in an order and with values that do not
// depend on the device.  On an NVIDIA GPU with NVIDIA's libcudart it made nvidia.txt; any other libcudart must print the same.
//
//   nvcc -std=c++17 -cudart shared -o api_reference api_reference.cu && ./api_reference | diff nvidia.txt -
#include <cuda_runtime.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

static void say(const char *question, cudaError_t answer) { printf("%-64s %s\n", question, cudaGetErrorName(answer)); }
static void say(const char *question, long long value) { printf("%-64s %lld\n", question, value); }
#define ASK(call) say(#call, call)

__global__ void write_one(int *p) { *p = 1; }
__global__ void add_one(int *p, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) p[i] += 1; }
__global__ void trap_now() { asm volatile("trap;"); }
__global__ void spin(long long cycles) { long long end = clock64() + cycles; while (clock64() < end); }
extern __shared__ int dynamic[];
__global__ void uses_dynamic(int *p) { dynamic[threadIdx.x] = threadIdx.x; __syncthreads(); p[threadIdx.x] = dynamic[blockDim.x - 1 - threadIdx.x]; }
__device__ int variable[4] = {1, 2, 3, 4};
__constant__ int constant = 7;
__managed__ int managed = 5;
static int not_a_symbol;

static void memory() {
  void *p = (void *)1; int *q; char host[64] = {}, other[64];
  ASK(cudaMalloc((void **)nullptr, 16));
  ASK(cudaMalloc(&p, 0)); say("  pointer is null", p == nullptr);
  ASK(cudaMalloc(&p, (size_t)1 << 60));
  ASK(cudaPeekAtLastError()); ASK(cudaGetLastError()); ASK(cudaGetLastError());
  ASK(cudaMalloc(&p, 1000)); say("  alignment at least 256", (uintptr_t)p % 256 == 0);
  ASK(cudaFree(nullptr)); ASK(cudaFree(host)); ASK(cudaGetLastError());
  ASK(cudaFree((char *)p + 16)); cudaGetLastError();
  ASK(cudaMemcpy(p, host, 64, cudaMemcpyHostToDevice));
  ASK(cudaMemcpy(p, host, 64, cudaMemcpyDefault)); ASK(cudaMemcpy(other, p, 64, cudaMemcpyDefault));
  ASK(cudaMemcpy(p, host, 64, (cudaMemcpyKind)7)); cudaGetLastError();
  ASK(cudaMemcpy(nullptr, host, 64, cudaMemcpyHostToDevice)); cudaGetLastError();
  ASK(cudaMemcpy(p, host, 0, cudaMemcpyHostToDevice)); ASK(cudaMemcpy(nullptr, nullptr, 0, cudaMemcpyDeviceToDevice));
  ASK(cudaMemcpy(other, host, 64, cudaMemcpyHostToHost));
  ASK(cudaMemcpy((char *)p + 900, host, 64, cudaMemcpyHostToDevice));
  ASK(cudaMemset(p, 0x7f, 1000)); ASK(cudaMemset(nullptr, 0, 16)); cudaGetLastError(); ASK(cudaMemset(nullptr, 0, 0));
  ASK(cudaMemcpy2D(other, 8, p, 16, 8, 4, cudaMemcpyDeviceToHost)); ASK(cudaMemcpy2D(other, 4, p, 16, 8, 4, cudaMemcpyDeviceToHost)); cudaGetLastError();
  ASK(cudaFree(p)); ASK(cudaFree(p)); cudaGetLastError();

  cudaPointerAttributes a;
  ASK(cudaPointerGetAttributes(&a, host)); say("  type", a.type); say("  device pointer null", a.devicePointer == nullptr);
  ASK(cudaPointerGetAttributes(&a, nullptr)); say("  type", a.type); cudaGetLastError();
  cudaMalloc(&q, 64); ASK(cudaPointerGetAttributes(&a, q + 1)); say("  type", a.type); say("  host pointer null", a.hostPointer == nullptr); say("  device pointer is it", a.devicePointer == q + 1); cudaFree(q);
  ASK(cudaMallocHost(&p, 256)); ASK(cudaPointerGetAttributes(&a, (char *)p + 5)); say("  type", a.type); say("  host pointer is it", a.hostPointer == (char *)p + 5);
  ASK(cudaHostGetDevicePointer((void **)&q, p, 0)); ASK(cudaHostGetDevicePointer((void **)&q, p, 1)); cudaGetLastError();
  ASK(cudaHostGetDevicePointer((void **)&q, host, 0)); cudaGetLastError();
  unsigned flags; ASK(cudaHostGetFlags(&flags, p)); say("  flags", flags);
  ASK(cudaFree(p)); cudaGetLastError(); ASK(cudaFreeHost(p)); ASK(cudaFreeHost(nullptr)); ASK(cudaFreeHost(host)); cudaGetLastError();
  ASK(cudaHostAlloc(&p, 64, 99)); cudaGetLastError(); ASK(cudaHostAlloc(&p, 0, 0)); say("  pointer is null", p == nullptr);
  char *page = (char *)aligned_alloc(4096, 8192);
  ASK(cudaHostRegister(page, 8192, cudaHostRegisterDefault)); ASK(cudaHostRegister(page, 8192, cudaHostRegisterDefault)); cudaGetLastError();
  ASK(cudaHostGetDevicePointer((void **)&q, page + 100, 0)); ASK(cudaPointerGetAttributes(&a, page)); say("  type", a.type);
  ASK(cudaHostUnregister(page)); ASK(cudaHostUnregister(page)); cudaGetLastError(); ASK(cudaHostRegister(nullptr, 4096, 0)); cudaGetLastError(); free(page);
  ASK(cudaMallocManaged(&q, 256)); ASK(cudaPointerGetAttributes(&a, q)); say("  type", a.type); q[3] = 9; say("  host writes, host reads", q[3]); ASK(cudaFree(q));
  ASK(cudaMallocManaged(&q, 256, 77)); cudaGetLastError(); ASK(cudaMallocManaged(&q, 0)); cudaGetLastError();
  size_t pitch; ASK(cudaMallocPitch(&p, &pitch, 100, 3)); say("  pitch at least the width", pitch >= 100); ASK(cudaFree(p));
  size_t free1, free2, total; cudaMemGetInfo(&free1, &total); cudaMalloc(&p, 64 << 20); cudaMemGetInfo(&free2, &total); say("  64 MiB are accounted", free1 - free2 == 64 << 20); cudaFree(p);
  cudaMemGetInfo(&free2, &total); say("  and given back", free1 == free2);
  ASK(cudaMallocAsync(&p, 100, 0)); ASK(cudaFreeAsync(p, 0)); ASK(cudaStreamSynchronize(0));
}

static void events_and_streams() {
  cudaEvent_t e, f, quiet; cudaStream_t s, t; float ms = -1; int *p; cudaMalloc(&p, 4096); cudaMemset(p, 0, 4096);
  write_one<<<1, 1>>>(p); spin<<<1, 1>>>(1); cudaDeviceSynchronize();  // loaded now: a lazy load waits for the device
  ASK(cudaEventCreate(nullptr)); cudaGetLastError(); ASK(cudaEventCreate(&e)); ASK(cudaEventCreate(&f)); ASK(cudaEventCreateWithFlags(&quiet, cudaEventDisableTiming)); cudaEvent_t none;
  ASK(cudaEventCreateWithFlags(&none, 0x100)); cudaGetLastError();
  ASK(cudaEventQuery(e)); ASK(cudaEventSynchronize(e)); ASK(cudaEventElapsedTime(&ms, e, f)); cudaGetLastError();
  ASK(cudaEventRecord(e)); ASK(cudaEventRecord(f)); ASK(cudaEventSynchronize(f)); ASK(cudaEventElapsedTime(&ms, e, f)); say("  not negative", ms >= 0);
  ASK(cudaEventRecord(quiet)); ASK(cudaEventSynchronize(quiet)); ASK(cudaEventElapsedTime(&ms, e, quiet)); cudaGetLastError(); ASK(cudaEventElapsedTime(nullptr, e, f)); cudaGetLastError();
  ASK(cudaStreamCreate(&s)); ASK(cudaStreamCreateWithFlags(&t, cudaStreamNonBlocking)); cudaStream_t bad; ASK(cudaStreamCreateWithFlags(&bad, 8)); cudaGetLastError();
  unsigned flags; ASK(cudaStreamGetFlags(t, &flags)); say("  flags", flags); ASK(cudaStreamGetFlags(s, &flags)); say("  flags", flags); ASK(cudaStreamGetFlags(0, &flags)); say("  flags", flags);
  ASK(cudaStreamQuery(s)); ASK(cudaStreamQuery(0)); ASK(cudaStreamDestroy(0)); cudaGetLastError(); ASK(cudaStreamWaitEvent(s, e, 0)); ASK(cudaStreamWaitEvent(s, e, 9)); cudaGetLastError();
  spin<<<1, 1, 0, s>>>(20000000); ASK(cudaStreamQuery(s)); ASK(cudaGetLastError()); ASK(cudaEventRecord(e, s)); ASK(cudaEventQuery(e)); ASK(cudaStreamQuery(t)); ASK(cudaStreamSynchronize(s)); ASK(cudaStreamQuery(s)); ASK(cudaEventQuery(e));
  // The legacy default stream waits for blocking streams and they for it; non-blocking ones go their way.
  spin<<<1, 1, 0, s>>>(20000000); write_one<<<1, 1>>>(p); ASK(cudaEventRecord(e, 0)); ASK(cudaEventQuery(e)); write_one<<<1, 1, 0, t>>>(p + 1); ASK(cudaStreamSynchronize(t)); ASK(cudaEventQuery(e)); ASK(cudaStreamSynchronize(0)); ASK(cudaStreamQuery(s));
  spin<<<1, 1>>>(20000000); ASK(cudaStreamQuery(t)); ASK(cudaEventRecord(f, s)); ASK(cudaEventQuery(f)); ASK(cudaEventRecord(e, t)); ASK(cudaEventSynchronize(e)); ASK(cudaEventQuery(f)); ASK(cudaDeviceSynchronize()); ASK(cudaEventQuery(f));
  spin<<<1, 1, 0, s>>>(20000000); ASK(cudaEventRecord(e, s)); ASK(cudaStreamWaitEvent(t, e, 0)); ASK(cudaStreamQuery(t)); ASK(cudaStreamDestroy(s)); ASK(cudaStreamSynchronize(t)); ASK(cudaEventQuery(e));
  static int calls = 0; ASK(cudaLaunchHostFunc(t, [](void *x) { ++*(int *)x; }, &calls)); ASK(cudaStreamAddCallback(t, [](cudaStream_t, cudaError_t e, void *x) { *(int *)x += e == 0 ? 10 : 100; }, &calls, 0)); ASK(cudaStreamSynchronize(t)); say("  host functions ran", calls);
  int least, greatest; ASK(cudaDeviceGetStreamPriorityRange(&least, &greatest)); say("  least", least); say("  greatest is not above it", greatest <= least);
  cudaStreamCaptureStatus status; ASK(cudaStreamIsCapturing(t, &status)); say("  capturing", status);
  ASK(cudaEventDestroy(e)); ASK(cudaEventDestroy(nullptr)); cudaGetLastError(); ASK(cudaStreamDestroy(t)); ASK(cudaFree(p));
}

static void launches() {
  int *p, h[8] = {}; cudaMalloc(&p, 4096); cudaMemset(p, 0, 4096);
  add_one<<<1, 0>>>(p, 1); ASK(cudaGetLastError()); add_one<<<0, 32>>>(p, 1); ASK(cudaGetLastError()); add_one<<<1, 1025>>>(p, 1); ASK(cudaGetLastError()); add_one<<<1, dim3(1, 1, 65)>>>(p, 1); ASK(cudaGetLastError());
  add_one<<<dim3(1, 65536), 1>>>(p, 1); ASK(cudaGetLastError()); add_one<<<1, dim3(1024, 1, 1)>>>(p, 8); ASK(cudaGetLastError()); add_one<<<dim3(2, 3, 4), dim3(4, 2, 2)>>>(p, 0); ASK(cudaGetLastError());
  uses_dynamic<<<1, 32, 128>>>(p); ASK(cudaGetLastError()); ASK(cudaMemcpy(h, p, sizeof h, cudaMemcpyDeviceToHost)); say("  reversed", h[0]); say("  reversed", h[7]);
  uses_dynamic<<<1, 32, 1 << 20>>>(p); ASK(cudaGetLastError()); uses_dynamic<<<1, 32, 48 << 10>>>(p); ASK(cudaGetLastError());
  int n = 1; void *arguments[] = {&p, &n};
  ASK(cudaLaunchKernel((void *)nullptr, dim3(1), dim3(1), arguments, 0, 0)); ASK(cudaGetLastError()); ASK(cudaLaunchKernel((void *)&not_a_symbol, dim3(1), dim3(1), arguments, 0, 0)); ASK(cudaGetLastError());
  ASK(cudaLaunchKernel((void *)add_one, dim3(1), dim3(1), arguments, 0, 0)); ASK(cudaDeviceSynchronize());
  cudaFuncAttributes a; ASK(cudaFuncGetAttributes(&a, (void *)add_one)); say("  at most 1024 threads", a.maxThreadsPerBlock); say("  no static shared memory", a.sharedSizeBytes); ASK(cudaFuncGetAttributes(&a, (void *)&not_a_symbol)); ASK(cudaGetLastError());
  ASK(cudaFuncSetAttribute((void *)uses_dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 32768)); ASK(cudaFuncSetAttribute((void *)uses_dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 24)); cudaGetLastError();
  int blocks; ASK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, add_one, 256, 0)); say("  some blocks fit", blocks > 0); ASK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, add_one, 2048, 0)); say("  blocks", blocks); cudaGetLastError();
  ASK(cudaFree(p));
}

static void symbols() {
  int h[4] = {}; void *p; size_t size;
  ASK(cudaMemcpyFromSymbol(h, variable, sizeof h)); say("  initial value", h[2]); h[1] = 20; ASK(cudaMemcpyToSymbol(variable, h + 1, 4, 4)); ASK(cudaMemcpyFromSymbol(h, variable, sizeof h)); say("  changed", h[1]); say("  kept", h[3]);
  ASK(cudaMemcpyToSymbol(variable, h, 16, 4)); cudaGetLastError(); ASK(cudaMemcpyFromSymbol(h, constant, 4)); say("  constant", h[0]); ASK(cudaGetSymbolAddress(&p, variable)); ASK(cudaGetSymbolSize(&size, variable)); say("  size", size);
  ASK(cudaGetSymbolAddress(&p, (const void *)&not_a_symbol)); cudaGetLastError(); ASK(cudaMemcpyToSymbol((const void *)&not_a_symbol, h, 4)); cudaGetLastError(); say("  managed", managed); add_one<<<1, 1>>>(&managed, 1); ASK(cudaDeviceSynchronize()); say("  managed", managed);
}

static void devices() {
  int n; ASK(cudaGetDeviceCount(nullptr)); cudaGetLastError(); ASK(cudaSetDevice(99)); ASK(cudaGetLastError()); ASK(cudaSetDevice(-1)); cudaGetLastError(); ASK(cudaSetDevice(0)); ASK(cudaGetDevice(&n)); say("  device", n);
  ASK(cudaGetDevice(nullptr)); cudaGetLastError(); cudaDeviceProp d; ASK(cudaGetDeviceProperties(&d, 99)); cudaGetLastError(); ASK(cudaGetDeviceProperties(&d, 0)); say("  warp", d.warpSize); say("  threads per block", d.maxThreadsPerBlock); say("  unified addressing", d.unifiedAddressing);
  say("  grid x", d.maxGridSize[0]); say("  grid y", d.maxGridSize[1]); say("  block z", d.maxThreadsDim[2]); ASK(cudaDeviceGetAttribute(&n, cudaDevAttrWarpSize, 0)); say("  value", n); ASK(cudaDeviceGetAttribute(&n, (cudaDeviceAttr)9999, 0)); cudaGetLastError(); ASK(cudaDeviceGetAttribute(&n, cudaDevAttrWarpSize, 7)); cudaGetLastError();
  int can; ASK(cudaDeviceCanAccessPeer(&can, 0, 0)); say("  itself", can); size_t limit; ASK(cudaDeviceGetLimit(&limit, cudaLimitPrintfFifoSize)); ASK(cudaDeviceGetLimit(&limit, (cudaLimit)99)); cudaGetLastError(); ASK(cudaDeviceSetLimit(cudaLimitPrintfFifoSize, 1 << 21)); ASK(cudaDeviceGetLimit(&limit, cudaLimitPrintfFifoSize)); say("  limit kept", limit >= 1 << 21);
  ASK(cudaDeviceSynchronize()); ASK(cudaDeviceReset()); ASK(cudaGetLastError()); ASK(cudaFree(nullptr)); say("  string of success", strcmp(cudaGetErrorString(cudaSuccess), "no error") == 0); say("  name of a strange code", (cudaError_t)12345 == 12345 && strcmp(cudaGetErrorName((cudaError_t)12345), "unrecognized error code") == 0);
}

/// After a fault everything answers with it.
static void faults(const char *what) {
  int *p; cudaMalloc(&p, 64);
  if (!strcmp(what, "illegal address")) write_one<<<1, 1>>>((int *)0x10); else trap_now<<<1, 1>>>();
  ASK(cudaGetLastError()); ASK(cudaDeviceSynchronize()); ASK(cudaGetLastError()); ASK(cudaPeekAtLastError()); void *q; ASK(cudaMalloc(&q, 16)); ASK(cudaMemcpy(&q, p, 8, cudaMemcpyDeviceToHost)); write_one<<<1, 1>>>(p); ASK(cudaGetLastError()); ASK(cudaStreamQuery(0)); ASK(cudaFree(p));
  int n; ASK(cudaGetDevice(&n)); ASK(cudaGetDeviceCount(&n));
}

/// Each group in a process of its own, so that one that dies takes nothing along.
template <typename F> static void group(const char *name, F body) {
  printf("== %s\n", name); fflush(stdout);
  pid_t child = fork();
  if (child == 0) { body(); fflush(stdout); _exit(0); }
  int status; waitpid(child, &status, 0);
  if (status) printf("the process ended with %d\n", status);
}

int main() {
  group("memory", memory); group("events and streams", events_and_streams); group("launches", launches); group("symbols", symbols); group("devices", devices);
  group("illegal address", [] { faults("illegal address"); }); group("trap", [] { faults("trap"); });
  group("error names", [] { for (int i = 0; i < 1000; i++) { const char *n = cudaGetErrorName((cudaError_t)i); if (strcmp(n, "unrecognized error code")) printf("%d %s\n", i, n); } });
}
