// What needs the host's help while a kernel runs, and memory with rules of its own: printf, managed memory, host memory that
// kernels read and write in place, scratch (indexed local arrays, recursion), device symbols.
#include "check.h"

__device__ int table[64];
__constant__ float factors[4];

__global__ void speak(int n) { if (int(threadIdx.x) < n) printf("lane %d of block %d says %s %.3f\n", int(threadIdx.x), int(blockIdx.x), "hello", threadIdx.x * 0.5); }

__global__ void managed(int *data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] = data[i] * 3 + 1;
}

__global__ void spill(const int *order, int *out) {
  int values[96];
  for (int i = 0; i < 96; i++) values[i] = i * int(threadIdx.x + 1);
  int sum = 0;
  for (int i = 0; i < 96; i++) { int k = order[i]; values[k] += values[(k + 17) % 96]; sum += values[k] * (i + 1); }
  out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
static int spillReference(const int *order, int thread) {
  int values[96], sum = 0;
  for (int i = 0; i < 96; i++) values[i] = i * (thread + 1);
  for (int i = 0; i < 96; i++) { int k = order[i]; values[k] += values[(k + 17) % 96]; sum += values[k] * (i + 1); }
  return sum;
}

__device__ __noinline__ unsigned ackermann(unsigned m, unsigned n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}
__global__ void recurse(unsigned *out) { out[threadIdx.x] = ackermann(2, threadIdx.x % 4); }

__global__ void symbols(float *out) { out[threadIdx.x] = table[threadIdx.x] * factors[threadIdx.x % 4]; table[threadIdx.x] += 1; }

int main() {
  speak<<<2, 64>>>(3);
  CHECK(hipDeviceSynchronize());

  const int n = 10000;
  int *m;
  CHECK(hipMallocManaged((void **)&m, n * 4, hipMemAttachGlobal));
  for (int i = 0; i < n; i++) m[i] = i;
  for (int turn = 0; turn < 3; turn++) {
    managed<<<(n + 127) / 128, 128>>>(m, n);
    CHECK(hipDeviceSynchronize());
    for (int i = 0; i < n; i++) m[i] -= 1;
  }
  for (int i = 0; i < n; i++) expect("managed memory", i, m[i], 27 * i);
  CHECK(hipFree(m));

  std::vector<int> pageable(n, 5);
  int *seen;
  CHECK(hipHostRegister(pageable.data(), n * 4, hipHostRegisterMapped));
  CHECK(hipHostGetDevicePointer((void **)&seen, pageable.data(), 0));
  managed<<<(n + 127) / 128, 128>>>(seen, n);
  CHECK(hipDeviceSynchronize());
  for (int i = 0; i < n; i++) expect("registered memory", i, pageable[i], 16);
  CHECK(hipHostUnregister(pageable.data()));

  int order[96], *dOrder, *dOut;
  for (int i = 0; i < 96; i++) order[i] = i * 41 % 96;
  CHECK(hipMalloc(&dOrder, sizeof order));
  CHECK(hipMalloc(&dOut, 8 * 256 * 4));
  CHECK(hipMemcpy(dOrder, order, sizeof order, hipMemcpyHostToDevice));
  spill<<<8, 256>>>(dOrder, dOut);
  std::vector<int> out(8 * 256);
  CHECK(hipMemcpy(out.data(), dOut, out.size() * 4, hipMemcpyDeviceToHost));
  for (size_t i = 0; i < out.size(); i++) expect("scratch", i, out[i], spillReference(order, int(i % 256)));

  unsigned *dr, hr[64];
  CHECK(hipMalloc(&dr, sizeof hr));
  recurse<<<1, 64>>>(dr);
  CHECK(hipMemcpy(hr, dr, sizeof hr, hipMemcpyDeviceToHost));
  for (int i = 0; i < 64; i++) expect("recursion", i, hr[i], 2u * (i % 4) + 3);

  int initial[64];
  float f[4] = {0.5f, 1.5f, -2, 4}, *df, hf[64];
  for (int i = 0; i < 64; i++) initial[i] = i - 20;
  CHECK(hipMemcpyToSymbol(HIP_SYMBOL(table), initial, sizeof initial));
  CHECK(hipMemcpyToSymbol(HIP_SYMBOL(factors), f, sizeof f));
  CHECK(hipMalloc(&df, sizeof hf));
  symbols<<<1, 64>>>(df);
  CHECK(hipMemcpy(hf, df, sizeof hf, hipMemcpyDeviceToHost));
  int after[64];
  CHECK(hipMemcpyFromSymbol(after, HIP_SYMBOL(table), sizeof after));
  for (int i = 0; i < 64; i++) {
    expect("symbols", i, hf[i], initial[i] * f[i % 4]);
    expect("symbols written", i, after[i], initial[i] + 1);
  }
  return finish("services");
}
