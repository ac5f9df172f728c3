// Captures in progress: what they tell of themselves, dependencies that the program sets, capture into a graph and again.
import CConformance
import Glibc

private nonisolated(unsafe) var calls: Int32 = 0

func captureInfoCases() {
  // MARK: info
  // The form that has everything is 12's third and 13's only one.  (Cases are registered before it is known which library it is.)
  for (infoName, only) in [("cudaStreamGetCaptureInfo_v3", Traits.only12), ("cudaStreamGetCaptureInfo", .only13)] {
    test(infoName, .success, "shows id, graph and dependencies of an active capture, and only the status otherwise", source: infoName, only) {
      let stream = try makeStream(), words = try Words(1)
      let before = try captureInfo(stream)
      try equal(before.status.rawValue, 0, "the status")
      try check(before.id == 7 && before.graph == nil && before.count == 77, "nothing else is written")
      try beginCapture(stream)
      let empty = try captureInfo(stream)
      try equal(empty.status.rawValue, 1, "the status")
      try equal(empty.count, 0, "dependencies")
      try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
      let one = try captureInfo(stream)
      try check(one.id == empty.id && one.graph == empty.graph, "id and graph stay")
      try equal(one.count, 1, "dependencies")
      let graph = try endCapture(stream)
      try check(graph == one.graph, "it is the graph that the end gives")
      try check(try graphNodes(graph) == [one.first], "it was the node")
      try beginCapture(stream)
      try check(try captureInfo(stream).id != one.id, "another capture has another id")
      _ = try cudaStreamSynchronize(stream)
      _ = try cudaGetLastError()
      let invalid = try captureInfo(stream)
      try equal(invalid.status.rawValue, 2, "the status")
      try equal(invalid.id, 7, "the id is not written")
      try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
    }
    test(infoName, .error, "refuses a null place for the status, and edge data without dependencies", source: "\(infoName), Returns: cudaErrorInvalidValue", only) {
      let stream = try makeStream()
      var found = cudaStreamCaptureStatusNone, data: UnsafePointer<cudaGraphEdgeData>?
      func ask(_ status: UnsafeMutablePointer<cudaStreamCaptureStatus>?, _ data: UnsafeMutablePointer<UnsafePointer<cudaGraphEdgeData>?>?) throws -> cudaError_t {
        abi == 12 ? try cudaStreamGetCaptureInfo_v3(stream, status, nil, nil, nil, data, nil) : try cudaStreamGetCaptureInfo(stream, status, nil, nil, nil, data, nil)
      }
      try fails(ask(nil, nil), cudaErrorInvalidValue)
      try beginCapture(stream)
      try fails(ask(&found, &data), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(endCapture(stream)))
    }
    test(infoName, .interaction, "answers cudaErrorStreamCaptureImplicit for the legacy stream while a blocking stream captures", source: "\(infoName): cudaErrorStreamCaptureImplicit", [.legacy, only]) {
      let stream = try makeStream()
      var found = cudaStreamCaptureStatusNone
      try beginCapture(stream)
      try fails(abi == 12 ? cudaStreamGetCaptureInfo_v3(nil, &found, nil, nil, nil, nil, nil) : cudaStreamGetCaptureInfo(nil, &found, nil, nil, nil, nil, nil), cudaErrorStreamCaptureImplicit)
      try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(endCapture(stream)))
    }
  }
  test("cudaStreamGetCaptureInfo", .success, "in 12's first form gives status and id", source: "cudaStreamGetCaptureInfo (12, before _v2)", .only12) {
    let stream = try makeStream()
    var found = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7
    try ok(cudaStreamGetCaptureInfo_12(stream, &found, &id))
    try check(found == cudaStreamCaptureStatusNone && id == 7, "no capture")
    try beginCapture(stream)
    try ok(cudaStreamGetCaptureInfo_12(stream, &found, &id))
    try check(found == cudaStreamCaptureStatusActive && id != 7, "a capture")
    try fails(cudaStreamGetCaptureInfo_12(stream, nil, &id), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(endCapture(stream)))
  }
  test("cudaStreamGetCaptureInfo_v2", .success, "gives graph and dependencies without edge data", source: "cudaStreamGetCaptureInfo_v2", .only12) {
    let stream = try makeStream(), words = try Words(1)
    var found = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7, graph: cudaGraph_t?, deps: UnsafePointer<cudaGraphNode_t?>?, count = 77
    try beginCapture(stream)
    try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
    try ok(cudaStreamGetCaptureInfo_v2(stream, &found, &id, &graph, &deps, &count))
    try equal(found.rawValue, 1, "the status")
    try equal(count, 1, "dependencies")
    let node = deps?[0]
    let whole = try endCapture(stream)
    try check(try graphNodes(whole) == [node] && whole == graph, "graph and node")
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
      try beginCapture(stream)
      try ok(cudaMemsetAsync(words.pointer, 1, 4, stream))
      var first = try captureInfo(stream).first
      try ok(cudaMemsetAsync(words.pointer + 4, 1, 4, stream))
      try ok(update(stream, &first, 1, cudaStreamAddCaptureDependencies.rawValue))
      try equal(try captureInfo(stream).count, 2, "after adding")
      try ok(update(stream, &first, 1, 0))
      try equal(try captureInfo(stream).count, 2, "after adding it again")
      try ok(cudaMemsetAsync(words.pointer + 8, 1, 4, stream))   // behind both
      try ok(update(stream, nil, 0, cudaStreamSetCaptureDependencies.rawValue))
      try equal(try captureInfo(stream).count, 0, "after replacing by none")
      try ok(cudaMemsetAsync(words.pointer + 12, 1, 4, stream))   // a root; what was taken out need not be joined
      let graph = try endCapture(stream)
      try equal(graphEdgeCount(graph), 3, "edges")
      try replayGraph(graph, stream)
      try words.expect(all: 0x0101_0101, "every fill ran")
    }
    test(name, .error, "refuses a stream without capture, flags that are none, and nodes of another graph", source: "\(name), Returns: cudaErrorInvalidValue, cudaErrorIllegalState") {
      let stream = try makeStream()
      try fails(update(stream, nil, 0, 0), cudaErrorIllegalState)
      var other: cudaGraph_t?, node: cudaGraphNode_t?
      try ok(cudaGraphCreate(&other, 0))
      try ok(cudaGraphAddEmptyNode(&node, other, nil, 0))
      try beginCapture(stream)
      try fails(update(stream, nil, 0, 2), cudaErrorInvalidValue)
      try fails(update(stream, nil, 1, 0), cudaErrorInvalidValue)
      try fails(update(stream, &node, 1, 0), cudaErrorInvalidValue)
      try expectCaptureStatus(stream, cudaStreamCaptureStatusActive)
      try ok(cudaGraphDestroy(endCapture(stream)))
    }
  }
  test("cudaGraphDestroy", .interaction, "is refused while a capture goes into the graph; adding nodes is not", source: "cudaStreamGetCaptureInfo: all operations other than destroy and node removal", touches: ["cudaGraphAddEmptyNode", "cudaGraphDestroyNode"]) {
    let stream = try makeStream()
    try beginCapture(stream)
    let graph = try captureInfo(stream).graph
    var node: cudaGraphNode_t?
    try fails(cudaGraphDestroy(graph), cudaErrorIllegalState)
    try ok(cudaGraphAddEmptyNode(&node, graph, nil, 0))
    try fails(cudaGraphDestroyNode(node), cudaErrorIllegalState)
    try equal(graphNodes(endCapture(stream)).count, 1, "nodes")
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
      try equal(try captureInfo(stream).count, 1, "dependencies at first")
      try addOnDevice(words, 4, stream)
      try check(try endCapture(stream) == graph, "the same graph")
      try equal(graphNodes(graph!).count, 1 + round, "nodes")
      try equal(graphEdgeCount(graph!), round, "edges")
    }
    try replayGraph(graph!, stream, 2)
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
    try check(try endCapture(stream) == graph, "the same graph")
  }
  test("cudaStreamBeginRecaptureToGraph", .success, "gives a graph's nodes new parameters and shows each that differs", source: "cudaStreamBeginRecaptureToGraph", .only13) {
    let stream = try makeStream(), words = try Words(2, fill: 0)
    func work(_ value: Int32) throws {
      try ok(cudaMemsetAsync(words.pointer + 4, 0, 4, stream))
      try addOnDevice(words, value, stream)
    }
    try beginCapture(stream)
    try work(1)
    let graph = try endCapture(stream), before = try graphNodes(graph)
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
    try check(try endCapture(stream) == graph, "the same graph")
    try equal(calls, 1, "nodes that differ")
    try check(try graphNodes(graph) == before, "the same nodes")
    try replayGraph(graph, stream, 2)
    try words.expect([10, 0], "the new parameter, twice")
  }
  test("cudaStreamBeginRecaptureToGraph", .error, "ends with cudaErrorGraphRecaptureFailure when the work has another shape or the callback refuses", source: "cudaStreamBeginRecaptureToGraph: topology mismatches; callbackFunc", .only13) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    func made() throws -> cudaGraph_t {
      try beginCapture(stream)
      try ok(cudaMemsetAsync(words.pointer, 0, 4, stream))
      return try endCapture(stream)
    }
    let first = try cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), nil)
    if first == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than the function") }
    try ok(first)
    try endCaptureFails(stream, cudaErrorGraphRecaptureFailure)   // fewer nodes
    try ok(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), nil))
    try fails(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(1)), cudaErrorGraphRecaptureFailure)
    try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
    var data = cudaGraphRecaptureCallbackData()
    data.callbackFunc = { _, _, _, _, _ in cudaErrorUnknown }
    try ok(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, made(), &data))
    try fails(cudaMemsetAsync(words.pointer, 9, 4, stream), cudaErrorGraphRecaptureFailure)
    try endCaptureFails(stream, cudaErrorStreamCaptureInvalidated)
    try fails(cudaStreamBeginRecaptureToGraph(stream, cudaStreamCaptureModeGlobal, nil, nil), cudaErrorInvalidValue)
  }
  test("cudaStreamDestroy", .interaction, "of a capturing stream ends its capture, and of one that joined leaves its work unjoined", source: "cudaStreamDestroy; cudaErrorStreamCaptureUnjoined", touches: ["cudaStreamBeginCapture"]) {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1)
    try beginCapture(first)
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try ok(cudaMemsetAsync(words.pointer, 0, 4, second))
    try ok(cudaStreamDestroy(second))
    try endCaptureFails(first, cudaErrorStreamCaptureUnjoined)
    try beginCapture(first)
    try fails(cudaDeviceSynchronize(), cudaErrorStreamCaptureUnsupported)
    try ok(cudaStreamDestroy(first))
    try ok(cudaDeviceSynchronize())
    try words.write([3])
    try words.expect(all: 3, "the device works")
  }
}
