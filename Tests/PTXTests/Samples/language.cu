// CUDA that makes nvcc write many forms of PTX; only compiled.
#include <cassert>
#include <cstdio>
#include <cuda_fp16.h>
#include <cooperative_groups.h>
#include <mma.h>
__device__ int g = 5; __constant__ float c[64]; __device__ int* gp=&g; __managed__ int m=3;
__device__ float tab[2][3]={{1.f,2.f,3.f},{4.f,5.f,6.f}};
struct V{ virtual __device__ int f(int x){return x;} int k; }; struct W:V{ __device__ int f(int x) override {return x*k;} };
__device__ __noinline__ float dev(float4 v, const char*s){ printf("%s %f\n",s,v.x); return v.x+v.w; }
extern __shared__ float dyn[];
template<class T> __global__ void __launch_bounds__(256,2) red(const T*a,T*o,int n){ __shared__ T s[256]; int i=threadIdx.x+blockIdx.x*blockDim.x; T v=i<n?a[i]:T(0);
 for(int d=16;d;d>>=1) v+=__shfl_down_sync(~0u,v,d); s[threadIdx.x]=v; __syncthreads(); if(!threadIdx.x) atomicAdd(o,s[0]); }
template __global__ void red<float>(const float*,float*,int); template __global__ void red<int>(const int*,int*,int);
__global__ void k2(W*w,float4*p,float*o,int sel){ o[threadIdx.x]=dev(p[threadIdx.x],"hi")+w->f(sel)+c[sel]+tab[sel&1][threadIdx.x%3]+dyn[sel]; *gp=m; 
 switch(sel){case 0:o[1]=sinf(o[0]);break;case 1:o[1]=expf(o[0]);break;case 2:o[1]=log2f(o[0]);break;case 3:o[1]=sqrtf(o[2]);break;case 4:o[4]=1.f/o[3];break; case 5: o[8]=powf(o[0],o[1]);break; case 6: asm volatile("{ .reg .pred p; setp.eq.s32 p, %0, 3; @p bra L1; st.global.f32 [%1+4], 0f00000000; L1: }"::"r"(sel),"l"(o)); }
 float loc[32]; for(int i=0;i<32;i++) loc[i]=o[i]; o[sel]=loc[sel^3]; unsigned b=__ballot_sync(~0u,sel>3); o[2]+=__popc(b)+__activemask(); double d=o[0]; d=sin(d)/3.0; o[3]=d; half2 h=__float2half2_rn(o[0]); h=__hfma2(h,h,h); o[7]=__low2float(h); if(o[3]>5) __trap(); assert(o[2]<3); }
__global__ void grid(float*o, __grid_constant__ const int x){ auto g=cooperative_groups::this_grid(); g.sync(); auto w=cooperative_groups::tiled_partition<8>(cooperative_groups::this_thread_block()); o[0]=w.shfl_xor(o[w.thread_rank()],1)+x; malloc(3);}
