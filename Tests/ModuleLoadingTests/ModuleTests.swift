import KernelImage
import Synchronization
import Testing

@testable import ModuleLoading

/// `first` holds 1 to 8, `table` the address of `first` + 4 in its second word, `zeros` nothing, `m` is managed.
private func module() -> ModuleImage {
  func variable(_ name: String, size: UInt64, alignment: UInt64 = 8, initial: [UInt8] = [], space: GlobalVariable.Space = .global) -> GlobalVariable {
    var made = GlobalVariable()
    (made.name, made.size, made.alignment, made.initial, made.space) = (name, size, alignment, initial, space)
    return made
  }
  var table = variable("table", size: 16, initial: [UInt8](repeating: 0xff, count: 16))
  table.relocations = [Relocation(offset: 8, symbol: "first", addend: 4)]
  var external = variable("elsewhere", size: 8)
  external.isExternal = true
  var image = ModuleImage()
  image.variables = [
    variable("first", size: 8, initial: [1, 2, 3, 4, 5, 6, 7, 8], space: .constant), table, variable("zeros", size: 100, alignment: 64),
    variable("m", size: 4, initial: [9, 0, 0, 0], space: .managed), external,
  ]
  image.kernels = ["good", "unsupported", "outside"].map { name in
    var kernel = ModuleImage.Kernel()
    kernel.name = name
    return kernel
  }
  return image
}

private func kernel(_ name: String, refersTo symbol: String) -> KernelImage {
  var image = KernelImage()
  image.name = name
  image.bytes = [UInt8](repeating: 0, count: 256)
  image.alignment = 256
  image.descriptorOffset = 64
  image.relocations = [Relocation(offset: 128, symbol: symbol, addend: 16)]
  return image
}

private func loaded() throws -> (Module, TableCompiler) {
  let compiler = TableCompiler(module: module(), kernels: [kernel("good", refersTo: "zeros"), kernel("outside", refersTo: "elsewhere")])
  return (Module(source: try ModuleSource.image(Array(".version 8.0".utf8)), compiler: compiler), compiler)
}

@Suite("Loading a module")
struct ModuleTests {
  @Test("Variables have their initial values, with addresses of others filled in, and zeros elsewhere") func variables() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    let first = try module.variable("first", on: device), table = try module.variable("table", on: device)
    #expect(word(at: first.address) == 0x0807_0605_0403_0201 && first.byteCount == 8)
    #expect(word(at: table.address) == .max && word(at: table.address + 8) == first.address + 4)
    let zeros = try module.variable("zeros", on: device)
    #expect(zeros.address % 64 == 0)
    for offset in stride(from: UInt64(0), to: 96, by: 8) { #expect(word(at: zeros.address + offset) == 0) }
    let managed = try module.variable("m", on: device)
    #expect(managed.space == .managed && managed.byteCount == 4 && halfWord(at: managed.address) == 9)
  }

  @Test("Variables are allocated once for a device, whatever is asked of the module") func once() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    let before = try module.variable("zeros", on: device).address
    _ = try module.function("good", on: device)
    #expect(try module.variable("zeros", on: device).address == before)
    #expect(device.liveCount(.variables) == 1 && device.liveCount(.managed) == 1)
  }

  @Test("A kernel is compiled at its first use only, and is relocated to the module's variables") func kernels() throws {
    let (module, compiler) = try loaded(), device = PlainMemory()
    _ = try module.inventory(for: "gfx942")
    #expect(compiler.compiled.withLock { $0 } == [])
    let function = try module.function("good", on: device)
    #expect(try module.function("good", on: device) === function)
    #expect(compiler.compiled.withLock { $0 } == ["good"])
    #expect(word(at: function.descriptorAddress - 64 + 128) == (try module.variable("zeros", on: device)).address + 16)
    #expect((function.descriptorAddress - 64) % 256 == 0)
  }

  @Test("A launch that the first kernel does not serve has another, compiled once for what it needs") func variants() throws {
    var large = kernel("good", refersTo: "zeros")
    (large.mostThreadsAsMapped, large.fetchesPlainTexels) = (512, true)
    let compiler = TableCompiler(module: module(), kernels: [large])
    let module = Module(source: try ModuleSource.image(Array(".version 8.0".utf8)), compiler: compiler), device = PlainMemory()
    let first = try module.function("good", on: device)
    #expect(!first.servesAll)
    #expect(try first.serving(block: (512, 1, 1), compressedTexels: false) === first)
    for (threads, compressed, variant) in [(1024, false, .takingTurns), (512, true, .compressedTexels), (1024, true, [.takingTurns, .compressedTexels])] as [(UInt32, Bool, KernelVariant)] {
      let other = try first.serving(block: (threads, 1, 1), compressedTexels: compressed)
      #expect(other !== first && compiler.variants.withLock { $0.last } == variant)
      #expect(try first.serving(block: (threads, 1, 1), compressedTexels: compressed) === other)
    }
    #expect(compiler.compiled.withLock { $0.count } == 4)
  }

  @Test("Each device has its own") func devices() throws {
    let (module, _) = try loaded(), one = PlainMemory(ordinal: 0), two = PlainMemory(ordinal: 1)
    #expect(try module.variable("zeros", on: one).address != module.variable("zeros", on: two).address)
    #expect(try module.function("good", on: one) !== module.function("good", on: two))
  }

  @Test("A name that is not there fails at look-up, with a near one named") func missing() throws {
    let (module, compiler) = try loaded(), device = PlainMemory()
    let error = #expect(throws: ModuleError.self) { try module.function("_Z4goodv", on: device) }
    #expect(error?.failure == .notFound && error?.message.contains("it has good") == true)
    #expect(throws: ModuleError.self) { try module.variable("nothing", on: device) }
    #expect(compiler.compiled.withLock { $0 } == [])
  }

  @Test("A symbol that only another module could define is named") func external() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    let error = #expect(throws: ModuleError.self) { try module.function("outside", on: device) }
    #expect(error?.failure == .notFound && error?.message.contains("elsewhere") == true)
  }

  @Test("An external name that stands for a host variable has its address, and the module's own variables go before such names") func hostVariable() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    module.define("elsewhere", at: 0x1234_5000)
    module.define("zeros", at: 0x1234_6000)
    let outside = try module.function("outside", on: device), good = try module.function("good", on: device)
    #expect(word(at: outside.descriptorAddress - 64 + 128) == 0x1234_5010)
    #expect(try word(at: good.descriptorAddress - 64 + 128) == module.variable("zeros", on: device).address + 16)
  }

  @Test("After a failure nothing is left of the kernel, and the others still load") func failure() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    _ = try module.variable("first", on: device)
    let before = device.liveCount
    #expect(throws: ModuleError.self) { try module.function("unsupported", on: device) }
    device.refusesCode.store(true, ordering: .relaxed)
    #expect(throws: ModuleError.self) { try module.function("good", on: device) }
    #expect(device.liveCount == before)
    device.refusesCode.store(false, ordering: .relaxed)
    _ = try module.function("good", on: device)
  }

  @Test("Unloading gives everything back, and the next use loads anew") func unload() throws {
    let (module, _) = try loaded(), device = PlainMemory()
    _ = try module.function("good", on: device)
    module.unload(from: 0)
    #expect(device.liveCount == 0)
    _ = try module.function("good", on: device)
    #expect(device.liveCount == 3)
  }
}

@Suite("What a module is made from")
struct ModuleSourceTests {
  private func failure(_ body: () throws -> ModuleSource) -> CompileFailure? {
    do { _ = try body(); return nil } catch { return (error as? ModuleError)?.failure }
  }

  private func wrapper(version: UInt32, container: UnsafeRawPointer?) -> [UInt64] {
    [UInt64(0x466243b1) | UInt64(version) << 32, UInt64(UInt(bitPattern: container)), 0]
  }
  private let container: [UInt64] = [0x0010_0001_ba55_ed50, 8, 42]

  @Test("A version 1 wrapper gives its container, header included") func wrapper() throws {
    try container.withUnsafeBytes { container in
      try wrapper(version: 1, container: container.baseAddress).withUnsafeBytes {
        let source = try ModuleSource.wrapper(at: $0.baseAddress!)
        #expect(source.images.count == 1 && source.images[0].count == 24 && source.images[0].baseAddress == container.baseAddress)
        #expect(source.hash == ContentHash(Array(container)))
      }
    }
  }

  /// fatbinary_section.h: the fourth field of version 2 points to the objects' fatbinaries, with NULL at the end.
  @Test("A version 2 wrapper gives the fatbinaries of its list, in any order under one key") func relocatable() throws {
    let other: [UInt64] = [0x0010_0001_ba55_ed50, 8, 43]
    try container.withUnsafeBytes { first in
      try other.withUnsafeBytes { second in
        func source(_ list: [UInt]) throws -> ModuleSource {
          try list.withUnsafeBytes { list in
            var words = wrapper(version: 2, container: first.baseAddress)
            words[2] = UInt64(UInt(bitPattern: list.baseAddress))
            return try words.withUnsafeBytes { try ModuleSource.wrapper(at: $0.baseAddress!) }
          }
        }
        let (a, b) = (UInt(bitPattern: first.baseAddress), UInt(bitPattern: second.baseAddress))
        let both = try source([a, b, 0])
        #expect(both.images.map(\.baseAddress) == [first.baseAddress, second.baseAddress] && both.images.allSatisfy { $0.count == 24 })
        #expect(try both.hash == source([b, a, 0]).hash)
        #expect(try both.hash != source([a, 0]).hash)
        #expect(try source([0]).images.map(\.baseAddress) == [first.baseAddress], "an empty list leaves the wrapper's own")
      }
    }
  }

  @Test("A wrapper of an unknown version is refused by its number") func unknownWrapper() {
    wrapper(version: 3, container: nil).withUnsafeBytes { wrapper in
      let error = #expect(throws: ModuleError.self) { try ModuleSource.wrapper(at: wrapper.baseAddress!) }
      #expect(error?.failure == .unsupported && error?.message.contains("version 3") == true)
    }
  }

  @Test("What is no wrapper or holds no container is an invalid image") func invalid() {
    for words in [[UInt64](repeating: 0, count: 4), wrapper(version: 1, container: nil)] {
      words.withUnsafeBytes { bytes in #expect(failure { try ModuleSource.wrapper(at: bytes.baseAddress!) } == .invalidImage) }
    }
    let other: [UInt64] = [0x1234, 8, 42]
    other.withUnsafeBytes { other in
      wrapper(version: 1, container: other.baseAddress).withUnsafeBytes { bytes in
        #expect(failure { try ModuleSource.wrapper(at: bytes.baseAddress!) } == .invalidImage)
      }
    }
    #expect(failure { try ModuleSource.image([]) } == .invalidImage)
  }

  @Test("A container that claims more than there is, is not read past its end") func truncated() {
    var bytes = container.withUnsafeBytes { Array($0) }
    bytes[8] = 200
    #expect(failure { try ModuleSource.image(bytes) } == .invalidImage)
  }

  @Test("An ELF image is machine code without PTX") func elf() {
    #expect(failure { try ModuleSource.image([0x7f, 0x45, 0x4c, 0x46] + [UInt8](repeating: 0, count: 60)) } == .noImage)
  }

  @Test("PTX text ends at its NUL") func text() throws {
    #expect(try ModuleSource.image(Array(".version 7.5\0garbage".utf8)).images.map(\.count) == [12])
  }
}

@Suite("Registration")
struct RegistryTests {
  private func registry() throws -> (Registry, RegisteredModule, [UInt64]) {
    let compiler = TableCompiler(module: module(), kernels: [kernel("good", refersTo: "zeros")])
    let registry = Registry(compiler: compiler)
    let wrapper = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
    wrapper.initialize(repeating: 0, count: 8)
    (wrapper[0], wrapper[1]) = (0x1_4662_43b1, UInt64(UInt(bitPattern: wrapper + 4)))
    (wrapper[4], wrapper[5]) = (0x0010_0001_ba55_ed50, 8)
    return (registry, registry.register(wrapper: UnsafeRawPointer(wrapper)), [])
  }

  @Test("A kernel is found by its host address and by its handle, and loads once for a device") func kernels() throws {
    let (registry, module, _) = try registry(), device = PlainMemory()
    registry.registerKernel("good", hostAddress: 0x1000, in: module)
    let found = try #require(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x1000)))
    #expect(found.name == "good" && String(cString: found.nameForEver) == "good")
    #expect(registry.isKernelHandle(found.handle) && !registry.isKernelHandle(UnsafeRawPointer(bitPattern: 0x1000)!))
    #expect(found.loadedFunction(on: 0) == nil)
    let function = try found.function(on: device)
    #expect(found.loadedFunction(on: 0)?.takeUnretainedValue() === function)
    #expect(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x1001)) == nil && registry.kernel(at: nil) == nil)
  }

  @Test("Twenty thousand kernels are told apart while others are being registered") func many() async throws {
    let (registry, module, _) = try registry()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for number in 0..<20_000 as Range<UInt> { registry.registerKernel("k\(number)", hostAddress: 0x40_0000 + number * 16, in: module) }
        return true
      }
      group.addTask {
        var right = true
        for round in 0..<40_000 as Range<UInt> {
          let number = round % 20_000
          if let found = registry.kernel(at: UnsafeRawPointer(bitPattern: 0x40_0000 + number * 16)), found.name != "k\(number)" { right = false }
        }
        return right
      }
      for await right in group { #expect(right) }
    }
    for number in 0..<20_000 as Range<UInt> {
      #expect(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x40_0000 + number * 16))?.name == "k\(number)")
    }
  }

  @Test("Unregistering takes a module's host addresses away, and leaves one that another has taken over") func unregister() throws {
    let (registry, module, _) = try registry()
    let other = registry.register(wrapper: UnsafeRawPointer(UnsafeMutablePointer<UInt64>.allocate(capacity: 2)))
    registry.registerKernel("good", hostAddress: 0x1000, in: module)
    registry.registerKernel("good", hostAddress: 0x2000, in: module)
    registry.registerKernel("newer", hostAddress: 0x2000, in: other)
    registry.registerVariable("first", hostAddress: 0x3000, byteCount: 8, isConstant: true, in: module)
    registry.unregister(handle: module.handle)
    #expect(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x1000)) == nil)
    #expect(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x2000))?.name == "newer")
    #expect(registry.variable(at: UnsafeRawPointer(bitPattern: 0x3000)) == nil)
    #expect(registry.module(ofHandle: module.handle) == nil)
  }

  @Test("A variable whose size the program has otherwise is refused") func size() throws {
    let (registry, module, _) = try registry(), device = PlainMemory()
    registry.registerVariable("first", hostAddress: 0x3000, byteCount: 8, isConstant: true, in: module)
    registry.registerVariable("zeros", hostAddress: 0x4000, byteCount: 8, isConstant: false, in: module)
    #expect(try registry.variable(at: UnsafeRawPointer(bitPattern: 0x3000))!.loaded(on: device).byteCount == 8)
    #expect(throws: ModuleError.self) { try registry.variable(at: UnsafeRawPointer(bitPattern: 0x4000))!.loaded(on: device) }
  }

  @Test("A bad fatbinary is no failure until something of it is used") func lazy() throws {
    let registry = Registry()
    let zeros = UnsafeMutablePointer<UInt64>.allocate(capacity: 4)
    zeros.initialize(repeating: 0, count: 4)
    let module = registry.register(wrapper: UnsafeRawPointer(zeros))
    registry.registerKernel("k", hostAddress: 0x1000, in: module)
    let kernel = try #require(registry.kernel(at: UnsafeRawPointer(bitPattern: 0x1000)))
    let error = #expect(throws: ModuleError.self) { try kernel.function(on: PlainMemory()) }
    #expect(error?.failure == .invalidImage)
  }
}
