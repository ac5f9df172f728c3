// Running a command and reading what it says, and where tests find what was built and NVIDIA's headers.
import Foundation

enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// What `make` gives: the installed prefix, or nil.
  static var prefix: String? { ProcessInfo.processInfo.environment["CARMINE_TEST_PREFIX"] }

  /// NVIDIA's headers of CUDA 12 or 13; nil where `make toolkits` has not run.
  static func headers(_ version: Int) -> String? {
    let variable = version == 12 ? "CARMINE_TEST_CUDA12_HOME" : "CARMINE_TEST_CUDA_HOME"
    let home = ProcessInfo.processInfo.environment[variable] ?? root + "/.build/cuda-\(version)"
    return FileManager.default.fileExists(atPath: home + "/include/cuda_runtime_api.h") ? home + "/include" : nil
  }

  static func text(_ path: String) throws -> String { try String(contentsOfFile: root + "/" + path, encoding: .utf8) }

  /// The rows of a table of tab-separated columns, without comments.
  static func rows(_ path: String) throws -> [[String]] {
    try text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
  }
}

struct CommandFailed: Error { let description: String }

/// Standard output of a command; throws with standard error when it fails.
func run(_ command: [String]) throws -> String {
  let process = Process(), output = Pipe(), errors = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  let complaints = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw CommandFailed(description: command.joined(separator: " ") + ": " + String(decoding: complaints, as: UTF8.self))
  }
  return String(decoding: text, as: UTF8.self)
}

func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "carmine-abi-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
