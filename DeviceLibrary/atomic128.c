// 128-bit compare-and-swap and exchange, which the hardware has not: under a lock out of a table in device memory, found by the
// address.  Atomic towards each other and towards 128-bit accesses with an order (`st.relaxed.b128`), which come here too; not
// towards narrower accesses to the same 16 bytes.
// Threads: a wave's lanes take their turns one after another, each giving its lock back before the next asks: no lane waits for a
// lane of its own wave.  Memory: any of the device's own, shared memory too; the host's only while no processor of the host or of
// another device takes part, so `.sys` atomics on it are refused where they run.
#include "device.h"

typedef uint32_t words __attribute__((ext_vector_type(4)));
enum { exchange, compareAndSwap, storing };

static GLOBAL uint32_t *lockOf(uint64_t address) {
  uint64_t place = address >> 4;
  place ^= place >> 10 ^ place >> 20;
  return (GLOBAL uint32_t *)hidden()->locks + (place & (CARMINE_LOCK_COUNT - 1));
}

static words locked(uint64_t address, words expected, words desired, int operation) {
  volatile words *memory = (volatile words *)address;
  words old = 0;
  int done = 0;
  uint32_t lane = __builtin_amdgcn_mbcnt_hi(-1, __builtin_amdgcn_mbcnt_lo(-1, 0));
  while (!done) {
    if (lane == __builtin_amdgcn_readfirstlane(lane)) {
      GLOBAL uint32_t *lock = lockOf(address);
      while (__scoped_atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE, __MEMORY_SCOPE_DEVICE)) __builtin_amdgcn_s_sleep(1);
      if (operation == storing) *memory = desired;
      else {
        old = *memory;
        if (operation == exchange || (old.x == expected.x && old.y == expected.y && old.z == expected.z && old.w == expected.w))
          *memory = desired;
      }
      __scoped_atomic_store_n(lock, 0, __ATOMIC_RELEASE, __MEMORY_SCOPE_DEVICE);
      done = 1;
    }
  }
  return old;
}

/// `.sys` reaches the host only through memory of the host: refused there.
static void checkScope(uint64_t address, uint32_t isSystem) {
  if (!isSystem || __builtin_amdgcn_is_shared((const __attribute__((address_space(0))) void *)address)) return;
  if ((uint32_t)(address >> 32) - hidden()->local_first >= hidden()->local_count)
    carmine_refuse("a 128-bit atomic of system scope on memory that is not this GPU's own: PCI Express has none");
}

words carmine_exchange128(uint64_t address, words desired, uint32_t isSystem) {
  checkScope(address, isSystem);
  return locked(address, 0, desired, exchange);
}
words carmine_cas128(uint64_t address, words expected, words desired, uint32_t isSystem) {
  checkScope(address, isSystem);
  return locked(address, expected, desired, compareAndSwap);
}
void carmine_store128(uint64_t address, words desired) { locked(address, 0, desired, storing); }
