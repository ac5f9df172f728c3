// C = A x B by square tiles in shared memory.  No dimension is a multiple of the tile: edges are padded with zeros.
#include "check.h"

#include <vector>

constexpr int tile = 16;

/// `a` is rows x depth, `b` is depth x columns, `c` is rows x columns, all row-major.
__global__ void multiply(const float *a, const float *b, float *c, int rows, int depth, int columns) {
  __shared__ float tileA[tile][tile];
  __shared__ float tileB[tile][tile];
  int x = threadIdx.x, y = threadIdx.y;
  int column = blockIdx.x * tile + x, row = blockIdx.y * tile + y;
  float sum = 0;
  for (int start = 0; start < depth; start += tile) {
    tileA[y][x] = row < rows && start + x < depth ? a[row * depth + start + x] : 0;
    tileB[y][x] = start + y < depth && column < columns ? b[(start + y) * columns + column] : 0;
    __syncthreads();
    for (int k = 0; k < tile; k++) sum += tileA[y][k] * tileB[k][x];
    __syncthreads();
  }
  if (row < rows && column < columns) c[row * columns + column] = sum;
}

int main() {
  const int rows = 301, depth = 203, columns = 277;
  std::vector<float> a(rows * depth), b(depth * columns), c(rows * columns);
  Random random(2);
  for (float &value : a) value = float(random.uniform(-1, 1));
  for (float &value : b) value = float(random.uniform(-1, 1));

  DeviceArray<float> deviceA(a.size()), deviceB(b.size()), deviceC(c.size());
  deviceA.upload(a.data());
  deviceB.upload(b.data());
  dim3 block(tile, tile), grid((columns + tile - 1) / tile, (rows + tile - 1) / tile);
  multiply<<<grid, block>>>(deviceA.get(), deviceB.get(), deviceC.get(), rows, depth, columns);
  CHECK_LAUNCH();
  deviceC.download(c.data());

  Report report;
  report.computed("a %d x %d by %d x %d float matrix product", rows, depth, depth, columns);
  std::vector<double> sums(columns);
  for (int row = 0; row < rows; row++) {
    for (double &sum : sums) sum = 0;
    for (int k = 0; k < depth; k++)
      for (int column = 0; column < columns; column++)
        sums[column] += double(a[row * depth + k]) * b[k * columns + column];
    // A float sum of 203 products below 1: rounding stays far under 1e-4, a product left out does not.
    for (int column = 0; column < columns; column++) report.within(c[row * columns + column], sums[column], 1e-4);
  }
  return report.finish();
}
