// Starting a helper process that the host program cannot notice.  C, because the child runs on its own stack in this
// process's memory, which Swift cannot express.
#ifndef CARMINE_SPAWN_H
#define CARMINE_SPAWN_H
/// Starts `path` with `argv` and `envp` as an orphan: descriptors 0 and 1 are `socket`, 2 is standard error when
/// `keep_standard_error` is not 0 and /dev/null otherwise, and there are no others; signals are as at login; a session of
/// its own.  The host gets no SIGCHLD and its wait(-1) sees no child.
/// Returns 0, or the errno of what failed, execve included.  Any thread may call it.
int carmine_spawn_detached(
    const char *path, char *const argv[], char *const envp[], int socket, int keep_standard_error);

/// Has the calling process killed when the thread that started it ends, and leave no core file.
void carmine_end_with_parent(void);

/// The file that this code was loaded from, as the loader names it; NULL when it cannot tell.
const char *carmine_own_library(void);
#endif
