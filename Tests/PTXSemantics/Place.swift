// Where the cases of memory instructions keep what is theirs: cells of each thread in every state space, and tables that are only read.
import PTX

/// A thread's cell: `setup` leaves its address in %p.
struct Place: Sendable {
  let setup: String
  /// For plain accesses beside the instruction in question: ".global", ".shared", ".local", or "" for generic addresses.
  let space: String
  var module = ""
  /// What a table that can't be written holds for a thread: the bytes of its cell.
  var fixed: (@Sendable (Int) -> [UInt8])?

  static let arena = ".global .align 128 .b8 arena[32768];"  // 128 bytes a thread
  private static func tableByte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 167 &+ index / 256 &* 29 &+ 13) }
  private static let tableText = (0..<8192).map { String(tableByte($0)) }.joined(separator: ",")
  static let given = ".global .align 128 .b8 given[8192] = {\(tableText)};"
  private static let constants = ".const .align 128 .b8 table[8192] = {\(tableText)};"
  @Sendable private static func row(_ thread: Int) -> [UInt8] { (0..<32).map { tableByte(thread * 32 + $0) } }

  static let spaces: Set<String> = ["global", "shared", "shared::cta", "shared::cluster", "local", "const", "param", "param::entry"]

  static let generic = Place(setup: ".reg .b64 %p;\nmov.u64 %p, arena;\ncvta.global.u64 %p, %p;\nmad.wide.u32 %p, %tid32, 128, %p;", space: "", module: arena)
  static let global = Place(setup: ".reg .b64 %p;\nmov.u64 %p, arena;\nmad.wide.u32 %p, %tid32, 128, %p;", space: ".global", module: arena)
  static let shared = Place(setup: ".reg .b64 %p;\nmov.u64 %p, scratch;\nmad.wide.u32 %p, %tid32, 32, %p;", space: ".shared")
  static let local = Place(setup: ".reg .b64 %p;\nmov.u64 %p, stack;", space: ".local")
  static let readOnly = Place(setup: ".reg .b64 %p;\nmov.u64 %p, given;\nmad.wide.u32 %p, %tid32, 32, %p;", space: ".global", module: given, fixed: row)
  static let constant = Place(setup: ".reg .b64 %p;\nmov.u64 %p, table;\nmad.wide.u32 %p, %tid32, 32, %p;", space: ".const", module: constants, fixed: row)
  /// The kernel's third parameter: the program that launches it fills it with ones.
  static let parameter = Place(setup: ".reg .b64 %p;\nmov.u64 %p, argument;", space: ".param", fixed: { _ in [UInt8](repeating: 1, count: 32) })

  /// The space that an instruction names first.
  static func of(_ variant: InstructionVariant) -> Place {
    switch variant.words.first(where: spaces.contains) {
    case "global": global
    case "shared", "shared::cta", "shared::cluster": shared
    case "local": local
    case "const": constant
    case "param", "param::entry": parameter
    default: generic
    }
  }

  /// So many bits of a fixed table as a number, or any values where the cell can be written.
  func input(_ type: ScalarType, at offset: Int) -> Input {
    guard let fixed else { return Input(type) }
    return Input(type) { thread in
      fixed(thread)[offset..<(offset + max(1, type.bitCount / 8))].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}

extension ScalarType {
  var byteCount: Int { max(1, bitCount / 8) }
  /// A type of as many bits for a plain access.
  var plainBits: String { ".b\(bitCount)" }
}

/// Elements in braces where an instruction has several.
func operandList(_ names: [String]) -> String { names.count == 1 ? names[0] : "{" + names.joined(separator: ", ") + "}" }
/// The operand that a cache hint asks for, and what makes it.
func policy(_ variant: InstructionVariant) -> (setup: String, operand: String) {
  variant.has("L2::cache_hint") ? ("\n.reg .b64 %policy;\ncreatepolicy.fractional.L2::evict_last.b64 %policy;", ", %policy") : ("", "")
}
