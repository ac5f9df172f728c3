import CCUDA
import Testing

@testable import CUDA

@Suite("CUDA's errors")
struct CUDAErrorTests {
  @Test("The table is sorted, and each code has one row") func sorted() {
    for (a, b) in zip(errorTable, errorTable.dropFirst()) { #expect(a.code < b.code) }
  }

  @Test("Names and texts are those that NVIDIA's runtime gives", arguments: [
    (0, "cudaSuccess", "no error"), (1, "cudaErrorInvalidValue", "invalid argument"), (2, "cudaErrorMemoryAllocation", "out of memory"),
    (209, "cudaErrorNoKernelImageForDevice", "no kernel image is available for execution on the device"),
    (600, "cudaErrorNotReady", "device not ready"), (700, "cudaErrorIllegalAddress", "an illegal memory access was encountered"),
    (719, "cudaErrorLaunchFailure", "unspecified launch failure"), (999, "cudaErrorUnknown", "unknown error"),
    (2000, "unrecognized error code", "unrecognized error code"),
  ])
  func texts(code: Int, name: String, text: String) {
    let error = CUDAError(rawValue: Int32(code))
    #expect("\(error.name)" == name && "\(error.text)" == text)
  }

  @Test("A reason changes what is logged, not which error it is") func reasons() {
    let error = CUDAError.invalidValue.because("count is negative")
    #expect(error == .invalidValue && error.rawValue == 1)
    #expect(error.description == "cudaErrorInvalidValue (1, invalid argument): count is negative")
  }

  @Test("Only errors that corrupt the context are sticky") func sticky() {
    let codes = errorTable.map(\.code).filter { CUDAError(rawValue: $0).isSticky }
    #expect(codes == [220, 226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721])
  }

  @Test("An error is remembered until it is taken; not-ready is no error") func lastError() {
    CurrentThread.state.pointee.last_error = 0
    CurrentThread.record(.notReady)
    #expect(CurrentThread.peekLastError() == .success)
    CurrentThread.record(.invalidValue)
    CurrentThread.record(.success)
    #expect(CurrentThread.peekLastError() == .invalidValue)
    #expect(CurrentThread.takeLastError() == .invalidValue)
    #expect(CurrentThread.takeLastError() == .success)
  }

  @Test("Call configurations come back in the order of a stack") func callConfigurations() throws {
    for depth in 1...3 as ClosedRange<UInt32> {
      #expect(
        CurrentThread.push(
          grid: carmine_dim3_words(xy: UInt64(depth) | 1 << 32, z: 1), block: carmine_dim3_words(xy: 1 | UInt64(depth) << 32, z: 2),
          dynamicSharedBytes: UInt(depth) * 16, stream: UnsafeMutableRawPointer(bitPattern: UInt(depth))))
    }
    for depth in (1...3 as ClosedRange<UInt32>).reversed() {
      let popped = try #require(CurrentThread.popCallConfiguration())
      #expect(popped.pointee.grid_xy == UInt64(depth) | 1 << 32 && popped.pointee.grid_z == 1)
      #expect(popped.pointee.block_xy == 1 | UInt64(depth) << 32 && popped.pointee.block_z == 2)
      #expect(popped.pointee.dynamic_shared_bytes == Int(depth) * 16 && UInt(bitPattern: popped.pointee.stream) == UInt(depth))
    }
    #expect(CurrentThread.popCallConfiguration() == nil)
  }
}
