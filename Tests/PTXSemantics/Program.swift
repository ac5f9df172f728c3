// ptx-semantics: every variant of the instruction table, run through a libcuda and compared with a reference written from the manual.
//
//   ptx-semantics --library libcuda.so.1 [--only REGEX] [--every N] [--record FILE | --check FILE] [--verbose]
//       --every N: each Nth case of a row only, and at least one of each row
//       --runtime libcudart.so.13: what makes texture objects in the same context (the default)
//       --case TEXT: cases whose names contain it (a variant's cases differ behind a space)
//       --record: name, hash of the answers, largest error in units of the last place; --check compares with such a file
//   ptx-semantics --list [--only REGEX]         the variants, one a line
//   ptx-semantics --without [--matrices matrix.tsv] [--only REGEX]    rows that are compiled and have no case or no reference here, and who asks
//       them; with --matrices it fails for what nobody asks, and for a matrix variant that the file lacks
//   ptx-semantics --print FOLDER [--only REGEX] [--every N]    PTX texts for ptxas, by the target that they need
//   ptx-semantics --page                        docs/ptx.md, as Tools/write-ptx-page writes it
//   ptx-semantics --agree FILE [--only REGEX]   do the references give what --record wrote, on an NVIDIA GPU?  Nothing is run.
//   ptx-semantics --known FILE                  are these opcodes, one a line, all in the table?
//
// Ends with "N passed, N failed"; the status says whether any failed.
import Glibc
import PTX

@main enum Program {
  static func main() {
    let options = Options(Array(CommandLine.arguments.dropFirst()))
    if options.has("--list") {
      for family in InstructionSet.families { for row in family.rows { for variant in row.variants where options.wants(variant) { say(variant.text) } } }
    } else if options.has("--page") {
      say(InstructionSet.markdown, end: "")
    } else if options.has("--without") {
      listWithout(options)
    } else if let folder = options["--print"] {
      printTexts(folder, options)
    } else if let path = options["--agree"] {
      checkReferences(recorded(path), options)
    } else if let path = options["--known"] {
      checkKnown(path)
    } else if let path = options["--library"] {
      do { try run(path, options) } catch { say("FAIL \(error)"); exit(2) }
    } else {
      say("ptx-semantics --library LIBCUDA | --list | --without | --print FOLDER | --known FILE; see Tests/PTXSemantics/Program.swift")
      exit(2)
    }
  }

  /// Rows that need more than cases of one block have, and who asks them instead; docs/testing.md names them.
  private static func elsewhere(_ family: String, _ row: InstructionRow) -> String? {
    switch (family, row.opcode) {
    // Whole matrices on each of three warps, one of them gone another way; metadata and scales of their own; an H100's answers.
    case ("warp-level matrix", _): "Tests/PTXReference/matrix_reference.c"
    // What ends a kernel leaves no outputs.
    case ("control flow", "exit"): "Tests/EndToEnd/programs"
    case ("miscellaneous", "trap"), ("miscellaneous", "brkpt"), ("control flow", "trap"), ("control flow", "brkpt"): "Tests/EndToEnd"
    default: nil
    }
  }

  static func listWithout(_ options: Options) {
    // wmma's loads and stores are in every product's kernel: each layout, each space.
    let matrices = options["--matrices"].map { Set(readLines($0).map { String($0.prefix { $0 != "\t" }) }) }
    var missing = 0
    func miss(_ text: String) { missing += 1; say(text) }
    for family in InstructionSet.families {
      for row in family.rows where !row.status.isRefused {
        guard let variant = row.variants.first(where: options.wants) else { continue }
        let cases = TestCase.cases(of: variant, family: family.name)
        if cases.isEmpty {
          guard let program = elsewhere(family.name, row) else { miss("no case: \(row.syntax) \(row.operandSyntax)"); continue }
          say("asked by \(program): \(row.syntax)")
          guard let matrices, family.name == "warp-level matrix", !row.syntax.hasPrefix("wmma.load"), !row.syntax.hasPrefix("wmma.store") else { continue }
          for variant in row.variants where !matrices.contains(variant.text) { miss("no case: \(variant.text)") }
        } else if familyTests[family.name].flatMap({ tests in cases.allSatisfy(tests.covers) ? tests.references[row.opcode] : nil }) == nil {
          miss("no reference: \(row.syntax)")
        }
      }
    }
    if matrices != nil { exit(missing == 0 ? 0 : 1) }
  }

  /// What --record wrote: a hash by the case's name.
  static func recorded(_ path: String) -> [String: String] {
    Dictionary(readLines(path).filter { !$0.hasPrefix("#") }.map { line in let parts = line.split(separator: "\t"); return (String(parts[0]), String(parts[1])) }, uniquingKeysWith: { first, _ in first })
  }

  /// Where a reference has one right answer for every thread, its hash is that of the answers.
  static func checkReferences(_ recorded: [String: String], _ options: Options) {
    var agreed = 0, differ = 0, open = 0
    for (family, test) in options.cases(includingRefused: true) {
      guard let known = recorded[test.name], test.variant.row.bound == nil else { continue }
      guard let hash = Runner.hash(ofReferenceFor: test, family: family) else { open += 1; continue }
      if String(hash, radix: 16) == known { agreed += 1 } else { differ += 1; say("FAIL \(test.name)") }
    }
    say("\(agreed) agree, \(differ) differ, \(open) have no reference or are open in places")
    exit(differ == 0 ? 0 : 1)
  }

  static func checkKnown(_ path: String) {
    var unknown = 0
    for line in readLines(path) {
      let words = line.split(separator: ".").map(String.init)
      do { _ = try InstructionSet.variants(opcode: words[0], modifiers: Array(words.dropFirst())) } catch {
        say("FAIL \(line): \(error.description)")
        unknown += 1
      }
    }
    say("\(unknown) unknown")
    exit(unknown == 0 ? 0 : 1)
  }

  static func run(_ path: String, _ options: Options) throws {
    let library = try CUDALibrary(path)
    let isRecording = options["--record"] != nil
    // On NVIDIA's GPU whatever that GPU has, refused here or not; on ours everything that isn't refused.
    let capability = try library.computeCapability()
    let cases = options.cases(includingRefused: isRecording).filter { !isRecording || $0.test.variant.target.runs(on: capability) }
    let recorded = options["--check"].map(recorded)
    let record = options["--record"].map { file -> UnsafeMutablePointer<FILE> in
      guard let out = fopen(file, "w") else { perror(file); exit(2) }
      return out
    }
    let target = capability == 90 ? "sm_90a" : "sm_\(capability)"
    let textures = cases.contains { $0.test.texture != nil } ? try TextureObjects(options["--runtime"] ?? "libcudart.so.13") : nil
    let runner = Runner(library, version: isRecording ? 8.7 : 9.5, target: isRecording ? target : "sm_100a", textures: textures)
    var passed = 0, failed = 0, unjudged = 0
    for start in stride(from: 0, to: cases.count, by: 24) {
      let batch = Array(cases[start..<min(start + 24, cases.count)])
      for ((_, test), outcome) in zip(batch, runner.run(batch)) {
        var failure = outcome.failure
        if let record { fputs("\(test.name)\t\(String(outcome.hash, radix: 16))\t\(outcome.worst)\n", record) }
        if failure == nil, test.variant.row.bound == nil, let known = recorded?[test.name], known != String(outcome.hash, radix: 16) {
          failure = "the answers are not those that were recorded"
        }
        if failure == nil, !outcome.hasReference, recorded?[test.name] == nil { unjudged += 1; continue }
        if let failure { failed += 1; say("FAIL \(test.name): \(failure)") } else { passed += 1 }
        if options.has("--verbose"), failure == nil { say("ok \(test.name)\(outcome.worst > 0 ? " (at most \(outcome.worst) units)" : "")") }
      }
      if isatty(1) != 0 { say("\r\(start + batch.count) of \(cases.count)", to: 2, end: "") }
    }
    if let record { fclose(record) }
    if unjudged > 0 { say("\(unjudged) cases ran and have no reference (--without lists their rows)") }
    say("\(passed) passed, \(failed) failed")
    exit(failed == 0 ? 0 : 1)
  }
}
