// The table of the API (Generated/Tables.swift), split once.  Immutable after start.

struct FunctionRow {
  var name: String
  var since: Int, until: Int
  var group: String
  /// How many of the scanned packages import it.
  var packages: Int
  /// No header has it: there is nothing that a case could expect.
  var undocumented: Bool
  func exported(_ abi: Int) -> Bool { since <= abi && abi <= until }
}

struct Refusal { var name: String, error: String, reason: String }
struct Peer { var name: String, present: Int, of: Int, source: String }

enum Manifest {
  static let rows: [FunctionRow] = split(manifestTable).map {
    FunctionRow(name: $0[0], since: Int($0[1])!, until: Int($0[2])!, group: $0[3], packages: Int($0[4])!, undocumented: $0[5] == "-")
  }
  static let byName: [String: FunctionRow] = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
  static let refusals: [String: Refusal] = Dictionary(
    uniqueKeysWithValues: split(refusalTable).map { ($0[0], Refusal(name: $0[0], error: $0[1], reason: $0[2])) })
  static let peers: [Peer] = split(peerTable).map { Peer(name: $0[0], present: Int($0[1])!, of: Int($0[2])!, source: $0[3]) }

  static func functions(_ abi: Int) -> [FunctionRow] { rows.filter { $0.exported(abi) } }

  /// The variant of a function for per-thread default streams, if that library has one.
  static func perThreadVariant(of name: String, _ abi: Int) -> String? {
    for suffix in ["_ptsz", "_ptds"] where byName[name + suffix]?.exported(abi) == true { return name + suffix }
    return nil
  }

  private static func split(_ table: String) -> [[String]] {
    table.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
  }
}
