// Prints how many devices there are and the compute capability that device 0 reports by properties; fails when the attributes
// say another one, with status 3 when there is no device.
#include <cuda_runtime.h>

#include <cstdio>

int main() {
  cudaDeviceProp properties;
  int major = 0, minor = 0, count = 0;
  cudaError_t error = cudaGetDeviceCount(&count);
  printf("devices: %d\n", count);
  if (error == cudaErrorNoDevice) return 3;
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return 1;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess) return 1;
  if (cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0) != cudaSuccess) return 1;
  printf("%d.%d\n", properties.major, properties.minor);
  return properties.major == major && properties.minor == minor ? 0 : 2;
}
