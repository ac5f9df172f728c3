// Loops that threads of a warp leave at different places and times, with what is used behind them taken from the head, from the body
// and from both: each answer is compared with the same function on the CPU.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

/// A test at the head and a count at the end: the shape of an escape-time fractal.
__host__ __device__ inline unsigned escape(unsigned seed, unsigned limit) {
  unsigned x = seed, steps = 0, sum = 0;
#pragma unroll 1
  while (steps < limit && x % 97 != 13) {
    x = x * 1664525u + 1013904223u;
    sum ^= x >> 7;
    steps++;
  }
  return steps * 31 + sum + x;
}

/// The count begins anywhere, so that the first round can be the last.
__host__ __device__ inline unsigned from(unsigned seed, unsigned first) {
  unsigned i = first, last = 0;
#pragma unroll 1
  do {
    last = seed * i + 5;
    if ((last ^ seed) % 11 == 3) break;
    seed += last >> 3;
    i++;
  } while (i < 20);
  return last + seed * 7 + i;
}

/// Loops in loops, the inner one's results used in the outer one's tests.
__host__ __device__ inline unsigned nested(unsigned seed) {
  unsigned total = 0;
#pragma unroll 1
  for (unsigned i = 0; i < 9 && total % 101 != 7; i++) {
    unsigned y = seed + i, j = 0;
#pragma unroll 1
    while (j < 6 && (y & 15) != 9) {
      y = y * 5 + 3;
      j++;
    }
    total += y * j + i;
  }
  return total;
}

/// A binary search: both ends move, equality leaves early.
__host__ __device__ inline int search(const unsigned *sorted, int count, unsigned key) {
  int low = 0, high = count - 1, middle = -1;
#pragma unroll 1
  while (low <= high) {
    middle = (low + high) / 2;
    if (sorted[middle] == key) break;
    if (sorted[middle] < key) low = middle + 1; else high = middle - 1;
  }
  return middle * 1000 + low - high;
}

struct Answers { unsigned a, b, c; int d; };

__host__ __device__ inline Answers all(unsigned i, const unsigned *sorted, int count) {
  return {escape(i * 7919, i % 40), from(i, i % 23), nested(i * 3), search(sorted, count, i * 2 + i % 3)};
}

__global__ void kernel(const unsigned *sorted, int count, Answers *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = all(i, sorted, count);
}

int main() {
  const int n = 3000, count = 1000;
  std::vector<unsigned> sorted(count);
  for (int i = 0; i < count; i++) sorted[i] = i * 3;
  std::vector<Answers> answers(n);
  unsigned *table;
  Answers *out;
  if (cudaMalloc(&table, count * sizeof *table) != cudaSuccess || cudaMalloc(&out, n * sizeof *out) != cudaSuccess) return 1;
  cudaMemcpy(table, sorted.data(), count * sizeof *table, cudaMemcpyHostToDevice);
  kernel<<<(n + 127) / 128, 128>>>(table, count, out, n);
  if (cudaMemcpy(answers.data(), out, n * sizeof *out, cudaMemcpyDeviceToHost) != cudaSuccess) return 1;
  for (int i = 0; i < n; i++) {
    Answers right = all(i, sorted.data(), count), got = answers[i];
    if (got.a != right.a || got.b != right.b || got.c != right.c || got.d != right.d) {
      std::printf("thread %d: %u %u %u %d instead of %u %u %u %d\n", i, got.a, got.b, got.c, got.d, right.a, right.b, right.c, right.d);
      return 1;
    }
  }
  std::printf("loops are right\n");
}
