// A C program that knows only our headers: both APIs, a kernel from PTX, and structures whose layout must be the library's.
// Prints `ok` or `FAIL …` lines.  gcc -std=c99 -Iinclude headers.c -l:libcudart.so.13 -l:libcuda.so.1
#include <cuda.h>
#include <cuda_runtime.h>

#include <stdio.h>
#include <string.h>

static int failures;
static void check(int right, const char *what) {
  printf("%s %s\n", right ? "ok" : "FAIL", what);
  failures += !right;
}
#define CUDA(call) check((call) == cudaSuccess, #call)
#define DRIVER(call) check((call) == CUDA_SUCCESS, #call)

static const char ptx[] =
    ".version 7.0\n.target sm_70\n.address_size 64\n"
    ".visible .entry fill(.param .u64 to, .param .u32 value) {\n"
    "  .reg .u64 %rd<4>; .reg .u32 %r<3>;\n"
    "  ld.param.u64 %rd1, [to]; ld.param.u32 %r1, [value]; cvta.to.global.u64 %rd1, %rd1;\n"
    "  mov.u32 %r2, %tid.x; mul.wide.u32 %rd2, %r2, 4; add.u64 %rd3, %rd1, %rd2;\n"
    "  add.u32 %r2, %r2, %r1; st.global.u32 [%rd3], %r2; ret;\n}\n";

static void host_function(void *flag) { *(int *)flag = 1; }

int main(void) {
  int version = 0, count = 0, attribute = 0, called = 0;
  CUDA(cudaRuntimeGetVersion(&version));
  check(version / 1000 == CUDART_VERSION / 1000, "the library is the headers' major version");
  CUDA(cudaGetDeviceCount(&count));

  struct cudaDeviceProp properties;
  memset(&properties, 0x5a, sizeof properties);
  CUDA(cudaGetDeviceProperties(&properties, 0));
  CUDA(cudaDeviceGetAttribute(&attribute, cudaDevAttrWarpSize, 0));
  check(properties.warpSize == attribute, "warpSize is where the library writes it");
  CUDA(cudaDeviceGetAttribute(&attribute, cudaDevAttrMultiProcessorCount, 0));
  check(properties.multiProcessorCount == attribute, "multiProcessorCount is where the library writes it");
  CUDA(cudaDeviceGetAttribute(&attribute, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
  check(properties.sharedMemPerBlockOptin == (size_t)attribute, "sharedMemPerBlockOptin is where the library writes it");
  CUDA(cudaDeviceGetAttribute(&attribute, cudaDevAttrMemoryPoolsSupported, 0));
  check(properties.memoryPoolsSupported == attribute, "memoryPoolsSupported is where the library writes it");

  void *device;
  CUDA(cudaMalloc(&device, 4096));
  struct cudaPointerAttributes pointer;
  CUDA(cudaPointerGetAttributes(&pointer, device));
  check(pointer.type == cudaMemoryTypeDevice && pointer.devicePointer == device, "cudaPointerAttributes");

  CUmodule module;
  CUfunction function;
  unsigned int value = 1000, back[32];
  void *arguments[] = {&device, &value};
  DRIVER(cuModuleLoadData(&module, ptx));
  DRIVER(cuModuleGetFunction(&function, module, "fill"));
  cudaStream_t stream;
  cudaEvent_t before, after;
  CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  CUDA(cudaEventCreate(&before));
  CUDA(cudaEventCreateWithFlags(&after, cudaEventDefault));
  CUDA(cudaEventRecord(before, stream));
  DRIVER(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, stream, arguments, NULL));
  CUDA(cudaEventRecord(after, stream));
  CUDA(cudaLaunchHostFunc(stream, host_function, &called));
  CUDA(cudaStreamSynchronize(stream));
  check(called == 1, "the host function was called");
  float milliseconds = -1;
  CUDA(cudaEventElapsedTime(&milliseconds, before, after));
  check(milliseconds >= 0, "time goes on");
  CUDA(cudaMemcpy(back, device, sizeof back, cudaMemcpyDeviceToHost));
  check(back[0] == 1000 && back[31] == 1031, "the kernel wrote");

  struct cudaMemcpy3DParms copy;
  memset(&copy, 0, sizeof copy);
  unsigned int box[32];
  copy.srcPtr = make_cudaPitchedPtr(device, 16, 16, 8);
  copy.dstPtr = make_cudaPitchedPtr(box, 16, 16, 8);
  copy.extent = make_cudaExtent(16, 8, 1);
  copy.kind = cudaMemcpyDeviceToHost;
  CUDA(cudaMemcpy3D(&copy));
  check(memcmp(box, back, sizeof box) == 0, "cudaMemcpy3DParms");

  check(cudaMalloc(NULL, 1) == cudaErrorInvalidValue && cudaGetLastError() == cudaErrorInvalidValue, "a refusal has its number");
  DRIVER(cuModuleUnload(module));
  CUDA(cudaEventDestroy(before));
  CUDA(cudaEventDestroy(after));
  CUDA(cudaStreamDestroy(stream));
  CUDA(cudaFree(device));
  return failures != 0;
}
