// The tables of docs/coverage.md.

func markdown(_ runs: [Results]) -> String {
  var out = "# Coverage of the CUDA Runtime API\n\nWritten by `make conformance` (carmine-conformance --markdown); not edited by hand.\n\n"
  out += "Exported: the library has the name. Behaves: every case of the function passes; a case is one sentence of CUDA's documentation, tried. "
  out += "Of them refused by design: the function answers the error that CUDA gives where the other side is absent, tested like the rest. "
  out += "Refused, no case: nothing describes the function, so there is nothing to test. A function without a case does not behave.\n\n"
  out += "| | functions | exported | behave | of them refused by design | weighted by use | deviate | refused, no case | no case | cases | passed |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
  for run in runs {
    let all = GroupReport(name: "", functions: run.functions)
    out += "| CUDA \(run.abi), on \(run.device) | \(all.functions.count) | \(all.exported) | \(all.behaving) (\(percent(all.behaving, all.functions.count))) | \(all.testedRefusals) | "
    out += "\(fixed(run.weighted)) % | \(all.count(.deviates)) | \(all.untestedRefusals) | \(all.count(.untested)) | \(run.cases.count) | \(run.count(.passes)) |\n"
  }
  for peer in Manifest.peers { out += "| \(peer.name) | \(peer.of) | \(peer.present) (\(percent(peer.present, peer.of))) | - | - | - | - | - | - | - | - |\n" }
  out += "\nThe others' figures are their own, of their own lists: " + Manifest.peers.map { "\($0.name): \($0.source)" }.joined(separator: "; ") + ".\n"
  for run in runs {
    out += "\n## CUDA \(run.abi)\n\n| group | functions | exported | behave | of them refused by design | deviate | refused, no case | no case |\n|---|---|---|---|---|---|---|---|\n"
    for group in run.groups {
      out += "| \(group.name) | \(group.functions.count) | \(group.exported) | \(group.behaving) | \(group.testedRefusals) | \(group.count(.deviates)) | \(group.untestedRefusals) | \(group.count(.untested)) |\n"
    }
    let deviating = run.functions.filter { !$0.behaves }
    if !deviating.isEmpty {
      out += "\nNot behaving: " + deviating.map { "`\($0.row.name)` (\($0.title))" }.joined(separator: ", ") + ".\n"
    }
  }
  out += "\n## Refused by design\n\n| function | why |\n|---|---|\n"
  for refusal in Manifest.refusals.values.sorted(by: { $0.name < $1.name }) { out += "| `\(refusal.name)` | \(refusal.reason) |\n" }
  return out
}
