// C for the conformance runner: the CUDA Runtime API's types and function types, and what Swift cannot say of libc.
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/wait.h>
#include "cuda_functions.h"

// waitpid's status, whose parts are macros.
static inline int conformance_exited(int status) { return WIFEXITED(status); }
static inline int conformance_exit_status(int status) { return WEXITSTATUS(status); }
// Stores that a device should see before what follows.
static inline void conformance_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline int conformance_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

// libc's global variables, which Swift 6 takes for shared mutable state.
static inline void conformance_line_buffered(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
static inline void conformance_say(const char *text) { fputs(text, stderr); }
static inline char *const *conformance_environment(void) { return environ; }
