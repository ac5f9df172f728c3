// Ten kernels as people write them, for CUDA and HIP alike: what Carmine's code for them executes is compared with clang's HIP.
#include <cuda_runtime.h>

#include <cstdint>

/// A grid-stride loop.
extern "C" __global__ void saxpy(int n, float a, const float *x, float *y) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] = a * x[i] + y[i];
}

/// A tile through shared memory, padded against bank conflicts.
extern "C" __global__ void transpose(const float *in, float *out, int width, int height) {
  __shared__ float tile[32][33];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    if (x < width && y + j < height) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * width + x];
  __syncthreads();
  x = blockIdx.y * 32 + threadIdx.x, y = blockIdx.x * 32 + threadIdx.y;
  for (int j = 0; j < 32; j += 8)
    if (x < height && y + j < width) out[(y + j) * height + x] = tile[threadIdx.x][threadIdx.y + j];
}

/// A seven-point stencil that marches through z.
extern "C" __global__ void stencil(const float *in, float *out, int nx, int ny, int nz) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < 1 || y < 1 || x >= nx - 1 || y >= ny - 1) return;
  size_t plane = size_t(nx) * ny, at = plane + size_t(y) * nx + x;
  float below = in[at - plane], here = in[at];
  for (int z = 1; z < nz - 1; z++, at += plane) {
    float above = in[at + plane];
    out[at] = 0.4f * here + 0.1f * (below + above + in[at - 1] + in[at + 1] + in[at - nx] + in[at + nx]);
    below = here, here = above;
  }
}

/// An inclusive scan of each block.
extern "C" __global__ void scan(const int *in, int *out, int n) {
  __shared__ int values[2][256];
  int i = blockIdx.x * 256 + threadIdx.x, side = 0;
  values[0][threadIdx.x] = i < n ? in[i] : 0;
  __syncthreads();
  for (int distance = 1; distance < 256; distance *= 2) {
    int value = values[side][threadIdx.x];
    if (threadIdx.x >= distance) value += values[side][threadIdx.x - distance];
    side ^= 1;
    values[side][threadIdx.x] = value;
    __syncthreads();
  }
  if (i < n) out[i] = values[side][threadIdx.x];
}

/// A matrix product with four by four results a thread.
extern "C" __global__ void __launch_bounds__(256) gemm(const float *a, const float *b, float *c, int n) {
  __shared__ float tileA[16][64], tileB[16][64];
  int tx = threadIdx.x % 16, ty = threadIdx.x / 16, row = blockIdx.y * 64, column = blockIdx.x * 64;
  float sum[4][4] = {};
  for (int k = 0; k < n; k += 16) {
    for (int i = threadIdx.x; i < 16 * 64; i += 256) {
      tileA[i % 16][i / 16] = a[(row + i / 16) * n + k + i % 16];
      tileB[i / 64][i % 64] = b[(k + i / 64) * n + column + i % 64];
    }
    __syncthreads();
    for (int j = 0; j < 16; j++)
      for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) sum[y][x] += tileA[j][ty * 4 + y] * tileB[j][tx * 4 + x];
    __syncthreads();
  }
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 4; x++) c[(row + ty * 4 + y) * n + column + tx * 4 + x] = sum[y][x];
}

/// One step of a sparse product: a row a thread, rows of unequal length.
extern "C" __global__ void spmv(const int *starts, const int *columns, const double *values, const double *x, double *y, int rows) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  double sum = 0;
  for (int i = 7 * row; i < 7 * row + starts[row]; i++) sum += values[i] * x[columns[i]];
  y[row] = sum;
}

/// 64-bit integer mixing.
extern "C" __global__ void mix(const uint64_t *in, uint64_t *out, int n, int rounds) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  uint64_t z = in[i];
  for (int r = 0; r < rounds; r++) {
    z += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    z ^= z >> 31;
  }
  out[i] = z;
}

/// Bitonic sort of a block's keys in shared memory.
extern "C" __global__ void bitonic(unsigned *keys) {
  __shared__ unsigned shared[512];
  unsigned t = threadIdx.x, base = blockIdx.x * 512;
  shared[t] = keys[base + t], shared[t + 256] = keys[base + t + 256];
  for (unsigned size = 2; size <= 512; size *= 2)
    for (unsigned stride = size / 2; stride > 0; stride /= 2) {
      __syncthreads();
      unsigned low = 2 * t - (t & (stride - 1));
      bool down = (low & size) != 0;
      unsigned a = shared[low], b = shared[low + stride];
      if ((a > b) != down) shared[low] = b, shared[low + stride] = a;
    }
  __syncthreads();
  keys[base + t] = shared[t], keys[base + t + 256] = shared[t + 256];
}

/// Options by the formula of Black and Scholes.
extern "C" __global__ void options(const float *price, const float *strike, const float *years, float *call, float *put, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float s = 5 + 25 * price[i], x = 1 + 99 * strike[i], t = 0.25f + 9.75f * years[i], rate = 0.02f, volatility = 0.3f;
  float root = sqrtf(t), d1 = (logf(s / x) + (rate + 0.5f * volatility * volatility) * t) / (volatility * root), d2 = d1 - volatility * root;
  float n1 = 0.5f * erfcf(-0.70710678f * d1), n2 = 0.5f * erfcf(-0.70710678f * d2), discount = expf(-rate * t);
  call[i] = s * n1 - x * discount * n2;
  put[i] = x * discount * (1 - n2) - s * (1 - n1);
}

/// A walk with data-dependent branches and early exits.
extern "C" __global__ void collatz(const unsigned *in, unsigned *steps, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned value = in[i] + 1, count = 0;
  while (value != 1 && count < 500) {
    if (value & 1) {
      if (value > 0x55555554u) break;
      value = 3 * value + 1;
    } else {
      value >>= 1;
    }
    count++;
  }
  steps[i] = count;
}
