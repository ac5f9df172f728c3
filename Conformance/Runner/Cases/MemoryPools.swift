// Memory pools and stream-ordered allocation: reuse rules, attributes, the current pool, limits.  Who may reach a pool's memory:
// MemoryPoolAccess.swift.
// Which error where the documentation names several: as NVIDIA's library answers on an H100.
import CConformance
import Glibc

func poolPlace(_ type: cudaMemLocationType, _ id: Int32 = 0) -> cudaMemLocation {
  var location = cudaMemLocation()
  location.type = type
  location.id = id
  return location
}

func poolProperties(
  _ type: cudaMemLocationType = cudaMemLocationTypeDevice, _ id: Int32 = 0, kind: cudaMemAllocationType = cudaMemAllocationTypePinned,
  handles: UInt32 = 0, limit: Int = 0
) -> cudaMemPoolProps {
  var p = cudaMemPoolProps()
  p.allocType = kind
  p.handleTypes = cudaMemAllocationHandleType(rawValue: handles)
  p.location = poolPlace(type, id)
  p.maxSize = limit
  return p
}

/// A pool of the case's own, destroyed with the value.
final class Pool {
  let pool: cudaMemPool_t
  private var isGone = false
  init(_ p: cudaMemPoolProps? = nil) throws {
    var p = p ?? poolProperties(), made: cudaMemPool_t?
    try ok(cudaMemPoolCreate(&made, &p), "cudaMemPoolCreate")
    pool = try some(made, "the pool")
  }
  deinit { if !isGone { _ = try? cudaMemPoolDestroy(pool) } }
  func destroy() throws {
    isGone = true
    try ok(cudaMemPoolDestroy(pool), "cudaMemPoolDestroy")
  }
  func allocate(_ bytes: Int, _ stream: cudaStream_t?) throws -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocFromPoolAsync(&pointer, bytes, pool, stream), "cudaMallocFromPoolAsync of \(bytes)")
    return try some(pointer, "the memory")
  }
  func bytes(_ attribute: cudaMemPoolAttr) throws -> UInt64 { try poolBytes(pool, attribute) }
  func setFlag(_ attribute: cudaMemPoolAttr, _ value: Int32) throws {
    var value = value
    try ok(cudaMemPoolSetAttribute(pool, attribute, &value), "cudaMemPoolSetAttribute")
  }
}

func poolBytes(_ pool: cudaMemPool_t?, _ attribute: cudaMemPoolAttr) throws -> UInt64 {
  var value: UInt64 = 0xdead
  try ok(cudaMemPoolGetAttribute(pool, attribute, &value), "cudaMemPoolGetAttribute")
  return value
}

func defaultPool() throws -> cudaMemPool_t {
  var pool: cudaMemPool_t?
  try ok(cudaDeviceGetDefaultMemPool(&pool, 0), "cudaDeviceGetDefaultMemPool")
  return try some(pool, "the default pool")
}

private let reuseAttributes = [cudaMemPoolReuseFollowEventDependencies, cudaMemPoolReuseAllowOpportunistic, cudaMemPoolReuseAllowInternalDependencies]

func memoryPoolCases() {
  // MARK: allocation

  test("cudaMallocAsync", .success, "gives memory that work submitted later to the stream writes", source: "cudaMallocAsync: future work submitted into the same stream", touches: ["cudaFreeAsync"]) {
    let stream = try makeStream()
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocAsync(&pointer, 4000, stream))
    let memory = try some(pointer, "the memory")
    try ok(cudaMemsetAsync(memory, 0x5a, 4000, stream))
    var bytes = [UInt8](repeating: 0, count: 4000)
    try ok(cudaMemcpyAsync(&bytes, memory, 4000, cudaMemcpyDeviceToHost, stream))
    try ok(cudaFreeAsync(memory, stream))
    try ok(cudaStreamSynchronize(stream))
    try check(bytes.allSatisfy { $0 == 0x5a }, "what the stream wrote")
  }
  test("cudaMallocAsync", .edge, "gives null for no bytes", source: "cudaMallocAsync; as cudaMalloc of 0 bytes") {
    var pointer = UnsafeMutableRawPointer(bitPattern: 64)
    try ok(cudaMallocAsync(&pointer, 0, makeStream()))
    try equal(pointer, nil, "the pointer")
  }
  test("cudaMallocAsync", .error, "refuses a null place for the pointer", source: "cudaMallocAsync, Returns: cudaErrorInvalidValue") {
    try fails(cudaMallocAsync(nil, 16, makeStream()), cudaErrorInvalidValue)
  }
  test("cudaMallocAsync", .error, "says that memory is exhausted when more is asked than there is", source: "cudaMallocAsync, Returns: cudaErrorOutOfMemory") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMallocAsync(&pointer, 1 << 50, makeStream()), cudaErrorMemoryAllocation)
  }
  test("cudaMallocAsync", .interaction, "counts in the current pool of the stream's device", source: "cudaMallocAsync: the memory pool associated with the stream's device", touches: ["cudaDeviceSetMemPool"]) {
    let pool = try Pool(), stream = try makeStream(), usual = try defaultPool()
    try ok(cudaDeviceSetMemPool(0, pool.pool))
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocAsync(&pointer, 3000, stream))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 3000, "bytes used in the current pool")
    try ok(cudaFreeAsync(pointer, stream))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 0, "bytes used afterwards")
    try ok(cudaDeviceSetMemPool(0, usual))
    try ok(cudaStreamSynchronize(stream))
  }
  test("cudaFreeAsync", .success, "lets the same stream have the memory again at once", source: "cudaFreeAsync: stream ordered", touches: ["cudaMallocAsync"]) {
    let pool = try Pool(), stream = try makeStream(), hold = try Hold(stream)
    let first = try pool.allocate(8192, stream)
    try ok(cudaFreeAsync(first, stream))
    let second = try pool.allocate(8192, stream)
    try equal(second, first, "the second allocation")
    hold.release()
    try ok(cudaFreeAsync(second, stream))
    try ok(cudaStreamSynchronize(stream))
  }
  test("cudaFreeAsync", .success, "frees what cudaMalloc gave", source: "cudaFreeAsync") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 256))
    try ok(cudaFreeAsync(pointer, makeStream()))
    try ok(cudaDeviceSynchronize())
    try fails(cudaFree(pointer), cudaErrorInvalidValue)
  }
  test("cudaFreeAsync", .error, "refuses an address that nobody allocated", source: "cudaFreeAsync, Returns: cudaErrorInvalidValue") {
    try fails(cudaFreeAsync(UnsafeMutableRawPointer(bitPattern: 0x1000), makeStream()), cudaErrorInvalidValue)
  }
  test("cudaFreeAsync", .error, "refuses the middle of an allocation", source: "cudaFreeAsync, Returns: cudaErrorInvalidValue") {
    let pool = try Pool(), stream = try makeStream(), memory = try pool.allocate(4096, stream)
    try fails(cudaFreeAsync(memory + 256, stream), cudaErrorInvalidValue)
    try ok(cudaFreeAsync(memory, stream))
  }
  test("cudaFreeAsync", .error, "refuses memory that was freed before", source: "cudaFreeAsync, Returns: cudaErrorInvalidValue") {
    let pool = try Pool(), stream = try makeStream(), memory = try pool.allocate(4096, stream)
    try ok(cudaFreeAsync(memory, stream))
    try fails(cudaFreeAsync(memory, stream), cudaErrorInvalidValue)
  }
  test("cudaFree", .interaction, "gives a pool's memory back", source: "cudaFree; Stream Ordered Memory Allocator", touches: ["cudaMallocAsync"]) {
    let pool = try Pool(), stream = try makeStream(), memory = try pool.allocate(5000, stream)
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 5000, "bytes used before")
    try ok(cudaFree(memory))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 0, "bytes used after")
    try fails(cudaFree(memory), cudaErrorInvalidValue)
  }

  // MARK: pools of the program's own

  test("cudaMallocFromPoolAsync", .success, "gives the pool's memory, which kernels write", source: "cudaMallocFromPoolAsync", touches: ["cudaMemPoolCreate"]) {
    let pool = try Pool(), stream = try makeStream(), memory = try pool.allocate(1024, stream)
    try ok(launch(basic.kernel("iota"), dim(1), dim(256), stream: stream, memory, Int32(256), Int32(9)))
    var words = [UInt32](repeating: 0, count: 256)
    try ok(cudaMemcpyAsync(&words, memory, 1024, cudaMemcpyDeviceToHost, stream))
    try ok(cudaFreeAsync(memory, stream))
    try ok(cudaStreamSynchronize(stream))
    try expectWords(words, (0..<256).map { $0 + 9 }, "what the kernel wrote")
  }
  test("cudaMallocFromPoolAsync", .error, "refuses a pool that is none", source: "cudaMallocFromPoolAsync, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMallocFromPoolAsync(&pointer, 64, nil, makeStream()), cudaErrorInvalidValue)
  }
  test("cudaMallocFromPoolAsync", .error, "refuses a null place for the pointer", source: "cudaMallocFromPoolAsync, Returns: cudaErrorInvalidValue") {
    let pool = try Pool()
    try fails(cudaMallocFromPoolAsync(nil, 64, pool.pool, makeStream()), cudaErrorInvalidValue)
  }
  test("cudaMallocFromPoolAsync", .error, "does not exceed the pool's limit", source: "cudaMemPoolCreate: maxSize; cudaMallocFromPoolAsync, Returns: cudaErrorOutOfMemory") {
    let pool = try Pool(poolProperties(limit: 64 << 20)), stream = try makeStream()
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMallocFromPoolAsync(&pointer, 256 << 20, pool.pool, stream), cudaErrorMemoryAllocation)
    let small = try pool.allocate(1 << 20, stream)
    try ok(cudaFreeAsync(small, stream))
  }
  test("cudaMemPoolCreate", .success, "makes pools of host memory that the host reads and writes", source: "cudaMemPoolCreate: cudaMemLocationTypeHost") {
    let pool = try Pool(poolProperties(cudaMemLocationTypeHost)), stream = try makeStream(), memory = try pool.allocate(512, stream)
    try ok(cudaStreamSynchronize(stream))
    memory.initializeMemory(as: UInt8.self, repeating: 3, count: 512)
    try equal(memory.load(fromByteOffset: 511, as: UInt8.self), 3, "the host's byte")
    try ok(cudaFreeAsync(memory, stream))
    try ok(cudaStreamSynchronize(stream))
  }
  test("cudaMemPoolCreate", .success, "makes pools of managed memory", source: "cudaMemPoolCreate: cudaMemAllocationTypeManaged", .only13) {
    let pool = try Pool(poolProperties(kind: cudaMemAllocationTypeManaged)), stream = try makeStream(), memory = try pool.allocate(512, stream)
    try ok(cudaMemsetAsync(memory, 7, 512, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(memory.load(fromByteOffset: 100, as: UInt8.self), 7, "the host's view")
    try ok(cudaFreeAsync(memory, stream))
  }
  for (what, p) in [
    ("a device that is not there", poolProperties(cudaMemLocationTypeDevice, 99)),
    ("a kind of allocation that is none", poolProperties(kind: cudaMemAllocationType(rawValue: 0))),
    ("a location that is none", poolProperties(cudaMemLocationType(rawValue: 0))),
    ("handle types that do not exist", poolProperties(handles: 16)),
    ("Windows handles", poolProperties(handles: 2)),
    ("a descriptor for host memory", poolProperties(cudaMemLocationTypeHost, handles: 1)),
    ("the current NUMA node", poolProperties(cudaMemLocationTypeHostNumaCurrent)),
    ("a NUMA node that is not there", poolProperties(cudaMemLocationTypeHostNuma, 99)),
  ] {
    test("cudaMemPoolCreate", .error, "refuses \(what)", source: "cudaMemPoolCreate, Returns: cudaErrorInvalidValue") {
      var p = p, pool: cudaMemPool_t?
      try fails(cudaMemPoolCreate(&pool, &p), cudaErrorInvalidValue)
    }
  }
  test("cudaMemPoolCreate", .error, "refuses a null pointer", source: "cudaMemPoolCreate, Returns: cudaErrorInvalidValue") {
    var p = poolProperties(), pool: cudaMemPool_t?
    try fails(cudaMemPoolCreate(nil, &p), cudaErrorInvalidValue)
    try fails(cudaMemPoolCreate(&pool, nil), cudaErrorInvalidValue)
  }
  test("cudaMemPoolDestroy", .success, "leaves what is allocated until it is freed", source: "cudaMemPoolDestroy: resources are released once there are no more outstanding allocations") {
    let pool = try Pool(), stream = try makeStream(), memory = try pool.allocate(4096, stream)
    try pool.destroy()
    try ok(cudaMemsetAsync(memory, 1, 4096, stream))
    var byte: UInt8 = 0
    try ok(cudaMemcpyAsync(&byte, memory + 4095, 1, cudaMemcpyDeviceToHost, stream))
    try ok(cudaFreeAsync(memory, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(byte, 1, "the byte written after the pool was destroyed")
  }
  test("cudaMemPoolDestroy", .interaction, "makes the default pool current again", source: "cudaMemPoolDestroy: sets the default mempool as the current one", touches: ["cudaDeviceGetMemPool"]) {
    let pool = try Pool()
    try ok(cudaDeviceSetMemPool(0, pool.pool))
    var now: cudaMemPool_t?
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, pool.pool, "the current pool")
    try pool.destroy()
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, try defaultPool(), "the current pool afterwards")
  }
  test("cudaMemPoolDestroy", .error, "refuses the default pool", source: "cudaMemPoolDestroy: a device's default memory pool cannot be destroyed") {
    try fails(cudaMemPoolDestroy(defaultPool()), cudaErrorInvalidValue)
  }
  test("cudaMemPoolDestroy", .error, "refuses null", source: "cudaMemPoolDestroy, Returns: cudaErrorInvalidValue") {
    try fails(cudaMemPoolDestroy(nil), cudaErrorInvalidValue)
  }

  // MARK: reuse

  func withoutReuse(_ keep: cudaMemPoolAttr?) throws -> Pool {
    let pool = try Pool()
    for attribute in reuseAttributes where attribute != keep { try pool.setFlag(attribute, 0) }
    var threshold = UInt64.max
    try ok(cudaMemPoolSetAttribute(pool.pool, cudaMemPoolAttrReleaseThreshold, &threshold))
    return pool
  }
  test("cudaMemPoolSetAttribute", .interaction, "with event dependencies followed, gives a waiting stream what another freed", source: "cudaMemPoolReuseFollowEventDependencies") {
    let pool = try withoutReuse(cudaMemPoolReuseFollowEventDependencies), first = try makeStream(), second = try makeStream(), hold = try Hold(first)
    let memory = try pool.allocate(1 << 20, first)
    try ok(cudaFreeAsync(memory, first))
    let event = try makeEvent(cudaEventDisableTiming)
    try ok(cudaEventRecord(event, first))
    try ok(cudaStreamWaitEvent(second, event, 0))
    try equal(try pool.allocate(1 << 20, second), memory, "the waiting stream's allocation")
    hold.release()
    try ok(cudaFreeAsync(memory, second))
    try ok(cudaDeviceSynchronize())
  }
  test("cudaMemPoolSetAttribute", .interaction, "without any reuse, gives another stream other memory", source: "cudaMemPoolReuseFollowEventDependencies and the two others, disabled") {
    let pool = try withoutReuse(nil), first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking)
    let memory = try pool.allocate(1 << 20, first)
    try ok(cudaFreeAsync(memory, first))
    try ok(cudaStreamSynchronize(first))
    let other = try pool.allocate(1 << 20, second)
    try check(other != memory, "other memory than the first stream freed")
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 1 << 20, "bytes used")
    try ok(cudaFreeAsync(other, second))
    try ok(cudaDeviceSynchronize())
  }
  test("cudaMemPoolSetAttribute", .interaction, "with opportunistic reuse, gives another stream what is certainly free", source: "cudaMemPoolReuseAllowOpportunistic") {
    let pool = try withoutReuse(cudaMemPoolReuseAllowOpportunistic), first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking)
    let memory = try pool.allocate(1 << 20, first)
    try ok(cudaFreeAsync(memory, first))
    try ok(cudaStreamSynchronize(first))
    try equal(try pool.allocate(1 << 20, second), memory, "the other stream's allocation")
    try ok(cudaFreeAsync(memory, second))
    try ok(cudaDeviceSynchronize())
  }
  test("cudaMemPoolSetAttribute", .interaction, "with opportunistic reuse, keeps what another stream still uses", source: "cudaMemPoolReuseAllowOpportunistic: already completed frees") {
    let pool = try withoutReuse(cudaMemPoolReuseAllowOpportunistic), first = try makeStream(cudaStreamNonBlocking), second = try makeStream(cudaStreamNonBlocking)
    let hold = try Hold(first)
    let memory = try pool.allocate(1 << 20, first)
    try ok(cudaFreeAsync(memory, first))
    let other = try pool.allocate(1 << 20, second)
    try check(other != memory, "other memory than the first stream still uses")
    hold.release()
    try ok(cudaFreeAsync(other, second))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 0, "bytes used")
    try ok(cudaDeviceSynchronize())
  }

  // MARK: attributes

  test("cudaMemPoolGetAttribute", .success, "starts with every kind of reuse and no release threshold", source: "enum cudaMemPoolAttr: defaults") {
    let pool = try Pool()
    for attribute in reuseAttributes {
      var value: Int32 = -1
      try ok(cudaMemPoolGetAttribute(pool.pool, attribute, &value))
      try equal(value, 1, "attribute \(attribute.rawValue)")
    }
    for attribute in [cudaMemPoolAttrReleaseThreshold, cudaMemPoolAttrReservedMemCurrent, cudaMemPoolAttrReservedMemHigh, cudaMemPoolAttrUsedMemCurrent, cudaMemPoolAttrUsedMemHigh] {
      try equal(try pool.bytes(attribute), 0, "attribute \(attribute.rawValue)")
    }
  }
  test("cudaMemPoolGetAttribute", .success, "counts what is used and reserved, and the most that was", source: "cudaMemPoolAttrUsedMemCurrent, UsedMemHigh, ReservedMemCurrent, ReservedMemHigh") {
    let pool = try Pool(), stream = try makeStream()
    let a = try pool.allocate(1000, stream), b = try pool.allocate(3000, stream)
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 4000, "bytes used by two allocations")
    try check(try pool.bytes(cudaMemPoolAttrReservedMemCurrent) >= 4000, "at least as much reserved as used")
    try ok(cudaFreeAsync(a, stream))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemCurrent), 3000, "bytes used by one")
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemHigh), 4000, "the most that was used")
    try ok(cudaFreeAsync(b, stream))
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaMemPoolTrimTo(pool.pool, 0))
    try equal(try pool.bytes(cudaMemPoolAttrReservedMemCurrent), 0, "bytes reserved after trimming")
    try check(try pool.bytes(cudaMemPoolAttrReservedMemHigh) >= 4000, "the most that was reserved")
  }
  test("cudaMemPoolSetAttribute", .success, "sets flags and the threshold, and has a high-water mark begin again", source: "cudaMemPoolSetAttribute") {
    let pool = try Pool(), stream = try makeStream()
    try pool.setFlag(cudaMemPoolReuseAllowOpportunistic, 0)
    var flag: Int32 = -1
    try ok(cudaMemPoolGetAttribute(pool.pool, cudaMemPoolReuseAllowOpportunistic, &flag))
    try equal(flag, 0, "the flag")
    var threshold: UInt64 = 123_456_789
    try ok(cudaMemPoolSetAttribute(pool.pool, cudaMemPoolAttrReleaseThreshold, &threshold))
    try equal(try pool.bytes(cudaMemPoolAttrReleaseThreshold), 123_456_789, "the threshold")
    try ok(cudaFreeAsync(pool.allocate(2000, stream), stream))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemHigh), 2000, "the mark before")
    var zero: UInt64 = 0
    try ok(cudaMemPoolSetAttribute(pool.pool, cudaMemPoolAttrUsedMemHigh, &zero))
    try equal(try pool.bytes(cudaMemPoolAttrUsedMemHigh), 0, "the mark after")
  }
  for (what, attribute, value) in [
    ("a high-water mark other than 0", cudaMemPoolAttrUsedMemHigh, 5), ("what is used", cudaMemPoolAttrUsedMemCurrent, 0),
    ("what is reserved", cudaMemPoolAttrReservedMemCurrent, 0), ("an attribute that is none", cudaMemPoolAttr(rawValue: 99), 0),
  ] as [(String, cudaMemPoolAttr, UInt64)] {
    test("cudaMemPoolSetAttribute", .error, "does not set \(what)", source: "cudaMemPoolSetAttribute, Returns: cudaErrorInvalidValue") {
      let pool = try Pool()
      var value = value
      try fails(cudaMemPoolSetAttribute(pool.pool, attribute, &value), cudaErrorInvalidValue)
    }
  }
  test("cudaMemPoolGetAttribute", .error, "refuses an attribute that is none, and null", source: "cudaMemPoolGetAttribute, Returns: cudaErrorInvalidValue") {
    let pool = try Pool()
    var value: UInt64 = 0
    try fails(cudaMemPoolGetAttribute(pool.pool, cudaMemPoolAttr(rawValue: 99), &value), cudaErrorInvalidValue)
    try fails(cudaMemPoolGetAttribute(pool.pool, cudaMemPoolAttrReleaseThreshold, nil), cudaErrorInvalidValue)
    try fails(cudaMemPoolGetAttribute(nil, cudaMemPoolAttrReleaseThreshold, &value), cudaErrorInvalidValue)
  }
  test("cudaStreamSynchronize", .interaction, "gives back what a pool keeps above its threshold", source: "cudaMemPoolAttrReleaseThreshold: on the next call to stream, event or context synchronize", touches: ["cudaFreeAsync"]) {
    let pool = try Pool(), stream = try makeStream(), keeping = try Pool()
    var threshold = UInt64.max
    try ok(cudaMemPoolSetAttribute(keeping.pool, cudaMemPoolAttrReleaseThreshold, &threshold))
    try ok(cudaFreeAsync(pool.allocate(1 << 20, stream), stream))
    try ok(cudaFreeAsync(keeping.allocate(1 << 20, stream), stream))
    try check(try pool.bytes(cudaMemPoolAttrReservedMemCurrent) >= 1 << 20, "the memory kept until then")
    try ok(cudaStreamSynchronize(stream))
    try equal(try pool.bytes(cudaMemPoolAttrReservedMemCurrent), 0, "bytes reserved with threshold 0")
    try check(try keeping.bytes(cudaMemPoolAttrReservedMemCurrent) >= 1 << 20, "the memory below the threshold kept")
  }
  test("cudaMemPoolTrimTo", .success, "gives back what nobody uses, down to a size", source: "cudaMemPoolTrimTo") {
    let pool = try Pool(), stream = try makeStream()
    var threshold = UInt64.max
    try ok(cudaMemPoolSetAttribute(pool.pool, cudaMemPoolAttrReleaseThreshold, &threshold))
    let kept = try pool.allocate(1 << 20, stream)
    try ok(cudaFreeAsync(pool.allocate(64 << 20, stream), stream))
    try ok(cudaStreamSynchronize(stream))
    let before = try pool.bytes(cudaMemPoolAttrReservedMemCurrent)
    try check(before >= 65 << 20, "65 MiB reserved, not \(before)")
    try ok(cudaMemPoolTrimTo(pool.pool, 1 << 40))
    try equal(try pool.bytes(cudaMemPoolAttrReservedMemCurrent), before, "bytes reserved after trimming to more")
    try ok(cudaMemPoolTrimTo(pool.pool, 0))
    let after = try pool.bytes(cudaMemPoolAttrReservedMemCurrent)
    try check(after >= 1 << 20 && after < before, "less reserved, but what is used: \(after)")
    try ok(cudaFreeAsync(kept, stream))
  }
  test("cudaMemPoolTrimTo", .error, "refuses null", source: "cudaMemPoolTrimTo, Returns: cudaErrorInvalidValue") {
    try fails(cudaMemPoolTrimTo(nil, 0), cudaErrorInvalidValue)
  }

  // MARK: which pool

  test("cudaDeviceGetDefaultMemPool", .success, "gives one pool a device, current at first", source: "cudaDeviceGetDefaultMemPool; cudaDeviceGetMemPool", touches: ["cudaDeviceGetMemPool"]) {
    let first = try defaultPool(), second = try defaultPool()
    try equal(second, first, "the pool asked for twice")
    var now: cudaMemPool_t?
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, first, "the current pool")
  }
  test("cudaDeviceGetDefaultMemPool", .error, "refuses a device that is not there, and null", source: "cudaDeviceGetDefaultMemPool, Returns: cudaErrorInvalidDevice, cudaErrorInvalidValue") {
    var pool: cudaMemPool_t?
    try fails(cudaDeviceGetDefaultMemPool(&pool, 99), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetDefaultMemPool(nil, 0), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetMemPool", .error, "refuses a device that is not there", source: "cudaDeviceGetMemPool, Returns: cudaErrorInvalidValue") {
    var pool: cudaMemPool_t?
    try fails(cudaDeviceGetMemPool(&pool, 99), cudaErrorInvalidValue)
  }
  test("cudaDeviceSetMemPool", .success, "makes a pool current", source: "cudaDeviceSetMemPool") {
    let pool = try Pool(), usual = try defaultPool()
    try ok(cudaDeviceSetMemPool(0, pool.pool))
    var now: cudaMemPool_t?
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, pool.pool, "the current pool")
    try ok(cudaDeviceSetMemPool(0, usual))
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, usual, "the current pool, set back")
  }
  test("cudaDeviceSetMemPool", .error, "refuses null, and a device that is not there", source: "cudaDeviceSetMemPool, Returns: cudaErrorInvalidValue") {
    try fails(cudaDeviceSetMemPool(0, nil), cudaErrorInvalidValue)
    try fails(cudaDeviceSetMemPool(99, defaultPool()), cudaErrorInvalidValue)
  }
  test("cudaDeviceSetMemPool", .error, "refuses a pool of the host", source: "cudaDeviceSetMemPool: must be local to the device") {
    let pool = try Pool(poolProperties(cudaMemLocationTypeHost))
    try fails(cudaDeviceSetMemPool(0, pool.pool), cudaErrorInvalidValue)
  }
  test("cudaMemGetDefaultMemPool", .success, "gives a device's default pool, and one for the host", source: "cudaMemGetDefaultMemPool", .only13) {
    var pool: cudaMemPool_t?, here = poolPlace(cudaMemLocationTypeDevice), host = poolPlace(cudaMemLocationTypeHost), again: cudaMemPool_t?
    try ok(cudaMemGetDefaultMemPool(&pool, &here, cudaMemAllocationTypePinned))
    try equal(pool, try defaultPool(), "the device's")
    try ok(cudaMemGetDefaultMemPool(&pool, &host, cudaMemAllocationTypePinned))
    try ok(cudaMemGetDefaultMemPool(&again, &host, cudaMemAllocationTypePinned))
    try equal(again, pool, "the host's asked for twice")
    try check(pool != nil, "a pool for the host")
    try fails(cudaMemPoolDestroy(pool), cudaErrorInvalidValue)
  }
  for (name, call) in [
    ("cudaMemGetDefaultMemPool", { try cudaMemGetDefaultMemPool($0, $1, $2) }), ("cudaMemGetMemPool", { try cudaMemGetMemPool($0, $1, $2) }),
  ] as [(String, (UnsafeMutablePointer<cudaMemPool_t?>?, UnsafeMutablePointer<cudaMemLocation>?, cudaMemAllocationType) throws -> cudaError_t)] {
    test(name, .error, "refuses null, a kind that is none, and pinned memory nowhere", source: "\(name), Returns: cudaErrorInvalidValue", .only13) {
      var pool: cudaMemPool_t?, here = poolPlace(cudaMemLocationTypeDevice), nowhere = poolPlace(cudaMemLocationTypeNone), absent = poolPlace(cudaMemLocationTypeDevice, 99)
      try fails(call(nil, &here, cudaMemAllocationTypePinned), cudaErrorInvalidValue)
      try fails(call(&pool, nil, cudaMemAllocationTypePinned), cudaErrorInvalidValue)
      try fails(call(&pool, &here, cudaMemAllocationType(rawValue: 0)), cudaErrorInvalidValue)
      try fails(call(&pool, &nowhere, cudaMemAllocationTypePinned), cudaErrorInvalidValue)
      try fails(call(&pool, &absent, cudaMemAllocationTypePinned), cudaErrorInvalidValue)
    }
  }
  test("cudaMemGetMemPool", .success, "gives the pool that is current", source: "cudaMemGetMemPool", touches: ["cudaMemSetMemPool"], .only13) {
    let mine = try Pool()
    var here = poolPlace(cudaMemLocationTypeDevice), now: cudaMemPool_t?
    try ok(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, mine.pool))
    try ok(cudaMemGetMemPool(&now, &here, cudaMemAllocationTypePinned))
    try equal(now, mine.pool, "the current pool")
    try ok(cudaDeviceGetMemPool(&now, 0))
    try equal(now, mine.pool, "the device's current pool")
    try ok(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, defaultPool()))
  }
  test("cudaMemSetMemPool", .success, "does what cudaDeviceSetMemPool does for device memory", source: "cudaMemSetMemPool: the equivalent of calling cudaDeviceSetMemPool", .only13) {
    let mine = try Pool(), stream = try makeStream()
    var here = poolPlace(cudaMemLocationTypeDevice), pointer: UnsafeMutableRawPointer?
    try ok(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, mine.pool))
    try ok(cudaMallocAsync(&pointer, 1500, stream))
    try equal(try mine.bytes(cudaMemPoolAttrUsedMemCurrent), 1500, "bytes used in the pool")
    try ok(cudaFreeAsync(pointer, stream))
    try ok(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, defaultPool()))
  }
  test("cudaMemSetMemPool", .error, "refuses a pool of another place or kind, and null", source: "cudaMemSetMemPool, Returns: cudaErrorInvalidValue", .only13) {
    var here = poolPlace(cudaMemLocationTypeDevice), host = poolPlace(cudaMemLocationTypeHost)
    let usual = try defaultPool()
    try fails(cudaMemSetMemPool(&host, cudaMemAllocationTypePinned, usual), cudaErrorInvalidValue)
    try fails(cudaMemSetMemPool(&here, cudaMemAllocationTypeManaged, usual), cudaErrorInvalidValue)
    try fails(cudaMemSetMemPool(&here, cudaMemAllocationTypePinned, nil), cudaErrorInvalidValue)
    try fails(cudaMemSetMemPool(nil, cudaMemAllocationTypePinned, usual), cudaErrorInvalidValue)
  }
}
