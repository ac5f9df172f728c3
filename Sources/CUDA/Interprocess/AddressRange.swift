// A range of device memory as a dma-buf, for other drivers.
// Threads: any.  Source: CUDA Driver API, cuMemGetHandleForAddressRange.
import GPU
import Glibc

public enum AddressRange {
  /// A dma-buf of cudaMalloc's memory or of what cuMemMap mapped; the caller's.  It is the kernel driver's whole allocation, which may go on
  /// behind the range; a range that begins within one is cudaErrorNotSupported.
  public static func export(_ address: UInt64, _ byteCount: UInt64) throws(CUDAError) -> Int32 {
    if let mapped = try VirtualMemory.shared.exportRange(address, byteCount) { return mapped }
    guard let (device, allocation) = Runtime.find(address), allocation.heap == .deviceLocal, !allocation.isInternal,
      byteCount <= allocation.byteCount - (address - allocation.deviceAddress)
    else { throw .invalidValue.because("\(byteCount) bytes at 0x\(String(address, radix: 16)) are no memory of the device's") }
    let made: ExportedMemory
    do throws(GPUError) { made = try device.gpu.export(address) } catch { throw CUDAError(error) }
    guard made.offset + (address - allocation.deviceAddress) == 0 else {
      close(made.descriptor)
      throw .notSupported.because("a range that begins within the kernel driver's allocation")
    }
    return made.descriptor
  }
}
