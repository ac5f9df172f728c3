// A null kernel and a wait, again and again, through a runtime: the same program for HIP (AMD's libraries) and CUDA (Carmine's).
// Prints medians in microseconds, and what part of a core an idle process with its queues open takes.
//   nvcc round_trip.cu; hipcc -x hip round_trip.cu
#ifdef __HIP__
#include <hip/hip_runtime.h>
#define cudaDeviceSynchronize hipDeviceSynchronize
#define cudaSetDeviceFlags hipSetDeviceFlags
#define cudaDeviceScheduleSpin hipDeviceScheduleSpin
#define cudaSuccess hipSuccess
#define NAME "hip"
#else
#define NAME "cuda"
#endif
#include <ctime>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

__global__ void null() {}

static double now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}
static double once() {
  double start = now(CLOCK_MONOTONIC);
  null<<<1, 64>>>();
  if (cudaDeviceSynchronize() != cudaSuccess) std::printf("%s: a launch failed\n", NAME);
  return now(CLOCK_MONOTONIC) - start;
}
static double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

int main() {
  (void)cudaSetDeviceFlags(cudaDeviceScheduleSpin);
  for (int i = 0; i < 100; i++) once();
  std::vector<double> busy, idle;
  for (int i = 0; i < 5000; i++) busy.push_back(once());
  for (int i = 0; i < 40; i++) { usleep(30000); idle.push_back(once()); }
  usleep(1500000);
  double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
  usleep(3000000);
  std::printf("%s: null kernel and wait, median %.2f us; after 30 ms of nothing %.2f us; idle %.3f %% of a core\n", NAME, median(busy), median(idle),
              100 * (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (now(CLOCK_MONOTONIC) - wall));
}
