import Testing

@testable import PTX

@Suite struct InstructionSetTests {
  /// Opcodes counted in PTX that ships in Python wheels (llama.cpp builds, xformers, torchvision and others).
  @Test func everyOpcodeFoundInShippedPTXIsInTheTable() {
    let lines = String(decoding: sample("shipped-opcodes.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 556)
    for line in lines {
      let words = line.split(separator: ".").map(String.init)
      #expect(throws: Never.self, "\(line)") { try InstructionSet.variants(opcode: words[0], modifiers: Array(words.dropFirst())) }
    }
  }

  /// The list that Tests/PTXReference/matrix_reference.c runs.
  @Test func everyMatrixInstructionOfTheReferenceIsInTheTable() {
    let lines = String(decoding: sample("../../PTXReference/matrix.tsv"), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count > 500)
    for line in lines {
      let words = line.prefix { $0 != "\t" }.split(separator: ".").map(String.init)
      #expect(throws: Never.self, "\(line)") { try InstructionSet.variants(opcode: words[0], modifiers: Array(words.dropFirst())) }
    }
  }

  @Test func everyVariantOfARowMatchesItsRow() {
    for family in InstructionSet.families {
      for row in family.rows {
        for variant in row.variants {
          #expect(InstructionSet.match(row, variant.words) != nil, "\(variant.text) of \(row.syntax)")
        }
      }
    }
  }

  private func problem(_ text: String, operands: [Operand]? = nil) -> String? {
    let words = text.split(separator: ".").map(String.init)
    var instruction = Instruction(opcode: words[0], position: Position(line: 1, column: 1))
    instruction.modifiers = Array(words.dropFirst())
    do {
      if let operands {
        instruction.operands = operands
        try InstructionSet.check(instruction)
      } else {
        _ = try InstructionSet.variants(opcode: words[0], modifiers: instruction.modifiers)
      }
      return nil
    } catch let error as InstructionProblem { return error.description } catch { return "\(error)" }
  }

  @Test func modifiersMayStandInAnotherOrderButTypesMayNot() {
    #expect(problem("max.s32.relu") == nil)
    #expect(problem("ld.global.acquire.gpu.b32") == nil)
    #expect(problem("vote.ballot.sync.b32") == nil)
    #expect(problem("cvt.f32.rn.s32") == nil)
    #expect(problem("cvt.rzi.f32.s32") != nil)
    #expect(problem("mma.sync.aligned.m16n8k16.row.col.f16.f16.f32.f32") != nil)
  }

  @Test func whatIsWrongIsNamed() {
    #expect(problem("frobnicate.u32")?.contains("no instruction `frobnicate`") == true)
    #expect(problem("add.u8")?.contains("add") == true)
    #expect(problem("mul.u32")?.contains(".lo, .hi") == true)
    #expect(problem("and.b32.ftz")?.contains("`.ftz`") == true)
    #expect(problem("add.s32", operands: [.register("%r1"), .register("%r2")])?.contains("d:T, a:T, b:T") == true)
  }

  @Test func specialRegistersAreKnownWithTheirNumbers() {
    #expect(InstructionSet.specialRegister("%tid.x")?.name == "tid")
    #expect(InstructionSet.specialRegister("%envreg31") != nil)
    #expect(InstructionSet.specialRegister("%envreg32") == nil)
    #expect(InstructionSet.specialRegister("%pm3_64")?.type == .u64)
    #expect(InstructionSet.specialRegister("%nothing") == nil)
  }
}
