// Who gets the input.  Errors are answers; anything but an answer is a finding.
import CodeObject
import KernelImage
import PTX

enum Targets {
  static func run(_ input: [UInt8]) {
    switch ImageFormat(of: input) {
    case .ptx: ptx(input)
    case .fatbinary: fatbinary(input)
    case .hostELF, .cudaELF, .amdgpuELF: elf(input)
    case .unknown:
      if Archive.matches(input) { archive(input) } else { exchanged(input); ptx(input) }
    }
  }

  /// What parses is printed, and that parses to the same text again.
  private static func ptx(_ text: [UInt8]) {
    guard let module = try? Parser.parse(text) else { return }
    let printed = module.description
    do {
      let again = try Parser.parse(Array(printed.utf8)).description
      if again != printed { fatalError("what was printed parses to something else") }
    } catch { fatalError("what was printed does not parse: \(error)") }
  }

  private static func fatbinary(_ bytes: [UInt8]) {
    _ = try? ptxImages(in: bytes, computeCapability: 86)
    guard let fatbinary = try? Fatbinary(bytes) else { return }
    _ = fatbinary.contentsList
    for entry in fatbinary.entries.prefix(64) {
      if let contents = try? fatbinary.contents(of: entry), entry.kind == .ptx { ptx(contents) }
    }
  }

  private static func elf(_ bytes: [UInt8]) {
    _ = try? ptxImages(in: bytes, computeCapability: 86)
    if let modules = try? registeredModules(inELF: bytes) {
      for module in modules.prefix(64) { for container in module.containers.prefix(64) { fatbinary(container) } }
    }
    _ = try? kernelImage(fromELF: bytes, kernel: "k")
  }

  private static func archive(_ bytes: [UInt8]) {
    guard let members = try? Archive.members(of: bytes) else { return }
    for member in members.prefix(64) { run(Array(bytes[member])) }
  }

  private static func exchanged(_ bytes: [UInt8]) {
    _ = try? KernelImage(deserializing: bytes)
    _ = try? ModuleImage(deserializing: bytes)
    _ = try? ModuleSurvey(deserializing: bytes)
    _ = try? CompileRequest(deserializing: bytes)
    _ = try? CompileResponse(deserializing: bytes)
  }
}
