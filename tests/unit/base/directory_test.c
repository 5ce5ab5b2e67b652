/* SPDX-License-Identifier: MIT */
#include "base/directory.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void missing_directories_are_made_when_that_is_wanted(void **state)
{
    (void)state;
    char root[] = "/tmp/directory-XXXXXX", path[64];
    struct stat stat;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/a//b", root);
    assert_int_equal(directory_open(path, 0), -1);
    assert_int_equal(errno, ENOENT);
    for (int i = 0; i < 2; i++) { /* made, then found */
        CLEANUP(close_cleanup) int fd = directory_open(path, 0700);
        assert_true(fd >= 0);
        assert_int_equal(fstat(fd, &stat), 0);
        assert_int_equal(stat.st_mode & 07777, 0700);
    }
    CLEANUP(close_cleanup) int above = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(close_cleanup) int file = openat(above, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(symlinkat("a", above, "link"), 0);
    assert_int_equal(directory_open_at(above, "file", 0700), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(directory_open_at(above, "link", 0700), -1);
    snprintf(path, sizeof path, "%s/link/b", root);
    CLEANUP(close_cleanup) int linked = directory_open(path, 0);
    assert_true(linked >= 0);
    assert_int_equal(unlinkat(above, "a/b", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(above, "a", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(above, "file", 0), 0);
    assert_int_equal(unlinkat(above, "link", 0), 0);
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_directories_are_made_when_that_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
