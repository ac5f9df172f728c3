// Error handling, version management and the profiler's switches.
import CConformance
import Glibc

private let unknownCodes: [UInt32] = [11, 14, 40, 98765, 0x7fff_ffff]

private func text(_ pointer: UnsafePointer<CChar>?) throws -> String { String(cString: try some(pointer, "the string")) }

func errorCases() {
  test("cudaGetErrorName", .success, "gives every code its enumerator's name", source: "cudaGetErrorName; enum cudaError") {
    for (code, wanted) in errorNames.sorted(by: { $0.key < $1.key }) where abi == 13 || !only13Codes.contains(code) {
      try equal(text(cudaGetErrorName(cudaError_t(rawValue: code))), wanted, "the name of \(code)")
    }
  }
  test("cudaGetErrorName", .edge, "answers a fixed text for a code that is none", source: "cudaGetErrorName: \"unrecognized error code\"") {
    for code in unknownCodes { try equal(text(cudaGetErrorName(cudaError_t(rawValue: code))), "unrecognized error code", "the name of \(code)") }
  }
  test("cudaGetErrorString", .success, "describes every code in words", source: "cudaGetErrorString") {
    for (code, name) in errorNames.sorted(by: { $0.key < $1.key }) where abi == 13 || !only13Codes.contains(code) {
      let words = try text(cudaGetErrorString(cudaError_t(rawValue: code)))
      try check(!words.isEmpty && words != name && words != "unrecognized error code", "a description of \(name), not '\(words)'")
    }
  }
  for (code, words) in [
    (0, "no error"), (1, "invalid argument"), (2, "out of memory"), (100, "no CUDA-capable device is detected"), (101, "invalid device ordinal"),
    (400, "invalid resource handle"), (600, "device not ready"), (700, "an illegal memory access was encountered"), (719, "unspecified launch failure"),
    (801, "operation not supported"), (900, "operation not permitted when stream is capturing"), (999, "unknown error"),
  ] as [(UInt32, String)] {
    test("cudaGetErrorString", .success, "says '\(words)' for \(code)", source: "cudaGetErrorString; programs compare and print it") {
      try equal(text(cudaGetErrorString(cudaError_t(rawValue: code))), words, "the description of \(code)")
    }
  }
  test("cudaGetErrorString", .edge, "answers a fixed text for a code that is none", source: "cudaGetErrorString: \"unrecognized error code\"") {
    for code in unknownCodes { try equal(text(cudaGetErrorString(cudaError_t(rawValue: code))), "unrecognized error code", "the description of \(code)") }
  }

  test("cudaGetLastError", .success, "gives the last error once and then success", source: "cudaGetLastError: resets it to cudaSuccess") {
    try expect(cudaMalloc(nil, 1), cudaErrorInvalidValue)
    try expect(cudaGetLastError(), cudaErrorInvalidValue)
    try expect(cudaGetLastError(), cudaSuccess)
  }
  test("cudaGetLastError", .interaction, "keeps an error across calls that succeed", source: "cudaGetLastError: the last error that has been produced") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    var device: Int32 = -1
    try ok(cudaGetDevice(&device))
    try ok(cudaDeviceSynchronize())
    _ = try Words(4, fill: 1)
    try expect(cudaGetLastError(), cudaErrorInvalidDevice)
  }
  test("cudaGetLastError", .interaction, "gives the latest of several errors", source: "cudaGetLastError: the last error that has been produced") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try expect(cudaMalloc(nil, 1), cudaErrorInvalidValue)
    try expect(cudaGetLastError(), cudaErrorInvalidValue)
  }
  test("cudaGetLastError", .interaction, "is of the calling host thread alone", source: "cudaGetLastError: in the same instance of the runtime, same host thread") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try onThreads(3) { _ in
      try expect(cudaGetLastError(), cudaSuccess, "another thread's")
      try expect(cudaMalloc(nil, 1), cudaErrorInvalidValue)
      try expect(cudaGetLastError(), cudaErrorInvalidValue, "another thread's own")
    }
    try expect(cudaGetLastError(), cudaErrorInvalidDevice, "this thread's, afterwards")
  }
  test("cudaGetLastError", .interaction, "is not set by cudaErrorNotReady of a query", source: "cudaStreamQuery, cudaEventQuery: not ready is not an error", touches: ["cudaStreamQuery"]) {
    let stream = try makeStream()
    let hold = try Hold(stream)
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    try expect(cudaGetLastError(), cudaSuccess)
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaPeekAtLastError", .success, "gives the last error and leaves it", source: "cudaPeekAtLastError: does not reset") {
    try expect(cudaMalloc(nil, 1), cudaErrorInvalidValue)
    try expect(cudaPeekAtLastError(), cudaErrorInvalidValue)
    try expect(cudaPeekAtLastError(), cudaErrorInvalidValue)
    try expect(cudaGetLastError(), cudaErrorInvalidValue)
    try expect(cudaPeekAtLastError(), cudaSuccess)
  }
  test("cudaPeekAtLastError", .interaction, "is of the calling host thread alone", source: "cudaPeekAtLastError, same host thread") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try onThreads(2) { _ in try expect(cudaPeekAtLastError(), cudaSuccess, "another thread's") }
    try expect(cudaPeekAtLastError(), cudaErrorInvalidDevice)
  }

  // What ends a context stays.
  for (what, kernel, wanted) in [
    ("a trap", "trapping", cudaErrorLaunchFailure), ("a store to an address that is not mapped", "count", cudaErrorIllegalAddress),
  ] as [(String, String, cudaError_t)] {
    func broken() throws -> cudaError_t {
      let code = kernel == "count"
        ? try launch(basic.kernel(kernel), UnsafeMutableRawPointer(bitPattern: 0x10_0000_0000)) : try launch(basic.kernel(kernel))
      try ok(code, "the launch itself")
      return try cudaDeviceSynchronize()
    }
    test("cudaDeviceSynchronize", .error, "reports \(what) in a kernel", source: "cudaDeviceSynchronize: errors from previous, asynchronous launches", .alone) {
      try expect(broken(), wanted)
      try expect(cudaGetLastError(), wanted)
    }
    for (function, call) in [
      ("cudaMalloc", { var p: UnsafeMutableRawPointer?; return try cudaMalloc(&p, 16) }),
      ("cudaStreamSynchronize", { try cudaStreamSynchronize(nil) }),
      ("cudaStreamQuery", { try cudaStreamQuery(nil) }),
      ("cudaFree", { try cudaFree(nil) }),
      ("cudaEventCreate", { var e: cudaEvent_t?; return try cudaEventCreate(&e) }),
      ("cudaStreamCreate", { var s: cudaStream_t?; return try cudaStreamCreate(&s) }),
      ("cudaMemcpy", { var a: UInt64 = 0, b: UInt64 = 1; return try cudaMemcpy(&a, &b, 8, cudaMemcpyHostToHost) }),
      ("cudaMemset", { try cudaMemset(UnsafeMutableRawPointer(bitPattern: 4096), 0, 4) }),
      ("cudaMallocHost", { var p: UnsafeMutableRawPointer?; return try cudaMallocHost(&p, 16) }),
      ("cudaMemGetInfo", { var a = 0, b = 0; return try cudaMemGetInfo(&a, &b) }),
    ] as [(String, () throws -> cudaError_t)] {
      test(function, .interaction, "answers \(errorName(wanted)) after \(what) ended the context", source: "enum cudaError: the process must be terminated and relaunched", .alone) {
        try expect(broken(), wanted)
        try expect(call(), wanted)
        try expect(call(), wanted, "once more")
      }
    }
    test("cudaGetLastError", .interaction, "clears the record of \(what), and the next call fails again", source: "enum cudaError: inconsistent state; any further CUDA work will return the same error", .alone) {
      try expect(broken(), wanted)
      try expect(cudaGetLastError(), wanted)
      try expect(cudaPeekAtLastError(), cudaSuccess)
      var pointer: UnsafeMutableRawPointer?
      try expect(cudaMalloc(&pointer, 16), wanted)
      try expect(cudaGetLastError(), wanted)
    }
    test("cudaGetDevice", .interaction, "still answers after \(what) ended the context", source: "cudaGetDevice: asks the runtime only", .alone) {
      try expect(broken(), wanted)
      var device: Int32 = -1
      try ok(cudaGetDevice(&device))
      try equal(device, 0, "the device")
    }
    test("cudaLaunchKernel", .interaction, "fails after \(what) ended the context", source: "enum cudaError: any further CUDA work will return the same error", .alone) {
      try expect(broken(), wanted)
      try expect(launch(basic.kernel("nothing")), wanted)
    }
  }

  test("cudaRuntimeGetVersion", .success, "gives 1000 times the major and 10 times the minor version", source: "cudaRuntimeGetVersion") {
    var version: Int32 = 0
    try ok(cudaRuntimeGetVersion(&version))
    try check(Int(version) / 1000 == abi && version % 10 == 0, "a version of CUDA \(abi), not \(version)")
  }
  test("cudaRuntimeGetVersion", .error, "refuses a null place", source: "cudaRuntimeGetVersion, Returns: cudaErrorInvalidValue") {
    try fails(cudaRuntimeGetVersion(nil), cudaErrorInvalidValue)
  }
  test("cudaDriverGetVersion", .success, "gives a version at least as new as the runtime's major", source: "cudaDriverGetVersion: the latest CUDA supported by the driver") {
    var version: Int32 = 0
    try ok(cudaDriverGetVersion(&version))
    try check(Int(version) / 1000 >= abi && version % 10 == 0, "a version of CUDA \(abi) or newer, not \(version)")
  }
  test("cudaDriverGetVersion", .error, "refuses a null place", source: "cudaDriverGetVersion, Returns: cudaErrorInvalidValue") {
    try fails(cudaDriverGetVersion(nil), cudaErrorInvalidValue)
  }
  // Success alone shows nothing, so what they leave alone is looked at too.
  for (name, call) in [("cudaProfilerStart", { try cudaProfilerStart() }), ("cudaProfilerStop", { try cudaProfilerStop() })] as [(String, () throws -> cudaError_t)] {
    test(name, .success, "may be called at any time and changes no result", source: "\(name): no effect where profiling is already so") {
      let words = try Words(64, fill: 1)
      try ok(call())
      try ok(launch(basic.kernel("iota"), dim(1), dim(64), words.pointer, Int32(64), Int32(3)))
      try ok(call())
      try ok(call())
      try words.expect((0..<64).map { $0 + 3 }, "the kernel's words")
    }
    test(name, .interaction, "leaves the last error as it is", source: "cudaGetLastError: the last error that has been produced") {
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      try ok(call())
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
  }
}

/// Codes that 13 has and 12.9 has not.
private let only13Codes: Set<UInt32> = [10, 227, 917, 918, 919]
