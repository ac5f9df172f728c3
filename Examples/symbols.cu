// Variables of a module: __constant__ and __device__ ones, with and without initial values, written and read by the host
// by name and by address, and shared by two kernels.
#include "check.h"

#include <vector>

constexpr int degree = 7;

__constant__ float coefficients[degree + 1];
__constant__ int shift = 41;                          // keeps its initial value
__device__ unsigned calls = 100;                      // starts at its initial value
__device__ double table[4] = {0.5, 1.5, 2.5, 3.5};    // the host changes the middle
__device__ int *indirect = nullptr;                   // the host stores a device address here
static __device__ int hidden[3];                      // a name of this file only

/// A polynomial by Horner's rule, its products and sums rounded one by one so that the CPU can agree exactly.
__global__ void evaluate(const float *x, float *y, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  float value = coefficients[degree];
  for (int k = degree - 1; k >= 0; k--) value = __fadd_rn(__fmul_rn(value, x[i]), coefficients[k]);
  y[i] = value;
  atomicAdd(&calls, 1u);
}

__global__ void gather(double *sum) {
  *sum = table[0] + table[1] * 10 + table[2] * 100 + table[3] * 1000;
  *indirect = shift + 1;
  for (int i = 0; i < 3; i++) hidden[i] = (i + 1) * shift;
  calls += 1000;
}

int main() {
  const int count = 10'001;
  Report report;
  float host[degree + 1];
  std::vector<float> x(count), y(count);
  Random random(7);
  for (float &value : host) value = float(random.uniform(-2, 2));
  for (float &value : x) value = float(random.uniform(-1, 1));

  // In two parts, the second at an offset in bytes.
  CHECK(cudaMemcpyToSymbol(coefficients, host, 3 * sizeof(float)));
  CHECK(cudaMemcpyToSymbol(coefficients, host + 3, (degree - 2) * sizeof(float), 3 * sizeof(float)));
  DeviceArray<float> deviceX(count), deviceY(count);
  deviceX.upload(x.data());
  evaluate<<<(count + 127) / 128, 128>>>(deviceX.get(), deviceY.get(), count);
  CHECK_LAUNCH();
  deviceY.download(y.data());

  const double middle[2] = {-1.25, 8.75};
  CHECK(cudaMemcpyToSymbol(table, middle, sizeof middle, sizeof(double)));
  DeviceArray<int> target(1);
  int *targetAddress = target.get();
  CHECK(cudaMemcpyToSymbol(indirect, &targetAddress, sizeof targetAddress));
  DeviceArray<double> deviceSum(1);
  gather<<<1, 1>>>(deviceSum.get());
  CHECK_LAUNCH();
  double sum = 0;
  int stored = 0, seen[3] = {};
  unsigned callsSeen = 0;
  deviceSum.download(&sum);
  target.download(&stored);
  CHECK(cudaMemcpyFromSymbol(seen, hidden, sizeof seen));
  CHECK(cudaMemcpyFromSymbol(&callsSeen, calls, sizeof callsSeen));

  // The address that the host asks for is the one that kernels use.
  void *address = nullptr;
  size_t size = 0;
  double throughAddress[4] = {};
  CHECK(cudaGetSymbolAddress(&address, table));
  CHECK(cudaGetSymbolSize(&size, table));
  CHECK(cudaMemcpy(throughAddress, address, sizeof throughAddress, cudaMemcpyDeviceToHost));

  report.computed("%d values of a polynomial in __constant__ memory, and six module variables by name and address", count);
  for (int i = 0; i < count; i++) {
    float value = host[degree];
    for (int k = degree - 1; k >= 0; k--) {
      float scaled = value * x[i];
      value = scaled + host[k];
    }
    report.exact(y[i], value);
  }
  report.exact(sum, 0.5 - 12.5 + 875.0 + 3500.0);
  report.exact(stored, 42);
  for (int i = 0; i < 3; i++) report.exact(seen[i], (i + 1) * 41);
  report.exact(callsSeen, 100u + count + 1000u);
  report.exact(size, sizeof table);
  const double expected[4] = {0.5, -1.25, 8.75, 3.5};
  for (int i = 0; i < 4; i++) report.exact(throughAddress[i], expected[i]);
  return report.finish();
}
