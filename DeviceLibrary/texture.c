// Texture fetches as CUDA's texture units do them, in plain loads and arithmetic: addressing, formats, filtering, mipmaps, cubes.
// Weights of linear filtering have 8 bits behind the point, as CUDA documents (9-bit fixed point, 1.0 included).  NVIDIA's units also
// round the products of weights, which nobody documents: their answers are up to three 256ths of the texels' range away.
// Source: carmine_texture.h; CUDA Programming Guide, "Texture Fetching"; PTX ISA, "tex", "tld4", "txq".
#include "compressed.h"

typedef int32_t integers __attribute__((ext_vector_type(4)));
typedef float numbers __attribute__((ext_vector_type(4)));
typedef const CONSTANT carmine_texture *texture;

static float floorOf(float x) { return __builtin_floorf(x); }
/// To a whole number; what is no number or too large goes to an end.
static int32_t wholeOf(float x) { return (int32_t)__builtin_fminf(__builtin_fmaxf(x, -1073741824.0f), 1073741824.0f); }
static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

static float linear(float c) {  // IEC 61966-2-1
  return c <= 0.04045f ? c * (1.0f / 12.92f) : __builtin_amdgcn_exp2f(2.4f * __builtin_amdgcn_logf((c + 0.055f) * (1.0f / 1.055f)));
}

/// A compressed texel's, which are numbers.
static words compressedAt(texture t, uint64_t address, uint32_t x, uint32_t y) {
  words result = carmine_compressed_texel(address, t->channel_kind, (y & 3) << 2 | (x & 3));
  if (t->flags & CARMINE_TEXTURE_SRGB) {
    numbers n;
    __builtin_memcpy(&n, &result, 16);
    n.x = linear(n.x), n.y = linear(n.y), n.z = linear(n.z);
    __builtin_memcpy(&result, &n, 16);
  }
  return result;
}

/// The texel's channels as 32 bits each: numbers where the object reads numbers, else the integers themselves.
static words channelsAt(texture t, uint64_t address) {
  uint32_t kind = t->channel_kind, bits = t->channel_bits, count = t->channels;
  int normalizes = t->flags & CARMINE_TEXTURE_READ_NORMALIZED;
  int isNumber = kind == CARMINE_CHANNEL_FLOAT || normalizes;
  words result = {0, 0, 0, isNumber ? 0x3f800000u : 1};
  for (uint32_t i = 0; i < 4; i++) {
    if (i >= count) break;
    uint32_t v;
    if (bits == 32) v = ((const GLOBAL uint32_t *)address)[i];
    else if (bits == 16) v = ((const GLOBAL uint16_t *)address)[i];
    else v = ((const GLOBAL uint8_t *)address)[i];
    float f;
    if (kind == CARMINE_CHANNEL_FLOAT) {
      if (bits == 16) { uint16_t h = (uint16_t)v; _Float16 half; __builtin_memcpy(&half, &h, 2); f = (float)half; __builtin_memcpy(&v, &f, 4); }
    } else {
      if (kind == CARMINE_CHANNEL_SIGNED && bits < 32) v = (uint32_t)((int32_t)(v << (32 - bits)) >> (32 - bits));
      if (normalizes) {
        if (kind == CARMINE_CHANNEL_SIGNED) f = __builtin_fmaxf((float)(int32_t)v / (float)((1 << (bits - 1)) - 1), -1.0f);
        else f = (float)v / (float)((1u << bits) - 1);
        if (t->flags & CARMINE_TEXTURE_SRGB && bits == 8 && i < 3) f = linear(f);
        __builtin_memcpy(&v, &f, 4);
      }
    }
    if (i == 0) result.x = v; else if (i == 1) result.y = v; else if (i == 2) result.z = v; else result.w = v;
  }
  return result;
}

typedef struct { int32_t at; int isOutside; } place;

/// Where index `i` of a dimension of `n` texels lies.
static place placeOf(int32_t i, int32_t n, uint32_t mode, uint32_t flags) {
  place p = {i, 0};
  if (!(flags & CARMINE_TEXTURE_NORMALIZED) && (mode == CARMINE_ADDRESS_WRAP || mode == CARMINE_ADDRESS_MIRROR)) mode = CARMINE_ADDRESS_CLAMP;
  if (i >= 0 && i < n) return p;
  if (mode == CARMINE_ADDRESS_BORDER) p.isOutside = 1;
  else if (mode == CARMINE_ADDRESS_CLAMP) p.at = i < 0 ? 0 : n - 1;
  else {
    int32_t period = mode == CARMINE_ADDRESS_WRAP ? n : 2 * n, m = i % period;
    if (m < 0) m += period;
    p.at = m < n ? m : 2 * n - 1 - m;
  }
  return p;
}

/// A lookup within one level.
typedef struct { texture t; uint32_t level, dimensions, layer; int32_t size[3]; } plane;

static plane planeOf(texture t, uint32_t level, uint32_t geometry, uint32_t layer) {
  plane p;
  p.t = t;
  p.level = level;
  p.dimensions = geometry & CARMINE_GEOMETRY_CUBE ? 2 : geometry & CARMINE_GEOMETRY_DIMENSIONS;
  p.layer = t->layers ? (layer < t->layers ? layer : t->layers - 1) : 0;
  p.size[0] = (int32_t)most(1, t->width >> level);
  p.size[1] = (int32_t)most(1, t->height >> level);
  p.size[2] = (int32_t)most(1, t->depth >> level);
  return p;
}

static inline __attribute__((always_inline)) words texel(const plane *p, int32_t x, int32_t y, int32_t z, int isCompressed) {
  texture t = p->t;
  uint32_t isCube = t->flags & CARMINE_TEXTURE_CUBE;
  place a = placeOf(x, p->size[0], isCube ? CARMINE_ADDRESS_CLAMP : t->address_mode[0], t->flags), b = {0, 0}, c = {0, 0};
  if (p->dimensions > 1) b = placeOf(y, p->size[1], isCube ? CARMINE_ADDRESS_CLAMP : t->address_mode[1], t->flags);
  if (p->dimensions > 2) c = placeOf(z, p->size[2], t->address_mode[2], t->flags);
  if (a.isOutside || b.isOutside || c.isOutside) {
    words border;
    for (int i = 0; i < 4; i++) {
      float f = t->border[i];
      uint32_t v;
      if (isCompressed || t->channel_kind == CARMINE_CHANNEL_FLOAT || t->flags & CARMINE_TEXTURE_READ_NORMALIZED) __builtin_memcpy(&v, &f, 4);
      else v = (uint32_t)wholeOf(f);
      if (i == 0) border.x = v; else if (i == 1) border.y = v; else if (i == 2) border.z = v; else border.w = v;
    }
    return border;
  }
  const CONSTANT carmine_texture_level *level = &t->level[p->level];
  uint64_t slice = t->layers ? p->layer : (uint32_t)c.at;
  if (isCompressed)
    return compressedAt(t, level->address + slice * level->slice + (uint64_t)((uint32_t)b.at >> 2) * level->pitch + (uint64_t)((uint32_t)a.at >> 2) * t->channel_bits, a.at, b.at);
  uint32_t bytes = t->channels * t->channel_bits >> 3;
  return channelsAt(t, level->address + slice * level->slice + (uint64_t)(uint32_t)b.at * level->pitch + (uint64_t)(uint32_t)a.at * bytes);
}

/// 8 bits behind the point.
static float weightOf(float fraction) { return floorOf(fraction * 256.0f + 0.5f) * (1.0f / 256.0f); }

static numbers asNumbers(words w) { numbers n; __builtin_memcpy(&n, &w, 16); return n; }
static words asWords(numbers n) { words w; __builtin_memcpy(&w, &n, 16); return w; }

/// A coordinate in texels of a level: a whole number and a fraction from 0 to 1.  As the H100 does it: repetition and mirroring come
/// first, in single precision, and the product with the size isn't rounded.
typedef struct { float whole, fraction; } along;

static along positionOf(float x, int32_t size, uint32_t mode, uint32_t flags, float shift) {
  along p;
  float rest = 0.0f;
  if (flags & CARMINE_TEXTURE_NORMALIZED) {
    float period = floorOf(x);
    if (mode == CARMINE_ADDRESS_WRAP) x -= period;
    else if (mode == CARMINE_ADDRESS_MIRROR) x = floorOf(period * 0.5f) * 2.0f == period ? x - period : 1.0f - (x - period);
    float product = x * (float)size;
    rest = __builtin_fmaf(x, (float)size, -product);
    x = product;
  }
  x -= shift;
  p.whole = floorOf(x);
  p.fraction = x - p.whole + rest;
  if (p.fraction < 0.0f) { p.whole -= 1.0f; p.fraction += 1.0f; }
  return p;
}

/// Where a lookup's first texel is, and what its neighbours weigh.
typedef struct { int32_t at[3]; float weight[3]; uint32_t corners; } footprint;

static footprint footprintOf(const plane *p, const float c[3]) {
  footprint f;
  uint32_t flags = p->t->flags, isLinear = flags & CARMINE_TEXTURE_LINEAR;
  for (int d = 0; d < 3; d++) {
    uint32_t mode = flags & CARMINE_TEXTURE_CUBE ? CARMINE_ADDRESS_CLAMP : p->t->address_mode[d];
    along x = positionOf(c[d], p->size[d], mode, flags, isLinear ? 0.5f : 0.0f);
    f.at[d] = wholeOf(x.whole);
    f.weight[d] = weightOf(x.fraction);
  }
  f.corners = isLinear ? 1u << p->dimensions : 1;
  return f;
}

/// A face's own coordinates of a vector: along s, along t, and away from the middle.
typedef struct { float s, t, m; } onFace;

static onFace onFaceOf(uint32_t face, float x, float y, float z) {
  onFace p = {x, -y, face & 1 ? -z : z};
  if (face < 2) p.s = face ? z : -z, p.m = face ? -x : x;
  else if (face < 4) p.t = face & 1 ? -z : z, p.m = face & 1 ? -y : y;
  else if (face == 5) p.s = -x;
  return p;
}
static uint32_t faceTowards(float x, float y, float z) {
  float ax = __builtin_fabsf(x), ay = __builtin_fabsf(y), az = __builtin_fabsf(z);
  return ax >= ay && ax >= az ? (x < 0 ? 1 : 0) : ay >= az ? (y < 0 ? 3 : 2) : z < 0 ? 5 : 4;
}

/// A cube's direction as a face and a place on it.
static uint32_t faceOf(float c[3]) {
  uint32_t face = faceTowards(c[0], c[1], c[2]);
  onFace p = onFaceOf(face, c[0], c[1], c[2]);
  c[0] = (p.s / p.m + 1.0f) * 0.5f;
  c[1] = (p.t / p.m + 1.0f) * 0.5f;
  c[2] = 0;
  return face;
}

// Fetches exist for plain texels, and for any: decoding blocks takes registers and time to compile, which kernels shall not pay for that
// never meet a compressed texture.  The runtime launches kernels that were compiled for any once the process has such a texture.
#define BODY static inline __attribute__((always_inline)) words
#define CALLED static __attribute__((noinline)) words

/// One place reads texels, in a loop over levels and corners: it is long, and this function is compiled into kernels.
BODY fetch(uint64_t handle, uint32_t geometry, words coordinate, words offset, float lod, int isCompressed) {
  texture t = (texture)handle;
  integers shift;
  __builtin_memcpy(&shift, &offset, 16);
  uint32_t layer = coordinate.w, isInteger = geometry & CARMINE_GEOMETRY_INTEGER, top = t->levels - 1;
  numbers n = asNumbers(coordinate);
  float c[3] = {n.x, n.y, n.z};
  if (geometry & CARMINE_GEOMETRY_CUBE) layer = faceOf(c) + (geometry & CARMINE_GEOMETRY_LAYERED ? 6 * least(layer, t->layers / 6 - 1) : 0);

  uint32_t first = 0, levels = 1;
  float upper = 0;  // the second level's weight
  if (top) {
    float level = isInteger ? lod : __builtin_fminf(__builtin_fmaxf(lod + t->level_bias, t->level_least), t->level_most);
    level = __builtin_fminf(__builtin_fmaxf(level, 0.0f), (float)top);
    if (isInteger || !(t->flags & CARMINE_TEXTURE_MIP_LINEAR)) first = (uint32_t)floorOf(level + 0.5f);
    else {
      first = (uint32_t)floorOf(level);
      upper = weightOf(level - floorOf(level));
      if (upper != 0.0f) levels = 2;
    }
    if (first + levels > top + 1) { first = top; levels = 1; }
  }

  words single = 0;
  numbers sum = 0;
  uint32_t reads = 0;
#pragma clang loop unroll(disable)
  for (uint32_t step = 0; step < levels; step++) {
    plane p = planeOf(t, first + step, geometry, layer);
    footprint f = footprintOf(&p, c);
    if (isInteger) {
      f.corners = 1;
      f.at[0] = (int32_t)coordinate.x, f.at[1] = (int32_t)coordinate.y, f.at[2] = (int32_t)coordinate.z;
    }
    float part = levels == 1 ? 1.0f : step ? upper : 1.0f - upper;
#pragma clang loop unroll(disable)
    for (uint32_t corner = 0; corner < f.corners; corner++) {
      float weight = part;
      if (f.corners > 1) {
        weight *= corner & 1 ? f.weight[0] : 1.0f - f.weight[0];
        if (p.dimensions > 1) weight *= corner & 2 ? f.weight[1] : 1.0f - f.weight[1];
        if (p.dimensions > 2) weight *= corner & 4 ? f.weight[2] : 1.0f - f.weight[2];
      }
      if (weight == 0.0f) continue;
      single = texel(&p, f.at[0] + (int32_t)(corner & 1) + shift.x, f.at[1] + (int32_t)(corner >> 1 & 1) + shift.y, f.at[2] + (int32_t)(corner >> 2) + shift.z, isCompressed);
      sum += weight * asNumbers(single);
      reads++;
    }
  }
  return reads == 1 ? single : asWords(sum);  // one texel is given as it is, a number or not
}
/// coordinate: three coordinates and the layer.  lod: the level asked for.  Returns four channels.
words carmine_texture_fetch(uint64_t handle, uint32_t geometry, words coordinate, words offset, float lod) {
  return fetch(handle, geometry, coordinate, offset, lod, 0);
}
CALLED fetchCompressed(uint64_t handle, uint32_t geometry, words coordinate, words offset, float lod) {
  return fetch(handle, geometry, coordinate, offset, lod, 1);
}
words carmine_texture_fetch_any(uint64_t handle, uint32_t geometry, words coordinate, words offset, float lod) {
  if (((texture)handle)->channel_kind >= CARMINE_CHANNEL_BC1) return fetchCompressed(handle, geometry, coordinate, offset, lod);
  return carmine_texture_fetch(handle, geometry, coordinate, offset, lod);
}

/// The level whose texels are as far apart as the samples: from the coordinates' derivatives.
float carmine_texture_level_of(uint64_t handle, uint32_t geometry, words dx, words dy) {
  texture t = (texture)handle;
  numbers a = asNumbers(dx), b = asNumbers(dy);
  float w = t->flags & CARMINE_TEXTURE_NORMALIZED ? (float)t->width : 1.0f, h = t->flags & CARMINE_TEXTURE_NORMALIZED ? (float)t->height : 1.0f,
        d = t->flags & CARMINE_TEXTURE_NORMALIZED ? (float)t->depth : 1.0f;
  uint32_t dimensions = geometry & CARMINE_GEOMETRY_DIMENSIONS;
  if (dimensions < 2) h = 0;
  if (dimensions < 3) d = 0;
  float x = a.x * a.x * w * w + a.y * a.y * h * h + a.z * a.z * d * d, y = b.x * b.x * w * w + b.y * b.y * h * h + b.z * b.z * d * d;
  return 0.5f * __builtin_amdgcn_logf(__builtin_fmaxf(x, y));
}

/// The same on a cube's face, from the derivatives of a direction.
float carmine_texture_cube_level_of(uint64_t handle, words coordinate, words dx, words dy) {
  numbers c = asNumbers(coordinate), d[2] = {asNumbers(dx), asNumbers(dy)};
  uint32_t face = faceTowards(c.x, c.y, c.z);
  onFace p = onFaceOf(face, c.x, c.y, c.z);
  float most = 0.0f, half = 0.5f * (float)((texture)handle)->width / (p.m * p.m);
  for (int i = 0; i < 2; i++) {
    onFace q = onFaceOf(face, d[i].x, d[i].y, d[i].z);
    float s = (q.s * p.m - p.s * q.m) * half, t = (q.t * p.m - p.t * q.m) * half;
    most = __builtin_fmaxf(most, s * s + t * t);
  }
  return 0.5f * __builtin_amdgcn_logf(most);
}

BODY gather(uint64_t handle, uint32_t geometry, uint32_t channel, words coordinate, words offset, int isCompressed) {
  texture t = (texture)handle;
  integers shift;
  __builtin_memcpy(&shift, &offset, 16);
  numbers n = asNumbers(coordinate);
  float c[3] = {n.x, n.y, n.z};
  uint32_t layer = coordinate.w;
  if (geometry & CARMINE_GEOMETRY_CUBE) layer = faceOf(c) + (geometry & CARMINE_GEOMETRY_LAYERED ? 6 * least(layer, t->layers / 6 - 1) : 0);
  plane p = planeOf(t, 0, geometry, layer);
  uint32_t isCube = t->flags & CARMINE_TEXTURE_CUBE;
  int32_t i = wholeOf(positionOf(c[0], p.size[0], isCube ? CARMINE_ADDRESS_CLAMP : t->address_mode[0], t->flags, 0.5f).whole) + shift.x,
          j = wholeOf(positionOf(c[1], p.size[1], isCube ? CARMINE_ADDRESS_CLAMP : t->address_mode[1], t->flags, 0.5f).whole) + shift.y;
  words result = 0;
#pragma clang loop unroll(disable)
  for (int corner = 0; corner < 4; corner++) {
    uint32_t value = texel(&p, i + (corner == 1 || corner == 2), j + (corner < 2), 0, isCompressed)[channel];
    if (corner == 0) result.x = value; else if (corner == 1) result.y = value; else if (corner == 2) result.z = value; else result.w = value;
  }
  return result;
}
/// tld4: one channel of the four texels that filtering would take, counter-clockwise from the lower left.
words carmine_texture_gather(uint64_t handle, uint32_t geometry, uint32_t channel, words coordinate, words offset) {
  return gather(handle, geometry, channel, coordinate, offset, 0);
}
CALLED gatherCompressed(uint64_t handle, uint32_t geometry, uint32_t channel, words coordinate, words offset) {
  return gather(handle, geometry, channel, coordinate, offset, 1);
}
words carmine_texture_gather_any(uint64_t handle, uint32_t geometry, uint32_t channel, words coordinate, words offset) {
  if (((texture)handle)->channel_kind >= CARMINE_CHANNEL_BC1) return gatherCompressed(handle, geometry, channel, coordinate, offset);
  return carmine_texture_gather(handle, geometry, channel, coordinate, offset);
}

uint32_t carmine_texture_query(uint64_t handle, uint32_t what, uint32_t level) {
  texture t = (texture)handle;
  switch (what) {
  case CARMINE_QUERY_WIDTH: return most(1, t->width >> level);
  case CARMINE_QUERY_HEIGHT: return most(1, t->height >> level);
  case CARMINE_QUERY_DEPTH: return most(1, t->depth >> level);
  case CARMINE_QUERY_ARRAY_SIZE: return t->flags & CARMINE_TEXTURE_CUBE ? t->layers / 6 : t->layers;
  case CARMINE_QUERY_LEVELS: return t->levels;
  case CARMINE_QUERY_NORMALIZED: return t->flags & CARMINE_TEXTURE_NORMALIZED;
  case CARMINE_QUERY_FILTER: return t->flags & CARMINE_TEXTURE_LINEAR ? 1 : 0;
  default: {  // wrap, mirror, clamp_ogl, clamp_to_edge, clamp_to_border
    uint32_t mode = t->address_mode[what - CARMINE_QUERY_ADDRESS_0];
    return mode == CARMINE_ADDRESS_WRAP ? 0 : mode == CARMINE_ADDRESS_MIRROR ? 1 : mode == CARMINE_ADDRESS_CLAMP ? 3 : 4;
  }
  }
}

// ---- surfaces ---------------------------------------------------------------------------------------------------------------

/// The address of a surface's element, x in bytes unless `texels`; 0 when it lies outside and outside is nothing.
uint64_t carmine_surface_address(uint64_t handle, uint32_t geometry, words coordinate, uint32_t byteCount, uint32_t texels, uint32_t outside) {
  texture t = (texture)handle;
  uint32_t size = t->channels * t->channel_bits >> 3;
  if (texels) byteCount = size;
  integers at;
  __builtin_memcpy(&at, &coordinate, 16);
  int32_t x = texels ? at.x * (int32_t)size : at.x, y = at.y, z = at.z, layer = at.w;
  int32_t right = (int32_t)(t->width * size - byteCount), bottom = (int32_t)t->height - 1, back = (int32_t)t->depth - 1, last = (int32_t)t->layers - 1;
  uint32_t dimensions = geometry & CARMINE_GEOMETRY_DIMENSIONS;
  if (dimensions < 2) y = 0;
  if (dimensions < 3) z = 0;
  if (!(geometry & CARMINE_GEOMETRY_LAYERED)) layer = 0;
  if (last < 0) last = 0;
  if (x < 0 || x > right || y < 0 || y > bottom || z < 0 || z > back || layer < 0 || layer > last) {
    if (outside == CARMINE_SURFACE_ZERO) return 0;
    if (outside == CARMINE_SURFACE_TRAP) carmine_refuse("a surface access outside the surface, which traps");
    x = x < 0 ? 0 : x > right ? right : x;
    y = y < 0 ? 0 : y > bottom ? bottom : y;
    z = z < 0 ? 0 : z > back ? back : z;
    layer = layer < 0 ? 0 : layer > last ? last : layer;
  }
  const CONSTANT carmine_texture_level *level = &t->level[0];
  return level->address + (uint64_t)(uint32_t)(t->layers ? layer : z) * level->slice + (uint64_t)(uint32_t)y * level->pitch + (uint32_t)x;
}

/// Whether a surface's whole numbers have a sign: what sured.p asks of it.
uint32_t carmine_surface_is_signed(uint64_t handle) { return ((texture)handle)->channel_kind == CARMINE_CHANNEL_SIGNED; }

/// sust.p: up to four channels, which are of the kind that the surface's format says, converted to it.
void carmine_surface_store(uint64_t handle, uint64_t address, words channels) {
  texture t = (texture)handle;
  if (!address) return;
  uint32_t kind = t->channel_kind, bits = t->channel_bits;
  for (uint32_t i = 0; i < t->channels; i++) {
    uint32_t v = channels[i];
    if (kind == CARMINE_CHANNEL_FLOAT && bits == 16) {
      float f;
      __builtin_memcpy(&f, &v, 4);
      _Float16 half = (_Float16)f;
      uint16_t h;
      __builtin_memcpy(&h, &half, 2);
      v = h;
    } else if (bits < 32 && kind == CARMINE_CHANNEL_UNSIGNED) {
      uint32_t top = (1u << bits) - 1;
      v = v > top ? top : v;
    } else if (bits < 32 && kind == CARMINE_CHANNEL_SIGNED) {
      int32_t top = (1 << (bits - 1)) - 1, s = (int32_t)v;
      v = (uint32_t)(s > top ? top : s < -top - 1 ? -top - 1 : s);
    }
    if (bits == 32) ((GLOBAL uint32_t *)address)[i] = v;
    else if (bits == 16) ((GLOBAL uint16_t *)address)[i] = (uint16_t)v;
    else ((GLOBAL uint8_t *)address)[i] = (uint8_t)v;
  }
}
