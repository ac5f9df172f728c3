// Code objects made by LLVM 22 at test time; the expected metadata is what llvm-readelf prints of them.
import Foundation
import KernelImage
import Testing

@testable import CodeObject

/// The path of a program of LLVM 22, or nil.
func llvm(_ name: String) -> String? {
  ["/usr/bin/\(name)-22", "/usr/lib/llvm-22/bin/\(name)"].first { FileManager.default.isExecutableFile(atPath: $0) }
}

@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> String {
  let process = Process(), pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(program): \(output)")
  return output
}

func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = NSTemporaryDirectory() + "/carmine-object-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

private let source = """
  target triple = "amdgcn-amd-amdhsa"
  @table = external addrspace(1) global [4 x i32]
  @lds = internal addrspace(3) global [64 x i32] poison
  @inside = addrspace(1) global i32 77
  @pointers = internal addrspace(1) constant [4 x ptr addrspace(1)] [ptr addrspace(1) @table, ptr addrspace(1) @inside,
    ptr addrspace(1) getelementptr (i8, ptr addrspace(1) @table, i64 8), ptr addrspace(1) @pointers]
  declare i32 @llvm.amdgcn.workitem.id.x()
  define amdgpu_kernel void @kernel(ptr addrspace(1) %out, i32 %n, [5 x i32] %more) #0 {
    %i = call i32 @llvm.amdgcn.workitem.id.x()
    %p = getelementptr [4 x i32], ptr addrspace(1) @table, i32 0, i32 %n
    %v = load volatile i32, ptr addrspace(1) %p
    %q = getelementptr [4 x ptr addrspace(1)], ptr addrspace(1) @pointers, i32 0, i32 %n
    %w = load volatile ptr addrspace(1), ptr addrspace(1) %q
    store i32 %v, ptr addrspace(1) %w
    %l = getelementptr [64 x i32], ptr addrspace(3) @lds, i32 0, i32 %i
    store volatile i32 %v, ptr addrspace(3) %l
    ret void
  }
  define amdgpu_kernel void @other() #0 {
    %stack = alloca [100 x i32], addrspace(5)
    %i = call i32 @llvm.amdgcn.workitem.id.x()
    %p = getelementptr [100 x i32], ptr addrspace(5) %stack, i32 0, i32 %i
    store volatile i32 %i, ptr addrspace(5) %p
    ret void
  }
  attributes #0 = { "amdgpu-flat-work-group-size"="1,256" "amdgpu-no-implicitarg-ptr" "amdgpu-implicitarg-num-bytes"="0" }
  """

private func build(_ processor: String) throws -> (bytes: [UInt8], notes: String, symbols: String) {
  try withFolder { folder in
    try source.write(toFile: folder + "/k.ll", atomically: true, encoding: .utf8)
    try run(llvm("llc")!, ["-mcpu=\(processor)", "-filetype=obj", folder + "/k.ll", "-o", folder + "/k.o"])
    try run(llvm("ld.lld")!, ["-shared", folder + "/k.o", "-o", folder + "/k.co"])
    return (
      Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/k.co"))), try run(llvm("llvm-readelf")!, ["--notes", folder + "/k.co"]),
      try run(llvm("llvm-readelf")!, ["--dyn-symbols", "-W", folder + "/k.co"])
    )
  }
}

/// The numbers that follow `key:` in llvm-readelf's notes, in order of the kernels.
private func values(_ key: String, in notes: String) -> [UInt32] {
  notes.split(separator: "\n").compactMap { line in
    line.contains(" \(key):") || line.contains("- \(key):") ? line.split(separator: ":").last.flatMap { UInt32($0.trimmingCharacters(in: .whitespaces)) } : nil
  }
}

@Suite(.enabled(if: llvm("llc") != nil && llvm("ld.lld") != nil && llvm("llvm-readelf") != nil, "LLVM 22 is not installed"))
struct CodeObjectFileTests {
  @Test(arguments: ["gfx942", "gfx1100", "gfx90a", "gfx1200"]) func aKernelImageHoldsWhatReadelfShows(processor: String) throws {
    let (bytes, notes, symbols) = try build(processor)
    let file = try CodeObjectFile.load(bytes)
    #expect(file.target == processor)
    #expect(file.kernels.map(\.name) == ["kernel", "other"])
    let images = [try file.kernelImage(named: "kernel"), try kernelImage(fromELF: bytes, kernel: "other")]
    #expect(images.map(\.kernargSize) == values(".kernarg_segment_size", in: notes))
    #expect(images.map(\.staticSharedBytes) == values(".group_segment_fixed_size", in: notes))
    #expect(images.map(\.scratchBytes) == values(".private_segment_fixed_size", in: notes))
    #expect(images.map(\.vgprs) == values(".vgpr_count", in: notes))
    #expect(images.map(\.sgprs) == values(".sgpr_count", in: notes))
    #expect(images.map(\.spilledVGPRs) == values(".vgpr_spill_count", in: notes))
    #expect(images.map(\.maximumThreads) == [256, 256])
    #expect(images[0].staticSharedBytes == 256 && images[1].scratchBytes >= 400)
    #expect(images[0].parameters == [
      Parameter(offset: 0, size: 8, alignment: 16), Parameter(offset: 8, size: 4, alignment: 8), Parameter(offset: 12, size: 20, alignment: 4),
    ])
    for image in images {
      let line = try #require(symbols.split(separator: "\n").first { $0.hasSuffix(" \(image.name).kd") })
      #expect(image.descriptorOffset == UInt64(line.split(separator: " ")[1], radix: 16))
      // The descriptor itself says the same: LDS, scratch and kernarg sizes are its first three words.
      let words = (0..<3).map { load(image.bytes, Int(image.descriptorOffset) + 4 * $0, as: UInt32.self) }
      #expect(words == [image.staticSharedBytes, image.scratchBytes, image.kernargSize])
      #expect(try KernelImage(deserializing: image.serialized()) == image)
    }
  }

  @Test func relocationsNameOutsideSymbolsAndTheImageItself() throws {
    let file = try CodeObjectFile.load(try build("gfx942").bytes)
    let named = file.relocations.filter { !$0.symbol.isEmpty }
    #expect(Set(named.map(\.symbol)) == ["table"])
    #expect(Set(named.map(\.addend)) == [0, 8])
    // `pointers` has four elements in a row: table, inside, table + 8, pointers itself.
    let second = try #require(named.first { $0.addend == 8 })
    let start = second.offset - 16
    let own = file.relocations.filter { $0.symbol.isEmpty && $0.offset >= start && $0.offset < start + 32 }.sorted { $0.offset < $1.offset }
    #expect(own.map(\.offset) == [start + 8, start + 24])
    #expect(own.map(\.addend) == [Int64(try #require(file.offset(ofSymbol: "inside"))), Int64(start)])
    #expect(load(file.bytes, Int(try #require(file.offset(ofSymbol: "inside"))), as: UInt32.self) == 77)
  }

  @Test func aMissingKernelIsNamedWithThoseThatThereAre() throws {
    let bytes = try build("gfx942").bytes
    let error = try #require(failure { () throws(CodeObjectError) in try kernelImage(fromELF: bytes, kernel: "absent") })
    #expect(error.failure == .notFound)
    #expect(error.message == "code object: no kernel absent; it holds kernel, other")
  }

  @Test func aCorruptCodeObjectNeverCrashes() throws {
    let bytes = try build("gfx942").bytes
    for count in stride(from: 0, to: bytes.count, by: 61) { _ = failure { () throws(CodeObjectError) in try CodeObjectFile.load(Array(bytes[..<count])) } }
    var state: UInt64 = 42
    for _ in 0..<4000 {
      var changed = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = Int(state >> 33) % (state % 2 == 0 ? bytes.count : 1600)  // headers, notes and tables come first
        changed[place] = UInt8(truncatingIfNeeded: state >> 20)
      }
      _ = failure { () throws(CodeObjectError) in try kernelImage(fromELF: changed, kernel: "kernel") }
    }
  }

  @Test func aHostFileIsNoCodeObject() throws {
    let host = Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/sh")))
    #expect(failure { () throws(CodeObjectError) in try CodeObjectFile.load(host) }?.failure == .invalidImage)
    let error = failure { () throws(CodeObjectError) in try ptxImages(in: host, computeCapability: 86) }
    #expect(error?.message == "this ELF file holds no CUDA device code (no .nv_fatbin section)")
  }

  @Test func fatbinariesAreFoundInAHostObject() throws {
    var first = FatbinaryWriter(), second = FatbinaryWriter(), relocatable = FatbinaryWriter()
    first.add(ptx("sm_75"), architecture: 75, compression: .zstd)
    second.add(kind: 2, [1, 2, 3], architecture: 80)
    relocatable.add(ptx("sm_80"), architecture: 80, compression: .lz4, options: "--compile-only")
    let object = try withFolder { folder in
      try Data(first.container + [0, 0, 0, 0] + second.container).write(to: URL(fileURLWithPath: folder + "/a"))
      try Data(relocatable.container).write(to: URL(fileURLWithPath: folder + "/b"))
      let text = """
        .section .nv_fatbin,"a",@progbits
        .incbin "\(folder)/a"
        .section __nv_relfatbin,"a",@progbits
        .incbin "\(folder)/b"
        """
      try text.write(toFile: folder + "/x.s", atomically: true, encoding: .utf8)
      try run(llvm("llvm-mc")!, ["-triple=x86_64-linux-gnu", "-filetype=obj", folder + "/x.s", "-o", folder + "/x.o"])
      return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/x.o")))
    }
    #expect(try fatbinaries(inELF: object) == [first.container, second.container, relocatable.container])
    let images = try ptxImages(in: object, computeCapability: 86)
    #expect(images.map(\.text) == [ptx("sm_75"), ptx("sm_80")])
    #expect(images.map(\.isRelocatable) == [false, true])
  }
}

@Suite struct MessagePackTests {
  @Test func everyFormIsRead() throws {
    let bytes: [UInt8] = [
      0xDC, 0, 15, 0x7F, 0xFF, 0xC0, 0xC2, 0xC3, 0xCC, 200, 0xCD, 1, 0, 0xCE, 0, 1, 0, 0, 0xCF, 1, 0, 0, 0, 0, 0, 0, 0, 0xD0, 0x80, 0xD1, 0xFF, 0xFE,
      0xD9, 2, 0x68, 0x69, 0xC4, 1, 9, 0xCB, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0x81, 0xA1, 0x61, 0x91, 5,
    ]
    #expect(try MessagePack(bytes) == .array([
      .unsigned(127), .signed(-1), .null, .bool(false), .bool(true), .unsigned(200), .unsigned(256), .unsigned(65536), .unsigned(1 << 56),
      .signed(-128), .signed(-2), .string("hi"), .binary([9]), .float(1), .map([(.string("a"), .array([.unsigned(5)]))]),
    ]))
    for count in 0..<bytes.count { #expect(failure { () throws(CodeObjectError) in try MessagePack(Array(bytes[..<count])) } != nil) }
  }

  @Test func depthAndCountsAreBounded() {
    #expect(failure { () throws(CodeObjectError) in try MessagePack([UInt8](repeating: 0x91, count: 100_000)) } != nil)
    #expect(failure { () throws(CodeObjectError) in try MessagePack([0xDD, 0xFF, 0xFF, 0xFF, 0xFF]) } != nil)
    #expect(failure { () throws(CodeObjectError) in try MessagePack([0xDB, 0xFF, 0xFF, 0xFF, 0xFF]) } != nil)
    #expect(failure { () throws(CodeObjectError) in try MessagePack([0xC1]) } != nil)
  }
}
