// Two devices in one process: each has its own memory and its own copy of a variable, and they work at once.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__device__ int counter = 5;
__managed__ int everyone = 1;
__global__ void add(int *p, int count, int value) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) p[i] += value;
  if (i == 0) counter += value;
}
__global__ void tell(int value) { everyone = everyone * 10 + value; }

#define EXPECT(condition)                                     \
  do {                                                        \
    if (!(condition)) {                                       \
      printf("why: not %s (line %d)\n", #condition, __LINE__); \
      return 1;                                               \
    }                                                         \
  } while (0)

int main() {
  int devices = 0;
  EXPECT(cudaGetDeviceCount(&devices) == cudaSuccess && devices == 2);
  const int count = 10000;
  std::vector<int> host(count);
  int *p[2];
  for (int device = 0; device < 2; device++) {
    EXPECT(cudaSetDevice(device) == cudaSuccess);
    EXPECT(cudaMalloc(&p[device], count * sizeof(int)) == cudaSuccess);
    EXPECT(cudaMemset(p[device], 0, count * sizeof(int)) == cudaSuccess);
    cudaPointerAttributes attributes;
    EXPECT(cudaPointerGetAttributes(&attributes, p[device]) == cudaSuccess && attributes.device == device);
  }
  EXPECT(p[0] != p[1]);
  for (int device = 0; device < 2; device++) {
    EXPECT(cudaSetDevice(device) == cudaSuccess);
    add<<<(count + 127) / 128, 128>>>(p[device], count, 10 + device);
    EXPECT(cudaGetLastError() == cudaSuccess);
  }
  for (int device = 0; device < 2; device++) {
    EXPECT(cudaSetDevice(device) == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess);
    EXPECT(cudaMemcpy(host.data(), p[device], count * sizeof(int), cudaMemcpyDeviceToHost) == cudaSuccess);
    for (int i = 0; i < count; i++) EXPECT(host[i] == 10 + device);
    int value = 0;
    EXPECT(cudaMemcpyFromSymbol(&value, counter, sizeof value) == cudaSuccess && value == 15 + device);
  }
  // From one to the other, then back on the first.
  EXPECT(cudaMemcpyPeer(p[0], 0, p[1], 1, count * sizeof(int)) == cudaSuccess);
  EXPECT(cudaMemcpy(host.data(), p[0], count * sizeof(int), cudaMemcpyDeviceToHost) == cudaSuccess);
  for (int i = 0; i < count; i++) EXPECT(host[i] == 11);

  // A managed variable is one for both.
  for (int device = 0; device < 2; device++) {
    EXPECT(cudaSetDevice(device) == cudaSuccess);
    tell<<<1, 1>>>(device + 2);
    EXPECT(cudaDeviceSynchronize() == cudaSuccess);
  }
  EXPECT(everyone == 123);

  // The first reads and writes the second's memory, what there was and what came later, and then no more.
  int can = 0, supported = 0;
  EXPECT(cudaDeviceCanAccessPeer(&can, 0, 1) == cudaSuccess && can == 1);
  EXPECT(cudaDeviceGetP2PAttribute(&supported, cudaDevP2PAttrAccessSupported, 0, 1) == cudaSuccess && supported == 1);
  EXPECT(cudaSetDevice(0) == cudaSuccess && cudaDeviceEnablePeerAccess(1, 0) == cudaSuccess);
  EXPECT(cudaDeviceEnablePeerAccess(1, 0) == cudaErrorPeerAccessAlreadyEnabled && cudaGetLastError() != cudaSuccess);
  int *later;
  EXPECT(cudaSetDevice(1) == cudaSuccess && cudaMalloc(&later, 4 << 20) == cudaSuccess);
  EXPECT(cudaMemset(later, 0, 4 << 20) == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess && cudaSetDevice(0) == cudaSuccess);
  for (int *memory : {p[1], later}) {
    int before = memory == later ? 0 : 11;
    add<<<(count + 127) / 128, 128>>>(memory, count, 7);
    EXPECT(cudaGetLastError() == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess);
    EXPECT(cudaMemcpy(host.data(), memory, count * sizeof(int), cudaMemcpyDeviceToHost) == cudaSuccess);
    for (int i = 0; i < count; i++) EXPECT(host[i] == before + 7);
  }
  EXPECT(cudaDeviceDisablePeerAccess(1) == cudaSuccess);
  EXPECT(cudaDeviceDisablePeerAccess(1) == cudaErrorPeerAccessNotEnabled && cudaGetLastError() != cudaSuccess);
  add<<<1, 128>>>(p[1], count, 1);
  EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
  printf("two devices\n");
  return 0;
}
