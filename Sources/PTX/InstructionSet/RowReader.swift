// From a row's syntax, as InstructionRow.swift describes it, to its slots and operands.  A row that doesn't read is a mistake in
// the table and ends the process; every test that touches the table sees it.

struct RowReader {
  private let text: [Character]
  private var at = 0

  init(_ syntax: String) { text = Array(syntax) }

  private var isAtEnd: Bool { at == text.count }

  mutating func opcode() -> String {
    let start = at
    while !isAtEnd, !".{<".contains(text[at]) { at += 1 }
    return String(text[start..<at])
  }

  mutating func slots() -> [ModifierSlot] {
    var slots: [ModifierSlot] = []
    while !isAtEnd {
      if text[at] == "{" {
        let end = text[at...].firstIndex(of: "}")!
        var inside = text[(at + 1)..<end]
        let isHint = inside.first == "~"
        if isHint { inside.removeFirst() }
        slots.append(ModifierSlot(alternatives: Self.alternatives(String(inside)), isOptional: true, isHint: isHint))
        at = end + 1
      } else {
        // A required slot goes on while bars join its alternatives.
        let start = at
        at += 1
        while !isAtEnd, !(".{<".contains(text[at]) && text[at - 1] != "|") { at += 1 }
        slots.append(ModifierSlot(alternatives: Self.alternatives(String(text[start..<at])), isOptional: false, isHint: false))
      }
    }
    return slots
  }

  /// `.x|.y|<set>|.a.b`
  private static func alternatives(_ text: String) -> [[String]] {
    text.split(separator: "|").flatMap { part -> [[String]] in
      if part.hasPrefix("<") {
        guard let set = InstructionSet.sets[String(part.dropFirst().dropLast())] else { fatalError("no set \(part) of modifiers") }
        return set.map { [$0] }
      }
      precondition(part.hasPrefix("."), "a modifier begins with a dot: \(part) in \(text)")
      return [part.dropFirst().split(separator: ".").map(String.init)]
    }
  }

  static func operands(_ text: String) -> [OperandShape]? {
    if text.contains("…") { return nil }
    var isOptional = false
    return text.split(separator: ",").map { part -> OperandShape in
      var item = part.drop { $0 == " " }
      if item.first == "?" { isOptional = true; item.removeFirst() }
      let name = String(item.drop { "{[#@".contains($0) }.prefix { $0.isLetter || $0.isNumber })
      return OperandShape(name: name, kind: kind(item, name), isOptional: isOptional)
    }
  }

  private static func kind(_ item: Substring, _ name: String) -> OperandShape.Kind {
    let isDestination = name.hasPrefix("d")
    switch item.first {
    case "[": return .address
    case "@": return .name
    case "#":
      let range = item[item.index(after: item.firstIndex(of: ":")!)...].split(separator: ".").compactMap { Int($0) }
      return .immediate(range[0]...range[1])
    case "{":
      let inside = item.dropFirst().dropLast().split(separator: ":")[1].split(separator: "*")
      let count: OperandShape.Count = inside[1] == "V" ? .vector : .fixed(Int(inside[1])!)
      return .vector(type(inside[0]), count, isDestination: isDestination)
    default:
      let parts = item.split(separator: ":")
      precondition(parts.count == 2, "an operand has a name and a type: \(item)")
      guard let bar = parts[1].firstIndex(of: "|") else { return isDestination ? .destination(type(parts[1])) : .source(type(parts[1])) }
      return .pair(type(parts[1][..<bar]), optional: parts[1][bar...].hasPrefix("|?"))
    }
  }

  private static func type(_ text: Substring) -> TypeReference {
    switch text {
    case "T": return .slot(0)
    case "U": return .slot(1)
    case "S": return .slot(2)
    case "R": return .slot(3)
    case "2T": return .wide(0)
    default:
      guard let type = ScalarType(rawValue: String(text)) else { fatalError("no type \(text)") }
      return .fixed(type)
    }
  }
}
