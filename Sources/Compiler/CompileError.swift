// What the compiler throws: the reason that both sides of the wire know, and the sentence for the log.
import KernelImage
import PTX

public struct CompileError: Error, Sendable, CustomStringConvertible {
  public let reason: CompileFailure
  /// "line 12: `wgmma.mma_async…`: not lowered (lowering)": place, text, what is missing, pass.
  public let message: String
  public init(_ reason: CompileFailure, _ message: String) { self.reason = reason; self.message = message }
  public var description: String { message }
}

extension CompileError {
  static func unsupported(_ instruction: Instruction, _ why: String, pass: String = "lowering") -> CompileError {
    .init(.unsupported, "line \(instruction.position.line): `\(instruction.text)`: \(why) (pass: \(pass))")
  }
  static func unsupported(_ position: Position, _ why: String, pass: String = "lowering") -> CompileError {
    .init(.unsupported, "line \(position.line): \(why) (pass: \(pass))")
  }
  static func invalid(_ instruction: Instruction, _ why: String) -> CompileError {
    .init(.invalidPTX, "line \(instruction.position.line): `\(instruction.text)`: \(why)")
  }
}

extension Instruction {
  /// The instruction as PTX text, for messages.
  var text: String {
    let guardText = predicate.map { "@" + ($0.negated ? "!" : "") + $0.register + " " } ?? ""
    let words = ([opcode] + modifiers).joined(separator: ".")
    return guardText + words + (operands.isEmpty ? "" : " " + operands.map(\.text).joined(separator: ", "))
  }
}

extension Operand {
  var text: String {
    switch self {
    case .register(let name), .symbol(let name): name
    case .integer(let value): "\(Int64(bitPattern: value))"
    case .float32(let bits): "0f" + hex(UInt64(bits), 8)
    case .float64(let bits): "0d" + hex(bits, 16)
    case .negated(let operand): "!" + operand.text
    case .minus(let operand): "-" + operand.text
    case .sink: "_"
    case .vector(let parts): "{" + parts.map(\.text).joined(separator: ", ") + "}"
    case .element(let operand, let part): operand.text + "." + part
    case .pair(let first, let second): first.text + "|" + second.text
    case .address(let base, let offset): "[" + base.text + (offset == 0 ? "" : offset < 0 ? "\(offset)" : "+\(offset)") + "]"
    case .indexed(let base, let parts): "[" + base.text + ", " + parts.map(\.text).joined(separator: ", ") + "]"
    case .subscripted(let base, let index): base.text + "[" + index.text + "]"
    case .list(let parts): "(" + parts.map(\.text).joined(separator: ", ") + ")"
    }
  }
  private func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
