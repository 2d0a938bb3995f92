/// Processes: file descriptors that stand for them, and being the parent of orphans.
#ifndef BERTH_PROCESS_H
#define BERTH_PROCESS_H

#include <sys/types.h>

/// A file descriptor (close-on-exec) for the process `pid`, readable when it has ended; -1 with `errno`.
/// It never means another process, also when the number is used again.
int berth_pidfd_open(pid_t pid);

/// Sends `signal` to the process of `pidfd`. Returns 0, or -1 with `errno`.
int berth_pidfd_signal(int pidfd, int signal);

/// Orphans beneath the calling process become its children. Returns 0, or -1 with `errno`.
int berth_become_subreaper(void);

/// Blocks `signals` for the calling thread and returns a file descriptor (non-blocking, close-on-exec) that is readable
/// when one has arrived; -1 with `errno`.
int berth_signal_fd(const int *signals, int count);

/// The next signal of a descriptor of `berth_signal_fd`; 0 when none is waiting.
int berth_signal_next(int signalfd);

/// A descriptor (close-on-exec, non-blocking) to wake a thread that polls: `write` eight bytes to it. -1 with `errno`.
int berth_event_fd(void);

/// Watches `folder` for files made, written or removed. A descriptor (non-blocking, close-on-exec) that is readable
/// after a change; -1 with `errno`.
int berth_watch_folder(const char *folder);

/// Seconds on a clock that never jumps.
double berth_monotonic_seconds(void);

/// Seconds since 1970.
double berth_wall_seconds(void);

#endif
