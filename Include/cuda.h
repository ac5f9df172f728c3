/* The driver API: libcuda.so.1.  CUDA 13.5's names, or with -DCARMINE_CUDA=12 those of 12.9. */
#ifndef __cuda_cuda_h__
#define __cuda_cuda_h__

#include "carmine/base.h"

#define CUDA_VERSION CARMINE_CUDA_VERSION
#define CUDAAPI
#define CUDA_CB
#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define __CUDA_API_PER_THREAD_DEFAULT_STREAM
#define __CUDA_API_PTDS(api) api##_ptds
#define __CUDA_API_PTSZ(api) api##_ptsz
#else
#define __CUDA_API_PTDS(api) api
#define __CUDA_API_PTSZ(api) api
#endif

#include "carmine/driver/types.h"
#include "carmine/driver/versions.h"
#include "carmine/driver/api_device.h"
#include "carmine/driver/api_modules.h"
#include "carmine/driver/api_memory.h"
#include "carmine/driver/api_virtual.h"
#include "carmine/driver/api_streams.h"
#include "carmine/driver/api_execution.h"
#include "carmine/driver/api_graphs.h"
#include "carmine/driver/api_textures.h"
#include "carmine/driver/api_tools.h"

#endif
