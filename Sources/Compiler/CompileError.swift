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
