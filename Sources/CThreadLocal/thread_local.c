#include "carmine_thread_local.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local carmine_thread_state state;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static void (*release_state)(carmine_thread_state *);

carmine_thread_state *carmine_thread_state_get(void) { return &state; }

int carmine_thread_id(void) { return (int)syscall(SYS_gettid); }

static void thread_ends(void *value) {
  if (release_state) release_state(value);
}

static void make_key(void) { pthread_key_create(&key, thread_ends); }

void carmine_thread_state_release_at_exit(void (*release)(carmine_thread_state *)) {
  release_state = release;
  pthread_once(&once, make_key);
  pthread_setspecific(key, &state);
}
