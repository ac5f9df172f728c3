// vprintf: one record in the launch's buffer for each call, made by walking the format on the device (carmine_device_abi.h).
// CUDA passes the arguments as a packed structure, each aligned to its size: int 4, long and pointers 8, double 8.
// Returns the number of arguments, or -1 when the buffer is full, as CUDA documents; a null format gives -1 too.
#include "device.h"

typedef struct { const char *at; int stars; char conversion; int wide; } directive;

/// Moves to the next conversion after `at`; conversion 0 at the end of the format.
static directive next(const char *at) {
  directive d = {at, 0, 0, 0};
  while (*d.at) {
    if (*d.at++ != '%') continue;
    if (*d.at == '%') { d.at++; continue; }
    while (*d.at == '-' || *d.at == '+' || *d.at == ' ' || *d.at == '#' || *d.at == '0') d.at++;
    for (int part = 0; part < 2; part++) {
      if (part && *d.at == '.') d.at++; else if (part) break;
      if (*d.at == '*') { d.stars++; d.at++; }
      while (*d.at >= '0' && *d.at <= '9') d.at++;
    }
    for (;; d.at++) {
      if (*d.at == 'l' || *d.at == 'j' || *d.at == 'z' || *d.at == 't' || *d.at == 'L') d.wide = 1;
      else if (*d.at != 'h') break;
    }
    d.conversion = *d.at;
    if (d.conversion) d.at++;
    return d;
  }
  return d;
}

static uint64_t padded(uint64_t bytes) { return (bytes + 7) & ~7ull; }
static uint64_t length(const char *text) { uint64_t n = 0; while (text[n]) n++; return n; }

static int isFloat(char c) {
  return c == 'f' || c == 'F' || c == 'e' || c == 'E' || c == 'g' || c == 'G' || c == 'a' || c == 'A';
}
static int isWide(directive d) { return d.wide || isFloat(d.conversion) || d.conversion == 's' || d.conversion == 'p'; }

static uint64_t argument(const char **list, int wide, int isSigned) {
  uint64_t at = (uint64_t)*list;
  at = wide ? (at + 7) & ~7ull : (at + 3) & ~3ull;
  *list = (const char *)(at + (wide ? 8 : 4));
  if (wide) return *(const uint64_t *)at;
  return isSigned ? (uint64_t)(int64_t)*(const int32_t *)at : *(const uint32_t *)at;
}

static int isSigned(directive d) { return d.conversion == 'd' || d.conversion == 'i'; }

static void copy(GLOBAL char *to, const char *from, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes; i++) to[i] = from[i];
  for (uint64_t i = bytes; i < padded(bytes); i++) to[i] = 0;
}

int32_t vprintf(uint64_t formatAddress, uint64_t listAddress) {
  GLOBAL carmine_printf_buffer *buffer = (GLOBAL carmine_printf_buffer *)hidden()->printf_buffer;
  const char *format = (const char *)formatAddress;
  if (!buffer || !format) return -1;

  uint64_t formatBytes = length(format) + 1, size = sizeof(carmine_printf_record) + padded(formatBytes);
  int32_t count = 0;
  const char *list = (const char *)listAddress;
  for (directive d = next(format); d.conversion; d = next(d.at)) {
    for (int star = 0; star < d.stars; star++) { argument(&list, 0, 1); size += 8; count++; }
    uint64_t value = argument(&list, isWide(d), isSigned(d));
    size += 8;
    count++;
    if (d.conversion == 's' && value) size += padded(length((const char *)value) + 1);
  }

  uint64_t start = __scoped_atomic_fetch_add(&buffer->written, size, __ATOMIC_RELAXED, __MEMORY_SCOPE_SYSTEM);
  if (start + size > buffer->capacity) {
    __scoped_atomic_fetch_add(&buffer->dropped, 1, __ATOMIC_RELAXED, __MEMORY_SCOPE_SYSTEM);
    return -1;
  }

  GLOBAL char *record = (GLOBAL char *)(buffer + 1) + start;
  GLOBAL char *to = record + sizeof(carmine_printf_record);
  copy(to, format, formatBytes);
  to += padded(formatBytes);
  list = (const char *)listAddress;
  for (directive d = next(format); d.conversion; d = next(d.at)) {
    for (int star = 0; star < d.stars; star++, to += 8) *(GLOBAL uint64_t *)to = argument(&list, 0, 1);
    uint64_t value = argument(&list, isWide(d), isSigned(d));
    if (d.conversion == 's') {
      uint64_t bytes = value ? length((const char *)value) + 1 : 0;
      *(GLOBAL uint64_t *)to = bytes;
      copy(to + 8, (const char *)value, bytes);
      to += 8 + padded(bytes);
    } else {
      *(GLOBAL uint64_t *)to = value;
      to += 8;
    }
  }
  GLOBAL carmine_printf_record *header = (GLOBAL carmine_printf_record *)record;
  header->format_bytes = (uint32_t)padded(formatBytes);
  __scoped_atomic_store_n(&header->byte_count, (uint32_t)size, __ATOMIC_RELEASE, __MEMORY_SCOPE_SYSTEM);
  return count;
}
