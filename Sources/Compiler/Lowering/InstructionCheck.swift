// Every instruction is held against the table of PTX before it is lowered: what PTX hasn't is invalid, what the table refuses is
// unsupported with the table's reason.  A spelling is looked up once in a process, and found without a lock the second time in a compilation.
// Threads: any number of compilations at once.
import PTX
import Synchronization

private let knownSpellings = Mutex<[[String]: [InstructionVariant]]>([:])

extension ModuleLowering {
  func check(_ instruction: Instruction) throws {
    let spelling = [instruction.opcode] + instruction.modifiers
    let rows: [InstructionVariant]
    if let known = checkedSpellings[spelling] {
      rows = known
    } else if let known = knownSpellings.withLock({ $0[spelling] }) {
      rows = known
      checkedSpellings[spelling] = rows
    } else {
      do { rows = try InstructionSet.variants(opcode: instruction.opcode, modifiers: instruction.modifiers) } catch {
        throw CompileError.invalid(instruction, error.description)
      }
      checkedSpellings[spelling] = rows
      knownSpellings.withLock { $0[spelling] = rows }
    }
    do { try InstructionSet.check(instruction, against: rows) } catch {
      throw error.isRefusal ? CompileError.unsupported(instruction, error.description) : CompileError.invalid(instruction, error.description)
    }
  }
}
