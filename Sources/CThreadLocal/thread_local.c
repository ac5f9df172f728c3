#include "carmine_thread_local.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/// A pointer and nothing more: so little has a fixed place in a thread's storage even where the library is opened late.
static _Thread_local carmine_thread_state *place;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static _Atomic(void (*)(carmine_thread_state *)) release_state;  // threads that set it set the same

static void thread_ends(void *value) {
  void (*release)(carmine_thread_state *) = atomic_load_explicit(&release_state, memory_order_acquire);
  if (release) release(value);
  free(value);
  place = NULL;
}

static void make_key(void) { pthread_key_create(&key, thread_ends); }

__attribute__((noinline, cold)) static carmine_thread_state *make(void) {
  pthread_once(&once, make_key);
  place = calloc(1, sizeof *place);
  if (!place) abort();
  pthread_setspecific(key, place);
  return place;
}

carmine_thread_state *carmine_thread_state_get(void) { return __builtin_expect(place != NULL, 1) ? place : make(); }

int carmine_thread_id(void) { return (int)syscall(SYS_gettid); }

void carmine_thread_state_release_at_exit(void (*release)(carmine_thread_state *)) {
  atomic_store_explicit(&release_state, release, memory_order_release);
}
