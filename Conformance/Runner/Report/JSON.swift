// --json and --junit.

private func quoted(_ text: String) -> String {
  var out = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\t": out += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out + "\""
}

func json(_ results: Results) -> String {
  var out = "{\n  \"library\": \(quoted(results.library)), \"abi\": \(results.abi), \"version\": \(results.version), \"device\": \(quoted(results.device)),\n"
  let functions = results.functions, all = GroupReport(name: "", functions: functions)
  out += "  \"totals\": {\"functions\": \(functions.count), \"exported\": \(all.exported), \"behave\": \(all.behaving), \"behaveRefusedByDesign\": \(all.testedRefusals), "
  out += "\"deviate\": \(all.count(.deviates)), \"refusedWithoutCase\": \(all.untestedRefusals), \"noCase\": \(all.count(.untested))},\n"
  out += "  \"functions\": [\n"
  out += functions.map { function in
    "    {\"name\": \(quoted(function.row.name)), \"group\": \(quoted(function.row.group)), \"packages\": \(function.row.packages), "
      + "\"standing\": \(quoted(function.standing.rawValue)), \"behaves\": \(function.behaves), \"passed\": \(function.passed), \"failed\": \(function.failed), \"skipped\": \(function.skipped)}"
  }.joined(separator: ",\n")
  out += "\n  ],\n  \"cases\": [\n"
  out += results.cases.map { one in
    "    {\"function\": \(quoted(one.function)), \"name\": \(quoted(one.name)), \"kind\": \(quoted(one.kind.rawValue)), \"source\": \(quoted(one.source)), "
      + "\"touches\": [\(one.touches.map(quoted).joined(separator: ", "))], "
      + "\"outcome\": \(quoted(one.verdict.outcome.rawValue)), \"message\": \(quoted(one.verdict.message)), \"answers\": \(quoted(one.verdict.answers))}"
  }.joined(separator: ",\n")
  return out + "\n  ]\n}\n"
}

func escaped(_ text: String) -> String {
  var out = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case _ where scalar.value < 0x20 && scalar != "\n": out += " "
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

func junit(_ results: Results) -> String {
  var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  out += "<testsuite name=\"carmine-conformance, CUDA \(results.abi)\" tests=\"\(results.cases.count)\" failures=\"\(results.failures.count)\" skipped=\"\(results.count(.skipped))\">\n"
  for one in results.cases {
    out += "  <testcase classname=\"\(escaped(one.function))\" name=\"\(escaped(one.name))\""
    switch one.verdict.outcome {
    case .passes: out += "/>\n"
    case .skipped: out += "><skipped message=\"\(escaped(one.verdict.message))\"/></testcase>\n"
    default: out += "><failure type=\"\(one.verdict.outcome.rawValue)\" message=\"\(escaped(one.verdict.message))\"/></testcase>\n"
    }
  }
  return out + "</testsuite>\n"
}
