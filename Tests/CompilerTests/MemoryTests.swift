// What memory instructions become.  Expected values: LLVM's assembler for mnemonics, LLVM's memory model of each target, PTX's text.
import Compiler
import Foundation
import Testing

@Suite struct MemoryTests {
  @Test func anIndexIntoAParameterIsTheOffsetOfAUniformAddress() throws {
    let assembly = try emitted(kernel("""
      ld.param.u64 %rd1, [p0]; cvta.to.global.u64 %rd1, %rd1;
      mov.u32 %r1, %tid.x; mul.wide.u32 %rd2, %r1, 4; add.s64 %rd3, %rd1, %rd2;
      ld.global.f32 %f1, [%rd3]; ld.global.f32 %f2, [%rd3+512]; add.f32 %f3, %f1, %f2; st.global.f32 [%rd3+1024], %f3;
      ret;
      """), as: .assembly)
    // The base stays in scalar registers, constants in the instruction.
    #expect(assembly.contains("s[") && assembly.contains("offset:512") && assembly.contains("offset:1024"))
    #expect(!assembly.contains("v_addc_co") && !assembly.contains("v_lshl_add_u64"))
  }

  @Test func aPointerThatGoesRoundALoopBecomesAPointer() throws {
    let text = try emitted(kernel("""
      ld.param.u64 %rd1, [p0]; cvta.to.global.u64 %rd1, %rd1;
      add.s64 %rd2, %rd1, 4096; mov.f32 %f1, 0f00000000;
      again:
      ld.global.f32 %f2, [%rd1]; add.f32 %f1, %f1, %f2; add.s64 %rd1, %rd1, 4;
      setp.lt.u64 %p1, %rd1, %rd2; @%p1 bra again;
      st.global.f32 [%rd2], %f1;
      ret;
      """), as: .llvm)
    #expect(!text.contains("inttoptr"))
  }

  @Test func whatPCIExpressHasNotIsTriedOnMemoryOfTheDeviceOnly() throws {
    let text = kernel("""
      ld.param.u64 %rd1, [p0]; cvta.to.global.u64 %rd1, %rd1; mov.u32 %r1, %tid.x;
      red.global.max.s32 [%rd1], %r1;
      ret;
      """)
    // gfx1100 loses it on the host's memory: a look at the address, and a loop for the rest.
    let guarded = try emitted(text, as: .assembly, target: "gfx1100")
    #expect(guarded.contains("global_atomic_max_i32") && guarded.contains("global_atomic_cmpswap_b32"))
    // gfx942 does it in L2.
    let native = try emitted(text, as: .assembly)
    #expect(native.contains("global_atomic_smax") && !native.contains("cmpswap"))
    // Of system scope it must reach the host.
    let system = try emitted(text.replacingOccurrences(of: "red.global", with: "red.relaxed.sys.global"), as: .assembly)
    #expect(system.contains("global_atomic_smax") && system.contains("cmpswap"))
    // PCI Express adds integers.
    let addition = try emitted(text.replacingOccurrences(of: "max.s32", with: "add.u32"), as: .assembly, target: "gfx1100")
    #expect(addition.contains("global_atomic_add_u32") && !addition.contains("cmpswap"))
  }

  @Test func aVariableOfTheModuleIsKnownToBeTheDevicesOwn() throws {
    let text = kernel("mov.u32 %r1, %tid.x; red.global.max.s32 [cell], %r1; ret;", head: ".global .u32 cell;")
    let assembly = try emitted(text, as: .assembly, target: "gfx1100")
    #expect(assembly.contains("global_atomic_max_i32") && !assembly.contains("cmpswap"))
  }

  @Test func anAtomicOfTheWholeDeviceWaitsForNothingByItself() throws {
    let text = kernel("""
      ld.param.u64 %rd1, [p0]; cvta.to.global.u64 %rd1, %rd1; mov.u32 %r1, %tid.x;
      st.global.u32 [%rd1+64], %r1; red.global.add.u32 [%rd1], %r1;
      ret;
      """)
    let relaxed = try emitted(text, as: .assembly)
    #expect(!relaxed.contains("buffer_wbl2") && !relaxed.contains("buffer_inv"))
    let released = try emitted(text.replacingOccurrences(of: "red.global", with: "red.release.gpu.global"), as: .assembly)
    #expect(released.contains("buffer_wbl2 sc1") && released.contains("s_waitcnt vmcnt(0)"))
  }

  @Test func dynamicSharedArraysAreOnePlace() throws {
    let text = kernel("""
      mov.u32 %r1, 1; st.shared.u32 [first], %r1; mov.u32 %r2, 2; st.shared.u32 [second], %r2; ld.shared.u32 %r3, [first];
      ld.param.u64 %rd1, [p0]; st.global.u32 [%rd1], %r3;
      ret;
      """, head: ".extern .shared .align 4 .b8 first[];\n.extern .shared .align 4 .b8 second[];")
    let assembly = try emitted(text, as: .llvm)
    #expect(assembly.contains("store i32 2, ptr addrspace(1)"))
  }

  @Test func aTextureReferenceIsRefusedByName() throws {
    let text = kernel("""
      tex.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [old, {%f5, %f6}];
      ret;
      """, head: ".global .texref old;")
    #expect(try refusal(text)?.message.contains("`old`") == true)
  }

  /// Decoding blocks costs registers: who has no compressed textures shall not see it.
  @Test func compressedTexelsAreDecodedWhereAskedForOnly() throws {
    let text = kernel("""
      ld.param.u64 %rd2, [p1]; mov.f32 %f5, 0f3F000000; tex.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [%rd2, {%f5, %f5}];
      ld.param.u64 %rd1, [p0]; cvta.to.global.u64 %rd1, %rd1; st.global.f32 [%rd1], %f1;
      ret;
      """)
    var compiler = try compiler()
    let plain = try compiler.compile(parse(text), kernel: "k")
    #expect(plain.fetchesPlainTexels)
    #expect(try !emitted(text, as: .llvm).contains("BC7"))
    compiler.options.readsCompressedTexels = true
    let any = try compiler.compile(parse(text), kernel: "k")
    #expect(!any.fetchesPlainTexels && any.vgprs > plain.vgprs)
    #expect(String(decoding: try compiler.emit(parse(text), kernel: "k", as: .llvm), as: UTF8.self).contains("BC7"))
    #expect(try !image(kernel("ret;")).fetchesPlainTexels)
  }
}
