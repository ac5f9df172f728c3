// What every example shares: error-checked calls, reproducible input, and one way to say what was computed, on which
// device and whether the CPU agrees.  `make demo` reads the four lines that `Report` prints.
#pragma once
#include <cuda_runtime.h>

#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

/// Runs a CUDA call; on failure names the call, the place and CUDA's reason, and ends the program with status 2.
#define CHECK(call)                                                                                           \
  do {                                                                                                        \
    cudaError_t status_ = (call);                                                                             \
    if (status_ != cudaSuccess) {                                                                             \
      std::fprintf(stderr, "%s:%d: %s: %s (%s)\n", __FILE__, __LINE__, #call, cudaGetErrorString(status_),    \
                   cudaGetErrorName(status_));                                                                \
      std::exit(2);                                                                                           \
    }                                                                                                         \
  } while (0)

/// Checks the launch just before it.
#define CHECK_LAUNCH() CHECK(cudaGetLastError())

/// xorshift64*: the same numbers on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint32_t bits() {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return uint32_t((state_ * 0x2545F4914F6CDD1Dull) >> 32);
  }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * (bits() / 4294967296.0); }

 private:
  uint64_t state_;
};

/// Device memory that is given back when it goes out of scope, and is filled with 0xff first, so that an element that no
/// kernel wrote can't pass for an answer.
template <typename T>
class DeviceArray {
 public:
  explicit DeviceArray(size_t count) : count_(count) {
    CHECK(cudaMalloc(&pointer_, count * sizeof(T)));
    CHECK(cudaMemset(pointer_, 0xff, count * sizeof(T)));
  }
  ~DeviceArray() { cudaFree(pointer_); }
  DeviceArray(const DeviceArray &) = delete;
  DeviceArray &operator=(const DeviceArray &) = delete;
  T *get() const { return pointer_; }
  void upload(const T *from) { CHECK(cudaMemcpy(pointer_, from, count_ * sizeof(T), cudaMemcpyHostToDevice)); }
  void download(T *to) const { CHECK(cudaMemcpy(to, pointer_, count_ * sizeof(T), cudaMemcpyDeviceToHost)); }

 private:
  T *pointer_ = nullptr;
  size_t count_;
};

/// Collects the comparison with the CPU and prints the example's closing lines.
class Report {
 public:
  /// Says what was computed, in printf's manner.
  __attribute__((format(printf, 2, 3))) void computed(const char *format, ...) {
    cudaDeviceProp properties;
    int device = -1;
    CHECK(cudaGetDevice(&device));
    CHECK(cudaGetDeviceProperties(&properties, device));
    std::printf("computed: ");
    va_list arguments;
    va_start(arguments, format);
    std::vprintf(format, arguments);
    va_end(arguments);
    std::printf("\ndevice: %s\n", properties.name);
  }

  /// For answers that must be exact.
  template <typename T>
  void exact(const T &got, const T &expected) {
    compared_ += 1;
    if (!(got == expected)) mismatches_ += 1;
  }

  /// For answers that rounding may change; `error` is measured as the example says and must not pass `allowed`.
  void within(double got, double expected, double allowed, double scale = 1) {
    double error = std::fabs(got - expected) / scale;
    if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
    approximate_ = true;
    compared_ += 1;
    if (error > largest_) largest_ = error;
    if (error > allowed) mismatches_ += 1;
    if (allowed > allowed_) allowed_ = allowed;
  }

  /// Prints the verdict and returns the program's exit status.
  int finish() {
    if (approximate_) std::printf("maximum error: %.3g (allowed %.3g), ", largest_, allowed_);
    std::printf("mismatches: %zu of %zu\n", mismatches_, compared_);
    bool right = mismatches_ == 0 && compared_ > 0;
    std::printf("answer checked: %s\n", right ? "right" : "WRONG");
    std::fflush(stdout);
    return right ? 0 : 1;
  }

 private:
  size_t compared_ = 0, mismatches_ = 0;
  double largest_ = 0, allowed_ = 0;
  bool approximate_ = false;
};
