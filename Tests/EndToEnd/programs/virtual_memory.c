// Virtual memory management on two devices: addresses that grow while memory is put behind them, as allocators with expandable segments do;
// access by device and kind; one memory at two places; another process's memory; and what each call refuses.
// Prints what is wrong and ends with 1, or "ok".  Expected: CUDA Driver API, "Virtual Memory Management".
#include "driver_checks.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Beside add: total(p, q): *q += *p
static const char *text =
    ADD_MODULE
    ".visible .entry total(.param .u64 p, .param .u64 q) { .reg .u64 %p, %q; .reg .u32 %w, %r; ld.param.u64 %p, [p]; ld.param.u64 %q, [q]; ld.global.u32 %w, [%p];\n"
    "atom.global.add.u32 %r, [%q], %w; ret; }\n";

enum { MIB = 1 << 20, PIECE = 2 * MIB };
static CUcontext contexts[2];
static CUfunction add[2], total[2];

static void start(int devices) {
  CHECK(cuInit(0));
  for (int i = 0; i < devices; i++) {
    CUdevice device;
    CUmodule module;
    CHECK(cuDeviceGet(&device, i));
    CHECK(cuDevicePrimaryCtxRetain(&contexts[i], device));
    CHECK(cuCtxSetCurrent(contexts[i]));
    CHECK(cuModuleLoadData(&module, text));
    CHECK(cuModuleGetFunction(&add[i], module, "add"));
    CHECK(cuModuleGetFunction(&total[i], module, "total"));
  }
  CHECK(cuCtxSetCurrent(contexts[0]));
}

static CUresult run_add(int device, CUdeviceptr p, unsigned n, unsigned v) {
  void *arguments[] = {&p, &n, &v};
  CHECK(cuCtxSetCurrent(contexts[device]));
  CHECK(cuLaunchKernel(add[device], (n + 255) / 256, 1, 1, 256, 1, 1, 0, 0, arguments, 0));
  CUresult result = cuCtxSynchronize();
  CHECK(cuCtxSetCurrent(contexts[0]));
  return result;
}

static unsigned word(CUdeviceptr p) {
  unsigned value = 0;
  CHECK(cuMemcpyDtoH(&value, p, 4));
  return value;
}

static CUmemAllocationProp on_device(int device) {
  CUmemAllocationProp p;
  memset(&p, 0, sizeof p);
  p.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  p.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  p.location.id = device;
  p.requestedHandleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
  return p;
}

static CUresult give(CUdeviceptr p, size_t size, int device, CUmemAccess_flags flags) {
  CUmemAccessDesc access;
  memset(&access, 0, sizeof access);
  access.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  access.location.id = device;
  access.flags = flags;
  return cuMemSetAccess(p, size, &access, 1);
}

static unsigned long long access_of(CUdeviceptr p, int device) {
  CUmemLocation place;
  memset(&place, 0, sizeof place);
  place.type = CU_MEM_LOCATION_TYPE_DEVICE;
  place.id = device;
  unsigned long long flags = 77;
  CHECK(cuMemGetAccess(&flags, &place, p));
  return flags;
}

// A segment that grows by pieces, shrinks in the middle and grows again.
static void segments(void) {
  CUmemAllocationProp prop = on_device(0);
  size_t granularity = 0, before, now, all;
  CHECK(cuMemGetAllocationGranularity(&granularity, &prop, CU_MEM_ALLOC_GRANULARITY_MINIMUM));
  EQUAL(PIECE % granularity, 0);
  CUdeviceptr base;
  CHECK(cuMemAddressReserve(&base, 1024ull * MIB, 0, 0, 0));
  CHECK(cuMemGetInfo(&before, &all));
  CUmemGenericAllocationHandle pieces[4];
  for (int i = 0; i < 4; i++) {
    CHECK(cuMemCreate(&pieces[i], PIECE, &prop, 0));
    CHECK(cuMemMap(base + i * PIECE, PIECE, 0, pieces[i], 0));
    CHECK(give(base + i * PIECE, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  }
  CHECK(cuMemGetInfo(&now, &all));
  EQUAL(before - now, 4 * PIECE);
  CHECK(cuMemsetD32(base, 5, 4 * PIECE / 4));                 // across all four
  EQUAL(run_add(0, base, 4 * PIECE / 4, 10), CUDA_SUCCESS);
  for (int i = 0; i < 4; i++) EQUAL(word(base + (i + 1) * PIECE - 4), 15);
  unsigned *host = malloc(4 * PIECE);
  CHECK(cuMemcpyDtoH(host, base, 4 * PIECE));                 // a copy may cross allocations
  for (int i = 0; i < 4 * PIECE / 4; i++) EQUAL(host[i], 15);
  free(host);

  REFUSED(cuMemUnmap(base + PIECE, PIECE / 2));
  REFUSED(cuMemUnmap(base + PIECE / 2, PIECE));
  CHECK(cuMemUnmap(base + PIECE, 2 * PIECE));                 // two mappings at once
  REFUSED(cuMemUnmap(base, 4 * PIECE));                       // there is a hole now
  REFUSED(give(base, 4 * PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READ));
  CHECK(cuMemMap(base + PIECE, PIECE, 0, pieces[2], 0));      // what was the third piece is the second
  CHECK(give(base, 2 * PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  EQUAL(word(base + PIECE), 15);
  EQUAL(run_add(0, base, 2 * PIECE / 4, 1), CUDA_SUCCESS);
  EQUAL(word(base + PIECE), 16);

  CUmemGenericAllocationHandle again;
  CHECK(cuMemRetainAllocationHandle(&again, (void *)(base + PIECE + 100)));
  EQUAL(again, pieces[2]);
  CHECK(cuMemRelease(again));
  CUmemAllocationProp found;
  CHECK(cuMemGetAllocationPropertiesFromHandle(&found, pieces[0]));
  EQUAL(found.type, CU_MEM_ALLOCATION_TYPE_PINNED);
  EQUAL(found.location.type, CU_MEM_LOCATION_TYPE_DEVICE);
  EQUAL(found.location.id, 0);
  EQUAL(found.requestedHandleTypes, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR);

  CUdeviceptr start;
  size_t length;
  unsigned type;
  CHECK(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, base + 4));
  EQUAL(type, CU_MEMORYTYPE_DEVICE);
  CHECK(cuMemGetAddressRange(&start, &length, base + 8));
  EQUAL(start, base);
  REFUSED(cuMemFree(base));
  for (int i = 0; i < 4; i++) CHECK(cuMemRelease(pieces[i]));
  REFUSED(cuMemRelease(pieces[0]));
  EQUAL(run_add(0, base, PIECE / 4, 1), CUDA_SUCCESS);        // released, and mapped still
  EQUAL(word(base), 17);
  REFUSED(cuMemAddressFree(base, 1024ull * MIB));
  CHECK(cuMemUnmap(base, 2 * PIECE));
  CHECK(cuMemUnmap(base + 3 * PIECE, PIECE));
  REFUSED(cuMemAddressFree(base, 512ull * MIB));
  CHECK(cuMemAddressFree(base, 1024ull * MIB));
  CHECK(cuMemGetInfo(&now, &all));
  EQUAL(now, before);
}

// One memory at two addresses; memory of the host; atomics through such addresses.
static void views(void) {
  CUmemAllocationProp prop = on_device(0);
  CUmemGenericAllocationHandle memory;
  CUdeviceptr one, two;
  CHECK(cuMemCreate(&memory, 2 * PIECE, &prop, 0));
  CHECK(cuMemAddressReserve(&one, 2 * PIECE, 64 * MIB, 0, 0));
  EQUAL(one % (64 * MIB), 0);
  CHECK(cuMemAddressReserve(&two, 2 * PIECE, 0, 0, 0));
  CHECK(cuMemMap(one, 2 * PIECE, 0, memory, 0));
  CHECK(cuMemMap(two, PIECE, 0, memory, 0));
  CHECK(give(one, 2 * PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  CHECK(give(two, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READ));
  EQUAL(access_of(one + PIECE, 0), CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
  EQUAL(access_of(two, 0), CU_MEM_ACCESS_FLAGS_PROT_READ);
  EQUAL(access_of(two, 1), CU_MEM_ACCESS_FLAGS_PROT_NONE);
  CHECK(cuMemsetD32(one, 20, PIECE / 4));
  EQUAL(run_add(0, one, PIECE / 4, 2), CUDA_SUCCESS);
  EQUAL(word(two + PIECE - 4), 22);
  CUdeviceptr sum = one + PIECE;
  CHECK(cuMemsetD32(sum, 0, 1));
  void *arguments[] = {&two, &sum};
  CHECK(cuLaunchKernel(total[0], 3, 1, 1, 64, 1, 1, 0, 0, arguments, 0));   // reads through the one, adds through the other
  EQUAL(word(sum), 22 * 3 * 64);

  CUmemAllocationProp host = prop;
  host.location.type = CU_MEM_LOCATION_TYPE_HOST;
  REFUSED(cuMemCreate(&memory, PIECE, &host, 0));             // not to be shared
  host.requestedHandleTypes = CU_MEM_HANDLE_TYPE_NONE;
  CUmemGenericAllocationHandle ours;
  CUdeviceptr place;
  CHECK(cuMemCreate(&ours, PIECE, &host, 0));
  CHECK(cuMemAddressReserve(&place, PIECE, 0, 0, 0));
  CHECK(cuMemMap(place, PIECE, 0, ours, 0));
  CUmemAccessDesc both[2];
  memset(both, 0, sizeof both);
  both[0].location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  both[1].location.type = CU_MEM_LOCATION_TYPE_HOST;
  both[0].flags = both[1].flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  CHECK(cuMemSetAccess(place, PIECE, both, 2));
  ((volatile unsigned *)place)[7] = 40;
  EQUAL(run_add(0, place, 8, 2), CUDA_SUCCESS);
  EQUAL(((volatile unsigned *)place)[7], 42);
  CHECK(cuMemUnmap(place, PIECE));
  CHECK(cuMemRelease(ours));
  CHECK(cuMemAddressFree(place, PIECE));

  // What is refused.
  CUmemGenericAllocationHandle bad;
  REFUSED(cuMemCreate(&bad, PIECE + 4096, &prop, 0));
  REFUSED(cuMemCreate(&bad, 0, &prop, 0));
  REFUSED(cuMemCreate(&bad, PIECE, &prop, 1));
  CUmemAllocationProp nowhere = on_device(99);
  EQUAL(cuMemCreate(&bad, PIECE, &nowhere, 0), CUDA_ERROR_INVALID_DEVICE);
  EQUAL(cuMemCreate(&bad, 1ull << 45, &prop, 0), CUDA_ERROR_OUT_OF_MEMORY);
  REFUSED(cuMemMap(one, PIECE, 0, memory, 0));                // is mapped
  REFUSED(cuMemMap(two + PIECE, PIECE, PIECE, memory, 0));    // an offset
  REFUSED(cuMemMap(two + PIECE, 2 * PIECE, 0, memory, 0));    // past the reservation
  REFUSED(cuMemMap(one + 64ull * 1024 * MIB, PIECE, 0, memory, 0));
  REFUSED(cuMemMap(two + PIECE, PIECE, 0, memory + 16, 0));
  REFUSED(cuMemAddressReserve(&place, 100, 0, 0, 0));
  REFUSED(cuMemAddressReserve(&place, PIECE, 3, 0, 0));
  REFUSED(cuMemRetainAllocationHandle(&bad, &bad));
  REFUSED(give(one, 2 * PIECE, 0, (CUmemAccess_flags)2));
  CHECK(cuMemUnmap(one, 2 * PIECE));
  CHECK(cuMemUnmap(two, PIECE));
  CHECK(cuMemRelease(memory));
  CHECK(cuMemAddressFree(one, 2 * PIECE));
  CHECK(cuMemAddressFree(two, 2 * PIECE));
}

// The second device, until access is taken away again: then its kernel faults.
static void devices(void) {
  CUmemAllocationProp prop = on_device(0);
  CUmemGenericAllocationHandle memory;
  CUdeviceptr p;
  CHECK(cuMemCreate(&memory, PIECE, &prop, 0));
  CHECK(cuMemAddressReserve(&p, PIECE, 0, 0, 0));
  CHECK(cuMemMap(p, PIECE, 0, memory, 0));
  CHECK(give(p, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  CHECK(give(p, PIECE, 1, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  CHECK(cuMemsetD32(p, 1, PIECE / 4));
  CHECK(cuCtxSynchronize());                                  // a fill of device memory is not waited for
  EQUAL(run_add(1, p, PIECE / 4, 4), CUDA_SUCCESS);
  EQUAL(run_add(0, p, PIECE / 4, 4), CUDA_SUCCESS);
  EQUAL(word(p + PIECE - 4), 9);
  CHECK(give(p, PIECE, 1, CU_MEM_ACCESS_FLAGS_PROT_NONE));
  EQUAL(access_of(p, 1), CU_MEM_ACCESS_FLAGS_PROT_NONE);
  EQUAL(run_add(1, p, 64, 4), CUDA_ERROR_ILLEGAL_ADDRESS);
  EQUAL(word(p), 9);
}

// A new mapping has no access; one for reading alone cannot be written.
static void faults(int kind) {
  start(1);
  CUmemAllocationProp prop = on_device(0);
  CUmemGenericAllocationHandle memory;
  CUdeviceptr p;
  CHECK(cuMemCreate(&memory, PIECE, &prop, 0));
  CHECK(cuMemAddressReserve(&p, PIECE, 0, 0, 0));
  CHECK(cuMemMap(p, PIECE, 0, memory, 0));
  if (kind == 1) CHECK(give(p, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READ));
  if (kind == 2) {
    CHECK(give(p, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
    EQUAL(run_add(0, p, 64, 1), CUDA_SUCCESS);
    CHECK(cuMemUnmap(p, PIECE));
  }
  EQUAL(run_add(0, p, 64, 1), CUDA_ERROR_ILLEGAL_ADDRESS);
}

// The child gets a descriptor over a socket.
static void child(int socket) {
  char byte, room[CMSG_SPACE(sizeof(int))];
  struct iovec io = {&byte, 1};
  struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  if (recvmsg(socket, &message, 0) != 1) { printf("no message\n"); exit(1); }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  start(1);
  CUmemGenericAllocationHandle memory;
  CUdeviceptr p;
  CHECK(cuMemImportFromShareableHandle(&memory, (void *)(long)descriptor, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR));
  close(descriptor);
  CHECK(cuMemAddressReserve(&p, PIECE, 0, 0, 0));
  CHECK(cuMemMap(p, PIECE, 0, memory, 0));
  CHECK(cuMemRelease(memory));
  CHECK(give(p, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  EQUAL(word(p + 400), 31);
  EQUAL(run_add(0, p, PIECE / 4, 11), CUDA_SUCCESS);
  REFUSED(cuMemImportFromShareableHandle(&memory, (void *)(long)socket, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR));
  exit(0);
}

static void processes(int socket, pid_t other) {
  CUmemAllocationProp prop = on_device(0);
  CUmemGenericAllocationHandle memory, closed;
  CUdeviceptr p;
  int descriptor, status;
  CHECK(cuMemCreate(&memory, PIECE, &prop, 0));
  CHECK(cuMemAddressReserve(&p, PIECE, 0, 0, 0));
  CHECK(cuMemMap(p, PIECE, 0, memory, 0));
  CHECK(give(p, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  CHECK(cuMemsetD32(p, 31, PIECE / 4));
  CHECK(cuCtxSynchronize());
  CHECK(cuMemExportToShareableHandle(&descriptor, memory, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0));
  prop.requestedHandleTypes = CU_MEM_HANDLE_TYPE_NONE;
  CHECK(cuMemCreate(&closed, PIECE, &prop, 0));
  REFUSED(cuMemExportToShareableHandle(&status, closed, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0));
  CHECK(cuMemRelease(closed));
  // In the same process an import is one more handle of the same memory.
  CUmemGenericAllocationHandle own;
  CUdeviceptr q;
  CHECK(cuMemImportFromShareableHandle(&own, (void *)(long)descriptor, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR));
  CHECK(cuMemAddressReserve(&q, PIECE, 0, 0, 0));
  CHECK(cuMemMap(q, PIECE, 0, own, 0));
  CHECK(give(q, PIECE, 0, CU_MEM_ACCESS_FLAGS_PROT_READWRITE));
  EQUAL(run_add(0, q, 1, 100), CUDA_SUCCESS);
  EQUAL(word(p), 131);
  CHECK(cuMemUnmap(q, PIECE));
  CHECK(cuMemRelease(own));
  EQUAL(run_add(0, p, 1, 1), CUDA_SUCCESS);

  char byte = 0, room[CMSG_SPACE(sizeof(int))];
  struct iovec io = {&byte, 1};
  struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  EQUAL(sendmsg(socket, &message, 0), 1);
  close(descriptor);
  waitpid(other, &status, 0);
  EQUAL(status, 0);
  EQUAL(word(p), 143);
  EQUAL(word(p + PIECE - 4), 42);
}

int main(void) {
  int sockets[2], status;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets)) return 1;
  pid_t other = fork();                                     // before CUDA is used
  if (!other) {
    close(sockets[0]);
    child(sockets[1]);
  }
  close(sockets[1]);
  for (int kind = 0; kind < 3; kind++) {
    pid_t one = fork();
    if (!one) { faults(kind); exit(0); }
    waitpid(one, &status, 0);
    EQUAL(status, 0);
  }
  start(2);
  CUdeviceptr some;
  CHECK(cuMemAlloc(&some, 64));
  EQUAL(run_add(0, some, 1, 0), CUDA_SUCCESS);                // what the first launch takes is not counted below
  CHECK(cuMemFree(some));
  int supported = 0;
  CHECK(cuDeviceGetAttribute(&supported, CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED, 0));
  EQUAL(supported, 1);
  CHECK(cuDeviceGetAttribute(&supported, CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED, 0));
  EQUAL(supported, 1);
  segments();
  views();
  processes(sockets[0], other);
  devices();
  printf("ok\n");
  return 0;
}
