// cp.async.bulk: one thread copies a range whose ends and length are multiples of 16 bytes.
// Source: PTX ISA, "cp.async.bulk".
#include "device.h"

typedef uint32_t four __attribute__((ext_vector_type(4)));

void carmine_bulk_to_shared(LDS four *to, const GLOBAL four *from, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes / 16; i++) to[i] = from[i];
}
void carmine_bulk_to_global(GLOBAL four *to, const LDS four *from, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes / 16; i++) to[i] = from[i];
}
void carmine_bulk_in_shared(LDS four *to, const LDS four *from, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes / 16; i++) to[i] = from[i];
}
/// With a mask: bit i of it says whether byte i of each 16 is written.
void carmine_bulk_to_global_masked(GLOBAL uint8_t *to, const LDS uint8_t *from, uint32_t bytes, uint32_t mask) {
  for (uint32_t i = 0; i < bytes; i++) if (mask >> (i & 15) & 1) to[i] = from[i];
}
/// cp.async with fewer bytes to read than to write.
void carmine_copy_bytes(LDS uint8_t *to, const GLOBAL uint8_t *from, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; i++) to[i] = from[i];
}
