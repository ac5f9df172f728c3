// What of an instruction set is executed, as text, from its table: one line an opcode, and a summary.
// Any thread.

extension OpcodeRow {
  public enum Coverage: Hashable, Sendable {
    case executed
    /// Named only; why.
    case decoded(String)
    /// Named only, and nothing excuses it.
    case missing
  }
  public var coverage: Coverage {
    if execute != nil { return .executed }
    if attributes.contains(.graphics) { return .decoded("graphics") }
    if attributes.contains(.globalWaveSync) { return .decoded("global wave sync, which the driver refuses to give") }
    if attributes.contains(.globalDataShare) { return .decoded("global data share, which the driver refuses to give") }
    if attributes.contains(.unpublished) { return .decoded("no manual describes it") }
    return .missing
  }
}

extension InstructionSet {
  public struct Line: Sendable {
    public var encoding: Encoding, opcode: Int, name: String, coverage: OpcodeRow.Coverage
    public var text: String {
      let state =
        switch coverage {
        case .executed: "executed"
        case .decoded(let reason): "decoded only: \(reason)"
        case .missing: "decoded only"
        }
      func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
      return pad("\(encoding)", 8) + pad(String(opcode), 5) + pad(name, 36) + state
    }
  }

  /// All rows, encoding by encoding, in the order of their numbers; FLAT's once for each segment that has them.
  public var lines: [Line] {
    var list: [Line] = []
    for encoding in Encoding.allCases where encoding != .scratch && encoding != .global {
      for (opcode, row) in table.opcodes(encoding) {
        func add(_ encoding: Encoding, _ prefix: String) {
          list.append(Line(encoding: encoding, opcode: opcode, name: prefix + row.name.description, coverage: row.coverage))
        }
        guard encoding == .flat else { add(encoding, ""); continue }
        if !row.attributes.contains(.notFlat) { add(.flat, "flat_") }
        add(.global, "global_")
        if !row.attributes.contains(.notScratch) { add(.scratch, "scratch_") }
      }
    }
    return list
  }
  /// An encoding's instructions in one line.
  public var encodingSummaries: [String] {
    let lines = lines
    return Encoding.allCases.compactMap { encoding in
      let own = lines.filter { $0.encoding == encoding }
      guard !own.isEmpty else { return nil }
      var reasons: [String: Int] = [:]
      for line in own {
        switch line.coverage {
        case .executed: break
        case .decoded(let reason): reasons[reason, default: 0] += 1
        case .missing: reasons["not yet", default: 0] += 1
        }
      }
      let executed = own.count { $0.coverage == .executed }
      let rest = reasons.sorted { $0.key < $1.key }.map { ", \($0.value) not: \($0.key)" }.joined()
      return "\(encoding): \(own.count) instructions, \(executed) executed" + rest
    }
  }
  public var summary: String {
    let lines = lines, executed = lines.count { $0.coverage == .executed }, missing = lines.count { $0.coverage == .missing }
    return "\(target): \(lines.count) instructions, \(executed) executed, \(lines.count - executed - missing) decoded only for a reason, \(missing) not yet"
  }
}
