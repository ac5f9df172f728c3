// A kernel node made ready to be dispatched: its AQL packets, and kernel arguments in memory that the device reads.
// Threads: under the executable's lock.
// Order: arguments that a launch in flight may still read are left alone: a change then goes to new memory, and the old comes back when
// that launch is done.
import GPU
import Glibc
import KernelImage
import ModuleLoading

/// What the packets of one kernel are made from.
struct KernelRecipe {
  let node: KernelNode
  let function: Function                   // the one that serves the block
  let workgroup: (x: UInt16, y: UInt16, z: UInt16)
  /// Blocks along x, and the first of them, for each dispatch.
  let parts: [(count: UInt32, offset: UInt32)]
  let privateBytes: UInt32
  let usesPrintf: Bool
  var isAlone: Bool { node.configuration.isCooperative }
  /// A kernel with scratch begins when all before it are done: its queue's scratch memory may be replaced for it.
  var needsQuiet: Bool { privateBytes > 0 || isAlone }

  /// Throws what a launch of this shape throws.
  init(_ node: KernelNode) throws(CUDAError) {
    let context = node.context, launch = node.configuration
    try context.check(node.function, launch)
    let function = try context.serving(node.function, launch.block)
    self.node = node
    self.function = function
    workgroup = DispatchShape.workgroup(block: launch.block, mapping: function.mapping)
    let most = DispatchShape.blocksPerDispatch(workgroupX: workgroup.x)
    var parts: [(count: UInt32, offset: UInt32)] = []
    var done: UInt32 = 0
    while done < launch.grid.x {
      let count = min(launch.grid.x - done, most)
      parts.append((count, done))
      done += count
    }
    self.parts = parts
    privateBytes = function.image.scratchBytes + (function.image.usesDynamicStack ? context.limits.stackOfCalls : 0)
    usesPrintf = function.image.services.contains(.printf)
  }

  var kernargBytes: Int { max(function.kernargSize, 16) }

  /// Writes the arguments of each dispatch, and the packets from `first` on.  `barrier`: whether the first waits for all before.
  func write(
    to packets: PreparedPackets, first: Int, barrier: Bool, kernargs: [UnsafeMutableRawPointer], printf: UInt64, workspace: UInt64
  ) throws(CUDAError) {
    let context = node.context, launch = node.configuration, image = function.image
    let (heap, locks) = try context.heapAndLocks(image.services), gridID = GridID.single()
    for (index, part) in parts.enumerated() {
      let kernarg = kernargs[index]
      memset(kernarg, 0, function.kernargSize)
      memcpy(kernarg, node.arguments.packed, min(node.arguments.byteCount, function.hiddenOffset))
      var prepared = PreparedLaunch(
        function, launch, in: context, workgroup: workgroup, services: LaunchServices(printf: printf, heap: heap, locks: locks, workspace: workspace),
        blocks: part.count, from: part.offset)
      withUnsafePointer(to: &prepared) { $0.writeHidden(to: kernarg, gridID: gridID) }
      packets.setKernel(first + index, prepared.dispatch, kernarg: UInt64(UInt(bitPattern: kernarg)), barrier: index == 0 && barrier)
    }
  }
}

/// Memory for kernel arguments of one executable: one piece at instantiation, more where updates need it.
final class KernargMemory: @unchecked Sendable {  // under the executable's lock
  private let gpu: GPU.Device
  private var pieces: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer?
  private var left = 0
  /// Blocks that a launch in flight may still read.
  private var old: [(block: UnsafeMutableRawPointer, byteCount: Int)] = []
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]

  init(gpu: GPU.Device) { self.gpu = gpu }
  deinit { for piece in pieces { try? gpu.free(UInt64(UInt(bitPattern: piece))) } }

  private static func rounded(_ byteCount: Int) -> Int { (max(byteCount, 1) + 63) & ~63 }

  func reserve(_ byteCount: Int) throws(CUDAError) {
    guard byteCount > left else { return }
    let size = max(byteCount, 4096)
    do throws(GPUError) { next = try gpu.allocate(UInt64(size), heap: .host, isInternal: true) } catch { throw CUDAError(error) }
    pieces.append(next!)
    left = size
  }

  func take(_ byteCount: Int) throws(CUDAError) -> UnsafeMutableRawPointer {
    let size = Self.rounded(byteCount)
    if let block = free[size]?.popLast() { return block }
    try reserve(size)
    defer {
      next = next! + size
      left -= size
    }
    return next!
  }

  /// Gives a block back once no launch is in flight.
  func put(_ block: UnsafeMutableRawPointer, _ byteCount: Int) { old.append((block, byteCount)) }

  /// No launch is in flight.
  func recycle() {
    for block in old { free[Self.rounded(block.byteCount), default: []].append(block.block) }
    old.removeAll(keepingCapacity: true)
  }
}
