// External semaphores: sync objects of the render node, as Vulkan on AMD GPUs exports them.  Wants the driver's paths (carmine kfd).
#include <cuda_runtime.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <libdrm/drm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MUST(call) do { cudaError_t e_ = (call); if (e_ != cudaSuccess) { std::printf("FAIL line %d: %s: %s\n", __LINE__, #call, cudaGetErrorString(e_)); std::exit(1); } } while (0)
#define EXPECT(condition) do { if (!(condition)) { std::printf("FAIL line %d: %s\n", __LINE__, #condition); std::exit(1); } } while (0)

static int node;
static unsigned create() { drm_syncobj_create c = {}; EXPECT(ioctl(node, DRM_IOCTL_SYNCOBJ_CREATE, &c) == 0); return c.handle; }
static int descriptor(unsigned handle) { drm_syncobj_handle h = {}; h.handle = handle; EXPECT(ioctl(node, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &h) == 0); return h.fd; }
static void signal_point(unsigned handle, unsigned long long point) {
  drm_syncobj_timeline_array a = {};
  a.handles = (unsigned long)&handle, a.points = (unsigned long)&point, a.count_handles = 1;
  EXPECT(ioctl(node, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &a) == 0);
}
static unsigned long long point_of(unsigned handle) {
  unsigned long long point = 0;
  drm_syncobj_timeline_array a = {};
  a.handles = (unsigned long)&handle, a.points = (unsigned long)&point, a.count_handles = 1;
  EXPECT(ioctl(node, DRM_IOCTL_SYNCOBJ_QUERY, &a) == 0);
  return point;
}
static cudaExternalSemaphore_t import(cudaExternalSemaphoreHandleType type, unsigned handle) {
  cudaExternalSemaphoreHandleDesc d = {};
  d.type = type, d.handle.fd = descriptor(handle);
  cudaExternalSemaphore_t semaphore;
  MUST(cudaImportExternalSemaphore(&semaphore, &d));
  return semaphore;
}

int main() {
  node = open("/dev/dri/renderD128", O_RDWR);
  EXPECT(node >= 0);
  unsigned timelineHandle = create(), binaryHandle = create();
  cudaExternalSemaphore_t timeline = import(cudaExternalSemaphoreHandleTypeTimelineSemaphoreFd, timelineHandle);
  cudaExternalSemaphore_t binary = import(cudaExternalSemaphoreHandleTypeOpaqueFd, binaryHandle);
  cudaStream_t a, b;
  MUST(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
  MUST(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  unsigned char *memory, byte;
  MUST(cudaMalloc(&memory, 4096));
  MUST(cudaMemset(memory, 1, 4096));
  MUST(cudaDeviceSynchronize());

  // A timeline: a stream waits for a value that comes in steps, first from another stream, then from the other driver.
  cudaExternalSemaphoreWaitParams wait = {};
  cudaExternalSemaphoreSignalParams signal = {};
  wait.params.fence.value = 5;
  MUST(cudaWaitExternalSemaphoresAsync(&timeline, &wait, 1, a));
  MUST(cudaMemsetAsync(memory, 2, 4096, a));
  signal.params.fence.value = 4;
  MUST(cudaSignalExternalSemaphoresAsync(&timeline, &signal, 1, b));
  MUST(cudaStreamSynchronize(b));
  EXPECT(point_of(timelineHandle) == 4);
  usleep(20000);
  EXPECT(cudaStreamQuery(a) == cudaErrorNotReady);
  signal_point(timelineHandle, 6);
  MUST(cudaStreamSynchronize(a));
  MUST(cudaMemcpy(&byte, memory + 4095, 1, cudaMemcpyDefault));
  EXPECT(byte == 2);

  // A binary semaphore: each wait takes a signal.
  MUST(cudaWaitExternalSemaphoresAsync(&binary, &wait, 1, a));
  MUST(cudaSignalExternalSemaphoresAsync(&binary, &signal, 1, b));
  MUST(cudaStreamSynchronize(a));
  MUST(cudaWaitExternalSemaphoresAsync(&binary, &wait, 1, a));
  usleep(20000);
  EXPECT(cudaStreamQuery(a) == cudaErrorNotReady);
  drm_syncobj_array one = {};
  one.handles = (unsigned long)&binaryHandle, one.count_handles = 1;
  EXPECT(ioctl(node, DRM_IOCTL_SYNCOBJ_SIGNAL, &one) == 0);
  MUST(cudaStreamSynchronize(a));
  MUST(cudaDestroyExternalSemaphore(binary));
  MUST(cudaDestroyExternalSemaphore(timeline));
  std::printf("semaphores: as they should be\n");
  return 0;
}
