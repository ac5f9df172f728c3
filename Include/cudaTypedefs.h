/* The type of a pointer to each driver function, PFN_NAME_vVERSION for the form that came with a version of CUDA (11020 is 11.2),
   and PFN_NAME for the newest: what cuGetProcAddress and cudaGetDriverEntryPointByVersion give is cast to. */
#ifndef CUDATYPEDEFS_H
#define CUDATYPEDEFS_H

#include "cuda.h"

#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define CARMINE_FORM_PTDS(type, version, per_thread) type##_v##per_thread##_ptds
#define CARMINE_FORM_PTSZ(type, version, per_thread) type##_v##per_thread##_ptsz
#else
#define CARMINE_FORM_PTDS(type, version, per_thread) type##_v##version
#define CARMINE_FORM_PTSZ(type, version, per_thread) type##_v##version
#endif

#include "carmine/driver/typedefs_memory.h"
#include "carmine/driver/typedefs_execution.h"
#include "carmine/driver/typedefs_graphs.h"
#include "carmine/driver/typedefs_other.h"

#endif
