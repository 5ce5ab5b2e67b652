/* SPDX-License-Identifier: MIT */
/* What every provider must do is tested by tests/conformance; here is what concerns files: where
 * they are, what a failing system leaves behind, and that nothing leads out of the directory.
 * System calls that a test wants to fail are defined here and so take the place of the C library's.
 */
#include "storage/providers/local.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static const char key[] = "generations/2024-09-27/m/0123456789ab_1x1.png";

/* --- a system that fails ---------------------------------------------------------------------- */

static struct {
    bool no_tmpfile;    /* the file system knows no O_TMPFILE */
    bool no_hard_links; /* nor link() */
    int mkdir_errno, write_errno, fsync_errno, create_errno, unlink_errno;
    bool no_types;      /* readdir() does not tell files from directories */
    int vanishing;      /* so many times the directory is removed before a file is made in it */
    int vanishing_late; /* ... before a file is linked into it */
    atomic_int fsyncs;
} faults;

static int failing(int number)
{
    errno = number;
    return -1;
}

static bool remove_directory(int fd)
{
    char link[32], path[256];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    assert_true(length > 0);
    path[length] = '\0';
    return rmdir(path) == 0;
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    bool tmpfile = (flags & O_TMPFILE) == O_TMPFILE;
    if (tmpfile && faults.no_tmpfile)
        return failing(EOPNOTSUPP);
    if ((tmpfile || flags & O_CREAT) && faults.create_errno)
        return failing(faults.create_errno);
    if ((tmpfile || flags & O_CREAT) && faults.vanishing > 0 && remove_directory(directory))
        faults.vanishing--;
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    if (faults.no_hard_links)
        return failing(EPERM);
    if (faults.vanishing_late > 0 && remove_directory(to_directory))
        faults.vanishing_late--;
    return (int)syscall(SYS_linkat, from_directory, from, to_directory, to, flags);
}

int unlinkat(int directory, const char *path, int flags)
{
    return faults.unlink_errno ? failing(faults.unlink_errno)
                               : (int)syscall(SYS_unlinkat, directory, path, flags);
}

struct dirent *readdir(DIR *stream)
{
    static struct dirent *(*next)(DIR *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "readdir");
    struct dirent *entry = next(stream);
    if (entry && faults.no_types)
        entry->d_type = DT_UNKNOWN;
    return entry;
}

int mkdirat(int directory, const char *path, mode_t mode)
{
    return faults.mkdir_errno ? failing(faults.mkdir_errno)
                              : (int)syscall(SYS_mkdirat, directory, path, mode);
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct stat stat;
    if (faults.write_errno && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode)) {
        /* Some of it is written before the disk is full. */
        if (stat.st_size == 0)
            return syscall(SYS_write, fd, data, size / 2);
        return failing(faults.write_errno);
    }
    return syscall(SYS_write, fd, data, size);
}

int fsync(int fd)
{
    faults.fsyncs++;
    return faults.fsync_errno ? failing(faults.fsync_errno) : (int)syscall(SYS_fsync, fd);
}

/* --- a directory for each test ---------------------------------------------------------------- */

static char root[] = "/tmp/local_test-XXXXXX";
static char store[sizeof root + 32]; /* inside root */
static struct storage_provider *provider;
static const struct operation no_operation;

static int setup(void **state)
{
    (void)state;
    struct error error;
    memset(&faults, 0, sizeof faults);
    strcpy(root + sizeof root - 7, "XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(store, sizeof store, "%s/new/images", root);
    return local_provider_create(store, NULL, false, &provider, &error) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat, (void)type, (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    storage_provider_destroy(provider);
    return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int files_seen;

static int count_file(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)path, (void)stat, (void)ftw;
    files_seen += type != FTW_D;
    return 0;
}

static int count_files(void)
{
    files_seen = 0;
    nftw(root, count_file, 16, FTW_PHYS);
    return files_seen;
}

static bool put_with(const struct operation *operation, const char *name, const char *data,
                     bool if_absent, struct error *error)
{
    static const struct fields none;
    unsigned char digest[SHA256_SIZE];
    assert_true(sha256(data, strlen(data), digest, error));
    struct object_put put = {
        .key = name,
        .data = data,
        .size = strlen(data),
        .sha256 = digest,
        .content_type = "image/png",
        .fields = &none,
        .if_absent = if_absent,
    };
    return provider->ops->put(provider, operation, &put, error);
}

static void assert_put(const char *data, bool if_absent)
{
    struct error error;
    if (!put_with(&no_operation, key, data, if_absent, &error))
        fail_msg("%s", error.text);
}

static void assert_put_fails(const char *name, enum error_code code, const char *says)
{
    struct error error = {0};
    assert_false(put_with(&no_operation, name, "data", true, &error));
    assert_int_equal(error.code, code);
    if (!strstr(error.text, says))
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
}

static void assert_content(const char *content)
{
    char path[256], data[64] = "";
    snprintf(path, sizeof path, "%s/%s", store, key);
    CLEANUP(fclose_cleanup) FILE *file = fopen(path, "r");
    assert_non_null(file);
    data[fread(data, 1, sizeof data - 1, file)] = '\0';
    assert_string_equal(data, content);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void the_directory_is_made_by_the_first_put(void **state)
{
    (void)state;
    struct stat stat;
    struct object_info info;
    struct error error;
    assert_false(provider->ops->head(provider, &no_operation, key, &info, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_int_equal(access(store, F_OK), -1);
    mode_t mask = umask(022);
    assert_put("data", true);
    umask(mask);
    assert_content("data");
    assert_int_equal(lstat(store, &stat), 0);
    assert_int_equal(stat.st_mode & 0777, 0755);
}

static mode_t mode_of(const char *path)
{
    struct stat stat_of_path;
    assert_int_equal(stat(path, &stat_of_path), 0);
    return stat_of_path.st_mode & 07777;
}

static void the_umask_says_who_may_read_a_shared_store(void **state)
{
    (void)state;
    char path[sizeof store + 64];
    mode_t before = umask(027);
    assert_put("new", false);
    umask(before);
    assert_int_equal(mode_of(store), 0750);
    snprintf(path, sizeof path, "%s/%s", store, key);
    assert_int_equal(mode_of(path), 0640);
}

static void a_private_store_is_for_its_user_alone(void **state)
{
    (void)state;
    char path[sizeof store + 64];
    struct error error;
    mode_t before = umask(0);
    for (int named = 0; named < 2; named++) {
        faults.no_tmpfile = named;
        storage_provider_destroy(provider);
        assert_true(local_provider_create(store, NULL, true, &provider, &error));
        assert_put("new", false);
        assert_int_equal(mode_of(store), 0700);
        snprintf(path, sizeof path, "%s/%s", store, key);
        assert_int_equal(mode_of(path), 0600);
        assert_int_equal(unlink(path), 0);
    }
    umask(before);
}

static void files_and_new_directories_are_synced(void **state)
{
    (void)state;
    assert_put("data", true);
    /* new, images, generations, the day, the model: into what they are in; the file; its directory.
     */
    assert_int_equal(faults.fsyncs, 7);
    assert_put("other", false);
    assert_int_equal(faults.fsyncs, 9);
}

static void each_way_to_write_replaces_only_when_it_may(void **state)
{
    (void)state;
    static const struct {
        bool no_tmpfile, no_hard_links;
    } systems[] = {{false, false}, {true, false}, {true, true}};
    struct error error;
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        char path[256];
        faults.no_tmpfile = systems[i].no_tmpfile;
        faults.no_hard_links = systems[i].no_hard_links;
        assert_put("first", true);
        assert_false(put_with(&no_operation, key, "second", true, &error));
        assert_int_equal(error.code, ERROR_EXISTS);
        assert_content("first");
        assert_put("third", false);
        assert_content("third");
        assert_int_equal(count_files(), 1);
        snprintf(path, sizeof path, "%s/%s", store, key);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_failing_system_leaves_no_file_and_says_why(void **state)
{
    (void)state;
    static const struct {
        int *fault;
        int number;
        enum error_code code;
        const char *says;
    } cases[] = {
        {&faults.write_errno, ENOSPC, ERROR_UNAVAILABLE, "disk is full"},
        {&faults.write_errno, EDQUOT, ERROR_UNAVAILABLE, "quota"},
        {&faults.write_errno, EFBIG, ERROR_TOO_LARGE, "larger"},
        {&faults.write_errno, EIO, ERROR_UNAVAILABLE, "Input/output error"},
        {&faults.fsync_errno, EIO, ERROR_UNAVAILABLE, "Input/output error"},
        {&faults.create_errno, EACCES, ERROR_DENIED, "permission denied"},
        {&faults.create_errno, EROFS, ERROR_DENIED, "read-only"},
        {&faults.create_errno, EMFILE, ERROR_UNAVAILABLE, "too many open files"},
        {&faults.mkdir_errno, EROFS, ERROR_DENIED, "read-only"},
        {&faults.mkdir_errno, ENOSPC, ERROR_UNAVAILABLE, "disk is full"},
    };
    for (int tmpfile = 0; tmpfile < 2; tmpfile++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char name[64];
            snprintf(name, sizeof name, "day-%d-%zu/m/x.png", tmpfile, i);
            faults.no_tmpfile = tmpfile;
            *cases[i].fault = cases[i].number;
            assert_put_fails(name, cases[i].code, cases[i].says);
            *cases[i].fault = 0;
            assert_int_equal(count_files(), 0);
        }
    }
}

static void cancel_at_first_bytes(void *argument, uint64_t done, uint64_t total,
                                  const char *message)
{
    (void)total, (void)message;
    if (done > 0)
        cancel_request(argument);
}

static void a_put_cancelled_on_its_way_leaves_nothing(void **state)
{
    (void)state;
    struct cancel cancel;
    struct error error;
    cancel_init(&cancel);
    struct operation operation = {
        .cancel = &cancel, .progress = cancel_at_first_bytes, .progress_argument = &cancel};
    for (int tmpfile = 0; tmpfile < 2; tmpfile++) {
        faults.no_tmpfile = tmpfile;
        assert_false(put_with(&operation, key, "data", true, &error));
        assert_int_equal(error.code, ERROR_CANCELLED);
        assert_int_equal(count_files(), 0);
    }
    cancel_finish(&cancel);
}

static void symbolic_links_do_not_lead_out(void **state)
{
    (void)state;
    struct object_info info;
    struct blob *blob = NULL;
    struct error error;
    char path[256], outside[256];
    assert_put("data", true);
    snprintf(outside, sizeof outside, "%s/outside", root);
    assert_int_equal(mkdir(outside, 0755), 0);

    snprintf(path, sizeof path, "%s/linked", store);
    assert_int_equal(symlink(outside, path), 0);
    assert_put_fails("linked/x.png", ERROR_INVALID, "symbolic link");
    assert_put_fails("linked/new/x.png", ERROR_INVALID, "symbolic link");

    snprintf(path, sizeof path, "%s/secret", root);
    CLEANUP(fclose_cleanup) FILE *secret = fopen(path, "w");
    assert_non_null(secret);
    snprintf(outside, sizeof outside, "%s/generations/link.png", store);
    assert_int_equal(symlink(path, outside), 0);
    assert_false(
        provider->ops->get(provider, &no_operation, "generations/link.png", 10, &blob, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_false(
        provider->ops->head(provider, &no_operation, "generations/link.png", &info, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_put_fails("generations/link.png", ERROR_EXISTS, "exists");
}

static void keys_that_are_no_keys_are_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"../x.png", "a/../../x.png", "/etc/passwd", "a//b", "", ".",
                                       "a/",       "a/./b",         "a/.."};
    struct object_info info;
    struct error error;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_put_fails(keys[i], ERROR_INVALID, "not a key");
        assert_false(provider->ops->head(provider, &no_operation, keys[i], &info, &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
    assert_int_equal(count_files(), 0);
}

static void a_name_that_is_too_long_is_said(void **state)
{
    (void)state;
    char name[600];
    memset(name, 'n', sizeof name);
    name[300] = '/';
    name[sizeof name - 1] = '\0';
    assert_put_fails(name, ERROR_INVALID, "longer");
    assert_put_fails(name + 301, ERROR_INVALID, "longer");
}

static void a_file_where_the_directory_should_be_is_said(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/new", root);
    CLEANUP(fclose_cleanup) FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_put_fails(key, ERROR_INVALID, "should be");
}

static void what_is_not_a_file_is_not_read(void **state)
{
    (void)state;
    char path[256];
    struct blob *blob = NULL;
    struct object_info info;
    struct error error;
    assert_put("data", true);
    snprintf(path, sizeof path, "%s/generations/fifo.png", store);
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_false(
        provider->ops->get(provider, &no_operation, "generations/fifo.png", 10, &blob, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_false(provider->ops->head(provider, &no_operation, "generations", &info, &error));
    assert_int_equal(error.code, ERROR_INVALID);
}

static void urls_are_percent_encoded_once(void **state)
{
    (void)state;
    static const struct {
        const char *directory, *base, *url;
    } cases[] = {
        {"/srv/my images/ü%", NULL, "file:///srv/my%20images/%C3%BC%25/a/b%20c~.png"},
        {"/srv/images///", NULL, "file:///srv/images/a/b%20c~.png"},
        {"/", NULL, "file:///a/b%20c~.png"},
        {"/srv", "https://h/i", "https://h/i/a/b%20c~.png"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(storage_provider_destroy_cleanup) struct storage_provider *other = NULL;
        CLEANUP(object_url_finish) struct object_url url = {0};
        struct error error;
        assert_true(
            local_provider_create(cases[i].directory, cases[i].base, false, &other, &error));
        assert_true(other->ops->url(other, "a/b c~.png", &url, &error));
        assert_string_equal(url.url, cases[i].url);
        assert_int_equal(url.expires_ms, 0);
        assert_null(url.hint);
    }
}

static void a_relative_directory_is_refused(void **state)
{
    (void)state;
    struct storage_provider *other = NULL;
    struct error error;
    assert_false(local_provider_create("images", NULL, false, &other, &error));
    assert_int_equal(error.code, ERROR_INVALID);
}

/* --- listing and deleting --------------------------------------------------------------------- */

static void must_put(const char *name)
{
    struct error error;
    if (!put_with(&no_operation, name, "data", false, &error))
        fail_msg("%s", error.text);
}

static bool note_key(void *argument, const struct object_entry *entry, bool *stop,
                     struct error *error)
{
    (void)stop;
    (void)error;
    char *keys = argument;
    snprintf(keys + strlen(keys), 1024 - strlen(keys), "%.100s\n", entry->key);
    return true;
}

static void assert_list(const char *prefix, const char *delimiter, const char *expected)
{
    char keys[1024] = "";
    struct error error;
    const struct object_query query = {.prefix = prefix, .delimiter = delimiter};
    if (!provider->ops->list(provider, &no_operation, &query, note_key, keys, &error))
        fail_msg("%s", error.text);
    assert_string_equal(keys, expected);
}

static enum error_code delete_key(const char *name, char text[160])
{
    struct delete_result result;
    struct error error;
    assert_true(provider->ops->delete (provider, &no_operation, &name, 1, &result, &error));
    memcpy(text, result.text, sizeof result.text);
    return result.code;
}

static void assert_deleted(const char *name)
{
    char text[160];
    if (delete_key(name, text) != ERROR_NONE)
        fail_msg("%s", text);
}

/* A path inside the store, from a turn of buffers. */
static const char *path_of(const char *name)
{
    static char paths[2][256];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", store, name);
    return paths[turn];
}

static void only_files_and_what_holds_them_are_listed(void **state)
{
    (void)state;
    assert_list("", NULL, "");
    must_put("a/x.png");
    must_put("b.png");
    assert_int_equal(symlink(path_of("a"), path_of("link")), 0);
    assert_int_equal(symlink(path_of("b.png"), path_of("link.png")), 0);
    assert_int_equal(mkfifo(path_of("fifo.png"), 0644), 0);
    assert_int_equal(mkdir(path_of("empty"), 0755), 0);
    assert_int_equal(mkdir(path_of("empty/too"), 0755), 0);
    CLEANUP(fclose_cleanup) FILE *draft = fopen(path_of("empty/too/.tmp-0123456789abcdef"), "w");
    assert_non_null(draft);
    for (int i = 0; i < 2; i++) {
        faults.no_types = i;
        assert_list("", NULL, "a/x.png\nb.png\n");
        assert_list("", "/", "a/\nb.png\n");
        assert_list("link/", NULL, "");
        assert_list("b.png/", NULL, "");
        assert_list("a/../a/", NULL, "");
        assert_list("/", NULL, "");
        assert_list("a//", NULL, "");
    }
}

/* Also of files beside them, for which a directory is opened again. */
static void the_depth_of_the_tree_costs_no_descriptors(void **state)
{
    (void)state;
    char name[1024] = "", keys[1024] = "";
    struct error error;
    struct rlimit few, limit;
    while (strlen(name) < 600)
        strcat(name, "d/");
    must_put("d/d/e.png");
    strcat(name, "x.png");
    must_put(name);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 32;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    const struct object_query query = {.prefix = ""};
    bool listed = provider->ops->list(provider, &no_operation, &query, note_key, keys, &error);
    setrlimit(RLIMIT_NOFILE, &limit);
    if (!listed)
        fail_msg("%s", error.text);
    assert_int_equal(strlen(keys), 101 + strlen("d/d/e.png\n")); /* the long one is cut */
    assert_non_null(strstr(keys, "\nd/d/e.png\n"));
}

static void a_directory_that_cannot_be_read_is_said(void **state)
{
    (void)state;
    char keys[1024] = "";
    struct error error;
    struct rlimit none, limit;
    must_put("a/x.png");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const struct object_query query = {.prefix = "a/"};
    bool listed = provider->ops->list(provider, &no_operation, &query, note_key, keys, &error);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_false(listed);
    assert_int_equal(error.code, ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.text, "too many open files"));
}

static void directories_left_empty_are_removed(void **state)
{
    (void)state;
    must_put("a/b/c/x.png");
    must_put("a/y.png");
    assert_deleted("a/b/c/x.png");
    assert_int_equal(access(path_of("a/b"), F_OK), -1);
    assert_int_equal(access(path_of("a/y.png"), F_OK), 0);
    assert_deleted("a/b/c/x.png");
    assert_deleted("a/y.png");
    assert_int_equal(access(path_of("a"), F_OK), -1);
    assert_int_equal(access(store, F_OK), 0);
}

static void only_files_of_the_store_are_deleted(void **state)
{
    (void)state;
    static const char *const odd[] = {"../x.png", "/etc/passwd", "a/../x.png", "", "a/"};
    char text[160];
    must_put("a/x.png");
    assert_int_equal(symlink(path_of("a"), path_of("link")), 0);
    assert_int_equal(symlink(path_of("a/x.png"), path_of("link.png")), 0);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(delete_key(odd[i], text), ERROR_INVALID);
    assert_int_equal(delete_key("link/x.png", text), ERROR_INVALID);
    assert_int_equal(delete_key("link.png", text), ERROR_INVALID);
    assert_int_equal(delete_key("a", text), ERROR_INVALID);
    assert_non_null(strstr(text, "not a file"));
    faults.unlink_errno = EACCES;
    assert_int_equal(delete_key("a/x.png", text), ERROR_DENIED);
    assert_non_null(strstr(text, "cannot delete"));
    faults.unlink_errno = 0;
    assert_int_equal(access(path_of("a/x.png"), F_OK), 0);
    assert_int_equal(access(path_of("link.png"), F_OK), 0);
}

static void a_put_whose_directory_vanishes_starts_over(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        faults.no_tmpfile = i;
        faults.vanishing = 3;
        assert_put("data", true);
        assert_int_equal(faults.vanishing, 0);
        assert_content("data");
        assert_int_equal(count_files(), 1);
        assert_deleted(key);
    }
    faults.no_tmpfile = false;
    faults.vanishing_late = 2; /* the second time it is held */
    assert_put("data", true);
    assert_int_equal(faults.vanishing_late, 1);
    assert_content("data");
    faults.vanishing_late = 0;
    assert_deleted(key);
    faults.vanishing = 1000;
    assert_put_fails(key, ERROR_NOT_FOUND, "does not exist");
    assert_true(faults.vanishing > 0);
    faults.vanishing = 0;
}

enum { ROUNDS = 300 };

struct worker {
    pthread_t thread;
    const char *name;
    bool done;
    struct error error;
};

static void *put_and_delete(void *argument)
{
    struct worker *worker = argument;
    struct delete_result result = {0};
    worker->done = true;
    for (int i = 0; i < ROUNDS && worker->done; i++)
        worker->done = put_with(&no_operation, worker->name, "data", false, &worker->error) &&
                       provider->ops->delete (provider, &no_operation, &worker->name, 1, &result,
                                              &worker->error) &&
                       (result.code == ERROR_NONE ||
                        error_set(&worker->error, result.code, "%s", result.text));
    return NULL;
}

static void puts_and_deletes_beside_each_other_all_succeed(void **state)
{
    (void)state;
    struct worker workers[] = {
        {.name = "a/b/1.png"}, {.name = "a/b/2.png"}, {.name = "a/c/3.png"}, {.name = "a/4.png"}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, put_and_delete, &workers[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        if (!workers[i].done)
            fail_msg("%s: %s", workers[i].name, workers[i].error.text);
    assert_list("", NULL, "");
    assert_int_equal(access(path_of("a"), F_OK), -1);
}

static void a_deletion_of_a_record_waits_for_a_save(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation impatient = {.cancel = &cancel}; /* gives up at once */
    const struct storage_provider_ops *ops = provider->ops;
    assert_null(ops->lock(provider, &no_operation, key, true)); /* no directory: nothing to lock */
    void *first = ops->lock(provider, &no_operation, key, false);
    void *second = ops->lock(provider, &no_operation, key, false);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(ops->lock(provider, &impatient, key, true));
    ops->unlock(provider, first);
    assert_null(ops->lock(provider, &impatient, key, true));
    ops->unlock(provider, second);
    void *exclusive = ops->lock(provider, &no_operation, key, true);
    assert_non_null(exclusive);
    assert_null(ops->lock(provider, &impatient, key, false));
    ops->unlock(provider, exclusive);
    cancel_finish(&cancel);
}

static void a_directory_in_which_something_is_being_saved_is_not_removed(void **state)
{
    (void)state;
    assert_put("data", true);
    void *lock = provider->ops->lock(provider, &no_operation, key, false);
    assert_non_null(lock);
    assert_deleted(key);
    char directory[sizeof store + 64];
    snprintf(directory, sizeof directory, "%s/%s", store, key);
    *strrchr(directory, '/') = '\0';
    assert_int_equal(access(directory, F_OK), 0);
    provider->ops->unlock(provider, lock);
    void *exclusive = provider->ops->lock(provider, &no_operation, key, true);
    assert_non_null(exclusive);
    provider->ops->unlock(provider, exclusive); /* it is empty now */
    assert_int_equal(access(directory, F_OK), -1);
}

static void what_is_found_is_synced_with_all_that_is_above_it(void **state)
{
    (void)state;
    struct error error;
    assert_false(provider->ops->sync(provider, &no_operation, key, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_put("data", true);
    int before = faults.fsyncs, above = 0;
    for (const char *slash = strchr(key, '/'); slash; slash = strchr(slash + 1, '/'))
        above++;
    assert_true(provider->ops->sync(provider, &no_operation, key, &error));
    assert_int_equal(faults.fsyncs - before, 1 + above + 1); /* the file, and the root */
    faults.fsync_errno = EIO;
    assert_false(provider->ops->sync(provider, &no_operation, key, &error));
    faults.fsync_errno = 0;
}

static void what_killed_puts_have_left_is_listed_apart_and_can_be_deleted(void **state)
{
    (void)state;
    static const char name[] = "a/b/.tmp-0123456789abcdef";
    struct error error;
    must_put("a/b/1.png");
    CLEANUP(close_cleanup) int fd = open(path_of(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_list("", NULL, "a/b/1.png\n");
    char listed[1024] = "";
    assert_true(
        provider->ops->list_drafts(provider, &no_operation, "a/", note_key, listed, &error));
    assert_string_equal(listed, "a/b/.tmp-0123456789abcdef\n");
    assert_deleted(name);
    assert_int_equal(access(path_of(name), F_OK), -1);
    assert_list("", NULL, "a/b/1.png\n");
}

#define LOCAL_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCAL_TEST(the_directory_is_made_by_the_first_put),
        LOCAL_TEST(the_umask_says_who_may_read_a_shared_store),
        LOCAL_TEST(a_private_store_is_for_its_user_alone),
        LOCAL_TEST(files_and_new_directories_are_synced),
        LOCAL_TEST(each_way_to_write_replaces_only_when_it_may),
        LOCAL_TEST(a_failing_system_leaves_no_file_and_says_why),
        LOCAL_TEST(a_put_cancelled_on_its_way_leaves_nothing),
        LOCAL_TEST(symbolic_links_do_not_lead_out),
        LOCAL_TEST(keys_that_are_no_keys_are_refused),
        LOCAL_TEST(a_name_that_is_too_long_is_said),
        LOCAL_TEST(a_file_where_the_directory_should_be_is_said),
        LOCAL_TEST(what_is_not_a_file_is_not_read),
        LOCAL_TEST(only_files_and_what_holds_them_are_listed),
        LOCAL_TEST(the_depth_of_the_tree_costs_no_descriptors),
        LOCAL_TEST(a_directory_that_cannot_be_read_is_said),
        LOCAL_TEST(directories_left_empty_are_removed),
        LOCAL_TEST(only_files_of_the_store_are_deleted),
        LOCAL_TEST(a_put_whose_directory_vanishes_starts_over),
        LOCAL_TEST(puts_and_deletes_beside_each_other_all_succeed),
        LOCAL_TEST(a_deletion_of_a_record_waits_for_a_save),
        LOCAL_TEST(a_directory_in_which_something_is_being_saved_is_not_removed),
        LOCAL_TEST(what_is_found_is_synced_with_all_that_is_above_it),
        LOCAL_TEST(what_killed_puts_have_left_is_listed_apart_and_can_be_deleted),
        LOCAL_TEST(urls_are_percent_encoded_once),
        LOCAL_TEST(a_relative_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
