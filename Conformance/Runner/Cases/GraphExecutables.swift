// Executable graphs: instantiation, launches, updates; nodes of any kind by one function; conditional nodes, user objects.
import CConformance
import Glibc

func graphExecutableCases() {
  typealias Instantiate = (UnsafeMutablePointer<cudaGraphExec_t?>?, cudaGraph_t?, UInt64) throws -> cudaError_t
  let makers: [(String, Instantiate)] = [
    ("cudaGraphInstantiate", { try cudaGraphInstantiate($0, $1, $2) }), ("cudaGraphInstantiateWithFlags", { try cudaGraphInstantiateWithFlags($0, $1, $2) }),
    ("cudaGraphInstantiateWithParams", { var p = cudaGraphInstantiateParams(); p.flags = $2; return try cudaGraphInstantiateWithParams($0, $1, &p) }),
  ]
  for (name, make) in makers {
    test(name, .success, "makes executables that run independently of each other", source: name, touches: ["cudaGraphLaunch", "cudaGraphExecDestroy"]) {
      let graph = try makeGraph(), words = try Words(32, fill: 0)
      _ = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(1))
      var first: cudaGraphExec_t?, second: cudaGraphExec_t?
      try ok(make(&first, graph, 0))
      try ok(make(&second, graph, 0))
      try run(try some(first, "the first"), times: 2)
      try ok(cudaGraphExecDestroy(first))
      try run(try some(second, "the second"))
      try words.expect(all: 3, "launches of both")
      try ok(cudaGraphExecDestroy(second))
      try ok(cudaGraphDestroy(graph))
    }
    test(name, .error, "refuses null, unknown flags, and flags that exclude each other", source: "\(name), Returns: cudaErrorInvalidValue") {
      let graph = try makeGraph()
      var made: cudaGraphExec_t?
      try fails(make(nil, graph, 0), cudaErrorInvalidValue)
      try fails(make(&made, nil, 0), cudaErrorInvalidValue)
      try fails(make(&made, graph, 64), cudaErrorInvalidValue)
      try fails(make(&made, graph, UInt64(cudaGraphInstantiateFlagAutoFreeOnLaunch.rawValue | cudaGraphInstantiateFlagDeviceLaunch.rawValue)), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
    test(name, .error, "refuses a cycle", source: "cudaGraphInstantiate: validated for structural constraints") {
      let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a])
      try ok(addDependencies(graph, [b], [a]))
      var made: cudaGraphExec_t?
      try fails(make(&made, graph, 0), cudaErrorInvalidValue)
      try ok(removeDependencies(graph, [b], [a]))
      try ok(make(&made, graph, 0))
      try ok(cudaGraphExecDestroy(made))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphInstantiateWithParams", .error, "says why, and which node", source: "cudaGraphInstantiateWithParams: result_out, errNode_out") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a])
    var made: cudaGraphExec_t?, p = cudaGraphInstantiateParams()
    try ok(cudaGraphInstantiateWithParams(&made, graph, &p))
    try equal(p.result_out.rawValue, cudaGraphInstantiateSuccess.rawValue, "result_out")
    try ok(addDependencies(graph, [b], [a]))
    try fails(cudaGraphInstantiateWithParams(&made, graph, &p), cudaErrorInvalidValue)
    try equal(p.result_out.rawValue, cudaGraphInstantiateInvalidStructure.rawValue, "result_out")
    try check(p.errNode_out == a || p.errNode_out == b, "one of the cycle's nodes")
    try fails(cudaGraphInstantiateWithParams(&made, graph, nil), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphInstantiateWithParams", .success, "uploads in a stream where it is asked to", source: "cudaGraphInstantiateFlagUpload", touches: ["cudaGraphExecGetFlags"]) {
    let graph = try makeGraph(), stream = try makeStream(), words = try Words(32, fill: 0)
    _ = try fillNode(graph, words, 4)
    var made: cudaGraphExec_t?, p = cudaGraphInstantiateParams(), flags: UInt64 = 99
    p.flags = UInt64(cudaGraphInstantiateFlagUpload.rawValue)
    p.uploadStream = stream
    try ok(cudaGraphInstantiateWithParams(&made, graph, &p))
    try ok(cudaGraphExecGetFlags(made, &flags))
    try equal(flags, 0, "the flags, without the upload")
    try run(try some(made, "the executable"))
    try words.expect(all: 4, "the fill")
    try ok(cudaGraphExecDestroy(made))
    try ok(cudaGraphDestroy(graph))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaGraphExecGetFlags", .success, "gives the flags of instantiation", source: "cudaGraphExecGetFlags") {
    let graph = try makeGraph(), ready = try executable(graph, UInt64(cudaGraphInstantiateFlagAutoFreeOnLaunch.rawValue))
    var flags: UInt64 = 0
    try ok(cudaGraphExecGetFlags(ready, &flags))
    try equal(flags, UInt64(cudaGraphInstantiateFlagAutoFreeOnLaunch.rawValue), "the flags")
    try fails(cudaGraphExecGetFlags(ready, nil), cudaErrorInvalidValue)
    try fails(cudaGraphExecGetFlags(nil, &flags), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: launches

  test("cudaGraphLaunch", .success, "keeps the order of dependencies over many nodes", source: "cudaGraphLaunch") {
    let graph = try makeGraph(), words = try Words(32, fill: 0)
    var last: [GraphNode] = [], wanted: UInt32 = 0
    for index in 0..<40 as Range<UInt32> {
      last = [try kernelNode(graph, after: last, "scale", words.pointer, Int32(32), Int32(3), Int32(index))]
      wanted = wanted &* 3 &+ index
    }
    let ready = try executable(graph)
    try run(ready)
    try words.expect(all: wanted, "forty steps")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphLaunch", .interaction, "is ordered behind its stream's work and before what follows", source: "cudaGraphLaunch: each launch is ordered behind any previous work in stream", touches: ["cudaMemcpyAsync"]) {
    let graph = try makeGraph(), words = try Words(32, fill: 0), stream = try makeStream(cudaStreamNonBlocking), flag = try Flag()
    _ = try kernelNode(graph, "scale", words.pointer, Int32(32), Int32(10), Int32(2))
    let ready = try executable(graph), hold = try Hold(stream)
    try ok(launch(basic.kernel("fill"), dim(1), dim(32), stream: stream, words.pointer, Int32(32), Int32(1)))
    try ok(cudaGraphLaunch(ready, stream))
    try ok(launch(basic.kernel("scale"), dim(1), dim(32), stream: stream, words.pointer, Int32(32), Int32(10), Int32(3)))
    try ok(cudaMemcpyAsync(flag.host, words.pointer, 4, cudaMemcpyDeviceToHost, stream))
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try equal(flag.value, 123, "fill, graph, kernel")
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphLaunch", .interaction, "follows earlier launches of the same executable in other streams", source: "cudaGraphLaunch: ordered behind any previous launches of graphExec") {
    let graph = try makeGraph(), counter = Counter(), first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking)
    _ = try hostNode(graph, counter)
    let ready = try executable(graph), hold = try Hold(first)
    try ok(cudaGraphLaunch(ready, first))
    try ok(cudaGraphLaunch(ready, second))
    usleep(20000)
    try expect(cudaStreamQuery(second), cudaErrorNotReady)
    try equal(counter.value, 0, "calls while the first waits")
    hold.release()
    try ok(cudaStreamSynchronize(second))
    try equal(counter.value, 2, "calls")
    for s in [first, second] { try ok(cudaStreamDestroy(s)) }
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphLaunch", .error, "refuses null", source: "cudaGraphLaunch, Returns: cudaErrorInvalidValue") { try fails(cudaGraphLaunch(nil, nil), cudaErrorInvalidValue) }
  test("cudaGraphUpload", .success, "runs nothing", source: "cudaGraphUpload: without executing it") {
    let graph = try makeGraph(), counter = Counter(), stream = try makeStream()
    _ = try hostNode(graph, counter)
    let ready = try executable(graph)
    try ok(cudaGraphUpload(ready, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(counter.value, 0, "calls")
    try run(ready)
    try equal(counter.value, 1, "calls after a launch")
    try fails(cudaGraphUpload(nil, stream), cudaErrorInvalidValue)
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecDestroy", .interaction, "lets a launch in flight end", source: "cudaGraphExecDestroy") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), stream = try makeStream(cudaStreamNonBlocking)
    _ = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(6))
    let ready = try executable(graph), hold = try Hold(stream)
    try ok(cudaGraphLaunch(ready, stream))
    try ok(cudaGraphExecDestroy(ready))
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 6, "what the launch did")
    try fails(cudaGraphExecDestroy(nil), cudaErrorInvalidValue)
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: changes

  test("cudaGraphNodeSetEnabled", .success, "switches kernels, copies and fills off and on", source: "cudaGraphNodeSetEnabled", touches: ["cudaGraphNodeGetEnabled"]) {
    let graph = try makeGraph(), words = try Words(32, fill: 0), other = try Words(32, fill: 0)
    let first = try fillNode(graph, words, 1), second = try kernelNode(graph, after: [first], "add", words.pointer, Int32(32), Int32(4))
    let third = try copyNode(graph, after: [second], to: other.pointer, from: words.pointer, bytes: 128)
    let ready = try executable(graph)
    var enabled: UInt32 = 9
    try ok(cudaGraphNodeGetEnabled(ready, second, &enabled))
    try equal(enabled, 1, "at first")
    try ok(cudaGraphNodeSetEnabled(ready, second, 0))
    try ok(cudaGraphNodeGetEnabled(ready, second, &enabled))
    try equal(enabled, 0, "after")
    try run(ready)
    try other.expect(all: 1, "without the kernel")
    try ok(cudaGraphNodeSetEnabled(ready, second, 1))
    try ok(cudaGraphNodeSetEnabled(ready, first, 0))
    try run(ready)
    try other.expect(all: 5, "without the fill")
    try ok(cudaGraphNodeSetEnabled(ready, third, 0))
    try run(ready)
    try other.expect(all: 5, "without the copy")
    try words.expect(all: 9, "the kernel ran")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  for name in ["cudaGraphNodeSetEnabled", "cudaGraphNodeGetEnabled"] {
    test(name, .error, "refuses other kinds of nodes and null", source: "\(name): only kernel, memset and memcpy nodes are supported") {
      let graph = try makeGraph(), node = try hostNode(graph, Counter()), good = try kernelNode(graph, "nothing"), ready = try executable(graph)
      var enabled: UInt32 = 0
      func call(_ e: cudaGraphExec_t?, _ n: GraphNode?) throws -> cudaError_t { name.contains("Set") ? try cudaGraphNodeSetEnabled(e, n, 0) : try cudaGraphNodeGetEnabled(e, n, &enabled) }
      try fails(call(ready, node), cudaErrorInvalidValue)
      try fails(call(nil, good), cudaErrorInvalidValue)
      try fails(call(ready, nil), cudaErrorInvalidValue)
      try ok(call(ready, good))
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphExecUpdate", .success, "takes all parameters from a graph of the same shape", source: "cudaGraphExecUpdate") {
    let words = try Words(32, fill: 0), counter = Counter()
    func build(_ value: UInt32, _ sum: Int32, _ name: String) throws -> cudaGraph_t {
      let graph = try makeGraph(), first = try fillNode(graph, words, value)
      _ = try hostNode(graph, after: [try kernelNode(graph, after: [first], name, words.pointer, Int32(32), sum)], counter)
      return graph
    }
    let a = try build(1, 2, "add"), b = try build(10, 20, "add"), c = try build(10, 7, "fill"), ready = try executable(a)
    let (error, info) = try update(ready, b)
    try ok(error)
    try equal(info.result.rawValue, cudaGraphExecUpdateSuccess.rawValue, "the result")
    try run(ready)
    try words.expect(all: 30, "the second graph's parameters")
    try ok(update(ready, c).error)
    try run(ready)
    try words.expect(all: 7, "the third graph's kernel")
    try ok(cudaGraphExecDestroy(ready))
    for graph in [a, b, c] { try ok(cudaGraphDestroy(graph)) }
  }
  test("cudaGraphExecUpdate", .error, "refuses another shape or other kinds of nodes, and says which node", source: "cudaGraphExecUpdate, Returns: cudaErrorGraphExecUpdateFailure") {
    let words = try Words(32, fill: 0), graph = try makeGraph(), first = try fillNode(graph, words, 3)
    _ = try kernelNode(graph, after: [first], "add", words.pointer, Int32(32), Int32(1))
    let ready = try executable(graph)
    // Fewer nodes.
    let less = try makeGraph()
    _ = try fillNode(less, words, 9)
    var answer = try update(ready, less)
    try fails(answer.error, cudaErrorGraphExecUpdateFailure)
    try equal(answer.info.result.rawValue, cudaGraphExecUpdateErrorTopologyChanged.rawValue, "the result")
    // Another kind.
    let other = try makeGraph(), host = try hostNode(other, Counter())
    _ = try kernelNode(other, after: [host], "add", words.pointer, Int32(32), Int32(1))
    answer = try update(ready, other)
    try fails(answer.error, cudaErrorGraphExecUpdateFailure)
    try equal(answer.info.result.rawValue, cudaGraphExecUpdateErrorNodeTypeChanged.rawValue, "the result")
    try equal(answer.info.errorNode, host, "the node")
    // Another edge.
    let loose = try makeGraph()
    _ = try fillNode(loose, words, 9)
    _ = try kernelNode(loose, "add", words.pointer, Int32(32), Int32(1))
    answer = try update(ready, loose)
    try fails(answer.error, cudaErrorGraphExecUpdateFailure)
    try equal(answer.info.result.rawValue, cudaGraphExecUpdateErrorTopologyChanged.rawValue, "the result")
    try run(ready)
    try words.expect(all: 4, "the executable as it was")
    try fails(update(nil, graph).error, cudaErrorInvalidValue)
    try fails(update(ready, nil).error, cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    for graph in [graph, less, other, loose] { try ok(cudaGraphDestroy(graph)) }
  }
  test("cudaGraphExecChildGraphNodeSetParams", .success, "changes the nodes of a child, and refuses another shape", source: "cudaGraphExecChildGraphNodeSetParams: the topology must match") {
    let words = try Words(32, fill: 0), parent = try makeGraph()
    func child(_ value: UInt32) throws -> cudaGraph_t { let graph = try makeGraph(); _ = try fillNode(graph, words, value); return graph }
    let first = try child(1), second = try child(2), other = try makeGraph()
    var node: GraphNode?
    try ok(cudaGraphAddChildGraphNode(&node, parent, nil, 0, first))
    let ready = try executable(parent)
    try ok(cudaGraphExecChildGraphNodeSetParams(ready, node, second))
    try run(ready)
    try words.expect(all: 2, "the second child's parameters")
    try fails(cudaGraphExecChildGraphNodeSetParams(ready, node, other), cudaErrorGraphExecUpdateFailure)
    try fails(cudaGraphExecChildGraphNodeSetParams(nil, node, second), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    for graph in [parent, first, second, other] { try ok(cudaGraphDestroy(graph)) }
  }

  // MARK: any kind

  func kernelParameters(_ p: cudaKernelNodeParams) -> cudaGraphNodeParams {
    var q = cudaGraphNodeParams()
    q.type = cudaGraphNodeTypeKernel
    q.kernel.func = p.func
    (q.kernel.gridDim, q.kernel.blockDim, q.kernel.kernelParams) = (p.gridDim, p.blockDim, p.kernelParams)
    return q
  }
  for name in ["cudaGraphAddNode", "cudaGraphAddNode_v2"] {
    test(name, .success, "adds nodes of any kind", source: name, touches: ["cudaGraphLaunch"]) {
      let graph = try makeGraph(), words = try Words(32, fill: 0)
      var p = cudaGraphNodeParams(), first: GraphNode?, second: GraphNode?
      p.type = cudaGraphNodeTypeMemset
      (p.memset.dst, p.memset.value, p.memset.elementSize, p.memset.width, p.memset.height) = (words.pointer, 6, 4, 32, 1)
      try ok(addNode(graph, &first, &p))
      try withKernelParameters("add", [words.pointer, Int32(32), Int32(4)]) { k in
        var q = kernelParameters(k), data = cudaGraphEdgeData()
        if name.hasSuffix("_v2") { try ok(withNodes([try some(first, "the node")]) { try cudaGraphAddNode_v2(&second, graph, $0, &data, $1, &q) }) }
        else { try ok(addNode(graph, after: [try some(first, "the node")], &second, &q)) }
      }
      let ready = try executable(graph)
      try run(ready)
      try words.expect(all: 10, "a fill and a kernel")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
    test(name, .error, "refuses an unknown kind and reserved fields that are set", source: "cudaGraphAddNode: all unused bytes must be set to zero") {
      let graph = try makeGraph()
      var p = cudaGraphNodeParams(), node: GraphNode?
      p.type = cudaGraphNodeType(rawValue: 50)
      try fails(addNode(graph, &node, &p), cudaErrorInvalidValue)
      p.type = cudaGraphNodeTypeEmpty
      p.reserved2 = 1
      try fails(addNode(graph, &node, &p), cudaErrorInvalidValue)
      p.reserved2 = 0
      try fails(addNode(nil, &node, &p), cudaErrorInvalidValue)
      try ok(addNode(graph, &node, &p))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphAddNode", .interaction, "moves a child graph into its parent", source: "cudaGraphChildGraphOwnershipMove", touches: ["cudaGraphDestroy", "cudaGraphInstantiate"], .only13) {
    let child = try makeGraph(), parent = try makeGraph(), words = try Words(32, fill: 0)
    _ = try fillNode(child, words, 8)
    var p = cudaGraphNodeParams(), node: GraphNode?, inside: cudaGraph_t?, made: cudaGraphExec_t?
    p.type = cudaGraphNodeTypeGraph
    p.graph.graph = child
    p.graph.ownership = cudaGraphChildGraphOwnershipMove
    try ok(addNode(parent, &node, &p))
    try ok(cudaGraphChildGraphNodeGetGraph(node, &inside))
    try equal(inside, child, "the same graph")
    try fails(cudaGraphDestroy(child), cudaErrorInvalidValue)
    try fails(cudaGraphInstantiate(&made, child, 0), cudaErrorNotSupported)
    let ready = try executable(parent)
    try run(ready)
    try words.expect(all: 8, "the child's fill")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(parent))
  }
  test("cudaGraphNodeSetParams", .success, "changes a node of any kind, and refuses another kind", source: "cudaGraphNodeSetParams: the node type must match") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), node = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(1))
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(30)]) { k in
      var p = kernelParameters(k)
      try ok(cudaGraphNodeSetParams(node, &p))
      p = cudaGraphNodeParams()
      p.type = cudaGraphNodeTypeEmpty
      try fails(cudaGraphNodeSetParams(node, &p), cudaErrorInvalidValue)
      try fails(cudaGraphNodeSetParams(nil, &p), cudaErrorInvalidValue)
    }
    let ready = try executable(graph)
    try run(ready)
    try words.expect(all: 30, "the new argument")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecNodeSetParams", .success, "changes an executable's node of any kind", source: "cudaGraphExecNodeSetParams") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), node = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(1)), ready = try executable(graph)
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(30)]) { k in
      var p = kernelParameters(k)
      try ok(cudaGraphExecNodeSetParams(ready, node, &p))
      try fails(cudaGraphExecNodeSetParams(nil, node, &p), cudaErrorInvalidValue)
      p.type = cudaGraphNodeTypeEmpty
      try fails(cudaGraphExecNodeSetParams(ready, node, &p), cudaErrorInvalidValue)
    }
    try run(ready)
    try words.expect(all: 30, "the new argument")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphNodeGetParams", .success, "describes nodes of several kinds", source: "cudaGraphNodeGetParams") {
    let graph = try makeGraph(), words = try Words(32), counter = Counter()
    var p = cudaGraphNodeParams()
    try ok(cudaGraphNodeGetParams(try kernelNode(graph, "add", threads: 48, words.pointer, Int32(32), Int32(77)), &p))
    try equal(p.type.rawValue, cudaGraphNodeTypeKernel.rawValue, "the type")
    try equal([p.kernel.gridDim.x, p.kernel.blockDim.x], [1, 48], "the shape")
    try equal(p.kernel.kernelParams[2]!.load(as: Int32.self), 77, "the last argument")
    try ok(cudaGraphNodeGetParams(try fillNode(graph, words, 3), &p))
    try equal(p.type.rawValue, cudaGraphNodeTypeMemset.rawValue, "the type")
    try equal([UInt(bitPattern: p.memset.dst), UInt(p.memset.width), UInt(p.memset.value)], [UInt(bitPattern: words.pointer), 32, 3], "the fill")
    try ok(cudaGraphNodeGetParams(try hostNode(graph, counter), &p))
    try equal(p.host.userData, UnsafeMutableRawPointer(counter.pointer), "userData")
    try fails(cudaGraphNodeGetParams(nil, &p), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  conditionalCases()
  userObjectCases()
}

private func conditionalCases() {
  test("cudaGraphConditionalHandleCreate", .success, "makes handles whose default values choose bodies", source: "cudaGraphConditionalHandleCreate", touches: ["cudaGraphAddNode"]) {
    for value in [0, 1] as [UInt32] {
      let graph = try makeGraph(), words = try Words(32, fill: 0)
      var handle: cudaGraphConditionalHandle = 0, p = cudaGraphNodeParams(), node: GraphNode?
      try ok(cudaGraphConditionalHandleCreate(&handle, graph, value, UInt32(cudaGraphCondAssignDefault.rawValue)))
      p.type = cudaGraphNodeTypeConditional
      (p.conditional.handle, p.conditional.type, p.conditional.size) = (handle, cudaGraphCondTypeIf, 1)
      let before = try fillNode(graph, words, 5)
      try ok(addNode(graph, after: [before], &node, &p))
      _ = try kernelNode(try some(p.conditional.phGraph_out[0], "the body"), "add", words.pointer, Int32(32), Int32(10))
      _ = try kernelNode(graph, after: [try some(node, "the node")], "add", words.pointer, Int32(32), Int32(100))
      let ready = try executable(graph)
      try run(ready, times: 2)
      try words.expect(all: value == 0 ? 105 : 115, "with the condition \(value)")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphConditionalHandleCreate", .edge, "chooses one of several bodies, or none", source: "enum cudaGraphConditionalNodeType: cudaGraphCondTypeSwitch") {
    for value in [0, 1, 2, 7] as [UInt32] {
      let graph = try makeGraph(), words = try Words(32, fill: 1)
      var handle: cudaGraphConditionalHandle = 0, p = cudaGraphNodeParams(), node: GraphNode?
      try ok(cudaGraphConditionalHandleCreate(&handle, graph, value, UInt32(cudaGraphCondAssignDefault.rawValue)))
      p.type = cudaGraphNodeTypeConditional
      (p.conditional.handle, p.conditional.type, p.conditional.size) = (handle, cudaGraphCondTypeSwitch, 3)
      try ok(addNode(graph, &node, &p))
      for index in 0..<3 { _ = try fillNode(try some(p.conditional.phGraph_out[index], "a body"), words, UInt32(10 * (index + 1))) }
      let ready = try executable(graph)
      try run(ready)
      try words.expect(all: value < 3 ? 10 * (value + 1) : 1, "with the value \(value)")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphConditionalHandleCreate", .error, "refuses null, flags, a wrong number of bodies, and a handle that is used", source: "cudaGraphConditionalHandleCreate; struct cudaConditionalNodeParams: size") {
    let graph = try makeGraph()
    var handle: cudaGraphConditionalHandle = 0, p = cudaGraphNodeParams(), node: GraphNode?
    try fails(cudaGraphConditionalHandleCreate(nil, graph, 0, 0), cudaErrorInvalidValue)
    try fails(cudaGraphConditionalHandleCreate(&handle, nil, 0, 0), cudaErrorInvalidValue)
    try fails(cudaGraphConditionalHandleCreate(&handle, graph, 0, 2), cudaErrorInvalidValue)
    try ok(cudaGraphConditionalHandleCreate(&handle, graph, 0, 0))
    p.type = cudaGraphNodeTypeConditional
    (p.conditional.handle, p.conditional.type, p.conditional.size) = (handle, cudaGraphCondTypeWhile, 2)
    try fails(addNode(graph, &node, &p), cudaErrorInvalidValue)
    p.conditional.size = 1
    try ok(addNode(graph, &node, &p))
    try fails(addNode(graph, &node, &p), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphInstantiateWithParams", .error, "refuses a conditional handle without a node", source: "cudaGraphInstantiateConditionalHandleUnused") {
    let graph = try makeGraph()
    var handle: cudaGraphConditionalHandle = 0, made: cudaGraphExec_t?, p = cudaGraphInstantiateParams()
    try ok(cudaGraphConditionalHandleCreate(&handle, graph, 0, 0))
    try fails(cudaGraphInstantiateWithParams(&made, graph, &p), cudaErrorInvalidValue)
    try equal(p.result_out.rawValue, cudaGraphInstantiateConditionalHandleUnused.rawValue, "result_out")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphConditionalHandleCreate_v2", .success, "makes a handle for a context's kernels", source: "cudaGraphConditionalHandleCreate_v2", .only13) {
    let graph = try makeGraph(), words = try Words(32, fill: 1)
    var handle: cudaGraphConditionalHandle = 0, p = cudaGraphNodeParams(), node: GraphNode?
    try ok(cudaGraphConditionalHandleCreate_v2(&handle, graph, nil, 1, UInt32(cudaGraphCondAssignDefault.rawValue)))
    p.type = cudaGraphNodeTypeConditional
    (p.conditional.handle, p.conditional.type, p.conditional.size) = (handle, cudaGraphCondTypeIf, 2)
    try ok(addNode(graph, &node, &p))
    _ = try fillNode(try some(p.conditional.phGraph_out[0], "the body"), words, 6)
    _ = try fillNode(try some(p.conditional.phGraph_out[1], "the other body"), words, 7)
    let ready = try executable(graph)
    try run(ready)
    try words.expect(all: 6, "the body for a true condition")
    try fails(cudaGraphConditionalHandleCreate_v2(nil, graph, nil, 1, 0), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
}

private func userObjectCases() {
  func make(_ counter: Counter, _ references: UInt32 = 1) throws -> cudaUserObject_t {
    var object: cudaUserObject_t?
    try ok(cudaUserObjectCreate(&object, counter.pointer, Counter.add, references, UInt32(cudaUserObjectNoDestructorSync.rawValue)))
    return try some(object, "the object")
  }
  func wait(_ counter: Counter) { for _ in 0..<2000 where counter.value == 0 { usleep(1000) } }
  test("cudaUserObjectCreate", .success, "calls the destructor once, after the last release", source: "cudaUserObjectCreate", touches: ["cudaUserObjectRelease", "cudaUserObjectRetain"]) {
    let counter = Counter(), object = try make(counter)
    try ok(cudaUserObjectRetain(object, 2))
    try ok(cudaUserObjectRelease(object, 2))
    usleep(20000)
    try equal(counter.value, 0, "calls while a reference is held")
    try ok(cudaUserObjectRelease(object, 1))
    wait(counter)
    usleep(20000)
    try equal(counter.value, 1, "calls after the last")
  }
  test("cudaUserObjectCreate", .error, "refuses null, no references and missing flags", source: "cudaUserObjectCreate: it is required to pass cudaUserObjectNoDestructorSync") {
    let counter = Counter()
    var object: cudaUserObject_t?
    try fails(cudaUserObjectCreate(nil, counter.pointer, Counter.add, 1, 1), cudaErrorInvalidValue)
    try fails(cudaUserObjectCreate(&object, counter.pointer, nil, 1, 1), cudaErrorInvalidValue)
    try fails(cudaUserObjectCreate(&object, counter.pointer, Counter.add, 0, 1), cudaErrorInvalidValue)
    try fails(cudaUserObjectCreate(&object, counter.pointer, Counter.add, 1, 0), cudaErrorInvalidValue)
  }
  for (name, call) in [("cudaUserObjectRetain", { try cudaUserObjectRetain($0, $1) }), ("cudaUserObjectRelease", { try cudaUserObjectRelease($0, $1) })] as [(String, (cudaUserObject_t?, UInt32) throws -> cudaError_t)] {
    test(name, .error, "refuses null and a count of 0", source: "\(name): must be nonzero; Returns: cudaErrorInvalidValue") {
      let counter = Counter(), object = try make(counter)
      try fails(call(nil, 1), cudaErrorInvalidValue)
      try fails(call(object, 0), cudaErrorInvalidValue)
      try ok(cudaUserObjectRelease(object, 1))
      wait(counter)
      try equal(counter.value, 1, "calls")
    }
  }
  test("cudaGraphRetainUserObject", .success, "keeps an object while the graph or an executable of it exists", source: "CUDA User Objects", touches: ["cudaGraphDestroy", "cudaGraphExecDestroy"]) {
    let counter = Counter(), object = try make(counter), graph = try makeGraph()
    _ = try emptyNode(graph)
    try ok(cudaGraphRetainUserObject(graph, object, 1, UInt32(cudaGraphUserObjectMove.rawValue)))
    let ready = try executable(graph)
    try ok(cudaGraphDestroy(graph))
    usleep(20000)
    try equal(counter.value, 0, "calls while the executable exists")
    try ok(cudaGraphExecDestroy(ready))
    wait(counter)
    try equal(counter.value, 1, "calls after it is gone")
  }
  test("cudaGraphReleaseUserObject", .success, "lets go of the graph's references", source: "cudaGraphReleaseUserObject") {
    let counter = Counter(), object = try make(counter), graph = try makeGraph()
    try ok(cudaGraphRetainUserObject(graph, object, 2, 0))
    try ok(cudaUserObjectRelease(object, 1))
    try ok(cudaGraphReleaseUserObject(graph, object, 1))
    usleep(20000)
    try equal(counter.value, 0, "calls while the graph holds one")
    try ok(cudaGraphReleaseUserObject(graph, object, 1))
    wait(counter)
    try equal(counter.value, 1, "calls after the last")
    try ok(cudaGraphDestroy(graph))
  }
  for name in ["cudaGraphRetainUserObject", "cudaGraphReleaseUserObject"] {
    test(name, .error, "refuses null and a count of 0", source: "\(name): must be nonzero; Returns: cudaErrorInvalidValue") {
      let counter = Counter(), object = try make(counter), graph = try makeGraph()
      func call(_ g: cudaGraph_t?, _ o: cudaUserObject_t?, _ n: UInt32) throws -> cudaError_t { name.contains("Retain") ? try cudaGraphRetainUserObject(g, o, n, 0) : try cudaGraphReleaseUserObject(g, o, n) }
      try fails(call(nil, object, 1), cudaErrorInvalidValue)
      try fails(call(graph, nil, 1), cudaErrorInvalidValue)
      try fails(call(graph, object, 0), cudaErrorInvalidValue)
      try ok(cudaUserObjectRelease(object, 1))
      try ok(cudaGraphDestroy(graph))
      wait(counter)
      try equal(counter.value, 1, "calls")
    }
  }
}
