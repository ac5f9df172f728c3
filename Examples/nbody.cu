// One step of gravity among all pairs of bodies, in float and in double, through tiles of bodies in shared memory.
#include "check.h"

#include <vector>

constexpr int tile = 128;

template <typename T>
struct alignas(4 * sizeof(T)) Body {
  T x, y, z, mass;
};
template <typename T>
struct Velocity {
  T x, y, z;
};

template <typename T>
__device__ inline T inverseRoot(T value);
template <>
__device__ inline float inverseRoot(float value) { return rsqrtf(value); }
template <>
__device__ inline double inverseRoot(double value) { return rsqrt(value); }

/// One block-wide tile at a time; `count` need not be a multiple of the tile.
template <typename T>
__global__ void step(const Body<T> *from, Body<T> *to, Velocity<T> *velocities, int count, T softening, T timeStep) {
  __shared__ Body<T> others[tile];
  int i = blockIdx.x * tile + threadIdx.x;
  Body<T> self = i < count ? from[i] : Body<T>{0, 0, 0, 0};
  T ax = 0, ay = 0, az = 0;
  for (int start = 0; start < count; start += tile) {
    int other = start + threadIdx.x;
    others[threadIdx.x] = other < count ? from[other] : Body<T>{0, 0, 0, 0};
    __syncthreads();
    for (int k = 0; k < tile; k++) {
      T dx = others[k].x - self.x, dy = others[k].y - self.y, dz = others[k].z - self.z;
      T inverse = inverseRoot(dx * dx + dy * dy + dz * dz + softening);
      T strength = others[k].mass * inverse * inverse * inverse;
      ax += dx * strength, ay += dy * strength, az += dz * strength;
    }
    __syncthreads();
  }
  if (i >= count) return;
  Velocity<T> v = velocities[i];
  v.x += ax * timeStep, v.y += ay * timeStep, v.z += az * timeStep;
  velocities[i] = v;
  to[i] = {self.x + v.x * timeStep, self.y + v.y * timeStep, self.z + v.z * timeStep, self.mass};
}

/// Runs one step on the device and compares it with the same sums in double on the CPU; returns the largest speed.
template <typename T>
double run(Report &report, int count, double allowed) {
  const T softening = T(0.0009765625), timeStep = T(0.0078125);
  std::vector<Body<T>> bodies(count), moved(count);
  std::vector<Velocity<T>> before(count), after(count);
  Random random(5);
  for (int i = 0; i < count; i++) {
    bodies[i] = {T(random.uniform(-1, 1)), T(random.uniform(-1, 1)), T(random.uniform(-1, 1)), T(random.uniform(0.1, 1))};
    before[i] = {T(random.uniform(-1, 1)), T(random.uniform(-1, 1)), T(random.uniform(-1, 1))};
  }
  DeviceArray<Body<T>> from(count), to(count);
  DeviceArray<Velocity<T>> velocities(count);
  from.upload(bodies.data());
  velocities.upload(before.data());
  step<T><<<(count + tile - 1) / tile, tile>>>(from.get(), to.get(), velocities.get(), count, softening, timeStep);
  CHECK_LAUNCH();
  to.download(moved.data());
  velocities.download(after.data());

  double fastest = 0;
  for (int i = 0; i < count; i++) {
    double a[3] = {0, 0, 0};
    for (int k = 0; k < count; k++) {
      double d[3] = {double(bodies[k].x) - bodies[i].x, double(bodies[k].y) - bodies[i].y,
                     double(bodies[k].z) - bodies[i].z};
      double inverse = 1 / std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + softening);
      for (int j = 0; j < 3; j++) a[j] += d[j] * bodies[k].mass * inverse * inverse * inverse;
    }
    const T old[3] = {before[i].x, before[i].y, before[i].z}, now[3] = {after[i].x, after[i].y, after[i].z};
    const T start[3] = {bodies[i].x, bodies[i].y, bodies[i].z}, end[3] = {moved[i].x, moved[i].y, moved[i].z};
    for (int j = 0; j < 3; j++) {
      double speed = old[j] + a[j] * timeStep;
      fastest = std::fmax(fastest, std::fabs(speed));
      report.within(now[j], speed, allowed, 1 + std::fabs(speed));
      report.within(end[j], start[j] + speed * timeStep, allowed);
    }
    report.exact(moved[i].mass, bodies[i].mass);
  }
  return fastest;
}

int main() {
  const int count = 1500;
  Report report, reportDouble;
  double fastest = run<float>(report, count, 5e-5);
  double fastestDouble = run<double>(reportDouble, count, 1e-12);
  report.computed("one step of %d bodies in float and double; the fastest moves at %.4f and %.4f", count, fastest,
                  fastestDouble);
  std::printf("in float, ");
  int wrong = report.finish();
  std::printf("in double, ");
  int wrongDouble = reportDouble.finish();
  return wrong | wrongDouble;
}
