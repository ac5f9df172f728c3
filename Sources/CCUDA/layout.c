#include "carmine_cuda.h"
#include "carmine_graph.h"
