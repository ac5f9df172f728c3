// The driver functions that take structs of their own: arrays, textures and surfaces, nodes of graphs, copies between devices, attributes
// of pointers.  Prints what is wrong and ends with 1, or "ok".  Expected: CUDA Driver API.
#include "driver_checks.h"
#include <stddef.h>
#include <string.h>

// Beside add: fetch(t, p): p[y * 8 + x] = texel (x, y); fraction(t, p): p[i] = texel i; put(s, v): texel (1, 2) of a surface = v
static const char *text =
    ADD_MODULE
    ".visible .entry fetch(.param .u64 t, .param .u64 p) { .reg .u64 %t, %p, %o; .reg .u32 %x, %y, %i; .reg .f32 %a, %b, %c, %d;\n"
    "ld.param.u64 %t, [t]; ld.param.u64 %p, [p]; mov.u32 %x, %tid.x; mov.u32 %y, %tid.y; mad.lo.u32 %i, %y, 8, %x; mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o;\n"
    "tex.2d.v4.f32.s32 {%a, %b, %c, %d}, [%t, {%x, %y}]; st.global.f32 [%p], %a; ret; }\n"
    ".visible .entry fraction(.param .u64 t, .param .u64 p) { .reg .u64 %t, %p, %o; .reg .u32 %x; .reg .f32 %a, %b, %c, %d;\n"
    "ld.param.u64 %t, [t]; ld.param.u64 %p, [p]; mov.u32 %x, %tid.x; mul.wide.u32 %o, %x, 4; add.u64 %p, %p, %o;\n"
    "tex.1d.v4.f32.s32 {%a, %b, %c, %d}, [%t, {%x}]; st.global.f32 [%p], %a; ret; }\n"
    ".visible .entry whole(.param .u64 t, .param .u64 p) { .reg .u64 %t, %p, %o; .reg .u32 %x, %a, %b, %c, %d;\n"
    "ld.param.u64 %t, [t]; ld.param.u64 %p, [p]; mov.u32 %x, %tid.x; mul.wide.u32 %o, %x, 4; add.u64 %p, %p, %o;\n"
    "tex.1d.v4.u32.s32 {%a, %b, %c, %d}, [%t, {%x}]; st.global.u32 [%p], %a; ret; }\n"
    ".visible .entry put(.param .u64 s, .param .u32 v) { .reg .u64 %s; .reg .u32 %v, %x, %y; ld.param.u64 %s, [s]; ld.param.u32 %v, [v]; mov.u32 %x, 4; mov.u32 %y, 2;\n"
    "sust.b.2d.b32.trap [%s, {%x, %y}], {%v}; ret; }\n";

static CUmodule module;
static CUfunction named(const char *name) {
  CUfunction function;
  CHECK(cuModuleGetFunction(&function, module, name));
  return function;
}

static void arrays(void) {
  CUDA_ARRAY_DESCRIPTOR flat = {.Width = 64, .Height = 0, .Format = CU_AD_FORMAT_UNSIGNED_INT8, .NumChannels = 1}, found;
  CUarray one, two;
  CHECK(cuArrayCreate(&one, &flat));
  CHECK(cuArrayCreate(&two, &flat));
  CHECK(cuArrayGetDescriptor(&found, one));
  EQUAL(found.Width, 64);
  EQUAL(found.Height, 0);
  EQUAL(found.Format, CU_AD_FORMAT_UNSIGNED_INT8);
  EQUAL(found.NumChannels, 1);
  unsigned char bytes[64], back[64];
  for (int i = 0; i < 64; i++) bytes[i] = (unsigned char)(3 * i);
  CUdeviceptr memory;
  CHECK(cuMemAlloc(&memory, 64));
  CHECK(cuMemcpyHtoA(one, 0, bytes, 64));
  CHECK(cuMemcpyAtoA(two, 8, one, 0, 40));
  CHECK(cuMemcpyAtoD(memory, two, 8, 40));
  CHECK(cuMemcpyDtoA(two, 20, memory, 30));
  memset(back, 0, sizeof back);
  CHECK(cuMemcpyAtoH(back, two, 8, 42));
  for (int i = 0; i < 42; i++) EQUAL(back[i], i < 12 ? bytes[i] : bytes[i - 12]);
  CHECK(cuMemcpyHtoAAsync(one, 4, bytes, 10, 0));
  CHECK(cuMemcpyAtoHAsync(back, one, 0, 16, 0));
  CHECK(cuStreamSynchronize(0));
  for (int i = 0; i < 16; i++) EQUAL(back[i], i < 4 ? bytes[i] : i < 14 ? bytes[i - 4] : bytes[i]);
  REFUSED(cuMemcpyHtoA(one, 60, bytes, 8));
  flat.Format = (CUarray_format)5;
  REFUSED(cuArrayCreate(&one, &flat));
  flat.Format = CU_AD_FORMAT_UNSIGNED_INT8;
  flat.NumChannels = 3;
  REFUSED(cuArrayCreate(&one, &flat));

  CUDA_ARRAY3D_DESCRIPTOR cube = {.Width = 16, .Height = 8, .Depth = 4, .Format = CU_AD_FORMAT_FLOAT, .NumChannels = 4, .Flags = CUDA_ARRAY3D_SURFACE_LDST}, what;
  CUarray deep;
  CHECK(cuArray3DCreate(&deep, &cube));
  CHECK(cuArray3DGetDescriptor(&what, deep));
  EQUAL(memcmp(&what, &cube, offsetof(CUDA_ARRAY3D_DESCRIPTOR, Flags) + 4), 0);
  CUmipmappedArray levels;
  CUarray third;
  cube.Flags = 0;
  CHECK(cuMipmappedArrayCreate(&levels, &cube, 3));
  CHECK(cuMipmappedArrayGetLevel(&third, levels, 2));
  CHECK(cuArray3DGetDescriptor(&what, third));
  EQUAL(what.Width, 4);
  EQUAL(what.Height, 2);
  EQUAL(what.Depth, 1);
  CHECK(cuMipmappedArrayDestroy(levels));
  CHECK(cuArrayDestroy(deep));

  // Compressed texels: sizes in texels, and one number of channels for each format.
  CUDA_ARRAY3D_DESCRIPTOR blocks = {.Width = 10, .Height = 6, .Format = CU_AD_FORMAT_BC1_UNORM_SRGB, .NumChannels = 4};
  CHECK(cuArray3DCreate(&deep, &blocks));
  CHECK(cuArray3DGetDescriptor(&what, deep));
  EQUAL(memcmp(&what, &blocks, offsetof(CUDA_ARRAY3D_DESCRIPTOR, Flags) + 4), 0);
  CUDA_MEMCPY2D upload = {.srcMemoryType = CU_MEMORYTYPE_HOST, .srcHost = bytes, .srcPitch = 24, .dstMemoryType = CU_MEMORYTYPE_ARRAY, .dstArray = deep, .WidthInBytes = 24, .Height = 2};
  CHECK(cuMemcpy2D(&upload));   // 3 by 2 blocks of 8 bytes
  upload.Height = 3;
  REFUSED(cuMemcpy2D(&upload));
  CHECK(cuArrayDestroy(deep));
  blocks.NumChannels = 3;
  REFUSED(cuArray3DCreate(&deep, &blocks));
  blocks.NumChannels = 4;
  blocks.Flags = CUDA_ARRAY3D_SURFACE_LDST;
  REFUSED(cuArray3DCreate(&deep, &blocks));

  // Unsigned bytes are fractions to a texture unless it is to read integers.
  CUdeviceptr results;
  CHECK(cuMemAlloc(&results, 256));
  CHECK(cuMemcpyHtoA(one, 0, bytes, 64));
  CUDA_RESOURCE_DESC resource, seen;
  CUDA_TEXTURE_DESC texture, read;
  memset(&resource, 0, sizeof resource);
  memset(&texture, 0, sizeof texture);
  resource.resType = CU_RESOURCE_TYPE_ARRAY;
  resource.res.array.hArray = one;
  texture.addressMode[0] = CU_TR_ADDRESS_MODE_CLAMP;
  CUtexObject object;
  CHECK(cuTexObjectCreate(&object, &resource, &texture, 0));
  void *arguments[] = {&object, &results};
  float fractions[64];
  CHECK(cuLaunchKernel(named("fraction"), 1, 1, 1, 64, 1, 1, 0, 0, arguments, 0));
  CHECK(cuMemcpyDtoH(fractions, results, sizeof fractions));
  for (int i = 0; i < 64; i++) EQUAL(fractions[i] * 255.0f + 0.5f, bytes[i]);
  CHECK(cuTexObjectDestroy(object));
  texture.flags = CU_TRSF_READ_AS_INTEGER;
  CHECK(cuTexObjectCreate(&object, &resource, &texture, 0));
  unsigned words[64];
  CHECK(cuLaunchKernel(named("whole"), 1, 1, 1, 64, 1, 1, 0, 0, arguments, 0));
  CHECK(cuMemcpyDtoH(words, results, sizeof words));
  for (int i = 0; i < 64; i++) EQUAL(words[i], bytes[i]);
  CHECK(cuTexObjectGetResourceDesc(&seen, object));
  EQUAL(seen.resType, CU_RESOURCE_TYPE_ARRAY);
  EQUAL(seen.res.array.hArray == one, 1);
  CHECK(cuTexObjectGetTextureDesc(&read, object));
  EQUAL(read.flags, CU_TRSF_READ_AS_INTEGER);
  EQUAL(read.addressMode[0], CU_TR_ADDRESS_MODE_CLAMP);
  CUDA_RESOURCE_VIEW_DESC view;
  REFUSED(cuTexObjectGetResourceViewDesc(&view, object));
  CHECK(cuTexObjectDestroy(object));

  // Rows of floats in memory with a pitch, and a surface.
  CUdeviceptr rows;
  size_t pitch;
  float values[4][8];
  CHECK(cuMemAllocPitch(&rows, &pitch, 32, 4, 4));
  for (int i = 0; i < 32; i++) values[i / 8][i % 8] = i * 0.5f;
  CUDA_MEMCPY2D copy;
  memset(&copy, 0, sizeof copy);
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = values;
  copy.srcPitch = 32;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = rows;
  copy.dstPitch = pitch;
  copy.WidthInBytes = 32;
  copy.Height = 4;
  CHECK(cuMemcpy2D(&copy));
  resource.resType = CU_RESOURCE_TYPE_PITCH2D;
  resource.res.pitch2D.devPtr = rows;
  resource.res.pitch2D.format = CU_AD_FORMAT_FLOAT;
  resource.res.pitch2D.numChannels = 1;
  resource.res.pitch2D.width = 8;
  resource.res.pitch2D.height = 4;
  resource.res.pitch2D.pitchInBytes = pitch;
  texture.flags = 0;
  texture.addressMode[1] = CU_TR_ADDRESS_MODE_CLAMP;
  CHECK(cuTexObjectCreate(&object, &resource, &texture, 0));
  CHECK(cuTexObjectGetResourceDesc(&seen, object));
  EQUAL(seen.res.pitch2D.format, CU_AD_FORMAT_FLOAT);
  EQUAL(seen.res.pitch2D.pitchInBytes, pitch);
  CHECK(cuLaunchKernel(named("fetch"), 1, 1, 1, 8, 4, 1, 0, 0, arguments, 0));
  CHECK(cuMemcpyDtoH(fractions, results, 128));
  for (int i = 0; i < 32; i++) EQUAL(fractions[i] * 2, i);
  CHECK(cuTexObjectDestroy(object));

  CUDA_ARRAY3D_DESCRIPTOR image = {.Width = 4, .Height = 4, .Depth = 0, .Format = CU_AD_FORMAT_UNSIGNED_INT32, .NumChannels = 1, .Flags = CUDA_ARRAY3D_SURFACE_LDST};
  CUarray surface;
  CHECK(cuArray3DCreate(&surface, &image));
  memset(&resource, 0, sizeof resource);
  resource.resType = CU_RESOURCE_TYPE_ARRAY;
  resource.res.array.hArray = surface;
  CHECK(cuSurfObjectCreate(&object, &resource));
  unsigned value = 0x1234567, got = 0;
  void *put[] = {&object, &value};
  CHECK(cuLaunchKernel(named("put"), 1, 1, 1, 1, 1, 1, 0, 0, put, 0));
  memset(&copy, 0, sizeof copy);
  copy.srcMemoryType = CU_MEMORYTYPE_ARRAY;
  copy.srcArray = surface;
  copy.srcXInBytes = 4;
  copy.srcY = 2;
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = &got;
  copy.WidthInBytes = 4;
  copy.Height = 1;
  CHECK(cuMemcpy2D(&copy));
  EQUAL(got, value);
  CHECK(cuSurfObjectGetResourceDesc(&seen, object));
  EQUAL(seen.res.array.hArray == surface, 1);
  CHECK(cuSurfObjectDestroy(object));
  size_t widest;
  CHECK(cuDeviceGetTexture1DLinearMaxWidth(&widest, CU_AD_FORMAT_FLOAT, 4, 0));
  EQUAL(widest >= 1 << 27, 1);
}

static void graphs(CUcontext context) {
  enum { N = 1000 };
  CUdeviceptr memory;
  static unsigned host[N];
  CHECK(cuMemAlloc(&memory, N * 4));
  CUgraph graph;
  CUgraphNode fill, add, copy, from[8], to[8];
  CHECK(cuGraphCreate(&graph, 0));
  CUDA_MEMSET_NODE_PARAMS set = {.dst = memory, .value = 7, .elementSize = 4, .width = N, .height = 1}, setRead;
  CHECK(cuGraphAddMemsetNode(&fill, graph, 0, 0, &set, context));
  unsigned count = N, value = 5;
  void *arguments[] = {&memory, &count, &value};
  CUDA_KERNEL_NODE_PARAMS kernel;
  memset(&kernel, 0, sizeof kernel);
  kernel.func = named("add");
  kernel.gridDimX = 4;
  kernel.blockDimX = 256;
  kernel.gridDimY = kernel.gridDimZ = kernel.blockDimY = kernel.blockDimZ = 1;
  kernel.kernelParams = arguments;
  kernel.ctx = context;
  CHECK(cuGraphAddKernelNode(&add, graph, &fill, 1, &kernel));
  CUDA_MEMCPY3D box, boxRead;
  memset(&box, 0, sizeof box);
  box.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  box.srcDevice = memory;
  box.dstMemoryType = CU_MEMORYTYPE_HOST;
  box.dstHost = host;
  box.WidthInBytes = N * 4;
  box.Height = box.Depth = 1;
  CHECK(cuGraphAddMemcpyNode(&copy, graph, 0, 0, &box, context));
  CHECK(cuGraphAddDependencies(graph, &add, &copy, 0, 1));
  size_t edges = 8;
  CHECK(cuGraphGetEdges(graph, from, to, 0, &edges));
  EQUAL(edges, 2);
  size_t near = 8;
  CHECK(cuGraphNodeGetDependencies(copy, from, 0, &near));
  EQUAL(near == 1 && from[0] == add, 1);
  near = 8;
  CHECK(cuGraphNodeGetDependentNodes(fill, to, 0, &near));
  EQUAL(near == 1 && to[0] == add, 1);

  CUgraphExec executable;
  CHECK(cuGraphInstantiate(&executable, graph, 0));
  CHECK(cuGraphLaunch(executable, 0));
  CHECK(cuStreamSynchronize(0));
  for (int i = 0; i < N; i++) EQUAL(host[i], 12);

  CUDA_KERNEL_NODE_PARAMS kernelRead;
  CHECK(cuGraphKernelNodeGetParams(add, &kernelRead));
  EQUAL(kernelRead.func == kernel.func && kernelRead.gridDimX == 4 && kernelRead.blockDimX == 256, 1);
  EQUAL(*(unsigned *)kernelRead.kernelParams[2], 5);
  EQUAL(kernelRead.ctx == context, 1);
  CHECK(cuGraphMemsetNodeGetParams(fill, &setRead));
  EQUAL(setRead.dst == memory && setRead.value == 7 && setRead.width == N, 1);
  CHECK(cuGraphMemcpyNodeGetParams(copy, &boxRead));
  EQUAL(boxRead.srcMemoryType, CU_MEMORYTYPE_DEVICE);
  EQUAL(boxRead.srcDevice, memory);
  EQUAL(boxRead.dstMemoryType, CU_MEMORYTYPE_HOST);
  EQUAL(boxRead.dstHost == host && boxRead.WidthInBytes == N * 4, 1);

  // Changes of the executable alone, then of the graph.
  value = 30;
  CHECK(cuGraphExecKernelNodeSetParams(executable, add, &kernel));
  set.value = 1;
  CHECK(cuGraphExecMemsetNodeSetParams(executable, fill, &set, context));
  box.WidthInBytes = 400;
  CHECK(cuGraphExecMemcpyNodeSetParams(executable, copy, &box, context));
  memset(host, 0, sizeof host);
  CHECK(cuGraphLaunch(executable, 0));
  CHECK(cuStreamSynchronize(0));
  for (int i = 0; i < N; i++) EQUAL(host[i], i < 100 ? 31 : 0);
  CHECK(cuGraphKernelNodeGetParams(add, &kernelRead));
  EQUAL(*(unsigned *)kernelRead.kernelParams[2], 5);
  CHECK(cuGraphKernelNodeSetParams(add, &kernel));
  CHECK(cuGraphMemsetNodeSetParams(fill, &set));
  CHECK(cuGraphMemcpyNodeSetParams(copy, &box));
  CHECK(cuGraphKernelNodeGetParams(add, &kernelRead));
  EQUAL(*(unsigned *)kernelRead.kernelParams[2], 30);
  CUDA_KERNEL_NODE_PARAMS wrong = kernel;
  wrong.blockDimX = 0;
  REFUSED(cuGraphKernelNodeSetParams(add, &wrong));
  REFUSED(cuGraphMemcpyNodeSetParams(copy, 0));
  REFUSED(cuGraphMemsetNodeGetParams(add, &setRead));
  CHECK(cuGraphExecDestroy(executable));

  // Any kind by one call: a kernel given as a CUkernel, a copy into an array, memory of the graph's, a branch.
  CUlibrary library;
  CUkernel handle;
  CHECK(cuLibraryLoadData(&library, text, 0, 0, 0, 0, 0, 0));
  CHECK(cuLibraryGetKernel(&handle, library, "add"));
  CUgraphNodeParams any, anyRead;
  memset(&any, 0, sizeof any);
  any.type = CU_GRAPH_NODE_TYPE_KERNEL;
  memcpy(&any.kernel, &kernel, sizeof kernel);
  any.kernel.func = 0;
  any.kernel.kern = handle;
  CUgraphNode more, store, own, branch, inner;
  CHECK(cuGraphAddNode(&more, graph, &add, 0, 1, &any));
  CHECK(cuGraphNodeGetParams(more, &anyRead));
  EQUAL(anyRead.type, CU_GRAPH_NODE_TYPE_KERNEL);
  EQUAL(anyRead.kernel.kern == handle && anyRead.kernel.gridDimX == 4, 1);
  CHECK(cuGraphRemoveDependencies(graph, &add, &copy, 0, 1));
  CHECK(cuGraphAddDependencies(graph, &more, &copy, 0, 1));
  CUDA_ARRAY_DESCRIPTOR flat = {.Width = 25, .Height = 4, .Format = CU_AD_FORMAT_UNSIGNED_INT32, .NumChannels = 1};
  CUarray array;
  CHECK(cuArrayCreate(&array, &flat));
  memset(&any, 0, sizeof any);
  any.type = CU_GRAPH_NODE_TYPE_MEMCPY;
  any.memcpy.copyCtx = context;
  any.memcpy.copyParams.srcMemoryType = CU_MEMORYTYPE_UNIFIED;
  any.memcpy.copyParams.srcDevice = memory;
  any.memcpy.copyParams.srcPitch = 80;
  any.memcpy.copyParams.dstMemoryType = CU_MEMORYTYPE_ARRAY;
  any.memcpy.copyParams.dstArray = array;
  any.memcpy.copyParams.dstXInBytes = 8;
  any.memcpy.copyParams.dstY = 1;
  any.memcpy.copyParams.WidthInBytes = 80;
  any.memcpy.copyParams.Height = 3;
  any.memcpy.copyParams.Depth = 1;
  CHECK(cuGraphAddNode(&store, graph, &more, 0, 1, &any));
  CHECK(cuGraphNodeGetParams(store, &anyRead));
  EQUAL(anyRead.memcpy.copyParams.dstXInBytes, 8);
  EQUAL(anyRead.memcpy.copyParams.WidthInBytes, 80);
  EQUAL(anyRead.memcpy.copyParams.dstArray == array, 1);
  memset(&any, 0, sizeof any);
  any.type = CU_GRAPH_NODE_TYPE_MEM_ALLOC;
  any.alloc.poolProps.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  any.alloc.poolProps.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  any.alloc.bytesize = 4096;
  CHECK(cuGraphAddNode(&own, graph, 0, 0, 0, &any));
  EQUAL(any.alloc.dptr != 0, 1);
  CUgraphNode release;
  CHECK(cuGraphAddMemFreeNode(&release, graph, &own, 1, any.alloc.dptr));
  CUgraphConditionalHandle condition;
  CHECK(cuGraphConditionalHandleCreate(&condition, graph, context, 1, CU_GRAPH_COND_ASSIGN_DEFAULT));
  memset(&any, 0, sizeof any);
  any.type = CU_GRAPH_NODE_TYPE_CONDITIONAL;
  any.conditional.handle = condition;
  any.conditional.type = CU_GRAPH_COND_TYPE_IF;
  any.conditional.size = 1;
  any.conditional.ctx = context;
  CHECK(cuGraphAddNode(&branch, graph, &store, 0, 1, &any));
  kernel.func = named("add");
  CHECK(cuGraphAddKernelNode(&inner, any.conditional.phGraph_out[0], 0, 0, &kernel));
  CHECK(cuGraphInstantiate(&executable, graph, 0));
  CHECK(cuGraphLaunch(executable, 0));
  CHECK(cuStreamSynchronize(0));
  unsigned word, rows[4][25];
  CHECK(cuMemcpyDtoH(&word, memory + 4, 4));
  EQUAL(word, 1 + 30 + 30 + 30);
  CUDA_MEMCPY2D back;
  memset(&back, 0, sizeof back);
  back.srcMemoryType = CU_MEMORYTYPE_ARRAY;
  back.srcArray = array;
  back.dstMemoryType = CU_MEMORYTYPE_HOST;
  back.dstHost = rows;
  back.WidthInBytes = 100;
  back.Height = 4;
  CHECK(cuMemcpy2D(&back));
  for (int y = 1; y < 4; y++)
    for (int x = 2; x < 22; x++) EQUAL(rows[y][x], 61);
  any.type = (CUgraphNodeType)77;
  REFUSED(cuGraphAddNode(&branch, graph, 0, 0, 0, &any));
  CHECK(cuGraphExecDestroy(executable));
  CHECK(cuGraphDestroy(graph));

  // The entry points of CUDA 11 have shorter structs and no edge data.
  CUresult (*addKernel)(CUgraphNode *, CUgraph, const CUgraphNode *, size_t, const void *);
  CUresult (*getEdges)(CUgraph, CUgraphNode *, CUgraphNode *, size_t *);
  CUdriverProcAddressQueryResult how;
  CHECK(cuGetProcAddress("cuGraphAddKernelNode", (void **)&addKernel, 11000, 0, &how));
  CHECK(cuGetProcAddress("cuGraphGetEdges", (void **)&getEdges, 11000, 0, &how));
  CHECK(cuGraphCreate(&graph, 0));
  kernel.kern = (CUkernel)1;   // behind the end of the first version
  CHECK(addKernel(&add, graph, 0, 0, &kernel));
  CHECK(addKernel(&more, graph, &add, 1, &kernel));
  edges = 8;
  CHECK(getEdges(graph, from, to, &edges));
  EQUAL(edges == 1 && from[0] == add && to[0] == more, 1);
  CHECK(cuGraphDestroy(graph));
}

static void memory_of_places(CUcontext contexts[2], int devices) {
  CUdeviceptr managed;
  CHECK(cuMemAllocManaged(&managed, 1 << 16, CU_MEM_ATTACH_GLOBAL));
  CUmemLocation here, host;
  memset(&here, 0, sizeof here);
  memset(&host, 0, sizeof host);
  here.type = CU_MEM_LOCATION_TYPE_DEVICE;
  host.type = CU_MEM_LOCATION_TYPE_HOST;
  CHECK(cuMemAdvise(managed, 1 << 16, CU_MEM_ADVISE_SET_PREFERRED_LOCATION, here));
  int at = 99;
  CHECK(cuMemRangeGetAttribute(&at, 4, CU_MEM_RANGE_ATTRIBUTE_PREFERRED_LOCATION, managed, 1 << 16));
  EQUAL(at, 0);
  CHECK(cuMemPrefetchAsync(managed, 1 << 16, host, 0, 0));
  CHECK(cuMemRangeGetAttribute(&at, 4, CU_MEM_RANGE_ATTRIBUTE_LAST_PREFETCH_LOCATION, managed, 1 << 16));
  EQUAL(at, CU_DEVICE_CPU);

  CUpointer_attribute asked[] = {CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_IS_MANAGED, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, CU_POINTER_ATTRIBUTE_CONTEXT,
                                 CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, CU_POINTER_ATTRIBUTE_RANGE_SIZE};
  unsigned type = 9;
  int isManaged = 9, ordinal = 9;
  CUcontext context = 0;
  CUdeviceptr start = 0;
  size_t size = 0;
  void *answers[] = {&type, &isManaged, &ordinal, &context, &start, &size};
  CHECK(cuPointerGetAttributes(6, asked, answers, managed + 100));
  EQUAL(isManaged, 1);
  EQUAL(context == contexts[0], 1);
  EQUAL(start, managed);
  EQUAL(size, 1 << 16);
  CHECK(cuPointerGetAttributes(6, asked, answers, (CUdeviceptr)&size));   // nobody's: no error, and nothing
  EQUAL(type == 0 && isManaged == 0 && context == 0 && start == 0 && size == 0, 1);
  EQUAL(ordinal, -2);

  CUdeviceptr a, b;
  CHECK(cuMemAlloc(&a, 4096));
  CHECK(cuMemAlloc(&b, 4096));
  CHECK(cuMemsetD32(a, 11, 1024));
  CHECK(cuMemsetD32(b, 0, 1024));
  CUdeviceptr destinations[] = {b, b + 2048}, sources[] = {a, a + 64};
  size_t sizes[] = {400, 800}, first = 0;
  CUmemcpyAttributes attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_STREAM;
  CUstream stream;
  CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  CHECK(cuCtxSynchronize());
#if CUDA_VERSION >= 13000
  CHECK(cuMemcpyBatchAsync(destinations, sources, sizes, 2, &attributes, &first, 1, stream));
#else
  size_t failed;
  CHECK(cuMemcpyBatchAsync(destinations, sources, sizes, 2, &attributes, &first, 1, &failed, stream));
#endif
  CHECK(cuStreamSynchronize(stream));
  unsigned words[1024];
  CHECK(cuMemcpyDtoH(words, b, 4096));
  for (int i = 0; i < 1024; i++) EQUAL(words[i], i < 100 || (i >= 512 && i < 712) ? 11 : 0);
  // The per-thread forms do what the others do, in a stream of their own that a capture of the legacy one does not see.
  CUresult (*copyPerThread)(CUdeviceptr, CUdeviceptr, size_t), (*fillPerThread)(CUdeviceptr, unsigned, size_t);
  CUdriverProcAddressQueryResult how;
  CHECK(cuGetProcAddress("cuMemcpy", (void **)&copyPerThread, 13000, CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM, &how));
  CHECK(cuGetProcAddress("cuMemsetD32", (void **)&fillPerThread, 13000, CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM, &how));
  EQUAL((void *)copyPerThread == (void *)cuMemcpy, 0);
  CHECK(fillPerThread(a, 90, 1024));
  CHECK(copyPerThread(b, a, 2048));
  CHECK(cuStreamSynchronize(CU_STREAM_PER_THREAD));
  CHECK(cuMemcpyDtoH(words, b, 4096));
  for (int i = 0; i < 512; i++) EQUAL(words[i], 90);
  CUcontext of = 0;
  CUgreenCtx green = (CUgreenCtx)1;
  CHECK(cuStreamGetCtx_v2(stream, &of, &green));
  EQUAL(of == contexts[0] && green == 0, 1);
  CHECK(cuMemsetD32(a, 11, 1024));
  CHECK(cuCtxSynchronize());
  EQUAL(cuSignalExternalSemaphoresAsync(0, 0, 1, stream), CUDA_ERROR_INVALID_VALUE);
  EQUAL(cuWaitExternalSemaphoresAsync(0, 0, 1, stream), CUDA_ERROR_INVALID_VALUE);
  if (devices < 2) return;

  // A box from one device to the other.
  CUdeviceptr other;
  CHECK(cuCtxSetCurrent(contexts[1]));
  CHECK(cuMemAlloc(&other, 4096));
  CHECK(cuMemsetD32(other, 3, 1024));
  CHECK(cuCtxSynchronize());
  CHECK(cuCtxSetCurrent(contexts[0]));
  CUDA_MEMCPY3D_PEER peer;
  memset(&peer, 0, sizeof peer);
  peer.srcMemoryType = peer.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  peer.srcDevice = a;
  peer.srcContext = contexts[0];
  peer.dstDevice = other;
  peer.dstContext = contexts[1];
  peer.srcPitch = peer.dstPitch = 128;
  peer.dstXInBytes = 16;
  peer.dstY = 2;
  peer.WidthInBytes = 64;
  peer.Height = 5;
  peer.Depth = 1;
  CHECK(cuMemcpy3DPeer(&peer));
  CHECK(cuMemcpyDtoH(words, other, 4096));
  for (int i = 0; i < 1024; i++) EQUAL(words[i], i / 32 >= 2 && i / 32 < 7 && i % 32 >= 4 && i % 32 < 20 ? 11 : 3);

  // One kernel on both devices at once.
  CUmodule there;
  CUfunction add[2] = {named("add")};
  CUstream streams[2];
  CHECK(cuMemsetD32(a, 1, 1024));
  CHECK(cuCtxSynchronize());
  CHECK(cuStreamCreate(&streams[0], CU_STREAM_NON_BLOCKING));
  CHECK(cuCtxSetCurrent(contexts[1]));
  CHECK(cuModuleLoadData(&there, text));
  CHECK(cuModuleGetFunction(&add[1], there, "add"));
  CHECK(cuStreamCreate(&streams[1], CU_STREAM_NON_BLOCKING));
  CHECK(cuMemsetD32(other, 2, 1024));
  CHECK(cuCtxSynchronize());
  CHECK(cuCtxSetCurrent(contexts[0]));
  unsigned n = 64, five = 5;
  void *arguments[2][3] = {{&a, &n, &five}, {&other, &n, &five}};
  CUDA_LAUNCH_PARAMS both[2];
  for (int i = 0; i < 2; i++) both[i] = (CUDA_LAUNCH_PARAMS){add[i], 1, 1, 1, 64, 1, 1, 0, streams[i], arguments[i]};
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  CHECK(cuLaunchCooperativeKernelMultiDevice(both, 2, 0));
  for (int i = 0; i < 2; i++) CHECK(cuStreamSynchronize(streams[i]));
  CHECK(cuMemcpyDtoH(words, a, 512));
  for (int i = 0; i < 128; i++) EQUAL(words[i], i < 64 ? 6 : 1);
  CHECK(cuMemcpyDtoH(words, other, 512));
  for (int i = 0; i < 128; i++) EQUAL(words[i], i < 64 ? 7 : 2);
  both[1].blockDimX = 32;
  REFUSED(cuLaunchCooperativeKernelMultiDevice(both, 2, 0));   // one shape for all
  REFUSED(cuLaunchCooperativeKernelMultiDevice(both, 0, 0));
  REFUSED(cuLaunchCooperativeKernelMultiDevice(both, 1, 4));
  for (int i = 0; i < 2; i++) CHECK(cuStreamDestroy(streams[i]));
}

int main(void) {
  CUdevice device;
  CUcontext contexts[2];
  int devices = 0;
  CHECK(cuInit(0));
  CHECK(cuDeviceGetCount(&devices));
  for (int i = devices > 1 ? 1 : 0; i >= 0; i--) {
    CHECK(cuDeviceGet(&device, i));
    CHECK(cuDevicePrimaryCtxRetain(&contexts[i], device));
    CHECK(cuCtxSetCurrent(contexts[i]));
  }
  CHECK(cuModuleLoadData(&module, text));
  arrays();
  graphs(contexts[0]);
  memory_of_places(contexts, devices);
  printf("ok\n");
  return 0;
}
