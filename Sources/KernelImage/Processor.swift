// The GPUs that kernels are compiled for, by LLVM's names, and what a multiprocessor of each holds: the limits that the
// compiler's reports, CUDA's occupancy and CUDA's device properties all come from.
// A multiprocessor is a compute unit, and since gfx10 a workgroup processor: two compute units, on whose four SIMDs the waves of
// one workgroup may be spread.
// Source: LLVM's AMDGPU usage guide (processors, generic processors) and its AMDGPUBaseInfo.cpp (granules, totals); AMD's ISA
// manuals (wave sizes, LDS); Mesa's ac_gpu_info.c (LDS granules).

public struct Processor: Sendable, Equatable {
  public let name: String                 // "gfx942", "gfx11-generic"
  /// Lanes of a wave of our kernels; 64 needs a WarpMapping.
  public let waveSize: Int
  /// Bytes of LDS that one workgroup may use.
  public let ldsBytes: Int
  public let unit: Multiprocessor
  /// `__oclc_ISA_version` of rocm-device-libs.
  public let isaVersion: Int
  /// A generic processor's code runs on all of these; empty for a real one.
  public let covers: [String]

  public var isGeneric: Bool { !covers.isEmpty }
  /// Whether a workgroup may be spread over a workgroup processor (WGP mode) or stay on one compute unit (CU mode).
  public var hasWorkgroupProcessors: Bool { unit.computeUnits > 1 }
  /// Whether code for this processor can be loaded on the device that LLVM calls `device`.
  public func runs(on device: String) -> Bool { name == device || covers.contains(device) }
}

/// What one multiprocessor holds.
public struct Multiprocessor: Sendable, Equatable {
  public var computeUnits: Int         // 1, or the 2 of a workgroup processor
  public var simds: Int                // of all of them
  public var wavesPerSIMD: Int
  public var vgprsPerLane: Int         // registers that the waves of a SIMD share, per lane
  public var vgprGranule: Int
  public var sgprsPerSIMD: Int         // 0: each wave has all it can name
  public var sgprGranule: Int
  public var ldsBytes: Int
  public var ldsGranule: Int
  public var maximumWorkgroups: Int
  public var singleToDoubleRatio: Int

  public var maximumWaves: Int { simds * wavesPerSIMD }
}

extension Processor {
  private init(_ name: String, _ wave: Int, lds: Int = 65536, _ unit: Multiprocessor, isa: Int, covers: [String] = []) {
    self.init(name: name, waveSize: wave, ldsBytes: lds, unit: unit, isaVersion: isa, covers: covers)
  }

  /// gfx90a and later of gfx9: registers of vectors and accumulators in one file.
  private static func cdna(lds: Int = 65536, ldsGranule: Int = 512) -> Multiprocessor {
    Multiprocessor(
      computeUnits: 1, simds: 4, wavesPerSIMD: 8, vgprsPerLane: 512, vgprGranule: 8, sgprsPerSIMD: 800, sgprGranule: 16,
      ldsBytes: lds, ldsGranule: ldsGranule, maximumWorkgroups: 32, singleToDoubleRatio: 1)
  }
  private static let vega = Multiprocessor(
    computeUnits: 1, simds: 4, wavesPerSIMD: 10, vgprsPerLane: 256, vgprGranule: 4, sgprsPerSIMD: 800, sgprGranule: 16,
    ldsBytes: 65536, ldsGranule: 512, maximumWorkgroups: 40, singleToDoubleRatio: 2)
  /// gfx10.3 and later; `large`: half as many vector registers again.
  private static func rdna(large: Bool, ratio: Int) -> Multiprocessor {
    Multiprocessor(
      computeUnits: 2, simds: 4, wavesPerSIMD: 16, vgprsPerLane: large ? 1536 : 1024, vgprGranule: large ? 24 : 16, sgprsPerSIMD: 0,
      sgprGranule: 128, ldsBytes: 131_072, ldsGranule: 1024, maximumWorkgroups: 64, singleToDoubleRatio: ratio)
  }

  public static let all: [Processor] = [
    .init("gfx90a", 64, cdna(), isa: 9010),
    .init("gfx942", 64, cdna(), isa: 9402),
    .init("gfx950", 64, lds: 163_840, cdna(lds: 163_840, ldsGranule: 1280), isa: 9500),
    .init("gfx1030", 32, rdna(large: false, ratio: 16), isa: 10300),
    .init("gfx1100", 32, rdna(large: true, ratio: 32), isa: 11000),
    .init("gfx1101", 32, rdna(large: true, ratio: 32), isa: 11001),
    .init("gfx1102", 32, rdna(large: false, ratio: 32), isa: 11002),
    .init("gfx1103", 32, rdna(large: false, ratio: 32), isa: 11003),
    .init("gfx1150", 32, rdna(large: false, ratio: 32), isa: 11500),
    .init("gfx1151", 32, rdna(large: true, ratio: 32), isa: 11501),
    .init("gfx1200", 32, rdna(large: true, ratio: 64), isa: 12000),
    .init("gfx1201", 32, rdna(large: true, ratio: 64), isa: 12001),
    // Generic ones are as small as the smallest that they cover.
    .init("gfx9-generic", 64, vega, isa: 9000, covers: ["gfx900", "gfx902", "gfx904", "gfx906", "gfx909", "gfx90c"]),
    .init("gfx9-4-generic", 64, cdna(), isa: 9402, covers: ["gfx942", "gfx950"]),
    .init("gfx10-3-generic", 32, rdna(large: false, ratio: 16), isa: 10300, covers: names(1030...1036)),
    .init("gfx11-generic", 32, rdna(large: false, ratio: 32), isa: 11003, covers: names(1100...1103) + names(1150...1153)),
    .init("gfx12-generic", 32, rdna(large: true, ratio: 64), isa: 12000, covers: names(1200...1201)),
  ]
  private static func names(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "gfx\($0)" } }

  public static func named(_ name: String) -> Processor? { all.first { $0.name == name } }

  /// What to compile for a device: its own row, or the generic one that covers it; nil where there is neither.
  public static func forDevice(_ device: String) -> Processor? { named(device) ?? all.first { $0.covers.contains(device) } }
}
