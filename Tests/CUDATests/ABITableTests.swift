import Foundation
import Testing

private struct Row {
  let name: String, in12: Bool, in13: Bool, how: String, slot: String
  init(_ columns: [String]) { (name, in12, in13, how, slot) = (columns[0], columns[1] == "1", columns[2] == "1", columns[3], columns[4]) }
}

private func rows(_ table: String) throws -> [Row] { try Repository.rows("API/" + table).map(Row.init) }

/// Every name that a `@c(PREFIX…)` in these folders gives to a function.
private func implemented(_ prefix: String, in folders: [String]) throws -> Set<String> {
  var found: Set<String> = []
  for folder in folders {
    for file in try FileManager.default.contentsOfDirectory(atPath: Repository.root + "/Sources/" + folder) where file.hasSuffix(".swift") {
      for piece in try Repository.text("Sources/\(folder)/\(file)").components(separatedBy: "@c(" + prefix).dropFirst() {
        found.insert(String(piece.prefix { $0 != ")" }))
      }
    }
  }
  return found
}

@Suite("The tables of API functions")
struct ABITableTests {
  @Test("Names are sorted, unique, and in one library at least", arguments: ["cudart.tsv", "cuda.tsv"]) func sorted(table: String) throws {
    let rows = try rows(table)
    for (a, b) in zip(rows, rows.dropFirst()) { #expect(Array(a.name.utf8).lexicographicallyPrecedes(Array(b.name.utf8)), "\(a.name) \(b.name)") }
    for row in rows { #expect((row.in12 || row.in13) && ["shared", "versioned", "ptsz", "absent"].contains(row.how), "\(row.name)") }
  }

  @Test("The numbers of names are those of NVIDIA's libraries 12.9 and 13") func counts() throws {
    let rows = try rows("cudart.tsv")
    #expect(rows.filter(\.in12).count == 435 && rows.filter(\.in13).count == 458)
  }

  @Test("A function is called present exactly when it is implemented") func agreement() throws {
    let shared = try implemented("carmine_rt_", in: ["Cudart", "Cudart12", "Cudart13", "CudaDriver"])  // 12 alone has the _v2 names of graphs
    let twelve = try implemented("carmine12_", in: ["Cudart12", "CudaDriver"]), thirteen = try implemented("carmine13_", in: ["Cudart13", "CudaDriver"])
    let rows = try rows("cudart.tsv")
    let versioned = rows.filter { $0.how == "versioned" }
    #expect(Set(rows.filter { $0.how == "shared" }.map(\.name)) == shared.subtracting(["absent"]))
    #expect(Set(versioned.filter(\.in12).map(\.name)) == twelve)
    #expect(Set(versioned.filter(\.in13).map(\.name)) == thirteen)
    let present = Set(rows.filter { $0.how == "shared" || $0.how == "versioned" }.map(\.name))
    for row in rows where row.how == "ptsz" {
      #expect(row.name.hasSuffix("_ptsz") && present.contains(String(row.name.dropLast(5))) && UInt(row.slot) != nil, "\(row.name)")
    }
    #expect(Set(try Self.driver().filter { $0.how == "shared" }.map(\.name)) == (try implemented("carmine_cu_", in: ["CudaDriver"])))
  }
  /// What cuGetProcAddress decides by; forms for per-thread default streams are found by their suffix.
  @Test("Each driver function has one form, in one CUDA version, and no form is without a function") func forms() throws {
    var forms: [(name: String, since: String, symbol: String)] = []
    for line in try Repository.text("Sources/CudaDriver/DriverForms.swift").split(separator: "\n") where line.contains(".init(name:") {
      let words = line.split(separator: "\"")
      forms.append((String(words[1]), String(words[2].filter(\.isNumber)), String(words[3])))
    }
    let functions = try Self.driver().filter { $0.how == "shared" && !$0.name.hasSuffix("_ptds") && !$0.name.hasSuffix("_ptsz") }.map(\.name)
    #expect(Set(forms.map(\.symbol)) == Set(functions))
    #expect(Set(forms.map { $0.name + " " + $0.since }).count == forms.count)
    for form in forms { #expect(form.symbol.hasPrefix(form.name) && (Int(form.since) ?? 0) >= 2000, "\(form)") }
  }

  private static func driver() throws -> [Row] { try rows("cuda.tsv") }

  @Test("The committed fronts are what the generator writes") func generated() throws {
    try withTemporaryFolder { folder in
      _ = try run(["sh", Repository.root + "/Tools/generate-fronts", folder])
      for front in ["FrontCudart12", "FrontCudart13", "FrontCudaDriver"] {
        for file in ["front.S", "exports.map"] {
          let made = try String(contentsOfFile: "\(folder)/Sources/\(front)/\(file)", encoding: .utf8)
          #expect(made == (try Repository.text("Sources/\(front)/\(file)")), "\(front)/\(file): run Tools/generate-fronts")
        }
      }
    }
  }
}

/// On the installed libraries: `make test` sets CARMINE_TEST_PREFIX.
@Suite("The installed libraries", .enabled(if: Repository.prefix != nil, "CARMINE_TEST_PREFIX is not set"))
struct ABIExportTests {
  private func symbols(_ library: String) throws -> [(name: String, version: String)] {
    try run(["nm", "-D", "--defined-only", Repository.prefix! + "/lib/" + library]).split(separator: "\n").compactMap { line in
      let columns = line.split(separator: " ")
      guard columns.count == 3, columns[1] != "A" else { return nil }
      let parts = columns[2].split(separator: "@", omittingEmptySubsequences: true)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  private func dynamic(_ library: String, _ tag: String) throws -> [String] {
    try run(["readelf", "-d", Repository.prefix! + "/lib/" + library]).split(separator: "\n").filter { $0.contains("(\(tag))") }
      .compactMap { $0.split(separator: "[").last?.dropLast() }.map(String.init)
  }

  @Test("A libcudart exports the table's names under NVIDIA's version node, and nothing else", arguments: [12, 13])
  func cudart(version: Int) throws {
    let found = try symbols("libcudart.so.\(version)")
    let wanted = try rows("cudart.tsv").filter { version == 12 ? $0.in12 : $0.in13 }.map(\.name)
    #expect(Set(found.map(\.name)) == Set(wanted))
    #expect(Set(found.map(\.version)) == ["libcudart.so.\(version)"])
  }

  @Test("libcuda exports its table without versions") func driver() throws {
    let found = try symbols("libcuda.so.1")
    #expect(Set(found.map(\.name)) == Set(try rows("cuda.tsv").map(\.name)))
    #expect(Set(found.map(\.version)) == [""])
  }

  @Test("Each has the name that programs ask for, and needs nothing but libc", arguments: ["libcudart.so.12", "libcudart.so.13", "libcuda.so.1"])
  func dependencies(library: String) throws {
    #expect(try dynamic(library, "SONAME") == [library])
    #expect(try dynamic(library, "NEEDED") == ["libc.so.6"])
  }

  @Test("The core has every function that a front asks it for, and exports nothing else") func core() throws {
    let found = try symbols("libcarmine.so")
    #expect(Set(found.map(\.version)) == ["CARMINE_PRIVATE"])
    let exported = Set(found.map(\.name))
    for front in ["FrontCudart12", "FrontCudart13", "FrontCudaDriver"] {
      let text = try Repository.text("Sources/\(front)/front.S")
      for piece in text.components(separatedBy: ".asciz \"carmine").dropFirst() {
        let name = "carmine" + piece.prefix { $0 != "\"" }
        #expect(exported.contains(name), "\(front) wants \(name)")
      }
    }
  }
}
