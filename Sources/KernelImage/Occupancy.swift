// How many workgroups of a kernel a multiprocessor holds at once: a calculation over the kernel's resources and the limits.
// Threads: pure functions.  Source: the ISA manuals' chapters on wave resources; LLVM's AMDGPUBaseInfo.cpp for granules.

/// What decides how many waves of a kernel live beside each other.
public struct Occupancy: Sendable, Equatable {
  public var unit: Multiprocessor
  public var waveSize: Int
  public var mapping: WarpMapping
  /// Larger blocks get the mapping in which lanes take turns; 0: none do.
  public var mostThreadsAsMapped: Int
  public var vgprs: Int, sgprs: Int
  /// RDNA's workgroup-processor mode: a workgroup's waves may use the SIMDs and the LDS of both compute units.
  public var usesWorkgroupProcessor: Bool

  public init(_ image: KernelImage, _ processor: Processor, unit: Multiprocessor? = nil) {
    self.unit = unit ?? processor.unit
    waveSize = processor.waveSize
    mapping = image.mapping
    mostThreadsAsMapped = Int(image.mostThreadsAsMapped)
    (vgprs, sgprs) = (Int(image.vgprs), Int(image.sgprs))
    usesWorkgroupProcessor = image.usesWorkgroupProcessor
  }

  /// Waves that a block of `threads` takes.  `oneWarp` gives every warp a wave of its own.
  public static func wavesPerBlock(threads: Int, mapping: WarpMapping, waveSize: Int) -> Int {
    switch mapping {
    case .native, .sharedWave, .yielding: (threads + waveSize - 1) / waveSize
    case .oneWarp: (threads + 31) / 32
    }
  }

  /// Waves of this kernel that the registers of one SIMD suffice for.
  public var wavesPerSIMD: Int {
    func rounded(_ count: Int, _ granule: Int) -> Int { (max(count, 1) + granule - 1) / granule * granule }
    let byVGPRs = unit.vgprsPerLane / rounded(vgprs, unit.vgprGranule)
    let bySGPRs = unit.sgprsPerSIMD == 0 ? unit.wavesPerSIMD : unit.sgprsPerSIMD / rounded(sgprs, unit.sgprGranule)
    return min(unit.wavesPerSIMD, byVGPRs, bySGPRs)
  }

  /// Workgroups of `threads` threads that are resident together on one multiprocessor; 0 when one does not fit.
  public func workgroups(threads: Int, sharedBytes: Int) -> Int {
    guard threads > 0 else { return 0 }
    // Where a workgroup stays on one compute unit, a workgroup processor is two places for them.
    let places = usesWorkgroupProcessor ? 1 : unit.computeUnits
    let simds = unit.simds / places, lds = unit.ldsBytes / places
    let isAsMapped = mostThreadsAsMapped == 0 || threads <= mostThreadsAsMapped
    let waves = Self.wavesPerBlock(threads: threads, mapping: isAsMapped ? mapping : .yielding, waveSize: waveSize)
    // The waves of a workgroup spread evenly over the SIMDs.
    guard wavesPerSIMD >= (waves + simds - 1) / simds, sharedBytes <= lds else { return 0 }
    var count = min(unit.maximumWorkgroups / places, wavesPerSIMD * simds / waves)
    if sharedBytes > 0 { count = min(count, lds / ((sharedBytes + unit.ldsGranule - 1) / unit.ldsGranule * unit.ldsGranule)) }
    return count * places
  }
}
