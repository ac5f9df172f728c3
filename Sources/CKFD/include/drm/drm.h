#include <libdrm/drm.h>  // linux-libc-dev on Debian ships no drm/drm.h, which linux/kfd_ioctl.h wants
