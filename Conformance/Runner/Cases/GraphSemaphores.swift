// External semaphore nodes.  What they do is tried where a semaphore can be had without a graphics API: a DRM sync object of the render node,
// which AMD's driver takes as an opaque descriptor; elsewhere these cases are skipped and the refusals remain.
import CConformance
import Glibc

/// A DRM sync object as a descriptor (drm.h: DRM_IOCTL_SYNCOBJ_CREATE, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD).
private func importedSemaphore() throws -> cudaExternalSemaphore_t {
  for minor in 128..<136 {
    let device = open("/dev/dri/renderD\(minor)", O_RDWR | O_CLOEXEC)
    if device < 0 { continue }
    defer { close(device) }
    var create: (handle: UInt32, flags: UInt32) = (0, 0)
    guard ioctl(device, 0xc008_64bf, &create) == 0 else { continue }
    var export: (handle: UInt32, flags: UInt32, fd: Int32, pad: UInt32) = (create.handle, 0, -1, 0)
    guard ioctl(device, 0xc010_64c1, &export) == 0, export.fd >= 0 else { continue }
    var description = cudaExternalSemaphoreHandleDesc(), semaphore: cudaExternalSemaphore_t?
    description.type = cudaExternalSemaphoreHandleTypeOpaqueFd
    description.handle.fd = export.fd
    guard try cudaImportExternalSemaphore(&semaphore, &description) == cudaSuccess else { _ = try cudaGetLastError(); continue }
    return try some(semaphore, "the semaphore")
  }
  throw Skip("no render node gives a sync object that the library imports")
}

func graphSemaphoreCases() {
  test("cudaGraphAddExternalSemaphoresSignalNode", .success, "lets a node that waits for the semaphore go on", source: "cudaGraphAddExternalSemaphoresSignalNode", touches: [
    "cudaGraphAddExternalSemaphoresWaitNode", "cudaGraphExternalSemaphoresSignalNodeGetParams", "cudaGraphExternalSemaphoresWaitNodeGetParams",
    "cudaGraphExternalSemaphoresSignalNodeSetParams", "cudaGraphExternalSemaphoresWaitNodeSetParams", "cudaGraphExecExternalSemaphoresSignalNodeSetParams",
    "cudaGraphExecExternalSemaphoresWaitNodeSetParams",
  ]) {
    var semaphore: cudaExternalSemaphore_t? = try importedSemaphore()
    let signaling = try makeGraph(), waiting = try makeGraph(), counter = Counter()
    var signal: GraphNode?, wait: GraphNode?, signals = cudaExternalSemaphoreSignalParams(), waits = cudaExternalSemaphoreWaitParams()
    try withUnsafeMutablePointer(to: &semaphore) { handles in
      var s = cudaExternalSemaphoreSignalNodeParams(extSemArray: handles, paramsArray: &signals, numExtSems: 1)
      var w = cudaExternalSemaphoreWaitNodeParams(extSemArray: handles, paramsArray: &waits, numExtSems: 1)
      try ok(cudaGraphAddExternalSemaphoresSignalNode(&signal, signaling, nil, 0, &s))
      try ok(cudaGraphAddExternalSemaphoresWaitNode(&wait, waiting, nil, 0, &w))
      try ok(cudaGraphExternalSemaphoresSignalNodeSetParams(signal, &s))
      try ok(cudaGraphExternalSemaphoresWaitNodeSetParams(wait, &w))
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
