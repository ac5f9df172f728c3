// Matrix products by CUDA's wmma and by inline mma instructions, compared with sums in double precision.
// Needs sm_80.
// The tolerance: products of halves are exact in single precision; K additions of it in any order.
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <mma.h>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace nvcuda;

#define CHECK(call) do { cudaError_t e = (call); if (e != cudaSuccess) { printf("%s: %s\n", #call, cudaGetErrorString(e)); exit(1); } } while (0)

constexpr int M = 64, N = 64, K = 96;

/// Each warp makes one 16 by 16 tile, four warps a block; C is scaled in the fragment, as NVIDIA's sample does.
template <typename T, typename LB>
__global__ void gemm_wmma(const T *a, const T *b, const float *c, float *d, float alpha, float beta) {
  int warp = threadIdx.x / 32, tile = blockIdx.x * 4 + warp;
  int row = tile / (N / 16) * 16, column = tile % (N / 16) * 16;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, T, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, T, LB> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum, fc;
  wmma::fill_fragment(sum, 0.0f);
  for (int k = 0; k < K; k += 16) {
    wmma::load_matrix_sync(fa, a + row * K + k, K);
    if (std::is_same<LB, wmma::col_major>::value) wmma::load_matrix_sync(fb, b + column * K + k, K);
    else wmma::load_matrix_sync(fb, b + k * N + column, N);
    wmma::mma_sync(sum, fa, fb, sum);
  }
  wmma::load_matrix_sync(fc, c + row * N + column, N, wmma::mem_row_major);
  for (int i = 0; i < fc.num_elements; i++) fc.x[i] = alpha * sum.x[i] + beta * fc.x[i];
  wmma::store_matrix_sync(d + row * N + column, fc, N, wmma::mem_row_major);
}

/// One warp, m16n8k16 with ldmatrix out of shared memory; only some warps of the block work, so that waves are half busy.
__global__ void gemm_mma(const __half *a, const __half *b, float *d) {
  __shared__ __align__(16) __half sa[4][16][24], sb[4][16][24];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int tiles = (M / 16) * (N / 8);
  for (int tile = blockIdx.x * 4 + warp; tile < tiles; tile += gridDim.x * 4) {
    if (warp == 2) continue;
    int row = tile / (N / 8) * 16, column = tile % (N / 8) * 8;
    float sum[4] = {0, 0, 0, 0};
    for (int k = 0; k < K; k += 16) {
      for (int i = lane; i < 256; i += 32) sa[warp][i / 16][i % 16] = a[(row + i / 16) * K + k + i % 16];
      for (int i = lane; i < 128; i += 32) sb[warp][i / 8][i % 8] = b[(k + i / 8) * N + column + i % 8];
      __syncwarp();
      uint32_t ra[4], rb[2];
      uint32_t pa = (uint32_t)__cvta_generic_to_shared(&sa[warp][lane % 16][lane / 16 * 8]);
      uint32_t pb = (uint32_t)__cvta_generic_to_shared(&sb[warp][lane % 16][0]);
      asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(ra[0]), "=r"(ra[1]), "=r"(ra[2]), "=r"(ra[3]) : "r"(pa));
      asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];" : "=r"(rb[0]), "=r"(rb[1]) : "r"(pb));
      asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                   : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]) : "r"(ra[0]), "r"(ra[1]), "r"(ra[2]), "r"(ra[3]), "r"(rb[0]), "r"(rb[1]));
      __syncwarp();
    }
    int g = lane / 4, t = lane % 4;
    for (int i = 0; i < 4; i++) d[(row + g + i / 2 * 8) * N + column + 2 * t + i % 2] = sum[i];
  }
}

/// Bytes, in the instruction that quantised matrix products use most.
__global__ void dots_mma(const int *a, const int *b, int *d) {
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int c0 = 0, c1 = 0;
  for (int k = 0; k < 4; k++) {
    int ra = a[(warp * 4 + k) * 32 + lane], rb = b[(warp * 4 + k) * 32 + lane];
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};" : "+r"(c0), "+r"(c1) : "r"(ra), "r"(rb));
  }
  d[warp * 64 + lane / 4 * 8 + lane % 4 * 2] = c0;
  d[warp * 64 + lane / 4 * 8 + lane % 4 * 2 + 1] = c1;
}

static int failures;
static void verdict(const char *name, bool fine) { printf("%s %s\n", fine ? "ok" : "FAIL", name); failures += !fine; }
static unsigned state = 1;
static float uniform() { state = state * 1664525u + 1013904223u; return (int)(state >> 8 & 0xffff) / 32768.0f - 1.0f; }

template <typename T, typename LB> static void test_wmma(const char *name) {
  T *a, *b; float *c, *d;
  CHECK(cudaMallocManaged(&a, M * K * sizeof(T))); CHECK(cudaMallocManaged(&b, K * N * sizeof(T)));
  CHECK(cudaMallocManaged(&c, M * N * 4)); CHECK(cudaMallocManaged(&d, M * N * 4));
  for (int i = 0; i < M * K; i++) a[i] = T(uniform());
  for (int i = 0; i < K * N; i++) b[i] = T(uniform());
  for (int i = 0; i < M * N; i++) c[i] = uniform(), d[i] = -999;
  gemm_wmma<T, LB><<<M * N / 256 / 4, 128>>>(a, b, c, d, 0.5f, 2.0f);
  CHECK(cudaDeviceSynchronize());
  bool fine = true;
  for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) {
    double sum = 0, size = 0;
    for (int k = 0; k < K; k++) { double p = (double)(float)a[i * K + k] * (double)(float)(std::is_same<LB, wmma::col_major>::value ? b[j * K + k] : b[k * N + j]); sum += p; size += fabs(p); }
    double want = 0.5 * sum + 2.0 * c[i * N + j], bound = (K + 3) * 0x1p-23 * (size + 2 * fabs(c[i * N + j]));
    if (!(fabs(d[i * N + j] - want) <= bound)) { if (fine) printf("[%d][%d] is %g, not %g\n", i, j, d[i * N + j], want); fine = false; }
  }
  verdict(name, fine);
}

int main() {
  test_wmma<__half, wmma::col_major>("wmma of halves, B by columns");
  test_wmma<__half, wmma::row_major>("wmma of halves, B by rows");
  test_wmma<__nv_bfloat16, wmma::col_major>("wmma of bfloats");

  __half *a, *b; float *d;
  CHECK(cudaMallocManaged(&a, M * K * 2)); CHECK(cudaMallocManaged(&b, K * N * 2)); CHECK(cudaMallocManaged(&d, M * N * 4));
  for (int i = 0; i < M * K; i++) a[i] = __float2half(uniform());
  for (int i = 0; i < K * N; i++) b[i] = __float2half(uniform());
  for (int i = 0; i < M * N; i++) d[i] = -999;
  gemm_mma<<<2, 128>>>(a, b, d);
  CHECK(cudaDeviceSynchronize());
  bool fine = true;
  for (int i = 0; i < M; i++) for (int j = 0; j < N; j++) {
    double sum = 0, size = 0;
    for (int k = 0; k < K; k++) { double p = (double)__half2float(a[i * K + k]) * __half2float(b[k * N + j]); sum += p; size += fabs(p); }
    bool skipped = (i / 16 * (N / 8) + j / 8) % 4 == 2;
    if (skipped ? d[i * N + j] != -999 : !(fabs(d[i * N + j] - sum) <= (K + 1) * 0x1p-23 * size)) { if (fine) printf("[%d][%d] is %g, not %g\n", i, j, d[i * N + j], sum); fine = false; }
  }
  verdict("mma and ldmatrix, one warp of four idle", fine);

  int *ia, *ib, *id;
  CHECK(cudaMallocManaged(&ia, 3 * 4 * 32 * 4)); CHECK(cudaMallocManaged(&ib, 3 * 4 * 32 * 4)); CHECK(cudaMallocManaged(&id, 3 * 64 * 4));
  for (int i = 0; i < 3 * 4 * 32; i++) { state = state * 1664525u + 1013904223u; ia[i] = state ^ state >> 13; state = state * 1664525u + 1013904223u; ib[i] = state ^ state >> 13; }
  dots_mma<<<1, 96>>>(ia, ib, id);
  CHECK(cudaDeviceSynchronize());
  fine = true;
  for (int w = 0; w < 3; w++) for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) {
    int sum = 0;
    for (int k = 0; k < 64; k++) sum += ((int8_t *)ia)[(((w * 4 + k / 16) * 32) + i * 4 + k % 16 / 4) * 4 + k % 4] * ((int8_t *)ib)[(((w * 4 + k / 16) * 32) + j * 4 + k % 16 / 4) * 4 + k % 4];
    if (id[w * 64 + i * 8 + j] != sum) fine = false;
  }
  verdict("mma of bytes", fine);
  printf("%s\n", failures ? "FAILED" : "all matrix products agree");
  return failures != 0;
}
