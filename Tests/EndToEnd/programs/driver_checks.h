// What the programs of the driver API share: checks that name their line, and the PTX of a kernel that adds.
#pragma once
#include <cuda.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(call) \
  do { \
    CUresult result = (call); \
    if (result != CUDA_SUCCESS) { \
      const char *name = "?"; \
      cuGetErrorName(result, &name); \
      printf("line %d: %s: %s\n", __LINE__, #call, name); \
      exit(1); \
    } \
  } while (0)
#define EQUAL(got, wanted) \
  do { \
    long long g = (long long)(got), w = (long long)(wanted); \
    if (g != w) { printf("line %d: %s is %lld, not %lld\n", __LINE__, #got, g, w); exit(1); } \
  } while (0)
#define REFUSED(call) EQUAL(call, CUDA_ERROR_INVALID_VALUE)

/// The head of a module, and add(p, n, v): p[i] += v.
#define ADD_MODULE \
    ".version 7.0\n.target sm_70\n.address_size 64\n" \
    ".visible .entry add(.param .u64 p, .param .u32 n, .param .u32 v) { .reg .pred %q; .reg .u64 %p, %o; .reg .u32 %i, %t, %c, %n, %v, %w;\n" \
    "mov.u32 %i, %ctaid.x; mov.u32 %t, %tid.x; mov.u32 %c, %ntid.x; mad.lo.u32 %i, %i, %c, %t; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;\n" \
    "ld.param.u64 %p, [p]; ld.param.u32 %v, [v]; mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; ld.global.u32 %w, [%p]; add.u32 %w, %w, %v; st.global.u32 [%p], %w; ret; }\n"
