// A folder that goes away, a device of plain memory, and a compiler that answers from a table.
import Glibc
import KernelImage
import Synchronization

@testable import ModuleLoading

final class TemporaryDirectory {
  let path: String
  init() {
    var template = Array("/tmp/carmine-test-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }
  deinit { remove(path) }

  private func remove(_ path: String) {
    for name in names(in: path) {
      let inner = path + "/" + name
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }

  /// Every file below, as paths.
  var files: [String] { walk(path) }
  private func walk(_ path: String) -> [String] {
    names(in: path).flatMap { name -> [String] in
      var status = stat()
      let inner = path + "/" + name
      stat(inner, &status)
      return status.st_mode & S_IFMT == S_IFDIR ? walk(inner) : [inner]
    }
  }
}

/// Device memory is the test's own.
final class PlainMemory: ModuleStorage {
  let moduleOrdinal: Int
  let moduleTarget = "gfx942"
  private let live = Mutex<[UInt64: (bytes: Int, use: ModuleMemory)]>([:])
  let refusesCode = Atomic<Bool>(false)

  init(ordinal: Int = 0) { moduleOrdinal = ordinal }

  var liveCount: Int { live.withLock { $0.count } }
  func liveCount(_ use: ModuleMemory) -> Int { live.withLock { $0.values.filter { $0.use == use }.count } }

  func allocateForModule(byteCount: UInt64, alignment: UInt64, use: ModuleMemory) throws -> UInt64 {
    if use == .code && refusesCode.load(ordering: .relaxed) { throw ModuleError(.tooManyResources, "no memory for code") }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(byteCount), alignment: Int(alignment))
    memory.initializeMemory(as: UInt8.self, repeating: 0xee, count: Int(byteCount))
    let address = UInt64(UInt(bitPattern: memory))
    live.withLock { $0[address] = (Int(byteCount), use) }
    return address
  }

  func freeForModule(_ address: UInt64) {
    let known = live.withLock { $0.removeValue(forKey: address) }
    precondition(known != nil, "freed twice or never allocated")
    UnsafeMutableRawPointer(bitPattern: UInt(address))!.deallocate()
  }

  func writeForModule(_ bytes: UnsafeRawBufferPointer, to address: UInt64) throws {
    memcpy(UnsafeMutableRawPointer(bitPattern: UInt(address))!, bytes.baseAddress!, bytes.count)
  }
}

func halfWord(at address: UInt64) -> UInt32 { UnsafeRawPointer(bitPattern: UInt(address))!.loadUnaligned(as: UInt32.self) }
func word(at address: UInt64) -> UInt64 { UnsafeRawPointer(bitPattern: UInt(address))!.loadUnaligned(as: UInt64.self) }

final class TableCompiler: KernelCompiler {
  let module: ModuleImage
  let kernels: [String: KernelImage]
  let compiled = Mutex<[String]>([])
  let variants = Mutex<[KernelVariant]>([])

  init(module: ModuleImage, kernels: [KernelImage]) {
    self.module = module
    self.kernels = Dictionary(uniqueKeysWithValues: kernels.map { ($0.name, $0) })
  }

  func inventory(of source: ModuleSource, for target: String) throws -> ModuleImage { module }
  func kernel(_ name: String, of source: ModuleSource, for target: String, _ variant: KernelVariant) throws -> KernelImage {
    compiled.withLock { $0.append(name) }
    variants.withLock { $0.append(variant) }
    guard let found = kernels[name] else { throw ModuleError(.unsupported, "\(name) uses what is not there") }
    return found
  }
}
