// The conversation between the core and `carmine compile --serve`, and the reasons for failure that both sides know.

/// Why a module or kernel cannot be had; ModuleLoading turns each into CUDA's error.
public enum CompileFailure: UInt8, Sendable, Error {
  case noImage = 1          // no PTX inside (SASS only): cudaErrorNoKernelImageForDevice
  case invalidImage = 2     // corrupt or not a fatbinary: cudaErrorInvalidKernelImage
  case invalidPTX = 3       // cudaErrorInvalidPtx
  case unsupported = 4      // refused by name: cudaErrorInvalidPtx / NotSupported
  case notFound = 5         // no such kernel: cudaErrorSymbolNotFound
  case tooManyResources = 6 // cudaErrorLaunchOutOfResources
  case compilerMissing = 7  // cudaErrorJitCompilerNotFound
  case internalError = 8    // cudaErrorUnknown
}
