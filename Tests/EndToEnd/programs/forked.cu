// A child that is forked after its parent used CUDA: CUDA is lost to it, and must say so instead of hanging or crashing.
// A child that is forked before uses CUDA like any process.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

__global__ void fill(int *p, int value) { p[threadIdx.x] = value; }

static int use() {  // 0: right; 1: an error; 2: wrong
  int *p = nullptr, host[64] = {};
  if (cudaMalloc(&p, sizeof host) != cudaSuccess) return 1;
  fill<<<1, 64>>>(p, 77);
  if (cudaGetLastError() != cudaSuccess || cudaMemcpy(host, p, sizeof host, cudaMemcpyDeviceToHost) != cudaSuccess) return 1;
  return host[63] == 77 ? 0 : 2;
}

static int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

int main() {
  alarm(60);
  pid_t child = fork();
  if (child == 0) exit(use());
  int status = status_of(child);
  if (status != 0) printf("why: a child forked before any CUDA call ends with %#x\n", status);
  if (use() != 0) {
    printf("why: the parent's own work\n");
    return 1;
  }
  fflush(stdout);
  child = fork();
  if (child == 0) {
    alarm(20);
    exit(use());
  }
  int later = status_of(child);
  // NVIDIA answers cudaErrorInitializationError; working would be more than is asked for.
  if (!WIFEXITED(later) || WEXITSTATUS(later) > 1) printf("why: a child forked after CUDA calls ends with %#x\n", later);
  int again = use();
  if (again != 0) printf("why: the parent cannot go on after the child\n");
  return status != 0 || !WIFEXITED(later) || WEXITSTATUS(later) > 1 || again != 0;
}
