// --stress SECONDS: eight threads on sixteen streams of mixed allocation, copies, fills, launches, events, waits across threads, capture, graphs
// and errors.  Every buffer has one expected value for all its words, so that any lost, doubled or misplaced operation shows.  At the end all
// memory of the device must be back, and the process must not have grown.
//
// Each thread owns two streams and its buffers; what threads share is a ring of events, which they record and wait for in each other's streams.
import CConformance
import Glibc

enum Stress {
  static let threads = 8, bufferWords = 1500

  /// Runs for so many seconds; throws at the first wrong result.  Returns the number of operations.
  static func run(seconds: Double, seed: UInt64, say: (String) -> Void) throws -> Int {
    try basic.load()
    var shared: [cudaEvent_t] = []
    for _ in 0..<threads * 2 { shared.append(try makeEvent(cudaEventDisableTiming)) }
    // A first round of every kind of work makes what is made once: queues, rings, pools, code.
    let warm = min(20, max(1, seconds / 10))
    var operations = try round(seconds: warm, seed: seed, shared: shared)
    let freeBefore = try freeMemory(), residentBefore = resident()
    var spent = warm, worst = residentBefore
    while spent < seconds {
      let part = min(30, seconds - spent)
      operations += try round(seconds: part, seed: seed &+ UInt64(spent), shared: shared)
      spent += part
      worst = max(worst, resident())
      say("\(Int(spent)) s, \(operations) operations, resident \(resident() >> 20) MiB, free on the device \(try freeMemory() >> 20) MiB")
    }
    let freeAfter = try freeMemory()
    if freeAfter + (2 << 20) < freeBefore { throw Deviation(message: "\(freeBefore - freeAfter) bytes of the device's memory did not come back") }
    if worst > residentBefore + (64 << 20) { throw Deviation(message: "the process grew from \(residentBefore >> 20) to \(worst >> 20) MiB") }
    for event in shared { try ok(cudaEventDestroy(event)) }
    return operations
  }

  private static func freeMemory() throws -> Int {
    try ok(cudaDeviceSynchronize())
    var pool: cudaMemPool_t?
    try ok(cudaDeviceGetDefaultMemPool(&pool, 0))
    try ok(cudaMemPoolTrimTo(pool, 0))
    var free = 0, total = 0
    try ok(cudaMemGetInfo(&free, &total))
    return free
  }

  /// Bytes of memory that the process has in use, from /proc/self/statm.
  private static func resident() -> Int {
    guard let text = try? File.read("/proc/self/statm") else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  private static func round(seconds: Double, seed: UInt64, shared: [cudaEvent_t]) throws -> Int {
    let end = now() + seconds
    nonisolated(unsafe) let counts = UnsafeMutablePointer<Int>.allocate(capacity: threads)
    counts.initialize(repeating: 0, count: threads)
    defer { counts.deallocate() }
    try onThreads(threads) { index in
      let worker = try Worker(index: index, seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) &+ 1, shared: shared)
      while now() < end { for _ in 0..<20 { try worker.step() } }
      try worker.finish()
      counts[index] = worker.operations
    }
    return (0..<threads).reduce(0) { $0 + counts[$1] }
  }

  /// One thread's streams, buffers and expectations.
  private final class Worker {
    private struct Buffer {
      var pointer: UnsafeMutableRawPointer
      var value: UInt32
      var stream: Int        // which of the two streams used it last
      var pooled: Bool
    }
    private var state: UInt64
    private let index: Int
    private let streams: [cudaStream_t], events: [cudaEvent_t], shared: [cudaEvent_t]
    private var buffers: [Buffer] = []
    private let pinned: UnsafeMutablePointer<UInt32>
    private(set) var operations = 0
    private let bytes = Stress.bufferWords * 4

    init(index: Int, seed: UInt64, shared: [cudaEvent_t]) throws {
      self.index = index
      state = seed | 1
      self.shared = shared
      streams = [try makeStream(cudaStreamNonBlocking), try makeStream(index % 2 == 0 ? cudaStreamDefault : cudaStreamNonBlocking)]
      events = [try makeEvent(cudaEventDisableTiming), try makeEvent()]
      var memory: UnsafeMutableRawPointer?
      try ok(cudaMallocHost(&memory, Stress.bufferWords * 4))
      pinned = try some(memory, "pinned memory").assumingMemoryBound(to: UInt32.self)
    }

    private func random(_ below: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33) % below
    }

    /// The stream for the next operation on a buffer; behind what the other stream did with it.
    private func stream(for at: Int) throws -> cudaStream_t {
      let next = random(2)
      if buffers[at].stream != next {
        let other = buffers[at].stream
        try ok(cudaEventRecord(events[other], streams[other]))
        try ok(cudaStreamWaitEvent(streams[next], events[other], 0))
        buffers[at].stream = next
      }
      return streams[next]
    }

    private var blocks: dim3 { dim((Stress.bufferWords + 127) / 128) }

    private func scale(_ at: Int, _ stream: cudaStream_t) throws {
      let factor = UInt32(random(9) * 2 + 1), addend = UInt32(random(1000))
      try ok(launch(basic.kernel("scale"), blocks, dim(128), stream: stream, buffers[at].pointer, Int32(Stress.bufferWords), factor, addend))
      buffers[at].value = buffers[at].value &* factor &+ addend
    }

    func step() throws {
      operations += 1
      if buffers.isEmpty { return try allocate() }
      let at = random(buffers.count)
      switch random(100) {
      case 0..<8: if buffers.count < 12 { try allocate() } else { try release(at) }
      case 8..<13: try release(at)
      case 13..<45: try scale(at, stream(for: at))
      case 45..<52:
        let byte = random(256)
        try ok(cudaMemsetAsync(buffers[at].pointer, Int32(byte), bytes, stream(for: at)))
        buffers[at].value = UInt32(byte) &* 0x0101_0101
      case 52..<60:
        let to = random(buffers.count)
        if to == at { return }
        // Both buffers go to one stream first.
        let stream = try stream(for: at), chosen = buffers[at].stream
        if buffers[to].stream != chosen {
          try ok(cudaEventRecord(events[buffers[to].stream], streams[buffers[to].stream]))
          try ok(cudaStreamWaitEvent(stream, events[buffers[to].stream], 0))
          buffers[to].stream = chosen
        }
        try ok(cudaMemcpyAsync(buffers[to].pointer, buffers[at].pointer, bytes, cudaMemcpyDeviceToDevice, stream))
        buffers[to].value = buffers[at].value
      case 60..<66:
        let value = UInt32(random(1 << 30)), host = [UInt32](repeating: value, count: Stress.bufferWords)
        try ok(cudaMemcpyAsync(buffers[at].pointer, host, bytes, cudaMemcpyHostToDevice, stream(for: at)))
        buffers[at].value = value
      case 66..<74: try verify(at)
      case 74..<80: try ok(cudaEventRecord(shared[index * 2 + random(2)], streams[random(2)]))
      case 80..<86: try ok(cudaStreamWaitEvent(streams[random(2)], shared[random(shared.count)], 0))
      case 86..<91: try replay(at)
      case 91..<97: try mistake()
      case 97..<99: try ok(cudaStreamSynchronize(streams[random(2)]))
      // Not the device: while any stream of it captures, waiting for all of them is not allowed.
      default: for stream in streams { try ok(cudaStreamSynchronize(stream)) }
      }
    }

    private func allocate() throws {
      var pointer: UnsafeMutableRawPointer?
      let pooled = random(2) == 0, at = random(2), value = UInt32(random(1 << 20))
      if pooled { try ok(cudaMallocAsync(&pointer, bytes, streams[at])) } else { try ok(cudaMalloc(&pointer, bytes)) }
      let memory = try some(pointer, "the memory")
      try ok(launch(basic.kernel("fill"), blocks, dim(128), stream: streams[at], memory, Int32(Stress.bufferWords), value))
      buffers.append(Buffer(pointer: memory, value: value, stream: at, pooled: pooled))
    }

    private func release(_ at: Int) throws {
      if random(3) == 0 { try verify(at) }
      let buffer = buffers.remove(at: at)
      if buffer.pooled { try ok(cudaFreeAsync(buffer.pointer, streams[buffer.stream])) } else { try ok(cudaFree(buffer.pointer)) }
    }

    /// Copies a buffer back, to pinned or ordinary memory, and looks at every word.
    private func verify(_ at: Int) throws {
      let wanted = buffers[at].value, stream = try stream(for: at)
      var ordinary: [UInt32] = []
      if random(2) == 0 {
        ordinary = [UInt32](repeating: ~wanted, count: Stress.bufferWords)
        try ok(cudaMemcpyAsync(&ordinary, buffers[at].pointer, bytes, cudaMemcpyDeviceToHost, stream))
        try ok(cudaStreamSynchronize(stream))
      } else {
        try ok(cudaMemcpyAsync(pinned, buffers[at].pointer, bytes, cudaMemcpyDeviceToHost, stream))
        let event = events[buffers[at].stream]
        try ok(cudaEventRecord(event, stream))
        if random(2) == 0 { try ok(cudaEventSynchronize(event)) } else { while try cudaEventQuery(event) == cudaErrorNotReady { sched_yield() } }
        ordinary = Array(UnsafeBufferPointer(start: pinned, count: Stress.bufferWords))
      }
      if let wrong = ordinary.firstIndex(where: { $0 != wanted }) {
        throw Deviation(message: "thread \(index), operation \(operations): word \(wrong) is \(ordinary[wrong]), expected \(wanted)")
      }
    }

    /// Captures a few operations on a buffer, makes a graph of them, and launches it several times.
    private func replay(_ at: Int) throws {
      let stream = try stream(for: at)
      let factor = UInt32(random(5) * 2 + 1), addend = UInt32(random(100)), times = 1 + random(4), length = 1 + random(5)
      try ok(cudaStreamBeginCapture(stream, random(3) == 0 ? cudaStreamCaptureModeRelaxed : cudaStreamCaptureModeThreadLocal))
      for _ in 0..<length { try ok(launch(basic.kernel("scale"), blocks, dim(128), stream: stream, buffers[at].pointer, Int32(Stress.bufferWords), factor, addend)) }
      var graph: cudaGraph_t?, executable: cudaGraphExec_t?
      try ok(cudaStreamEndCapture(stream, &graph))
      try ok(cudaGraphInstantiateWithFlags(&executable, graph, 0))
      try ok(cudaGraphDestroy(graph))
      for _ in 0..<times {
        try ok(cudaGraphLaunch(executable, stream))
        for _ in 0..<length { buffers[at].value = buffers[at].value &* factor &+ addend }
      }
      try ok(cudaGraphExecDestroy(executable))
    }

    /// Calls that must fail, each with its code, in this thread alone.
    private func mistake() throws {
      switch random(6) {
      case 0: try fails(cudaMalloc(nil, 16), cudaErrorInvalidValue)
      case 1: try fails(cudaSetDevice(4711), cudaErrorInvalidDevice)
      case 2:
        var pointer: UnsafeMutableRawPointer?
        try fails(cudaMalloc(&pointer, 1 << 52), cudaErrorMemoryAllocation)
      case 3: try fails(cudaEventRecord(nil, streams[0]), cudaErrorInvalidResourceHandle)
      case 4: try fails(cudaMemcpyAsync(pinned, pinned, 16, cudaMemcpyKind(rawValue: 9), streams[0]), cudaErrorInvalidMemcpyDirection)
      default:
        let refused = try launch(basic.kernel("nothing"), dim(1), dim(4096), stream: streams[1])
        try check(refused != cudaSuccess, "a refusal of 4096 threads")
        try expect(cudaGetLastError(), refused, "the last error")
      }
    }

    func finish() throws {
      while !buffers.isEmpty {
        try verify(buffers.count - 1)
        let buffer = buffers.removeLast()
        if buffer.pooled { try ok(cudaFreeAsync(buffer.pointer, streams[buffer.stream])) } else { try ok(cudaFree(buffer.pointer)) }
      }
      for stream in streams { try ok(cudaStreamSynchronize(stream)); try ok(cudaStreamDestroy(stream)) }
      for event in events { try ok(cudaEventDestroy(event)) }
      try ok(cudaFreeHost(pinned))
    }
  }
}
