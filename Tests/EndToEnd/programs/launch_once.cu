// One kernel, one answer: says what each step of the smallest program answers and never ends by itself on an error.
// Status 0 when the kernel computed what it should, 1 when a call failed, 3 when all succeeded and the values are wrong.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void triple(const int *in, int *out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = 3 * in[i] + 1;
}

static bool failed;
static void say(const char *step, cudaError_t error) {
  printf("%s: %d %s\n", step, int(error), cudaGetErrorName(error));
  if (error != cudaSuccess) failed = true;
}

int main() {
  const int count = 1000;
  int host[count], *in = nullptr, *out = nullptr;
  for (int i = 0; i < count; i++) host[i] = i * 7 - 5;
  say("malloc", cudaMalloc(&in, sizeof host));
  say("malloc", cudaMalloc(&out, sizeof host));
  say("memcpy", cudaMemcpy(in, host, sizeof host, cudaMemcpyHostToDevice));
  triple<<<(count + 127) / 128, 128>>>(in, out, count);
  say("launch", cudaGetLastError());
  say("synchronize", cudaDeviceSynchronize());
  for (int i = 0; i < count; i++) host[i] = -1;
  say("memcpy", cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
  if (failed) return 1;
  int wrong = 0;
  for (int i = 0; i < count; i++) wrong += host[i] != 3 * (i * 7 - 5) + 1;
  printf("wrong: %d of %d\n", wrong, count);
  return wrong ? 3 : 0;
}
