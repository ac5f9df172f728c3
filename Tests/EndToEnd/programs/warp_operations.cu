// Operations across a warp: every mode, segments, partial masks, and lanes in different branches; against plain arithmetic.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
static int failures = 0;
static void check(bool ok, const char *what) { std::printf("%s %s\n", ok ? "ok" : "FAIL", what); failures += !ok; }
#define MUST(call) do { cudaError_t e = (call); if (e != cudaSuccess) { std::printf("FAIL %s: %s\n", #call, cudaGetErrorString(e)); std::exit(1); } } while (0)

static __host__ __device__ unsigned value(unsigned t) { return (t * 2654435761u) >> 3; }

// For each mode, distance and width: the value and whether it was in range.
__global__ void shuffles(unsigned *out) {
  unsigned t = threadIdx.x, v = value(t), *o = out + t * 4 * 34 * 6 * 2, n = 0;
  for (int width = 1; width <= 32; width *= 2)
    for (int d = 0; d < 34; d++) {
      unsigned r, p, down = (32 - width) << 8 | 31, up = (32 - width) << 8;
#define SHUFFLE(mode, c) \
      asm volatile("{.reg .pred q; shfl.sync." mode ".b32 %0|q, %2, %3, %4, -1; selp.b32 %1, 1, 0, q;}" : "=r"(r), "=r"(p) : "r"(v), "r"(d), "r"(c)); \
      o[n++] = r; o[n++] = p;
      SHUFFLE("up", up) SHUFFLE("down", down) SHUFFLE("bfly", down) SHUFFLE("idx", down)
    }
}
// Lanes of two kinds vote and match among themselves.
__global__ void subsets(unsigned *out) {
  unsigned t = threadIdx.x, lane = t % 32, *o = out + t * 8, r[8];
  unsigned odd = 0x5a5a1234u, mask = odd >> lane & 1 ? odd : ~odd;
  if (mask == odd) {
    r[0] = __ballot_sync(odd, value(t) & 1);
    r[1] = __any_sync(odd, value(t) % 5 == 0) | __all_sync(odd, value(t) < 1u << 30) << 1 | __all_sync(odd, lane == 2) << 2;
    r[2] = __match_any_sync(odd, value(t) % 3);
    int p;
    r[3] = __match_all_sync(odd, 7ull << 40, &p);
    r[3] ^= p ? 0 : 0x80000000u;
    r[4] = __shfl_sync(odd, value(t), 2);
    r[5] = __activemask() & odd;
  } else {
    r[0] = __ballot_sync(~odd, value(t) & 2);
    r[1] = __any_sync(~odd, value(t) % 7 == 0) | __all_sync(~odd, value(t) < 1u << 30) << 1 | __all_sync(~odd, lane == 0) << 2;
    r[2] = __match_any_sync(~odd, value(t) % 4);
    int p;
    r[3] = __match_all_sync(~odd, (unsigned long long)lane << 40, &p);
    r[3] ^= p ? 0 : 0x80000000u;
    r[4] = __shfl_sync(~odd, value(t), 0);
    r[5] = __activemask() & ~odd;
  }
  r[6] = mask;
  r[7] = 0;
  for (int i = 0; i < 8; i++) o[i] = r[i];
}
__global__ void reductions(unsigned *out) {
#if __CUDA_ARCH__ >= 800
  unsigned t = threadIdx.x, lane = t % 32, v = value(t) * (t & 1 ? -1 : 1), *o = out + t * 10;
  unsigned mask = t < 32 ? ~0u : lane < 13 ? 0x1fff : 0xffffe000u;
  if (t < 32 || lane < 13) {
    o[0] = __reduce_add_sync(mask, v); o[1] = __reduce_min_sync(mask, v); o[2] = __reduce_max_sync(mask, v);
    o[3] = __reduce_min_sync(mask, (int)v); o[4] = __reduce_max_sync(mask, (int)v);
    o[5] = __reduce_and_sync(mask, v | 0xff); o[6] = __reduce_or_sync(mask, v); o[7] = __reduce_xor_sync(mask, v);
  } else {
    o[0] = __reduce_add_sync(mask, v); o[1] = __reduce_min_sync(mask, v); o[2] = __reduce_max_sync(mask, v);
    o[3] = __reduce_min_sync(mask, (int)v); o[4] = __reduce_max_sync(mask, (int)v);
    o[5] = __reduce_and_sync(mask, v | 0xff); o[6] = __reduce_or_sync(mask, v); o[7] = __reduce_xor_sync(mask, v);
  }
  o[8] = mask;
  unsigned e = 0, p = 0;
#if __CUDA_ARCH__ >= 900
  asm volatile("{.reg .pred q; elect.sync %0|q, -1; selp.b32 %1, 1, 0, q;}" : "=r"(e), "=r"(p));
#else
  p = lane == 0;
#endif
  o[9] = e * 2 + p;
#endif
}

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int threads = 96, each = 4 * 34 * 6 * 2;
  unsigned *memory;
  MUST(cudaMalloc(&memory, threads * each * 4));
  std::vector<unsigned> host(threads * each);
  auto back = [&] { MUST(cudaDeviceSynchronize()); MUST(cudaMemcpy(host.data(), memory, host.size() * 4, cudaMemcpyDeviceToHost)); };

  shuffles<<<1, threads>>>(memory); back();
  bool right = true;
  for (int t = 0; t < threads; t++) {
    const unsigned *o = &host[t * each];
    for (int width = 1; width <= 32; width *= 2)
      for (int d = 0; d < 34; d++)
        for (int mode = 0; mode < 4; mode++, o += 2) {
          int lane = t % 32, first = lane / width * width, b = d % 32, from = lane;  // distances are taken modulo 32
          bool inside = true;
          if (mode == 0) { from = lane - b; inside = from >= first; }
          if (mode == 1) { from = lane + b; inside = from < first + width; }
          if (mode == 2) { from = lane ^ b; inside = from < first + width; }
          if (mode == 3) { from = first + b % width; }
          if (!inside) from = lane;
          if (o[0] != value(t - lane + from) || o[1] != inside) {
            if (right) std::printf("  thread %d width %d distance %d mode %d: %x %u\n", t, width, d, mode, o[0], o[1]);
            right = false;
          }
        }
  }
  check(right, "shuffles of every mode, distance and width");

  subsets<<<1, threads>>>(memory); back();
  right = true;
  for (int t = 0; t < threads; t++) {
    const unsigned *o = &host[t * 8];
    unsigned mask = o[6], ballot = 0, any = 0, all = 2, alone = 4, same = 0;
    bool isOdd = mask == 0x5a5a1234u;
    int base = t / 32 * 32;
    for (int l = 0; l < 32; l++) {
      if (!(mask >> l & 1)) continue;
      unsigned v = value(base + l);
      ballot |= ((isOdd ? v & 1 : v & 2) != 0) << l;
      any |= v % (isOdd ? 5 : 7) == 0;
      if (v >= 1u << 30) all = 0;
      if (l != (isOdd ? 2 : 0)) alone = 0;
      if (v % (isOdd ? 3 : 4) == value(t) % (isOdd ? 3 : 4)) same |= 1u << l;
    }
    unsigned every = isOdd ? mask : 0x80000000u;
    right = right && o[0] == ballot && o[1] == (any | all | alone) && o[2] == same && o[3] == every && o[4] == value(base + (isOdd ? 2 : 0)) && o[5] == mask;
  }
  check(right, "votes and matches among some lanes of a warp, in different branches");

  MUST(cudaMemset(memory, 0xee, 4096));
  reductions<<<1, 64>>>(memory); back();
  right = true;
  for (int t = 0; t < 64; t++) {
    const unsigned *o = &host[t * 10];
    unsigned mask = o[8], sum = 0, least = ~0u, most = 0, conjunction = ~0u, disjunction = 0, exclusive = 0;
    if (mask == 0xeeeeeeeeu) { std::printf("  (compiled for a target without redux)\n"); break; }
    int lowest = 0x7fffffff, highest = -lowest - 1;
    for (int l = 0; l < 32; l++) {
      if (!(mask >> l & 1)) continue;
      unsigned u = t / 32 * 32 + l, v = value(u) * (u & 1 ? -1 : 1);
      sum += v; least = v < least ? v : least; most = v > most ? v : most;
      lowest = (int)v < lowest ? v : lowest; highest = (int)v > highest ? v : highest;
      conjunction &= v | 0xff; disjunction |= v; exclusive ^= v;
    }
    right = right && o[0] == sum && o[1] == least && o[2] == most && (int)o[3] == lowest && (int)o[4] == highest && o[5] == conjunction
      && o[6] == disjunction && o[7] == exclusive && o[9] == (t % 32 == 0);
  }
  check(right, "reductions among lanes of a warp, and one that is elected");
  return failures != 0;
}
