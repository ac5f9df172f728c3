// How a kernel treats subnormal numbers of single precision: as most of its arithmetic does, then the hardware's mode does it for nothing.
// nvcc flushes everywhere or nowhere; inline PTX and libraries mix.  What differs from the kernel's mode is computed under another
// one (Lowering/ModeOperations.swift), or by explicit steps.
// Source: PTX ISA, "Floating-Point Instructions" (.ftz).
import PTX

enum FloatMode: Sendable {
  case keeps, flushes

  /// What depends on the mode; approximate instructions care for subnormals themselves.
  private static let arithmetic: Set<String> = ["add", "sub", "mul", "mad", "fma", "div", "sqrt", "rcp", "min", "max", "setp", "set"]

  init(_ bodies: [[Statement]]) {
    var flushing = 0, keeping = 0
    for body in bodies {
      body.forEachInstruction { instruction in
        guard let last = instruction.modifiers.last, last == "f32" || last == "f32x2", Self.arithmetic.contains(instruction.opcode),
          !instruction.modifiers.contains("approx") else { return }
        if instruction.modifiers.contains("ftz") { flushing += 1 } else { keeping += 1 }
      }
    }
    self = flushing > keeping ? .flushes : .keeps
  }
}
