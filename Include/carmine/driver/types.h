/* The types of the driver API, each part after what it needs. */
#ifndef CARMINE_DRIVER_TYPES_H
#define CARMINE_DRIVER_TYPES_H

#include "carmine/driver/base.h"
#include "carmine/driver/flags.h"
#include "carmine/driver/operations.h"
#include "carmine/driver/attributes.h"
#include "carmine/driver/modules.h"
#include "carmine/driver/nodes.h"
#include "carmine/driver/launch.h"
#include "carmine/driver/errors.h"
#include "carmine/driver/copies.h"
#include "carmine/driver/external.h"
#include "carmine/driver/memory.h"
#include "carmine/driver/graphs.h"
#include "carmine/driver/processes.h"
#include "carmine/driver/resources.h"

#endif
