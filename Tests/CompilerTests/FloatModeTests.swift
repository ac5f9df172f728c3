// Where the floating-point mode is switched, and what LLVM can't do across it.
// Expected values: MODE's bits as AMD's ISA manuals give them (FP_ROUND 0-3: nearest 0, up 1, down 2, zero 3, twice; FP_DENORM 4-7).
import Compiler
import Testing

@Suite struct FloatModeTests {
  private func lines(_ body: String, target: String = "gfx942") throws -> [String] {
    try emitted(kernel(body), as: .assembly, target: target).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }
  private func switches(_ lines: [String]) -> [String] {
    lines.filter { $0.hasPrefix("s_setreg") || $0.hasPrefix("s_round_mode") || $0.hasPrefix("s_denorm_mode") }
  }
  private let loads = "ld.param.u64 %rd1, [p0]; ld.global.f32 %f1, [%rd1]; ld.global.f32 %f2, [%rd1+4]; ld.global.f32 %f3, [%rd1+8];"

  @Test func aDirectedOperationIsSurroundedByTwoSwitches() throws {
    let lines = try lines(loads + "add.rz.f32 %f4, %f1, %f2; st.global.f32 [%rd1], %f4; ret;")
    #expect(switches(lines) == ["s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), 0xff", "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), 0xf0"])
    let first = try #require(lines.firstIndex { $0.hasPrefix("s_setreg") }), last = try #require(lines.lastIndex { $0.hasPrefix("s_setreg") })
    #expect(lines[first...last].contains { $0.hasPrefix("v_add_f32") })
  }

  @Test func operationsOfOneDirectionShareARegion() throws {
    let body = loads + """
      add.rz.f32 %f4, %f1, %f2; mul.rz.f32 %f5, %f4, %f3; fma.rz.f32 %f6, %f4, %f5, %f1;
      ld.global.f64 %fd2, [%rd1+16]; ld.global.f64 %fd3, [%rd1+24]; sub.rz.f64 %fd1, %fd2, %fd3;
      cvt.rz.f32.f64 %f7, %fd1; add.rn.f32 %f8, %f6, %f7; st.global.f32 [%rd1], %f8; ret;
      """
    #expect(switches(try lines(body)).count == 2)
  }

  @Test func unlikeDirectionsTakeAsFewSwitchesAsTheirOrderAllows() throws {
    // Two up, two down, in turns; none needs another.
    let apart = loads + """
      add.rp.f32 %f4, %f1, %f2; add.rm.f32 %f5, %f1, %f2; mul.rp.f32 %f6, %f1, %f3; mul.rm.f32 %f7, %f1, %f3;
      st.global.v4.f32 [%rd1], {%f4, %f5, %f6, %f7}; ret;
      """
    #expect(switches(try lines(apart)).count == 3)
  }

  @Test func storesBetweenOperationsDontEndARegion() throws {
    let body = loads + """
      add.rz.f32 %f4, %f1, %f2; st.global.f32 [%rd1], %f4;
      add.rz.f32 %f5, %f2, %f3; st.global.f32 [%rd1+4], %f5;
      add.rz.f32 %f6, %f1, %f3; st.global.f32 [%rd1+8], %f6; ret;
      """
    #expect(switches(try lines(body)).count == 2)
  }

  @Test func arithmeticToNearestBetweenDependentRegionsRunsToNearest() throws {
    let lines = try lines(loads + """
      add.rz.f32 %f4, %f1, %f2; add.rn.f32 %f5, %f4, %f3; mul.rz.f32 %f6, %f5, %f3; st.global.f32 [%rd1], %f6; ret;
      """)
    var rounding = 0, additions: [Int] = []
    for line in lines {
      if line.hasPrefix("s_setreg"), let value = line.split(separator: " ").last.flatMap({ Int($0.dropFirst(2), radix: 16) }) { rounding = value & 15 }
      if line.hasPrefix("v_add_f32") { additions.append(rounding) }
    }
    #expect(additions == [15, 0])
    #expect(rounding == 0)
  }

  @Test func gfx11SwitchesByItsOwnInstructions() throws {
    let lines = try lines(loads + "add.rm.f32 %f4, %f1, %f2; st.global.f32 [%rd1], %f4; ret;", target: "gfx1100")
    #expect(switches(lines) == ["s_round_mode 0xa", "s_round_mode 0x0"])
  }

  @Test func theRestKeepsTheModeOfMostArithmetic() throws {
    func mode(_ text: String) throws -> (kernel: String, switches: Int) {
      let lines = try lines(loads + text + "st.global.f32 [%rd1], %f1; ret;")
      let line = try #require(lines.first { $0.contains("amdhsa_float_denorm_mode_32") })
      return (String(line.split(separator: " ").last!), switches(lines).count)
    }
    #expect(try mode("add.ftz.f32 %f1, %f1, %f2; mul.ftz.f32 %f1, %f1, %f3;") == ("0", 0))
    #expect(try mode("add.f32 %f1, %f1, %f2; mul.f32 %f1, %f1, %f3;") == ("3", 0))
    #expect(try mode("add.ftz.f32 %f1, %f1, %f2; mul.f32 %f1, %f1, %f3; fma.rn.f32 %f1, %f1, %f2, %f3;") == ("3", 2))
    #expect(try mode("add.f32 %f1, %f1, %f2; mul.ftz.f32 %f1, %f1, %f3; fma.rn.ftz.f32 %f1, %f1, %f2, %f3;") == ("0", 2))
    // nvcc puts `.ftz` on approximate instructions of programs that otherwise keep subnormals.
    #expect(try mode("ex2.approx.ftz.f32 %f1, %f1; mul.f32 %f1, %f1, %f1;").kernel == "3")
  }

  @Test func theSwitchesAreCountedInTheKernelsNotes() throws {
    let image = try image(kernel(loads + "add.rz.f32 %f4, %f1, %f2; mul.rz.f32 %f5, %f1, %f3; st.global.v2.f32 [%rd1], {%f4, %f5}; ret;"))
    #expect(image.notes.contains("floating-point mode: 2 operations in 1 region, 2 switches"))
  }

  @Test func minimumAndMaximumAreOneInstruction() throws {
    for target in ["gfx942", "gfx1100"] {
      let lines = try lines(loads + "min.f32 %f4, %f1, %f2; max.f32 %f5, %f4, %f3; st.global.f32 [%rd1], %f5; ret;", target: target)
      #expect(lines.filter { $0.hasPrefix("v_max") || $0.hasPrefix("v_min") || $0.hasPrefix("v_cmp") }.count <= 2)
    }
  }
}
