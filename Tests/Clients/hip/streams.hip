// Streams and events: order within a stream, waits across streams, queries, elapsed time, host functions, many streams.
#include "check.h"

#include <atomic>

__global__ void step(unsigned *cell, unsigned multiply, unsigned add, int rounds) {
  unsigned value = *cell;
  for (int i = 0; i < rounds; i++) value = value * multiply + add;
  *cell = value;
}
static unsigned reference(unsigned value, unsigned multiply, unsigned add, int rounds) {
  for (int i = 0; i < rounds; i++) value = value * multiply + add;
  return value;
}

static std::atomic<int> called;
static void callback(hipStream_t, hipError_t status, void *data) {
  if (status == hipSuccess) called += *static_cast<int *>(data);
}

int main() {
  const int count = 12;
  hipStream_t streams[count];
  unsigned *cells, host[count], wanted[count];
  CHECK(hipMalloc(&cells, count * 4));
  CHECK(hipMemset(cells, 0, count * 4));
  CHECK(hipDeviceSynchronize());
  for (int s = 0; s < count; s++) {
    CHECK(hipStreamCreateWithFlags(&streams[s], hipStreamNonBlocking));
    wanted[s] = 0;
  }
  for (int turn = 0; turn < 20; turn++)
    for (int s = 0; s < count; s++) {
      step<<<1, 1, 0, streams[s]>>>(cells + s, 1664525u + 2 * s, turn, 100 + s);
      wanted[s] = reference(wanted[s], 1664525u + 2 * s, turn, 100 + s);
    }
  for (int s = 0; s < count; s++) CHECK(hipStreamSynchronize(streams[s]));
  CHECK(hipMemcpy(host, cells, count * 4, hipMemcpyDeviceToHost));
  for (int s = 0; s < count; s++) expect("order in a stream", s, host[s], wanted[s]);

  // A chain through all streams, by events.
  unsigned chain = host[0];
  hipEvent_t event;
  CHECK(hipEventCreateWithFlags(&event, hipEventDisableTiming));
  for (int s = 0; s < count; s++) {
    if (s > 0) CHECK(hipStreamWaitEvent(streams[s], event, 0));
    step<<<1, 1, 0, streams[s]>>>(cells, 69069u, s, 2000);
    chain = reference(chain, 69069u, s, 2000);
    CHECK(hipEventRecord(event, streams[s]));
  }
  CHECK(hipEventSynchronize(event));
  CHECK(hipMemcpy(host, cells, 4, hipMemcpyDeviceToHost));
  expect("a chain across streams", 0, host[0], chain);
  CHECK(hipEventQuery(event));

  hipEvent_t begin, end;
  CHECK(hipEventCreate(&begin));
  CHECK(hipEventCreate(&end));
  CHECK(hipEventRecord(begin, streams[0]));
  step<<<1, 1, 0, streams[0]>>>(cells, 3, 1, 100000);
  CHECK(hipEventRecord(end, streams[0]));
  CHECK(hipEventSynchronize(end));
  float ms = -1;
  CHECK(hipEventElapsedTime(&ms, begin, end));
  expect("elapsed time is positive and sane", 0, ms > 0 && ms < 60000, true);

  int one = 1, ten = 10;
  CHECK(hipStreamAddCallback(streams[1], callback, &one, 0));
  step<<<1, 1, 0, streams[1]>>>(cells + 1, 5, 1, 10);
  CHECK(hipStreamAddCallback(streams[1], callback, &ten, 0));
  CHECK(hipStreamSynchronize(streams[1]));
  for (int i = 0; i < 2000 && called != 11; i++) (void)hipStreamQuery(streams[1]);
  expect("callbacks", 0, int(called), 11);
  for (int s = 0; s < count; s++) CHECK(hipStreamDestroy(streams[s]));
  return finish("streams");
}
