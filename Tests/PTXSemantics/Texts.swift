// Texts for NVIDIA's ptxas, which judges the table: a file for each target that rows need, cases in kernels of 64.
// A case that ptxas must refuse is never written.
import Glibc
import PTX

extension MinimumTarget {
  /// Whether a GPU of a compute capability (90) has it: "90a" is that one alone, "100f" its family.
  func runs(on capability: Int) -> Bool { suffix.isEmpty ? number <= capability : suffix == "a" ? number == capability : number / 10 == capability / 10 && number <= capability }
}

func printTexts(_ folder: String, _ options: Options) {
  mkdir(folder, 0o777)
  var groups: [String: [TestCase]] = [:]
  for (_, test) in options.cases(includingRefused: true, toBeRead: true) {
    let target = test.variant.target
    // What is gone since version 6.4 is judged by nobody: ptxas of CUDA 13 begins at sm_75.
    if ["shfl", "vote"].contains(test.variant.row.opcode), !test.variant.has("sync") { continue }
    // A kernel is of one block's tensor memory or of two's.
    let pair = test.variant.has("cta_group::2") ? ".pair" : ""
    groups[(target.suffix.isEmpty ? "sm_\(max(target.number, 75))" : "\(target)") + pair, default: []].append(test)
  }
  for (group, cases) in groups {
    let target = String(group.prefix { $0 != "." })
    for (number, start) in stride(from: 0, to: cases.count, by: 64).enumerated() {
      let batch = Batch(Array(cases[start..<min(start + 64, cases.count)]))
      let path = "\(folder)/\(group).\(number).ptx"
      guard let file = fopen(path, "w") else { perror(path); exit(2) }
      fputs(batch.text(version: 9.5, target: target), file)
      fclose(file)
    }
  }
}
