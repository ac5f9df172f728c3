import Foundation
import Testing

/// Sizes and offsets as the compiler sees them in NVIDIA's headers and in ours.
@Suite("Struct layouts")
struct ABILayoutTests {
  /// A C program that prints each struct's size and each field's offset.
  private func layout(_ rows: [[String]], column: Int, prologue: String, include folders: [String], in folder: String) throws -> [String] {
    var source = prologue + "\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n"
    for row in rows {
      source += "printf(\"\(row[0]) %zu\\n\", sizeof(\(row[column])));\n"
      for field in row[2].split(separator: " ") {
        source += "printf(\"\(row[0]).\(field) %zu\\n\", offsetof(\(row[column]), \(field)));\n"
      }
    }
    source += "return 0; }\n"
    let file = "\(folder)/layout\(column).c"
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    _ = try run(["cc", "-w", "-o", "\(folder)/layout\(column)", file] + folders.map { "-I" + $0 })
    return try run(["\(folder)/layout\(column)"]).split(separator: "\n").map(String.init)
  }

  /// NVIDIA's headers come with `make toolkits`; `make test` always has them.
  @Test("Ours are NVIDIA's", arguments: [12, 13].filter { Repository.headers($0) != nil })
  func agree(version: Int) throws {
    let headers = try #require(Repository.headers(version))
    let rows = try Repository.rows("Tests/CUDATests/Layout/fields.tsv").filter { $0[3].split(separator: " ").contains("\(version)") }
    try withTemporaryFolder { folder in
      let theirs = try layout(
        rows, column: 0, prologue: "#include <cuda_runtime_api.h>\n#include <cuda.h>\n", include: [headers], in: folder)
      let ours = try layout(
        rows, column: 1, prologue: "#include \"carmine_cuda.h\"", include: [Repository.root + "/Sources/CCUDA/include"], in: folder)
      #expect(theirs.count > 100)
      for (their, our) in zip(theirs, ours) where their != our { Issue.record("NVIDIA: \(their); ours: \(our)") }
      #expect(theirs.count == ours.count)
    }
  }
}
