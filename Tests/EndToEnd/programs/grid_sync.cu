// Synchronisation of a whole grid by NVIDIA's cooperative_groups, launched with cudaLaunchCooperativeKernel.
#include <cooperative_groups.h>
#include <cstdio>
#include <cstdlib>
#include <vector>
namespace cg = cooperative_groups;
#define MUST(call) do { cudaError_t e = (call); if (e != cudaSuccess) { std::printf("FAIL %s: %s\n", #call, cudaGetErrorString(e)); std::exit(1); } } while (0)

// Each round, every thread takes the sum of its neighbours in the round before.
__global__ void rounds(unsigned *a, unsigned *b, int count, int times) {
  cg::grid_group grid = cg::this_grid();
  for (int r = 0; r < times; r++) {
    for (int i = grid.thread_rank(); i < count; i += grid.size()) b[i] = a[i] + a[(i + 1) % count] + a[(i + count - 1) % count];
    grid.sync();
    unsigned *t = a; a = b; b = t;
  }
}
__global__ void isValid(int *out) { *out = cg::this_grid().is_valid(); }

static bool run(int blocks, int threads, int count, int times) {
  std::vector<unsigned> host(count), next(count), got(count);
  for (int i = 0; i < count; i++) host[i] = i * 2654435761u;
  unsigned *a, *b;
  MUST(cudaMalloc(&a, count * 4));
  MUST(cudaMalloc(&b, count * 4));
  MUST(cudaMemcpy(a, host.data(), count * 4, cudaMemcpyHostToDevice));
  void *arguments[] = {&a, &b, &count, &times};
  MUST(cudaLaunchCooperativeKernel((void *)rounds, blocks, threads, arguments, 0, 0));
  MUST(cudaDeviceSynchronize());
  for (int r = 0; r < times; r++) {
    for (int i = 0; i < count; i++) next[i] = host[i] + host[(i + 1) % count] + host[(i + count - 1) % count];
    host.swap(next);
  }
  MUST(cudaMemcpy(got.data(), times % 2 ? b : a, count * 4, cudaMemcpyDeviceToHost));
  MUST(cudaFree(a));
  MUST(cudaFree(b));
  return got == host;
}

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  int failures = 0;
  auto check = [&](bool ok, const char *what) { std::printf("%s %s\n", ok ? "ok" : "FAIL", what); failures += !ok; };
  check(run(16, 128, 5000, 7), "16 blocks of 128 threads go on in step");
  check(run(5, 1024, 9000, 4), "5 blocks of 1024 threads go on in step");
  check(run(1, 33, 100, 3), "a grid of one block");
  int *out, valid[2];
  MUST(cudaMalloc(&out, 8));
  void *first[] = {&out};
  MUST(cudaLaunchCooperativeKernel((void *)isValid, 1, 1, first, 0, 0));
  int *second = out + 1;
  isValid<<<1, 1>>>(second);
  MUST(cudaMemcpy(valid, out, 8, cudaMemcpyDeviceToHost));
  check(valid[0] == 1, "a cooperative grid can synchronise");
  return failures != 0;
}
