// The shared libraries that an ELF program names, and those that they name: what the dynamic linker would load.
// Source: ELF specification, "Dynamic Section"; ld.so(8) for the search order.
import CLibELF
import Glibc

struct Dependencies {
  /// Every DT_NEEDED name, breadth first, the program's own first.
  private(set) var names: [String] = []

  /// Files that are no ELF (scripts) or can't be read name nothing.
  init(of program: String) {
    elf_version(UInt32(EV_CURRENT))
    let environment = getenv("LD_LIBRARY_PATH").map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
    var seen: Set<String> = [], files = [program]
    while !files.isEmpty {
      let file = files.removeFirst()
      let (needed, runPaths) = Self.dynamicSection(of: file)
      let origin = directory(of: realPath(file) ?? file)
      let own = runPaths.map {
        $0.replacing("$ORIGIN", with: origin).replacing("${ORIGIN}", with: origin)
      }
      for name in needed where seen.insert(name).inserted {
        names.append(name)
        let folders = own + environment + Self.systemDirectories
        if let found = folders.lazy.map({ $0 + "/" + name }).first(where: { access($0, R_OK) == 0 }) { files.append(found) }
      }
    }
  }

  static let systemDirectories = [
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib",
  ]

  private static func dynamicSection(of path: String) -> (needed: [String], runPaths: [String]) {
    var needed: [String] = [], runPaths: [String] = []
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return (needed, runPaths) }
    defer { close(file) }
    guard let elf = elf_begin(file, ELF_C_READ, nil) else { return (needed, runPaths) }
    defer { elf_end(elf) }
    var section: OpaquePointer?
    while true {
      section = elf_nextscn(elf, section)
      guard section != nil else { break }
      var header = GElf_Shdr()
      guard gelf_getshdr(section, &header) != nil, header.sh_type == UInt32(SHT_DYNAMIC), header.sh_entsize > 0,
        let data = elf_getdata(section, nil)
      else { continue }
      for index in 0..<Int32(clamping: header.sh_size / header.sh_entsize) {
        var entry = GElf_Dyn()
        guard gelf_getdyn(data, index, &entry) != nil else { break }
        let tag = Int32(truncatingIfNeeded: entry.d_tag)
        guard tag == DT_NEEDED || tag == DT_RPATH || tag == DT_RUNPATH,
          let text = elf_strptr(elf, Int(header.sh_link), Int(entry.d_un.d_val))
        else { continue }
        if tag == DT_NEEDED {
          needed.append(String(cString: text))
        } else {
          runPaths += String(cString: text).split(separator: ":").map(String.init)
        }
      }
    }
    return (needed, runPaths)
  }
}
