/* cudaCreateChannelDesc<TYPE>() and <KIND>(): the channel format of an element type, widths in bits. */
#ifndef __CHANNEL_DESCRIPTOR_H__
#define __CHANNEL_DESCRIPTOR_H__

#if defined(__cplusplus)

#include "cuda_runtime_api.h"

template <class T> __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDesc(void) {
  return cudaCreateChannelDesc(0, 0, 0, 0, cudaChannelFormatKindNone);
}

template <cudaChannelFormatKind> __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDesc(void) {
  return cudaCreateChannelDesc(0, 0, 0, 0, cudaChannelFormatKindNone);
}

#define CARMINE_CHANNEL(what, x, y, z, w, kind) \
  template <> __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDesc<what>(void) { \
    return cudaCreateChannelDesc(x, y, z, w, kind); \
  }
#define CARMINE_CHANNELS(scalar, one, two, four, bits, kind) \
  CARMINE_CHANNEL(scalar, bits, 0, 0, 0, kind) \
  CARMINE_CHANNEL(one, bits, 0, 0, 0, kind) \
  CARMINE_CHANNEL(two, bits, bits, 0, 0, kind) \
  CARMINE_CHANNEL(four, bits, bits, bits, bits, kind)

#ifdef __CHAR_UNSIGNED__
CARMINE_CHANNEL(char, 8, 0, 0, 0, cudaChannelFormatKindUnsigned)
#else
CARMINE_CHANNEL(char, 8, 0, 0, 0, cudaChannelFormatKindSigned)
#endif
CARMINE_CHANNELS(signed char, char1, char2, char4, 8, cudaChannelFormatKindSigned)
CARMINE_CHANNELS(unsigned char, uchar1, uchar2, uchar4, 8, cudaChannelFormatKindUnsigned)
CARMINE_CHANNELS(short, short1, short2, short4, 16, cudaChannelFormatKindSigned)
CARMINE_CHANNELS(unsigned short, ushort1, ushort2, ushort4, 16, cudaChannelFormatKindUnsigned)
CARMINE_CHANNELS(int, int1, int2, int4, 32, cudaChannelFormatKindSigned)
CARMINE_CHANNELS(unsigned int, uint1, uint2, uint4, 32, cudaChannelFormatKindUnsigned)
CARMINE_CHANNELS(float, float1, float2, float4, 32, cudaChannelFormatKindFloat)

CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized8X1, 8, 0, 0, 0, cudaChannelFormatKindSignedNormalized8X1)
CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized8X2, 8, 8, 0, 0, cudaChannelFormatKindSignedNormalized8X2)
CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized8X4, 8, 8, 8, 8, cudaChannelFormatKindSignedNormalized8X4)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized8X1, 8, 0, 0, 0, cudaChannelFormatKindUnsignedNormalized8X1)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized8X2, 8, 8, 0, 0, cudaChannelFormatKindUnsignedNormalized8X2)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized8X4, 8, 8, 8, 8, cudaChannelFormatKindUnsignedNormalized8X4)
CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized16X1, 16, 0, 0, 0, cudaChannelFormatKindSignedNormalized16X1)
CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized16X2, 16, 16, 0, 0, cudaChannelFormatKindSignedNormalized16X2)
CARMINE_CHANNEL(cudaChannelFormatKindSignedNormalized16X4, 16, 16, 16, 16, cudaChannelFormatKindSignedNormalized16X4)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized16X1, 16, 0, 0, 0, cudaChannelFormatKindUnsignedNormalized16X1)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized16X2, 16, 16, 0, 0, cudaChannelFormatKindUnsignedNormalized16X2)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized16X4, 16, 16, 16, 16, cudaChannelFormatKindUnsignedNormalized16X4)
CARMINE_CHANNEL(cudaChannelFormatKindNV12, 8, 8, 8, 0, cudaChannelFormatKindNV12)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedNormalized1010102, 10, 10, 10, 2, cudaChannelFormatKindUnsignedNormalized1010102)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed1, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed1)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed1SRGB, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed1SRGB)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed2, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed2)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed2SRGB, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed2SRGB)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed3, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed3)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed3SRGB, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed3SRGB)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed4, 8, 0, 0, 0, cudaChannelFormatKindUnsignedBlockCompressed4)
CARMINE_CHANNEL(cudaChannelFormatKindSignedBlockCompressed4, 8, 0, 0, 0, cudaChannelFormatKindSignedBlockCompressed4)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed5, 8, 8, 0, 0, cudaChannelFormatKindUnsignedBlockCompressed5)
CARMINE_CHANNEL(cudaChannelFormatKindSignedBlockCompressed5, 8, 8, 0, 0, cudaChannelFormatKindSignedBlockCompressed5)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed6H, 16, 16, 16, 0, cudaChannelFormatKindUnsignedBlockCompressed6H)
CARMINE_CHANNEL(cudaChannelFormatKindSignedBlockCompressed6H, 16, 16, 16, 0, cudaChannelFormatKindSignedBlockCompressed6H)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed7, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed7)
CARMINE_CHANNEL(cudaChannelFormatKindUnsignedBlockCompressed7SRGB, 8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed7SRGB)
#if CARMINE_CUDA >= 13
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8Packed422, 8, 8, 8, 8, cudaChannelFormatKindUnsigned8Packed422)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8Packed444, 8, 8, 8, 8, cudaChannelFormatKindUnsigned8Packed444)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8SemiPlanar420, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8SemiPlanar420)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16SemiPlanar420, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16SemiPlanar420)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8SemiPlanar422, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8SemiPlanar422)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16SemiPlanar422, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16SemiPlanar422)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8SemiPlanar444, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8SemiPlanar444)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16SemiPlanar444, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16SemiPlanar444)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8Planar420, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8Planar420)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16Planar420, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16Planar420)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8Planar422, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8Planar422)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16Planar422, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16Planar422)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned8Planar444, 8, 8, 8, 0, cudaChannelFormatKindUnsigned8Planar444)
CARMINE_CHANNEL(cudaChannelFormatKindUnsigned16Planar444, 16, 16, 16, 0, cudaChannelFormatKindUnsigned16Planar444)
#endif

#undef CARMINE_CHANNELS
#undef CARMINE_CHANNEL

/* Half precision has no type here; its width in bits is 16. */
static __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDescHalf(void) {
  return cudaCreateChannelDesc(16, 0, 0, 0, cudaChannelFormatKindFloat);
}
static __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDescHalf1(void) {
  return cudaCreateChannelDesc(16, 0, 0, 0, cudaChannelFormatKindFloat);
}
static __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDescHalf2(void) {
  return cudaCreateChannelDesc(16, 16, 0, 0, cudaChannelFormatKindFloat);
}
static __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDescHalf4(void) {
  return cudaCreateChannelDesc(16, 16, 16, 16, cudaChannelFormatKindFloat);
}
static __inline__ __host__ cudaChannelFormatDesc cudaCreateChannelDescNV12(void) {
  return cudaCreateChannelDesc(8, 8, 8, 0, cudaChannelFormatKindNV12);
}

#endif
#endif
