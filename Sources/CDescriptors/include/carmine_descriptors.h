// File descriptors over Unix sockets.  C, because ancillary data is made with macros that Swift cannot see.
#ifndef CARMINE_DESCRIPTORS_H
#define CARMINE_DESCRIPTORS_H
#include <stddef.h>

/// Sends `count` bytes as one message, with `descriptor` unless it is -1.  No signal when the other side is gone.  0, or an errno.
int carmine_send(int socket, const void *_Nonnull bytes, size_t count, int descriptor);

/// Receives one message of exactly `count` bytes; `descriptor` becomes the one that came with it, close-on-exec, or -1.
/// 0, or an errno; EPROTO for a message of another size.
int carmine_receive(int socket, void *_Nonnull bytes, size_t count, int *_Nonnull descriptor);

/// accept4(2), close-on-exec; the descriptor, or -errno.
int carmine_accept(int listener);

/// Bits that nobody can guess.
unsigned long long carmine_random(void);

/// A memory file of `name` that holds `count` bytes and cannot be changed any more; -errno when there can be none.
int carmine_sealed_file(const char *_Nonnull name, const void *_Nonnull bytes, size_t count);
#endif
