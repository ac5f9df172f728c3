// PTX as NVIDIA's own compiler writes it, and NVIDIA's assembler as the judge of ours.  Run where CARMINE_TEST_CUDA_HOME or
// CUDA_HOME names a toolkit with bin/nvcc and bin/ptxas of CUDA 13; skipped elsewhere.
import Foundation
import Testing

@testable import PTX

private let toolkit: String? = ["CARMINE_TEST_CUDA_HOME", "CUDA_HOME"].compactMap { ProcessInfo.processInfo.environment[$0] }
  .first { FileManager.default.isExecutableFile(atPath: $0 + "/bin/ptxas") }

/// Runs a program of the toolkit; its exit status, and what it said.
private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let process = Process(), pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: toolkit! + "/bin/" + program)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

private func withFolder(_ body: (String) throws -> Void) throws {
  let folder = NSTemporaryDirectory() + "/carmine-ptx-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

@Suite(.enabled(if: toolkit != nil, "no CUDA toolkit named")) struct NVCCTests {
  /// Source, architecture, further options.
  static let builds = [("75", []), ("90", ["-lineinfo"]), ("100", ["-rdc=true"]), ("80", ["-G"])]

  @Test(arguments: builds) func whatNVCCWritesParsesAndPrints(architecture: String, options: [String]) throws {
    try withFolder { folder in
      let source = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Samples/language.cu"
      let result = try run("nvcc", ["-ptx", "-arch=compute_\(architecture)", "-o", folder + "/x.ptx", source] + options)
      try #require(result.status == 0, "\(result.output)")
      let module = try Parser.parse(Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/x.ptx"))))
      #expect(module.declarations.contains { if case .function(let f) = $0 { f.kind == .entry && f.body != nil } else { false } })
      let printed = module.description
      #expect(outline(try Parser.parse(Array(printed.utf8))) == outline(module))
      if options != ["-G"] {  // debug sections are not kept, and with -G they must be there
        try printed.write(toFile: folder + "/y.ptx", atomically: true, encoding: .utf8)
        let assembled = try run("ptxas", ["-c", "-arch=sm_\(architecture)", folder + "/y.ptx", "-o", folder + "/y.o"])
        #expect(assembled.status == 0, "\(assembled.output)")
      }
    }
  }

  @Test(arguments: [("directives.ptx", "sm_100a"), ("operands.ptx", "sm_90"), ("control.ptx", "sm_75"), ("modern.ptx", "sm_100a")])
  func ptxasAcceptsTheSamplesAsWrittenAndAsPrinted(name: String, architecture: String) throws {
    try withFolder { folder in
      let written = sample(name)
      for text in [written, Array(try Parser.parse(written).description.utf8)] {
        try Data(text).write(to: URL(fileURLWithPath: folder + "/x.ptx"))
        let result = try run("ptxas", ["-c", "-arch=\(architecture)", folder + "/x.ptx", "-o", folder + "/x.o"])
        #expect(result.status == 0, "\(result.output)")
      }
    }
  }

  @Test(arguments: ConstantExpressionTests.values) func ptxasStoresTheSameValue(expression: String, value: Int64) throws {
    try withFolder { folder in
      // A value that differs would make ptxas see a division by zero, which it refuses.
      let text = ".version 8.0\n.target sm_80\n.address_size 64\n.global .u64 x = 1 / ((\(expression)) == (\(value)));\n"
      try text.write(toFile: folder + "/x.ptx", atomically: true, encoding: .utf8)
      let result = try run("ptxas", ["-c", "-arch=sm_80", folder + "/x.ptx", "-o", folder + "/x.o"])
      #expect(result.status == 0, "\(expression): \(result.output)")
    }
  }
}
