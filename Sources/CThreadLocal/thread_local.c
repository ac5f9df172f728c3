#include "carmine_thread_local.h"

static _Thread_local carmine_thread_state state;

carmine_thread_state *carmine_thread_state_get(void) { return &state; }
