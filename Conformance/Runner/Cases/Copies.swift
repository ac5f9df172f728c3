// Copies and fills of linear memory: one, two and three dimensions, in every direction, in order and refused.
import CConformance
import Glibc

/// Where one side of a copy lies: ordinary, pinned or device memory, or managed.
private enum Place: String, CaseIterable {
  case ordinary = "ordinary", pinned = "pinned", device = "device", managed = "managed"
  var onDevice: Bool { self == .device || self == .managed }
}

private final class Block {
  let place: Place, pointer: UnsafeMutableRawPointer, count: Int
  init(_ place: Place, _ count: Int, fill: UInt8? = nil) throws {
    var pointer: UnsafeMutableRawPointer?
    switch place {
    case .ordinary: pointer = .allocate(byteCount: count, alignment: 16)
    case .pinned: try ok(cudaMallocHost(&pointer, count))
    case .device: try ok(cudaMalloc(&pointer, count))
    case .managed: try ok(cudaMallocManaged(&pointer, count, cudaMemAttachGlobal))
    }
    self.place = place
    self.pointer = try some(pointer, "\(place.rawValue) memory")
    self.count = count
    if let fill { try set([UInt8](repeating: fill, count: count)) }
  }
  deinit {
    switch place {
    case .ordinary: pointer.deallocate()
    case .pinned: _ = try? cudaFreeHost(pointer)
    default: _ = try? cudaFree(pointer)
    }
  }
  func set(_ values: [UInt8]) throws {
    if place == .device { try ok(cudaMemcpy(pointer, values, values.count, cudaMemcpyHostToDevice)) } else { pointer.copyMemory(from: values, byteCount: values.count) }
  }
  func get() throws -> [UInt8] {
    try ok(cudaDeviceSynchronize())
    var values = [UInt8](repeating: 0, count: count)
    if place == .device { try ok(cudaMemcpy(&values, pointer, count, cudaMemcpyDeviceToHost)) }
    else { values.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: count)) } }
    return values
  }
}

private func direction(_ from: Place, _ to: Place) -> cudaMemcpyKind {
  switch (from.onDevice, to.onDevice) {
  case (false, false): cudaMemcpyHostToHost
  case (false, true): cudaMemcpyHostToDevice
  case (true, false): cudaMemcpyDeviceToHost
  case (true, true): cudaMemcpyDeviceToDevice
  }
}

private func pattern(_ count: Int, _ seed: Int = 1) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed &* 17 &+ ($0 >> 8)) } }

private func same(_ got: [UInt8], _ wanted: [UInt8], _ what: String, line: Int = #line) throws {
  if let at = got.indices.first(where: { got[$0] != wanted[$0] }) {
    throw Deviation(message: "line \(line): \(what): byte \(at) is \(got[at]), expected \(wanted[at])")
  }
}

func copyCases() {
  typealias Copy = (UnsafeMutableRawPointer?, UnsafeRawPointer?, Int, cudaMemcpyKind) throws -> cudaError_t
  let copies: [(String, Copy)] = [
    ("cudaMemcpy", { try cudaMemcpy($0, $1, $2, $3) }), ("cudaMemcpyAsync", { try cudaMemcpyAsync($0, $1, $2, $3, nil) }),
  ]
  for (name, copy) in copies {
    for from in Place.allCases {
      for to in Place.allCases {
        test(name, .success, "copies \(from.rawValue) to \(to.rawValue) memory, by its direction and by cudaMemcpyDefault", source: "\(name), kind") {
          let source = try Block(from, 5000), target = try Block(to, 5000)
          for (index, kind) in [direction(from, to), cudaMemcpyDefault].enumerated() {
            try source.set(pattern(5000, index + 1))
            try target.set([UInt8](repeating: 0, count: 5000))
            try ok(copy(target.pointer, source.pointer, 5000, kind))
            try same(target.get(), pattern(5000, index + 1), "the copy")
          }
        }
      }
    }
    test(name, .edge, "copies any number of bytes at any alignment and nothing beside them", source: name) {
      let source = try Block(.device, 9000), target = try Block(.device, 9000), wanted = pattern(9000)
      try source.set(wanted)
      for (to, from, count) in [(0, 0, 1), (1, 0, 1), (3, 5, 7), (7, 1, 4097), (64, 63, 65), (129, 0, 255), (2, 2, 4096), (1, 3, 8191)] {
        try target.set([UInt8](repeating: 0xee, count: 9000))
        try ok(copy(target.pointer + to, source.pointer + from, count, cudaMemcpyDeviceToDevice))
        let got = try target.get()
        try same(Array(got[to..<to + count]), Array(wanted[from..<from + count]), "\(count) bytes from \(from) to \(to)")
        try check(got[..<to].allSatisfy { $0 == 0xee } && got[(to + count)...].allSatisfy { $0 == 0xee }, "nothing beside \(count) bytes at \(to)")
      }
    }
    test(name, .success, "copies 48 MiB to the device and back", source: name) {
      let count = 48 << 20
      let source = try Block(.ordinary, count), target = try Block(.device, count), back = try Block(.ordinary, count, fill: 0)
      source.pointer.assumingMemoryBound(to: UInt64.self).update(repeating: 0x0123_4567_89ab_cdef, count: count / 8)
      for place in [0, 1 << 20, count - 8] { (source.pointer + place).storeBytes(of: UInt64(place) ^ 0x55, as: UInt64.self) }
      try ok(copy(target.pointer, source.pointer, count, cudaMemcpyHostToDevice))
      try ok(copy(back.pointer, target.pointer, count, cudaMemcpyDeviceToHost))
      try ok(cudaDeviceSynchronize())
      try check(memcmp(source.pointer, back.pointer, count) == 0, "the same bytes back")
    }
    test(name, .edge, "does nothing for zero bytes, whatever the pointers, and keeps the last error", source: "\(name); NVIDIA's answer") {
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      let words = try Words(1)
      try ok(copy(words.pointer, words.pointer, 0, cudaMemcpyDeviceToDevice))
      try ok(copy(nil, nil, 0, cudaMemcpyDeviceToDevice))
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
    test(name, .error, "refuses a direction that is none", source: "\(name), Returns: cudaErrorInvalidMemcpyDirection") {
      let words = try Words(4)
      var host: [UInt32] = [1, 2, 3, 4]
      try fails(copy(words.pointer, &host, 16, cudaMemcpyKind(rawValue: 7)), cudaErrorInvalidMemcpyDirection)
    }
    test(name, .error, "refuses null pointers", source: "\(name), Returns: cudaErrorInvalidValue") {
      let words = try Words(4)
      var host: [UInt32] = [1, 2, 3, 4]
      try fails(copy(nil, &host, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(words.pointer, nil, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
    }
    test(name, .error, "refuses to go past the end of an allocation", source: "\(name), Returns: cudaErrorInvalidValue") {
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaMalloc(&pointer, 4 << 20))
      let host = try Block(.ordinary, 64 << 20, fill: 1)
      try fails(copy(pointer, host.pointer, 64 << 20, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try ok(cudaFree(pointer))
    }
    test(name, .interaction, "runs behind a kernel and before the next one", source: "\(name): in stream order") {
      let words = try Words(1024, fill: 0), other = try Words(1024, fill: 0)
      for round in 1...5 {
        try ok(launch(basic.kernel("add"), dim(4), dim(256), words.pointer, Int32(1024), Int32(1)))
        try ok(copy(other.pointer, words.pointer, 4096, cudaMemcpyDeviceToDevice))
        try ok(launch(basic.kernel("add"), dim(4), dim(256), words.pointer, Int32(1024), Int32(10)))
        try other.expect(all: UInt32(round + 10 * (round - 1)), "the copy of round \(round)")
      }
    }
  }
  test("cudaMemcpy", .interaction, "has ended when it returns with the host's memory", source: "API synchronization behavior: transfers from device to pageable or pinned memory") {
    let words = try Words(1 << 20, fill: 0)
    for round in 1...3 {
      try ok(launch(basic.kernel("add"), dim(4096), dim(256), words.pointer, Int32(1 << 20), Int32(1)))
      var last: UInt32 = 0
      try ok(cudaMemcpy(&last, words.pointer + (1 << 22) - 4, 4, cudaMemcpyDeviceToHost))
      try equal(last, UInt32(round), "the last word")
    }
  }
  test("cudaMemcpyAsync", .interaction, "returns before a held stream has copied between pinned and device memory", source: "cudaMemcpyAsync: asynchronous with respect to the host for pinned memory", touches: ["cudaStreamQuery"]) {
    let stream = try makeStream(cudaStreamNonBlocking), words = try Words(256, fill: 1)
    var pinned: UnsafeMutableRawPointer?
    try ok(cudaMallocHost(&pinned, 1024))
    pinned!.assumingMemoryBound(to: UInt32.self).update(repeating: 9, count: 256)
    let hold = try Hold(stream)
    try ok(cudaMemcpyAsync(words.pointer, pinned, 1024, cudaMemcpyHostToDevice, stream))
    try expect(cudaStreamQuery(stream), cudaErrorNotReady, "while a kernel holds the stream")
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 9, "the copy")
    try ok(cudaFreeHost(pinned))
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaMemcpyAsync", .interaction, "takes ordinary memory's bytes before it returns", source: "API synchronization behavior: from pageable memory, staged first, and may be changed afterwards") {
    let stream = try makeStream(), words = try Words(64, fill: 0)
    for round in 0..<20 {
      var host = [UInt32](repeating: UInt32(round), count: 64)
      try ok(cudaMemcpyAsync(words.pointer, &host, 256, cudaMemcpyHostToDevice, stream))
      for index in 0..<64 { host[index] = 0xffff }
      try ok(cudaStreamSynchronize(stream))
      try words.expect(all: UInt32(round), "round \(round)")
    }
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaMemcpyAsync", .error, "refuses a stream that was destroyed", source: "cudaMemcpyAsync, Returns: cudaErrorInvalidResourceHandle; using a destroyed stream is undefined, so a null-sized copy is not tried", .alone) {
    // A stream handle that never was one is undefined behaviour; the direction is checked first and shows that the call is not taken blindly.
    let words = try Words(4)
    try fails(cudaMemcpyAsync(words.pointer, words.pointer, 16, cudaMemcpyKind(rawValue: 99), nil), cudaErrorInvalidMemcpyDirection)
  }

  // MARK: fills
  typealias Fill = (UnsafeMutableRawPointer?, Int32, Int) throws -> cudaError_t
  for (name, fill) in [("cudaMemset", { try cudaMemset($0, $1, $2) }), ("cudaMemsetAsync", { try cudaMemsetAsync($0, $1, $2, nil) })] as [(String, Fill)] {
    for place in [Place.device, .managed, .pinned] {
      test(name, .success, "sets every byte of \(place.rawValue) memory", source: name) {
        let block = try Block(place, 10_000, fill: 1)
        try ok(fill(block.pointer, 0xa5, 10_000))
        try check(block.get().allSatisfy { $0 == 0xa5 }, "0xa5 everywhere")
      }
    }
    test(name, .edge, "sets any number of bytes at any alignment and nothing beside them", source: name) {
      let block = try Block(.device, 5000)
      for (start, count) in [(0, 1), (1, 1), (3, 6), (5, 4093), (63, 130), (127, 2), (1, 4999)] {
        try ok(fill(block.pointer, 0x11, 5000))
        try ok(fill(block.pointer + start, 0x77, count))
        let got = try block.get()
        try check(got[start..<start + count].allSatisfy { $0 == 0x77 } && got[..<start].allSatisfy { $0 == 0x11 } && got[(start + count)...].allSatisfy { $0 == 0x11 }, "\(count) bytes at \(start) alone")
      }
    }
    test(name, .edge, "uses the lowest byte of the value", source: "\(name): value is set for each byte") {
      let block = try Block(.device, 64)
      try ok(fill(block.pointer, 0x1234_56fe, 64))
      try check(block.get().allSatisfy { $0 == 0xfe }, "0xfe everywhere")
      try ok(fill(block.pointer, -1, 64))
      try check(block.get().allSatisfy { $0 == 0xff }, "0xff everywhere")
    }
    test(name, .edge, "does nothing for zero bytes and keeps the last error", source: "\(name); NVIDIA's answer") {
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      try ok(fill(nil, 0, 0))
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
    test(name, .error, "refuses a null pointer and memory that is no device's", source: "\(name), Returns: cudaErrorInvalidValue") {
      try fails(fill(nil, 0, 16), cudaErrorInvalidValue)
      let block = try Block(.ordinary, 64)
      try fails(fill(block.pointer, 0, 64), cudaErrorInvalidValue)
    }
    test(name, .error, "refuses to go past the end of an allocation", source: "\(name), Returns: cudaErrorInvalidValue") {
      var pointer: UnsafeMutableRawPointer?
      try ok(cudaMalloc(&pointer, 4 << 20))
      try fails(fill(pointer, 0, 64 << 20), cudaErrorInvalidValue)
      try ok(cudaFree(pointer))
    }
    test(name, .interaction, "runs between kernels of its stream", source: "\(name): in stream order") {
      let words = try Words(1024, fill: 5)
      for _ in 0..<4 {
        try ok(launch(basic.kernel("add"), dim(4), dim(256), words.pointer, Int32(1024), Int32(3)))
        try ok(fill(words.pointer, 0, 4096))
        try ok(launch(basic.kernel("add"), dim(4), dim(256), words.pointer, Int32(1024), Int32(4)))
      }
      try words.expect(all: 4, "the words")
    }
  }

  // MARK: two dimensions
  typealias Copy2D = (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  for (name, copy) in [
    ("cudaMemcpy2D", { try cudaMemcpy2D($0, $1, $2, $3, $4, $5, $6) }), ("cudaMemcpy2DAsync", { try cudaMemcpy2DAsync($0, $1, $2, $3, $4, $5, $6, nil) }),
  ] as [(String, Copy2D)] {
    for from in [Place.ordinary, .pinned, .device] {
      for to in [Place.ordinary, .pinned, .device] {
        test(name, .success, "copies rows from \(from.rawValue) to \(to.rawValue) memory with different pitches and leaves the gaps", source: name) {
          let source = try Block(from, 64 * 20), target = try Block(to, 48 * 20)
          try source.set(pattern(64 * 20))
          try target.set([UInt8](repeating: 0xee, count: 48 * 20))
          try ok(copy(target.pointer, 48, source.pointer, 64, 33, 20, direction(from, to)))
          let got = try target.get(), all = pattern(64 * 20)
          for row in 0..<20 {
            try same(Array(got[row * 48..<row * 48 + 33]), Array(all[row * 64..<row * 64 + 33]), "row \(row)")
            try check(got[row * 48 + 33..<row * 48 + 48].allSatisfy { $0 == 0xee }, "the gap behind row \(row)")
          }
        }
      }
    }
    test(name, .error, "refuses a width above a pitch", source: "\(name), Returns: cudaErrorInvalidPitchValue") {
      let source = try Block(.device, 1024), target = try Block(.ordinary, 1024)
      try fails(copy(target.pointer, 4, source.pointer, 16, 8, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidPitchValue)
      try fails(copy(target.pointer, 16, source.pointer, 4, 8, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidPitchValue)
    }
    test(name, .error, "refuses null pointers and a direction that is none", source: "\(name), Returns") {
      let source = try Block(.device, 1024), target = try Block(.ordinary, 1024)
      try fails(copy(nil, 16, source.pointer, 16, 8, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try fails(copy(target.pointer, 16, nil, 16, 8, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try fails(copy(target.pointer, 16, source.pointer, 16, 8, 4, cudaMemcpyKind(rawValue: 8)), cudaErrorInvalidMemcpyDirection)
    }
    test(name, .edge, "does nothing where width or height is zero, and keeps the last error", source: "\(name); NVIDIA's answer") {
      let source = try Block(.device, 1024), target = try Block(.ordinary, 1024)
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      try ok(copy(target.pointer, 16, source.pointer, 16, 0, 4, cudaMemcpyDeviceToHost))
      try ok(copy(target.pointer, 16, source.pointer, 16, 8, 0, cudaMemcpyDeviceToHost))
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
  }
  typealias Fill2D = (UnsafeMutableRawPointer?, Int, Int32, Int, Int) throws -> cudaError_t
  for (name, fill) in [("cudaMemset2D", { try cudaMemset2D($0, $1, $2, $3, $4) }), ("cudaMemset2DAsync", { try cudaMemset2DAsync($0, $1, $2, $3, $4, nil) })] as [(String, Fill2D)] {
    test(name, .success, "sets rows and leaves the gaps", source: name) {
      let block = try Block(.device, 100 * 10, fill: 1)
      try ok(fill(block.pointer, 100, 0x33, 61, 10))
      let got = try block.get()
      for row in 0..<10 {
        try check(got[row * 100..<row * 100 + 61].allSatisfy { $0 == 0x33 }, "row \(row)")
        try check(got[row * 100 + 61..<row * 100 + 100].allSatisfy { $0 == 1 }, "the gap behind row \(row)")
      }
    }
    test(name, .edge, "takes one row longer than its pitch is never read", source: "\(name); NVIDIA's answer for a height of 1") {
      let block = try Block(.device, 128, fill: 0)
      try ok(fill(block.pointer, 128, 9, 128, 1))
      try check(block.get().allSatisfy { $0 == 9 }, "the row")
    }
    test(name, .error, "refuses a null pointer", source: "\(name), Returns: cudaErrorInvalidValue") { try fails(fill(nil, 16, 0, 8, 8), cudaErrorInvalidValue) }
    test(name, .error, "refuses a width above the pitch", source: "\(name), Returns: cudaErrorInvalidValue") {
      let block = try Block(.device, 1024)
      try fails(fill(block.pointer, 8, 0, 16, 8), cudaErrorInvalidValue)
    }
  }

  // MARK: three dimensions
  typealias Copy3D = (UnsafePointer<cudaMemcpy3DParms>?) throws -> cudaError_t
  for (name, copy) in [("cudaMemcpy3D", { try cudaMemcpy3D($0) }), ("cudaMemcpy3DAsync", { try cudaMemcpy3DAsync($0, nil) })] as [(String, Copy3D)] {
    for from in [Place.ordinary, .device] {
      for to in [Place.ordinary, .device] {
        test(name, .success, "copies a box out of \(from.rawValue) into \(to.rawValue) memory at positions", source: "\(name), struct cudaMemcpy3DParms") {
          // Source: 40 x 8 x 6 bytes with a pitch of 50; target: 30 x 9 x 5 with a pitch of 36.
          let source = try Block(from, 50 * 8 * 6), target = try Block(to, 36 * 9 * 5)
          let all = pattern(50 * 8 * 6)
          try source.set(all)
          try target.set([UInt8](repeating: 0xee, count: 36 * 9 * 5))
          var p = cudaMemcpy3DParms()
          p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 50, xsize: 40, ysize: 8)
          p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 36, xsize: 30, ysize: 9)
          p.srcPos = cudaPos(x: 5, y: 1, z: 2)
          p.dstPos = cudaPos(x: 3, y: 4, z: 1)
          p.extent = cudaExtent(width: 21, height: 3, depth: 4)
          p.kind = direction(from, to)
          try ok(copy(&p))
          let got = try target.get()
          var wanted = [UInt8](repeating: 0xee, count: 36 * 9 * 5)
          for z in 0..<4 { for y in 0..<3 { for x in 0..<21 { wanted[((z + 1) * 9 + y + 4) * 36 + x + 3] = all[((z + 2) * 8 + y + 1) * 50 + x + 5] } } }
          try same(got, wanted, "the box and what is beside it")
        }
      }
    }
    test(name, .error, "refuses null parameters and a direction that is none", source: "\(name), Returns") {
      try fails(copy(nil), cudaErrorInvalidValue)
      let source = try Block(.device, 4096), target = try Block(.device, 4096)
      var p = cudaMemcpy3DParms()
      p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.extent = cudaExtent(width: 8, height: 4, depth: 2)
      p.kind = cudaMemcpyKind(rawValue: 9)
      try fails(copy(&p), cudaErrorInvalidMemcpyDirection)
    }
    test(name, .error, "refuses a width above the pitch", source: "\(name), Returns: cudaErrorInvalidPitchValue") {
      let source = try Block(.device, 4096), target = try Block(.device, 4096)
      var p = cudaMemcpy3DParms()
      p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.extent = cudaExtent(width: 32, height: 4, depth: 2)
      p.kind = cudaMemcpyDeviceToDevice
      try fails(copy(&p), cudaErrorInvalidPitchValue)
    }
    test(name, .edge, "does nothing where an extent is zero, and keeps the last error", source: "\(name); NVIDIA's answer") {
      let source = try Block(.device, 4096), target = try Block(.device, 4096)
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      var p = cudaMemcpy3DParms()
      p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 16, xsize: 16, ysize: 4)
      p.kind = cudaMemcpyDeviceToDevice
      p.extent = cudaExtent(width: 8, height: 4, depth: 0)
      try ok(copy(&p))
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
  }
  typealias Fill3D = (cudaPitchedPtr, Int32, cudaExtent) throws -> cudaError_t
  for (name, fill) in [("cudaMemset3D", { try cudaMemset3D($0, $1, $2) }), ("cudaMemset3DAsync", { try cudaMemset3DAsync($0, $1, $2, nil) })] as [(String, Fill3D)] {
    test(name, .success, "sets a box and leaves what is beside it", source: name) {
      let block = try Block(.device, 40 * 6 * 5, fill: 1)
      let pitched = cudaPitchedPtr(ptr: block.pointer, pitch: 40, xsize: 32, ysize: 6)
      try ok(fill(pitched, 0x44, cudaExtent(width: 20, height: 4, depth: 3)))
      let got = try block.get()
      for z in 0..<5 { for y in 0..<6 { for x in 0..<40 {
        let inside = x < 20 && y < 4 && z < 3
        try equal(got[(z * 6 + y) * 40 + x], inside ? 0x44 : 1, "byte \(x), \(y), \(z)")
      } } }
    }
    test(name, .error, "refuses a null pointer", source: "\(name), Returns: cudaErrorInvalidValue") {
      try fails(fill(cudaPitchedPtr(ptr: nil, pitch: 16, xsize: 16, ysize: 4), 0, cudaExtent(width: 4, height: 4, depth: 4)), cudaErrorInvalidValue)
    }
  }

  // MARK: peers: with one device they copy within it
  typealias Peer = (UnsafeMutableRawPointer?, Int32, UnsafeRawPointer?, Int32, Int) throws -> cudaError_t
  for (name, copy) in [("cudaMemcpyPeer", { try cudaMemcpyPeer($0, $1, $2, $3, $4) }), ("cudaMemcpyPeerAsync", { try cudaMemcpyPeerAsync($0, $1, $2, $3, $4, nil) })] as [(String, Peer)] {
    test(name, .success, "copies within one device", source: name) {
      let source = try Words(500, fill: 3), target = try Words(500, fill: 0)
      try ok(copy(target.pointer, 0, source.pointer, 0, 2000))
      try target.expect(all: 3, "the copy")
    }
    test(name, .success, "copies to another device and back", source: name) {
      try needsDevices(2)
      let here = try Words(5000, fill: 8), back = try Words(5000, fill: 0)
      try ok(cudaSetDevice(1))
      let there = try Words(5000, fill: 0)
      try ok(cudaDeviceSynchronize())
      try ok(cudaSetDevice(0))
      try ok(copy(there.pointer, 1, here.pointer, 0, 20_000))
      try ok(cudaDeviceSynchronize())
      try ok(copy(back.pointer, 0, there.pointer, 1, 20_000))
      try back.expect(all: 8, "what came back")
    }
    test(name, .error, "refuses an ordinal that is none", source: "\(name), Returns: cudaErrorInvalidDevice") {
      let source = try Words(16), target = try Words(16)
      try fails(copy(target.pointer, 99, source.pointer, 0, 64), cudaErrorInvalidDevice)
      try fails(copy(target.pointer, 0, source.pointer, 99, 64), cudaErrorInvalidDevice)
    }
    test(name, .error, "refuses null pointers", source: "\(name), Returns: cudaErrorInvalidValue") {
      let words = try Words(16)
      try fails(copy(nil, 0, words.pointer, 0, 64), cudaErrorInvalidValue)
      try fails(copy(words.pointer, 0, nil, 0, 64), cudaErrorInvalidValue)
    }
  }
  typealias Peer3D = (UnsafePointer<cudaMemcpy3DPeerParms>?) throws -> cudaError_t
  for (name, copy) in [("cudaMemcpy3DPeer", { try cudaMemcpy3DPeer($0) }), ("cudaMemcpy3DPeerAsync", { try cudaMemcpy3DPeerAsync($0, nil) })] as [(String, Peer3D)] {
    test(name, .success, "copies a box within one device", source: "\(name), struct cudaMemcpy3DPeerParms") {
      let source = try Block(.device, 32 * 4 * 3), target = try Block(.device, 32 * 4 * 3, fill: 0)
      try source.set(pattern(384))
      var p = cudaMemcpy3DPeerParms()
      p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 32, xsize: 32, ysize: 4)
      p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 32, xsize: 32, ysize: 4)
      p.extent = cudaExtent(width: 32, height: 4, depth: 3)
      try ok(copy(&p))
      try same(target.get(), pattern(384), "the box")
    }
    test(name, .error, "refuses null parameters and an ordinal that is none", source: "\(name), Returns") {
      try fails(copy(nil), cudaErrorInvalidValue)
      let source = try Block(.device, 512), target = try Block(.device, 512)
      var p = cudaMemcpy3DPeerParms()
      p.srcPtr = cudaPitchedPtr(ptr: source.pointer, pitch: 32, xsize: 32, ysize: 4)
      p.dstPtr = cudaPitchedPtr(ptr: target.pointer, pitch: 32, xsize: 32, ysize: 4)
      p.extent = cudaExtent(width: 32, height: 4, depth: 3)
      p.srcDevice = 99
      try fails(copy(&p), cudaErrorInvalidDevice)
    }
  }
}
