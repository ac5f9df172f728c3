// What programs ask of the driver API beyond modules and launches: libraries and kernels, links of several inputs, copies of rows, green
// contexts, entry points by version and per-thread stream.  Prints what is wrong and ends with 1, or "ok".
#include "driver_checks.h"

#include <string.h>

static const char *put =
    ".version 7.0\n.target sm_70\n.address_size 64\n.visible .global .align 4 .u32 counter = 5;\n"
    ".visible .entry put(.param .u64 p, .param .u32 v) { .reg .u64 %q; .reg .u32 %r; ld.param.u64 %q, [p]; ld.param.u32 %r, [v]; st.global.u32 [%q], %r; ret; }\n";
static const char *twice =
    ".version 7.0\n.target sm_70\n.address_size 64\n.visible .func (.reg .u32 %r) twice(.reg .u32 %x) { add.u32 %r, %x, %x; ret; }\n";
static const char *caller =
    ".version 7.0\n.target sm_70\n.address_size 64\n.extern .func (.reg .u32 %r) twice(.reg .u32 %x);\n"
    ".visible .entry go(.param .u64 p) { .reg .u64 %q; .reg .u32 %a, %b; ld.param.u64 %q, [p]; mov.u32 %a, 21; call (%b), twice, (%a); st.global.u32 [%q], %b; ret; }\n";

int main(void) {
  CUgraph graph;
  EQUAL(cuGraphCreate(&graph, 0), CUDA_ERROR_INVALID_CONTEXT);
  CUdevice device;
  CUcontext context;
  CHECK(cuInit(0));
  CHECK(cuDeviceGet(&device, 0));
  CHECK(cuCtxCreate(&context, 0, 0, device));
  CUdeviceptr memory;
  CHECK(cuMemAlloc(&memory, 64));
  unsigned value = 77, back = 0;
  void *arguments[] = {&memory, &value};

  CUlibrary library;
  CUkernel kernel;
  CUfunction function;
  CHECK(cuLibraryLoadData(&library, put, 0, 0, 0, 0, 0, 0));
  CHECK(cuLibraryGetKernel(&kernel, library, "put"));
  CHECK(cuKernelGetFunction(&function, kernel));
  CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, 0, arguments, 0));
  CHECK(cuMemcpyDtoH(&back, memory, 4));
  EQUAL(back, 77);
  value = 78;
  CHECK(cuLaunchKernel((CUfunction)kernel, 1, 1, 1, 1, 1, 1, 0, 0, arguments, 0));   // a kernel in a function's place
  CHECK(cuMemcpyDtoH(&back, memory, 4));
  EQUAL(back, 78);
  size_t offset, size;
  CHECK(cuKernelGetParamInfo(kernel, 1, &offset, &size));
  EQUAL(offset, 8);
  EQUAL(size, 4);

  CUlinkState link;
  CUmodule module;
  void *image;
  CHECK(cuLinkCreate(0, 0, 0, &link));
  CHECK(cuLinkAddData(link, CU_JIT_INPUT_PTX, (void *)twice, strlen(twice) + 1, "twice", 0, 0, 0));
  CHECK(cuLinkAddData(link, CU_JIT_INPUT_PTX, (void *)caller, strlen(caller) + 1, "caller", 0, 0, 0));
  CHECK(cuLinkComplete(link, &image, &size));
  CHECK(cuModuleLoadData(&module, image));
  CHECK(cuLinkDestroy(link));
  CHECK(cuModuleGetFunction(&function, module, "go"));
  CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, 0, arguments, 0));
  CHECK(cuMemcpyDtoH(&back, memory, 4));
  EQUAL(back, 42);
  unsigned count;
  CHECK(cuModuleGetFunctionCount(&count, module));
  EQUAL(count, 1);

  unsigned char source[32], rows[64];
  for (int i = 0; i < 32; i++) source[i] = i;
  CHECK(cuMemsetD8(memory, 0xee, 64));
  CUDA_MEMCPY2D copy;
  memset(&copy, 0, sizeof copy);
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = source;
  copy.srcPitch = 8;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = memory;
  copy.dstPitch = 16;
  copy.WidthInBytes = 8;
  copy.Height = 4;
  CHECK(cuMemcpy2D(&copy));
  CHECK(cuMemcpyDtoH(rows, memory, 64));
  EQUAL(rows[16], 8);
  EQUAL(rows[55], 31);
  EQUAL(rows[8], 0xee);

  CUdevResource all, group;
  CUdevResourceDesc description;
  CUgreenCtx green;
  CUstream stream;
  unsigned groups = 1;
  CHECK(cuDeviceGetDevResource(device, &all, CU_DEV_RESOURCE_TYPE_SM));
  CHECK(cuDevSmResourceSplitByCount(&group, &groups, &all, 0, 0, 4));
  CHECK(cuDevResourceGenerateDesc(&description, &group, 1));
  EQUAL(cuGreenCtxCreate(&green, description, device, 0), CUDA_ERROR_INVALID_VALUE);
  CHECK(cuGreenCtxCreate(&green, description, device, CU_GREEN_CTX_DEFAULT_STREAM));
  CHECK(cuGreenCtxStreamCreate(&stream, green, CU_STREAM_NON_BLOCKING, 0));
  CHECK(cuKernelGetFunction(&function, kernel));
  CHECK(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, stream, arguments, 0));
  CHECK(cuStreamSynchronize(stream));
  CHECK(cuMemcpyDtoH(&back, memory, 4));
  EQUAL(back, 78);

  void *usual, *perThread, *none;
  CUdriverProcAddressQueryResult status;
  CHECK(cuGetProcAddress("cuLaunchKernel", &usual, 12000, CU_GET_PROC_ADDRESS_DEFAULT, &status));
  CHECK(cuGetProcAddress("cuLaunchKernel", &perThread, 12000, CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM, &status));
  EQUAL(usual != perThread && perThread != 0, 1);
  CHECK(cuGetProcAddress("cuLaunchKernel", &none, 3020, CU_GET_PROC_ADDRESS_DEFAULT, &status));
  EQUAL(status, CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT);
  printf("ok\n");
  return 0;
}
