// BC1 to BC5: two ends and a place between them for each texel.
// Fractions are whole numbers until the end, so that both ends and what lies between are as exact as a division is.
// Source: Khronos Data Format Specification 1.3, "S3TC Compressed Texture Image Formats", "RGTC Compressed Texture Image Formats".
#include "compressed.h"

/// BC1's colours, which are BC2's and BC3's second half: two of 5, 6 and 5 bits, two bits a texel.
static inline fractions colourOf(uint64_t b, uint32_t index, int isBC1) {
  uint32_t c0 = b & 0xffff, c1 = b >> 16 & 0xffff, code = b >> (32 + 2 * index) & 3;
  int hasThree = isBC1 && c0 <= c1;
  // Sixths of the second colour.
  int32_t second = code == 0 ? 0 : code == 1 ? 6 : hasThree ? 3 : code == 2 ? 2 : 4, first = 6 - second;
  fractions f;
  f.r = first * (int32_t)(c0 >> 11) + second * (int32_t)(c1 >> 11);
  f.g = first * (int32_t)(c0 >> 5 & 63) + second * (int32_t)(c1 >> 5 & 63);
  f.b = first * (int32_t)(c0 & 31) + second * (int32_t)(c1 & 31);
  f.r *= 63, f.b *= 63, f.g *= 31;  // of 6 * 31 * 63
  f.ofColour = 6 * 31 * 63;
  f.a = f.ofAlpha = 1;
  if (hasThree && code == 3) f.r = f.g = f.b = f.a = 0;
  return f;
}

typedef struct { int32_t n, of; } fraction;

/// BC4, a half of BC5, BC3's alpha: two ends of 8 bits, three bits a texel.
static inline fraction channelOf(uint64_t b, uint32_t index, int isSigned) {
  int32_t r0 = (int32_t)(b & 255), r1 = (int32_t)(b >> 8 & 255), top = 255, bottom = 0;
  if (isSigned) r0 = (int8_t)r0, r1 = (int8_t)r1, top = 127, bottom = -127;
  int32_t code = (int32_t)(b >> (16 + 3 * index) & 7), parts = r0 > r1 ? 7 : 5;
  if (r0 < -127) r0 = -127;
  if (r1 < -127) r1 = -127;
  fraction f;
  f.of = parts * top;
  int32_t second = code == 0 ? 0 : code == 1 ? parts : code - 1;
  f.n = (parts - second) * r0 + second * r1;
  if (parts == 5 && code == 6) f.n = 5 * bottom;
  if (parts == 5 && code == 7) f.n = 5 * top;
  return f;
}

static inline uint32_t numberOf(int32_t n, int32_t of) {
  float f = (float)n / (float)of;
  uint32_t w;
  __builtin_memcpy(&w, &f, 4);
  return w;
}

__attribute__((always_inline)) words carmine_compressed_texel(uint64_t address, uint32_t kind, uint32_t index) {
  int isSigned = kind >= 32;
  uint32_t format = kind & 31;
  const GLOBAL uint64_t *from = (const GLOBAL uint64_t *)address;
  block b = {from[0], 0};
  if (format != CARMINE_CHANNEL_BC1 && format != CARMINE_CHANNEL_BC4) b.high = from[1];
  if (format == CARMINE_CHANNEL_BC6H) return carmine_texel_of_bc6h(b, index, isSigned);
  fractions f;
  int32_t ofGreen;
  if (format == CARMINE_CHANNEL_BC7) {
    f = carmine_texel_of_bc7(b, index);
    ofGreen = f.ofColour;
  } else if (format == CARMINE_CHANNEL_BC4 || format == CARMINE_CHANNEL_BC5) {
    fraction r = channelOf(b.low, index, isSigned), g = {0, 1};
    if (format == CARMINE_CHANNEL_BC5) g = channelOf(b.high, index, isSigned);
    f = (fractions){r.n, g.n, 0, 1, r.of, 1};
    ofGreen = g.of;
  } else {
    f = colourOf(format == CARMINE_CHANNEL_BC1 ? b.low : b.high, index, format == CARMINE_CHANNEL_BC1);
    ofGreen = f.ofColour;
    if (format == CARMINE_CHANNEL_BC2) f.a = (int32_t)(b.low >> 4 * index & 15), f.ofAlpha = 15;
    if (format == CARMINE_CHANNEL_BC3) {
      fraction a = channelOf(b.low, index, 0);
      f.a = a.n, f.ofAlpha = a.of;
    }
  }
  words result = {numberOf(f.r, f.ofColour), numberOf(f.g, ofGreen), numberOf(f.b, f.ofColour), numberOf(f.a, f.ofAlpha)};
  return result;
}
