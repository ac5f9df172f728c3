// Stream capture: what becomes a node, forks and joins, the three modes and what they forbid, invalid captures, info, dependencies,
// capture into a graph and again.
import CConformance
import Glibc

private let guide = "CUDA Programming Guide, Creating a Graph Using Stream Capture"

private func begin(_ stream: cudaStream_t?, _ mode: cudaStreamCaptureMode = cudaStreamCaptureModeGlobal) throws {
  try ok(cudaStreamBeginCapture(stream, mode), "cudaStreamBeginCapture")
}

private func status(_ stream: cudaStream_t?) throws -> cudaStreamCaptureStatus {
  var status = cudaStreamCaptureStatus(rawValue: 77)
  try ok(cudaStreamIsCapturing(stream, &status), "cudaStreamIsCapturing")
  return status
}

private func expectStatus(_ stream: cudaStream_t?, _ wanted: cudaStreamCaptureStatus, line: Int = #line) throws {
  try equal(status(stream).rawValue, wanted.rawValue, "line \(line): the capture status")
}

private func end(_ stream: cudaStream_t?) throws -> cudaGraph_t {
  var graph: cudaGraph_t?
  try ok(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture")
  return try some(graph, "the graph")
}

/// The capture is over with this error, and no graph.
private func endFails(_ stream: cudaStream_t?, _ wanted: cudaError_t, line: Int = #line) throws {
  var graph = cudaGraph_t(bitPattern: 8)
  try fails(cudaStreamEndCapture(stream, &graph), wanted, "the end", line: line)
  try check(graph == nil, "the graph is null", line: line)
  try expectStatus(stream, cudaStreamCaptureStatusNone, line: line)
}

private func nodes(_ graph: cudaGraph_t) throws -> [cudaGraphNode_t?] {
  var count = 0
  try ok(cudaGraphGetNodes(graph, nil, &count), "cudaGraphGetNodes")
  var nodes = [cudaGraphNode_t?](repeating: nil, count: count)
  if count > 0 { try ok(cudaGraphGetNodes(graph, &nodes, &count), "cudaGraphGetNodes") }
  return nodes
}

private func types(_ graph: cudaGraph_t) throws -> [UInt32] {
  try nodes(graph).map { node in
    var type = cudaGraphNodeType(rawValue: 99)
    try ok(cudaGraphNodeGetType(node, &type), "cudaGraphNodeGetType")
    return UInt32(type.rawValue)
  }
}

private func edgeCount(_ graph: cudaGraph_t) throws -> Int {
  var count = 0
  if abi == 12 { try ok(cudaGraphGetEdges_12(graph, nil, nil, &count)) } else { try ok(cudaGraphGetEdges(graph, nil, nil, nil, &count)) }
  return count
}

/// Launches the graph `times` times.
private func replay(_ graph: cudaGraph_t, _ stream: cudaStream_t?, _ times: Int = 1) throws {
  var executable: cudaGraphExec_t?
  try ok(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate")
  for _ in 0..<times { try ok(cudaGraphLaunch(executable, stream), "cudaGraphLaunch") }
  try ok(cudaStreamSynchronize(stream), "cudaStreamSynchronize")
  try ok(cudaGraphExecDestroy(executable))
}

private func add(_ words: Words, _ value: Int32, at index: Int = 0, _ stream: cudaStream_t?) throws {
  try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer + index * 4, Int32(1), value), "a kernel")
}

private struct Info {
  var status = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7, graph: cudaGraph_t?, count = 77
  var first: cudaGraphNode_t?
}

/// cudaStreamGetCaptureInfo in the form that has everything.
private func info(_ stream: cudaStream_t?) throws -> Info {
  var info = Info(), deps: UnsafePointer<cudaGraphNode_t?>?, data: UnsafePointer<cudaGraphEdgeData>?
  if abi == 12 {
    try ok(cudaStreamGetCaptureInfo_v3(stream, &info.status, &info.id, &info.graph, &deps, &data, &info.count), "cudaStreamGetCaptureInfo_v3")
  } else {
    try ok(cudaStreamGetCaptureInfo(stream, &info.status, &info.id, &info.graph, &deps, &data, &info.count), "cudaStreamGetCaptureInfo")
  }
  if info.status == cudaStreamCaptureStatusActive, info.count > 0 { info.first = deps?[0] }
  return info
}

private nonisolated(unsafe) var calls: Int32 = 0

func captureCases() {
  // MARK: operations
  test("cudaStreamBeginCapture", .success, "records kernels instead of running them, and the graph runs them", source: "cudaStreamBeginCapture", touches: ["cudaStreamEndCapture", "cudaGraphLaunch"]) {
    let stream = try makeStream(), words = try Words(4, fill: 10)
    try begin(stream)
    for _ in 0..<5 { try add(words, 3, stream) }
    let graph = try end(stream)
    try words.expect(all: 10, "nothing has run")
    try equal(types(graph), [0, 0, 0, 0, 0], "the nodes' types")
    try equal(edgeCount(graph), 4, "edges of a chain")
    try replay(graph, stream, 3)
    try words.expect([55, 10, 10, 10], "three launches of five kernels")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .success, "records copies, fills and host functions with their parameters", source: guide, touches: ["cudaMemcpyAsync", "cudaMemset2DAsync", "cudaLaunchHostFunc"]) {
    let stream = try makeStream(), words = try Words(64, fill: 0), other = try Words(64, fill: 7)
    calls = 0
    var host = [UInt32](repeating: 0, count: 64)
    try host.withUnsafeMutableBytes { host in
      try begin(stream)
      try ok(cudaMemsetAsync(words.pointer, 1, 32, stream))
      try ok(cudaMemset2DAsync(words.pointer + 32, 16, 2, 8, 3, stream))
      try ok(cudaMemcpyAsync(other.pointer, words.pointer, 128, cudaMemcpyDeviceToDevice, stream))
      try ok(cudaLaunchHostFunc(stream, { _ in calls += 1 }, nil))
      try ok(cudaMemcpyAsync(host.baseAddress, other.pointer, 256, cudaMemcpyDeviceToHost, stream))
      let graph = try end(stream)
      try equal(types(graph), [2, 2, 1, 3, 1], "the nodes' types")
      try equal(calls, 0, "host functions that ran")
      try replay(graph, stream, 2)
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
    try begin(stream)
    try ok(cudaMemcpyAsync(words.pointer, words.pointer, 0, cudaMemcpyDeviceToDevice, stream))
    try ok(cudaMemsetAsync(words.pointer, 0, 0, stream))
    let graph = try end(stream)
    try equal(nodes(graph).count, 0, "nodes")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .success, "records allocations and frees, whose memory the graph's kernels use", source: "CUDA Programming Guide, Graph Memory Nodes", touches: ["cudaMallocAsync", "cudaFreeAsync"]) {
    let stream = try makeStream(), words = try Words(16, fill: 0)
    try begin(stream)
    var memory: UnsafeMutableRawPointer?
    try ok(cudaMallocAsync(&memory, 64, stream))
    try ok(cudaMemsetAsync(memory, 5, 64, stream))
    try ok(launch(basic.kernel("copy"), dim(1), dim(16), stream: stream, words.pointer, try some(memory, "the memory"), Int32(16)))
    try ok(cudaFreeAsync(memory, stream))
    let graph = try end(stream)
    try equal(types(graph), [10, 2, 0, 11], "the nodes' types")
    try replay(graph, stream, 2)
    try words.expect(all: 0x0505_0505, "copied from the graph's memory")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCapture", .error, "leaves the capture going after a copy or free that is refused", source: "cudaMemcpyAsync, Returns: cudaErrorInvalidValue", touches: ["cudaMemcpyAsync", "cudaFreeAsync"]) {
    let stream = try makeStream(), words = try Words(4, fill: 0)
    try begin(stream)
    try fails(cudaMemcpyAsync(nil, words.pointer, 16, cudaMemcpyDeviceToDevice, stream), cudaErrorInvalidValue)
    try fails(cudaFreeAsync(words.pointer, stream), cudaErrorInvalidValue)
    try expectStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(end(stream)))
  }
  test("cudaStreamBeginCapture", .error, "becomes invalid by a launch that is refused, but for shapes that runtime 12 refuses by itself", source: guide, touches: ["cudaLaunchKernel"]) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    try begin(stream)
    let answer = try launch(basic.kernel("add"), dim(1), dim(2000), stream: stream, words.pointer, Int32(1), Int32(1))
    try expect(answer, abi == 12 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue, "2000 threads a block")
    _ = try cudaGetLastError()
    if abi == 12 {   // this runtime looks at the shape by itself, before anything is captured
      try expectStatus(stream, cudaStreamCaptureStatusActive)
      return try ok(cudaGraphDestroy(end(stream)))
    }
    try expectStatus(stream, cudaStreamCaptureStatusInvalidated)
    try endFails(stream, cudaErrorStreamCaptureInvalidated)
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
        try begin(stream, mode)
        try fails(operation(stream, memory!), cudaErrorStreamCaptureUnsupported)
        try expectStatus(stream, cudaStreamCaptureStatusInvalidated)
        try fails(cudaMemsetAsync(memory, 0, 16, stream), cudaErrorStreamCaptureInvalidated)
        try endFails(stream, cudaErrorStreamCaptureInvalidated)
      }
      try ok(cudaMemsetAsync(memory, 0, 16, stream), "the stream can be used again")
      try ok(cudaStreamSynchronize(stream))
    }
  }
  test("cudaDeviceSynchronize", .interaction, "is refused while a stream of the device captures, in every mode", source: guide + ", Prohibited and Unhandled Operations", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(cudaStreamNonBlocking)
    for mode in [cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeRelaxed] {
      try begin(stream, mode)
      try fails(cudaDeviceSynchronize(), cudaErrorStreamCaptureUnsupported)
      try endFails(stream, cudaErrorStreamCaptureInvalidated)
    }
    try ok(cudaDeviceSynchronize())
  }
  test("cudaGraphLaunch", .interaction, "cannot be captured", source: "cudaErrorStreamCaptureUnsupported (as NVIDIA's runtime answers)", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    try begin(stream)
    try add(words, 1, stream)
    let graph = try end(stream)
    var executable: cudaGraphExec_t?
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    try begin(stream)
    try fails(cudaGraphLaunch(executable, stream), cudaErrorStreamCaptureUnsupported)
    try endFails(stream, cudaErrorStreamCaptureInvalidated)
    try words.expect(all: 0, "nothing has run")
  }

  // MARK: begin and end
  test("cudaStreamBeginCapture", .error, "refuses the legacy stream, modes that are none, and a stream that captures", source: "cudaStreamBeginCapture: not cudaStreamLegacy, not in capture mode already", .legacy) {
    let stream = try makeStream()
    try fails(cudaStreamBeginCapture(nil, cudaStreamCaptureModeGlobal), cudaErrorStreamCaptureUnsupported)
    try fails(cudaStreamBeginCapture(streamLegacy, cudaStreamCaptureModeRelaxed), cudaErrorStreamCaptureUnsupported)
    try fails(cudaStreamBeginCapture(stream, cudaStreamCaptureMode(rawValue: 3)), cudaErrorInvalidValue)
    try begin(stream)
    try fails(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaErrorIllegalState)
    try expectStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(end(stream)))
  }
  test("cudaStreamBeginCapture", .success, "captures the per-thread default stream, in each thread its own", source: "cudaStreamBeginCapture; cudaStreamPerThread", touches: ["cudaStreamEndCapture"]) {
    let words = try Words(4, fill: 0)
    try onThreads(4) { index in
      try begin(streamPerThread, cudaStreamCaptureModeThreadLocal)
      for _ in 0..<8 { try add(words, Int32(index + 1), at: index, streamPerThread) }
      let graph = try end(streamPerThread)
      try equal(nodes(graph).count, 8, "nodes")
      try replay(graph, streamPerThread, 2)
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
      try begin(stream, mode)
      try onThreads(1) { _ in try endFails(stream, cudaErrorStreamCaptureWrongThread) }
      try fails({ var graph: cudaGraph_t?; return try cudaStreamEndCapture(stream, &graph) }(), cudaErrorIllegalState)
    }
    try begin(stream, cudaStreamCaptureModeRelaxed)
    let words = try Words(1)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try onThreads(1) { _ in try equal(nodes(end(stream)).count, 1, "nodes") }
  }
  test("cudaStreamEndCapture", .error, "refuses a stream that joined, and the capture becomes invalid", source: "cudaErrorStreamCaptureUnmatched") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(cudaEventDisableTiming)
    try begin(first)
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    var graph = cudaGraph_t(bitPattern: 8)
    try fails(cudaStreamEndCapture(second, &graph), cudaErrorStreamCaptureUnmatched)
    try expectStatus(first, cudaStreamCaptureStatusInvalidated)
    try expectStatus(second, cudaStreamCaptureStatusInvalidated)
    try endFails(first, cudaErrorStreamCaptureInvalidated)
    try expectStatus(second, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamIsCapturing", .success, "says none, active and invalidated", source: "cudaStreamIsCapturing") {
    let stream = try makeStream()
    try expectStatus(stream, cudaStreamCaptureStatusNone)
    try begin(stream)
    try expectStatus(stream, cudaStreamCaptureStatusActive)
    _ = try cudaStreamSynchronize(stream)
    _ = try cudaGetLastError()
    try expectStatus(stream, cudaStreamCaptureStatusInvalidated)
    try endFails(stream, cudaErrorStreamCaptureInvalidated)
  }
  test("cudaStreamIsCapturing", .error, "refuses a null place", source: "cudaStreamIsCapturing, Returns: cudaErrorInvalidValue") {
    try fails(cudaStreamIsCapturing(makeStream(), nil), cudaErrorInvalidValue)
  }
  test("cudaStreamIsCapturing", .interaction, "answers cudaErrorStreamCaptureImplicit for the legacy stream while a blocking stream captures, and harms nothing", source: "cudaStreamIsCapturing: cudaErrorStreamCaptureImplicit", .legacy) {
    let blocking = try makeStream(), free = try makeStream(cudaStreamNonBlocking)
    var found = cudaStreamCaptureStatusNone
    try begin(free)
    try expectStatus(nil, cudaStreamCaptureStatusNone)
    try ok(cudaGraphDestroy(end(free)))
    try begin(blocking)
    try fails(cudaStreamIsCapturing(nil, &found), cudaErrorStreamCaptureImplicit)
    try expectStatus(blocking, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(end(blocking)))
    try expectStatus(nil, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamBeginCapture", .interaction, "makes the legacy stream unusable for a blocking stream's capture, and only for that", source: guide + ", Prohibited and Unhandled Operations", touches: ["cudaMemcpy", "cudaMemsetAsync"], .legacy) {
    let words = try Words(4, fill: 0)
    for isBlocking in [true, false] {
      let stream = try makeStream(isBlocking ? cudaStreamDefault : cudaStreamNonBlocking)
      try begin(stream, cudaStreamCaptureModeRelaxed)
      if isBlocking {
        try fails(cudaMemsetAsync(words.pointer, 1, 16, nil), cudaErrorStreamCaptureImplicit)
        try fails(cudaMemcpy(words.pointer, words.pointer + 8, 8, cudaMemcpyDeviceToDevice), cudaErrorStreamCaptureImplicit)
        try endFails(stream, cudaErrorStreamCaptureInvalidated)
      } else {
        try ok(cudaMemsetAsync(words.pointer, 1, 16, nil))
        try ok(cudaGraphDestroy(end(stream)))
      }
    }
    try words.expect(all: 0x0101_0101, "the fill beside the non-blocking capture")
  }

  // MARK: forks and joins
  test("cudaStreamWaitEvent", .success, "spreads a capture to another stream and back, and the graph keeps the order", source: guide + ", Cross-stream Dependencies and Events", touches: ["cudaStreamBeginCapture", "cudaEventRecord"]) {
    let first = try makeStream(), second = try makeStream(cudaStreamNonBlocking), words = try Words(2, fill: 1)
    let fork = try makeEvent(cudaEventDisableTiming), join = try makeEvent()
    try begin(first)
    try add(words, 1, first)                                                       // 2
    try ok(cudaEventRecord(fork, first))
    try ok(cudaStreamWaitEvent(second, fork, 0))
    try expectStatus(second, cudaStreamCaptureStatusActive)
    try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: second, words.pointer, Int32(1), Int32(10), Int32(0)))   // 20
    try add(words, 5, at: 1, first)                                                // beside it: 6
    try ok(cudaEventRecord(join, second))
    try ok(cudaStreamWaitEvent(first, join, 0))
    try add(words, 3, first)                                                       // 23
    let graph = try end(first)
    try expectStatus(second, cudaStreamCaptureStatusNone)
    try equal(nodes(graph).count, 4, "nodes")
    try equal(edgeCount(graph), 4, "edges")
    try replay(graph, second, 2)
    try words.expect([243, 11], "two launches in order")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamEndCapture", .error, "refuses work that was not joined, and leaves no graph", source: "cudaErrorStreamCaptureUnjoined") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(), words = try Words(1)
    for joinsFirst in [false, true] {
      try begin(first)
      try ok(cudaEventRecord(event, first))
      try ok(cudaStreamWaitEvent(second, event, 0))
      try ok(cudaMemsetAsync(words.pointer, 0, 4, second))
      if joinsFirst {
        try ok(cudaEventRecord(event, second))
        try ok(cudaStreamWaitEvent(first, event, 0))
        try ok(cudaMemsetAsync(words.pointer, 0, 4, second))   // behind the join
      }
      try endFails(first, cudaErrorStreamCaptureUnjoined)
      try expectStatus(second, cudaStreamCaptureStatusNone)
    }
  }
  test("cudaStreamEndCapture", .edge, "accepts a stream that joined and did nothing", source: "cudaErrorStreamCaptureUnjoined is about work") {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent(), words = try Words(1)
    try begin(first)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, first))
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try equal(nodes(end(first)).count, 1, "nodes")
    try expectStatus(second, cudaStreamCaptureStatusNone)
  }
  test("cudaStreamWaitEvent", .error, "refuses a record from outside of the capture, and the merge of two captures", source: "cudaErrorStreamCaptureIsolation, cudaErrorStreamCaptureMerge", touches: ["cudaStreamEndCapture"]) {
    let first = try makeStream(), second = try makeStream(), event = try makeEvent()
    try ok(cudaEventRecord(event, second))
    try begin(first)
    try fails(cudaStreamWaitEvent(first, event, 0), cudaErrorStreamCaptureIsolation)
    try endFails(first, cudaErrorStreamCaptureInvalidated)
    try begin(first)
    try begin(second)
    try ok(cudaEventRecord(event, first))
    try fails(cudaStreamWaitEvent(second, event, 0), cudaErrorStreamCaptureMerge)
    try endFails(first, cudaErrorStreamCaptureInvalidated)
    try endFails(second, cudaErrorStreamCaptureInvalidated)
  }
  test("cudaStreamWaitEvent", .edge, "in a capture, does nothing for an event that was never recorded, and for one of the same stream", source: "cudaStreamWaitEvent: an empty set of work") {
    let stream = try makeStream(), never = try makeEvent(), event = try makeEvent(), words = try Words(1)
    try begin(stream)
    try ok(cudaStreamWaitEvent(stream, never, 0))
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try ok(cudaEventRecord(event, stream))
    try ok(cudaStreamWaitEvent(stream, event, 0))
    try equal(types(end(stream)), [2], "the nodes' types")
  }
  test("cudaStreamWaitEvent", .interaction, "refuses an event of a capture that is over", source: "cudaStreamWaitEvent, Returns: cudaErrorInvalidValue") {
    let stream = try makeStream(), event = try makeEvent()
    try begin(stream)
    try ok(cudaEventRecord(event, stream))
    try ok(cudaGraphDestroy(end(stream)))
    try fails(cudaStreamWaitEvent(stream, event, 0), cudaErrorInvalidValue)
    try ok(cudaEventRecord(event, stream))
    try ok(cudaStreamWaitEvent(stream, event, 0))
  }
  for (name, ask) in [("cudaEventQuery", { try cudaEventQuery($0) }), ("cudaEventSynchronize", { try cudaEventSynchronize($0) })] as [(String, (cudaEvent_t?) throws -> cudaError_t)] {
    test(name, .interaction, "refuses an event that was recorded in a capture, even in a relaxed one", source: "cudaErrorCapturedEvent; cudaThreadExchangeStreamCaptureMode", touches: ["cudaStreamBeginCapture"]) {
      let stream = try makeStream(), event = try makeEvent()
      try begin(stream, cudaStreamCaptureModeRelaxed)
      try ok(cudaEventRecord(event, stream))
      try fails(ask(event), cudaErrorCapturedEvent)
      try endFails(stream, cudaErrorStreamCaptureInvalidated)
      try fails(ask(event), cudaErrorInvalidValue)
      try ok(cudaEventRecord(event, stream))
      try ok(cudaStreamSynchronize(stream))
      try ok(ask(event))
    }
  }
  test("cudaEventElapsedTime", .interaction, "refuses events that were recorded in a capture, which goes on", source: "cudaErrorCapturedEvent", touches: ["cudaStreamBeginCapture"]) {
    let stream = try makeStream(), event = try makeEvent()
    var time: Float = 0
    try begin(stream, cudaStreamCaptureModeRelaxed)
    try ok(cudaEventRecord(event, stream))
    try fails(cudaEventElapsedTime(&time, event, event), cudaErrorCapturedEvent)
    try expectStatus(stream, cudaStreamCaptureStatusActive)
    try ok(cudaGraphDestroy(end(stream)))
  }
  test("cudaEventRecordWithFlags", .success, "external: the graph records the event at every launch", source: "cudaEventRecordExternal", touches: ["cudaStreamBeginCapture", "cudaEventQuery"]) {
    let stream = try makeStream(cudaStreamNonBlocking), other = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1, fill: 0)
    try begin(stream)
    try add(words, 1, stream)
    try ok(cudaEventRecordWithFlags(event, stream, cudaEventRecordExternal))
    let graph = try end(stream)
    try equal(types(graph), [0, 7], "the nodes' types")
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
    try begin(stream)
    try ok(cudaStreamWaitEvent(stream, event, cudaEventWaitExternal))
    try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(10), Int32(0)))
    let graph = try end(stream)
    try equal(types(graph), [6, 0], "the nodes' types")
    var executable: cudaGraphExec_t?
    try ok(cudaGraphInstantiate(&executable, graph, 0))
    let hold = try Hold(other)
    try add(words, 4, other)
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
      try begin(stream)
      try fails(call(stream, event, 2), cudaErrorInvalidValue)
      try expectStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(end(stream)))
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
          try begin(stream, modes[capture])
          func ask() throws {
            var mode = modes[own], memory: UnsafeMutableRawPointer?
            try ok(cudaThreadExchangeStreamCaptureMode(&mode))
            let answer = try cudaMalloc(&memory, 64)
            _ = try cudaGetLastError()
            try ok(cudaThreadExchangeStreamCaptureMode(&mode))
            let isForbidden = own != 2 && (isOther ? own == 0 && capture == 0 : capture != 2)
            try expect(answer, isForbidden ? cudaErrorStreamCaptureUnsupported : cudaSuccess, "capture \(capture), thread \(own), other thread \(isOther)")
            try expectStatus(stream, isForbidden ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive)
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
        try begin(stream, mode)
        try fails(call(), cudaErrorStreamCaptureUnsupported)
        try endFails(stream, cudaErrorStreamCaptureInvalidated)
      }
      try begin(stream, cudaStreamCaptureModeRelaxed)
      try ok(call())
      try ok(cudaGraphDestroy(end(stream)))
    }
  }

  // MARK: info
  // The form that has everything is 12's third and 13's only one.  (Cases are registered before it is known which library it is.)
  for (infoName, only) in [("cudaStreamGetCaptureInfo_v3", Traits.only12), ("cudaStreamGetCaptureInfo", .only13)] {
    test(infoName, .success, "shows id, graph and dependencies of an active capture, and only the status otherwise", source: infoName, only) {
      let stream = try makeStream(), words = try Words(1)
      let before = try info(stream)
      try equal(before.status.rawValue, 0, "the status")
      try check(before.id == 7 && before.graph == nil && before.count == 77, "nothing else is written")
      try begin(stream)
      let empty = try info(stream)
      try equal(empty.status.rawValue, 1, "the status")
      try equal(empty.count, 0, "dependencies")
      try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
      let one = try info(stream)
      try check(one.id == empty.id && one.graph == empty.graph, "id and graph stay")
      try equal(one.count, 1, "dependencies")
      let graph = try end(stream)
      try check(graph == one.graph, "it is the graph that the end gives")
      try check(try nodes(graph) == [one.first], "it was the node")
      try begin(stream)
      try check(try info(stream).id != one.id, "another capture has another id")
      _ = try cudaStreamSynchronize(stream)
      _ = try cudaGetLastError()
      let invalid = try info(stream)
      try equal(invalid.status.rawValue, 2, "the status")
      try equal(invalid.id, 7, "the id is not written")
      try endFails(stream, cudaErrorStreamCaptureInvalidated)
    }
    test(infoName, .error, "refuses a null place for the status, and edge data without dependencies", source: "\(infoName), Returns: cudaErrorInvalidValue", only) {
      let stream = try makeStream()
      var found = cudaStreamCaptureStatusNone, data: UnsafePointer<cudaGraphEdgeData>?
      func ask(_ status: UnsafeMutablePointer<cudaStreamCaptureStatus>?, _ data: UnsafeMutablePointer<UnsafePointer<cudaGraphEdgeData>?>?) throws -> cudaError_t {
        abi == 12 ? try cudaStreamGetCaptureInfo_v3(stream, status, nil, nil, nil, data, nil) : try cudaStreamGetCaptureInfo(stream, status, nil, nil, nil, data, nil)
      }
      try fails(ask(nil, nil), cudaErrorInvalidValue)
      try begin(stream)
      try fails(ask(&found, &data), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(end(stream)))
    }
    test(infoName, .interaction, "answers cudaErrorStreamCaptureImplicit for the legacy stream while a blocking stream captures", source: "\(infoName): cudaErrorStreamCaptureImplicit", [.legacy, only]) {
      let stream = try makeStream()
      var found = cudaStreamCaptureStatusNone
      try begin(stream)
      try fails(abi == 12 ? cudaStreamGetCaptureInfo_v3(nil, &found, nil, nil, nil, nil, nil) : cudaStreamGetCaptureInfo(nil, &found, nil, nil, nil, nil, nil), cudaErrorStreamCaptureImplicit)
      try expectStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(end(stream)))
    }
  }
  test("cudaStreamGetCaptureInfo", .success, "in 12's first form gives status and id", source: "cudaStreamGetCaptureInfo (12, before _v2)", .only12) {
    let stream = try makeStream()
    var found = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7
    try ok(cudaStreamGetCaptureInfo_12(stream, &found, &id))
    try check(found == cudaStreamCaptureStatusNone && id == 7, "no capture")
    try begin(stream)
    try ok(cudaStreamGetCaptureInfo_12(stream, &found, &id))
    try check(found == cudaStreamCaptureStatusActive && id != 7, "a capture")
    try fails(cudaStreamGetCaptureInfo_12(stream, nil, &id), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(end(stream)))
  }
  test("cudaStreamGetCaptureInfo_v2", .success, "gives graph and dependencies without edge data", source: "cudaStreamGetCaptureInfo_v2", .only12) {
    let stream = try makeStream(), words = try Words(1)
    var found = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7, graph: cudaGraph_t?, deps: UnsafePointer<cudaGraphNode_t?>?, count = 77
    try begin(stream)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try ok(cudaStreamGetCaptureInfo_v2(stream, &found, &id, &graph, &deps, &count))
    try equal(found.rawValue, 1, "the status")
    try equal(count, 1, "dependencies")
    let node = deps?[0]
    let whole = try end(stream)
    try check(try nodes(whole) == [node] && whole == graph, "graph and node")
    try fails(cudaStreamGetCaptureInfo_v2(stream, nil, &id, nil, nil, nil), cudaErrorInvalidValue)
  }

  // MARK: dependencies
  for name in ["cudaStreamUpdateCaptureDependencies", "cudaStreamUpdateCaptureDependencies_v2"] {   // the second is 12's
    func update(_ stream: cudaStream_t?, _ nodes: UnsafeMutablePointer<cudaGraphNode_t?>?, _ count: Int, _ flags: UInt32) throws -> cudaError_t {
      if abi == 13 { return try cudaStreamUpdateCaptureDependencies(stream, nodes, nil, count, flags) }
      return name.hasSuffix("_v2")
        ? try cudaStreamUpdateCaptureDependencies_v2(stream, nodes, nil, count, flags) : try cudaStreamUpdateCaptureDependencies_12(stream, nodes, count, flags)
    }
    test(name, .success, "adds to and replaces what the next node depends on", source: name) {
      let stream = try makeStream(), words = try Words(4, fill: 0)
      try begin(stream)
      try ok(cudaMemsetAsync(words.pointer, 1, 4, stream))
      var first = try info(stream).first
      try ok(cudaMemsetAsync(words.pointer + 4, 1, 4, stream))
      try ok(update(stream, &first, 1, cudaStreamAddCaptureDependencies.rawValue))
      try equal(try info(stream).count, 2, "after adding")
      try ok(update(stream, &first, 1, 0))
      try equal(try info(stream).count, 2, "after adding it again")
      try ok(cudaMemsetAsync(words.pointer + 8, 1, 4, stream))   // behind both
      try ok(update(stream, nil, 0, cudaStreamSetCaptureDependencies.rawValue))
      try equal(try info(stream).count, 0, "after replacing by none")
      try ok(cudaMemsetAsync(words.pointer + 12, 1, 4, stream))   // a root; what was taken out need not be joined
      let graph = try end(stream)
      try equal(edgeCount(graph), 3, "edges")
      try replay(graph, stream)
      try words.expect(all: 0x0101_0101, "every fill ran")
    }
    test(name, .error, "refuses a stream without capture, flags that are none, and nodes of another graph", source: "\(name), Returns: cudaErrorInvalidValue, cudaErrorIllegalState") {
      let stream = try makeStream()
      try fails(update(stream, nil, 0, 0), cudaErrorIllegalState)
      var other: cudaGraph_t?, node: cudaGraphNode_t?
      try ok(cudaGraphCreate(&other, 0))
      try ok(cudaGraphAddEmptyNode(&node, other, nil, 0))
      try begin(stream)
      try fails(update(stream, nil, 0, 2), cudaErrorInvalidValue)
      try fails(update(stream, nil, 1, 0), cudaErrorInvalidValue)
      try fails(update(stream, &node, 1, 0), cudaErrorInvalidValue)
      try expectStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(end(stream)))
    }
  }
  test("cudaGraphDestroy", .interaction, "is refused while a capture goes into the graph; adding nodes is not", source: "cudaStreamGetCaptureInfo: all operations other than destroy and node removal", touches: ["cudaGraphAddEmptyNode", "cudaGraphDestroyNode"]) {
    let stream = try makeStream()
    try begin(stream)
    let graph = try info(stream).graph
    var node: cudaGraphNode_t?
    try fails(cudaGraphDestroy(graph), cudaErrorIllegalState)
    try ok(cudaGraphAddEmptyNode(&node, graph, nil, 0))
    try fails(cudaGraphDestroyNode(node), cudaErrorIllegalState)
    try equal(nodes(end(stream)).count, 1, "nodes")
    try ok(cudaGraphDestroyNode(node))
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: into a graph
  test("cudaStreamBeginCaptureToGraph", .success, "adds the stream's work behind nodes of a graph", source: "cudaStreamBeginCaptureToGraph") {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    var graph: cudaGraph_t?, root: cudaGraphNode_t?
    try ok(cudaGraphCreate(&graph, 0))
    try ok(cudaGraphAddEmptyNode(&root, graph, nil, 0))
    for round in 1...2 {
      try ok(cudaStreamBeginCaptureToGraph(stream, graph, &root, nil, 1, cudaStreamCaptureModeGlobal))
      try equal(try info(stream).count, 1, "dependencies at first")
      try add(words, 4, stream)
      try check(try end(stream) == graph, "the same graph")
      try equal(nodes(graph!).count, 1 + round, "nodes")
      try equal(edgeCount(graph!), round, "edges")
    }
    try replay(graph!, stream, 2)
    try words.expect(all: 16, "two kernels, twice")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaStreamBeginCaptureToGraph", .error, "refuses no graph, missing dependencies, the legacy stream and a graph that is being captured into", source: "cudaStreamBeginCaptureToGraph, Returns: cudaErrorInvalidValue", .legacy) {
    let stream = try makeStream(), other = try makeStream()
    var graph: cudaGraph_t?
    try ok(cudaGraphCreate(&graph, 0))
    try fails(cudaStreamBeginCaptureToGraph(stream, nil, nil, nil, 0, cudaStreamCaptureModeGlobal), cudaErrorInvalidValue)
    try fails(cudaStreamBeginCaptureToGraph(stream, graph, nil, nil, 1, cudaStreamCaptureModeGlobal), cudaErrorInvalidValue)
    try fails(cudaStreamBeginCaptureToGraph(stream, graph, nil, nil, 0, cudaStreamCaptureMode(rawValue: 9)), cudaErrorInvalidValue)
    try fails(cudaStreamBeginCaptureToGraph(nil, graph, nil, nil, 0, cudaStreamCaptureModeGlobal), cudaErrorStreamCaptureUnsupported)
    try ok(cudaStreamBeginCaptureToGraph(stream, graph, nil, nil, 0, cudaStreamCaptureModeGlobal))
    try fails(cudaStreamBeginCaptureToGraph(other, graph, nil, nil, 0, cudaStreamCaptureModeGlobal), cudaErrorIllegalState)
    try check(try end(stream) == graph, "the same graph")
  }
  test("cudaStreamBeginRecaptureToGraph", .success, "gives a graph's nodes new parameters and shows each that differs", source: "cudaStreamBeginRecaptureToGraph", .only13) {
    let stream = try makeStream(), words = try Words(2, fill: 0)
    func work(_ value: Int32) throws {
      try ok(cudaMemsetAsync(words.pointer + 4, 0, 4, stream))
      try add(words, value, stream)
    }
    try begin(stream)
    try work(1)
    let graph = try end(stream), before = try nodes(graph)
    calls = 0
    var data = cudaGraphRecaptureCallbackData()
    data.callbackFunc = { _, _, old, new, _ in
      if old!.pointee.type == cudaGraphNodeTypeKernel && new!.pointee.type == cudaGraphNodeTypeKernel { calls += 1 } else { calls += 100 }
      return cudaSuccess
    }
    let answer = try cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, graph, &data)
    if answer == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than the function") }
    try ok(answer)
    try work(5)
    try check(try end(stream) == graph, "the same graph")
    try equal(calls, 1, "nodes that differ")
    try check(try nodes(graph) == before, "the same nodes")
    try replay(graph, stream, 2)
    try words.expect([10, 0], "the new parameter, twice")
  }
  test("cudaStreamBeginRecaptureToGraph", .error, "ends with cudaErrorGraphRecaptureFailure when the work has another shape or the callback refuses", source: "cudaStreamBeginRecaptureToGraph: topology mismatches; callbackFunc", .only13) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    func made() throws -> cudaGraph_t {
      try begin(stream)
      try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
      return try end(stream)
    }
    let first = try cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), nil)
    if first == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than the function") }
    try ok(first)
    try endFails(stream, cudaErrorGraphRecaptureFailure)   // fewer nodes
    try ok(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), nil))
    try fails(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(1)), cudaErrorGraphRecaptureFailure)
    try endFails(stream, cudaErrorStreamCaptureInvalidated)
    var data = cudaGraphRecaptureCallbackData()
    data.callbackFunc = { _, _, _, _, _ in cudaErrorUnknown }
    try ok(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), &data))
    try fails(cudaMemsetAsync(words.pointer, 9, 4, stream), cudaErrorGraphRecaptureFailure)
    try endFails(stream, cudaErrorStreamCaptureInvalidated)
    try fails(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, nil, nil), cudaErrorInvalidValue)
  }
  test("cudaStreamDestroy", .interaction, "of a capturing stream ends its capture, and of one that joined leaves its work unjoined", source: "cudaStreamDestroy; cudaErrorStreamCaptureUnjoined", touches: ["cudaStreamBeginCapture"]) {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1)
    try begin(first)
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try ok(cudaMemsetAsync(words.pointer, 0, 4, second))
    try ok(cudaStreamDestroy(second))
    try endFails(first, cudaErrorStreamCaptureUnjoined)
    try begin(first)
    try fails(cudaDeviceSynchronize(), cudaErrorStreamCaptureUnsupported)
    try ok(cudaStreamDestroy(first))
    try ok(cudaDeviceSynchronize())
    try words.write([3])
    try words.expect(all: 3, "the device works")
  }
}
