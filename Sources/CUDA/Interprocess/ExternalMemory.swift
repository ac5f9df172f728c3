// Memory of another driver (Vulkan, a camera, another process) by its file descriptor, which on AMD GPUs is a dma-buf.
// Threads: any; an object does not change.  Each mapped buffer has an address of its own and is freed by cudaFree.
// Source: CUDA Runtime API, "External Resource Interoperability"; which error for what, as NVIDIA's library answers on an H100.
import GPU
import Glibc

public final class ExternalMemory: @unchecked Sendable {  // does not change, but for handle, set before anyone else sees it
  static let handles = HandleTable<ExternalMemory>(magic: 0x6d65_6d74_7865_6163)
  private let device: Device
  private let descriptor: Int32
  /// As the program says, and as the dma-buf is.
  private let size, blockBytes: UInt64
  private let heap: Heap
  public private(set) var handle: UnsafeMutableRawPointer! = nil

  /// cudaExternalMemoryHandleType: an opaque file descriptor; the others are Windows' and NvSci's.
  private static let opaqueDescriptor: Int32 = 1

  /// cudaImportExternalMemory: on success the descriptor is ours.
  public static func `import`(type: Int32, descriptor: Int32, size: UInt64, flags: UInt32, in context: Context) throws(CUDAError) -> ExternalMemory {
    guard (1...8).contains(type) else { throw .invalidValue.because("handle type \(type)") }
    guard type == opaqueDescriptor else { throw .notSupported.because("handle type \(type): file descriptors are what there is") }
    guard size > 0, flags & ~1 == 0 else { throw .invalidValue.because("\(size) bytes, flags \(flags)") }
    let info: (size: UInt64, isLocal: Bool)
    do { info = try context.gpu.describe(descriptor) } catch { throw .unknown.because("descriptor \(descriptor): \(error.message)") }
    guard size <= info.size else { throw .invalidValue.because("\(size) bytes of a dma-buf of \(info.size)") }
    let memory = ExternalMemory(context.device, descriptor, size, info.size, info.isLocal ? .imported : .importedHost)
    memory.handle = handles.issue(memory)
    return memory
  }

  private init(_ device: Device, _ descriptor: Int32, _ size: UInt64, _ blockBytes: UInt64, _ heap: Heap) {
    (self.device, self.descriptor, self.size, self.blockBytes, self.heap) = (device, descriptor, size, blockBytes, heap)
  }

  deinit { close(descriptor) }

  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> ExternalMemory {
    guard let handle else { throw .invalidValue.because("the external memory is null") }
    guard let memory = handles.object(for: handle) else { throw .invalidResourceHandle.because("no external memory has this handle") }
    return memory
  }

  /// cudaDestroyExternalMemory: what is mapped stays until it is freed.
  public func destroy() throws(CUDAError) {
    guard Self.handles.revoke(handle) != nil else { throw .invalidResourceHandle.because("destroyed external memory") }
  }

  /// cudaExternalMemoryGetMappedBuffer.
  public func map(offset: UInt64, byteCount: UInt64, flags: UInt32 = 0, isInternal: Bool = false) throws(CUDAError) -> UnsafeMutableRawPointer {
    let (end, overflow) = offset.addingReportingOverflow(byteCount)
    guard flags == 0, byteCount > 0, !overflow, end <= size else { throw .invalidValue.because("\(byteCount) bytes at \(offset) of \(size), flags \(flags)") }
    do {
      return try device.gpu.importMemory(
        descriptor, blockBytes: blockBytes, offset: offset, byteCount: byteCount, heap: heap, flags: 0, isInternal: isInternal)
    } catch { throw CUDAError(error) }
  }

  /// cudaExternalMemoryGetMappedMipmappedArray: of linear images, whose rows begin at multiples of 256 bytes.
  public func mapMipmapped(
    offset: UInt64, format: ChannelFormat, extent: (width: Int, height: Int, depth: Int), flags: UInt32, levels: UInt32, in context: Context
  ) throws(CUDAError) -> DeviceArray {
    guard levels > 0 else { throw .invalidValue.because("no levels") }
    return try DeviceArray.make(on: context, format: format, extent: extent, flags: flags & ~DeviceArray.colorAttachment, levelCount: Int(levels)) {
      byteCount throws(CUDAError) in
      UInt64(UInt(bitPattern: try self.map(offset: offset, byteCount: byteCount, isInternal: true)))
    }
  }
}
