// Runs cases in batches, and alone where a batch doesn't compile or run; compares, records, counts.
import Glibc
import PTX

struct Outcome {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  var worst = 0.0
  var failure: String?
  var hasReference = true
  mutating func add(_ answer: UInt64) { hash = (hash ^ answer) &* 0x0000_0100_0000_01b3 }
}

final class Runner {
  let library: CUDALibrary
  let version: PTXVersion
  let target: String
  /// nil where no case needs them.
  let textures: TextureObjects?

  init(_ library: CUDALibrary, version: PTXVersion, target: String, textures: TextureObjects?) {
    (self.library, self.version, self.target, self.textures) = (library, version, target, textures)
  }

  /// The outcome of each case, in order.
  func run(_ cases: [(family: String, test: TestCase)]) -> [Outcome] {
    let batch: Batch
    let answers: [[UInt64]]
    var ends: [() -> Void] = []
    defer { for end in ends { end() } }
    do {
      let handles = try cases.map { one -> UInt64? in
        guard let resource = one.test.texture, let textures else { return nil }
        let (handle, end) = try textures.object(resource)
        ends.append(end)
        return handle
      }
      batch = Batch(cases.map(\.test), handles: handles)
      answers = try library.run(batch.text(version: version, target: target), inputs: batch.storedInputs, outputCount: batch.outputCount, needsTwo: batch.needsTwo)
    } catch {
      if cases.count == 1 { return [Outcome(failure: "\(error)")] }
      // Halves, so that one bad case costs few runs.
      let middle = cases.count / 2
      return run(Array(cases[..<middle])) + run(Array(cases[middle...]))
    }
    return cases.indices.map { judge(cases[$0].family, batch, $0, answers) }
  }

  private func judge(_ family: String, _ batch: Batch, _ index: Int, _ answers: [[UInt64]]) -> Outcome {
    let test = batch.cases[index]
    let inputs = (0..<Inputs.threads).map { thread in batch.inputPlaces[index].enumerated().map { batch.inputValues[$0.element][thread] & test.inputs[$0.offset].type.mask } }
    let tests = familyTests[family].flatMap { $0.covers(test) ? $0 : nil }
    let wanted = tests?.references[test.variant.row.opcode]?.answers(test, inputs)
    var outcome = Outcome()
    for output in test.outputs.indices {
      var judge = Judge(test, output: output)
      let values = answers[batch.outputPlaces[index][output]]
      for thread in 0..<Inputs.threads {
        outcome.add(judge.canonical(values[thread]))
        guard let want = wanted?[thread], outcome.failure == nil else { continue }
        if !judge.agrees(values[thread], want[output], inputs: inputs[thread], inputType: test.inputs.first?.type) {
          outcome.failure = "thread \(thread), output \(output): (\(inputs[thread].map(hex).joined(separator: ", "))) gives \(hex(values[thread])), not \(hex(want[output]))"
        }
      }
      outcome.worst = max(outcome.worst, judge.worst)
    }
    outcome.hasReference = wanted != nil
    return outcome
  }
}

extension Runner {
  /// What `judge` would make of answers that are the reference's; nil where it leaves one open or there is none.
  static func hash(ofReferenceFor test: TestCase, family: String) -> UInt64? {
    guard let tests = familyTests[family], tests.covers(test), let reference = tests.references[test.variant.row.opcode] else { return nil }
    let batch = Batch([test])
    let inputs = (0..<Inputs.threads).map { thread in batch.inputPlaces[0].enumerated().map { batch.inputValues[$0.element][thread] & test.inputs[$0.offset].type.mask } }
    let answers = reference.answers(test, inputs)
    var outcome = Outcome()
    for output in test.outputs.indices {
      let judge = Judge(test, output: output)
      for answer in answers {
        guard let answer else { return nil }
        outcome.add(judge.canonical(answer[output]))
      }
    }
    return outcome.hash
  }
}

func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
