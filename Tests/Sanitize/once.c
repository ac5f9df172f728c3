// swift_once, written so that the thread sanitizer sees who waits for whom: Swift's own is in a library that is not instrumented, and every
// global variable with an initial value would count as a data race.  Linked in place of Swift's by `--wrap=swift_once`, compiled with
// -fsanitize=thread and preloaded by Tools/sanitize.sh.
// Threads: any.  The word, one for each variable, is 0 before, positive while one thread makes the value, negative from then on.
// Source: swift_once in stdlib/public/Threading/Linux.cpp of Swift 6, whose compiled callers look at the word in no other way.
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

void __wrap_swift_once(_Atomic(intptr_t) *word, void (*initialize)(void *), void *context) {
  intptr_t seen = 0;
  if (atomic_compare_exchange_strong(word, &seen, 1)) {
    initialize(context);
    atomic_store(word, -1);
    return;
  }
  while (atomic_load(word) >= 0) sched_yield();
}
