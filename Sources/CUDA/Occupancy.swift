// How many blocks of a kernel a compute unit holds at once: a calculation over the kernel image and the compute unit's limits.
// Threads: pure functions.  Source: the ISA manuals' chapters on wave resources; CUDA Runtime API, "Occupancy".
import KernelImage
import ModuleLoading

public enum Occupancy {
  /// Waves that one block takes.  `oneWarp` gives every warp a wave of its own.
  static func wavesPerBlock(threads: Int, mapping: WarpMapping, waveSize: Int) -> Int {
    switch mapping {
    case .native, .sharedWave: (threads + waveSize - 1) / waveSize
    case .oneWarp: (threads + 31) / 32
    }
  }

  /// Blocks of `threads` threads that are resident together on one compute unit; 0 when one does not fit.
  static func maximumBlocks(
    image: KernelImage, unit: ComputeUnit, ldsBytes: Int, threads: Int, dynamicSharedBytes: Int
  ) -> Int {
    guard threads > 0, threads <= Int(image.maximumThreads) else { return 0 }
    let waves = wavesPerBlock(threads: threads, mapping: image.mapping, waveSize: unit.waveSize)
    let registers = max(Int(image.vgprs), 1)
    let allocated = (registers + unit.vgprGranule - 1) / unit.vgprGranule * unit.vgprGranule
    let wavesPerSIMD = min(unit.wavesPerSIMD, unit.vgprsPerSIMDLane / allocated)
    // The waves of a block spread evenly over the SIMDs.
    let wavesPerSIMDOfBlock = (waves + unit.simdCount - 1) / unit.simdCount
    guard wavesPerSIMD >= wavesPerSIMDOfBlock else { return 0 }
    var blocks = min(unit.maximumWorkgroups, wavesPerSIMD * unit.simdCount / waves)
    let shared = Int(image.staticSharedBytes) + dynamicSharedBytes
    guard shared <= ldsBytes else { return 0 }
    if shared > 0 {
      blocks = min(blocks, ldsBytes / ((shared + unit.ldsGranule - 1) / unit.ldsGranule * unit.ldsGranule))
    }
    return blocks
  }
}

extension Context {
  /// cudaOccupancyMaxActiveBlocksPerMultiprocessor.
  public func maximumActiveBlocks(_ function: Function, threads: Int, dynamicSharedBytes: Int) throws(CUDAError) -> Int {
    guard threads > 0 else { throw .invalidValue.because("a block of \(threads) threads") }
    return Occupancy.maximumBlocks(
      image: function.image, unit: gpu.node.computeUnit, ldsBytes: properties.sharedMemoryPerBlock, threads: threads,
      dynamicSharedBytes: dynamicSharedBytes)
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
    let granule = gpu.node.computeUnit.ldsGranule
    let each = properties.sharedMemoryPerBlock / blocks / granule * granule
    return max(each - Int(function.image.staticSharedBytes), 0)
  }
}
