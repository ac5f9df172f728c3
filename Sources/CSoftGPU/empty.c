#include "carmine_softgpu.h"
