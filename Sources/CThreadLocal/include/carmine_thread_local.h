// Thread-local storage of the core: a `_Thread_local` in an imported header does not link, so C owns it.
#ifndef CARMINE_THREAD_LOCAL_H
#define CARMINE_THREAD_LOCAL_H
#include <stddef.h>
#include <stdint.h>

/// What `kernel<<<grid, block, shared, stream>>>` pushes until the stub that it calls pops it.
/// The parts are written and read in the same pieces, those that a dim3 is passed in: what is written in small pieces and read in a
/// larger one is waited for until it has left the processor, behind the doorbell of the launch before.
typedef struct carmine_call_configuration {
  uint64_t grid_xy, block_xy;
  uint32_t grid_z, block_z;
  size_t dynamic_shared_bytes;
  void *stream;  ///< a cudaStream_t as the program gave it
} carmine_call_configuration;

#define CARMINE_CALL_CONFIGURATIONS 16  ///< arguments of a launch may contain launches, seldom more than one deep
#define CARMINE_THREAD_STREAMS 64       ///< devices that can have a per-thread default stream

/// An allocation that this thread looked up lately; it holds while `generation` is the process's.
typedef struct carmine_lookup {
  uint64_t generation;
  uint64_t device_address, host_address, byte_count, serial;
  uint32_t flags;
  uint8_t heap, is_internal;
  uint16_t device;  ///< ordinal
} carmine_lookup;
#define CARMINE_LOOKUPS 4

/// This thread's block, zeroed at first; the CUDA module gives it meaning.  Allocated at the thread's first call, freed at its end.
typedef struct carmine_thread_state {
  int last_error;            ///< cudaGetLastError's value
  int device;                ///< current device ordinal, where has_device says that the thread has chosen one
  int has_device;
  int call_configuration_count;
  int capture_mode;          ///< cudaThreadExchangeStreamCaptureMode
  int host_function_depth;   ///< above 0 while this thread runs a program's host function or callback
  int ready_device;          ///< ordinal of `ready_context`
  void *ready_context;       ///< the primary context that this thread used last; NULL until it has used one
  int captures;              ///< captures in progress that this thread began and that are not relaxed
  void *context;             ///< current driver context
  void *context_stack;       ///< the driver API's stack below it; the CudaDriver front's own
  void *streams[CARMINE_THREAD_STREAMS];  ///< per-thread default streams by device ordinal, retained; NULL until used
  carmine_call_configuration call_configurations[CARMINE_CALL_CONFIGURATIONS];
  void *launches;            ///< those that this thread made lately (CUDA's KnownLaunches); NULL until it has launched something
  uint32_t next_lookup;
  carmine_lookup lookups[CARMINE_LOOKUPS];
} carmine_thread_state;

__attribute__((const)) carmine_thread_state *carmine_thread_state_get(void);

/// The kernel's number of this thread.
int carmine_thread_id(void);

/// Has `release` called with a thread's state when that thread ends.  Calling it again changes nothing.
void carmine_thread_state_release_at_exit(void (*release)(carmine_thread_state *));
#endif
