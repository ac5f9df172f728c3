// The table on the terminal.

private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
  let fill = String(repeating: " ", count: max(0, width - text.count))
  return right ? fill + text : text + fill
}

func terminalTable(_ results: Results) -> String {
  let groups = results.groups
  let width = max(5, groups.map(\.name.count).max() ?? 5)
  func line(_ name: String, _ values: [String]) -> String { pad(name, width) + values.map { pad($0, 10, right: true) }.joined() + "\n" }
  var out = line("", ["functions", "exported", "behave", "(refused)", "deviate", "refused", "no case"])
  for group in groups {
    out += line(
      group.name,
      [group.functions.count, group.exported, group.behaving, group.testedRefusals, group.count(.deviates), group.untestedRefusals, group.count(.untested)].map(String.init))
  }
  let all = GroupReport(name: "total", functions: results.functions)
  out += line(all.name, [all.functions.count, all.exported, all.behaving, all.testedRefusals, all.count(.deviates), all.untestedRefusals, all.count(.untested)].map(String.init))
  out += "\n(refused): of those that behave, the functions that are refused by design; refused: refused by design, without a case\n"
  out += "of all functions \(percent(all.behaving, all.functions.count)) behave, \(all.testedRefusals) of them refused by design; "
  out += "weighted by use \(fixed(results.weighted)) % behave\n"
  return out
}

func summaryLine(_ results: Results) -> String {
  let bad = results.failures.count
  var parts = ["\(results.count(.passes)) passed", "\(bad) failed"]
  if results.count(.skipped) > 0 { parts.append("\(results.count(.skipped)) skipped") }
  return parts.joined(separator: ", ")
}
