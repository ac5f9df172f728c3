// The modules of a host program or library, as its start-up code registers them: each wrapper in `.nvFatBinSegment` is one.
// A wrapper is u32 magic, u32 version, a pointer to a container, and a pointer that is null or, in version 2 (relocatable device
// code), points to a NULL-terminated array of containers that are linked together.
// Pointers are what the dynamic linker would make of them: R_X86_64_RELATIVE's and R_AARCH64_RELATIVE's addends, else the bytes in place.
// Object files have wrappers without addresses; there each container of `.nv_fatbin` counts for itself.
// Source: fatbinary_section.h of the CUDA toolkit; the ELF specification; observed files.
import CLibELF
import KernelImage

/// One module of a file, as the runtime will be given it.
public struct RegisteredModule: Sendable, Hashable {
  /// One container; or those to be linked together.
  public var containers: [[UInt8]]
  /// Whether they are relocatable device code.
  public var isLinked: Bool
  public init(containers: [[UInt8]], isLinked: Bool) {
    self.containers = containers
    self.isLinked = isLinked
  }
}

/// Every module in an ELF file, in the order of their wrappers.  Empty when it holds no CUDA device code.
public func registeredModules(inELF bytes: [UInt8]) throws(CodeObjectError) -> [RegisteredModule] {
  try ELFReader.with(bytes) { (elf) throws(CodeObjectError) in
    let sections = try elf.sections()
    let memory = Memory(bytes: bytes, sections: sections)
    var result: [RegisteredModule] = []
    for section in sections where section.name == ".nvFatBinSegment" && section.address != 0 {
      for at in stride(from: section.contents.lowerBound, through: section.contents.upperBound - 24, by: 24) {
        guard load(bytes, at, as: UInt32.self) == 0x4662_43B1 else { continue }
        let address = section.address &+ UInt64(at - section.contents.lowerBound)
        let version = load(bytes, at + 4, as: UInt32.self)
        guard let data = memory.pointer(at: address &+ 8) else { continue }
        if version == 2, let list = memory.pointer(at: address &+ 16), list != 0 {
          let linked = memory.list(at: list).compactMap(memory.container)
          if !linked.isEmpty { result.append(RegisteredModule(containers: linked, isLinked: true)) }
        } else if let container = memory.container(at: data) {
          result.append(RegisteredModule(containers: [container], isLinked: false))
        }
      }
    }
    if !result.isEmpty { return result }
    for section in sections where section.name == ".nv_fatbin" || section.name == "__nv_relfatbin" {
      for container in try Fatbinary.containers(in: bytes, section.contents) {
        result.append(RegisteredModule(containers: [Array(bytes[container])], isLinked: section.name == "__nv_relfatbin"))
      }
    }
    return result
  }
}

/// A file as it lies in memory, before the dynamic linker has been there.
private final class Memory {
  let bytes: [UInt8]
  let sections: [ELFSection]
  private var taken: UInt64 = 0
  /// Pointers that the dynamic linker fills in, by where they stand.
  private lazy var relocated: [UInt64: UInt64] = {
    var found: [UInt64: UInt64] = [:]
    for section in sections where section.type == UInt32(SHT_RELA) && section.flags & 2 != 0 {  // SHF_ALLOC
      for at in stride(from: section.contents.lowerBound, through: section.contents.upperBound - 24, by: 24) {
        let type = load(bytes, at + 8, as: UInt64.self) & 0xFFFF_FFFF
        if type == 8 || type == 1027 { found[load(bytes, at, as: UInt64.self)] = load(bytes, at + 16, as: UInt64.self) }
      }
    }
    return found
  }()

  init(bytes: [UInt8], sections: [ELFSection]) {
    self.bytes = bytes
    self.sections = sections.filter { $0.address != 0 && !$0.contents.isEmpty }
  }

  /// Where the bytes at `address` are in the file.
  private func place(_ address: UInt64, _ count: Int) -> Int? {
    for section in sections where address >= section.address {
      let offset = address - section.address
      if offset <= UInt64(section.contents.count), section.contents.count - Int(offset) >= count { return section.contents.lowerBound + Int(offset) }
    }
    return nil
  }

  func pointer(at address: UInt64) -> UInt64? {
    relocated[address] ?? place(address, 8).map { load(bytes, $0, as: UInt64.self) }
  }

  /// The pointers of an array that a null one ends.
  func list(at address: UInt64) -> [UInt64] {
    var result: [UInt64] = []
    while result.count < 1 << 16, let pointer = pointer(at: address &+ 8 &* UInt64(result.count)), pointer != 0 { result.append(pointer) }
    return result
  }

  /// The container at an address, if one begins there and is whole.
  func container(at address: UInt64) -> [UInt8]? {
    guard let at = place(address, 16), load(bytes, at, as: UInt32.self) == Fatbinary.magic else { return nil }
    let headerSize = UInt64(load(bytes, at + 6, as: UInt16.self)), size = load(bytes, at + 8, as: UInt64.self)
    guard size < UInt64(bytes.count), headerSize + size <= UInt64(bytes.count - at) else { return nil }
    // Containers that overlap are nobody's: copies stay in proportion to the file.
    taken += headerSize + size
    guard taken <= 2 * UInt64(bytes.count) else { return nil }
    return Array(bytes[at..<at + Int(headerSize + size)])
  }
}
