/* SPDX-License-Identifier: MIT */
#include "base/sandbox.h"

#include "base/cleanup.h"
#include "support/forked.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* root/: written/ read/ outside/, each with a file; single, other; link -> read. */

static char root[64];

static const char *at(const char *path)
{
    static char texts[4][128];
    static unsigned next;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof texts[0], "%s/%s", root, path);
    return text;
}

static bool can_open(const char *path, int flags)
{
    int fd = open(at(path), flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool is_denied(const char *path, int flags)
{
    return !can_open(path, flags) && errno == EACCES;
}

static void enter(void)
{
    struct error error;
    char written[128], read[128], single[128], missing[128];
    snprintf(written, sizeof written, "%s/written", root);
    snprintf(read, sizeof read, "%s/link", root);
    snprintf(single, sizeof single, "%s/single", root);
    snprintf(missing, sizeof missing, "%s/missing", root);
    const struct sandbox_path paths[] = {
        {written, SANDBOX_WRITE},
        {read, SANDBOX_READ},
        {single, SANDBOX_READ},
        {missing, SANDBOX_WRITE},
    };
    CHILD_ASSERT(sandbox_enter(paths, sizeof paths / sizeof *paths, &error));
}

static void skip_without_landlock(void)
{
    const char *reason;
    if (sandbox_landlock(&reason) > 0)
        return;
    print_message("there is no Landlock: %s\n", reason);
    skip();
}

static void give_up_privileges(void)
{
    struct rlimit limit;
    enter();
    CHILD_ASSERT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CHILD_ASSERT(getrlimit(RLIMIT_CORE, &limit) == 0);
    CHILD_ASSERT(limit.rlim_cur == 0 && limit.rlim_max == 0);
}

static void privileges_and_core_dumps_are_given_up(void **state)
{
    (void)state;
    run_in_child(give_up_privileges);
}

static void open_outside(void)
{
    int outside = open(at("outside"), O_PATH | O_DIRECTORY | O_CLOEXEC);
    CHILD_ASSERT(outside >= 0 && can_open("outside/file", O_RDONLY));
    enter();
    CHILD_ASSERT(is_denied("outside/file", O_RDONLY));
    CHILD_ASSERT(is_denied("outside/file", O_WRONLY));
    CHILD_ASSERT(is_denied("outside/new", O_WRONLY | O_CREAT));
    CHILD_ASSERT(is_denied("outside", O_RDONLY | O_DIRECTORY));
    CHILD_ASSERT(is_denied("other", O_RDONLY));
    CHILD_ASSERT(is_denied("written/../outside/file", O_RDONLY));
    CHILD_ASSERT(is_denied("written/way-out", O_RDONLY));
    CHILD_ASSERT(openat(outside, "file", O_RDONLY) < 0 && errno == EACCES);
    CHILD_ASSERT(unlink(at("outside/file")) < 0 && errno == EACCES);
    CHILD_ASSERT(mkdir(at("outside/new"), 0700) < 0 && errno == EACCES);
    CHILD_ASSERT(link(at("written/file"), at("outside/new")) < 0);
    CHILD_ASSERT(rename(at("written/file"), at("outside/new")) < 0);
    CHILD_ASSERT(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES);
    execl("/bin/true", "true", NULL);
    CHILD_ASSERT(errno == EACCES);
}

static void nothing_outside_of_the_list_can_be_opened(void **state)
{
    (void)state;
    skip_without_landlock();
    run_in_child(open_outside);
}

static void only_read(void)
{
    enter();
    CHILD_ASSERT(can_open("read/file", O_RDONLY) && can_open("link/file", O_RDONLY));
    CHILD_ASSERT(can_open("read/below/file", O_RDONLY));
    CHILD_ASSERT(can_open("read", O_RDONLY | O_DIRECTORY));
    CHILD_ASSERT(can_open("single", O_RDONLY));
    CHILD_ASSERT(is_denied("read/file", O_WRONLY));
    CHILD_ASSERT(is_denied("read/file", O_RDWR));
    CHILD_ASSERT(is_denied("read/new", O_WRONLY | O_CREAT));
    CHILD_ASSERT(is_denied("single", O_WRONLY));
    CHILD_ASSERT(unlink(at("read/file")) < 0 && errno == EACCES);
    CHILD_ASSERT(link(at("read/file"), at("written/stolen")) < 0);
}

static void what_is_for_reading_is_not_changed(void **state)
{
    (void)state;
    skip_without_landlock();
    run_in_child(only_read);
}

/* What the local provider does there. */
static void change(void)
{
    char name[64];
    enter();
    CHILD_ASSERT(mkdir(at("written/a"), 0700) == 0 && mkdir(at("written/a/b"), 0700) == 0);
    int fd = open(at("written/a/b"), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) { /* the file system has it */
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        CHILD_ASSERT(
            linkat(AT_FDCWD, name, AT_FDCWD, at("written/a/b/linked"), AT_SYMLINK_FOLLOW) == 0);
        CHILD_ASSERT(unlink(at("written/a/b/linked")) == 0);
    }
    CHILD_ASSERT(can_open("written/a/b/new", O_WRONLY | O_CREAT | O_EXCL));
    CHILD_ASSERT(link(at("written/a/b/new"), at("written/a/b/again")) == 0);
    CHILD_ASSERT(rename(at("written/a/b/new"), at("written/a/b/again")) == 0);
    CHILD_ASSERT(can_open("written/file", O_RDWR | O_TRUNC));
    CHILD_ASSERT(truncate(at("written/file"), 1) == 0);
    CHILD_ASSERT(unlink(at("written/a/b/again")) == 0 || errno == ENOENT);
    CHILD_ASSERT(unlink(at("written/a/b/new")) == 0 || errno == ENOENT);
    CHILD_ASSERT(rmdir(at("written/a/b")) == 0 && rmdir(at("written/a")) == 0);
    CHILD_ASSERT(symlink("/etc", at("written/etc")) < 0 && errno == EACCES);
    CHILD_ASSERT(mkfifo(at("written/fifo"), 0600) < 0 && errno == EACCES);
}

static void what_is_for_writing_is_changed(void **state)
{
    (void)state;
    skip_without_landlock();
    run_in_child(change);
}

static void *open_other(void *argument)
{
    *(bool *)argument = is_denied("outside/file", O_RDONLY);
    return NULL;
}

static void start_others(void)
{
    pthread_t thread;
    bool denied = false;
    enter();
    CHILD_ASSERT(pthread_create(&thread, NULL, open_other, &denied) == 0);
    CHILD_ASSERT(pthread_join(thread, NULL) == 0 && denied);
    pid_t child = fork();
    int status = -1;
    if (child == 0)
        _exit(is_denied("outside/file", O_RDONLY) ? 0 : 1);
    CHILD_ASSERT(waitpid(child, &status, 0) == child && status == 0);
}

static void threads_and_processes_that_are_started_then_are_inside(void **state)
{
    (void)state;
    skip_without_landlock();
    run_in_child(start_others);
}

static void place(const char *path)
{
    int fd = open(at(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "content", 7), 7);
    close(fd);
}

static int make_root(void **state)
{
    static const char *const directories[] = {"written", "read", "read/below", "outside"};
    static const char *const files[] = {"written/file", "read/file", "read/below/file",
                                        "outside/file", "single",    "other"};
    (void)state;
    strcpy(root, "/tmp/sandbox-XXXXXX");
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        assert_int_equal(mkdir(at(directories[i]), 0755), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        place(files[i]);
    assert_int_equal(symlink("read", at("link")), 0);
    assert_int_equal(symlink("../outside/file", at("written/way-out")), 0);
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    (void)stat;
    (void)type;
    (void)place;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(privileges_and_core_dumps_are_given_up),
        cmocka_unit_test(nothing_outside_of_the_list_can_be_opened),
        cmocka_unit_test(what_is_for_reading_is_not_changed),
        cmocka_unit_test(what_is_for_writing_is_changed),
        cmocka_unit_test(threads_and_processes_that_are_started_then_are_inside),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
