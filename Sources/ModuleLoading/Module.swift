// A module on its way from bytes to launchable functions: its inventory, its variables in device memory, and its kernels,
// each compiled and loaded at its first use.  Every kernel of a module is relocated to the same addresses of variables.
// Threads: any.  Each module has a lock for loading; a loaded function or variable is found through it as well, so callers on
// hot paths keep what they got (Registry.swift does).
// Order: inventory, then variables, then kernels; a failure leaves what was there before, and the next use tries again.
import KernelImage
import Settings
import Synchronization

/// Device memory as loading needs it; a device of the CUDA layer provides it.
public protocol ModuleStorage: AnyObject, Sendable {
  /// The device's number, for keeping what was loaded apart.
  var moduleOrdinal: Int { get }
  /// LLVM's name of the processor: "gfx942".
  var moduleTarget: String { get }
  /// Device memory of that kind, aligned; throws when there is none.
  func allocateForModule(byteCount: UInt64, alignment: UInt64, use: ModuleMemory) throws -> UInt64
  func freeForModule(_ address: UInt64)
  /// Copies to device memory, and does what it takes for kernels that start later to see it, as instructions too.
  func writeForModule(_ bytes: UnsafeRawBufferPointer, to address: UInt64) throws
}

/// What a piece of a module's memory is for.
public enum ModuleMemory: Sendable { case code, variables, managed }

/// A `__device__`, `__constant__` or `__managed__` variable in a device's memory.
public struct LoadedVariable: Sendable {
  public let address: UInt64
  public let byteCount: UInt64
  public let space: GlobalVariable.Space
}

public final class Module: Sendable {
  public let source: ModuleSource
  private let compiler: any KernelCompiler
  private let state = Mutex(State())

  private struct State {
    var inventories: [String: ModuleImage] = [:]   // by target
    var loaded: [Int: Loaded] = [:]                // by device
    var managed: Managed?                          // one for all devices
    var hostVariables: [String: UInt64] = [:]      // what external names stand for: addresses in the program
  }

  /// Managed variables have one address for all devices; the first device that needs them allocates them.
  private struct Managed {
    var storage: any ModuleStorage
    var variables: [String: LoadedVariable]
    var allocations: [UInt64]
  }

  /// What is on one device.
  private struct Loaded {
    var storage: any ModuleStorage
    var variables: [String: LoadedVariable] = [:]
    var functions: [String: Function] = [:]
    var allocations: [UInt64] = []
  }

  public init(source: ModuleSource, compiler: any KernelCompiler = CachedCompiler.shared) {
    self.source = source
    self.compiler = compiler
  }

  /// What the module holds, without compiling a kernel.
  public func inventory(for target: String) throws -> ModuleImage {
    try state.withLock { try inventory(for: target, &$0) }
  }

  /// The kernel, compiled and loaded on the device if it is not yet.  Throws `.notFound` when the module has none of the name.
  /// variant: the one for launches that the first does not serve; it is found through that one (Function.serving).
  public func function(_ name: String, on storage: any ModuleStorage, _ variant: KernelVariant = []) throws -> Function {
    try state.withLock { state in
      try loadVariables(on: storage, &state)
      let ordinal = storage.moduleOrdinal
      let key = variant.isEmpty ? name : name + " variant \(variant.rawValue)"
      if let found = state.loaded[ordinal]!.functions[key] { return found }
      let inventory = try inventory(for: storage.moduleTarget, &state)
      guard inventory.kernels.contains(where: { $0.name == name }) else {
        throw ModuleError(.notFound, "the module has no kernel \(name)\(nearest(to: name, among: inventory.kernels.map(\.name)))")
      }
      var image: KernelImage
      do { image = try compiler.kernel(name, of: source, for: storage.moduleTarget, variant) } catch let error as ModuleError {
        throw ModuleError(error.failure, "kernel \(name): \(error.message)")
      }
      try relocate(&image.bytes, image.relocations, of: name, state.loaded[ordinal]!.variables, state.hostVariables)
      let address = try storage.allocateForModule(byteCount: UInt64(image.bytes.count), alignment: image.alignment, use: .code)
      do {
        try image.bytes.withUnsafeBytes { try storage.writeForModule($0, to: address) }
      } catch {
        storage.freeForModule(address)
        throw error
      }
      image.bytes = []
      let another: @Sendable (KernelVariant) throws -> Function = { [weak self] variant in
        guard let self else { throw ModuleError(.notFound, "the module of \(name) is unloaded") }
        return try self.function(name, on: storage, variant)
      }
      let function = Function(
        name: name, image: image, descriptorAddress: address + image.descriptorOffset, deviceOrdinal: ordinal,
        ptxTarget: inventory.ptxTarget,
        constantBytes: inventory.variables.reduce(0) { $0 + ($1.space == .constant && !$1.isExternal ? Int($1.size) : 0) },
        another: variant.isEmpty ? another : nil)
      state.loaded[ordinal]!.allocations.append(address)
      state.loaded[ordinal]!.functions[key] = function
      return function
    }
  }

  /// Whether the function was loaded from here and still is.
  public func holds(_ function: Function) -> Bool {
    state.withLock { state in state.loaded[function.deviceOrdinal]?.functions.values.contains { $0 === function } ?? false }
  }

  /// Where a variable is on the device; allocates all of the module's variables at the first call.
  public func variable(_ name: String, on storage: any ModuleStorage) throws -> LoadedVariable {
    try state.withLock { state in
      try loadVariables(on: storage, &state)
      guard let found = state.loaded[storage.moduleOrdinal]!.variables[name] else {
        throw ModuleError(
          .notFound, "the module has no variable \(name)\(nearest(to: name, among: Array(state.loaded[storage.moduleOrdinal]!.variables.keys)))")
      }
      return found
    }
  }

  /// An external name of the module stands for a variable of the host's: kernels and initial values that are loaded from now on have its
  /// address.  A variable of the module's own goes before it.
  public func define(_ name: String, at hostAddress: UInt64) { state.withLock { $0.hostVariables[name] = hostAddress } }

  /// Forgets what is on a device, and gives its memory back; no kernel of the module may be running there.  Managed variables go
  /// with the last device that has the module.
  public func unload(from ordinal: Int) {
    let (loaded, managed) = state.withLock { state in
      let loaded = state.loaded.removeValue(forKey: ordinal)
      guard state.loaded.isEmpty else { return (loaded, Managed?.none) }
      defer { state.managed = nil }
      return (loaded, state.managed)
    }
    for address in loaded?.allocations ?? [] { loaded!.storage.freeForModule(address) }
    for address in managed?.allocations ?? [] { managed!.storage.freeForModule(address) }
  }

  /// The same on every device.
  public func unload() { for ordinal in state.withLock({ Array($0.loaded.keys) }) { unload(from: ordinal) } }

  /// Every kernel and variable, on the device: what CUDA_MODULE_LOADING=EAGER asks for.
  public func loadAll(on storage: any ModuleStorage) throws {
    for kernel in try inventory(for: storage.moduleTarget).kernels { _ = try function(kernel.name, on: storage) }
  }

  // MARK: - Loading

  private func inventory(for target: String, _ state: inout State) throws -> ModuleImage {
    if let found = state.inventories[target] { return found }
    let made = try compiler.inventory(of: source, for: target)
    Log.info("module \(source.hash.description.prefix(12)): \(made.kernels.count) kernels, \(made.variables.count) variables, PTX for \(made.ptxTarget)")
    state.inventories[target] = made
    return made
  }

  private func loadVariables(on storage: any ModuleStorage, _ state: inout State) throws {
    let ordinal = storage.moduleOrdinal
    guard state.loaded[ordinal] == nil else { return }
    let inventory = try inventory(for: storage.moduleTarget, &state)
    var loaded = Loaded(storage: storage), shared = Loaded(storage: storage)
    do {
      let all = inventory.variables.filter { !$0.isExternal }
      if let managed = state.managed {
        loaded.variables = managed.variables
        try place(all.filter { $0.space != .managed }, use: .variables, in: &loaded, state.hostVariables)
      } else {
        // An initial value may hold another variable's address; a managed one's may hold a device's, which is then the first device's.
        try place(all.filter { $0.space != .managed }, use: .variables, in: &loaded, state.hostVariables)
        shared.variables = loaded.variables
        try place(all.filter { $0.space == .managed }, use: .managed, in: &shared, state.hostVariables)
        let managed = shared.variables.filter { $0.value.space == .managed }
        loaded.variables.merge(managed) { first, _ in first }
        if !managed.isEmpty { state.managed = Managed(storage: storage, variables: managed, allocations: shared.allocations) }
      }
    } catch {
      for address in loaded.allocations + shared.allocations { storage.freeForModule(address) }
      throw error
    }
    state.loaded[ordinal] = loaded
  }

  /// One allocation for all; written whole, so that what has no initial value is zero.
  private func place(_ members: [GlobalVariable], use: ModuleMemory, in loaded: inout Loaded, _ hostVariables: [String: UInt64]) throws {
    guard !members.isEmpty else { return }
    var offsets: [UInt64] = []
    var end: UInt64 = 0, alignment: UInt64 = 256
    for variable in members {
      let wanted = max(variable.alignment, 16)   // the alignment that vector loads of neighbours rely on
      alignment = max(alignment, wanted)
      end = (end + wanted - 1) / wanted * wanted
      offsets.append(end)
      end += max(variable.size, 1)
    }
    let base = try loaded.storage.allocateForModule(byteCount: end, alignment: alignment, use: use)
    loaded.allocations.append(base)
    for (variable, offset) in zip(members, offsets) {
      loaded.variables[variable.name] = LoadedVariable(address: base + offset, byteCount: variable.size, space: variable.space)
    }
    var bytes = [UInt8](repeating: 0, count: Int(end))
    for (variable, offset) in zip(members, offsets) {
      guard !variable.initial.isEmpty || !variable.relocations.isEmpty else { continue }
      var initial = variable.initial.isEmpty ? [UInt8](repeating: 0, count: Int(variable.size)) : variable.initial
      guard initial.count == Int(variable.size) else {
        throw ModuleError(.internalError, "the initial value of \(variable.name) has \(initial.count) bytes and the variable \(variable.size)")
      }
      try relocate(&initial, variable.relocations, of: variable.name, loaded.variables, hostVariables)
      bytes.replaceSubrange(Int(offset)..<Int(offset) + initial.count, with: initial)
    }
    try bytes.withUnsafeBytes { try loaded.storage.writeForModule($0, to: base) }
  }

  private func relocate(
    _ bytes: inout [UInt8], _ relocations: [Relocation], of owner: String, _ variables: [String: LoadedVariable], _ hostVariables: [String: UInt64]
  ) throws {
    for relocation in relocations {
      guard let target = variables[relocation.symbol]?.address ?? hostVariables[relocation.symbol] else {
        throw ModuleError(
          .notFound, "\(owner) refers to \(relocation.symbol), which the module does not define as a variable; was it built with -rdc=true?")
      }
      guard relocation.offset <= UInt64(bytes.count), UInt64(bytes.count) - relocation.offset >= 8 else {
        throw ModuleError(.internalError, "a relocation of \(owner) is at \(relocation.offset) of \(bytes.count) bytes")
      }
      let value = target &+ UInt64(bitPattern: relocation.addend)
      bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: Int(relocation.offset), as: UInt64.self) }
    }
  }
}

/// ", but X": a name that contains the wanted one or is contained in it, as mangled and unmangled names do.
private func nearest(to name: String, among names: [String]) -> String {
  names.first { $0.contains(name) || name.contains($0) }.map { "; it has \($0)" } ?? "; it has \(names.count) others"
}

/// A module's file, whole.
public func readModuleFile(_ path: String) throws -> [UInt8] {
  do { return try readFile(path) } catch { throw ModuleError(.invalidImage, "\(error)") }
}
