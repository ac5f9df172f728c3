// Long functions of the device library as the machine code that they once compiled to.
// A texture fetch is a thousand instructions, never inlined, and the same for every kernel of its target and limits: to compile it took
// three times as long as the kernels that fetch.  It is compiled once in a process; a kernel gets a function whose body is that code,
// as words of inline assembly between its parameters' and its result's registers.  What LLVM knows of a function it knows of this one:
// registers from operands and clobbers, effects on memory from attributes.
// Arguments that are the same constant in all calls of a kernel are part of the code, as LLVM would have found out.
// Where people read the result (`--emit asm`, `--report`) the function is compiled as any other.
// Threads: the table is behind a lock; two kernels may make the same code at once.
// Source: LLVM, "User Guide for AMDGPU Backend" (calling convention: 32-bit parts of arguments and of the result from v0 on; inline assembly).
import CLLVM
import CodeObject
import Synchronization

enum LibraryCode {
  private static let functions = ["carmine_texture_fetch", "carmine_texture_gather"]

  /// All that the code depends on.
  private struct Key: Hashable, Sendable {
    var target: String, optimisation: Int, oneWarp: Bool
    var function: String
    var parameters: [Parameter]
    var result: String
    var attributes: [String: String]   // the kernel's
  }

  private struct Parameter: Hashable, Sendable {
    var type: String
    var constant: String?  // "i32 2", where all calls have that one
    var isPassed: Bool { constant == nil }
  }

  private struct Code: Sendable {
    var words: String     // ".long 0x…, …"
    var clobbers: [String]
    var attributes: [String: UInt64]  // of LLVM's, by name
    var unneeded: [String]            // "amdgpu-no-…": what a caller needn't hand over
  }

  /// nil: no code can stand for this function, since it needs a stack or names symbols.
  private static let known = Mutex<[Key: Code?]>([:])

  /// Attributes that tell LLVM what a call does, and that are found out by looking at a body which is not there.
  private static let effects = ["memory", "nofree", "norecurse", "nosync", "nounwind", "willreturn", "mustprogress"]

  /// Defines the functions that the kernel calls.  Before the library is linked.
  static func place(in compilation: Compilation) throws {
    guard compilation.options.optimisation > 0, !compilation.options.showsLibrary,
      let kernel = LLVMGetNamedFunction(compilation.module, compilation.kernel)
    else { return }
    for name in functions {
      guard let function = LLVMGetNamedFunction(compilation.module, name), LLVMIsDeclaration(function) != 0, let calls = calls(of: function) else { continue }
      let parameters = (0..<UInt32(LLVMCountParams(function))).map { index in
        let first = LLVMGetOperand(calls[0], index)!
        let isConstant = LLVMIsConstant(first) != 0 && calls.allSatisfy { LLVMGetOperand($0, index) == first }
        return Parameter(type: take(LLVMPrintTypeToString(LLVMTypeOf(first))), constant: isConstant ? take(LLVMPrintValueToString(first)) : nil)
      }
      let key = Key(
        target: compilation.toolchain.target.name, optimisation: compilation.options.optimisation, oneWarp: compilation.mapping == .oneWarp, function: name,
        parameters: parameters, result: take(LLVMPrintTypeToString(LLVMTypeOf(calls[0]))), attributes: stringAttributes(of: kernel))
      let code: Code?
      if let kept = known.withLock({ $0[key] }) {
        code = kept
      } else {
        code = try compile(key, for: compilation.toolchain.target)
        known.withLock { $0[key] = .some(code) }
      }
      guard let code else { continue }
      define(function, code, calls: calls, passed: parameters.indices.filter { parameters[$0].isPassed }, compilation.lowering!)
    }
  }

  /// Where the function is called; nil when it is not, or when its address is taken.
  private static func calls(of function: Value) -> [Value]? {
    var calls: [Value] = []
    var use = LLVMGetFirstUse(function)
    while let current = use {
      use = LLVMGetNextUse(current)
      guard let user = LLVMGetUser(current), LLVMIsACallInst(user) != nil, LLVMGetCalledValue(user) == function else { return nil }
      calls.append(user)
    }
    return calls.isEmpty ? nil : calls
  }

  private static func stringAttributes(of function: Value) -> [String: String] {
    let index = UInt32(bitPattern: Int32(LLVMAttributeFunctionIndex))
    var attributes = [LLVMAttributeRef?](repeating: nil, count: Int(LLVMGetAttributeCountAtIndex(function, index)))
    LLVMGetAttributesAtIndex(function, index, &attributes)
    var result: [String: String] = [:]
    for case let attribute? in attributes where LLVMIsStringAttribute(attribute) != 0 {
      var length: UInt32 = 0
      let name = text(LLVMGetStringAttributeKind(attribute, &length), &length)
      result[name] = text(LLVMGetStringAttributeValue(attribute, &length), &length)
    }
    return result
  }

  // MARK: the text

  private static let symbol = "carmine_code"

  private static func compile(_ key: Key, for target: GPUTarget) throws -> Code? {
    let toolchain = try Toolchain(target: target, optimisation: key.optimisation)
    let named = key.parameters.enumerated().map { "\($1.type) %a\($0)" }
    let source = """
      declare \(key.result) @\(key.function)(\(key.parameters.map(\.type).joined(separator: ", ")))
      define \(key.result) @\(symbol)(\(zip(named, key.parameters).filter { $1.isPassed }.map(\.0).joined(separator: ", "))) {
        %r = call \(key.result) @\(key.function)(\(zip(named, key.parameters).map { $1.constant ?? $0 }.joined(separator: ", ")))
        ret \(key.result) %r
      }
      """
    let module = try toolchain.parse(source, named: key.function)
    defer { LLVMDisposeModule(module) }
    let b = IRBuilder(context: toolchain.context, module: module)
    let function = LLVMGetNamedFunction(module, symbol)!
    func decorate(_ function: Value) {
      for (name, value) in key.attributes { b.attribute(function, name, value) }
      b.enumAttribute(function, "convergent")
      b.enumAttribute(function, "nounwind")
    }
    decorate(function)
    try DeviceLibrary.link(into: module, oneWarp: key.oneWarp, toolchain, b, decorate: decorate)
    b.enumAttribute(LLVMGetNamedFunction(module, key.function)!, "alwaysinline")
    try toolchain.optimise(module, "default<O\(key.optimisation)>")
    var attributes: [String: UInt64] = [:]
    for name in effects {
      let kind = LLVMGetEnumAttributeKindForName(name, name.utf8.count)
      if let found = LLVMGetEnumAttributeAtIndex(function, UInt32(bitPattern: Int32(LLVMAttributeFunctionIndex)), kind) {
        attributes[name] = LLVMGetEnumAttributeValue(found)
      }
    }
    let assembly = String(decoding: try toolchain.emit(module, assembly: true), as: UTF8.self)
    guard let body = body(of: assembly) else { return nil }
    return Code(
      words: try words(of: body, toolchain), clobbers: clobbers(of: body), attributes: attributes,
      unneeded: stringAttributes(of: function).keys.filter { $0.hasPrefix("amdgpu-no-") }.sorted())
  }

  private static func words(of body: String, _ toolchain: Toolchain) throws -> String {
    let module = toolchain.makeModule("code")
    defer { LLVMDisposeModule(module) }
    // A section of its own: LLVM pads .text for the processor's prefetches.
    let text = ".section .code,\"ax\"\n" + body
    LLVMSetModuleInlineAsm2(module, text, text.utf8.count)
    let bytes = try sectionContents(".code", inELF: try toolchain.emit(module))
    let words = stride(from: 0, to: bytes.count, by: 4).map { at in bytes[at..<at + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
    return ".long " + words.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
  }

  /// The instructions between the function's label and its end, without the waits at its start, which LLVM writes for any function, and
  /// without its return.
  private static func body(of assembly: String) -> String? {
    var lines: [String] = [], isInside = false, needsEnd = false
    for line in assembly.split(whereSeparator: \.isNewline) {
      let line = trimmed(line.prefix { $0 != ";" })
      if line == symbol + ":" { isInside = true; continue }
      if line.hasPrefix(".set \(symbol).") {
        let words = line.split(separator: " ")
        let what = words[1].dropFirst(symbol.utf8.count + 1).dropLast()  // ".set name.private_seg_size, 0"
        if ["private_seg_size", "uses_flat_scratch", "has_dyn_sized_stack", "has_recursion", "has_indirect_call"].contains(what), words.last != "0" { return nil }
      }
      guard isInside, !line.isEmpty else { continue }
      if line.hasPrefix(".Lfunc_end") { isInside = false; continue }
      if lines.isEmpty, line.hasPrefix("s_wait") { continue }
      if line.contains("@") || line.contains("flat_scratch") { return nil }
      if line.hasPrefix("."), !line.hasPrefix(".LBB"), !line.hasPrefix(".p2align") { return nil }
      if line.hasPrefix("s_setpc_b64") {
        lines.append("s_branch .Lreturn")
        needsEnd = true
        continue
      }
      lines.append(line)
    }
    if lines.last == "s_branch .Lreturn" {
      lines.removeLast()
      needsEnd = lines.contains("s_branch .Lreturn")
    }
    if needsEnd { lines.append(".Lreturn:") }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private static func trimmed(_ line: Substring) -> String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var line = line.drop(while: blank)
    while let last = line.last, blank(last) { line.removeLast() }
    return line.split(whereSeparator: blank).joined(separator: " ")
  }

  /// The highest registers that are named, by letter: "v7", "s[8:10]".  They say how many the function takes, and that is all that LLVM has
  /// to hear of: the function holds nothing else in registers but its return address, which the code leaves alone, and code that writes
  /// registers that the calling convention keeps for its caller would need a stack.  (LLVM's time grows with the square of the registers
  /// that are listed.)
  private static func clobbers(of text: String) -> [String] {
    var special: Set<String> = ["scc"], highest: [Character: Int] = [:]
    for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "[" || $0 == "]" || $0 == ":") }) {
      if word.hasPrefix("vcc") { special.insert("vcc") }
      if word == "m0" { special.insert("m0") }
      guard let letter = word.first, "vsa".contains(letter) else { continue }
      let rest = word.dropFirst()
      let last = rest.first == "[" && rest.last == "]" ? rest.dropLast().split(separator: ":").last : rest
      if let number = last.flatMap({ Int($0) }) { highest[letter] = max(highest[letter] ?? 0, number) }
    }
    return special.sorted() + highest.map { "\($0)\($1)" }.sorted()
  }

  // MARK: the function

  private static func define(_ declaration: Value, _ code: Code, calls: [Value], passed: [Int], _ lowering: ModuleLowering) {
    let b = lowering.b
    let result = LLVMTypeOf(calls[0])!
    let type = b.function(result, passed.map { b.type(LLVMGetOperand(calls[0], UInt32($0))) })
    var length = 0
    let name = String(decoding: UnsafeRawBufferPointer(start: LLVMGetValueName2(declaration, &length), count: length), as: UTF8.self)
    let function = LLVMAddFunction(b.module, name + ".code", type)!
    // Not one that LLVM takes for exact: callers would be told that all registers are left alone but those that the assembly names, instead
    // of those that the calling convention keeps.
    LLVMSetLinkage(function, LLVMWeakAnyLinkage)
    LLVMSetVisibility(function, LLVMHiddenVisibility)
    lowering.decorate(function)
    b.enumAttribute(function, "noinline")
    for (name, value) in code.attributes { attribute(function, name, value, b) }
    for name in code.unneeded { b.attribute(function, name) }
    for call in calls {
      LLVMPositionBuilderBefore(b.raw, call)
      LLVMReplaceAllUsesWith(call, b.call(function, type, passed.map { LLVMGetOperand(call, UInt32($0)) }))
      LLVMInstructionEraseFromParent(call)
    }
    LLVMDeleteFunction(declaration)

    b.move(to: b.block(in: function))
    let inputs = passed.indices.flatMap { words(of: LLVMGetParam(function, UInt32($0)), b) }
    let resultWords = b.bits(result) / 32, outputs = max(inputs.count, resultWords)
    // An operand's register is also a result, since the code may write it.
    let constraints = (0..<outputs).map { "={v\($0)}" } + inputs.indices.map { "{v\($0)}" }
      + code.clobbers.filter { register in !(0..<outputs).contains { register == "v\($0)" } }.map { "~{\($0)}" }
    let all = b.assembly(
      code.words, constraints.joined(separator: ","),
      b.structure([Type](repeating: b.i32, count: outputs)), inputs, sideEffects: true)
    if let memory = code.attributes["memory"] {
      let kind = LLVMGetEnumAttributeKindForName("memory", 6)
      LLVMAddCallSiteAttribute(all, LLVMAttributeIndex(bitPattern: Int32(LLVMAttributeFunctionIndex)), LLVMCreateEnumAttribute(b.context, kind, memory))
    }
    let vector = b.vector(b.i32, resultWords)
    let value = (0..<resultWords).reduce(b.undefined(vector)) { b.insert(b.part(all, $1), into: $0, $1) }
    LLVMBuildRet(b.raw, b.bitcast(value, result))
  }

  private static func words(of value: Value, _ b: IRBuilder) -> [Value] {
    let count = b.bits(b.type(value)) / 32
    if count == 1 { return [b.bitcast(value, b.i32)] }
    let vector = b.bitcast(value, b.vector(b.i32, count))
    return (0..<count).map { b.element(vector, $0) }
  }

  private static func attribute(_ function: Value, _ name: String, _ value: UInt64, _ b: IRBuilder) {
    let kind = LLVMGetEnumAttributeKindForName(name, name.utf8.count)
    LLVMAddAttributeAtIndex(function, LLVMAttributeIndex(bitPattern: Int32(LLVMAttributeFunctionIndex)), LLVMCreateEnumAttribute(b.context, kind, value))
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ length: inout UInt32) -> String {
    start.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: Int(length)), as: UTF8.self) } ?? ""
  }
  private static func take(_ text: UnsafeMutablePointer<CChar>?) -> String {
    guard let text else { return "" }
    defer { LLVMDisposeMessage(text) }
    return String(cString: text)
  }
}
