#include "carmine_device_abi.h"
