// The smallest whole program: copy in, add, copy out.  The length is not a multiple of the block size, so the last block
// has threads with nothing to do.
#include "check.h"

#include <vector>

__global__ void add(const float *a, const float *b, float *sum, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) sum[i] = a[i] + b[i];
}

int main() {
  const int count = 1'000'003, threads = 256;
  std::vector<float> a(count), b(count), sum(count);
  Random random(1);
  for (int i = 0; i < count; i++) {
    a[i] = float(random.uniform(-1000, 1000));
    b[i] = float(random.uniform(-1000, 1000));
  }

  DeviceArray<float> deviceA(count), deviceB(count), deviceSum(count);
  deviceA.upload(a.data());
  deviceB.upload(b.data());
  add<<<(count + threads - 1) / threads, threads>>>(deviceA.get(), deviceB.get(), deviceSum.get(), count);
  CHECK_LAUNCH();
  deviceSum.download(sum.data());

  Report report;
  report.computed("%d sums of two floats", count);
  for (int i = 0; i < count; i++) report.exact(sum[i], a[i] + b[i]);
  return report.finish();
}
