// What the programs about textures share: checks and comparisons, and what a texture gives by the CUDA Programming Guide ("Texture
// Fetching"), computed on the host.
#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define CHECK(call) do { cudaError_t e_ = (call); if (e_ != cudaSuccess) { printf("FAIL %s: %s\n", #call, cudaGetErrorName(e_)); exit(1); } } while (0)

static int failures;
static void compare(const char *name, const std::vector<float> &have, const std::vector<float> &want, float tolerance) {
  for (size_t i = 0; i < want.size(); i++)
    if (!(std::fabs(have[i] - want[i]) <= tolerance)) {
      printf("FAIL %s: sample %zu is %.9g, not %.9g\n", name, i, have[i], want[i]);
      failures++;
      return;
    }
  printf("ok %s\n", name);
}

// ---- what a texture gives, by the guide ---------------------------------------------------------------------------------------
struct Sampler { cudaTextureAddressMode mode; bool linear, normalized; float border; };

static int index(int i, int n, const Sampler &s, bool &outside) {
  cudaTextureAddressMode mode = s.mode;
  if (!s.normalized && (mode == cudaAddressModeWrap || mode == cudaAddressModeMirror)) mode = cudaAddressModeClamp;
  if (i >= 0 && i < n) return i;
  switch (mode) {
  case cudaAddressModeBorder: outside = true; return 0;
  case cudaAddressModeClamp: return std::clamp(i, 0, n - 1);
  case cudaAddressModeWrap: return ((i % n) + n) % n;
  default: { int m = ((i % (2 * n)) + 2 * n) % (2 * n); return m < n ? m : 2 * n - 1 - m; }
  }
}
/// The guide's weights.  The H100 also rounds their products in two and three dimensions to 8 bits, so that what it gives is up to
/// three 256ths of the texels' range away from this.
static const float near = 4e-2f;
static double weight(double fraction) { return std::floor(fraction * 256 + 0.5) / 256; }
static float sample(const std::function<float(int, int, int)> &texel, const int n[3], int dimensions, const float c[3], const Sampler &s) {
  double x[3], a[3] = {0, 0, 0};
  int base[3] = {0, 0, 0};
  for (int d = 0; d < dimensions; d++) {
    // As the H100 answers: repetition and mirroring first, in single precision, then the product, not rounded.
    float at = c[d];
    if (s.normalized && s.mode == cudaAddressModeWrap) at = at - std::floor(at);
    if (s.normalized && s.mode == cudaAddressModeMirror) at = (int)std::floor(at) % 2 == 0 ? at - std::floor(at) : 1.0f - (at - std::floor(at));
    x[d] = s.normalized ? (double)at * n[d] : at;
    if (s.linear) { x[d] -= 0.5; base[d] = (int)std::floor(x[d]); a[d] = weight(x[d] - std::floor(x[d])); } else base[d] = (int)std::floor(x[d]);
  }
  double sum = 0;
  for (int corner = 0; corner < (s.linear ? 1 << dimensions : 1); corner++) {
    double w = 1;
    int at[3] = {0, 0, 0};
    bool outside = false;
    for (int d = 0; d < dimensions; d++) {
      int up = corner >> d & 1;
      if (s.linear) w *= up ? a[d] : 1 - a[d];
      at[d] = index(base[d] + up, n[d], s, outside);
    }
    sum += w * (outside ? s.border : texel(at[0], at[1], at[2]));
  }
  return (float)sum;
}

static cudaTextureDesc description(const Sampler &s, int dimensions = 3, cudaTextureReadMode mode = cudaReadModeElementType) {
  cudaTextureDesc d = {};
  // Of a 1D texture the second dimension's mode must not be border: NVIDIA's unit then mixes in half of it.
  for (int i = 0; i < 3; i++) d.addressMode[i] = i < dimensions ? s.mode : cudaAddressModeClamp;
  d.filterMode = s.linear ? cudaFilterModeLinear : cudaFilterModePoint;
  d.normalizedCoords = s.normalized;
  d.readMode = mode;
  for (float &b : d.borderColor) b = s.border;
  return d;
}
