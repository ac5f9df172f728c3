// CUDA arrays with the driver's descriptions: texels are a format and a number of channels.
// Source: CUDA Driver API, "Memory Management"; enum CUarray_format.
import CCUDA
import CUDA
import Cudart

/// The formats that arrays here have: bits of a channel, and enum cudaChannelFormatKind (signed 0, unsigned 1, float 2).
private let formats: [(number: Int32, bits: Int32, kind: Int32)] = [
  (0x01, 8, 1), (0x02, 16, 1), (0x03, 32, 1), (0x08, 8, 0), (0x09, 16, 0), (0x0a, 32, 0), (0x10, 16, 2), (0x20, 32, 2),
]

/// Throws cudaErrorNotSupported for what only other hardware has: planes, packed texels, normalised integers.
func channels(_ format: Int32, _ count: UInt32) throws(CUDAError) -> cudaChannelFormatDesc {
  if let compressed = CompressedFormat.all.first(where: { $0.arrayFormat == format }) {
    guard count == compressed.channels else { throw .invalidValue.because("\(count) channels of array format 0x\(String(format, radix: 16))") }
    let f = compressed.format
    return cudaChannelFormatDesc(x: f.bits.x, y: f.bits.y, z: f.bits.z, w: f.bits.w, f: f.kind)
  }
  guard let found = formats.first(where: { $0.number == format }) else {
    throw format >= 0x40 ? .notSupported.because("array format 0x\(String(format, radix: 16))") : .invalidValue.because("array format \(format)")
  }
  guard [1, 2, 4].contains(count) else { throw .invalidValue.because("\(count) channels") }
  let b = found.bits
  return cudaChannelFormatDesc(x: b, y: count > 1 ? b : 0, z: count > 2 ? b : 0, w: count > 2 ? b : 0, f: found.kind)
}

func format(of channels: cudaChannelFormatDesc) -> (format: Int32, count: UInt32) {
  if let compressed = CompressedFormat.ofKind(channels.f) { return (compressed.arrayFormat, UInt32(compressed.channels)) }
  let found = formats.first { $0.bits == channels.x && $0.kind == channels.f }
  return (found?.number ?? 0, channels.w != 0 ? 4 : channels.y != 0 ? 2 : 1)
}

private func given<T>(_ pointer: UnsafePointer<T>?, _ name: StaticString = "the description") throws(CUDAError) -> T {
  guard let pointer else { throw .invalidValue.because("\(name) is null") }
  return pointer.pointee
}

private func extent(_ d: CUDA_ARRAY3D_DESCRIPTOR) -> cudaExtent { cudaExtent(width: d.Width, height: d.Height, depth: d.Depth) }

@c(carmine_cu_cuArrayCreate_v2)
public func cuArrayCreate_v2(_ result: HandleResult?, _ description: UnsafePointer<CUDA_ARRAY_DESCRIPTOR>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let d = try given(description)
    var texel = try channels(d.Format, d.NumChannels)
    return cudaMallocArray(result, &texel, UInt(d.Width), UInt(d.Height), 0)
  })
}

@c(carmine_cu_cuArray3DCreate_v2)
public func cuArray3DCreate_v2(_ result: HandleResult?, _ description: UnsafePointer<CUDA_ARRAY3D_DESCRIPTOR>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let d = try given(description)
    guard d.Flags & 0x10 == 0 else { throw .notSupported.because("arrays of depth values (CUDA_ARRAY3D_DEPTH_TEXTURE)") }
    var texel = try channels(d.Format, d.NumChannels)
    return cudaMalloc3DArray(result, &texel, extent(d), d.Flags)
  })
}

@c(carmine_cu_cuMipmappedArrayCreate)
public func cuMipmappedArrayCreate(_ result: HandleResult?, _ description: UnsafePointer<CUDA_ARRAY3D_DESCRIPTOR>?, _ levels: UInt32) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let d = try given(description)
    var texel = try channels(d.Format, d.NumChannels)
    return cudaMallocMipmappedArray(result, &texel, extent(d), levels, d.Flags)
  })
}

@c(carmine_cu_cuExternalMemoryGetMappedMipmappedArray)
public func cuExternalMemoryGetMappedMipmappedArray(
  _ result: HandleResult?, _ memory: UnsafeMutableRawPointer?, _ description: UnsafePointer<CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let d = try given(description)
    var made = cudaExternalMemoryMipmappedArrayDesc()
    (made.offset, made.extent, made.flags, made.numLevels) = (d.offset, extent(d.arrayDesc), d.arrayDesc.Flags, d.numLevels)
    made.formatDesc = try channels(d.arrayDesc.Format, d.arrayDesc.NumChannels)
    return cudaExternalMemoryGetMappedMipmappedArray(result, memory, &made)
  })
}

private func described(_ array: UnsafeMutableRawPointer?) throws(CUDAError) -> CUDA_ARRAY3D_DESCRIPTOR {
  _ = try current()
  let found = try DeviceArray.find(array), f = found.format
  let texel = format(of: cudaChannelFormatDesc(x: f.bits.x, y: f.bits.y, z: f.bits.z, w: f.bits.w, f: f.kind))
  return CUDA_ARRAY3D_DESCRIPTOR(
    Width: found.extent.width, Height: found.extent.height, Depth: found.extent.depth, Format: texel.format, NumChannels: texel.count, Flags: found.flags)
}

@c(carmine_cu_cuArrayGetDescriptor_v2)
public func cuArrayGetDescriptor_v2(_ result: UnsafeMutablePointer<CUDA_ARRAY_DESCRIPTOR>?, _ array: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pArrayDescriptor"), d = try described(array)
    result.pointee = CUDA_ARRAY_DESCRIPTOR(Width: d.Width, Height: d.Height, Format: d.Format, NumChannels: d.NumChannels)
  }
}

@c(carmine_cu_cuArray3DGetDescriptor_v2)
public func cuArray3DGetDescriptor_v2(_ result: UnsafeMutablePointer<CUDA_ARRAY3D_DESCRIPTOR>?, _ array: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pArrayDescriptor")
    result.pointee = try described(array)
  }
}

@c(carmine_cu_cuDeviceGetTexture1DLinearMaxWidth)
public func cuDeviceGetTexture1DLinearMaxWidth(_ result: UnsafeMutablePointer<UInt>?, _ format: Int32, _ count: UInt32, _ ordinal: Int32) -> Int32 {
  bridged(needsContext: false, converting: { () throws(CUDAError) in
    var texel = try channels(format, count)
    return cudaDeviceGetTexture1DLinearMaxWidth(result, &texel, ordinal)
  })
}

// MARK: - Copies of a row of bytes

private func side(_ array: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: Int) throws(CUDAError) -> CopySide {
  let found = try DeviceArray.find(array), x = try count(offset), box = CopyExtent(width: bytes, height: 1)
  guard found.extent.height <= 1, found.extent.depth <= 1 else { throw .invalidValue.because("the array has more than one row") }
  try found.check(x: x, y: 0, z: 0, box)
  return try found.side(x: x, y: 0, z: 0)
}

private func copyRow(
  _ bytes: UInt, _ kind: CopyKind, _ to: (Int) throws(CUDAError) -> CopySide, _ from: (Int) throws(CUDAError) -> CopySide,
  _ stream: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool = false
) throws(CUDAError) {
  let size = try count(bytes), stream = try current().stream(stream)
  try stream.copy(to: to(size), from: from(size), extent: CopyExtent(width: size, height: 1), kind: kind, isAsynchronous: isAsynchronous)
}

private func memory(_ pointer: UnsafeRawPointer?) throws(CUDAError) -> CopySide {
  guard let pointer else { throw .invalidValue.because("a pointer is null") }
  return CopySide(UnsafeMutableRawPointer(mutating: pointer))
}
private func pointer(_ address: UInt64) -> UnsafeRawPointer? { UnsafeRawPointer(bitPattern: UInt(address)) }

@c(carmine_cu_cuMemcpyAtoA_v2)
public func cuMemcpyAtoA_v2(
  _ to: UnsafeMutableRawPointer?, _ toOffset: UInt, _ from: UnsafeMutableRawPointer?, _ fromOffset: UInt, _ bytes: UInt
) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(bytes, .deviceToDevice, { n throws(CUDAError) in try side(to, toOffset, n) }, { n throws(CUDAError) in try side(from, fromOffset, n) })
  }
}

@c(carmine_cu_cuMemcpyAtoD_v2)
public func cuMemcpyAtoD_v2(_ to: UInt64, _ from: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(bytes, .deviceToDevice, { _ throws(CUDAError) in try memory(pointer(to)) }, { n throws(CUDAError) in try side(from, offset, n) })
  }
}

@c(carmine_cu_cuMemcpyDtoA_v2)
public func cuMemcpyDtoA_v2(_ to: UnsafeMutableRawPointer?, _ offset: UInt, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(bytes, .deviceToDevice, { n throws(CUDAError) in try side(to, offset, n) }, { _ throws(CUDAError) in try memory(pointer(from)) })
  }
}

@c(carmine_cu_cuMemcpyAtoH_v2)
public func cuMemcpyAtoH_v2(_ to: UnsafeMutableRawPointer?, _ from: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(bytes, .deviceToHost, { _ throws(CUDAError) in try memory(to) }, { n throws(CUDAError) in try side(from, offset, n) })
  }
}

@c(carmine_cu_cuMemcpyHtoA_v2)
public func cuMemcpyHtoA_v2(_ to: UnsafeMutableRawPointer?, _ offset: UInt, _ from: UnsafeRawPointer?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(bytes, .hostToDevice, { n throws(CUDAError) in try side(to, offset, n) }, { _ throws(CUDAError) in try memory(from) })
  }
}

@c(carmine_cu_cuMemcpyAtoHAsync_v2)
public func cuMemcpyAtoHAsync_v2(
  _ to: UnsafeMutableRawPointer?, _ from: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(
      bytes, .deviceToHost, { _ throws(CUDAError) in try memory(to) }, { n throws(CUDAError) in try side(from, offset, n) }, stream, isAsynchronous: true)
  }
}

@c(carmine_cu_cuMemcpyHtoAAsync_v2)
public func cuMemcpyHtoAAsync_v2(
  _ to: UnsafeMutableRawPointer?, _ offset: UInt, _ from: UnsafeRawPointer?, _ bytes: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    try copyRow(
      bytes, .hostToDevice, { n throws(CUDAError) in try side(to, offset, n) }, { _ throws(CUDAError) in try memory(from) }, stream, isAsynchronous: true)
  }
}

// MARK: - The same on the per-thread default stream, for programs built with it

@c(carmine_cu_cuMemcpyAtoA_v2_ptds)
public func cuMemcpyAtoA_v2_ptds(_ to: UnsafeMutableRawPointer?, _ toOffset: UInt, _ from: UnsafeMutableRawPointer?, _ fromOffset: UInt, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in 
    try copyRow(bytes, .deviceToDevice, { n throws(CUDAError) in try side(to, toOffset, n) }, { n throws(CUDAError) in try side(from, fromOffset, n) }, perThread)
  }
}

@c(carmine_cu_cuMemcpyAtoD_v2_ptds)
public func cuMemcpyAtoD_v2_ptds(_ to: UInt64, _ from: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in 
    try copyRow(bytes, .deviceToDevice, { _ throws(CUDAError) in try memory(pointer(to)) }, { n throws(CUDAError) in try side(from, offset, n) }, perThread)
  }
}

@c(carmine_cu_cuMemcpyDtoA_v2_ptds)
public func cuMemcpyDtoA_v2_ptds(_ to: UnsafeMutableRawPointer?, _ offset: UInt, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in 
    try copyRow(bytes, .deviceToDevice, { n throws(CUDAError) in try side(to, offset, n) }, { _ throws(CUDAError) in try memory(pointer(from)) }, perThread)
  }
}

@c(carmine_cu_cuMemcpyAtoH_v2_ptds)
public func cuMemcpyAtoH_v2_ptds(_ to: UnsafeMutableRawPointer?, _ from: UnsafeMutableRawPointer?, _ offset: UInt, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in 
    try copyRow(bytes, .deviceToHost, { _ throws(CUDAError) in try memory(to) }, { n throws(CUDAError) in try side(from, offset, n) }, perThread)
  }
}

@c(carmine_cu_cuMemcpyHtoA_v2_ptds)
public func cuMemcpyHtoA_v2_ptds(_ to: UnsafeMutableRawPointer?, _ offset: UInt, _ from: UnsafeRawPointer?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in 
    try copyRow(bytes, .hostToDevice, { n throws(CUDAError) in try side(to, offset, n) }, { _ throws(CUDAError) in try memory(from) }, perThread)
  }
}
