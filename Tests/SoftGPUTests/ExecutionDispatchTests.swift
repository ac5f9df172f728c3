// Launches: work-item ids of partial and three-dimensional workgroups, LDS and barriers, atomics among all workgroups, workgroups
// that wait for each other, faults and what they say.  Kernels come from LLVM 22; expected values are arithmetic on the host.
@testable import ISA
import Glibc
import Testing

@testable import SoftGPU

@Suite struct ExecutionDispatchTests {
  @Test func `every work-item of a three-dimensional grid with partial workgroups sees its own ids`() throws {
    let lab = Lab()
    try lab.compile("""
      kernel void ids(global u32 *out, u32 w, u32 h) {
        u32 x = __builtin_amdgcn_workgroup_id_x() * 7 + __builtin_amdgcn_workitem_id_x();
        u32 y = __builtin_amdgcn_workgroup_id_y() * 5 + __builtin_amdgcn_workitem_id_y();
        u32 z = __builtin_amdgcn_workgroup_id_z() * 3 + __builtin_amdgcn_workitem_id_z();
        out[(z * h + y) * w + x] += 1 + x + y * 100 + z * 10000;
      }
      """)
    let (w, h, d) = (17, 11, 8)
    let out = lab.buffer(UInt32(0), count: w * h * d)
    try lab.complete("ids", groups: (3, 3, 3), size: (7, 5, 3), items: (w, h, d), [.pointer(out.address), .u32(UInt32(w)), .u32(UInt32(h))])
    for z in 0..<d { for y in 0..<h { for x in 0..<w { #expect(out[(z * h + y) * w + x] == UInt32(1 + x + y * 100 + z * 10000)) } } }
  }

  @Test func `a reduction over LDS with barriers gives each workgroup's sum`() throws {
    let lab = Lab()
    try lab.compile("""
      kernel void reduce(global const u32 *in, global u32 *out) {
        local u32 part[1024];
        u32 l = LID;
        part[l] = in[WG * 1024 + l];
        for (u32 step = 512; step > 0; step /= 2) {
          __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup"); __builtin_amdgcn_s_barrier(); __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
          if (l < step) part[l] += part[l + step];
        }
        if (l == 0) out[WG] = part[0];
      }
      """)
    let n = 40
    let input = lab.buffer((0..<n * 1024).map { UInt32(truncatingIfNeeded: $0 &* 2654435761) }), out = lab.buffer(UInt32(0), count: n)
    try lab.complete("reduce", groups: (n, 1, 1), size: (1024, 1, 1), [.pointer(input.address), .pointer(out.address)])
    for g in 0..<n { #expect(out[g] == input.array[g * 1024..<(g + 1) * 1024].reduce(0, &+)) }
  }

  @Test func `atomics of all workgroups on the same words lose nothing`() throws {
    let lab = Lab()
    try lab.compile("""
      #define A(f, p, v) __opencl_atomic_##f(p, v, __ATOMIC_RELAXED, __OPENCL_MEMORY_SCOPE_DEVICE)
      kernel void count(global atomic_uint *w, global atomic_ulong *q, global float *f, global double *d) {
        u32 i = GID;
        A(fetch_add, &w[0], 1u); A(fetch_sub, &w[1], 3u); A(fetch_or, &w[2], 1u << (i & 31)); A(fetch_and, &w[3], ~(1u << (i % 30)));
        A(fetch_xor, &w[4], i); A(fetch_max, &w[5], i); A(fetch_min, &w[6], i + 5); A(fetch_add, &q[0], (u64)i << 20); A(fetch_max, &q[1], (u64)i * i);
        A(fetch_add, &w[8 + A(fetch_add, &w[7], 1u) % 8], 1u);
        u32 seen = __opencl_atomic_load(&w[16], __ATOMIC_RELAXED, __OPENCL_MEMORY_SCOPE_DEVICE);
        while (!__opencl_atomic_compare_exchange_strong(&w[16], &seen, seen * 1u + 2u, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __OPENCL_MEMORY_SCOPE_DEVICE)) ;
        __builtin_amdgcn_global_atomic_fadd_f32(f, 1.0f);
        __builtin_amdgcn_global_atomic_fadd_f64(d, 0.5);
      }
      """, options: ["-O3", "-Xclang", "-finclude-default-header"])
    let n = 16384
    let words = lab.buffer([0, 0, 0, ~0, 0, 0, ~0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt32]), quads = lab.buffer([0, 0] as [UInt64])
    let f = lab.buffer([Float(0)]), d = lab.buffer([Double(0)])
    try lab.complete("count", groups: (n / 256, 1, 1), size: (256, 1, 1), [.pointer(words.address), .pointer(quads.address), .pointer(f.address), .pointer(d.address)])
    #expect(words[0] == UInt32(n))
    #expect(words[1] == 0 &- UInt32(3 * n))
    #expect(words[2] == ~0)
    #expect(words[3] == 0xc000_0000)
    #expect(words[4] == (0..<UInt32(n)).reduce(0, ^))
    #expect(words[5] == UInt32(n - 1))
    #expect(words[6] == 5)
    for i in 8..<16 { #expect(words[i] == UInt32(n / 8)) }
    #expect(words[16] == UInt32(2 * n))
    #expect(quads[0] == (0..<UInt64(n)).reduce(0, +) << 20)
    #expect(quads[1] == UInt64(n - 1) * UInt64(n - 1))
    #expect(f[0] == Float(n))
    #expect(d[0] == Double(n) / 2)
  }

  @Test func `a barrier over the grid works with as many workgroups as the device's limits allow`() throws {
    let lab = Lab()
    try lab.compile("""
      kernel void meet(global atomic_uint *count, global u32 *out, u32 groups) {
        for (u32 round = 1; round <= 3; round++) {
          __opencl_atomic_fetch_add(count, 1u, __ATOMIC_RELEASE, __OPENCL_MEMORY_SCOPE_DEVICE);
          while (__opencl_atomic_load(count, __ATOMIC_ACQUIRE, __OPENCL_MEMORY_SCOPE_DEVICE) < groups * round) __builtin_amdgcn_s_sleep(1);
        }
        if (LID == 0) out[WG] = WG + 1;
      }
      """, options: ["-O3", "-Xclang", "-finclude-default-header"])
    // One wave a workgroup: 8 waves on each of 4 SIMDs of 304 compute units.
    let groups = 304 * 32
    let count = lab.buffer([UInt32(0)]), out = lab.buffer(UInt32(0), count: groups)
    try lab.complete("meet", groups: (groups, 1, 1), size: (1, 1, 1), [.pointer(count.address), .pointer(out.address), .u32(UInt32(groups))])
    #expect(count[0] == UInt32(3 * groups))
    for g in 0..<groups { #expect(out[g] == UInt32(g + 1)) }
  }

  @Test func `a workgroup that spins without sleeping lets the one that it waits for run`() throws {
    let lab = Lab()
    try lab.compile("""
      kernel void chain(global volatile u32 *flags) {
        if (LID == 0) {
          if (WG > 0) while (flags[WG - 1] == 0) ;
          flags[WG] = WG + 1;
        }
      }
      kernel void backward(global volatile u32 *flags, u32 n) {
        if (LID == 0) {
          if (WG + 1 < n) while (flags[WG + 1] == 0) ;
          flags[WG] = WG + 1;
        }
      }
      """)
    let n = 300
    for name in ["chain", "backward"] {
      let flags = lab.buffer(UInt32(0), count: n)
      try lab.complete(name, groups: (n, 1, 1), size: (128, 1, 1), [.pointer(flags.address), .u32(UInt32(n))])
      for g in 0..<n { #expect(flags[g] == UInt32(g + 1)) }
    }
  }

  @Test func `a store past an allocation faults, and the diagnosis names everything`() throws {
    let lab = Lab()
    try lab.compile("kernel void bad(global u32 *out) { out[GID] = 7; }")
    let out = lab.buffer(UInt32(0), count: 1024)
    let outcome = try lab.run("bad", groups: (9, 1, 1), size: (128, 1, 1), [.pointer(out.address)])
    guard case .faulted(let fault) = outcome, case .memory(let address, let access, let size) = fault.cause else { Issue.record("no fault: \(outcome)"); return }
    #expect(address == out.address + 4096)
    #expect(access == .write)
    #expect(size == 4)
    #expect(fault.workgroup == (8, 0, 0))
    #expect(fault.wave == 0)
    #expect(fault.lane == 0)
    #expect(fault.workItem! == (0, 0, 0))
    #expect(fault.instruction.hasPrefix("global_store_dword"))
    let text = fault.diagnosis(addressSpace: lab.space, kernelName: "bad")
    for part in [hex(address), "write of 4 bytes", "bad", "global_store_dword", "workgroup", "(8, 0, 0)", "lane 0", hex(out.address), "0 bytes past its end"] {
      #expect(text.contains(part), "\(part) in:\n\(text)")
    }
    // The device goes on.
    try lab.complete("bad", groups: (8, 1, 1), size: (128, 1, 1), [.pointer(out.address)])
    #expect(out[1023] == 7)
  }

  @Test func `host memory that is not mapped for the device faults`() throws {
    let lab = Lab()
    try lab.compile("kernel void read(global const u32 *in, global u32 *out) { out[LID] = in[LID]; }")
    let out = lab.buffer(UInt32(0), count: 64)
    let host = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    defer { host.deallocate() }
    let outcome = try lab.run("read", [.pointer(UInt64(UInt(bitPattern: host))), .pointer(out.address)])
    guard case .faulted(let fault) = outcome, case .memory(let address, .read, 4) = fault.cause else { Issue.record("\(outcome)"); return }
    #expect(address == UInt64(UInt(bitPattern: host)))
  }

  @Test func `memory mapped without write permission can be read and not written`() throws {
    let lab = Lab()
    try lab.compile("kernel void copy(global const u32 *in, global u32 *out) { out[LID] = in[LID]; }")
    let constant = lab.buffer((0..<64).map { UInt32($0) }, permissions: .read), out = lab.buffer(UInt32(0), count: 64)
    try lab.complete("copy", [.pointer(constant.address), .pointer(out.address)])
    #expect(out.array == constant.array)
    guard case .faulted(let fault) = try lab.run("copy", [.pointer(out.address), .pointer(constant.address)]), case .memory(_, .write, _) = fault.cause
    else { Issue.record("no fault"); return }
  }

  @Test func `traps, unknown and unimplemented instructions and wild jumps are named`() throws {
    let lab = Lab()
    try lab.compile("kernel void trap(global u32 *out) { if (out[LID] == 0) __builtin_trap(); out[LID] = 1; }")
    let out = lab.buffer(UInt32(0), count: 64)
    guard case .faulted(let trap) = try lab.run("trap", [.pointer(out.address)]), case .trap(id: 2) = trap.cause else { Issue.record("no trap"); return }

    func kernel(_ name: String, _ body: String) -> String {
      """
      .amdgcn_target "amdgcn-amd-amdhsa--gfx942"
      .text
      .globl \(name)
      .p2align 8
      .type \(name),@function
      \(name):
      \(body)
      s_endpgm
      .rodata
      .p2align 6
      .amdhsa_kernel \(name)
        .amdhsa_next_free_vgpr 64
        .amdhsa_next_free_sgpr 32
        .amdhsa_accum_offset 64
      .end_amdhsa_kernel
      """
    }
    try lab.assemble(kernel("unknown", ".long 0xffffffff"))
    guard case .faulted(let unknown) = try lab.run("unknown", []), case .illegalInstruction(let words, nil) = unknown.cause else { Issue.record("no fault"); return }
    #expect(words == [0xffff_ffff])
    try lab.assemble(kernel("absent", "s_nop 0\n ds_gws_barrier v0 gds"))
    guard case .faulted(let absent) = try lab.run("absent", []), case .illegalInstruction(_, "ds_gws_barrier") = absent.cause else { Issue.record("no fault"); return }
    try lab.assemble(kernel("wild", "s_mov_b32 s0, 0x1000\n s_mov_b32 s1, 0x10\n s_setpc_b64 s[0:1]"))
    guard case .faulted(let wild) = try lab.run("wild", []), case .instructionFetch(let address) = wild.cause else { Issue.record("no fault"); return }
    #expect(address == 0x10_0000_1000)
  }

  @Test func `a launch outside the limits is refused with the reason`() throws {
    let lab = Lab()
    try lab.compile("kernel void nothing(void) {}")
    guard case .faulted(let big) = try lab.run("nothing", size: (1025, 1, 1), []), case .badDispatch(let reason, .workgroupSize) = big.cause else { Issue.record("no fault"); return }
    #expect(reason.contains("1025"))
    guard case .faulted(let lds) = try lab.run("nothing", lds: 65537, []), case .badDispatch(let why, .groupMemory) = lds.cause else { Issue.record("no fault"); return }
    #expect(why.contains("65537"))
  }

  @Test func `code rewritten in place is executed as rewritten`() throws {
    let lab = Lab()
    for value in [1, 2, 3] {
      // The same lab maps each image elsewhere; the last one is then overwritten by the next value's code.
      try lab.compile("kernel void value(global u32 *out) { out[LID] = \(value); }")
      let out = lab.buffer(UInt32(0), count: 64)
      try lab.complete("value", [.pointer(out.address)])
      #expect(out[5] == UInt32(value))
      let kernel = lab.address(of: "value")
      let entry = kernel + UInt64(bitPattern: lab.space.translate(kernel, 64, .read)!.loadUnaligned(fromByteOffset: 16, as: Int64.self))
      let code = lab.space.translate(entry, 256, .write)!.assumingMemoryBound(to: UInt32.self)
      // The constant is an inline operand of v_mov_b32: 128 + value.
      let at = (0..<32).first { code[$0] & 0xfe01_ffff == 0x7e00_0200 | UInt32(128 + value) }
      guard let at else { Issue.record("no v_mov_b32 of the constant found"); return }
      code[at] += 40
      try lab.complete("value", [.pointer(out.address)])
      #expect(out[5] == UInt32(value + 40))
    }
  }

  @Test func `directed rounding and flushed denormals follow MODE`() throws {
    let lab = Lab()
    func kernel(_ name: String, _ mode: String) -> String {
      """
      .amdgcn_target "amdgcn-amd-amdhsa--gfx942"
      .text
      .globl \(name)
      .p2align 8
      .type \(name),@function
      \(name):
      s_load_dwordx4 s[4:7], s[0:1], 0x0
      v_lshlrev_b32 v10, 3, v0
      s_waitcnt lgkmcnt(0)
      global_load_dwordx2 v[2:3], v10, s[4:5]
      global_load_dwordx2 v[4:5], v10, s[4:5] offset:512
      s_waitcnt vmcnt(0)
      \(mode)
      v_add_f32 v6, v2, v4
      v_mul_f32 v7, v2, v4
      v_add_f64 v[8:9], v[2:3], v[4:5]
      v_fma_f32 v11, v2, v4, v2
      v_cvt_f32_f64 v12, v[2:3]
      v_max_f32 v13, v2, v2
      s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), 0xf0
      v_lshlrev_b32 v10, 5, v0
      v_mov_b32 v14, v11
      v_mov_b32 v15, v12
      global_store_dwordx4 v10, v[6:9], s[6:7]
      v_mov_b32 v16, v13
      global_store_dwordx3 v10, v[14:16], s[6:7] offset:16
      s_endpgm
      .rodata
      .p2align 6
      .amdhsa_kernel \(name)
        .amdhsa_next_free_vgpr 64
        .amdhsa_next_free_sgpr 32
        .amdhsa_accum_offset 64
        .amdhsa_user_sgpr_kernarg_segment_ptr 1
      .end_amdhsa_kernel
      """
    }
    var state: UInt64 = 99
    func noise() -> UInt64 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return state }
    var values = (0..<128).map { _ in (Double(Int64(truncatingIfNeeded: noise()) >> 20) / 977).bitPattern }
    values[0] = 0x0000_0123; values[64] = 0x0000_0001                     // single-precision denormals
    values[1] = 0x0080_0001; values[65] = 0x8080_0000                     // whose sum is one
    let input = lab.buffer(values)
    // The host's own rounding modes, in C that may not fold or move what they change, are the judge.
    let directory = try temporaryDirectory()
    defer { unlink(directory + "/host.so"); unlink(directory + "/source.c"); removeTree(directory) }
    try write(Array("""
      #include <fenv.h>
      #include <math.h>
      void judge(int mode, const double *x, unsigned *r) {
        float a, b; double c = x[0], d = x[64], s; __builtin_memcpy(&a, x, 4); __builtin_memcpy(&b, x + 64, 4);
        fesetround(mode);
        volatile float add = a + b, mul = a * b, fma = __builtin_fmaf(a, b, a), cvt = (float)c; volatile double wide = c + d;
        fesetround(FE_TONEAREST);
        s = wide; float f[4] = {add, mul, fma, cvt};
        __builtin_memcpy(r, f, 8); __builtin_memcpy(r + 2, &s, 8); __builtin_memcpy(r + 4, f + 2, 8);
      }
      """.utf8), to: directory + "/source.c")
    _ = try runTool(["clang-22", "-O1", "-frounding-math", "-march=x86-64-v3", "-ffp-contract=off", "-fPIC", "-shared", "-o", directory + "/host.so", directory + "/source.c", "-lm"])
    guard let library = dlopen(directory + "/host.so", RTLD_NOW), let symbol = dlsym(library, "judge") else { throw LabError("cannot load the host's code") }
    let judge = unsafeBitCast(symbol, to: (@convention(c) (Int32, UnsafePointer<UInt64>, UnsafeMutablePointer<UInt32>) -> Void).self)
    for (mode, rule) in [(0, FE_TONEAREST), (1, FE_UPWARD), (2, FE_DOWNWARD), (3, FE_TOWARDZERO)] as [(Int, Int32)] {
      try lab.assemble(kernel("mode\(mode)", "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), \(0xf0 | mode | mode << 2)"))
      let out = lab.buffer(UInt32(0), count: 64 * 8)
      try lab.complete("mode\(mode)", [.pointer(input.address), .pointer(out.address)])
      for lane in 0..<64 {
        var expected = [UInt32](repeating: 0, count: 6)
        judge(rule, input.host + lane, &expected)
        for word in 0..<6 {
          let got = out[lane * 8 + word]
          let same = got == expected[word] || word != 2 && word != 3 && Float(bitPattern: got).isNaN && Float(bitPattern: expected[word]).isNaN
          #expect(same, "mode \(mode), lane \(lane), word \(word): \(hex(UInt64(got))), not \(hex(UInt64(expected[word])))")
        }
      }
    }
    // Single-precision denormals flushed on the way in and out, doubles kept.
    try lab.assemble(kernel("flush", "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), 0xc0"))
    let out = lab.buffer(UInt32(0), count: 64 * 8)
    try lab.complete("flush", [.pointer(input.address), .pointer(out.address)])
    #expect(out[0] == 0)
    #expect(out[8] & 0x7fff_ffff == 0)
    #expect(UInt64(out[2]) | UInt64(out[3]) << 32 == 0x124)
    #expect(out[6] == 0)
  }

  @Test func `two dispatches run at the same time`() throws {
    let lab = Lab()
    try lab.compile("""
      kernel void wait(global volatile u32 *flag, global u32 *out) { while (flag[0] == 0) __builtin_amdgcn_s_sleep(1); out[LID] = 5; }
      kernel void set(global u32 *flag) { if (LID == 0) flag[0] = 1; }
      """)
    let flag = lab.buffer([UInt32(0)]), out = lab.buffer(UInt32(0), count: 64)
    // The first waits for what the second does; inline, so that handing over to workers is tried too.
    let waiting = try lab.start("wait", inline: true, [.pointer(flag.address), .pointer(out.address)])
    try lab.complete("set", inline: true, [.pointer(flag.address)])
    if case .faulted(let fault) = waiting() { Issue.record("\(fault)") }
    #expect(out[63] == 5)
  }
}

extension String {
  fileprivate func contains(_ other: String) -> Bool {
    let a = Array(utf8), b = Array(other.utf8)
    guard b.count <= a.count else { return false }
    return b.isEmpty || (0...(a.count - b.count)).contains { a[$0..<$0 + b.count].elementsEqual(b) }
  }
}
