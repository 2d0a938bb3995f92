#include "berth_process.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Numbers of the common table (since 5.1 the same on every architecture), for headers that do not know them.
#define SYS_PIDFD_SEND_SIGNAL 424
#define SYS_PIDFD_OPEN 434

int berth_pidfd_open(pid_t pid) { return (int)syscall(SYS_PIDFD_OPEN, pid, 0); }

int berth_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, NULL, 0);
}

int berth_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int berth_signal_fd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int berth_signal_next(int fd) {
    struct signalfd_siginfo info;
    ssize_t count = read(fd, &info, sizeof info);
    return count == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int berth_event_fd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int berth_watch_folder(const char *folder) {
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return -1;
    if (inotify_add_watch(fd, folder, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_DELETE_SELF) < 0) {
        int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    return fd;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double berth_monotonic_seconds(void) { return seconds(CLOCK_MONOTONIC); }

double berth_wall_seconds(void) { return seconds(CLOCK_REALTIME); }
