/* The driver API's side of cuda_profiler_api.h. */
#ifndef cuda_profiler_H
#define cuda_profiler_H

#include "cuda.h"

typedef enum CUoutput_mode_enum {
  CU_OUT_KEY_VALUE_PAIR = 0,
  CU_OUT_CSV = 1,
} CUoutput_mode;

CARMINE_C_BEGIN
CARMINE_DEPRECATED CUresult CUDAAPI cuProfilerInitialize(
    const char *configFile, const char *outputFile, CUoutput_mode outputMode);
CUresult CUDAAPI cuProfilerStart(void);
CUresult CUDAAPI cuProfilerStop(void);
CARMINE_C_END

#endif
