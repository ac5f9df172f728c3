// Every instruction is held against the table of PTX before it is lowered: what PTX hasn't is invalid, what the table refuses is
// unsupported with the table's reason.  A spelling is looked up once in a compilation.
import PTX

extension ModuleLowering {
  func check(_ instruction: Instruction) throws {
    let spelling = [instruction.opcode] + instruction.modifiers
    let rows: [InstructionVariant]
    if let known = checkedSpellings[spelling] { rows = known } else {
      do { rows = try InstructionSet.variants(opcode: instruction.opcode, modifiers: instruction.modifiers) } catch {
        throw CompileError.invalid(instruction, error.description)
      }
      checkedSpellings[spelling] = rows
    }
    do { try InstructionSet.check(instruction, against: rows) } catch {
      throw error.isRefusal ? CompileError.unsupported(instruction, error.description) : CompileError.invalid(instruction, error.description)
    }
  }
}
