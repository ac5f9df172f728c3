/* Where a profiler shall look.  Both succeed whether or not one is attached. */
#ifndef __CUDA_PROFILER_API_H__
#define __CUDA_PROFILER_API_H__

#include "driver_types.h"

CARMINE_C_BEGIN
extern __host__ cudaError_t CUDARTAPI cudaProfilerStart(void);
extern __host__ cudaError_t CUDARTAPI cudaProfilerStop(void);
CARMINE_C_END

#endif
