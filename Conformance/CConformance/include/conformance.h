// C for the conformance runner: the CUDA Runtime API's types and function types, and what Swift cannot say of libc.
#pragma once
#include <dlfcn.h>
#include <spawn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include "cuda_functions.h"

// Of unistd.h with _GNU_SOURCE, which would make its types others than those of Swift's module of libc.
int pipe2(int descriptors[2], int flags);

// waitpid's status, whose parts are macros.
static inline int conformance_exited(int status) { return WIFEXITED(status); }
static inline int conformance_exit_status(int status) { return WEXITSTATUS(status); }
// Stores that a device should see before what follows.
static inline void conformance_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline int conformance_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

// libc's global variables, which Swift 6 takes for shared mutable state.
static inline void conformance_line_buffered(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
static inline void conformance_say(const char *text) { fputs(text, stderr); }
static inline char *const *conformance_environment(void) { return __environ; }

// fork, which Swift does not let one call; the child must not have used CUDA before.
static inline int conformance_fork(void) { return fork(); }

// One message over a Unix socket, with a descriptor unless it is -1.  0, or an errno.
static inline int conformance_send(int socket, const void *bytes, size_t count, int descriptor) {
  struct iovec part = {(void *)bytes, count};
  union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } extra;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(&extra, 0, sizeof extra);
    message.msg_control = &extra;
    message.msg_controllen = sizeof extra;
    extra.header.cmsg_level = SOL_SOCKET;
    extra.header.cmsg_type = SCM_RIGHTS;
    extra.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&extra.header), &descriptor, sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)count ? 0 : errno ? errno : EPROTO;
}
static inline int conformance_receive(int socket, void *bytes, size_t count, int *descriptor) {
  struct iovec part = {bytes, count};
  union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } extra;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
  *descriptor = -1;
  ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (message.msg_controllen >= CMSG_LEN(sizeof(int)) && received > 0) memcpy(descriptor, CMSG_DATA(&extra.header), sizeof(int));
  return received == (ssize_t)count ? 0 : EPROTO;
}
