/// Starting programs: between `fork` and `execve` only calls that are safe there, and every failure told to the parent
/// with its stage.
#ifndef BERTH_SPAWN_H
#define BERTH_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

/// Where starting a program failed.
enum {
    BERTH_STAGE_NONE = 0,
    BERTH_STAGE_FORK,
    BERTH_STAGE_FILES,
    BERTH_STAGE_SESSION,
    BERTH_STAGE_CGROUP,
    BERTH_STAGE_RLIMIT,
    BERTH_STAGE_VIEW,
    BERTH_STAGE_CAPABILITIES,
    BERTH_STAGE_NO_NEW_PRIVS,
    BERTH_STAGE_LANDLOCK,
    BERTH_STAGE_CHDIR,
    BERTH_STAGE_PARENT,
    BERTH_STAGE_EXEC,
};

/// The word for a stage, as the event `launch-failed` says it: `exec`, `chdir`, …
const char *berth_stage_name(int stage);

struct berth_spawn_error {
    int stage;
    int error;
};

/// A folder or file in the program's own view of the file system.
struct berth_mount {
    /// Absolute path outside, without symbolic links; NULL: an empty folder in memory, which may be written.
    const char *source;
    /// Absolute path inside; made when it is missing.
    const char *target;
    /// Options of a folder in memory: `size=…`.
    const char *options;
    /// 1: may be written.
    int writable;
    /// 1: the source is a folder.
    int folder;
};

/// A symbolic link in the program's own view.
struct berth_link {
    const char *target;
    const char *path;
};

/// The program's own view of the file system: what is not named in it is not there.
struct berth_view {
    const struct berth_mount *mounts;
    int mount_count;
    const struct berth_link *links;
    int link_count;
};

struct berth_spawn_plan {
    /// Absolute path.
    const char *program;
    /// Ends with NULL, as `environment`.
    char *const *arguments;
    char *const *environment;
    const char *folder;
    /// Becomes standard output and standard error. Standard input is /dev/null.
    int output;
    /// Becomes descriptor 3; -1: none.
    int events;
    /// A Landlock ruleset to put on, and its version; -1: none. Folders in memory of `view` are added to it.
    int landlock;
    int landlock_version;
    /// Descriptors of `cgroup.procs` files to enter; may be NULL.
    const int *cgroups;
    int cgroup_count;
    /// An own view of the file system; NULL: none.
    const struct berth_view *view;
    /// Limits; 0: leave as it is. Above the hard limit, the hard limit is taken.
    uint64_t open_files;
    uint64_t processes;
    uint64_t address_space;
};

/// Starts a program as the leader of a session of its own that dies with the calling thread: no core files, no new
/// privileges, umask 077, no descriptors but 0 to 3, signals as at the beginning, and, for root, none of root's
/// privileges but reading and writing files of others.
///
/// Returns its process id and fills `pidfd` (close-on-exec) unless that is NULL, or returns -1 with `error` filled. Then nothing runs.
pid_t berth_spawn(const struct berth_spawn_plan *plan, int *pidfd, struct berth_spawn_error *error);

/// Whether an own view of the file system can be made here: tried in a child. 0, or the cause as an errno.
int berth_view_probe(void);

/// Starts a program that outlives the caller and its terminal: not a child of the caller, leader of an own session,
/// working folder `/`. `ready` becomes descriptor 3, `errors` standard error; -1 is /dev/null.
/// Returns 0, or -1 with `error` filled.
int berth_spawn_detached(
    const char *program, char *const *arguments, char *const *environment, int ready, int errors,
    struct berth_spawn_error *error);

/// Makes the own view of the calling process, which must be about to start a program. Returns 0 or an errno.
int berth_view_enter(const struct berth_view *view);

#endif
