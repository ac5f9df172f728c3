// How many blocks of a kernel a multiprocessor holds at once, as CUDA asks for it.
// Threads: pure functions.  Source: CUDA Runtime API, "Occupancy"; KernelImage's Occupancy for the calculation.
import GPU
import KernelImage
import ModuleLoading

extension KernelImage {
  /// Blocks of `threads` threads that are resident together on one multiprocessor; 0 when one does not fit.
  func maximumBlocks(on node: Node, threads: Int, dynamicSharedBytes: Int) -> Int {
    guard threads > 0, threads <= Int(maximumThreads) else { return 0 }
    let shared = Int(staticSharedBytes) + dynamicSharedBytes
    guard shared <= node.ldsBytes else { return 0 }
    return Occupancy(self, node.processor, unit: node.multiprocessor).workgroups(threads: threads, sharedBytes: shared)
  }
}

extension Context {
  /// cudaOccupancyMaxActiveBlocksPerMultiprocessor.
  public func maximumActiveBlocks(_ function: Function, threads: Int, dynamicSharedBytes: Int) throws(CUDAError) -> Int {
    guard threads > 0 else { throw .invalidValue.because("a block of \(threads) threads") }
    return function.image.maximumBlocks(on: gpu.node, threads: threads, dynamicSharedBytes: dynamicSharedBytes)
  }

  /// cuOccupancyMaxPotentialBlockSize: the block size with the most resident threads, and the blocks that fill the device.
  /// `dynamicShared` gives the dynamic shared memory for a block size; `limit` 0 means none.
  public func potentialBlockSize(
    _ function: Function, limit: Int = 0, dynamicShared: (Int) -> Int
  ) throws(CUDAError) -> (minimumGrid: Int, block: Int) {
    var best = (threads: 0, block: 0, blocks: 0)
    let most = min(Int(function.image.maximumThreads), limit > 0 ? limit : 1024)
    for block in stride(from: max(most / 32 * 32, min(most, 32)), to: 0, by: -32) {
      let blocks = try maximumActiveBlocks(function, threads: block, dynamicSharedBytes: dynamicShared(block))
      if blocks * block > best.threads { best = (blocks * block, block, blocks) }
    }
    return (best.blocks * properties.multiprocessorCount, best.block)
  }

  /// cudaOccupancyAvailableDynamicSMemPerBlock.
  public func availableDynamicShared(_ function: Function, blocks: Int, threads: Int) throws(CUDAError) -> Int {
    guard blocks > 0, threads > 0 else { throw .invalidValue.because("\(blocks) blocks of \(threads) threads") }
    guard try maximumActiveBlocks(function, threads: threads, dynamicSharedBytes: 0) >= blocks else {
      throw .invalidValue.because("\(blocks) blocks of \(threads) threads do not fit a compute unit")
    }
    let unit = gpu.node.multiprocessor, places = function.image.usesWorkgroupProcessor ? 1 : unit.computeUnits
    let each = unit.ldsBytes / places / ((blocks + places - 1) / places) / unit.ldsGranule * unit.ldsGranule
    return max(min(each, properties.sharedMemoryPerBlock) - Int(function.image.staticSharedBytes), 0)
  }
}
