/* The types of the runtime API. */
#ifndef __DRIVER_TYPES_H__
#define __DRIVER_TYPES_H__

#include "vector_types.h"
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

#define CUDART_CB /* how a callback is called */

#endif
