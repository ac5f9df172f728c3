// A launch that was made before is made again with less ado (Sources/CUDA/KnownLaunches.swift): what changes between two of them must still
// tell.  Each question makes the same launch a few times first.  Wants two devices; the last question stops the first one.
#include <cuda_runtime.h>

#include <cstdio>
#include <set>
#include <string>
#include <thread>

__device__ int runs;
__global__ void add(int *p, int value) { *p += value; runs++; }
__global__ void copySlowly(volatile int *to, volatile const int *from, int turns) {
  for (int i = 0; i < turns; i++) __nanosleep(1000);
  *to = *from;
}
__global__ void gridID(unsigned long long *id) { asm volatile("mov.u64 %0, %%gridid;" : "=l"(*id)); }
__global__ void endBadly(int isBad) { if (isBad) asm volatile("trap;"); }

static int failures = 0;
static void answer(bool isRight, const char *what) {
  std::printf("%s %s\n", isRight ? "ok" : "FAIL", what);
  if (!isRight) failures++;
}
static int *managed() { int *p; cudaMallocManaged(&p, 4096); *p = 0; return p; }
static int runsHere() { int n = -1; cudaMemcpyFromSymbol(&n, runs, sizeof n); return n; }

static void arguments() {
  int *p = managed(), *q = managed();
  for (int i = 1; i <= 100; i++) add<<<1, 1>>>(i % 2 ? p : q, i);
  cudaDeviceSynchronize();
  answer(*p == 2500 && *q == 2550, "every launch has its own arguments");
  std::set<unsigned long long> ids;
  unsigned long long *id = (unsigned long long *)p;
  for (int i = 0; i < 10; i++) { gridID<<<1, 1>>>(id); cudaDeviceSynchronize(); ids.insert(*id); }
  answer(ids.size() == 10, "every launch has its own %gridid");
}

static void streams() {
  int *p = managed();
  cudaStream_t stream, same;
  cudaStreamCreate(&stream);
  for (int i = 0; i < 3; i++) add<<<1, 1, 0, stream>>>(p, 1);
  cudaStreamSynchronize(stream);
  cudaStreamDestroy(stream);
  add<<<1, 1, 0, stream>>>(p, 100);
  answer(cudaGetLastError() == cudaErrorInvalidResourceHandle, "a stream that was destroyed takes no launch");
  cudaStreamCreate(&same);   // has the handle of the other
  add<<<1, 1, 0, same>>>(p, 10);
  cudaStreamSynchronize(same);
  answer(*p == 13, "a new stream under an old handle has its own launches");
  cudaStreamDestroy(same);
}

static void orderOfDefaultStreams() {
  int *p = managed(), *first = p, *second = p + 64, *third = p + 128;
  cudaStream_t blocking;
  for (int i = 0; i < 3; i++) copySlowly<<<1, 1>>>(third, second, 0);       // the legacy stream has nobody to wait for
  cudaStreamCreate(&blocking);
  for (int i = 0; i < 3; i++) copySlowly<<<1, 1, 0, blocking>>>(second, first, 0);
  cudaDeviceSynchronize();
  bool isRight = true;
  for (int i = 1; i <= 10; i++) {
    *first = i;
    copySlowly<<<1, 1, 0, blocking>>>(second, first, 50);
    copySlowly<<<1, 1>>>(third, second, 0);
    copySlowly<<<1, 1, 0, blocking>>>(p + 192, third, 0);
    cudaStreamSynchronize(blocking);
    isRight = isRight && p[192] == i;
  }
  answer(isRight, "the legacy stream waits for a blocking one, and the other way round");
  cudaStreamDestroy(blocking);
}

static void capture() {
  int *p = managed();
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  for (int i = 0; i < 3; i++) add<<<1, 1, 0, stream>>>(p, 1);
  cudaGraph_t graph;
  cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
  add<<<1, 1, 0, stream>>>(p, 1);
  add<<<1, 1, 0, stream>>>(p, 1);
  size_t nodes = 0;
  cudaError_t error = cudaStreamEndCapture(stream, &graph);
  if (error == cudaSuccess) cudaGraphGetNodes(graph, nullptr, &nodes);
  cudaStreamSynchronize(stream);
  answer(nodes == 2 && *p == 3, "a capture takes launches instead of the device");
  add<<<1, 1, 0, stream>>>(p, 10);
  cudaStreamSynchronize(stream);
  answer(*p == 13, "after the capture the device has them again");
  cudaStreamDestroy(stream);
}

static void libraries() {
  int *p = managed();
  bool isRight = true;
  for (int value = 1; value <= 4; value++) {
    std::string ptx = ".version 7.0\n.target sm_75\n.address_size 64\n.visible .entry tell(.param .u64 to) { .reg .b64 %a; ld.param.u64 %a, [to]; st.global.u32 [%a], " +
                      std::to_string(value) + "; ret; }\n";
    cudaLibrary_t library;
    cudaKernel_t kernel;
    isRight = isRight && cudaLibraryLoadData(&library, ptx.c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0) == cudaSuccess &&
              cudaLibraryGetKernel(&kernel, library, "tell") == cudaSuccess;
    if (!isRight) break;
    void *arguments[] = {&p};
    for (int i = 0; i < 3; i++) cudaLaunchKernel((const void *)kernel, dim3(1), dim3(1), arguments, 0, nullptr);
    isRight = cudaDeviceSynchronize() == cudaSuccess && *p == value;
    cudaLibraryUnload(library);
    isRight = isRight && cudaLaunchKernel((const void *)kernel, dim3(1), dim3(1), arguments, 0, nullptr) == cudaErrorInvalidResourceHandle;
  }
  cudaGetLastError();
  answer(isRight, "a library's kernels go with it");
}

static void attributes() {
  int *p = managed();
  for (int i = 0; i < 3; i++) add<<<1, 1>>>(p, 1);
  cudaFuncSetAttribute(add, cudaFuncAttributeRequiredClusterWidth, 2);
  add<<<1, 1>>>(p, 100);
  cudaError_t error = cudaGetLastError();
  cudaFuncSetAttribute(add, cudaFuncAttributeRequiredClusterWidth, 0);
  add<<<1, 1>>>(p, 10);
  cudaDeviceSynchronize();
  answer(error == cudaErrorInvalidClusterSize && *p == 13, "a kernel that wants a cluster from now on is refused");
}

static void devices() {
  int *p = managed(), before[2], after[2];
  for (int device = 0; device < 2; device++) { cudaSetDevice(device); before[device] = runsHere(); }
  for (int i = 0; i < 6; i++) {
    cudaSetDevice(i % 3 == 0);
    add<<<1, 1>>>(p, 1);
    cudaDeviceSynchronize();
  }
  for (int device = 1; device >= 0; device--) { cudaSetDevice(device); after[device] = runsHere(); }
  answer(after[0] - before[0] == 4 && after[1] - before[1] == 2 && *p == 6, "the null stream is the current device's");
}

static void threads() {
  int *p = managed();
  auto body = [=](int index) {
    for (int i = 0; i < 50; i++) add<<<1, 1, 0, cudaStreamPerThread>>>(p + index * 64, index + 1);
    cudaStreamSynchronize(cudaStreamPerThread);
  };
  std::thread one(body, 1), two(body, 2);
  one.join();
  two.join();
  std::thread three(body, 3);   // may have the thread-local storage of one that ended
  three.join();
  answer(p[64] == 100 && p[128] == 150 && p[192] == 200, "cudaStreamPerThread is each thread's own");
}

static void reset() {
  int *p = managed();
  for (int i = 0; i < 3; i++) add<<<1, 1>>>(p, 1);
  cudaDeviceReset();
  p = managed();
  add<<<1, 1>>>(p, 1);
  answer(cudaDeviceSynchronize() == cudaSuccess && *p == 1 && runsHere() == 1, "after a reset a kernel is loaded anew");
}

static void stopped() {
  for (int i = 0; i < 3; i++) endBadly<<<1, 1>>>(0);
  cudaError_t before = cudaDeviceSynchronize();
  endBadly<<<1, 1>>>(1);
  cudaDeviceSynchronize();
  cudaGetLastError();
  endBadly<<<1, 1>>>(0);
  answer(before == cudaSuccess && cudaGetLastError() == cudaErrorLaunchFailure, "a device that has stopped takes no launch");
}

int main() {
  arguments();
  streams();
  orderOfDefaultStreams();
  capture();
  libraries();
  attributes();
  devices();
  threads();
  reset();
  stopped();
  return failures;
}
