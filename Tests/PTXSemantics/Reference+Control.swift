// Branches, calls, the stack, and instructions that only pass time.  Source: PTX ISA 9.x, sections 9.7.12, 9.7.17, 9.7.19.
import PTX

private func one(_ variant: InstructionVariant, _ inputs: Int, _ text: String, suffix: String = "", module: String = "") -> TestCase {
  TestCase(variant: variant, suffix: suffix, inputs: (0..<inputs).map { _ in Input(.b32) }, outputs: [.b32], text: text, module: module)
}
private let functions = """
  .func (.param .b32 result) tripled(.param .b32 x) {
    .reg .b32 %r;
    ld.param.b32 %r, [x];
    mul.lo.u32 %r, %r, 3;
    st.param.b32 [result], %r;
    ret;
  }
  .func (.reg .b32 %result) bounded(.reg .b32 %x) {
    .reg .pred %small;
    setp.lt.u32 %small, %x, 100;
    mov.b32 %result, %x;
    @%small ret;
    mov.b32 %result, 100;
    ret;
  }
  .func (.reg .b32 %result) counted(.reg .b32 %x) {
    add.u32 %result, %x, 1;
    ret.uni;
  }
  """

nonisolated(unsafe) let controlTests = FamilyTests(
  references: [
    "bra": .thread { test, x in [test.variant.has("uni") ? x[0] : x[0] < x[1] ? x[0] : x[1]] },
    "brx": .block { test, inputs in
      if test.suffix == " past a change" {
        return inputs.map { x in [test.variant.has("uni") || x[2] >> 3 & 1 == 1 ? x[0] : (x[1] &* x[3] &+ x[3]) & 0xffff_ffff] }
      }
      return inputs.indices.map { thread in [test.variant.has("uni") ? inputs[thread][0] &+ 20 & 0xffff_ffff : inputs[thread][0] &+ UInt64([10, 20, 30, 20][thread & 3]) & 0xffff_ffff] } },
    "call": .thread { _, x in [x[0] &* 3 & 0xffff_ffff] },
    "ret": .thread { test, x in [test.variant.has("uni") ? x[0] &+ 1 & 0xffff_ffff : min(x[0], 100)] },
  ],
  templates: [
    "bra": { variant in
      if variant.has("uni") { return [one(variant, 1, "mov.b32 %o0, %a0;\n\(variant.text) ON;\nadd.u32 %o0, %o0, 1;\nON:\nmov.b32 %o0, %o0;")] }
      return [one(variant, 2, ".reg .pred %less;\nsetp.lt.u32 %less, %a0, %a1;\n@%less \(variant.text) LESS;\nmov.b32 %o0, %a1;\n\(variant.text) ON;\nLESS:\nmov.b32 %o0, %a0;\nON:\nmov.b32 %o0, %o0;")]
    },
    "brx": { variant in
      let index = variant.has("uni") ? "mov.b32 %i, 1;" : "and.b32 %i, %tid32, 3;"
      // Two of the ways change a number that was loaded beside another: the others must keep it.
      let kept = TestCase(variant: variant, suffix: " past a change", inputs: [Place.readOnly.input(.b32, at: 0), Place.readOnly.input(.b32, at: 4), Input(.b32), Place.readOnly.input(.b32, at: 8)], outputs: [.b32], text: Place.readOnly.setup + """

        .reg .b32 %i, %x, %y, %z, %w;
        ld.global.b32 %x, [%p];
        ld.global.b32 %y, [%p+4];
        ld.global.b32 %w, [%p+8];
        bar.sync 0;
        mad.lo.u32 %z, %y, %w, %w;
        shr.u32 %i, %a2, 3;
        \(variant.has("uni") ? "mov.b32 %i, 1;" : "and.b32 %i, %i, 3;")
        ways: .branchtargets CHANGE, KEEP, CHANGETOO, KEEPTOO;
        \(variant.text) %i, ways;
        CHANGE: mov.b32 %x, %z;
        bra ON;
        KEEP: mov.b32 %y, %z;
        bra ON;
        CHANGETOO: mov.b32 %x, %z;
        bra ON;
        KEEPTOO: mov.b32 %y, %z;
        ON: mov.b32 %o0, %x;
        """, module: Place.given)
      return [kept, one(variant, 1, """
        .reg .b32 %i;
        \(index)
        ways: .branchtargets TEN, TWENTY, THIRTY, TWENTY;
        \(variant.text) %i, ways;
        TEN: add.u32 %o0, %a0, 10;
        bra ON;
        TWENTY: add.u32 %o0, %a0, 20;
        bra ON;
        THIRTY: add.u32 %o0, %a0, 30;
        ON: mov.b32 %o0, %o0;
        """)]
    },
    "call": { variant in
      [one(variant, 1, "{\n.param .b32 x, y;\nst.param.b32 [x], %a0;\n\(variant.text) (y), tripled, (x);\nld.param.b32 %o0, [y];\n}", module: functions),
       one(variant, 1, "{\n.param .b32 x, y;\n.reg .b64 %f;\nmov.u64 %f, tripled;\nst.param.b32 [x], %a0;\nshape: .callprototype (.param .b32 _) _ (.param .b32 _);\n\(variant.text) (y), %f, (x), shape;\nld.param.b32 %o0, [y];\n}", suffix: " through a register", module: functions)]
    },
    "ret": { variant in [one(variant, 1, "call (%o0), \(variant.has("uni") ? "counted" : "bounded"), (%a0);", module: functions)] },
  ])

nonisolated(unsafe) private let first = Reference.thread { _, x in [x[0]] }
nonisolated(unsafe) private func stacked(_ variant: InstructionVariant, _ make: (_ bits: String) -> String) -> [TestCase] {
  let bits = variant.has("u64") ? "64" : "32"
  return [one(variant, 1, ".reg .b\(bits) %saved, %place, %size;\n" + make(bits))]
}

nonisolated(unsafe) let stackTests = FamilyTests(
  references: ["stacksave": first, "stackrestore": first, "alloca": first],
  templates: [
    "stacksave": { variant in stacked(variant) { "\(variant.text) %saved;\nalloca.u\($0) %place, 16;\nst.local.b32 [%place+4], %a0;\nld.local.b32 %o0, [%place+4];\nstackrestore.u\($0) %saved;" } },
    "stackrestore": { variant in stacked(variant) { "stacksave.u\($0) %saved;\nalloca.u\($0) %place, 16;\nst.local.b32 [%place], %a0;\nld.local.b32 %o0, [%place];\n\(variant.text) %saved;" } },
    "alloca": { variant in stacked(variant) { "stacksave.u\($0) %saved;\nmov.u\($0) %size, 32;\n\(variant.text) %place, %size, 16;\nst.local.b32 [%place+28], %a0;\nld.local.b32 %o0, [%place+28];\nstackrestore.u\($0) %saved;" } },
  ])

nonisolated(unsafe) let miscellaneousTests = FamilyTests(
  references: ["nanosleep": first, "pmevent": first, "setmaxnreg": first],
  templates: [
    "nanosleep": { variant in [one(variant, 1, "\(variant.text) 40;\nmov.b32 %o0, %a0;")] },
    "pmevent": { variant in [one(variant, 1, "\(variant.text) 1;\nmov.b32 %o0, %a0;")] },
    "setmaxnreg": { variant in [one(variant, 1, "\(variant.text) \(variant.has("inc") ? 128 : 96);\nmov.b32 %o0, %a0;")] },
  ])
