// Graphs as such: making them, nodes and edges, what can be asked, clones, child graphs, ids, pictures.
import CConformance
import Glibc

func graphModelCases() {
  test("cudaGraphCreate", .success, "makes an empty graph", source: "cudaGraphCreate", touches: ["cudaGraphGetNodes"]) {
    let graph = try makeGraph(), other = try makeGraph()
    try check(graph != other, "two graphs with handles of their own")
    var count = 77
    try ok(cudaGraphGetNodes(graph, nil, &count))
    try equal(count, 0, "nodes of a new graph")
    try ok(cudaGraphDestroy(graph))
    try ok(cudaGraphDestroy(other))
  }
  test("cudaGraphCreate", .error, "refuses a null place and flags", source: "cudaGraphCreate: flags must be 0; Returns: cudaErrorInvalidValue") {
    var graph: cudaGraph_t?
    try fails(cudaGraphCreate(nil, 0), cudaErrorInvalidValue)
    try fails(cudaGraphCreate(&graph, 1), cudaErrorInvalidValue)
  }
  test("cudaGraphDestroy", .interaction, "leaves executables alone", source: "cudaGraphDestroy", touches: ["cudaGraphLaunch"]) {
    let graph = try makeGraph(), words = try Words(32, fill: 0)
    _ = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(5))
    let ready = try executable(graph)
    try ok(cudaGraphDestroy(graph))
    try run(ready, times: 2)
    try words.expect(all: 10, "after two launches")
    try ok(cudaGraphExecDestroy(ready))
  }
  test("cudaGraphDestroy", .error, "refuses a null graph", source: "cudaGraphDestroy, Returns: cudaErrorInvalidValue") {
    try fails(cudaGraphDestroy(nil), cudaErrorInvalidValue)
  }

  // MARK: nodes and edges

  test("cudaGraphAddEmptyNode", .success, "adds nodes with dependencies", source: "cudaGraphAddEmptyNode", touches: ["cudaGraphGetNodes"]) {
    let graph = try makeGraph()
    let a = try emptyNode(graph), b = try emptyNode(graph, after: [a]), c = try emptyNode(graph, after: [a, b])
    try equal(try neighbours(c, dependents: false), [a, b], "dependencies")
    try equal(try neighbours(a, dependents: true), [b, c], "dependents")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddEmptyNode", .error, "refuses null arguments, a dependency named twice and one of another graph", source: "cudaGraphAddEmptyNode: pDependencies may not have duplicate entries") {
    let graph = try makeGraph(), other = try makeGraph(), a = try emptyNode(graph), stranger = try emptyNode(other)
    var node: GraphNode?
    try fails(cudaGraphAddEmptyNode(nil, graph, nil, 0), cudaErrorInvalidValue)
    try fails(cudaGraphAddEmptyNode(&node, nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaGraphAddEmptyNode(&node, graph, nil, 1), cudaErrorInvalidValue)
    try fails(withNodes([a, a]) { try cudaGraphAddEmptyNode(&node, graph, $0, $1) }, cudaErrorInvalidValue)
    try fails(withNodes([stranger]) { try cudaGraphAddEmptyNode(&node, graph, $0, $1) }, cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
    try ok(cudaGraphDestroy(other))
  }
  test("cudaGraphGetNodes", .success, "lists nodes, fills the rest with null and says how many", source: "cudaGraphGetNodes") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph)
    var count = 4
    var list: [GraphNode?] = [b, b, b, b]
    try ok(cudaGraphGetNodes(graph, &list, &count))
    try equal(count, 2, "nodes")
    try equal(list, [a, b, nil, nil], "the list")
    count = 1
    try ok(cudaGraphGetNodes(graph, &list, &count))
    try equal(count, 1, "nodes that fit")
    try fails(cudaGraphGetNodes(graph, nil, nil), cudaErrorInvalidValue)
    try fails(cudaGraphGetNodes(nil, nil, &count), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphGetRootNodes", .success, "lists the nodes without dependencies", source: "cudaGraphGetRootNodes") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph)
    _ = try emptyNode(graph, after: [a])
    var count = 0
    try ok(cudaGraphGetRootNodes(graph, nil, &count))
    try equal(count, 2, "root nodes")
    var list = [GraphNode?](repeating: nil, count: 2)
    try ok(cudaGraphGetRootNodes(graph, &list, &count))
    try equal(Set(list), [a, b], "the list")
    try fails(cudaGraphGetRootNodes(nil, nil, &count), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  for name in ["cudaGraphAddDependencies", "cudaGraphAddDependencies_v2"] {
    test(name, .success, "adds edges that order nodes", source: name, touches: ["cudaGraphLaunch"]) {
      let graph = try makeGraph(), words = try Words(32, fill: 7)
      let second = try kernelNode(graph, "scale", words.pointer, Int32(32), Int32(10), Int32(1)), first = try fillNode(graph, words, 3)
      if name.hasSuffix("_v2") { try ok(addDependency(graph, first, second, cudaGraphEdgeData())) } else { try ok(addDependencies(graph, [first], [second])) }
      try equal(try edges(graph).map { [$0.0, $0.1] }, [[first, second]], "the edges")
      let ready = try executable(graph)
      try run(ready)
      try words.expect(all: 31, "filled, then scaled")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphAddDependencies", .error, "refuses an edge that exists, one from a node to itself, and null lists", source: "cudaGraphAddDependencies: specifying an existing dependency will return an error") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a])
    try fails(addDependencies(graph, [a], [b]), cudaErrorInvalidValue)
    try fails(addDependencies(graph, [a], [a]), cudaErrorInvalidValue)
    try fails(addDependencies(nil, [b], [a]), cudaErrorInvalidValue)
    try fails(abi == 12 ? cudaGraphAddDependencies_12(graph, nil, nil, 1) : cudaGraphAddDependencies(graph, nil, nil, nil, 1), cudaErrorInvalidValue)
    try ok(abi == 12 ? cudaGraphAddDependencies_12(graph, nil, nil, 0) : cudaGraphAddDependencies(graph, nil, nil, nil, 0))
    try equal(try edges(graph).count, 1, "edges")
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddDependencies_v2", .error, "refuses edge data that nodes don't have", source: "struct cudaGraphEdgeData: only kernel nodes define ports; reserved bytes must be 0") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph)
    for data in [cudaGraphEdgeData(from_port: 1, to_port: 0, type: 1, reserved: (0, 0, 0, 0, 0)), cudaGraphEdgeData(from_port: 0, to_port: 1, type: 0, reserved: (0, 0, 0, 0, 0)),
                 cudaGraphEdgeData(from_port: 0, to_port: 0, type: 2, reserved: (0, 0, 0, 0, 0)), cudaGraphEdgeData(from_port: 0, to_port: 0, type: 0, reserved: (1, 0, 0, 0, 0))] {
      try fails(addDependency(graph, a, b, data), cudaErrorInvalidValue)
    }
    try equal(try edges(graph).count, 0, "edges")
    try ok(cudaGraphDestroy(graph))
  }
  for name in ["cudaGraphRemoveDependencies", "cudaGraphRemoveDependencies_v2"] {
    test(name, .success, "removes edges, and refuses one that isn't there", source: name) {
      let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a])
      if name.hasSuffix("_v2") {
        var from: GraphNode? = a, to: GraphNode? = b, data = cudaGraphEdgeData()
        try ok(cudaGraphRemoveDependencies_v2(graph, &from, &to, &data, 1))
      } else { try ok(removeDependencies(graph, [a], [b])) }
      try equal(try edges(graph).count, 0, "edges")
      try fails(removeDependencies(graph, [a], [b]), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphGetEdges", .success, "lists each edge once", source: "cudaGraphGetEdges") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a]), c = try emptyNode(graph, after: [a, b])
    let found = Set(try edges(graph).map { [$0.0, $0.1] })
    try equal(found, [[a, b], [a, c], [b, c]], "the edges")
    var count = 0
    try fails(abi == 12 ? cudaGraphGetEdges_12(nil, nil, nil, &count) : cudaGraphGetEdges(nil, nil, nil, nil, &count), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  /// Two kernels with a programmatic edge.
  func annotated() throws -> (cudaGraph_t, GraphNode, GraphNode) {
    let graph = try makeGraph(), a = try kernelNode(graph, "nothing"), b = try kernelNode(graph, "nothing")
    try ok(addDependency(graph, a, b, cudaGraphEdgeData(from_port: 1, to_port: 0, type: 1, reserved: (0, 0, 0, 0, 0))))
    return (graph, a, b)
  }
  for name in ["cudaGraphGetEdges", "cudaGraphGetEdges_v2"] {
    test(name, .edge, "doesn't lose edge data without a word", source: "cudaGraphGetEdges, Returns: cudaErrorLossyQuery") {
      let (graph, a, b) = try annotated()
      var from: GraphNode?, to: GraphNode?, count = 1, data = cudaGraphEdgeData()
      try fails(abi == 12 ? cudaGraphGetEdges_12(graph, &from, &to, &count) : cudaGraphGetEdges(graph, &from, &to, nil, &count), cudaErrorLossyQuery)
      count = 1
      try ok(abi == 12 ? cudaGraphGetEdges_v2(graph, &from, &to, &data, &count) : cudaGraphGetEdges(graph, &from, &to, &data, &count))
      try equal([from, to], [a, b], "the edge")
      try equal([data.from_port, data.type], [1, 1], "its data")
      try ok(cudaGraphDestroy(graph))
    }
  }
  for (name, dependents) in [("cudaGraphNodeGetDependencies", false), ("cudaGraphNodeGetDependencies_v2", false), ("cudaGraphNodeGetDependentNodes", true), ("cudaGraphNodeGetDependentNodes_v2", true)] {
    test(name, .success, "lists neighbours, with the data of edges", source: "\(name), Returns: cudaErrorLossyQuery") {
      let (graph, a, b) = try annotated(), node = dependents ? a : b
      var found: GraphNode?, count = 1, data = cudaGraphEdgeData()
      if abi == 12 {
        try fails(dependents ? cudaGraphNodeGetDependentNodes_12(node, &found, &count) : cudaGraphNodeGetDependencies_12(node, &found, &count), cudaErrorLossyQuery)
        count = 1
        try ok(dependents ? cudaGraphNodeGetDependentNodes_v2(node, &found, &data, &count) : cudaGraphNodeGetDependencies_v2(node, &found, &data, &count))
      } else {
        try fails(dependents ? cudaGraphNodeGetDependentNodes(node, &found, nil, &count) : cudaGraphNodeGetDependencies(node, &found, nil, &count), cudaErrorLossyQuery)
        count = 1
        try ok(dependents ? cudaGraphNodeGetDependentNodes(node, &found, &data, &count) : cudaGraphNodeGetDependencies(node, &found, &data, &count))
      }
      try equal(count, 1, "neighbours")
      try equal(found, dependents ? b : a, "the neighbour")
      try equal([data.from_port, data.type], [1, 1], "the edge's data")
      try fails(dependents ? (abi == 12 ? cudaGraphNodeGetDependentNodes_12(nil, nil, &count) : cudaGraphNodeGetDependentNodes(nil, nil, nil, &count))
                           : (abi == 12 ? cudaGraphNodeGetDependencies_12(nil, nil, &count) : cudaGraphNodeGetDependencies(nil, nil, nil, &count)), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphDestroyNode", .success, "takes a node and its edges out", source: "cudaGraphDestroyNode: also severs any dependencies") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph, after: [a]), c = try emptyNode(graph, after: [b])
    try ok(cudaGraphDestroyNode(b))
    try equal(try edges(graph).count, 0, "edges")
    try equal(try neighbours(c, dependents: false), [], "dependencies of the last")
    var count = 0
    try ok(cudaGraphGetNodes(graph, nil, &count))
    try equal(count, 2, "nodes")
    try fails(cudaGraphDestroyNode(nil), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
    _ = (a, c)
  }
  test("cudaGraphDestroyNode", .error, "refuses in a graph with memory nodes", source: "cudaGraphAddMemAllocNode: nodes and edges of the graph cannot be deleted") {
    let graph = try makeGraph(), (node, _) = try allocationNode(graph), other = try emptyNode(graph, after: [node])
    try fails(cudaGraphDestroyNode(other), cudaErrorNotSupported)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphNodeGetType", .success, "says what each node is", source: "enum cudaGraphNodeType") {
    let graph = try makeGraph(), words = try Words(8), counter = Counter(), event = try makeEvent()
    let (allocation, memory) = try allocationNode(graph)
    var record: GraphNode?, wait: GraphNode?
    try ok(cudaGraphAddEventRecordNode(&record, graph, nil, 0, event))
    try ok(cudaGraphAddEventWaitNode(&wait, graph, nil, 0, event))
    let nodes: [(GraphNode?, cudaGraphNodeType)] = [
      (try kernelNode(graph, "nothing"), cudaGraphNodeTypeKernel), (try copyNode(graph, to: words.pointer, from: words.pointer + 16, bytes: 16), cudaGraphNodeTypeMemcpy),
      (try fillNode(graph, words, 1), cudaGraphNodeTypeMemset), (try hostNode(graph, counter), cudaGraphNodeTypeHost), (try emptyNode(graph), cudaGraphNodeTypeEmpty),
      (wait, cudaGraphNodeTypeWaitEvent), (record, cudaGraphNodeTypeEventRecord), (allocation, cudaGraphNodeTypeMemAlloc),
      (try freeNode(graph, after: [allocation], memory), cudaGraphNodeTypeMemFree),
    ]
    for (node, wanted) in nodes {
      var type = cudaGraphNodeTypeCount
      try ok(cudaGraphNodeGetType(node, &type))
      try equal(type.rawValue, wanted.rawValue, "the type")
    }
    var type = cudaGraphNodeTypeCount
    try fails(cudaGraphNodeGetType(nil, &type), cudaErrorInvalidValue)
    try fails(cudaGraphNodeGetType(nodes[0].0, nil), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: clones and child graphs

  test("cudaGraphClone", .success, "copies nodes, edges and parameters", source: "cudaGraphClone", touches: ["cudaGraphNodeFindInClone"]) {
    let graph = try makeGraph(), words = try Words(32, fill: 0)
    let first = try fillNode(graph, words, 2), second = try kernelNode(graph, after: [first], "add", words.pointer, Int32(32), Int32(3))
    var copy: cudaGraph_t?, twin: GraphNode?
    try ok(cudaGraphClone(&copy, graph))
    try ok(cudaGraphNodeFindInClone(&twin, second, copy))
    try check(twin != nil && twin != second, "a node of its own")
    try ok(cudaGraphDestroy(graph))
    let ready = try executable(copy)
    try run(ready)
    try words.expect(all: 5, "what the clone computed")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(copy))
  }
  test("cudaGraphClone", .error, "refuses null, and graphs with memory nodes", source: "cudaGraphClone: not supported for graphs which contain memory allocation nodes") {
    let graph = try makeGraph()
    var copy: cudaGraph_t?
    try fails(cudaGraphClone(nil, graph), cudaErrorInvalidValue)
    try fails(cudaGraphClone(&copy, nil), cudaErrorInvalidValue)
    _ = try allocationNode(graph)
    try fails(cudaGraphClone(&copy, graph), cudaErrorNotSupported)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphNodeFindInClone", .error, "refuses a node that was not in the original, and a graph that is no clone of it", source: "cudaGraphNodeFindInClone, Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph(), a = try emptyNode(graph)
    var copy: cudaGraph_t?, twin: GraphNode?
    try ok(cudaGraphClone(&copy, graph))
    try ok(cudaGraphNodeFindInClone(&twin, a, copy))
    let late = try emptyNode(graph)
    try fails(cudaGraphNodeFindInClone(&twin, late, copy), cudaErrorInvalidValue)
    try fails(cudaGraphNodeFindInClone(&twin, a, graph), cudaErrorInvalidValue)
    try fails(cudaGraphNodeFindInClone(nil, a, copy), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(copy))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddChildGraphNode", .success, "runs a copy of a graph between its neighbours", source: "cudaGraphAddChildGraphNode: the child graph is cloned in this call", touches: ["cudaGraphLaunch"]) {
    let child = try makeGraph(), parent = try makeGraph(), words = try Words(32, fill: 0)
    let inner = try kernelNode(child, "scale", words.pointer, Int32(32), Int32(10), Int32(1))
    _ = try kernelNode(child, after: [inner], "scale", words.pointer, Int32(32), Int32(10), Int32(2))
    let before = try fillNode(parent, words, 5)
    var node: GraphNode?
    try ok(withNodes([before]) { try cudaGraphAddChildGraphNode(&node, parent, $0, $1, child) })
    _ = try kernelNode(parent, after: [try some(node, "the node")], "scale", words.pointer, Int32(32), Int32(10), Int32(3))
    try ok(cudaGraphDestroy(child))
    let ready = try executable(parent)
    try run(ready)
    try words.expect(all: 5123, "fill, the child's two kernels, the last")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(parent))
  }
  test("cudaGraphAddChildGraphNode", .error, "refuses null and a child with memory nodes", source: "cudaGraphAddChildGraphNode: if childGraph contains allocation nodes, this call will return an error") {
    let child = try makeGraph(), parent = try makeGraph()
    var node: GraphNode?
    try fails(cudaGraphAddChildGraphNode(&node, parent, nil, 0, nil), cudaErrorInvalidValue)
    _ = try allocationNode(child)
    try fails(cudaGraphAddChildGraphNode(&node, parent, nil, 0, child), cudaErrorNotSupported)
    try ok(cudaGraphDestroy(parent))
    try ok(cudaGraphDestroy(child))
  }
  test("cudaGraphChildGraphNodeGetGraph", .success, "gives the node's own graph, which ends with the node", source: "cudaGraphChildGraphNodeGetGraph", touches: ["cudaGraphDestroy"]) {
    let child = try makeGraph(), parent = try makeGraph(), a = try emptyNode(child)
    var node: GraphNode?, inside: cudaGraph_t?
    try ok(cudaGraphAddChildGraphNode(&node, parent, nil, 0, child))
    try ok(cudaGraphChildGraphNodeGetGraph(node, &inside))
    try check(inside != nil && inside != child, "a graph of its own")
    var count = 0
    try ok(cudaGraphGetNodes(inside, nil, &count))
    try equal(count, 1, "nodes of the copy")
    try fails(cudaGraphDestroy(inside), cudaErrorInvalidValue)
    try fails(cudaGraphChildGraphNodeGetGraph(a, &inside), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(parent))
    try ok(cudaGraphDestroy(child))
  }

  // MARK: names

  test("cudaGraphDebugDotPrint", .success, "writes a picture with every node and edge", source: "cudaGraphDebugDotPrint") {
    let graph = try makeGraph(), words = try Words(32), first = try fillNode(graph, words, 1)
    _ = try kernelNode(graph, after: [first], "add", words.pointer, Int32(32), Int32(1))
    for flags in [0, UInt32(cudaGraphDebugDotFlagsVerbose.rawValue)] {
      let path = "/tmp/conformance-\(getpid())-\(flags).dot"
      try ok(cudaGraphDebugDotPrint(graph, path, flags))
      let file = try some(fopen(path, "r"), "the file")
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let size = fread(&bytes, 1, bytes.count, file)
      fclose(file)
      unlink(path)
      let text = String(decoding: bytes[..<size], as: UTF8.self)
      try check(text.hasPrefix("digraph"), "a digraph")
      try check(text.contains("MEMSET") && text.contains("add"), "the kinds of nodes and the kernel's name")
      try check(text.contains("->"), "an edge")
    }
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphDebugDotPrint", .error, "refuses null, and a place where no file can be", source: "cudaGraphDebugDotPrint, Returns: cudaErrorInvalidValue, cudaErrorOperatingSystem") {
    let graph = try makeGraph()
    try fails(cudaGraphDebugDotPrint(graph, nil, 0), cudaErrorInvalidValue)
    try fails(cudaGraphDebugDotPrint(nil, "/tmp/x.dot", 0), cudaErrorInvalidValue)
    try fails(cudaGraphDebugDotPrint(graph, "/nonexistent/x.dot", 0), cudaErrorOperatingSystem)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphGetId", .success, "is another for each graph", source: "cudaGraphGetId") {
    let a = try makeGraph(), b = try makeGraph()
    var first: UInt32 = 0, second: UInt32 = 0
    try ok(cudaGraphGetId(a, &first))
    try ok(cudaGraphGetId(b, &second))
    try check(first != second, "different ids")
    try fails(cudaGraphGetId(nil, &first), cudaErrorInvalidValue)
    try fails(cudaGraphGetId(a, nil), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(a))
    try ok(cudaGraphDestroy(b))
  }
  test("cudaGraphExecGetId", .success, "is another than the graph's", source: "cudaGraphExecGetId") {
    let graph = try makeGraph()
    _ = try emptyNode(graph)
    let ready = try executable(graph)
    var first: UInt32 = 0, second: UInt32 = 0
    try ok(cudaGraphGetId(graph, &first))
    try ok(cudaGraphExecGetId(ready, &second))
    try check(first != second, "different ids")
    try fails(cudaGraphExecGetId(nil, &first), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphNodeGetLocalId", .success, "is another for each node of a graph", source: "cudaGraphNodeGetLocalId") {
    let graph = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(graph)
    var first: UInt32 = 99, second: UInt32 = 99
    try ok(cudaGraphNodeGetLocalId(a, &first))
    try ok(cudaGraphNodeGetLocalId(b, &second))
    try check(first != second, "different ids")
    try fails(cudaGraphNodeGetLocalId(nil, &first), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphNodeGetToolsId", .success, "is another for each node of all graphs", source: "cudaGraphNodeGetToolsId") {
    let graph = try makeGraph(), other = try makeGraph(), a = try emptyNode(graph), b = try emptyNode(other)
    var first: UInt64 = 0, second: UInt64 = 0
    try ok(cudaGraphNodeGetToolsId(a, &first))
    try ok(cudaGraphNodeGetToolsId(b, &second))
    try check(first != second, "different ids")
    try fails(cudaGraphNodeGetToolsId(nil, &first), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
    try ok(cudaGraphDestroy(other))
  }
  test("cudaGraphNodeGetContainingGraph", .success, "is the graph that a node is in", source: "cudaGraphNodeGetContainingGraph") {
    let graph = try makeGraph(), a = try emptyNode(graph)
    var found: cudaGraph_t?
    try ok(cudaGraphNodeGetContainingGraph(a, &found))
    try equal(found, graph, "the graph")
    try fails(cudaGraphNodeGetContainingGraph(nil, &found), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
}
