// Planted omissions in kernels: a missing invalidation, write-back or scope bit leaves the old value to be seen; what was never
// written is garbage.  The right version beside each passes.
// Source of what is right: LLVM AMDGPU usage, "Memory Model" of gfx942, gfx90a and gfx11 (the code sequences of acquire and
// release at each scope); its "Initial Kernel Execution State" for what is undefined.
import Glibc
import Testing

@testable import ISA
@testable import SoftGPU

@Suite(.serialized) struct StrictCodeTests {
  /// Waits until word `offset` of s[4:5] is not 0.
  private func waiting(_ label: String, _ offset: Int, bits: String) -> String {
    """
    \(label):
    global_load_dword v2, v0, s[4:5] offset:\(offset) \(bits)
    s_waitcnt vmcnt(0)
    v_readfirstlane_b32 s20, v2
    s_cmp_eq_u32 s20, 0
    s_cbranch_scc1 \(label)

    """
  }
  /// Says to the host, in word `offset` of s[4:5].
  private func saying(_ offset: Int, bits: String) -> String {
    "v_mov_b32 v3, 1\nglobal_store_dword v0, v3, s[4:5] offset:\(offset) \(bits)\ns_waitcnt vmcnt(0)\n"
  }

  // Words of the first argument: 0 the kernel is ready, 1 the host has written, 2 the kernel's answer.

  /// A kernel that reads `data`, which is 1, says that it is ready, waits until the host has written 2, acquires and reads again; what
  /// it reads then.
  private func secondRead(_ lab: StrictLab, _ kind: StrictLab.Kind, _ body: String) throws -> UInt32 {
    let flags = lab.memory(.fine), data = lab.memory(kind), kernel = try lab.kernel(body)
    data[0] = 1
    let launch = lab.start(kernel, [flags, data])
    #expect(eventually { flags[0] == 1 })
    data[0] = 2
    flags[1] = 1
    #expect(launch.completes)
    return flags[2]
  }
  private func secondRead(_ lab: StrictLab, _ kind: StrictLab.Kind, load bits: String, flag: String, acquire: String) throws -> UInt32 {
    try secondRead(lab, kind, StrictLab.pointers(2) + """
      global_load_dword v1, v0, s[6:7] \(bits)
      s_waitcnt vmcnt(0)
      \(saying(0, bits: flag))
      \(waiting("wait", 4, bits: flag.isEmpty ? "glc" : flag))
      \(acquire)
      global_load_dword v1, v0, s[6:7] \(bits)
      s_waitcnt vmcnt(0)
      global_store_dword v0, v1, s[4:5] offset:8
      """)
  }

  @Test("After waiting for a flag, old lines are read unless buffer_inv forgets them", arguments: [
    ("", 1), ("buffer_inv sc0", 1), ("buffer_inv sc1", 2), ("buffer_inv sc0 sc1", 2),
  ] as [(String, UInt32)])
  func invalidateAfterFlag(instruction: String, seen: UInt32) throws {
    #expect(try secondRead(StrictLab(), .fine, load: "", flag: "sc0 sc1", acquire: instruction) == seen)
  }

  @Test("Between workgroups of one kernel the reader must invalidate at agent scope", arguments: [("", 1), ("buffer_inv sc1", 2)] as [(String, UInt32)])
  func betweenWorkgroups(instruction: String, seen: UInt32) throws {
    let lab = StrictLab(), flags = lab.memory(.fine), data = lab.memory(.vram)
    // Workgroup 1 reads, then lets workgroup 0 write, then reads again.
    let kernel = try lab.kernel(StrictLab.pointers(2) + """
      s_cmp_eq_u32 s2, 0
      s_cbranch_scc1 writer
      global_load_dword v1, v0, s[6:7]
      s_waitcnt vmcnt(0)
      \(saying(0, bits: "sc1"))
      \(waiting("reading", 4, bits: "sc1"))
      \(instruction)
      global_load_dword v1, v0, s[6:7]
      s_waitcnt vmcnt(0)
      global_store_dword v0, v1, s[4:5] offset:8
      s_endpgm
      writer:
      \(waiting("writing", 0, bits: "sc1"))
      v_mov_b32 v1, 2
      global_store_dword v0, v1, s[6:7] sc1
      s_waitcnt vmcnt(0)
      \(saying(4, bits: "sc1"))
      """)
    data[0] = 1
    lab.flushHDP()
    lab.run(kernel, [flags, data], groups: 2)
    #expect(flags[2] == seen)
  }

  @Test("A load without its scope bits doesn't see what the host has written", arguments: [("", 1), ("sc1", 2), ("sc0 sc1", 2)] as [(String, UInt32)])
  func scopeBits(bits: String, seen: UInt32) throws {
    #expect(try secondRead(StrictLab(), .fine, load: bits, flag: "sc0 sc1", acquire: "") == seen)
  }

  @Test("While a kernel runs, the host sees coarse-grained stores after buffer_wbl2 at system scope only", arguments: [
    ("", 0), ("buffer_wbl2 sc1", 0), ("buffer_wbl2 sc0 sc1", 6),
  ] as [(String, UInt32)])
  func writeBack(instruction: String, seen: UInt32) throws {
    let lab = StrictLab(), flags = lab.memory(.fine), data = lab.memory(.vram)
    let kernel = try lab.kernel(StrictLab.pointers(2) + """
      v_mov_b32 v1, 6
      global_store_dword v0, v1, s[6:7] sc0 sc1
      s_waitcnt vmcnt(0)
      \(instruction)
      s_waitcnt vmcnt(0)
      \(saying(0, bits: "sc0 sc1"))
      \(waiting("wait", 4, bits: "sc0 sc1"))
      """)
    let launch = lab.start(kernel, [flags, data])
    #expect(eventually { flags[0] == 1 })
    #expect(data[0] == seen)
    flags[1] = 1
    #expect(launch.completes && data[0] == 6)
  }

  @Test("gfx90a: the host's later stores to coarse-grained memory need buffer_invl2 beside buffer_wbinvl1_vol", arguments: [
    ("buffer_wbinvl1_vol", 1), ("buffer_invl2", 1), ("buffer_invl2\nbuffer_wbinvl1_vol", 2),
  ] as [(String, UInt32)])
  func systemAcquire(instructions: String, seen: UInt32) throws {
    #expect(try secondRead(StrictLab([.mi210]), .coarse, load: "", flag: "", acquire: instructions) == seen)
  }

  @Test("gfx11: an acquire needs buffer_gl1_inv and buffer_gl0_inv", arguments: [
    ("", 1), ("buffer_gl0_inv", 1), ("buffer_gl1_inv", 1), ("buffer_gl1_inv\nbuffer_gl0_inv", 2),
  ] as [(String, UInt32)])
  func bothLevels(instructions: String, seen: UInt32) throws {
    #expect(try secondRead(StrictLab([.rx7900xtx]), .fine, """
      s_load_b64 s[4:5], s[0:1], 0
      s_load_b64 s[6:7], s[0:1], 8
      s_waitcnt lgkmcnt(0)
      v_mov_b32 v0, 0
      global_load_b32 v1, v0, s[6:7]
      s_waitcnt vmcnt(0)
      v_mov_b32 v3, 1
      global_store_b32 v0, v3, s[4:5]
      wait:
      global_load_b32 v2, v0, s[4:5] offset:4 glc
      s_waitcnt vmcnt(0)
      v_readfirstlane_b32 s20, v2
      s_cmp_eq_u32 s20, 0
      s_cbranch_scc1 wait
      \(instructions)
      global_load_b32 v1, v0, s[6:7]
      s_waitcnt vmcnt(0)
      global_store_b32 v0, v1, s[4:5] offset:8
      """) == seen)
  }

  @Test("Scalar loads don't see the kernel's own stores before s_dcache_inv", arguments: [("", 1), ("s_dcache_inv", 2)] as [(String, UInt32)])
  func scalarCache(instruction: String, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.fine), out = lab.memory(.fine)
    let kernel = try lab.kernel(StrictLab.pointers(2) + """
      s_load_dword s8, s[4:5], 0
      s_waitcnt lgkmcnt(0)
      v_mov_b32 v1, 2
      global_store_dword v0, v1, s[4:5]
      s_waitcnt vmcnt(0)
      \(instruction)
      s_load_dword s8, s[4:5], 0
      s_waitcnt lgkmcnt(0)
      v_mov_b32 v1, s8
      global_store_dword v0, v1, s[6:7]
      """)
    data[0] = 1
    lab.run(kernel, [data, out])
    #expect(out[0] == seen)
  }

  @Test("Instructions that a kernel writes over itself are executed after s_icache_inv only", arguments: [("s_nop 0", 1), ("s_icache_inv", 2)] as [(String, UInt32)])
  func instructionCache(instruction: String, seen: UInt32) throws {
    let lab = StrictLab(), out = lab.memory(.fine)
    // Writes v_mov_b32 v1, 2 over v_mov_b32 v1, 1.
    let kernel = try lab.kernel(StrictLab.pointers(1) + """
      s_getpc_b64 s[8:9]
      here:
      s_add_u32 s8, s8, patch-here
      s_addc_u32 s9, s9, 0
      v_mov_b32 v4, 0x7e020282
      global_store_dword v0, v4, s[8:9]
      s_waitcnt vmcnt(0)
      \(instruction)
      s_nop 7
      patch:
      v_mov_b32 v1, 1
      global_store_dword v0, v1, s[4:5]
      s_waitcnt vmcnt(0)
      """)
    lab.run(kernel, [out])
    #expect(out[0] == seen)
  }

  // MARK: atomics

  @Test("An atomic at system scope on coarse-grained memory stays in L2; on fine-grained memory the host sees it", arguments: [
    (StrictLab.Kind.vram, 0), (.fine, 5),
  ] as [(StrictLab.Kind, UInt32)])
  func systemAtomic(kind: StrictLab.Kind, seen: UInt32) throws {
    let lab = StrictLab(), flags = lab.memory(.fine), data = lab.memory(kind)
    let kernel = try lab.kernel(StrictLab.pointers(2) + """
      s_mov_b64 exec, 1
      v_mov_b32 v1, 5
      global_atomic_add v0, v1, s[6:7] sc1
      s_waitcnt vmcnt(0)
      \(saying(0, bits: "sc0 sc1"))
      \(waiting("wait", 4, bits: "sc0 sc1"))
      """)
    let launch = lab.start(kernel, [flags, data])
    #expect(eventually { flags[0] == 1 })
    #expect(data[0] == seen)
    flags[1] = 1
    #expect(launch.completes)
  }

  /// Source: LLVM's AgentScopeFineGrainedRemoteMemoryAtomics, which gfx942 has: without sc1 its L2 does what PCIe has not.
  @Test("Of atomics at system scope on the host's memory only those that PCIe has take place, and none in floating point", arguments: [
    ("global_atomic_umax v0, v1, s[4:5] sc1", StrictLab.Kind.fine, 3), ("global_atomic_or v0, v1, s[4:5] sc1", .fine, 3),
    ("global_atomic_add v0, v1, s[4:5] sc1", .fine, 12), ("global_atomic_swap v0, v1, s[4:5] sc1", .fine, 9),
    ("global_atomic_umax v0, v1, s[4:5]", .fine, 9), ("global_atomic_umax v0, v1, s[4:5] sc1", .vram, 9),
    ("v_mov_b32 v1, 1.0\nglobal_atomic_add_f32 v0, v1, s[4:5]", .fine, 0x3f80_0000), ("global_atomic_add_f32 v0, v1, s[4:5] sc1", .fine, 3),
  ] as [(String, StrictLab.Kind, UInt32)])
  func pcieAtomics(instruction: String, kind: StrictLab.Kind, result: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(kind)
    data[0] = 3
    lab.flushHDP()
    lab.run(try lab.kernel(StrictLab.pointers(1) + "s_mov_b64 exec, 1\nv_mov_b32 v1, 9\n\(instruction)\ns_waitcnt vmcnt(0)"), [data])
    #expect(data[0] == result)
  }

  // MARK: what was never written

  /// The same kernel twice; whether both runs stored the same.
  private func repeats(_ body: String, lds: UInt32 = 0, scratch: UInt32 = 0) throws -> Bool {
    let lab = StrictLab(), out = lab.memory(.fine)
    let kernel = try lab.kernel(StrictLab.pointers(1) + body + "\nglobal_store_dword v0, v1, s[4:5]\ns_waitcnt vmcnt(0)", scratch: scratch)
    // Without that signal nobody is asked for scratch, and the device takes its own.
    if scratch > 0 { lab.queue.control.storeBytes(of: UInt64(0), toByteOffset: 192, as: UInt64.self) }
    lab.run(kernel, [out], lds: lds, scratch: scratch)
    let first = out[0]
    lab.run(kernel, [out], lds: lds, scratch: scratch)
    return out[0] == first
  }
  @Test("A vector register that nobody wrote differs from run to run", arguments: [("", false), ("v_mov_b32 v40, 4", true)])
  func vectorRegister(setup: String, same: Bool) throws { #expect(try repeats("\(setup)\nv_mov_b32 v1, v40") == same) }

  @Test("A scalar register that nobody wrote differs from run to run", arguments: [("", false), ("s_mov_b32 s40, 4", true)])
  func scalarRegister(setup: String, same: Bool) throws { #expect(try repeats("\(setup)\nv_mov_b32 v1, s40") == same) }

  @Test("VCC that nobody wrote differs from run to run", arguments: [("", false), ("s_mov_b64 vcc, 0", true)])
  func conditionCode(setup: String, same: Bool) throws { #expect(try repeats("\(setup)\nv_mov_b32 v1, vcc_lo") == same) }

  @Test("An accumulation register that nobody wrote differs from run to run", arguments: [("", false), ("v_accvgpr_write_b32 a3, 4", true)])
  func accumulator(setup: String, same: Bool) throws { #expect(try repeats("\(setup)\ns_nop 7\nv_accvgpr_read_b32 v1, a3") == same) }

  @Test("LDS that nobody wrote differs from run to run", arguments: [("", false), ("v_mov_b32 v2, 4\nds_write_b32 v0, v2", true)])
  func lds(setup: String, same: Bool) throws {
    #expect(try repeats("s_mov_b32 m0, -1\n\(setup)\nds_read_b32 v1, v0\ns_waitcnt lgkmcnt(0)", lds: 256) == same)
  }

  @Test("Scratch that nobody wrote differs from run to run", arguments: [("", false), ("v_mov_b32 v2, 4\nscratch_store_dword off, v2, off", true)])
  func scratch(setup: String, same: Bool) throws {
    #expect(try repeats("\(setup)\ns_waitcnt vmcnt(0)\nscratch_load_dword v1, off, off\ns_waitcnt vmcnt(0)", scratch: 64) == same)
  }

  @Test("gfx90a: what one kind of scratch instruction writes the other kind reads, through the device's own descriptor and the caches")
  func bothKindsOfScratch() throws {
    let process = SoftProcess(kinds: [.mi210], strict: true), machine = Machine(process: process), queue = TestQueue(machine)
    let out = machine.words(128), signal = TestSignal(machine)
    // s[0:3] descriptor, s[4:5] arguments, s[6:7] flat scratch, s8 workgroup, s9 the wave's scratch.
    let kernel = """
      .text
      .globl both
      .p2align 8
      .type both,@function
      both:
      s_add_u32 s0, s0, s9
      s_addc_u32 s1, s1, 0
      s_add_u32 flat_scratch_lo, s6, s9
      s_addc_u32 flat_scratch_hi, s7, 0
      s_load_dwordx2 s[4:5], s[4:5], 0x0
      s_mov_b32 s10, 0
      v_lshlrev_b32 v1, 2, v0
      v_add_u32 v2, 100, v0
      buffer_store_dword v2, off, s[0:3], 0 offset:16
      s_waitcnt vmcnt(0)
      scratch_load_dword v3, off, s10 offset:16
      buffer_load_dword v4, off, s[0:3], 0 offset:16
      s_waitcnt vmcnt(0) lgkmcnt(0)
      v_add_u32 v5, 1, v4
      scratch_store_dword off, v5, s10 offset:16
      s_waitcnt vmcnt(0)
      buffer_load_dword v4, off, s[0:3], 0 offset:16
      s_waitcnt vmcnt(0)
      global_store_dword v1, v3, s[4:5]
      global_store_dword v1, v4, s[4:5] offset:256
      s_endpgm
      .rodata
      .p2align 6
      .amdhsa_kernel both
        .amdhsa_user_sgpr_private_segment_buffer 1
        .amdhsa_user_sgpr_kernarg_segment_ptr 1
        .amdhsa_user_sgpr_flat_scratch_init 1
        .amdhsa_system_sgpr_workgroup_id_x 1
        .amdhsa_system_sgpr_private_segment_wavefront_offset 1
        .amdhsa_private_segment_fixed_size 64
        .amdhsa_next_free_vgpr 16
        .amdhsa_next_free_sgpr 16
        .amdhsa_accum_offset 16
      .end_amdhsa_kernel

      """
    let symbols = try machine.load(kernel)
    queue.dispatch(symbols["both"]!, arguments: machine.arguments(address(out)), scratch: 64, completion: signal)
    #expect(signal.reaches(0))
    for lane in 0..<64 { #expect(out[lane] == 100 + UInt32(lane) && out[64 + lane] == 101 + UInt32(lane)) }
  }
}
