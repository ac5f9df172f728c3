// A decoupled look-back scan with blocks of 1024 threads, of which one warp waits for earlier blocks while the others wait for it.
#include <cstdio>
#include <cstdlib>
#include <vector>
#define MUST(call) do { cudaError_t e = (call); if (e != cudaSuccess) { std::printf("FAIL %s: %s\n", #call, cudaGetErrorString(e)); std::exit(1); } } while (0)

constexpr int threads = 1024;
// Status in the upper word: 1 the block's own sum, 2 the sum of everything up to it.
__device__ unsigned nextTile;

__global__ void scan(const unsigned *in, unsigned *out, volatile unsigned long long *tiles, int count) {
  __shared__ unsigned tile, warpSums[32], before;
  if (threadIdx.x == 0) tile = atomicAdd(&nextTile, 1);
  __syncthreads();
  unsigned t = tile, i = t * threads + threadIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  unsigned value = i < count ? in[i] : 0, sum = value;
  for (int d = 1; d < 32; d *= 2) {
    unsigned other = __shfl_up_sync(~0u, sum, d);
    if (lane >= d) sum += other;
  }
  if (lane == 31) warpSums[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    unsigned s = warpSums[lane];
    for (int d = 1; d < 32; d *= 2) {
      unsigned other = __shfl_up_sync(~0u, s, d);
      if (lane >= d) s += other;
    }
    warpSums[lane] = s;
    unsigned total = __shfl_sync(~0u, s, 31);
    if (lane == 0) { __threadfence(); tiles[t] = (t == 0 ? 2ull : 1ull) << 32 | total; }
    unsigned prefix = 0;
    // Each lane looks at a tile of its own.
    for (int from = (int)t - 1; from >= 0; from -= 32) {
      int mine = from - (int)lane;
      unsigned long long state = 2ull << 32;
      if (mine >= 0) do state = tiles[mine]; while (state >> 32 == 0);
      unsigned whole = __ballot_sync(~0u, state >> 32 == 2);
      int last = whole ? __ffs(whole) - 1 : 31;
      unsigned part = (int)lane <= last ? (unsigned)state : 0;
      for (int d = 16; d; d /= 2) part += __shfl_xor_sync(~0u, part, d);
      prefix += part;
      if (whole) break;
    }
    if (lane == 0) { before = prefix; __threadfence(); tiles[t] = 2ull << 32 | (prefix + total); }
  }
  __syncthreads();
  if (i < count) out[i] = before + (warp ? warpSums[warp - 1] : 0) + sum;
}

int main() {
  const int count = 100 * threads + 37, tiles = (count + threads - 1) / threads;
  std::vector<unsigned> in(count), out(count);
  for (int i = 0; i < count; i++) in[i] = i * 2654435761u >> 20;
  unsigned *a, *b;
  unsigned long long *state;
  MUST(cudaMalloc(&a, count * 4));
  MUST(cudaMalloc(&b, count * 4));
  MUST(cudaMalloc(&state, tiles * 8));
  MUST(cudaMemset(state, 0, tiles * 8));
  MUST(cudaMemcpy(a, in.data(), count * 4, cudaMemcpyHostToDevice));
  scan<<<tiles, threads>>>(a, b, state, count);
  MUST(cudaDeviceSynchronize());
  MUST(cudaMemcpy(out.data(), b, count * 4, cudaMemcpyDeviceToHost));
  unsigned sum = 0;
  for (int i = 0; i < count; i++) {
    sum += in[i];
    if (out[i] != sum) { std::printf("FAIL element %d is %u, not %u\n", i, out[i], sum); return 1; }
  }
  std::printf("ok a look-back scan of %d tiles of 1024 threads\n", tiles);
}
