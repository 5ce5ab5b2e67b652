/* SPDX-License-Identifier: MIT */
#include "source/source_file.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* A directory that may be read from ("in"), its surroundings, and what could lead out of it. */

enum { MAX = 1000, SWAPS = 2000, DEADLINE_MS = 60 * 1000 };

static char root[64];
static char directories[256]; /* as the configuration has it */
static struct source_files files;
static const struct operation quiet;

/* "<root>/<path>"; the last four stay valid. */
static const char *at(const char *path)
{
    static char texts[4][256];
    static unsigned next;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof texts[0], "%s/%s", root, path);
    return text;
}

static void place(const char *path, const char *content)
{
    int fd = open(at(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
}

static void link_to(const char *target, const char *path)
{
    assert_int_equal(symlink(target, at(path)), 0);
}

static void place_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, at(path), sizeof address.sun_path - 1);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static int make_tree(void **state)
{
    (void)state;
    static const char *const folders[] = {"in", "in/sub", "in/empty", "in-too", "out", "more"};
    strcpy(root, "/tmp/source_file_test.XXXXXX");
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_int_equal(mkdir(at(folders[i]), 0755), 0);
    place("in/cat.png", "inside");
    place("in/with space, Ümläut und 猫.png", "inside");
    place("in/sub/deep.png", "inside");
    place("in-too/cat.png", "outside");
    place("out/secret.png", "outside");
    place("more/cat.png", "inside");
    link_to("sub/deep.png", "in/link.png");
    link_to("../sub/../cat.png", "in/sub/link.png");
    link_to("sub", "in/folder");
    link_to("../out/secret.png", "in/out.png");
    link_to("../in/cat.png", "in/out-and-back.png");
    link_to("../../out", "in/sub/out");
    link_to("out.png", "in/by-way-of.png");
    link_to("loop.png", "in/loop.png");
    link_to("nothing.png", "in/dangling.png");
    link_to(at("out/secret.png"), "in/absolute.png");
    link_to(at("in/cat.png"), "in/absolute-inside.png");
    link_to("/proc/self/cwd", "in/magic");
    link_to("in", "alias");
    link_to("../in", "out/alias");
    link_to("out/alias/sub", "sub-alias");
    link_to("in/cat.png", "entrance.png");
    assert_int_equal(mkfifo(at("in/fifo"), 0644), 0);
    place_socket("in/socket");
    snprintf(directories, sizeof directories, "%s/nothing:%s/alias:%s/more", root, root, root);
    files = (struct source_files){.directories = directories, .home = root};
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int remove_tree(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What is read from `text`; NULL: *ret_error says why not. The caller frees it. */
static char *content(const char *text, struct error *ret_error)
{
    CLEANUP(close_cleanup) int fd = -1;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    if (!source_file_open(&files, text, &fd, ret_error) ||
        !source_file_read(fd, MAX, &quiet, &blob, ret_error))
        return NULL;
    return strndup((const char *)blob->data, blob->size);
}

/* With openat2() and without; code ERROR_NONE: it is read. */
static const struct {
    const char *path;
    enum error_code code;
    const char *text;
    enum error_code plain_code;
    const char *plain_text;
} cases[] = {
    {"alias/cat.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"alias//sub/./deep.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"alias/with space, Ümläut und 猫.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"in/cat.png", ERROR_NONE, "", ERROR_NONE, ""}, /* the directory's own name */
    {"more/cat.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"out/alias/cat.png", ERROR_NONE, "", ERROR_NONE, ""}, /* other names of it */
    {"sub-alias/deep.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"alias/with\\ space,\\ Ümläut\\ und\\ 猫.png", ERROR_NONE, "", ERROR_NONE, ""},
    {"alias/cat.png \n", ERROR_NONE, "", ERROR_NONE, ""},
    {"out/alias/out.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/sub/../cat.png", ERROR_NONE, "", ERROR_DENIED, "leads out"},
    {"alias/link.png", ERROR_NONE, "", ERROR_DENIED, "symbolic link"},
    {"alias/sub/link.png", ERROR_NONE, "", ERROR_DENIED, "symbolic link"},
    {"alias/folder/deep.png", ERROR_NONE, "", ERROR_INVALID, "symbolic link"},
    {"alias/folder/../cat.png", ERROR_NONE, "", ERROR_INVALID, "symbolic link"},

    {"alias/../out/secret.png", ERROR_DENIED, "leads out", ERROR_DENIED, "leads out"},
    {"alias/sub/../../out/secret.png", ERROR_DENIED, "leads out", ERROR_DENIED, "leads out"},
    {"alias/../in/cat.png", ERROR_DENIED, "leads out", ERROR_DENIED, "leads out"},
    {"alias/..", ERROR_DENIED, "leads out", ERROR_DENIED, "leads out"},
    {"alias/out.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/out-and-back.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/by-way-of.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/sub/out/secret.png", ERROR_DENIED, "leads out", ERROR_INVALID, "symbolic link"},
    {"alias/absolute.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/absolute-inside.png", ERROR_DENIED, "leads out", ERROR_DENIED, "symbolic link"},
    {"alias/magic/cat.png", ERROR_DENIED, "leads out", ERROR_INVALID, "symbolic link"},
    {"alias/loop.png", ERROR_DENIED, "symbolic link", ERROR_DENIED, "symbolic link"},

    {"out/secret.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED,
     "is not in a directory"},
    {"in-too/cat.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED,
     "is not in a directory"},
    {"alias-too/cat.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED,
     "is not in a directory"},
    {"aliascat.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED, "is not in a directory"},
    {"entrance.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED, "is not in a directory"},
    {"out/../alias/cat.png", ERROR_DENIED, "is not in a directory", ERROR_DENIED,
     "is not in a directory"},
    {"", ERROR_DENIED, "is not in a directory", ERROR_DENIED, "is not in a directory"},

    {"alias/nothing.png", ERROR_NOT_FOUND, "it does not exist", ERROR_NOT_FOUND,
     "it does not exist"},
    {"alias/nothing/cat.png", ERROR_NOT_FOUND, "it does not exist", ERROR_NOT_FOUND,
     "it does not exist"},
    {"alias/dangling.png", ERROR_NOT_FOUND, "it does not exist", ERROR_DENIED, "symbolic link"},
    {"nothing/cat.png", ERROR_NOT_FOUND, "it does not exist", ERROR_NOT_FOUND, "it does not exist"},
    {"alias/cat.png/x", ERROR_INVALID, "no directory", ERROR_INVALID, "no directory"},
    {"alias", ERROR_INVALID, "is a directory", ERROR_INVALID, "is a directory"},
    {"alias/empty", ERROR_INVALID, "is a directory", ERROR_INVALID, "is a directory"},
    {"alias/fifo", ERROR_INVALID, "not a regular file", ERROR_INVALID, "not a regular file"},
    {"alias/socket", ERROR_INVALID, "not a regular file", ERROR_INVALID, "not a regular file"},
};

/* How many of the cases are otherwise. */
static int count_failures(bool plain)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        CLEANUP(free_cleanup) char *read = content(at(cases[i].path), &error);
        enum error_code code = plain ? cases[i].plain_code : cases[i].code;
        const char *text = plain ? cases[i].plain_text : cases[i].text;
        if (error.code == code && strstr(error.text, text) &&
            (code != ERROR_NONE) == (read == NULL) && (!read || strcmp(read, "inside") == 0))
            continue;
        fprintf(stderr, "%s: \"%s\", %d %s\n", cases[i].path, read ? read : "", error.code,
                error.text);
        failures++;
    }
    return failures;
}

static void nothing_leads_out_of_the_directories(void **state)
{
    (void)state;
    assert_int_equal(count_failures(false), 0);
}

/* From now on the calling process has no openat2(). */
static void block_openat2(int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ||
        syscall(SYS_openat2, -1, "", NULL, (size_t)0) != -1 || errno != number)
        _exit(99);
}

/* Runs check() in a process without openat2(); returns what it returns. */
static int without_openat2(int number, int (*check)(void))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        block_openat2(number);
        _exit(check());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int count_plain_failures(void)
{
    return count_failures(true);
}

static void without_openat2_no_link_is_followed(void **state)
{
    (void)state;
    assert_int_equal(without_openat2(ENOSYS, count_plain_failures), 0);
    assert_int_equal(without_openat2(EPERM, count_plain_failures), 0);
}

/* A process that exchanges two names over and over, until it is killed. */
static pid_t start_swapping(const char *one, const char *other)
{
    pid_t child = fork();
    if (child == 0) {
        for (;;)
            if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) < 0)
                _exit(1);
    }
    return child;
}

/* Reads while the name, or the directory it is in, is now this, now a link that leads out. Returns
 * 0 when nothing from outside was read, and both states were met. */
static int read_while_swapped(const char *path)
{
    int read = 0, refused = 0, leaked = 0;
    int64_t end = clock_monotonic_ms() + DEADLINE_MS;
    for (int i = 0; i < SWAPS || !read || !refused; i++) {
        struct error error = {0};
        CLEANUP(free_cleanup) char *text = content(path, &error);
        read += text && strcmp(text, "inside") == 0;
        leaked += text && strcmp(text, "inside") != 0;
        refused += !text;
        if (leaked || clock_monotonic_ms() > end)
            break;
    }
    if (!read || !refused || leaked)
        fprintf(stderr, "%s: read %d, refused %d, leaked %d\n", path, read, refused, leaked);
    return !read || !refused || leaked;
}

static int read_swapped_file(void)
{
    return read_while_swapped(at("alias/swapped.png"));
}

static int read_swapped_directory(void)
{
    return read_while_swapped(at("alias/swapped/secret.png"));
}

static void assert_no_leak(const char *one, const char *other, int (*check)(void))
{
    int status;
    pid_t child = start_swapping(at(one), at(other));
    assert_true(child > 0);
    int failed = check(), failed_plain = without_openat2(ENOSYS, check);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it swapped all the time */
    assert_int_equal(failed, 0);
    assert_int_equal(failed_plain, 0);
}

static void a_link_swapped_in_while_it_is_opened_leads_nowhere(void **state)
{
    (void)state;
    place("in/swapped.png", "inside");
    link_to("../out/secret.png", "in/swap-link.png");
    assert_no_leak("in/swapped.png", "in/swap-link.png", read_swapped_file);
    assert_int_equal(mkdir(at("in/swapped"), 0755), 0);
    place("in/swapped/secret.png", "inside");
    link_to("../out", "in/swap-folder");
    assert_no_leak("in/swapped", "in/swap-folder", read_swapped_directory);
}

static void without_directories_nothing_is_read_and_the_error_says_how(void **state)
{
    (void)state;
    const struct source_files none = {.home = root};
    struct error error;
    int fd = -1;
    assert_false(source_file_open(&none, at("in/cat.png"), &fd, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    assert_non_null(strstr(error.text, "no directory is configured"));
    assert_int_equal(fd, -1);
}

static void tilde_and_file_urls_are_understood(void **state)
{
    (void)state;
    struct error error;
    char url[256];
    snprintf(url, sizeof url, "file://localhost%s/alias/with%%20space,%%20%%C3%%9Cmläut und 猫.png",
             root);
    const char *const texts[] = {"~/alias/cat.png", url};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CLEANUP(free_cleanup) char *read = content(texts[i], &error);
        if (!read)
            fail_msg("%s", error.text);
        assert_string_equal(read, "inside");
    }
}

static void everything_below_the_root_directory_can_be_allowed(void **state)
{
    (void)state;
    const struct source_files all = {.directories = "/"};
    struct error error;
    CLEANUP(close_cleanup) int fd = -1;
    assert_true(source_file_open(&all, at("out/secret.png"), &fd, &error));
}

/* Reading */

static bool read_pipe(size_t size, size_t max, struct blob **ret_blob, struct error *error)
{
    int ends[2];
    char bytes[MAX];
    assert_in_range(size, 0, sizeof bytes);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(write(ends[1], bytes, size), size);
    close(ends[1]);
    bool good = source_file_read(ends[0], max, &quiet, ret_blob, error);
    close(ends[0]);
    return good;
}

static void what_has_no_size_is_read_up_to_the_limit(void **state)
{
    (void)state;
    static const struct {
        size_t size, max;
        bool good;
    } sizes[] = {{0, 0, true},  {0, 10, true},         {10, 10, true},  {11, 10, false},
                 {1, 0, false}, {MAX, MAX - 1, false}, {MAX, MAX, true}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct error error = {0};
        CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
        assert_int_equal(read_pipe(sizes[i].size, sizes[i].max, &blob, &error), sizes[i].good);
        assert_int_equal(error.code, sizes[i].good ? ERROR_NONE : ERROR_TOO_LARGE);
        if (blob)
            assert_int_equal(blob->size, sizes[i].size);
    }
}

static void a_file_that_is_too_large_is_not_read_at_all(void **state)
{
    (void)state;
    struct error error;
    struct blob *blob = NULL;
    CLEANUP(close_cleanup) int fd = open(at("in/sparse.png"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    assert_false(source_file_read(fd, MAX, &quiet, &blob, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    assert_int_equal(ftruncate(fd, MAX), 0);
    assert_true(source_file_read(fd, MAX, &quiet, &blob, &error));
    assert_int_equal(blob->size, MAX);
    blob_destroy(blob);
}

/* A file that says that it has no bytes, and then has some: as one that grows. */
static void a_file_that_grows_is_read_up_to_the_limit(void **state)
{
    (void)state;
    struct error error;
    struct blob *blob = NULL;
    struct stat stat;
    CLEANUP(close_cleanup) int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &stat), 0);
    assert_int_equal(stat.st_size, 0);
    assert_false(source_file_read(fd, 10, &quiet, &blob, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 11); /* one byte more tells */
}

static void reading_can_be_cancelled(void **state)
{
    (void)state;
    struct error error;
    struct blob *blob = NULL;
    struct cancel cancel;
    const struct operation operation = {.cancel = &cancel};
    CLEANUP(close_cleanup) int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    cancel_init(&cancel);
    cancel_request(&cancel);
    assert_false(source_file_read(fd, 1 << 20, &operation, &blob, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leads_out_of_the_directories),
        cmocka_unit_test(without_openat2_no_link_is_followed),
        cmocka_unit_test(a_link_swapped_in_while_it_is_opened_leads_nowhere),
        cmocka_unit_test(without_directories_nothing_is_read_and_the_error_says_how),
        cmocka_unit_test(tilde_and_file_urls_are_understood),
        cmocka_unit_test(everything_below_the_root_directory_can_be_allowed),
        cmocka_unit_test(what_has_no_size_is_read_up_to_the_limit),
        cmocka_unit_test(a_file_that_is_too_large_is_not_read_at_all),
        cmocka_unit_test(a_file_that_grows_is_read_up_to_the_limit),
        cmocka_unit_test(reading_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
