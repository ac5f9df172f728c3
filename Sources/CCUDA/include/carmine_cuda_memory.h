// External semaphores: unions whose members all begin alike are spelt as what we read of them.
#ifndef CARMINE_CUDA_MEMORY_H
#define CARMINE_CUDA_MEMORY_H
#include "carmine_cuda.h"

/// A fence's value comes first in all of the parameters; `flags` stands where the version says.
struct carmine_semaphore_parameters { unsigned long long value, nvSciSync, key; unsigned int rest[12]; unsigned int flags, reserved[16]; };
struct carmine_semaphore_signal_v1 { unsigned long long value, nvSciSync, key; unsigned int flags; };
struct carmine_semaphore_wait_v1 { unsigned long long value, nvSciSync, key; unsigned int timeoutMs, padding, flags; };
#endif
