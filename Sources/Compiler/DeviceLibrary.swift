// The device library: vprintf, assertion failures, traps and what else is easier said in C, as LLVM bitcode.
// Linked in only where a kernel refers to it.  Source: DeviceLibrary/*.c.
import CLLVM
import Glibc
import KernelImage
import Settings

enum DeviceLibrary {
  /// CARMINE_DEVICE_LIBRARY, or `lib/carmine/device.bc` beside the executable's folder, or where a build leaves it.
  static func path() throws -> String {
    if let path = Switch.deviceLibrary.text { return path }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let executable = count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    var folder = executable[...]
    var tried: [String] = []
    // The prefix of an installation, or the folders above a build's product.
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = folder[..<slash]
      for name in ["lib/carmine/device.bc", "device.bc", ".build/device.bc"] {
        let path = folder + "/" + name
        if access(String(path), R_OK) == 0 { return String(path) }
        tried.append(String(path))
      }
    }
    throw CompileError(
      .internalError, "the device library is not installed (looked for \(tried.first ?? "")…): run Tools/device-library.sh or set CARMINE_DEVICE_LIBRARY")
  }

  static func link(into compilation: Compilation) throws {
    let lowering = compilation.lowering!
    try LibraryCode.place(in: compilation)
    try link(into: compilation.module, oneWarp: compilation.mapping == .oneWarp, compilation.toolchain, lowering.b, decorate: lowering.decorate)
  }

  /// Defines what the module calls; `decorate` gives each function of the library its attributes.
  static func link(into module: LLVMModuleRef, oneWarp: Bool, _ toolchain: Toolchain, _ b: IRBuilder, decorate: (Value) -> Void) throws {
    if !undefined(module).isEmpty {
      let ours = Set(definitions(in: module))
      try toolchain.link(bitcode: try path(), into: module)
      define("carmine_one_warp", oneWarp ? 1 : 0, in: module, b)
      for function in definitions(in: module) where !ours.contains(function) {
        LLVMSetLinkage(function, LLVMInternalLinkage)
        decorate(function)
      }
    }
    let missing = undefined(module)
    if !missing.isEmpty {
      throw CompileError(.unsupported, "\(missing.joined(separator: ", ")): called, but defined neither in the module nor in the device library")
    }
  }

  private static func name(_ value: Value) -> String {
    var length = 0
    guard let text = LLVMGetValueName2(value, &length) else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  }

  private static func definitions(in module: LLVMModuleRef) -> [Value] {
    Array(sequence(first: LLVMGetFirstFunction(module), next: { LLVMGetNextFunction($0!) }).lazy.prefix { $0 != nil }.compactMap { $0 }.filter { LLVMIsDeclaration($0) == 0 })
  }

  private static func undefined(_ module: LLVMModuleRef) -> [String] {
    var names: [String] = []
    var function = LLVMGetFirstFunction(module)
    while let current = function {
      function = LLVMGetNextFunction(current)
      let name = name(current)
      if LLVMIsDeclaration(current) != 0, !name.hasPrefix("llvm."), !name.hasPrefix(ModeCall.prefix), LLVMGetFirstUse(current) != nil { names.append(name) }
    }
    return names
  }

  /// Gives a constant that the library declares its value for this kernel.
  private static func define(_ name: String, _ value: Int, in module: LLVMModuleRef, _ b: IRBuilder) {
    guard let global = LLVMGetNamedGlobal(module, name) else { return }
    LLVMSetInitializer(global, b.int32(value))
    LLVMSetGlobalConstant(global, 1)
    LLVMSetLinkage(global, LLVMInternalLinkage)
  }
}
