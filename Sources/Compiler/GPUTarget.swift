// The AMD GPUs that code is made for: what the lowering must know of each, as data.
// Source: LLVM's AMDGPU usage guide (processors), AMD's ISA manuals (wave sizes, LDS).

public struct GPUTarget: Sendable, Equatable {
  public let name: String
  /// Lanes of a hardware wave; 64 needs a WarpMapping.
  public let waveSize: Int
  /// LLVM subtarget features beyond the processor's own.
  public let features: String
  /// Bytes of LDS that one workgroup may use.
  public let ldsBytes: Int
  /// `__oclc_ISA_version` of rocm-device-libs.
  public let isaVersion: Int

  static let triple = "amdgcn-amd-amdhsa"

  public static let all: [GPUTarget] = [
    .init(name: "gfx90a", waveSize: 64, features: "", ldsBytes: 65536, isaVersion: 9010),
    .init(name: "gfx942", waveSize: 64, features: "", ldsBytes: 65536, isaVersion: 9402),
    .init(name: "gfx950", waveSize: 64, features: "", ldsBytes: 163_840, isaVersion: 9500),
    .init(name: "gfx1030", waveSize: 32, features: "+wavefrontsize32", ldsBytes: 65536, isaVersion: 10300),
    .init(name: "gfx1100", waveSize: 32, features: "+wavefrontsize32", ldsBytes: 65536, isaVersion: 11000),
    .init(name: "gfx1200", waveSize: 32, features: "+wavefrontsize32", ldsBytes: 65536, isaVersion: 12000),
  ]
  public static func named(_ name: String) -> GPUTarget? { all.first { $0.name == name } }
}
