// Thread-local storage of the core: a `_Thread_local` in an imported header does not link, so C owns it.
#ifndef CARMINE_THREAD_LOCAL_H
#define CARMINE_THREAD_LOCAL_H
/// This thread's block, zeroed at first; the CUDA module gives it meaning.  One pointer-sized load, no allocation.
typedef struct carmine_thread_state {
  int last_error;           ///< cudaGetLastError's value
  int device;               ///< current device ordinal
  void *call_configuration; ///< stack of __cudaPushCallConfiguration
  void *context;            ///< current driver context
  int capture_mode;
  int spare;
} carmine_thread_state;
carmine_thread_state *carmine_thread_state_get(void);
#endif
