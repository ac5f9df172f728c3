// Memory, events and pools between two processes.  A case forks before it calls CUDA, so that each side has a runtime of its own.
// Which error for what: as NVIDIA's library answers on an H100.
import CConformance
import Glibc

/// The two ends of a case's conversation: messages of plain bytes, and descriptors.
private struct Line {
  let socket: Int32
  func send<T>(_ value: T, descriptor: Int32 = -1) throws {
    var value = value
    let sent = withUnsafeBytes(of: &value) { conformance_send(socket, $0.baseAddress!, $0.count, descriptor) }
    try check(sent == 0, "the message to be sent")
  }
  func receive<T>(_ value: T) throws -> (T, Int32) {
    var value = value, descriptor: Int32 = -1
    let received = withUnsafeMutableBytes(of: &value) { conformance_receive(socket, $0.baseAddress!, $0.count, &descriptor) }
    try check(received == 0, "a message from the other process")
    return (value, descriptor)
  }
}

/// Runs `theirs` in a forked process and `ours` in this one.  What the other process throws is thrown here.
private func together(_ ours: (Line) throws -> Void, _ theirs: (Line) throws -> Void) throws {
  var sockets: [Int32] = [0, 0]
  try check(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &sockets) == 0, "a pair of sockets")
  var pipes: [Int32] = [0, 0]
  try check(pipe(&pipes) == 0, "a pipe")
  let pid = conformance_fork()
  if pid == 0 {
    close(sockets[0])
    close(pipes[0])
    do { try theirs(Line(socket: sockets[1])) } catch {
      let message: String
      if let deviation = error as? Deviation { message = deviation.message } else if let skip = error as? Skip { message = "skip:" + skip.reason } else { message = "\(error)" }
      _ = Array(message.utf8).withUnsafeBytes { write(pipes[1], $0.baseAddress, $0.count) }
      _exit(1)
    }
    _exit(0)
  }
  close(sockets[1])
  close(pipes[1])
  var failure: (any Error)?
  do { try ours(Line(socket: sockets[0])) } catch { failure = error }
  close(sockets[0])
  var status: Int32 = 0
  waitpid(pid, &status, 0)
  var text = [UInt8](repeating: 0, count: 1000)
  let count = read(pipes[0], &text, text.count)
  close(pipes[0])
  if count > 0 {
    let said = String(decoding: text[..<count], as: UTF8.self)
    if said.hasPrefix("skip:") { throw Skip(String(said.dropFirst(5))) }
    throw Deviation(message: "the other process: " + said)
  }
  if let failure { throw failure }
  try check(conformance_exited(status) != 0 && conformance_exit_status(status) == 0, "the other process to end well")
}

private func exportablePool() throws -> cudaMemPool_t {
  var p = cudaMemPoolProps(), pool: cudaMemPool_t?
  p.allocType = cudaMemAllocationTypePinned
  p.handleTypes = cudaMemHandleTypePosixFileDescriptor
  p.location.type = cudaMemLocationTypeDevice
  try ok(cudaMemPoolCreate(&pool, &p), "cudaMemPoolCreate")
  return try some(pool, "the pool")
}

private func byte(_ pointer: UnsafeMutableRawPointer) throws -> UInt8 {
  var byte: UInt8 = 0
  try ok(cudaMemcpy(&byte, pointer, 1, cudaMemcpyDeviceToHost), "copy of a byte")
  return byte
}

func interprocessCases() {
  test("cudaIpcOpenMemHandle", .success, "maps another process's memory, both ways", source: "cudaIpcGetMemHandle; cudaIpcOpenMemHandle", touches: ["cudaIpcGetMemHandle", "cudaIpcCloseMemHandle"], .alone) {
    try together({ line in
      let memory = try Words(1 << 18, fill: 0x0505_0505)
      var handle = cudaIpcMemHandle_t()
      try ok(cudaIpcGetMemHandle(&handle, memory.pointer))
      try line.send(handle)
      _ = try line.receive(UInt8(0))
      try memory.expect(all: 0x0909_0909, "what the other process wrote")
    }, { line in
      let (handle, _) = try line.receive(cudaIpcMemHandle_t())
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaIpcOpenMemHandle(&pointer, handle, cudaIpcMemLazyEnablePeerAccess))
      let mapped = try some(pointer, "the mapping")
      try equal(try byte(mapped + (1 << 20) - 1), 5, "the last byte that the exporter wrote")
      try ok(cudaMemset(mapped, 9, 1 << 20))
      try ok(cudaDeviceSynchronize())
      try ok(cudaIpcCloseMemHandle(mapped))
      try line.send(UInt8(1))
    })
  }
  test("cudaIpcOpenMemHandle", .interaction, "gives the same address when it is opened again, until it is closed as often", source: "cudaIpcOpenMemHandle: the reference count on the handle is incremented", touches: ["cudaIpcCloseMemHandle"], .alone) {
    try together({ line in
      let memory = try Words(64, fill: 3)
      var handle = cudaIpcMemHandle_t()
      try ok(cudaIpcGetMemHandle(&handle, memory.pointer))
      try line.send(handle)
      _ = try line.receive(UInt8(0))
    }, { line in
      let (handle, _) = try line.receive(cudaIpcMemHandle_t())
      var first: UnsafeMutableRawPointer?, second: UnsafeMutableRawPointer?
      try ok(cudaIpcOpenMemHandle(&first, handle, cudaIpcMemLazyEnablePeerAccess))
      try ok(cudaIpcOpenMemHandle(&second, handle, cudaIpcMemLazyEnablePeerAccess))
      try equal(second, first, "the second address")
      try ok(cudaIpcCloseMemHandle(first))
      try equal(try byte(some(second, "the mapping")), 3, "a byte after the first close")
      try ok(cudaIpcCloseMemHandle(first))
      try fails(cudaIpcCloseMemHandle(first), cudaErrorInvalidValue)
      try line.send(UInt8(1))
    })
  }
  test("cudaIpcOpenMemHandle", .error, "refuses a handle of its own process", source: "cudaIpcOpenMemHandle, Returns: cudaErrorDeviceUninitialized", .alone) {
    let memory = try Words(64, fill: 3)
    var handle = cudaIpcMemHandle_t(), pointer: UnsafeMutableRawPointer?
    try ok(cudaIpcGetMemHandle(&handle, memory.pointer))
    try fails(cudaIpcOpenMemHandle(&pointer, handle, cudaIpcMemLazyEnablePeerAccess), cudaErrorDeviceUninitialized)
  }
  test("cudaIpcOpenMemHandle", .error, "refuses other flags, null, and bytes that are no handle", source: "cudaIpcOpenMemHandle, Returns: cudaErrorInvalidValue", .alone) {
    let memory = try Words(64, fill: 3)
    var handle = cudaIpcMemHandle_t(), pointer: UnsafeMutableRawPointer?
    try ok(cudaIpcGetMemHandle(&handle, memory.pointer))
    try fails(cudaIpcOpenMemHandle(&pointer, handle, 0), cudaErrorInvalidValue)
    try fails(cudaIpcOpenMemHandle(nil, handle, cudaIpcMemLazyEnablePeerAccess), cudaErrorInvalidValue)
    memset(&handle, 5, 64)
    try fails(cudaIpcOpenMemHandle(&pointer, handle, cudaIpcMemLazyEnablePeerAccess), cudaErrorInvalidValue)
  }
  test("cudaIpcGetMemHandle", .error, "refuses what cudaMalloc did not give", source: "cudaIpcGetMemHandle, Returns: cudaErrorInvalidValue") {
    var handle = cudaIpcMemHandle_t(), host: UnsafeMutableRawPointer?, managed: UnsafeMutableRawPointer?, pooled: UnsafeMutableRawPointer?
    let stream = try makeStream()
    try ok(cudaMallocHost(&host, 4096))
    try ok(cudaMallocManaged(&managed, 4096, cudaMemAttachGlobal))
    try ok(cudaMallocAsync(&pooled, 4096, stream))
    for (what, pointer) in [("null", nil), ("pinned memory", host), ("managed memory", managed), ("a pool's memory", pooled)] {
      try fails(cudaIpcGetMemHandle(&handle, pointer), cudaErrorInvalidValue, what)
    }
    try ok(cudaFreeAsync(pooled, stream))
    try ok(cudaFree(managed))
    try ok(cudaFreeHost(host))
  }
  test("cudaIpcGetMemHandle", .success, "names the allocation, whatever address in it is given", source: "cudaIpcGetMemHandle", touches: ["cudaIpcOpenMemHandle"], .alone) {
    try together({ line in
      let memory = try Words(1024)
      try memory.write((0..<1024).map { UInt32($0) })
      var handle = cudaIpcMemHandle_t()
      try ok(cudaIpcGetMemHandle(&handle, memory.pointer + 512))
      try line.send(handle)
      _ = try line.receive(UInt8(0))
    }, { line in
      let (handle, _) = try line.receive(cudaIpcMemHandle_t())
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaIpcOpenMemHandle(&pointer, handle, cudaIpcMemLazyEnablePeerAccess))
      try equal(try byte(some(pointer, "the mapping") + 4), 1, "the second word's low byte")
      try ok(cudaIpcCloseMemHandle(pointer))
      try line.send(UInt8(1))
    })
  }
  test("cudaIpcCloseMemHandle", .error, "refuses what was not opened", source: "cudaIpcCloseMemHandle, Returns: cudaErrorInvalidValue") {
    let memory = try Words(64)
    try fails(cudaIpcCloseMemHandle(memory.pointer), cudaErrorInvalidValue)
    try fails(cudaIpcCloseMemHandle(nil), cudaErrorInvalidValue)
  }

  // MARK: events

  test("cudaIpcOpenEventHandle", .success, "has a stream wait for another process's work", source: "cudaIpcGetEventHandle: synchronization between GPU work in different processes", touches: ["cudaIpcGetEventHandle", "cudaIpcOpenMemHandle"], .alone) {
    try together({ line in
      let memory = try Words(1024, fill: 1), event = try makeEvent(cudaEventInterprocess | cudaEventDisableTiming), stream = try makeStream()
      var memoryHandle = cudaIpcMemHandle_t(), eventHandle = cudaIpcEventHandle_t()
      try ok(cudaIpcGetMemHandle(&memoryHandle, memory.pointer))
      try ok(cudaIpcGetEventHandle(&eventHandle, event))
      try line.send(memoryHandle)
      try line.send(eventHandle)
      let hold = try Hold(stream)
      try ok(launch(basic.kernel("iota"), dim(4), dim(256), stream: stream, memory.pointer, Int32(1024), Int32(7)))
      try ok(cudaEventRecord(event, stream))
      try expect(cudaEventQuery(event), cudaErrorNotReady)
      try line.send(UInt8(1))
      _ = try line.receive(UInt8(0))   // the other has submitted its wait
      hold.release()
      try ok(cudaEventSynchronize(event))
      _ = try line.receive(UInt8(0))
    }, { line in
      let memoryHandle = try line.receive(cudaIpcMemHandle_t()).0, eventHandle = try line.receive(cudaIpcEventHandle_t()).0
      var pointer: UnsafeMutableRawPointer?, opened: cudaEvent_t?
      try ok(cudaIpcOpenMemHandle(&pointer, memoryHandle, cudaIpcMemLazyEnablePeerAccess))
      try ok(cudaIpcOpenEventHandle(&opened, eventHandle))
      let stream = try makeStream(), to = try Words(1024, fill: 0)
      _ = try line.receive(UInt8(0))
      try expect(cudaEventQuery(opened), cudaErrorNotReady)
      try ok(cudaStreamWaitEvent(stream, opened, 0))
      try ok(cudaMemcpyAsync(to.pointer, pointer, 4096, cudaMemcpyDeviceToDevice, stream))
      try line.send(UInt8(1))
      try ok(cudaStreamSynchronize(stream))
      try to.expect((0..<1024).map { UInt32($0 + 7) }, "what the other process's kernel wrote before its record")
      try ok(cudaEventDestroy(opened))
      try ok(cudaIpcCloseMemHandle(pointer))
      try line.send(UInt8(1))
    })
  }
  test("cudaIpcOpenEventHandle", .error, "refuses a handle of its own process, bytes that are none, and null", source: "cudaIpcOpenEventHandle, Returns", .alone) {
    let event = try makeEvent(cudaEventInterprocess | cudaEventDisableTiming)
    var handle = cudaIpcEventHandle_t(), opened: cudaEvent_t?
    try ok(cudaIpcGetEventHandle(&handle, event))
    try fails(cudaIpcOpenEventHandle(&opened, handle), cudaErrorDeviceUninitialized)
    memset(&handle, 5, 64)
    try fails(cudaIpcOpenEventHandle(&opened, handle), cudaErrorMapBufferObjectFailed)
    try fails(cudaIpcOpenEventHandle(nil, handle), cudaErrorInvalidValue)
  }
  test("cudaIpcGetEventHandle", .error, "refuses an event that is not for several processes", source: "cudaIpcGetEventHandle, Returns: cudaErrorInvalidResourceHandle") {
    var handle = cudaIpcEventHandle_t()
    try fails(cudaIpcGetEventHandle(&handle, makeEvent(cudaEventDisableTiming)), cudaErrorInvalidResourceHandle)
  }
  test("cudaIpcGetEventHandle", .error, "refuses null", source: "cudaIpcGetEventHandle, Returns: cudaErrorInvalidValue") {
    var handle = cudaIpcEventHandle_t()
    try fails(cudaIpcGetEventHandle(&handle, nil), cudaErrorInvalidValue)
  }

  // MARK: pools

  test("cudaMemPoolImportPointer", .success, "maps what another process allocated from a pool", source: "cudaMemPoolExportPointer; cudaMemPoolImportPointer", touches: ["cudaMemPoolExportToShareableHandle", "cudaMemPoolImportFromShareableHandle", "cudaMemPoolExportPointer"], .alone) {
    try together({ line in
      let pool = try exportablePool(), stream = try makeStream()
      var pointer: UnsafeMutableRawPointer?, descriptor: Int32 = -1, data = cudaMemPoolPtrExportData()
      try ok(cudaMallocFromPoolAsync(&pointer, 4096, pool, stream))
      try ok(cudaMemsetAsync(pointer, 6, 4096, stream))
      try ok(cudaStreamSynchronize(stream))
      try ok(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 0))
      try ok(cudaMemPoolExportPointer(&data, pointer))
      try line.send(data, descriptor: descriptor)
      close(descriptor)
      _ = try line.receive(UInt8(0))
      try equal(try byte(some(pointer, "the memory") + 4095), 8, "what the other process wrote")
      try ok(cudaFreeAsync(pointer, stream))
      try ok(cudaStreamSynchronize(stream))
      try ok(cudaMemPoolDestroy(pool))
    }, { line in
      var (data, descriptor) = try line.receive(cudaMemPoolPtrExportData())
      try ok(cudaFree(nil))
      var pool: cudaMemPool_t?, pointer: UnsafeMutableRawPointer?, refused: UnsafeMutableRawPointer?
      try ok(cudaMemPoolImportFromShareableHandle(&pool, UnsafeMutableRawPointer(bitPattern: Int(descriptor)), cudaMemHandleTypePosixFileDescriptor, 0))
      try ok(cudaMemPoolImportPointer(&pointer, pool, &data))
      let mapped = try some(pointer, "the mapping")
      try equal(try byte(mapped + 4095), 6, "what the exporter wrote")
      try ok(cudaMemset(mapped, 8, 4096))
      try ok(cudaDeviceSynchronize())
      try fails(cudaMallocFromPoolAsync(&refused, 64, pool, makeStream()), cudaErrorInvalidValue, "an allocation from an imported pool")
      try fails(cudaDeviceSetMemPool(0, pool), cudaErrorInvalidValue, "an imported pool as the current one")
      try ok(cudaFree(mapped))
      try line.send(UInt8(1))
    })
  }
  test("cudaMemPoolExportToShareableHandle", .error, "refuses other handle types, flags, pools that stay, and null", source: "cudaMemPoolExportToShareableHandle, Returns: cudaErrorInvalidValue") {
    let pool = try exportablePool()
    var descriptor: Int32 = -1, usual: cudaMemPool_t?
    try fails(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 1), cudaErrorInvalidValue)
    try fails(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypeNone, 0), cudaErrorInvalidValue)
    try fails(cudaMemPoolExportToShareableHandle(nil, pool, cudaMemHandleTypePosixFileDescriptor, 0), cudaErrorInvalidValue)
    try ok(cudaDeviceGetDefaultMemPool(&usual, 0))
    try fails(cudaMemPoolExportToShareableHandle(&descriptor, usual, cudaMemHandleTypePosixFileDescriptor, 0), cudaErrorInvalidValue)
    try fails(cudaMemPoolExportToShareableHandle(&descriptor, nil, cudaMemHandleTypePosixFileDescriptor, 0), cudaErrorInvalidValue)
    try ok(cudaMemPoolDestroy(pool))
  }
  test("cudaMemPoolImportFromShareableHandle", .error, "refuses flags, other handle types, and a descriptor of something else", source: "cudaMemPoolImportFromShareableHandle, Returns: cudaErrorInvalidValue") {
    let pool = try exportablePool()
    var descriptor: Int32 = -1, imported: cudaMemPool_t?
    try ok(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 0))
    let handle = UnsafeMutableRawPointer(bitPattern: Int(descriptor))
    try fails(cudaMemPoolImportFromShareableHandle(&imported, handle, cudaMemHandleTypePosixFileDescriptor, 1), cudaErrorInvalidValue)
    try fails(cudaMemPoolImportFromShareableHandle(&imported, handle, cudaMemHandleTypeNone, 0), cudaErrorInvalidValue)
    try fails(cudaMemPoolImportFromShareableHandle(&imported, nil, cudaMemHandleTypePosixFileDescriptor, 0), cudaErrorInvalidValue)
    close(descriptor)
    try ok(cudaMemPoolDestroy(pool))
  }
  test("cudaMemPoolExportPointer", .error, "refuses the middle of an allocation, null, and pools that were not exported", source: "cudaMemPoolExportPointer, Returns: cudaErrorInvalidValue") {
    let pool = try exportablePool(), stream = try makeStream()
    var pointer: UnsafeMutableRawPointer?, data = cudaMemPoolPtrExportData(), descriptor: Int32 = -1
    try ok(cudaMallocFromPoolAsync(&pointer, 4096, pool, stream))
    try fails(cudaMemPoolExportPointer(&data, pointer), cudaErrorInvalidValue, "before the pool is exported")
    try ok(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 0))
    try ok(cudaMemPoolExportPointer(&data, pointer))
    try fails(cudaMemPoolExportPointer(&data, some(pointer, "the memory") + 16), cudaErrorInvalidValue)
    try fails(cudaMemPoolExportPointer(&data, nil), cudaErrorInvalidValue)
    try fails(cudaMemPoolExportPointer(nil, pointer), cudaErrorInvalidValue)
    close(descriptor)
    try ok(cudaFreeAsync(pointer, stream))
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaMemPoolDestroy(pool))
  }
  test("cudaMemPoolImportPointer", .error, "refuses data that is of no pool, and a pool that was not imported", source: "cudaMemPoolImportPointer, Returns: cudaErrorInvalidValue") {
    let pool = try exportablePool()
    var data = cudaMemPoolPtrExportData(), pointer: UnsafeMutableRawPointer?
    memset(&data, 3, 64)
    try fails(cudaMemPoolImportPointer(&pointer, pool, &data), cudaErrorInvalidValue)
    try fails(cudaMemPoolImportPointer(&pointer, nil, &data), cudaErrorInvalidValue)
    try ok(cudaMemPoolDestroy(pool))
  }
}
