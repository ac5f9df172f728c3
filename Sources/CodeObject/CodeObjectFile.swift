// An AMDGPU ELF code object, flattened: what `ld.lld -shared` makes and what a kernel image is filled from.
// Source: LLVM, "User Guide for AMDGPU Backend" (ELF code object, relocation records, notes); the ELF specification.
import CLibELF
import KernelImage

public struct CodeObjectFile: Sendable {
  /// No image is larger; a larger one is corrupt.
  /// No image is larger, since variables lie outside; a larger one is corrupt.
  static let maximumSize: UInt64 = 256 << 20

  public private(set) var target = ""              // "gfx942", from the note
  public private(set) var bytes: [UInt8] = []      // the loaded segments from virtual address 0; what no segment covers is zero
  public private(set) var alignment: UInt64 = 4096
  public private(set) var relocations: [Relocation] = []
  public private(set) var kernels: [KernelMetadata] = []
  private var symbols: [String: UInt64] = [:]      // defined ones: their address

  /// Reads a code object.  Throws for what is not one, and for a relocation type that no loader knows, by name.
  public static func load(_ bytes: [UInt8]) throws(CodeObjectError) -> CodeObjectFile {
    try ELFReader.with(bytes) { (elf) throws(CodeObjectError) in
      guard elf.machine == 224 else { throw .invalid("code object: ELF machine \(elf.machine), AMDGPU is 224") }
      var file = CodeObjectFile()
      try file.readSegments(elf)
      let sections = try elf.sections()
      for section in sections where section.type == UInt32(SHT_SYMTAB) || section.type == UInt32(SHT_DYNSYM) {
        for (name, symbol) in try elf.symbols(of: section) where !name.isEmpty && symbol.st_shndx != UInt16(SHN_UNDEF) && symbol.st_shndx < 0xFF00 {
          file.symbols[name] = symbol.st_value
        }
      }
      for section in sections where section.flags & UInt64(SHF_ALLOC) != 0 {
        switch section.type {
        case UInt32(SHT_RELA): try file.readRelocations(elf, section, sections)
        case UInt32(SHT_REL), 19: throw CodeObjectError(.unsupported, "code object: relocations in section \(section.name) of type \(section.type)")
        default: break
        }
      }
      return file
    }
  }

  /// The image of one kernel.  Mapping, hidden arguments and limits that only the compiler knows keep their defaults.
  public func kernelImage(named name: String) throws(CodeObjectError) -> KernelImage {
    guard let kernel = kernels.first(where: { $0.name == name }) else {
      throw CodeObjectError(.notFound, "code object: no kernel \(name); it holds \(kernels.map(\.name).joined(separator: ", "))")
    }
    guard let descriptor = symbols[kernel.symbol] else { throw .invalid("code object: no symbol \(kernel.symbol)") }
    guard descriptor <= UInt64(bytes.count), UInt64(bytes.count) - descriptor >= 64 else {
      throw .invalid("code object: \(kernel.symbol) at \(descriptor) in an image of \(bytes.count) bytes")
    }
    var image = KernelImage()
    image.name = name
    image.target = target
    image.bytes = bytes
    image.alignment = alignment
    image.descriptorOffset = descriptor
    image.readDescriptor()
    image.relocations = relocations
    image.parameters = kernel.arguments.filter { !$0.isHidden }.map {
      let lowest = UInt32($0.offset | 16)  // what its place guarantees
      return Parameter(offset: UInt32($0.offset), size: UInt32($0.size), alignment: lowest & (0 &- lowest))
    }
    image.kernargSize = kernel.kernargSize
    image.staticSharedBytes = kernel.groupSize
    image.scratchBytes = kernel.privateSize
    image.usesDynamicStack = kernel.usesDynamicStack
    (image.vgprs, image.sgprs, image.agprs) = (kernel.vgprs, kernel.sgprs, kernel.agprs)
    image.spilledVGPRs = kernel.spilledVGPRs
    image.maximumThreads = kernel.maximumWorkgroupSize
    image.requiredThreads = kernel.requiredWorkgroupSize
    return image
  }

  /// Where a symbol that the object defines lies in `bytes`.
  public func offset(ofSymbol name: String) -> UInt64? { symbols[name] }

  private mutating func readSegments(_ elf: ELFReader) throws(CodeObjectError) {
    var size: UInt64 = 0
    let headers = try elf.programHeaders()
    for header in headers where header.p_type == UInt32(PT_LOAD) {
      let (end, overflow) = header.p_vaddr.addingReportingOverflow(header.p_memsz)
      guard !overflow, end <= CodeObjectFile.maximumSize, header.p_filesz <= header.p_memsz else {
        throw .invalid("code object: a segment at \(header.p_vaddr) of \(header.p_filesz) in \(header.p_memsz) bytes")
      }
      guard header.p_align <= 65536, header.p_align == 0 || header.p_align.nonzeroBitCount == 1 else {
        throw .invalid("code object: a segment aligned to \(header.p_align)")
      }
      size = max(size, end)
      alignment = max(alignment, header.p_align)
    }
    bytes = [UInt8](repeating: 0, count: Int(size))
    for header in headers {
      switch header.p_type {
      case UInt32(PT_LOAD):
        let source = try elf.range(header.p_offset, header.p_filesz, "a segment")
        bytes.replaceSubrange(Int(header.p_vaddr)..<Int(header.p_vaddr) + source.count, with: elf.bytes[source])
      case UInt32(PT_NOTE): try readNotes(elf, try elf.range(header.p_offset, header.p_filesz, "the notes"))
      default: break
      }
    }
    guard !kernels.isEmpty || !target.isEmpty else { throw .invalid("code object: no AMDGPU metadata note") }
  }

  private mutating func readNotes(_ elf: ELFReader, _ range: Range<Int>) throws(CodeObjectError) {
    var at = range.lowerBound
    while range.upperBound - at >= 12 {
      let nameSize = Int(CodeObject.load(elf.bytes, at, as: UInt32.self))
      let size = Int(CodeObject.load(elf.bytes, at + 4, as: UInt32.self))
      let type = CodeObject.load(elf.bytes, at + 8, as: UInt32.self)
      let start = at + 12 + (nameSize + 3) & ~3
      guard start + size <= range.upperBound else { throw .invalid("code object: note at \(at) of \(nameSize) + \(size) bytes ends outside") }
      if type == 32, elf.bytes[at + 12..<at + 12 + nameSize].elementsEqual("AMDGPU\0".utf8) {  // NT_AMDGPU_METADATA
        try readMetadata(try MessagePack(Array(elf.bytes[start..<start + size])))
      }
      at = start + (size + 3) & ~3
    }
  }

  private mutating func readMetadata(_ metadata: MessagePack) throws(CodeObjectError) {
    // "amdgcn-amd-amdhsa--gfx90a:sramecc+": the processor, without its features.
    let name = metadata["amdhsa.target"]?.text ?? ""
    target = String(name.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false).dropFirst(4).first?.split(separator: ":").first ?? "")
    for kernel in metadata["amdhsa.kernels"]?.elements ?? [] { kernels.append(try KernelMetadata(kernel)) }
  }

  private mutating func readRelocations(_ elf: ELFReader, _ section: ELFSection, _ sections: [ELFSection]) throws(CodeObjectError) {
    // Section indices count from 1; `sections` leaves out the null section.
    let table = section.link > 0 && section.link <= sections.count ? try elf.symbols(of: sections[section.link - 1]) : []
    for record in try elf.relocations(of: section) {
      let type = Int(record.r_info & 0xFFFF_FFFF), index = Int(record.r_info >> 32)
      let what = "relocation \(CodeObjectFile.relocationNames[type] ?? "of type \(type)") at \(record.r_offset)"
      guard record.r_offset <= UInt64(bytes.count), UInt64(bytes.count) - record.r_offset >= 8 else {
        throw .invalid("code object: \(what) in an image of \(bytes.count) bytes")
      }
      switch type {
      case 0: break
      case 13: relocations.append(Relocation(offset: record.r_offset, symbol: "", addend: record.r_addend))
      case 3:
        guard index < table.count else { throw .invalid("code object: \(what) of symbol \(index), there are \(table.count)") }
        let (name, symbol) = table[index]
        if symbol.st_shndx != UInt16(SHN_UNDEF) {
          let addend = Int64(bitPattern: symbol.st_value) &+ record.r_addend
          relocations.append(Relocation(offset: record.r_offset, symbol: "", addend: addend))
        } else if symbol.st_info >> 4 != UInt8(STB_WEAK) {  // an undefined weak symbol stays 0
          relocations.append(Relocation(offset: record.r_offset, symbol: name, addend: record.r_addend))
        }
      default: throw CodeObjectError(.unsupported, "code object: \(what): only R_AMDGPU_ABS64 and R_AMDGPU_RELATIVE64 can be applied when it is loaded")
      }
    }
  }

  /// LLVM's numbers (llvm/BinaryFormat/ELFRelocs/AMDGPU.def).
  static let relocationNames: [Int: String] = [
    0: "R_AMDGPU_NONE", 1: "R_AMDGPU_ABS32_LO", 2: "R_AMDGPU_ABS32_HI", 3: "R_AMDGPU_ABS64", 4: "R_AMDGPU_REL32", 5: "R_AMDGPU_REL64",
    6: "R_AMDGPU_ABS32", 7: "R_AMDGPU_GOTPCREL", 8: "R_AMDGPU_GOTPCREL32_LO", 9: "R_AMDGPU_GOTPCREL32_HI", 10: "R_AMDGPU_REL32_LO",
    11: "R_AMDGPU_REL32_HI", 13: "R_AMDGPU_RELATIVE64", 14: "R_AMDGPU_REL16",
  ]
}

/// Reads a code object and takes one kernel of it: `CodeObjectFile.load`, then `kernelImage(named:)`.
public func kernelImage(fromELF bytes: [UInt8], kernel: String) throws(CodeObjectError) -> KernelImage {
  try CodeObjectFile.load(bytes).kernelImage(named: kernel)
}
