#include "carmine_kfd.h"
