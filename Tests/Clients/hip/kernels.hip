// Kernels: grids in three dimensions, partial blocks, math functions, LDS, shuffles and votes, atomics of several types.
#include "check.h"

#include <cmath>

__global__ void axpy(float a, const float *x, float *y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}

__global__ void coordinates(unsigned *out, int w, int h) {
  unsigned x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, z = blockIdx.z * blockDim.z + threadIdx.z;
  if (x < unsigned(w) && y < unsigned(h)) out[(z * h + y) * w + x] = x | y << 10 | z << 20;
}

__global__ void functions(const double *x, double *out, float *outf, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  out[i] = sqrt(x[i]) + exp(-x[i]) * cos(3 * x[i]) + pow(x[i], 1.5) / (1 + x[i]);
  float f = float(x[i]);
  outf[i] = sinf(f) + logf(1 + f) + __expf(-f) + rsqrtf(1 + f) + fmodf(f, 0.37f);
}

__global__ void blockSum(const int *in, int *out, int n) {
  __shared__ int part[256];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  part[threadIdx.x] = i < n ? in[i] : 0;
  __syncthreads();
  for (int step = 128; step > 0; step /= 2) {
    if (int(threadIdx.x) < step) part[threadIdx.x] += part[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = part[0];
}

extern __shared__ unsigned dynamic[];
__global__ void reverse(unsigned *data) {
  dynamic[threadIdx.x] = data[blockIdx.x * blockDim.x + threadIdx.x];
  __syncthreads();
  data[blockIdx.x * blockDim.x + threadIdx.x] = dynamic[blockDim.x - 1 - threadIdx.x];
}

__global__ void waves(int *out, unsigned long long *ballots) {
  int lane = threadIdx.x % warpSize, value = threadIdx.x;
  for (int step = 1; step < warpSize; step *= 2) {
    int other = __shfl_up(value, step);
    if (lane >= step) value += other;
  }
  out[threadIdx.x] = value + __shfl_xor(lane, 1);
  unsigned long long ballot = __ballot(threadIdx.x % 3 == 0);
  if (lane == 0) ballots[threadIdx.x / warpSize] = ballot;
}

__global__ void atomics(unsigned *u, int *i, float *f, double *d, unsigned long long *l) {
  unsigned t = blockIdx.x * blockDim.x + threadIdx.x;
  atomicAdd(&u[0], t);
  atomicMax(&u[1], t * 2654435761u);
  atomicOr(&u[2], 1u << (t & 31));
  atomicXor(&u[3], t);
  atomicInc(&u[4], 999);
  atomicMin(&i[0], -int(t % 1234));
  atomicSub(&i[1], int(t & 7));
  atomicAdd(&f[0], 0.5f);
  atomicAdd(&d[0], 0.25);
  atomicAdd(&l[0], (unsigned long long)t << 20);
  unsigned seen = u[5], want;
  do {
    want = seen;
    seen = atomicCAS(&u[5], want, want + 3);
  } while (seen != want);
}

int main() {
  const int n = 100003;
  std::vector<float> x(n), y(n), got(n);
  for (int i = 0; i < n; i++) x[i] = i % 1000, y[i] = i % 77;
  float *dx, *dy;
  CHECK(hipMalloc(&dx, n * 4));
  CHECK(hipMalloc(&dy, n * 4));
  CHECK(hipMemcpy(dx, x.data(), n * 4, hipMemcpyHostToDevice));
  CHECK(hipMemcpy(dy, y.data(), n * 4, hipMemcpyHostToDevice));
  axpy<<<(n + 255) / 256, 256>>>(2.0f, dx, dy, n);
  CHECK(hipGetLastError());
  CHECK(hipMemcpy(got.data(), dy, n * 4, hipMemcpyDeviceToHost));
  for (int i = 0; i < n; i++) expect("axpy", i, got[i], 2 * x[i] + y[i]);

  const int w = 50, h = 37, d = 6;
  unsigned *dc;
  CHECK(hipMalloc(&dc, w * h * d * 4));
  coordinates<<<dim3(7, 10, 3), dim3(8, 4, 2)>>>(dc, w, h);
  std::vector<unsigned> c(w * h * d);
  CHECK(hipMemcpy(c.data(), dc, c.size() * 4, hipMemcpyDeviceToHost));
  for (int i = 0; i < w * h * d; i++) expect("coordinates", i, c[i], unsigned(i % w | i / w % h << 10 | i / (w * h) << 20));

  const int m = 4096;
  std::vector<double> dd(m), dout(m);
  std::vector<float> fout(m);
  for (int i = 0; i < m; i++) dd[i] = i / 128.0;
  double *pd, *po;
  float *pf;
  CHECK(hipMalloc(&pd, m * 8));
  CHECK(hipMalloc(&po, m * 8));
  CHECK(hipMalloc(&pf, m * 4));
  CHECK(hipMemcpy(pd, dd.data(), m * 8, hipMemcpyHostToDevice));
  functions<<<m / 128, 128>>>(pd, po, pf, m);
  CHECK(hipMemcpy(dout.data(), po, m * 8, hipMemcpyDeviceToHost));
  CHECK(hipMemcpy(fout.data(), pf, m * 4, hipMemcpyDeviceToHost));
  for (int i = 0; i < m; i++) {
    double v = dd[i], wanted = std::sqrt(v) + std::exp(-v) * std::cos(3 * v) + std::pow(v, 1.5) / (1 + v);
    expect("double functions", i, std::fabs(dout[i] - wanted) <= 1e-13 * (1 + std::fabs(wanted)), true);
    float f = float(v);
    double wantf = std::sin(double(f)) + std::log(1 + double(f)) + std::exp(-double(f)) + 1 / std::sqrt(1 + double(f)) + std::fmod(double(f), double(0.37f));
    expect("float functions", i, std::fabs(fout[i] - wantf) <= 2e-5 * (1 + std::fabs(wantf)), true);
  }

  std::vector<int> in(n), sums((n + 255) / 256);
  for (int i = 0; i < n; i++) in[i] = i * 37 % 1001 - 500;
  int *di, *ds;
  CHECK(hipMalloc(&di, n * 4));
  CHECK(hipMalloc(&ds, sums.size() * 4));
  CHECK(hipMemcpy(di, in.data(), n * 4, hipMemcpyHostToDevice));
  blockSum<<<sums.size(), 256>>>(di, ds, n);
  CHECK(hipMemcpy(sums.data(), ds, sums.size() * 4, hipMemcpyDeviceToHost));
  for (size_t b = 0; b < sums.size(); b++) {
    int sum = 0;
    for (int i = int(b) * 256; i < n && i < int(b + 1) * 256; i++) sum += in[i];
    expect("block sum", b, sums[b], sum);
  }

  std::vector<unsigned> r(16 * 512);
  for (size_t i = 0; i < r.size(); i++) r[i] = unsigned(i);
  unsigned *dr;
  CHECK(hipMalloc(&dr, r.size() * 4));
  CHECK(hipMemcpy(dr, r.data(), r.size() * 4, hipMemcpyHostToDevice));
  reverse<<<16, 512, 512 * 4>>>(dr);
  CHECK(hipMemcpy(r.data(), dr, r.size() * 4, hipMemcpyDeviceToHost));
  for (size_t i = 0; i < r.size(); i++) expect("dynamic LDS", i, r[i], unsigned(i / 512 * 512 + 511 - i % 512));

  hipDeviceProp_t properties;
  CHECK(hipGetDeviceProperties(&properties, 0));
  const int warp = properties.warpSize;
  int *dw, hw[256];
  unsigned long long *db, hb[8];
  CHECK(hipMalloc(&dw, sizeof hw));
  CHECK(hipMalloc(&db, sizeof hb));
  waves<<<1, 256>>>(dw, db);
  CHECK(hipMemcpy(hw, dw, sizeof hw, hipMemcpyDeviceToHost));
  CHECK(hipMemcpy(hb, db, sizeof hb, hipMemcpyDeviceToHost));
  for (int t = 0; t < 256; t++) {
    int sum = 0, lane = t % warp;
    for (int k = t - lane; k <= t; k++) sum += k;
    expect("shuffles", t, hw[t], sum + (lane ^ 1));
  }
  for (int k = 0; k < 256 / warp; k++) {
    unsigned long long wanted = 0;
    for (int lane = 0; lane < warp; lane++) wanted |= (unsigned long long)((k * warp + lane) % 3 == 0) << lane;
    expect("ballot", k, hb[k], wanted);
  }

  const unsigned total = 64 * 256;
  unsigned *au, hu[6] = {0, 0, 0, 0, 0, 0};
  int *ai, hi[2] = {0, 0};
  float *af, hf = 0;
  double *ad, hd = 0;
  unsigned long long *al, hl = 0;
  CHECK(hipMalloc(&au, sizeof hu)); CHECK(hipMalloc(&ai, sizeof hi)); CHECK(hipMalloc(&af, 4)); CHECK(hipMalloc(&ad, 8)); CHECK(hipMalloc(&al, 8));
  CHECK(hipMemset(au, 0, sizeof hu)); CHECK(hipMemset(ai, 0, sizeof hi)); CHECK(hipMemset(af, 0, 4)); CHECK(hipMemset(ad, 0, 8)); CHECK(hipMemset(al, 0, 8));
  atomics<<<64, 256>>>(au, ai, af, ad, al);
  CHECK(hipMemcpy(hu, au, sizeof hu, hipMemcpyDeviceToHost)); CHECK(hipMemcpy(hi, ai, sizeof hi, hipMemcpyDeviceToHost));
  CHECK(hipMemcpy(&hf, af, 4, hipMemcpyDeviceToHost)); CHECK(hipMemcpy(&hd, ad, 8, hipMemcpyDeviceToHost)); CHECK(hipMemcpy(&hl, al, 8, hipMemcpyDeviceToHost));
  unsigned sum = 0, most = 0, bits = 0, parity = 0, inc = 0;
  int least = 0, sub = 0;
  unsigned long long wide = 0;
  for (unsigned t = 0; t < total; t++) {
    sum += t, most = std::max(most, t * 2654435761u), bits |= 1u << (t & 31), parity ^= t, inc = inc >= 999 ? 0 : inc + 1;
    least = std::min(least, -int(t % 1234)), sub -= int(t & 7), wide += (unsigned long long)t << 20;
  }
  expect("atomicAdd", 0, hu[0], sum); expect("atomicMax", 0, hu[1], most); expect("atomicOr", 0, hu[2], bits);
  expect("atomicXor", 0, hu[3], parity); expect("atomicInc", 0, hu[4], inc); expect("atomicCAS", 0, hu[5], 3 * total);
  expect("atomicMin", 0, hi[0], least); expect("atomicSub", 0, hi[1], sub);
  expect("atomicAdd float", 0, hf, total * 0.5f); expect("atomicAdd double", 0, hd, total * 0.25); expect("atomicAdd 64", 0, hl, wide);
  return finish("kernels");
}
