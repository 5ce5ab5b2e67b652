/* SPDX-License-Identifier: MIT */
/* Landlock (landlock(7)) denies what a ruleset handles and no rule allows. A rule is for a
 * directory as it is when the rule is made, not for a path: what takes its place later is not
 * covered. Each version of the interface knows more kinds of access, and a kernel refuses those
 * that it does not know, so what is handled depends on the version, and what is allowed on what is
 * handled. Kernels before version 2 let no file be linked or renamed from one directory into
 * another, and those before version 3 let everything be truncated. */
#include "base/array.h"
#include "base/sandbox.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Of linux/landlock.h, where it is too old for them. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

static const uint64_t first_version = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) -
                                      1; /* it and all before */

static const struct {
    int version;
    uint64_t access;
} later_versions[] = {
    {2, LANDLOCK_ACCESS_FS_REFER},
    {3, LANDLOCK_ACCESS_FS_TRUNCATE},
    {5, LANDLOCK_ACCESS_FS_IOCTL_DEV},
};

/* What a rule for a file that is no directory may speak of. */
static const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
                                 LANDLOCK_ACCESS_FS_IOCTL_DEV;

static const uint64_t of_uses[] = {
    [SANDBOX_READ] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    [SANDBOX_WRITE] =
        LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
        LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER,
};

static uint64_t handled(int version)
{
    uint64_t access = first_version;
    for (size_t i = 0; i < LENGTH(later_versions); i++)
        if (version >= later_versions[i].version)
            access |= later_versions[i].access;
    return access;
}

int sandbox_landlock(const char **ret_reason)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                               LANDLOCK_CREATE_RULESET_VERSION);
    if (version > 0)
        return version;
    *ret_reason = errno == ENOSYS       ? "this kernel does not have it"
                  : errno == EOPNOTSUPP ? "it was disabled at boot"
                                        : "it is not allowed here";
    return 0;
}

/* What cannot be opened now, and is not let through by a rule, cannot be opened later. */
static bool allow(int ruleset, uint64_t all, const struct sandbox_path *path)
{
    struct stat stat;
    CLEANUP(close_cleanup) int fd = open(path->path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) < 0)
        return errno != ENOMEM && errno != EMFILE && errno != ENFILE;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = of_uses[path->use] & all & (S_ISDIR(stat.st_mode) ? all : of_files),
        .parent_fd = fd,
    };
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool restrict_files(const struct sandbox_path *paths, size_t count, int version)
{
    const uint64_t all = handled(version);
    /* All that came after the first member is zero, and a kernel without it takes that. */
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = all};
    CLEANUP(close_cleanup)
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                               sizeof attributes.handled_access_fs, 0);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!allow(ruleset, all, &paths[i]))
            return false;
    return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

bool sandbox_enter(const struct sandbox_path *paths, size_t count, struct error *error)
{
    const struct rlimit none = {0, 0};
    const char *reason;
    int version = sandbox_landlock(&reason);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
        (version == 0 || restrict_files(paths, count, version)))
        return true;
    if (errno == ENOMEM)
        return error_no_memory(error);
    return error_set(error, ERROR_INTERNAL, "the system does not let a process restrict itself: %s",
                     strerror(errno));
}
