// What LLVM is told about a processor beyond its name.
// XNACK and SRAM ECC are left open on gfx90a, gfx942 and gfx950 ("any" of LLVM's target identifiers): one code object serves
// whichever way the driver has set them.
// Source: LLVM's AMDGPU usage guide (target features, code object versions).
import KernelImage

public typealias GPUTarget = Processor

extension Processor {
  static let triple = "amdgcn-amd-amdhsa"

  /// LLVM subtarget features beyond the processor's own.
  var features: String { waveSize == 32 ? "+wavefrontsize32" : "" }

  /// Whether atomics of agent scope that PCI Express has not work on other memory than the device's own too
  /// (LLVM's FeatureAgentScopeFineGrainedRemoteMemoryAtomics; counted with LLVM 22 for each processor).
  var hasRemoteAtomics: Bool { ["gfx942", "gfx950", "gfx9-4-generic", "gfx1200", "gfx1201", "gfx12-generic"].contains(name) }

  /// `amdhsa_code_object_version`: generic processors exist since version 6.
  var codeObjectVersion: UInt64 { isGeneric ? 600 : 500 }
}
