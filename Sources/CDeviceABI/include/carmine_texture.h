// What a texture or surface object points to: CUDA's 64-bit handle is the device address of one of these.
// Made by the runtime (CUDA), read by the device library, since these GPUs' samplers don't filter as CUDA's do or aren't there.
// Source: CUDA Runtime API, cudaResourceDesc, cudaTextureDesc, cudaChannelFormatDesc; CUDA Programming Guide, "Texture Fetching".
#ifndef CARMINE_TEXTURE_H
#define CARMINE_TEXTURE_H
#include <stdint.h>

#define CARMINE_TEXTURE_LEVELS 16u

/// How a channel's bits are read.
#define CARMINE_CHANNEL_SIGNED 0u    ///< as cudaChannelFormatKind
#define CARMINE_CHANNEL_UNSIGNED 1u
#define CARMINE_CHANNEL_FLOAT 2u
/// Or its texels are compressed in blocks of 4 by 4, which are read as numbers: BC1 to BC7, 32 more where they have a sign.
#define CARMINE_CHANNEL_BC1 17u
#define CARMINE_CHANNEL_BC2 18u
#define CARMINE_CHANNEL_BC3 19u
#define CARMINE_CHANNEL_BC4 20u
#define CARMINE_CHANNEL_BC5 21u
#define CARMINE_CHANNEL_BC6H 22u
#define CARMINE_CHANNEL_BC7 23u
#define CARMINE_CHANNEL_BC4_SIGNED 52u
#define CARMINE_CHANNEL_BC5_SIGNED 53u
#define CARMINE_CHANNEL_BC6H_SIGNED 54u

/// What happens outside, by dimension: as cudaTextureAddressMode.
#define CARMINE_ADDRESS_WRAP 0u
#define CARMINE_ADDRESS_CLAMP 1u
#define CARMINE_ADDRESS_MIRROR 2u
#define CARMINE_ADDRESS_BORDER 3u

/// Bits of `flags`.
#define CARMINE_TEXTURE_NORMALIZED 1u       ///< coordinates run from 0 to 1
#define CARMINE_TEXTURE_LINEAR 2u           ///< texels are interpolated
#define CARMINE_TEXTURE_MIP_LINEAR 4u       ///< so are levels
#define CARMINE_TEXTURE_READ_NORMALIZED 8u  ///< integers become numbers from 0 or -1 to 1
#define CARMINE_TEXTURE_SRGB 16u            ///< of unsigned 8-bit channels, all but the fourth are linearised
#define CARMINE_TEXTURE_CUBE 32u            ///< layers are faces, six to a cube

/// One mipmap level, in plain rows: texel (x, y, z) or (x, y) of layer z lies at address + z * slice + y * pitch + x * texel size.
/// Of compressed texels the rows are rows of blocks.
typedef struct carmine_texture_level {
  uint64_t address;
  uint32_t pitch, reserved;   ///< bytes from row to row
  uint64_t slice;             ///< bytes from plane to plane, or layer to layer
} carmine_texture_level;

typedef struct carmine_texture {
  uint32_t width, height, depth;    ///< of level 0, in texels; 1 where the dimension doesn't exist
  uint32_t layers;                  ///< 0: not layered; faces of a cube count
  uint32_t levels;                  ///< at least 1
  uint32_t channel_kind;            ///< CARMINE_CHANNEL_*
  uint32_t channel_bits;            ///< 8, 16 or 32; of compressed texels, bytes of a block: 8 or 16
  uint32_t channels;                ///< 1, 2 or 4
  uint32_t address_mode[3];         ///< CARMINE_ADDRESS_*
  uint32_t flags;                   ///< CARMINE_TEXTURE_*
  float border[4];
  float level_bias, level_least, level_most;
  uint32_t reserved;
  carmine_texture_level level[CARMINE_TEXTURE_LEVELS];
} carmine_texture;

/// How the compiler says what an instruction asks for.
#define CARMINE_GEOMETRY_DIMENSIONS 3u   ///< 1, 2 or 3 in the low two bits
#define CARMINE_GEOMETRY_LAYERED 4u
#define CARMINE_GEOMETRY_CUBE 8u
#define CARMINE_GEOMETRY_INTEGER 16u     ///< coordinates are whole numbers of texels
/// What lies outside a surface.
#define CARMINE_SURFACE_TRAP 0u
#define CARMINE_SURFACE_CLAMP 1u
#define CARMINE_SURFACE_ZERO 2u
/// txq and suq.
#define CARMINE_QUERY_WIDTH 0u
#define CARMINE_QUERY_HEIGHT 1u
#define CARMINE_QUERY_DEPTH 2u
#define CARMINE_QUERY_ARRAY_SIZE 3u
#define CARMINE_QUERY_LEVELS 4u
#define CARMINE_QUERY_NORMALIZED 5u
#define CARMINE_QUERY_FILTER 6u
#define CARMINE_QUERY_ADDRESS_0 7u
#define CARMINE_QUERY_ADDRESS_1 8u
#define CARMINE_QUERY_ADDRESS_2 9u
#endif
