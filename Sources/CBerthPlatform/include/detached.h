#ifndef CBERTHPLATFORM_DETACHED_H
#define CBERTHPLATFORM_DETACHED_H

#include <sys/types.h>

/// Starts `argv[0]` in a session of its own: stdin from /dev/null, stdout and stderr appended to `log_path` (0600),
/// the writing end of a pipe as descriptor 3, nothing else inherited. The reading end is stored in `ready_fd`.
/// Returns 0, or an errno value.
int berth_spawn_detached(char *const argv[], char *const envp[], const char *log_path, pid_t *pid, int *ready_fd);

#endif
