/* The same as crt/host_config.h, under its older name. */
#include "crt/host_config.h"
