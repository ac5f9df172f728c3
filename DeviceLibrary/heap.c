// The device's malloc and free.
// A block's size is rounded up to one of four steps between powers of two.  A freed block goes to its class's list, from which the
// next request of that class takes it; when a list is empty the arena's untouched rest is carved, and when that is used up a larger
// class's block is taken whole.  Blocks are never joined.
// Threads: any number; no locks, so that lanes of one wave never wait for each other: every step is one compare-and-swap that fails
// only when another thread's succeeded.  List heads carry a count of changes, so that a head that came back is noticed.
// Full: null.  Source: carmine_device_abi.h; CUDA Programming Guide, "Dynamic Global Memory Allocation and Operations".
#include "device.h"

#define DEVICE __MEMORY_SCOPE_DEVICE
typedef GLOBAL uint8_t *memory;

/// What stands before a block; while the block is free, `next` is where its list goes on.
typedef struct { uint32_t mark, class_; uint32_t next, reserved; } block_header;
_Static_assert(sizeof(block_header) == CARMINE_HEAP_BLOCK_HEADER, "blocks stay aligned to 16");
#define MARK_USED 0x6d616c63u
#define MARK_FREE 0x66726565u

static memory arena(GLOBAL carmine_heap *heap) { return (memory)(heap + 1); }

/// The bytes of a class's blocks without their header: 16, 20, 24, 28, 32, 40 … rounded up to 16.
static uint64_t classBytes(uint32_t class_) {
  uint64_t size = (uint64_t)(4 + (class_ & 3)) << (class_ >> 2) << 2;
  return (size + 15) & ~15ull;
}

/// The least class that holds `size` bytes (at least 16).
static uint32_t classOf(uint64_t size) {
  if (size < 16) size = 16;
  uint32_t power = 63 - (uint32_t)__builtin_clzll(size);                // 2^power <= size
  uint64_t quarter = 1ull << (power - 2), above = size - (1ull << power);
  uint32_t step = (uint32_t)((above + quarter - 1) >> (power - 2));
  return (power - 4) * 4 + step;                                        // step 4 is the next power
}

static GLOBAL block_header *headerAt(GLOBAL carmine_heap *heap, uint32_t place) {
  return (GLOBAL block_header *)(arena(heap) + (uint64_t)(place - 1) * 16);
}

static GLOBAL block_header *pop(GLOBAL carmine_heap *heap, uint32_t class_) {
  GLOBAL uint64_t *list = &heap->free[class_];
  uint64_t head = __scoped_atomic_load_n(list, __ATOMIC_ACQUIRE, DEVICE);
  while ((uint32_t)head) {
    GLOBAL block_header *block = headerAt(heap, (uint32_t)head);
    uint32_t next = __scoped_atomic_load_n(&block->next, __ATOMIC_RELAXED, DEVICE);
    uint64_t changed = ((head >> 32) + 1) << 32 | next;
    if (__scoped_atomic_compare_exchange_n(list, &head, changed, 1, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE, DEVICE)) return block;
  }
  return 0;
}

static GLOBAL block_header *carve(GLOBAL carmine_heap *heap, uint32_t class_) {
  uint64_t bytes = classBytes(class_) + sizeof(block_header);
  uint64_t used = __scoped_atomic_load_n(&heap->used, __ATOMIC_RELAXED, DEVICE);
  do {
    if (bytes > heap->capacity - used) return 0;
  } while (!__scoped_atomic_compare_exchange_n(&heap->used, &used, used + bytes, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED, DEVICE));
  GLOBAL block_header *block = (GLOBAL block_header *)(arena(heap) + used);
  block->class_ = class_;
  return block;
}

uint64_t malloc(uint64_t size) {
  GLOBAL carmine_heap *heap = (GLOBAL carmine_heap *)hidden()->heap;
  if (!heap || size == 0 || size > heap->capacity) return 0;
  uint32_t least = classOf(size);
  GLOBAL block_header *block = 0;
  if (least < CARMINE_HEAP_CLASSES) {
    block = pop(heap, least);
    if (!block) block = carve(heap, least);
    for (uint32_t class_ = least + 1; !block && class_ < CARMINE_HEAP_CLASSES; class_++) block = pop(heap, class_);
  }
  if (!block) return 0;
  block->mark = MARK_USED;
  return (uint64_t)(block + 1);
}

void free(uint64_t address) {
  GLOBAL carmine_heap *heap = (GLOBAL carmine_heap *)hidden()->heap;
  if (!address || !heap) return;
  uint64_t place = address - (uint64_t)arena(heap);
  GLOBAL block_header *block = (GLOBAL block_header *)address - 1;
  if (place >= heap->capacity || (place & 15) || block->mark != MARK_USED) carmine_refuse("free() of memory that the device's malloc() did not give, or twice");
  block->mark = MARK_FREE;
  uint32_t own = (uint32_t)((place - sizeof(block_header)) / 16 + 1);
  GLOBAL uint64_t *list = &heap->free[block->class_];
  uint64_t head = __scoped_atomic_load_n(list, __ATOMIC_RELAXED, DEVICE), changed;
  do {
    __scoped_atomic_store_n(&block->next, (uint32_t)head, __ATOMIC_RELAXED, DEVICE);
    changed = ((head >> 32) + 1) << 32 | own;
  } while (!__scoped_atomic_compare_exchange_n(list, &head, changed, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED, DEVICE));
}
