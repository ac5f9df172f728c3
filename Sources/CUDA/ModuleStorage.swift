// A device's memory as module loading uses it.
// Threads: any.
import GPU
import Glibc
import ModuleLoading

extension Context: ModuleStorage {
  public var moduleOrdinal: Int { device.ordinal }
  public var moduleTarget: String { device.gpu.node.processor.name }

  public func allocateForModule(byteCount: UInt64, alignment: UInt64, use: ModuleMemory) throws -> UInt64 {
    let heap: Heap =
      switch use {
      case .code: .code
      case .variables: .deviceLocal
      case .managed: .managed
      }
    do throws(GPUError) {
      let address = UInt64(UInt(bitPattern: try device.gpu.allocate(byteCount, heap: heap, isInternal: true)))
      guard address % alignment == 0 else {
        try device.gpu.free(address)
        throw GPUError(.unsupported, "a module wants memory aligned to \(alignment) bytes")
      }
      return address
    } catch { throw CUDAError(error) }
  }

  public func freeForModule(_ address: UInt64) { try? device.gpu.free(address) }

  public func writeForModule(_ bytes: UnsafeRawBufferPointer, to address: UInt64) throws {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    memcpy(UnsafeMutableRawPointer(bitPattern: UInt(address))!, start, bytes.count)
    device.gpu.noteHostWroteCode()
  }
}
