// `carmine compile --report`: a kernel's resources, occupancy and instructions, as text or as one line of JSON.
import Compiler
import KernelImage

extension KernelReport {
  /// For people.
  var text: String {
    let unit = processor.hasWorkgroupProcessors ? "workgroup processor" : "compute unit"
    let mode = processor.hasWorkgroupProcessors ? (image.usesWorkgroupProcessor ? ", spread over two compute units" : ", on one compute unit") : ""
    var lines = [
      "\(image.name)",
      "  target        \(image.target), \(image.mapping)\(mode), \(image.bytes.count) bytes, at most \(image.maximumThreads) threads",
      "  registers     \(image.vgprs) VGPRs, \(image.agprs) of them AGPRs, \(image.sgprs) SGPRs, \(image.spilledVGPRs) spilled",
      "  memory        \(image.staticSharedBytes) bytes of LDS, \(image.scratchBytes) bytes of scratch a thread\(image.usesDynamicStack ? " (and more with recursion)" : "")",
      "  occupancy     \(waves) of \(processor.unit.wavesPerSIMD) waves a SIMD; workgroups a \(unit): "
        + workgroups.map { "\($0.count) of \($0.threads) threads" }.joined(separator: ", "),
      "  instructions  \(instructionCount): " + instructions.map { "\($0.count) \($0.kind.rawValue)" }.joined(separator: ", "),
    ]
    lines += image.notes.map { "  note          " + $0 }
    return lines.joined(separator: "\n")
  }

  /// For programs.
  var json: String {
    func object(_ fields: [(String, String)]) -> String { "{" + fields.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}" }
    return object([
      ("kernel", quoted(image.name)), ("target", quoted(image.target)), ("mapping", quoted("\(image.mapping)")),
      ("workgroup_processor_mode", "\(image.usesWorkgroupProcessor)"), ("bytes", "\(image.bytes.count)"),
      ("maximum_threads", "\(image.maximumThreads)"), ("vgprs", "\(image.vgprs)"), ("agprs", "\(image.agprs)"), ("sgprs", "\(image.sgprs)"),
      ("spilled_vgprs", "\(image.spilledVGPRs)"), ("lds_bytes", "\(image.staticSharedBytes)"), ("scratch_bytes", "\(image.scratchBytes)"),
      ("waves_per_simd", "\(waves)"),
      ("workgroups_per_multiprocessor", object(workgroups.map { ("\($0.threads)", "\($0.count)") })),
      ("instructions", object(instructions.map { ($0.kind.rawValue, "\($0.count)") })),
      ("notes", "[" + image.notes.map(quoted).joined(separator: ", ") + "]"),
    ])
  }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\" + String(scalar)
    case _ where scalar.value < 32:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
