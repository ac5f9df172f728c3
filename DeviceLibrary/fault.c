// How a thread says why it ends the kernel: PTX `trap`, and failed assertions.
// The first thread to exchange the cell's code writes the rest; the trap that follows stops the queue, and the host reads the cell.
#include "device.h"

static GLOBAL carmine_fault_cell *claim(uint32_t code) {
  GLOBAL carmine_fault_cell *cell = (GLOBAL carmine_fault_cell *)hidden()->fault_cell;
  uint32_t none = CARMINE_FAULT_NONE;
  if (!cell || !__scoped_atomic_compare_exchange_n(&cell->code, &none, code, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED, __MEMORY_SCOPE_SYSTEM))
    return 0;
  uint32_t tid[3], ctaid[3];
  position(tid, ctaid);
  for (int axis = 0; axis < 3; axis++) {
    cell->tid[axis] = tid[axis];
    cell->ctaid[axis] = ctaid[axis];
  }
  return cell;
}

static void copy(GLOBAL char *to, const char *from, uint32_t capacity) {
  uint32_t count = 0;
  for (; from && count + 1 < capacity && from[count]; count++) to[count] = from[count];
  to[count] = 0;
}

void carmine_trap(void) {
  claim(CARMINE_FAULT_TRAP);
  __scoped_atomic_thread_fence(__ATOMIC_RELEASE, __MEMORY_SCOPE_SYSTEM);
}

void carmine_refuse(const char *message) {
  GLOBAL carmine_fault_cell *cell = claim(CARMINE_FAULT_REFUSED);
  if (cell) copy(cell->message, message, sizeof cell->message);
  __scoped_atomic_thread_fence(__ATOMIC_RELEASE, __MEMORY_SCOPE_SYSTEM);
  __builtin_trap();
}

/// As CUDA's assert() calls it; doesn't return.
void __assertfail(uint64_t message, uint64_t file, uint32_t line, uint64_t function, uint64_t character_bytes) {
  GLOBAL carmine_fault_cell *cell = claim(CARMINE_FAULT_ASSERT);
  if (cell) {
    cell->line = line;
    copy(cell->message, (const char *)message, sizeof cell->message);
    copy(cell->file, (const char *)file, sizeof cell->file);
    copy(cell->function, (const char *)function, sizeof cell->function);
  }
  __scoped_atomic_thread_fence(__ATOMIC_RELEASE, __MEMORY_SCOPE_SYSTEM);
  __builtin_trap();
}
