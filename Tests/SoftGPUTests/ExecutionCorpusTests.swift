// The same C functions compiled by LLVM 22 for each target and for the host, on the same inputs: results agree bit for bit.
// The host's code is the judge.  NaNs count as equal whatever their payload.
@testable import ISA
import Glibc
import Testing

@testable import SoftGPU

/// Bodies of u64 f(u64 a, u64 b, u64 c); the suffix says how results compare.
private let corpus: [(name: String, body: String)] = [
  ("add64", "return a + b;"), ("sub64", "return a - b;"), ("mul64", "return a * b;"), ("neg64", "return -a;"),
  ("mulhi64", "return (u64)(((unsigned __int128)a * b) >> 64);"), ("mulhis64", "return (u64)(((__int128)(s64)a * (s64)b) >> 64);"),
  ("divu64", "return b ? a / b : 7;"), ("remu64", "return b ? a % b : 7;"),
  ("divs64", "s64 x = a, y = b; return y && !(y == -1 && x == (s64)1 << 63) ? x / y : 7;"),
  ("rems64", "s64 x = a, y = b; return y && !(y == -1 && x == (s64)1 << 63) ? x % y : 7;"),
  ("divu32", "return (u32)b ? (u32)a / (u32)b : 7;"), ("remu32", "return (u32)b ? (u32)a % (u32)b : 7;"),
  ("divs32", "s32 x = a, y = b; return y && !(y == -1 && x == -2147483647 - 1) ? (u32)(x / y) : 7;"),
  ("div7", "return (u32)a / 7 + ((s32)b / 11) + a % 1000003;"),
  ("shl64", "return a << (b & 63);"), ("shr64", "return a >> (b & 63);"), ("sar64", "return (u64)((s64)a >> (b & 63));"),
  ("shl32", "return (u32)a << (b & 31);"), ("rot32", "u32 x = a, n = b & 31; return (x << n) | (x >> ((32 - n) & 31));"),
  ("funnel", "u32 n = c & 31; return (u32)((((u64)(u32)a << 32 | (u32)b) >> n));"),
  ("logic", "return (a & b) ^ (~c | b) ^ (a & ~c);"), ("bfi", "return (a & b) | (~a & c);"),
  ("popc", "return __builtin_popcountll(a) + __builtin_popcount((u32)b);"),
  ("clz", "return (a ? __builtin_clzll(a) : 64) * 100 + ((u32)b ? __builtin_clz((u32)b) : 32);"),
  ("ctz", "return (a ? __builtin_ctzll(a) : 64) * 100 + ((u32)b ? __builtin_ctz((u32)b) : 32);"),
  ("brev", "return __builtin_bitreverse64(a) ^ __builtin_bitreverse32((u32)b);"),
  ("bswap", "return __builtin_bswap64(a) + __builtin_bswap32((u32)b) + __builtin_bswap16((u16)c);"),
  ("bfe", "return ((u32)a >> 5 & 0x7ff) + (u32)((s32)(b << 7) >> 19);"), ("bfev", "return ((u32)a >> (b & 15)) & ((1u << (c & 15)) - 1);"),
  ("minmax", "s32 x = a, y = b, z = c; s32 m = x < y ? x : y; s32 n = m > z ? m : z; u32 p = (u32)a < (u32)b ? (u32)a : (u32)b; return (u64)(u32)n << 32 | p;"),
  ("med3", "s32 x = a, lo = -100, hi = 1000; x = x < lo ? lo : x; x = x > hi ? hi : x; u32 y = b; y = y < 5 ? 5 : y; y = y > 77777 ? 77777 : y; return (u64)(u32)x << 32 | y;"),
  ("minmax64", "s64 x = a, y = b; u64 p = a < c ? a : c; return (x < y ? x : y) ^ p;"),
  ("absdiff", "s32 x = a, y = b; return (u32)(x < 0 ? -(u32)x : x) + (u64)((u32)a > (u32)b ? (u32)a - (u32)b : (u32)b - (u32)a);"),
  ("mad24", "u32 x = a & 0xffffff, y = b & 0xffffff; s32 p = (s32)((u32)a << 8) >> 8, q = (s32)((u32)b << 8) >> 8; return x * y + (u32)c + (u64)(u32)(p * q);"),
  ("mad64", "return (u64)(u32)a * (u32)b + c;"), ("mads64", "return (u64)((s64)(s32)a * (s32)b + (s64)c);"),
  ("sat", "u32 r; s32 q; u32 x = __builtin_add_overflow((u32)a, (u32)b, &r) ? ~0u : r; u32 y = (u32)a < (u32)c ? 0 : (u32)a - (u32)c; q = __builtin_elementwise_add_sat((s32)a, (s32)b); return (u64)(x ^ y) << 32 | (u32)q;"),
  ("carry", "u64 r; u64 o = __builtin_add_overflow(a, b, &r); u64 s; o += __builtin_sub_overflow(r, c, &s); return s * 3 + o;"),
  ("add128", "unsigned __int128 x = (unsigned __int128)a << 64 | b, y = (unsigned __int128)c << 64 | a; x += y; x *= 3; return (u64)(x >> 64) ^ (u64)x;"),
  ("bytes", "u64 r = 0; for (int i = 0; i < 8; i++) { u8 x = a >> (8 * i), y = b >> (8 * i); r |= (u64)(u8)(x > y ? x - y : y + 3) << (8 * i); } return r;"),
  ("sad", "u32 s = 0; for (int i = 0; i < 4; i++) { s32 x = (u8)(a >> 8 * i), y = (u8)(b >> 8 * i); s += x > y ? x - y : y - x; } return s + (u32)c;"),
  ("short", "s16 x = a, y = b; u16 z = c; return (u16)(x * y + z) + ((u64)(u16)(x >> 3) << 16) + ((u64)(u16)(z << (y & 7)) << 32) + ((u64)(u16)(x < y ? x : y) << 48);"),
  ("shorts", "u64 r = 0; for (int i = 0; i < 4; i++) { s16 x = a >> (16 * i), y = b >> (16 * i); u16 m = (x > y ? x : y) + (u16)(c >> (16 * i)); r |= (u64)m << (16 * i); } return r;"),
  ("chars", "s8 x = a, y = b; return (u64)(s64)(x * y) + (u8)c;"),
  ("perm", "return (a & 0xff) << 24 | (b >> 8 & 0xff) << 16 | (a >> 16 & 0xff) << 8 | (b >> 24 & 0xff);"),
  ("switch", "switch (a % 11) { case 0: return b; case 1: return b + c; case 2: return b * 3; case 3: return c ^ 5; case 4: return b / 3; case 5: return ~c; case 6: return b << 7; case 7: return c >> 9; case 8: return 42; default: return a; }"),
  ("loop", "u64 s = 0; for (u32 i = 0; i < (a & 63); i++) { if (i == (b & 63)) continue; s = s * 31 + i * c; if (s % 97 == 3) break; } return s;"),
  ("collatz", "u64 x = a & 0xffff; u32 n = 0; while (x > 1 && n < 500) { x = x & 1 ? 3 * x + 1 : x / 2; n++; } return n;"),
  ("gcd", "u64 x = a, y = b; while (y) { u64 t = x % y; x = y; y = t; } return x;"),
  ("stack", "u64 t[32]; for (int i = 0; i < 32; i++) t[i] = a * i + b; for (int i = 0; i < 32; i++) t[(c >> (i & 31)) & 31] += t[(b >> (i & 15)) & 31]; u64 r = 0; for (int i = 0; i < 32; i++) r = r * 7 + t[i]; return r;"),
  ("stack8", "u8 t[64]; for (int i = 0; i < 64; i++) t[i] = a >> (i & 31); u32 n = b & 63; for (int i = 0; i < 20; i++) { n = (n + t[n] + 1) & 63; t[n] ^= c >> (i & 7); } u64 r = 0; for (int i = 0; i < 64; i++) r = r * 3 + t[i]; return r;"),
  ("stack16", "s16 t[16]; for (int i = 0; i < 16; i++) t[(i * 5 + (b & 1)) & 15] = a >> i; s64 r = 0; for (int i = 0; i < 16; i++) r += t[(c >> i) & 15] * i; return r;"),
  ("call", "return helper(a, b) + helper(b, c) * 3;"), ("recurse", "return fib(a % 12) + b;"),
  ("pointer", "u64 (*f)(u64, u64) = (a & 1) ? helper : helper2; return f(b, c);"),
  ("table", "static const u32 t[16] = {3,1,4,1,5,9,2,6,5,3,5,8,9,7,9,3}; return t[a & 15] * t[b & 15] + t[c & 15];"),
  // Single precision.
  ("add_f32", "return U(F(a) + F(b));"), ("sub_f32", "return U(F(a) - F(b));"), ("mul_f32", "return U(F(a) * F(b));"),
  ("div_f32", "return U(F(a) / F(b));"), ("sqrt_f32", "return U(__builtin_sqrtf(F(a)));"), ("rsqrt_f32", "return U(1.0f / __builtin_sqrtf(F(a)));"),
  ("fma_f32", "return U(__builtin_fmaf(F(a), F(b), F(c)));"), ("fmak_f32", "return U(__builtin_fmaf(F(a), 3.25f, F(b)) + __builtin_fmaf(F(a), F(c), 1.75f));"),
  ("negabs_f32", "return U(-__builtin_fabsf(F(a)) * F(b) - -F(c));"),
  ("floor_f32", "return U(__builtin_floorf(F(a)) + __builtin_ceilf(F(b)));"), ("trunc_f32", "return U(__builtin_truncf(F(a)) - __builtin_rintf(F(b)));"),
  ("min_f32", "return U(F(a) < F(b) ? F(a) : F(b));"), ("max_f32", "return U(F(a) > F(b) ? F(a) : F(b));"),
  ("clampf_f32", "float x = F(a); x = x < 0.0f ? 0.0f : x; x = x > 1.0f ? 1.0f : x; return U(x);"),
  ("cmpf", "float x = F(a), y = F(b); return (x < y) | (x <= y) << 1 | (x == y) << 2 | (x != y) << 3 | (x > y) << 4 | (x >= y) << 5 | __builtin_isnan(x) << 6 | __builtin_isunordered(x, y) << 7 | !!__builtin_isinf(y) << 8 | __builtin_isnormal(x) << 9;"),
  ("cvtfi", "float x = F(a); return x > -2e9f && x < 2e9f ? (u32)(s32)x : 5;"), ("cvtfu", "float x = F(a); return x > -1.0f && x < 4e9f ? (u32)x : 5;"),
  ("cvtfl", "float x = F(a); return x > -9e18f && x < 9e18f ? (u64)(s64)x : 5;"), ("cvtful", "float x = F(a); return x > -1.0f && x < 1.8e19f ? (u64)x : 5;"),
  ("cvtif_f32", "return U((float)(s32)a + (float)(u32)b);"), ("cvtlf_f32", "return U((float)(s64)a);"), ("cvtulf_f32", "return U((float)a);"),
  ("cvtbytes_f32", "u32 x = a; return U((float)(x & 255) + (float)(x >> 8 & 255) * 2 + (float)(x >> 16 & 255) * 4 + (float)(x >> 24));"),
  ("ldexp_f32", "return U(__builtin_ldexpf(F(a), (s32)(b % 300) - 150));"),
  ("poly_f32", "float x = F(a) , r = 0.1f; for (int i = 0; i < 8; i++) r = __builtin_fmaf(r, x, F(b)); return U(r);"),
  ("select_f32", "return U((b & 1) ? -F(a) : __builtin_fabsf(F(c)));"), ("copysign_f32", "return U(__builtin_copysignf(F(a), F(b)));"),
  ("pk_f32", "typedef float f2 __attribute__((ext_vector_type(2))); f2 x = {F(a), F(b)}, y = {F(c), F(a)}, z = {F(b), 2.5f}; f2 r = x * y + z; r = r * -z; return U(r.x + r.y);"),
  // Double precision.
  ("add_f64", "return UD(D(a) + D(b));"), ("sub_f64", "return UD(D(a) - D(b));"), ("mul_f64", "return UD(D(a) * D(b));"), ("div_f64", "return UD(D(a) / D(b));"),
  ("sqrt_f64", "return UD(__builtin_sqrt(D(a)));"), ("fma_f64", "return UD(__builtin_fma(D(a), D(b), D(c)));"),
  ("negabs_f64", "return UD(-__builtin_fabs(D(a)) * D(b) - -D(c));"), ("floor_f64", "return UD(__builtin_floor(D(a)) + __builtin_ceil(D(b)) + __builtin_trunc(D(c)) + __builtin_rint(D(a)));"),
  ("minmax_f64", "double x = D(a), y = D(b); double m = x < y ? x : y; return UD(m > D(c) ? m : D(c));"),
  ("cmpd", "double x = D(a), y = D(b); return (x < y) | (x <= y) << 1 | (x == y) << 2 | (x != y) << 3 | (x > y) << 4 | (x >= y) << 5 | __builtin_isnan(x) << 6 | !!__builtin_isinf(y) << 7;"),
  ("cvtdf_f32", "return U((float)D(a));"), ("cvtfd_f64", "return UD((double)F(a));"), ("cvtdi", "double x = D(a); return x > -2e9 && x < 2e9 ? (u32)(s32)x : 5;"),
  ("cvtdu", "double x = D(a); return x > -1 && x < 4e9 ? (u32)x : 5;"), ("cvtdl", "double x = D(a); return x > -9e18 && x < 9e18 ? (u64)(s64)x : 5;"),
  ("cvtid_f64", "return UD((double)(s32)a + (double)(u32)b);"), ("cvtld_f64", "return UD((double)(s64)a);"), ("cvtuld_f64", "return UD((double)a);"),
  ("const_f64", "return UD(D(a) * 3.14159265358979 + 0.5 - 4.0 * D(b));"), ("ldexp_f64", "return UD(__builtin_ldexp(D(a), (s32)(b % 3000) - 1500));"),
  // Half precision.
  ("add_f16", "return UH((half)(H(a) + H(b)));"), ("mul_f16", "return UH((half)(H(a) * H(b)));"), ("sub_f16", "return UH((half)(H(a) - H(b)));"),
  ("cvt_f16", "return UH((half)F(a));"), ("cvth_f32", "return U((float)H(a));"), ("cvtdh_f16", "return UH((half)F(b)) ;"),
  ("cmph", "return (H(a) < H(b)) | (H(a) == H(b)) << 1 | (H(a) >= H(b)) << 2;"), ("neg_f16", "return UH((half)(-H(a) * H(b)));"),
  ("halves", "u64 r = 0; for (int i = 0; i < 4; i++) { half s = H(a >> 16 * i) + H(b >> 16 * i); half p = s * H(c >> 16 * i); u16 x = UH(p); if ((x & 0x7fff) > 0x7c00) x = 0x7e00; r |= (u64)x << 16 * i; } return r;"),
  ("bf16", "__bf16 x; u16 v = a; __builtin_memcpy(&x, &v, 2); return U((float)x) & 0x7fffffff;"),
]

@Suite struct ExecutionCorpusTests {
  static func source(forHost: Bool) -> String {
    var text = """
      typedef unsigned int u32; typedef unsigned long u64; typedef unsigned short u16; typedef unsigned char u8;
      typedef int s32; typedef long s64; typedef short s16; typedef signed char s8; typedef _Float16 half;
      static inline float F(u64 a) { u32 v = (u32)a; float r; __builtin_memcpy(&r, &v, 4); return r; }
      static inline u64 U(float a) { u32 v; __builtin_memcpy(&v, &a, 4); return v; }
      static inline double D(u64 a) { double r; __builtin_memcpy(&r, &a, 8); return r; }
      static inline u64 UD(double a) { u64 v; __builtin_memcpy(&v, &a, 8); return v; }
      static inline half H(u64 a) { u16 v = (u16)a; half r; __builtin_memcpy(&r, &v, 2); return r; }
      static inline u64 UH(half a) { u16 v; __builtin_memcpy(&v, &a, 2); return v; }
      static __attribute__((noinline)) u64 helper(u64 x, u64 y) { return x * 0x9e3779b97f4a7c15ul ^ y >> 13; }
      static __attribute__((noinline)) u64 helper2(u64 x, u64 y) { return x - y * 5; }
      static __attribute__((noinline)) u64 fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) * 3; }

      """
    for (name, body) in corpus {
      text += "static inline u64 f_\(name)(u64 a, u64 b, u64 c) { \(body) }\n"
      text +=
        forHost
        ? "void k_\(name)(const u64 *A, const u64 *B, const u64 *C, u64 *D, u32 n) { for (u32 i = 0; i < n; i++) D[i] = f_\(name)(A[i], B[i], C[i]); }\n"
        : """
        __attribute__((amdgpu_kernel)) void k_\(name)(G u64 *A, G u64 *B, u64 *C, G u64 *D, u32 n) {
          u32 i = __builtin_amdgcn_workgroup_id_x() * 256 + __builtin_amdgcn_workitem_id_x();
          if (i < n) D[i] = f_\(name)(A[i], B[i], C[i]);
        }
        __attribute__((amdgpu_kernel)) void s_\(name)(G u64 *A, G u64 *B, u64 *C, G u64 *D, u32 n) {
          u32 i = __builtin_amdgcn_workgroup_id_x();
          D[i] = f_\(name)(same(A[i]), same(B[i]), same(C[i]));
        }

        """
    }
    let device = """
      #define G __attribute__((address_space(1)))
      static inline unsigned long same(unsigned long v) {   // in scalar registers
        return (unsigned)__builtin_amdgcn_readfirstlane((int)v) | (unsigned long)(unsigned)__builtin_amdgcn_readfirstlane((int)(v >> 32)) << 32;
      }

      """
    return forHost ? text : device + text
  }

  /// Corner cases of every type in every combination of a and b, then noise.
  static let inputs: (a: [UInt64], b: [UInt64], c: [UInt64]) = {
    let corners: [UInt64] = [
      0, 1, 2, 3, 7, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
      0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ~0, ~1,
      0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x0080_0000, 0x0000_0001 << 3, 0x7f7f_ffff, 0x4f00_0000, 0x3eff_ffff, 0x40490fdb,
      0x3ff0_0000_0000_0000, 0xbff8_0000_0000_0000, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0x0010_0000_0000_0000, 0x7fef_ffff_ffff_ffff, 0x4009_21fb_5444_2d18,
      0x3c00, 0xbc00, 0x7c00, 0x7e00, 0x0400, 0x03ff, 0x7bff, 0x3555, 0x3c00_3c00_b800_4200,
    ]
    var a: [UInt64] = [], b: [UInt64] = [], c: [UInt64] = []
    for x in corners { for y in corners { a.append(x); b.append(y); c.append(corners[(a.count * 7) % corners.count]) } }
    var state: UInt64 = 0x1234_5678_9abc_def1
    func noise() -> UInt64 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return state }
    for i in 0..<3000 {
      switch i % 4 {
      case 0: a.append(noise()); b.append(noise()); c.append(noise())
      case 1: a.append(noise() >> (noise() & 63)); b.append(noise() >> (noise() & 63)); c.append(noise() >> (noise() & 63))
      case 2:   // ordinary single-precision numbers
        func f() -> UInt64 { UInt64((Float(Int64(truncatingIfNeeded: noise()) >> 40) / 977).bitPattern) }
        a.append(f()); b.append(f()); c.append(f())
      default:
        func d() -> UInt64 { (Double(Int64(truncatingIfNeeded: noise()) >> 20) / 977).bitPattern }
        a.append(d()); b.append(d()); c.append(d())
      }
    }
    return (a, b, c)
  }()

  static func canonical(_ name: String, _ value: UInt64) -> UInt64 {
    if name.hasSuffix("_f32") { return Float(bitPattern: UInt32(truncatingIfNeeded: value)).isNaN ? 0x7fc0_0000 : value }
    if name.hasSuffix("_f64") { return Double(bitPattern: value).isNaN ? 0x7ff8_0000_0000_0000 : value }
    if name.hasSuffix("_f16") { return Float16(bitPattern: UInt16(truncatingIfNeeded: value)).isNaN ? 0x7e00 : value }
    return value
  }

  @Test(arguments: ["-O3", "-O1", "-O0"]) func `C functions give the host's results`(optimisation: String) throws {
    try Self.compare(Lab(), optimisation)
  }
  /// Scratch by scratch instructions: buffer descriptors for it come from a client's queue.
  @Test(arguments: ["-O3", "-O2", "-O0"]) func `C functions give the host's results on gfx90a too`(optimisation: String) throws {
    try Self.compare(Lab(.mi210), optimisation, flags: ["-Xclang", "-target-feature", "-Xclang", "+enable-flat-scratch"])
  }
  @Test(arguments: ["-O3", "-O1", "-O0"], [32, 64]) func `C functions give the host's results on gfx1100 too`(optimisation: String, lanes: Int) throws {
    // LLVM 22 at -O0 copies only the lower half of a 32-bit register in `bswap` (v_mov_b16 for a COPY of it).
    try Self.compare(Lab(.rx7900xtx, waveSize: lanes), optimisation, without: optimisation == "-O0" ? ["bswap"] : [])
  }

  private static func compare(_ lab: Lab, _ optimisation: String, without skipped: Set<String> = [], flags: [String] = []) throws {
    let directory = try temporaryDirectory()
    defer { unlink(directory + "/host.so"); unlink(directory + "/source.c"); removeTree(directory) }
    try write(Array(Self.source(forHost: true).utf8), to: directory + "/source.c")
    _ = try runTool(
      ["clang-22", "-O1", "-march=x86-64-v3", "-ffp-contract=off", "-fPIC", "-shared", "-w", "-o", directory + "/host.so", directory + "/source.c"])
    try write(Array(Self.source(forHost: false).utf8), to: directory + "/source.c")
    _ = try runTool(
      ["clang-22", optimisation] + lab.target + flags + ["-nogpulib", "-ffp-contract=off", "-w", "-o", directory + "/code.hsaco", directory + "/source.c"])
    try lab.load(try read(directory + "/code.hsaco"))
    guard let library = dlopen(directory + "/host.so", RTLD_NOW) else { throw LabError("cannot load the host's code") }
    let (a, b, c) = Self.inputs
    let n = a.count
    let da = lab.buffer(a), db = lab.buffer(b), dc = lab.buffer(c), out = lab.buffer(UInt64(0), count: n)
    typealias Host = @convention(c) (UnsafePointer<UInt64>, UnsafePointer<UInt64>, UnsafePointer<UInt64>, UnsafeMutablePointer<UInt64>, UInt32) -> Void
    for (name, _) in corpus where !skipped.contains(name) {
      let host = unsafeBitCast(dlsym(library, "k_" + name), to: Host.self)
      var expected = [UInt64](repeating: 0, count: n)
      host(a, b, c, &expected, UInt32(n))
      // Lane by lane, and, every eleventh input, by waves whose values are all the same, so that LLVM uses scalar instructions.
      for (kernel, groups, size, step) in [("k_", (n + 255) / 256, 256, 1), ("s_", n / 11, 1, 11)] {
        for i in 0..<n { out[i] = 0xdead }
        if step > 1 {
          for i in 0..<groups { da[i] = a[i * step]; db[i] = b[i * step]; dc[i] = c[i * step] }
        }
        let outcome = try lab.run(
          kernel + name, groups: (groups, 1, 1), size: (size, 1, 1),
          [.pointer(da.address), .pointer(db.address), .pointer(dc.address), .pointer(out.address), .u32(UInt32(n))], scratch: 65536)
        if step > 1 {
          for i in 0..<groups { da[i] = a[i]; db[i] = b[i]; dc[i] = c[i] }
        }
        if case .faulted(let fault) = outcome {
          Issue.record("\(kernel)\(name) at \(optimisation): \(fault.diagnosis(addressSpace: lab.space, kernelName: name))")
          continue
        }
        let wrong = (0..<(step > 1 ? groups : n)).filter { Self.canonical(name, out[$0]) != Self.canonical(name, expected[$0 * step]) }
        if let i = wrong.first {
          Issue.record(
            "\(kernel)\(name) at \(optimisation): \(wrong.count) of \(n) differ, first for a=\(hex(a[i * step])) b=\(hex(b[i * step])) c=\(hex(c[i * step])): \(hex(out[i])), not \(hex(expected[i * step]))")
        }
      }
    }
  }
}
