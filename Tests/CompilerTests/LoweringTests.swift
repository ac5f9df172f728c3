// What the lowering makes of instructions.  Expected values: the PTX ISA's text, and LLVM's assembler for mnemonics.
import Compiler
import Foundation
import KernelImage
import Testing

@Suite struct LoweringTests {
  @Test func everyCaseThatWasRecordedOnAnNVIDIAGPUCompiles() throws {
    let table = try String(contentsOf: repository.appendingPathComponent("Tests/PTXReference/cases.tsv"), encoding: .utf8)
    var tried = 0
    for line in table.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == 5 else { continue }
      let width: (Substring) -> Int = { type in
        switch type { case "b16", "u16", "s16", "f16", "bf16": 16; case "b64", "u64", "s64", "f64": 64; default: 32 }
      }
      let register: (Substring, String) -> String = { type, name in
        (type == "f32" || type == "f64" ? ".reg .\(type) " : ".reg .b\(width(type)) ") + name + ";"
      }
      var declarations = register(fields[2], "%d")
      for (type, name) in zip(fields[1].split(separator: " ").filter { $0 != "-" }, ["%a", "%b", "%c"]) { declarations += register(type, name) }
      let text = """
        .version 8.0
        .target sm_86
        .address_size 64
        .visible .entry k(.param .u64 pd) {
        .reg .b64 %base<4>, %wide; .reg .b32 %index; .reg .pred %p, %q, %r; .reg .b16 %h<8>; .reg .b32 %t<8>; .reg .b64 %l<8>;
        .reg .f32 %f<8>; .reg .f64 %e<8>;
        .shared .align 16 .b8 scratch[4096];
        .local .align 16 .b8 stack[64];
        \(declarations)
        ld.param.u64 %base0, [pd];
        mov.u32 %index, %tid.x;
        \(fields[4].replacingOccurrences(of: "\\n", with: "\n"))
        st.global.b\(width(fields[2])) [%base0], %d;
        ret; }
        """
      do { _ = try emitted(text, as: .llvm) } catch { Issue.record("\(fields[0]): \(error)") }
      tried += 1
    }
    #expect(tried > 500)
  }

  @Test func multiplicationAndAdditionAreNeverFused() throws {
    for suffix in ["", ".rn"] {
      let assembly = try emitted(kernel("""
        ld.param.u64 %rd1, [p0];
        ld.global.f32 %f1, [%rd1]; ld.global.f32 %f2, [%rd1+4]; ld.global.f32 %f3, [%rd1+8];
        mul\(suffix).f32 %f4, %f1, %f2;
        add\(suffix).f32 %f5, %f4, %f3;
        st.global.f32 [%rd1], %f5;
        ret;
        """), as: .assembly)
      #expect(assembly.contains("v_mul_f32"))
      #expect(assembly.contains("v_add_f32"))
      #expect(!assembly.contains("v_fma"), "\(suffix)")
      #expect(!assembly.contains("v_mac"))
    }
  }

  @Test func constantShiftsFromTheWidthUpLeaveNothing() throws {
    let ir = try emitted(kernel("""
      ld.param.u64 %rd1, [p0]; ld.global.u32 %r1, [%rd1];
      shl.b32 %r2, %r1, 32; shr.u32 %r3, %r1, 40; shr.s32 %r4, %r1, 200;
      st.global.u32 [%rd1], %r2; st.global.u32 [%rd1+4], %r3; st.global.u32 [%rd1+8], %r4;
      ret;
      """), as: .llvm)
    #expect(ir.contains("ashr i32"))
    #expect(!ir.contains("shl i32"))
    #expect(!ir.contains("poison"))
    #expect(!ir.contains("undef"))
  }

  @Test func kernelParametersAreReadThroughTheScalarCache() throws {
    let assembly = try emitted(kernel("ld.param.u64 %rd1, [p0]; ld.param.u32 %r1, [n]; st.global.u32 [%rd1], %r1; ret;"), as: .assembly)
    #expect(assembly.contains("s_load_dword"))
    #expect(!assembly.contains("global_load"))
  }

  @Test func otherWaveSizesAndGenerationsCompileToo() throws {
    let text = kernel("""
      ld.param.u64 %rd1, [p0]; mov.u32 %r1, %tid.x; mul.wide.u32 %rd2, %r1, 4; add.s64 %rd1, %rd1, %rd2; ld.global.u32 %r2, [%rd1];
      shfl.sync.bfly.b32 %r3|%p1, %r2, 16, 31, -1; vote.sync.ballot.b32 %r4, %p1, -1; add.u32 %r3, %r3, %r4;
      bar.sync 0; st.global.u32 [%rd1], %r3; ret;
      """)
    for target in ["gfx90a", "gfx950", "gfx1030", "gfx1100", "gfx1200"] {
      let assembly = try emitted(text, as: .assembly, target: target)
      #expect(assembly.contains("ds_bpermute_b32"), "\(target)")
    }
  }
}

@Suite struct RefusalTests {
  @Test func anUnknownInstructionIsNamedWithItsLine() throws {
    let error = try #require(try refusal(kernel("\nwgmma.fence.sync.aligned;\nret;")))
    #expect(error.reason == .unsupported)
    #expect(error.message.contains("wgmma"))
    #expect(error.message.contains("line "))
    #expect(error.message.contains("(pass: lowering)"))
  }

  @Test func anUnknownModifierIsNamed() throws {
    let error = try #require(try refusal(kernel("add.weird.s32 %r1, %r2, %r3; ret;")))
    #expect(error.reason == .invalidPTX)
    #expect(error.message.contains(".weird"))
  }

  @Test func oneRefusedKernelLeavesTheOthersAlone() throws {
    let module = try parse("""
      .version 8.0
      .target sm_86
      .address_size 64
      .visible .entry bad() { tcgen05.wait; ret; }
      .visible .entry good() { ret; }
      """)
    #expect(throws: CompileError.self) { try compiler().compile(module, kernel: "bad") }
    #expect(try compiler().compile(module, kernel: "good").bytes.count > 0)
    #expect(try compiler().inventory(of: module).kernels.map(\.name) == ["bad", "good"])
  }

  @Test func aKernelThatIsNotThereIsNotFound() throws {
    do {
      _ = try compiler().compile(parse(kernel("ret;")), kernel: "other")
      Issue.record("it was found")
    } catch let error as CompileError { #expect(error.reason == .notFound) }
  }

  @Test func moreSharedMemoryThanTheLDSHoldsIsTooMuch() throws {
    let error = try #require(try refusal(kernel("""
      ld.param.u64 %rd1, [p0]; mov.u32 %r1, big; mov.u32 %r2, %tid.x; add.u32 %r1, %r1, %r2; st.shared.u8 [%r1], %r2; bar.sync 0;
      ld.shared.u8 %r3, [%r1+7]; st.global.u32 [%rd1], %r3; ret;
      """, head: ".shared .align 4 .b8 big[70000];")))
    #expect(error.reason == .tooManyResources)
  }

  @Test func theHardwareServesBarriersOfTheWholeBlockAndTheLDSTheOthers() throws {
    for name in ["bar.sync 0;", "bar.sync 3;", "barrier.cta.sync 7;", "bar.sync %r1;", "barrier.cluster.arrive; barrier.cluster.wait;"] {
      let assembly = try emitted(kernel(name + " ret;"), as: .assembly)
      #expect(assembly.components(separatedBy: "s_barrier").count == 2, "\(name)")
      #expect(!assembly.contains("ds_cmpst"), "\(name)")
    }
    for name in ["bar.sync 3, 64;", "barrier.cta.sync 7, %r1;", "bar.sync %r1, 32;", "bar.arrive 2, 96;"] {
      #expect(try emitted(kernel(name + " ret;"), as: .assembly).contains("ds_cmpst"), "\(name)")
    }
  }

  @Test func anUnknownTargetNamesTheKnownOnes() throws {
    do {
      _ = try KernelCompiler(target: "gfx000")
      Issue.record("it was accepted")
    } catch let error as CompileError { #expect(error.message.contains("gfx942")) }
  }
}
