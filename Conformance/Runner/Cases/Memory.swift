// Linear memory on the device and the host: allocation, freeing, registration, managed memory, attributes of pointers.
import CConformance
import Glibc

private func pointerAttributes(_ pointer: UnsafeRawPointer?) throws -> cudaPointerAttributes {
  var attributes = cudaPointerAttributes()
  try ok(cudaPointerGetAttributes(&attributes, pointer), "cudaPointerGetAttributes")
  return attributes
}

/// Pages of ordinary host memory.
private final class Pages {
  let pointer: UnsafeMutableRawPointer
  let count: Int
  init(_ count: Int) { self.count = count; pointer = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) }
  deinit { munmap(pointer, count) }
}

func memoryCases() {
  // MARK: cudaMalloc, cudaFree
  test("cudaMalloc", .success, "gives memory that a kernel writes and a copy reads", source: "cudaMalloc", touches: ["cudaFree"]) {
    let words = try Words(1000, fill: 7)
    try ok(launch(basic.kernel("iota"), dim(4), dim(256), words.pointer, Int32(1000), Int32(5)))
    try words.expect((0..<1000).map { UInt32($0) + 5 }, "what the kernel wrote")
  }
  test("cudaMalloc", .success, "aligns every allocation to 256 bytes at least", source: "CUDA C++ Programming Guide, Device memory accesses: aligned to at least 256 bytes") {
    for size in [1, 3, 100, 255, 257, 5000, 1 << 20] {
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaMalloc(&pointer, size))
      try check(pointer != nil && UInt(bitPattern: pointer) % 256 == 0, "an address that 256 divides for \(size) bytes")
      try ok(cudaFree(pointer))
    }
  }
  test("cudaMalloc", .success, "gives ranges that do not overlap", source: "cudaMalloc: allocates size bytes") {
    var blocks: [Words] = []
    for index in 0..<50 { blocks.append(try Words(300, fill: UInt32(index))) }
    for (index, block) in blocks.enumerated() { try block.expect(all: UInt32(index), "block \(index)") }
    let sorted = blocks.map { UInt(bitPattern: $0.pointer) }.sorted()
    for (low, high) in zip(sorted, sorted.dropFirst()) { try check(high - low >= 1200, "ranges apart") }
  }
  test("cudaMalloc", .edge, "answers success and a null pointer for zero bytes", source: "cudaMalloc; NVIDIA's answer") {
    var pointer = UnsafeMutableRawPointer(bitPattern: 77)
    try ok(cudaMalloc(&pointer, 0))
    try equal(pointer, nil, "the pointer")
  }
  test("cudaMalloc", .error, "refuses a null place for the pointer", source: "cudaMalloc, Returns: cudaErrorInvalidValue") { try fails(cudaMalloc(nil, 16), cudaErrorInvalidValue) }
  test("cudaMalloc", .error, "says that memory is exhausted when more is asked than there is", source: "cudaMalloc, Returns: cudaErrorMemoryAllocation") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMalloc(&pointer, 1 << 50), cudaErrorMemoryAllocation)
    try fails(cudaMalloc(&pointer, Int(bitPattern: UInt.max)), cudaErrorMemoryAllocation)
  }
  test("cudaMalloc", .interaction, "goes on after a refusal for want of memory", source: "cudaErrorMemoryAllocation is not sticky") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMalloc(&pointer, 1 << 50), cudaErrorMemoryAllocation)
    let words = try Words(16, fill: 5)
    try words.expect(all: 5, "memory afterwards")
  }
  test("cudaMalloc", .interaction, "may be called by eight threads at once", source: "CUDA runtime: functions are thread-safe", touches: ["cudaFree"]) {
    try onThreads(8) { index in
      for round in 0..<20 {
        let words = try Words(100 + round * 10, fill: UInt32(index * 100 + round))
        try words.expect(all: UInt32(index * 100 + round), "thread \(index), round \(round)")
      }
    }
  }
  test("cudaFree", .success, "gives memory back", source: "cudaFree", touches: ["cudaMemGetInfo"], .exclusive) {
    var free0 = 0, free1 = 0, free2 = 0, total = 0, pointer: UnsafeMutableRawPointer?
    try ok(cudaMemGetInfo(&free0, &total))
    try ok(cudaMalloc(&pointer, 128 << 20))
    try ok(cudaMemGetInfo(&free1, &total))
    try ok(cudaFree(pointer))
    try ok(cudaMemGetInfo(&free2, &total))
    try check(free0 - free1 >= 128 << 20 && free2 == free0, "128 MiB less and back, not \(free0), \(free1), \(free2)")
  }
  test("cudaFree", .edge, "does nothing for a null pointer and keeps the last error", source: "cudaFree: if devPtr is 0, no operation is performed") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try ok(cudaFree(nil))
    try expect(cudaGetLastError(), cudaErrorInvalidDevice)
  }
  test("cudaFree", .error, "refuses a pointer a second time", source: "cudaFree: if already called before, an error is returned") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 4096))
    try ok(cudaFree(pointer))
    try fails(cudaFree(pointer), cudaErrorInvalidValue)
  }
  test("cudaFree", .error, "refuses host memory, the middle of an allocation, and pinned memory", source: "cudaFree, Returns: cudaErrorInvalidValue") {
    var host = 0, pointer: UnsafeMutableRawPointer?, pinned: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 4096))
    try ok(cudaMallocHost(&pinned, 4096))
    try fails(withUnsafeMutablePointer(to: &host) { try cudaFree($0) }, cudaErrorInvalidValue)
    try fails(cudaFree(pointer! + 16), cudaErrorInvalidValue)
    try fails(cudaFree(pinned), cudaErrorInvalidValue)
    try ok(cudaFree(pointer))
    try ok(cudaFreeHost(pinned))
  }
  test("cudaFree", .interaction, "waits for work that uses the memory", source: "cudaFree: may synchronise; memory in use by a kernel stays valid until it ends") {
    let result = try Words(1, fill: 0)
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 1 << 20))
    try ok(cudaMemset(pointer, 0, 1 << 20))
    for _ in 0..<20 { try ok(launch(basic.kernel("add"), dim(1024), dim(256), pointer, Int32(1 << 18), Int32(1))) }
    try ok(launch(basic.kernel("copy"), dim(1), dim(1), result.pointer, pointer, Int32(1)))
    try ok(cudaFree(pointer))
    try result.expect(all: 20, "what the kernels left")
  }
  test("cudaMemGetInfo", .success, "counts what is allocated", source: "cudaMemGetInfo", .exclusive) {
    var before = 0, after = 0, total = 0
    try ok(cudaMemGetInfo(&before, &total))
    try check(total > 0 && before > 0 && before <= total, "free within total")
    let words = try Words(16 << 20)
    try ok(cudaMemGetInfo(&after, &total))
    try equal(before - after, words.bytes, "the bytes less")
  }
  test("cudaMemGetInfo", .edge, "gives one number where the other's place is null", source: "cudaMemGetInfo; NVIDIA's answer") {
    var free = 0, total = 0, other = 0
    try ok(cudaMemGetInfo(&free, nil))
    try ok(cudaMemGetInfo(nil, &total))
    try ok(cudaMemGetInfo(nil, &other))
    try check(free > 0 && total >= free && other == total, "both numbers")
  }

  // MARK: pitched and 3D
  for (width, height) in [(1, 1), (100, 3), (511, 20), (513, 7), (4096, 64)] {
    test("cudaMallocPitch", .success, "gives rows of \(width) bytes that can be copied, \(height) of them", source: "cudaMallocPitch", touches: ["cudaMemcpy2D"]) {
      var pointer: UnsafeMutableRawPointer?, pitch = 0
      try ok(cudaMallocPitch(&pointer, &pitch, width, height))
      try check(pitch >= width && pitch % 32 == 0, "a pitch for \(width), not \(pitch)")
      let host = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
      var back = [UInt8](repeating: 0, count: host.count)
      try ok(cudaMemcpy2D(pointer, pitch, host, width, width, height, cudaMemcpyHostToDevice))
      try ok(cudaMemcpy2D(&back, width, pointer, pitch, width, height, cudaMemcpyDeviceToHost))
      try equal(back, host, "the rows")
      try ok(cudaFree(pointer))
    }
  }
  test("cudaMallocPitch", .success, "aligns the pitch as textures want it", source: "cudaMallocPitch; cudaDeviceProp::texturePitchAlignment") {
    var pointer: UnsafeMutableRawPointer?, pitch = 0
    try ok(cudaMallocPitch(&pointer, &pitch, 100, 10))
    let alignment = try attribute(cudaDevAttrTexturePitchAlignment)
    try check(alignment > 0 && pitch % alignment == 0 && pitch > 0, "a pitch that \(alignment) divides, not \(pitch)")
    try ok(cudaFree(pointer))
  }
  test("cudaMallocPitch", .error, "refuses null places", source: "cudaMallocPitch, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?, pitch = 0
    try fails(cudaMallocPitch(nil, &pitch, 16, 16), cudaErrorInvalidValue)
    try fails(cudaMallocPitch(&pointer, nil, 16, 16), cudaErrorInvalidValue)
  }
  test("cudaMallocPitch", .error, "says that memory is exhausted when more is asked than there is", source: "cudaMallocPitch, Returns: cudaErrorMemoryAllocation") {
    var pointer: UnsafeMutableRawPointer?, pitch = 0
    try fails(cudaMallocPitch(&pointer, &pitch, 1 << 24, 1 << 26), cudaErrorMemoryAllocation)
  }
  test("cudaMalloc3D", .success, "describes slices that can be copied", source: "cudaMalloc3D", touches: ["cudaMemcpy3D"]) {
    var pitched = cudaPitchedPtr()
    let extent = cudaExtent(width: 100, height: 5, depth: 4)
    try ok(cudaMalloc3D(&pitched, extent))
    try equal(pitched.xsize, 100, "xsize")
    try equal(pitched.ysize, 5, "ysize")
    try check(pitched.pitch >= 100 && pitched.ptr != nil, "a pitch and memory")
    var host = (0..<2000).map { UInt8(truncatingIfNeeded: $0 * 5) }, back = [UInt8](repeating: 0, count: 2000)
    var parameters = cudaMemcpy3DParms()
    try host.withUnsafeMutableBytes { bytes in
      parameters.srcPtr = cudaPitchedPtr(ptr: bytes.baseAddress, pitch: 100, xsize: 100, ysize: 5)
      parameters.dstPtr = pitched
      parameters.extent = extent
      parameters.kind = cudaMemcpyHostToDevice
      try ok(cudaMemcpy3D(&parameters))
    }
    try back.withUnsafeMutableBytes { bytes in
      parameters.srcPtr = pitched
      parameters.dstPtr = cudaPitchedPtr(ptr: bytes.baseAddress, pitch: 100, xsize: 100, ysize: 5)
      parameters.kind = cudaMemcpyDeviceToHost
      try ok(cudaMemcpy3D(&parameters))
    }
    try equal(back, host, "the slices")
    try ok(cudaFree(pitched.ptr))
  }
  test("cudaMalloc3D", .error, "refuses a null place", source: "cudaMalloc3D, Returns: cudaErrorInvalidValue") {
    try fails(cudaMalloc3D(nil, cudaExtent(width: 4, height: 4, depth: 4)), cudaErrorInvalidValue)
  }
  test("cudaMalloc3D", .error, "says that memory is exhausted when more is asked than there is", source: "cudaMalloc3D, Returns: cudaErrorMemoryAllocation") {
    var pitched = cudaPitchedPtr()
    try fails(cudaMalloc3D(&pitched, cudaExtent(width: 1 << 20, height: 1 << 16, depth: 1 << 14)), cudaErrorMemoryAllocation)
  }

  // MARK: pinned memory
  for (name, allocate) in [
    ("cudaMallocHost", { try cudaMallocHost(&$0, $1) }), ("cudaHostAlloc", { try cudaHostAlloc(&$0, $1, cudaHostAllocDefault) }),
  ] as [(String, (inout UnsafeMutableRawPointer?, Int) throws -> cudaError_t)] {
    test(name, .success, "gives memory that host and device share", source: "\(name): page-locked and accessible to the device", touches: ["cudaFreeHost"]) {
      var pointer: UnsafeMutableRawPointer?
      try ok(allocate(&pointer, 4096))
      let words = try some(pointer, "the memory").assumingMemoryBound(to: UInt32.self)
      for index in 0..<1024 { words[index] = UInt32(index) }
      try ok(launch(basic.kernel("add"), dim(4), dim(256), pointer, Int32(1024), Int32(100)))
      try ok(cudaDeviceSynchronize())
      try expectWords(Array(UnsafeBufferPointer(start: words, count: 1024)), (100..<1124).map { UInt32($0) }, "the host's view")
      try ok(cudaFreeHost(pointer))
    }
    test(name, .edge, "answers success and a null pointer for zero bytes", source: "\(name); NVIDIA's answer") {
      var pointer = UnsafeMutableRawPointer(bitPattern: 77)
      try ok(allocate(&pointer, 0))
      try equal(pointer, nil, "the pointer")
    }
    test(name, .error, "refuses a null place", source: "\(name), Returns: cudaErrorInvalidValue") {
      try fails(name == "cudaMallocHost" ? cudaMallocHost(nil, 16) : cudaHostAlloc(nil, 16, 0), cudaErrorInvalidValue)
    }
    test(name, .error, "says that memory is exhausted when more is asked than there is", source: "\(name), Returns: cudaErrorMemoryAllocation") {
      var pointer: UnsafeMutableRawPointer?
      try fails(allocate(&pointer, 1 << 52), cudaErrorMemoryAllocation)
    }
    test(name, .success, "aligns to 256 bytes at least", source: "CUDA C++ Programming Guide, Device memory accesses: memory of any allocation function is aligned to at least 256 bytes") {
      var pointer: UnsafeMutableRawPointer?
      try ok(allocate(&pointer, 100))
      try check(pointer != nil && UInt(bitPattern: pointer) % 256 == 0, "an aligned address")
      try ok(cudaFreeHost(pointer))
    }
  }
  test("cudaHostAlloc", .error, "refuses flags that are none", source: "cudaHostAlloc, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaHostAlloc(&pointer, 64, 99), cudaErrorInvalidValue)
  }
  for (what, flags) in [("portable", cudaHostAllocPortable), ("mapped", cudaHostAllocMapped), ("write-combined", cudaHostAllocWriteCombined), ("portable and mapped", cudaHostAllocPortable | cudaHostAllocMapped)] {
    test("cudaHostAlloc", .success, "gives \(what) memory, and its flags back", source: "cudaHostAlloc, flags; cudaHostGetFlags", touches: ["cudaHostGetFlags", "cudaHostGetDevicePointer"]) {
      var pointer: UnsafeMutableRawPointer?, device: UnsafeMutableRawPointer?, got: UInt32 = 0
      try ok(cudaHostAlloc(&pointer, 4096, flags))
      try ok(cudaHostGetFlags(&got, pointer))
      try equal(got & ~cudaHostAllocMapped, flags & ~cudaHostAllocMapped, "the flags")
      try ok(cudaHostGetDevicePointer(&device, pointer, 0))
      pointer!.assumingMemoryBound(to: UInt32.self).pointee = 40
      try ok(launch(basic.kernel("add"), dim(1), dim(1), device, Int32(1), Int32(2)))
      try ok(cudaDeviceSynchronize())
      try equal(pointer!.load(as: UInt32.self), 42, "the word")
      try ok(cudaFreeHost(pointer))
    }
  }
  test("cudaFreeHost", .edge, "does nothing for a null pointer and keeps the last error", source: "cudaFreeHost; NVIDIA's answer") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try ok(cudaFreeHost(nil))
    try expect(cudaGetLastError(), cudaErrorInvalidDevice)
  }
  test("cudaFreeHost", .error, "refuses what cudaMallocHost did not give", source: "cudaFreeHost, Returns: cudaErrorInvalidValue") {
    let pages = Pages(4096)
    try fails(cudaFreeHost(pages.pointer), cudaErrorInvalidValue)
    let words = try Words(4)
    try fails(cudaFreeHost(words.pointer), cudaErrorInvalidValue)
  }
  test("cudaFreeHost", .error, "refuses a pointer a second time", source: "cudaFreeHost, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocHost(&pointer, 4096))
    try ok(cudaFreeHost(pointer))
    try fails(cudaFreeHost(pointer), cudaErrorInvalidValue)
  }
  test("cudaHostGetDevicePointer", .success, "gives an address inside pinned memory for an address inside it", source: "cudaHostGetDevicePointer") {
    let flag = try Flag(3)
    var device: UnsafeMutableRawPointer?
    try ok(cudaHostGetDevicePointer(&device, UnsafeMutableRawPointer(flag.host) + 16, 0))
    try equal(UInt(bitPattern: device), UInt(bitPattern: flag.device) + 16, "the device's address")
  }
  test("cudaHostGetDevicePointer", .error, "refuses flags, ordinary memory and a null place", source: "cudaHostGetDevicePointer, Returns: cudaErrorInvalidValue") {
    let flag = try Flag()
    var device: UnsafeMutableRawPointer?
    try fails(cudaHostGetDevicePointer(&device, flag.host, 1), cudaErrorInvalidValue)
    try fails(cudaHostGetDevicePointer(nil, flag.host, 0), cudaErrorInvalidValue)
    let pages = Pages(4096)
    try fails(cudaHostGetDevicePointer(&device, pages.pointer, 0), cudaErrorInvalidValue)
  }
  test("cudaHostGetFlags", .error, "refuses ordinary memory and a null place", source: "cudaHostGetFlags, Returns: cudaErrorInvalidValue") {
    var flags: UInt32 = 0
    let pages = Pages(4096), pinned = try Flag()
    try fails(cudaHostGetFlags(&flags, pages.pointer), cudaErrorInvalidValue)
    try fails(cudaHostGetFlags(nil, pinned.host), cudaErrorInvalidValue)
  }
  test("cudaHostGetFlags", .success, "says that pinned memory is mapped, as it always is with unified addressing", source: "cudaHostGetFlags; Unified addressing: implicitly portable and mapped") {
    var pointer: UnsafeMutableRawPointer?, flags: UInt32 = 0
    try ok(cudaMallocHost(&pointer, 64))
    try ok(cudaHostGetFlags(&flags, pointer))
    try equal(flags & cudaHostAllocMapped, cudaHostAllocMapped, "the mapped flag")
    try ok(cudaFreeHost(pointer))
  }
  test("cudaHostRegister", .success, "lets a kernel write ordinary memory", source: "cudaHostRegister", touches: ["cudaHostUnregister", "cudaHostGetDevicePointer"]) {
    let pages = Pages(8192)
    let words = pages.pointer.assumingMemoryBound(to: UInt32.self)
    for index in 0..<2048 { words[index] = UInt32(index) }
    try ok(cudaHostRegister(pages.pointer, 8192, cudaHostRegisterMapped))
    var device: UnsafeMutableRawPointer?
    try ok(cudaHostGetDevicePointer(&device, pages.pointer, 0))
    try ok(launch(basic.kernel("add"), dim(8), dim(256), device, Int32(2048), Int32(1)))
    try ok(cudaDeviceSynchronize())
    try expectWords(Array(UnsafeBufferPointer(start: words, count: 2048)), (1...2048).map { UInt32($0) }, "the host's view")
    try ok(cudaHostUnregister(pages.pointer))
  }
  test("cudaHostRegister", .edge, "takes a range that begins and ends inside pages", source: "cudaHostRegister: ptr and size need not be page-aligned") {
    let pages = Pages(16384)
    try ok(cudaHostRegister(pages.pointer + 100, 5000, cudaHostRegisterDefault))
    var device: UnsafeMutableRawPointer?
    try ok(cudaHostGetDevicePointer(&device, pages.pointer + 400, 0))
    try ok(launch(basic.kernel("fill"), dim(1), dim(64), device, Int32(64), Int32(9)))
    try ok(cudaDeviceSynchronize())
    try equal((pages.pointer + 400 + 63 * 4).load(as: UInt32.self), 9, "the last word")
    try ok(cudaHostUnregister(pages.pointer + 100))
  }
  test("cudaHostRegister", .error, "refuses a range that is registered", source: "cudaHostRegister, Returns: cudaErrorHostMemoryAlreadyRegistered") {
    let pages = Pages(8192)
    try ok(cudaHostRegister(pages.pointer, 8192, cudaHostRegisterDefault))
    try fails(cudaHostRegister(pages.pointer, 8192, cudaHostRegisterDefault), cudaErrorHostMemoryAlreadyRegistered)
    try fails(cudaHostRegister(pages.pointer + 4096, 4096, cudaHostRegisterDefault), cudaErrorHostMemoryAlreadyRegistered)
    try ok(cudaHostUnregister(pages.pointer))
  }
  test("cudaHostRegister", .error, "refuses a null pointer, no bytes and flags that are none", source: "cudaHostRegister, Returns: cudaErrorInvalidValue") {
    let pages = Pages(4096)
    try fails(cudaHostRegister(nil, 4096, 0), cudaErrorInvalidValue)
    try fails(cudaHostRegister(pages.pointer, 0, 0), cudaErrorInvalidValue)
    try fails(cudaHostRegister(pages.pointer, 4096, 0x4000), cudaErrorInvalidValue)
  }
  test("cudaHostUnregister", .error, "refuses what is not registered, and a second time", source: "cudaHostUnregister, Returns: cudaErrorHostMemoryNotRegistered") {
    let pages = Pages(4096)
    try fails(cudaHostUnregister(pages.pointer), cudaErrorHostMemoryNotRegistered)
    try ok(cudaHostRegister(pages.pointer, 4096, 0))
    try ok(cudaHostUnregister(pages.pointer))
    try fails(cudaHostUnregister(pages.pointer), cudaErrorHostMemoryNotRegistered)
  }
  test("cudaHostUnregister", .error, "refuses a null pointer", source: "cudaHostUnregister, Returns: cudaErrorInvalidValue") { try fails(cudaHostUnregister(nil), cudaErrorInvalidValue) }
  test("cudaHostUnregister", .success, "makes the memory ordinary again", source: "cudaHostUnregister", touches: ["cudaPointerGetAttributes"]) {
    let pages = Pages(4096)
    try ok(cudaHostRegister(pages.pointer, 4096, 0))
    try equal(pointerAttributes(pages.pointer).type, cudaMemoryTypeHost, "registered")
    try ok(cudaHostUnregister(pages.pointer))
    try equal(pointerAttributes(pages.pointer).type, cudaMemoryTypeUnregistered, "unregistered")
  }

  // MARK: managed memory
  for (what, flags) in [("global", cudaMemAttachGlobal), ("attached to the host", cudaMemAttachHost)] {
    test("cudaMallocManaged", .success, "gives memory that host and kernels use by one address (\(what))", source: "cudaMallocManaged, flags", touches: ["cudaFree"]) {
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaMallocManaged(&pointer, 4096, flags))
      let words = try some(pointer, "the memory").assumingMemoryBound(to: UInt32.self)
      for index in 0..<1024 { words[index] = UInt32(index) }
      if flags == cudaMemAttachHost { try ok(cudaStreamAttachMemAsync(nil, pointer, 0, cudaMemAttachGlobal)); try ok(cudaDeviceSynchronize()) }
      try ok(launch(basic.kernel("add"), dim(4), dim(256), pointer, Int32(1024), Int32(7)))
      try ok(cudaDeviceSynchronize())
      try expectWords(Array(UnsafeBufferPointer(start: words, count: 1024)), (7..<1031).map { UInt32($0) }, "the host's view")
      try ok(cudaFree(pointer))
    }
  }
  test("cudaMallocManaged", .error, "refuses flags that are none, no bytes and a null place", source: "cudaMallocManaged, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaMallocManaged(&pointer, 256, 77), cudaErrorInvalidValue)
    try fails(cudaMallocManaged(nil, 256, cudaMemAttachGlobal), cudaErrorInvalidValue)
    try fails(cudaMallocManaged(&pointer, 256, 0), cudaErrorInvalidValue)
  }
  test("cudaMallocManaged", .edge, "answers success and a null pointer for zero bytes", source: "cudaMallocManaged; NVIDIA's answer") {
    var pointer = UnsafeMutableRawPointer(bitPattern: 77)
    try ok(cudaMallocManaged(&pointer, 0, cudaMemAttachGlobal))
    try equal(pointer, nil, "the pointer")
  }
  test("cudaMallocManaged", .interaction, "is copied and filled like any other memory", source: "cudaMemcpy: cudaMemcpyDefault with managed pointers", touches: ["cudaMemcpy", "cudaMemset"]) {
    var pointer: UnsafeMutableRawPointer?, back = [UInt32](repeating: 0, count: 16)
    try ok(cudaMallocManaged(&pointer, 64, cudaMemAttachGlobal))
    try ok(cudaMemset(pointer, 0x11, 64))
    try ok(cudaMemcpy(&back, pointer, 64, cudaMemcpyDefault))
    try expectWords(back, [UInt32](repeating: 0x1111_1111, count: 16), "the copy")
    try equal(pointer!.load(as: UInt32.self), 0x1111_1111, "the host's view")
    try ok(cudaFree(pointer))
  }

  // MARK: attributes of pointers
  test("cudaPointerGetAttributes", .success, "tells device memory, and gives its device and address", source: "cudaPointerGetAttributes, struct cudaPointerAttributes") {
    let words = try Words(64)
    for offset in [0, 4, 255] {
      let attributes = try pointerAttributes(words.pointer + offset)
      try equal(attributes.type, cudaMemoryTypeDevice, "type")
      try equal(attributes.device, 0, "device")
      try equal(attributes.devicePointer, words.pointer + offset, "devicePointer")
      try equal(attributes.hostPointer, nil, "hostPointer")
    }
  }
  test("cudaPointerGetAttributes", .success, "tells pinned memory, and gives both addresses", source: "cudaPointerGetAttributes, struct cudaPointerAttributes") {
    let flag = try Flag()
    let attributes = try pointerAttributes(UnsafeMutableRawPointer(flag.host) + 8)
    try equal(attributes.type, cudaMemoryTypeHost, "type")
    try equal(attributes.hostPointer, UnsafeMutableRawPointer(flag.host) + 8, "hostPointer")
    try equal(attributes.devicePointer, flag.device + 8, "devicePointer")
  }
  test("cudaPointerGetAttributes", .success, "tells managed memory, and gives one address twice", source: "cudaPointerGetAttributes, struct cudaPointerAttributes") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMallocManaged(&pointer, 256, cudaMemAttachGlobal))
    let attributes = try pointerAttributes(pointer)
    try equal(attributes.type, cudaMemoryTypeManaged, "type")
    try equal(attributes.hostPointer, pointer, "hostPointer")
    try equal(attributes.devicePointer, pointer, "devicePointer")
    try ok(cudaFree(pointer))
  }
  test("cudaPointerGetAttributes", .edge, "answers cudaMemoryTypeUnregistered for ordinary memory and for null", source: "cudaPointerGetAttributes: since 11.0, unregistered memory is no error") {
    let pages = Pages(4096)
    for pointer in [pages.pointer, nil] as [UnsafeMutableRawPointer?] {
      var attributes = cudaPointerAttributes()
      attributes.type = cudaMemoryTypeManaged
      try ok(cudaPointerGetAttributes(&attributes, pointer))
      try equal(attributes.type, cudaMemoryTypeUnregistered, "type")
      try equal(attributes.devicePointer, nil, "devicePointer")
    }
  }
  test("cudaPointerGetAttributes", .error, "refuses a null place", source: "cudaPointerGetAttributes, Returns: cudaErrorInvalidValue") {
    let words = try Words(4)
    try fails(cudaPointerGetAttributes(nil, words.pointer), cudaErrorInvalidValue)
  }
  test("cudaPointerGetAttributes", .interaction, "forgets memory that was freed", source: "cudaPointerGetAttributes, cudaFree") {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, 256 << 20))
    try equal(pointerAttributes(pointer).type, cudaMemoryTypeDevice, "type before")
    try ok(cudaFree(pointer))
    try equal(pointerAttributes(pointer).type, cudaMemoryTypeUnregistered, "type after")
  }
}
