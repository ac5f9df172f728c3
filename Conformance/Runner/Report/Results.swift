// What a run found, in a form that is written to a file and read again: the cases' outcomes, and what follows for functions and groups.
// The file (--record, --compare, --with): '# key value' lines, then one line a case: function, name, outcome, answers, message.
import CConformance
import Glibc

struct Result {
  var function: String, name: String
  var kind: Kind, source: String
  var touches: [String]
  var verdict: Verdict
  var id: String { "\(function): \(name)" }
}

/// A function's standing, from its cases.
enum Standing: String {
  case behaves, deviates, refused, untested, missing
  var title: String {
    switch self {
    case .behaves: "behaves"
    case .deviates: "deviates"
    case .refused: "refused by design"
    case .untested: "no case"
    case .missing: "not exported"
    }
  }
}

struct FunctionReport {
  var row: FunctionRow
  var standing: Standing
  var passed = 0, failed = 0, skipped = 0
  var failures: [String] = []

  /// Every case passes and there is one.  A refusal that was tested behaves too: it is what CUDA answers on a machine without the other side.
  var behaves: Bool { standing == .behaves || isTestedRefusal }
  var isTestedRefusal: Bool { standing == .refused && passed > 0 }
  /// Its standing in words.
  var title: String { isTestedRefusal ? "behaves, refused by design" : standing == .refused ? "refused by design, no case" : standing.title }
}

struct GroupReport {
  var name: String
  var functions: [FunctionReport]
  func count(_ standing: Standing) -> Int { functions.count { $0.standing == standing } }
  var behaving: Int { functions.count { $0.behaves } }
  /// Of those that behave: refused by design.
  var testedRefusals: Int { functions.count { $0.isTestedRefusal } }
  /// Refused by design, described nowhere, and without a case.
  var untestedRefusals: Int { count(.refused) - testedRefusals }
  var exported: Int { functions.count - count(.missing) }
}

struct Results {
  var library = "", abi = 13, version = 0, device = ""
  var exported: Set<String> = []
  var cases: [Result] = []

  func count(_ outcome: Outcome) -> Int { cases.count { $0.verdict.outcome == outcome } }
  var failures: [Result] { cases.filter { !$0.verdict.outcome.good && $0.verdict.outcome != .skipped } }

  /// Each function of the ABI with its standing.
  var functions: [FunctionReport] {
    var passed: [String: Int] = [:], failed: [String: [String]] = [:], skipped: [String: Int] = [:]
    for one in cases {
      for name in Set([one.function] + one.touches) {
        switch one.verdict.outcome {
        case .passes: passed[name, default: 0] += 1
        case .skipped: skipped[name, default: 0] += 1
        default: failed[name, default: []].append(one.id + " — " + one.verdict.message)
        }
      }
    }
    return Manifest.functions(abi).map { row in
      var report = FunctionReport(row: row, standing: .untested)
      report.passed = passed[row.name] ?? 0
      report.failures = failed[row.name] ?? []
      report.failed = report.failures.count
      report.skipped = skipped[row.name] ?? 0
      report.standing =
        !exported.contains(row.name) ? .missing
        : report.failed > 0 ? .deviates
        : Manifest.refusals[row.name] != nil && (report.passed > 0 || row.undocumented) ? .refused
        : report.passed == 0 ? .untested : .behaves
      return report
    }
  }

  var groups: [GroupReport] {
    var order: [String] = [], members: [String: [FunctionReport]] = [:]
    for function in functions {
      if members[function.row.group] == nil { order.append(function.row.group) }
      members[function.row.group, default: []].append(function)
    }
    return order.sorted().map { GroupReport(name: $0, functions: members[$0]!) }
  }

  /// Functions that behave, weighted by the packages that import them: percent.
  var weighted: Double {
    let all = functions
    let total = all.reduce(0) { $0 + $1.row.packages }
    return total == 0 ? 0 : 100 * Double(all.filter(\.behaves).reduce(0) { $0 + $1.row.packages }) / Double(total)
  }

  // MARK: the file

  func text() -> String {
    var out = "# carmine-conformance: how a library answered each case.  Columns: function, case, outcome, error codes in order, deviation.\n"
    out += "# library \(library)\n# abi \(abi)\n# version \(version)\n# device \(device)\n"
    let absent = Manifest.functions(abi).map(\.name).filter { !exported.contains($0) }
    if !absent.isEmpty { out += "# absent \(absent.joined(separator: " "))\n" }
    for one in cases { out += [one.function, one.name, one.verdict.outcome.rawValue, one.verdict.answers, one.verdict.message].joined(separator: "\t") + "\n" }
    return out
  }

  /// Reads what `text` wrote; cases that no longer exist are kept by name, with what can be known of them.
  init(text: String) {
    var absent: Set<String> = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# ") {
        let words = line.dropFirst(2).split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { continue }
        switch words[0] {
        case "library": library = words[1]
        case "abi": abi = Int(words[1]) ?? 13
        case "version": version = Int(words[1]) ?? 0
        case "device": device = words[1]
        case "absent": absent = Set(words[1].split(separator: " ").map(String.init))
        default: break
        }
        continue
      }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 5, let outcome = Outcome(rawValue: fields[2]) else { continue }
      cases.append(
        Result(function: fields[0], name: fields[1], kind: .success, source: "", touches: [], verdict: Verdict(outcome: outcome, message: fields[4], answers: fields[3])))
    }
    exported = Set(Manifest.functions(abi).map(\.name)).subtracting(absent)
    let known = Dictionary(Case.cases(abi: abi).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for index in cases.indices {
      guard let one = known[cases[index].id] else { continue }
      cases[index].kind = one.kind
      cases[index].source = one.source
      cases[index].touches = one.touches
    }
  }

  init() {}
}

/// What two libraries answered differently, a line each.
func differences(_ here: Results, _ reference: Results) -> [String] {
  let theirs = Dictionary(reference.cases.map { ($0.id, $0.verdict) }, uniquingKeysWith: { first, _ in first })
  var lines: [String] = []
  for one in here.cases {
    guard let other = theirs[one.id], other.outcome != .skipped, one.verdict.outcome != .skipped else { continue }
    if other.outcome != one.verdict.outcome {
      let message = one.verdict.outcome.good ? other.message : one.verdict.message
      lines.append("\(one.id): \(one.verdict.outcome.rawValue) here, \(other.outcome.rawValue) in the reference: \(message)")
    } else if other.answers != one.verdict.answers {
      lines.append("\(one.id): answers [\(one.verdict.answers)], the reference [\(other.answers)]")
    }
  }
  return lines
}

func percent(_ part: Int, _ whole: Int) -> String {
  guard whole > 0 else { return "-" }
  return fixed(100 * Double(part) / Double(whole)) + " %"
}

/// One decimal, downwards: 99.96 is not 100.0.
func fixed(_ value: Double) -> String {
  let tenths = Int(value * 10 + 1e-9)
  return "\(tenths / 10).\(tenths % 10)"
}

enum File {
  struct Failure: Error { var message: String }

  static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw Failure(message: "\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[0..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ path: String, _ text: String) throws {
    guard let file = fopen(path, "w") else { throw Failure(message: "\(path): \(String(cString: strerror(errno)))") }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else { throw Failure(message: "\(path): not written: \(String(cString: strerror(errno)))") }
  }
}
