// The table for people and programs: plain text, JSON, and the page docs/ptx.md.

extension InstructionStatus {
  public var word: String {
    switch self {
    case .native: "native"
    case .emulated: "emulated"
    case .refused: "refused"
    }
  }
  public var reason: String? { if case .refused(let why) = self { why } else { nil } }
}

extension ErrorBound: CustomStringConvertible {
  /// "2 ulp or 2^-22 absolute, for inputs up to 2^126"
  public var description: String {
    var parts: [String] = []
    if ulps > 0 { parts.append("\(Self.number(ulps)) ulp") }
    if relative > 0 { parts.append("\(Self.number(relative)) relative") }
    if absolute > 0 { parts.append("\(Self.number(absolute)) absolute") }
    let text = parts.joined(separator: " or ")
    guard let within else { return text }
    return text + (within.lowerBound > 0 ? " for \(Self.number(within.lowerBound)) ≤ |x| ≤ \(Self.number(within.upperBound))" : " for |x| ≤ \(Self.number(within.upperBound))")
  }
  /// Small and large numbers as powers of two, with a decimal in the exponent where they are none.
  private static func number(_ value: Double) -> String {
    if value >= 0.01, value < 1000 { return value == value.rounded() ? String(Int(value)) : String((value * 1000).rounded() / 1000) }
    if value.significand == 1 { return "2^\(value.exponent)" }
    // log2 of the significand by squaring: this module has no libm.
    var fraction = 0.0, weight = 0.5, significand = value.significand
    for _ in 0..<8 {
      significand *= significand
      if significand >= 2 { significand /= 2; fraction += weight }
      weight /= 2
    }
    return "2^\(((Double(value.exponent) + fraction) * 100).rounded() / 100)"
  }
}

extension InstructionSet {
  public static var listing: String {
    var text = ""
    for family in families {
      text += "\(family.name)\n"
      for row in family.rows {
        let line = row.operandSyntax.isEmpty ? row.syntax : row.syntax + "  " + row.operandSyntax
        text += "  \(row.status.word.padded(to: 9))\("\(row.ptx)".padded(to: 4))\("\(row.target)".padded(to: 9))\(row.section.padded(to: 13))\(line)"
        if let bound = row.bound { text += "  within \(bound)" }
        if let reason = row.status.reason { text += "  (\(reason))" }
        text += "\n"
      }
    }
    text += "special registers\n"
    for register in specialRegisters {
      text += "  \(register.status.word.padded(to: 9))\("\(register.ptx)".padded(to: 4))\("\(register.target)".padded(to: 9))\(register.section.padded(to: 13))%\(register.name)"
      text += " .\(register.isVector ? "v4.": "")\(register.type)" + (register.status.reason.map { "  (\($0))" } ?? "") + "\n"
    }
    return text
  }

  public static var json: String {
    func quoted(_ text: String) -> String {
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    var rows: [String] = []
    for family in families {
      for row in family.rows {
        var fields = [("family", family.name), ("syntax", row.syntax), ("operands", row.operandSyntax), ("ptx", "\(row.ptx)"), ("target", "\(row.target)"),
                      ("section", row.section), ("status", row.status.word)]
        if let reason = row.status.reason { fields.append(("reason", reason)) }
        if let bound = row.bound { fields.append(("bound", "\(bound)")) }
        rows.append("{" + fields.map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + "}")
      }
    }
    let registers = specialRegisters.map { register in
      var fields = [("name", "%" + register.name), ("type", (register.isVector ? "v4." : "") + register.type.rawValue), ("ptx", "\(register.ptx)"),
                    ("target", "\(register.target)"), ("section", register.section), ("status", register.status.word)]
      if let reason = register.status.reason { fields.append(("reason", reason)) }
      return "{" + fields.map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + "}"
    }
    return "{\"instructions\": [\n" + rows.joined(separator: ",\n") + "\n],\n\"registers\": [\n" + registers.joined(separator: ",\n") + "\n]}\n"
  }

  public static var markdown: String {
    var text = """
      # PTX

      The instruction set that Carmine's compiler knows: PTX ISA 9.x, a row for a family of forms. `carmine compile --list-ptx` prints the
      same (`--json` for programs). This page is written from the table by `Tools/write-ptx-page`, and a test holds the two together.

      In a form, `{…}` may be left out, `|` separates choices, `<name>` is one of a set listed at the end, and `~` marks what changes no result
      (caches, eviction, prefetch). Of the operands, `d` is written; `T`, `U`, `S` are the form's first, second and third type; `{a:T*V}` is a
      vector of as many as `.v2`, `.v4`, `.v8` say; `[a]` an address; `#i` a constant; `p` a predicate; `?` begins what may be missing.

      *Native* forms are the GPU's own instructions or plain arithmetic; *emulated* ones longer sequences, loops over lanes, or library
      functions, with the same results; *refused* ones end the compilation of the kernel that holds them, with the reason given here, and of
      no other kernel.


      """
    let rows = families.flatMap(\.rows)
    let counts = ["native", "emulated", "refused"].map { word in "\(rows.count { $0.status.word == word }) \(word)" }
    text += "\(rows.count) rows: \(counts.joined(separator: ", ")).\n"
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    for family in families {
      text += "\n## \(family.name.prefix(1).uppercased())\(family.name.dropFirst())\n\n| Form | Operands | PTX | Target | Manual | |\n| --- | --- | --- | --- | --- | --- |\n"
      for row in family.rows {
        var last = row.status.word
        if let bound = row.bound { last += ", within \(bound)" }
        if let reason = row.status.reason { last += ": \(reason)" }
        let operands = row.operandSyntax.isEmpty ? "" : "`\(cell(row.operandSyntax))`"
        text += "| `\(cell(row.syntax))` | \(operands) | \(row.ptx) | \(row.target) | \(row.section) | \(cell(last)) |\n"
      }
    }
    text += "\n## Special registers\n\n| Register | Type | PTX | Target | Manual | |\n| --- | --- | --- | --- | --- | --- |\n"
    for register in specialRegisters {
      let last = register.status.word + (register.status.reason.map { ": \($0)" } ?? "")
      text += "| `%\(register.name)` | `.\(register.isVector ? "v4." : "")\(register.type)` | \(register.ptx) | \(register.target) | \(register.section) | \(last) |\n"
    }
    text += "\n## Sets\n\n"
    for (name, words) in sets.sorted(by: { $0.key < $1.key }) {
      text += "- `<\(name)>`: \(words.map { "`.\($0)`" }.joined(separator: " "))\n"
    }
    return text
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
