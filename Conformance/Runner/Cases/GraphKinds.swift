// Nodes of each kind: what they do, their parameters, in graphs and in executables.
import CConformance
import Glibc

func graphKindCases() {
  // MARK: kernels

  test("cudaGraphAddKernelNode", .success, "runs a kernel with a copy of its arguments", source: "cudaGraphAddKernelNode: argument values are copied during this call", touches: ["cudaGraphLaunch"]) {
    let graph = try makeGraph(), words = try Words(64, fill: 1)
    var node: GraphNode?
    try withKernelParameters("add", threads: 64, [words.pointer, Int32(64), Int32(4)]) { p in
      try ok(cudaGraphAddKernelNode(&node, graph, nil, 0, &p))
      p.kernelParams[2]!.storeBytes(of: 1000, as: Int32.self)   // too late
    }
    let ready = try executable(graph)
    try run(ready, times: 3)
    try words.expect(all: 13, "three times four more")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddKernelNode", .success, "takes arguments in one buffer", source: "cudaGraphAddKernelNode: extra") {
    let graph = try makeGraph(), words = try Words(32, fill: 1), kernel = try basic.kernel("add")
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    buffer.storeBytes(of: words.pointer, as: UnsafeMutableRawPointer.self)
    buffer.storeBytes(of: 32, toByteOffset: 8, as: Int32.self)
    buffer.storeBytes(of: 9, toByteOffset: 12, as: Int32.self)
    var size = 16, node: GraphNode?, p = cudaKernelNodeParams()
    (p.func, p.gridDim, p.blockDim) = (kernel.address, dim(1), dim(32))
    try withUnsafeMutableBytes(of: &size) { size in
      var extra: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(bitPattern: 1), buffer, UnsafeMutableRawPointer(bitPattern: 2), size.baseAddress, nil]
      try extra.withUnsafeMutableBufferPointer { p.extra = $0.baseAddress; try ok(cudaGraphAddKernelNode(&node, graph, nil, 0, &p)) }
    }
    buffer.deallocate()
    var got = cudaKernelNodeParams()
    try ok(cudaGraphKernelNodeGetParams(node, &got))
    try check(got.extra != nil && got.kernelParams == nil, "the form in which they were given")
    let ready = try executable(graph)
    try run(ready)
    try words.expect(all: 10, "nine more")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddKernelNode", .error, "refuses what no launch could be", source: "cudaGraphAddKernelNode, Returns: cudaErrorInvalidValue, cudaErrorInvalidDeviceFunction") {
    let graph = try makeGraph(), words = try Words(32)
    var node: GraphNode?
    try fails(cudaGraphAddKernelNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(4)]) { p in
      let good = p
      p.func = nil
      try fails(cudaGraphAddKernelNode(&node, graph, nil, 0, &p), cudaErrorInvalidDeviceFunction)
      p = good; p.gridDim.x = 0
      try fails(cudaGraphAddKernelNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
      p = good; p.blockDim.x = 2048
      try fails(cudaGraphAddKernelNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
      p = good; p.kernelParams = nil
      try fails(cudaGraphAddKernelNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
    }
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphKernelNodeGetParams", .success, "gives back function, shape and arguments", source: "cudaGraphKernelNodeGetParams") {
    let graph = try makeGraph(), words = try Words(32), node = try kernelNode(graph, "add", threads: 48, words.pointer, Int32(32), Int32(77))
    var p = cudaKernelNodeParams()
    try ok(cudaGraphKernelNodeGetParams(node, &p))
    try equal(p.func, try basic.kernel("add").address, "the function")
    try equal([p.gridDim.x, p.blockDim.x, p.blockDim.y], [1, 48, 1], "the shape")
    try equal(p.kernelParams[2]!.load(as: Int32.self), 77, "the last argument")
    try fails(cudaGraphKernelNodeGetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    try fails(cudaGraphKernelNodeGetParams(nil, &p), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphKernelNodeSetParams", .success, "changes graphs, not executables made before", source: "cudaGraphKernelNodeSetParams") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), node = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(1))
    let before = try executable(graph)
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(10)]) { try ok(cudaGraphKernelNodeSetParams(node, &$0)) }
    let after = try executable(graph)
    try run(before)
    try words.expect(all: 1, "the executable from before")
    try run(after)
    try words.expect(all: 11, "the executable from after")
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(10)]) { p in
      try fails(cudaGraphKernelNodeSetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    }
    try fails(cudaGraphKernelNodeSetParams(node, nil), cudaErrorInvalidValue)
    for ready in [before, after] { try ok(cudaGraphExecDestroy(ready)) }
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecKernelNodeSetParams", .success, "changes later launches, also while an earlier one waits", source: "cudaGraphExecKernelNodeSetParams: already enqueued or running launches are not affected") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), node = try kernelNode(graph, "add", words.pointer, Int32(32), Int32(1))
    let ready = try executable(graph), stream = try makeStream(cudaStreamNonBlocking), hold = try Hold(stream)
    try ok(cudaGraphLaunch(ready, stream))
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(10)]) { try ok(cudaGraphExecKernelNodeSetParams(ready, node, &$0)) }
    try ok(cudaGraphLaunch(ready, stream))
    try withKernelParameters("fill", [words.pointer, Int32(16), Int32(5)]) { try ok(cudaGraphExecKernelNodeSetParams(ready, node, &$0), "another kernel") }
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 11, "one with the old argument, one with the new")
    try run(ready)
    try words.expect([UInt32](repeating: 5, count: 16) + [UInt32](repeating: 11, count: 16), "another kernel")
    try withKernelParameters("add", [words.pointer, Int32(32), Int32(10)]) { p in
      try fails(cudaGraphExecKernelNodeSetParams(ready, nil, &p), cudaErrorInvalidValue)
      try fails(cudaGraphExecKernelNodeSetParams(nil, node, &p), cudaErrorInvalidValue)
      try fails(cudaGraphExecKernelNodeSetParams(ready, try kernelNode(try makeGraph(), "nothing"), &p), cudaErrorInvalidValue)
    }
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphKernelNodeSetAttribute", .success, "keeps attributes for cudaGraphKernelNodeGetAttribute", source: "cudaGraphKernelNodeSetAttribute", touches: ["cudaGraphKernelNodeGetAttribute"]) {
    let graph = try makeGraph(), node = try kernelNode(graph, "nothing"), value = UnsafeMutablePointer<cudaLaunchAttributeValue>.allocate(capacity: 1)
    defer { value.deallocate() }
    memset(value, 0, 64)
    value.pointee.cooperative = 1
    try ok(cudaGraphKernelNodeSetAttribute(node, cudaLaunchAttributeCooperative, value))
    memset(value, 0, 64)
    try ok(cudaGraphKernelNodeGetAttribute(node, cudaLaunchAttributeCooperative, value))
    try equal(value.pointee.cooperative, 1, "cooperative")
    value.pointee.priority = -1000
    try ok(cudaGraphKernelNodeSetAttribute(node, cudaLaunchAttributePriority, value))
    var least: Int32 = 0, greatest: Int32 = 0
    try ok(cudaDeviceGetStreamPriorityRange(&least, &greatest))
    try ok(cudaGraphKernelNodeGetAttribute(node, cudaLaunchAttributePriority, value))
    try equal(value.pointee.priority, greatest, "a priority beyond the range")
    try ok(cudaGraphDestroy(graph))
  }
  for (name, call) in [("cudaGraphKernelNodeSetAttribute", { try cudaGraphKernelNodeSetAttribute($0, $1, $2) }), ("cudaGraphKernelNodeGetAttribute", { try cudaGraphKernelNodeGetAttribute($0, $1, $2) })]
    as [(String, (GraphNode?, cudaLaunchAttributeID, UnsafeMutablePointer<cudaLaunchAttributeValue>) throws -> cudaError_t)] {
    test(name, .error, "refuses other kinds of nodes and attributes that kernels don't have", source: "\(name), Returns: cudaErrorInvalidValue") {
      let graph = try makeGraph(), value = UnsafeMutablePointer<cudaLaunchAttributeValue>.allocate(capacity: 1)
      defer { value.deallocate() }
      memset(value, 0, 64)
      try fails(call(try emptyNode(graph), cudaLaunchAttributePriority, value), cudaErrorInvalidValue)
      try fails(call(nil, cudaLaunchAttributePriority, value), cudaErrorInvalidValue)
      try fails(call(try kernelNode(graph, "nothing"), cudaLaunchAttributeID(rawValue: 3), value), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphKernelNodeCopyAttributes", .success, "copies from one kernel node to another", source: "cudaGraphKernelNodeCopyAttributes") {
    let graph = try makeGraph(), from = try kernelNode(graph, "nothing"), to = try kernelNode(graph, "nothing")
    let value = UnsafeMutablePointer<cudaLaunchAttributeValue>.allocate(capacity: 1)
    defer { value.deallocate() }
    memset(value, 0, 64)
    value.pointee.cooperative = 1
    try ok(cudaGraphKernelNodeSetAttribute(from, cudaLaunchAttributeCooperative, value))
    // 12's header calls them source and destination; its library takes the destination first, as 13's does.
    try ok(abi == 12 ? cudaGraphKernelNodeCopyAttributes_12(to, from) : cudaGraphKernelNodeCopyAttributes(to, from))
    memset(value, 0, 64)
    try ok(cudaGraphKernelNodeGetAttribute(to, cudaLaunchAttributeCooperative, value))
    try equal(value.pointee.cooperative, 1, "cooperative")
    let other = try emptyNode(graph)
    try fails(abi == 12 ? cudaGraphKernelNodeCopyAttributes_12(other, from) : cudaGraphKernelNodeCopyAttributes(other, from), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: copies

  test("cudaGraphAddMemcpyNode1D", .success, "copies when the graph runs, in every direction", source: "cudaGraphAddMemcpyNode1D", touches: ["cudaGraphLaunch"]) {
    let graph = try makeGraph(), a = try Words(16), b = try Words(16), source = UnsafeMutablePointer<UInt32>.allocate(capacity: 16), back = UnsafeMutablePointer<UInt32>.allocate(capacity: 16)
    defer { source.deallocate(); back.deallocate() }
    let first = try copyNode(graph, to: a.pointer, from: source, bytes: 64)
    let second = try copyNode(graph, after: [first], to: b.pointer, from: a.pointer, bytes: 64)
    _ = try copyNode(graph, after: [second], to: back, from: b.pointer, bytes: 64)
    let ready = try executable(graph)
    for round in 0..<3 as Range<UInt32> {
      for index in 0..<16 { source[index] = round * 100 + UInt32(index) }
      try run(ready)
      try expectWords(Array(UnsafeBufferPointer(start: back, count: 16)), (0..<16).map { round * 100 + $0 }, "round \(round)")
    }
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddMemcpyNode1D", .error, "refuses null, no bytes, and a direction that is none", source: "cudaGraphAddMemcpyNode1D, Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph(), words = try Words(16)
    var node: GraphNode?, host = [UInt32](repeating: 0, count: 16)
    try fails(cudaGraphAddMemcpyNode1D(&node, graph, nil, 0, nil, words.pointer, 16, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
    try fails(cudaGraphAddMemcpyNode1D(&node, graph, nil, 0, &host, words.pointer, 0, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
    try fails(cudaGraphAddMemcpyNode1D(&node, graph, nil, 0, &host, words.pointer, 16, cudaMemcpyKind(rawValue: 9)), cudaErrorInvalidMemcpyDirection)
    try ok(cudaGraphDestroy(graph))
  }
  func box(_ to: Words, _ from: Words, width: Int, height: Int) -> cudaMemcpy3DParms {
    var p = cudaMemcpy3DParms()
    p.srcPtr = cudaPitchedPtr(ptr: from.pointer, pitch: 32, xsize: 32, ysize: 4)
    p.dstPtr = cudaPitchedPtr(ptr: to.pointer, pitch: 32, xsize: 32, ysize: 4)
    p.extent = cudaExtent(width: width, height: height, depth: 1)
    p.kind = cudaMemcpyDeviceToDevice
    return p
  }
  test("cudaGraphAddMemcpyNode", .success, "copies rows", source: "cudaGraphAddMemcpyNode", touches: ["cudaGraphMemcpyNodeGetParams"]) {
    let graph = try makeGraph(), a = try Words(32, fill: 7), b = try Words(32, fill: 0)
    var node: GraphNode?, p = box(b, a, width: 8, height: 3), got = cudaMemcpy3DParms()
    try ok(cudaGraphAddMemcpyNode(&node, graph, nil, 0, &p))
    try ok(cudaGraphMemcpyNodeGetParams(node, &got))
    try equal([got.extent.width, got.extent.height, got.srcPtr.pitch], [8, 3, 32], "the parameters")
    let ready = try executable(graph)
    try run(ready)
    try b.expect((0..<32).map { $0 % 8 < 2 && $0 < 24 ? 7 : 0 }, "two words of three rows")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddMemcpyNode", .error, "refuses null, an empty box and rows that overlap", source: "cudaGraphAddMemcpyNode, Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph(), a = try Words(64), b = try Words(64)
    var node: GraphNode?, p = box(b, a, width: 0, height: 1)
    try fails(cudaGraphAddMemcpyNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    try fails(cudaGraphAddMemcpyNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
    p = box(b, a, width: 40, height: 2)
    try expect(cudaGraphAddMemcpyNode(&node, graph, nil, 0, &p), oneOf: [cudaErrorInvalidValue, cudaErrorInvalidPitchValue])
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphMemcpyNodeSetParams", .success, "changes a copy", source: "cudaGraphMemcpyNodeSetParams") {
    let graph = try makeGraph(), a = try Words(32, fill: 7), b = try Words(32, fill: 0)
    var node: GraphNode?, p = box(b, a, width: 8, height: 3)
    try ok(cudaGraphAddMemcpyNode(&node, graph, nil, 0, &p))
    p = box(b, a, width: 4, height: 4)
    try ok(cudaGraphMemcpyNodeSetParams(node, &p))
    let ready = try executable(graph)
    try run(ready)
    try b.expect((0..<32).map { $0 % 8 < 1 ? 7 : 0 }, "one word of four rows")
    try fails(cudaGraphMemcpyNodeSetParams(node, nil), cudaErrorInvalidValue)
    try fails(cudaGraphMemcpyNodeGetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphMemcpyNodeSetParams1D", .success, "makes it a copy of bytes", source: "cudaGraphMemcpyNodeSetParams1D") {
    let graph = try makeGraph(), a = try Words(8, fill: 7), b = try Words(8, fill: 0), node = try copyNode(graph, to: b.pointer, from: a.pointer, bytes: 32)
    try ok(cudaGraphMemcpyNodeSetParams1D(node, b.pointer + 8, a.pointer, 8, cudaMemcpyDeviceToDevice))
    let ready = try executable(graph)
    try run(ready)
    try b.expect([0, 0, 7, 7, 0, 0, 0, 0], "two words")
    try fails(cudaGraphMemcpyNodeSetParams1D(nil, b.pointer, a.pointer, 8, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecMemcpyNodeSetParams1D", .success, "changes later launches, and refuses another kind of memory", source: "cudaGraphExecMemcpyNodeSetParams1D: must be allocated from the same contexts; zero-length operations are not supported") {
    let graph = try makeGraph(), a = try Words(8, fill: 7), b = try Words(8, fill: 0), node = try copyNode(graph, to: b.pointer, from: a.pointer, bytes: 32)
    let ready = try executable(graph)
    try ok(cudaGraphExecMemcpyNodeSetParams1D(ready, node, b.pointer + 4, a.pointer, 4, cudaMemcpyDefault))
    try run(ready)
    try b.expect([0, 7, 0, 0, 0, 0, 0, 0], "one word")
    var host = [UInt32](repeating: 0, count: 8)
    try fails(cudaGraphExecMemcpyNodeSetParams1D(ready, node, &host, a.pointer, 32, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
    try fails(cudaGraphExecMemcpyNodeSetParams1D(ready, node, b.pointer, a.pointer, 0, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecMemcpyNodeSetParams", .success, "changes a one-dimensional copy, and refuses rows", source: "cudaGraphExecMemcpyNodeSetParams: operands must be 1-dimensional") {
    let graph = try makeGraph(), a = try Words(32, fill: 7), b = try Words(32, fill: 0), node = try copyNode(graph, to: b.pointer, from: a.pointer, bytes: 16)
    let ready = try executable(graph)
    var p = box(b, a, width: 8, height: 1)
    p.kind = cudaMemcpyDefault
    try ok(cudaGraphExecMemcpyNodeSetParams(ready, node, &p))
    try run(ready)
    try b.expect((0..<32).map { $0 < 2 ? 7 : 0 }, "two words")
    p = box(b, a, width: 8, height: 2)
    try fails(cudaGraphExecMemcpyNodeSetParams(ready, node, &p), cudaErrorInvalidValue)
    try fails(cudaGraphExecMemcpyNodeSetParams(nil, node, &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  graphSymbolCases()

  // MARK: fills

  test("cudaGraphAddMemsetNode", .success, "fills elements of one, two and four bytes, and rows", source: "cudaGraphAddMemsetNode", touches: ["cudaGraphMemsetNodeGetParams"]) {
    for (size, value, wanted) in [(1, 0x11, 0x1111_1111), (2, 0x1234, 0x1234_1234), (4, 0x0102_0304, 0x0102_0304)] as [(UInt32, UInt32, UInt32)] {
      let graph = try makeGraph(), words = try Words(32, fill: 0)
      var node: GraphNode?, p = memsetParameters(words.pointer, value, words: 0), got = cudaMemsetParams()
      (p.elementSize, p.width, p.height, p.pitch) = (size, 8 / Int(size), 3, 32)
      try ok(cudaGraphAddMemsetNode(&node, graph, nil, 0, &p))
      try ok(cudaGraphMemsetNodeGetParams(node, &got))
      try equal([UInt32(got.width), UInt32(got.height), got.elementSize, got.value], [8 / size, 3, size, value], "the parameters")
      let ready = try executable(graph)
      try run(ready)
      try words.expect((0..<32).map { $0 % 8 < 2 && $0 < 24 ? wanted : 0 }, "two words of three rows")
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  test("cudaGraphAddMemsetNode", .error, "refuses null, elements of three bytes, nothing to fill, and memory that is no device's", source: "cudaGraphAddMemsetNode: element size must be 1, 2, or 4; Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph(), words = try Words(32), plain = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { plain.deallocate() }
    var node: GraphNode?
    try fails(cudaGraphAddMemsetNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    for change in [{ $0.elementSize = 3 }, { $0.width = 0 }, { $0.height = 0 }, { $0.dst = nil }, { $0.dst = plain }, { $0.width = 1 << 26 }] as [(inout cudaMemsetParams) -> Void] {
      var p = memsetParameters(words.pointer, 1, words: 4)
      change(&p)
      try fails(cudaGraphAddMemsetNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
    }
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphMemsetNodeSetParams", .success, "changes a fill", source: "cudaGraphMemsetNodeSetParams") {
    let graph = try makeGraph(), words = try Words(8, fill: 0), node = try fillNode(graph, words, 5)
    var p = memsetParameters(words.pointer, 6, words: 4)
    try ok(cudaGraphMemsetNodeSetParams(node, &p))
    let ready = try executable(graph)
    try run(ready)
    try words.expect([6, 6, 6, 6, 0, 0, 0, 0], "four words")
    try fails(cudaGraphMemsetNodeSetParams(node, nil), cudaErrorInvalidValue)
    try fails(cudaGraphMemsetNodeGetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecMemsetNodeSetParams", .success, "changes value and place for later launches, and refuses rows", source: "cudaGraphExecMemsetNodeSetParams: changes in height are explicitly rejected") {
    let graph = try makeGraph(), words = try Words(32, fill: 0), node = try fillNode(graph, words, 5), ready = try executable(graph)
    var p = memsetParameters(words.pointer, 6, words: 32)
    try ok(cudaGraphExecMemsetNodeSetParams(ready, node, &p))
    try run(ready)
    try words.expect(all: 6, "the new value")
    (p.width, p.height, p.pitch) = (2, 2, 32)
    try fails(cudaGraphExecMemsetNodeSetParams(ready, node, &p), cudaErrorInvalidValue)
    try fails(cudaGraphExecMemsetNodeSetParams(nil, node, &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }

  // MARK: host functions and events

  test("cudaGraphAddHostNode", .success, "calls a function at each launch, after what it depends on", source: "cudaGraphAddHostNode", touches: ["cudaGraphHostNodeGetParams"]) {
    let graph = try makeGraph(), counter = Counter(), node = try hostNode(graph, counter)
    var p = cudaHostNodeParams()
    try ok(cudaGraphHostNodeGetParams(node, &p))
    try equal(p.userData, UnsafeMutableRawPointer(counter.pointer), "userData")
    let ready = try executable(graph)
    try run(ready, times: 4)
    try equal(counter.value, 4, "calls")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddHostNode", .error, "refuses null parameters and no function", source: "cudaGraphAddHostNode, Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph()
    var node: GraphNode?, p = cudaHostNodeParams()
    try fails(cudaGraphAddHostNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    try fails(cudaGraphAddHostNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
    try fails(cudaGraphHostNodeGetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphHostNodeSetParams", .success, "changes graphs, and cudaGraphExecHostNodeSetParams executables", source: "cudaGraphHostNodeSetParams", touches: ["cudaGraphExecHostNodeSetParams"]) {
    let graph = try makeGraph(), first = Counter(), second = Counter(), third = Counter(), node = try hostNode(graph, first)
    var p = second.parameters
    try ok(cudaGraphHostNodeSetParams(node, &p))
    let ready = try executable(graph)
    try run(ready)
    p = third.parameters
    try ok(cudaGraphExecHostNodeSetParams(ready, node, &p))
    try run(ready, times: 2)
    try equal([first.value, second.value, third.value], [0, 1, 2], "calls of each")
    try fails(cudaGraphHostNodeSetParams(nil, &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphExecHostNodeSetParams", .error, "refuses null and other nodes", source: "cudaGraphExecHostNodeSetParams, Returns: cudaErrorInvalidValue") {
    let graph = try makeGraph(), counter = Counter(), node = try hostNode(graph, counter), other = try emptyNode(graph), ready = try executable(graph)
    var p = counter.parameters
    try fails(cudaGraphExecHostNodeSetParams(nil, node, &p), cudaErrorInvalidValue)
    try fails(cudaGraphExecHostNodeSetParams(ready, other, &p), cudaErrorInvalidValue)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddEventRecordNode", .success, "records at each launch", source: "cudaGraphAddEventRecordNode", touches: ["cudaGraphEventRecordNodeGetEvent"]) {
    let graph = try makeGraph(), event = try makeEvent(), stream = try makeStream(cudaStreamNonBlocking)
    var node: GraphNode?, found: cudaEvent_t?
    try ok(cudaGraphAddEventRecordNode(&node, graph, nil, 0, event))
    try ok(cudaGraphEventRecordNodeGetEvent(node, &found))
    try equal(found, event, "the event")
    let ready = try executable(graph), hold = try Hold(stream)
    try ok(cudaGraphLaunch(ready, stream))
    try expect(cudaEventQuery(event), cudaErrorNotReady)
    hold.release()
    try ok(cudaEventSynchronize(event))
    try fails(cudaGraphAddEventRecordNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddEventWaitNode", .success, "waits for an event of another stream", source: "cudaGraphAddEventWaitNode", touches: ["cudaGraphEventWaitNodeGetEvent"]) {
    let graph = try makeGraph(), event = try makeEvent(), holder = try makeStream(cudaStreamNonBlocking), stream = try makeStream(cudaStreamNonBlocking), counter = Counter()
    var node: GraphNode?, found: cudaEvent_t?
    try ok(cudaGraphAddEventWaitNode(&node, graph, nil, 0, event))
    try ok(cudaGraphEventWaitNodeGetEvent(node, &found))
    try equal(found, event, "the event")
    _ = try hostNode(graph, after: [try some(node, "the node")], counter)
    let ready = try executable(graph), hold = try Hold(holder)
    try ok(cudaEventRecord(event, holder))
    try ok(cudaGraphLaunch(ready, stream))
    usleep(20000)
    try equal(counter.value, 0, "calls while the event is pending")
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try equal(counter.value, 1, "calls after it")
    try fails(cudaGraphAddEventWaitNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    for s in [holder, stream] { try ok(cudaStreamDestroy(s)) }
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  typealias Add = (UnsafeMutablePointer<GraphNode?>?, cudaGraph_t?, cudaEvent_t?) throws -> cudaError_t
  typealias Get = (GraphNode?, UnsafeMutablePointer<cudaEvent_t?>?) throws -> cudaError_t
  typealias Set = (GraphNode?, cudaEvent_t?) throws -> cudaError_t
  typealias ExecSet = (cudaGraphExec_t?, GraphNode?, cudaEvent_t?) throws -> cudaError_t
  let eventKinds: [(String, Add, Get, Set, ExecSet)] = [
    ("Record", { try cudaGraphAddEventRecordNode($0, $1, nil, 0, $2) }, { try cudaGraphEventRecordNodeGetEvent($0, $1) }, { try cudaGraphEventRecordNodeSetEvent($0, $1) }, { try cudaGraphExecEventRecordNodeSetEvent($0, $1, $2) }),
    ("Wait", { try cudaGraphAddEventWaitNode($0, $1, nil, 0, $2) }, { try cudaGraphEventWaitNodeGetEvent($0, $1) }, { try cudaGraphEventWaitNodeSetEvent($0, $1) }, { try cudaGraphExecEventWaitNodeSetEvent($0, $1, $2) }),
  ]
  for (kind, add, get, set, execSet) in eventKinds {
    test("cudaGraphEvent\(kind)NodeSetEvent", .success, "gives a node another event", source: "cudaGraphEvent\(kind)NodeSetEvent", touches: ["cudaGraphEvent\(kind)NodeGetEvent"]) {
      let graph = try makeGraph(), first = try makeEvent(), second = try makeEvent()
      var node: GraphNode?, found: cudaEvent_t?
      try ok(add(&node, graph, first))
      try ok(set(node, second))
      try ok(get(node, &found))
      try equal(found, second, "the event")
      try fails(set(node, nil), cudaErrorInvalidValue)
      try fails(set(try emptyNode(graph), second), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
    test("cudaGraphEvent\(kind)NodeGetEvent", .error, "refuses other nodes and null", source: "cudaGraphEvent\(kind)NodeGetEvent, Returns: cudaErrorInvalidValue") {
      let graph = try makeGraph()
      var found: cudaEvent_t?
      try fails(get(try emptyNode(graph), &found), cudaErrorInvalidValue)
      try fails(get(nil, &found), cudaErrorInvalidValue)
      try ok(cudaGraphDestroy(graph))
    }
    test("cudaGraphExecEvent\(kind)NodeSetEvent", .success, "changes later launches", source: "cudaGraphExecEvent\(kind)NodeSetEvent") {
      let graph = try makeGraph(), first = try makeEvent(), second = try makeEvent(), holder = try makeStream(cudaStreamNonBlocking), stream = try makeStream(cudaStreamNonBlocking)
      var node: GraphNode?
      try ok(add(&node, graph, first))
      let ready = try executable(graph)
      try ok(execSet(ready, node, second))
      let hold = try Hold(kind == "Record" ? stream : holder)
      if kind == "Wait" { try ok(cudaEventRecord(second, holder)) }
      try ok(cudaGraphLaunch(ready, stream))
      if kind == "Record" { try expect(cudaEventQuery(second), cudaErrorNotReady); try ok(cudaEventQuery(first)) } else { try expect(cudaStreamQuery(stream), cudaErrorNotReady) }
      hold.release()
      try ok(cudaStreamSynchronize(stream))
      try fails(execSet(ready, try emptyNode(graph), second), cudaErrorInvalidValue)
      try fails(execSet(nil, node, second), cudaErrorInvalidValue)
      for s in [holder, stream] { try ok(cudaStreamDestroy(s)) }
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
}

/// Copies to and from variables.
private func graphSymbolCases() {
  test("cudaGraphAddMemcpyNodeToSymbol", .success, "copies into a variable, and cudaGraphAddMemcpyNodeFromSymbol out of it", source: "cudaGraphAddMemcpyNodeToSymbol", touches: ["cudaGraphAddMemcpyNodeFromSymbol"]) {
    let graph = try makeGraph(), numbers = try basic.variable("numbers"), source: [UInt32] = [3, 4, 5, 6], back = UnsafeMutablePointer<UInt32>.allocate(capacity: 4)
    defer { back.deallocate() }
    back.initialize(repeating: 0, count: 4)
    var first: GraphNode?, second: GraphNode?
    let from = UnsafeMutablePointer<UInt32>.allocate(capacity: 4)
    defer { from.deallocate() }
    from.initialize(from: source, count: 4)
    try ok(cudaGraphAddMemcpyNodeToSymbol(&first, graph, nil, 0, numbers, from, 16, 32, cudaMemcpyHostToDevice))
    try ok(withNodes([try some(first, "the node")]) { try cudaGraphAddMemcpyNodeFromSymbol(&second, graph, $0, $1, back, numbers, 16, 32, cudaMemcpyDeviceToHost) })
    let ready = try executable(graph)
    try run(ready)
    try expectWords(Array(UnsafeBufferPointer(start: back, count: 4)), source, "through the variable")
    // Another part of it.
    try ok(cudaGraphExecMemcpyNodeSetParamsToSymbol(ready, first, numbers, from, 8, 0, cudaMemcpyHostToDevice))
    try ok(cudaGraphExecMemcpyNodeSetParamsFromSymbol(ready, second, back + 2, numbers, 8, 0, cudaMemcpyDeviceToHost))
    try run(ready)
    try expectWords(Array(UnsafeBufferPointer(start: back, count: 4)), [3, 4, 3, 4], "through its beginning")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  typealias Call = (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int, Int) throws -> cudaError_t
  func refuses(_ name: String, _ make: @escaping (cudaGraph_t, cudaGraphExec_t, GraphNode) -> Call) {
    test(name, .error, "refuses bytes beyond the variable, and what is no variable", source: "\(name), Returns: cudaErrorInvalidValue") {
      let graph = try makeGraph(), words = try Words(64), numbers = try basic.variable("numbers"), host = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 16)
      defer { host.deallocate() }
      var node: GraphNode?
      if name.contains("From") { try ok(cudaGraphAddMemcpyNodeFromSymbol(&node, graph, nil, 0, words.pointer, numbers, 16, 0, cudaMemcpyDeviceToDevice)) }
      else { try ok(cudaGraphAddMemcpyNodeToSymbol(&node, graph, nil, 0, numbers, words.pointer, 16, 0, cudaMemcpyDeviceToDevice)) }
      let ready = try executable(graph), call = make(graph, ready, try some(node, "the node"))
      try fails(call(numbers, words.pointer, 257, 0), cudaErrorInvalidValue)
      try fails(call(numbers, words.pointer, 16, 250), cudaErrorInvalidValue)
      try fails(call(host, words.pointer, 16, 0), cudaErrorInvalidSymbol)
      try ok(call(numbers, words.pointer, 16, 64))
      try ok(cudaGraphExecDestroy(ready))
      try ok(cudaGraphDestroy(graph))
    }
  }
  refuses("cudaGraphAddMemcpyNodeToSymbol") { graph, _, _ in { s, p, n, o in var node: GraphNode?; return try cudaGraphAddMemcpyNodeToSymbol(&node, graph, nil, 0, s, p, n, o, cudaMemcpyDeviceToDevice) } }
  refuses("cudaGraphAddMemcpyNodeFromSymbol") { graph, _, _ in { s, p, n, o in var node: GraphNode?; return try cudaGraphAddMemcpyNodeFromSymbol(&node, graph, nil, 0, p, s, n, o, cudaMemcpyDeviceToDevice) } }
  refuses("cudaGraphMemcpyNodeSetParamsToSymbol") { _, _, node in { s, p, n, o in try cudaGraphMemcpyNodeSetParamsToSymbol(node, s, p, n, o, cudaMemcpyDeviceToDevice) } }
  refuses("cudaGraphMemcpyNodeSetParamsFromSymbol") { _, _, node in { s, p, n, o in try cudaGraphMemcpyNodeSetParamsFromSymbol(node, p, s, n, o, cudaMemcpyDeviceToDevice) } }
  refuses("cudaGraphExecMemcpyNodeSetParamsToSymbol") { _, ready, node in { s, p, n, o in try cudaGraphExecMemcpyNodeSetParamsToSymbol(ready, node, s, p, n, o, cudaMemcpyDeviceToDevice) } }
  refuses("cudaGraphExecMemcpyNodeSetParamsFromSymbol") { _, ready, node in { s, p, n, o in try cudaGraphExecMemcpyNodeSetParamsFromSymbol(ready, node, p, s, n, o, cudaMemcpyDeviceToDevice) } }
}
