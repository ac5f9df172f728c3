// What kernels say to the host (printf, assert), and what ends or copies a process: fork, exit with work under way.
import CConformance
import Glibc

nonisolated(unsafe) private let speaking = Module(
  """
  .version 7.0
  .target sm_75
  .address_size 64

  .extern .func (.param .b32 result) vprintf(.param .b64 format, .param .b64 arguments);
  .extern .func __assertfail(.param .b64 message, .param .b64 file, .param .b32 line, .param .b64 function, .param .b64 size);
  .global .align 1 .b8 format[16] = {118, 97, 108, 117, 101, 32, 37, 100, 32, 37, 117, 10, 0, 0, 0, 0};
  .global .align 1 .b8 word[8] = {119, 114, 111, 110, 103, 0, 0, 0};

  // say(v): every thread prints "value V THREAD"
  .visible .entry say(.param .u32 v)
  {
    .local .align 8 .b8 frame[8];
    .reg .b32 %v, %t, %r; .reg .b64 %a, %f, %l;
    ld.param.u32 %v, [v]; mov.u32 %t, %tid.x;
    mov.u64 %l, frame; cvta.local.u64 %a, %l; st.local.u32 [frame], %v; st.local.u32 [frame+4], %t;
    mov.u64 %f, format; cvta.global.u64 %f, %f;
    { .param .b64 p0; .param .b64 p1; .param .b32 q; st.param.b64 [p0], %f; st.param.b64 [p1], %a; call.uni (q), vprintf, (p0, p1); ld.param.b32 %r, [q]; }
    ret;
  }
  // insist(v): an assertion that fails where v is 0
  .visible .entry insist(.param .u32 v)
  {
    .reg .pred %q; .reg .b32 %v; .reg .b64 %w;
    ld.param.u32 %v, [v]; setp.ne.u32 %q, %v, 0; @%q ret;
    mov.u64 %w, word; cvta.global.u64 %w, %w;
    { .param .b64 p0; .param .b64 p1; .param .b32 p2; .param .b64 p3; .param .b64 p4;
      st.param.b64 [p0], %w; st.param.b64 [p1], %w; st.param.b32 [p2], 7; st.param.b64 [p3], %w; st.param.b64 [p4], 1;
      call.uni __assertfail, (p0, p1, p2, p3, p4); }
    ret;
  }
  """,
  kernels: ["say", "insist"])

/// What is written to standard output while `body` runs.
private func standardOutput(_ body: () throws -> Void) throws -> String {
  let path = "/tmp/carmine-conformance-\(getpid())"
  let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600), kept = dup(1)
  unlink(path)
  dup2(file, 1)
  defer { dup2(kept, 1); close(kept); close(file) }
  try body()
  fflush(nil)
  lseek(file, 0, SEEK_SET)
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = read(file, &bytes, bytes.count)
  return String(decoding: bytes[0..<max(0, count)], as: UTF8.self)
}

func processCases() {
  let guide = "CUDA C++ Programming Guide, Formatted output"
  let waits: [(String, () throws -> cudaError_t)] = [
    ("cudaDeviceSynchronize", { try cudaDeviceSynchronize() }), ("cudaStreamSynchronize", { try cudaStreamSynchronize(nil) }),
    ("cudaMemcpy", { var word: UInt32 = 0; let words = try Words(1, fill: 1); return try cudaMemcpy(&word, words.pointer, 4, cudaMemcpyDeviceToHost) }),
  ]
  for (function, wait) in waits {
    test(function, .interaction, "shows what kernels printed", source: guide + ": flushed by synchronisation and blocking copies", touches: ["cudaLaunchKernel"], .alone) {
      let text = try standardOutput {
        try ok(launch(speaking.kernel("say"), dim(1), dim(3), UInt32(42)))
        try ok(wait())
      }
      for thread in 0..<3 { try check(text.contains("value 42 \(thread)\n"), "a line of thread \(thread) in '\(text)'") }
    }
  }
  test("cudaDeviceSynchronize", .error, "reports an assertion that failed in a kernel", source: "cudaErrorAssert", .alone) {
    try ok(launch(speaking.kernel("insist"), UInt32(1)))
    try ok(cudaDeviceSynchronize())
    try ok(launch(speaking.kernel("insist"), UInt32(0)))
    try expect(cudaDeviceSynchronize(), cudaErrorAssert)
    var pointer: UnsafeMutableRawPointer?
    try expect(cudaMalloc(&pointer, 16), cudaErrorAssert, "the context afterwards")
  }
  test("cudaMalloc", .interaction, "fails cleanly in a forked child, and the parent goes on", source: "CUDA does not support use after fork: the child gets an error", touches: ["cudaFree"], .alone) {
    let words = try Words(16, fill: 5)
    let child = conformance_fork()
    if child == 0 {
      var pointer: UnsafeMutableRawPointer?
      let answer = (try? cudaMalloc(&pointer, 16))?.rawValue ?? 255
      _exit(Int32(answer < 250 ? answer : 250))
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    try check(conformance_exited(status) != 0 && conformance_exit_status(status) == Int32(cudaErrorInitializationError.rawValue), "cudaErrorInitializationError in the child, not status \(conformance_exit_status(status))")
    try ok(launch(basic.kernel("add"), dim(1), dim(16), words.pointer, Int32(16), Int32(1)))
    try words.expect(all: 6, "the parent's words")
  }
  test("cudaLaunchKernel", .interaction, "may be under way when the process ends", source: "CUDA runtime: resources are released at the end of the process", .alone) {
    let words = try Words(1 << 16, fill: 0)
    try ok(launch(basic.kernel("count"), words.pointer))
    try equal(words.read()[0], 1, "what was counted")
    for _ in 0..<50 { try ok(launch(basic.kernel("add"), dim(256), dim(256), words.pointer, Int32(1 << 16), Int32(1))) }
  }
  test("cudaStreamCreate", .interaction, "may be left alone at the end of the process, with events and memory", source: "CUDA runtime: resources are released at the end of the process", touches: ["cudaEventCreate", "cudaMallocHost"], .alone) {
    var stream: cudaStream_t?, event: cudaEvent_t?, pinned: UnsafeMutableRawPointer?, words: UnsafeMutableRawPointer?
    try ok(cudaStreamCreate(&stream))
    try ok(cudaEventCreate(&event))
    try ok(cudaMallocHost(&pinned, 4096))
    try ok(cudaMalloc(&words, 4096))
    try ok(launch(basic.kernel("fill"), dim(4), dim(256), stream: stream, words, Int32(1024), Int32(3)))
    try ok(cudaMemcpyAsync(pinned, words, 4096, cudaMemcpyDeviceToHost, stream))
    try ok(cudaEventRecord(event, stream))
    try ok(cudaEventSynchronize(event))
    try equal(pinned!.load(as: UInt32.self), 3, "the copied word")
    try ok(launch(basic.kernel("fill"), dim(4), dim(256), stream: stream, words, Int32(1024), Int32(4)))
  }
}
