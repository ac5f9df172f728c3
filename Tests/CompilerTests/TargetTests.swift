// Every target has code for everything that Tests/PTXReference asks about, and LLVM agrees with our table of processors.
import Compiler
import Foundation
import KernelImage
import PTX
import Testing

/// One row of cases.tsv: the registers it wants and its text.
private struct Case {
  let inputs: [Substring], output: Substring, text: String

  init?(_ line: Substring) {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard !line.hasPrefix("#"), fields.count >= 5 else { return nil }
    inputs = fields[1] == "-" ? [] : fields[1].split(separator: " ")
    output = fields[2]
    text = fields[4].replacingOccurrences(of: "\\n", with: "\n")
  }

  private static let registers: [Substring: String] = ["f16": "b16", "bf16": "b16", "f16x2": "b32"]
  static func register(_ type: Substring) -> String { registers[type] ?? String(type) }
  static func bytes(_ type: Substring) -> Int { type == "f16x2" ? 4 : (Int(type.drop { !$0.isNumber }) ?? 0) / 8 }

  /// The case in a scope of its own, with inputs from and results to memory, as ptx_reference.c has it.
  var scope: String {
    var lines = [
      "{ .reg .b64 %base<4>, %wide; .reg .b32 %index; .reg .pred %p, %q, %r; .reg .b16 %h<8>; .reg .b32 %t<8>; .reg .b64 %l<8>;",
      ".reg .f32 %f<8>; .reg .f64 %e<8>; .reg .\(Self.register(output)) %d; mov.u32 %index, %tid.x;",
    ]
    for (name, type) in zip(["a", "b", "c"], inputs) {
      lines.append(".reg .\(Self.register(type)) %\(name); ld.param.u64 %base0, [p\(name)]; mad.wide.u32 %base0, %index, \(Self.bytes(type)), %base0;")
      lines.append("ld.global.\(Self.register(type)) %\(name), [%base0];")
    }
    lines.append(text)
    lines.append("ld.param.u64 %base3, [pd]; mad.wide.u32 %base3, %index, \(Self.bytes(output)), %base3; st.volatile.global.\(Self.register(output)) [%base3], %d; }")
    return lines.joined(separator: "\n")
  }
}

@Suite struct TargetTests {
  private static let cases: [Case] = {
    let text = try! String(contentsOf: repository.appendingPathComponent("Tests/PTXReference/cases.tsv"), encoding: .utf8)
    return text.split(separator: "\n").compactMap(Case.init)
  }()

  @Test("Every case of PTXReference has code on every target", arguments: Processor.all.map(\.name))
  func reference(target: String) throws {
    #expect(Self.cases.count > 700)
    let compiler = try KernelCompiler(target: target)
    for first in stride(from: 0, to: Self.cases.count, by: 40) {
      let scopes = Self.cases[first..<min(first + 40, Self.cases.count)].map(\.scope)
      let text = """
        .version 8.0
        .target sm_86
        .address_size 64
        .visible .entry k(.param .u64 pd, .param .u64 pa, .param .u64 pb, .param .u64 pc)
        {
        .shared .align 16 .b8 scratch[4096];
        .local .align 16 .b8 stack[64];
        \(scopes.joined(separator: "\n"))
        ret;
        }
        """
      let code = try compiler.emit(parse(text), kernel: "k", as: .object)
      #expect(code.count > 1000)
    }
  }

  /// LLVM prints how many waves a SIMD takes of a kernel.
  @Test("LLVM counts as many waves a SIMD as our table", arguments: Processor.all.map(\.name), [8, 40, 70, 100, 128])
  func occupancy(target: String, live: Int) throws {
    // `live` registers that are all needed at once.
    var text = ".reg .f32 %x<\(live)>; .reg .b64 %a; ld.param.u64 %a, [p0]; mov.u32 %r1, %tid.x; mul.wide.u32 %rd1, %r1, 4; add.s64 %a, %a, %rd1;\n"
    for index in 0..<live { text += "ld.volatile.global.f32 %x\(index), [%a+\(index * 8)];\n" }
    text += "bar.sync 0;\n"
    for index in 0..<live { text += "st.volatile.global.f32 [%a+\(index * 8)], %x\(index);\n" }
    let source = try parse(kernel(text + "ret;", directives: ".maxntid 64"))
    let compiler = try KernelCompiler(target: target)
    let assembly = String(decoding: try compiler.emit(source, kernel: "k", as: .assembly), as: UTF8.self)
    let line = try #require(assembly.split(separator: "\n").first { $0.contains("; Occupancy: ") })
    let expected = try #require(Int(line.split(separator: " ").last ?? ""))
    let image = try compiler.compile(source, kernel: "k")
    #expect(Occupancy(image, compiler.target).wavesPerSIMD == expected, "\(image.vgprs) VGPRs, \(image.sgprs) SGPRs")
  }

  @Test("Blocks of up to the size that one compute unit serves in full stay there; larger ones are spread", arguments: [
    ("gfx1100", 256, false), ("gfx1100", 384, false), ("gfx1100", 385, true), ("gfx1100", 1024, true), ("gfx1030", 256, false),
    ("gfx1030", 257, true), ("gfx1201", 384, false), ("gfx942", 1024, false),
  ])
  func workgroupProcessorMode(target: String, threads: Int, spread: Bool) throws {
    let image = try KernelCompiler(target: target).compile(parse(kernel("ret;", directives: ".maxntid \(threads)")), kernel: "k")
    #expect(image.usesWorkgroupProcessor == spread)
  }

  @Test("A kernel that is promised small blocks has the registers it wants; one that wants blocks beside each other has fewer")
  func limits() throws {
    let live = 200
    var text = ".reg .f32 %x<\(live)>; .reg .b64 %a; ld.param.u64 %a, [p0]; mov.u32 %r1, %tid.x; mul.wide.u32 %rd1, %r1, 4; add.s64 %a, %a, %rd1;\n"
    for index in 0..<live { text += "ld.volatile.global.f32 %x\(index), [%a+\(index * 8)];\n" }
    text += "bar.sync 0;\n"
    for index in 0..<live { text += "st.volatile.global.f32 [%a+\(index * 8)], %x\(index);\n" }
    func compiled(_ directives: String) throws -> KernelImage {
      try KernelCompiler(target: "gfx942").compile(parse(kernel(text + "ret;", directives: directives)), kernel: "k")
    }
    let small = try compiled(".maxntid 256"), unknown = try compiled(""), many = try compiled(".maxntid 256 .minnctapersm 8"), thrifty = try compiled(".maxnreg 32")
    #expect(small.scratchBytes == 0 && small.spilledVGPRs == 0 && small.vgprs >= 200)
    // 1024 threads must fit: 16 waves on 4 SIMDs of 512 registers.
    #expect(unknown.vgprs <= 128)
    #expect(many.vgprs <= 64 && thrifty.vgprs <= 64)
  }

  /// AMD's CDNA4 ISA manual: 160 KB; the others 64 KB.
  @Test("A workgroup may have all of the LDS that its target has, and no more", arguments: [
    ("gfx942", 65536, true), ("gfx942", 65540, false), ("gfx950", 163_840, true), ("gfx950", 163_844, false), ("gfx1100", 65536, true),
    ("gfx1100", 65540, false),
  ])
  func localMemory(target: String, bytes: Int, fits: Bool) throws {
    let text = kernel("mov.u32 %r1, %tid.x; st.volatile.shared.u32 [s+\(bytes - 4)], %r1; ret;", head: ".shared .align 4 .b8 s[\(bytes)];")
    let compiler = try KernelCompiler(target: target)
    if fits {
      #expect(try compiler.compile(parse(text), kernel: "k").staticSharedBytes == UInt32(bytes))
    } else {
      #expect { try compiler.compile(parse(text), kernel: "k") } throws: { ($0 as? CompileError)?.reason == .tooManyResources }
    }
  }

  @Test("A target that is not known is refused with the ones that are") func unknown() {
    #expect { try KernelCompiler(target: "gfx803") } throws: { "\($0)".contains("gfx803") && "\($0)".contains("gfx1201") }
  }

  @Test("A texture fetch is the library's machine code on every target, with its registers counted", arguments: Processor.all.map(\.name))
  func libraryCode(target: String) throws {
    let fetch = "ld.param.u64 %rd1, [p0]; ld.param.u64 %rd2, [p1]; tex.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [%rd2, {%f5, %f6}];"
    let texts = [
      fetch, fetch + "tex.3d.v4.f32.f32 {%f5, %f6, %f7, %f8}, [%rd2, {%f1, %f2, %f3, %f4}]; add.f32 %f1, %f1, %f5;",
      fetch + "tld4.r.2d.v4.f32.f32 {%f5, %f6, %f7, %f8}, [%rd2, {%f1, %f2}]; add.f32 %f1, %f1, %f5;",
    ]
    for text in texts {
      let module = try parse(kernel(text + "st.global.f32 [%rd1], %f1; ret;"))
      let image = try compiler(target).compile(module, kernel: "k")
      let listing = String(decoding: try compiler(target).emit(module, kernel: "k", as: .assembly), as: UTF8.self)
      #expect(!listing.contains(".long") && image.vgprs > 16)
    }
  }

  /// LLVM 22 finds a sum of four products by itself, and forgets what else is added when that is a comparison's result.
  @Test("dp4a adds a comparison's result on every target", arguments: Processor.all.map(\.name))
  func dotProductOfComparison(target: String) throws {
    for types in ["s32.s32", "u32.u32", "s32.u32", "u32.s32"] {
      let text = kernel("""
        mov.u32 %r9, %tid.x; ld.param.u64 %rd1, [p0]; mad.wide.u32 %rd1, %r9, 16, %rd1; ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd1];
        set.ge.u32.s32 %r5, %r3, %r4; dp4a.\(types) %r6, %r1, %r2, %r5; st.global.u32 [%rd1], %r6; ret;
        """)
      #expect(try emitted(text, as: .assembly, target: target).contains("v_cmp"), "\(types)")
    }
  }
}
