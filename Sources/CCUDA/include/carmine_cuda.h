#ifndef CARMINE_CUDA_H
#define CARMINE_CUDA_H
#include <stdint.h>
#endif
