// Which instruction set a device kind executes.
import GFX11
import GFX9
import ISA

extension DeviceKind {
  var instructionSet: InstructionSet {
    switch Target(rawValue: gfxTarget) {
    case .gfx90a: .gfx90a
    case .gfx942: .gfx942
    case .gfx1100: .gfx1100
    default: fatalError("SoftGPU: no instruction set for \(gfxTarget)")
    }
  }
}
