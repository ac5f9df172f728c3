// A valley of the Mandelbrot set, as a PNG: `mandelbrot [FILE]`, by default mandelbrot.png.
// Every sample's escape count must equal the CPU's, so products and sums are rounded one by one on both sides (the device
// would otherwise fuse them), and four samples make a pixel.
#include "check.h"

#include <algorithm>
#include <vector>

#include "png.h"

constexpr int width = 480, height = 300, perSide = 2;  // pixels, and samples along a pixel's side
constexpr int samplesAcross = width * perSide, samplesDown = height * perSide;
constexpr int limit = 512;
constexpr float centerX = -0.7465f, centerY = 0.1135f, spanX = 0.0105f;

struct Sample {
  int steps;      // until |z| > 16, or `limit`
  float squared;  // |z|^2 there
  bool operator==(const Sample &other) const { return steps == other.steps && squared == other.squared; }
};

#ifdef __CUDA_ARCH__
__device__ inline float product(float a, float b) { return __fmul_rn(a, b); }
__device__ inline float sum(float a, float b) { return __fadd_rn(a, b); }
#else
inline float product(float a, float b) { return a * b; }
inline float sum(float a, float b) { return a + b; }
#endif

__host__ __device__ inline Sample escape(float cx, float cy) {
  float x = 0, y = 0, xx = 0, yy = 0;
  int steps = 0;
#pragma unroll 1  // an unrolled loop would have as many exits for lanes to part at
  while (steps < limit && sum(xx, yy) <= 256.0f) {
    float xy = product(x, y);
    x = sum(sum(xx, -yy), cx);
    y = sum(sum(xy, xy), cy);
    xx = product(x, x);
    yy = product(y, y);
    steps += 1;
  }
  return {steps, sum(xx, yy)};
}

__host__ __device__ inline Sample escapeAt(int column, int row) {
  const float step = spanX / samplesAcross;
  return escape(sum(centerX, product(float(column - samplesAcross / 2), step)),
                sum(centerY, product(float(samplesDown / 2 - row), step)));
}

__global__ void mandelbrot(Sample *samples) {
  int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
  if (column < samplesAcross && row < samplesDown) samples[row * samplesAcross + column] = escapeAt(column, row);
}

/// Adds a sample's colour: black inside; outside, waves of red, green and blue along the smoothed escape count.
void addColor(const Sample &sample, float (&rgb)[3]) {
  if (sample.steps >= limit) return;
  float smooth = sample.steps + 1 - std::log2(std::log2(sample.squared) / 2);
  float turn = std::sqrt(smooth) * 0.62f;
  const float phase[3] = {3.35f, 3.95f, 4.75f};
  for (int i = 0; i < 3; i++) rgb[i] += 0.5f + 0.5f * std::cos(turn * 1.9f + phase[i]);
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "mandelbrot.png";
  std::vector<Sample> samples(samplesAcross * samplesDown);
  DeviceArray<Sample> deviceSamples(samples.size());
  dim3 block(32, 8), grid((samplesAcross + 31) / 32, (samplesDown + 7) / 8);
  mandelbrot<<<grid, block>>>(deviceSamples.get());
  CHECK_LAUNCH();
  deviceSamples.download(samples.data());

  png::Bytes picture;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      float rgb[3] = {0, 0, 0};
      for (int i = 0; i < perSide * perSide; i++)
        addColor(samples[(y * perSide + i / perSide) * samplesAcross + x * perSide + i % perSide], rgb);
      for (float value : rgb) picture.push_back(uint8_t(std::min(255.0f, value / (perSide * perSide) * 255 + 0.5f)));
    }
  if (!png::write(path, width, height, picture)) {
    std::perror(path);
    return 2;
  }

  Report report;
  report.computed("%zu escape counts of the Mandelbrot set, as the picture %s", samples.size(), path);
  for (int row = 0; row < samplesDown; row++)
    for (int column = 0; column < samplesAcross; column++)
      report.exact(samples[row * samplesAcross + column], escapeAt(column, row));
  return report.finish();
}
