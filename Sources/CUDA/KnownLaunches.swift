// Launches that this thread made lately, ready to be made again: a program launches few kernels in few shapes very often, and what CUDA
// promises to check of one does not change while streams, modules and the thread's device stay as they are.
// Threads: each has its own; `forgetAll` any.
// What a thread knows holds until a stream or a module of the process goes (`generation`), or the thread changes its device.
import CThreadLocal
import GPU
import ModuleLoading
import Synchronization

/// All that the program says of a launch but its arguments: its function and stream as it has them, where a null stream that is the
/// per-thread one is cudaStreamPerThread.
public struct LaunchKey {
  @usableFromInline let function: UInt, stream: UInt
  @usableFromInline let grid, block: Dim3
  @usableFromInline let dynamicSharedBytes: UInt

  @inlinable @inline(__always)
  public init(
    function: UnsafeRawPointer?, stream: UnsafeMutableRawPointer?, perThreadDefault: Bool = false, grid: Dim3, block: Dim3, dynamicSharedBytes: UInt
  ) {
    self.function = UInt(bitPattern: function)
    self.stream = stream == nil && perThreadDefault ? 2 : UInt(bitPattern: stream)
    self.grid = grid
    self.block = block
    self.dynamicSharedBytes = dynamicSharedBytes
  }

  /// Field by field: what has just been written in small pieces must not be read in larger ones (carmine_thread_local.h).
  @inline(__always)
  fileprivate static func == (a: Self, b: Self) -> Bool {
    a.function == b.function && a.stream == b.stream && a.grid == b.grid && a.block == b.block && a.dynamicSharedBytes == b.dynamicSharedBytes
  }

  /// Its place in a table of 2^`bits`.
  @inline(__always)
  fileprivate func place(bits: UInt64) -> Int {
    let mixed = UInt64(function) &+ UInt64(stream) &+ grid.mixed &+ block.mixed << 9
    return Int(truncatingIfNeeded: (mixed &* 0x9e37_79b9_7f4a_7c15) >> (64 - bits))
  }
}

public enum KnownLaunches {
  private struct Entry {
    var generation: UInt64 = 0   // 0: none
    let key: LaunchKey
    let stream: Unmanaged<Stream>
    let layout: ParameterLayout
    let launch: PreparedLaunch
  }
  private static var bits: UInt64 { 4 }

  private static let current = Atomic<UInt64>(1)
  /// To be read before anything that a launch depends on.
  static var generation: UInt64 { current.load(ordering: .acquiring) }

  /// A stream or a module has gone, or what a kernel asks for has changed.
  public static func forgetAll() { current.add(1, ordering: .acquiringAndReleasing) }

  /// Makes a launch once more.  False if this thread does not know it, or if it takes more now than packets.
  /// Throws the sticky error.
  public static func again(_ key: LaunchKey, _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) throws(CUDAError) -> Bool {
    let state = CurrentThread.state
    guard let table = state.pointee.launches, state.pointee.host_function_depth == 0 else { return false }
    let entry = table.assumingMemoryBound(to: Entry.self) + key.place(bits: bits)
    guard entry.pointee.generation == generation, entry.pointee.key == key,
      let values = UnsafePointer(values) ?? entry.pointee.layout.noValues
    else { return false }
    return try entry.pointee.stream.borrow { stream throws(CUDAError) in
      guard stream.isReady else { return false }
      let launch = UnsafePointer(entry).pointer(to: \.launch)!, firstGridID = GridID.first(of: stream.timeline)
      do throws(GPUError) {
        try stream.timeline.dispatch(launch.dispatch, kernargs: launch.pointee.kernargSize) { kernarg, position in
          entry.pointee.layout.copy(values, to: kernarg)
          launch.writeHidden(to: kernarg, gridID: firstGridID &+ position)
        }
      } catch { throw stream.failure(error) }
      return true
    }
  }

  /// The launch was made, and nothing but its arguments changes when it is made again.  `generation`: of before it was looked at.
  @inline(never)
  static func remember(_ key: LaunchKey, _ generation: UInt64, _ stream: Stream, _ layout: ParameterLayout, _ launch: PreparedLaunch) {
    let state = CurrentThread.state
    if state.pointee.launches == nil {
      state.pointee.launches = .allocate(byteCount: MemoryLayout<Entry>.stride << Int(bits), alignment: MemoryLayout<Entry>.alignment)
      forgetThread()
      CurrentThread.releaseAtExit()
    }
    let entry = state.pointee.launches.assumingMemoryBound(to: Entry.self) + key.place(bits: bits)
    entry.pointee = Entry(generation: generation, key: key, stream: .passUnretained(stream), layout: layout, launch: launch)
  }

  /// This thread sees another device.
  static func forgetThread() {
    guard let table = CurrentThread.state.pointee.launches?.assumingMemoryBound(to: Entry.self) else { return }
    for index in 0..<1 << Int(bits) { table[index].generation = 0 }
  }

  /// The thread has ended.
  static func release(_ state: UnsafeMutablePointer<carmine_thread_state>) {
    state.pointee.launches?.deallocate()
    state.pointee.launches = nil
  }
}
