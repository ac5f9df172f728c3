// Managed memory: advice, prefetching, discarding, and what is known of ranges.
// Which error for what: as NVIDIA's library answers on an H100.
import CConformance
import Glibc

private func place(_ type: cudaMemLocationType, _ id: Int32 = 0) -> cudaMemLocation {
  var location = cudaMemLocation()
  location.type = type
  location.id = id
  return location
}
private let device = place(cudaMemLocationTypeDevice), host = place(cudaMemLocationTypeHost)

private final class Managed {
  let pointer: UnsafeMutableRawPointer
  init(_ bytes: Int) throws {
    if try attribute(cudaDevAttrConcurrentManagedAccess) == 0 { throw Skip("host and device do not share managed memory") }
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocManaged(&pointer, bytes, cudaMemAttachGlobal))
    self.pointer = try some(pointer, "the memory")
  }
  deinit { _ = try? cudaFree(pointer) }
  func attribute32(_ attribute: cudaMemRangeAttribute, _ bytes: Int, at offset: Int = 0) throws -> Int32 {
    var value: Int32 = 77
    try ok(cudaMemRangeGetAttribute(&value, 4, attribute, pointer + offset, bytes))
    return value
  }
}

private func advise(_ pointer: UnsafeMutableRawPointer?, _ bytes: Int, _ advice: cudaMemoryAdvise, _ location: cudaMemLocation) throws -> cudaError_t {
  if abi == 12 { return try cudaMemAdvise_12(pointer, bytes, advice, location.type == cudaMemLocationTypeHost ? -1 : location.id) }
  return try cudaMemAdvise(pointer, bytes, advice, location)
}
private func prefetch(_ pointer: UnsafeMutableRawPointer?, _ bytes: Int, _ location: cudaMemLocation, _ stream: cudaStream_t?) throws -> cudaError_t {
  if abi == 12 { return try cudaMemPrefetchAsync_12(pointer, bytes, location.type == cudaMemLocationTypeHost ? -1 : location.id, stream) }
  return try cudaMemPrefetchAsync(pointer, bytes, location, 0, stream)
}

func managedMemoryCases() {
  test("cudaMemAdvise", .success, "is remembered page by page", source: "cudaMemAdvise; cudaMemRangeGetAttribute: all pages in the range", touches: ["cudaMemRangeGetAttribute"]) {
    let memory = try Managed(1 << 20)
    try equal(try memory.attribute32(cudaMemRangeAttributeReadMostly, 4096), 0, "read-mostly at first")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetReadMostly, device))
    try equal(try memory.attribute32(cudaMemRangeAttributeReadMostly, 65536), 1, "read-mostly where it was advised")
    try equal(try memory.attribute32(cudaMemRangeAttributeReadMostly, 131072), 0, "read-mostly of more than that")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseUnsetReadMostly, device))
    try equal(try memory.attribute32(cudaMemRangeAttributeReadMostly, 65536), 0, "read-mostly when it is unset")
  }
  test("cudaMemAdvise", .success, "sets and unsets a preferred location", source: "cudaMemAdviseSetPreferredLocation") {
    let memory = try Managed(65536)
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocation, 4096), -2, "no location at first")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetPreferredLocation, device))
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocation, 4096), 0, "the device")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetPreferredLocation, host))
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocation, 4096), -1, "the host")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseUnsetPreferredLocation, host))
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocation, 4096), -2, "none again")
  }
  for (what, call) in [
    ("advice that is none", { try advise($0, 4096, cudaMemoryAdvise(rawValue: 7), device) }),
    ("no bytes", { try advise($0, 0, cudaMemAdviseSetReadMostly, device) }),
    ("more than the allocation", { try advise($0, 1 << 30, cudaMemAdviseSetReadMostly, device) }),
    ("null", { _ in try advise(nil, 4096, cudaMemAdviseSetReadMostly, device) }),
    ("a preferred device that is not there", { try advise($0, 4096, cudaMemAdviseSetPreferredLocation, place(cudaMemLocationTypeDevice, 99)) }),
    ("access by a device that is not there", { try advise($0, 4096, cudaMemAdviseSetAccessedBy, place(cudaMemLocationTypeDevice, 99)) }),
  ] as [(String, (UnsafeMutableRawPointer) throws -> cudaError_t)] {
    test("cudaMemAdvise", .error, "refuses \(what)", source: "cudaMemAdvise, Returns: cudaErrorInvalidValue") {
      let memory = try Managed(65536)
      // By number it is an ordinal, in a location it is part of a value.
      try fails(call(memory.pointer), abi == 12 && what.contains("not there") ? cudaErrorInvalidDevice : cudaErrorInvalidValue)
    }
  }
  test("cudaMemAdvise", .error, "refuses memory that is not managed", source: "cudaMemAdvise: must refer to managed memory") {
    let words = try Words(64)
    try fails(advise(words.pointer, 64, cudaMemAdviseSetReadMostly, device), cudaErrorInvalidValue)
  }
  test("cudaMemRangeGetAttribute", .success, "lists the devices that were to access the range, then none", source: "cudaMemRangeAttributeAccessedBy: cudaInvalidDeviceId in the extra space") {
    let memory = try Managed(65536)
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetAccessedBy, device))
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetAccessedBy, host))
    var list = [Int32](repeating: 77, count: 4)
    try ok(cudaMemRangeGetAttribute(&list, 16, cudaMemRangeAttributeAccessedBy, memory.pointer, 65536))
    try equal(Set(list[..<2]), [0, -1], "the devices")
    try equal(Array(list[2...]), [-2, -2], "the rest")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseUnsetAccessedBy, device))
    try ok(cudaMemRangeGetAttribute(&list, 16, cudaMemRangeAttributeAccessedBy, memory.pointer, 65536))
    try equal(list, [-1, -2, -2, -2], "the devices once one is unset")
  }
  test("cudaMemRangeGetAttribute", .success, "knows where the range was last prefetched to", source: "cudaMemRangeAttributeLastPrefetchLocation", touches: ["cudaMemPrefetchAsync"]) {
    let memory = try Managed(1 << 20), stream = try makeStream()
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 4096), -2, "nowhere at first")
    try ok(prefetch(memory.pointer, 1 << 20, device, stream))
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 1 << 20), 0, "the device")
    try ok(prefetch(memory.pointer, 65536, host, stream))
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 65536), -1, "the host")
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 1 << 20), -2, "pages that were prefetched to different places")
    try ok(cudaStreamSynchronize(stream))
  }
  test("cudaMemRangeGetAttribute", .success, "tells types and numbers of places", source: "cudaMemRangeAttributeLastPrefetchLocationType, LastPrefetchLocationId") {
    let memory = try Managed(65536), stream = try makeStream()
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocationType, 4096), 0, "no type at first")
    try ok(prefetch(memory.pointer, 65536, device, stream))
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocationType, 4096), 1, "a device")
    try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocationId, 4096), 0, "its number")
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetPreferredLocation, device))
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocationType, 4096), 1, "the preferred device")
    try equal(try memory.attribute32(cudaMemRangeAttributePreferredLocationId, 4096), 0, "its number")
    try ok(cudaStreamSynchronize(stream))
  }
  for (what, call) in [
    ("an attribute that is none", { try cudaMemRangeGetAttribute($1, 4, cudaMemRangeAttribute(rawValue: 9), $0, 4096) }),
    ("room for more than the attribute", { try cudaMemRangeGetAttribute($1, 8, cudaMemRangeAttributeReadMostly, $0, 4096) }),
    ("room that is no whole number of devices", { try cudaMemRangeGetAttribute($1, 6, cudaMemRangeAttributeAccessedBy, $0, 4096) }),
    ("no room", { try cudaMemRangeGetAttribute($1, 0, cudaMemRangeAttributeAccessedBy, $0, 4096) }),
    ("a null result", { pointer, _ in try cudaMemRangeGetAttribute(nil, 4, cudaMemRangeAttributeReadMostly, pointer, 4096) }),
    ("no bytes", { try cudaMemRangeGetAttribute($1, 4, cudaMemRangeAttributeReadMostly, $0, 0) }),
    ("null", { _, data in try cudaMemRangeGetAttribute(data, 4, cudaMemRangeAttributeReadMostly, nil, 4096) }),
  ] as [(String, (UnsafeMutableRawPointer, UnsafeMutableRawPointer) throws -> cudaError_t)] {
    test("cudaMemRangeGetAttribute", .error, "refuses \(what)", source: "cudaMemRangeGetAttribute, Returns: cudaErrorInvalidValue") {
      let memory = try Managed(65536)
      var data: (UInt64, UInt64) = (0, 0)
      try fails(call(memory.pointer, &data), cudaErrorInvalidValue)
    }
  }
  test("cudaMemRangeGetAttributes", .success, "answers several at once", source: "cudaMemRangeGetAttributes") {
    let memory = try Managed(65536)
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetReadMostly, device))
    try ok(advise(memory.pointer, 65536, cudaMemAdviseSetPreferredLocation, host))
    var first: Int32 = 77, second: Int32 = 77
    var sizes = [4, 4], attributes = [cudaMemRangeAttributeReadMostly, cudaMemRangeAttributePreferredLocation]
    try withUnsafeMutablePointer(to: &first) { a in
      try withUnsafeMutablePointer(to: &second) { b in
        var data: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(a), UnsafeMutableRawPointer(b)]
        try ok(cudaMemRangeGetAttributes(&data, &sizes, &attributes, 2, memory.pointer, 65536))
      }
    }
    try equal(first, 1, "read-mostly")
    try equal(second, -1, "the preferred location")
  }
  test("cudaMemRangeGetAttributes", .error, "refuses an attribute that is none, and none at all", source: "cudaMemRangeGetAttributes, Returns: cudaErrorInvalidValue") {
    let memory = try Managed(65536)
    var value: Int32 = 0, sizes = [4], attributes = [cudaMemRangeAttribute(rawValue: 99)]
    try withUnsafeMutablePointer(to: &value) { pointer in
      var data: [UnsafeMutableRawPointer?] = [UnsafeMutableRawPointer(pointer)]
      try fails(cudaMemRangeGetAttributes(&data, &sizes, &attributes, 1, memory.pointer, 4096), cudaErrorInvalidValue)
      try fails(cudaMemRangeGetAttributes(&data, &sizes, &attributes, 0, memory.pointer, 4096), cudaErrorInvalidValue)
    }
  }
  test("cudaMemPrefetchAsync", .success, "leaves the contents as they are", source: "cudaMemPrefetchAsync: not required for functionality") {
    let memory = try Managed(65536), stream = try makeStream()
    memory.pointer.initializeMemory(as: UInt8.self, repeating: 9, count: 65536)
    try ok(prefetch(memory.pointer, 65536, device, stream))
    try ok(cudaMemsetAsync(memory.pointer, 4, 100, stream))
    try ok(prefetch(memory.pointer, 65536, host, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(memory.pointer.load(fromByteOffset: 99, as: UInt8.self), 4, "a byte that the device wrote")
    try equal(memory.pointer.load(fromByteOffset: 100, as: UInt8.self), 9, "a byte that the host wrote")
  }
  test("cudaMemPrefetchAsync", .error, "refuses a device that is not there", source: "cudaMemPrefetchAsync, Returns: cudaErrorInvalidDevice") {
    let memory = try Managed(65536)
    try fails(prefetch(memory.pointer, 4096, place(cudaMemLocationTypeDevice, 99), makeStream()), cudaErrorInvalidDevice)
  }
  test("cudaMemPrefetchAsync", .error, "refuses no bytes, and memory that is not managed", source: "cudaMemPrefetchAsync, Returns: cudaErrorInvalidValue") {
    let memory = try Managed(65536), words = try Words(64), stream = try makeStream()
    try fails(prefetch(memory.pointer, 0, device, stream), cudaErrorInvalidValue)
    try fails(prefetch(words.pointer, 64, device, stream), cudaErrorInvalidValue)
  }
  test("cudaMemPrefetchAsync", .error, "refuses flags and a location that is none", source: "cudaMemPrefetchAsync, Returns: cudaErrorInvalidValue", .only13) {
    let memory = try Managed(65536), stream = try makeStream()
    try fails(cudaMemPrefetchAsync(memory.pointer, 4096, device, 1, stream), cudaErrorInvalidValue)
    try fails(cudaMemPrefetchAsync(memory.pointer, 4096, place(cudaMemLocationType(rawValue: 9)), 0, stream), cudaErrorInvalidValue)
  }

  // MARK: batches

  func ranges(_ memory: Managed) -> ([UnsafeMutableRawPointer?], [Int]) { ([memory.pointer, memory.pointer + 65536], [65536, 65536]) }
  for (name, discards) in [("cudaMemPrefetchBatchAsync", false), ("cudaMemDiscardAndPrefetchBatchAsync", true)] {
    func call(_ pointers: [UnsafeMutableRawPointer?], _ sizes: [Int], count: Int? = nil, _ places: [cudaMemLocation], _ starts: [Int], flags: UInt64 = 0, in stream: cudaStream_t?) throws -> cudaError_t {
      var (pointers, sizes, places, starts) = (pointers, sizes, places, starts)
      let number = count ?? sizes.count, placeCount = places.count
      return discards
        ? try cudaMemDiscardAndPrefetchBatchAsync(&pointers, &sizes, number, &places, &starts, placeCount, flags, stream)
        : try cudaMemPrefetchBatchAsync(&pointers, &sizes, number, &places, &starts, placeCount, flags, stream)
    }
    test(name, .success, "prefetches each range to the place that it is told", source: "\(name): prefetchLocIdxs", .only13) {
      let memory = try Managed(1 << 20), stream = try makeStream(), (pointers, sizes) = ranges(memory)
      try ok(call(pointers, sizes, [device, host], [0, 1], in: stream))
      try ok(cudaStreamSynchronize(stream))
      try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 65536), 0, "the first range's")
      try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 65536, at: 65536), -1, "the second range's")
    }
    test(name, .error, "refuses flags, no ranges, the legacy default stream, and memory that is not managed", source: "\(name), Returns: cudaErrorInvalidValue", [.only13, .legacy]) {
      let memory = try Managed(1 << 20), stream = try makeStream(), (pointers, sizes) = ranges(memory), words = try Words(64)
      try fails(call(pointers, sizes, [device], [0], flags: 1, in: stream), cudaErrorInvalidValue)
      try fails(call(pointers, sizes, count: 0, [device], [0], in: stream), cudaErrorInvalidValue)
      try fails(call(pointers, sizes, [device], [0], in: nil), cudaErrorInvalidValue)
      try fails(call([pointers[0], words.pointer], [65536, 64], [device], [0], in: stream), cudaErrorInvalidValue)
      try fails(call(pointers, sizes, [], [], in: stream), cudaErrorInvalidValue)
      try equal(try memory.attribute32(cudaMemRangeAttributeLastPrefetchLocation, 4096), -2, "where the range was prefetched")
    }
  }
  test("cudaMemDiscardBatchAsync", .success, "leaves memory that is written again as it is written", source: "cudaMemDiscardBatchAsync: undone by writing", .only13) {
    let memory = try Managed(1 << 20), stream = try makeStream()
    var (pointers, sizes) = ranges(memory)
    memory.pointer.initializeMemory(as: UInt8.self, repeating: 1, count: 1 << 20)
    try ok(cudaMemDiscardBatchAsync(&pointers, &sizes, 2, 0, stream))
    try ok(cudaMemsetAsync(memory.pointer, 6, 131072, stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(memory.pointer.load(fromByteOffset: 131071, as: UInt8.self), 6, "the last byte written")
    try equal(memory.pointer.load(fromByteOffset: 131072, as: UInt8.self), 1, "the first byte that was not discarded")
  }
  test("cudaMemDiscardBatchAsync", .error, "refuses flags, no ranges, the legacy default stream, and memory that is not managed", source: "cudaMemDiscardBatchAsync, Returns: cudaErrorInvalidValue", [.only13, .legacy]) {
    let memory = try Managed(1 << 20), stream = try makeStream(), words = try Words(64)
    var (pointers, sizes) = ranges(memory), wrong: [UnsafeMutableRawPointer?] = [memory.pointer, words.pointer], small = [4096, 64]
    try fails(cudaMemDiscardBatchAsync(&pointers, &sizes, 2, 1, stream), cudaErrorInvalidValue)
    try fails(cudaMemDiscardBatchAsync(&pointers, &sizes, 0, 0, stream), cudaErrorInvalidValue)
    try fails(cudaMemDiscardBatchAsync(&pointers, &sizes, 2, 0, nil), cudaErrorInvalidValue)
    try fails(cudaMemDiscardBatchAsync(&wrong, &small, 2, 0, stream), cudaErrorInvalidValue)
  }
  test("cudaMemGetLocationInfo", .success, "says a place for each part of managed memory", source: "cudaMemGetLocationInfo: ceil(size/summaryGranularity) entries", .only13) {
    let memory = try Managed(1 << 20)
    memory.pointer.initializeMemory(as: UInt8.self, repeating: 1, count: 1 << 20)
    var places = [cudaMemLocation](repeating: place(cudaMemLocationType(rawValue: 77), 77), count: 5)
    try ok(cudaMemGetLocationInfo(memory.pointer, 1 << 20, 300_000, 0, &places))
    for index in 0..<4 { try check([1, 2, 3].contains(places[index].type.rawValue), "part \(index) on a device or the host, not type \(places[index].type.rawValue)") }
    try equal(places[4].type.rawValue, 77, "what lies behind the answer")
  }
  test("cudaMemGetLocationInfo", .error, "refuses parts that do not fit, memory of a device, and null", source: "cudaMemGetLocationInfo, Returns: cudaErrorInvalidValue", .only13) {
    let memory = try Managed(65536), words = try Words(1024)
    var places = [cudaMemLocation](repeating: cudaMemLocation(), count: 16)
    try fails(cudaMemGetLocationInfo(memory.pointer, 65536, 0, 0, &places), cudaErrorInvalidValue)
    try fails(cudaMemGetLocationInfo(memory.pointer, 4096, 8192, 0, &places), cudaErrorInvalidValue)
    try fails(cudaMemGetLocationInfo(memory.pointer, 65536, 4096, 8192, &places), cudaErrorInvalidValue)
    try fails(cudaMemGetLocationInfo(words.pointer, 4096, 4096, 0, &places), cudaErrorInvalidValue)
    try fails(cudaMemGetLocationInfo(memory.pointer, 65536, 65536, 0, nil), cudaErrorInvalidValue)
  }
}
