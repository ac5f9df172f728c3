// Whether a kernel's single-precision arithmetic all flushes subnormals: then the hardware's mode does it, for nothing.
// nvcc either flushes everywhere or nowhere, but for approximate instructions and comparisons, which flush by themselves.
import PTX

enum FloatMode: Sendable {
  case keeps, flushes
  /// Some operations flush and some don't: those that do are surrounded by instructions.
  case mixed

  private static let arithmetic: Set<String> = ["add", "sub", "mul", "mad", "fma", "div", "sqrt", "rcp", "min", "max"]

  init(_ bodies: [[Statement]]) {
    var flushing = 0, keeping = 0
    for body in bodies {
      body.forEachInstruction { instruction in
        guard Self.arithmetic.contains(instruction.opcode), instruction.modifiers.last == "f32",
          !instruction.modifiers.contains("approx") else { return }
        if instruction.modifiers.contains("ftz") { flushing += 1 } else { keeping += 1 }
      }
    }
    self = flushing == 0 ? .keeps : keeping == 0 ? .flushes : .mixed
  }
}
