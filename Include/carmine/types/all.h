/* Every type of the runtime API. */
#ifndef CARMINE_TYPES_ALL_H
#define CARMINE_TYPES_ALL_H

#include "flags.h"
#include "errors.h"
#include "handles.h"
#include "device.h"
#include "arrays.h"
#include "memory.h"
#include "external.h"
#include "functions.h"
#include "streams.h"
#include "launch.h"
#include "resources.h"
#include "graphs.h"
#include "../../surface_types.h"
#include "../../texture_types.h"
#include "../../vector_types.h"

#endif
