// The tables of docs/coverage.md.

func markdown(_ runs: [Results]) -> String {
  var out = "# Coverage of the CUDA Runtime API\n\nWritten by `make conformance` (carmine-conformance --markdown); not edited by hand.\n\n"
  out += "Exported: the library has the name. Behaves: every case of the function passes; a case is one sentence of CUDA's documentation, tried. "
  out += "Refused by design: it answers the error that CUDA gives where the other side is absent, tested like the rest.\n\n"
  out += "| | functions | exported | behave | weighted by use | deviate | refused by design | no case | cases | passed |\n|---|---|---|---|---|---|---|---|---|---|\n"
  for run in runs {
    let all = GroupReport(name: "", functions: run.functions)
    out += "| CUDA \(run.abi), on \(run.device) | \(all.functions.count) | \(all.exported) | \(all.count(.behaves)) (\(percent(all.count(.behaves), all.functions.count))) | "
    out += "\(fixed(run.weighted)) % | \(all.count(.deviates)) | \(all.count(.refused)) | \(all.count(.untested)) | \(run.cases.count) | \(run.count(.passes)) |\n"
  }
  for peer in Manifest.peers { out += "| \(peer.name) | \(peer.of) | \(peer.present) (\(percent(peer.present, peer.of))) | - | - | - | - | - | - | - |\n" }
  out += "\nThe others' figures are their own, of their own lists: " + Manifest.peers.map { "\($0.name): \($0.source)" }.joined(separator: "; ") + ".\n"
  for run in runs {
    out += "\n## CUDA \(run.abi)\n\n| group | functions | exported | behave | deviate | refused by design | no case |\n|---|---|---|---|---|---|---|\n"
    for group in run.groups {
      out += "| \(group.name) | \(group.functions.count) | \(group.exported) | \(group.count(.behaves)) | \(group.count(.deviates)) | \(group.count(.refused)) | \(group.count(.untested)) |\n"
    }
    let deviating = run.functions.filter { $0.standing == .deviates || $0.standing == .missing || $0.standing == .untested }
    if !deviating.isEmpty {
      out += "\nNot behaving: " + deviating.map { "`\($0.row.name)` (\($0.standing.title))" }.joined(separator: ", ") + ".\n"
    }
  }
  out += "\n## Refused by design\n\n| function | why |\n|---|---|\n"
  for refusal in Manifest.refusals.values.sorted(by: { $0.name < $1.name }) { out += "| `\(refusal.name)` | \(refusal.reason) |\n" }
  return out
}
