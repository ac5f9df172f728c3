// A library (cudaLibrary_t, CUlibrary): device code that a program loads by itself, for all devices at once.  Its kernels have
// handles (cudaKernel_t, CUkernel) that every launch takes; what is loaded on a device is loaded at the first use there, or at
// once where CUDA_MODULE_LOADING is EAGER.
// Threads: any; a library doesn't change between its load and its end.
// Source: CUDA Runtime API and CUDA Driver API, "Library Management".
import ModuleLoading
import Synchronization

public final class Library: Sendable {
  public let module: RegisteredModule
  /// In the order of the source; none where the code is none that can be used.
  public let kernels: [RegisteredKernel]
  private let byName: [String: RegisteredKernel]
  /// Why the code cannot be used: what every look-up throws.
  public let failure: CUDAError?

  static let handles = HandleTable<Library>(magic: 0x7962_696c_6372_6163)
  /// Handles of live libraries, by their module's handle.
  private static let byModule = Mutex<[UInt: UInt]>([:])

  private init(_ module: RegisteredModule, _ kernels: [RegisteredKernel], _ failure: CUDAError?) {
    self.module = module
    self.failure = failure
    self.kernels = kernels
    byName = Dictionary(kernels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var handle: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: Self.byModule.withLock { $0[UInt(bitPattern: module.handle)] } ?? 0)!
  }

  /// cudaLibraryLoadData.  What the code holds is known when this returns; that it cannot be used is thrown by what looks something
  /// up in it, as by NVIDIA's library, and by this only where loading is eager.  Kernels are compiled later, but for eager loading.
  public static func load(_ source: () throws -> ModuleSource) throws(CUDAError) -> Library {
    let device = try Runtime.device(CurrentThread.deviceOrdinal)
    let library: Library
    do throws(CUDAError) {
      let module = try loading { Module(source: try source()) }
      let inventory = try loading { try module.inventory(for: device.gpu.node.processor.name) }
      let registered = Registry.shared.adopt(module)
      library = issue(registered, inventory.kernels.map { Registry.shared.registerKernel($0.name, hostAddress: 0, in: registered) })
    } catch {
      guard LoadingMode.current == .lazy else { throw error }
      return issue(Registry.shared.adopt(error.reason ?? error.description), [], error)
    }
    guard LoadingMode.current == .eager else { return library }
    do throws(CUDAError) {
      for device in try Runtime.devices() {
        if let context = device.contextIfAny { try loading { try library.module.module().loadAll(on: context) } }
      }
    } catch {
      try? library.unload()
      throw error
    }
    return library
  }

  private static func issue(_ module: RegisteredModule, _ kernels: [RegisteredKernel], _ failure: CUDAError? = nil) -> Library {
    let library = Library(module, kernels, failure)
    let handle = handles.issue(library)
    byModule.withLock { $0[UInt(bitPattern: module.handle)] = UInt(bitPattern: handle) }
    return library
  }

  /// cudaLibraryUnload: waits for what runs on every device that may use it.
  public func unload() throws(CUDAError) {
    let key = UInt(bitPattern: module.handle)
    guard let handle = Self.byModule.withLock({ $0.removeValue(forKey: key) }),
      Self.handles.revoke(UnsafeMutableRawPointer(bitPattern: handle)!) != nil
    else { throw .invalidResourceHandle.because("the library is unloaded") }
    for device in try Runtime.devices() { try? device.contextIfAny?.finish() }
    Registry.shared.release(module)
    KnownLaunches.forgetAll()
  }

  public var isLoaded: Bool { Self.byModule.withLock { $0[UInt(bitPattern: module.handle)] } != nil }

  /// The library that a handle means.
  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Library {
    guard let handle, let library = handles.object(for: handle) else {
      throw .invalidResourceHandle.because("no library has the handle \(String(UInt(bitPattern: handle), radix: 16))")
    }
    return library
  }

  /// The library of a kernel.  Kernels that the program registered before main belong to one as well, which is made here.
  public static func holding(_ kernel: RegisteredKernel) -> Library { holding(kernel.module) }
  public static func holding(_ module: RegisteredModule) -> Library {
    let key = UInt(bitPattern: module.handle)
    if let known = byModule.withLock({ $0[key] }), let found = handles.object(for: UnsafeMutableRawPointer(bitPattern: known)!) {
      return found
    }
    return issue(module, module.registeredKernels)
  }

  // MARK: what it holds

  /// cudaLibraryGetKernel.  Throws cudaErrorSymbolNotFound.
  public func kernel(_ name: String) throws(CUDAError) -> RegisteredKernel {
    if let failure { throw failure }
    guard let found = byName[name] else { throw .symbolNotFound.because("the library has no kernel \(name); it has \(kernels.count) others") }
    return found
  }

  /// cudaLibraryGetGlobal: where a variable is on the context's device.  Throws cudaErrorSymbolNotFound.
  public func variable(_ name: String, on context: Context) throws(CUDAError) -> LoadedVariable {
    if let failure { throw failure }
    return try loading(isLookUp: true) { try module.module().variable(name, on: context) }
  }

  /// cudaLibraryGetManaged.
  public func managed(_ name: String, on context: Context) throws(CUDAError) -> LoadedVariable {
    let found = try variable(name, on: context)
    guard found.space == .managed else { throw .symbolNotFound.because("\(name) is not managed") }
    return found
  }
}

extension Context {
  /// What CUDA_MODULE_LOADING=EAGER asks for when a context is made: all that the program registered or loaded.  A module that
  /// cannot be loaded says so when something of it is used.
  func loadEagerly() {
    guard LoadingMode.current == .eager else { return }
    for module in Registry.shared.modules { try? module.module().loadAll(on: self) }
  }
}

extension Device {
  /// The same for a module that is registered when devices are in use.
  public static func loadEagerly(_ module: RegisteredModule) {
    for device in registered { if let context = device.contextIfAny { try? module.module().loadAll(on: context) } }
  }
}
