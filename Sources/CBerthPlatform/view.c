#include "berth_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The view is made as bubblewrap makes it, but in the child itself: no second process stands between the parent and
// the program, so exit statuses, signals and process ids stay what they are, and Landlock can be put on afterwards
// (a process under Landlock may not mount). Runs between fork and exec: nothing here allocates.

#define SYS_MOUNT_SETATTR 442
#define ATTR_RDONLY 0x00000001
#define ATTR_NOSUID 0x00000002
#define OLD "/oldroot"
#define NEW "/newroot"

struct mount_attributes {
    uint64_t attr_set, attr_clr, propagation, userns_fd;
};

static int write_file(const char *path, const char *text, size_t size) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t written = write(fd, text, size);
    int cause = errno;
    close(fd);
    errno = cause;
    return written == (ssize_t)size ? 0 : -1;
}

/// Writes "<id> <id> 1" into `text` and returns its length.
static size_t identity_map(unsigned id, char *text) {
    char digits[12];
    size_t count = 0, length = 0;
    do digits[count++] = (char)('0' + id % 10);
    while ((id /= 10) != 0);
    for (int copy = 0; copy < 2; copy++) {
        for (size_t index = count; index > 0; index--) text[length++] = digits[index - 1];
        text[length++] = ' ';
    }
    text[length++] = '1';
    return length;
}

/// An own mount namespace, and for an ordinary user the user namespace that lets it have one.
static int own_namespace(void) {
    if (geteuid() == 0) {
        if (unshare(CLONE_NEWNS) == 0) return 0;
        if (errno != EPERM) return -1;
    }
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) return -1;
    char map[32];
    if (write_file("/proc/self/setgroups", "deny", 4) < 0 && errno != ENOENT) return -1;
    if (write_file("/proc/self/uid_map", map, identity_map(user, map)) < 0) return -1;
    return write_file("/proc/self/gid_map", map, identity_map(group, map));
}

static int joined(char *buffer, const char *first, const char *second) {
    size_t head = strlen(first), tail = strlen(second);
    if (head + tail + 1 > PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(buffer, first, head);
    memcpy(buffer + head, second, tail + 1);
    return 0;
}

/// Makes the folders above `path`, and `path` itself: a folder or a file, on which something can be mounted. What lies in
/// a folder that is mounted already is there.
static int make_place(char *path, int folder) {
    for (char *slash = path + 1; *slash; slash++) {
        if (*slash != '/') continue;
        *slash = 0;
        int made = mkdir(path, 0755);
        *slash = '/';
        if (made < 0 && errno != EEXIST && errno != EROFS) return -1;
    }
    if (folder) return mkdir(path, 0755) < 0 && errno != EEXIST && errno != EROFS ? -1 : 0;
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return errno == EROFS || errno == EACCES ? 0 : -1;
    return close(fd);
}

static int put(const struct berth_mount *entry) {
    char source[PATH_MAX], target[PATH_MAX];
    if (joined(target, NEW, entry->target) < 0 || make_place(target, entry->folder) < 0) return -1;
    if (!entry->source) return mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, entry->options);
    if (joined(source, OLD, entry->source) < 0) return -1;
    if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) < 0) return -1;
    struct mount_attributes attributes = {.attr_set = ATTR_NOSUID | (entry->writable ? 0 : ATTR_RDONLY)};
    if (syscall(SYS_MOUNT_SETATTR, AT_FDCWD, target, AT_RECURSIVE, &attributes, sizeof attributes) < 0) return -1;
    return 0;
}

int berth_view_enter(const struct berth_view *view) {
    if (own_namespace() < 0) return errno;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return errno;
    // Any folder that surely exists will do: it is covered only in this namespace, and only until the root is changed.
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") < 0) return errno;
    if (chdir("/tmp") < 0 || mkdir("oldroot", 0755) < 0 || mkdir("newroot", 0755) < 0) return errno;
    if (syscall(SYS_pivot_root, ".", "oldroot") < 0 || chdir("/") < 0) return errno;
    // pivot_root wants the new root to be a mount.
    if (mount(NEW, NEW, NULL, MS_BIND | MS_REC, NULL) < 0) return errno;
    for (int index = 0; index < view->mount_count; index++) {
        if (put(&view->mounts[index]) < 0) return errno;
    }
    for (int index = 0; index < view->link_count; index++) {
        char path[PATH_MAX];
        if (joined(path, NEW, view->links[index].path) < 0) return errno;
        char *name = strrchr(path, '/');
        *name = 0;
        if (make_place(path, 1) < 0) return errno;
        *name = '/';
        if (symlink(view->links[index].target, path) < 0 && errno != EEXIST && errno != EROFS) return errno;
    }
    if (umount2(OLD, MNT_DETACH) < 0) return errno;
    if (chdir(NEW) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) return errno;
    if (chdir("/") < 0) return errno;
    struct mount_attributes frozen = {.attr_set = ATTR_RDONLY};
    return syscall(SYS_MOUNT_SETATTR, AT_FDCWD, "/", 0, &frozen, sizeof frozen) < 0 ? errno : 0;
}
