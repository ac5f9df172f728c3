// A case: one sentence about one function, where it comes from, and a body that throws when a library answers otherwise.
// Cases are registered once at start (`registerAll`), run in child processes (Child.swift), and judged and counted by the parent.
import CConformance
import Glibc

enum Kind: String { case success, error, edge, interaction }

struct Traits: OptionSet {
  let rawValue: Int
  /// In a process of its own: it leaves the context broken, ends the process, or changes what the whole process sees.
  static let alone = Traits(rawValue: 1)
  static let only12 = Traits(rawValue: 2)
  static let only13 = Traits(rawValue: 4)
  /// About the legacy default stream: not repeated with the per-thread variants.
  static let legacy = Traits(rawValue: 8)
  /// Takes longer than others: six times the limit.
  static let slow = Traits(rawValue: 16)
  /// With no other process of this run on the device, at the end: it looks at what all of them share, such as free memory.
  static let exclusive = Traits(rawValue: 32)
}

struct Case {
  /// The function that the case is about; the one that deviates when it fails.
  var function: String
  /// Others that deviate too when it fails.
  var touches: [String]
  var kind: Kind
  /// A sentence of behaviour, without the function's name in front.
  var name: String
  /// Where CUDA's documentation says so: what follows "CUDA Runtime API, <group>, ".
  var source: String
  var traits: Traits
  /// Whether names mean their variants for per-thread default streams.
  var perThread = false
  var body: () throws -> Void

  var id: String { "\(function): \(name)" }
}

/// All cases in the order of registration; written before the first one runs, by the main thread only.
nonisolated(unsafe) private(set) var allCases: [Case] = []

/// Registers a case.  `source` is the place in the documentation, in a few words: "cudaMalloc, Returns" or "Stream synchronization behavior".
func test(
  _ function: String, _ kind: Kind, _ name: String, source: String, touches: [String] = [], _ traits: Traits = [],
  _ body: @escaping () throws -> Void
) {
  allCases.append(Case(function: function, touches: touches, kind: kind, name: name, source: source, traits: traits, body: body))
}

extension Case {
  /// The cases that concern a library of this ABI: of functions that it should have, and once more with per-thread default streams for
  /// functions with such a variant.
  static func cases(abi: Int) -> [Case] {
    var result: [Case] = []
    for one in allCases {
      guard let row = Manifest.byName[one.function] else { fatalError("case '\(one.id)' is about no function of the manifest") }
      if !row.exported(abi) || one.traits.contains(abi == 12 ? .only13 : .only12) { continue }
      result.append(one)
      if one.traits.contains(.legacy) { continue }
      if let variant = Manifest.perThreadVariant(of: one.function, abi) {
        var again = one
        again.function = variant
        again.touches = one.touches.compactMap { Manifest.perThreadVariant(of: $0, abi) ?? (Manifest.byName[$0]?.exported(abi) == true ? $0 : nil) }
        again.perThread = true
        result.append(again)
      }
    }
    return result
  }
}

/// What a case came to.
enum Outcome: String {
  case passes, deviates, crashed, hung, missing, skipped
  var good: Bool { self == .passes }
}

struct Verdict {
  var outcome: Outcome
  /// What was expected and what came instead; why it was skipped; the signal.
  var message = ""
  /// The error codes that the library answered, in order: what `--record` keeps.
  var answers = ""
}
