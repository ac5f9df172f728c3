// Texture and surface objects: every kind of resource, addressing, filtering and format, against what the CUDA Programming Guide
// ("Texture Fetching") says, computed here on the host.  Prints `ok NAME` or `FAIL NAME: why`; the same answers come from an NVIDIA GPU.
#include "texture_reference.h"

// ---- kernels ------------------------------------------------------------------------------------------------------------------
__global__ void fetch1(cudaTextureObject_t t, const int *at, float *out, int n) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex1Dfetch<float>(t, at[i]); }
__global__ void fetch1u4(cudaTextureObject_t t, float *out, int n) { int i = threadIdx.x; if (i < n) { float4 v = tex1Dfetch<float4>(t, i); out[4 * i] = v.x; out[4 * i + 1] = v.y; out[4 * i + 2] = v.z; out[4 * i + 3] = v.w; } }
__global__ void fetch1i(cudaTextureObject_t t, float *out, int n) { int i = threadIdx.x; if (i < n) { short2 v = tex1Dfetch<short2>(t, i); out[2 * i] = v.x; out[2 * i + 1] = v.y; } }
__global__ void one(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex1D<float>(t, c[3 * i]); }
__global__ void two(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex2D<float>(t, c[3 * i], c[3 * i + 1]); }
__global__ void three(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex3D<float>(t, c[3 * i], c[3 * i + 1], c[3 * i + 2]); }
__global__ void layered(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex2DLayered<float>(t, c[3 * i], c[3 * i + 1], i % 3); }
__global__ void level(cudaTextureObject_t t, const float *c, float *out, int n, float lod) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex2DLod<float>(t, c[3 * i], c[3 * i + 1], lod); }
__global__ void gradient(cudaTextureObject_t t, const float *c, float *out, int n, float d) { int i = threadIdx.x + blockIdx.x * blockDim.x; if (i < n) out[i] = tex2DGrad<float>(t, c[3 * i], c[3 * i + 1], make_float2(d, 0), make_float2(0, d)); }
__global__ void gather(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x; if (i < n) { float4 v = tex2Dgather<float4>(t, c[3 * i], c[3 * i + 1], 0); out[4 * i] = v.x; out[4 * i + 1] = v.y; out[4 * i + 2] = v.z; out[4 * i + 3] = v.w; } }
__global__ void cube(cudaTextureObject_t t, const float *c, float *out, int n) { int i = threadIdx.x; if (i < n) out[i] = texCubemap<float>(t, c[3 * i], c[3 * i + 1], c[3 * i + 2]); }
__global__ void surface2(cudaSurfaceObject_t s, int w, int h) {
  int x = threadIdx.x % w, y = threadIdx.x / w;
  if (y < h) { float v = surf2Dread<float>(s, x * 4, y); surf2Dwrite(v * 2 + 1, s, x * 4, y); }
}
__global__ void surfaceEdges(cudaSurfaceObject_t s, float *out, int w, int h) {
  out[0] = surf2Dread<float>(s, (w + 3) * 4, 1, cudaBoundaryModeZero);
  out[1] = surf2Dread<float>(s, (w + 3) * 4, 1, cudaBoundaryModeClamp);
  out[2] = surf2Dread<float>(s, 4, h + 5, cudaBoundaryModeClamp);
  surf2Dwrite(77.0f, s, -4, 0, cudaBoundaryModeZero);
  out[3] = surf2Dread<float>(s, 0, 0);
}
__global__ void surface3(cudaSurfaceObject_t s, int n) { int x = threadIdx.x % n, y = threadIdx.x / n % n, z = threadIdx.x / n / n; surf3Dwrite((float)(x + 10 * y + 100 * z), s, x * 4, y, z); }
__global__ void surface4(cudaSurfaceObject_t s) { int x = threadIdx.x; surf1Dwrite(make_uchar4(x, 2 * x, 3 * x, 255 - x), s, x * 4); }

// ---- helpers ------------------------------------------------------------------------------------------------------------------
static float *coordinates, *results;
enum { samples = 600 };
static std::vector<float> run(void (*kernel)(cudaTextureObject_t, const float *, float *, int), cudaTextureObject_t t, const std::vector<float> &c, int width = 1) {
  int n = (int)c.size() / 3;
  CHECK(cudaMemcpy(coordinates, c.data(), c.size() * 4, cudaMemcpyHostToDevice));
  kernel<<<(n + 127) / 128, 128>>>(t, coordinates, results, n);
  CHECK(cudaGetLastError());
  std::vector<float> out(n * width);
  CHECK(cudaMemcpy(out.data(), results, out.size() * 4, cudaMemcpyDeviceToHost));
  return out;
}
static cudaTextureObject_t textureOf(cudaArray_t array, const cudaTextureDesc &d) {
  cudaResourceDesc r = {};
  r.resType = cudaResourceTypeArray;
  r.res.array.array = array;
  cudaTextureObject_t t = 0;
  CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
  return t;
}
static std::vector<float> places(const int n[3], int dimensions, bool normalized, int seed) {
  std::vector<float> c;
  srand(seed);
  for (int i = 0; i < samples; i++)
    for (int d = 0; d < 3; d++) {
      float x = d < dimensions ? (rand() % 4096) / 4096.0f * (n[d] * 3.0f) - n[d] : 0;
      if (i < 40 && d < dimensions) x = (i - 4 + d) * 0.25f;
      c.push_back(normalized ? x / n[d] : x);
    }
  return c;
}
static const char *name(const char *what, const Sampler &s) {
  static char text[200];
  static const char *const modes[] = {"wrap", "clamp", "mirror", "border"};
  snprintf(text, sizeof text, "%s, %s, %s, %s", what, modes[s.mode], s.linear ? "linear" : "point", s.normalized ? "normalized" : "texels");
  return text;
}

int main() {
  CHECK(cudaMalloc(&coordinates, samples * 12));
  CHECK(cudaMalloc(&results, samples * 16));
  const int n1[3] = {37, 1, 1}, n2[3] = {24, 17, 1}, n3[3] = {9, 7, 5};
  auto value = [](int x, int y, int z) { return (float)((x * 7 + y * 13 + z * 29) % 32) * 0.25f - 3; };
  std::vector<float> d1, d2, d3;
  for (int x = 0; x < n1[0]; x++) d1.push_back(value(x, 0, 0));
  for (int y = 0; y < n2[1]; y++) for (int x = 0; x < n2[0]; x++) d2.push_back(value(x, y, 0));
  for (int z = 0; z < n3[2]; z++) for (int y = 0; y < n3[1]; y++) for (int x = 0; x < n3[0]; x++) d3.push_back(value(x, y, z));
  cudaChannelFormatDesc real = cudaCreateChannelDesc<float>();
  cudaArray_t a1, a2, a3;
  CHECK(cudaMallocArray(&a1, &real, n1[0]));
  CHECK(cudaMemcpy2DToArray(a1, 0, 0, d1.data(), n1[0] * 4, n1[0] * 4, 1, cudaMemcpyHostToDevice));
  CHECK(cudaMallocArray(&a2, &real, n2[0], n2[1], cudaArraySurfaceLoadStore | cudaArrayTextureGather));
  CHECK(cudaMemcpy2DToArray(a2, 0, 0, d2.data(), n2[0] * 4, n2[0] * 4, n2[1], cudaMemcpyHostToDevice));
  CHECK(cudaMalloc3DArray(&a3, &real, make_cudaExtent(n3[0], n3[1], n3[2])));
  cudaMemcpy3DParms p = {};
  p.srcPtr = make_cudaPitchedPtr(d3.data(), n3[0] * 4, n3[0], n3[1]);
  p.dstArray = a3;
  p.extent = make_cudaExtent(n3[0], n3[1], n3[2]);
  p.kind = cudaMemcpyHostToDevice;
  CHECK(cudaMemcpy3D(&p));

  for (int mode = 0; mode < 4; mode++)
    for (int linear = 0; linear < 2; linear++)
      for (int normalized = 0; normalized < 2; normalized++) {
        if (!normalized && (mode == cudaAddressModeWrap || mode == cudaAddressModeMirror)) continue;
        Sampler s = {(cudaTextureAddressMode)mode, linear != 0, normalized != 0, 5.5f};
        struct { const char *what; cudaArray_t array; const int *n; int dimensions; void (*kernel)(cudaTextureObject_t, const float *, float *, int); } rows[] = {
          {"tex1D", a1, n1, 1, one}, {"tex2D", a2, n2, 2, two}, {"tex3D", a3, n3, 3, three}};
        for (auto &row : rows) {
          std::vector<float> c = places(row.n, row.dimensions, s.normalized, mode + 7 * linear), want;
          for (size_t i = 0; i < c.size(); i += 3) want.push_back(sample(value, row.n, row.dimensions, &c[i], s));
          cudaTextureObject_t t = textureOf(row.array, description(s, row.dimensions));
          compare(name(row.what, s), run(row.kernel, t, c), want, linear ? near : 0);
          CHECK(cudaDestroyTextureObject(t));
        }
      }

  {  // gather: the four texels of the footprint, counter-clockwise from the lower left
    Sampler s = {cudaAddressModeClamp, false, false, 0};
    std::vector<float> c = places(n2, 2, false, 3), want;
    c.resize(300);
    for (size_t i = 0; i < c.size(); i += 3) {
      int x = (int)std::floor(c[i] - 0.5f), y = (int)std::floor(c[i + 1] - 0.5f);
      auto at = [&](int x, int y) { return value(std::clamp(x, 0, n2[0] - 1), std::clamp(y, 0, n2[1] - 1), 0); };
      want.insert(want.end(), {at(x, y + 1), at(x + 1, y + 1), at(x + 1, y), at(x, y)});
    }
    cudaTextureObject_t t = textureOf(a2, description(s));
    compare("tex2Dgather", run(gather, t, c, 4), want, 0);
  }
  {  // linear memory
    float *memory;
    CHECK(cudaMalloc(&memory, d2.size() * 4));
    CHECK(cudaMemcpy(memory, d2.data(), d2.size() * 4, cudaMemcpyHostToDevice));
    cudaResourceDesc r = {};
    r.resType = cudaResourceTypeLinear;
    r.res.linear.devPtr = memory;
    r.res.linear.desc = real;
    r.res.linear.sizeInBytes = 200 * 4;
    cudaTextureDesc d = {};
    cudaTextureObject_t t;
    CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
    std::vector<int> at;
    std::vector<float> want;
    for (int i = 0; i < 200; i++) { at.push_back(i * 37 % 200); want.push_back(d2[i * 37 % 200]); }
    CHECK(cudaMemcpy(coordinates, at.data(), at.size() * 4, cudaMemcpyHostToDevice));
    fetch1<<<2, 128>>>(t, (const int *)coordinates, results, 200);
    std::vector<float> out(200);
    CHECK(cudaMemcpy(out.data(), results, 800, cudaMemcpyDeviceToHost));
    compare("tex1Dfetch", out, want, 0);

    std::vector<uint8_t> bytes(256);
    for (int i = 0; i < 256; i++) bytes[i] = (uint8_t)(i * 5);
    CHECK(cudaMemcpy(memory, bytes.data(), 256, cudaMemcpyHostToDevice));
    r.res.linear.desc = cudaCreateChannelDesc<uchar4>();
    r.res.linear.sizeInBytes = 256;
    d.readMode = cudaReadModeNormalizedFloat;
    CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
    fetch1u4<<<1, 64>>>(t, results, 64);
    out.resize(256); want.clear();
    CHECK(cudaMemcpy(out.data(), results, 1024, cudaMemcpyDeviceToHost));
    for (int i = 0; i < 256; i++) want.push_back(bytes[i] / 255.0f);
    compare("tex1Dfetch of bytes as numbers", out, want, 1e-6f);

    std::vector<int16_t> words(128);
    for (int i = 0; i < 128; i++) words[i] = (int16_t)(i * 512 - 32768);
    CHECK(cudaMemcpy(memory, words.data(), 256, cudaMemcpyHostToDevice));
    r.res.linear.desc = cudaCreateChannelDesc<short2>();
    d.readMode = cudaReadModeElementType;
    CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
    fetch1i<<<1, 64>>>(t, results, 64);
    out.resize(128); want.clear();
    CHECK(cudaMemcpy(out.data(), results, 512, cudaMemcpyDeviceToHost));
    for (int i = 0; i < 128; i++) want.push_back(words[i]);
    compare("tex1Dfetch of pairs of integers", out, want, 0);
  }
  {  // pitched memory
    float *memory; size_t pitch;
    CHECK(cudaMallocPitch(&memory, &pitch, n2[0] * 4, n2[1]));
    CHECK(cudaMemcpy2D(memory, pitch, d2.data(), n2[0] * 4, n2[0] * 4, n2[1], cudaMemcpyHostToDevice));
    cudaResourceDesc r = {};
    r.resType = cudaResourceTypePitch2D;
    r.res.pitch2D.devPtr = memory; r.res.pitch2D.desc = real; r.res.pitch2D.width = n2[0]; r.res.pitch2D.height = n2[1]; r.res.pitch2D.pitchInBytes = pitch;
    Sampler s = {cudaAddressModeClamp, true, false, 0};
    cudaTextureDesc d = description(s);
    cudaTextureObject_t t;
    CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
    std::vector<float> c = places(n2, 2, false, 11), want;
    for (size_t i = 0; i < c.size(); i += 3) want.push_back(sample(value, n2, 2, &c[i], s));
    compare("tex2D of pitched memory", run(two, t, c), want, near);
  }
  {  // layers
    cudaArray_t a;
    CHECK(cudaMalloc3DArray(&a, &real, make_cudaExtent(n2[0], n2[1], 3), cudaArrayLayered));
    std::vector<float> data;
    for (int z = 0; z < 3; z++) for (int y = 0; y < n2[1]; y++) for (int x = 0; x < n2[0]; x++) data.push_back(value(x, y, z));
    cudaMemcpy3DParms q = {};
    q.srcPtr = make_cudaPitchedPtr(data.data(), n2[0] * 4, n2[0], n2[1]); q.dstArray = a; q.extent = make_cudaExtent(n2[0], n2[1], 3); q.kind = cudaMemcpyHostToDevice;
    CHECK(cudaMemcpy3D(&q));
    Sampler s = {cudaAddressModeWrap, true, true, 0};
    std::vector<float> c = places(n2, 2, true, 12), want;
    for (size_t i = 0; i < c.size(); i += 3) { int z = (int)(i / 3) % 3; want.push_back(sample([&](int x, int y, int) { return value(x, y, z); }, n2, 2, &c[i], s)); }
    compare("tex2DLayered", run(layered, textureOf(a, description(s)), c), want, near);
  }
  {  // cube map: six faces of one number each, looked at along the axes and a little off
    cudaArray_t a;
    CHECK(cudaMalloc3DArray(&a, &real, make_cudaExtent(8, 8, 6), cudaArrayCubemap));
    std::vector<float> data;
    for (int z = 0; z < 6; z++) for (int i = 0; i < 64; i++) data.push_back((float)(100 * z + i));
    cudaMemcpy3DParms q = {};
    q.srcPtr = make_cudaPitchedPtr(data.data(), 32, 8, 8); q.dstArray = a; q.extent = make_cudaExtent(8, 8, 6); q.kind = cudaMemcpyHostToDevice;
    CHECK(cudaMemcpy3D(&q));
    Sampler s = {cudaAddressModeClamp, false, true, 0};
    std::vector<float> c, want;
    for (int face = 0; face < 6; face++)
      for (int i = 0; i < 8; i++) {
        float u = (i - 3.5f) / 4, v = (3.5f - (i * 3 % 8)) / 4, m = 1;  // place on the face, from -1 to 1
        float x[6] = {m, -m, u, u, u, -u}, y[6] = {-v, -v, m, -m, -v, -v}, z[6] = {-u, u, v, -v, m, -m};
        c.insert(c.end(), {x[face] * 3, y[face] * 3, z[face] * 3});
        want.push_back((float)(100 * face + 8 * (int)std::floor((v + 1) * 4) + (int)std::floor((u + 1) * 4)));
      }
    compare("texCubemap", run(cube, textureOf(a, description(s)), c), want, 0);
  }
  {  // mipmaps
    cudaMipmappedArray_t m;
    CHECK(cudaMallocMipmappedArray(&m, &real, make_cudaExtent(16, 16, 0), 5));
    for (int l = 0; l < 5; l++) {
      cudaArray_t a;
      CHECK(cudaGetMipmappedArrayLevel(&a, m, l));
      int w = 16 >> l;
      std::vector<float> data(w * w, (float)(l * 8));
      CHECK(cudaMemcpy2DToArray(a, 0, 0, data.data(), w * 4, w * 4, w, cudaMemcpyHostToDevice));
    }
    cudaResourceDesc r = {};
    r.resType = cudaResourceTypeMipmappedArray;
    r.res.mipmap.mipmap = m;
    Sampler s = {cudaAddressModeClamp, true, true, 0};
    cudaTextureDesc d = description(s);
    d.mipmapFilterMode = cudaFilterModeLinear;
    d.maxMipmapLevelClamp = 4;
    cudaTextureObject_t t;
    CHECK(cudaCreateTextureObject(&t, &r, &d, nullptr));
    std::vector<float> have, want;
    std::vector<float> c = {0.5f, 0.5f, 0};
    CHECK(cudaMemcpy(coordinates, c.data(), 12, cudaMemcpyHostToDevice));
    for (float lod : {0.0f, 0.5f, 1.0f, 1.75f, 3.0f, 4.0f, 9.0f, -2.0f}) {
      float v;
      level<<<1, 1>>>(t, coordinates, results, 1, lod);
      CHECK(cudaMemcpy(&v, results, 4, cudaMemcpyDeviceToHost));
      have.push_back(v); want.push_back(std::clamp(lod, 0.0f, 4.0f) * 8);
    }
    for (float step : {1 / 16.0f, 1 / 8.0f, 1 / 4.0f}) {
      float v;
      gradient<<<1, 1>>>(t, coordinates, results, 1, step);
      CHECK(cudaMemcpy(&v, results, 4, cudaMemcpyDeviceToHost));
      have.push_back(v); want.push_back(std::log2(step * 16) * 8);
    }
    compare("levels", have, want, 0.1f);
    CHECK(cudaFreeMipmappedArray(m));
  }
  {  // surfaces
    cudaResourceDesc r = {};
    r.resType = cudaResourceTypeArray;
    r.res.array.array = a2;
    cudaSurfaceObject_t s;
    CHECK(cudaCreateSurfaceObject(&s, &r));
    surface2<<<1, 512>>>(s, n2[0], n2[1]);
    std::vector<float> out(d2.size()), want;
    CHECK(cudaMemcpy2DFromArray(out.data(), n2[0] * 4, a2, 0, 0, n2[0] * 4, n2[1], cudaMemcpyDeviceToHost));
    for (float v : d2) want.push_back(v * 2 + 1);
    compare("surf2Dread and surf2Dwrite", out, want, 0);
    surfaceEdges<<<1, 1>>>(s, results, n2[0], n2[1]);
    std::vector<float> edges(4);
    CHECK(cudaMemcpy(edges.data(), results, 16, cudaMemcpyDeviceToHost));
    compare("surfaces' edges", edges, {0, want[n2[0] * 2 - 1], want[n2[0] * (n2[1] - 1) + 1], want[0]}, 0);
    CHECK(cudaDestroySurfaceObject(s));

    cudaArray_t b, d;
    CHECK(cudaMalloc3DArray(&b, &real, make_cudaExtent(8, 8, 8), cudaArraySurfaceLoadStore));
    r.res.array.array = b;
    CHECK(cudaCreateSurfaceObject(&s, &r));
    surface3<<<1, 512>>>(s, 8);
    std::vector<float> box(512), boxWant;
    cudaMemcpy3DParms q = {};
    q.srcArray = b; q.dstPtr = make_cudaPitchedPtr(box.data(), 32, 8, 8); q.extent = make_cudaExtent(8, 8, 8); q.kind = cudaMemcpyDeviceToHost;
    CHECK(cudaMemcpy3D(&q));
    for (int i = 0; i < 512; i++) boxWant.push_back((float)(i % 8 + 10 * (i / 8 % 8) + 100 * (i / 64)));
    compare("surf3Dwrite", box, boxWant, 0);

    cudaChannelFormatDesc four = cudaCreateChannelDesc<uchar4>();
    CHECK(cudaMallocArray(&d, &four, 64, 0, cudaArraySurfaceLoadStore));
    r.res.array.array = d;
    CHECK(cudaCreateSurfaceObject(&s, &r));
    surface4<<<1, 64>>>(s);
    std::vector<uint8_t> bytes(256);
    CHECK(cudaMemcpy2DFromArray(bytes.data(), 256, d, 0, 0, 256, 1, cudaMemcpyDeviceToHost));
    std::vector<float> have, bytesWant;
    for (int i = 0; i < 64; i++) for (int k = 0; k < 4; k++) { have.push_back(bytes[4 * i + k]); bytesWant.push_back((float)(uint8_t)(k == 3 ? 255 - i : (k + 1) * i)); }
    compare("surf1Dwrite of four bytes", have, bytesWant, 0);
  }
  cudaChannelFormatDesc got; cudaExtent extent; unsigned flags;
  CHECK(cudaArrayGetInfo(&got, &extent, &flags, a3));
  if (got.x == 32 && got.f == cudaChannelFormatKindFloat && extent.width == 9 && extent.height == 7 && extent.depth == 5 && flags == 0) printf("ok cudaArrayGetInfo\n");
  else { printf("FAIL cudaArrayGetInfo: %d bits, %zu × %zu × %zu, flags %x\n", got.x, extent.width, extent.height, extent.depth, flags); failures++; }
  CHECK(cudaFreeArray(a1)); CHECK(cudaFreeArray(a2)); CHECK(cudaFreeArray(a3));
  printf("%d failed\n", failures);
  return failures != 0;
}
