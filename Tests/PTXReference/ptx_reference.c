// Runs the PTX cases of cases.tsv through a libcuda and records or checks what they compute.
// On an NVIDIA GPU with NVIDIA's libcuda it makes nvidia.tsv, the reference; with Carmine's libcuda.so.1 it checks against it.
// Plain C and the driver API by dlopen, so that the same program asks both.
//
//   ptx_reference LIBCUDA cases.tsv --record FILE
//   ptx_reference LIBCUDA cases.tsv --check FILE [--only NAME]
//   ptx_reference - cases.tsv --print FOLDER          writes each case's PTX, for ptxas and for people
//
// A case is a kernel of 256 threads in one block of 8 warps: thread i reads a[i], b[i], c[i] (edge values and random ones, of the
// types in the case's row), runs the row's text, and writes %d.
#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { threads = 256, maximum_inputs = 3 };

typedef struct { const char *name; int bytes; char kind; const char *reg; } scalar;
static const scalar scalars[] = {
  {"b16", 2, 'u', "b16"}, {"u16", 2, 'u', "u16"}, {"s16", 2, 's', "s16"}, {"f16", 2, 'h', "b16"}, {"bf16", 2, 'g', "b16"},
  {"b32", 4, 'u', "b32"}, {"u32", 4, 'u', "u32"}, {"s32", 4, 's', "s32"}, {"f32", 4, 'f', "f32"}, {"f16x2", 4, 'H', "b32"},
  {"b64", 8, 'u', "b64"}, {"u64", 8, 'u', "u64"}, {"s64", 8, 's', "s64"}, {"f64", 8, 'd', "f64"},
};
static const scalar *find_scalar(const char *name) {
  for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) if (!strcmp(scalars[i].name, name)) return &scalars[i];
  return NULL;
}

typedef struct {
  char name[64], body[4096];
  const scalar *inputs[maximum_inputs], *output;
  int input_count;
  double ulps;      // 0: bit-exact (any NaN equals any NaN in floating-point outputs)
  double absolute;  // or within this much
} test_case;

// ---- inputs: edge values in the first quarter, crossed between operands, random ones after them -----------------------------
static uint64_t state;
static uint64_t next(void) {  // splitmix64
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static uint64_t edge(const scalar *t, unsigned i) {
  static const uint64_t integers[] = {0, 1, ~0ull, 2, 0x80, 0x7f, 0x8000, 0x7fff, 0x80000000u, 0x7fffffff, 31, 32, 33, 0xff, 0x12345678, ~1ull};
  static const uint64_t wide[] = {0x8000000000000000u, 0x7fffffffffffffffu, 63, 64, 65, 0x100000000u, 0xffffffff, 0x123456789abcdef0u};
  static const uint32_t f32[] = {0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 1, 0x80000001, 0x007fffff, 0x00800000,
                                 0x7f7fffff, 0x3f000000, 0x3fc00000, 0x40200000, 0xc0200000};
  static const uint64_t f64[] = {0, 1ull << 63, 0x3ff0000000000000u, 0xbff0000000000000u, 0x7ff0000000000000u, 0xfff0000000000000u, 0x7ff8000000000000u, 1,
                                 0x000fffffffffffffu, 0x0010000000000000u, 0x7fefffffffffffffu, 0x3fe0000000000000u, 0x3ff8000000000000u, 0xc004000000000000u,
                                 0x41f0000000000000u, 0x43e0000000000000u};
  static const uint16_t f16[] = {0, 0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e00, 1, 0x8001, 0x03ff, 0x0400, 0x7bff, 0x3800, 0x3e00, 0x4100, 0xc100};
  static const uint16_t bf16[] = {0, 0x8000, 0x3f80, 0xbf80, 0x7f80, 0xff80, 0x7fc0, 1, 0x8001, 0x007f, 0x0080, 0x7f7f, 0x3f00, 0x3fc0, 0x4020, 0xc020};
  switch (t->kind) {
  case 'f': return f32[i % 16];
  case 'd': return f64[i % 16];
  case 'h': return f16[i % 16];
  case 'g': return bf16[i % 16];
  case 'H': return f16[i % 16] | (uint32_t)f16[(i * 7 + 3) % 16] << 16;
  default: return t->bytes == 8 && i % 3 == 2 ? wide[i / 3 % 8] : integers[i % 16];
  }
}
static uint64_t random_value(const scalar *t) {
  uint64_t r = next();
  switch (t->kind) {
  case 'f': {  // half of them of moderate size, half any bit pattern
    if (r & 1) return (uint32_t)(r >> 32);
    float f = (float)((double)(int64_t)next() / 9.2e18 * exp2((int)(r >> 8) % 24));
    uint32_t u; memcpy(&u, &f, 4); return u;
  }
  case 'd': {
    if (r & 1) return next();
    double d = (double)(int64_t)next() / 9.2e18 * exp2((int)(r >> 8) % 48);
    uint64_t u; memcpy(&u, &d, 8); return u;
  }
  default: return (r >> 60) < 4 ? next() & 63 : next();
  }
}
static uint64_t input(const scalar *t, int operand, int i) {
  if (i < 128) {
    int x = i % 128;
    return edge(t, operand == 0 ? x % 16 : operand == 1 ? x / 8 + x : x * 5 + x / 16);
  }
  return random_value(t);
}

// ---- PTX -----------------------------------------------------------------------------------------------------------------
static void make_ptx(const test_case *c, char *text, size_t size) {
  static const char *names[] = {"a", "b", "c"};
  size_t n = 0;
#define PUT(...) n += (size_t)snprintf(text + n, size - n, __VA_ARGS__)
  PUT(".version 8.6\n.target sm_90\n.address_size 64\n.visible .entry k(.param .u64 pd, .param .u64 pa, .param .u64 pb, .param .u64 pc)\n{\n");
  PUT(".reg .b64 %%base<4>, %%wide;\n.reg .b32 %%index;\n.reg .pred %%p, %%q, %%r;\n.reg .b16 %%h<8>;\n.reg .b32 %%t<8>;\n.reg .b64 %%l<8>;\n.reg .f32 %%f<8>;\n.reg .f64 %%e<8>;\n"
      ".shared .align 16 .b8 scratch[4096];\n.local .align 16 .b8 stack[64];\n");
  PUT(".reg .%s %%d;\n", c->output->reg);
  for (int i = 0; i < c->input_count; i++) PUT(".reg .%s %%%s;\n", c->inputs[i]->reg, names[i]);
  PUT("mov.u32 %%index, %%tid.x;\n");
  for (int i = 0; i < c->input_count; i++)
    PUT("ld.param.u64 %%base%d, [p%s];\ncvta.to.global.u64 %%base%d, %%base%d;\nmad.wide.u32 %%base%d, %%index, %d, %%base%d;\nld.global.%s %%%s, [%%base%d];\n", i, names[i], i, i,
        i, c->inputs[i]->bytes, i, c->inputs[i]->reg, names[i], i);
  PUT("%s\n", c->body);
  PUT("ld.param.u64 %%base3, [pd];\ncvta.to.global.u64 %%base3, %%base3;\nmad.wide.u32 %%base3, %%index, %d, %%base3;\nst.global.%s [%%base3], %%d;\nret;\n}\n", c->output->bytes,
      c->output->reg);
}

// ---- the driver ----------------------------------------------------------------------------------------------------------
typedef int result;
static result (*cuInit)(unsigned), (*cuDeviceGet)(int *, int), (*cuDevicePrimaryCtxRetain)(void **, int), (*cuCtxSetCurrent)(void *),
    (*cuModuleLoadData)(void **, const void *), (*cuModuleGetFunction)(void **, void *, const char *), (*cuModuleUnload)(void *),
    (*cuMemAlloc)(uint64_t *, size_t), (*cuMemcpyHtoD)(uint64_t, const void *, size_t), (*cuMemcpyDtoH)(void *, uint64_t, size_t),
    (*cuMemsetD8)(uint64_t, unsigned char, size_t), (*cuCtxSynchronize)(void),
    (*cuLaunchKernel)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **), (*cuGetErrorName)(result, const char **);

static void load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!library) { fprintf(stderr, "%s\n", dlerror()); exit(2); }
#define GET(f, symbol) if (!(*(void **)&f = dlsym(library, symbol))) { fprintf(stderr, "%s lacks %s\n", path, symbol); exit(2); }
  GET(cuInit, "cuInit") GET(cuDeviceGet, "cuDeviceGet") GET(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain") GET(cuCtxSetCurrent, "cuCtxSetCurrent")
  GET(cuModuleLoadData, "cuModuleLoadData") GET(cuModuleGetFunction, "cuModuleGetFunction") GET(cuModuleUnload, "cuModuleUnload") GET(cuMemAlloc, "cuMemAlloc_v2")
  GET(cuMemcpyHtoD, "cuMemcpyHtoD_v2") GET(cuMemcpyDtoH, "cuMemcpyDtoH_v2") GET(cuMemsetD8, "cuMemsetD8_v2") GET(cuCtxSynchronize, "cuCtxSynchronize")
  GET(cuLaunchKernel, "cuLaunchKernel") GET(cuGetErrorName, "cuGetErrorName")
}
static const char *error_name(result r) { const char *s = NULL; cuGetErrorName(r, &s); return s ? s : "?"; }
#define MUST(call) do { result r_ = (call); if (r_) { fprintf(stderr, "%s: %s (%d)\n", #call, error_name(r_), r_); exit(2); } } while (0)

static int run_case(const test_case *c, uint64_t buffers[4], uint64_t out[threads], char *why, size_t why_size) {
  static char ptx[16384];
  make_ptx(c, ptx, sizeof ptx);
  void *module, *function;
  result r = cuModuleLoadData(&module, ptx);
  if (r) { snprintf(why, why_size, "load: %s", error_name(r)); return 0; }
  unsigned char bytes[threads * 8];
  state = 42;
  for (int operand = 0; operand < c->input_count; operand++) {
    for (int i = 0; i < threads; i++) {
      uint64_t v = input(c->inputs[operand], operand, i);
      memcpy(bytes + i * c->inputs[operand]->bytes, &v, (size_t)c->inputs[operand]->bytes);
    }
    MUST(cuMemcpyHtoD(buffers[1 + operand], bytes, sizeof bytes));
  }
  MUST(cuMemsetD8(buffers[0], 0xcd, sizeof bytes));
  if ((r = cuModuleGetFunction(&function, module, "k"))) { snprintf(why, why_size, "function: %s", error_name(r)); cuModuleUnload(module); return 0; }
  void *arguments[] = {&buffers[0], &buffers[1], &buffers[2], &buffers[3]};
  r = cuLaunchKernel(function, 1, 1, 1, threads, 1, 1, 0, NULL, arguments, NULL);
  if (!r) r = cuCtxSynchronize();
  if (r) { snprintf(why, why_size, "launch: %s", error_name(r)); cuModuleUnload(module); return 0; }
  MUST(cuMemcpyDtoH(bytes, buffers[0], sizeof bytes));
  for (int i = 0; i < threads; i++) { out[i] = 0; memcpy(&out[i], bytes + i * c->output->bytes, (size_t)c->output->bytes); }
  cuModuleUnload(module);
  return 1;
}

// ---- comparing -----------------------------------------------------------------------------------------------------------
static double half_value(uint64_t bits) {
  int exponent = bits >> 10 & 31; double mantissa = bits & 1023, v;
  if (exponent == 31) v = mantissa ? NAN : INFINITY; else v = exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
  return bits >> 15 & 1 ? -v : v;
}
static double value(const scalar *t, uint64_t bits) {
  if (t->kind == 'f') { float f; uint32_t u = (uint32_t)bits; memcpy(&f, &u, 4); return f; }
  if (t->kind == 'g') { float f; uint32_t u = (uint32_t)bits << 16; memcpy(&f, &u, 4); return f; }
  if (t->kind == 'd') { double d; memcpy(&d, &bits, 8); return d; }
  if (t->kind == 'h') return half_value(bits);
  return (double)bits;
}
static double unit(const scalar *t, double x) {
  int digits = t->kind == 'd' ? 53 : t->kind == 'f' ? 24 : t->kind == 'h' ? 11 : 8, least = t->kind == 'd' ? -1074 : t->kind == 'h' ? -24 : -149, e;
  frexp(x, &e);
  return ldexp(1, e - digits < least ? least : e - digits);
}
static int same(const test_case *c, uint64_t got, uint64_t want) {
  if (got == want) return 1;
  const scalar *t = c->output;
  if (t->kind == 'H') {
    test_case low = *c; low.output = find_scalar("f16");
    return same(&low, got & 0xffff, want & 0xffff) && same(&low, got >> 16, want >> 16);
  }
  if (!strchr("fdhg", t->kind)) return 0;
  double g = value(t, got), w = value(t, want);
  if (isnan(g) || isnan(w)) return isnan(g) && isnan(w);
  if (c->ulps == 0 && c->absolute == 0) return 0;
  if (isinf(g) || isinf(w)) return g == w;
  return fabs(g - w) <= c->ulps * unit(t, w) || fabs(g - w) <= c->absolute;
}

// ---- the table -----------------------------------------------------------------------------------------------------------
/// name TAB inputs (space-separated types, or -) TAB output TAB tolerance (exact, 2ulp, 2ulp|1e-6) TAB text (\n between lines)
static int parse(char *line, test_case *c) {
  char *fields[5], *at = line;
  for (int i = 0; i < 5; i++) {
    fields[i] = at;
    if (i < 4) { at = strchr(at, '\t'); if (!at) return 0; *at++ = 0; }
  }
  memset(c, 0, sizeof *c);
  snprintf(c->name, sizeof c->name, "%s", fields[0]);
  for (char *word = strtok(fields[1], " "); word; word = strtok(NULL, " ")) {
    if (!strcmp(word, "-")) break;
    if (c->input_count == maximum_inputs || !(c->inputs[c->input_count++] = find_scalar(word))) return 0;
  }
  if (!(c->output = find_scalar(fields[2]))) return 0;
  if (strcmp(fields[3], "exact")) {
    c->ulps = strtod(fields[3], &at);
    if (!strncmp(at, "ulp", 3)) at += 3;
    if (*at == '|') c->absolute = strtod(at + 1, NULL);
  }
  char *w = c->body;
  for (const char *r = fields[4]; *r && *r != '\n' && w < c->body + sizeof c->body - 1; r++)
    if (r[0] == '\\' && r[1] == 'n') { *w++ = '\n'; r++; } else *w++ = *r;
  return 1;
}

int main(int count, char **arguments) {
  if (count < 5) { fprintf(stderr, "ptx_reference LIBCUDA cases.tsv --record|--check FILE [--only NAME]\n"); return 2; }
  int record = !strcmp(arguments[3], "--record");
  const char *only = count > 6 && !strcmp(arguments[5], "--only") ? arguments[6] : NULL;
  static char line[1 << 16], reference[1 << 16];
  if (!strcmp(arguments[3], "--print")) {
    FILE *cases = fopen(arguments[2], "r");
    while (cases && fgets(line, sizeof line, cases)) {
      test_case c;
      if (line[0] == '#' || line[0] == '\n' || !parse(line, &c)) continue;
      snprintf(reference, sizeof reference, "%s/%s.ptx", arguments[4], c.name);
      FILE *out = fopen(reference, "w");
      if (!out) { perror(reference); return 2; }
      make_ptx(&c, reference, sizeof reference);
      fputs(reference, out);
      fclose(out);
    }
    return 0;
  }
  load(arguments[1]);
  MUST(cuInit(0));
  int device; void *context;
  MUST(cuDeviceGet(&device, 0)); MUST(cuDevicePrimaryCtxRetain(&context, device)); MUST(cuCtxSetCurrent(context));
  uint64_t buffers[4];
  for (int i = 0; i < 4; i++) MUST(cuMemAlloc(&buffers[i], threads * 8));
  FILE *cases = fopen(arguments[2], "r"), *file = fopen(arguments[4], record ? "w" : "r");
  if (!cases || !file) { perror(cases ? arguments[4] : arguments[2]); return 2; }

  int passed = 0, failed = 0, number = 0;
  while (fgets(line, sizeof line, cases)) {
    number++;
    if (line[0] == '#' || line[0] == '\n') continue;
    test_case c; char why[256];
    if (!parse(line, &c)) { fprintf(stderr, "%s:%d: not a case\n", arguments[2], number); return 2; }
    if (only && strcmp(only, c.name)) continue;
    uint64_t out[threads];
    if (record) {
      if (!run_case(&c, buffers, out, why, sizeof why)) { printf("FAIL %s: %s\n", c.name, why); failed++; continue; }
      fprintf(file, "%s\t", c.name);
      for (int i = 0; i < threads; i++) fprintf(file, "%" PRIx64 "%c", out[i], i == threads - 1 ? '\n' : ' ');
      passed++;
      continue;
    }
    rewind(file);
    char *values = NULL;
    size_t length = strlen(c.name);
    while (fgets(reference, sizeof reference, file)) if (!strncmp(reference, c.name, length) && reference[length] == '\t') { values = reference + length + 1; break; }
    if (!values) { printf("FAIL %s: no reference; record it on an NVIDIA GPU\n", c.name); failed++; continue; }
    if (!run_case(&c, buffers, out, why, sizeof why)) { printf("FAIL %s: %s\n", c.name, why); failed++; continue; }
    int wrong = 0;
    state = 42;
    uint64_t in[maximum_inputs][threads];
    for (int o = 0; o < c.input_count; o++) for (int i = 0; i < threads; i++) in[o][i] = input(c.inputs[o], o, i);
    for (int i = 0; i < threads; i++) {
      uint64_t want = strtoull(values, &values, 16);
      if (same(&c, out[i], want)) continue;
      if (!wrong++) {
        printf("FAIL %s: thread %d:", c.name, i);
        for (int o = 0; o < c.input_count; o++) printf(" %%%c=%" PRIx64, 'a' + o, (uint64_t)(in[o][i] & (c.inputs[o]->bytes == 8 ? ~0ull : (1ull << 8 * c.inputs[o]->bytes) - 1)));
        printf(" gives %" PRIx64 ", NVIDIA %" PRIx64, out[i], want);
      }
    }
    if (wrong) { printf(" (%d of %d)\n", wrong, threads); failed++; } else passed++;
    fflush(stdout);
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed == 0;
}
