// Streams: making and destroying, flags, priorities, ids, waiting, callbacks; and the rules of the default streams.
import CConformance
import Glibc

func streamCases() {
  // MARK: making
  let makers: [(String, (UnsafeMutablePointer<cudaStream_t?>?) throws -> cudaError_t)] = [
    ("cudaStreamCreate", { try cudaStreamCreate($0) }), ("cudaStreamCreateWithFlags", { try cudaStreamCreateWithFlags($0, cudaStreamNonBlocking) }),
    ("cudaStreamCreateWithPriority", { try cudaStreamCreateWithPriority($0, cudaStreamNonBlocking, 0) }),
  ]
  for (name, make) in makers {
    test(name, .success, "makes a stream that runs kernels and copies in order", source: name, touches: ["cudaStreamDestroy"]) {
      var stream: cudaStream_t?
      try ok(make(&stream))
      let words = try Words(256, fill: 1)
      try ok(launch(basic.kernel("scale"), dim(1), dim(256), stream: stream, words.pointer, Int32(256), Int32(3), Int32(1)))   // 4
      try ok(launch(basic.kernel("scale"), dim(1), dim(256), stream: stream, words.pointer, Int32(256), Int32(2), Int32(5)))   // 13
      try ok(cudaMemcpyAsync(words.pointer, words.pointer + 512, 512, cudaMemcpyDeviceToDevice, stream))
      try ok(launch(basic.kernel("scale"), dim(1), dim(256), stream: stream, words.pointer, Int32(256), Int32(10), Int32(0)))
      try ok(cudaStreamSynchronize(stream))
      try words.expect(all: 130, "what ran in order")
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .error, "refuses a null place", source: "\(name), Returns: cudaErrorInvalidValue") { try fails(make(nil), cudaErrorInvalidValue) }
    test(name, .success, "makes hundreds of streams that are all different", source: name, touches: ["cudaStreamDestroy"]) {
      var streams: [cudaStream_t?] = []
      let words = try Words(300, fill: 0)
      for index in 0..<300 {
        var stream: cudaStream_t?
        try ok(make(&stream))
        streams.append(stream)
        try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer + index * 4, Int32(1), Int32(1)))
      }
      try equal(Set(streams.map { UInt(bitPattern: $0) }).count, 300, "different handles")
      for stream in streams { try ok(cudaStreamDestroy(stream)) }
      try words.expect(all: 1, "one word a stream")
    }
  }
  test("cudaStreamCreateWithFlags", .error, "refuses flags that are none", source: "cudaStreamCreateWithFlags, Returns: cudaErrorInvalidValue") {
    var stream: cudaStream_t?
    try fails(cudaStreamCreateWithFlags(&stream, 8), cudaErrorInvalidValue)
    try fails(cudaStreamCreateWithFlags(&stream, 0xffff_ffff), cudaErrorInvalidValue)
  }
  test("cudaStreamCreateWithPriority", .error, "refuses flags that are none", source: "cudaStreamCreateWithPriority, Returns: cudaErrorInvalidValue") {
    var stream: cudaStream_t?
    try fails(cudaStreamCreateWithPriority(&stream, 8, 0), cudaErrorInvalidValue)
  }
  test("cudaStreamCreateWithPriority", .success, "gives every priority of the range, and the nearest one outside it", source: "cudaStreamCreateWithPriority: clamped to the range", touches: ["cudaStreamGetPriority", "cudaDeviceGetStreamPriorityRange"]) {
    var least: Int32 = 0, greatest: Int32 = 0
    try ok(cudaDeviceGetStreamPriorityRange(&least, &greatest))
    try equal(least, 0, "the least priority")
    for wanted in (greatest - 2)...(least + 2) {
      var stream: cudaStream_t?, got: Int32 = 77
      try ok(cudaStreamCreateWithPriority(&stream, cudaStreamDefault, wanted))
      try ok(cudaStreamGetPriority(stream, &got))
      try equal(got, min(least, max(greatest, wanted)), "the priority for \(wanted)")
      try ok(cudaStreamDestroy(stream))
    }
  }
  test("cudaStreamDestroy", .error, "refuses the default streams", source: "cudaStreamDestroy, Returns: cudaErrorInvalidResourceHandle", .legacy) {
    try fails(cudaStreamDestroy(nil), cudaErrorInvalidResourceHandle)
    try fails(cudaStreamDestroy(streamLegacy), cudaErrorInvalidResourceHandle)
    try fails(cudaStreamDestroy(streamPerThread), cudaErrorInvalidResourceHandle)
  }
  test("cudaStreamDestroy", .interaction, "lets what was submitted end", source: "cudaStreamDestroy: returns immediately, resources are released once the work is complete") {
    let words = try Words(1, fill: 0)
    let stream = try makeStream(cudaStreamNonBlocking), hold = try Hold(stream)
    for _ in 0..<50 { try ok(launch(basic.kernel("count"), dim(2), dim(64), stream: stream, words.pointer)) }
    let event = try makeEvent()
    try ok(cudaEventRecord(event, stream))
    try ok(cudaStreamDestroy(stream))
    try expect(cudaEventQuery(event), cudaErrorNotReady, "while a kernel holds the stream")
    hold.release()
    try ok(cudaEventSynchronize(event))
    try words.expect(all: 6400, "what the kernels counted")
    try ok(cudaEventDestroy(event))
  }

  // MARK: what a stream knows of itself
  test("cudaStreamGetFlags", .success, "gives the flags that it was made with", source: "cudaStreamGetFlags") {
    for flags in [cudaStreamDefault, cudaStreamNonBlocking] {
      let stream = try makeStream(flags)
      var got: UInt32 = 99
      try ok(cudaStreamGetFlags(stream, &got))
      try equal(got, flags, "the flags")
      try ok(cudaStreamDestroy(stream))
    }
  }
  test("cudaStreamGetFlags", .edge, "answers for the default streams", source: "cudaStreamGetFlags; NVIDIA's answer") {
    for stream in [nil, streamLegacy, streamPerThread] as [cudaStream_t?] {
      var got: UInt32 = 99
      try ok(cudaStreamGetFlags(stream, &got))
      try equal(got, cudaStreamDefault, "the flags")
    }
  }
  test("cudaStreamGetFlags", .error, "refuses a null place", source: "cudaStreamGetFlags, Returns: cudaErrorInvalidValue") { try fails(cudaStreamGetFlags(nil, nil), cudaErrorInvalidValue) }
  test("cudaStreamGetPriority", .success, "is the least for a stream made without one, and for the default stream", source: "cudaStreamGetPriority") {
    for stream in [try makeStream(), nil] as [cudaStream_t?] {
      var got: Int32 = 99
      try ok(cudaStreamGetPriority(stream, &got))
      try equal(got, 0, "the priority")
      if stream != nil { try ok(cudaStreamDestroy(stream)) }
    }
  }
  test("cudaStreamGetPriority", .error, "refuses a null place", source: "cudaStreamGetPriority, Returns: cudaErrorInvalidValue") { try fails(cudaStreamGetPriority(nil, nil), cudaErrorInvalidValue) }
  test("cudaStreamGetId", .success, "is unique in the process and does not change", source: "cudaStreamGetId") {
    var ids: [UInt64] = [], streams: [cudaStream_t] = []
    for _ in 0..<20 {
      let stream = try makeStream()
      var id: UInt64 = 0, again: UInt64 = 1
      try ok(cudaStreamGetId(stream, &id))
      try ok(cudaStreamGetId(stream, &again))
      try equal(id, again, "the id asked twice")
      ids.append(id)
      streams.append(stream)
    }
    try equal(Set(ids).count, 20, "different ids")
    for stream in streams { try ok(cudaStreamDestroy(stream)) }
  }
  test("cudaStreamGetId", .edge, "is the same for null and cudaStreamLegacy, another for cudaStreamPerThread", source: "cudaStreamGetId: hStream may be cudaStreamLegacy or cudaStreamPerThread", .legacy) {
    var null: UInt64 = 1, legacy: UInt64 = 2, perThread: UInt64 = 3
    try ok(cudaStreamGetId(nil, &null))
    try ok(cudaStreamGetId(streamLegacy, &legacy))
    try ok(cudaStreamGetId(streamPerThread, &perThread))
    try equal(null, legacy, "the id of null")
    try check(perThread != legacy, "another id for the per-thread stream")
  }
  test("cudaStreamGetId", .error, "refuses a null place", source: "cudaStreamGetId, Returns: cudaErrorInvalidValue") { try fails(cudaStreamGetId(nil, nil), cudaErrorInvalidValue) }
  test("cudaStreamGetDevice", .success, "gives the device that the stream was made on", source: "cudaStreamGetDevice") {
    for stream in [try makeStream(), nil] as [cudaStream_t?] {
      var device: Int32 = 77
      try ok(cudaStreamGetDevice(stream, &device))
      try equal(device, 0, "the device")
      if stream != nil { try ok(cudaStreamDestroy(stream)) }
    }
  }

  // MARK: waiting
  test("cudaStreamQuery", .success, "is not ready while a kernel runs, and success afterwards", source: "cudaStreamQuery, Returns: cudaErrorNotReady") {
    let stream = try makeStream(), hold = try Hold(stream)
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaStreamQuery(stream))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaStreamQuery", .edge, "answers for the default stream", source: "cudaStreamQuery: hStream may be 0") {
    let hold = try Hold(nil)
    try expect(cudaStreamQuery(nil), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(nil))
    try ok(cudaStreamQuery(nil))
  }
  test("cudaStreamSynchronize", .success, "waits for everything in the stream", source: "cudaStreamSynchronize") {
    let stream = try makeStream(), words = try Words(1, fill: 0), result = try Flag()
    for _ in 0..<200 { try ok(launch(basic.kernel("count"), dim(4), dim(64), stream: stream, words.pointer)) }
    try ok(cudaMemcpyAsync(result.host, words.pointer, 4, cudaMemcpyDeviceToHost, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(result.value, 200 * 256, "what the kernels counted")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaStreamSynchronize", .interaction, "does not wait for another stream", source: "cudaStreamSynchronize: of this stream alone") {
    let busy = try makeStream(cudaStreamNonBlocking), free = try makeStream(cudaStreamNonBlocking), hold = try Hold(busy)
    let words = try Words(4)
    try ok(launch(basic.kernel("fill"), dim(1), dim(4), stream: free, words.pointer, Int32(4), Int32(6)))
    try ok(cudaStreamSynchronize(free))
    try expect(cudaStreamQuery(busy), cudaErrorNotReady, "the other stream")
    hold.release()
    try words.expect(all: 6, "the words")
    try ok(cudaStreamDestroy(busy))
    try ok(cudaStreamDestroy(free))
  }
  test("cudaStreamSynchronize", .error, "reports a trap in a kernel of the stream", source: "cudaStreamSynchronize: errors from previous, asynchronous launches", .alone) {
    let stream = try makeStream()
    try ok(launch(basic.kernel("trapping"), stream: stream))
    try expect(cudaStreamSynchronize(stream), cudaErrorLaunchFailure)
    try expect(cudaGetLastError(), cudaErrorLaunchFailure)
  }
  test("cudaStreamWaitEvent", .success, "holds what is submitted afterwards until the event", source: "cudaStreamWaitEvent", touches: ["cudaEventRecord"]) {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent(cudaEventDisableTiming)
    let words = try Words(64, fill: 1), hold = try Hold(first)
    try ok(launch(basic.kernel("scale"), dim(1), dim(64), stream: first, words.pointer, Int32(64), Int32(1), Int32(4)))   // 5
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, cudaEventWaitDefault))
    try ok(launch(basic.kernel("scale"), dim(1), dim(64), stream: second, words.pointer, Int32(64), Int32(10), Int32(0)))  // 50
    try expect(cudaStreamQuery(second), cudaErrorNotReady, "the waiting stream")
    hold.release()
    try ok(cudaStreamSynchronize(second))
    try words.expect(all: 50, "the order of the kernels")
    for stream in [first, second] { try ok(cudaStreamDestroy(stream)) }
    try ok(cudaEventDestroy(event))
  }
  test("cudaStreamWaitEvent", .edge, "does not wait for an event that was never recorded", source: "cudaStreamWaitEvent: if cudaEventRecord has not been called, it is a no-op") {
    let stream = try makeStream(), event = try makeEvent()
    try ok(cudaStreamWaitEvent(stream, event, 0))
    let words = try Words(4)
    try ok(launch(basic.kernel("fill"), dim(1), dim(4), stream: stream, words.pointer, Int32(4), Int32(2)))
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 2, "the words")
    try ok(cudaStreamDestroy(stream))
    try ok(cudaEventDestroy(event))
  }
  test("cudaStreamWaitEvent", .interaction, "waits for the record at the time of the call, not for a later one", source: "cudaStreamWaitEvent: the most recent call of cudaEventRecord at the time") {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent()
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    let hold = try Hold(first)
    try ok(cudaEventRecord(event, first))
    let words = try Words(4)
    try ok(launch(basic.kernel("fill"), dim(1), dim(4), stream: second, words.pointer, Int32(4), Int32(3)))
    try ok(cudaStreamSynchronize(second))
    try expect(cudaEventQuery(event), cudaErrorNotReady, "the event of the held stream")
    hold.release()
    try words.expect(all: 3, "the words")
    for stream in [first, second] { try ok(cudaStreamDestroy(stream)) }
    try ok(cudaEventDestroy(event))
  }
  test("cudaStreamWaitEvent", .interaction, "may outlive the event's stream, whatever streams are made meanwhile", source: "cudaStreamDestroy: resources go when the work is done; waits already submitted stay", touches: ["cudaStreamDestroy", "cudaStreamCreateWithFlags"]) {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent()
    let words = try Words(4, fill: 1), ahead = try Hold(first), behind = try Hold(second)
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: first, words.pointer, Int32(4), Int32(1), Int32(1)))
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))    // seen by the device when `behind` is released, not before
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: second, words.pointer, Int32(4), Int32(7), Int32(0)))
    ahead.release()
    try ok(cudaStreamSynchronize(first))
    try ok(cudaEventDestroy(event))
    try ok(cudaStreamDestroy(first))
    let others = try (0..<8).map { _ in try makeStream(cudaStreamNonBlocking) }
    for other in others { try ok(launch(basic.kernel("nothing"), stream: other)) }
    behind.release()
    try ok(cudaStreamSynchronize(second))
    try words.expect(all: 14, "the order of the kernels")
    for stream in [second] + others { try ok(cudaStreamDestroy(stream)) }
  }
  test("cudaStreamWaitEvent", .interaction, "may outlive the event", source: "cudaEventDestroy: a recorded event may be destroyed; waits already submitted stay") {
    let first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking), event = try makeEvent()
    let words = try Words(4, fill: 1), hold = try Hold(first)
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: first, words.pointer, Int32(4), Int32(1), Int32(1)))
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try ok(cudaEventDestroy(event))
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: second, words.pointer, Int32(4), Int32(7), Int32(0)))
    hold.release()
    try ok(cudaStreamSynchronize(second))
    try words.expect(all: 14, "the order of the kernels")
    for stream in [first, second] { try ok(cudaStreamDestroy(stream)) }
  }
  test("cudaStreamWaitEvent", .error, "refuses flags that are none and a null event", source: "cudaStreamWaitEvent, Returns") {
    let stream = try makeStream(), event = try makeEvent()
    try fails(cudaStreamWaitEvent(stream, event, 9), cudaErrorInvalidValue)
    try fails(cudaStreamWaitEvent(stream, nil, 0), cudaErrorInvalidResourceHandle)
    try ok(cudaStreamDestroy(stream))
    try ok(cudaEventDestroy(event))
  }

  // MARK: host functions and callbacks
  test("cudaLaunchHostFunc", .success, "calls the function behind what stands before it", source: "cudaLaunchHostFunc") {
    let stream = try makeStream(), words = try Words(1, fill: 0), flag = try Flag()
    for _ in 0..<10 { try ok(launch(basic.kernel("count"), dim(1), dim(32), stream: stream, words.pointer)) }
    try ok(cudaMemcpyAsync(flag.host, words.pointer, 4, cudaMemcpyDeviceToHost, stream))
    let seen = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
    seen[0] = 0
    seen[1] = UInt32(truncatingIfNeeded: UInt(bitPattern: flag.host)) // the pair of what to read and where to put it
    final class Pair { let from: UnsafeMutablePointer<UInt32>, to: UnsafeMutablePointer<UInt32>; init(_ f: UnsafeMutablePointer<UInt32>, _ t: UnsafeMutablePointer<UInt32>) { from = f; to = t } }
    let pair = Pair(flag.host, seen)
    try ok(cudaLaunchHostFunc(stream, { argument in
      let pair = Unmanaged<Pair>.fromOpaque(argument!).takeUnretainedValue()
      pair.to.pointee = pair.from.pointee + 1
    }, Unmanaged.passUnretained(pair).toOpaque()))
    try withExtendedLifetime(pair) { try ok(cudaStreamSynchronize(stream)) }
    try equal(seen[0], 321, "what the host function saw")
    seen.deallocate()
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchHostFunc", .interaction, "holds what stands behind it", source: "cudaLaunchHostFunc: blocks later work in the stream until it ends") {
    let stream = try makeStream(cudaStreamNonBlocking), flag = try Flag(), words = try Words(1, fill: 0)
    try ok(cudaLaunchHostFunc(stream, { argument in
      usleep(20_000)
      argument!.assumingMemoryBound(to: UInt32.self).pointee = 5
    }, flag.host))
    try ok(launch(basic.kernel("copy"), dim(1), dim(1), stream: stream, words.pointer, flag.device, Int32(1)))
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 5, "what the kernel read after the host function")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchHostFunc", .interaction, "runs host functions of a stream one after another in order", source: "cudaLaunchHostFunc: in stream order") {
    let stream = try makeStream()
    final class Log { var entries: [Int] = [] }
    final class Entry { let log: Log, index: Int; init(_ l: Log, _ i: Int) { log = l; index = i } }
    let log = Log(), entries = (0..<50).map { Entry(log, $0) }
    for entry in entries {
      try ok(cudaLaunchHostFunc(stream, { argument in
        let entry = Unmanaged<Entry>.fromOpaque(argument!).takeUnretainedValue()
        entry.log.entries.append(entry.index)
      }, Unmanaged.passUnretained(entry).toOpaque()))
    }
    try withExtendedLifetime(entries) { try ok(cudaStreamSynchronize(stream)) }
    try equal(log.entries, Array(0..<50), "the order of the calls")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchHostFunc", .error, "refuses a null function", source: "cudaLaunchHostFunc, Returns: cudaErrorInvalidValue") { try fails(cudaLaunchHostFunc(nil, nil, nil), cudaErrorInvalidValue) }
  test("cudaStreamAddCallback", .success, "calls back with the stream, success and the data", source: "cudaStreamAddCallback") {
    let stream = try makeStream()
    final class Seen { var stream: cudaStream_t?, error: cudaError_t?, calls = 0 }
    let seen = Seen()
    try ok(launch(basic.kernel("nothing"), stream: stream))
    try ok(cudaStreamAddCallback(stream, { stream, error, data in
      let seen = Unmanaged<Seen>.fromOpaque(data!).takeUnretainedValue()
      seen.stream = stream
      seen.error = error
      seen.calls += 1
    }, Unmanaged.passUnretained(seen).toOpaque(), 0))
    try ok(cudaStreamSynchronize(stream))
    try equal(seen.calls, 1, "the number of calls")
    try equal(seen.stream, stream, "the stream")
    try equal(seen.error, cudaSuccess, "the status")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaStreamAddCallback", .error, "refuses a null function and flags", source: "cudaStreamAddCallback: flags must be 0") {
    try fails(cudaStreamAddCallback(nil, nil, nil, 0), cudaErrorInvalidValue)
    try fails(cudaStreamAddCallback(nil, { _, _, _ in }, nil, 1), cudaErrorInvalidValue)
  }
  test("cudaStreamAttachMemAsync", .success, "lets the host use managed memory that is attached to it", source: "cudaStreamAttachMemAsync") {
    let stream = try makeStream()
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
    try ok(cudaStreamAttachMemAsync(stream, pointer, 0, cudaMemAttachSingle))
    try ok(launch(basic.kernel("fill"), dim(4), dim(256), stream: stream, pointer, Int32(1024), Int32(12)))
    try ok(cudaStreamSynchronize(stream))
    try equal(pointer!.load(fromByteOffset: 4092, as: UInt32.self), 12, "the last word")
    try ok(cudaFree(pointer))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaStreamAttachMemAsync", .error, "refuses memory that is not managed, and flags that are none", source: "cudaStreamAttachMemAsync, Returns: cudaErrorInvalidValue") {
    let words = try Words(64), stream = try makeStream()
    try fails(cudaStreamAttachMemAsync(stream, words.pointer, 0, cudaMemAttachSingle), cudaErrorInvalidValue)
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
    try fails(cudaStreamAttachMemAsync(stream, pointer, 0, 0x40), cudaErrorInvalidValue)
    try ok(cudaFree(pointer))
    try ok(cudaStreamDestroy(stream))
  }

  // MARK: the default streams (CUDA Runtime API, Stream synchronization behavior)
  let rules = "Stream synchronization behavior"
  func busy(_ stream: cudaStream_t?) throws -> Hold { try Hold(stream) }
  test("cudaLaunchKernel", .interaction, "of the legacy default stream waits for blocking streams", source: rules, .legacy) {
    let stream = try makeStream(), words = try Words(4, fill: 1), hold = try busy(stream)
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: stream, words.pointer, Int32(4), Int32(1), Int32(1)))
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), words.pointer, Int32(4), Int32(5), Int32(0)))
    try expect(cudaStreamQuery(nil), cudaErrorNotReady)
    hold.release()
    try words.expect(all: 10, "the order of the kernels")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchKernel", .interaction, "of a blocking stream waits for the legacy default stream", source: rules, .legacy) {
    let stream = try makeStream(), words = try Words(4, fill: 1), hold = try busy(nil)
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), words.pointer, Int32(4), Int32(1), Int32(1)))
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: stream, words.pointer, Int32(4), Int32(5), Int32(0)))
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 10, "the order of the kernels")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchKernel", .interaction, "of a non-blocking stream does not wait for the legacy default stream", source: rules, .legacy) {
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(4, fill: 1), hold = try busy(nil)
    try ok(launch(basic.kernel("fill"), dim(1), dim(4), stream: stream, words.pointer, Int32(4), Int32(5)))
    try ok(cudaStreamSynchronize(stream))
    try expect(cudaStreamQuery(nil), cudaErrorNotReady)
    hold.release()
    try words.expect(all: 5, "the words")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchKernel", .interaction, "of the legacy default stream does not wait for a non-blocking stream", source: rules, .legacy) {
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(4, fill: 1), hold = try busy(stream)
    try ok(launch(basic.kernel("fill"), dim(1), dim(4), words.pointer, Int32(4), Int32(5)))
    try ok(cudaStreamSynchronize(nil))
    try expect(cudaStreamQuery(stream), cudaErrorNotReady)
    hold.release()
    try words.expect(all: 5, "the words")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchKernel", .interaction, "of cudaStreamPerThread waits for the legacy default stream, and that for it", source: rules, .legacy) {
    let words = try Words(4, fill: 1)
    let hold = try busy(nil)
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), words.pointer, Int32(4), Int32(1), Int32(1)))                              // 2
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: streamPerThread, words.pointer, Int32(4), Int32(5), Int32(0)))     // 10
    try ok(launch(basic.kernel("scale"), dim(1), dim(4), stream: streamLegacy, words.pointer, Int32(4), Int32(1), Int32(3)))        // 13
    try expect(cudaStreamQuery(streamPerThread), cudaErrorNotReady)
    hold.release()
    try words.expect(all: 13, "the order of the kernels")
  }
  test("cudaLaunchKernel", .interaction, "of one thread's default stream does not wait for another thread's", source: rules + ": per-thread default stream", touches: ["cudaStreamSynchronize"], .legacy) {
    let hold = try busy(streamPerThread)
    try onThreads(1) { _ in
      let words = try Words(4, fill: 1)
      try ok(launch(basic.kernel("fill"), dim(1), dim(4), stream: streamPerThread, words.pointer, Int32(4), Int32(5)))
      try ok(cudaStreamSynchronize(streamPerThread))
      var host = [UInt32](repeating: 0, count: 4)
      try ok(cudaMemcpyAsync(&host, words.pointer, 16, cudaMemcpyDeviceToHost, streamPerThread))
      try ok(cudaStreamSynchronize(streamPerThread))
      try expectWords(host, [5, 5, 5, 5], "the other thread's words")
      hold.release()   // before cudaFree, which waits for the device
    }
  }
}

/// For every function with a variant for per-thread default streams that takes a stream: a null stream means the thread's own there, which a
/// held non-blocking... legacy stream shows: the variant's null stream is not held by another thread's.
func defaultStreamCases() {
  typealias Use = (Words, Words) throws -> cudaError_t
  let uses: [(String, Use)] = [
    ("cudaMemcpyAsync_ptsz", { try cudaMemcpyAsync_ptsz($0.pointer, $1.pointer, 64, cudaMemcpyDeviceToDevice, nil) }),
    ("cudaMemsetAsync_ptsz", { a, _ in try cudaMemsetAsync_ptsz(a.pointer, 5, 64, nil) }),
    ("cudaMemcpy2DAsync_ptsz", { try cudaMemcpy2DAsync_ptsz($0.pointer, 16, $1.pointer, 16, 16, 4, cudaMemcpyDeviceToDevice, nil) }),
    ("cudaMemset2DAsync_ptsz", { a, _ in try cudaMemset2DAsync_ptsz(a.pointer, 16, 5, 16, 4, nil) }),
    ("cudaLaunchKernel_ptsz", { a, _ in
      try withArguments([a.pointer, Int32(16), UInt32(0x0505_0505)]) { try cudaLaunchKernel_ptsz(basic.kernel("fill").address, dim(1), dim(16), $0, 0, nil) }
    }),
    ("cudaMemset_ptds", { a, _ in try cudaMemset_ptds(a.pointer, 5, 64) }),
    ("cudaMemcpy_ptds", { try cudaMemcpy_ptds($0.pointer, $1.pointer, 64, cudaMemcpyDeviceToDevice) }),
  ]
  for (name, use) in uses {
    test(name, .interaction, "uses the calling thread's default stream: a non-blocking stream's null is not held by another thread", source: "Stream synchronization behavior: per-thread default stream", touches: ["cudaStreamSynchronize_ptsz"]) {
      let target = try Words(16, fill: 1), other = try Words(16, fill: 0x0505_0505)
      _ = try basic.kernel("fill")
      // This thread's default stream is held; another thread's is not.
      let hold = try Hold(streamPerThread)
      try onThreads(1) { _ in
        try ok(use(target, other))
        try ok(cudaStreamSynchronize_ptsz(nil))
        try expect(cudaStreamQuery_ptsz(nil), cudaSuccess)
      }
      try expect(cudaStreamQuery_ptsz(nil), cudaErrorNotReady, "this thread's")
      hold.release()
      try target.expect(all: 0x0505_0505, "the words")
    }
    test(name, .interaction, "stands in the calling thread's default stream, in order", source: "Stream synchronization behavior: per-thread default stream") {
      let target = try Words(16, fill: 1), other = try Words(16, fill: 0x0505_0505)
      try ok(launch(basic.kernel("add"), dim(1), dim(16), stream: streamPerThread, other.pointer, Int32(16), Int32(0)))
      try ok(use(target, other))
      try ok(launch(basic.kernel("add"), dim(1), dim(16), stream: streamPerThread, target.pointer, Int32(16), Int32(1)))
      try ok(cudaStreamSynchronize(streamPerThread))
      try target.expect(all: 0x0505_0506, "the words")
    }
  }
}
