// Memory instructions of PTX against what the manual says of them: atomics of every operation and type on device, pinned, managed and
// shared memory, alone and contended; loads and stores in every form; fences, address questions, the device's malloc.
// Expected values are computed here, on the host; on an NVIDIA GPU with NVIDIA's libcuda the same program checks that they are CUDA's.
// Plain C and the driver API by dlopen.
//
//   memory_reference LIBCUDA [--only TEXT] [--print]     one line a case, `ok NAME` or `FAIL NAME: why`; --print shows each kernel
//
// Source: PTX ISA, "atom", "red", "ld", "st", "ldu", "isspacep", "cvta", "mapa", "fence"; IEEE 754 for halves.
#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef uint64_t CUdeviceptr;
#define FUNCTIONS(X) \
  X(cuInit, "cuInit", (unsigned)) X(cuDeviceGet, "cuDeviceGet", (int *, int)) \
  X(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (void **, int)) X(cuCtxSetCurrent, "cuCtxSetCurrent", (void *)) \
  X(cuModuleLoadDataEx, "cuModuleLoadDataEx", (void **, const void *, unsigned, int *, void **)) X(cuModuleUnload, "cuModuleUnload", (void *)) \
  X(cuModuleGetFunction, "cuModuleGetFunction", (void **, void *, const char *)) \
  X(cuMemAlloc, "cuMemAlloc_v2", (CUdeviceptr *, size_t)) X(cuMemHostAlloc, "cuMemHostAlloc", (void **, size_t, unsigned)) \
  X(cuMemHostGetDevicePointer, "cuMemHostGetDevicePointer_v2", (CUdeviceptr *, void *, unsigned)) \
  X(cuMemAllocManaged, "cuMemAllocManaged", (CUdeviceptr *, size_t, unsigned)) \
  X(cuMemcpyHtoD, "cuMemcpyHtoD_v2", (CUdeviceptr, const void *, size_t)) X(cuMemcpyDtoH, "cuMemcpyDtoH_v2", (void *, CUdeviceptr, size_t)) \
  X(cuLaunchKernel, "cuLaunchKernel", (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **)) \
  X(cuCtxSynchronize, "cuCtxSynchronize", (void)) X(cuGetErrorName, "cuGetErrorName", (CUresult, const char **))
#define X(name, symbol, arguments) static CUresult (*name) arguments;
FUNCTIONS(X)
#undef X

enum { threads = 128, area = 65536 };
static const char *only;
static int prints, failures;
static CUdeviceptr buffers[3][3];   // device, pinned, managed; three areas each
static const char *const kinds[3] = {"device", "pinned", "managed"};
static uint8_t host[3][area];

static const char *error_name(CUresult e) { const char *n = "?"; cuGetErrorName(e, &n); return n; }
static void must(CUresult e, const char *what) { if (e) { fprintf(stderr, "memory_reference: %s: %s\n", what, error_name(e)); exit(2); } }

static void fail(const char *name, const char *format, ...) {
  va_list list;
  va_start(list, format);
  printf("FAIL %s: ", name); vprintf(format, list); putchar('\n'); fflush(stdout);
  va_end(list);
  failures++;
}

static uint64_t state = 1;
static uint64_t next(void) {  // splitmix64
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// A kernel of `body`, with %a, %b, %o: the addresses of the three areas; %t the thread, and registers of every kind.
static char text[65536];
static void kernel(const char *globals, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int n = snprintf(text, sizeof text,
    ".version 8.8\n.target sm_90\n.address_size 64\n%s\n.visible .entry k(.param .u64 pa, .param .u64 pb, .param .u64 po)\n{\n"
    ".reg .pred %%p<8>;\n.reg .b16 %%h<16>;\n.reg .b32 %%r<32>;\n.reg .f32 %%f<32>;\n.reg .b64 %%d<32>;\n.reg .f64 %%e<8>;\n.reg .b128 %%q<4>;\n"
    ".reg .b64 %%a, %%b, %%o, %%x, %%y, %%z;\n.reg .b32 %%t;\n"
    "ld.param.u64 %%a, [pa];\nld.param.u64 %%b, [pb];\nld.param.u64 %%o, [po];\n"
    "cvta.to.global.u64 %%a, %%a;\ncvta.to.global.u64 %%b, %%b;\ncvta.to.global.u64 %%o, %%o;\nmov.u32 %%t, %%tid.x;\n", globals);
  n += vsnprintf(text + n, sizeof text - n, format, list);
  snprintf(text + n, sizeof text - n, "\nret;\n}\n");
  va_end(list);
}

/// Runs the kernel on the areas of `kind`, filled from `host`, and reads them back.  0 when it didn't run.
static int run(const char *name, int kind, int blocks) {
  if (prints) printf("// %s\n%s\n", name, text);
  void *module = 0, *function = 0;
  char log[4096] = "";
  int options[] = {5, 6};  // CU_JIT_ERROR_LOG_BUFFER, its size
  void *values[] = {log, (void *)(uintptr_t)sizeof log};
  CUresult e = cuModuleLoadDataEx(&module, text, 2, options, values);
  if (!e) e = cuModuleGetFunction(&function, module, "k");
  if (e) { fail(name, "%s %.300s", error_name(e), log); return 0; }
  for (int i = 0; i < 3; i++) must(cuMemcpyHtoD(buffers[kind][i], host[i], area), "copying in");
  void *arguments[] = {&buffers[kind][0], &buffers[kind][1], &buffers[kind][2]};
  e = cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0, 0, arguments, 0);
  if (!e) e = cuCtxSynchronize();
  if (e) { fail(name, "%s", error_name(e)); if (e != 200 && e != 222 && e != 98 && e != 801 && e != 218) exit(1); return 0; }
  for (int i = 0; i < 3; i++) must(cuMemcpyDtoH(host[i], buffers[kind][i], area), "copying out");
  must(cuModuleUnload(module), "unloading");
  return 1;
}

// ---- types ------------------------------------------------------------------------------------------------------------------

typedef struct { const char *name; int bytes; char kind; const char *prefix; } scalar;  // kind: u s f d h g(bf16) H G(packed) q(128)
static const scalar scalars[] = {
  {"u32", 4, 'u', "r"}, {"s32", 4, 's', "r"}, {"b32", 4, 'u', "r"}, {"u64", 8, 'u', "d"}, {"s64", 8, 's', "d"}, {"b64", 8, 'u', "d"},
  {"f32", 4, 'f', "f"}, {"f64", 8, 'd', "e"}, {"f16", 2, 'h', "h"}, {"bf16", 2, 'g', "h"}, {"f16x2", 4, 'H', "r"}, {"bf16x2", 4, 'G', "r"},
  {"b16", 2, 'u', "h"}, {"b128", 16, 'q', "q"},
};
static const scalar *type_of(const char *name) {
  for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) if (!strcmp(scalars[i].name, name)) return &scalars[i];
  abort();
}
static double from_half(uint16_t h) {
  int e = h >> 10 & 31, m = h & 1023;
  double v = e == 31 ? (m ? NAN : INFINITY) : e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
  return h >> 15 ? -v : v;
}
static double from_bfloat(uint16_t h) { uint32_t b = (uint32_t)h << 16; float f; memcpy(&f, &b, 4); return f; }
static uint16_t round_to(double v, int bits, int bias, uint16_t infinity) {  // nearest even; bits: of the fraction
  uint16_t sign = signbit(v) ? 0x8000 : 0;
  v = fabs(v);
  if (isnan(v)) return 0x7fff;
  if (v == 0) return sign;
  if (isinf(v)) return sign | infinity;
  int e;
  frexp(v, &e);
  int scale = e - 1 < 1 - bias ? 1 - bias : e - 1;  // exponent of the last place, plus bits
  double m = nearbyint(ldexp(v, bits - scale));
  uint32_t whole = (uint32_t)m;
  uint32_t biased = (uint32_t)(scale + bias);
  uint32_t result = whole >= 1u << bits ? (biased << bits) + (whole - (1u << bits)) : whole;
  if (whole >= 2u << bits) result = (biased + 1) << bits;
  return sign | (result >= infinity ? infinity : (uint16_t)result);
}
static uint16_t half_of(double v) { return round_to(v, 10, 15, 0x7c00); }
static uint16_t bfloat_of(double v) { return round_to(v, 7, 127, 0x7f80); }

typedef struct { uint64_t low, high; } value;

static uint64_t fold16(char kind, const char *op, uint64_t a, uint64_t b) {
  double x = kind == 'h' ? from_half((uint16_t)a) : from_bfloat((uint16_t)a), y = kind == 'h' ? from_half((uint16_t)b) : from_bfloat((uint16_t)b);
  double r = !strcmp(op, "add") ? x + y : !strcmp(op, "min") ? fmin(x, y) : fmax(x, y);
  return kind == 'h' ? half_of(r) : bfloat_of(r);
}

/// What `op` leaves in memory that held `a`.
static value fold(const scalar *t, const char *op, value a, value b, value c) {
  value r = a;
  int wide = t->bytes == 8;
  uint64_t mask = t->bytes == 8 ? ~0ull : (1ull << 8 * t->bytes) - 1;
  if (!strcmp(op, "exch")) return b;
  if (!strcmp(op, "cas")) return a.low == b.low && a.high == b.high ? c : a;
  switch (t->kind) {
  case 'f': { float x, y; uint32_t i = (uint32_t)a.low, j = (uint32_t)b.low; memcpy(&x, &i, 4); memcpy(&y, &j, 4); x += y; memcpy(&i, &x, 4); r.low = i; return r; }
  case 'd': { double x, y; memcpy(&x, &a.low, 8); memcpy(&y, &b.low, 8); x += y; memcpy(&r.low, &x, 8); return r; }
  case 'h': case 'g': r.low = fold16(t->kind, op, a.low, b.low); return r;
  case 'H': case 'G': {
    char k = t->kind == 'H' ? 'h' : 'g';
    r.low = fold16(k, op, a.low & 0xffff, b.low & 0xffff) | fold16(k, op, a.low >> 16, b.low >> 16) << 16;
    return r;
  }
  default: break;
  }
  if (!strcmp(op, "add")) r.low = a.low + b.low;
  else if (!strcmp(op, "and")) r.low = a.low & b.low;
  else if (!strcmp(op, "or")) r.low = a.low | b.low;
  else if (!strcmp(op, "xor")) r.low = a.low ^ b.low;
  else if (!strcmp(op, "inc")) r.low = a.low >= b.low ? 0 : a.low + 1;
  else if (!strcmp(op, "dec")) r.low = a.low == 0 || a.low > b.low ? b.low : a.low - 1;
  else {
    int less = t->kind == 's' ? (wide ? (int64_t)a.low < (int64_t)b.low : (int32_t)a.low < (int32_t)b.low) : a.low < b.low;
    r.low = less == !strcmp(op, "min") ? a.low : b.low;
  }
  r.low &= mask;
  return r;
}

static value get(const uint8_t *from, const scalar *t, int index) {
  value v = {0, 0};
  memcpy(&v, from + (size_t)index * t->bytes, t->bytes);
  return v;
}

/// Numbers of a type: small ones for floating point (their sums are exact), edges and random ones for integers.
static void fill(uint8_t *to, const scalar *t, int count, int seed) {
  static const uint64_t edges[] = {0, 1, ~0ull, 0x80000000u, 0x7fffffff, 0x8000000000000000u, 0x7fffffffffffffffu, 0xffffffffu, 0x100000000u};
  state = (uint64_t)seed;
  for (int i = 0; i < count; i++) {
    uint64_t v = i < 27 ? edges[(i + seed) % 9] : next(), w = next();
    int n = (int)(next() % 61) - 30;
    float f = (float)n * 0.5f;
    double d = n * 0.25;
    switch (t->kind) {
    case 'f': memcpy(&v, &f, 4); break;
    case 'd': memcpy(&v, &d, 8); break;
    case 'h': v = half_of(n * 0.3); break;
    case 'g': v = bfloat_of(n * 0.3); break;
    case 'H': v = half_of(n * 0.3) | (uint32_t)half_of(n * -1.7) << 16; break;
    case 'G': v = bfloat_of(n * 0.3) | (uint32_t)bfloat_of(n * -1.7) << 16; break;
    default: break;
    }
    value pair = {v, w};
    memcpy(to + (size_t)i * t->bytes, &pair, t->bytes);
  }
}

// ---- atomics ----------------------------------------------------------------------------------------------------------------

static const char *const scopes[] = {"", ".cta", ".gpu", ".sys", ".cluster"};
static const char *const orders[] = {"", ".relaxed", ".acquire", ".release", ".acq_rel"};

static void load_text(char *out, const scalar *t, int vector, const char *reg, const char *address) {
  (void)vector;
  sprintf(out, "ld.global.b%d %s, [%s];\n", t->bytes * 8, reg, address);
}

/// Each thread has a place of its own: the old value comes back, the new one is in memory.
/// place: 0 global, 1 generic, 2 shared, 3 shared by a generic address.  vector: 1, 2, 4, 8.
static void alone(const char *op, const char *type, int vector, int kind, int place, const char *scope, const char *order, int isRed) {
  const scalar *t = type_of(type);
  char name[160];
  snprintf(name, sizeof name, "%s%s%s%s.%s%s%s on %s", isRed ? "red" : "atom", order, scope, place == 0 ? ".global" : place == 2 ? ".shared" : "", op,
    vector > 1 ? (vector == 2 ? ".v2." : vector == 4 ? ".v4." : ".v8.") : ".", type, place >= 2 ? "shared" : kinds[kind]);
  if (only && !strstr(name, only)) return;
  int isCas = !strcmp(op, "cas"), bytes = t->bytes * vector, count = threads * vector;
  int isHalf = t->kind == 'h' || t->kind == 'g' || t->kind == 'H' || t->kind == 'G';
  fill(host[0], t, count, 3);
  fill(host[1], t, 2 * count, 5);
  memset(host[2], 0, area);
  if (isCas) for (int i = 0; i < count; i += 2) memcpy(host[1] + i * t->bytes, host[0] + i * t->bytes, t->bytes);  // every second one matches
  static uint8_t before[area], argument[area];
  memcpy(before, host[0], area);
  memcpy(argument, host[1], area);

  char body[8192], list_b[256] = "", list_d[256] = "", list_c[64] = "";
  int n = sprintf(body, "mul.wide.u32 %%x, %%t, %d;\nadd.s64 %%d20, %%a, %%x;\nadd.s64 %%d21, %%b, %%x;\nadd.s64 %%d22, %%o, %%x;\n", bytes);
  char at[64] = "%d20";
  if (place >= 2) {  // into shared memory first
    n += sprintf(body + n, "cvt.u32.u64 %%r20, %%x;\nmov.u32 %%r21, tile;\nadd.u32 %%r20, %%r20, %%r21;\n");
    for (int i = 0; i < bytes; i += t->bytes < 4 ? 2 : 4)
      n += sprintf(body + n, t->bytes < 4 ? "ld.global.b16 %%h14, [%%d20+%d];\nst.shared.b16 [%%r20+%d], %%h14;\n" : "ld.global.b32 %%r22, [%%d20+%d];\nst.shared.b32 [%%r20+%d], %%r22;\n", i, i);
    if (place == 3) n += sprintf(body + n, "cvt.u64.u32 %%d23, %%r20;\ncvta.shared.u64 %%d23, %%d23;\n");
    strcpy(at, place == 3 ? "%d23" : "%r20");
  } else if (place == 1) {
    n += sprintf(body + n, "cvta.global.u64 %%d23, %%d20;\n");
    strcpy(at, "%d23");
  }
  for (int i = 0; i < vector; i++) {
    char reg[16], from[32];
    sprintf(reg, "%%%s%d", t->prefix, vector > 1 ? i : 0);
    sprintf(from, "%%d21+%d", i * t->bytes);
    if (t->kind == 'q') n += sprintf(body + n, "ld.global.v2.b64 {%%d0, %%d1}, [%s];\nmov.b128 %s, {%%d0, %%d1};\n", from, reg);
    else { load_text(body + n, t, 1, reg, from); n += (int)strlen(body + n); }
    sprintf(list_b + strlen(list_b), "%s%s", i ? ", " : "", reg);
    sprintf(list_d + strlen(list_d), "%s%%%s%d", i ? ", " : "", t->prefix, vector > 1 ? i + 8 : 2);
  }
  if (isCas) {
    if (t->kind == 'q') n += sprintf(body + n, "ld.global.v2.b64 {%%d0, %%d1}, [%%d21+%d];\nmov.b128 %%q1, {%%d0, %%d1};\n", count * t->bytes);
    else { char from[32]; sprintf(from, "%%d21+%d", count * t->bytes); sprintf(list_c, "%%%s1", t->prefix); load_text(body + n, t, 1, list_c, from); n += (int)strlen(body + n); }
    sprintf(list_c, ", %%%s1", t->prefix);
  }
  const char *open = vector > 1 ? "{" : "", *close = vector > 1 ? "}" : "";
  char form[160];
  snprintf(form, sizeof form, "%s%s%s.%s%s%s.%s", order, scope, place == 0 ? ".global" : place == 2 ? ".shared" : "", op,
    isHalf && !isCas ? ".noftz" : "", vector == 2 ? ".v2" : vector == 4 ? ".v4" : vector == 8 ? ".v8" : "", type);
  if (isRed) n += sprintf(body + n, "red%s [%s], %s%s%s;\n", form, at, open, list_b, close);
  else {
    n += sprintf(body + n, "atom%s %s%s%s, [%s], %s%s%s%s;\n", form, open, list_d, close, at, open, list_b, close, list_c);
    for (int i = 0; i < vector; i++) {
      int reg = vector > 1 ? i + 8 : 2;
      if (t->kind == 'q') n += sprintf(body + n, "mov.b128 {%%d2, %%d3}, %%q2;\nst.global.v2.b64 [%%d22], {%%d2, %%d3};\n");
      else n += sprintf(body + n, "st.global.b%d [%%d22+%d], %%%s%d;\n", t->bytes * 8, i * t->bytes, t->prefix, reg);
    }
  }
  if (place >= 2)
    for (int i = 0; i < bytes; i += t->bytes < 4 ? 2 : 4)
      n += sprintf(body + n, t->bytes < 4 ? "ld.shared.b16 %%h14, [%%r20+%d];\nst.global.b16 [%%d20+%d], %%h14;\n" : "ld.shared.b32 %%r22, [%%r20+%d];\nst.global.b32 [%%d20+%d], %%r22;\n", i, i);
  char globals[64];
  sprintf(globals, place >= 2 ? ".shared .align 16 .b8 tile[%d];" : "", threads * bytes);
  kernel(globals, "%s", body);
  if (!run(name, kind, 1)) return;
  for (int i = 0; i < count; i++) {
    value a = get(before, t, i), b = get(argument, t, i), c = get(argument, t, count + i);
    if (isCas) c = get(argument + count * t->bytes, t, i);
    value want = fold(t, op, a, b, c), have = get(host[0], t, i), old = get(host[2], t, i);
    if (want.low != have.low || want.high != have.high)
      return fail(name, "element %d: %" PRIx64 " with %" PRIx64 " left %" PRIx64 ", not %" PRIx64, i, a.low, b.low, have.low, want.low);
    if (!isRed && (old.low != a.low || old.high != a.high)) return fail(name, "element %d: gave %" PRIx64 ", memory held %" PRIx64, i, old.low, a.low);
  }
  printf("ok %s\n", name);
}

/// Many threads at four places: what remains is the sum of all that was done.
static void contended(const char *op, const char *type, int kind, int place, const char *scope, int isRed) {
  const scalar *t = type_of(type);
  char name[160];
  snprintf(name, sizeof name, "contended %s%s%s.%s.%s on %s", isRed ? "red" : "atom", scope, place == 0 ? ".global" : "", op, type, kinds[kind]);
  if (only && !strstr(name, only)) return;
  int blocks = 4;
  memset(host[0], 0, area); memset(host[1], 0, area); memset(host[2], 0, area);
  for (int i = 0; i < 4; i++) { value v = {!strcmp(op, "and") ? ~0ull : !strcmp(op, "min") ? 0x7fffffff : 0, 0}; if (t->kind == 'f' || t->kind == 'd' || t->kind == 'h') v.low = 0; memcpy(host[0] + i * 16, &v, t->bytes); }
  for (int i = 0; i < threads; i++) {
    value v = {next() % 1000, 0};
    if (!strcmp(op, "and")) v.low = ~(1ull << (i % 31));
    if (!strcmp(op, "or") || !strcmp(op, "xor")) v.low = 1ull << (i % 31);
    if (!strcmp(op, "inc") || !strcmp(op, "dec")) v.low = 99;
    float f = (float)(i % 4); double d = i % 8;
    if (t->kind == 'f') memcpy(&v.low, &f, 4);
    if (t->kind == 'd') memcpy(&v.low, &d, 8);
    if (t->kind == 'h') v.low = half_of(i % 2);
    if (t->kind == 'g') v.low = bfloat_of(i % 16 == 0);
    memcpy(host[1] + i * t->bytes, &v, t->bytes);
  }
  static uint8_t before[area], argument[area];
  memcpy(before, host[0], area); memcpy(argument, host[1], area);
  char body[2048], load[128], from[16] = "%d21", reg[16];
  sprintf(reg, "%%%s0", t->prefix);
  load_text(load, t, 1, reg, from);
  const char *noftz = t->kind == 'h' || t->kind == 'g' ? ".noftz" : "";
  int n = sprintf(body, "mul.wide.u32 %%x, %%t, %d;\nadd.s64 %%d21, %%b, %%x;\n%sand.b32 %%r20, %%t, 3;\nmul.wide.u32 %%y, %%r20, 16;\nadd.s64 %%d20, %%a, %%y;\n", t->bytes, load);
  if (place == 1) n += sprintf(body + n, "cvta.global.u64 %%d20, %%d20;\n");
  if (isRed) sprintf(body + n, "red%s%s.%s%s.%s [%%d20], %s;\n", scope, place == 0 ? ".global" : "", op, noftz, type, reg);
  else sprintf(body + n, "atom%s%s.%s%s.%s %%%s5, [%%d20], %s;\n", scope, place == 0 ? ".global" : "", op, noftz, type, t->prefix, reg);
  kernel("", "%s", body);
  if (!run(name, kind, blocks)) return;
  for (int cell = 0; cell < 4; cell++) {
    value v = get(before + cell * 16, t, 0), none = {0, 0};
    for (int block = 0; block < blocks; block++)
      for (int i = cell; i < threads; i += 4) v = fold(t, op, v, get(argument, t, i), none);
    value have = get(host[0] + cell * 16, t, 0);
    if (v.low != have.low) return fail(name, "place %d holds %" PRIx64 ", not %" PRIx64, cell, have.low, v.low);
  }
  printf("ok %s\n", name);
}

static void atomics(void) {
  static const struct { const char *type, *ops; } rows[] = {
    {"u32", "add inc dec min max"}, {"s32", "add min max"}, {"b32", "and or xor exch cas"}, {"u64", "add min max"}, {"s64", "min max"},
    {"b64", "and or xor exch cas"}, {"f32", "add"}, {"f64", "add"}, {"f16", "add"}, {"bf16", "add"}, {"f16x2", "add"}, {"bf16x2", "add"}, {"b16", "cas"},
  };
  int turn = 0;
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    char ops[128], *rest = ops, *op;
    strcpy(ops, rows[r].ops);
    while ((op = strsep(&rest, " "))) {
      for (int kind = 0; kind < 3; kind++)
        for (int place = 0; place < 4; place++) {
          if (place >= 2 && kind) continue;
          alone(op, rows[r].type, 1, kind, place, scopes[turn % 4], orders[turn / 2 % 5], 0);
          turn++;
          if (strcmp(op, "cas") && strcmp(op, "exch")) alone(op, rows[r].type, 1, kind, place, scopes[turn % 4], turn % 3 ? "" : ".relaxed", 1);
        }
      if (strcmp(op, "cas") && strcmp(op, "exch") && strcmp(rows[r].type, "f16x2") && strcmp(rows[r].type, "bf16x2"))
        for (int kind = 0; kind < 3; kind++) {
          contended(op, rows[r].type, kind, turn % 2, kind ? ".sys" : "", turn % 2);
          contended(op, rows[r].type, kind, 1 - turn % 2, ".gpu", 1 - turn % 2);
          turn++;
        }
    }
  }
  static const struct { const char *type, *ops; int widest; } vectors[] = {
    {"f32", "add", 4}, {"f16", "add min max", 8}, {"bf16", "add min max", 8}, {"f16x2", "add min max", 4}, {"bf16x2", "add min max", 4},
  };
  for (size_t r = 0; r < sizeof vectors / sizeof *vectors; r++) {
    char ops[128], *rest = ops, *op;
    strcpy(ops, vectors[r].ops);
    while ((op = strsep(&rest, " ")))
      for (int vector = 2; vector <= vectors[r].widest; vector *= 2)
        for (int kind = 0; kind < 3; kind++) { alone(op, vectors[r].type, vector, kind, kind % 2, scopes[turn % 4], "", 0); alone(op, vectors[r].type, vector, kind, 1 - kind % 2, "", "", 1); turn++; }
  }
  for (int place = 0; place < 4; place++)
    for (int order = 0; order < 5; order++) {
      alone("cas", "b128", 1, 0, place, order % 2 ? ".gpu" : "", orders[order], 0);
      alone("exch", "b128", 1, 0, place, order % 2 ? ".sys" : ".cta", orders[order], 0);
    }
}

// ---- loads and stores -------------------------------------------------------------------------------------------------------

/// Copies area a to area o by `form`, an instruction with %s for its registers: bytes for each thread.
static void copies(const char *load, const char *store, int bytes, const char *prefix, int parts, int isShared) {
  char name[160], list[256] = "", body[4096], ld[512], st[512];
  snprintf(name, sizeof name, "%s | %s", load, store);
  if (only && !strstr(name, only)) return;
  for (int i = 0; i < area; i++) { host[0][i] = (uint8_t)(next() >> 40); host[2][i] = 0xee; }
  static uint8_t before[area];
  memcpy(before, host[0], area);
  for (int i = 0; i < parts; i++) sprintf(list + strlen(list), "%s%%%s%d", i ? ", " : "", prefix, i);
  char registers[300];
  snprintf(registers, sizeof registers, parts > 1 ? "{%s}" : "%s", list);
  const char *policy = strstr(load, "L2::cache_hint") ? ", %d30" : "", *policy2 = strstr(store, "L2::cache_hint") ? ", %d30" : "";
  snprintf(ld, sizeof ld, "%s %s, [%%d20]%s;\n", load, registers, policy);
  snprintf(st, sizeof st, "%s [%%d21], %s%s;\n", store, registers, policy2);
  int n = sprintf(body, "createpolicy.fractional.L2::evict_first.b64 %%d30, 1.0;\nmul.wide.u32 %%x, %%t, %d;\nadd.s64 %%d20, %%a, %%x;\nadd.s64 %%d21, %%o, %%x;\n", bytes);
  if (strstr(load, "global") == NULL && strstr(load, "shared") == NULL) n += sprintf(body + n, "cvta.global.u64 %%d20, %%d20;\n");
  if (strstr(store, "global") == NULL && strstr(store, "shared") == NULL) n += sprintf(body + n, "cvta.global.u64 %%d21, %%d21;\n");
  if (!isShared) sprintf(body + n, "%s%s", ld, st);
  else {  // through shared memory by the form under test, in and out by bytes
    n += sprintf(body + n, "cvt.u32.u64 %%r30, %%x;\nmov.u32 %%r31, tile;\nadd.u32 %%r30, %%r30, %%r31;\nmov.b64 %%d22, %%d20;\nmov.b64 %%d23, %%d21;\n");
    for (int i = 0; i < bytes; i++) n += sprintf(body + n, "ld.global.u8 %%h15, [%%d22+%d];\nst.shared.u8 [%%r30+%d], %%h15;\n", i, i);
    n += sprintf(body + n, "cvt.u64.u32 %%d20, %%r30;\nadd.s64 %%d21, %%d20, %d;\n%s%s", threads * bytes, ld, st);
    for (int i = 0; i < bytes; i++) n += sprintf(body + n, "ld.shared.u8 %%h15, [%%r30+%d];\nst.global.u8 [%%d23+%d], %%h15;\n", threads * bytes + i, i);
  }
  char globals[64];
  sprintf(globals, isShared ? ".shared .align 32 .b8 tile[%d];" : "", 2 * threads * bytes);
  kernel(globals, "%s", body);
  if (!run(name, 0, 1)) return;
  for (int i = 0; i < threads * bytes; i++) if (host[2][i] != before[i]) return fail(name, "byte %d: %02x, not %02x", i, host[2][i], before[i]);
  if (host[2][threads * bytes] != 0xee) return fail(name, "writes too far");
  printf("ok %s\n", name);
}

static void forms(void) {
  static const struct { const char *type; int bytes; const char *prefix; } units[] = {
    {"b8", 1, "h"}, {"u8", 1, "r"}, {"s8", 1, "r"}, {"b16", 2, "h"}, {"u16", 2, "h"}, {"s16", 2, "r"}, {"b32", 4, "r"}, {"u32", 4, "r"}, {"s32", 4, "r"}, {"f32", 4, "f"},
    {"b64", 8, "d"}, {"u64", 8, "d"}, {"s64", 8, "d"}, {"f64", 8, "e"},
  };
  static const char *const loads[] = {
    "ld.global", "ld.weak.global", "ld.relaxed.cta.global", "ld.relaxed.cluster.global", "ld.relaxed.gpu.global", "ld.relaxed.sys.global", "ld.acquire.cta.global", "ld.acquire.gpu.global", "ld.acquire.sys.global",
    "ld.volatile.global", "ld.global.ca", "ld.global.cg", "ld.global.cs", "ld.global.lu", "ld.global.cv", "ld.global.nc", "ld.global.nc.L1::no_allocate", "ld.global.L1::evict_last",
    "ld.global.L1::evict_first.L2::64B", "ld.global.L1::evict_normal.L2::128B", "ld.global.L2::256B", "ld.global.L2::cache_hint", "ld.global.nc.L1::evict_unchanged.L2::cache_hint.L2::128B", "ld", "ld.relaxed.gpu",
    "ld.acquire.sys", "ld.volatile", "ldu.global",
  };
  static const char *const stores[] = {
    "st.global", "st.weak.global", "st.relaxed.cta.global", "st.relaxed.gpu.global", "st.relaxed.sys.global", "st.release.cta.global", "st.release.gpu.global", "st.release.sys.global", "st.volatile.global",
    "st.global.wb", "st.global.cg", "st.global.cs", "st.global.wt", "st.global.L1::no_allocate", "st.global.L1::evict_last", "st.global.L2::cache_hint", "st", "st.release.gpu", "st.volatile",
  };
  char load[96], store[96];
  int turn = 0;
  size_t loadCount = sizeof loads / sizeof *loads, storeCount = sizeof stores / sizeof *stores, unitCount = sizeof units / sizeof *units;
  for (size_t u = 0; u < unitCount; u++)
    for (int vector = 1; vector <= 4; vector *= 2) {
      if (units[u].bytes * vector > 16) continue;
      const char *v = vector == 1 ? "" : vector == 2 ? ".v2" : ".v4";
      for (int k = 0; k < 8; k++, turn++) {
        snprintf(load, sizeof load, "%s%s.%s", loads[(turn * 5 + (int)u) % (int)loadCount], v, units[u].type);
        snprintf(store, sizeof store, "%s%s.%s", stores[(turn * 7 + (int)u) % (int)storeCount], v, units[u].type);
        copies(load, store, units[u].bytes * vector, units[u].prefix, vector, 0);
      }
      const char *spaces[] = {"shared", "shared::cta", "volatile.shared", "relaxed.cta.shared", "acquire.cta.shared"}, *others[] = {"shared", "shared::cta", "volatile.shared", "relaxed.cta.shared", "release.cta.shared"};
      for (int k = 0; k < 5; k++) {
        snprintf(load, sizeof load, "ld.%s%s.%s", spaces[k], v, units[u].type);
        snprintf(store, sizeof store, "st.%s%s.%s", others[(k + (int)u) % 5], v, units[u].type);
        copies(load, store, units[u].bytes * vector, units[u].prefix, vector, 1);
      }
    }
  // every order and hint once with the widths that programs use
  for (size_t l = 0; l < loadCount; l++) {
    snprintf(load, sizeof load, "%s.b32", loads[l]);
    copies(load, "st.global.b32", 4, "r", 1, 0);
    snprintf(load, sizeof load, "%s.v4.f32", loads[l]);
    copies(load, "st.global.v4.f32", 16, "f", 4, 0);
  }
  for (size_t s = 0; s < storeCount; s++) {
    snprintf(store, sizeof store, "%s.b64", stores[s]);
    copies("ld.global.b64", store, 8, "d", 1, 0);
    snprintf(store, sizeof store, "%s.v2.b64", stores[s]);
    copies("ld.global.v2.b64", store, 16, "d", 2, 0);
  }
  copies("ld.global.b128", "st.global.b128", 16, "q", 1, 0);
  copies("ld.relaxed.gpu.global.b128", "st.relaxed.gpu.global.b128", 16, "q", 1, 0);
  copies("ld.acquire.gpu.global.b128", "st.release.gpu.global.b128", 16, "q", 1, 0);
  copies("ld.shared.b128", "st.shared.b128", 16, "q", 1, 1);
}

// ---- questions about addresses, fences, the rest ------------------------------------------------------------------------------

/// A kernel whose thread i writes %r0 to o[i], which must be `want` for all threads, or -1: anything.
static void answers(const char *name, const char *globals, int64_t want, const char *body) {
  if (only && !strstr(name, only)) return;
  memset(host, 0, sizeof host);
  for (int i = 0; i < area; i += 4) { uint32_t v = (uint32_t)i * 2654435761u; memcpy(host[0] + i, &v, 4); }
  kernel(globals, "mul.wide.u32 %%x, %%t, 4;\nadd.s64 %%d28, %%o, %%x;\nadd.s64 %%d29, %%a, %%x;\nmov.u32 %%r0, 0;\n%s\nst.global.u32 [%%d28], %%r0;\n", body);
  if (!run(name, 0, 1)) return;
  for (int i = 0; i < threads && want >= 0; i++) {
    uint32_t have;
    memcpy(&have, host[2] + 4 * i, 4);
    if (have != (uint32_t)want) return fail(name, "thread %d: %x, not %x", i, have, (uint32_t)want);
  }
  printf("ok %s\n", name);
}

static void questions(void) {
  const char *globals = ".shared .align 16 .b8 tile[1024];\n.const .align 8 .b8 table[16] = {1, 2, 3, 4, 5, 6, 7, 8};\n.global .align 8 .b8 cell[16];";
  static const struct { const char *where, *address; unsigned global, shared, local, constant, parameter; } rows[] = {
    {"shared", "mov.u32 %r1, tile;\ncvt.u64.u32 %y, %r1;\ncvta.shared.u64 %y, %y;", 0, 1, 0, 0, 0},
    {"shared+off", "mov.u64 %y, tile;\nadd.u64 %y, %y, 512;\ncvta.shared.u64 %y, %y;", 0, 1, 0, 0, 0},
    {"global variable", "mov.u64 %y, cell;\ncvta.global.u64 %y, %y;", 1, 0, 0, 0, 0},
    {"argument", "cvta.global.u64 %y, %a;", 1, 0, 0, 0, 0},
    {"local", ".local .align 8 .b8 mine[32];\nmov.u64 %y, mine;\ncvta.local.u64 %y, %y;", 0, 0, 1, 0, 0},
    {"const", "mov.u64 %y, table;\ncvta.const.u64 %y, %y;", 2, 0, 0, 1, 0},
    {"param", "mov.u64 %y, pa;\ncvta.param.u64 %y, %y;", 2, 0, 0, 0, 1},
  };
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    static const char *const spaces[] = {"global", "shared", "shared::cta", "shared::cluster", "local", "const", "param", "param::entry"};
    for (int s = 0; s < 8; s++) {
      unsigned want = s == 0 ? rows[r].global : s < 4 ? rows[r].shared : s == 4 ? rows[r].local : s == 5 ? rows[r].constant : rows[r].parameter;
      char name[128], body[1024];
      snprintf(name, sizeof name, "isspacep.%s of %s", spaces[s], rows[r].where);
      snprintf(body, sizeof body, "%s\nisspacep.%s %%p1, %%y;\nselp.u32 %%r0, 1, 0, %%p1;", rows[r].address, spaces[s]);
      answers(name, globals, want == 2 ? -1 : (int64_t)want, body);
    }
  }
  answers("cvta.to gives the address back", globals, 1,
    "mov.u32 %r1, tile;\ncvt.u64.u32 %y, %r1;\ncvta.shared.u64 %d1, %y;\ncvta.to.shared.u64 %d2, %d1;\nsetp.eq.u64 %p1, %d2, %y;\nselp.u32 %r0, 1, 0, %p1;");
  answers("a generic store to local is read back as local", globals, 77,
    ".local .align 8 .b8 mine[32];\nmov.u64 %y, mine;\ncvta.local.u64 %z, %y;\nst.u32 [%z+8], 77;\nld.local.u32 %r0, [%y+8];");
  answers("a generic store to shared is read back as shared", globals, 78,
    "mov.u32 %r1, tile;\nmad.lo.u32 %r1, %t, 8, %r1;\ncvt.u64.u32 %y, %r1;\ncvta.shared.u64 %z, %y;\nst.u32 [%z+4], 78;\nld.shared.u32 %r0, [%r1+4];");
  answers("constants through generic addresses", globals, 0x04030201, "mov.u64 %y, table;\ncvta.const.u64 %y, %y;\nld.u32 %r0, [%y];");
  answers("const with an offset", globals, 0x08070605, "ld.const.u32 %r0, [table+4];");
  answers("parameters through generic addresses", globals, 1,
    "mov.u64 %y, pb;\ncvta.param.u64 %y, %y;\nld.u64 %d1, [%y];\nld.param.u64 %d2, [pb];\nsetp.eq.u64 %p1, %d1, %d2;\nselp.u32 %r0, 1, 0, %p1;");
  answers("bytes of parameters", globals, 1,
    "ld.param.u8 %r1, [pb+1];\nld.param.u16 %r2, [pb+2];\nld.param.u64 %d2, [pb];\nshr.u64 %d3, %d2, 8;\ncvt.u32.u64 %r3, %d3;\nand.b32 %r4, %r3, 255;\nshr.u32 %r3, %r3, 8;\n"
    "and.b32 %r3, %r3, 65535;\nsetp.eq.u32 %p1, %r1, %r4;\nsetp.eq.u32 %p2, %r2, %r3;\nand.pred %p1, %p1, %p2;\nselp.u32 %r0, 1, 0, %p1;");
  answers("mapa and getctarank in a cluster of one", globals, 79,
    "mov.u32 %r1, tile;\nmad.lo.u32 %r1, %t, 4, %r1;\nst.shared.u32 [%r1], 79;\nmapa.shared::cluster.u32 %r2, %r1, 0;\nld.shared::cluster.u32 %r0, [%r2];\n"
    "getctarank.shared::cluster.u32 %r3, %r2;\nadd.u32 %r0, %r0, %r3;");
  answers("mapa of a generic address", globals, 80,
    "mov.u32 %r1, tile;\nmad.lo.u32 %r1, %t, 4, %r1;\nst.shared.u32 [%r1], 80;\ncvt.u64.u32 %y, %r1;\ncvta.shared.u64 %y, %y;\nmapa.u64 %z, %y, 0;\nld.u32 %r0, [%z];");
  answers("policies, prefetches, discards", globals, 5,
    "createpolicy.fractional.L2::evict_last.b64 %d1, 0.5;\ncreatepolicy.fractional.L2::evict_last.L2::evict_unchanged.b64 %d1, 0.5;\n"
    "createpolicy.range.global.L2::evict_last.L2::evict_first.b64 %d2, [%a], 1024, 4096;\ncreatepolicy.cvt.L2.b64 %d3, 0x1234;\n"
    "prefetch.global.L1 [%a];\nprefetch.global.L2 [%a];\nprefetch.global.L2::evict_last [%a];\nprefetch.global.L2::evict_normal [%a];\nprefetchu.L1 [%a];\n"
    "applypriority.global.L2::evict_normal [%a], 128;\ndiscard.global.L2 [%b], 128;\nmov.u32 %r0, 5;");
  answers("fences", globals, 6,
    "membar.cta;\nmembar.gl;\nmembar.sys;\nfence.sc.cta;\nfence.sc.cluster;\nfence.sc.gpu;\nfence.sc.sys;\nfence.acq_rel.cta;\nfence.acq_rel.cluster;\nfence.acq_rel.gpu;\nfence.acq_rel.sys;\nfence.cta;\nfence.gpu;\nfence.sys;\n"
    "fence.acquire.cta;\nfence.release.gpu;\nfence.acquire.sys;\nfence.acquire.sync_restrict::shared::cluster.cluster;\nfence.release.sync_restrict::shared::cta.cluster;\n"
    "fence.mbarrier_init.release.cluster;\nfence.proxy.alias;\nfence.proxy.async;\nfence.proxy.async.global;\nfence.proxy.async.shared::cta;\nfence.proxy.async.shared::cluster;\nmov.u32 %r0, 6;");
  // A pointer that goes round a loop, one chosen by a condition, and one taken apart and put together again.
  answers("pointers in loops", globals, 128u * 127 / 2,
    "setp.ne.u32 %p1, %t, 0;\n@%p1 bra skip;\nmov.u32 %r1, 0;\nmov.b64 %y, %b;\nfillit:\nst.global.u32 [%y], %r1;\nadd.s64 %y, %y, 4;\nadd.u32 %r1, %r1, 1;\nsetp.lt.u32 %p2, %r1, 128;\n@%p2 bra fillit;\nskip:\nbar.sync 0;\n"
    "mov.b64 %y, %b;\nadd.s64 %z, %b, 512;\nsum:\nld.global.u32 %r2, [%y];\nadd.u32 %r0, %r0, %r2;\nadd.s64 %y, %y, 4;\nsetp.lt.u64 %p3, %y, %z;\n@%p3 bra sum;");
  answers("pointers chosen", globals, 9,
    "st.global.u32 [%d28], 4;\nst.global.u32 [%d28+4096], 9;\nadd.s64 %y, %d28, 4096;\nand.b32 %r1, %t, 1;\nsetp.lt.u32 %p1, %r1, 2;\nselp.b64 %z, %y, %d28, %p1;\nld.global.u32 %r0, [%z];");
  answers("pointers taken apart", globals, 11,
    "st.global.u32 [%d28], 11;\nmov.b64 {%r1, %r2}, %d28;\nmov.b64 %y, {%r1, %r2};\nxor.b64 %z, %y, 0x5555;\nxor.b64 %z, %z, 0x5555;\nsub.s64 %d1, %z, %o;\nadd.s64 %d2, %o, %d1;\nld.global.u32 %r0, [%d2];");
  answers("two names of dynamic shared memory are one place", ".extern .shared .align 8 .b8 first[];\n.extern .shared .align 16 .b8 second[];", 1,
    "mov.u32 %r1, first;\nmov.u32 %r2, second;\nsetp.eq.u32 %p1, %r1, %r2;\nselp.u32 %r0, 1, 0, %p1;");
  answers("a store through volatile shared memory", globals, 31,
    "mov.u32 %r1, tile;\nmad.lo.u32 %r2, %t, 4, %r1;\nst.volatile.shared.u32 [%r2], 31;\nld.volatile.shared.u32 %r0, [%r2];");
  answers("st.bulk", globals, 0, "mov.u32 %r1, tile;\nmad.lo.u32 %r1, %t, 8, %r1;\nst.shared.u32 [%r1], 5;\nst.shared.u32 [%r1+4], 6;\nbar.sync 0;\nld.shared.u32 %r2, [%r1];\n"
    "mov.u64 %y, tile;\nsetp.ne.u32 %p1, %t, 0;\nbar.sync 0;\nld.shared.u32 %r0, [%r1];\nsub.u32 %r0, %r0, 5;");
}

// ---- the device's heap --------------------------------------------------------------------------------------------------------

static void heap(void) {
  const char *globals = ".extern .func (.param .b64 result) malloc (.param .b64 size);\n.extern .func free (.param .b64 pointer);";
  const char *call = "{ .param .b64 s; .param .b64 r; st.param.b64 [s], %d1; call.uni (r), malloc, (s); ld.param.b64 %y, [r]; }\n";
  const char *release = "{ .param .b64 s; st.param.b64 [s], %y; call.uni free, (s); }\n";
  char body[4096];
  // Each thread fills its own block and finds it whole after the others filled theirs; a hundred rounds fit only if blocks come back.
  snprintf(body, sizeof body,
    "mov.u32 %%r10, 0;\nround:\nmad.lo.u32 %%r1, %%t, 12, 20;\nadd.u32 %%r1, %%r1, %%r10;\ncvt.u64.u32 %%d1, %%r1;\n%ssetp.eq.u64 %%p1, %%y, 0;\n@%%p1 trap;\n"
    "and.b64 %%z, %%y, 15;\nsetp.ne.u64 %%p1, %%z, 0;\n@%%p1 trap;\n"
    "mov.u32 %%r2, 0;\nmov.b64 %%z, %%y;\nwrite:\nst.u32 [%%z], %%t;\nadd.s64 %%z, %%z, 4;\nadd.u32 %%r2, %%r2, 4;\nadd.u32 %%r3, %%r2, 3;\nsetp.lt.u32 %%p2, %%r3, %%r1;\n@%%p2 bra write;\n"
    "bar.sync 0;\nmov.u32 %%r2, 0;\nmov.b64 %%z, %%y;\nread:\nld.u32 %%r4, [%%z];\nsetp.ne.u32 %%p3, %%r4, %%t;\n@%%p3 trap;\nadd.s64 %%z, %%z, 4;\nadd.u32 %%r2, %%r2, 4;\nadd.u32 %%r3, %%r2, 3;\n"
    "setp.lt.u32 %%p2, %%r3, %%r1;\n@%%p2 bra read;\nbar.sync 0;\n%sadd.u32 %%r10, %%r10, 1;\nsetp.lt.u32 %%p4, %%r10, 100;\n@%%p4 bra round;\nmov.u32 %%r0, %%r10;\n", call, release);
  answers("malloc and free", globals, 100, body);
  snprintf(body, sizeof body, "mov.u64 %%d1, 0x4000000000;\n%ssetp.eq.u64 %%p1, %%y, 0;\nselp.u32 %%r0, 1, 0, %%p1;\n%s", call, release);
  answers("malloc of more than there is gives null, and free of null is nothing", globals, 1, body);
  snprintf(body, sizeof body, "mov.u32 %%r10, 0;\nround:\nmov.u64 %%d1, 3000;\nand.b32 %%r5, %%t, 31;\nsetp.ne.u32 %%p1, %%r5, 0;\n@%%p1 bra past;\n%ssetp.eq.u64 %%p2, %%y, 0;\n@%%p2 trap;\nst.u32 [%%y+2996], 1;\n%spast:\n"
    "bar.warp.sync -1;\nadd.u32 %%r10, %%r10, 1;\nsetp.lt.u32 %%p4, %%r10, 5000;\n@%%p4 bra round;\nmov.u32 %%r0, 3;\n", call, release);
  answers("five thousand blocks one after another", globals, 3, body);
}

int main(int count, char **words) {
  if (count < 2) { fprintf(stderr, "usage: memory_reference LIBCUDA [--only TEXT] [--print]\n"); return 2; }
  for (int i = 2; i < count; i++) {
    if (!strcmp(words[i], "--print")) prints = 1;
    else if (!strcmp(words[i], "--only") && i + 1 < count) only = words[++i];
  }
  void *library = dlopen(words[1], RTLD_NOW);
  if (!library) { fprintf(stderr, "memory_reference: %s\n", dlerror()); return 2; }
#define X(name, symbol, arguments) if (!(name = (CUresult (*) arguments)dlsym(library, symbol))) { fprintf(stderr, "memory_reference: no " symbol "\n"); return 2; }
  FUNCTIONS(X)
#undef X
  int device;
  void *context;
  must(cuInit(0), "cuInit");
  must(cuDeviceGet(&device, 0), "cuDeviceGet");
  must(cuDevicePrimaryCtxRetain(&context, device), "the context");
  must(cuCtxSetCurrent(context), "the context");
  for (int i = 0; i < 3; i++) {
    void *pinned;
    must(cuMemAlloc(&buffers[0][i], area), "device memory");
    must(cuMemHostAlloc(&pinned, area, 3), "pinned memory");
    must(cuMemHostGetDevicePointer(&buffers[1][i], pinned, 0), "pinned memory");
    must(cuMemAllocManaged(&buffers[2][i], area, 1), "managed memory");
  }
  questions();
  forms();
  atomics();
  heap();
  printf("%d cases failed\n", failures);
  return failures != 0;
}
