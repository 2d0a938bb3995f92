/// Landlock: what a process may do with files, decided by the process itself, without privilege.
///
/// A ruleset is made in the parent, where paths can be opened and errors reported, and is put on by the child just
/// before it starts the program. The ruleset is the list of everything allowed; what it does not name is denied.
#ifndef BERTH_LANDLOCK_H
#define BERTH_LANDLOCK_H

#include <stdint.h>

/// Kinds of access that a rule grants; may be combined.
enum {
    /// Read files and folders, start programs.
    BERTH_ACCESS_READ = 1,
    /// Write to files that exist, and cut them.
    BERTH_ACCESS_WRITE = 2,
    /// Make, rename and remove files, folders, links, sockets and pipes.
    BERTH_ACCESS_CHANGE = 4,
    /// Control a device by ioctl.
    BERTH_ACCESS_DEVICE = 8,
};

/// The kernel's Landlock version, 1 or more; 0 where there is none, with the cause in `errno`.
int berth_landlock_version(void);

/// A new ruleset that handles all file access which `version` knows, and, from version 6, keeps signals and abstract
/// unix sockets inside. Network access stays open. Returns its file descriptor (close-on-exec), or -1 with `errno`.
int berth_landlock_ruleset(int version);

/// Grants `access` on `path` and, where it is a folder, everything beneath. A symbolic link is followed.
/// Returns 0, or -1 with `errno` (ENOENT: there is no such path).
int berth_landlock_allow(int ruleset, int version, const char *path, int access);

/// Sets no_new_privs for the calling thread: programs that it starts gain nothing by their set-user-id bit. Returns 0, or
/// -1 with `errno`.
int berth_no_new_privileges(void);

/// Puts `ruleset` on the calling thread, which must have set no_new_privs. Returns 0, or -1 with `errno`.
int berth_landlock_enforce(int ruleset);

#endif
