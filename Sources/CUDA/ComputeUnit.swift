// What one multiprocessor of a GPU holds, as CUDA's device properties and occupancy need it: KernelImage's row for the processor,
// with the counts that the kernel's topology gives for this very device.
import GPU
import KernelImage

extension Node {
  /// What kernels for this device are compiled for.  The topology's own name stands in where the table has none: such a device
  /// can be looked at, and a launch says that there is no compiler for it.
  public var processor: Processor {
    Processor.forDevice(target) ?? Processor.named(major >= 10 ? "gfx10-3-generic" : "gfx9-generic")!
  }

  public var multiprocessor: Multiprocessor {
    var unit = processor.unit
    unit.simds = simdsPerComputeUnit * unit.computeUnits
    unit.wavesPerSIMD = maximumWavesPerSIMD
    unit.ldsBytes = ldsBytes * unit.computeUnits
    return unit
  }

  public var multiprocessorCount: Int { computeUnitCount / processor.unit.computeUnits }
}
