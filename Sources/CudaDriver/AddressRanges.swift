// A range of the device's memory as a dma-buf, for other drivers: cuMemGetHandleForAddressRange.
// Source: CUDA Driver API, "Memory Management"; enum CUmemRangeHandleType.
import CUDA
import Cudart

/// `result` takes an int: a file descriptor, the caller's.
@c(carmine_cu_cuMemGetHandleForAddressRange)
public func cuMemGetHandleForAddressRange(
  _ result: UnsafeMutableRawPointer?, _ address: UInt64, _ size: UInt, _ type: Int32, _ flags: UInt64
) -> Int32 {
  driver { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("handle is null") }
    guard type == 1 else { throw .invalidValue.because("handle type \(type)") }   // CU_MEM_RANGE_HANDLE_TYPE_DMA_BUF_FD
    guard flags <= 1 else { throw .invalidValue.because("flags are \(flags)") }
    guard size > 0, size & 4095 == 0, address & 4095 == 0 else { throw .invalidValue.because("\(size) bytes at 0x\(String(address, radix: 16)) are no whole pages") }
    _ = try current()
    result.storeBytes(of: try AddressRange.export(address, UInt64(size)), as: Int32.self)
  }
}
