// Execution contexts: multiprocessors as a resource, its splits, green contexts and their streams.
import CConformance
import Glibc

private func whole() throws -> cudaDevResource {
  var resource = cudaDevResource()
  try ok(cudaDeviceGetDevResource(0, &resource, cudaDevResourceTypeSm), "cudaDeviceGetDevResource")
  return resource
}

/// One group of at least so many multiprocessors.
private func group(_ minimum: UInt32) throws -> cudaDevResource {
  var input = try whole(), result = cudaDevResource(), count: UInt32 = 1
  try ok(cudaDevSmResourceSplitByCount(&result, &count, &input, nil, 0, minimum), "cudaDevSmResourceSplitByCount")
  try equal(count, 1, "groups")
  return result
}

private func green(_ resource: cudaDevResource) throws -> cudaExecutionContext_t {
  var resource = resource, description: cudaDevResourceDesc_t?, context: cudaExecutionContext_t?
  try ok(cudaDevResourceGenerateDesc(&description, &resource, 1), "cudaDevResourceGenerateDesc")
  try ok(cudaGreenCtxCreate(&context, description, 0, 0), "cudaGreenCtxCreate")
  return try some(context, "the green context")
}

private func stream(_ context: cudaExecutionContext_t, _ flags: UInt32 = 0) throws -> cudaStream_t {
  var stream: cudaStream_t?
  try ok(cudaExecutionCtxStreamCreate(&stream, context, flags, 0), "cudaExecutionCtxStreamCreate")
  return try some(stream, "the stream")
}

private func primary() throws -> cudaExecutionContext_t {
  var context: cudaExecutionContext_t?
  try ok(cudaDeviceGetExecutionCtx(&context, 0), "cudaDeviceGetExecutionCtx")
  return try some(context, "the device's context")
}

/// Writes %smid of each block.
nonisolated(unsafe) private let places = Module(
  """
  .version 7.0
  .target sm_70
  .address_size 64
  .visible .entry place(.param .u64 p, .param .u32 turns) {
    .reg .pred %q; .reg .b32 %r<4>; .reg .b64 %p, %o;
    ld.param.u64 %p, [p]; ld.param.u32 %r3, [turns];
    mov.u32 %r1, %ctaid.x; mov.u32 %r2, %smid;
    mul.wide.u32 %o, %r1, 4; add.u64 %p, %p, %o; st.global.u32 [%p], %r2;
  again:
    setp.eq.u32 %q, %r3, 0; @%q bra done;
    sub.u32 %r3, %r3, 1; bar.sync 0; bra again;
  done:
    ret;
  }
  """, kernels: ["place"])

private func multiprocessors(of stream: cudaStream_t) throws -> Set<UInt32> {
  let words = try Words(600, fill: .max)
  try ok(launch(places.kernel("place"), dim(600), dim(64), stream: stream, words.pointer, UInt32(500)))
  return Set(try words.read())
}

func executionContextCases() {
  test("cudaDeviceGetDevResource", .success, "counts the device's multiprocessors", source: "cudaDeviceGetDevResource", touches: ["cudaDeviceGetAttribute"]) {
    let resource = try whole()
    try equal(resource.type, cudaDevResourceTypeSm, "the type")
    try equal(Int(resource.sm.smCount), try attribute(cudaDevAttrMultiProcessorCount), "multiprocessors")
    try check(resource.sm.minSmPartitionSize > 0 && resource.sm.smCoscheduledAlignment > 0, "a least size and an alignment")
  }
  test("cudaDeviceGetDevResource", .error, "refuses what is no type, device or place", source: "cudaDeviceGetDevResource, Returns") {
    var resource = cudaDevResource()
    try fails(cudaDeviceGetDevResource(0, &resource, cudaDevResourceTypeInvalid), cudaErrorInvalidResourceType)
    try fails(cudaDeviceGetDevResource(0, &resource, cudaDevResourceType(rawValue: 5)), cudaErrorInvalidResourceType)
    try fails(cudaDeviceGetDevResource(99, &resource, cudaDevResourceTypeSm), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetDevResource(0, nil, cudaDevResourceTypeSm), cudaErrorInvalidValue)
  }
  test("cudaDevSmResourceSplitByCount", .success, "makes equal groups of at least the wanted size, and a rest", source: "cudaDevSmResourceSplitByCount") {
    var input = try whole(), groups = [cudaDevResource](repeating: cudaDevResource(), count: 2), rest = cudaDevResource(), count: UInt32 = 2
    try ok(cudaDevSmResourceSplitByCount(&groups, &count, &input, &rest, 0, 8))
    try equal(count, 2, "groups")
    try check(groups[0].sm.smCount >= 8 && groups[0].sm.smCount == groups[1].sm.smCount, "two equal groups of 8 or more")
    try equal(groups[0].sm.smCount * 2 + rest.sm.smCount, input.sm.smCount, "all multiprocessors")
  }
  test("cudaDevSmResourceSplitByCount", .success, "counts the groups that could be made where there is no place for them", source: "cudaDevSmResourceSplitByCount: result may be NULL") {
    var input = try whole(), few: UInt32 = 0, many: UInt32 = 0
    try ok(cudaDevSmResourceSplitByCount(nil, &few, &input, nil, 0, input.sm.smCount))
    try equal(few, 1, "groups of everything")
    try ok(cudaDevSmResourceSplitByCount(nil, &many, &input, nil, 0, 8))
    try check(many > 1 && many <= input.sm.smCount / 8, "several groups of 8")
  }
  test("cudaDevSmResourceSplitByCount", .error, "refuses more than there is, and results that were split", source: "cudaDevSmResourceSplitByCount") {
    var input = try whole(), result = cudaDevResource(), again = cudaDevResource(), count: UInt32 = 1
    try fails(cudaDevSmResourceSplitByCount(&result, &count, &input, nil, 0, input.sm.smCount + 1), cudaErrorInvalidResourceConfiguration)
    count = 1
    try ok(cudaDevSmResourceSplitByCount(&result, &count, &input, nil, 0, 8))
    try fails(cudaDevSmResourceSplitByCount(&again, &count, &result, nil, 0, 4), cudaErrorInvalidResourceConfiguration)
  }
  test("cudaDevSmResourceSplitByCount", .error, "refuses null places, no groups, other types and two flags at once", source: "cudaDevSmResourceSplitByCount, Returns") {
    var input = try whole(), result = cudaDevResource(), empty = cudaDevResource(), count: UInt32 = 1
    try fails(cudaDevSmResourceSplitByCount(&result, nil, &input, nil, 0, 8), cudaErrorInvalidValue)
    try fails(cudaDevSmResourceSplitByCount(&result, &count, nil, nil, 0, 8), cudaErrorInvalidValue)
    try fails(cudaDevSmResourceSplitByCount(&result, &count, &empty, nil, 0, 8), cudaErrorInvalidResourceType)
    try fails(cudaDevSmResourceSplitByCount(&result, &count, &input, nil, 3, 8), cudaErrorInvalidValue)
    count = 0
    try fails(cudaDevSmResourceSplitByCount(&result, &count, &input, nil, 0, 8), cudaErrorInvalidValue)
  }
  test("cudaDevSmResourceSplit", .success, "makes groups of different sizes, and says what a group of unnamed size got", source: "cudaDevSmResourceSplit, Example 3") {
    var input = try whole(), groups = [cudaDevResource](repeating: cudaDevResource(), count: 2), rest = cudaDevResource()
    var wishes = [cudaDevSmResourceGroupParams](repeating: cudaDevSmResourceGroupParams(), count: 2)
    wishes[0].smCount = 8
    wishes[0].coscheduledSmCount = 2
    wishes[1].coscheduledSmCount = 2
    wishes[1].flags = cudaDevSmResourceGroupBackfill.rawValue
    let answer = try cudaDevSmResourceSplit(&groups, 2, &input, &rest, 0, &wishes)
    if answer == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than CUDA 13.1") }
    try ok(answer)
    try equal(groups[0].sm.smCount, 8, "the first group")
    try equal(groups[1].sm.smCount, wishes[1].smCount, "the second group, as it is written back")
    try equal(groups[0].sm.smCount + groups[1].sm.smCount + rest.sm.smCount, input.sm.smCount, "all multiprocessors")
  }
  test("cudaDevSmResourceSplit", .error, "refuses counts that are odd or too large, flags and null", source: "cudaDevSmResourceSplit") {
    var input = try whole(), result = cudaDevResource(), wish = cudaDevSmResourceGroupParams()
    wish.smCount = 7
    wish.coscheduledSmCount = 2
    let answer = try cudaDevSmResourceSplit(&result, 1, &input, nil, 0, &wish)
    if answer == cudaErrorCallRequiresNewerDriver { throw Skip("the driver is older than CUDA 13.1") }
    try expect(answer, cudaErrorInvalidResourceConfiguration)
    wish.smCount = (input.sm.smCount + 2) & ~1
    try expect(cudaDevSmResourceSplit(&result, 1, &input, nil, 0, &wish), cudaErrorInvalidResourceConfiguration)
    wish.smCount = 8
    try expect(cudaDevSmResourceSplit(&result, 1, &input, nil, 1, &wish), cudaErrorInvalidValue)
    try expect(cudaDevSmResourceSplit(&result, 1, nil, nil, 0, &wish), cudaErrorInvalidValue)
  }
  test("cudaDevResourceGenerateDesc", .success, "takes both groups of one split together", source: "cudaDevResourceGenerateDesc", touches: ["cudaExecutionCtxGetDevResource"]) {
    var input = try whole(), groups = [cudaDevResource](repeating: cudaDevResource(), count: 2), count: UInt32 = 2
    try ok(cudaDevSmResourceSplitByCount(&groups, &count, &input, nil, 0, 8))
    var description: cudaDevResourceDesc_t?, context: cudaExecutionContext_t?, resource = cudaDevResource()
    try ok(cudaDevResourceGenerateDesc(&description, &groups, 2))
    try ok(cudaGreenCtxCreate(&context, description, 0, 0))
    try ok(cudaExecutionCtxGetDevResource(context, &resource, cudaDevResourceTypeSm))
    try equal(resource.sm.smCount, groups[0].sm.smCount * 2, "multiprocessors of both")
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaDevResourceGenerateDesc", .error, "refuses null and resources that are none", source: "cudaDevResourceGenerateDesc, Returns") {
    var resource = try group(8), empty = cudaDevResource(), description: cudaDevResourceDesc_t?
    try fails(cudaDevResourceGenerateDesc(nil, &resource, 1), cudaErrorInvalidValue)
    try fails(cudaDevResourceGenerateDesc(&description, nil, 1), cudaErrorInvalidValue)
    try fails(cudaDevResourceGenerateDesc(&description, &empty, 1), cudaErrorInvalidResourceType)
  }
  test("cudaGreenCtxCreate", .success, "makes a context whose streams run on its multiprocessors only", source: "Green Contexts", touches: ["cudaExecutionCtxStreamCreate", "cudaDevSmResourceSplitByCount"]) {
    var input = try whole(), groups = [cudaDevResource](repeating: cudaDevResource(), count: 2), count: UInt32 = 2
    try ok(cudaDevSmResourceSplitByCount(&groups, &count, &input, nil, 0, 8))
    let first = try green(groups[0]), second = try green(groups[1])
    let here = try multiprocessors(of: stream(first)), there = try multiprocessors(of: stream(second))
    // A driver may number multiprocessors so that some share a number; never are there more than the context has.
    try check(here.count <= Int(groups[0].sm.smCount) && there.count <= Int(groups[1].sm.smCount) && !here.contains(.max), "at most \(groups[0].sm.smCount) multiprocessors, got \(here.count) and \(there.count)")
    try ok(cudaExecutionCtxDestroy(first))
    try ok(cudaExecutionCtxDestroy(second))
  }
  test("cudaGreenCtxCreate", .error, "refuses null, other devices and flags", source: "cudaGreenCtxCreate, Returns") {
    var resource = try group(8), description: cudaDevResourceDesc_t?, context: cudaExecutionContext_t?
    try ok(cudaDevResourceGenerateDesc(&description, &resource, 1))
    try fails(cudaGreenCtxCreate(nil, description, 0, 0), cudaErrorInvalidValue)
    try fails(cudaGreenCtxCreate(&context, nil, 0, 0), cudaErrorInvalidValue)
    try fails(cudaGreenCtxCreate(&context, description, 99, 0), cudaErrorInvalidDevice)
    try fails(cudaGreenCtxCreate(&context, description, 0, 1), cudaErrorInvalidValue)
  }
  test("cudaExecutionCtxDestroy", .success, "leaves its streams with nothing but that answer", source: "cudaExecutionCtxDestroy: later calls with its streams return cudaErrorContextIsDestroyed", touches: ["cudaStreamQuery"]) {
    let context = try green(group(8)), its = try stream(context)
    try ok(cudaStreamSynchronize(its))
    try ok(cudaExecutionCtxDestroy(context))
    try fails(cudaStreamQuery(its), cudaErrorContextIsDestroyed)
    try fails(cudaStreamSynchronize(its), cudaErrorContextIsDestroyed)
  }
  test("cudaExecutionCtxDestroy", .error, "refuses null and the device's own context", source: "cudaExecutionCtxDestroy; cudaDeviceGetExecutionCtx") {
    try fails(cudaExecutionCtxDestroy(nil), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxDestroy(primary()), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetExecutionCtx", .success, "gives one context for the device", source: "cudaDeviceGetExecutionCtx") {
    try check(primary() == primary(), "one handle")
  }
  test("cudaDeviceGetExecutionCtx", .error, "refuses null and what is no device", source: "cudaDeviceGetExecutionCtx, Returns") {
    var context: cudaExecutionContext_t?
    try fails(cudaDeviceGetExecutionCtx(nil, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetExecutionCtx(&context, 99), cudaErrorInvalidDevice)
  }
  test("cudaExecutionCtxGetDevResource", .success, "says what a context has", source: "cudaExecutionCtxGetDevResource") {
    let part = try group(8), context = try green(part)
    var resource = cudaDevResource()
    try ok(cudaExecutionCtxGetDevResource(context, &resource, cudaDevResourceTypeSm))
    try equal(resource.sm.smCount, part.sm.smCount, "a green context's multiprocessors")
    try ok(cudaExecutionCtxGetDevResource(primary(), &resource, cudaDevResourceTypeSm))
    try equal(resource.sm.smCount, whole().sm.smCount, "the device's")
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaExecutionCtxGetDevResource", .error, "refuses null and what is no type", source: "cudaExecutionCtxGetDevResource, Returns") {
    var resource = cudaDevResource()
    try fails(cudaExecutionCtxGetDevResource(nil, &resource, cudaDevResourceTypeSm), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxGetDevResource(primary(), nil, cudaDevResourceTypeSm), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxGetDevResource(primary(), &resource, cudaDevResourceTypeInvalid), cudaErrorInvalidResourceType)
  }
  test("cudaExecutionCtxGetDevice", .success, "says whose context it is", source: "cudaExecutionCtxGetDevice") {
    var device: Int32 = -1
    try ok(cudaExecutionCtxGetDevice(&device, primary()))
    try equal(device, 0, "the device")
    try fails(cudaExecutionCtxGetDevice(nil, primary()), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxGetDevice(&device, nil), cudaErrorInvalidValue)
  }
  test("cudaExecutionCtxGetId", .success, "tells contexts apart", source: "cudaExecutionCtxGetId: unique for the life of the program") {
    let first = try green(group(8)), second = try green(group(8))
    var ids: [UInt64] = [0, 0, 0, 0]
    try ok(cudaExecutionCtxGetId(first, &ids[0]))
    try ok(cudaExecutionCtxGetId(second, &ids[1]))
    try ok(cudaExecutionCtxGetId(primary(), &ids[2]))
    try ok(cudaExecutionCtxGetId(first, &ids[3]))
    try check(Set(ids[0..<3]).count == 3 && ids[0] == ids[3], "three ids, each its own: \(ids)")
    try fails(cudaExecutionCtxGetId(nil, &ids[0]), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxGetId(first, nil), cudaErrorInvalidValue)
    try ok(cudaExecutionCtxDestroy(first))
    try ok(cudaExecutionCtxDestroy(second))
  }
  test("cudaExecutionCtxStreamCreate", .success, "makes non-blocking streams in a green context whatever the flags say", source: "cudaExecutionCtxStreamCreate, cudaStreamDefault", touches: ["cudaStreamGetFlags"]) {
    let context = try green(group(8))
    var flags: UInt32 = 9
    try ok(cudaStreamGetFlags(stream(context), &flags))
    try equal(flags, cudaStreamNonBlocking, "flags in a green context")
    try ok(cudaStreamGetFlags(stream(primary()), &flags))
    try equal(flags, cudaStreamDefault, "flags in the device's context")
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaExecutionCtxStreamCreate", .error, "refuses null and unknown flags", source: "cudaExecutionCtxStreamCreate, Returns") {
    var made: cudaStream_t?
    try fails(cudaExecutionCtxStreamCreate(nil, primary(), 0, 0), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxStreamCreate(&made, nil, 0, 0), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxStreamCreate(&made, primary(), 7, 0), cudaErrorInvalidValue)
  }
  test("cudaExecutionCtxSynchronize", .success, "waits for the context's work", source: "cudaExecutionCtxSynchronize") {
    let context = try green(group(8)), its = try stream(context), flag = try Flag(), words = try Words(1, fill: 0)
    try ok(launch(basic.kernel("iota"), dim(1), dim(1), stream: its, words.pointer, UInt32(1), UInt32(5)))
    try ok(cudaExecutionCtxSynchronize(context))
    try ok(cudaStreamQuery(its))
    try words.expect(all: 5, "what the kernel wrote")
    try fails(cudaExecutionCtxSynchronize(nil), cudaErrorInvalidValue)
    try ok(cudaExecutionCtxDestroy(context))
    flag.value = 0
  }
  test("cudaExecutionCtxRecordEvent", .interaction, "comes after all that the context's streams were given", source: "cudaExecutionCtxRecordEvent", touches: ["cudaEventQuery"]) {
    let context = try green(group(8)), first = try stream(context), second = try stream(context), event = try makeEvent()
    try ok(cudaStreamQuery(second))
    let hold = try Hold(first)
    try ok(cudaExecutionCtxRecordEvent(context, event))
    try expect(cudaEventQuery(event), cudaErrorNotReady)
    hold.release()
    try ok(cudaEventSynchronize(event))
    try ok(cudaStreamQuery(first))
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaExecutionCtxRecordEvent", .error, "refuses null", source: "cudaExecutionCtxRecordEvent, Returns") {
    try fails(cudaExecutionCtxRecordEvent(nil, makeEvent()), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxRecordEvent(primary(), nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaExecutionCtxWaitEvent", .interaction, "holds back what the context's streams are given later", source: "cudaExecutionCtxWaitEvent", touches: ["cudaEventRecord"]) {
    let context = try green(group(8)), its = try stream(context), other = try makeStream(cudaStreamNonBlocking), event = try makeEvent(), words = try Words(1, fill: 0)
    try ok(cudaDeviceSynchronize())
    let hold = try Hold(other)
    try ok(cudaEventRecord(event, other))
    try ok(cudaExecutionCtxWaitEvent(context, event))
    try ok(launch(basic.kernel("iota"), dim(1), dim(1), stream: its, words.pointer, UInt32(1), UInt32(5)))
    let later = try stream(context)
    try ok(launch(basic.kernel("iota"), dim(1), dim(1), stream: later, words.pointer, UInt32(1), UInt32(5)))
    usleep(20_000)
    try expect(cudaStreamQuery(its), cudaErrorNotReady)
    hold.release()
    try ok(cudaStreamSynchronize(its))
    try ok(cudaStreamSynchronize(later))
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaExecutionCtxWaitEvent", .error, "refuses null", source: "cudaExecutionCtxWaitEvent, Returns") {
    try fails(cudaExecutionCtxWaitEvent(nil, makeEvent()), cudaErrorInvalidValue)
    try fails(cudaExecutionCtxWaitEvent(primary(), nil), cudaErrorInvalidResourceHandle)
  }
  test("cudaStreamGetDevResource", .success, "says on what a stream runs", source: "cudaStreamGetDevResource") {
    let part = try group(8), context = try green(part)
    var resource = cudaDevResource()
    try ok(cudaStreamGetDevResource(stream(context), &resource, cudaDevResourceTypeSm))
    try equal(resource.sm.smCount, part.sm.smCount, "multiprocessors of a green context's stream")
    try ok(cudaStreamGetDevResource(nil, &resource, cudaDevResourceTypeSm))
    try equal(resource.sm.smCount, whole().sm.smCount, "of the null stream")
    try ok(cudaExecutionCtxDestroy(context))
  }
  test("cudaStreamGetDevResource", .error, "knows multiprocessors only", source: "cudaStreamGetDevResource: cudaErrorInvalidResourceType") {
    var resource = cudaDevResource()
    try fails(cudaStreamGetDevResource(nil, &resource, cudaDevResourceTypeWorkqueueConfig), cudaErrorInvalidResourceType)
    try fails(cudaStreamGetDevResource(nil, &resource, cudaDevResourceTypeWorkqueue), cudaErrorInvalidResourceType)
    try fails(cudaStreamGetDevResource(nil, nil, cudaDevResourceTypeSm), cudaErrorInvalidValue)
  }
}
