/* The one structure that both APIs declare. */
#ifndef CARMINE_TYPES_UUID_H
#define CARMINE_TYPES_UUID_H

#include "../base.h"

typedef struct CUuuid_st {
  char bytes[16];
} CUuuid;

typedef struct CUuuid_st cudaUUID_t;

#endif
