// External semaphore nodes.  What they do is tried where a semaphore can be had without a graphics API: a DRM sync object of the render node,
// which AMD's driver takes as an opaque descriptor (RenderNode.swift); elsewhere these cases are skipped and the refusals remain.
import CConformance
import Glibc

/// Runs `body` with a node's parameters for one semaphore and a value.
private func withSignal<R>(_ semaphore: cudaExternalSemaphore_t, _ value: UInt64, _ body: (inout cudaExternalSemaphoreSignalNodeParams) throws -> R) throws -> R {
  var handle: cudaExternalSemaphore_t? = semaphore, one = cudaExternalSemaphoreSignalParams()
  one.params.fence.value = value
  return try withUnsafeMutablePointer(to: &handle) { handles in
    try withUnsafePointer(to: &one) { list in
      var p = cudaExternalSemaphoreSignalNodeParams(extSemArray: handles, paramsArray: list, numExtSems: 1)
      return try body(&p)
    }
  }
}
private func withWait<R>(_ semaphore: cudaExternalSemaphore_t, _ value: UInt64, _ body: (inout cudaExternalSemaphoreWaitNodeParams) throws -> R) throws -> R {
  var handle: cudaExternalSemaphore_t? = semaphore, one = cudaExternalSemaphoreWaitParams()
  one.params.fence.value = value
  return try withUnsafeMutablePointer(to: &handle) { handles in
    try withUnsafePointer(to: &one) { list in
      var p = cudaExternalSemaphoreWaitNodeParams(extSemArray: handles, paramsArray: list, numExtSems: 1)
      return try body(&p)
    }
  }
}

func graphSemaphoreCases() {
  test("cudaGraphAddExternalSemaphoresSignalNode", .success, "lets a node that waits for the semaphore go on", source: "cudaGraphAddExternalSemaphoresSignalNode", touches: [
    "cudaGraphAddExternalSemaphoresWaitNode", "cudaGraphExternalSemaphoresSignalNodeGetParams", "cudaGraphExternalSemaphoresWaitNodeGetParams",
    "cudaGraphExternalSemaphoresSignalNodeSetParams", "cudaGraphExternalSemaphoresWaitNodeSetParams", "cudaGraphExecExternalSemaphoresSignalNodeSetParams",
    "cudaGraphExecExternalSemaphoresWaitNodeSetParams",
  ]) {
    let semaphore = try RenderNode().syncObject().imported(timeline: false)
    let signaling = try makeGraph(), waiting = try makeGraph(), counter = Counter()
    var signal: GraphNode?, wait: GraphNode?
    try withSignal(semaphore, 0) {
      try ok(cudaGraphAddExternalSemaphoresSignalNode(&signal, signaling, nil, 0, &$0))
      try ok(cudaGraphExternalSemaphoresSignalNodeSetParams(signal, &$0))
    }
    try withWait(semaphore, 0) {
      try ok(cudaGraphAddExternalSemaphoresWaitNode(&wait, waiting, nil, 0, &$0))
      try ok(cudaGraphExternalSemaphoresWaitNodeSetParams(wait, &$0))
    }
    var s = cudaExternalSemaphoreSignalNodeParams(), w = cudaExternalSemaphoreWaitNodeParams()
    try ok(cudaGraphExternalSemaphoresSignalNodeGetParams(signal, &s))
    try ok(cudaGraphExternalSemaphoresWaitNodeGetParams(wait, &w))
    try equal([s.numExtSems, w.numExtSems], [1, 1], "semaphores")
    try equal([s.extSemArray[0], w.extSemArray[0]], [semaphore, semaphore], "the semaphore")
    _ = try hostNode(waiting, after: [try some(wait, "the node")], counter)
    let first = try executable(signaling), second = try executable(waiting), stream = try makeStream(cudaStreamNonBlocking)
    try ok(cudaGraphExecExternalSemaphoresSignalNodeSetParams(first, signal, &s))
    try ok(cudaGraphExecExternalSemaphoresWaitNodeSetParams(second, wait, &w))
    try ok(cudaGraphLaunch(second, stream))
    usleep(20000)
    try equal(counter.value, 0, "calls before the signal")
    try run(first)
    try ok(cudaStreamSynchronize(stream))
    try equal(counter.value, 1, "calls after it")
    for e in [first, second] { try ok(cudaGraphExecDestroy(e)) }
    for g in [signaling, waiting] { try ok(cudaGraphDestroy(g)) }
    try ok(cudaStreamDestroy(stream))
    try ok(cudaDestroyExternalSemaphore(semaphore))
  }

  // MARK: a timeline's values, by which it shows whose parameters a launch used
  func value(of node: GraphNode?) throws -> UInt64 {
    var p = cudaExternalSemaphoreSignalNodeParams()
    try ok(cudaGraphExternalSemaphoresSignalNodeGetParams(node, &p))
    return try some(p.paramsArray, "the parameters")[0].params.fence.value
  }
  test("cudaGraphExternalSemaphoresSignalNodeSetParams", .success, "changes what later executable graphs signal", source: "cudaGraphExternalSemaphoresSignalNodeSetParams", touches: ["cudaGraphExternalSemaphoresSignalNodeGetParams"]) {
    let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), graph = try makeGraph()
    var node: GraphNode?
    try ok(withSignal(semaphore, 3) { try cudaGraphAddExternalSemaphoresSignalNode(&node, graph, nil, 0, &$0) })
    try equal(try value(of: node), 3, "the value that was given")
    let before = try executable(graph)
    try ok(withSignal(semaphore, 8) { try cudaGraphExternalSemaphoresSignalNodeSetParams(node, &$0) })
    try equal(try value(of: node), 8, "the value after setting")
    let after = try executable(graph)
    try run(before)
    try equal(try other.point(), 3, "the timeline after the earlier graph")
    try run(after)
    try equal(try other.point(), 8, "the timeline after the later one")
    for e in [before, after] { try ok(cudaGraphExecDestroy(e)) }
    try ok(cudaGraphDestroy(graph))
    try ok(cudaDestroyExternalSemaphore(semaphore))
  }
  test("cudaGraphExecExternalSemaphoresSignalNodeSetParams", .success, "changes the executable graph and not the node", source: "cudaGraphExecExternalSemaphoresSignalNodeSetParams") {
    let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), graph = try makeGraph()
    var node: GraphNode?
    try ok(withSignal(semaphore, 3) { try cudaGraphAddExternalSemaphoresSignalNode(&node, graph, nil, 0, &$0) })
    let made = try executable(graph)
    try ok(withSignal(semaphore, 6) { try cudaGraphExecExternalSemaphoresSignalNodeSetParams(made, node, &$0) })
    try equal(try value(of: node), 3, "the node's value")
    try run(made)
    try equal(try other.point(), 6, "the timeline")
    try ok(cudaGraphExecDestroy(made))
    try ok(cudaGraphDestroy(graph))
    try ok(cudaDestroyExternalSemaphore(semaphore))
  }
  for inPlace in [false, true] {
    let function = inPlace ? "cudaGraphExecExternalSemaphoresWaitNodeSetParams" : "cudaGraphExternalSemaphoresWaitNodeSetParams"
    test(function, .success, "changes the value that is waited for", source: function, touches: ["cudaGraphAddExternalSemaphoresWaitNode", "cudaGraphExternalSemaphoresWaitNodeGetParams"]) {
      let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), graph = try makeGraph(), counter = Counter()
      var node: GraphNode?, p = cudaExternalSemaphoreWaitNodeParams()
      try ok(withWait(semaphore, 100) { try cudaGraphAddExternalSemaphoresWaitNode(&node, graph, nil, 0, &$0) })
      _ = try hostNode(graph, after: [try some(node, "the node")], counter)
      if !inPlace { try ok(withWait(semaphore, 4) { try cudaGraphExternalSemaphoresWaitNodeSetParams(node, &$0) }) }
      let made = try executable(graph), stream = try makeStream(cudaStreamNonBlocking)
      if inPlace { try ok(withWait(semaphore, 4) { try cudaGraphExecExternalSemaphoresWaitNodeSetParams(made, node, &$0) }) }
      try ok(cudaGraphExternalSemaphoresWaitNodeGetParams(node, &p))
      try equal(try some(p.paramsArray, "the parameters")[0].params.fence.value, inPlace ? 100 : 4, "the node's value")
      try ok(cudaGraphLaunch(made, stream))
      try other.signal(3)
      usleep(20000)
      try equal(counter.value, 0, "calls at a smaller value")
      try other.signal(4)
      try ok(cudaStreamSynchronize(stream))
      try equal(counter.value, 1, "calls at the value")
      try ok(cudaGraphExecDestroy(made))
      try ok(cudaGraphDestroy(graph))
      try ok(cudaStreamDestroy(stream))
      try ok(cudaDestroyExternalSemaphore(semaphore))
    }
  }

  typealias S = cudaExternalSemaphoreSignalNodeParams
  typealias W = cudaExternalSemaphoreWaitNodeParams
  let calls: [(String, (cudaGraph_t, cudaGraphExec_t, GraphNode) throws -> [cudaError_t])] = [
    ("cudaGraphAddExternalSemaphoresSignalNode", { g, _, _ in var n: GraphNode?, p = S(); return [try cudaGraphAddExternalSemaphoresSignalNode(&n, nil, nil, 0, &p), try cudaGraphAddExternalSemaphoresSignalNode(&n, g, nil, 0, nil)] }),
    ("cudaGraphAddExternalSemaphoresWaitNode", { g, _, _ in var n: GraphNode?, p = W(); return [try cudaGraphAddExternalSemaphoresWaitNode(&n, nil, nil, 0, &p), try cudaGraphAddExternalSemaphoresWaitNode(&n, g, nil, 0, nil)] }),
    ("cudaGraphExternalSemaphoresSignalNodeGetParams", { _, _, n in var p = S(); return [try cudaGraphExternalSemaphoresSignalNodeGetParams(n, &p), try cudaGraphExternalSemaphoresSignalNodeGetParams(nil, &p)] }),
    ("cudaGraphExternalSemaphoresWaitNodeGetParams", { _, _, n in var p = W(); return [try cudaGraphExternalSemaphoresWaitNodeGetParams(n, &p), try cudaGraphExternalSemaphoresWaitNodeGetParams(nil, &p)] }),
    ("cudaGraphExternalSemaphoresSignalNodeSetParams", { _, _, n in var p = S(); return [try cudaGraphExternalSemaphoresSignalNodeSetParams(n, &p), try cudaGraphExternalSemaphoresSignalNodeSetParams(nil, &p)] }),
    ("cudaGraphExternalSemaphoresWaitNodeSetParams", { _, _, n in var p = W(); return [try cudaGraphExternalSemaphoresWaitNodeSetParams(n, &p), try cudaGraphExternalSemaphoresWaitNodeSetParams(nil, &p)] }),
    ("cudaGraphExecExternalSemaphoresSignalNodeSetParams", { _, e, n in var p = S(); return [try cudaGraphExecExternalSemaphoresSignalNodeSetParams(e, n, &p), try cudaGraphExecExternalSemaphoresSignalNodeSetParams(nil, n, &p)] }),
    ("cudaGraphExecExternalSemaphoresWaitNodeSetParams", { _, e, n in var p = W(); return [try cudaGraphExecExternalSemaphoresWaitNodeSetParams(e, n, &p), try cudaGraphExecExternalSemaphoresWaitNodeSetParams(nil, n, &p)] }),
  ]
  for (name, call) in calls {
    test(name, .error, "refuses null and nodes of other kinds", source: "\(name), Returns: cudaErrorInvalidValue") {
      let graph = try makeGraph(), node = try emptyNode(graph), ready = try executable(graph)
      for answer in try call(graph, ready, node) { try expect(answer, cudaErrorInvalidValue) }
      try expect(cudaGetLastError(), cudaErrorInvalidValue, "the last error")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
}
