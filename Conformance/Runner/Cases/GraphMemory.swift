// Memory that graphs allocate and free: nodes, lifetimes, what the device counts of it.
import CConformance
import Glibc

func graphMemoryCases() {
  func attribute(_ which: cudaGraphMemAttributeType) throws -> UInt64 {
    var value: UInt64 = .max
    try ok(cudaDeviceGetGraphMemAttribute(0, which, &value))
    return value
  }
  test("cudaGraphAddMemAllocNode", .success, "gives memory to the nodes behind it, at an address that stays", source: "cudaGraphAddMemAllocNode: the allocation's address remains fixed", touches: ["cudaGraphAddMemFreeNode", "cudaGraphMemAllocNodeGetParams", "cudaGraphMemFreeNodeGetParams"]) {
    let graph = try makeGraph(), back = try Words(32, fill: 0), (first, memory) = try allocationNode(graph, bytes: 128)
    var p = memsetParameters(memory, 5, words: 32), fill: GraphNode?
    try ok(withNodes([first]) { try cudaGraphAddMemsetNode(&fill, graph, $0, $1, &p) })
    let add = try kernelNode(graph, after: [try some(fill, "the node")], "add", memory, Int32(32), Int32(6))
    let copy = try copyNode(graph, after: [add], to: back.pointer, from: memory, bytes: 128)
    let release = try freeNode(graph, after: [copy], memory)
    var got = cudaMemAllocNodeParams(), freed: UnsafeMutableRawPointer?
    try ok(cudaGraphMemAllocNodeGetParams(first, &got))
    try equal(got.dptr, memory, "the address")
    try equal(got.bytesize, 128, "the size")
    try ok(cudaGraphMemFreeNodeGetParams(release, &freed))
    try equal(freed, memory, "the address that is freed")
    let ready = try executable(graph)
    try run(ready, times: 2)
    try back.expect(all: 11, "through the graph's memory")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddMemAllocNode", .error, "refuses null, no bytes, no device, and handles for other processes", source: "cudaGraphAddMemAllocNode; struct cudaMemAllocNodeParams: handleTypes must be cudaMemHandleTypeNone") {
    let graph = try makeGraph()
    var node: GraphNode?
    try fails(cudaGraphAddMemAllocNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    for change in [{ $0.bytesize = 0 }, { $0.poolProps.location.id = 99 }, { $0.poolProps.allocType = cudaMemAllocationType(rawValue: 0) }] as [(inout cudaMemAllocNodeParams) -> Void] {
      var p = allocationParameters(4096)
      change(&p)
      try fails(cudaGraphAddMemAllocNode(&node, graph, nil, 0, &p), cudaErrorInvalidValue)
    }
    var p = allocationParameters(4096)
    p.poolProps.handleTypes = cudaMemHandleTypePosixFileDescriptor
    try fails(cudaGraphAddMemAllocNode(&node, graph, nil, 0, &p), cudaErrorNotSupported)
    try fails(cudaGraphMemAllocNodeGetParams(try emptyNode(graph), &p), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphAddMemFreeNode", .error, "refuses what no allocation node gave, and freeing twice", source: "cudaGraphAddMemFreeNode will return cudaErrorInvalidValue if") {
    let graph = try makeGraph(), other = try makeGraph(), words = try Words(8), (first, memory) = try allocationNode(graph)
    var node: GraphNode?, address: UnsafeMutableRawPointer?
    try fails(cudaGraphAddMemFreeNode(&node, graph, nil, 0, nil), cudaErrorInvalidValue)
    try fails(cudaGraphAddMemFreeNode(&node, graph, nil, 0, words.pointer), cudaErrorInvalidValue)
    _ = try freeNode(graph, after: [first], memory)
    try fails(cudaGraphAddMemFreeNode(&node, graph, nil, 0, memory), cudaErrorInvalidValue)
    try fails(cudaGraphAddMemFreeNode(&node, other, nil, 0, memory), cudaErrorInvalidValue)
    try fails(cudaGraphMemFreeNodeGetParams(first, &address), cudaErrorInvalidValue)
    try ok(cudaGraphDestroy(other))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphInstantiate", .interaction, "makes one executable at a time of a graph with memory nodes", source: "cudaGraphInstantiate: at most one executable graph in existence") {
    let graph = try makeGraph(), (first, memory) = try allocationNode(graph)
    _ = try freeNode(graph, after: [first], memory)
    let ready = try executable(graph)
    var second: cudaGraphExec_t?
    try expect(cudaGraphInstantiate(&second, graph, 0), cudaErrorNotSupported)
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphInstantiate(&second, graph, 0))
    try ok(cudaGraphExecDestroy(second))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphLaunch", .error, "refuses while memory of the last launch is not freed", source: "cudaGraphLaunch: if any allocations remain unfreed, the launch will fail with cudaErrorInvalidValue", touches: ["cudaFreeAsync"]) {
    let graph = try makeGraph(), (_, memory) = try allocationNode(graph), ready = try executable(graph), stream = try makeStream()
    try ok(cudaGraphLaunch(ready, stream))
    try ok(launch(basic.kernel("fill"), dim(1), dim(32), stream: stream, memory, Int32(32), Int32(9)))
    try fails(cudaGraphLaunch(ready, stream), cudaErrorInvalidValue)
    var values = [UInt32](repeating: 0, count: 32)
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaMemcpy(&values, memory, 128, cudaMemcpyDeviceToHost))
    try expectWords(values, [UInt32](repeating: 9, count: 32), "what the program wrote there")
    try ok(cudaFreeAsync(memory, stream))
    try ok(cudaGraphLaunch(ready, stream))
    try ok(cudaFree(memory))
    try ok(cudaStreamDestroy(stream))
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphInstantiate", .success, "frees automatically where it is asked to", source: "cudaGraphInstantiateFlagAutoFreeOnLaunch") {
    let graph = try makeGraph(), (_, memory) = try allocationNode(graph), ready = try executable(graph, UInt64(cudaGraphInstantiateFlagAutoFreeOnLaunch.rawValue))
    try run(ready, times: 3)
    try check(try attribute(cudaGraphMemAttrUsedMemCurrent) >= 4096, "memory in use")
    try ok(cudaFree(memory))
    try expect(cudaFree(memory), cudaErrorInvalidValue, "freed again")
    _ = try cudaGetLastError()
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaGraphLaunch", .interaction, "frees in one graph what another allocated", source: "cudaGraphAddMemAllocNode: can be freed by launching a graph with a free node for that allocation") {
    let graph = try makeGraph(), other = try makeGraph(), (_, memory) = try allocationNode(graph)
    _ = try freeNode(other, memory)
    let allocating = try executable(graph), freeing = try executable(other)
    for _ in 0..<3 {
      try run(allocating)
      try run(freeing)
    }
    try expect(cudaFree(memory), cudaErrorInvalidValue, "freed by the graph")
    _ = try cudaGetLastError()
    for ready in [allocating, freeing] { try ok(cudaGraphExecDestroy(ready)) }
    try ok(cudaGraphDestroy(other))
    try ok(cudaGraphDestroy(graph))
  }
  test("cudaDeviceGetGraphMemAttribute", .success, "counts what graphs use and keep", source: "enum cudaGraphMemAttributeType", touches: ["cudaDeviceGraphMemTrim", "cudaDeviceSetGraphMemAttribute"], .alone) {
    let graph = try makeGraph(), (first, memory) = try allocationNode(graph, bytes: 1 << 20)
    _ = try freeNode(graph, after: [first], memory)
    let ready = try executable(graph)
    try run(ready)
    try check(try attribute(cudaGraphMemAttrUsedMemCurrent) >= 1 << 20, "in use by the executable")
    try check(try attribute(cudaGraphMemAttrUsedMemHigh) >= 1 << 20, "the most in use")
    try check(try attribute(cudaGraphMemAttrReservedMemCurrent) >= 1 << 20, "kept")
    try ok(cudaGraphExecDestroy(ready))
    try ok(cudaGraphDestroy(graph))
    try ok(cudaDeviceGraphMemTrim(0))
    try equal(try attribute(cudaGraphMemAttrUsedMemCurrent), 0, "in use after a trim")
    try equal(try attribute(cudaGraphMemAttrReservedMemCurrent), 0, "kept after a trim")
    var zero: UInt64 = 0
    for high in [cudaGraphMemAttrUsedMemHigh, cudaGraphMemAttrReservedMemHigh] {
      try ok(cudaDeviceSetGraphMemAttribute(0, high, &zero))
      try equal(try attribute(high), 0, "the mark after its reset")
    }
  }
  test("cudaDeviceGetGraphMemAttribute", .error, "refuses a device that is none and an attribute that is none", source: "cudaDeviceGetGraphMemAttribute, Returns: cudaErrorInvalidDevice") {
    var value: UInt64 = 0
    try fails(cudaDeviceGetGraphMemAttribute(99, cudaGraphMemAttrUsedMemHigh, &value), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetGraphMemAttribute(0, cudaGraphMemAttributeType(rawValue: 9), &value), cudaErrorInvalidValue)
    try fails(cudaDeviceGetGraphMemAttribute(0, cudaGraphMemAttrUsedMemHigh, nil), cudaErrorInvalidValue)
  }
  test("cudaDeviceSetGraphMemAttribute", .error, "sets high-water marks to 0 and nothing else", source: "cudaDeviceSetGraphMemAttribute: high watermark can only be reset to zero") {
    var value: UInt64 = 5
    try fails(cudaDeviceSetGraphMemAttribute(0, cudaGraphMemAttrUsedMemHigh, &value), cudaErrorInvalidValue)
    value = 0
    try fails(cudaDeviceSetGraphMemAttribute(0, cudaGraphMemAttrUsedMemCurrent, &value), cudaErrorInvalidValue)
    try fails(cudaDeviceSetGraphMemAttribute(0, cudaGraphMemAttrUsedMemHigh, nil), cudaErrorInvalidValue)
    try ok(cudaDeviceSetGraphMemAttribute(0, cudaGraphMemAttrUsedMemHigh, &value))
  }
  test("cudaDeviceGraphMemTrim", .error, "refuses a device that is none", source: "cudaDeviceGraphMemTrim") {
    try fails(cudaDeviceGraphMemTrim(99), cudaErrorInvalidDevice)
    try ok(cudaDeviceGraphMemTrim(0))
  }
}
