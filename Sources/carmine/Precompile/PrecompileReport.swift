// What precompile did, counted: a row a file and a total, as a table for people or as JSON; reasons for refusals, grouped.
import KernelImage

final class PrecompileReport {
  enum Way { case made, cached, shared }

  struct Counts {
    var modules = 0, withoutPTX = 0, kernels = 0, compiled = 0, cached = 0, shared = 0, refused = 0, failed = 0
    var seconds = 0.0
    var bytes = 0

    static func + (a: Counts, b: Counts) -> Counts {
      Counts(
        modules: a.modules + b.modules, withoutPTX: a.withoutPTX + b.withoutPTX, kernels: a.kernels + b.kernels,
        compiled: a.compiled + b.compiled, cached: a.cached + b.cached, shared: a.shared + b.shared,
        refused: a.refused + b.refused, failed: a.failed + b.failed, seconds: a.seconds + b.seconds, bytes: a.bytes + b.bytes)
    }
  }

  /// One reason, and who has it.
  struct Reason: Sendable {
    var text: String
    var isRefusal: Bool
    var count: Int
    var example: String
  }

  let targets: [String]
  let isCheck: Bool
  private let verbose: Bool
  private var order: [String] = []
  private var files: [String: Counts] = [:]
  private var reasons: [String: Reason] = [:]
  var wallSeconds = 0.0
  var notes: [String] = []

  init(targets: [String], isCheck: Bool, verbose: Bool) {
    self.targets = targets
    self.isCheck = isCheck
    self.verbose = verbose
  }

  var total: Counts { files.values.reduce(Counts(), +) }

  // MARK: events

  func begin(_ file: PrecompileFile) {
    order.append(file.path)
    files[file.path] = Counts(withoutPTX: file.withoutPTX)
  }
  func surveyed(_ module: PrecompileModule) { files[module.file]!.modules += 1 }
  func found(in module: PrecompileModule) { files[module.file]!.kernels += 1 }
  func spent(_ seconds: Double, in file: String) { files[file]!.seconds += seconds }

  func compiled(_ file: String, _ kernel: String, byteCount: Int, _ way: Way) {
    files[file]!.compiled += 1
    files[file]!.bytes += byteCount
    switch way {
    case .made: break
    case .cached: files[file]!.cached += 1
    case .shared: files[file]!.shared += 1
    }
  }

  func failed(_ file: String, _ kernel: String, _ failure: CompileFailure, _ message: String) {
    let isRefusal = failure == .unsupported || failure == .tooManyResources
    if isRefusal { files[file]!.refused += 1 } else { files[file]!.failed += 1 }
    note(file, kernel, isRefusal, message)
  }

  /// A module of which nothing can be had counts as one kernel that failed: how many it has is not known.
  func module(of module: PrecompileModule, failed failure: CompileFailure, _ message: String) {
    if failure == .noImage { files[module.file]!.withoutPTX += 1; return }
    files[module.file]!.modules += 1
    files[module.file]!.kernels += 1
    failed(module.file, "a module", failure, message)
  }

  private func note(_ file: String, _ kernel: String, _ isRefusal: Bool, _ message: String) {
    if verbose { say("carmine: \(file): \(kernel): \(message)") }
    let text = Self.general(message)
    reasons[text, default: Reason(text: text, isRefusal: isRefusal, count: 0, example: kernel)].count += 1
  }

  /// The message without what belongs to one kernel alone: lines, operands, names of callers, the pass.
  static func general(_ message: String) -> String {
    var text = message[...]
    if text.hasPrefix("in "), let end = text.firstRange(of: ", which the kernel calls: ") { text = text[end.upperBound...] }
    if text.hasPrefix("line "), let end = text.firstRange(of: ": ") { text = text[end.upperBound...] }
    if let pass = text.firstRange(of: " (pass: ") { text = text[..<pass.lowerBound] }
    if text.hasPrefix("`"), let end = text.dropFirst().firstIndex(of: "`") {
      var words = text[text.index(after: text.startIndex)..<end].split(separator: " ")
      if words.first?.hasPrefix("@") == true { words.removeFirst() }
      return "\(words.first ?? "")\(text[text.index(after: end)...])"
    }
    return String(text)
  }

  var sortedReasons: [Reason] { reasons.values.sorted { ($1.count, $0.text) < ($0.count, $1.text) } }

  // MARK: texts

  func table(listingRefused: Bool) -> String {
    var rows = [["", "modules", "kernels", isCheck ? "fit" : "compiled", "refused", "failed", "seconds", "bytes"]]
    func row(_ name: String, _ c: Counts, _ seconds: Double) -> [String] {
      [name, "\(c.modules)", "\(c.kernels)", "\(c.compiled)", "\(c.refused)", "\(c.failed)", decimal(seconds), "\(c.bytes)"]
    }
    for file in order where files[file]!.kernels > 0 { rows.append(row(file, files[file]!, files[file]!.seconds)) }
    let total = total
    rows.append(row("total for \(targets.joined(separator: ", "))", total, total.seconds))
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    var text = ""
    for (number, row) in rows.enumerated() {
      if number == rows.count - 1, rows.count == 3 { break }  // one file needs no total
      let cells = row.enumerated().map { $0 == 0 ? pad($1, widths[0]) : String(repeating: " ", count: widths[$0] - $1.count) + $1 }
      text += cells.joined(separator: "  ") + "\n"
    }
    text += "\n\(decimal(wallSeconds)) seconds on the clock"
    if total.cached > 0 { text += "; \(total.cached) of the compiled were in the cache" }
    if total.shared > 0 { text += "; \(total.shared) are the same as another but for names, and were not compiled again" }
    if total.withoutPTX > 0 { text += "; \(total.withoutPTX) modules hold machine code alone and were left out" }
    text += "\n"
    if !sortedReasons.isEmpty {
      if listingRefused {
        text += "\n"
        for reason in sortedReasons {
          text += "\(String(repeating: " ", count: max(0, 7 - "\(reason.count)".count)))\(reason.count)  \(reason.isRefusal ? "refused" : "failed"): \(reason.text)\n         for instance \(reason.example)\n"
        }
      } else {
        text += "--list-refused says why \(total.refused + total.failed) were not compiled.\n"
      }
    }
    return text
  }

  func json() -> String {
    func counts(_ c: Counts) -> String {
      """
      "modules": \(c.modules), "modulesWithoutPTX": \(c.withoutPTX), "kernels": \(c.kernels), "compiled": \(c.compiled), \
      "fromCache": \(c.cached), "sameAsAnother": \(c.shared), "refused": \(c.refused), "failed": \(c.failed), \
      "seconds": \(decimal(c.seconds)), "bytes": \(c.bytes)
      """
    }
    let rows = order.map { "    {\"file\": \(Self.quoted($0)), \(counts(files[$0]!))}" }
    let why = sortedReasons.map {
      "    {\"reason\": \(Self.quoted($0.text)), \"kind\": \"\($0.isRefusal ? "refused" : "failed")\", \"kernels\": \($0.count), \"example\": \(Self.quoted($0.example))}"
    }
    return """
      {
        "targets": [\(targets.map(Self.quoted).joined(separator: ", "))],
        "wallSeconds": \(decimal(wallSeconds)),
        "total": {\(counts(total))},
        "files": [
      \(rows.joined(separator: ",\n"))
        ],
        "reasons": [
      \(why.joined(separator: ",\n"))
        ]
      }

      """
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// With one digit behind the point.
func decimal(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}
