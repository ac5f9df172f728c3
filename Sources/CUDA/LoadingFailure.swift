// What could not be compiled or loaded, as CUDA's errors.
// Threads: any.
import ModuleLoading
import Settings
import Synchronization

/// What could not be loaded, in CUDA's numbers.  The sentence is said once, whatever CARMINE_LOG says: without it a person
/// sees a bare number for a program that cannot work.
/// Not that something is missing where a program may well look for it (`isLookUp`).
public func loading<T>(isLookUp: Bool = false, _ body: () throws -> T) throws(CUDAError) -> T {
  do {
    return try body()
  } catch let error as CUDAError {
    throw error
  } catch let error as ModuleError {
    let isNew = said.withLock { $0.insert(error.message).inserted }
    if isNew && Log.level == .off && !(isLookUp && error.failure == .notFound) { Log.line(error.message) }
    throw CUDAError(error)
  } catch {
    throw .unknown.because("\(error)")
  }
}

private let said = Mutex<Set<String>>([])

extension CUDAError {
  public init(_ error: ModuleError) {
    let code: CUDAError =
      switch error.failure {
      case .noImage: .noKernelImageForDevice
      case .invalidImage: .invalidKernelImage
      case .invalidPTX: .invalidPtx
      case .unsupported: .notSupported
      case .notFound: .symbolNotFound
      case .tooManyResources: .launchOutOfResources
      case .compilerMissing: .jitCompilerNotFound
      case .internalError: .unknown
      }
    self = code.because(error.message)
  }
}
