/* What cudaPointerGetAttributes fills in. CUDA 12 and 13 have different layouts. */
#ifndef CARMINE_TYPES_POINTERS_H
#define CARMINE_TYPES_POINTERS_H

#include "kinds.h"

/* What a pointer points to. */
struct cudaPointerAttributes {
  CARMINE_ENUM(cudaMemoryType) type;
  int device; /* that holds the memory, or by whose context it was registered */
  void *devicePointer; /* null when the device cannot reach it */
  void *hostPointer; /* null when the host cannot reach it */
#if CARMINE_CUDA >= 13
  union {
    int localityDomainOrdinal;
    long unused;
  };
  long reserved[7];
#endif
};

#endif
