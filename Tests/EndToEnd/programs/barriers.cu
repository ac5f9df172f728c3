// Barriers by number and count, mbarrier objects, and asynchronous copies, in the words of PTX.
#include <cstdio>
#include <cstdlib>
#include <vector>
static int failures = 0;
static void check(bool ok, const char *what) { std::printf("%s %s\n", ok ? "ok" : "FAIL", what); failures += !ok; }
#define MUST(call) do { cudaError_t e = (call); if (e != cudaSuccess) { std::printf("FAIL %s: %s\n", #call, cudaGetErrorString(e)); std::exit(1); } } while (0)
static __device__ unsigned at(const void *p) { return (unsigned)__cvta_generic_to_shared(p); }

// Warps 0 and 1 produce, 2 and 3 consume: each waits at one barrier and only arrives at the other.
__global__ void pipeline(int *out, int rounds) {
  __shared__ int cell[64];
  int t = threadIdx.x;
  if (t < 64) {
    for (int r = 0; r < rounds; r++) {
      asm volatile("bar.sync 1, 128;" ::: "memory");   // empty
      cell[t] = r * 100 + t;
      asm volatile("bar.arrive 2, 128;" ::: "memory"); // full
    }
  } else {
    asm volatile("bar.arrive 1, 128;" ::: "memory");
    for (int r = 0; r < rounds; r++) {
      asm volatile("bar.sync 2, 128;" ::: "memory");
      out[r * 64 + t - 64] = cell[127 - t];
      if (r + 1 < rounds) asm volatile("bar.arrive 1, 128;" ::: "memory");
    }
  }
}
// Each pair of warps has its own barrier, whose number is in a register; the reductions are among 64.
__global__ void pairs(int *out) {
  int t = threadIdx.x, pair = t / 64, popc, any, all;
  asm volatile("{.reg .pred p, q; setp.eq.s32 p, %3, 3; setp.ne.s32 q, %3, 3;\n"
    "barrier.cta.red.popc.u32 %0, %4, 64, p;\n"
    "barrier.cta.red.or.pred p, %4, 64, p; selp.b32 %1, 1, 0, p;\n"
    "barrier.cta.red.and.pred q, %4, 64, q; selp.b32 %2, 1, 0, q; }"
    : "=r"(popc), "=r"(any), "=r"(all) : "r"(t % 7), "r"(pair + 4) : "memory");
  out[t] = popc * 4 + any * 2 + all;
}
// Halves of one warp at different barrier instructions of one number.
__global__ void halves(int *out) {
  __shared__ int cell[64];
  int t = threadIdx.x;
  if (t % 2) { cell[t] = t; asm volatile("barrier.sync 5, 64;" ::: "memory"); out[t] = cell[t ^ 1]; }
  else { cell[t] = t * 10; asm volatile("barrier.sync 5, 64;" ::: "memory"); out[t] = cell[t ^ 1]; }
}
__global__ void counted(int *out, int n) {  // a barrier for all, and threads that end
  __shared__ int cell[4];
  int t = threadIdx.x;
  if (t < 4) cell[t] = 0;
  asm volatile("barrier.sync 0;" ::: "memory");
  if (t >= n) return;
  atomicAdd(&cell[1], 1);
  if (t < 32) { asm volatile("bar.sync 3, 32;" ::: "memory"); }
  asm volatile("barrier.sync 0;" ::: "memory");
  out[t] = cell[1];
}
#if __CUDA_ARCH__ >= 900 || !defined(__CUDA_ARCH__)
__global__ void objects(unsigned long long *out) {
  __shared__ unsigned long long bar[2];
  unsigned long long s, u;
  unsigned p;
  if (threadIdx.x == 0) {
    asm volatile("mbarrier.init.shared.b64 [%0], 3;" :: "r"(at(bar)));
    asm volatile("mbarrier.arrive.shared.b64 %0, [%1];" : "=l"(s) : "r"(at(bar)));
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(p) : "l"(s));
    out[0] = p;                                                                    // 3
    asm volatile("mbarrier.arrive.shared.b64 %0, [%1], 1;" : "=l"(u) : "r"(at(bar)));
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(p) : "l"(u));
    out[1] = p;                                                                    // 2
    asm volatile("{.reg .pred q; mbarrier.test_wait.shared.b64 q, [%1], %2; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)), "l"(s));
    out[2] = p;                                                                    // 0
    asm volatile("mbarrier.arrive_drop.shared.b64 %0, [%1];" : "=l"(u) : "r"(at(bar)));
    asm volatile("{.reg .pred q; mbarrier.test_wait.shared.b64 q, [%1], %2; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)), "l"(s));
    out[3] = p;                                                                    // 1
    asm volatile("{.reg .pred q; mbarrier.test_wait.parity.shared.b64 q, [%1], 0; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)));
    out[4] = p;                                                                    // 1: phase 0 is over
    asm volatile("{.reg .pred q; mbarrier.test_wait.parity.shared.b64 q, [%1], 1; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)));
    out[5] = p;                                                                    // 0: phase 1 is not
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 %0, [%1], 64;" : "=l"(s) : "r"(at(bar)));
    asm volatile("mbarrier.pending_count.b64 %0, %1;" : "=r"(p) : "l"(s));
    out[6] = p;                                                                    // 2: one has dropped out
    asm volatile("mbarrier.arrive.shared.b64 %0, [%1];" : "=l"(u) : "r"(at(bar)));
    asm volatile("{.reg .pred q; mbarrier.try_wait.parity.shared.b64 q, [%1], 1; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)));
    out[7] = p;                                                                    // 0: bytes are to come
    asm volatile("mbarrier.complete_tx.relaxed.cta.shared::cta.b64 [%0], 64;" :: "r"(at(bar)));
    asm volatile("{.reg .pred q; mbarrier.try_wait.parity.shared.b64 q, [%1], 1; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(bar)));
    out[8] = p;                                                                    // 1
    asm volatile("mbarrier.inval.shared.b64 [%0];" :: "r"(at(bar)));
  }
}
// All threads arrive and wait, phase after phase.
__global__ void phases(int *out, int rounds) {
  __shared__ unsigned long long bar;
  __shared__ int cell[256];
  int t = threadIdx.x;
  if (t == 0) asm volatile("mbarrier.init.shared.b64 [%0], %1;" :: "r"(at(&bar)), "r"(blockDim.x));
  __syncthreads();
  int sum = 0;
  for (int r = 0; r < rounds; r++) {
    cell[t] = t * r;
    for (int half = 0; half < 2; half++) {
      unsigned long long s;
      asm volatile("mbarrier.arrive.shared.b64 %0, [%1];" : "=l"(s) : "r"(at(&bar)) : "memory");
      unsigned p = 0;
      while (!p) asm volatile("{.reg .pred q; mbarrier.try_wait.shared.b64 q, [%1], %2; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(&bar)), "l"(s) : "memory");
      if (half == 0) sum += cell[(t * 7 + r) % blockDim.x];
    }
  }
  out[t] = sum;
}
__global__ void copies(const int *in, int *out) {
  __shared__ __align__(16) int cell[1024];
  int t = threadIdx.x;  // 64
  for (int i = t; i < 1024; i += 64) cell[i] = -1;
  __syncthreads();
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" :: "r"(at(cell + t)), "l"(in + t) : "memory");
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" :: "r"(at(cell + 64 + 2 * t)), "l"(in + 64 + 2 * t), "r"(t % 9) : "memory");
  asm volatile("cp.async.commit_group;");
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" :: "r"(at(cell + 192 + 4 * t)), "l"(in + 192 + 4 * t), "r"(t % 17) : "memory");
  asm volatile("{.reg .pred p; setp.eq.s32 p, %2, 1; cp.async.cg.shared.global [%0], [%1], 16, p;}" :: "r"(at(cell + 448 + 4 * t)), "l"(in + 448 + 4 * t), "r"(t & 1) : "memory");
  asm volatile("cp.async.commit_group; cp.async.wait_group 0; cp.async.wait_all;" ::: "memory");
  __syncthreads();
  for (int i = t; i < 1024; i += 64) out[i] = cell[i];
}
// One thread copies in by an mbarrier, all change what came, one copies out.
__global__ void bulk(const int *in, int *out, int *sums) {
  __shared__ __align__(128) int cell[512];
  __shared__ unsigned long long bar;
  int t = threadIdx.x;
  if (t == 0) {
    asm volatile("mbarrier.init.shared.b64 [%0], 1;" :: "r"(at(&bar)));
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    asm volatile("{.reg .b64 s; mbarrier.arrive.expect_tx.shared.b64 s, [%0], 2048;}" :: "r"(at(&bar)) : "memory");
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], 1024, [%2];" :: "r"(at(cell)), "l"(in), "r"(at(&bar)) : "memory");
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], 1024, [%2];" :: "r"(at(cell + 256)), "l"(in + 256), "r"(at(&bar)) : "memory");
  }
  __syncthreads();
  unsigned p = 0;
  while (!p) asm volatile("{.reg .pred q; mbarrier.try_wait.parity.shared.b64 q, [%1], 0; selp.b32 %0, 1, 0, q;}" : "=r"(p) : "r"(at(&bar)) : "memory");
  for (int i = t; i < 512; i += blockDim.x) cell[i] = cell[i] * 3 + 1;
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  __syncthreads();
  if (t == 0) {
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], 2048;" :: "l"(out), "r"(at(cell)) : "memory");
    asm volatile("cp.reduce.async.bulk.global.shared::cta.bulk_group.add.s32 [%0], [%1], 2048;" :: "l"(sums), "r"(at(cell)) : "memory");
    asm volatile("cp.reduce.async.bulk.global.shared::cta.bulk_group.max.s32 [%0], [%1], 2048;" :: "l"(sums + 512), "r"(at(cell)) : "memory");
    asm volatile("cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;" ::: "memory");
  }
}
#else
__global__ void objects(unsigned long long *) {}
__global__ void phases(int *, int) {}
__global__ void copies(const int *, int *) {}
__global__ void bulk(const int *, int *, int *) {}
#endif

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  int *memory, *input;
  MUST(cudaMalloc(&memory, 1 << 20));
  MUST(cudaMalloc(&input, 1 << 16));
  std::vector<int> host(4096), in(4096);
  for (int i = 0; i < 4096; i++) in[i] = i * 2654435761u >> 8;
  MUST(cudaMemcpy(input, in.data(), in.size() * 4, cudaMemcpyHostToDevice));
  auto clear = [&] { MUST(cudaMemset(memory, 0, 1 << 20)); };
  auto back = [&] { MUST(cudaDeviceSynchronize()); MUST(cudaMemcpy(host.data(), memory, host.size() * 4, cudaMemcpyDeviceToHost)); };
  bool right;

  clear(); pipeline<<<1, 128>>>(memory, 20); back();
  right = true;
  for (int r = 0; r < 20; r++) for (int i = 0; i < 64; i++) right = right && host[r * 64 + i] == r * 100 + 63 - i;
  check(right, "producers and consumers, with arrivals at named barriers");

  clear(); pairs<<<1, 256>>>(memory); back();
  right = true;
  for (int t = 0; t < 256; t++) {
    int n = 0;
    for (int i = t / 64 * 64; i < t / 64 * 64 + 64; i++) n += i % 7 == 3;
    right = right && host[t] == n * 4 + 2;
  }
  check(right, "reductions at barriers for 64 threads, numbered in a register");

  clear(); halves<<<1, 64>>>(memory); back();
  right = true;
  for (int t = 0; t < 64; t++) right = right && host[t] == (t % 2 ? (t - 1) * 10 : t + 1);
  check(right, "lanes of a warp at two instructions of one counted barrier");

  clear(); counted<<<1, 160>>>(memory, 100); back();
  check(host[0] == 100 && host[99] == 100 && host[100] == 0, "a barrier of all threads beside a counted one, with threads that have ended");

  clear(); objects<<<1, 32>>>((unsigned long long *)memory); back();
  const long long wanted[] = {3, 2, 0, 1, 1, 0, 2, 0, 1};
  right = true;
  for (int i = 0; i < 9; i++) if (((long long *)host.data())[i] != wanted[i]) { right = false; std::printf("  answer %d is %lld\n", i, ((long long *)host.data())[i]); }
  check(right, "an mbarrier's phases, arrivals and bytes");

  for (int threads : {32, 256}) {
    clear(); phases<<<1, threads>>>(memory, 10); back();
    right = true;
    for (int t = 0; t < threads; t++) {
      int sum = 0;
      for (int r = 0; r < 10; r++) sum += (t * 7 + r) % threads * r;
      right = right && host[t] == sum;
    }
    check(right, "threads wait at an mbarrier, phase after phase");
  }

  clear(); copies<<<1, 64>>>(input, memory); back();
  right = true;
  auto byte = [](int word, int index) { return word >> 8 * index & 255; };
  for (int i = 0; i < 1024; i++) {
    int want = -1;
    if (i < 64) want = in[i];
    else if (i < 192) { int t = (i - 64) / 2, have = t % 9 - (i - 64) % 2 * 4; want = 0; for (int k = 0; k < 4 && k < have; k++) want |= byte(in[i], k) << 8 * k; }
    else if (i < 448) { int t = (i - 192) / 4, have = t % 17 - (i - 192) % 4 * 4; want = 0; for (int k = 0; k < 4 && k < have; k++) want |= byte(in[i], k) << 8 * k; }
    else if (i < 704) { int t = (i - 448) / 4; want = t & 1 ? 0 : in[i]; }
    if (host[i] != want) { if (right) std::printf("  word %d is %x, not %x\n", i, host[i], want); right = false; }
  }
  check(right, "cp.async of 4, 8 and 16 bytes, with fewer to read, and ignored");

  clear(); bulk<<<1, 96>>>(input, memory, memory + 512); back();
  right = true;
  for (int i = 0; i < 512; i++) {
    int v = (int)((unsigned)in[i] * 3 + 1);
    right = right && host[i] == v && host[512 + i] == v && host[1024 + i] == (v > 0 ? v : 0);
  }
  check(right, "cp.async.bulk in and out, and its reductions");
  return failures != 0;
}
