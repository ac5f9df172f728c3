// Attributes of streams and launches, clusters' occupancy, host functions with a mode, cooperative launches on several devices.
import CConformance
import Glibc

private func value(_ change: (inout cudaLaunchAttributeValue) -> Void) -> cudaLaunchAttributeValue {
  var value = cudaLaunchAttributeValue()
  withUnsafeMutableBytes(of: &value) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
  change(&value)
  return value
}

private func get(_ stream: cudaStream_t?, _ id: cudaLaunchAttributeID) throws -> cudaLaunchAttributeValue {
  var found = value { $0.priority = 0x5555_5555 }
  try ok(cudaStreamGetAttribute(stream, id, &found), "cudaStreamGetAttribute")
  return found
}

private func set(_ stream: cudaStream_t?, _ id: cudaLaunchAttributeID, _ change: (inout cudaLaunchAttributeValue) -> Void) throws -> cudaError_t {
  var new = value(change)
  return try cudaStreamSetAttribute(stream, id, &new)
}

/// cudaLaunchKernelExC of one thread with one attribute.
private func launch(
  _ kernel: Kernel, grid: Int = 1, stream: cudaStream_t? = nil, _ id: cudaLaunchAttributeID, _ arguments: [any KernelArgument],
  _ change: (inout cudaLaunchAttributeValue) -> Void
) throws -> cudaError_t {
  var attribute = cudaLaunchAttribute()
  attribute.id = id
  attribute.val = value(change)
  return try withArguments(arguments) { list in
    try withUnsafeMutablePointer(to: &attribute) { attribute in
      var configuration = cudaLaunchConfig_t(gridDim: dim(grid), blockDim: dim(1), dynamicSmemBytes: 0, stream: stream, attrs: attribute, numAttrs: 1)
      return try cudaLaunchKernelExC(&configuration, kernel.address, list)
    }
  }
}

func streamAttributeCases() {
  // MARK: streams
  test("cudaStreamSetAttribute", .success, "sets how threads wait, and waiting works in every way", source: "cudaStreamSetAttribute; enum cudaSynchronizationPolicy", touches: ["cudaStreamGetAttribute", "cudaStreamSynchronize"]) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    for policy in [cudaSyncPolicyAuto, cudaSyncPolicySpin, cudaSyncPolicyYield, cudaSyncPolicyBlockingSync] {
      try ok(set(stream, cudaLaunchAttributeSynchronizationPolicy) { $0.syncPolicy = policy })
      try equal(get(stream, cudaLaunchAttributeSynchronizationPolicy).syncPolicy.rawValue, policy.rawValue, "the policy")
      try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(1)))
      try ok(cudaStreamSynchronize(stream))
    }
    try words.expect(all: 4, "what ran")
  }
  test("cudaStreamSetAttribute", .error, "refuses policies, domains and windows that are none", source: "cudaStreamSetAttribute, Returns: cudaErrorInvalidValue") {
    let stream = try makeStream(), words = try Words(16)
    try fails(set(stream, cudaLaunchAttributeSynchronizationPolicy) { $0.priority = 0 }, cudaErrorInvalidValue)
    try fails(set(stream, cudaLaunchAttributeSynchronizationPolicy) { $0.priority = 5 }, cudaErrorInvalidValue)
    try fails(set(stream, cudaLaunchAttributeMemSyncDomain) { $0.priority = 2 }, cudaErrorInvalidValue)
    try fails(set(stream, cudaLaunchAttributeMemSyncDomainMap) { $0.memSyncDomainMap = .init(default_: 0, remote: 99) }, cudaErrorInvalidValue)
    func window(_ ratio: Float, miss: cudaAccessProperty = cudaAccessPropertyNormal) throws -> cudaError_t {
      try set(stream, cudaLaunchAttributeAccessPolicyWindow) {
        $0.accessPolicyWindow = cudaAccessPolicyWindow(base_ptr: words.pointer, num_bytes: 64, hitRatio: ratio, hitProp: cudaAccessPropertyPersisting, missProp: miss)
      }
    }
    try fails(window(2), cudaErrorInvalidValue)
    try fails(window(-1), cudaErrorInvalidValue)
    try fails(window(1, miss: cudaAccessPropertyPersisting), cudaErrorInvalidValue)
  }
  test("cudaStreamSetAttribute", .success, "remembers an access policy window and a memory domain", source: "cudaAccessPolicyWindow; cudaLaunchMemSyncDomain", touches: ["cudaStreamGetAttribute"]) {
    let stream = try makeStream(), words = try Words(16)
    try ok(set(stream, cudaLaunchAttributeAccessPolicyWindow) {
      $0.accessPolicyWindow = cudaAccessPolicyWindow(base_ptr: words.pointer, num_bytes: 0, hitRatio: 0.5, hitProp: cudaAccessPropertyStreaming, missProp: cudaAccessPropertyStreaming)
    })
    let window = try get(stream, cudaLaunchAttributeAccessPolicyWindow).accessPolicyWindow
    try check(window.base_ptr == words.pointer && window.hitRatio == 0.5 && window.missProp == cudaAccessPropertyStreaming, "the window")
    try ok(set(stream, cudaLaunchAttributeMemSyncDomain) { $0.memSyncDomain = cudaLaunchMemSyncDomainRemote })
    try equal(get(stream, cudaLaunchAttributeMemSyncDomain).memSyncDomain.rawValue, cudaLaunchMemSyncDomainRemote.rawValue, "the domain")
  }
  test("cudaStreamSetAttribute", .success, "changes the priority, clamped to the range, and work goes on in order", source: "cudaStreamAttributePriority", touches: ["cudaStreamGetPriority"]) {
    var least: Int32 = 0, greatest: Int32 = 0, got: Int32 = 77
    try ok(cudaDeviceGetStreamPriorityRange(&least, &greatest))
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(1, fill: 1)
    for (wanted, clamped) in [(greatest, greatest), (99, least), (greatest - 50, greatest), (least, least)] {
      try ok(launch(basic.kernel("scale"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(2), Int32(0)))
      try ok(set(stream, cudaLaunchAttributePriority) { $0.priority = wanted })
      try equal(get(stream, cudaLaunchAttributePriority).priority, clamped, "the attribute for \(wanted)")
      try ok(cudaStreamGetPriority(stream, &got))
      try equal(got, clamped, "the priority for \(wanted)")
      try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(1)))
    }
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 31, "doubled and incremented four times, in order")
  }
  for name in ["cudaStreamGetAttribute", "cudaStreamSetAttribute"] {
    test(name, .error, "refuses attributes that streams do not have", source: "\(name), Returns: cudaErrorInvalidValue") {
      let stream = try makeStream()
      for id: UInt32 in [0, 2, 4, 7, 12, 99] {
        var some = value { _ in }
        let id = cudaLaunchAttributeID(rawValue: id)
        try fails(name == "cudaStreamGetAttribute" ? cudaStreamGetAttribute(stream, id, &some) : cudaStreamSetAttribute(stream, id, &some), cudaErrorInvalidValue)
      }
    }
  }
  test("cudaStreamGetAttribute", .success, "tells the priority and the domain of a new stream", source: "cudaStreamGetAttribute") {
    var least: Int32 = 0, greatest: Int32 = 0, stream: cudaStream_t?
    try ok(cudaDeviceGetStreamPriorityRange(&least, &greatest))
    try ok(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest))
    try equal(get(stream, cudaLaunchAttributePriority).priority, greatest, "the priority")
    try equal(get(stream, cudaLaunchAttributeMemSyncDomain).memSyncDomain.rawValue, cudaLaunchMemSyncDomainDefault.rawValue, "the domain")
    try equal(get(stream, cudaLaunchAttributeAccessPolicyWindow).accessPolicyWindow.num_bytes, 0, "the window's bytes")
  }
  test("cudaStreamCopyAttributes", .success, "gives one stream what another has", source: "cudaStreamCopyAttributes", touches: ["cudaStreamGetAttribute"]) {
    let from = try makeStream(), to = try makeStream()
    try ok(set(from, cudaLaunchAttributeSynchronizationPolicy) { $0.syncPolicy = cudaSyncPolicyYield })
    try ok(set(from, cudaLaunchAttributeMemSyncDomain) { $0.memSyncDomain = cudaLaunchMemSyncDomainRemote })
    try ok(set(to, cudaLaunchAttributeSynchronizationPolicy) { $0.syncPolicy = cudaSyncPolicySpin })
    try ok(cudaStreamCopyAttributes(to, from))
    try equal(get(to, cudaLaunchAttributeSynchronizationPolicy).syncPolicy.rawValue, cudaSyncPolicyYield.rawValue, "the policy")
    try equal(get(to, cudaLaunchAttributeMemSyncDomain).memSyncDomain.rawValue, cudaLaunchMemSyncDomainRemote.rawValue, "the domain")
    try ok(cudaStreamCopyAttributes(from, from))
    try equal(get(from, cudaLaunchAttributeSynchronizationPolicy).syncPolicy.rawValue, cudaSyncPolicyYield.rawValue, "the policy of a stream copied to itself")
  }

  // MARK: launches
  test("cudaLaunchKernelExC", .success, "takes the attributes that ask for nothing a device may refuse", source: "enum cudaLaunchAttributeID") {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    let taken: [(cudaLaunchAttributeID, (inout cudaLaunchAttributeValue) -> Void)] = [
      (cudaLaunchAttributeIgnore, { _ in }), (cudaLaunchAttributeCooperative, { $0.cooperative = 1 }), (cudaLaunchAttributePriority, { $0.priority = -1 }),
      (cudaLaunchAttributeClusterDimension, { $0.clusterDim = .init(x: 1, y: 1, z: 1) }), (cudaLaunchAttributeProgrammaticStreamSerialization, { $0.programmaticStreamSerializationAllowed = 1 }),
      (cudaLaunchAttributeMemSyncDomain, { $0.memSyncDomain = cudaLaunchMemSyncDomainRemote }), (cudaLaunchAttributePreferredSharedMemoryCarveout, { $0.sharedMemCarveout = 50 }),
      (cudaLaunchAttributeClusterSchedulingPolicyPreference, { $0.clusterSchedulingPolicyPreference = cudaClusterSchedulingPolicySpread }),
    ]
    for (id, change) in taken { try ok(launch(basic.kernel("add"), stream: stream, id, [words.pointer, Int32(1), Int32(1)], change), "attribute \(id.rawValue)") }
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: UInt32(taken.count), "launches that ran")
  }
  test("cudaLaunchKernelExC", .error, "refuses attributes that launches do not have, and values outside of theirs", source: "enum cudaLaunchAttributeID: valid for") {
    let words = try Words(1, fill: 0)
    let refused: [(UInt32, Int32)] = [(3, 1), (5, -100), (10, 2), (14, 200), (15, 0), (99, 0)]
    for (id, number) in refused {
      try fails(launch(basic.kernel("add"), cudaLaunchAttributeID(rawValue: id), [words.pointer, Int32(1), Int32(1)]) { $0.priority = number }, cudaErrorInvalidValue, "attribute \(id)")
    }
    var configuration = cudaLaunchConfig_t(gridDim: dim(1), blockDim: dim(1), dynamicSmemBytes: 0, stream: nil, attrs: nil, numAttrs: 1)
    try fails(withArguments([words.pointer, Int32(1), Int32(1)]) { try cudaLaunchKernelExC(&configuration, basic.kernel("add").address, $0) }, cudaErrorInvalidValue, "a null list")
    try words.expect(all: 0, "nothing ran")
  }
  test("cudaLaunchKernelExC", .error, "refuses clusters that do not divide the grid or that no device has", source: "cudaLaunchAttributeClusterDimension; cudaErrorInvalidClusterSize") {
    let words = try Words(1, fill: 0)
    try fails(launch(basic.kernel("add"), grid: 3, cudaLaunchAttributeClusterDimension, [words.pointer, Int32(1), Int32(1)]) { $0.clusterDim = .init(x: 2, y: 1, z: 1) }, cudaErrorInvalidClusterSize)
    try fails(launch(basic.kernel("add"), grid: 64, cudaLaunchAttributeClusterDimension, [words.pointer, Int32(1), Int32(1)]) { $0.clusterDim = .init(x: 64, y: 1, z: 1) }, cudaErrorInvalidClusterSize)
    try words.expect(all: 0, "nothing ran")
  }
  for (id, name) in [(cudaLaunchAttributeProgrammaticEvent, "programmatic"), (cudaLaunchAttributeLaunchCompletionEvent, "launch completion")] {
    test("cudaLaunchKernelExC", .success, "records a \(name) event that other streams wait for", source: "enum cudaLaunchAttributeID", touches: ["cudaStreamWaitEvent"]) {
      let stream = try makeStream(cudaStreamNonBlocking), other = try makeStream(cudaStreamNonBlocking), event = try makeEvent(cudaEventDisableTiming), words = try Words(1, fill: 1)
      let hold = try Hold(stream)
      try ok(launch(basic.kernel("add"), stream: stream, id, [words.pointer, Int32(1), Int32(1)]) { $0.launchCompletionEvent.event = event })
      try expect(cudaEventQuery(event), cudaErrorNotReady)
      try ok(cudaStreamWaitEvent(other, event, 0))
      hold.release()
      try ok(cudaStreamSynchronize(other))
      try ok(cudaEventQuery(event))
      try words.expect(all: 2, "the kernel ran")
    }
    test("cudaLaunchKernelExC", .error, "refuses a \(name) event that is none, has timing or is external", source: "enum cudaLaunchAttributeID: the event must disable timing") {
      let stream = try makeStream(), words = try Words(1, fill: 0), timed = try makeEvent(), plain = try makeEvent(cudaEventDisableTiming)
      func ask(_ event: cudaEvent_t?, _ flags: Int32) throws -> cudaError_t {
        try launch(basic.kernel("add"), stream: stream, id, [words.pointer, Int32(1), Int32(1)]) { $0.launchCompletionEvent.event = event; $0.launchCompletionEvent.flags = flags }
      }
      try fails(ask(nil, 0), cudaErrorInvalidResourceHandle)
      try fails(ask(timed, 0), cudaErrorNotSupported)
      try fails(ask(plain, 2), cudaErrorInvalidValue)
    }
  }

  // MARK: occupancy of clusters
  test("cudaOccupancyMaxPotentialClusterSize", .success, "is at least one, a power of two, and can be launched", source: "cudaOccupancyMaxPotentialClusterSize", touches: ["cudaLaunchKernelExC"]) {
    var configuration = cudaLaunchConfig_t(gridDim: dim(64), blockDim: dim(64), dynamicSmemBytes: 0, stream: nil, attrs: nil, numAttrs: 0), size: Int32 = -1
    try ok(cudaOccupancyMaxPotentialClusterSize(&size, basic.kernel("nothing").address, &configuration))
    try check(size >= 1 && size & (size - 1) == 0, "the size is \(size)")
    try ok(launch(basic.kernel("nothing"), grid: 64, cudaLaunchAttributeClusterDimension, []) { $0.clusterDim = .init(x: UInt32(size), y: 1, z: 1) })
    try ok(cudaDeviceSynchronize())
  }
  test("cudaOccupancyMaxPotentialClusterSize", .error, "refuses a null place, no kernel and an empty block", source: "cudaOccupancyMaxPotentialClusterSize, Returns") {
    var configuration = cudaLaunchConfig_t(gridDim: dim(64), blockDim: dim(64), dynamicSmemBytes: 0, stream: nil, attrs: nil, numAttrs: 0), size: Int32 = -1
    try fails(cudaOccupancyMaxPotentialClusterSize(nil, basic.kernel("nothing").address, &configuration), cudaErrorInvalidValue)
    try fails(cudaOccupancyMaxPotentialClusterSize(&size, nil, &configuration), cudaErrorInvalidDeviceFunction)
    configuration.blockDim = dim(0)
    try fails(cudaOccupancyMaxPotentialClusterSize(&size, basic.kernel("nothing").address, &configuration), cudaErrorInvalidValue)
  }
  test("cudaOccupancyMaxActiveClusters", .success, "of clusters of one block is what the multiprocessors hold", source: "cudaOccupancyMaxActiveClusters", touches: ["cudaOccupancyMaxActiveBlocksPerMultiprocessor"]) {
    var attribute = cudaLaunchAttribute(), clusters: Int32 = -1, blocks: Int32 = 0, processors: Int32 = 0
    attribute.id = cudaLaunchAttributeClusterDimension
    attribute.val = value { $0.clusterDim = .init(x: 1, y: 1, z: 1) }
    try ok(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, basic.kernel("nothing").address, 256, 0))
    try ok(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0))
    try withUnsafeMutablePointer(to: &attribute) { attribute in
      var configuration = cudaLaunchConfig_t(gridDim: dim(64), blockDim: dim(256), dynamicSmemBytes: 0, stream: nil, attrs: attribute, numAttrs: 1)
      try ok(cudaOccupancyMaxActiveClusters(&clusters, basic.kernel("nothing").address, &configuration))
    }
    try equal(clusters, blocks * processors, "clusters of one block")
  }
  test("cudaOccupancyMaxActiveClusters", .error, "refuses clusters that no device has, a null place and no kernel", source: "cudaOccupancyMaxActiveClusters, Returns: cudaErrorInvalidClusterSize") {
    var attribute = cudaLaunchAttribute(), clusters: Int32 = -1
    attribute.id = cudaLaunchAttributeClusterDimension
    attribute.val = value { $0.clusterDim = .init(x: 64, y: 1, z: 1) }
    try withUnsafeMutablePointer(to: &attribute) { attribute in
      var configuration = cudaLaunchConfig_t(gridDim: dim(64), blockDim: dim(64), dynamicSmemBytes: 0, stream: nil, attrs: attribute, numAttrs: 1)
      try fails(cudaOccupancyMaxActiveClusters(&clusters, basic.kernel("nothing").address, &configuration), cudaErrorInvalidClusterSize)
      try fails(cudaOccupancyMaxActiveClusters(nil, basic.kernel("nothing").address, &configuration), cudaErrorInvalidValue)
      try fails(cudaOccupancyMaxActiveClusters(&clusters, nil, &configuration), cudaErrorInvalidDeviceFunction)
    }
  }

  // MARK: the host
  test("cudaLaunchHostFunc_v2", .success, "calls the function in stream order in both modes", source: "cudaLaunchHostFunc_v2; enum cudaHostTaskSyncMode", .only13) {
    let stream = try makeStream(), words = try Words(1, fill: 0)
    for (mode, factor) in [(cudaHostTaskBlocking, UInt32(1)), (cudaHostTaskSpinWait, 2)] {
      let flag = try Flag(), hold = try Hold(stream)
      let answer = try cudaLaunchHostFunc_v2(stream, { $0!.storeBytes(of: 1, as: UInt32.self) }, flag.host, mode.rawValue)
      if answer == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than the function") }
      try ok(answer)
      try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer, Int32(1), Int32(1)))
      try equal(flag.value, 0, "not called before the stream comes to it")
      hold.release()
      try ok(cudaStreamSynchronize(stream))
      try equal(flag.value, 1, "called")
      try words.expect(all: factor, "the kernel behind it")
    }
  }
  test("cudaLaunchHostFunc_v2", .error, "refuses a null function and modes that are none", source: "cudaLaunchHostFunc_v2, Returns: cudaErrorInvalidValue", .only13) {
    let stream = try makeStream(), answer = try cudaLaunchHostFunc_v2(stream, { _ in }, nil, 2)
    if answer == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than the function") }
    try fails(answer, cudaErrorInvalidValue)
    try fails(cudaLaunchHostFunc_v2(stream, nil, nil, 0), cudaErrorInvalidValue)
  }
  test("cudaLaunchCooperativeKernelMultiDevice", .error, "refuses an empty list, more devices than there are, unknown flags and the NULL stream", source: "cudaLaunchCooperativeKernelMultiDevice", [.only12, .legacy]) {
    var parameters = try cudaLaunchParams(func: UnsafeMutableRawPointer(mutating: basic.kernel("nothing").address), gridDim: dim(1), blockDim: dim(1), args: nil, sharedMem: 0, stream: nil)
    try fails(cudaLaunchCooperativeKernelMultiDevice(&parameters, 0, 0), cudaErrorInvalidValue)
    try fails(cudaLaunchCooperativeKernelMultiDevice(nil, 1, 0), cudaErrorInvalidValue)
    parameters.stream = try makeStream()
    try fails(cudaLaunchCooperativeKernelMultiDevice(&parameters, 1, 8), cudaErrorInvalidValue)
  }
  test("cudaLaunchCooperativeKernelMultiDevice", .success, "launches on the one device of the list, in stream order", source: "cudaLaunchCooperativeKernelMultiDevice", .only12) {
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(64, fill: 1)
    try ok(launch(basic.kernel("scale"), dim(1), dim(64), stream: stream, words.pointer, Int32(64), Int32(5), Int32(0)))
    try withArguments([words.pointer, Int32(64), Int32(3)]) { list in
      var parameters = try cudaLaunchParams(func: UnsafeMutableRawPointer(mutating: basic.kernel("add").address), gridDim: dim(2), blockDim: dim(32), args: list, sharedMem: 0, stream: stream)
      for flags: UInt32 in 0...3 { try ok(cudaLaunchCooperativeKernelMultiDevice(&parameters, 1, flags)) }
    }
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 17, "multiplied, then four launches")
  }
  for name in ["cudaSetDoubleForDevice", "cudaSetDoubleForHost"] {
    test(name, .success, "leaves a double alone, since every device has doubles", source: name, .only12) {
      var number = 1.0 / 3
      let answer = name == "cudaSetDoubleForDevice" ? try cudaSetDoubleForDevice(&number) : try cudaSetDoubleForHost(&number)
      try ok(answer)
      try equal(number, 1.0 / 3, "the number")
      try check(try cudaGetLastError() == cudaSuccess, "no error is left")
      var devices: Int32 = 0
      try ok(cudaGetDeviceCount(&devices))
      try check(devices > 0, "there is a device")
    }
  }
}
