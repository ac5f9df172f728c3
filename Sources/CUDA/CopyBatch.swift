// cudaMemcpyBatchAsync, cudaMemcpy3DBatchAsync and copies with attributes: many copies at once, and when each may read its source.
// Threads: any.  Order: the batch as a whole in stream order.  Everything is checked before the first byte moves.
// Source: CUDA Runtime API, cudaMemcpyBatchAsync; enum cudaMemcpySrcAccessOrder.
import GPU

/// When a copy may read its source.
public enum SourceOrder: Int32, Sendable {
  case stream = 1          // in stream order, pageable memory too
  case duringCall = 2      // before the call returns, whatever the stream still does
  case any = 3             // whenever
}

/// One copy of a batch.
public struct BatchedCopy {
  public var destination, source: CopySide
  public var extent: CopyExtent
  public var order: SourceOrder
  public init(to destination: CopySide, from source: CopySide, extent: CopyExtent, order: SourceOrder) {
    (self.destination, self.source, self.extent, self.order) = (destination, source, extent, order)
  }
}

/// cudaMemcpyAttributes as far as it matters here; the hints are about memory that has no place of its own.
public func sourceOrder(_ number: Int32, flags: UInt32) throws(CUDAError) -> SourceOrder {
  guard let order = SourceOrder(rawValue: number) else { throw .invalidValue.because("source access order \(number)") }
  guard flags & ~1 == 0 else { throw .invalidValue.because("copy flags \(flags)") }
  return order
}

extension Stream {
  /// Batches are not for the legacy default stream.
  public func checkTakesBatches() throws(CUDAError) {
    guard kind != .legacy else { throw .invalidValue.because("a batch in the legacy default stream") }
  }

  /// All of a batch.  `failed` is told which copy cannot be done.
  public func copy(batch: UnsafeBufferPointer<BatchedCopy>, failed: (Int) -> Void) throws(CUDAError) {
    for index in 0..<batch.count {
      do throws(CUDAError) { try checkCopy(batch[index]) } catch {
        failed(index)
        throw error
      }
    }
    for copy in batch { try self.copy(to: copy.destination, from: copy.source, extent: copy.extent, kind: .automatic, isAsynchronous: true, order: copy.order) }
  }

  private func checkCopy(_ copy: BatchedCopy) throws(CUDAError) {
    guard !copy.extent.isEmpty else { throw .invalidValue.because("a copy of nothing") }
    guard copy.extent.height == 1 && copy.extent.depth == 1 || copy.destination.rowPitch >= copy.extent.width && copy.source.rowPitch >= copy.extent.width
    else { throw .invalidValue.because("rows of \(copy.extent.width) bytes, pitches \(copy.destination.rowPitch) and \(copy.source.rowPitch)") }
    try checkSide(copy.destination, copy.extent, "destination")
    try checkSide(copy.source, copy.extent, "source")
  }
}
