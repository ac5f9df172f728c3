// cudaDeviceSetLimit and cudaDeviceGetLimit: numbers that later launches and buffers take their sizes from.
// Threads: any.  Source: enum cudaLimit, driver_types.h.
import Synchronization

public struct Limit: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
  public static let stackSize = Limit(rawValue: 0)
  public static let printfFifoSize = Limit(rawValue: 1)
  public static let mallocHeapSize = Limit(rawValue: 2)
  public static let maxL2FetchGranularity = Limit(rawValue: 5)
}

final class Limits: Sendable {
  static let printfDefault = 1 << 20
  private let stack = Atomic<Int>(1024)
  private let printf = Atomic<Int>(Limits.printfDefault)
  private let heap = Atomic<Int>(8 << 20)
  private let fetch = Atomic<Int>(64)

  func reset() {
    stack.store(1024, ordering: .relaxed)
    printf.store(Self.printfDefault, ordering: .relaxed)
    heap.store(8 << 20, ordering: .relaxed)
    fetch.store(64, ordering: .relaxed)
  }

  /// Scratch for calls of unknown depth, in bytes for each thread: an AMD frame keeps whole registers of the caller, so CUDA's bytes
  /// count four times.  A wave has at most 8 MiB of scratch, which is 128 KiB a thread on waves of 64.
  var stackOfCalls: UInt32 { UInt32(clamping: min(max(stack.load(ordering: .relaxed), 1024) * 4, 96 << 10)) }

  subscript(limit: Limit) -> Int? {
    switch limit {
    case .stackSize: stack.load(ordering: .relaxed)
    case .printfFifoSize: printf.load(ordering: .relaxed)
    case .mallocHeapSize: heap.load(ordering: .relaxed)
    case .maxL2FetchGranularity: fetch.load(ordering: .relaxed)
    default: nil
    }
  }

  func set(_ limit: Limit, _ value: Int) -> Bool {
    switch limit {
    case .stackSize: stack.store(value, ordering: .relaxed)
    case .printfFifoSize: printf.store(max(value, 4096), ordering: .relaxed)
    case .mallocHeapSize: heap.store(value, ordering: .relaxed)
    case .maxL2FetchGranularity: fetch.store(min(value, 128), ordering: .relaxed)
    default: return false
    }
    return true
  }
}

extension Context {
  /// cudaDeviceGetLimit, in bytes.  Throws cudaErrorUnsupportedLimit for the limits of nested launches and persisting L2.
  public func limit(_ limit: Limit) throws(CUDAError) -> Int {
    guard let value = limits[limit] else { throw unsupported(limit) }
    return value
  }

  /// cudaDeviceSetLimit.  The heap's size is settled by the first kernel that allocates.  The stack size is for calls whose depth the
  /// compiler doesn't know; what it knows a kernel to need is there whatever the limit is.
  public func setLimit(_ limit: Limit, to value: Int) throws(CUDAError) {
    try Capture.forbidUnsafe()
    if limit == .mallocHeapSize, deviceHeap.isUsed {
      throw .invalidValue.because("the device heap is in use: its size is set before the first kernel that calls malloc")
    }
    guard limits.set(limit, value) else { throw unsupported(limit) }
  }

  private func unsupported(_ limit: Limit) -> CUDAError {
    let known = (0...6).contains(limit.rawValue)
    return (known ? CUDAError.unsupportedLimit : .invalidValue).because("limit \(limit.rawValue)")
  }
}
