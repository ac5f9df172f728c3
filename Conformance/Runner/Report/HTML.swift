// --html: one self-contained page: totals, a table of groups that opens to functions and cases, a search field.

func page(_ runs: [Results]) -> String {
  var out = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CUDA Runtime API: coverage</title>
    <style>
    :root { color-scheme: light dark; --line: #8884; --good: #2a8a3e; --bad: #c0392b; --other: #a67c00; --dim: #888; }
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
    h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
    table { border-collapse: collapse; width: 100%; } th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
    th:first-child, td:first-child { text-align: left; }
    input { font: inherit; width: 100%; padding: .5rem .7rem; box-sizing: border-box; border: 1px solid var(--line); border-radius: .4rem; }
    details { border-bottom: 1px solid var(--line); } summary { cursor: pointer; padding: .35rem 0; }
    details details { margin-left: 1.2rem; border: 0; } code { font-size: .95em; }
    .behaves { color: var(--good); } .deviates, .missing { color: var(--bad); } .untested, .refused { color: var(--other); } .dim { color: var(--dim); }
    .case { margin: .2rem 0 .2rem 2.4rem; } .bar { display: flex; height: .6rem; border-radius: .3rem; overflow: hidden; background: var(--line); }
    .bar i { display: block; } .bar .behaves { background: var(--good); } .bar .deviates { background: var(--bad); } .bar .refused { background: var(--other); }
    .filters label { margin-right: 1rem; }
    </style></head><body>
    <h1>CUDA Runtime API: what the library does</h1>
    <p>Exported: the library has the name. Behaves: every case of the function passes. Of them refused by design: the function
    answers what CUDA answers where the other side is absent, and that is tested like the rest. A function without a case does not behave.
    Each case is a sentence of CUDA’s documentation; the place is beside it.</p>

    """
  out += "<table><tr><th></th><th>functions</th><th>exported</th><th>behave</th><th>of them refused by design</th><th>weighted by use</th><th>deviate</th><th>refused, no case</th><th>no case</th><th>cases passed</th></tr>\n"
  for run in runs {
    let all = GroupReport(name: "", functions: run.functions)
    out += "<tr><td>\(escaped(run.library)) on \(escaped(run.device))</td><td>\(all.functions.count)</td><td>\(all.exported)</td>"
    out += "<td class=behaves>\(all.behaving) (\(percent(all.behaving, all.functions.count)))</td><td class=refused>\(all.testedRefusals)</td><td>\(fixed(run.weighted)) %</td>"
    out += "<td class=deviates>\(all.count(.deviates))</td><td class=refused>\(all.untestedRefusals)</td><td class=untested>\(all.count(.untested))</td>"
    out += "<td>\(run.count(.passes)) of \(run.cases.count - run.count(.skipped))</td></tr>\n"
  }
  for peer in Manifest.peers {
    out += "<tr class=dim><td>\(peer.name), as published</td><td>\(peer.of)</td><td>\(peer.present) (\(percent(peer.present, peer.of)))</td><td>-</td><td>-</td><td>-</td><td>-</td><td>-</td><td>-</td><td>-</td></tr>\n"
  }
  out += "</table>\n<p class=dim>" + Manifest.peers.map { "\($0.name): \(escaped($0.source))" }.joined(separator: "; ") + ".</p>\n"
  out += """
    <p><input id=search type=search placeholder="search functions, cases, sources and messages" autofocus></p>
    <p class=filters><label><input type=checkbox id=failing style="width:auto"> only what does not behave</label></p>

    """
  for run in runs { out += section(run) }
  out += "<h2>Refused by design</h2>\n<table><tr><th>function</th><th style=\"text-align:left\">why</th></tr>\n"
  for refusal in Manifest.refusals.values.sorted(by: { $0.name < $1.name }) {
    out += "<tr><td><code>\(refusal.name)</code></td><td style=\"text-align:left\">\(escaped(refusal.reason))</td></tr>\n"
  }
  out += """
    </table>
    <script>
    const field = document.getElementById('search'), failing = document.getElementById('failing');
    const functions = [...document.querySelectorAll('details.function')].map(e => [e, e.textContent.toLowerCase()]);
    const groups = [...document.querySelectorAll('details.group')];
    function show() {
      const words = field.value.toLowerCase().split(/\\s+/).filter(w => w);
      for (const [element, text] of functions)
        element.hidden = !words.every(w => text.includes(w)) || (failing.checked && element.dataset.behaves == 'true');
      for (const group of groups) {
        const any = [...group.querySelectorAll('details.function')].some(e => !e.hidden);
        group.hidden = !any; group.open = any && (words.length > 0 || failing.checked);
      }
    }
    field.oninput = show; failing.onchange = show;
    </script></body></html>

    """
  return out
}

private func section(_ run: Results) -> String {
  var out = "<h2>CUDA \(run.abi): \(escaped(run.library))</h2>\n"
  var cases: [String: [Result]] = [:]
  for one in run.cases { cases[one.function, default: []].append(one) }
  for group in run.groups {
    let total = Double(max(1, group.functions.count))
    out += "<details class=group><summary><b>\(escaped(group.name))</b> <span class=dim>\(group.functions.count) functions, \(group.exported) exported, "
    out += "\(group.behaving) behave\(group.testedRefusals > 0 ? " (\(group.testedRefusals) of them refused by design)" : ""), \(group.count(.deviates)) deviate</span><div class=bar>"
    for standing in [Standing.behaves, .deviates, .refused] { out += "<i class=\(standing.rawValue) style=\"width:\(fixed(100 * Double(group.count(standing)) / total))%\"></i>" }
    out += "</div></summary>\n"
    for function in group.functions {
      out += "<details class=function data-behaves=\(function.behaves)><summary><code>\(function.row.name)</code> <span class=\(function.behaves ? "behaves" : function.standing.rawValue)>\(function.title)</span> "
      out += "<span class=dim>\(function.passed) of \(function.passed + function.failed) cases" + (function.row.packages > 0 ? ", imported by \(function.row.packages) packages" : "") + "</span></summary>\n"
      for one in cases[function.row.name] ?? [] {
        let good = one.verdict.outcome.good
        out += "<div class=case><span class=\(good ? "behaves" : one.verdict.outcome == .skipped ? "untested" : "deviates")>\(one.verdict.outcome.rawValue)</span> "
        out += "\(escaped(one.name)) <span class=dim>\(one.kind.rawValue); CUDA Runtime API, \(escaped(one.source))</span>"
        if !one.verdict.message.isEmpty { out += "<br><span class=dim>\(escaped(one.verdict.message))</span>" }
        out += "</div>\n"
      }
      for failure in function.failures where !(cases[function.row.name] ?? []).contains(where: { failure.hasPrefix($0.id) }) {
        out += "<div class=case><span class=deviates>concerned</span> \(escaped(failure))</div>\n"
      }
      if let refusal = Manifest.refusals[function.row.name] { out += "<div class=case>refused by design: \(escaped(refusal.reason))</div>\n" }
      out += "</details>\n"
    }
    out += "</details>\n"
  }
  return out
}
