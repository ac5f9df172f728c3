// What the HIP programs share: a call that must succeed, a comparison that must hold.  Each program computes what it expects on
// the host, says what differs, and ends with 0 only if nothing did.
#pragma once
#include <hip/hip_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#define CHECK(call)                                                                                     \
  do {                                                                                                  \
    hipError_t error_ = (call);                                                                         \
    if (error_ != hipSuccess) {                                                                         \
      std::printf("FAIL %s:%d %s: %s\n", __FILE__, __LINE__, #call, hipGetErrorString(error_));         \
      std::exit(1);                                                                                     \
    }                                                                                                   \
  } while (0)

inline int failures = 0;

template <class T> void expect(const char *what, size_t at, T got, T wanted) {
  if (got == wanted) return;
  if (++failures <= 10) std::printf("FAIL %s[%zu]: %.9g, not %.9g\n", what, at, double(got), double(wanted));
}

inline int finish(const char *name) {
  if (failures) {
    std::printf("FAIL %s: %d differences\n", name, failures);
    return 1;
  }
  std::printf("PASS %s\n", name);
  return 0;
}
