/* Streams, capture and events. */
#ifndef CARMINE_API_STREAMS_H
#define CARMINE_API_STREAMS_H

#include "../types/all.h"

CARMINE_C_BEGIN

/* A stream that the legacy null stream waits for, and that waits for it. */
extern __host__ cudaError_t CUDARTAPI cudaStreamCreate(cudaStream_t *pStream);

/* A stream; cudaStreamNonBlocking: without ties to the null stream. */
extern __host__ cudaError_t CUDARTAPI cudaStreamCreateWithFlags(cudaStream_t *pStream, unsigned int flags);

/* A stream with a priority; what lies outside of the range is moved into it. */
extern __host__ cudaError_t CUDARTAPI cudaStreamCreateWithPriority(
    cudaStream_t *pStream, unsigned int flags, int priority);

/* A stream's priority. */
extern __host__ cudaError_t CUDARTAPI cudaStreamGetPriority(cudaStream_t hStream, int *priority);

/* A stream's flags. */
extern __host__ cudaError_t CUDARTAPI cudaStreamGetFlags(cudaStream_t hStream, unsigned int *flags);

/* A number that no other stream of this process has. */
extern __host__ cudaError_t CUDARTAPI cudaStreamGetId(cudaStream_t hStream, unsigned long long *streamId);

/* The device of a stream. */
extern __host__ cudaError_t CUDARTAPI cudaStreamGetDevice(cudaStream_t hStream, int *device);

/* Turns every persisting line of the L2 cache into a normal one. */
extern __host__ cudaError_t CUDARTAPI cudaCtxResetPersistingL2Cache(void);

/* Copies all attributes; both streams must be of one context. */
extern __host__ cudaError_t CUDARTAPI cudaStreamCopyAttributes(cudaStream_t dst, cudaStream_t src);

/* One attribute of a stream. */
extern __host__ cudaError_t CUDARTAPI cudaStreamGetAttribute(
    cudaStream_t hStream, cudaLaunchAttributeID attr, cudaLaunchAttributeValue *value_out);

/* Sets one attribute for the work that comes after. */
extern __host__ cudaError_t CUDARTAPI cudaStreamSetAttribute(
    cudaStream_t hStream, cudaLaunchAttributeID attr, const cudaLaunchAttributeValue *value);

/* Returns at once; what the stream still holds is freed when its work is done. */
extern __host__ cudaError_t CUDARTAPI cudaStreamDestroy(cudaStream_t stream);

/* Work that comes after waits for what the event has recorded, if anything. */
extern __host__ cudaError_t CUDARTAPI cudaStreamWaitEvent(
    cudaStream_t stream, cudaEvent_t event, unsigned int flags CARMINE_DEFAULT(0));

/* Calls a function on the host after the work before, with its error; the work after waits. `flags` is 0. */
extern __host__ cudaError_t CUDARTAPI cudaStreamAddCallback(
    cudaStream_t stream, cudaStreamCallback_t callback, void *userData, unsigned int flags);

/* Waits for a stream's work, and returns its error. */
extern __host__ cudaError_t CUDARTAPI cudaStreamSynchronize(cudaStream_t stream);

/* cudaSuccess when all work is done, cudaErrorNotReady when not. */
extern __host__ cudaError_t CUDARTAPI cudaStreamQuery(cudaStream_t stream);

/* Ties managed memory to one stream, to all or to none; `length` bytes, 0 for the whole allocation. */
extern __host__ cudaError_t CUDARTAPI cudaStreamAttachMemAsync(
    cudaStream_t stream, void *devPtr, size_t length CARMINE_DEFAULT(0),
    unsigned int flags CARMINE_DEFAULT(cudaMemAttachSingle));

/* From here a stream's work becomes nodes of a graph. */
extern __host__ cudaError_t CUDARTAPI cudaStreamBeginCapture(cudaStream_t stream, enum cudaStreamCaptureMode mode);

/* Captures into a graph that is there already, and tells of each node that differs. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaStreamBeginRecaptureToGraph(
    cudaStream_t stream, enum cudaStreamCaptureMode mode, cudaGraph_t graph,
    struct cudaGraphRecaptureCallbackData *callbackData CARMINE_DEFAULT(0));
#endif

/* Captures into a graph that is there already, after the given nodes. */
extern __host__ cudaError_t CUDARTAPI cudaStreamBeginCaptureToGraph(
    cudaStream_t stream, cudaGraph_t graph, const cudaGraphNode_t *dependencies,
    const cudaGraphEdgeData *dependencyData, size_t numDependencies, enum cudaStreamCaptureMode mode);

/* Swaps this thread's capture mode with the given one. */
extern __host__ cudaError_t CUDARTAPI cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode *mode);

/* Ends a capture. cudaErrorStreamCaptureInvalidated, and no graph, when something has broken it. */
extern __host__ cudaError_t CUDARTAPI cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *pGraph);

/* Whether a stream captures, and whether the capture is still good. */
extern __host__ cudaError_t CUDARTAPI cudaStreamIsCapturing(
    cudaStream_t stream, enum cudaStreamCaptureStatus *pCaptureStatus);

/* State of a capture: its id, graph and the nodes that the next one will depend on. Outputs may be null. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaStreamGetCaptureInfo(
    cudaStream_t stream, enum cudaStreamCaptureStatus *captureStatus_out,
    unsigned long long *id_out CARMINE_DEFAULT(0), cudaGraph_t *graph_out CARMINE_DEFAULT(0),
    const cudaGraphNode_t **dependencies_out CARMINE_DEFAULT(0), size_t *numDependencies_out CARMINE_DEFAULT(0));
#endif

/* As the second version, with the edges' data. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaStreamGetCaptureInfo_v3(
    cudaStream_t stream, enum cudaStreamCaptureStatus *captureStatus_out,
    unsigned long long *id_out CARMINE_DEFAULT(0), cudaGraph_t *graph_out CARMINE_DEFAULT(0),
    const cudaGraphNode_t **dependencies_out CARMINE_DEFAULT(0),
    const cudaGraphEdgeData **edgeData_out CARMINE_DEFAULT(0), size_t *numDependencies_out CARMINE_DEFAULT(0));
#endif

/* State of a capture: its id, graph and the nodes that the next one will depend on. Outputs may be null. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaStreamGetCaptureInfo(
    cudaStream_t stream, enum cudaStreamCaptureStatus *captureStatus_out,
    unsigned long long *id_out CARMINE_DEFAULT(0), cudaGraph_t *graph_out CARMINE_DEFAULT(0),
    const cudaGraphNode_t **dependencies_out CARMINE_DEFAULT(0),
    const cudaGraphEdgeData **edgeData_out CARMINE_DEFAULT(0), size_t *numDependencies_out CARMINE_DEFAULT(0));
#endif

/* Adds to or sets the nodes that the next captured one depends on. */
#if CARMINE_CUDA >= 13
extern __host__ cudaError_t CUDARTAPI cudaStreamUpdateCaptureDependencies(
    cudaStream_t stream, cudaGraphNode_t *dependencies, const cudaGraphEdgeData *dependencyData,
    size_t numDependencies, unsigned int flags CARMINE_DEFAULT(0));
#else
extern __host__ cudaError_t CUDARTAPI cudaStreamUpdateCaptureDependencies(
    cudaStream_t stream, cudaGraphNode_t *dependencies, size_t numDependencies,
    unsigned int flags CARMINE_DEFAULT(0));
#endif

/* Adds to or sets the nodes that the next captured one depends on, with edge data. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaStreamUpdateCaptureDependencies_v2(
    cudaStream_t stream, cudaGraphNode_t *dependencies, const cudaGraphEdgeData *dependencyData,
    size_t numDependencies, unsigned int flags CARMINE_DEFAULT(0));
#endif

/* An event that measures time and spins when waited for. */
extern __host__ cudaError_t CUDARTAPI cudaEventCreate(cudaEvent_t *event);

/* An event with cudaEvent… flags. */
extern __host__ cudaError_t CUDARTAPI cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags);

/* The event stands for what its stream holds now; what it has recorded before is forgotten. */
extern __host__ cudaError_t CUDARTAPI cudaEventRecord(cudaEvent_t event, cudaStream_t stream CARMINE_DEFAULT(0));

/* As cudaEventRecord; cudaEventRecordExternal makes a node of it while capturing. */
extern __host__ cudaError_t CUDARTAPI cudaEventRecordWithFlags(
    cudaEvent_t event, cudaStream_t stream CARMINE_DEFAULT(0), unsigned int flags CARMINE_DEFAULT(0));

/* cudaSuccess when what was recorded is done, or nothing was; cudaErrorNotReady when not. */
extern __host__ cudaError_t CUDARTAPI cudaEventQuery(cudaEvent_t event);

/* Waits for what was recorded. */
extern __host__ cudaError_t CUDARTAPI cudaEventSynchronize(cudaEvent_t event);

/* Returns at once; freed when what was recorded is done. */
extern __host__ cudaError_t CUDARTAPI cudaEventDestroy(cudaEvent_t event);

/* Milliseconds between two events. cudaErrorNotReady while one is not done. */
extern __host__ cudaError_t CUDARTAPI cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end);

/* Milliseconds between two events. cudaErrorNotReady while one is not done. */
#if CARMINE_CUDA < 13
extern __host__ cudaError_t CUDARTAPI cudaEventElapsedTime_v2(float *ms, cudaEvent_t start, cudaEvent_t end);
#endif

CARMINE_C_END

#endif
