// Two streams take turns with pieces of pinned memory, so that copies of one overlap the kernels of the other; events
// time them and order a last step on the first stream after the second.
#include "check.h"

#include <vector>

constexpr int pieces = 8, pieceCount = 50'000, rounds = 64;

__host__ __device__ inline uint32_t scramble(uint32_t value) {
  for (int i = 0; i < rounds; i++) value = value * 1664525u + 1013904223u, value ^= value >> 15;
  return value;
}

__global__ void scramble(const uint32_t *from, uint32_t *to, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) to[i] = scramble(from[i]);
}

/// How many values of each piece are odd.
__global__ void countOdd(const uint32_t *values, int count, unsigned *odd) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count && (values[i] & 1)) atomicAdd(&odd[i / pieceCount], 1u);
}

/// Sends every piece through the `used` streams in turn; milliseconds from the first copy to the last.
float pipeline(cudaStream_t *streams, int used, const uint32_t *input, uint32_t *output, uint32_t *from, uint32_t *to) {
  const size_t bytes = pieceCount * sizeof(uint32_t);
  cudaEvent_t start, stop, otherDone;
  CHECK(cudaEventCreate(&start));
  CHECK(cudaEventCreate(&stop));
  CHECK(cudaEventCreateWithFlags(&otherDone, cudaEventDisableTiming));
  CHECK(cudaEventRecord(start, streams[0]));
  CHECK(cudaStreamWaitEvent(streams[used - 1], start, 0));
  for (int piece = 0; piece < pieces; piece++) {
    cudaStream_t stream = streams[piece % used];
    size_t at = size_t(piece) * pieceCount;
    CHECK(cudaMemcpyAsync(from + at, input + at, bytes, cudaMemcpyHostToDevice, stream));
    scramble<<<(pieceCount + 255) / 256, 256, 0, stream>>>(from + at, to + at, pieceCount);
    CHECK_LAUNCH();
    CHECK(cudaMemcpyAsync(output + at, to + at, bytes, cudaMemcpyDeviceToHost, stream));
  }
  CHECK(cudaEventRecord(otherDone, streams[used - 1]));
  CHECK(cudaStreamWaitEvent(streams[0], otherDone, 0));
  CHECK(cudaEventRecord(stop, streams[0]));
  CHECK(cudaEventSynchronize(stop));
  float milliseconds = -1;
  CHECK(cudaEventElapsedTime(&milliseconds, start, stop));
  CHECK(cudaEventDestroy(start));
  CHECK(cudaEventDestroy(stop));
  CHECK(cudaEventDestroy(otherDone));
  return milliseconds;
}

int main() {
  const int count = pieces * pieceCount;
  uint32_t *input = nullptr, *output = nullptr;
  CHECK(cudaMallocHost(&input, count * sizeof(uint32_t)));
  CHECK(cudaMallocHost(&output, count * sizeof(uint32_t)));
  Random random(6);
  for (int i = 0; i < count; i++) input[i] = random.bits(), output[i] = 0;

  DeviceArray<uint32_t> from(count), to(count);
  cudaStream_t streams[2];
  for (cudaStream_t &stream : streams) CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  CHECK(cudaDeviceSynchronize());  // non-blocking streams do not wait for the fills of the default stream
  pipeline(streams, 1, input, output, from.get(), to.get());  // compiles the kernel and warms the caches
  float alone = pipeline(streams, 1, input, output, from.get(), to.get());

  for (int i = 0; i < count; i++) output[i] = 0;
  CHECK(cudaMemset(from.get(), 0xff, count * sizeof(uint32_t)));
  CHECK(cudaMemset(to.get(), 0xff, count * sizeof(uint32_t)));
  CHECK(cudaDeviceSynchronize());
  float overlapped = pipeline(streams, 2, input, output, from.get(), to.get());

  // The first stream waited for the second, so it sees every piece.
  DeviceArray<unsigned> deviceOdd(pieces);
  CHECK(cudaMemsetAsync(deviceOdd.get(), 0, pieces * sizeof(unsigned), streams[0]));
  countOdd<<<(count + 255) / 256, 256, 0, streams[0]>>>(to.get(), count, deviceOdd.get());
  CHECK_LAUNCH();
  CHECK(cudaStreamSynchronize(streams[0]));
  std::vector<unsigned> odd(pieces), expectedOdd(pieces);
  deviceOdd.download(odd.data());
  for (cudaStream_t stream : streams) {
    CHECK(cudaStreamQuery(stream));
    CHECK(cudaStreamDestroy(stream));
  }

  Report report;
  report.computed("%d scrambled words in %d pieces: %.3f ms on one stream, %.3f ms on two", count, pieces, alone, overlapped);
  for (int i = 0; i < count; i++) {
    uint32_t expected = scramble(input[i]);
    expectedOdd[i / pieceCount] += expected & 1;
    report.exact(output[i], expected);
  }
  for (int piece = 0; piece < pieces; piece++) report.exact(odd[piece], expectedOdd[piece]);
  report.exact(alone > 0 && overlapped > 0, true);
  CHECK(cudaFreeHost(input));
  CHECK(cudaFreeHost(output));
  return report.finish();
}
