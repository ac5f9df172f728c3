// Blocks of compressed texels, decoded whole and by the letter: the judge of what textures give.  Of the test's own; shares nothing with
// the device library, which finds one texel at a time.
// Source: Khronos Data Format Specification 1.3, S3TC, RGTC and BPTC formats; the tables and the strings that say how BC6H's modes lay
// their bits out are those of ARB_texture_compression_bptc.  For BC6H and BC7 another decoder's answers are kept too (`known`).
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace blocks {
struct Texel { float c[4]; };
struct Decoded { Texel t[16]; };

/// A block as a row of bits, taken from the first on.
struct Bits {
  const uint8_t *bytes;
  int at;
  int take(int n) { int v = 0; for (int i = 0; i < n; i++, at++) v |= (bytes[at / 8] >> at % 8 & 1) << i; return v; }
};

// ---- BC1 to BC5 -----------------------------------------------------------------------------------------------------------------
/// The colours of BC1, and of the second half of BC2 and BC3, which always have four.
inline void colours(const uint8_t *p, bool isBC1, Decoded &d) {
  int c[2] = {p[0] | p[1] << 8, p[2] | p[3] << 8};
  double end[2][3], palette[4][4];
  for (int e = 0; e < 2; e++) { end[e][0] = (c[e] >> 11) / 31.0; end[e][1] = (c[e] >> 5 & 63) / 63.0; end[e][2] = (c[e] & 31) / 31.0; }
  bool three = isBC1 && c[0] <= c[1];
  for (int i = 0; i < 4; i++) {
    double share = i == 0 ? 0 : i == 1 ? 1 : three ? 0.5 : i == 2 ? 1 / 3.0 : 2 / 3.0;
    bool nothing = three && i == 3;
    for (int k = 0; k < 3; k++) palette[i][k] = nothing ? 0 : (1 - share) * end[0][k] + share * end[1][k];
    palette[i][3] = nothing ? 0 : 1;
  }
  for (int i = 0; i < 16; i++) for (int k = 0; k < 4; k++) d.t[i].c[k] = (float)palette[p[4 + i / 4] >> 2 * (i % 4) & 3][k];
}
/// BC4's channel, and BC5's two, and BC3's alpha.
inline void channel(const uint8_t *p, bool isSigned, int k, Decoded &d) {
  double top = isSigned ? 127 : 255, palette[8];
  int c[2] = {isSigned ? (int8_t)p[0] : p[0], isSigned ? (int8_t)p[1] : p[1]};
  double e[2] = {std::fmax(c[0] / top, -1), std::fmax(c[1] / top, -1)};
  int steps = c[0] > c[1] ? 7 : 5;
  palette[0] = e[0]; palette[1] = e[1];
  for (int i = 1; i < steps; i++) palette[i + 1] = ((steps - i) * e[0] + i * e[1]) / steps;
  if (steps == 5) { palette[6] = isSigned ? -1 : 0; palette[7] = 1; }
  Bits b = {p, 16};
  for (int i = 0; i < 16; i++) d.t[i].c[k] = (float)palette[b.take(3)];
}

// ---- BC6H and BC7 ---------------------------------------------------------------------------------------------------------------
static const char *const twoSubsets[64] = {
  "0011001100110011", "0001000100010001", "0111011101110111", "0001001100110111", "0000000100010011", "0011011101111111",
  "0001001101111111", "0000000100110111", "0000000000010011", "0011011111111111", "0000000101111111", "0000000000010111",
  "0001011111111111", "0000000011111111", "0000111111111111", "0000000000001111", "0000100011101111", "0111000100000000",
  "0000000010001110", "0111001100010000", "0011000100000000", "0000100011001110", "0000000010001100", "0111001100110001",
  "0011000100010000", "0000100010001100", "0110011001100110", "0011011001101100", "0001011111101000", "0000111111110000",
  "0111000110001110", "0011100110011100", "0101010101010101", "0000111100001111", "0101101001011010", "0011001111001100",
  "0011110000111100", "0101010110101010", "0110100101101001", "0101101010100101", "0111001111001110", "0001001111001000",
  "0011001001001100", "0011101111011100", "0110100110010110", "0011110011000011", "0110011010011001", "0000011001100000",
  "0100111001000000", "0010011100100000", "0000001001110010", "0000010011100100", "0110110010010011", "0011011011001001",
  "0110001110011100", "0011100111000110", "0110110011001001", "0110001100111001", "0111111010000001", "0001100011100111",
  "0000111100110011", "0011001111110000", "0010001011101110", "0100010001110111"};
static const char *const threeSubsets[64] = {
  "0011001102212222", "0001001122112221", "0000200122112211", "0222002200110111", "0000000011221122", "0011001100220022",
  "0022002211111111", "0011001122112211", "0000000011112222", "0000111111112222", "0000111122222222", "0012001200120012",
  "0112011201120112", "0122012201220122", "0011011211221222", "0011200122002220", "0001001101121122", "0111001120012200",
  "0000112211221122", "0022002200221111", "0111011102220222", "0001000122212221", "0000001101220122", "0000110022102210",
  "0122012200110000", "0012001211222222", "0110122112210110", "0000011012211221", "0022110211020022", "0110011020022222",
  "0011012201220011", "0000200022112221", "0000000211221222", "0222002200120011", "0011001200220222", "0120012001200120",
  "0000111122220000", "0120120120120120", "0120201212010120", "0011220011220011", "0011112222000011", "0101010122222222",
  "0000000021212121", "0022112200221122", "0022001100220011", "0220122102201221", "0101222222220101", "0000212121212121",
  "0101010101012222", "0222011102220111", "0002111200021112", "0000211221122112", "0222011101110222", "0002111211120002",
  "0110011001102222", "0000000021122112", "0110011022222222", "0022001100110022", "0022112211220022", "0000000000002112",
  "0002000100020001", "0222122202221222", "0101222222222222", "0111201122012220"};
static const int anchorOfTwo[64] = {
   15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 2, 8, 2, 2, 8, 8, 15, 2, 8, 2, 2, 8, 8, 2, 2,
   15, 15, 6, 8, 2, 8, 15, 15, 2, 8, 2, 2, 2, 15, 15, 6, 6, 2, 6, 8, 15, 15, 2, 2, 15, 15, 15, 15, 15, 2, 2, 15};
static const int anchorsOfThree[2][64] = {{
   3, 3, 15, 15, 8, 3, 15, 15, 8, 8, 6, 6, 6, 5, 3, 3, 3, 3, 8, 15, 3, 3, 6, 10, 5, 8, 8, 6, 8, 5, 15, 15,
   8, 15, 3, 5, 6, 10, 8, 15, 15, 3, 15, 5, 15, 15, 15, 15, 3, 15, 5, 5, 5, 8, 5, 10, 5, 10, 8, 13, 15, 12, 3, 3}, {
   15, 8, 8, 3, 15, 15, 3, 8, 15, 15, 15, 15, 15, 15, 15, 8, 15, 8, 15, 3, 15, 8, 15, 8, 3, 15, 6, 10, 15, 15, 10, 8,
   15, 3, 15, 10, 10, 8, 9, 10, 6, 15, 8, 15, 3, 6, 6, 8, 15, 3, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 3, 15, 15, 8}};
static const int share2[] = {0, 21, 43, 64}, share3[] = {0, 9, 18, 27, 37, 46, 55, 64},
                 share4[] = {0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64};
inline int between(int a, int b, int index, int bits) {
  int w = (bits == 2 ? share2 : bits == 3 ? share3 : share4)[index];
  return ((64 - w) * a + w * b + 32) >> 6;
}
inline int subset(int subsets, int partition, int i) {
  return subsets == 1 ? 0 : (subsets == 2 ? twoSubsets : threeSubsets)[partition][i] - '0';
}
inline bool isAnchor(int subsets, int partition, int i) {
  if (subsets == 3 && (i == anchorsOfThree[0][partition] || i == anchorsOfThree[1][partition])) return true;
  return i == 0 || (subsets == 2 && i == anchorOfTwo[partition]);
}

inline void bc7(const uint8_t *p, Decoded &d) {
  static const struct { int subsets, partition, rotation, choice, colour, alpha, perEnd, perSubset, index, second; } modes[8] = {
    {3, 4, 0, 0, 4, 0, 1, 0, 3, 0}, {2, 6, 0, 0, 6, 0, 0, 1, 3, 0}, {3, 6, 0, 0, 5, 0, 0, 0, 2, 0}, {2, 6, 0, 0, 7, 0, 1, 0, 2, 0},
    {1, 0, 2, 1, 5, 6, 0, 0, 2, 3}, {1, 0, 2, 0, 7, 8, 0, 0, 2, 2}, {1, 0, 0, 0, 7, 7, 1, 0, 4, 0}, {2, 6, 0, 0, 5, 5, 1, 0, 2, 0}};
  Bits b = {p, 0};
  int mode = 0;
  while (mode < 8 && !b.take(1)) mode++;
  if (mode == 8) { d = {}; return; }
  auto m = modes[mode];
  int partition = b.take(m.partition), rotation = b.take(m.rotation), choice = b.take(m.choice), end[6][4], lowest[6], index[2][16];
  for (int k = 0; k < 4; k++) for (int e = 0; e < 2 * m.subsets; e++) end[e][k] = b.take(k < 3 ? m.colour : m.alpha);
  if (m.perEnd) for (int e = 0; e < 2 * m.subsets; e++) lowest[e] = b.take(1);
  if (m.perSubset) for (int s = 0; s < m.subsets; s++) lowest[2 * s] = lowest[2 * s + 1] = b.take(1);
  for (int e = 0; e < 2 * m.subsets; e++)
    for (int k = 0; k < 4; k++) {
      int bits = k < 3 ? m.colour : m.alpha, &v = end[e][k];
      if (!bits) { v = 255; continue; }
      if (m.perEnd || m.perSubset) { v = v * 2 + lowest[e]; bits++; }
      v <<= 8 - bits;
      v |= v >> bits;
    }
  for (int i = 0; i < 16; i++) index[0][i] = b.take(m.index - isAnchor(m.subsets, partition, i));
  for (int i = 0; m.second && i < 16; i++) index[1][i] = b.take(m.second - (i == 0));
  for (int i = 0; i < 16; i++) {
    int s = subset(m.subsets, partition, i), v[4];
    for (int k = 0; k < 4; k++) {
      int which = m.second ? (k < 3 ? choice : !choice) : 0;
      v[k] = between(end[2 * s][k], end[2 * s + 1][k], index[which][i], which ? m.second : m.index);
    }
    if (rotation) { int t = v[3]; v[3] = v[rotation - 1]; v[rotation - 1] = t; }
    for (int k = 0; k < 4; k++) d.t[i].c[k] = v[k] / 255.0f;
  }
}

/// Mode, bits of an end, of red, green and blue of the other ends, whether those are differences, and where each bit goes: `g2[3:0]` is
/// green of the third end, from bit 0 to 3.
static const struct { int mode, bits, written[3], differs; const char *layout; } floatModes[14] = {
  {0, 10, {5, 5, 5}, 1,
     "g2[4],b2[4],b3[4],r0[9:0],g0[9:0],b0[9:0],r1[4:0],g3[4],g2[3:0],g1[4:0],b3[0],g3[3:0],b1[4:0],b3[1],b2[3:0],r2[4:0],"
     "b3[2],r3[4:0],b3[3]"},
  {1, 7, {6, 6, 6}, 1,
     "g2[5],g3[4],g3[5],r0[6:0],b3[0],b3[1],b2[4],g0[6:0],b2[5],b3[2],g2[4],b0[6:0],b3[3],b3[5],b3[4],r1[5:0],g2[3:0],"
     "g1[5:0],g3[3:0],b1[5:0],b2[3:0],r2[5:0],r3[5:0]"},
  {2, 11, {5, 4, 4}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[4:0],r0[10],g2[3:0],g1[3:0],g0[10],b3[0],g3[3:0],b1[3:0],b0[10],b3[1],b2[3:0],r2[4:0],b3[2],"
     "r3[4:0],b3[3]"},
  {6, 11, {4, 5, 4}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[3:0],r0[10],g3[4],g2[3:0],g1[4:0],g0[10],g3[3:0],b1[3:0],b0[10],b3[1],b2[3:0],r2[3:0],b3[0],"
     "b3[2],r3[3:0],g2[4],b3[3]"},
  {10, 11, {4, 4, 5}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[3:0],r0[10],b2[4],g2[3:0],g1[3:0],g0[10],b3[0],g3[3:0],b1[4:0],b0[10],b2[3:0],r2[3:0],b3[1],"
     "b3[2],r3[3:0],b3[4],b3[3]"},
  {14, 9, {5, 5, 5}, 1,
     "r0[8:0],b2[4],g0[8:0],g2[4],b0[8:0],b3[4],r1[4:0],g3[4],g2[3:0],g1[4:0],b3[0],g3[3:0],b1[4:0],b3[1],b2[3:0],r2[4:0],"
     "b3[2],r3[4:0],b3[3]"},
  {18, 8, {6, 5, 5}, 1,
     "r0[7:0],g3[4],b2[4],g0[7:0],b3[2],g2[4],b0[7:0],b3[3],b3[4],r1[5:0],g2[3:0],g1[4:0],b3[0],g3[3:0],b1[4:0],b3[1],"
     "b2[3:0],r2[5:0],r3[5:0]"},
  {22, 8, {5, 6, 5}, 1,
     "r0[7:0],b3[0],b2[4],g0[7:0],g2[5],g2[4],b0[7:0],g3[5],b3[4],r1[4:0],g3[4],g2[3:0],g1[5:0],g3[3:0],b1[4:0],b3[1],"
     "b2[3:0],r2[4:0],b3[2],r3[4:0],b3[3]"},
  {26, 8, {5, 5, 6}, 1,
     "r0[7:0],b3[1],b2[4],g0[7:0],b2[5],g2[4],b0[7:0],b3[5],b3[4],r1[4:0],g3[4],g2[3:0],g1[4:0],b3[0],g3[3:0],b1[5:0],"
     "b2[3:0],r2[4:0],b3[2],r3[4:0],b3[3]"},
  {30, 6, {6, 6, 6}, 0,
     "r0[5:0],g3[4],b3[0],b3[1],b2[4],g0[5:0],g2[5],b2[5],b3[2],g2[4],b0[5:0],g3[5],b3[3],b3[5],b3[4],r1[5:0],g2[3:0],"
     "g1[5:0],g3[3:0],b1[5:0],b2[3:0],r2[5:0],r3[5:0]"},
  {3, 10, {10, 10, 10}, 0,
     "r0[9:0],g0[9:0],b0[9:0],r1[9:0],g1[9:0],b1[9:0]"},
  {7, 11, {9, 9, 9}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[8:0],r0[10],g1[8:0],g0[10],b1[8:0],b0[10]"},
  {11, 12, {8, 8, 8}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[7:0],r0[10:11],g1[7:0],g0[10:11],b1[7:0],b0[10:11]"},
  {15, 16, {4, 4, 4}, 1,
     "r0[9:0],g0[9:0],b0[9:0],r1[3:0],r0[10:15],g1[3:0],g0[10:15],b1[3:0],b0[10:15]"}};

inline float half(int h) {
  int e = h >> 10 & 31, m = h & 1023;
  float v = e == 0 ? std::ldexp((float)m, -24) : e == 31 ? INFINITY : std::ldexp((float)(m + 1024), e - 25);
  return h & 0x8000 ? -v : v;
}
inline int extended(int v, int bits) { return v & 1 << (bits - 1) ? v - (1 << bits) : v; }
inline int widened(int x, int bits, bool isSigned) {
  if (!isSigned) return bits >= 15 || x == 0 ? x : x == (1 << bits) - 1 ? 0xffff : ((x << 15) + 0x4000) >> (bits - 1);
  if (bits >= 16 || x == 0) return x;
  int m = std::abs(x), w = m >= (1 << (bits - 1)) - 1 ? 0x7fff : ((m << 15) + 0x4000) >> (bits - 1);
  return x < 0 ? -w : w;
}
/// halves: as 16 bits, for comparing.
inline void bc6h(const uint8_t *p, bool isSigned, Decoded &d, uint16_t (*halves)[3] = nullptr) {
  Bits b = {p, 0};
  int mode = b.take(2), row = 0, e[4][3] = {};
  if (mode > 1) mode |= b.take(3) << 2;
  while (row < 14 && floatModes[row].mode != mode) row++;
  for (auto &t : d.t) t = {{0, 0, 0, 1}};
  if (halves) memset(halves, 0, 16 * 3 * 2);
  if (row == 14) return;
  auto &m = floatModes[row];
  for (const char *s = m.layout; *s; s += *s == ',') {
    int k = *s == 'r' ? 0 : *s == 'g' ? 1 : 2, which = s[1] - '0';
    char *rest;
    int high = (int)strtol(s + 3, &rest, 10), low = *rest == ':' ? (int)strtol(rest + 1, &rest, 10) : high;
    int step = high >= low ? 1 : -1;  // `r0[10:11]`: the higher bit comes first
    for (int bit = low; bit != high + step; bit += step) e[which][k] |= b.take(1) << bit;
    s = rest + 1;
  }
  int subsets = (mode & 3) == 3 ? 1 : 2, partition = subsets == 2 ? b.take(5) : 0, bits = subsets == 2 ? 3 : 4;
  for (int k = 0; k < 3; k++) {
    for (int i = 1; m.differs && i < 4; i++) e[i][k] = (e[0][k] + extended(e[i][k], m.written[k])) & ((1 << m.bits) - 1);
    for (int i = 0; i < 4; i++) e[i][k] = widened(isSigned ? extended(e[i][k], m.bits) : e[i][k], m.bits, isSigned);
  }
  for (int i = 0; i < 16; i++) {
    int index = b.take(bits - isAnchor(subsets, partition, i)), s = subset(subsets, partition, i);
    for (int k = 0; k < 3; k++) {
      int v = between(e[2 * s][k], e[2 * s + 1][k], index, bits);
      v = !isSigned ? v * 31 / 64 : v < 0 ? -v * 31 / 32 | 0x8000 : v * 31 / 32;
      d.t[i].c[k] = half(v);
      if (halves) halves[i][k] = (uint16_t)v;
    }
  }
}

// ---- all ------------------------------------------------------------------------------------------------------------------------
/// format: 1 to 7; 6 is BC6H.
inline Decoded decode(const uint8_t *p, int format, bool isSigned) {
  Decoded d;
  for (auto &t : d.t) t = {{0, 0, 0, 1}};
  switch (format) {
  case 1: colours(p, true, d); break;
  case 2: colours(p + 8, false, d); for (int i = 0; i < 16; i++) d.t[i].c[3] = (p[i / 2] >> 4 * (i % 2) & 15) / 15.0f; break;
  case 3: colours(p + 8, false, d); channel(p, false, 3, d); break;
  case 4: channel(p, isSigned, 0, d); break;
  case 5: channel(p, isSigned, 0, d); channel(p + 8, isSigned, 1, d); break;
  case 6: bc6h(p, isSigned, d); break;
  default: bc7(p, d);
  }
  return d;
}
inline int bytes(int format) { return format == 1 || format == 4 ? 8 : 16; }

/// Blocks of all modes of a format, one after another, random otherwise.
inline void fill(uint8_t *p, int count, int format) {
  static const uint8_t floats[18] = {0, 1, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31};
  uint32_t state = 12345u + format;
  for (int i = 0; i < count; i++, p += bytes(format)) {
    for (int k = 0; k < bytes(format); k++) { state = state * 1664525u + 1013904223u; p[k] = (uint8_t)(state >> 24); }
    if (format == 7) { int mode = i % 9; p[0] = mode == 8 ? 0 : (uint8_t)((p[0] >> mode | 1) << mode); }
    if (format == 6) { uint8_t mode = floats[i % 18]; p[0] = (uint8_t)((p[0] & (mode < 2 ? ~3 : ~31)) | mode); }
  }
}

/// What bcdec (by way of imagecodecs 2026.3.6) makes of the first 1152 blocks of `fill`: a hash (FNV-1a) of its bytes, BC6H's halves or
/// BC7's channels of 8 bits, texel after texel.
static const struct { int format; bool isSigned; uint64_t hash; } known[3] = {
  {6, false, 0xd1de6393c9c07789}, {6, true, 0x5311151b98b44063}, {7, false, 0x11dda87c3bf28d00}};
inline uint64_t hashOfAll(int format, bool isSigned) {
  uint64_t hash = 0xcbf29ce484222325;
  auto add = [&](const void *p, int n) { for (int i = 0; i < n; i++) hash = (hash ^ ((const uint8_t *)p)[i]) * 0x100000001b3; };
  static uint8_t all[1152 * 16];
  fill(all, 1152, format);
  for (int i = 0; i < 1152; i++) {
    Decoded d;
    uint16_t halves[16][3];
    if (format == 6) { bc6h(all + 16 * i, isSigned, d, halves); add(halves, sizeof halves); continue; }
    bc7(all + 16 * i, d);
    for (auto &t : d.t) for (float c : t.c) { uint8_t v = (uint8_t)std::lround(c * 255); add(&v, 1); }
  }
  return hash;
}
}  // namespace blocks
