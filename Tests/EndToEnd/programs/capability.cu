// Prints the compute capability that device 0 reports, by properties; fails when the attributes say another one.
#include <cuda_runtime.h>

#include <cstdio>

int main() {
  cudaDeviceProp properties;
  int major = 0, minor = 0;
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return 1;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess) return 1;
  if (cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0) != cudaSuccess) return 1;
  printf("%d.%d\n", properties.major, properties.minor);
  return properties.major == major && properties.minor == minor ? 0 : 2;
}
