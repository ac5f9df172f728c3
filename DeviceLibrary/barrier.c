// Barriers that are counted in LDS: those with a thread count, and those that some threads only arrive at.
// A barrier is a word: threads that have arrived in the low half, the phase in the high half.  Threads are counted as PTX counts
// them, 32 for each warp, so a last warp that is not full stands for 32 too.
// Source: PTX ISA, "bar, barrier".
#include "device.h"

typedef struct {
  struct { uint32_t word, gathered[3]; } barrier[16];
  uint32_t ended;   ///< threads that have ended, where a barrier waits for all of the block
} barriers;

#define WORKGROUP __MEMORY_SCOPE_WRKGRP
static uint32_t look(LDS uint32_t *word) { return __scoped_atomic_load_n(word, __ATOMIC_RELAXED, WORKGROUP); }

static uint32_t expected(LDS barriers *all, uint32_t count, uint32_t total) {
  return count ? count : total - look(&all->ended);
}

/// The next phase if enough threads have arrived.
static uint32_t next(uint32_t word, uint32_t arrived, uint32_t wanted) {
  return arrived >= wanted ? (word & 0xffff0000u) + 0x10000u : (word & 0xffff0000u) | arrived;
}

/// Counts `threads` in at the barrier, of `count` threads or (0) of the whole block's `total`, `yes` of them with red's predicate set.
/// Returns the phase that this was part of.
uint32_t carmine_barrier_arrive(LDS barriers *all, uint32_t number, uint32_t threads, uint32_t count, uint32_t total, uint32_t yes) {
  LDS uint32_t *word = &all->barrier[number].word, *gathered = all->barrier[number].gathered;
  uint32_t old = look(word), phase = old >> 16;  // which can't pass without this thread
  // Read for the last time before the phase before this one began; added to when the next one has begun.
  __scoped_atomic_store_n(&gathered[(phase + 1) % 3], 0, __ATOMIC_RELAXED, WORKGROUP);
  if (yes) __scoped_atomic_fetch_add(&gathered[phase % 3], yes, __ATOMIC_RELAXED, WORKGROUP);
  __scoped_atomic_thread_fence(__ATOMIC_RELEASE, WORKGROUP);
  while (!__scoped_atomic_compare_exchange_n(
    word, &old, next(old, (old & 0xffff) + threads, expected(all, count, total)), 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED, WORKGROUP)) {}
  return old >> 16;
}

/// Whether that phase is over.
uint32_t carmine_barrier_passed(LDS barriers *all, uint32_t number, uint32_t phase, uint32_t count, uint32_t total) {
  LDS uint32_t *word = &all->barrier[number].word;
  uint32_t now = look(word);
  if (now >> 16 != phase) return 1;
  if (count) return 0;
  // Threads that have ended since the last one arrived may make the rest enough.
  uint32_t after = next(now, now & 0xffff, expected(all, count, total));
  return after >> 16 != phase
    && __scoped_atomic_compare_exchange_n(word, &now, after, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED, WORKGROUP);
}

/// For how many threads red's predicate was set in that phase.
uint32_t carmine_barrier_gathered(LDS barriers *all, uint32_t number, uint32_t phase) {
  return look(&all->barrier[number].gathered[phase % 3]);
}

static int isLeader(void) {
  uint32_t lane = __builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0));
  return lane == __builtin_amdgcn_readfirstlane(lane);
}

/// The same for a whole wave at once, whose active lanes stand for `threads`.
uint32_t carmine_barrier_wave_arrive(LDS barriers *all, uint32_t number, uint32_t threads, uint32_t count, uint32_t total, uint32_t yes) {
  uint32_t phase = 0;
  if (isLeader()) phase = carmine_barrier_arrive(all, number, threads, count, total, yes);
  return __builtin_amdgcn_readfirstlane(phase);
}

void carmine_barrier_wave_wait(LDS barriers *all, uint32_t number, uint32_t phase, uint32_t count, uint32_t total) {
  while (!carmine_barrier_passed(all, number, phase, count, total)) __builtin_amdgcn_s_sleep(1);
}

/// Threads end.
void carmine_barrier_ended(LDS barriers *all, uint32_t threads) {
  __scoped_atomic_fetch_add(&all->ended, threads, __ATOMIC_RELEASE, WORKGROUP);
}
void carmine_barrier_wave_ended(LDS barriers *all, uint32_t threads) {
  if (isLeader()) carmine_barrier_ended(all, threads);
}
