/* All of vector_functions.h is in vector_functions.h. */
#include "vector_functions.h"
