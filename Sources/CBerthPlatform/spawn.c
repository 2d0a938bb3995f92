#include "berth_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "berth_landlock.h"
#include "berth_process.h"

#define SYS_CLOSE_RANGE 436
#define CLOSE_RANGE_SET_CLOEXEC (1U << 2)
// Descriptors below are the program's; ours are moved above before anything is put in its place.
#define FIRST_OWN_DESCRIPTOR 10

const char *berth_stage_name(int stage) {
    switch (stage) {
    case BERTH_STAGE_FORK: return "fork";
    case BERTH_STAGE_FILES: return "files";
    case BERTH_STAGE_SESSION: return "session";
    case BERTH_STAGE_CGROUP: return "cgroup";
    case BERTH_STAGE_RLIMIT: return "rlimit";
    case BERTH_STAGE_VIEW: return "view";
    case BERTH_STAGE_CAPABILITIES: return "capabilities";
    case BERTH_STAGE_NO_NEW_PRIVS: return "no-new-privileges";
    case BERTH_STAGE_LANDLOCK: return "landlock";
    case BERTH_STAGE_CHDIR: return "chdir";
    case BERTH_STAGE_PARENT: return "parent";
    case BERTH_STAGE_EXEC: return "exec";
    default: return "unknown";
    }
}

/// Tells the parent and ends. Never returns.
static void give_up(int report, int stage, int error) {
    struct berth_spawn_error failure = {.stage = stage, .error = error};
    // The parent reads this or, when it has gone too, nobody: there is nothing else to do about a failure here.
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

static void close_on_exec_from(int first) {
    if (syscall(SYS_CLOSE_RANGE, first, ~0U, CLOSE_RANGE_SET_CLOEXEC) == 0) return;
    // A kernel before 5.11.
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int fd = first; fd < end; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void reset_signals(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int limit_to(int resource, uint64_t value) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0) return -1;
    if (limit.rlim_max == RLIM_INFINITY || value < limit.rlim_max) limit.rlim_max = value;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(resource, &limit);
}

static int set_limits(const struct berth_spawn_plan *plan) {
    if (limit_to(RLIMIT_CORE, 0) < 0) return -1;
    if (plan->open_files && limit_to(RLIMIT_NOFILE, plan->open_files) < 0) return -1;
    if (plan->processes && limit_to(RLIMIT_NPROC, plan->processes) < 0) return -1;
    if (plan->address_space && limit_to(RLIMIT_AS, plan->address_space) < 0) return -1;
    return 0;
}

/// Drops root's privileges, also those that a started program would get back. What stays is access to files of other
/// users, which the fence limits to paths: a model may belong to the person who deploys it.
static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0) return -1;
    if ((data[0].permitted | data[1].permitted) == 0) return 0;
    for (int capability = 0; capability <= 63; capability++) {
        if (capability == CAP_DAC_OVERRIDE) continue;
        // EINVAL: beyond the last one; EPERM: not ours to drop from the bounding set, the sets below do it.
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL && errno != EPERM) return -1;
    }
    uint32_t kept = data[0].permitted & (1U << CAP_DAC_OVERRIDE);
    data[0].effective = kept;
    data[0].permitted = kept;
    data[0].inheritable = 0;
    data[1].effective = data[1].permitted = data[1].inheritable = 0;
    return (int)syscall(SYS_capset, &header, data);
}

static int moved(int fd) { return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_DESCRIPTOR); }

static void run_child(const struct berth_spawn_plan *plan, pid_t parent, int report_pipe) {
    int report = moved(report_pipe);
    if (report < 0) _exit(127);
    if (setsid() < 0) give_up(report, BERTH_STAGE_SESSION, errno);
    for (int index = 0; index < plan->cgroup_count; index++) {
        if (write(plan->cgroups[index], "0", 1) < 0) give_up(report, BERTH_STAGE_CGROUP, errno);
    }
    int output = moved(plan->output), events = moved(plan->events), landlock = moved(plan->landlock);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) {
        give_up(report, BERTH_STAGE_FILES, errno);
    }
    if (events >= 0 && dup2(events, 3) < 0) give_up(report, BERTH_STAGE_FILES, errno);
    close_on_exec_from(events >= 0 ? 4 : 3);
    umask(077);
    if (set_limits(plan) < 0) give_up(report, BERTH_STAGE_RLIMIT, errno);
    if (plan->view) {
        int error = berth_view_enter(plan->view);
        if (error != 0) give_up(report, BERTH_STAGE_VIEW, error);
    }
    for (int index = 0; landlock >= 0 && plan->view && index < plan->view->mount_count; index++) {
        const struct berth_mount *entry = &plan->view->mounts[index];
        int access = BERTH_ACCESS_READ | BERTH_ACCESS_WRITE | BERTH_ACCESS_CHANGE;
        if (entry->source) continue;
        if (berth_landlock_allow(landlock, plan->landlock_version, entry->target, access) < 0) {
            give_up(report, BERTH_STAGE_LANDLOCK, errno);
        }
    }
    if (drop_capabilities() < 0) give_up(report, BERTH_STAGE_CAPABILITIES, errno);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) give_up(report, BERTH_STAGE_NO_NEW_PRIVS, errno);
    if (landlock >= 0 && berth_landlock_enforce(landlock) < 0) give_up(report, BERTH_STAGE_LANDLOCK, errno);
    if (chdir(plan->folder) < 0) give_up(report, BERTH_STAGE_CHDIR, errno);
    // Late, because a change of identity clears it; then the parent may have gone before it was set.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) give_up(report, BERTH_STAGE_PARENT, errno);
    if (getppid() != parent) give_up(report, BERTH_STAGE_PARENT, ESRCH);
    reset_signals();
    execve(plan->program, plan->arguments, plan->environment);
    give_up(report, BERTH_STAGE_EXEC, errno);
}

/// Reads what a child reported; an end without a report means that the program was started.
static int await_report(int fd, struct berth_spawn_error *error) {
    ssize_t count;
    do count = read(fd, error, sizeof *error);
    while (count < 0 && errno == EINTR);
    if (count == (ssize_t)sizeof *error) return -1;
    error->stage = BERTH_STAGE_NONE;
    error->error = 0;
    return 0;
}

pid_t berth_spawn(const struct berth_spawn_plan *plan, int *pidfd, struct berth_spawn_error *error) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *error = (struct berth_spawn_error){.stage = BERTH_STAGE_FILES, .error = errno};
        return -1;
    }
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    // A handler of ours must not run in the child, which shares its code but not its threads.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        run_child(plan, parent, report[1]);
        _exit(127);
    }
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        *error = (struct berth_spawn_error){.stage = BERTH_STAGE_FORK, .error = fork_error};
        return -1;
    }
    int started = await_report(report[0], error);
    close(report[0]);
    if (started < 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        return -1;
    }
    if (pidfd) *pidfd = berth_pidfd_open(child);
    return child;
}

static void run_detached(
    const char *program, char *const *arguments, char *const *environment, int ready_pipe, int errors_file,
    int report_pipe) {
    int report = moved(report_pipe), ready = moved(ready_pipe), errors = moved(errors_file);
    if (setsid() < 0) give_up(report, BERTH_STAGE_SESSION, errno);
    pid_t again = fork();
    if (again < 0) give_up(report, BERTH_STAGE_FORK, errno);
    // The one in the middle ends at once: the program becomes a child of init, and no zombie of the caller.
    if (again > 0) _exit(0);
    if (setsid() < 0) give_up(report, BERTH_STAGE_SESSION, errno);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(errors < 0 ? nothing : errors, 2) < 0) {
        give_up(report, BERTH_STAGE_FILES, errno);
    }
    if (ready >= 0 && dup2(ready, 3) < 0) give_up(report, BERTH_STAGE_FILES, errno);
    close_on_exec_from(ready >= 0 ? 4 : 3);
    if (chdir("/") < 0) give_up(report, BERTH_STAGE_CHDIR, errno);
    umask(077);
    reset_signals();
    execve(program, arguments, environment);
    give_up(report, BERTH_STAGE_EXEC, errno);
}

int berth_spawn_detached(
    const char *program, char *const *arguments, char *const *environment, int ready, int errors,
    struct berth_spawn_error *error) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *error = (struct berth_spawn_error){.stage = BERTH_STAGE_FILES, .error = errno};
        return -1;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        run_detached(program, arguments, environment, ready, errors, report[1]);
        _exit(127);
    }
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        *error = (struct berth_spawn_error){.stage = BERTH_STAGE_FORK, .error = fork_error};
        return -1;
    }
    int started = await_report(report[0], error);
    close(report[0]);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return started;
}

int berth_view_probe(void) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return errno;
    pid_t child = fork();
    if (child == 0) {
        struct berth_mount system = {.source = "/usr", .target = "/usr", .writable = 0, .folder = 1};
        struct berth_view view = {.mounts = &system, .mount_count = 1};
        int error = berth_view_enter(&view);
        if (error == 0 && access("/etc", F_OK) == 0) error = ENOTSUP;
        if (error != 0) give_up(report[1], BERTH_STAGE_VIEW, error);
        _exit(0);
    }
    int fork_error = errno;
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        return fork_error;
    }
    struct berth_spawn_error error;
    int failed = await_report(report[0], &error);
    close(report[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (failed < 0) return error.error ? error.error : EINVAL;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EINVAL;
}
