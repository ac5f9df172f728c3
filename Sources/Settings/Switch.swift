// Every CARMINE_* environment variable, declared once: what reads them, `carmine info`, the documentation and the warning
// about unknown ones all come from this table.
// Threads: any; reads the environment on each call, so callers on hot paths keep the value.
import Glibc

/// One environment variable that Carmine understands.
public struct Switch: Sendable, Equatable {
  public enum Values: Sendable, Equatable {
    case oneOf([String])
    case listOf([String])  // one or more, with commas between
    case number            // decimal, non-negative
    case bytes             // decimal with an optional K, M, G or T
    case capability        // 8.6
    case version           // 1.17
    case path
  }
  public let name: String
  public let values: Values
  public let defaultValue: String   // as `carmine info` shows it
  public let meaning: String

  public static let device = Switch(
    "CARMINE_DEVICE", .oneOf(["auto", "kfd", "soft"]), "auto", "which device runs kernels: an AMD GPU, or the software GPU")
  public static let softGPU = Switch(
    "CARMINE_SOFT_GPU", .listOf(["mi300x", "mi210", "rx7900xtx"]), "mi300x", "which GPU the software GPU is; several names for several GPUs")
  public static let softCount = Switch("CARMINE_SOFT_COUNT", .number, "as named, or 1", "how many software GPUs there are")
  public static let softComputeUnits = Switch("CARMINE_SOFT_CUS", .number, "the model's", "compute units of a software GPU")
  public static let softXCC = Switch("CARMINE_SOFT_XCC", .oneOf(["1", "8"]), "1", "dies of a software MI300X that share its compute units (num_xcc)")
  public static let softKFDVersion = Switch(
    "CARMINE_SOFT_KFD_VERSION", .version, "1.17", "which version of the kernel interface the software GPU has")
  public static let softSVM = Switch(
    "CARMINE_SOFT_SVM", .oneOf(["0", "1"]), "1", "whether the software GPU's driver has shared virtual memory (the SVM ioctl)")
  public static let softStrict = Switch(
    "CARMINE_SOFT_STRICT", .oneOf(["0", "1"]), "0", "whether the software GPU keeps caches as stale as silicon may")
  public static let softTrace = Switch(
    "CARMINE_SOFT_TRACE", .path, "off", "file (or stderr) that gets a line for each ioctl and mmap of the software GPU")
  public static let softMemory = Switch("CARMINE_SOFT_MEMORY", .bytes, "the model's", "device memory of a software GPU")
  public static let softThreads = Switch("CARMINE_SOFT_THREADS", .number, "host cores", "host threads that execute workgroups")
  public static let softLibrary = Switch(
    "CARMINE_SOFTGPU_LIBRARY", .path, "beside the library", "where libcarmine-softgpu.so is")
  public static let log = Switch("CARMINE_LOG", .oneOf(["error", "info", "trace"]), "off", "what is said on standard error")
  public static let cacheDirectory = Switch("CARMINE_CACHE_DIR", .path, "~/.cache/carmine", "where compiled kernels are kept")
  public static let cacheSize = Switch("CARMINE_CACHE_SIZE", .bytes, "1G", "the most that the kernel cache holds")
  public static let compiler = Switch(
    "CARMINE_COMPILER", .path, "bin/carmine beside the library", "the program that compiles kernels")
  public static let deviceLibrary = Switch(
    "CARMINE_DEVICE_LIBRARY", .path, "lib/carmine/device.bc", "the compiler's device library")
  public static let computeCapability = Switch(
    "CARMINE_COMPUTE_CAPABILITY", .capability, "8.6", "the CUDA compute capability that devices report")
  public static let warpMapping = Switch(
    "CARMINE_WARP_MAPPING", .oneOf(["auto", "shared", "one", "turns"]), "auto",
    "how 32-lane warps sit on 64-lane waves, or (turns) that lanes take turns as freely as CUDA allows")

  public static let all: [Switch] = [
    device, softGPU, softCount, softComputeUnits, softXCC, softMemory, softThreads, softKFDVersion, softSVM, softStrict, softTrace,
    softLibrary, log, cacheDirectory, cacheSize, compiler, deviceLibrary,
    computeCapability, warpMapping,
  ]

  private init(_ name: String, _ values: Values, _ defaultValue: String, _ meaning: String) {
    self.name = name; self.values = values; self.defaultValue = defaultValue; self.meaning = meaning
  }

  /// The variable's text; nil when it is unset or empty.
  public var text: String? {
    guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
    return unsafe String(cString: value)
  }

  /// The text, if it is one that this switch accepts.
  public var value: String? { text.flatMap { accepts($0) ? $0 : nil } }

  /// A count, a size in bytes, 10 × major + minor of a compute capability, or 1000 × major + minor of a version.
  public var number: UInt64? { text.flatMap(number(in:)) }

  public func accepts(_ text: String) -> Bool {
    switch values {
    case .oneOf(let words): words.contains(text)
    case .listOf(let words): text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { words.contains(String($0)) }
    case .number, .bytes, .capability, .version: number(in: text) != nil
    case .path: true
    }
  }

  func number(in text: String) -> UInt64? {
    switch values {
    case .number: return UInt64(text)
    case .bytes:
      guard let last = text.last else { return nil }
      guard let shift = ["K": 10, "M": 20, "G": 30, "T": 40][last.uppercased()] else { return UInt64(text) }
      guard let count = UInt64(text.dropLast()), count <= UInt64.max >> UInt64(shift) else { return nil }
      return count << UInt64(shift)
    case .capability:
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let major = UInt64(parts[0]), let minor = UInt64(parts[1]), minor < 10, major < 100 else { return nil }
      return major * 10 + minor
    case .version:
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let major = UInt64(parts[0]), let minor = UInt64(parts[1]), minor < 1000, major < 1000 else { return nil }
      return major * 1000 + minor
    case .oneOf, .listOf, .path: return nil
    }
  }

  /// What is accepted, for people.
  public var choices: String {
    switch values {
    case .oneOf(let words): words.joined(separator: "|")
    case .listOf(let words): words.joined(separator: "|") + "[,…]"
    case .number: "N"
    case .bytes: "BYTES[K|M|G|T]"
    case .capability, .version: "MAJOR.MINOR"
    case .path: "PATH"
    }
  }
}

/// One line for each variable that starts with CARMINE_ and is not in the table, and for each value that is not accepted.
/// The core prints them once per process, on its first use.
public func complaints(about environment: [String]) -> [String] {
  environment.compactMap { entry in
    guard entry.hasPrefix("CARMINE_"), let equals = entry.firstIndex(of: "=") else { return nil }
    let name = String(entry[..<equals]), value = String(entry[entry.index(after: equals)...])
    guard let known = Switch.all.first(where: { $0.name == name }) else {
      return "carmine: unknown variable \(name) is ignored; `carmine info` lists the ones that exist"
    }
    guard value.isEmpty || known.accepts(value) else {
      return "carmine: \(name)=\(value) is ignored; it takes \(known.choices)"
    }
    return nil
  }
}

/// This process's environment as NAME=value lines.
public func currentEnvironment() -> [String] {
  var lines: [String] = []
  guard var entry = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>(bitPattern: UInt(bitPattern: environ)) else {
    return lines  // after clearenv(3)
  }
  while let line = unsafe entry.pointee { lines.append(unsafe String(cString: line)); unsafe entry += 1 }
  return lines
}
