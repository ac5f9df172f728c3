// Device-side printf: the buffer that a stream's kernels write, and its way to standard output.
// One buffer a stream, so that it is known to be at rest when the stream has nothing in flight.
// Threads: any; `state` is locked while records are read.  Full: records that do not fit are counted and reported.
// Source: carmine_device_abi.h.
import CDeviceABI
import GPU
@preconcurrency import Glibc  // stdout is a C variable
import Settings
import Synchronization

final class PrintfChannel: Sendable {
  private let gpu: GPU.Device
  private let address = Atomic<UInt64>(0)   // of the buffer; 0 until a kernel that prints is launched
  private let lock = Lock()

  init(gpu: GPU.Device) { self.gpu = gpu }

  deinit {
    let buffer = address.load(ordering: .acquiring)
    if buffer != 0 { try? gpu.free(buffer) }
  }

  var isUsed: Bool { address.load(ordering: .acquiring) != 0 }

  /// The buffer's device address; allocates it at first.
  func bufferAddress(capacity: Int) throws(CUDAError) -> UInt64 {
    let existing = address.load(ordering: .acquiring)
    if existing != 0 { return existing }
    do throws(GPUError) {
      return try lock.withLock { () throws(GPUError) in
        let existing = address.load(ordering: .acquiring)
        if existing != 0 { return existing }
        let header = MemoryLayout<carmine_printf_buffer>.size
        let memory = try gpu.allocate(UInt64(header + capacity), heap: .host, isInternal: true)
        memset(memory, 0, header + capacity)
        memory.assumingMemoryBound(to: carmine_printf_buffer.self).pointee.capacity = UInt64(capacity)
        address.store(UInt64(UInt(bitPattern: memory)), ordering: .releasing)
        return UInt64(UInt(bitPattern: memory))
      }
    } catch { throw CUDAError(error) }
  }

  /// Prints what was written and empties the buffer, if `timeline` has nothing in flight.
  func drain(ifIdle timeline: Timeline) { drain { timeline.whileIdle($0) } }

  /// The same where `whileAtRest` calls what it is given if no kernel writes the buffer.
  func drain(_ whileAtRest: (() -> Void) -> Void) {
    guard let memory = UnsafeMutableRawPointer(bitPattern: UInt(address.load(ordering: .acquiring))) else { return }
    lock.withLock {
      whileAtRest {
        let header = memory.assumingMemoryBound(to: carmine_printf_buffer.self)
        let written = min(header.pointee.written, header.pointee.capacity)
        guard header.pointee.written > 0 || header.pointee.dropped > 0 else { return }
        let records = memory + MemoryLayout<carmine_printf_buffer>.size
        let output = PrintfFormatter.text(of: UnsafeRawBufferPointer(start: records, count: Int(written)))
        output.withUnsafeBufferPointer { bytes in _ = fwrite(bytes.baseAddress, 1, bytes.count, stdout) }
        if header.pointee.dropped > 0 {
          Log.line("device printf: \(header.pointee.dropped) records did not fit the buffer (cudaLimitPrintfFifoSize)")
        }
        // Only the used part: a record's byte_count must read 0 before it is complete.
        memset(records, 0, Int(written))
        header.pointee.dropped = 0
        header.pointee.written = 0
      }
    }
  }
}
