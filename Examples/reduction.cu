// Sum and maximum of an array in one launch: each thread gathers with a grid stride, each warp reduces by shuffles, each
// block through shared memory, and the blocks meet in one atomic.
#include "check.h"

#include <algorithm>
#include <vector>

constexpr unsigned wholeWarp = 0xffffffff;

struct Sum {
  template <typename T>
  __device__ T operator()(T a, T b) const { return a + b; }
};
struct Maximum {
  template <typename T>
  __device__ T operator()(T a, T b) const { return a < b ? b : a; }
};

/// The combination of `value` over the block, in thread 0; `identity` leaves every value as it is.
template <typename T, typename Combine>
__device__ T reduceBlock(T value, T identity, Combine combine) {
  __shared__ T perWarp[32];
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (int distance = 16; distance > 0; distance /= 2)
    value = combine(value, __shfl_down_sync(wholeWarp, value, distance));
  if (lane == 0) perWarp[warp] = value;
  __syncthreads();
  if (warp == 0) {
    value = lane < (blockDim.x + 31) / 32 ? perWarp[lane] : identity;
    for (int distance = 16; distance > 0; distance /= 2)
      value = combine(value, __shfl_xor_sync(wholeWarp, value, distance));
  }
  __syncthreads();
  return value;
}

__global__ void reduce(const int *values, int count, unsigned long long *sum, int *maximum, float *scaledSum) {
  unsigned long long partialSum = 0;
  int partialMaximum = INT32_MIN;
  float partialScaled = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x) {
    partialSum += (unsigned long long)(long long)values[i];
    partialMaximum = max(partialMaximum, values[i]);
    partialScaled += values[i] * 0x1p-20f;
  }
  partialSum = reduceBlock(partialSum, 0ull, Sum());
  partialMaximum = reduceBlock(partialMaximum, INT32_MIN, Maximum());
  partialScaled = reduceBlock(partialScaled, 0.0f, Sum());
  if (threadIdx.x == 0) {
    atomicAdd(sum, partialSum);
    atomicMax(maximum, partialMaximum);
    atomicAdd(scaledSum, partialScaled);
  }
}

int main() {
  const int count = 2'000'003;
  std::vector<int> values(count);
  Random random(3);
  for (int &value : values) value = int(random.bits()) >> 8;  // both signs

  DeviceArray<int> deviceValues(count);
  deviceValues.upload(values.data());
  DeviceArray<unsigned long long> deviceSum(1);
  DeviceArray<int> deviceMaximum(1);
  DeviceArray<float> deviceScaled(1);
  unsigned long long sum = 0;
  int maximum = INT32_MIN;
  float scaled = 0;
  deviceSum.upload(&sum);
  deviceMaximum.upload(&maximum);
  deviceScaled.upload(&scaled);
  reduce<<<60, 256>>>(deviceValues.get(), count, deviceSum.get(), deviceMaximum.get(), deviceScaled.get());
  CHECK_LAUNCH();
  deviceSum.download(&sum);
  deviceMaximum.download(&maximum);
  deviceScaled.download(&scaled);

  long long expectedSum = 0;
  double magnitude = 0;
  for (int value : values) {
    expectedSum += value;
    magnitude += std::fabs(value * 0x1p-20);
  }
  Report report;
  report.computed("sum %lld, maximum %d and float sum %g of %d integers", (long long)sum, maximum, scaled, count);
  report.exact((long long)sum, expectedSum);
  report.exact(maximum, *std::max_element(values.begin(), values.end()));
  // The error of the float sum, relative to the sum of magnitudes.
  report.within(scaled, expectedSum * 0x1p-20, 1e-6, magnitude);
  return report.finish();
}
