// BC6H and BC7: blocks of up to three subsets of texels, each between two ends of its own, in modes that share the bits out differently.
// Source: Khronos Data Format Specification 1.3, "BPTC Compressed Texture Image Formats"; ARB_texture_compression_bptc, whose tables these
// are: a subset's number is a bit, or two, of a word for each texel, the first texel's lowest.
#include "compressed.h"

static const CONSTANT uint16_t halves[64] = {
    0xcccc, 0x8888, 0xeeee, 0xecc8, 0xc880, 0xfeec, 0xfec8, 0xec80, 0xc800, 0xffec, 0xfe80, 0xe800, 0xffe8, 0xff00, 0xfff0, 0xf000,
    0xf710, 0x008e, 0x7100, 0x08ce, 0x008c, 0x7310, 0x3100, 0x8cce, 0x088c, 0x3110, 0x6666, 0x366c, 0x17e8, 0x0ff0, 0x718e, 0x399c,
    0xaaaa, 0xf0f0, 0x5a5a, 0x33cc, 0x3c3c, 0x55aa, 0x9696, 0xa55a, 0x73ce, 0x13c8, 0x324c, 0x3bdc, 0x6996, 0xc33c, 0x9966, 0x0660,
    0x0272, 0x04e4, 0x4e40, 0x2720, 0xc936, 0x936c, 0x39c6, 0x639c, 0x9336, 0x9cc6, 0x817e, 0xe718, 0xccf0, 0x0fcc, 0x7744, 0xee22};
static const CONSTANT uint32_t thirds[64] = {
    0xaa685050, 0x6a5a5040, 0x5a5a4200, 0x5450a0a8, 0xa5a50000, 0xa0a05050, 0x5555a0a0, 0x5a5a5050, 0xaa550000, 0xaa555500, 0xaaaa5500,
    0x90909090, 0x94949494, 0xa4a4a4a4, 0xa9a59450, 0x2a0a4250, 0xa5945040, 0x0a425054, 0xa5a5a500, 0x55a0a0a0, 0xa8a85454, 0x6a6a4040,
    0xa4a45000, 0x1a1a0500, 0x0050a4a4, 0xaaa59090, 0x14696914, 0x69691400, 0xa08585a0, 0xaa821414, 0x50a4a450, 0x6a5a0200, 0xa9a58000,
    0x5090a0a8, 0xa8a09050, 0x24242424, 0x00aa5500, 0x24924924, 0x24499224, 0x50a50a50, 0x500aa550, 0xaaaa4444, 0x66660000, 0xa5a0a5a0,
    0x50a050a0, 0x69286928, 0x44aaaa44, 0x66666600, 0xaa444444, 0x54a854a8, 0x95809580, 0x96969600, 0xa85454a8, 0x80959580, 0xaa141414,
    0x96960000, 0xaaaa1414, 0xa05050a0, 0xa0a5a5a0, 0x96000000, 0x40804080, 0xa9a8a9a8, 0xaaaaaa44, 0x2a4a5254};
/// The texels, beside the first, whose index lacks its highest bit, in four bits each: of two subsets, then the two of three.
static const CONSTANT uint16_t anchors[64] = {
    0xf3f, 0x83f, 0x8ff, 0x3ff, 0xf8f, 0xf3f, 0x3ff, 0x8ff, 0xf8f, 0xf8f, 0xf6f, 0xf6f, 0xf6f, 0xf5f, 0xf3f, 0x83f,
    0xf3f, 0x832, 0xf88, 0x3f2, 0xf32, 0x838, 0xf68, 0x8af, 0x352, 0xf88, 0x682, 0xa62, 0xf88, 0xf58, 0xaf2, 0x8f2,
    0xf8f, 0x3ff, 0xf36, 0xa58, 0xa62, 0x8a8, 0x98f, 0xaff, 0x6f2, 0xf38, 0x8f2, 0xf52, 0x3f2, 0x6ff, 0x6ff, 0x8f6,
    0xf36, 0x3f2, 0xf56, 0xf58, 0xf5f, 0xf8f, 0xf52, 0xfa2, 0xf5f, 0xfaf, 0xf8f, 0xfdf, 0x3ff, 0xfc2, 0xf32, 0x83f};

/// How much of the second end, of 64, an index of 2, 3 or 4 bits means: at (1 << bits) - 4.
static const CONSTANT uint8_t shares[28] = {0, 21, 43, 64, 0, 9, 18, 27, 37, 46, 55, 64, 0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64};

static inline int32_t shareOf(uint32_t index, uint32_t bits) { return shares[(1u << bits) - 4 + index]; }
static inline int32_t between(int32_t a, int32_t b, int32_t share) { return ((64 - share) * a + share * b + 32) >> 6; }

/// The subset of a texel, and the set of texels that are anchors.
typedef struct { uint32_t subset, anchors; } share;

static inline share subsetOf(uint32_t subsets, uint32_t partition, uint32_t index) {
  share s = {0, 1};
  uint32_t a = anchors[partition];
  if (subsets == 2) s.subset = halves[partition] >> index & 1, s.anchors |= 1u << (a & 15);
  if (subsets == 3) s.subset = thirds[partition] >> 2 * index & 3, s.anchors |= 1u << (a >> 4 & 15) | 1u << (a >> 8);
  return s;
}

static inline uint32_t indexOf(block b, uint32_t from, uint32_t bits, uint32_t index, uint32_t anchors) {
  uint32_t before = (uint32_t)__builtin_popcount(anchors & ((1u << index) - 1));
  return bitsOf(b, from + bits * index - before, bits - (anchors >> index & 1));
}

// ---- BC7 --------------------------------------------------------------------------------------------------------------------

/// A mode: subsets, bits of the partition, the rotation, the choice of indices, a colour, an alpha; whether each end or each subset has
/// a bit for all its channels; bits of an index and of a second one.
#define MODE(subsets, partition, rotation, choice, colour, alpha, ends, shared, index, second) \
  (subsets | partition << 2 | rotation << 5 | choice << 7 | colour << 8 | alpha << 12 | ends << 16 | shared << 17 | index << 18 | second << 21)
static const CONSTANT uint32_t modesOfBC7[8] = {
    MODE(3, 4, 0, 0, 4, 0, 1, 0, 3, 0), MODE(2, 6, 0, 0, 6, 0, 0, 1, 3, 0), MODE(3, 6, 0, 0, 5, 0, 0, 0, 2, 0), MODE(2, 6, 0, 0, 7, 0, 1, 0, 2, 0),
    MODE(1, 0, 2, 1, 5, 6, 0, 0, 2, 3), MODE(1, 0, 2, 0, 7, 8, 0, 0, 2, 2), MODE(1, 0, 0, 0, 7, 7, 1, 0, 4, 0), MODE(2, 6, 0, 0, 5, 5, 1, 0, 2, 0)};
#undef MODE

/// An end's channel as 8 bits: the lowest may be a bit that channels share, and the highest are repeated.
static inline int32_t endOf(block b, uint32_t from, uint32_t bits, uint32_t hasLowest, uint32_t lowest) {
  uint32_t v = bitsOf(b, from, bits);
  if (hasLowest) v = v << 1 | lowest, bits++;
  return (int32_t)(v << (8 - bits) | v >> (2 * bits - 8));
}

__attribute__((always_inline)) fractions carmine_texel_of_bc7(block b, uint32_t index) {
  fractions f = {0, 0, 0, 0, 255, 255};
  uint32_t number = (uint32_t)__builtin_ctz((uint32_t)b.low | 256);
  if (number == 8) return f;  // of no mode: nothing, transparent
  uint32_t mode = modesOfBC7[number], subsets = mode & 3, colourBits = mode >> 8 & 15, alphaBits = mode >> 12 & 15, ends = 2 * subsets;
  uint32_t hasBits = mode >> 16 & 3, indexBits = mode >> 18 & 7, secondBits = mode >> 21;
  uint32_t at = number + 1;
  uint32_t partition = bitsOf(b, at, mode >> 2 & 7);
  at += mode >> 2 & 7;
  uint32_t rotation = bitsOf(b, at, mode >> 5 & 3);
  at += mode >> 5 & 3;
  uint32_t choice = bitsOf(b, at, mode >> 7 & 1);
  at += mode >> 7 & 1;
  share s = subsetOf(subsets, partition, index);
  uint32_t bitsAt = at + ends * (3 * colourBits + alphaBits), indexAt = bitsAt + (hasBits == 1 ? ends : hasBits ? subsets : 0);
  int32_t first = shareOf(indexOf(b, indexAt, indexBits, index, s.anchors), indexBits), second = first;
  if (secondBits) second = shareOf(indexOf(b, indexAt + 16 * indexBits - subsets, secondBits, index, 1), secondBits);
  int32_t ofColour = choice ? second : first, ofAlpha = choice ? first : second;
  uint32_t low = bitsOf(b, bitsAt + (hasBits == 1 ? 2 * s.subset : s.subset), 2), low0 = low & 1, low1 = hasBits == 1 ? low >> 1 : low0;
  int32_t r = 0, g = 0, blue = 0, a = 255;
#pragma clang loop unroll(disable)
  for (uint32_t channel = 0; channel < 4; channel++) {
    uint32_t bits = channel < 3 ? colourBits : alphaBits;
    if (!bits) break;
    int32_t v = between(
        endOf(b, at + 2 * s.subset * bits, bits, hasBits, low0), endOf(b, at + (2 * s.subset + 1) * bits, bits, hasBits, low1),
        channel < 3 ? ofColour : ofAlpha);
    at += ends * bits;
    if (channel == 0) r = v; else if (channel == 1) g = v; else if (channel == 2) blue = v; else a = v;
  }
  f.r = rotation == 1 ? a : r, f.g = rotation == 2 ? a : g, f.b = rotation == 3 ? a : blue;
  f.a = rotation == 1 ? r : rotation == 2 ? g : rotation == 3 ? blue : a;
  return f;
}

// ---- BC6H -------------------------------------------------------------------------------------------------------------------

/// Of a mode: bits of an end, of what red, green and blue of the other ends are written in, and whether that is a difference; then the
/// bits of the block in order, each as (end, lowest bit, count).
#define MODE(bits, red, green, blue, differs) (bits | red << 5 | green << 10 | blue << 15 | differs << 20)
#define R(end, low, count) (count | (16 * end + low) << 6)
#define G(end, low, count) (R(end, low, count) | 1 << 4)
#define B(end, low, count) (R(end, low, count) | 2 << 4)
static const CONSTANT struct { uint32_t mode; uint16_t field[24]; } modesOfBC6H[14] = {
    {MODE(10, 5, 5, 5, 1), {G(2, 4, 1), B(2, 4, 1), B(3, 4, 1), R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 5), G(3, 4, 1), G(2,
      0, 4), G(1, 0, 5), B(3, 0, 1), G(3, 0, 4), B(1, 0, 5), B(3, 1, 1), B(2, 0, 4), R(2, 0, 5), B(3, 2, 1), R(3, 0, 5), B(3, 3,
      1)}},
    {MODE(7, 6, 6, 6, 1), {G(2, 5, 1), G(3, 4, 1), G(3, 5, 1), R(0, 0, 7), B(3, 0, 1), B(3, 1, 1), B(2, 4, 1), G(0, 0, 7), B(2, 5,
      1), B(3, 2, 1), G(2, 4, 1), B(0, 0, 7), B(3, 3, 1), B(3, 5, 1), B(3, 4, 1), R(1, 0, 6), G(2, 0, 4), G(1, 0, 6), G(3, 0, 4),
      B(1, 0, 6), B(2, 0, 4), R(2, 0, 6), R(3, 0, 6)}},
    {MODE(11, 5, 4, 4, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 5), R(0, 10, 1), G(2, 0, 4), G(1, 0, 4), G(0, 10, 1),
      B(3, 0, 1), G(3, 0, 4), B(1, 0, 4), B(0, 10, 1), B(3, 1, 1), B(2, 0, 4), R(2, 0, 5), B(3, 2, 1), R(3, 0, 5), B(3, 3, 1)}},
    {MODE(11, 4, 5, 4, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 4), R(0, 10, 1), G(3, 4, 1), G(2, 0, 4), G(1, 0, 5), G(0,
      10, 1), G(3, 0, 4), B(1, 0, 4), B(0, 10, 1), B(3, 1, 1), B(2, 0, 4), R(2, 0, 4), B(3, 0, 1), B(3, 2, 1), R(3, 0, 4), G(2, 4,
      1), B(3, 3, 1)}},
    {MODE(11, 4, 4, 5, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 4), R(0, 10, 1), B(2, 4, 1), G(2, 0, 4), G(1, 0, 4), G(0,
      10, 1), B(3, 0, 1), G(3, 0, 4), B(1, 0, 5), B(0, 10, 1), B(2, 0, 4), R(2, 0, 4), B(3, 1, 1), B(3, 2, 1), R(3, 0, 4), B(3, 4,
      1), B(3, 3, 1)}},
    {MODE(9, 5, 5, 5, 1), {R(0, 0, 9), B(2, 4, 1), G(0, 0, 9), G(2, 4, 1), B(0, 0, 9), B(3, 4, 1), R(1, 0, 5), G(3, 4, 1), G(2, 0,
      4), G(1, 0, 5), B(3, 0, 1), G(3, 0, 4), B(1, 0, 5), B(3, 1, 1), B(2, 0, 4), R(2, 0, 5), B(3, 2, 1), R(3, 0, 5), B(3, 3, 1)}},
    {MODE(8, 6, 5, 5, 1), {R(0, 0, 8), G(3, 4, 1), B(2, 4, 1), G(0, 0, 8), B(3, 2, 1), G(2, 4, 1), B(0, 0, 8), B(3, 3, 1), B(3, 4,
      1), R(1, 0, 6), G(2, 0, 4), G(1, 0, 5), B(3, 0, 1), G(3, 0, 4), B(1, 0, 5), B(3, 1, 1), B(2, 0, 4), R(2, 0, 6), R(3, 0, 6)}},
    {MODE(8, 5, 6, 5, 1), {R(0, 0, 8), B(3, 0, 1), B(2, 4, 1), G(0, 0, 8), G(2, 5, 1), G(2, 4, 1), B(0, 0, 8), G(3, 5, 1), B(3, 4,
      1), R(1, 0, 5), G(3, 4, 1), G(2, 0, 4), G(1, 0, 6), G(3, 0, 4), B(1, 0, 5), B(3, 1, 1), B(2, 0, 4), R(2, 0, 5), B(3, 2, 1),
      R(3, 0, 5), B(3, 3, 1)}},
    {MODE(8, 5, 5, 6, 1), {R(0, 0, 8), B(3, 1, 1), B(2, 4, 1), G(0, 0, 8), B(2, 5, 1), G(2, 4, 1), B(0, 0, 8), B(3, 5, 1), B(3, 4,
      1), R(1, 0, 5), G(3, 4, 1), G(2, 0, 4), G(1, 0, 5), B(3, 0, 1), G(3, 0, 4), B(1, 0, 6), B(2, 0, 4), R(2, 0, 5), B(3, 2, 1),
      R(3, 0, 5), B(3, 3, 1)}},
    {MODE(6, 6, 6, 6, 0), {R(0, 0, 6), G(3, 4, 1), B(3, 0, 1), B(3, 1, 1), B(2, 4, 1), G(0, 0, 6), G(2, 5, 1), B(2, 5, 1), B(3, 2,
      1), G(2, 4, 1), B(0, 0, 6), G(3, 5, 1), B(3, 3, 1), B(3, 5, 1), B(3, 4, 1), R(1, 0, 6), G(2, 0, 4), G(1, 0, 6), G(3, 0, 4),
      B(1, 0, 6), B(2, 0, 4), R(2, 0, 6), R(3, 0, 6)}},
    {MODE(10, 10, 10, 10, 0), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 10), G(1, 0, 10), B(1, 0, 10)}},
    {MODE(11, 9, 9, 9, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 9), R(0, 10, 1), G(1, 0, 9), G(0, 10, 1), B(1, 0, 9),
      B(0, 10, 1)}},
    {MODE(12, 8, 8, 8, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 8), R(0, 11, 1), R(0, 10, 1), G(1, 0, 8), G(0, 11, 1),
      G(0, 10, 1), B(1, 0, 8), B(0, 11, 1), B(0, 10, 1)}},
    {MODE(16, 4, 4, 4, 1), {R(0, 0, 10), G(0, 0, 10), B(0, 0, 10), R(1, 0, 4), R(0, 15, 1), R(0, 14, 1), R(0, 13, 1), R(0, 12, 1),
      R(0, 11, 1), R(0, 10, 1), G(1, 0, 4), G(0, 15, 1), G(0, 14, 1), G(0, 13, 1), G(0, 12, 1), G(0, 11, 1), G(0, 10, 1), B(1, 0,
      4), B(0, 15, 1), B(0, 14, 1), B(0, 13, 1), B(0, 12, 1), B(0, 11, 1), B(0, 10, 1)}},
};
#undef MODE
#undef R
#undef G
#undef B

static inline int32_t extended(uint32_t v, uint32_t bits) { return (int32_t)(v << (32 - bits)) >> (32 - bits); }

/// An end's channel at its full width.
static inline int32_t widened(int32_t v, uint32_t bits, int isSigned) {
  if (!isSigned) return bits >= 15 ? v : v == 0 ? 0 : v == (1 << bits) - 1 ? 0xffff : ((v << 15) + 0x4000) >> (bits - 1);
  if (bits >= 16) return v;
  int32_t m = v < 0 ? -v : v;
  m = m == 0 ? 0 : m >= (1 << (bits - 1)) - 1 ? 0x7fff : ((m << 15) + 0x4000) >> (bits - 1);
  return v < 0 ? -m : m;
}

__attribute__((always_inline)) words carmine_texel_of_bc6h(block b, uint32_t index, int isSigned) {
  words result = {0, 0, 0, 0x3f800000};
  uint32_t number = (uint32_t)b.low & 31, isWhole = (number & 3) == 3, at = (number & 3) < 2 ? 2 : 5;
  if (isWhole && number > 15) return result;  // of no mode: black
  uint32_t row = at == 2 ? number & 3 : (isWhole ? 10 : 2) + (number >> 2), mode = modesOfBC6H[row].mode, bits = mode & 31;
  uint64_t red = 0, green = 0, blue = 0;  // 16 bits an end
#pragma clang loop unroll(disable)
  for (uint32_t i = 0; i < 24; i++) {
    uint32_t field = modesOfBC6H[row].field[i], count = field & 15, channel = field >> 4 & 3;
    if (!field) break;
    uint64_t v = (uint64_t)bitsOf(b, at, count) << (field >> 6);
    at += count;
    if (channel == 0) red |= v; else if (channel == 1) green |= v; else blue |= v;
  }
  uint32_t partition = isWhole ? 0 : bitsOf(b, 77, 5), indexBits = isWhole ? 4 : 3;
  share s = subsetOf(isWhole ? 1 : 2, partition, index);
  int32_t share = shareOf(indexOf(b, isWhole ? 65 : 82, indexBits, index, s.anchors), indexBits);
#pragma clang loop unroll(disable)
  for (uint32_t channel = 0; channel < 3; channel++) {
    uint64_t packed = channel == 0 ? red : channel == 1 ? green : blue;
    uint32_t written = mode >> (5 + 5 * channel) & 31, base = (uint32_t)packed & 0xffff, pair = (uint32_t)(packed >> 32 * s.subset);
    uint32_t e0 = pair & 0xffff, e1 = pair >> 16, mask = (1u << bits) - 1;
    if (mode >> 20) {
      if (s.subset) e0 = (base + (uint32_t)extended(e0, written)) & mask;
      e1 = (base + (uint32_t)extended(e1, written)) & mask;
    }
    int32_t a = isSigned ? extended(e0, bits) : (int32_t)e0, c = isSigned ? extended(e1, bits) : (int32_t)e1;
    int32_t v = between(widened(a, bits, isSigned), widened(c, bits, isSigned), share);
    uint16_t h = (uint16_t)(!isSigned ? v * 31 >> 6 : v < 0 ? (-v * 31 >> 5) | 0x8000 : v * 31 >> 5);
    _Float16 half;
    __builtin_memcpy(&half, &h, 2);
    float f = (float)half;
    uint32_t w;
    __builtin_memcpy(&w, &f, 4);
    if (channel == 0) result.x = w; else if (channel == 1) result.y = w; else result.z = w;
  }
  return result;
}
