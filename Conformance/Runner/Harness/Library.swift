// The library under test: opened once in a process, asked for functions by name.
// `symbol` may be called from any thread after `open`; the table of pointers is filled before cases run.
import CConformance
import Glibc

enum Library {
  nonisolated(unsafe) private static var handle: UnsafeMutableRawPointer?
  nonisolated(unsafe) private static var plain: [UnsafeMutableRawPointer?] = []
  nonisolated(unsafe) private static var perThreadTable: [UnsafeMutableRawPointer?] = []
  /// Which of the two tables names mean; changes only between cases.
  nonisolated(unsafe) static var perThread = false
  nonisolated(unsafe) private(set) static var abi = 0

  struct Unusable: Error { var message: String }
  struct Missing: Error { var name: String }

  /// Opens it and finds out which ABI it has, unless told.
  static func open(_ path: String, abi wanted: Int?) throws(Unusable) {
    guard let opened = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else { throw Unusable(message: String(cString: dlerror())) }
    handle = opened
    plain = Manifest.rows.map { dlsym(opened, $0.name) }
    abi = wanted ?? (version() >= 13000 ? 13 : version() >= 12000 ? 12 : dlsym(opened, "cudaGetDeviceProperties_v2") != nil ? 12 : 13)
    guard abi == 12 || abi == 13 else { throw Unusable(message: "\(path) is of CUDA \(abi); 12 and 13 are known") }
    perThreadTable = Manifest.rows.map { row in Manifest.perThreadVariant(of: row.name, abi).flatMap { dlsym(opened, $0) } ?? dlsym(opened, row.name) }
  }

  /// What cudaRuntimeGetVersion says; 0 where it says nothing.
  static func version() -> Int {
    var version: Int32 = 0
    guard let function = dlsym(handle, "cudaRuntimeGetVersion") else { return 0 }
    return unsafeBitCast(function, to: fn_cudaRuntimeGetVersion.self)(&version) == cudaSuccess ? Int(version) : 0
  }

  static func has(_ name: String) -> Bool { dlsym(handle, name) != nil }

  static func symbol(_ index: Int) throws -> UnsafeMutableRawPointer {
    guard let pointer = perThread ? perThreadTable[index] : plain[index] else { throw Missing(name: Manifest.rows[index].name) }
    return pointer
  }

  /// A function that no header declares.
  static func symbol(named name: String) throws -> UnsafeMutableRawPointer {
    guard let pointer = dlsym(handle, name) else { throw Missing(name: name) }
    return pointer
  }
}

/// 12 or 13: for bodies whose arguments differ.
var abi: Int { Library.abi }
