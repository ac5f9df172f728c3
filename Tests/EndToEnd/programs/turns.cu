// Threads of one warp that wait for each other, as CUDA allows since Volta ("Independent Thread Scheduling").
#include <cstdio>
#include <cstdlib>
#include <vector>

static int failures = 0;
static void check(bool ok, const char *what) {
  std::printf("%s %s\n", ok ? "ok" : "FAIL", what);
  failures += !ok;
}
#define MUST(call) do { cudaError_t e = (call); if (e != cudaSuccess) { std::printf("FAIL %s: %s\n", #call, cudaGetErrorString(e)); std::exit(1); } } while (0)

// Every lane takes the lock, and lets go of it behind the loop.
__global__ void laneLock(int *lock, int *counter) {
  while (atomicCAS(lock, 0, 1) != 0) {}
  __threadfence();
  *(volatile int *)counter = *(volatile int *)counter + 1;
  __threadfence();
  atomicExch(lock, 0);
}

// A ticket for each lane; they are served in an order that has nothing to do with lanes.
__global__ void ticketLock(unsigned *next, volatile unsigned *serving, int *order) {
  unsigned ticket = atomicAdd(next, 1);
  while (*serving != ticket) {}
  __threadfence();
  order[ticket] = threadIdx.x;
  __threadfence();
  *serving = ticket + 1;
}

// Lanes hand a token down the warp, the last one first.
__global__ void chain(volatile int *token) {
  int lane = threadIdx.x;
  if (lane == blockDim.x - 1) *token = lane;
  else {
    while (*token != lane + 1) {}
    *token = lane;
  }
}

// A barrier that lanes of one warp reach in different branches.
__global__ void divergentBarrier(int *out) {
  __shared__ int cell[1024];
  int t = threadIdx.x;
  cell[t] = t;
  if (t % 3 == 0) {
    __syncthreads();
    out[t] = cell[(t + 1) % blockDim.x];
  } else if (t % 3 == 1) {
    cell[t] += 1000;
    __syncthreads();
    out[t] = cell[(t + 7) % blockDim.x];
  } else {
    __syncthreads();
    out[t] = cell[(t + 33) % blockDim.x];
  }
}

// Different numbers of rounds, with a full barrier in each: those that are done have left.
__global__ void leaving(int *out) {
  int t = threadIdx.x;
  int rounds = t % 5;
  for (int i = 0; i < rounds; i++) { atomicAdd(&out[i], 1); __syncthreads(); }
}

// Votes and shuffles wait for lanes that come by another way.
__global__ void meeting(int *lock, int *out) {
  int t = threadIdx.x, mine = 0;
  bool done = false;
  while (!done) {
    if (atomicCAS(lock, 0, 1) == 0) {
      __threadfence();
      mine = out[1024]++;
      __threadfence();
      atomicExch(lock, 0);
      done = true;
    }
  }
  __syncwarp();
  int sum = mine;
  for (int d = 16; d; d /= 2) sum += __shfl_xor_sync(~0u, sum, d);
  unsigned ballot = __ballot_sync(~0u, t & 1);
  out[t] = ballot == 0xaaaaaaaau ? sum : -1;
  int count = __syncthreads_count(mine >= 0), all = __syncthreads_and(t < 5000), some = __syncthreads_or(t == 77);
  if (count != blockDim.x || !all || !some) out[t] = -2;
}

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  int *memory;
  MUST(cudaMalloc(&memory, 1 << 20));
  std::vector<int> host(4096);
  auto clear = [&] { MUST(cudaMemset(memory, 0, 1 << 20)); };
  auto back = [&] { MUST(cudaDeviceSynchronize()); MUST(cudaMemcpy(host.data(), memory, host.size() * 4, cudaMemcpyDeviceToHost)); };

  clear();
  laneLock<<<4, 128>>>(memory, memory + 1);
  back();
  check(host[0] == 0 && host[1] == 512, "each lane takes a lock that it gives back behind its loop");

  clear();
  ticketLock<<<1, 96>>>((unsigned *)memory, (unsigned *)memory + 1, memory + 2);
  back();
  std::vector<int> seen(96);
  for (int i = 0; i < 96; i++) if (host[2 + i] >= 0 && host[2 + i] < 96) seen[host[2 + i]]++;
  bool once = true;
  for (int n : seen) once = once && n == 1;
  check(once && host[1] == 96, "tickets are served one lane after another");

  clear();
  chain<<<1, 64>>>(memory);
  back();
  check(host[0] == 0, "a token goes from the last lane to the first");

  clear();
  divergentBarrier<<<1, 1000>>>(memory);
  back();
  bool right = true;
  for (int t = 0; t < 1000; t++) {
    int from = (t + (t % 3 == 0 ? 1 : t % 3 == 1 ? 7 : 33)) % 1000;
    right = right && host[t] == from + (from % 3 == 1 ? 1000 : 0);
  }
  check(right, "a barrier is reached in three branches of every warp");

  clear();
  leaving<<<1, 320>>>(memory);
  back();
  check(host[0] == 256 && host[1] == 192 && host[2] == 128 && host[3] == 64, "threads that have ended are not waited for");

  clear();
  meeting<<<1, 256>>>(memory, memory + 1);
  back();
  long total = 0;
  right = true;
  for (int w = 0; w < 8; w++) {
    for (int l = 0; l < 32; l++) right = right && host[1 + w * 32 + l] == host[1 + w * 32];
    total += host[1 + w * 32];
  }
  check(right && total == 255 * 256 / 2, "warp-level operations and reducing barriers wait for lanes");
  return failures != 0;
}
