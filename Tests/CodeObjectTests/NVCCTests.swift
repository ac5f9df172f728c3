// Fatbinaries as NVIDIA's toolkit writes them.  Run where CARMINE_TEST_CUDA_HOME or CUDA_HOME names one of CUDA 13; skipped elsewhere.
import Foundation
import KernelImage
import Testing

@testable import CodeObject

private let nvcc: String? = ["CARMINE_TEST_CUDA_HOME", "CUDA_HOME"].compactMap { ProcessInfo.processInfo.environment[$0] }
  .map { $0 + "/bin/nvcc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

private func build(_ arguments: [String]) throws -> [UInt8] {
  try withFolder { folder in
    try "__global__ void k(float *o) { for (int i = 0; i < 9; i++) o[i] = o[i * 3]; }\n".write(
      toFile: folder + "/k.cu", atomically: true, encoding: .utf8)
    try run(nvcc!, arguments + [folder + "/k.cu", "-o", folder + "/out"])
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/out")))
  }
}

/// The words of a PTX text: fatbinaries hold it without the comments and with other blanks.
private func words(_ text: [UInt8]) -> [Substring] {
  String(decoding: text, as: UTF8.self).split(separator: "\n").flatMap { line in
    (line.range(of: "//").map { line[..<$0.lowerBound] } ?? line).split { $0 == " " || $0 == "\t" }
  }
}

@Suite(.enabled(if: nvcc != nil, "no CUDA toolkit named")) struct NVCCFatbinaryTests {
  @Test(arguments: ["none", "speed", "balance", "size", "default"]) func everyCompressModeGivesTheSamePTX(mode: String) throws {
    let bytes = try build([
      "-fatbin", "--compress-mode=\(mode)", "-gencode", "arch=compute_75,code=compute_75", "-gencode", "arch=compute_80,code=sm_80",
    ])
    let images = try ptxImages(in: bytes, computeCapability: 86)
    #expect(images.map(\.target) == ["sm_75"])
    #expect(words(images[0].text) == words(try build(["-ptx", "-arch=compute_75"])))
  }

  @Test func variantsAreThoseThatNVCCWasAskedFor() throws {
    let bytes = try build(
      ["-fatbin"] + ["75", "90a", "100f", "120"].flatMap { ["-gencode", "arch=compute_\($0),code=compute_\($0)"] }
        + ["-gencode", "arch=compute_103f,code=sm_103f"])
    let fatbinary = try Fatbinary(bytes)
    #expect(Set(fatbinary.entries.map(\.target)) == ["sm_75", "sm_90a", "sm_100f", "sm_120", "sm_103f"])
    for entry in fatbinary.entries where entry.kind == .ptx {
      #expect(String(decoding: try fatbinary.contents(of: entry), as: UTF8.self).contains(".target \(entry.target)\n"))
    }
  }

  @Test func aProgramsFatbinariesAreFound() throws {
    let images = try ptxImages(in: try build(["-arch=compute_75", "-c"]), computeCapability: 86)
    #expect(images.count == 1 && images[0].target == "sm_75" && !images[0].isRelocatable)
    let relocatable = try ptxImages(in: try build(["-arch=compute_75", "-c", "-rdc=true"]), computeCapability: 86)
    #expect(relocatable.count == 1 && relocatable[0].isRelocatable)
  }

  @Test func machineCodeAloneNamesItsArchitecture() throws {
    let bytes = try build(["-fatbin", "-gencode", "arch=compute_80,code=sm_80"])
    let error = try #require(failure { () throws(CodeObjectError) in try ptxImages(in: bytes, computeCapability: 86) })
    #expect(error.failure == .noImage && error.message.contains("sm_80 machine code"))
  }
}
