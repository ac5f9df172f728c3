/* The same as crt/host_defines.h, under its older name. */
#include "crt/host_defines.h"
