// What one compute unit holds, by generation: the limits that occupancy and CUDA's device properties come from.
// Source: AMD's ISA manuals (MI200, MI300, RDNA2, RDNA3) and LLVM's AMDGPUBaseInfo.cpp for granules and totals.
import GPU

public struct ComputeUnit: Sendable, Equatable {
  public var waveSize: Int            // as our kernels are compiled
  public var simdCount: Int
  public var wavesPerSIMD: Int
  public var vgprsPerSIMDLane: Int    // registers that the waves of a SIMD share, per lane
  public var vgprGranule: Int
  public var ldsGranule: Int
  public var maximumWorkgroups: Int
  public var singleToDoubleRatio: Int
}

extension Node {
  public var computeUnit: ComputeUnit {
    switch (major, minor) {
    case (9, 0) where stepping == 10, (9, 4), (9, 5):
      ComputeUnit(
        waveSize: 64, simdCount: simdsPerComputeUnit, wavesPerSIMD: maximumWavesPerSIMD, vgprsPerSIMDLane: 512, vgprGranule: 8,
        ldsGranule: minor == 5 ? 1280 : 512, maximumWorkgroups: 32, singleToDoubleRatio: 1)
    case (9, _):
      ComputeUnit(
        waveSize: 64, simdCount: simdsPerComputeUnit, wavesPerSIMD: maximumWavesPerSIMD, vgprsPerSIMDLane: 256, vgprGranule: 4,
        ldsGranule: 512, maximumWorkgroups: 32, singleToDoubleRatio: 2)
    case (10, _):
      ComputeUnit(
        waveSize: 32, simdCount: simdsPerComputeUnit, wavesPerSIMD: maximumWavesPerSIMD, vgprsPerSIMDLane: 1024, vgprGranule: 8,
        ldsGranule: 512, maximumWorkgroups: 32, singleToDoubleRatio: 16)
    default:
      ComputeUnit(
        waveSize: 32, simdCount: simdsPerComputeUnit, wavesPerSIMD: maximumWavesPerSIMD, vgprsPerSIMDLane: 1536, vgprGranule: 24,
        ldsGranule: 512, maximumWorkgroups: 32, singleToDoubleRatio: 32)
    }
  }
}
