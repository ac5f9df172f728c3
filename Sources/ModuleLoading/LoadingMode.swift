// CUDA_MODULE_LOADING: whether kernels are compiled and loaded at their first use, or all of them as soon as their module is.
// Threads: any; read once.  Source: CUDA Programming Guide, "CUDA Environment Variables" and "Lazy Loading".
import Glibc

/// The numbers are CUmoduleLoadingMode's.
public enum LoadingMode: Int32, Sendable {
  case eager = 1, lazy = 2

  /// DEFAULT, LAZY or EAGER; lazy for anything else, as CUDA has it since 12.2.
  public static func named(_ text: String?) -> LoadingMode { text?.uppercased() == "EAGER" ? .eager : .lazy }

  public static let current = named(getenv("CUDA_MODULE_LOADING").map { String(cString: $0) })
}
