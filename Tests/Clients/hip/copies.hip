// Copies in every direction, small and large, sync and async, from pageable and pinned memory, 2D, and fills.
#include "check.h"

#include <cstring>

int main() {
  for (size_t count : {1ul, 1000ul, 65536ul, 5000011ul}) {
    std::vector<unsigned> in(count), out(count);
    for (size_t i = 0; i < count; i++) in[i] = unsigned(i * 2654435761u);
    unsigned *a, *b;
    CHECK(hipMalloc(&a, count * 4));
    CHECK(hipMalloc(&b, count * 4));
    CHECK(hipMemcpy(a, in.data(), count * 4, hipMemcpyHostToDevice));
    CHECK(hipMemcpy(b, a, count * 4, hipMemcpyDeviceToDevice));
    CHECK(hipMemcpy(out.data(), b, count * 4, hipMemcpyDeviceToHost));
    for (size_t i = 0; i < count; i++) expect("pageable", i, out[i], in[i]);

    unsigned *pinned;
    CHECK(hipHostMalloc(&pinned, count * 4));
    std::memset(pinned, 0, count * 4);
    hipStream_t stream;
    CHECK(hipStreamCreate(&stream));
    CHECK(hipMemsetAsync(b, 0x5a, count * 4, stream));
    CHECK(hipMemcpyAsync(pinned, b, count * 4, hipMemcpyDeviceToHost, stream));
    CHECK(hipStreamSynchronize(stream));
    for (size_t i = 0; i < count; i++) expect("fill", i, pinned[i], 0x5a5a5a5au);
    std::memcpy(pinned, in.data(), count * 4);
    CHECK(hipMemcpyAsync(b, pinned, count * 4, hipMemcpyHostToDevice, stream));
    CHECK(hipMemcpyAsync(a, b, count * 4, hipMemcpyDeviceToDevice, stream));
    CHECK(hipMemcpyAsync(out.data(), a, count * 4, hipMemcpyDeviceToHost, stream));
    CHECK(hipStreamSynchronize(stream));
    for (size_t i = 0; i < count; i++) expect("pinned", i, out[i], in[i]);
    CHECK(hipMemsetD32(hipDeviceptr_t(a), 0x01020304, count));
    CHECK(hipMemcpy(out.data(), a, count * 4, hipMemcpyDeviceToHost));
    for (size_t i = 0; i < count; i++) expect("words", i, out[i], 0x01020304u);
    CHECK(hipStreamDestroy(stream));
    CHECK(hipHostFree(pinned));
    CHECK(hipFree(a));
    CHECK(hipFree(b));
  }

  // An odd rectangle out of an odd pitch, and back.
  const size_t width = 77, height = 31, hostPitch = 101;
  std::vector<unsigned char> in(hostPitch * height), out(hostPitch * height, 0xee);
  for (size_t i = 0; i < in.size(); i++) in[i] = (unsigned char)(i * 7);
  unsigned char *device;
  size_t pitch = 384;  // our own: HIP 5.7's hipMallocPitch fails on devices without images
  CHECK(hipMalloc(&device, pitch * height));
  CHECK(hipMemcpy2D(device, pitch, in.data(), hostPitch, width, height, hipMemcpyHostToDevice));
  CHECK(hipMemcpy2D(out.data(), hostPitch, device, pitch, width, height, hipMemcpyDeviceToHost));
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < hostPitch; x++)
      expect("rectangle", y * hostPitch + x, int(out[y * hostPitch + x]), x < width ? int(in[y * hostPitch + x]) : 0xee);
  CHECK(hipFree(device));
  return finish("copies");
}
