// For the programs that test the shim: says what failed, and where.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      dprintf(1, "why: line %d: not so: %s (errno %d)\n", __LINE__, #condition, errno);             \
      _exit(1);                                                                                    \
    }                                                                                              \
  } while (0)

// AMDKFD_IOC_GET_VERSION and DRM_IOCTL_VERSION.
#define GET_VERSION 0x80084b01ul
#define DRM_VERSION 0xc0406400ul
#define TOPOLOGY "/sys/class/kfd/kfd/topology"

static inline int version_of(int fd) {  // 1000 × major + minor, or -errno
  uint32_t version[2] = {0, 0};
  return ioctl(fd, GET_VERSION, version) == 0 ? (int)(version[0] * 1000 + version[1]) : -errno;
}
