/* Streams: capture, host functions, user objects, logs. */
#ifndef CARMINE_TYPES_STREAMS_H
#define CARMINE_TYPES_STREAMS_H

#include "errors.h"
#include "handles.h"

/* Called with the caller's data; must not call CUDA. */
typedef void (*cudaHostFn_t)(void *);

/* Whether a stream captures. */
enum cudaStreamCaptureStatus {
  cudaStreamCaptureStatusNone = 0,
  cudaStreamCaptureStatusActive = 1,
  cudaStreamCaptureStatusInvalidated = 2,
};

#if CARMINE_CUDA >= 13
enum cudaGraphRecaptureStatus {
  cudaGraphRecaptureEligibleForUpdate = 0,
  cudaGraphRecaptureIneligibleForUpdate = 1,
  cudaGraphRecaptureError = 2,
};
#endif

/* What else a thread may do during a capture. */
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
  cudaStreamCaptureModeRelaxed = 2,
};

enum cudaSynchronizationPolicy {
  cudaSyncPolicyAuto = 1,
  cudaSyncPolicySpin = 2,
  cudaSyncPolicyYield = 3,
  cudaSyncPolicyBlockingSync = 4,
};

enum cudaStreamUpdateCaptureDependenciesFlags {
  cudaStreamAddCaptureDependencies = 0,
  cudaStreamSetCaptureDependencies = 1,
};

/* How a user object is destroyed. */
enum cudaUserObjectFlags {
  cudaUserObjectNoDestructorSync = 1,
};

enum cudaUserObjectRetainFlags {
  cudaGraphUserObjectMove = 1,
};

#if CARMINE_CUDA >= 13
enum cudaHostTaskSyncMode {
  cudaHostTaskBlocking = 0,
  cudaHostTaskSpinWait = 1,
};
#endif

/* How bad a message of the log is. */
#if CARMINE_CUDA >= 13
typedef enum CUDAlogLevel_enum {
  cudaLogLevelError = 0,
  cudaLogLevelWarning = 1,
} cudaLogLevel;
#endif

/* Called with the stream, its error and the caller's data. */
typedef void (*cudaStreamCallback_t)(cudaStream_t, cudaError_t, void *);
#if CARMINE_CUDA >= 13
typedef void (*cudaLogsCallback_t)(void *, cudaLogLevel, char *, size_t);
#endif

#endif
