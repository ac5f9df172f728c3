#include "carmine_cuda.h"
