// PTX's mbarrier objects: 64 bits of shared memory, opaque to programs, changed by compare-and-swap.
//   bits 0-19 arrivals that the current phase still waits for, 20-39 arrivals of each later phase, 40-60 bytes that the current phase
//   still waits for (21 bits, two's complement), 61-63 the phase.
// A phase ends when neither arrivals nor bytes are pending.  The state that an arrival returns is the object as it was before.
// Source: PTX ISA, "mbarrier".
#include "device.h"

#define WORKGROUP __MEMORY_SCOPE_WRKGRP
#define COUNT 0xfffffu
#define BYTES 0x1fffffu

static uint64_t look(LDS uint64_t *object) { return __scoped_atomic_load_n(object, __ATOMIC_ACQUIRE, WORKGROUP); }

static uint64_t object(uint64_t pending, uint64_t each, uint64_t bytes, uint64_t phase) {
  if (!(pending & COUNT) && !(bytes & BYTES)) { pending = each; phase++; }
  return (pending & COUNT) | (each & COUNT) << 20 | (bytes & BYTES) << 40 | (phase & 7) << 61;
}

void carmine_mbarrier_init(LDS uint64_t *at, uint32_t count) {
  __scoped_atomic_store_n(at, (count & COUNT) | (uint64_t)(count & COUNT) << 20, __ATOMIC_RELAXED, WORKGROUP);
}

/// `arrivals` threads arrive, of which `dropped` won't in later phases; `bytes` more are to come (fewer when negative).
uint64_t carmine_mbarrier_change(LDS uint64_t *at, uint32_t arrivals, uint32_t dropped, uint32_t bytes) {
  uint64_t old = __scoped_atomic_load_n(at, __ATOMIC_RELAXED, WORKGROUP), new;
  do new = object(old - arrivals, (old >> 20) - dropped, (old >> 40) + bytes, old >> 61);
  while (!__scoped_atomic_compare_exchange_n(at, &old, new, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED, WORKGROUP));
  return old;
}

/// More bytes are to come; the phase doesn't end by that.
void carmine_mbarrier_expect(LDS uint64_t *at, uint32_t bytes) { carmine_mbarrier_change(at, 0, 0, bytes); }

/// Whether the phase of `state` is over.
uint32_t carmine_mbarrier_test(LDS uint64_t *at, uint64_t state) { return (look(at) ^ state) >> 61 != 0; }
/// Whether the phase of that parity is over, which is the current one or the one before.
uint32_t carmine_mbarrier_test_parity(LDS uint64_t *at, uint32_t parity) { return ((look(at) >> 61 ^ parity) & 1) != 0; }

uint32_t carmine_mbarrier_pending(uint64_t state) { return state & COUNT; }
