import Foundation
import PTX
import Testing

@testable import Compiler

/// The table says what is compiled, the lowering compiles it: neither knows an instruction that the other doesn't.
@Suite struct InstructionCoverageTests {
  private var rows: [InstructionRow] { InstructionSet.families.flatMap(\.rows) }

  @Test func everyRowThatIsNotRefusedHasALowering() {
    let without = rows.filter { !$0.status.isRefused && Instructions.table[$0.opcode] == nil }
    #expect(without.map(\.syntax) == [])
  }

  @Test func everyLoweringHasARowThatIsCompiled() {
    let compiled = Set(rows.filter { !$0.status.isRefused }.map(\.opcode))
    #expect(Set(Instructions.table.keys).subtracting(compiled) == [])
  }

  @Test func nothingIsRefusedBecauseNobodyHasWrittenIt() {
    #expect(rows.filter { $0.status == .missing }.map(\.syntax) == [])
  }

  /// One kernel for each row whose operands are registers and constants: what the table calls compiled must come out as code.
  @Test func theFirstVariantOfARowCompiles() throws {
    var refused: [String] = []
    for row in rows where !row.status.isRefused {
      guard let variant = row.variants.first, let operands = operands(of: variant) else { continue }
      do { _ = try emitted(kernel(operands.declarations + "\n" + variant.text + " " + operands.text + ";"), as: .unoptimised) } catch { refused.append("\(variant.text): \(error)") }
    }
    #expect(refused == [])
  }

  /// Registers of the types that a row asks for; nil where it has addresses, labels or what isn't described.
  private func operands(of variant: InstructionVariant) -> (declarations: String, text: String)? {
    var declarations = "", count = 0, texts: [String] = []
    func register(_ reference: TypeReference) -> String? {
      guard let type = variant.type(reference) else { return nil }
      let bits = max(type.bits, 16), kind = type == .pred ? "pred" : type == .e2m1x2 || (type == .b8 && ["mov", "cvt"].contains(variant.row.opcode)) ? "b8" : "b\(bits)"
      count += 1
      declarations += ".reg .\(kind) %x\(count);\n"
      return "%x\(count)"
    }
    for shape in variant.row.operands ?? [] where !shape.isOptional {
      switch shape.kind {
      case .source(let type), .destination(let type):
        guard let name = register(type) else { return nil }
        texts.append(name)
      case .pair(let type, _):
        guard let name = register(type), let predicate = register(.fixed(.pred)) else { return nil }
        texts.append(name + "|" + predicate)
      case .vector(let type, let number, _):
        let names = (0..<(number == .vector ? variant.vector : { if case .fixed(let fixed) = number { fixed } else { 1 } }())).map { _ in register(type) }
        if names.contains(where: { $0 == nil }) { return nil }
        texts.append(number == .vector && names.count == 1 ? names[0]! : "{" + names.map { $0! }.joined(separator: ", ") + "}")
      case .immediate(let range): texts.append("\(range.lowerBound)")
      case .address, .name: return nil
      }
    }
    return variant.row.operands == nil ? nil : (declarations, texts.joined(separator: ", "))
  }
}
