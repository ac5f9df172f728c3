/* Devices, peers, versions. */
#ifndef CARMINE_API_DEVICE_H
#define CARMINE_API_DEVICE_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* Destroys the current device's primary context: its memory, streams and events are gone. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceReset(void);

/* Waits for all work of the current device, and returns the error of any of it. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceSynchronize(void);

/* Sets a limit: bytes for stack, heap and printf buffer. cudaErrorUnsupportedLimit for what the device has not. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceSetLimit(enum cudaLimit limit, size_t value);

/* The value of a limit, in its own unit. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetLimit(size_t *pValue, enum cudaLimit limit);

/* How many elements of a format a 1D texture over linear memory can have. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetTexture1DLinearMaxWidth(
    size_t *maxWidthInElements, const struct cudaChannelFormatDesc *fmtDesc, int device);

/* The preferred split of cache and shared memory; advice only. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetCacheConfig(enum cudaFuncCache *pCacheConfig);

/* The numerically largest (least urgent) and smallest (most urgent) stream priority. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetStreamPriorityRange(int *leastPriority, int *greatestPriority);

/* States the preferred split of cache and shared memory; advice only. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceSetCacheConfig(enum cudaFuncCache cacheConfig);

/* The device at [domain:]bus:device[.function], in hexadecimal. cudaErrorInvalidDevice when there is none. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetByPCIBusId(int *device, const char *pciBusId);

/* Writes domain:bus:device.function; `len` is the buffer's size in bytes, 13 are enough. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetPCIBusId(char *pciBusId, int len, int device);

/* A handle that another process can open; the event needs cudaEventInterprocess and cudaEventDisableTiming. */
extern __host__ cudaError_t CUDARTAPI cudaIpcGetEventHandle(cudaIpcEventHandle_t *handle, cudaEvent_t event);

/* An event of another process, as one of this. */
extern __host__ cudaError_t CUDARTAPI cudaIpcOpenEventHandle(cudaEvent_t *event, cudaIpcEventHandle_t handle);

/* A handle for memory of cudaMalloc that another process can open. */
extern __host__ cudaError_t CUDARTAPI cudaIpcGetMemHandle(cudaIpcMemHandle_t *handle, void *devPtr);

/* Maps another process's memory; flags: cudaIpcMemLazyEnablePeerAccess. */
extern __host__ cudaError_t CUDARTAPI cudaIpcOpenMemHandle(
    void **devPtr, cudaIpcMemHandle_t handle, unsigned int flags);

/* Unmaps what cudaIpcOpenMemHandle has mapped; the memory itself stays with its owner. */
extern __host__ cudaError_t CUDARTAPI cudaIpcCloseMemHandle(void *devPtr);

/* Makes writes of other devices over PCIe visible to the scope. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceFlushGPUDirectRDMAWrites(
    enum cudaFlushGPUDirectRDMAWritesTarget target, enum cudaFlushGPUDirectRDMAWritesScope scope);

/* Has a function called when the device has something to tell, such as a lowered memory budget. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceRegisterAsyncNotification(
    int device, cudaAsyncCallback callbackFunc, void *userData, cudaAsyncCallbackHandle_t *callback);

/* Ends the notifications of a registration. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceUnregisterAsyncNotification(
    int device, cudaAsyncCallbackHandle_t callback);

/* How many devices are visible. cudaErrorNoDevice when none is. */
extern __host__ cudaError_t CUDARTAPI cudaGetDeviceCount(int *count);

/* Everything that is known of a device. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaGetDeviceProperties(struct cudaDeviceProp *prop, int device);
#endif

/* Everything that is known of a device. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaGetDeviceProperties(struct cudaDeviceProp *prop, int device);
#endif

/* One attribute of a device. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attr, int device);

/* Which atomic operations between device and host memory are native, for each of `count` operations. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetHostAtomicCapabilities(
    unsigned int *capabilities, const enum cudaAtomicOperation *operations, unsigned int count, int device);
#endif

/* The pool that a device starts with. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetDefaultMemPool(cudaMemPool_t *memPool, int device);

/* The pool that cudaMallocAsync takes from, on this device. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceSetMemPool(int device, cudaMemPool_t memPool);

/* The pool that cudaMallocAsync takes from, on this device. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetMemPool(cudaMemPool_t *memPool, int device);

/* What NvSciSync objects must be like to work with a device. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetNvSciSyncAttributes(void *nvSciSyncAttrList, int device, int flags);

/* One attribute of the link between two devices. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetP2PAttribute(
    int *value, enum cudaDeviceP2PAttr attr, int srcDevice, int dstDevice);

/* Which atomic operations between two devices are native, for each of `count` operations. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaDeviceGetP2PAtomicCapabilities(
    unsigned int *capabilities, const enum cudaAtomicOperation *operations, unsigned int count, int srcDevice,
    int dstDevice);
#endif

/* The device that fits the given properties best. */
extern __host__ cudaError_t CUDARTAPI cudaChooseDevice(int *device, const struct cudaDeviceProp *prop);

/* Makes a device's primary context without making it current; flags count only with cudaInitDeviceFlagsAreValid. */
extern __host__ cudaError_t CUDARTAPI cudaInitDevice(int device, unsigned int deviceFlags, unsigned int flags);

/* Makes a device this thread's current one, and its context. */
extern __host__ cudaError_t CUDARTAPI cudaSetDevice(int device);

/* This thread's current device. */
extern __host__ cudaError_t CUDARTAPI cudaGetDevice(int *device);

/* Devices to be tried in this order; none restores the default order. */
extern __host__ cudaError_t CUDARTAPI cudaSetValidDevices(int *device_arr, int len);

/* How waiting is done, and other properties of the current device's context. */
extern __host__ cudaError_t CUDARTAPI cudaSetDeviceFlags(unsigned int flags);

/* The flags of the current device. */
extern __host__ cudaError_t CUDARTAPI cudaGetDeviceFlags(unsigned int *flags);

/* The width of shared memory's banks. Without meaning since long. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaDeviceGetSharedMemConfig(
    enum cudaSharedMemConfig *pConfig);

/* Asks for a width of shared memory's banks. Without meaning since long. */
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaDeviceSetSharedMemConfig(enum cudaSharedMemConfig config);

/* As cudaDeviceReset. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadExit(void);
#endif

/* As cudaDeviceSynchronize. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadSynchronize(void);
#endif

/* As cudaDeviceSetLimit. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadSetLimit(enum cudaLimit limit, size_t value);
#endif

/* As cudaDeviceGetLimit. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadGetLimit(size_t *pValue, enum cudaLimit limit);
#endif

/* As cudaDeviceGetCacheConfig. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadGetCacheConfig(enum cudaFuncCache *pCacheConfig);
#endif

/* As cudaDeviceSetCacheConfig. */
#if CARMINE_CUDA < 13
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaThreadSetCacheConfig(enum cudaFuncCache cacheConfig);
#endif

/* 1 when a device can reach another's memory, 0 when not. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceCanAccessPeer(int *canAccessPeer, int device, int peerDevice);

/* Lets the current device reach a peer's memory. cudaErrorPeerAccessAlreadyEnabled when it does. `flags` is 0. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceEnablePeerAccess(int peerDevice, unsigned int flags);

/* Ends that. cudaErrorPeerAccessNotEnabled when there is nothing to end. */
extern __host__ cudaError_t CUDARTAPI cudaDeviceDisablePeerAccess(int peerDevice);

/* The newest CUDA that the driver speaks: 1000 x major + 10 x minor. */
extern __host__ cudaError_t CUDARTAPI cudaDriverGetVersion(int *driverVersion);

/* The runtime's version: 1000 x major + 10 x minor. */
extern __host__ cudaError_t CUDARTAPI cudaRuntimeGetVersion(int *runtimeVersion);

CARMINE_C_END

#endif
