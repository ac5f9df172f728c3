#include "carmine_softgpu.h"
#include "carmine_interpreter.h"
