// libelf, read-only and over bytes in memory: headers through libelf, contents as checked ranges of the bytes.
// Threads: an ELFReader belongs to the call that made it.
import CLibELF
import KernelImage

struct ELFSection {
  var name: String
  var type: UInt32
  var flags: UInt64
  var address: UInt64        // 0 in object files
  var contents: Range<Int>   // empty for NOBITS
  var link: Int
  var handle: OpaquePointer
}

/// Valid only inside `ELFReader.with`.
struct ELFReader {
  let bytes: [UInt8]
  let machine: Int
  private let elf: OpaquePointer

  private static let version: UInt32 = elf_version(UInt32(EV_CURRENT))

  /// Opens `bytes`, which libelf reads in place, for the duration of `body`.
  static func with<R>(_ bytes: [UInt8], _ body: (ELFReader) throws(CodeObjectError) -> R) throws(CodeObjectError) -> R {
    guard version != EV_NONE else { throw CodeObjectError(.internalError, "libelf is older than its header") }
    let result: Result<R, CodeObjectError> = bytes.withUnsafeBytes { buffer in
      do throws(CodeObjectError) { return .success(try open(bytes, buffer, body)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private static func open<R>(
    _ bytes: [UInt8], _ buffer: UnsafeRawBufferPointer, _ body: (ELFReader) throws(CodeObjectError) -> R
  ) throws(CodeObjectError) -> R {
    guard let base = buffer.baseAddress, buffer.count >= 64 else { throw .invalid("ELF: \(buffer.count) bytes, a header has 64") }
    // libelf takes a mutable pointer and writes only in elf_update, which is never called.
    let pointer = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: CChar.self)
    guard let elf = elf_memory(pointer, buffer.count) else { throw failure("opening it") }
    defer { elf_end(elf) }
    guard elf_kind(elf) == ELF_K_ELF, gelf_getclass(elf) == ELFCLASS64 else { throw .invalid("ELF: not a 64-bit ELF file") }
    var header = GElf_Ehdr()
    guard gelf_getehdr(elf, &header) != nil else { throw failure("its header") }
    guard header.e_ident.5 == ELFDATA2LSB else { throw .invalid("ELF: not little-endian") }
    return try body(ELFReader(bytes: bytes, machine: Int(header.e_machine), elf: elf))
  }

  static func failure(_ what: String) -> CodeObjectError { .invalid("ELF: \(what): \(String(cString: elf_errmsg(-1)))") }

  /// A range of the file that a header gives, if it lies inside.
  func range(_ offset: UInt64, _ size: UInt64, _ what: String) throws(CodeObjectError) -> Range<Int> {
    guard offset <= UInt64(bytes.count), size <= UInt64(bytes.count) - offset else {
      throw .invalid("ELF: \(what) at \(offset) of \(size) bytes in a file of \(bytes.count)")
    }
    return Int(offset)..<Int(offset + size)
  }

  func programHeaders() throws(CodeObjectError) -> [GElf_Phdr] {
    var count = 0
    guard elf_getphdrnum(elf, &count) == 0 else { throw ELFReader.failure("its program headers") }
    var result: [GElf_Phdr] = []
    for index in 0..<count {
      var header = GElf_Phdr()
      guard gelf_getphdr(elf, Int32(truncatingIfNeeded: index), &header) != nil else { throw ELFReader.failure("program header \(index)") }
      result.append(header)
    }
    return result
  }

  func sections() throws(CodeObjectError) -> [ELFSection] {
    var names = 0
    guard elf_getshdrstrndx(elf, &names) == 0 else { throw ELFReader.failure("its section names") }
    var result: [ELFSection] = []
    var current = elf_nextscn(elf, nil)
    while let section = current {
      var header = GElf_Shdr()
      guard gelf_getshdr(section, &header) != nil else { throw ELFReader.failure("a section header") }
      let name = elf_strptr(elf, names, Int(header.sh_name)).map { String(cString: $0) } ?? ""
      let contents = header.sh_type == UInt32(SHT_NOBITS) ? 0..<0 : try range(header.sh_offset, header.sh_size, "section \(name)")
      result.append(ELFSection(
        name: name, type: header.sh_type, flags: header.sh_flags, address: header.sh_addr, contents: contents, link: Int(header.sh_link), handle: section))
      current = elf_nextscn(elf, section)
    }
    return result
  }

  /// The symbols of a symbol table section, by index.
  func symbols(of section: ELFSection) throws(CodeObjectError) -> [(name: String, symbol: GElf_Sym)] {
    guard let data = elf_getdata(section.handle, nil) else { throw ELFReader.failure("section \(section.name)") }
    var result: [(name: String, symbol: GElf_Sym)] = []
    for index in 0..<section.contents.count / 24 {
      var symbol = GElf_Sym()
      guard gelf_getsym(data, Int32(truncatingIfNeeded: index), &symbol) != nil else { throw ELFReader.failure("symbol \(index)") }
      result.append((elf_strptr(elf, section.link, Int(symbol.st_name)).map { String(cString: $0) } ?? "", symbol))
    }
    return result
  }

  func relocations(of section: ELFSection) throws(CodeObjectError) -> [GElf_Rela] {
    guard let data = elf_getdata(section.handle, nil) else { throw ELFReader.failure("section \(section.name)") }
    var result: [GElf_Rela] = []
    for index in 0..<section.contents.count / 24 {
      var relocation = GElf_Rela()
      guard gelf_getrela(data, Int32(truncatingIfNeeded: index), &relocation) != nil else { throw ELFReader.failure("relocation \(index)") }
      result.append(relocation)
    }
    return result
  }
}

/// The fatbinary containers in a host program, library or object: from `.nv_fatbin`, and `__nv_relfatbin` for relocatable
/// device code.  Empty when there are no such sections.
public func fatbinaries(inELF bytes: [UInt8]) throws(CodeObjectError) -> [[UInt8]] {
  try ELFReader.with(bytes) { (elf) throws(CodeObjectError) in
    var result: [[UInt8]] = []
    for section in try elf.sections() where section.name == ".nv_fatbin" || section.name == "__nv_relfatbin" {
      for container in try Fatbinary.containers(in: bytes, section.contents) { result.append(Array(bytes[container])) }
    }
    return result
  }
}

/// What is in a section of an ELF file.
public func sectionContents(_ name: String, inELF bytes: [UInt8]) throws(CodeObjectError) -> [UInt8] {
  try ELFReader.with(bytes) { (elf) throws(CodeObjectError) in
    guard let section = try elf.sections().first(where: { $0.name == name }) else { throw .invalid("ELF: no section \(name)") }
    return Array(bytes[section.contents])
  }
}
