/* The types of the driver API, each part after what it needs. */
#ifndef CARMINE_DRIVER_TYPES_H
#define CARMINE_DRIVER_TYPES_H

#include "base.h"
#include "flags.h"
#include "operations.h"
#include "attributes.h"
#include "modules.h"
#include "nodes.h"
#include "launch.h"
#include "errors.h"
#include "copies.h"
#include "external.h"
#include "memory.h"
#include "graphs.h"
#include "processes.h"
#include "resources.h"

#endif
