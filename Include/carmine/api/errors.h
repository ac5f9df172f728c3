/* Errors and logs. */
#ifndef CARMINE_API_ERRORS_H
#define CARMINE_API_ERRORS_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* The last error of this thread, which is then forgotten unless it is a sticky one. */
extern __host__ cudaError_t CUDARTAPI cudaGetLastError(void);

/* The last error of this thread, which stays. */
extern __host__ cudaError_t CUDARTAPI cudaPeekAtLastError(void);

/* An error's name as it is spelled in cudaError; "unrecognized error code" for others. */
extern __host__ const char * CUDARTAPI cudaGetErrorName(cudaError_t error);

/* An error in words. */
extern __host__ const char * CUDARTAPI cudaGetErrorString(cudaError_t error);

/* Has a function called with each message of the log. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLogsRegisterCallback(
    cudaLogsCallback_t callbackFunc, void *userData, cudaLogsCallbackHandle *callback_out);
#endif

/* Ends that. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLogsUnregisterCallback(cudaLogsCallbackHandle callback);
#endif

/* Where the log ends now. `flags` is 0. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLogsCurrent(cudaLogIterator *iterator_out, unsigned int flags);
#endif

/* Writes the log's messages after a place to a file, and moves the place on. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLogsDumpToFile(
    cudaLogIterator *iterator, const char *pathToFile, unsigned int flags);
#endif

/* Writes the log's messages to memory; `size` is its size in bytes, then what was written. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLogsDumpToMemory(
    cudaLogIterator *iterator, char *buffer, size_t *size, unsigned int flags);
#endif

CARMINE_C_END

#endif
