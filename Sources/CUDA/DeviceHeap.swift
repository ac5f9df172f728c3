// Memory that kernels use behind the program's back: the heap of the device's malloc and free, and the locks of 128-bit atomics.
// One of each for a context, made when the first kernel that needs it is launched.
// Threads: any.  Full: the device's malloc returns null.  Source: carmine_device_abi.h; CUDA Programming Guide, "Dynamic Global
// Memory Allocation and Operations".
import CDeviceABI
import GPU
@preconcurrency import Glibc
import Synchronization

final class DeviceHeap: Sendable {
  private let gpu: GPU.Device
  private let heap = Atomic<UInt64>(0), locks = Atomic<UInt64>(0)  // 0: not made yet
  private let lock = Lock()

  init(gpu: GPU.Device) { self.gpu = gpu }
  deinit { forget() }

  /// Whether kernels may already have allocated, so that the size is settled.
  var isUsed: Bool { heap.load(ordering: .acquiring) != 0 }

  /// The carmine_heap, with room for `capacity` bytes when it is made now.
  func heapAddress(capacity: Int) throws(CUDAError) -> UInt64 {
    let arena = UInt64(max(capacity, 4096) + 15) & ~15
    return try once(heap, MemoryLayout<carmine_heap>.size + Int(arena)) { memory in
      memset(memory, 0, MemoryLayout<carmine_heap>.size)
      memory.assumingMemoryBound(to: carmine_heap.self).pointee.capacity = arena
    }
  }

  func locksAddress() throws(CUDAError) -> UInt64 {
    let bytes = 4 * Int(CARMINE_LOCK_COUNT)
    return try once(locks, bytes) { memset($0, 0, bytes) }
  }

  /// Gives the memory back: nothing runs any more.
  func forget() {
    for address in [heap.exchange(0, ordering: .acquiringAndReleasing), locks.exchange(0, ordering: .acquiringAndReleasing)] where address != 0 {
      try? gpu.free(address)
    }
  }

  private func once(
    _ cell: borrowing Atomic<UInt64>, _ byteCount: Int, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) -> UInt64 {
    let existing = cell.load(ordering: .acquiring)
    if existing != 0 { return existing }
    do throws(GPUError) {
      return try lock.withLock { () throws(GPUError) in
        let other = cell.load(ordering: .acquiring)
        if other != 0 { return other }
        let memory = try gpu.allocate(UInt64(byteCount), heap: .deviceLocal, isInternal: true)
        fill(memory)
        gpu.flushHostWrites()
        let address = UInt64(UInt(bitPattern: memory))
        cell.store(address, ordering: .releasing)
        return address
      }
    } catch { throw CUDAError(error) }
  }
}
