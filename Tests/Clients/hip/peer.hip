// Two devices: each computes, copies go between them directly, and each reads the other's memory in a kernel.
#include "check.h"

__global__ void add(const int *in, int *out, int amount, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i] + amount;
}

int main() {
  int devices = 0;
  CHECK(hipGetDeviceCount(&devices));
  expect("devices", 0, devices, 2);
  if (devices < 2) return finish("peer");
  const int n = 70001;
  std::vector<int> host(n), got(n);
  for (int i = 0; i < n; i++) host[i] = i ^ 0x55;
  int *memory[2], *more[2];
  for (int d = 0; d < 2; d++) {
    CHECK(hipSetDevice(d));
    CHECK(hipMalloc(&memory[d], n * 4));
    CHECK(hipMalloc(&more[d], n * 4));
    int can = 0;
    CHECK(hipDeviceCanAccessPeer(&can, d, 1 - d));
    expect("peer access", d, can, 1);
    CHECK(hipDeviceEnablePeerAccess(1 - d, 0));
  }
  CHECK(hipSetDevice(0));
  CHECK(hipMemcpy(memory[0], host.data(), n * 4, hipMemcpyHostToDevice));
  add<<<(n + 255) / 256, 256>>>(memory[0], more[0], 1000, n);
  CHECK(hipMemcpyPeer(memory[1], 1, more[0], 0, n * 4));
  CHECK(hipDeviceSynchronize());
  CHECK(hipSetDevice(1));
  add<<<(n + 255) / 256, 256>>>(memory[1], more[1], 1, n);
  CHECK(hipMemcpy(got.data(), more[1], n * 4, hipMemcpyDeviceToHost));
  for (int i = 0; i < n; i++) expect("copied", i, got[i], host[i] + 1001);
  // Device 1 reads device 0's memory and writes back into it.
  add<<<(n + 255) / 256, 256>>>(more[0], memory[0], 7, n);
  CHECK(hipDeviceSynchronize());
  CHECK(hipMemcpy(got.data(), memory[0], n * 4, hipMemcpyDeviceToHost));
  for (int i = 0; i < n; i++) expect("in place", i, got[i], host[i] + 1007);
  return finish("peer");
}
