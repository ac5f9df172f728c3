// A program whose timer interrupts every system call, without SA_RESTART, while kernels are compiled, launched and waited for.
#include <cuda_runtime.h>

#include <csignal>
#include <cstdio>
#include <sys/time.h>
#include <vector>

__global__ void step(int *p, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) p[i] = p[i] * 3 + i;
}

static volatile sig_atomic_t interruptions;

#define CHECK(call)                                                              \
  do {                                                                           \
    cudaError_t error_ = (call);                                                 \
    if (error_ != cudaSuccess) {                                                 \
      printf("why: %s answers %s\n", #call, cudaGetErrorName(error_));           \
      return 1;                                                                  \
    }                                                                            \
  } while (0)

int main() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interruptions = interruptions + 1; };
  sigaction(SIGALRM, &action, nullptr);
  itimerval timer = {{0, 500}, {0, 500}};
  setitimer(ITIMER_REAL, &timer, nullptr);

  const int count = 3000;
  std::vector<int> host(count);
  for (int round = 0; round < 100; round++) {
    int *p = nullptr;
    cudaStream_t stream;
    cudaEvent_t event;
    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaEventCreateWithFlags(&event, cudaEventBlockingSync));
    CHECK(cudaMalloc(&p, count * sizeof(int)));
    CHECK(cudaMemsetAsync(p, 0, count * sizeof(int), stream));
    step<<<(count + 255) / 256, 256, 0, stream>>>(p, count);
    step<<<(count + 255) / 256, 256, 0, stream>>>(p, count);
    CHECK(cudaGetLastError());
    CHECK(cudaEventRecord(event, stream));
    CHECK(cudaEventSynchronize(event));
    CHECK(cudaMemcpy(host.data(), p, count * sizeof(int), cudaMemcpyDeviceToHost));
    for (int i = 0; i < count; i++)
      if (host[i] != 4 * i) {
        printf("why: round %d, element %d is %d\n", round, i, host[i]);
        return 1;
      }
    CHECK(cudaFree(p));
    CHECK(cudaEventDestroy(event));
    CHECK(cudaStreamDestroy(stream));
  }
  timer = {};
  setitimer(ITIMER_REAL, &timer, nullptr);
  printf("%d interruptions\n", int(interruptions));
  if (interruptions < 10) {
    printf("why: only %d interruptions came\n", int(interruptions));
    return 1;
  }
  return 0;
}
