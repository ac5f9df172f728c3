// Events: making, recording, asking, waiting, timing.
import CConformance
import Glibc

func eventCases() {
  let makers: [(String, (UnsafeMutablePointer<cudaEvent_t?>?) throws -> cudaError_t)] = [
    ("cudaEventCreate", { try cudaEventCreate($0) }), ("cudaEventCreateWithFlags", { try cudaEventCreateWithFlags($0, cudaEventDisableTiming) }),
  ]
  for (name, make) in makers {
    test(name, .success, "makes an event that marks a place in a stream", source: name, touches: ["cudaEventRecord", "cudaEventQuery", "cudaEventDestroy"]) {
      var event: cudaEvent_t?
      try ok(make(&event))
      let stream = try makeStream(), hold = try Hold(stream)
      try ok(cudaEventRecord(event, stream))
      try expect(cudaEventQuery(event), cudaErrorNotReady)
      hold.release()
      try ok(cudaEventSynchronize(event))
      try ok(cudaEventQuery(event))
      try ok(cudaEventDestroy(event))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .error, "refuses a null place", source: "\(name), Returns: cudaErrorInvalidValue") { try fails(make(nil), cudaErrorInvalidValue) }
    test(name, .success, "makes thousands of events that are all different", source: name, touches: ["cudaEventDestroy"]) {
      var events: [cudaEvent_t?] = []
      for _ in 0..<2000 {
        var event: cudaEvent_t?
        try ok(make(&event))
        events.append(event)
        try ok(cudaEventRecord(event, nil))
      }
      try equal(Set(events.map { UInt(bitPattern: $0) }).count, 2000, "different handles")
      for event in events { try ok(cudaEventSynchronize(event)) }
      for event in events { try ok(cudaEventDestroy(event)) }
    }
  }
  test("cudaEventCreateWithFlags", .error, "refuses flags that are none, and interprocess events that keep time", source: "cudaEventCreateWithFlags, Returns: cudaErrorInvalidValue") {
    var event: cudaEvent_t?
    try fails(cudaEventCreateWithFlags(&event, 0x100), cudaErrorInvalidValue)
    try fails(cudaEventCreateWithFlags(&event, cudaEventInterprocess), cudaErrorInvalidValue)
  }
  test("cudaEventCreateWithFlags", .success, "makes an event whose waiter sleeps", source: "cudaEventCreateWithFlags: cudaEventBlockingSync", touches: ["cudaEventSynchronize"]) {
    let event = try makeEvent(cudaEventBlockingSync), words = try Words(1, fill: 0), flag = try Flag()
    for _ in 0..<100 { try ok(launch(basic.kernel("count"), dim(8), dim(64), words.pointer)) }
    try ok(cudaMemcpyAsync(flag.host, words.pointer, 4, cudaMemcpyDeviceToHost, nil))
    try ok(cudaEventRecord(event, nil))
    try ok(cudaEventSynchronize(event))
    try equal(flag.value, 51200, "what was counted before the event")
    try ok(cudaEventDestroy(event))
  }

  typealias Record = (cudaEvent_t?, cudaStream_t?) throws -> cudaError_t
  for (name, record) in [("cudaEventRecord", { try cudaEventRecord($0, $1) }), ("cudaEventRecordWithFlags", { try cudaEventRecordWithFlags($0, $1, cudaEventRecordDefault) })] as [(String, Record)] {
    test(name, .success, "is reached when everything before it has ended", source: name, touches: ["cudaEventSynchronize"]) {
      let stream = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1, fill: 0), flag = try Flag()
      for _ in 0..<100 { try ok(launch(basic.kernel("count"), dim(4), dim(64), stream: stream, words.pointer)) }
      try ok(cudaMemcpyAsync(flag.host, words.pointer, 4, cudaMemcpyDeviceToHost, stream))
      try ok(record(event, stream))
      try ok(cudaEventSynchronize(event))
      try equal(flag.value, 25600, "what was counted before the event")
      try ok(cudaEventDestroy(event))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .interaction, "moves an event that was recorded before", source: "\(name): may be called several times; the latest counts") {
      let stream = try makeStream(cudaStreamNonBlocking), event = try makeEvent()
      try ok(record(event, stream))
      try ok(cudaEventSynchronize(event))
      let hold = try Hold(stream)
      try ok(record(event, stream))
      try expect(cudaEventQuery(event), cudaErrorNotReady)
      hold.release()
      try ok(cudaEventSynchronize(event))
      try ok(cudaEventDestroy(event))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .error, "refuses a null event", source: "\(name), Returns: cudaErrorInvalidResourceHandle") { try fails(record(nil, nil), cudaErrorInvalidResourceHandle) }
    test(name, .error, "refuses a stream of another device", source: "\(name): event and stream must be of the same context") {
      try needsDevices(2)
      try ok(cudaSetDevice(1))
      let stream = try makeStream()
      try ok(cudaSetDevice(0))
      let event = try makeEvent()
      try fails(record(event, stream), cudaErrorInvalidResourceHandle)
      try ok(cudaEventDestroy(event))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .interaction, "in the legacy default stream is reached after the blocking streams' work", source: "Stream synchronization behavior", .legacy) {
      let stream = try makeStream(), event = try makeEvent(), hold = try Hold(stream)
      try ok(record(event, nil))
      try expect(cudaEventQuery(event), cudaErrorNotReady)
      hold.release()
      try ok(cudaEventSynchronize(event))
      try ok(cudaStreamQuery(stream))
      try ok(cudaEventDestroy(event))
      try ok(cudaStreamDestroy(stream))
    }
  }
  test("cudaEventRecordWithFlags", .error, "refuses flags that are none", source: "cudaEventRecordWithFlags, Returns: cudaErrorInvalidValue") {
    let event = try makeEvent()
    try fails(cudaEventRecordWithFlags(event, nil, 0x80), cudaErrorInvalidValue)
    try ok(cudaEventDestroy(event))
  }
  test("cudaEventQuery", .edge, "is success for an event that was never recorded", source: "cudaEventQuery: or if cudaEventRecord has not been called", touches: ["cudaEventSynchronize"]) {
    let event = try makeEvent()
    try ok(cudaEventQuery(event))
    try ok(cudaEventSynchronize(event))
    var time: Float = 0
    try fails(cudaEventElapsedTime(&time, event, event), cudaErrorInvalidResourceHandle)
    try ok(cudaEventDestroy(event))
  }
  test("cudaEventQuery", .success, "is not ready while a kernel before it runs", source: "cudaEventQuery, Returns: cudaErrorNotReady") {
    let event = try makeEvent(), stream = try makeStream(), hold = try Hold(stream)
    try ok(cudaEventRecord(event, stream))
    for _ in 0..<10 { try expect(cudaEventQuery(event), cudaErrorNotReady) }
    try expect(cudaGetLastError(), cudaSuccess, "not ready is no error")
    hold.release()
    try ok(cudaEventSynchronize(event))
    try ok(cudaEventQuery(event))
    try ok(cudaEventDestroy(event))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaEventQuery", .error, "refuses a null event", source: "cudaEventQuery, Returns: cudaErrorInvalidResourceHandle") { try fails(cudaEventQuery(nil), cudaErrorInvalidResourceHandle) }
  test("cudaEventSynchronize", .error, "refuses a null event", source: "cudaEventSynchronize, Returns: cudaErrorInvalidResourceHandle") { try fails(cudaEventSynchronize(nil), cudaErrorInvalidResourceHandle) }
  test("cudaEventSynchronize", .interaction, "waits in eight threads for one event", source: "cudaEventSynchronize; CUDA runtime functions are thread-safe") {
    let event = try makeEvent(), stream = try makeStream(), flag = try Flag(), words = try Words(1, fill: 3)
    for _ in 0..<50 { try ok(launch(basic.kernel("count"), dim(4), dim(64), stream: stream, words.pointer)) }
    try ok(cudaMemcpyAsync(flag.host, words.pointer, 4, cudaMemcpyDeviceToHost, stream))
    try ok(cudaEventRecord(event, stream))
    try onThreads(8) { _ in
      try ok(cudaEventSynchronize(event))
      try equal(flag.value, 12803, "what was there after the event")
    }
    try ok(cudaEventDestroy(event))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaEventSynchronize", .error, "reports a trap in a kernel before it", source: "cudaEventSynchronize: errors from previous, asynchronous launches", .alone) {
    let event = try makeEvent()
    try ok(launch(basic.kernel("trapping")))
    try ok(cudaEventRecord(event, nil))
    try expect(cudaEventSynchronize(event), cudaErrorLaunchFailure)
  }
  test("cudaEventDestroy", .error, "refuses a null event", source: "cudaEventDestroy, Returns: cudaErrorInvalidResourceHandle") { try fails(cudaEventDestroy(nil), cudaErrorInvalidResourceHandle) }
  test("cudaEventDestroy", .interaction, "lets a recorded event that is not reached go", source: "cudaEventDestroy: returns before completion; resources are released at completion") {
    let event = try makeEvent(), stream = try makeStream(), hold = try Hold(stream), words = try Words(4, fill: 1)
    try ok(cudaEventRecord(event, stream))
    try ok(cudaEventDestroy(event))
    try ok(launch(basic.kernel("add"), dim(1), dim(4), stream: stream, words.pointer, Int32(4), Int32(1)))
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 2, "the stream went on")
    try ok(cudaStreamDestroy(stream))
  }

  typealias Elapsed = (UnsafeMutablePointer<Float>?, cudaEvent_t?, cudaEvent_t?) throws -> cudaError_t
  for (name, elapsed) in [("cudaEventElapsedTime", { try cudaEventElapsedTime($0, $1, $2) }), ("cudaEventElapsedTime_v2", { try cudaEventElapsedTime_v2($0, $1, $2) })] as [(String, Elapsed)] {
    test(name, .success, "gives the milliseconds between two events", source: name) {
      let start = try makeEvent(), end = try makeEvent(), stream = try makeStream()
      let flag = try Flag()
      try ok(cudaEventRecord(start, stream))
      try ok(launch(basic.kernel("hold"), stream: stream, flag.device))
      try ok(cudaEventRecord(end, stream))
      let before = now()
      usleep(30_000)
      flag.value = 1
      try ok(cudaEventSynchronize(end))
      let least = 29.0, most = (now() - before) * 1000 + 5000
      var time: Float = -1
      try ok(elapsed(&time, start, end))
      // The kernel was held for 30 ms of the host's clock.
      try check(Double(time) > least * 0.5 && Double(time) < most, "the time that the kernel was held (30 ms or more), not \(time)")
      try ok(cudaEventDestroy(start))
      try ok(cudaEventDestroy(end))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .edge, "is negative from the later to the earlier event", source: "\(name): end minus start") {
      let start = try makeEvent(), end = try makeEvent(), flag = try Flag()
      try ok(cudaEventRecord(start, nil))
      try ok(launch(basic.kernel("hold"), flag.device))
      try ok(cudaEventRecord(end, nil))
      usleep(5000)
      flag.value = 1
      try ok(cudaDeviceSynchronize())
      var forward: Float = 0, backward: Float = 0
      try ok(elapsed(&forward, start, end))
      try ok(elapsed(&backward, end, start))
      try check(forward > 0 && abs(forward + backward) < 0.01, "\(forward) and its negative, not \(backward)")
      try ok(cudaEventDestroy(start))
      try ok(cudaEventDestroy(end))
    }
    test(name, .error, "is not ready while one of them is not reached", source: "\(name), Returns: cudaErrorNotReady") {
      let start = try makeEvent(), end = try makeEvent(), stream = try makeStream()
      try ok(cudaEventRecord(start, stream))
      let hold = try Hold(stream)
      try ok(cudaEventRecord(end, stream))
      var time: Float = 0
      try expect(elapsed(&time, start, end), cudaErrorNotReady)
      hold.release()
      try ok(cudaStreamSynchronize(stream))
      try ok(elapsed(&time, start, end))
      _ = try cudaGetLastError()
      try ok(cudaEventDestroy(start))
      try ok(cudaEventDestroy(end))
      try ok(cudaStreamDestroy(stream))
    }
    test(name, .error, "refuses events that were not recorded or keep no time, and a null place", source: "\(name), Returns: cudaErrorInvalidResourceHandle") {
      let start = try makeEvent(), end = try makeEvent(), untimed = try makeEvent(cudaEventDisableTiming)
      var time: Float = 0
      try fails(elapsed(&time, start, end), cudaErrorInvalidResourceHandle)
      for event in [start, end, untimed] { try ok(cudaEventRecord(event, nil)) }
      try ok(cudaDeviceSynchronize())
      try fails(elapsed(&time, start, untimed), cudaErrorInvalidResourceHandle)
      try fails(elapsed(nil, start, end), cudaErrorInvalidValue)
      try ok(elapsed(&time, start, end))
      for event in [start, end, untimed] { try ok(cudaEventDestroy(event)) }
    }
  }
}
