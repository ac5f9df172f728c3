// Textures of compressed texels: arrays and views of every format, filtering, addressing, levels, layers and gathers, against blocks
// decoded whole on the host (block_reference.h) and the guide's sampling (texture_reference.h).  Prints `ok NAME` or `FAIL NAME: why`.
// Not yet asked of an NVIDIA GPU, whose BC1 to BC5 are known to round a little differently from the specification's fractions.
#include "block_reference.h"
#include "texture_reference.h"

__global__ void texels(cudaTextureObject_t t, const float *c, float *out, int n) {
  int i = threadIdx.x + blockIdx.x * blockDim.x;
  if (i < n) ((float4 *)out)[i] = tex2D<float4>(t, c[2 * i], c[2 * i + 1]);
}
__global__ void layers(cudaTextureObject_t t, const float *c, float *out, int n, int layer) {
  int i = threadIdx.x + blockIdx.x * blockDim.x;
  if (i < n) ((float4 *)out)[i] = tex2DLayered<float4>(t, c[2 * i], c[2 * i + 1], layer);
}
__global__ void levels(cudaTextureObject_t t, const float *c, float *out, int n, float level) {
  int i = threadIdx.x + blockIdx.x * blockDim.x;
  if (i < n) ((float4 *)out)[i] = tex2DLod<float4>(t, c[2 * i], c[2 * i + 1], level);
}
__global__ void gathers(cudaTextureObject_t t, const float *c, float *out, int n) {
  int i = threadIdx.x + blockIdx.x * blockDim.x;
  if (i < n) ((float4 *)out)[i] = tex2Dgather<float4>(t, c[2 * i], c[2 * i + 1], 1);
}
__global__ void plain(cudaTextureObject_t t, float *out) { out[threadIdx.x] = tex2D<float>(t, threadIdx.x + 0.5f, 0.5f); }
__global__ void store(cudaSurfaceObject_t s, uint2 block) { surf2Dwrite(block, s, threadIdx.x * 8, threadIdx.y); }

struct Format { const char *name; cudaChannelFormatDesc description; int number; bool isSigned, isSRGB; cudaResourceViewFormat view; };
#define ROW(kind, number, isSigned, isSRGB, view) {#kind, cudaCreateChannelDesc<cudaChannelFormatKind##kind>(), number, isSigned, isSRGB, view}
static const Format formats[] = {
  ROW(UnsignedBlockCompressed1, 1, false, false, cudaResViewFormatUnsignedBlockCompressed1),
  ROW(UnsignedBlockCompressed1SRGB, 1, false, true, cudaResViewFormatNone),
  ROW(UnsignedBlockCompressed2, 2, false, false, cudaResViewFormatUnsignedBlockCompressed2),
  ROW(UnsignedBlockCompressed2SRGB, 2, false, true, cudaResViewFormatNone),
  ROW(UnsignedBlockCompressed3, 3, false, false, cudaResViewFormatUnsignedBlockCompressed3),
  ROW(UnsignedBlockCompressed3SRGB, 3, false, true, cudaResViewFormatNone),
  ROW(UnsignedBlockCompressed4, 4, false, false, cudaResViewFormatUnsignedBlockCompressed4),
  ROW(SignedBlockCompressed4, 4, true, false, cudaResViewFormatSignedBlockCompressed4),
  ROW(UnsignedBlockCompressed5, 5, false, false, cudaResViewFormatUnsignedBlockCompressed5),
  ROW(SignedBlockCompressed5, 5, true, false, cudaResViewFormatSignedBlockCompressed5),
  ROW(UnsignedBlockCompressed6H, 6, false, false, cudaResViewFormatUnsignedBlockCompressed6H),
  ROW(SignedBlockCompressed6H, 6, true, false, cudaResViewFormatSignedBlockCompressed6H),
  ROW(UnsignedBlockCompressed7, 7, false, false, cudaResViewFormatUnsignedBlockCompressed7),
  ROW(UnsignedBlockCompressed7SRGB, 7, false, true, cudaResViewFormatNone)};

/// An image of compressed texels, and what its texels are.
struct Image {
  int width, height, columns, rows, bytes;
  std::vector<uint8_t> blocks;
  std::vector<float> texels;   // four channels each
  Image(int width, int height, const Format &f, int skip = 0) : width(width), height(height), columns((width + 3) / 4), rows((height + 3) / 4), bytes(blocks::bytes(f.number)) {
    std::vector<uint8_t> all((columns * rows + skip) * bytes);
    blocks::fill(all.data(), columns * rows + skip, f.number);
    blocks.assign(all.begin() + skip * bytes, all.end());
    texels.resize(4 * width * height);
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        blocks::Decoded d = blocks::decode(&blocks[(y / 4 * columns + x / 4) * bytes], f.number, f.isSigned);
        for (int k = 0; k < 4; k++) {
          double v = d.t[y % 4 * 4 + x % 4].c[k];
          if (f.isSRGB && k < 3) v = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
          texels[4 * (y * width + x) + k] = (float)v;
        }
      }
  }
  float at(int x, int y, int k) const { return texels[4 * (y * width + x) + k]; }
  void copyTo(cudaArray_t a) const { CHECK(cudaMemcpy2DToArray(a, 0, 0, blocks.data(), columns * bytes, columns * bytes, rows, cudaMemcpyHostToDevice)); }
};

static float *coordinates, *results;
static std::vector<float> take(int n) {
  CHECK(cudaGetLastError());
  std::vector<float> out(4 * n);
  CHECK(cudaMemcpy(out.data(), results, 16 * n, cudaMemcpyDeviceToHost));
  return out;
}
static int put(const std::vector<float> &c) { CHECK(cudaMemcpy(coordinates, c.data(), c.size() * 4, cudaMemcpyHostToDevice)); return (int)c.size() / 2; }
static std::vector<float> middles(const Image &i) {
  std::vector<float> c;
  for (int y = 0; y < i.height; y++) for (int x = 0; x < i.width; x++) c.insert(c.end(), {x + 0.5f, y + 0.5f});
  return c;
}
static cudaTextureObject_t textureOf(cudaResourceDesc r, const cudaTextureDesc &d, const cudaResourceViewDesc *view = nullptr) {
  cudaTextureObject_t t = 0;
  CHECK(cudaCreateTextureObject(&t, &r, &d, view));
  return t;
}
static cudaResourceDesc of(cudaArray_t a) { cudaResourceDesc r = {}; r.resType = cudaResourceTypeArray; r.res.array.array = a; return r; }
static cudaResourceDesc of(cudaMipmappedArray_t m) { cudaResourceDesc r = {}; r.resType = cudaResourceTypeMipmappedArray; r.res.mipmap.mipmap = m; return r; }
static cudaTextureDesc reading(const Format &f, const Sampler &s) { return description(s, 2, f.number == 6 ? cudaReadModeElementType : cudaReadModeNormalizedFloat); }
static cudaResourceViewDesc viewOf(const Format &f, const Image &i) {
  cudaResourceViewDesc v = {};
  v.format = f.view; v.width = 4 * i.columns; v.height = 4 * i.rows;
  return v;
}
static const char *named(const char *what, const Format &f) { static char text[200]; snprintf(text, sizeof text, "%s, %s", f.name, what); return text; }

int main() {
  for (auto &k : blocks::known) {
    bool agrees = blocks::hashOfAll(k.format, k.isSigned) == k.hash;
    printf("%s the reference of BC%d%s is as another decoder\n", agrees ? "ok" : "FAIL", k.format, k.isSigned ? ", signed," : "");
    failures += !agrees;
  }
  const Sampler point = {cudaAddressModeClamp, false, false, 0};
  CHECK(cudaMalloc(&coordinates, 1 << 18));
  CHECK(cudaMalloc(&results, 1 << 19));

  // A kernel that ran for plain texels reads them on when there are compressed ones.
  cudaArray_t numbers;
  cudaChannelFormatDesc real = cudaCreateChannelDesc<float>();
  const float four[4] = {1, 2, 3, 4};
  CHECK(cudaMallocArray(&numbers, &real, 4, 1));
  CHECK(cudaMemcpy2DToArray(numbers, 0, 0, four, 16, 16, 1, cudaMemcpyHostToDevice));
  cudaTextureObject_t plainTexture = textureOf(of(numbers), description(point));
  auto readPlain = [&](const char *name) {
    plain<<<1, 4>>>(plainTexture, results);
    std::vector<float> out = take(1);
    compare(name, out, {1, 2, 3, 4}, 0);
  };
  readPlain("plain texels before");

  for (auto &f : formats) {
    // Not whole blocks, and all modes: 18 of BC6H.
    Image image(37, 22, f);
    cudaArray_t a;
    CHECK(cudaMallocArray(&a, &f.description, image.width, image.height, cudaArrayTextureGather));
    image.copyTo(a);
    cudaTextureObject_t t = textureOf(of(a), reading(f, point));
    int n = put(middles(image));
    texels<<<(n + 127) / 128, 128>>>(t, coordinates, results, n);
    compare(named("texels", f), take(n), image.texels, f.isSRGB ? 2e-6f : 1e-7f);
    CHECK(cudaDestroyTextureObject(t));

    // Blocks come back as they were, and the array says what it is.
    std::vector<uint8_t> back(image.blocks.size());
    CHECK(cudaMemcpy2DFromArray(back.data(), image.columns * image.bytes, a, 0, 0, image.columns * image.bytes, image.rows, cudaMemcpyDeviceToHost));
    cudaChannelFormatDesc got; cudaExtent extent; unsigned flags;
    CHECK(cudaArrayGetInfo(&got, &extent, &flags, a));
    bool same = back == image.blocks && !memcmp(&got, &f.description, sizeof got) && extent.width == 37 && extent.height == 22 && extent.depth == 0;
    printf("%s %s, blocks and description\n", same ? "ok" : "FAIL", f.name);
    failures += !same;

    // Gathers: green of the four texels around.
    t = textureOf(of(a), reading(f, point));
    std::vector<float> c, want;
    for (int i = 0; i < 60; i++) {
      int x = i * 7 % 36, y = i * 5 % 21;
      c.insert(c.end(), {x + 1.0f, y + 1.0f});
      want.insert(want.end(), {image.at(x, y + 1, 1), image.at(x + 1, y + 1, 1), image.at(x + 1, y, 1), image.at(x, y, 1)});
    }
    n = put(c);
    gathers<<<1, 64>>>(t, coordinates, results, n);
    compare(named("gather", f), take(n), want, f.isSRGB ? 2e-6f : 1e-7f);
    CHECK(cudaDestroyTextureObject(t));

    // Filtering and addressing.  BC6H's random numbers are too far apart for the weights' tolerance: see below.
    for (int mode = 0; mode < 4 && f.number != 6; mode++)
      for (int linear = 0; linear < 2; linear++) {
        Sampler s = {(cudaTextureAddressMode)mode, linear != 0, true, 0.5f};
        const int size[3] = {image.width, image.height, 1};
        c.clear(); want.clear();
        srand(mode);
        for (int i = 0; i < 300; i++) {
          float at[3] = {(rand() % 4096) / 4096.0f * 3 - 1, (rand() % 4096) / 4096.0f * 3 - 1, 0};
          c.insert(c.end(), {at[0], at[1]});
          for (int k = 0; k < 4; k++) want.push_back(sample([&](int x, int y, int) { return image.at(x, y, k); }, size, 2, at, s));
        }
        t = textureOf(of(a), reading(f, s));
        n = put(c);
        texels<<<3, 128>>>(t, coordinates, results, n);
        static const char *const modes[] = {"wrap", "clamp", "mirror", "border"};
        char what[40];
        snprintf(what, sizeof what, "%s, %s", modes[mode], linear ? "linear" : "point");
        compare(named(what, f), take(n), want, linear ? near : 2e-6f);
        CHECK(cudaDestroyTextureObject(t));
      }
    CHECK(cudaFreeArray(a));

    // The same blocks as pairs or fours of words, seen as compressed: 4 times as many texels.
    if (f.view != cudaResViewFormatNone) {
      cudaChannelFormatDesc words = image.bytes == 8 ? cudaCreateChannelDesc<uint2>() : cudaCreateChannelDesc<uint4>();
      Image whole(40, 24, f, 5);
      CHECK(cudaMallocArray(&a, &words, whole.columns, whole.rows));
      whole.copyTo(a);
      cudaResourceViewDesc v = viewOf(f, whole);
      t = textureOf(of(a), description(point), &v);
      n = put(middles(whole));
      texels<<<(n + 127) / 128, 128>>>(t, coordinates, results, n);
      compare(named("view", f), take(n), whole.texels, 1e-7f);
      CHECK(cudaDestroyTextureObject(t));
      CHECK(cudaFreeArray(a));
    }

    // Levels, down to less than a block.
    cudaMipmappedArray_t m;
    CHECK(cudaMallocMipmappedArray(&m, &f.description, make_cudaExtent(16, 12, 0), 5));
    for (int l = 0; l < 5; l++) {
      CHECK(cudaGetMipmappedArrayLevel(&a, m, l));
      Image(std::max(1, 16 >> l), std::max(1, 12 >> l), f, 3 * l).copyTo(a);
    }
    cudaTextureDesc d = reading(f, {cudaAddressModeClamp, false, true, 0});
    d.maxMipmapLevelClamp = 4;
    t = textureOf(of(m), d);
    for (int l = 0; l < 5; l++) {
      Image one(std::max(1, 16 >> l), std::max(1, 12 >> l), f, 3 * l);
      c = middles(one);
      for (size_t i = 0; i < c.size(); i += 2) { c[i] /= one.width; c[i + 1] /= one.height; }
      n = put(c);
      levels<<<2, 128>>>(t, coordinates, results, n, (float)l);
      char what[40];
      snprintf(what, sizeof what, "level %d", l);
      compare(named(what, f), take(n), one.texels, f.isSRGB ? 2e-6f : 1e-7f);
    }
    CHECK(cudaDestroyTextureObject(t));
    CHECK(cudaFreeMipmappedArray(m));
  }

  {  // layers
    const Format &f = formats[12];
    cudaArray_t a;
    CHECK(cudaMalloc3DArray(&a, &f.description, make_cudaExtent(12, 8, 3), cudaArrayLayered));
    cudaTextureObject_t t = textureOf(of(a), reading(f, point));
    for (int l = 0; l < 3; l++) {
      Image one(12, 8, f, 7 * l);
      cudaMemcpy3DParms p = {};
      p.srcPtr = make_cudaPitchedPtr(one.blocks.data(), one.columns * one.bytes, one.columns, one.rows);
      p.dstArray = a; p.dstPos = make_cudaPos(0, 0, l); p.extent = make_cudaExtent(one.columns, one.rows, 1); p.kind = cudaMemcpyHostToDevice;
      CHECK(cudaMemcpy3D(&p));
      int n = put(middles(one));
      layers<<<1, 128>>>(t, coordinates, results, n, l);
      compare(named(l == 0 ? "layer 0" : l == 1 ? "layer 1" : "layer 2", f), take(n), one.texels, 1e-7f);
    }
    CHECK(cudaDestroyTextureObject(t));
    CHECK(cudaFreeArray(a));
  }
  {  // linear filtering of BC6H: two blocks of one colour each, mode 3 with equal ends of 10 bits: 0x200 is 0x8020 of 16 bits, and 31/64 of that 0x3e0f
    const Format &f = formats[10];
    uint8_t two[32] = {};
    auto block = [&](uint8_t *p, uint64_t v) { unsigned __int128 b = 3; for (int i = 0; i < 6; i++) b |= (unsigned __int128)v << (5 + 10 * i); memcpy(p, &b, 16); };
    block(two, 0); block(two + 16, 0x200);
    cudaArray_t a;
    CHECK(cudaMallocArray(&a, &f.description, 8, 4));
    CHECK(cudaMemcpy2DToArray(a, 0, 0, two, 32, 32, 1, cudaMemcpyHostToDevice));
    cudaTextureObject_t t = textureOf(of(a), reading(f, {cudaAddressModeClamp, true, false, 0}));
    int n = put({1, 2, 4, 2, 4.25f, 2, 7, 2});
    texels<<<1, 4>>>(t, coordinates, results, n);
    float full = blocks::half(0x3e0f);
    std::vector<float> want;
    for (float share : {0.0f, 0.5f, 0.75f, 1.0f}) want.insert(want.end(), {share * full, share * full, share * full, 1});
    compare("BC6H, linear", take(n), want, 1e-6f);
    CHECK(cudaDestroyTextureObject(t));
    CHECK(cudaFreeArray(a));
  }
  {  // blocks that a kernel wrote: BC1 white and black, by bits, filtered through a view
    cudaChannelFormatDesc words = cudaCreateChannelDesc<uint2>();
    cudaArray_t a;
    CHECK(cudaMallocArray(&a, &words, 2, 2, cudaArraySurfaceLoadStore));
    cudaResourceDesc r = of(a);
    cudaSurfaceObject_t s;
    CHECK(cudaCreateSurfaceObject(&s, &r));
    cudaResourceViewDesc v = {};
    v.format = cudaResViewFormatUnsignedBlockCompressed1; v.width = v.height = 8;
    cudaTextureObject_t t = textureOf(of(a), description({cudaAddressModeClamp, true, false, 0}), &v);
    int n = put({2, 2, 6, 6});
    store<<<1, dim3(2, 2)>>>(s, make_uint2(0xffff, 0));                // first colour white, all codes 0: white
    texels<<<1, 2>>>(t, coordinates, results, n);
    compare("BC1 of a surface, white", take(n), {1, 1, 1, 1, 1, 1, 1, 1}, 0);
    store<<<1, dim3(2, 2)>>>(s, make_uint2(0xffff0000, 0xffffffff));   // first not above second, all codes 3: nothing
    texels<<<1, 2>>>(t, coordinates, results, n);
    compare("BC1 of a surface, nothing", take(n), {0, 0, 0, 0, 0, 0, 0, 0}, 0);
    store<<<1, dim3(2, 2)>>>(s, make_uint2(0x0000f800, 0xaaaaaaaa));   // red above black, codes 2: two thirds of red
    texels<<<1, 2>>>(t, coordinates, results, n);
    compare("BC1 of a surface, two thirds of red", take(n), {2 / 3.0f, 0, 0, 1, 2 / 3.0f, 0, 0, 1}, 1e-7f);
    CHECK(cudaDestroySurfaceObject(s));
    CHECK(cudaDestroyTextureObject(t));
    CHECK(cudaFreeArray(a));
  }
  readPlain("plain texels after");
  printf("%d failed\n", failures);
  return failures != 0;
}
