// Runs matrix instructions (mma, mma.sp, wmma, ldmatrix, stmatrix, movmatrix) through a libcuda and compares what comes out with
// a reference: fragment layouts and arithmetic as PTX's manual states them, element by element, in double precision.
// What is exact (integers, and floating-point inputs whose sums are exact in any order) must agree bit for bit and is also
// hashed: `--record` on an NVIDIA GPU makes matrix-nvidia.tsv, `--check` compares hashes with it.
// Inexact sums may differ by (K + 1) units of single precision of the sum of magnitudes: every product is exact in single or
// double precision, and that bounds any order of K + 1 additions, rounded or truncated; a half-precision result adds its own rounding.
//
//   matrix_reference LIBCUDA matrix.tsv --record FILE
//   matrix_reference LIBCUDA matrix.tsv --check FILE [--only TEXT]      only rows whose name contains TEXT
//   matrix_reference LIBCUDA matrix.tsv --probe FILE                    where sparsity metadata and wmma fragments lie
//   matrix_reference - matrix.tsv --print FOLDER                        the PTX of each row, for ptxas and for people
//   matrix_reference - matrix.tsv --print FILE.ptx                      all rows in one module, a kernel each
//
// A case runs in three warps with data of their own; then again with the first warp gone another way, so that a wave of 64
// lanes is half active.
#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { warps = 3, threads = 32 * warps, maximum_slots = 64, region = 8192, sets = 5 };

// ---- types -----------------------------------------------------------------------------------------------------------------
typedef struct { const char *name; int bits; char kind; int exponent, mantissa; } type;  // kind: i signed, u unsigned, f float, b bit
static const type types[] = {
  {"f16", 16, 'f', 5, 10}, {"bf16", 16, 'f', 8, 7}, {"tf32", 32, 'f', 8, 10}, {"f32", 32, 'f', 8, 23}, {"f64", 64, 'f', 11, 52},
  {"e4m3", 8, 'f', 4, 3}, {"e5m2", 8, 'f', 5, 2}, {"e3m2", 8, 'f', 3, 2}, {"e2m3", 8, 'f', 2, 3}, {"e2m1", 8, 'f', 2, 1},
  {"s8", 8, 'i', 0, 0}, {"u8", 8, 'u', 0, 0}, {"s4", 4, 'i', 0, 0}, {"u4", 4, 'u', 0, 0}, {"b1", 1, 'b', 0, 0}, {"s32", 32, 'i', 0, 0},
  {"ue8m0", 8, 'f', 8, 0}, {"ue4m3", 8, 'f', 4, 3},
};
static const type packed_e2m1 = {"e2m1", 4, 'f', 2, 1};
static const type *find_type(const char *name) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) if (!strcmp(types[i].name, name)) return &types[i];
  return NULL;
}
static int has_infinity(const type *t) { return t->bits >= 16 || !strcmp(t->name, "e5m2"); }

/// The number that an element's bits stand for.
static double decode(const type *t, uint64_t bits) {
  if (t->kind == 'u' || t->kind == 'b') return (double)(bits & ((t->bits == 64 ? 0 : 1ull << t->bits) - 1));
  if (t->kind == 'i') return (double)((int64_t)(bits << (64 - t->bits)) >> (64 - t->bits));
  if (t->bits == 64) { double d; memcpy(&d, &bits, 8); return d; }
  if (!strcmp(t->name, "ue8m0")) return (bits & 255) == 255 ? NAN : ldexp(1, (int)(bits & 255) - 127);
  if (!strcmp(t->name, "ue4m3")) bits &= 0x7f;
  if (!strcmp(t->name, "tf32")) bits = (uint32_t)bits >> 13;
  if (t->bits == 8 && t->exponent == 2 && t->mantissa == 1) bits = bits >> 2 & 15;  // the middle of its byte
  int sign = (int)(bits >> (t->exponent + t->mantissa) & 1), bias = (1 << (t->exponent - 1)) - 1;
  int exponent = (int)(bits >> t->mantissa) & ((1 << t->exponent) - 1);
  double mantissa = (double)(bits & ((1ull << t->mantissa) - 1)), v;
  if (has_infinity(t) && exponent == (1 << t->exponent) - 1) v = mantissa ? NAN : INFINITY;
  else if (t->exponent == 4 && (bits & 0x7f) == 0x7f) v = NAN;
  else v = exponent ? ldexp(ldexp(1, t->mantissa) + mantissa, exponent - bias - t->mantissa) : ldexp(mantissa, 1 - bias - t->mantissa);
  return sign ? -v : v;
}
/// The bits of a number that the type can represent, or its nearest neighbour.
static uint64_t encode(const type *t, double v) {
  if (t->kind != 'f') return (uint64_t)(int64_t)v & (t->bits == 64 ? ~0ull : (1ull << t->bits) - 1);
  if (t->bits == 64) { uint64_t u; memcpy(&u, &v, 8); return u; }
  int bias = (1 << (t->exponent - 1)) - 1, e;
  uint64_t sign = signbit(v) ? 1 : 0, bits;
  double x = fabs(v);
  if (isnan(v)) bits = t->exponent == 4 ? 0x7f : (((1ull << t->exponent) - 1) << t->mantissa) | 1ull << (t->mantissa - 1);
  else if (isinf(v)) bits = ((1ull << t->exponent) - 1) << t->mantissa;
  else if (x == 0) bits = 0;
  else {
    frexp(x, &e);
    int exponent = e - 1 + bias;
    if (exponent < 1) bits = (uint64_t)nearbyint(ldexp(x, bias - 1 + t->mantissa));
    else bits = ((uint64_t)exponent << t->mantissa) + (uint64_t)(nearbyint(ldexp(x, t->mantissa - (e - 1))) - ldexp(1, t->mantissa));
  }
  bits |= sign << (t->exponent + t->mantissa);
  if (!strcmp(t->name, "tf32")) bits <<= 13;
  if (t->bits == 8 && t->exponent == 2 && t->mantissa == 1) bits <<= 2;
  return bits;
}

// ---- cases -----------------------------------------------------------------------------------------------------------------
typedef struct {
  char name[192], target[16];
  int m, n, k, sparse, wmma, saturates, is_and, is_xor, block, scale_count, packed, trans, count;
  char op[16], layout_a, layout_b, rounding[4];
  type a, b, c, d, scale;
} test_case;

/// "name TAB target": everything else is in the name.
static int parse(char *line, test_case *c) {
  memset(c, 0, sizeof *c);
  char *tab = strchr(line, '\t');
  if (!tab) return 0;
  snprintf(c->name, sizeof c->name, "%.*s", (int)(tab - line), line);
  snprintf(c->target, sizeof c->target, "%.*s", (int)strcspn(tab + 1, "\t\n"), tab + 1);
  char words[192];
  snprintf(words, sizeof words, "%s", c->name);
  const type *found[8]; int types_found = 0, layouts = 0;
  int first = 1;
  for (char *word = strtok(words, "."); word; word = strtok(NULL, "."), first = 0) {
    if (first) { snprintf(c->op, sizeof c->op, "%s", word); c->wmma = !strcmp(word, "wmma"); continue; }
    if (sscanf(word, "m%dn%dk%d", &c->m, &c->n, &c->k) == 3 || sscanf(word, "m%dn%d", &c->m, &c->n) == 2) continue;
    if (!strcmp(word, "row") || !strcmp(word, "col")) { if (layouts++ == 0) c->layout_a = *word; else c->layout_b = *word; continue; }
    if (!strncmp(word, "sp", 2)) c->sparse = 1;
    else if (!strcmp(word, "satfinite")) c->saturates = 1;
    else if (!strcmp(word, "and")) c->is_and = 1;
    else if (!strcmp(word, "xor")) c->is_xor = 1;
    else if (!strcmp(word, "block_scale")) c->block = 1;
    else if (!strncmp(word, "scale_vec::", 11)) c->scale_count = word[11] - '0';
    else if (!strcmp(word, "kind::mxf4") || !strcmp(word, "kind::mxf4nvf4")) { c->packed = 1; if (!c->scale_count) c->scale_count = 2; }
    else if (!strcmp(word, "kind::mxf8f6f4")) c->scale_count = 1;
    else if (!strcmp(word, "trans")) c->trans = 1;
    else if (word[0] == 'x' && word[1] >= '1' && word[1] <= '4' && !word[2]) c->count = word[1] - '0';
    else if (strlen(word) == 2 && word[0] == 'r' && strchr("nzmp", word[1])) snprintf(c->rounding, sizeof c->rounding, "%s", word);
    else if (find_type(word) && types_found < 8) found[types_found++] = find_type(word);
  }
  if (strstr(c->name, "matrix")) return 1;
  if (types_found == 2) { c->d = *found[0]; c->c = *found[1]; c->a = c->b = *find_type("f16"); }  // wmma of halves
  else if (types_found >= 4) { c->d = *found[0]; c->a = *found[1]; c->b = *found[2]; c->c = *found[3]; if (types_found > 4) c->scale = *found[4]; }
  else return 0;
  if (c->packed) c->a = c->b = packed_e2m1;
  return 1;
}

// ---- layouts, as the manual has them ---------------------------------------------------------------------------------------
typedef struct { int batch, row, column; } place;

static int batches(const test_case *c) { return c->m == 8 && c->k == 4 && c->a.bits == 16 ? 4 : 1; }
static int is_small_half(const test_case *c) { return batches(c) == 4; }
/// K as A's fragment counts it: of a sparse matrix, half is kept.
static int kept(const test_case *c) { return c->sparse ? c->k / 2 : c->k; }

static place place_a(const test_case *c, int lane, int i) {
  int g = lane >> 2, t = lane & 3, k = kept(c), per = 32 / c->a.bits;
  if (is_small_half(c)) {
    int high = lane >= 16 ? 4 : 0;
    place p = {lane % 16 / 4, c->layout_a == 'r' ? lane % 4 + high : i + high, c->layout_a == 'r' ? i : lane % 4};
    return p;
  }
  place p = {0, g, 0};
  if (c->m == 8) { p.column = c->a.bits == 64 ? t : t * per + i; return p; }
  if (c->a.bits >= 32) {  // f64, tf32
    if (k == 4) { p.row = i == 0 ? g : g + 8; p.column = t; }
    else if (k == 8) { p.row = i == 0 || i == 2 ? g : g + 8; p.column = i < 2 ? t : t + 4; }
    else { p.row = i % 2 == 0 ? g : g + 8; p.column = i % 2 == 0 ? i * 2 + t : i * 2 - 2 + t; }
    return p;
  }
  if (k == 4 * per) { p.row = i < per ? g : g + 8; p.column = t * per + i % per; }
  else { p.row = i < per || (2 * per <= i && i < 3 * per) ? g : g + 8; p.column = t * per + i % per + (i >= 2 * per ? 4 * per : 0); }
  return p;
}
static place place_b(const test_case *c, int lane, int i) {
  int g = lane >> 2, t = lane & 3, per = 32 / c->b.bits;
  if (is_small_half(c)) {
    int high = lane >= 16 ? 4 : 0;
    place p = {lane % 16 / 4, c->layout_b == 'r' ? lane % 4 : i, c->layout_b == 'r' ? i + high : lane % 4 + high};
    return p;
  }
  place p = {0, 0, g};
  if (c->b.bits >= 32) p.row = t + 4 * i;
  else p.row = t * per + i % per + i / per * 4 * per;
  return p;
}
static place place_c(const test_case *c, const type *t, int lane, int i) {
  int g = lane >> 2, q = lane & 3;
  if (is_small_half(c)) {
    int high = lane >= 16 ? 4 : 0;
    place p = {lane % 16 / 4, 0, 0};
    if (t->bits == 16) { p.row = lane % 4 + high; p.column = i; }
    else { p.row = (lane & 1) + (i & 2) + high; p.column = (i & 4) + (lane & 2) + (i & 1); }
    return p;
  }
  place p = {0, i < 2 ? g : g + 8, q * 2 + (i & 1)};
  return p;
}
static int count_a(const test_case *c) { return c->m * kept(c) * batches(c) / 32; }
static int count_b(const test_case *c) { return c->k * c->n * batches(c) / 32; }
static int count_c(const test_case *c) { return c->m * c->n * batches(c) / 32; }
static int words(const type *t, int count) { return t->bits * count / 32; }

// Sparsity: chunks of A's row of which half is kept; four bits of metadata a chunk.
static int chunk(const test_case *c) { return c->a.bits == 32 ? 2 : c->a.bits == 4 ? 8 : 4; }
static int contributors(const test_case *c) { return c->k / chunk(c) * 4 * 2 / 32; }  // lanes of each four
static int selectors(const test_case *c) { return 4 / contributors(c); }
/// Where the four bits for a chunk of a row lie: recorded from an NVIDIA GPU (the manual has it in figures 119 to 143).
static void metadata_place(const test_case *c, int selector, int row, int chunk_index, int *lane, int *nibble) {
  int quad = row % 8 * 4 + selector * contributors(c);
  if (c->a.bits <= 8) { *lane = quad + row / 8 + chunk_index / 8 * 2; *nibble = chunk_index % 8; }
  else { *lane = quad + chunk_index / 4; *nibble = row / 8 * 4 + chunk_index % 4; }
}

// ---- inputs ----------------------------------------------------------------------------------------------------------------
static uint64_t state;
static uint64_t next(void) {  // splitmix64
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static int is_float(const test_case *c) { return c->d.kind == 'f'; }
/// Which sets of inputs have one right answer.  0: small whole numbers.  1: any bits (integers), moderate numbers (floats).
/// 2: accumulators near the ends (integers), A subnormal (floats).  3: infinities and NaN among small numbers.  4: numbers of
/// very different sizes.
static int is_exact(const test_case *c, int set) { return !is_float(c) || set == 0 || set == 2 || set == 3; }
static int has_set(const test_case *c, int set) {
  if (!is_float(c)) return set < 3;
  if (set == 2) return c->a.bits >= 16 && c->a.bits <= 32;
  if (set == 3) return has_infinity(&c->a) && has_infinity(&c->b);
  return 1;
}

static uint64_t element(const test_case *c, const type *t, int operand, int set) {
  uint64_t r = next();
  if (t->kind != 'f') {
    if (operand == 2) {
      if (set == 0) return encode(t, (double)(int64_t)(r % 2001) - 1000);
      if (set == 1) return r & 0xffffffff;
      return r & 1 ? 0x7fffffff - (r >> 8) % 50 : 0x80000000u + (r >> 8) % 50;
    }
    if (set == 0 && t->bits > 1) return encode(t, t->kind == 'u' ? (double)(r % 4) : (double)(int64_t)(r % 5) - 2);
    if (set == 2 && t->bits > 1) {  // extremes
      uint64_t top = (1ull << t->bits) - 1, middle = 1ull << (t->bits - 1);
      return (r & 3) == 0 ? 0 : (r & 3) == 1 ? top : (r & 3) == 2 ? middle : middle - 1;
    }
    return r & ((1ull << t->bits) - 1);
  }
  double small = operand == 2 ? (double)(int64_t)(r % 17) - 8 : ((double)(int64_t)(r % 9) - 4) / 2;
  if (t->exponent == 2 || t->exponent == 3) small = ((double)(int64_t)(r % 7) - 3) / 2;
  int least = 1 - ((1 << (t->exponent - 1)) - 1) - t->mantissa;
  switch (set) {
  case 0: return encode(t, small);
  case 2: return operand == 0 ? encode(t, ldexp((double)(int64_t)(r % 9) - 4, least)) : operand == 2 ? 0 : encode(t, small == 0 ? 0 : small > 0 ? 1 : -2);
  case 3:
    if ((r >> 20) % 61 == 0) return encode(t, (r >> 32) & 1 ? INFINITY : -INFINITY);
    if ((r >> 20) % 61 == 1) return encode(t, NAN);
    return encode(t, small == 0 ? 1 : small);
  default: {
    if (t->bits <= 8) {
      uint64_t bits = r & 255;
      if (t->bits == 4) return bits & 15;
      if (t->exponent == 2 && t->mantissa == 1) return bits & 0x3c;
      if (t->exponent <= 3) return bits & 0x3f;
      return isfinite(decode(t, bits)) ? bits : bits & 0xbf;
    }
    int span = set == 1 ? 4 : t->exponent == 5 ? 12 : 40;
    double v = ldexp(1 + (double)(r >> 12) / 0x1p52, (int)(next() % (2 * (unsigned)span)) - span);
    if (operand == 2 && t->bits >= 32) v *= 1.0;
    return encode(t, next() & 1 ? v : -v) & (strcmp(t->name, "tf32") ? ~0ull : 0xffffe000u);
  }
  }
}

// ---- one matrix product ----------------------------------------------------------------------------------------------------
typedef struct { double v[4][32][256]; uint64_t bits[4][32][256]; } matrix;
typedef struct { matrix a, b, c; uint32_t metadata[32], scale_a[32], scale_b[32]; double result[4][32][32], bound[4][32][32]; } problem;
static problem problems[warps];

static const int nibbles[] = {4, 8, 9, 12, 13, 14};
static void fill(const test_case *c, problem *p, int set) {
  int rows_a = c->m, columns_a = kept(c);
  for (int z = 0; z < batches(c); z++) {
    for (int i = 0; i < rows_a; i++) for (int j = 0; j < columns_a; j++) { p->a.bits[z][i][j] = element(c, &c->a, 0, set); p->a.v[z][i][j] = decode(&c->a, p->a.bits[z][i][j]); }
    for (int i = 0; i < c->n; i++) for (int j = 0; j < c->k; j++) { p->b.bits[z][i][j] = element(c, &c->b, 1, set); p->b.v[z][i][j] = decode(&c->b, p->b.bits[z][i][j]); }  // [column][row]
    for (int i = 0; i < c->m; i++) for (int j = 0; j < c->n; j++) { p->c.bits[z][i][j] = element(c, &c->c, 2, set); p->c.v[z][i][j] = decode(&c->c, p->c.bits[z][i][j]); }
  }
  for (int lane = 0; lane < 32; lane++) {
    p->metadata[lane] = 0;
    for (int i = 0; i < 8; i++) p->metadata[lane] |= (uint32_t)(c->a.bits == 32 ? (next() & 1 ? 14 : 4) : nibbles[next() % 6]) << 4 * i;
    p->scale_a[lane] = p->scale_b[lane] = 0;
    for (int i = 0; i < 4; i++) {
      uint32_t a = c->scale.exponent == 8 ? 126 + next() % 3 : 0x30 + next() % 3 * 8, b = c->scale.exponent == 8 ? 126 + next() % 3 : 0x30 + next() % 3 * 8;
      p->scale_a[lane] |= a << 8 * i; p->scale_b[lane] |= b << 8 * i;
    }
  }
}
/// Selectors of block scales: which byte and which lanes of four hold them.
static const int byte_a = 0, lane_a = 1, byte_b = 0, lane_b = 2;
static double scale_a(const test_case *c, const problem *p, int row, int k) {
  if (!c->block) return 1;
  int index = k / (c->k / c->scale_count);
  // Of a pair of lanes the lower has row g, the upper row g + 8.
  int lane = row % 8 * 4 + 2 * lane_a + row / 8;
  return decode(&c->scale, p->scale_a[lane] >> 8 * (byte_a + index) & 255);
}
static double scale_b(const test_case *c, const problem *p, int column, int k) {
  if (!c->block) return 1;
  int index = k / (c->k / c->scale_count);
  return decode(&c->scale, p->scale_b[column * 4 + lane_b] >> 8 * (byte_b + index) & 255);
}

static void compute(const test_case *c, problem *p, int selector) {
  for (int z = 0; z < batches(c); z++) for (int i = 0; i < c->m; i++) {
    double row[256]; uint64_t bits[256];
    memset(row, 0, sizeof row);
    if (!c->sparse) memcpy(row, p->a.v[z][i], sizeof row), memcpy(bits, p->a.bits[z][i], sizeof bits);
    else for (int j = 0; j < c->k / chunk(c); j++) {
      int lane, nibble, first, second;
      metadata_place(c, selector, i, j, &lane, &nibble);
      int field = p->metadata[lane] >> 4 * nibble & 15;
      first = field & 3; second = field >> 2;
      if (c->a.bits == 32) row[2 * j + (field == 14)] = p->a.v[z][i][j];
      else if (c->a.bits == 4) for (int e = 0; e < 2; e++) { row[8 * j + 2 * first + e] = p->a.v[z][i][4 * j + e]; row[8 * j + 2 * second + e] = p->a.v[z][i][4 * j + 2 + e]; }
      else { row[4 * j + first] = p->a.v[z][i][2 * j]; row[4 * j + second] = p->a.v[z][i][2 * j + 1]; }
    }
    for (int j = 0; j < c->n; j++) {
      double sum = p->c.v[z][i][j], magnitude = fabs(sum);
      for (int k = 0; k < c->k; k++) {
        double x = row[k], y = p->b.v[z][j][k], product;
        if (c->is_and) product = bits[k] & p->b.bits[z][j][k];
        else if (c->is_xor) product = bits[k] ^ p->b.bits[z][j][k];
        else if (c->sparse && x == 0) product = 0;
        else product = x * scale_a(c, p, i, k) * y * scale_b(c, p, j, k);
        sum += product; magnitude += fabs(product);
      }
      if (!is_float(c)) {
        if (c->saturates) sum = sum > 2147483647.0 ? 2147483647.0 : sum < -2147483648.0 ? -2147483648.0 : sum;
        else sum = (double)(int32_t)(uint32_t)(int64_t)sum;
      } else if (c->saturates) {  // wmma of halves up to PTX 6.4: no NaN, nothing infinite
        double most = c->d.bits == 16 ? 65504 : 0x1.fffffep127;
        sum = isnan(sum) ? 0 : sum > most ? most : sum < -most ? -most : sum;
        if (isnan(magnitude) || isinf(magnitude)) magnitude = 0;
      }
      p->result[z][i][j] = sum;
      p->bound[z][i][j] = (c->k + 1) * magnitude * (c->d.bits == 64 ? 0x1p-52 : 0x1p-23);
      if (c->d.bits == 16) p->bound[z][i][j] += fabs(sum) * 0x1p-10 + 0x1p-24;
      if (c->d.bits == 16 && c->c.bits == 16 && magnitude > 60000) p->bound[z][i][j] = INFINITY;
    }
  }
}

static void put(uint32_t *slots, int slot, int thread, int bits, int i, uint64_t value) {
  if (bits == 64) { slots[(slot + 2 * i) * threads + thread] = (uint32_t)value; slots[(slot + 2 * i + 1) * threads + thread] = (uint32_t)(value >> 32); return; }
  slots[(slot + i * bits / 32) * threads + thread] |= (uint32_t)(value << i * bits % 32);
}
static uint64_t get(const uint32_t *slots, int slot, int thread, int bits, int i) {
  if (bits == 64) return slots[(slot + 2 * i) * threads + thread] | (uint64_t)slots[(slot + 2 * i + 1) * threads + thread] << 32;
  return slots[(slot + i * bits / 32) * threads + thread] >> i * bits % 32 & (bits == 32 ? 0xffffffff : (1u << bits) - 1);
}

// ---- PTX -------------------------------------------------------------------------------------------------------------------
static char ptx[1 << 16];
static size_t length;
#define PUT(...) length += (size_t)snprintf(ptx + length, sizeof ptx - length, __VA_ARGS__)
static void begin(const test_case *c) {
  length = 0;
  PUT(".version %s\n.target %s\n.address_size 64\n.visible .entry k(.param .u64 pd, .param .u64 pi, .param .u32 lowest)\n{\n", strstr(c->name, "ue8m0") && strstr(c->name, "4X") ? "9.1" : "8.7", c->target);
  PUT(".reg .b32 %%a<16>, %%b<16>, %%c<16>, %%d<16>, %%e, %%sa, %%sb, %%t<8>, %%stride<4>;\n.reg .f32 %%fc<16>, %%fd<16>;\n.reg .f64 %%ga<16>, %%gb<16>, %%gc<16>, %%gd<16>;\n.reg .b16 %%h<4>;\n"
      ".reg .b64 %%in, %%out, %%l<8>;\n.reg .pred %%p;\n.shared .align 128 .b8 memory[%d];\n", warps * region);
  PUT("ld.param.u64 %%out, [pd];\nld.param.u64 %%in, [pi];\ncvta.to.global.u64 %%out, %%out;\ncvta.to.global.u64 %%in, %%in;\n"
      "ld.param.u32 %%t0, [lowest];\nmov.u32 %%t1, %%tid.x;\nsetp.lt.u32 %%p, %%t1, %%t0;\n@%%p bra done;\n");
}
static void end(void) { PUT("done:\nret;\n}\n"); }
static void per_thread(void) { PUT("mad.wide.u32 %%in, %%t1, 4, %%in;\nmad.wide.u32 %%out, %%t1, 4, %%out;\n"); }
static int slot_bytes(int slot) { return slot * threads * 4; }

/// `count` elements of an operand from their slots into registers; says what the registers are called.
static const char *load_operand(const type *t, int count, int slot, char letter) {
  static char prefix[4][4];
  char *p = prefix[letter - 'a'];
  if (t->bits == 64) {
    for (int i = 0; i < count; i++)
      PUT("ld.global.b32 %%t2, [%%in+%d];\nld.global.b32 %%t3, [%%in+%d];\nmov.b64 %%g%c%d, {%%t2, %%t3};\n", slot_bytes(slot + 2 * i), slot_bytes(slot + 2 * i + 1), letter, i);
    snprintf(p, 4, "g%c", letter);
  } else {
    for (int i = 0; i < words(t, count); i++) PUT("ld.global.b32 %%%c%d, [%%in+%d];\n", letter, i, slot_bytes(slot + i));
    snprintf(p, 4, "%c", letter);
    if (!strcmp(t->name, "f32")) {
      for (int i = 0; i < count; i++) PUT("mov.b32 %%f%c%d, %%%c%d;\n", letter, i, letter, i);
      snprintf(p, 4, "f%c", letter);
    }
  }
  return p;
}
static void put_list(const char *prefix, int count) {
  PUT("{");
  for (int i = 0; i < count; i++) PUT("%s%%%s%d", i ? ", " : "", prefix, i);
  PUT("}");
}
static int registers(const type *t, int count) { return t->bits == 64 ? count : words(t, count); }

static void make_mma(const test_case *c, int selector) {
  begin(c);
  per_thread();
  int slot = 0, na = count_a(c), nb = count_b(c), nc = count_c(c);
  const char *a = load_operand(&c->a, na, slot, 'a'); slot += words(&c->a, na);
  const char *b = load_operand(&c->b, nb, slot, 'b'); slot += words(&c->b, nb);
  const char *cc = load_operand(&c->c, nc, slot, 'c'); slot += words(&c->c, nc);
  PUT("ld.global.b32 %%e, [%%in+%d];\nld.global.b32 %%sa, [%%in+%d];\nld.global.b32 %%sb, [%%in+%d];\n", slot_bytes(slot), slot_bytes(slot + 1), slot_bytes(slot + 2));
  const char *d = c->d.bits == 64 ? "gd" : !strcmp(c->d.name, "f32") ? "fd" : "d";
  PUT("%s ", c->name);
  put_list(d, registers(&c->d, nc)); PUT(", "); put_list(a, registers(&c->a, na)); PUT(", "); put_list(b, registers(&c->b, nb)); PUT(", "); put_list(cc, registers(&c->c, nc));
  if (c->sparse) PUT(", %%e, %d", selector);
  if (c->block) PUT(", %%sa, {%d, %d}, %%sb, {%d, %d}", byte_a, lane_a, byte_b, lane_b);
  PUT(";\n");
  for (int i = 0; i < registers(&c->d, nc); i++) {
    if (c->d.bits == 64) PUT("mov.b64 {%%t2, %%t3}, %%gd%d;\nst.global.b32 [%%out+%d], %%t2;\nst.global.b32 [%%out+%d], %%t3;\n", i, slot_bytes(2 * i), slot_bytes(2 * i + 1));
    else PUT("st.global.%s [%%out+%d], %%%s%d;\n", *d == 'f' ? "f32" : "b32", slot_bytes(i), d, i);
  }
  end();
}

// ---- the driver ------------------------------------------------------------------------------------------------------------
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

static uint64_t out_buffer, in_buffer;
enum { buffer_bytes = warps * region > maximum_slots * threads * 4 ? warps * region : maximum_slots * threads * 4 };
static unsigned char in_bytes[buffer_bytes], out_bytes[buffer_bytes];
static void *module, *function;

static int load_kernel(char *why, size_t size) {
  result r = cuModuleLoadData(&module, ptx);
  if (r) { snprintf(why, size, "load: %s", error_name(r)); module = NULL; return 0; }
  if ((r = cuModuleGetFunction(&function, module, "k"))) { snprintf(why, size, "function: %s", error_name(r)); cuModuleUnload(module); return 0; }
  return 1;
}
static int launch(unsigned lowest, char *why, size_t size) {
  MUST(cuMemcpyHtoD(in_buffer, in_bytes, sizeof in_bytes));
  MUST(cuMemsetD8(out_buffer, 0xcd, sizeof out_bytes));
  void *arguments[] = {&out_buffer, &in_buffer, &lowest};
  result r = cuLaunchKernel(function, 1, 1, 1, threads, 1, 1, 0, NULL, arguments, NULL);
  if (!r) r = cuCtxSynchronize();
  if (r) { snprintf(why, size, "launch: %s", error_name(r)); return 0; }
  MUST(cuMemcpyDtoH(out_bytes, out_buffer, sizeof out_bytes));
  return 1;
}

// ---- comparing -------------------------------------------------------------------------------------------------------------
static uint64_t hash;
static void hash_value(uint64_t v) { for (int i = 0; i < 8; i++) { hash ^= v >> 8 * i & 255; hash *= 0x100000001b3u; } }
static double worst;  // error over its bound

/// One element against the reference; its bits go into the hash, any NaN as the same.
static int same(const test_case *c, const problem *p, int set, place at, uint64_t bits, char *why, size_t size, int warp) {
  double got = decode(&c->d, bits), want = p->result[at.batch][at.row][at.column];
  hash_value(isnan(got) ? 0x7ff8 : bits);
  if (is_exact(c, set) ? got == want : 0) return 1;
  if (isnan(got) && isnan(want)) return 1;
  double error = fabs(got - want), bound = p->bound[at.batch][at.row][at.column];
  if (!is_exact(c, set)) {
    if (bound > 0 && error / bound > worst) worst = error / bound;
    if (error <= bound) return 1;
  }
  // What overflows half precision is infinite.
  if (c->d.bits == 16 && fabs(want) >= 65504 && isinf(got)) return 1;
  snprintf(why, size, "set %d, warp %d, [%d][%d][%d]: %.17g instead of %.17g (bound %g)", set, warp, at.batch, at.row, at.column, got, want, is_exact(c, set) ? 0 : bound);
  return 0;
}

typedef void (*recorder)(const char *name, int set, uint64_t hash);
static int run_mma(const test_case *c, recorder record, char *why, size_t size) {
  for (int selector = 0; selector < (c->sparse ? selectors(c) : 1); selector++) {
    make_mma(c, selector);
    if (!load_kernel(why, size)) return 0;
    int na = count_a(c), nb = count_b(c), nc = count_c(c);
    for (int set = 0; set < sets; set++) {
      if (!has_set(c, set)) continue;
      state = 42 + (uint64_t)set;
      uint32_t *slots = (uint32_t *)in_bytes;
      memset(in_bytes, 0, sizeof in_bytes);
      for (int w = 0; w < warps; w++) {
        problem *p = &problems[w];
        fill(c, p, set);
        compute(c, p, selector);
        for (int lane = 0; lane < 32; lane++) {
          int slot = 0, thread = w * 32 + lane;
          for (int i = 0; i < na; i++) { place x = place_a(c, lane, i); put(slots, slot, thread, c->a.bits, i, p->a.bits[x.batch][x.row][x.column]); }
          slot += words(&c->a, na);
          for (int i = 0; i < nb; i++) { place x = place_b(c, lane, i); put(slots, slot, thread, c->b.bits, i, p->b.bits[x.batch][x.column][x.row]); }
          slot += words(&c->b, nb);
          for (int i = 0; i < nc; i++) { place x = place_c(c, &c->c, lane, i); put(slots, slot, thread, c->c.bits, i, p->c.bits[x.batch][x.row][x.column]); }
          slot += words(&c->c, nc);
          slots[slot * threads + thread] = p->metadata[lane]; slots[(slot + 1) * threads + thread] = p->scale_a[lane]; slots[(slot + 2) * threads + thread] = p->scale_b[lane];
        }
      }
      for (int lowest = 0; lowest <= 32; lowest += 32) {
        if (!launch((unsigned)lowest, why, size)) { cuModuleUnload(module); return 0; }
        hash = 0xcbf29ce484222325u;
        for (int w = lowest / 32; w < warps; w++) for (int lane = 0; lane < 32; lane++) for (int i = 0; i < nc; i++) {
          place at = place_c(c, &c->d, lane, i);
          if (!same(c, &problems[w], set, at, get((uint32_t *)out_bytes, 0, w * 32 + lane, c->d.bits, i), why, size, w)) { if (!record) { cuModuleUnload(module); return 0; } record = record; fprintf(stderr, "%s: %s\n", c->name, why); goto next_set; }
        }
        if (lowest == 0 && is_exact(c, set) && record) record(c->name, set + 10 * selector, hash);
      }
    next_set:;
    }
    cuModuleUnload(module);
  }
  return 1;
}

// ---- wmma: through memory, in each layout and state space ----------------------------------------------------------------------
enum { at_a = 0, at_b = 2048, at_c = 4096, at_d = 6144 };
static int stride(const type *t, int minor) {  // a multiple of 16 bytes, more than the matrix needs
  int step = 128 / t->bits;
  return (minor + step - 1) / step * step + (t->bits < 8 ? 32 / t->bits * 4 : step);
}
static int wmma_registers(const test_case *c, char matrix) {
  if (matrix == 'c' || matrix == 'd') { const type *t = matrix == 'c' ? &c->c : &c->d; return registers(t, c->m * c->n / 32); }
  if (c->a.bits == 16 && c->a.exponent == 5) return 8;
  return registers(&c->a, (matrix == 'a' ? c->m : c->n) * c->k / 32);
}
static const char *spaces[] = {".global", ".shared", ""};
static const char *wmma_prefix(const type *t, char letter) {
  static char text[4][4];
  snprintf(text[letter - 'a'], 4, "%s%c", t->bits == 64 ? "g" : !strcmp(t->name, "f32") ? "f" : "", letter);
  return text[letter - 'a'];
}
static char layout_word(char c) { return c; }
static const char *layout_name(char c) { return layout_word(c) == 'r' ? "row" : "col"; }
static int minor_a(const test_case *c) { return c->layout_a == 'r' ? c->k : c->m; }
static int minor_b(const test_case *c) { return c->layout_b == 'r' ? c->n : c->k; }
static int minor_c(const test_case *c, char layout) { return layout == 'r' ? c->n : c->m; }

static void make_wmma(const test_case *c, int space, char layout_c, char layout_d) {
  begin(c);
  PUT("shr.u32 %%t2, %%t1, 5;\nmad.wide.u32 %%in, %%t2, %d, %%in;\nmad.wide.u32 %%out, %%t2, %d, %%out;\n", region, region);
  PUT("mov.u32 %%t3, memory;\nmad.lo.u32 %%t3, %%t2, %d, %%t3;\nand.b32 %%t4, %%t1, 31;\n", region);
  const char *from = "%in", *to = "%out";
  if (space) {  // the warp copies its matrices
    PUT("mad.wide.u32 %%l0, %%t4, 4, %%in;\nmad.lo.u32 %%t5, %%t4, 4, %%t3;\nmov.u32 %%t6, 0;\nin_loop:\nld.global.b32 %%t7, [%%l0];\nst.shared.b32 [%%t5], %%t7;\nadd.u64 %%l0, %%l0, 128;\n"
        "add.u32 %%t5, %%t5, 128;\nadd.u32 %%t6, %%t6, 128;\nsetp.lt.u32 %%p, %%t6, %d;\n@%%p bra in_loop;\nbar.warp.sync -1;\n", region);
    PUT("cvt.u64.u32 %%l1, %%t3;\n");
    if (space == 2) PUT("cvta.shared.u64 %%l1, %%l1;\n");
    from = to = "%l1";
  }
  char shape[32];
  snprintf(shape, sizeof shape, "m%dn%dk%d", c->m, c->n, c->k);
  int step_a = stride(&c->a, minor_a(c)), step_b = stride(&c->b, minor_b(c)), step_c = stride(&c->c, minor_c(c, layout_c)), step_d = stride(&c->d, minor_c(c, layout_d));
  const char *a = wmma_prefix(&c->a, 'a'), *b = wmma_prefix(&c->b, 'b'), *cc = wmma_prefix(&c->c, 'c'), *d = wmma_prefix(&c->d, 'd');
  PUT("mov.u32 %%stride0, %d;\n", step_a);
  PUT("wmma.load.a.sync.aligned.%s.%s%s.%s ", layout_name(c->layout_a), shape, spaces[space], c->a.name); put_list(a, wmma_registers(c, 'a')); PUT(", [%s+%d], %%stride0;\n", from, at_a);
  PUT("wmma.load.b.sync.aligned.%s.%s%s.%s ", layout_name(c->layout_b), shape, spaces[space], c->b.name); put_list(b, wmma_registers(c, 'b')); PUT(", [%s+%d], %d;\n", from, at_b, step_b);
  PUT("wmma.load.c.sync.aligned.%s.%s%s.%s ", layout_name(layout_c), shape, spaces[space], c->c.name); put_list(cc, wmma_registers(c, 'c')); PUT(", [%s+%d], %d;\n", from, at_c, step_c);
  PUT("%s ", c->name); put_list(d, wmma_registers(c, 'd')); PUT(", "); put_list(a, wmma_registers(c, 'a')); PUT(", "); put_list(b, wmma_registers(c, 'b')); PUT(", "); put_list(cc, wmma_registers(c, 'c')); PUT(";\n");
  PUT("wmma.store.d.sync.aligned.%s.%s%s.%s [%s+%d], ", layout_name(layout_d), shape, spaces[space], c->d.name, to, at_d); put_list(d, wmma_registers(c, 'd')); PUT(", %d;\n", step_d);
  if (space)
    PUT("bar.warp.sync -1;\nmad.wide.u32 %%l0, %%t4, 4, %%out;\nmad.lo.u32 %%t5, %%t4, 4, %%t3;\nmov.u32 %%t6, 0;\nout_loop:\nld.shared.b32 %%t7, [%%t5];\nst.global.b32 [%%l0], %%t7;\nadd.u64 %%l0, %%l0, 128;\n"
        "add.u32 %%t5, %%t5, 128;\nadd.u32 %%t6, %%t6, 128;\nsetp.lt.u32 %%p, %%t6, %d;\n@%%p bra out_loop;\n", region);
  end();
}
static void poke(unsigned char *memory, const type *t, int index, uint64_t value) {
  if (t->bits >= 8) { memcpy(memory + index * t->bits / 8, &value, (size_t)t->bits / 8); return; }
  memory[index * t->bits / 8] |= (unsigned char)(value << index * t->bits % 8);
}
static uint64_t peek(const unsigned char *memory, const type *t, int index) {
  uint64_t value = 0;
  memcpy(&value, memory + index * t->bits / 8, (size_t)t->bits / 8);
  return value;
}
static int run_wmma(const test_case *c, recorder record, char *why, size_t size) {
  for (int variation = 0; variation < 4; variation++) {
    int space = variation % 3;
    char layout_c = variation & 1 ? 'c' : 'r', layout_d = variation & 2 ? 'c' : 'r';
    make_wmma(c, space, layout_c, layout_d);
    if (!load_kernel(why, size)) return 0;
    int step_a = stride(&c->a, minor_a(c)), step_b = stride(&c->b, minor_b(c)), step_c = stride(&c->c, minor_c(c, layout_c)), step_d = stride(&c->d, minor_c(c, layout_d));
    for (int set = 0; set < sets; set++) {
      if (!has_set(c, set)) continue;
      state = 142 + (uint64_t)set;
      memset(in_bytes, 0, sizeof in_bytes);
      for (int w = 0; w < warps; w++) {
        problem *p = &problems[w];
        unsigned char *memory = in_bytes + w * region;
        fill(c, p, set);
        compute(c, p, 0);
        for (int i = 0; i < c->m; i++) for (int k = 0; k < c->k; k++) poke(memory + at_a, &c->a, c->layout_a == 'r' ? i * step_a + k : k * step_a + i, p->a.bits[0][i][k]);
        for (int j = 0; j < c->n; j++) for (int k = 0; k < c->k; k++) poke(memory + at_b, &c->b, c->layout_b == 'r' ? k * step_b + j : j * step_b + k, p->b.bits[0][j][k]);
        for (int i = 0; i < c->m; i++) for (int j = 0; j < c->n; j++) poke(memory + at_c, &c->c, layout_c == 'r' ? i * step_c + j : j * step_c + i, p->c.bits[0][i][j]);
      }
      for (int lowest = 0; lowest <= 32; lowest += 32) {
        if (!launch((unsigned)lowest, why, size)) { cuModuleUnload(module); return 0; }
        hash = 0xcbf29ce484222325u;
        for (int w = lowest / 32; w < warps; w++) for (int i = 0; i < c->m; i++) for (int j = 0; j < c->n; j++) {
          place at = {0, i, j};
          uint64_t bits = peek(out_bytes + w * region + at_d, &c->d, layout_d == 'r' ? i * step_d + j : j * step_d + i);
          if (!same(c, &problems[w], set, at, bits, why, size, w)) { if (!record) { cuModuleUnload(module); return 0; } fprintf(stderr, "%s: %s\n", c->name, why); goto next_set; }
        }
        if (lowest == 0 && variation == 0 && is_exact(c, set) && record) record(c->name, set, hash);
      }
    next_set:;
    }
    cuModuleUnload(module);
  }
  return 1;
}

// ---- ldmatrix, stmatrix, movmatrix: bytes that move ------------------------------------------------------------------------------
// Each warp has rows of 16 bytes at scattered places of its memory; lane l gives the address of row l.
static int row_place(int warp, int row) { return (row * 7 + warp * 3) % 32 * 48; }
static void make_moves(const test_case *c) {
  begin(c);
  PUT("shr.u32 %%t2, %%t1, 5;\nmov.u32 %%t3, memory;\nmad.lo.u32 %%t3, %%t2, %d, %%t3;\nand.b32 %%t4, %%t1, 31;\n", region);
  // In: slot 0 the lane's address, slots 1... the memory's words or the registers.
  per_thread();
  PUT("ld.global.b32 %%t5, [%%in];\nadd.u32 %%t5, %%t5, %%t3;\n");
  int is_load = !strcmp(c->op, "ldmatrix"), is_store = !strcmp(c->op, "stmatrix");
  int n = strstr(c->name, "m16n16") ? 2 * c->count : c->count;
  int generic = !strstr(c->name, "shared");
  if (generic) PUT("cvt.u64.u32 %%l0, %%t5;\ncvta.shared.u64 %%l0, %%l0;\n");
  const char *address = generic ? "%l0" : "%t5";
  if (is_load || is_store) {  // fill memory: word i of the warp's 2 KB
    PUT("mad.lo.u32 %%t6, %%t4, 4, %%t3;\n");
    for (int i = 0; i < 16; i++) PUT("ld.global.b32 %%t7, [%%in+%d];\nst.shared.b32 [%%t6+%d], %%t7;\n", slot_bytes(8 + i), i * 128);
    PUT("bar.warp.sync -1;\n");
  }
  for (int i = 0; i < 4; i++) PUT("ld.global.b32 %%a%d, [%%in+%d];\nmov.u32 %%d%d, %%a%d;\n", i, slot_bytes(1 + i), i, i);
  PUT("%s ", c->name);
  if (is_load) { put_list("d", n); PUT(", [%s];\n", address); }
  else if (is_store) { PUT("[%s], ", address); put_list("a", n); PUT(";\n"); }
  else PUT("%%d0, %%a0;\n");
  PUT("bar.warp.sync -1;\n");
  for (int i = 0; i < 4; i++) PUT("st.global.b32 [%%out+%d], %%d%d;\n", slot_bytes(i), i);
  if (is_store) for (int i = 0; i < 16; i++) PUT("ld.shared.b32 %%t7, [%%t6+%d];\nst.global.b32 [%%out+%d], %%t7;\n", i * 128, slot_bytes(8 + i));
  end();
}
static int run_moves(const test_case *c, recorder record, char *why, size_t size) {
  make_moves(c);
  if (!load_kernel(why, size)) return 0;
  static unsigned char memory[warps][2048], wanted[warps][2048];
  static uint32_t given[warps][4][32], expected[warps][4][32];
  uint32_t *slots = (uint32_t *)in_bytes;
  state = 7;
  memset(in_bytes, 0, sizeof in_bytes);
  int is_load = !strcmp(c->op, "ldmatrix"), is_store = !strcmp(c->op, "stmatrix");
  int wide = strstr(c->name, "m16n16") != NULL, tall = strstr(c->name, "m16n8") != NULL, narrow = strstr(c->name, "m8n16") != NULL;
  int six = strstr(c->name, "b6x16_p32") != NULL, four = strstr(c->name, "b4x16_p64") != NULL;
  for (int w = 0; w < warps; w++) {
    for (int i = 0; i < 2048; i++) memory[w][i] = (unsigned char)next();
    memcpy(wanted[w], memory[w], 2048);
    for (int lane = 0; lane < 32; lane++) for (int r = 0; r < 4; r++) expected[w][r][lane] = given[w][r][lane] = (uint32_t)next();
    for (int lane = 0; lane < 32; lane++) {
      int thread = w * 32 + lane, g = lane / 4, t = lane % 4;
      slots[thread] = (uint32_t)row_place(w, lane);
      for (int r = 0; r < 4; r++) slots[(1 + r) * threads + thread] = given[w][r][lane];
      for (int i = 0; i < 16; i++) memcpy(&slots[(8 + i) * threads + thread], &memory[w][i * 128 + lane * 4], 4);
      // Byte `column` of row `row`, unpacked: addresses are the lanes' in order.
#define ROW(x) (memory[w] + row_place(w, x))
#define BYTE(row, column) (six ? (uint32_t)((ROW(row)[(column) * 6 / 8] | ROW(row)[(column) * 6 / 8 + 1] << 8) >> (column) * 6 % 8 & 63) : \
                           four ? (uint32_t)(ROW(row)[(column) / 2] >> (column) % 2 * 4 & 15) : (uint32_t)ROW(row)[column])
      if (is_load && !wide && !narrow) for (int x = 0; x < c->count; x++) {
        uint32_t v = 0;
        for (int e = 0; e < 2; e++) {
          int row = c->trans ? 2 * t + e : g, column = c->trans ? g : 2 * t + e;
          uint16_t h; memcpy(&h, ROW(8 * x + row) + 2 * column, 2);
          v |= (uint32_t)h << 16 * e;
        }
        expected[w][x][lane] = v;
      }
      if (is_load && narrow) for (int x = 0; x < c->count; x++) {
        uint32_t v = 0;
        for (int e = 0; e < 4; e++) v |= BYTE(8 * x + g, 4 * t + e) << 8 * e;
        expected[w][x][lane] = v;
      }
      if (is_load && wide) for (int x = 0; x < 2 * c->count; x++) {  // transposed: register x % 2 holds columns g and g + 8
        uint32_t v = 0;
        for (int e = 0; e < 4; e++) v |= BYTE(16 * (x / 2) + 4 * t + e, g + 8 * (x % 2)) << 8 * e;
        expected[w][x][lane] = v;
      }
      if (is_store && !tall) for (int x = 0; x < c->count; x++) for (int e = 0; e < 2; e++) {
        int row = c->trans ? 2 * t + e : g, column = c->trans ? g : 2 * t + e;
        uint16_t h = (uint16_t)(given[w][x][lane] >> 16 * e);
        memcpy(wanted[w] + row_place(w, 8 * x + row) + 2 * column, &h, 2);
      }
      // A matrix of 16 rows and 8 columns is stored by columns: eight rows of 16 bytes in memory.
      if (is_store && tall) for (int x = 0; x < c->count; x++) for (int e = 0; e < 4; e++)
        wanted[w][row_place(w, 8 * x + 2 * t + (e & 1)) + g + 8 * (e >> 1)] = (unsigned char)(given[w][x][lane] >> 8 * e);
    }
    if (!strcmp(c->op, "movmatrix")) for (int lane = 0; lane < 32; lane++) {
      expected[w][0][lane] = 0;
      for (int e = 0; e < 2; e++) {
        int row = 2 * (lane % 4) + e, column = lane / 4;  // of the source
        expected[w][0][lane] |= (given[w][0][row * 4 + column / 2] >> 16 * (column % 2) & 0xffff) << 16 * e;
      }
    }
  }
  for (int lowest = 0; lowest <= 32; lowest += 32) {
    if (!launch((unsigned)lowest, why, size)) { cuModuleUnload(module); return 0; }
    hash = 0xcbf29ce484222325u;
    uint32_t *got = (uint32_t *)out_bytes;
    for (int w = lowest / 32; w < warps; w++) for (int lane = 0; lane < 32; lane++) {
      for (int r = 0; r < 4; r++) {
        hash_value(got[r * threads + w * 32 + lane]);
        if (got[r * threads + w * 32 + lane] != expected[w][r][lane]) {
          snprintf(why, size, "warp %d, lane %d, register %d: %08x instead of %08x", w, lane, r, got[r * threads + w * 32 + lane], expected[w][r][lane]);
          if (record) { fprintf(stderr, "%s: %s\n", c->name, why); break; }
          cuModuleUnload(module); return 0;
        }
      }
      if (is_store) for (int i = 0; i < 16; i++) {
        uint32_t want; memcpy(&want, wanted[w] + i * 128 + lane * 4, 4);
        hash_value(got[(8 + i) * threads + w * 32 + lane]);
        if (got[(8 + i) * threads + w * 32 + lane] != want) {
          snprintf(why, size, "warp %d, memory word %d: %08x instead of %08x", w, i * 32 + lane, got[(8 + i) * threads + w * 32 + lane], want);
          if (record) { fprintf(stderr, "%s: %s\n", c->name, why); break; }
          cuModuleUnload(module); return 0;
        }
      }
    }
    if (lowest == 0 && record) record(c->name, 0, hash);
  }
  cuModuleUnload(module);
  return 1;
}

static void make_case(const test_case *c) {
  if (strstr(c->name, "matrix")) make_moves(c); else if (c->wmma) make_wmma(c, 1, 'r', 'c'); else make_mma(c, 0);
}

// ---- probes: questions to an NVIDIA GPU ------------------------------------------------------------------------------------------
/// Which chunk of which row each four bits of metadata govern: A is all ones, B has a one where the upper half of a chunk meets
/// a column whose bit is set in the chunk's number (column 7: always); changing four bits from "lower half" to "upper half" then
/// spells the chunk's number.
static void probe_metadata(const test_case *c, FILE *file) {
  for (int selector = 0; selector < selectors(c); selector++) {
    char why[256];
    make_mma(c, selector);
    if (!load_kernel(why, sizeof why)) { fprintf(file, "%s: %s\n", c->name, why); return; }
    fprintf(file, "metadata %s selector %d\n", c->name, selector);
    int na = count_a(c), nb = count_b(c), nc = count_c(c), size = chunk(c);
    for (int at = -1; at < 256; at++) {
      uint32_t *slots = (uint32_t *)in_bytes;
      memset(in_bytes, 0, sizeof in_bytes);
      for (int lane = 0; lane < 32; lane++) {
        int slot = 0;
        for (int i = 0; i < na; i++) put(slots, slot, lane, c->a.bits, i, encode(&c->a, 1));
        slot += words(&c->a, na);
        for (int i = 0; i < nb; i++) {
          place x = place_b(c, lane, i);
          int upper = x.row % size >= size / 2, number = x.row / size;
          put(slots, slot, lane, c->b.bits, i, encode(&c->b, upper && (x.column == 7 || (number >> x.column & 1)) ? 1 : 0));
        }
        slot += words(&c->b, nb) + words(&c->c, nc);
        slots[slot * threads + lane] = 0x44444444;
        if (at >= 0 && at / 8 == lane) slots[slot * threads + lane] ^= 0xau << 4 * (at % 8);
      }
      if (!launch(0, why, sizeof why)) { fprintf(file, "%s\n", why); return; }
      int any = 0;
      for (int row = 0; row < 16; row++) {
        double d[8];
        for (int lane = 0; lane < 32; lane++) for (int i = 0; i < nc; i++) {
          place x = place_c(c, &c->d, lane, i);
          if (x.row == row) d[x.column] = decode(&c->d, get((uint32_t *)out_bytes, 0, lane, c->d.bits, i));
        }
        if (d[7] == 0) continue;
        int number = 0;
        for (int bit = 0; bit < 7; bit++) if (d[bit] != 0) number |= 1 << bit;
        if (at < 0) fprintf(file, "unexpected: row %d has %g without any upper half\n", row, d[7]);
        else { if (!any++) fprintf(file, "lane %d bits %d:", at / 8, at % 8 * 4); fprintf(file, " row %d chunk %d (%g)", row, number, d[7]); }
      }
      if (any) fprintf(file, "\n");
    }
    cuModuleUnload(module);
  }
}
/// Which element each register of a wmma fragment holds: the memory holds row numbers, then column numbers.
static int fragment_found[2][32][64], fragment_count;
static int find_fragment(const test_case *c, char matrix, char *why, size_t size) {
  const type *t = matrix == 'a' ? &c->a : matrix == 'b' ? &c->b : &c->c;
  if (t->bits < 8) return 0;
  int rows = matrix == 'b' ? c->k : c->m, columns = matrix == 'a' ? c->k : c->n;
  char layout = matrix == 'a' ? c->layout_a : matrix == 'b' ? c->layout_b : 'r';
  int n = wmma_registers(c, matrix), step = stride(t, layout == 'r' ? columns : rows), per = t->bits >= 32 ? 1 : 32 / t->bits;
  begin(c);
  per_thread();
  PUT("ld.param.u64 %%l0, [pi];\ncvta.to.global.u64 %%l0, %%l0;\nwmma.load.%c.sync.aligned.%s.m%dn%dk%d.global.%s ", matrix, layout_name(layout), c->m, c->n, c->k, t->name);
  const char *prefix = wmma_prefix(t, matrix);
  put_list(prefix, n);
  PUT(", [%%l0], %d;\n", step);
  for (int i = 0; i < n; i++) {
    if (t->bits == 64) PUT("mov.b64 {%%t2, %%t3}, %%%s%d;\nst.global.b32 [%%out+%d], %%t2;\n", prefix, i, slot_bytes(i));
    else PUT("st.global.%s [%%out+%d], %%%s%d;\n", *prefix == 'f' ? "f32" : "b32", slot_bytes(i), prefix, i);
  }
  end();
  if (!load_kernel(why, size)) return 0;
  fragment_count = n * per;
  int fine = 1;
  for (int pass = 0; pass < 2 && fine; pass++) {
    memset(in_bytes, 0, sizeof in_bytes);
    for (int i = 0; i < rows; i++) for (int j = 0; j < columns; j++) poke(in_bytes, t, layout == 'r' ? i * step + j : j * step + i, (uint64_t)(pass ? j : i));
    fine = launch(0, why, size);
    for (int lane = 0; lane < 32; lane++) for (int i = 0; i < n * per; i++) fragment_found[pass][lane][i] = (int)get((uint32_t *)out_bytes, 0, lane, t->bits == 64 ? 32 : t->bits, i);
  }
  cuModuleUnload(module);
  return fine;
}
static void probe_fragment(const test_case *c, char matrix, FILE *file) {
  char why[256] = "";
  if (!find_fragment(c, matrix, why, sizeof why)) { if (*why) fprintf(file, "%c of %s: %s\n", matrix, c->name, why); return; }
  fprintf(file, "fragment %c of %s\n", matrix, c->name);
  for (int lane = 0; lane < 32; lane++) {
    fprintf(file, "%d:", lane);
    for (int i = 0; i < fragment_count; i++) fprintf(file, " %d,%d", fragment_found[0][lane][i], fragment_found[1][lane][i]);
    fprintf(file, "\n");
  }
}
/// Programs may not rely on it, but some do: fragments of wmma lie as NVIDIA's GPUs have them.
static int run_fragments(const test_case *c, recorder record, char *why, size_t size) {
  for (int matrix = 0; matrix < 3; matrix++) {
    if (!find_fragment(c, "abc"[matrix], why, size)) { if (*why) return 0; continue; }
    hash = 0xcbf29ce484222325u;
    for (int lane = 0; lane < 32; lane++) for (int i = 0; i < fragment_count; i++) hash_value((uint64_t)fragment_found[0][lane][i] << 32 | (uint64_t)fragment_found[1][lane][i]);
    record(c->name, 100 + matrix, hash);
  }
  return 1;
}

static int run_case(const test_case *c, recorder record, char *why, size_t size) {
  if (strstr(c->name, "matrix")) return run_moves(c, record, why, size);
  return c->wmma ? run_wmma(c, record, why, size) && run_fragments(c, record, why, size) : run_mma(c, record, why, size);
}

static FILE *recording;
static void write_hash(const char *name, int set, uint64_t value) { fprintf(recording, "%s\t%d\t%016" PRIx64 "\n", name, set, value); }
// Checking against recorded hashes.
static char recorded[1 << 20];
static int mismatches;
static char mismatch[256];
static void check_hash(const char *name, int set, uint64_t value) {
  char key[256];
  snprintf(key, sizeof key, "\n%s\t%d\t", name, set);
  char *at = strstr(recorded, key);
  if (!at) return;  // no answer: the GPU asked doesn't have the instruction
  if (strtoull(at + strlen(key), NULL, 16) != value && !mismatches++) snprintf(mismatch, sizeof mismatch, set < 100 ? "set %d differs from NVIDIA's answer" : "fragment %d lies otherwise than NVIDIA's", set < 100 ? set : set - 100);
}

int main(int count, char **arguments) {
  if (count < 5) { fprintf(stderr, "matrix_reference LIBCUDA matrix.tsv --record|--check|--probe|--print FILE [--only TEXT]\n"); return 2; }
  const char *verb = arguments[3], *only = count > 6 && !strcmp(arguments[5], "--only") ? arguments[6] : NULL;
  FILE *cases = fopen(arguments[2], "r");
  if (!cases) { perror(arguments[2]); return 2; }
  static char line[1024];
  int print = !strcmp(verb, "--print"), record = !strcmp(verb, "--record"), probe = !strcmp(verb, "--probe");
  if (!print) {
    load(arguments[1]);
    MUST(cuInit(0));
    int device; void *context;
    MUST(cuDeviceGet(&device, 0)); MUST(cuDevicePrimaryCtxRetain(&context, device)); MUST(cuCtxSetCurrent(context));
    MUST(cuMemAlloc(&out_buffer, buffer_bytes)); MUST(cuMemAlloc(&in_buffer, buffer_bytes));
    recording = strcmp(arguments[4], "-") ? fopen(arguments[4], record || probe ? "w" : "r") : NULL;
    if (!recording && strcmp(arguments[4], "-")) { perror(arguments[4]); return 2; }
    recorded[0] = '\n';
    if (!record && !probe && recording) recorded[1 + fread(recorded + 1, 1, sizeof recorded - 2, recording)] = 0;
  }
  int passed = 0, failed = 0;
  while (fgets(line, sizeof line, cases)) {
    test_case c; char why[512] = "";
    if (line[0] == '#' || line[0] == '\n') continue;
    if (!parse(line, &c)) { fprintf(stderr, "not a case: %s", line); return 2; }
    if (only && !strstr(c.name, only)) continue;
    if (print && strstr(arguments[4], ".ptx")) {
      FILE *out = fopen(arguments[4], passed ? "a" : "w");
      if (!out) { perror(arguments[4]); return 2; }
      make_case(&c);
      char *kernel = strstr(ptx, ".visible .entry k(");
      if (!passed) fprintf(out, ".version 9.1\n.target sm_120a\n.address_size 64\n");
      fprintf(out, "// %s\n.visible .entry k%d(%.*s", c.name, passed++, (int)(ptx + length - kernel - 18), kernel + 18);
      fclose(out);
      continue;
    }
    if (print) {
      static char path[1024];
      snprintf(path, sizeof path, "%s/%s.ptx", arguments[4], c.name);
      FILE *out = fopen(path, "w");
      if (!out) { perror(path); return 2; }
      make_case(&c);
      fwrite(ptx, 1, length, out);
      fclose(out);
      continue;
    }
    if (probe) {
      if (c.sparse) probe_metadata(&c, recording);
      if (c.wmma) { probe_fragment(&c, 'a', recording); probe_fragment(&c, 'b', recording); probe_fragment(&c, 'c', recording); }
      fflush(recording);
      continue;
    }
    worst = 0; mismatches = 0;
    int fine = run_case(&c, record ? write_hash : check_hash, why, sizeof why);
    if (*why) fine = 0;
    if (fine && mismatches) { fine = 0; snprintf(why, sizeof why, "%s", mismatch); }
    if (fine) { passed++; if (record) printf("%s: worst error %.3f of its bound\n", c.name, worst); }
    else { failed++; printf("FAIL %s: %s\n", c.name, why); }
    fflush(stdout);
    if (recording && record) fflush(recording);
  }
  if (!print) printf("%d passed, %d failed\n", passed, failed);
  return !print && (failed != 0 || passed == 0);
}
