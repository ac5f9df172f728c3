// Templates at work: Thrust sorts (radix sort of keys, merge sort by a comparison of our own, sort by key), scans and
// reduces.  All of it is NVIDIA's own header code, compiled into this program.
#include "check.h"

#include <thrust/device_vector.h>
#include <thrust/functional.h>
#include <thrust/host_vector.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sort.h>
#include <thrust/transform_reduce.h>

#include <algorithm>
#include <numeric>
#include <vector>

struct Point {
  short x, y;
  __host__ __device__ bool operator==(const Point &other) const { return x == other.x && y == other.y; }
};

/// By distance from the origin, then by x, then by y: a total order, so there is one right answer.
struct Nearer {
  __host__ __device__ bool operator()(const Point &a, const Point &b) const {
    int da = a.x * a.x + a.y * a.y, db = b.x * b.x + b.y * b.y;
    if (da != db) return da < db;
    return a.x != b.x ? a.x < b.x : a.y < b.y;
  }
};

struct Square {
  __host__ __device__ unsigned long long operator()(unsigned value) const { return 1ull * value * value; }
};

template <typename T>
void compare(Report &report, const thrust::device_vector<T> &device, const std::vector<T> &expected) {
  thrust::host_vector<T> got = device;
  report.exact(got.size(), expected.size());
  for (size_t i = 0; i < std::min(got.size(), expected.size()); i++) report.exact(got[i], expected[i]);
}

int main() {
  const int count = 60'007, pointCount = 8'191;
  Random random(8);
  std::vector<unsigned> keys(count), values(count);
  std::vector<Point> points(pointCount);
  for (unsigned &key : keys) key = random.bits();
  for (unsigned &value : values) value = random.bits() % 1000;
  for (Point &point : points) point = {short(random.bits() % 2001 - 1000), short(random.bits() % 2001 - 1000)};

  Report report;
  thrust::device_vector<unsigned> deviceKeys(keys.begin(), keys.end()), deviceValues(values.begin(), values.end());
  thrust::device_vector<unsigned> sums(count), exclusive(count);
  thrust::device_vector<Point> devicePoints(points.begin(), points.end());

  thrust::inclusive_scan(deviceValues.begin(), deviceValues.end(), sums.begin());
  thrust::exclusive_scan(deviceValues.begin(), deviceValues.end(), exclusive.begin(), 0u, thrust::maximum<unsigned>());
  unsigned total = thrust::reduce(deviceValues.begin(), deviceValues.end());
  unsigned long long squares = thrust::transform_reduce(deviceValues.begin(), deviceValues.end(), Square(), 0ull,
                                                        thrust::plus<unsigned long long>());
  thrust::sort_by_key(deviceKeys.begin(), deviceKeys.end(), deviceValues.begin());
  thrust::sort(devicePoints.begin(), devicePoints.end(), Nearer());

  report.computed("Thrust: %d keys and %d points sorted, %d values scanned; their sum is %u", count, pointCount, count, total);
  std::vector<unsigned> expected(count);
  std::partial_sum(values.begin(), values.end(), expected.begin());
  compare(report, sums, expected);
  unsigned largest = 0;
  for (int i = 0; i < count; i++) expected[i] = largest, largest = std::max(largest, values[i]);
  compare(report, exclusive, expected);
  report.exact(total, std::accumulate(values.begin(), values.end(), 0u));
  unsigned long long expectedSquares = 0;
  for (unsigned value : values) expectedSquares += Square()(value);
  report.exact(squares, expectedSquares);

  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; });
  std::vector<unsigned> sortedKeys(count), sortedValues(count);
  for (int i = 0; i < count; i++) sortedKeys[i] = keys[order[i]], sortedValues[i] = values[order[i]];
  compare(report, deviceKeys, sortedKeys);
  compare(report, deviceValues, sortedValues);
  std::sort(points.begin(), points.end(), Nearer());
  compare(report, devicePoints, points);
  return report.finish();
}
