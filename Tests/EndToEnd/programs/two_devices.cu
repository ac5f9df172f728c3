// Two devices in one process: each has its own memory and its own copy of a variable, and they work at once.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

__device__ int counter = 5;
__global__ void add(int *p, int count, int value) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) p[i] += value;
  if (i == 0) counter += value;
}

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
  printf("two devices\n");
  return 0;
}
