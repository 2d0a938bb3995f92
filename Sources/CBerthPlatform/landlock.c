#include "berth_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's numbers are spelt out: the headers of a distribution may be older than its kernel, and the numbers are
// the same on every architecture. Source: include/uapi/linux/landlock.h.
#define SYS_LANDLOCK_CREATE_RULESET 444
#define SYS_LANDLOCK_ADD_RULE 445
#define SYS_LANDLOCK_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_DIR (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_CHAR (1ULL << 6)
#define FS_MAKE_DIR (1ULL << 7)
#define FS_MAKE_REG (1ULL << 8)
#define FS_MAKE_SOCK (1ULL << 9)
#define FS_MAKE_FIFO (1ULL << 10)
#define FS_MAKE_BLOCK (1ULL << 11)
#define FS_MAKE_SYM (1ULL << 12)
#define FS_REFER (1ULL << 13)     // version 2
#define FS_TRUNCATE (1ULL << 14)  // version 3
#define FS_IOCTL_DEV (1ULL << 15) // version 5
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) // version 6
#define SCOPE_SIGNAL (1ULL << 1)

// What a rule may grant for something that is no folder; anything else is refused by the kernel with EINVAL.
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

struct path_beneath_attributes {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

static uint64_t handled(int version) {
    uint64_t access = (FS_MAKE_SYM << 1) - 1;
    if (version >= 2) access |= FS_REFER;
    if (version >= 3) access |= FS_TRUNCATE;
    if (version >= 5) access |= FS_IOCTL_DEV;
    return access;
}

int berth_landlock_version(void) {
    long version = syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
    return version < 0 ? 0 : (int)version;
}

int berth_landlock_ruleset(int version) {
    struct ruleset_attributes attributes = {.handled_access_fs = handled(version)};
    // The kernel takes a shorter structure from older callers, and refuses one that is longer than it knows.
    size_t size = offsetof(struct ruleset_attributes, handled_access_net);
    if (version >= 4) size = offsetof(struct ruleset_attributes, scoped);
    if (version >= 6) {
        attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
        size = sizeof attributes;
    }
    return (int)syscall(SYS_LANDLOCK_CREATE_RULESET, &attributes, size, 0U);
}

int berth_landlock_allow(int ruleset, int version, const char *path, int access) {
    int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) return -1;
    struct stat status;
    if (fstat(parent, &status) < 0) {
        int cause = errno;
        close(parent);
        errno = cause;
        return -1;
    }
    uint64_t allowed = 0;
    if (access & BERTH_ACCESS_READ) allowed |= FS_READ_FILE | FS_READ_DIR | FS_EXECUTE;
    if (access & BERTH_ACCESS_WRITE) allowed |= FS_WRITE_FILE | FS_TRUNCATE;
    if (access & BERTH_ACCESS_CHANGE) {
        allowed |= FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO |
                   FS_MAKE_SYM | FS_REFER;
    }
    if (access & BERTH_ACCESS_DEVICE) allowed |= FS_IOCTL_DEV;
    allowed &= handled(version);
    if (!S_ISDIR(status.st_mode)) allowed &= FS_OF_FILES;
    struct path_beneath_attributes rule = {.allowed_access = allowed, .parent_fd = parent};
    int result = (int)syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0U);
    int cause = errno;
    close(parent);
    errno = cause;
    return result;
}

int berth_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int berth_landlock_enforce(int ruleset) { return (int)syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0U); }
