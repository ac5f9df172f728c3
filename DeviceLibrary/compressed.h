// Texels out of compressed blocks of 4 by 4: what compressed.c (BC1 to BC5) and compressed_partitions.c (BC6H, BC7) give texture.c.
#pragma once
#include "device.h"
#include "carmine_texture.h"

typedef uint32_t words __attribute__((ext_vector_type(4)));

/// A block as it lies in memory; the first bit is the lowest of `low`.
typedef struct { uint64_t low, high; } block;

/// A texel's channels: a fraction each, of one denominator for the colours and one for the fourth.
typedef struct { int32_t r, g, b, a, ofColour, ofAlpha; } fractions;

/// So many bits, up to 31, from a place on.
static inline uint32_t bitsOf(block b, uint32_t from, uint32_t count) {
  uint64_t first = from < 64 ? b.low : b.high, next = from < 64 ? b.high : 0;
  uint32_t shift = from & 63;
  return (uint32_t)(first >> shift | next << 1 << (63 - shift)) & ((1u << count) - 1);
}

/// `index` counts the block's texels row by row.
fractions carmine_texel_of_bc7(block b, uint32_t index);
/// Three channels of 16 bits, which are half-precision numbers.
words carmine_texel_of_bc6h(block b, uint32_t index, int isSigned);
/// Numbers of 32 bits; sRGB is not considered.
words carmine_compressed_texel(uint64_t address, uint32_t kind, uint32_t index);
