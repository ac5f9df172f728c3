/* Launches, functions, occupancy, libraries, driver entry points. */
#ifndef CARMINE_API_EXECUTION_H
#define CARMINE_API_EXECUTION_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* Launches a kernel; `args` has a pointer to each argument, `sharedMem` is dynamic shared memory in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaLaunchKernel(
    const void *func, dim3 gridDim, dim3 blockDim, void **args, size_t sharedMem, cudaStream_t stream);

/* As cudaLaunchKernel, with attributes. */
extern __host__ cudaError_t CUDARTAPI cudaLaunchKernelExC(
    const cudaLaunchConfig_t *config, const void *func, void **args);

/* Launches a kernel whose blocks can wait for each other; cudaErrorCooperativeLaunchTooLarge when not all can be
   resident. */
extern __host__ cudaError_t CUDARTAPI cudaLaunchCooperativeKernel(
    const void *func, dim3 gridDim, dim3 blockDim, void **args, size_t sharedMem, cudaStream_t stream);

/* One cooperative launch on several devices. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaLaunchCooperativeKernelMultiDevice(
    struct cudaLaunchParams *launchParamsList, unsigned int numDevices, unsigned int flags CARMINE_DEFAULT(0));
#endif

/* The preferred split of cache and shared memory for one kernel; advice only. */
extern __host__ cudaError_t CUDARTAPI cudaFuncSetCacheConfig(const void *func, enum cudaFuncCache cacheConfig);

/* What a kernel needs: registers, memory, limits. */
extern __host__ cudaError_t CUDARTAPI cudaFuncGetAttributes(struct cudaFuncAttributes *attr, const void *func);

/* Sets one attribute of a kernel, such as its most dynamic shared memory in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaFuncSetAttribute(const void *func, enum cudaFuncAttribute attr, int value);

/* A kernel's name, mangled as in the module. */
extern __host__ cudaError_t CUDARTAPI cudaFuncGetName(const char **name, const void *func);

/* Offset and size in bytes of a kernel's parameter; cudaErrorInvalidValue past the last. */
extern __host__ cudaError_t CUDARTAPI cudaFuncGetParamInfo(
    const void *func, size_t paramIndex, size_t *paramOffset, size_t *paramSize);

/* Does nothing: devices have had double precision for long. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaSetDoubleForDevice(double *d);
#endif

/* Does nothing: devices have had double precision for long. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaSetDoubleForHost(double *d);
#endif

/* How many parameters a kernel has. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaFuncGetParamCount(const void *func, size_t *paramCount);
#endif

/* Calls a function on the host after the work before; it must not call CUDA. */
extern __host__ cudaError_t CUDARTAPI cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t fn, void *userData);

/* As cudaLaunchHostFunc, and says how the device waits for it. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaLaunchHostFunc_v2(
    cudaStream_t stream, cudaHostFn_t fn, void *userData, unsigned int syncMode);
#endif

/* Asks for a width of shared memory's banks for one kernel. Without meaning since long. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaFuncSetSharedMemConfig(
    const void *func, enum cudaSharedMemConfig config);

/* How many blocks of a kernel fit on a multiprocessor; dynamic shared memory in bytes a block. */
extern __host__ cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessor(
    int *numBlocks, const void *func, int blockSize, size_t dynamicSMemSize);

/* Bytes of dynamic shared memory that a block can have when `numBlocks` share a multiprocessor. */
extern __host__ cudaError_t CUDARTAPI cudaOccupancyAvailableDynamicSMemPerBlock(
    size_t *dynamicSmemSize, const void *func, int numBlocks, int blockSize);

/* As the first, with cudaOccupancy… flags. */
extern __host__ cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *numBlocks, const void *func, int blockSize, size_t dynamicSMemSize, unsigned int flags);

/* The largest cluster with which a kernel can be launched. */
extern __host__ cudaError_t CUDARTAPI cudaOccupancyMaxPotentialClusterSize(
    int *clusterSize, const void *func, const cudaLaunchConfig_t *launchConfig);

/* How many clusters can be resident on the device. */
extern __host__ cudaError_t CUDARTAPI cudaOccupancyMaxActiveClusters(
    int *numClusters, const void *func, const cudaLaunchConfig_t *launchConfig);

/* Loads a module from memory: PTX, cubin or fatbinary. The data must stay with cudaLibraryBinaryIsPreserved. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryLoadData(
    cudaLibrary_t *library, const void *code, enum cudaJitOption *jitOptions, void **jitOptionsValues,
    unsigned int numJitOptions, enum cudaLibraryOption *libraryOptions, void **libraryOptionValues,
    unsigned int numLibraryOptions);

/* Loads a module from a file. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryLoadFromFile(
    cudaLibrary_t *library, const char *fileName, enum cudaJitOption *jitOptions, void **jitOptionsValues,
    unsigned int numJitOptions, enum cudaLibraryOption *libraryOptions, void **libraryOptionValues,
    unsigned int numLibraryOptions);

/* Unloads a module; what came from it is no longer valid. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryUnload(cudaLibrary_t library);

/* A kernel by name. cudaErrorSymbolNotFound when there is none. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryGetKernel(
    cudaKernel_t *pKernel, cudaLibrary_t library, const char *name);

/* A variable's address and size in bytes, on the current device; either output may be null. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryGetGlobal(
    void **dptr, size_t *bytes, cudaLibrary_t library, const char *name);

/* A managed variable's address and size in bytes. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryGetManaged(
    void **dptr, size_t *bytes, cudaLibrary_t library, const char *name);

/* A unified function's address. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryGetUnifiedFunction(
    void **fptr, cudaLibrary_t library, const char *symbol);

/* How many kernels a library has. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryGetKernelCount(unsigned int *count, cudaLibrary_t lib);

/* Up to `numKernels` kernels of a library. */
extern __host__ cudaError_t CUDARTAPI cudaLibraryEnumerateKernels(
    cudaKernel_t *kernels, unsigned int numKernels, cudaLibrary_t lib);

/* As cudaFuncSetAttribute, for a library's kernel on one device. */
extern __host__ cudaError_t CUDARTAPI cudaKernelSetAttributeForDevice(
    cudaKernel_t kernel, enum cudaFuncAttribute attr, int value, int device);

/* The driver's function behind a kernel of the program. */
extern __host__ cudaError_t CUDARTAPI cudaGetFuncBySymbol(cudaFunction_t *functionPtr, const void *symbolPtr);

/* The handle of a kernel of the program, as libraries have it. */
extern __host__ cudaError_t CUDARTAPI cudaGetKernel(cudaKernel_t *kernelPtr, const void *entryFuncAddr);

/* A driver function by name, in the version that belongs to this runtime; null with its reason in `driverStatus`. */
#if CARMINE_CUDA >= 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGetDriverEntryPoint(
    const char *symbol, void **funcPtr, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult *driverStatus CARMINE_DEFAULT(NULL));
#else
extern __host__ cudaError_t CUDARTAPI cudaGetDriverEntryPoint(
    const char *symbol, void **funcPtr, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult *driverStatus CARMINE_DEFAULT(NULL));
#endif

/* A driver function by name, in the version of the given CUDA (13050 is 13.5). */
extern __host__ cudaError_t CUDARTAPI cudaGetDriverEntryPointByVersion(
    const char *symbol, void **funcPtr, unsigned int cudaVersion, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult *driverStatus CARMINE_DEFAULT(NULL));

/* A table of internal functions by the UUID of its layout. */
extern __host__ cudaError_t CUDARTAPI cudaGetExportTable(const void **ppExportTable, const cudaUUID_t *pExportTableId);

CARMINE_C_END

#endif
