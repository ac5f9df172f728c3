/* Every type of the runtime API. */
#ifndef CARMINE_TYPES_ALL_H
#define CARMINE_TYPES_ALL_H

#include "carmine/types/flags.h"
#include "carmine/types/errors.h"
#include "carmine/types/handles.h"
#include "carmine/types/device.h"
#include "carmine/types/arrays.h"
#include "carmine/types/memory.h"
#include "carmine/types/external.h"
#include "carmine/types/functions.h"
#include "carmine/types/streams.h"
#include "carmine/types/launch.h"
#include "carmine/types/resources.h"
#include "carmine/types/graphs.h"
#include "surface_types.h"
#include "texture_types.h"
#include "vector_types.h"

#endif
