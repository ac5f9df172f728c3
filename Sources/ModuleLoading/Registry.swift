// What nvcc's start-up code registers: modules, and the host addresses that stand for their kernels and variables.
// Registering does no work beyond remembering: nothing is hashed, compiled or allocated before the first use.
// Threads: any.  Registration and the first use on a device take locks; `kernel(at:)` and `RegisteredKernel.function` of what
// has been used before take none and allocate nothing: the table of host addresses is replaced whole when it grows, and old
// tables are kept, since a reader may be in them.
// Source: crt/host_runtime.h of the CUDA toolkit for the calls and their order.
import Glibc
import Synchronization

/// A kernel as the program knows it; its address is the cudaKernel_t that CUDA 13's stubs hold.
public final class RegisteredKernel: Sendable {
  public static let maximumDevices = 64

  public let name: String
  /// The same as C has it; never freed.
  public var nameForEver: UnsafePointer<CChar> { UnsafePointer(cName) }
  private nonisolated(unsafe) let cName: UnsafeMutablePointer<CChar>   // never written after init
  /// The host function that stands for it.
  public let hostAddress: UInt   // 0: a kernel of a library, which has a handle only
  public let module: RegisteredModule
  /// One retained Function for each device, once it is loaded there.
  private nonisolated(unsafe) let slots: UnsafeMutablePointer<Atomic<UInt>>   // never written after init; atomics

  init(name: String, hostAddress: UInt, module: RegisteredModule) {
    self.name = name
    cName = strdup(name)
    self.hostAddress = hostAddress
    self.module = module
    slots = .allocate(capacity: Self.maximumDevices)
    for index in 0..<Self.maximumDevices { (slots + index).initialize(to: Atomic(0)) }
  }

  /// The kernel on a device, if it is loaded there: one load.  It stays while its module is loaded, so nothing is retained.
  public func loadedFunction(on ordinal: Int) -> Unmanaged<Function>? {
    let word = slots[ordinal].load(ordering: .acquiring)
    return UnsafeRawPointer(bitPattern: word).map { .fromOpaque($0) }
  }

  /// The kernel on a device; compiled and loaded at the first call.
  public func function(on storage: any ModuleStorage) throws -> Function {
    if let found = loadedFunction(on: storage.moduleOrdinal) { return found.takeUnretainedValue() }
    let made = try module.module().function(name, on: storage)
    let word = UInt(bitPattern: Unmanaged.passRetained(made).toOpaque())
    if !slots[storage.moduleOrdinal].compareExchange(expected: 0, desired: word, ordering: .acquiringAndReleasing).exchanged {
      Unmanaged.passUnretained(made).release()
    }
    return made
  }

  /// The handle that the program gets, and back.
  public var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  public static func kernel(ofHandle handle: UnsafeRawPointer) -> RegisteredKernel? {
    Registry.shared.isKernelHandle(handle) ? Unmanaged<RegisteredKernel>.fromOpaque(handle).takeUnretainedValue() : nil
  }

  /// Forgets the function on a device whose memory is gone.
  func forget(_ ordinal: Int) { slots[ordinal].store(0, ordering: .releasing) }
}

/// A variable as the program knows it: the address of its host shadow.
public final class RegisteredVariable: Sendable {
  public let name: String
  public let hostAddress: UInt
  public let byteCount: Int
  public let isConstant: Bool
  /// For managed variables: where the program keeps the pointer, to be filled in with the managed memory's address.
  public let managedPointer: UInt?
  let module: RegisteredModule

  init(name: String, hostAddress: UInt, byteCount: Int, isConstant: Bool, managedPointer: UInt?, module: RegisteredModule) {
    self.name = name
    self.hostAddress = hostAddress
    self.byteCount = byteCount
    self.isConstant = isConstant
    self.managedPointer = managedPointer
    self.module = module
  }

  /// Where it is on the device.  Throws when the module and the program disagree about its size.
  public func loaded(on storage: any ModuleStorage) throws -> LoadedVariable {
    let found = try module.module().variable(name, on: storage)
    guard found.byteCount == UInt64(byteCount) || byteCount == 0 else {
      throw ModuleError(.invalidImage, "the program says that \(name) has \(byteCount) bytes and the module that it has \(found.byteCount)")
    }
    return found
  }
}

/// One registered fatbinary.  Its address is the `void **` handle of the registration calls.
public final class RegisteredModule: Sendable {
  private let made: Result<Module, ModuleError>
  let kernels = Mutex<[RegisteredKernel]>([])
  /// In the order of their registration.
  public var registeredKernels: [RegisteredKernel] { kernels.withLock { $0 } }
  let variables = Mutex<[RegisteredVariable]>([])

  init(module: Module) { made = .success(module) }
  init(failure: ModuleError) { made = .failure(failure) }

  init(wrapper: UnsafeRawPointer, compiler: (any KernelCompiler)?) {
    do throws(ModuleError) {
      let source = try ModuleSource.wrapper(at: wrapper)
      made = .success(compiler.map { Module(source: source, compiler: $0) } ?? Module(source: source))
    } catch { made = .failure(error) }
  }

  /// Throws, at the first use rather than at registration, when the fatbinary cannot be used.
  public func module() throws(ModuleError) -> Module { try made.get() }
  public var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  public var managedVariables: [RegisteredVariable] { variables.withLock { $0.filter { $0.managedPointer != nil } } }
}

public final class Registry: Sendable {
  public static let shared = Registry()

  private struct Contents {
    var modules: [UInt: RegisteredModule] = [:]      // by handle
    var variables: [UInt: RegisteredVariable] = [:]  // by host address
    var handles: Set<UInt> = []                      // of kernels
  }
  private let contents = Mutex(Contents())
  private let kernels = AddressTable()
  private let compiler: (any KernelCompiler)?

  /// `compiler` is for tests; nil is the cache and the compiler process.
  public init(compiler: (any KernelCompiler)? = nil) { self.compiler = compiler }

  // MARK: - Registration

  /// __cudaRegisterFatBinary.  Never fails: what is wrong with the fatbinary is said when something of it is used.
  public func register(wrapper: UnsafeRawPointer) -> RegisteredModule {
    let module = RegisteredModule(wrapper: wrapper, compiler: compiler)
    contents.withLock { $0.modules[UInt(bitPattern: module.handle)] = module }
    return module
  }

  /// The module of a registration handle; nil if there is none.
  public func module(ofHandle handle: UnsafeRawPointer?) -> RegisteredModule? {
    contents.withLock { $0.modules[UInt(bitPattern: handle)] }
  }

  /// A module that the program loads by itself (cudaLibraryLoadData): its kernels have handles and no host addresses.
  public func adopt(_ made: Module) -> RegisteredModule {
    let module = RegisteredModule(module: made)
    contents.withLock { $0.modules[UInt(bitPattern: module.handle)] = module }
    return module
  }

  /// The same for code that cannot be used, and why.
  public func adopt(_ failure: String) -> RegisteredModule {
    let module = RegisteredModule(failure: ModuleError(.invalidImage, failure))
    contents.withLock { $0.modules[UInt(bitPattern: module.handle)] = module }
    return module
  }

  /// __cudaRegisterFunction; hostAddress 0: a kernel of a library.
  @discardableResult
  public func registerKernel(_ name: String, hostAddress: UInt, in module: RegisteredModule) -> RegisteredKernel {
    let kernel = RegisteredKernel(name: name, hostAddress: hostAddress, module: module)
    module.kernels.withLock { $0.append(kernel) }
    contents.withLock { contents in
      contents.handles.insert(UInt(bitPattern: kernel.handle))
      kernels.set(hostAddress, kernel)
    }
    return kernel
  }

  /// __cudaRegisterVar and __cudaRegisterManagedVar.
  public func registerVariable(
    _ name: String, hostAddress: UInt, byteCount: Int, isConstant: Bool, managedPointer: UInt? = nil, in module: RegisteredModule
  ) {
    let variable = RegisteredVariable(
      name: name, hostAddress: hostAddress, byteCount: byteCount, isConstant: isConstant, managedPointer: managedPointer, module: module)
    module.variables.withLock { $0.append(variable) }
    contents.withLock { $0.variables[hostAddress] = variable }
  }

  /// __cudaRegisterHostVar: an external variable of the module's is this one of the host's.
  public func registerHostVariable(_ name: String, hostAddress: UInt, in module: RegisteredModule) {
    try? module.module().define(name, at: UInt64(hostAddress))   // a fatbinary that cannot be used says so when a kernel of it is
  }

  /// __cudaUnregisterFatBinary: the host addresses mean nothing any more; the library that they are in is going away.
  public func unregister(handle: UnsafeRawPointer?) {
    contents.withLock { contents in
      guard let module = contents.modules.removeValue(forKey: UInt(bitPattern: handle)) else { return }
      for kernel in module.kernels.withLock({ $0 }) {
        kernels.remove(kernel.hostAddress, kernel)
        contents.handles.remove(UInt(bitPattern: kernel.handle))
        _ = Unmanaged.passRetained(kernel)   // a reader may still hold it unretained
      }
      for variable in module.variables.withLock({ $0 }) where contents.variables[variable.hostAddress] === variable {
        contents.variables[variable.hostAddress] = nil
      }
    }
  }

  // MARK: - Look-up

  /// The kernel that a host function stands for.
  public func kernel(at hostAddress: UnsafeRawPointer?) -> RegisteredKernel? { kernels.find(UInt(bitPattern: hostAddress)) }

  /// The variable whose shadow is at this address.
  public func variable(at hostAddress: UnsafeRawPointer?) -> RegisteredVariable? {
    contents.withLock { $0.variables[UInt(bitPattern: hostAddress)] }
  }

  func isKernelHandle(_ handle: UnsafeRawPointer) -> Bool { contents.withLock { $0.handles.contains(UInt(bitPattern: handle)) } }

  /// Every module that is registered, in no order.
  public var modules: [RegisteredModule] { contents.withLock { Array($0.modules.values) } }

  /// The end of a library: its handles mean nothing any more and its memory goes back.  No kernel of it may be running.
  public func release(_ module: RegisteredModule) {
    unregister(handle: module.handle)
    for kernel in module.registeredKernels { for ordinal in 0..<RegisteredKernel.maximumDevices { kernel.forget(ordinal) } }
    (try? module.module())?.unload()
  }

  /// After a device was reset: what was loaded there is gone.
  public func forget(device ordinal: Int) {
    for registered in modules {
      for kernel in registered.kernels.withLock({ $0 }) { kernel.forget(ordinal) }
      (try? registered.module())?.unload(from: ordinal)
    }
  }
}

/// Host address to kernel, read without a lock: open addressing, linear probing, at most half full.  Writers hold the
/// registry's lock.  A removed entry keeps its address with no kernel.
private final class AddressTable: @unchecked Sendable {   // current: atomic; the rest under the registry's lock
  private struct Slots {
    let mask: Int
    let keys: UnsafeMutablePointer<Atomic<UInt>>
    let values: UnsafeMutablePointer<Atomic<UInt>>

    init(capacity: Int) {
      mask = capacity - 1
      keys = .allocate(capacity: capacity)
      values = .allocate(capacity: capacity)
      for index in 0..<capacity {
        (keys + index).initialize(to: Atomic(0))
        (values + index).initialize(to: Atomic(0))
      }
    }

    /// Where the key is, or the free place where it belongs.
    func index(of key: UInt) -> Int {
      var index = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
      while true {
        let found = keys[index].load(ordering: .acquiring)
        if found == key || found == 0 { return index }
        index = (index + 1) & mask
      }
    }
  }

  private let current: Atomic<UInt>
  private var used = 0

  init() {
    current = Atomic(UInt(bitPattern: Self.box(Slots(capacity: 1024))))
  }

  private static func box(_ slots: Slots) -> UnsafeMutablePointer<Slots> {
    let box = UnsafeMutablePointer<Slots>.allocate(capacity: 1)
    box.initialize(to: slots)
    return box
  }

  private var slots: Slots { UnsafePointer<Slots>(bitPattern: current.load(ordering: .acquiring))!.pointee }

  func find(_ key: UInt) -> RegisteredKernel? {
    guard key != 0 else { return nil }
    let slots = slots
    let index = slots.index(of: key)
    guard slots.keys[index].load(ordering: .acquiring) == key else { return nil }
    return UnsafeRawPointer(bitPattern: slots.values[index].load(ordering: .acquiring))
      .map { Unmanaged<RegisteredKernel>.fromOpaque($0).takeUnretainedValue() }
  }

  func set(_ key: UInt, _ kernel: RegisteredKernel) {
    guard key != 0 else { return }
    var slots = slots
    if (used + 1) * 2 > slots.mask + 1 { slots = grow(slots) }
    let index = slots.index(of: key)
    slots.values[index].store(UInt(bitPattern: kernel.handle), ordering: .releasing)
    if slots.keys[index].load(ordering: .relaxed) == 0 {
      slots.keys[index].store(key, ordering: .releasing)   // publishes the value
      used += 1
    }
  }

  func remove(_ key: UInt, _ kernel: RegisteredKernel) {
    guard key != 0 else { return }
    let slots = slots
    let index = slots.index(of: key)
    _ = slots.values[index].compareExchange(expected: UInt(bitPattern: kernel.handle), desired: 0, ordering: .acquiringAndReleasing)
  }

  private func grow(_ old: Slots) -> Slots {
    let new = Slots(capacity: (old.mask + 1) * 2)
    used = 0
    for index in 0...old.mask {
      let value = old.values[index].load(ordering: .relaxed), key = old.keys[index].load(ordering: .relaxed)
      guard value != 0 else { continue }
      let place = new.index(of: key)
      new.values[place].store(value, ordering: .relaxed)
      new.keys[place].store(key, ordering: .relaxed)
      used += 1
    }
    current.store(UInt(bitPattern: Self.box(new)), ordering: .releasing)
    return new
  }
}
