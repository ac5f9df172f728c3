// What Swift's libraries order between threads, told to the thread sanitizer: they are not instrumented, and without this every global variable
// with an initial value, and all that a contended Mutex guards, would count as a data race.  Tools/sanitize.sh links it into the instrumented
// libraries, where `--wrap` puts these functions in place of Swift's; compiled with -fsanitize=thread.
// Threads: any.
// Source: stdlib/public/Threading/Linux.cpp (swift_once) and stdlib/public/Synchronization/Mutex/LinuxImpl.swift of Swift 6: what Mutex does
// without waiting is inlined into its callers, and so seen; where it waits, the kernel hands the lock over.
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

/// The word, one for each variable, is 0 before, positive while one thread makes the value, negative from then on.
void __wrap_swift_once(_Atomic(intptr_t) *word, void (*initialize)(void *), void *context) {
  intptr_t seen = 0;
  if (atomic_compare_exchange_strong(word, &seen, 1)) {
    initialize(context);
    atomic_store(word, -1);
    return;
  }
  while (atomic_load(word) >= 0) sched_yield();
}

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
METHOD void real_lock(uint32_t thread, SELF) __asm__("__real_" LOCK_SLOW);
METHOD void real_unlock(SELF) __asm__("__real_" UNLOCK_SLOW);
METHOD void lock_slow(uint32_t thread, SELF) __asm__("__wrap_" LOCK_SLOW);
METHOD void unlock_slow(SELF) __asm__("__wrap_" UNLOCK_SLOW);

METHOD void lock_slow(uint32_t thread, SELF) {
  real_lock(thread, self);
  __tsan_acquire(self);
}
METHOD void unlock_slow(SELF) {
  __tsan_release(self);
  real_unlock(self);
}
