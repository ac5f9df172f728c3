// Stream capture: what becomes a node, forks and joins, the three modes and what they forbid, invalid captures.
import CConformance
import Glibc

private let guide = "CUDA Programming Guide, Creating a Graph Using Stream Capture"
private nonisolated(unsafe) var calls: Int32 = 0

func captureCases() {
  // MARK: operations
  test("cudaStreamBeginCapture", .success, "records kernels instead of running them, and the graph runs them", source: "cudaStreamBeginCapture", touches: ["cudaStreamEndCapture", "cudaGraphLaunch"]) {
    let stream = try makeStream(), words = try Words(4, fill: 10)
    try beginCapture(stream)
    for _ in 0..<5 { try addOnDevice(words, 3, stream) }
    let graph = try endCapture(stream)
    try words.expect(all: 10, "nothing has run")
    try equal(graphNodeTypes(graph), [0, 0, 0, 0, 0], "the nodes' types")
    try equal(graphEdgeCount(graph), 4, "edges of a chain")
    try replayGraph(graph, stream, 3)
    try words.expect([55, 10, 10, 10], "three launches of five kernels")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .success, "records copies, fills and host functions with their parameters", source: guide, touches: ["cudaMemcpyAsync", "cudaMemset2DAsync", "cudaLaunchHostFunc"]) {
    let stream = try makeStream(), words = try Words(64, fill: 0), other = try Words(64, fill: 7)
    calls = 0
    var host = [UInt32](repeating: 0, count: 64)
    try host.withUnsafeMutableBytes { host in
      try beginCapture(stream)
      try ok(cudaMemsetAsync(words.pointer, 1, 32, stream))
      try ok(cudaMemset2DAsync(words.pointer + 32, 16, 2, 8, 3, stream))
      try ok(cudaMemcpyAsync(other.pointer, words.pointer, 128, cudaMemcpyDeviceToDevice, stream))
      try ok(cudaLaunchHostFunc(stream, { _ in calls += 1 }, nil))
      try ok(cudaMemcpyAsync(host.baseAddress, other.pointer, 256, cudaMemcpyDeviceToHost, stream))
      let graph = try endCapture(stream)
      try equal(graphNodeTypes(graph), [2, 2, 1, 3, 1], "the nodes' types")
      try equal(calls, 0, "host functions that ran")
      try replayGraph(graph, stream, 2)
      try equal(calls, 2, "host functions that ran")
      try ok(cudaGraphDestroy(graph))
    }
    var want = [UInt32](repeating: 0, count: 32)
    for index in 0..<8 { want[index] = 0x0101_0101 }
    for row in 0..<3 { for column in 0..<2 { want[8 + row * 4 + column] = 0x0202_0202 } }
    try expectWords(host, want + [UInt32](repeating: 7, count: 32), "what came back")
  }
  test("cudaStreamBeginCapture", .edge, "makes no node of a copy and a fill of no bytes", source: guide, touches: ["cudaMemcpyAsync", "cudaMemsetAsync"]) {
    let stream = try makeStream(), words = try Words(4, fill: 0)
    try beginCapture(stream)
    try ok(cudaMemcpyAsync(words.pointer, words.pointer, 0, cudaMemcpyDeviceToDevice, stream))
    try ok(cudaMemsetAsync(words.pointer, 0, 0, stream))
    let graph = try endCapture(stream)
    try equal(graphNodes(graph).count, 0, "nodes")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .success, "records allocations and frees, whose memory the graph's kernels use", source: "CUDA Programming Guide, Graph Memory Nodes", touches: ["cudaMallocAsync", "cudaFreeAsync"]) {
    let stream = try makeStream(), words = try Words(16, fill: 0)
    try beginCapture(stream)
    var memory: UnsafeMutableRawPointer?
    try ok(cudaMallocAsync(&memory, 64, stream))
    try ok(cudaMemsetAsync(memory, 5, 64, stream))
    try ok(launch(basic.kernel("copy"), dim(1), dim(16), stream: stream, words.pointer, try some(memory, "the memory"), Int32(16)))
    try ok(cudaFreeAsync(memory, stream))
    let graph = try endCapture(stream)
    try equal(graphNodeTypes(graph), [10, 2, 0, 11], "the nodes' types")
    try replayGraph(graph, stream, 2)
    try words.expect(all: 0x0505_0505, "copied from the graph's memory")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .error, "leaves the capture going after a copy or free that is refused", source: "cudaMemcpyAsync, Returns: cudaErrorInvalidValue", touches: ["cudaMemcpyAsync", "cudaFreeAsync"]) {
    let stream = try makeStream(), words = try Words(4, fill: 0)
    try beginCapture(stream)
    try fails(cudaMemcpyAsync(nil, words.pointer, 16, cudaMemcpyDeviceToDevice, stream), cudaErrorInvalidValue)
    try fails(cudaFreeAsync(words.pointer, stream), cudaErrorInvalidValue)
    try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(endCapture(stream)))
  }
  test("cudaStreamBeginCapture", .error, "becomes invalid by a launch that is refused, but for shapes that runtime 12 refuses by itself", source: guide, touches: ["cudaLaunchKernel"]) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    try beginCapture(stream)
    let answer = try launch(basic.kernel("add"), dim(1), dim(2000), stream: stream, words.pointer, Int32(1), Int32(1))
    try expect(answer, abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue, "2000 threads a block")
    _ = try cudaGetLastError()
    if abi == 12 {   // this runtime looks at the shape by itself, before anything is captured
      try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
      return try ok(cudaGraphDestroy(endCapture(stream)))
    }
    try expectCaptureStatus(stream, cudaStreamCaptureStatusInvalidated)
    try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
  }
  for (name, operation) in [
    ("cudaStreamAddCallback", { (stream: cudaStream_t?, memory: UnsafeMutableRawPointer) throws in try cudaStreamAddCallback(stream, { _, _, _ in }, nil, 0) }),
    ("cudaStreamSynchronize", { stream, _ in try cudaStreamSynchronize(stream) }), ("cudaStreamQuery", { stream, _ in try cudaStreamQuery(stream) }),
    ("cudaStreamAttachMemAsync", { stream, memory in try cudaStreamAttachMemAsync(stream, memory, 0, cudaMemAttachGlobal) }),
  ] as [(String, (cudaStream_t?, UnsafeMutableRawPointer) throws -> cudaError_t)] {
    test(name, .interaction, "cannot be captured and makes the capture invalid", source: "cudaErrorStreamCaptureUnsupported; " + guide, touches: ["cudaStreamEndCapture"]) {
      let stream = try makeStream()
      var memory: UnsafeMutableRawPointer?
      try ok(cudaMallocManaged(&memory, 4096, cudaMemAttachGlobal))
      for mode in [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeRelaxed] {
        try beginCapture(stream, mode)
        try fails(operation(stream, memory!), cudaErrorStreamCaptureUnsupported)
        try expectCaptureStatus(stream, cudaStreamCaptureStatusInvalidated)
        try fails(cudaMemsetAsync(memory, 0, 16, stream), cudaErrorStreamCaptureInvalidated)
        try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
      }
      try ok(cudaMemsetAsync(memory, 0, 16, stream), "the stream can be used again")
      try ok(cudaStreamSynchronize(stream))
    }
  }
  test("cudaDeviceSynchronize", .interaction, "is refused while a stream of the device captures, in every mode", source: guide + ", Prohibited and Unhandled Operations", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(cudaStreamNonBlocking)
    for mode in [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed] {
      try beginCapture(stream, mode)
      try fails(cudaDeviceSynchronize(), cudaErrorStreamCaptureUnsupported)
      try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
    }
    try ok(cudaDeviceSynchronize())
  }
  test("cudaGraphLaunch", .interaction, "cannot be captured", source: "cudaErrorStreamCaptureUnsupported (as NVIDIA's runtime answers)", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    try beginCapture(stream)
    try addOnDevice(words, 1, stream)
    let graph = try endCapture(stream)
    var executable: cudaGraphExec_t?
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    try beginCapture(stream)
    try fails(cudaGraphLaunch(executable, stream), cudaErrorStreamCaptureUnsupported)
    try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
    try words.expect(all: 0, "nothing has run")
  }

  // MARK: begin and end
  test("cudaStreamBeginCapture", .error, "refuses the legacy stream, modes that are none, and a stream that captures", source: "cudaStreamBeginCapture: not cudaStreamLegacy, not in capture mode already", .legacy) {
    let stream = try makeStream()
    try fails(cudaStreamBeginCapture(nil, cudaStreamCaptureModeGlobal), cudaErrorStreamCaptureUnsupported)
    try fails(cudaStreamBeginCapture(streamLegacy, cudaStreamCaptureModeRelaxed), cudaErrorStreamCaptureUnsupported)
    try fails(cudaStreamBeginCapture(stream, cudaStreamCaptureMode(rawValue: 3)), cudaErrorInvalidValue)
    try beginCapture(stream)
    try fails(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaErrorIllegalState)
    try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(endCapture(stream)))
  }
  test("cudaStreamBeginCapture", .success, "captures the per-thread default stream, in each thread its own", source: "cudaStreamBeginCapture; cudaStreamPerThread", touches: ["cudaStreamEndCapture"]) {
    let words = try Words(4, fill: 0)
    try onThreads(4) { index in
      try beginCapture(streamPerThread, cudaStreamCaptureModeThreadLocal)
      for _ in 0..<8 { try addOnDevice(words, Int32(index + 1), at: index, streamPerThread) }
      let graph = try endCapture(streamPerThread)
      try equal(graphNodes(graph).count, 8, "nodes")
      try replayGraph(graph, streamPerThread, 2)
      try ok(cudaGraphDestroy(graph))
    }
    try words.expect([16, 32, 48, 64], "eight kernels a thread, twice")
  }
  test("cudaStreamEndCapture", .error, "refuses a stream that does not capture, and sets the graph to null", source: "cudaStreamEndCapture: capture must have been initiated on stream", .legacy) {
    let stream = try makeStream()
    var graph = cudaGraph_t(bitPattern: 8)
    try fails(cudaStreamEndCapture(stream, &graph), cudaErrorIllegalState)
    try check(graph == nil, "the graph is null")
    try fails(cudaStreamEndCapture(nil, &graph), cudaErrorIllegalState)
  }
  test("cudaStreamEndCapture", .error, "refuses another thread unless the capture is relaxed; the capture is over", source: "cudaStreamEndCapture, Returns: cudaErrorStreamCaptureWrongThread") {
    let stream = try makeStream()
    for mode in [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal] {
      try beginCapture(stream, mode)
      try onThreads(1) { _ in try endCaptureFails(stream, cudaErrorStreamCaptureWrongThread) }
      try fails({ var graph: cudaGraph_t?; return try cudaStreamEndCapture(stream, &graph) }(), cudaErrorIllegalState)
    }
    try beginCapture(stream, cudaStreamCaptureModeRelaxed)
    let words = try Words(1)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try onThreads(1) { _ in try equal(graphNodes(endCapture(stream)).count, 1, "nodes") }
  }
  test("cudaStreamEndCapture", .error, "refuses a stream that joined, and the capture becomes invalid", source: "cudaErrorStreamCaptureUnmatched") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(cudaEventDisableTiming)
    try beginCapture(first)
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    var graph = cudaGraph_t(bitPattern: 8)
    try fails(cudaStreamEndCapture(second, &graph), cudaErrorStreamCaptureUnmatched)
    try expectCaptureStatus(first, cudaStreamCaptureStatusInvalidated)
    try expectCaptureStatus(second, cudaStreamCaptureStatusInvalidated)
    try endCaptureFails(first, cudaErrorStreamCaptureInvalidated)
    try expectCaptureStatus(second, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamIsCapturing", .success, "says none, active and invalidated", source: "cudaStreamIsCapturing") {
    let stream = try makeStream()
    try expectCaptureStatus(stream, cudaStreamCaptureStatusNone)
    try beginCapture(stream)
    try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
    _ = try cudaStreamSynchronize(stream)
    _ = try cudaGetLastError()
    try expectCaptureStatus(stream, cudaStreamCaptureStatusInvalidated)
    try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
  }
  test("cudaStreamIsCapturing", .error, "refuses a null place", source: "cudaStreamIsCapturing, Returns: cudaErrorInvalidValue") {
    try fails(cudaStreamIsCapturing(makeStream(), nil), cudaErrorInvalidValue)
  }
  test("cudaStreamIsCapturing", .interaction, "answers cudaErrorStreamCaptureImplicit for the legacy stream while a blocking stream captures, and harms nothing", source: "cudaStreamIsCapturing: cudaErrorStreamCaptureImplicit", .legacy) {
    let blocking = try makeStream(), free = try makeStream(cudaStreamNonBlocking)
    var found = cudaStreamCaptureStatusNone
    try beginCapture(free)
    try expectCaptureStatus(nil, cudaStreamCaptureStatusNone)
    try ok(cudaGraphDestroy(endCapture(free)))
    try beginCapture(blocking)
    try fails(cudaStreamIsCapturing(nil, &found), cudaErrorStreamCaptureImplicit)
    try expectCaptureStatus(blocking, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(endCapture(blocking)))
    try expectCaptureStatus(nil, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamBeginCapture", .interaction, "makes the legacy stream unusable for a blocking stream's capture, and only for that", source: guide + ", Prohibited and Unhandled Operations", touches: ["cudaMemcpy", "cudaMemsetAsync"], .legacy) {
    let words = try Words(4, fill: 0)
    for isBlocking in [true, false] {
      let stream = try makeStream(isBlocking ? cudaStreamDefault : cudaStreamNonBlocking)
      try beginCapture(stream, cudaStreamCaptureModeRelaxed)
      if isBlocking {
        try fails(cudaMemsetAsync(words.pointer, 1, 16, nil), cudaErrorStreamCaptureImplicit)
        try fails(cudaMemcpy(words.pointer, words.pointer + 8, 8, cudaMemcpyDeviceToDevice), cudaErrorStreamCaptureImplicit)
        try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
      } else {
        try ok(cudaMemsetAsync(words.pointer, 1, 16, nil))
        try ok(cudaGraphDestroy(endCapture(stream)))
      }
    }
    try words.expect(all: 0x0101_0101, "the fill beside the non-blocking capture")
  }

  // MARK: forks and joins
  test("cudaStreamWaitEvent", .success, "spreads a capture to another stream and back, and the graph keeps the order", source: guide + ", Cross-stream Dependencies and Events", touches: ["cudaStreamBeginCapture", "cudaEventRecord"]) {
    let first = try makeStream(), second = try makeStream(cudaStreamNonBlocking), words = try Words(2, fill: 1)
    let fork = try makeEvent(cudaEventDisableTiming), join = try makeEvent()
    try beginCapture(first)
    try addOnDevice(words, 1, first)                                                       // 2
    try ok(cudaEventRecord(fork, first))
    try ok(cudaStreamWaitEvent(second, fork, 0))
    try expectCaptureStatus(second, cudaStreamCaptureStatusActive)
    try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: second, words.pointer, Int32(1), Int32(10), Int32(0)))   // 20
    try addOnDevice(words, 5, at: 1, first)                                                // beside it: 6
    try ok(cudaEventRecord(join, second))
    try ok(cudaStreamWaitEvent(first, join, 0))
    try addOnDevice(words, 3, first)                                                       // 23
    let graph = try endCapture(first)
    try expectCaptureStatus(second, cudaStreamCaptureStatusNone)
    try equal(graphNodes(graph).count, 4, "nodes")
    try equal(graphEdgeCount(graph), 4, "edges")
    try replayGraph(graph, second, 2)
    try words.expect([243, 11], "two launches in order")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamEndCapture", .error, "refuses work that was not joined, and leaves no graph", source: "cudaErrorStreamCaptureUnjoined") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(), words = try Words(1)
    for joinsFirst in [false, true] {
      try beginCapture(first)
      try ok(cudaEventRecord(event, first))
      try ok(cudaStreamWaitEvent(second, event, 0))
      try ok(cudaMemsetAsync(words.pointer, 0, 4, second))
      if joinsFirst {
        try ok(cudaEventRecord(event, second))
        try ok(cudaStreamWaitEvent(first, event, 0))
        try ok(cudaMemsetAsync(words.pointer, 0, 4, second))   // behind the join
      }
      try endCaptureFails(first, cudaErrorStreamCaptureUnjoined)
      try expectCaptureStatus(second, cudaStreamCaptureStatusNone)
    }
  }
  test("cudaStreamEndCapture", .edge, "accepts a stream that joined and did nothing", source: "cudaErrorStreamCaptureUnjoined is about work") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(), words = try Words(1)
    try beginCapture(first)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, first))
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try equal(graphNodes(endCapture(first)).count, 1, "nodes")
    try expectCaptureStatus(second, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamWaitEvent", .error, "refuses a record from outside of the capture, and the merge of two captures", source: "cudaErrorStreamCaptureIsolation, cudaErrorStreamCaptureMerge", touches: ["cudaStreamEndCapture"]) {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent()
    try ok(cudaEventRecord(event, second))
    try beginCapture(first)
    try fails(cudaStreamWaitEvent(first, event, 0), cudaErrorStreamCaptureIsolation)
    try endCaptureFails(first, cudaErrorStreamCaptureInvalidated)
    try beginCapture(first)
    try beginCapture(second)
    try ok(cudaEventRecord(event, first))
    try fails(cudaStreamWaitEvent(second, event, 0), cudaErrorStreamCaptureMerge)
    try endCaptureFails(first, cudaErrorStreamCaptureInvalidated)
    try endCaptureFails(second, cudaErrorStreamCaptureInvalidated)
  }
  test("cudaStreamWaitEvent", .edge, "in a capture, does nothing for an event that was never recorded, and for one of the same stream", source: "cudaStreamWaitEvent: an empty set of work") {
    let stream = try makeStream(), never = try makeEvent(), event = try makeEvent(), words = try Words(1)
    try beginCapture(stream)
    try ok(cudaStreamWaitEvent(stream, never, 0))
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try ok(cudaEventRecord(event, stream))
    try ok(cudaStreamWaitEvent(stream, event, 0))
    try equal(graphNodeTypes(endCapture(stream)), [2], "the nodes' types")
  }
  test("cudaStreamWaitEvent", .interaction, "refuses an event of a capture that is over", source: "cudaStreamWaitEvent, Returns: cudaErrorInvalidValue") {
    let stream = try makeStream(), event = try makeEvent()
    try beginCapture(stream)
    try ok(cudaEventRecord(event, stream))
    try ok(cudaGraphDestroy(endCapture(stream)))
    try fails(cudaStreamWaitEvent(stream, event, 0), cudaErrorInvalidValue)
    try ok(cudaEventRecord(event, stream))
    try ok(cudaStreamWaitEvent(stream, event, 0))
  }
  for (name, ask) in [("cudaEventQuery", { try cudaEventQuery($0) }), ("cudaEventSynchronize", { try cudaEventSynchronize($0) })] as [(String, (cudaEvent_t?) throws -> cudaError_t)] {
    test(name, .interaction, "refuses an event that was recorded in a capture, even in a relaxed one", source: "cudaErrorCapturedEvent; cudaThreadExchangeStreamCaptureMode", touches: ["cudaStreamBeginCapture"]) {
      let stream = try makeStream(), event = try makeEvent()
      try beginCapture(stream, cudaStreamCaptureModeRelaxed)
      try ok(cudaEventRecord(event, stream))
      try fails(ask(event), cudaErrorCapturedEvent)
      try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
      try fails(ask(event), cudaErrorInvalidValue)
      try ok(cudaEventRecord(event, stream))
      try ok(cudaStreamSynchronize(stream))
      try ok(ask(event))
    }
  }
  test("cudaEventElapsedTime", .interaction, "refuses events that were recorded in a capture, which goes on", source: "cudaErrorCapturedEvent", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(), event = try makeEvent()
    var time: Float = 0
    try beginCapture(stream, cudaStreamCaptureModeRelaxed)
    try ok(cudaEventRecord(event, stream))
    try fails(cudaEventElapsedTime(&time, event, event), cudaErrorCapturedEvent)
    try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(endCapture(stream)))
  }
  test("cudaEventRecordWithFlags", .success, "external: the graph records the event at every launch", source: "cudaEventRecordExternal", touches: ["cudaStreamBeginCapture", "cudaEventQuery"]) {
    let stream = try makeStream(cudaStreamNonBlocking), other = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1, fill: 0)
    try beginCapture(stream)
    try addOnDevice(words, 1, stream)
    try ok(cudaEventRecordWithFlags(event, stream, cudaEventRecordExternal))
    let graph = try endCapture(stream)
    try equal(graphNodeTypes(graph), [0, 7], "the nodes' types")
    try ok(cudaEventQuery(event), "never recorded so far")
    var executable: cudaGraphExec_t?
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    let hold = try Hold(stream)
    try ok(cudaGraphLaunch(executable, stream))
    try expect(cudaEventQuery(event), cudaErrorNotReady)
    try ok(cudaStreamWaitEvent(other, event, 0))
    try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: other, words.pointer, Int32(1), Int32(7), Int32(2)))
    hold.release()
    try ok(cudaEventSynchronize(event))
    try words.expect(all: 9, "the other stream waited for the graph")
    try ok(cudaGraphExecDestroy(executable))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamWaitEvent", .success, "external: the graph waits for the event's last record before its launch", source: "cudaEventWaitExternal", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(cudaStreamNonBlocking), other = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1, fill: 1)
    try beginCapture(stream)
    try ok(cudaStreamWaitEvent(stream, event, cudaEventWaitExternal))
    try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(10), Int32(0)))
    let graph = try endCapture(stream)
    try equal(graphNodeTypes(graph), [6, 0], "the nodes' types")
    var executable: cudaGraphExec_t?
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    let hold = try Hold(other)
    try addOnDevice(words, 4, other)
    try ok(cudaEventRecord(event, other))
    try ok(cudaGraphLaunch(executable, stream))
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 50, "added before, multiplied after")
    try ok(cudaGraphExecDestroy(executable))
    try ok(cudaGraphDestroy(graph))
  }
  for (name, call) in [
    ("cudaEventRecordWithFlags", { try cudaEventRecordWithFlags($1, $0, $2) }), ("cudaStreamWaitEvent", { try cudaStreamWaitEvent($0, $1, $2) }),
  ] as [(String, (cudaStream_t?, cudaEvent_t?, UInt32) throws -> cudaError_t)] {
    test(name, .error, "refuses external outside of a capture, and flags that are none everywhere", source: "\(name), flags; cudaErrorIllegalState") {
      let stream = try makeStream(), event = try makeEvent()
      try fails(call(stream, event, 1), cudaErrorIllegalState)
      try fails(call(stream, event, 2), cudaErrorInvalidValue)
      try beginCapture(stream)
      try fails(call(stream, event, 2), cudaErrorInvalidValue)
      try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(endCapture(stream)))
    }
  }

  // MARK: modes
  test("cudaThreadExchangeStreamCaptureMode", .success, "swaps the thread's own mode, global at first", source: "cudaThreadExchangeStreamCaptureMode") {
    for _ in 0..<2 {
      try onThreads(1) { _ in
        var mode = cudaStreamCaptureModeRelaxed
        try ok(cudaThreadExchangeStreamCaptureMode(&mode))
        try equal(mode.rawValue, cudaStreamCaptureModeGlobal.rawValue, "the first mode")
        mode = cudaStreamCaptureModeThreadLocal
        try ok(cudaThreadExchangeStreamCaptureMode(&mode))
        try equal(mode.rawValue, cudaStreamCaptureModeRelaxed.rawValue, "the second mode")
      }
    }
  }
  test("cudaThreadExchangeStreamCaptureMode", .interaction, "decides with the capture's mode whether cudaMalloc is refused, in the same thread and another", source: "cudaThreadExchangeStreamCaptureMode: the three modes", touches: ["cudaMalloc", "cudaStreamBeginCapture"]) {
    let modes = [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed]
    for capture in 0..<3 {
      for own in 0..<3 {
        for isOther in [false, true] {
          let stream = try makeStream(cudaStreamNonBlocking)
          try beginCapture(stream, modes[capture])
          func ask() throws {
            var mode = modes[own], memory: UnsafeMutableRawPointer?
            try ok(cudaThreadExchangeStreamCaptureMode(&mode))
            let answer = try cudaMalloc(&memory, 64)
            _ = try cudaGetLastError()
            try ok(cudaThreadExchangeStreamCaptureMode(&mode))
            let isForbidden = own != 2 && (isOther ? own == 0 && capture == 0 : capture != 2)
            try expect(answer, isForbidden ? cudaErrorStreamCaptureUnsupported : cudaSuccess, "capture \(capture), thread \(own), other thread \(isOther)")
            try expectCaptureStatus(stream, isForbidden ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive)
          }
          if isOther { try onThreads(1) { _ in try ask() } } else { try ask() }
          var graph: cudaGraph_t?
          _ = try cudaStreamEndCapture(stream, &graph)
          _ = try cudaGetLastError()
          try ok(cudaStreamDestroy(stream))
        }
      }
    }
  }
  let unsafe: [(String, () throws -> cudaError_t)] = [
    ("cudaMalloc", { var p: UnsafeMutableRawPointer?; return try cudaMalloc(&p, 64) }), ("cudaFree", { try cudaFree(nil) }),
    ("cudaMallocHost", { var p: UnsafeMutableRawPointer?; return try cudaMallocHost(&p, 64) }), ("cudaFreeHost", { try cudaFreeHost(nil) }),
    ("cudaHostAlloc", { var p: UnsafeMutableRawPointer?; return try cudaHostAlloc(&p, 64, 0) }),
    ("cudaMallocManaged", { var p: UnsafeMutableRawPointer?; return try cudaMallocManaged(&p, 64, cudaMemAttachGlobal) }),
    ("cudaMallocPitch", { var p: UnsafeMutableRawPointer?, pitch = 0; return try cudaMallocPitch(&p, &pitch, 64, 4) }),
    ("cudaStreamSynchronize", { try cudaStreamSynchronize(streamLegacy) }), ("cudaStreamQuery", { try cudaStreamQuery(streamLegacy) }),
    ("cudaDeviceSetLimit", { try cudaDeviceSetLimit(cudaLimitStackSize, 2048) }),
  ]
  for (name, call) in unsafe {
    test(name, .interaction, "is unsafe while this thread captures, unless the capture is relaxed", source: "cudaThreadExchangeStreamCaptureMode: potentially unsafe API calls", touches: ["cudaStreamBeginCapture"]) {
      let stream = try makeStream(cudaStreamNonBlocking)
      for mode in [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal] {
        try beginCapture(stream, mode)
        try fails(call(), cudaErrorStreamCaptureUnsupported)
        try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
      }
      try beginCapture(stream, cudaStreamCaptureModeRelaxed)
      try ok(call())
      try ok(cudaGraphDestroy(endCapture(stream)))
    }
  }
}
