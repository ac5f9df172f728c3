// Modules found in host files that the system's assembler, linker and archiver made.
import Foundation
import KernelImage
import Testing

@testable import CodeObject

/// A fatbinary with one PTX.
private func fatbinary(_ name: String) -> [UInt8] {
  var writer = FatbinaryWriter()
  writer.add(Array(".version 7.0\n.target sm_70\n.visible .entry \(name)() { ret; }\n".utf8), architecture: 70)
  return writer.container
}

/// Assembler text as nvcc's host compiler leaves it: containers, the arrays of linked ones, and a wrapper for each module.
private func source(_ containers: [[UInt8]], wrappers: [(version: Int, containers: [Int])]) -> String {
  var text = ".section .nv_fatbin,\"a\"\n"
  for (index, container) in containers.enumerated() {
    text += ".p2align 3\nc\(index): .byte \(container.map(String.init).joined(separator: ","))\n"
  }
  text += ".section .data.rel.ro,\"aw\"\n"
  for (index, wrapper) in wrappers.enumerated() where wrapper.version == 2 {
    text += ".p2align 3\nlist\(index): .quad \(wrapper.containers.map { "c\($0)" }.joined(separator: ", ")), 0\n"
  }
  text += ".section .nvFatBinSegment,\"aw\"\n.p2align 3\n"
  for (index, wrapper) in wrappers.enumerated() {
    text += ".long 0x466243b1, \(wrapper.version)\n.quad c\(wrapper.containers[0]), \(wrapper.version == 2 ? "list\(index)" : "0")\n"
  }
  return text + ".section .note.GNU-stack,\"\"\n"
}

private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

@Suite struct RegisteredModulesTests {
  let containers = ["one", "two", "three"].map(fatbinary)

  @Test func `each wrapper of a shared library is a module, and one of version 2 lists what is linked`() throws {
    try withFolder { folder in
      try source(containers, wrappers: [(1, [2]), (2, [0, 1])]).write(toFile: folder + "/m.s", atomically: true, encoding: .utf8)
      try run("/usr/bin/gcc", ["-shared", "-o", folder + "/m.so", folder + "/m.s"])
      let modules = try registeredModules(inELF: bytes(folder + "/m.so"))
      #expect(modules == [
        RegisteredModule(containers: [containers[2]], isLinked: false), RegisteredModule(containers: [containers[0], containers[1]], isLinked: true),
      ])
    }
  }

  @Test func `a program at a fixed address has its pointers in place`() throws {
    try withFolder { folder in
      let main = ".globl main\nmain: ret\n"
      try (main + source(containers, wrappers: [(1, [1]), (1, [0])])).write(toFile: folder + "/m.s", atomically: true, encoding: .utf8)
      try run("/usr/bin/gcc", ["-no-pie", "-o", folder + "/m", folder + "/m.s"])
      #expect(try registeredModules(inELF: bytes(folder + "/m")).map(\.containers) == [[containers[1]], [containers[0]]])
    }
  }

  @Test func `an object file's containers each count for themselves, alone and in an archive`() throws {
    try withFolder { folder in
      try source(containers, wrappers: [(1, [0])]).write(toFile: folder + "/a_name_longer_than_sixteen_bytes.s", atomically: true, encoding: .utf8)
      let object = folder + "/a_name_longer_than_sixteen_bytes.o"
      try run("/usr/bin/gcc", ["-c", "-o", object, folder + "/a_name_longer_than_sixteen_bytes.s"])
      #expect(try registeredModules(inELF: bytes(object)).map(\.containers) == containers.map { [$0] })

      try "odd".write(toFile: folder + "/odd", atomically: true, encoding: .utf8)
      try run("/usr/bin/ar", ["rcs", folder + "/lib.a", folder + "/odd", object])
      let archive = try bytes(folder + "/lib.a")
      #expect(Archive.matches(archive))
      let members = try Archive.members(of: archive).map { Array(archive[$0]) }
      #expect(members == [Array("odd".utf8), try bytes(object)])
    }
  }

  @Test func `an archive that is cut off, or thin, is refused`() throws {
    try withFolder { folder in
      try "some text".write(toFile: folder + "/member", atomically: true, encoding: .utf8)
      try run("/usr/bin/ar", ["rc", folder + "/lib.a", folder + "/member"])
      let whole = try bytes(folder + "/lib.a")
      for count in 9..<whole.count - 1 { #expect(throws: CodeObjectError.self) { try Archive.members(of: Array(whole[..<count])) } }
      try run("/usr/bin/ar", ["rcT", folder + "/thin.a", folder + "/member"])
      let thin = try bytes(folder + "/thin.a")
      #expect(Archive.matches(thin))
      #expect(throws: CodeObjectError.self) { try Archive.members(of: thin) }
    }
  }
}
