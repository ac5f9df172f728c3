// How often each byte occurs: every block counts in shared memory with atomics, then adds its counts to the global ones.
#include "check.h"

#include <vector>

constexpr int bins = 256;

__global__ void count(const unsigned char *bytes, int byteCount, unsigned *histogram) {
  __shared__ unsigned local[bins];
  for (int bin = threadIdx.x; bin < bins; bin += blockDim.x) local[bin] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < byteCount; i += gridDim.x * blockDim.x)
    atomicAdd(&local[bytes[i]], 1u);
  __syncthreads();
  for (int bin = threadIdx.x; bin < bins; bin += blockDim.x)
    if (local[bin] != 0) atomicAdd(&histogram[bin], local[bin]);
}

int main() {
  const int byteCount = 2'000'003;
  std::vector<unsigned char> bytes(byteCount);
  Random random(4);
  // Not uniform: the sum of two dice, so that some bins are contended and some stay empty.
  for (unsigned char &byte : bytes) byte = (unsigned char)(random.bits() % 100 + random.bits() % 100);

  DeviceArray<unsigned char> deviceBytes(byteCount);
  DeviceArray<unsigned> deviceHistogram(bins);
  deviceBytes.upload(bytes.data());
  CHECK(cudaMemset(deviceHistogram.get(), 0, bins * sizeof(unsigned)));
  count<<<64, 192>>>(deviceBytes.get(), byteCount, deviceHistogram.get());
  CHECK_LAUNCH();
  std::vector<unsigned> histogram(bins), expected(bins);
  deviceHistogram.download(histogram.data());

  for (unsigned char byte : bytes) expected[byte] += 1;
  int fullest = 0;
  for (int bin = 0; bin < bins; bin++)
    if (histogram[bin] > histogram[fullest]) fullest = bin;
  Report report;
  report.computed("a histogram of %d bytes; the fullest of %d bins is %d with %u", byteCount, bins, fullest,
                  histogram[fullest]);
  for (int bin = 0; bin < bins; bin++) report.exact(histogram[bin], expected[bin]);
  return report.finish();
}
