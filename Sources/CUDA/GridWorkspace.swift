// The memory in which the blocks of a cooperative grid wait for each other: what %envreg1 and %envreg2 point to.
// One for each stream, since its grids run one after another.  cooperative_groups adds to the counter so that a whole
// synchronisation changes nothing but its highest bit; it never has to be cleared.
// Threads: any.  Source: CUDA's cooperative_groups/details/driver_abi.h: two words, the size of the whole and the counter.
import GPU
import Glibc
import Synchronization

final class GridWorkspace: Sendable {
  private static let byteCount = 8
  private let gpu: GPU.Device
  private let address = Atomic<UInt64>(0)   // 0 until a cooperative launch
  private let lock = Lock()

  init(gpu: GPU.Device) { self.gpu = gpu }

  deinit {
    let memory = address.load(ordering: .acquiring)
    if memory != 0 { try? gpu.free(memory) }
  }

  /// The device address; allocates at first.
  func deviceAddress() throws(CUDAError) -> UInt64 {
    let existing = address.load(ordering: .acquiring)
    if existing != 0 { return existing }
    do throws(GPUError) {
      return try lock.withLock { () throws(GPUError) in
        let existing = address.load(ordering: .acquiring)
        if existing != 0 { return existing }
        let memory = try gpu.allocate(UInt64(Self.byteCount), heap: .deviceLocal, isInternal: true)
        let words = memory.assumingMemoryBound(to: UInt32.self)
        words[0] = UInt32(Self.byteCount)
        words[1] = 0
        gpu.flushHostWrites()
        address.store(UInt64(UInt(bitPattern: memory)), ordering: .releasing)
        return UInt64(UInt(bitPattern: memory))
      }
    } catch { throw CUDAError(error) }
  }
}
