// Functions that LLVM 22 compiled for gfx1100, in waves of 32 and of 64: LDS, scratch, buffers, narrow and atomic accesses, and a
// matrix multiplication.  The same is computed here.
import Testing

@testable import ISA
@testable import SoftGPU

@Suite struct GFX11MemoryExecutionTests {
  static let source = """
    typedef u32 v4u __attribute__((ext_vector_type(4)));
    __kernel void reduce(__global const u32 *in, __global u32 *out, __global float *total) {
      __local u32 s[256]; __local float f; __local u64 most;
      u32 l = LID;
      if (l == 0) { f = 0; most = 0; }
      s[l] = in[WG * 256 + l];
      __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup"); __builtin_amdgcn_s_barrier(); __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup");
      for (u32 n = 128; n > 0; n >>= 1) {
        if (l < n) s[l] += s[l + n];
        __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup"); __builtin_amdgcn_s_barrier(); __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup");
      }
      __scoped_atomic_fetch_add(&f, (float)l, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
      __scoped_atomic_fetch_max(&most, ((u64)l << 33) | s[0], __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
      __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup"); __builtin_amdgcn_s_barrier(); __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup");
      if (l == 0) { out[WG] = s[0]; total[WG] = f; out[1024 + WG * 2] = (u32)most; out[1024 + WG * 2 + 1] = (u32)(most >> 32); }
    }
    __kernel void window(__global u32 *p, __global u32 *out, u32 bytes) {
      __amdgpu_buffer_rsrc_t r = __builtin_amdgcn_make_buffer_rsrc(p, 0, bytes, 0x31016fac);
      u32 l = LID;
      v4u v = __builtin_amdgcn_raw_buffer_load_b128(r, l * 4, 0, 0);
      out[l] = v[0] + v[1] + v[2] + v[3];
      __builtin_amdgcn_raw_buffer_store_b32(l + 1000, r, l * 8, 0, 0);
    }
    __kernel void priv(__global const u32 *order, __global u32 *out) {
      u32 a[40]; u32 l = LID;
      for (int i = 0; i < 40; i++) a[i] = i * 1000 + l;
      for (int i = 0; i < 40; i++) { u32 j = order[i]; u32 t = a[j]; a[j] = a[i]; a[i] = t + 1; }
      u32 s = 0; for (int i = 0; i < 40; i++) s = s * 31 + a[i];
      out[WG * 64 + l] = s;
    }
    __kernel void narrow(__global u8 *b, __global u16 *h, __global float *f, __global u64 *w) {
      u32 l = LID;
      b[l] = b[l] + (char)b[l + 64] * 3; h[l] = h[l] * (short)h[l + 64];
      __scoped_atomic_fetch_add(f, 1.5f, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
      __scoped_atomic_fetch_min(w + 1, (u64)l * 77 + 5, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE); __scoped_atomic_fetch_xor(w + 2, 1ul << (l + 8), __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
    }
    """
  static let matrix = """
    typedef half v16h __attribute__((ext_vector_type(16)));
    typedef float v8f __attribute__((ext_vector_type(8)));
    __kernel void matmul(__global const half *a, __global const half *b, __global float *c) {
      u32 l = LID; v16h x, y; v8f z = 0;
      for (int k = 0; k < 16; k++) { x[k] = a[(l & 15) * 16 + k]; y[k] = b[k * 16 + (l & 15)]; }
      z = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(x, y, z);
      for (int r = 0; r < 8; r++) c[(r * 2 + (l >> 4)) * 16 + (l & 15)] = z[r];
    }
    """
  static let options = ["-O3", "-munsafe-fp-atomics"]

  @Test(arguments: [32, 64]) func workgroupsReduceInLDS(waveSize: Int) throws {
    let lab = Lab(.rx7900xtx, waveSize: waveSize)
    try lab.compile(GFX11MemoryExecutionTests.source, options: GFX11MemoryExecutionTests.options)
    let values: [UInt32] = (0..<1024).map { index in (UInt32(index) &* 2_654_435_761) >> 16 }
    let input = lab.buffer(values), out = lab.buffer(UInt32(0), count: 2048), total = lab.buffer(Float(0), count: 4)
    try lab.complete("reduce", groups: (4, 1, 1), size: (256, 1, 1), [.pointer(input.address), .pointer(out.address), .pointer(total.address)])
    for group in 0..<4 {
      var sum: UInt32 = 0
      for item in 0..<256 { sum &+= input[group * 256 + item] }
      #expect(out[group] == sum)
      #expect(total[group] == 255 * 128)
      let most = (UInt64(255) << 33) | UInt64(sum)
      #expect(out[1024 + group * 2] == UInt32(truncatingIfNeeded: most))
      #expect(out[1025 + group * 2] == UInt32(most >> 32))
    }
  }

  @Test(arguments: [32, 64]) func buffersEndWhereTheirDescriptorSays(waveSize: Int) throws {
    let lab = Lab(.rx7900xtx, waveSize: waveSize)
    try lab.compile(GFX11MemoryExecutionTests.source, options: GFX11MemoryExecutionTests.options)
    let memory = lab.buffer((0..<128).map { UInt32($0 + 1) }), out = lab.buffer(UInt32(0), count: 64)
    try lab.complete("window", [.pointer(memory.address), .pointer(out.address), .u32(200)])
    // Waves read before they write, but not before other waves do: what this wave's lanes may see is what is checked.
    for l in 0..<32 {
      var expected: UInt32 = 0
      for word in l..<(l + 4) where word < 50 { expected += UInt32(word + 1) }
      #expect(out[l] == expected)
    }
    for l in 0..<64 {
      let expected = l < 25 ? UInt32(l + 1000) : UInt32(l * 2 + 1)
      #expect(memory[l * 2] == expected)
    }
  }

  @Test(arguments: [32, 64]) func privateArraysLieInScratch(waveSize: Int) throws {
    let lab = Lab(.rx7900xtx, waveSize: waveSize)
    try lab.compile(GFX11MemoryExecutionTests.source, options: GFX11MemoryExecutionTests.options)
    let order: [UInt32] = (0..<40).map { index in UInt32((index * 23 + 7) % 40) }
    let input = lab.buffer(order), out = lab.buffer(UInt32(0), count: 128)
    try lab.complete("priv", groups: (2, 1, 1), [.pointer(input.address), .pointer(out.address)])
    for l in 0..<128 {
      var a: [UInt32] = (0..<40).map { index in UInt32(index * 1000 + l % 64) }
      for i in 0..<40 { let j = Int(order[i]), t = a[j]; a[j] = a[i]; a[i] = t + 1 }
      var sum: UInt32 = 0
      for value in a { sum = sum &* 31 &+ value }
      #expect(out[l] == sum)
    }
  }

  @Test(arguments: [32, 64]) func narrowAndAtomicAccesses(waveSize: Int) throws {
    let lab = Lab(.rx7900xtx, waveSize: waveSize)
    try lab.compile(GFX11MemoryExecutionTests.source, options: GFX11MemoryExecutionTests.options)
    let bytes: [UInt8] = (0..<128).map { index in UInt8(truncatingIfNeeded: index * 29 + 3) }
    let halves: [UInt16] = (0..<128).map { index in UInt16(truncatingIfNeeded: index * 9001) }
    let b = lab.buffer(bytes), h = lab.buffer(halves), f = lab.buffer([Float(0.25)]), w = lab.buffer([UInt64(0), 1_000_000, 3])
    try lab.complete("narrow", [.pointer(b.address), .pointer(h.address), .pointer(f.address), .pointer(w.address)])
    for l in 0..<64 {
      #expect(b[l] == bytes[l] &+ bytes[l + 64] &* 3)
      #expect(h[l] == halves[l] &* halves[l + 64])
    }
    #expect(f[0] == 0.25 + 96)
    #expect(w[1] == 5)
    #expect(w[2] == ~UInt64(3))                             // every bit once
  }

  @Test func matricesMultiply() throws {
    let lab = Lab(.rx7900xtx)
    try lab.compile(GFX11MemoryExecutionTests.matrix)
    let left: [Float16] = (0..<256).map { index in Float16((index * 7) % 11) / 8 - 0.5 }
    let right: [Float16] = (0..<256).map { index in Float16((index * 5) % 13) / 4 - 1 }
    let a = lab.buffer(left), b = lab.buffer(right), c = lab.buffer(Float(0), count: 256)
    try lab.complete("matmul", size: (32, 1, 1), [.pointer(a.address), .pointer(b.address), .pointer(c.address)])
    for row in 0..<16 {
      for column in 0..<16 {
        var sum: Float = 0
        for k in 0..<16 { sum += Float(a[row * 16 + k]) * Float(b[k * 16 + column]) }
        #expect(c[row * 16 + column] == sum)
      }
    }
  }
}
