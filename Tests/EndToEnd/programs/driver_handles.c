// What stands behind handles of the driver API: modules of functions and of libraries, ranges of memory as dma-bufs, batches of memory
// operations as nodes of graphs; and what is refused as the device's attributes say.  Prints what is wrong and ends with 1, or "ok".
// Expected: CUDA Driver API.
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver_checks.h"

static const char *text =
    ADD_MODULE;

static int attribute(CUdevice_attribute which) {
  int value = -1;
  CHECK(cuDeviceGetAttribute(&value, which, 0));
  return value;
}

static void modules(void) {
  CUmodule one, two, found;
  CUfunction function, other;
  CHECK(cuModuleLoadData(&one, text));
  CHECK(cuModuleLoadData(&two, text));
  CHECK(cuModuleGetFunction(&function, one, "add"));
  CHECK(cuModuleGetFunction(&other, two, "add"));
  CHECK(cuFuncGetModule(&found, function));
  EQUAL(found == one, 1);
  CHECK(cuFuncGetModule(&found, other));
  EQUAL(found == two, 1);
  REFUSED(cuFuncGetModule(NULL, function));
  EQUAL(cuFuncGetModule(&found, NULL), CUDA_ERROR_INVALID_HANDLE);
  CHECK(cuModuleUnload(two));

  CUlibrary library;
  CUkernel kernel;
  CUmodule again;
  CHECK(cuLibraryLoadData(&library, text, NULL, NULL, 0, NULL, NULL, 0));
  CHECK(cuLibraryGetModule(&found, library));
  CHECK(cuLibraryGetModule(&again, library));
  EQUAL(found == again && found != one, 1);
  CHECK(cuModuleGetFunction(&function, found, "add"));
  CHECK(cuLibraryGetKernel(&kernel, library, "add"));
  CHECK(cuKernelGetFunction(&other, kernel));
  EQUAL(function == other, 1);
  CHECK(cuFuncGetModule(&again, other));
  EQUAL(again == found, 1);
  REFUSED(cuLibraryGetModule(NULL, library));
  EQUAL(cuModuleUnload(found), CUDA_ERROR_NOT_PERMITTED);   // it goes with its library
  CHECK(cuLibraryUnload(library));
  EQUAL(cuModuleGetFunction(&function, found, "add"), CUDA_ERROR_INVALID_HANDLE);
  EQUAL(cuLibraryGetModule(&found, library), CUDA_ERROR_INVALID_HANDLE);
  CHECK(cuModuleUnload(one));
}

/// A dma-buf tells its size at its end.
static void ranges(void) {
  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_DMA_BUF_SUPPORTED), 1);
  enum { SIZE = 4 << 20 };
  CUdeviceptr memory, address;
  int descriptor = -1;
  CHECK(cuMemAlloc(&memory, SIZE));
  CHECK(cuMemGetHandleForAddressRange(&descriptor, memory, SIZE, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  EQUAL(lseek(descriptor, 0, SEEK_END) >= SIZE, 1);
  EQUAL(close(descriptor), 0);
  REFUSED(cuMemGetHandleForAddressRange(NULL, memory, SIZE, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  REFUSED(cuMemGetHandleForAddressRange(&descriptor, memory, SIZE + 4096, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  REFUSED(cuMemGetHandleForAddressRange(&descriptor, memory, 100, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  REFUSED(cuMemGetHandleForAddressRange(&descriptor, memory + 8, 4096, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  REFUSED(cuMemGetHandleForAddressRange(&descriptor, memory, SIZE, (CUmemRangeHandleType)7, 0));
  CHECK(cuMemFree(memory));

  CUmemAllocationProp p;
  memset(&p, 0, sizeof p);
  p.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  p.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  CUmemGenericAllocationHandle handle;
  CHECK(cuMemCreate(&handle, SIZE, &p, 0));
  CHECK(cuMemAddressReserve(&address, SIZE, 0, 0, 0));
  CHECK(cuMemMap(address, SIZE, 0, handle, 0));
  CHECK(cuMemGetHandleForAddressRange(&descriptor, address, SIZE, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  EQUAL(lseek(descriptor, 0, SEEK_END) >= SIZE, 1);
  EQUAL(close(descriptor), 0);
  CHECK(cuMemUnmap(address, SIZE));
  REFUSED(cuMemGetHandleForAddressRange(&descriptor, address, SIZE, CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD, 0));
  CHECK(cuMemAddressFree(address, SIZE));
  CHECK(cuMemRelease(handle));
}

static CUstreamBatchMemOpParams put(CUdeviceptr at, cuuint32_t value) {
  CUstreamBatchMemOpParams p;
  memset(&p, 0, sizeof p);
  p.operation = CU_STREAM_MEM_OP_WRITE_VALUE_32;
  p.writeValue.address = at;
  p.writeValue.value = value;
  return p;
}
static CUstreamBatchMemOpParams await(CUdeviceptr at, cuuint64_t value) {
  CUstreamBatchMemOpParams p;
  memset(&p, 0, sizeof p);
  p.operation = CU_STREAM_MEM_OP_WAIT_VALUE_64;
  p.waitValue.address = at;
  p.waitValue.value64 = value;
  p.waitValue.flags = CU_STREAM_WAIT_VALUE_EQ;
  return p;
}
static unsigned word(CUdeviceptr at) {
  unsigned value = 0;
  CHECK(cuMemcpyDtoH(&value, at, 4));
  return value;
}

static void batches(CUcontext context) {
  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS), 1);
  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_WAIT_VALUE_NOR), 1);
  CUmodule module;
  CUfunction add;
  CHECK(cuModuleLoadData(&module, text));
  CHECK(cuModuleGetFunction(&add, module, "add"));
  CUdeviceptr memory;
  CHECK(cuMemAlloc(&memory, 64));
  CHECK(cuMemsetD32(memory, 0, 16));
  volatile unsigned long long *gate;
  CUdeviceptr gateAddress;
  CHECK(cuMemHostAlloc((void **)&gate, 8, CU_MEMHOSTALLOC_DEVICEMAP));
  CHECK(cuMemHostGetDevicePointer(&gateAddress, (void *)gate, 0));
  *gate = 0;

  // Wait for the host, write two words, then a kernel adds 5 to them.
  CUgraph graph;
  CUgraphExec executable;
  CUgraphNode batch, kernel;
  CHECK(cuGraphCreate(&graph, 0));
  CUstreamBatchMemOpParams list[3] = {await(gateAddress, 7), put(memory, 100), put(memory + 4, 200)}, *seen;
  CUDA_BATCH_MEM_OP_NODE_PARAMS p = {.ctx = context, .count = 3, .paramArray = list, .flags = 0}, read;
  CHECK(cuGraphAddBatchMemOpNode(&batch, graph, NULL, 0, &p));
  unsigned n = 2, five = 5;
  void *arguments[] = {&memory, &n, &five};
  CUDA_KERNEL_NODE_PARAMS k = {.func = add, .gridDimX = 1, .gridDimY = 1, .gridDimZ = 1, .blockDimX = 32, .blockDimY = 1, .blockDimZ = 1, .kernelParams = arguments};
  CHECK(cuGraphAddKernelNode(&kernel, graph, &batch, 1, &k));
  CUgraphNodeType type;
  CHECK(cuGraphNodeGetType(batch, &type));
  EQUAL(type, CU_GRAPH_NODE_TYPE_BATCH_MEM_OP);
  memset(list, 0x55, sizeof list);   // the node has its own
  CHECK(cuGraphBatchMemOpNodeGetParams(batch, &read));
  EQUAL(read.count, 3);
  EQUAL(read.flags, 0);
  seen = read.paramArray;
  EQUAL(seen[0].waitValue.address == gateAddress && seen[0].waitValue.value64 == 7, 1);
  EQUAL(seen[2].writeValue.address == memory + 4 && seen[2].writeValue.value == 200, 1);
  CHECK(cuGraphInstantiate(&executable, graph, 0));
  CUstream stream;
  CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  CHECK(cuGraphLaunch(executable, stream));
  EQUAL(cuStreamQuery(stream), CUDA_ERROR_NOT_READY);
  *gate = 7;
  CHECK(cuStreamSynchronize(stream));
  EQUAL(word(memory), 105);
  EQUAL(word(memory + 4), 205);

  // Other parameters: in the executable only, then in the graph.
  list[0] = put(memory, 1000);
  p.count = 1;
  CHECK(cuGraphExecBatchMemOpNodeSetParams(executable, batch, &p));
  CHECK(cuGraphLaunch(executable, stream));
  CHECK(cuStreamSynchronize(stream));
  EQUAL(word(memory), 1005);
  EQUAL(word(memory + 4), 210);
  CHECK(cuGraphBatchMemOpNodeGetParams(batch, &read));
  EQUAL(read.count, 3);
  CHECK(cuGraphBatchMemOpNodeSetParams(batch, &p));
  CHECK(cuGraphBatchMemOpNodeGetParams(batch, &read));
  EQUAL(read.count, 1);
  EQUAL(read.paramArray[0].writeValue.value, 1000);
  CHECK(cuGraphExecDestroy(executable));

  // The same through nodes of any kind.
  CUgraphNodeParams any;
  CUgraphNode second;
  memset(&any, 0, sizeof any);
  any.type = CU_GRAPH_NODE_TYPE_BATCH_MEM_OP;
  list[0] = put(memory + 8, 42);
  any.memOp.ctx = context;
  any.memOp.count = 1;
  any.memOp.paramArray = list;
  CHECK(cuGraphAddNode(&second, graph, NULL, NULL, 0, &any));
  CHECK(cuGraphInstantiate(&executable, graph, 0));
  CHECK(cuGraphLaunch(executable, stream));
  CHECK(cuStreamSynchronize(stream));
  EQUAL(word(memory + 8), 42);
  CHECK(cuGraphExecDestroy(executable));

  p.flags = 1;
  REFUSED(cuGraphAddBatchMemOpNode(&second, graph, NULL, 0, &p));
  p.flags = 0;
  p.count = 257;
  REFUSED(cuGraphAddBatchMemOpNode(&second, graph, NULL, 0, &p));
  p.count = 1;
  list[0] = put(memory + 1, 0);
  REFUSED(cuGraphAddBatchMemOpNode(&second, graph, NULL, 0, &p));
  REFUSED(cuGraphAddBatchMemOpNode(&second, graph, NULL, 0, NULL));
  REFUSED(cuGraphBatchMemOpNodeGetParams(kernel, &read));
  CHECK(cuGraphDestroy(graph));

  // What a stream captures.
  CHECK(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  CHECK(cuStreamWriteValue32(stream, memory + 12, 77, 0));
  CHECK(cuStreamWaitValue32(stream, memory + 12, 77, CU_STREAM_WAIT_VALUE_EQ));
  CHECK(cuStreamEndCapture(stream, &graph));
  size_t count = 0;
  CHECK(cuGraphGetNodes(graph, NULL, &count));
  EQUAL(count, 2);
  EQUAL(word(memory + 12), 0);
  CHECK(cuGraphInstantiate(&executable, graph, 0));
  CHECK(cuGraphLaunch(executable, stream));
  CHECK(cuStreamSynchronize(stream));
  EQUAL(word(memory + 12), 77);
  CHECK(cuGraphExecDestroy(executable));
  CHECK(cuGraphDestroy(graph));
  CHECK(cuStreamDestroy(stream));
  CHECK(cuMemFreeHost((void *)gate));
  CHECK(cuMemFree(memory));
  CHECK(cuModuleUnload(module));
}

static void refused(void) {
  // Arrays without memory can be asked what they need, and get none.
  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_SPARSE_CUDA_ARRAY_SUPPORTED), 0);
  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_DEFERRED_MAPPING_CUDA_ARRAY_SUPPORTED), 0);
  CUDA_ARRAY3D_DESCRIPTOR d = {.Width = 512, .Height = 512, .Format = CU_AD_FORMAT_FLOAT, .NumChannels = 1, .Flags = CUDA_ARRAY3D_SPARSE};
  CUarray sparse, plain;
  CHECK(cuArray3DCreate(&sparse, &d));
  d.Flags = 0;
  CHECK(cuArray3DCreate(&plain, &d));
  CUarrayMapInfo map;
  memset(&map, 0, sizeof map);
  map.resourceType = CU_RESOURCE_TYPE_ARRAY;
  map.resource.array = sparse;
  map.subresource.sparseLevel.extentWidth = map.subresource.sparseLevel.extentHeight = 128;
  map.subresource.sparseLevel.extentDepth = 1;
  map.memOperationType = CU_MEM_OPERATION_TYPE_MAP;
  map.memHandleType = CU_MEM_HANDLE_TYPE_GENERIC;
  map.deviceBitMask = 1;
  EQUAL(cuMemMapArrayAsync(&map, 1, NULL), CUDA_ERROR_NOT_SUPPORTED);
  REFUSED(cuMemMapArrayAsync(NULL, 1, NULL));
  map.deviceBitMask = 6;
  REFUSED(cuMemMapArrayAsync(&map, 1, NULL));
  map.deviceBitMask = 1;
  map.memOperationType = (CUmemOperationType)3;
  REFUSED(cuMemMapArrayAsync(&map, 1, NULL));
  map.memOperationType = CU_MEM_OPERATION_TYPE_UNMAP;
  map.resource.array = plain;
  REFUSED(cuMemMapArrayAsync(&map, 1, NULL));
  map.resource.array = NULL;
  EQUAL(cuMemMapArrayAsync(&map, 1, NULL), CUDA_ERROR_INVALID_HANDLE);
  CHECK(cuArrayDestroy(sparse));
  CHECK(cuArrayDestroy(plain));

  EQUAL(attribute(CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED), 0);
  CUmulticastObjectProp several = {.numDevices = 2, .size = 2 << 20};
  CUmemGenericAllocationHandle handle;
  size_t granularity;
  EQUAL(cuMulticastCreate(&handle, &several), CUDA_ERROR_NOT_SUPPORTED);
  EQUAL(cuMulticastGetGranularity(&granularity, &several, CU_MULTICAST_GRANULARITY_MINIMUM), CUDA_ERROR_NOT_SUPPORTED);
  REFUSED(cuMulticastCreate(&handle, NULL));

  int supported = -1;
  CHECK(cuDeviceGetExecAffinitySupport(&supported, CU_EXEC_AFFINITY_TYPE_SM_COUNT, 0));
  EQUAL(supported, 0);
  CUexecAffinityParam affinity;
  EQUAL(cuCtxGetExecAffinity(&affinity, CU_EXEC_AFFINITY_TYPE_SM_COUNT), CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY);
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  CUdevprop old;
  CHECK(cuDeviceGetProperties(&old, 0));
  EQUAL(old.maxThreadsPerBlock, attribute(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK));
  EQUAL(old.maxGridSize[2], attribute(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z));
  EQUAL(old.SIMDWidth, 32);
  EQUAL(old.textureAlign, attribute(CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT));
}

int main(void) {
  CUdevice device;
  CUcontext context;
  CHECK(cuInit(0));
  CHECK(cuDeviceGet(&device, 0));
  CHECK(cuDevicePrimaryCtxRetain(&context, device));
  CHECK(cuCtxSetCurrent(context));
  modules();
  ranges();
  batches(context);
  refused();
  puts("ok");
  return 0;
}
