// The options of a load: what NVIDIA's compiler would be told, checked as CUDA checks it, and the places that get a log.
// Ours has no use for the tuning; the error log gets the sentence that says what is wrong with the code.
// Threads: the calling thread's own.  Source: enum cudaJitOption (driver_types.h), enum CUjit_option (cuda.h).
import CUDA
import Glibc

public struct JITOptions {
  private var errorLog: UnsafeMutableRawPointer?, infoLog: UnsafeMutableRawPointer?
  private var errorLogSize = 0, infoLogSize = 0
  private var errorSizePlace: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, infoSizePlace: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  private var timePlace: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  private let start = JITOptions.milliseconds()

  /// Options whose value goes in or out through the array itself: each value is the size of a pointer.
  public init(
    count: UInt32, _ options: UnsafePointer<Int32>?, _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) throws(CUDAError) {
    guard count > 0 else { return }
    guard let options, let values else { throw .invalidValue.because("\(count) options and no array of them or their values") }
    for index in 0..<Int(count) {
      let number = UInt32(truncatingIfNeeded: UInt(bitPattern: values[index]))
      switch options[index] {
      case 2: timePlace = values + index
      case 3: infoLog = values[index]
      case 4: (infoLogSize, infoSizePlace) = (Int(number), values + index)
      case 5: errorLog = values[index]
      case 6: (errorLogSize, errorSizePlace) = (Int(number), values + index)
      case 10: guard number <= 1 else { throw .invalidValue.because("fallback strategy \(number)") }
      case 14: guard number <= 2 else { throw .invalidValue.because("cache mode \(number)") }
      case 0, 1, 7, 8, 9, 11...13, 15...33: break
      default: throw .invalidValue.because("JIT option \(options[index])")
      }
    }
  }

  /// Runs a load and fills in the outputs.  `failure` finds what is wrong with a result that only says so when it is used.
  public func filling<T>(failure: (T) -> CUDAError? = { _ in nil }, _ body: () throws(CUDAError) -> T) throws(CUDAError) -> T {
    do throws(CUDAError) {
      let result = try body()
      finish(error: failure(result).map { $0.reason ?? $0.description } ?? "")
      return result
    } catch {
      finish(error: error.reason ?? error.description)
      throw error
    }
  }

  private func finish(error: String) {
    put(error, errorLog, errorLogSize, errorSizePlace)
    put("", infoLog, infoLogSize, infoSizePlace)
    guard let timePlace else { return }
    UnsafeMutableRawPointer(timePlace).storeBytes(of: Float(Self.milliseconds() - start), as: Float.self)
  }

  private func put(
    _ text: String, _ log: UnsafeMutableRawPointer?, _ size: Int, _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) {
    var written = 0
    if let log, size > 0 {
      let bytes = Array(text.utf8.prefix(size - 1)) + [0]
      bytes.withUnsafeBytes { log.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }
      written = bytes.count - 1
    }
    if let place { UnsafeMutableRawPointer(place).storeBytes(of: UInt32(written), as: UInt32.self) }
  }

  private static func milliseconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) * 1000 + Double(now.tv_nsec) / 1e6
  }
}

/// The options about the library itself.  Source: enum cudaLibraryOption.
public func checkLibraryOptions(
  _ count: UInt32, _ options: UnsafePointer<Int32>?, _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, fromFile: Bool
) throws(CUDAError) {
  guard count > 0 else { return }
  guard let options, let values else { throw .invalidValue.because("\(count) library options and no array of them or their values") }
  for index in 0..<Int(count) {
    switch options[index] {
    case 0: _ = values   // a table for devices with unified function pointers, which this is none of
    case 1: guard !fromFile else { throw .invalidValue.because("cudaLibraryBinaryIsPreserved is for code in memory") }
    default: throw .invalidValue.because("library option \(options[index])")
    }
  }
}
