/* SPDX-License-Identifier: MIT */
#include "cli/file.h"
#include "support/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct operation quiet;

static char directory[64];

static const char *inside(const char *name)
{
    static char paths[2][512];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", directory, name);
    return paths[turn];
}

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/file_test.XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        unlink(inside(entry->d_name));
    closedir(entries);
    return rmdir(directory);
}

static size_t count_entries(void)
{
    size_t count = 0;
    DIR *entries = opendir(directory);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count - 2;
}

static void write_text(const char *path, const char *text)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    assert_true(blob_create(text, strlen(text), &blob, &error));
    assert_true(file_write(path, blob, &error));
}

static void assert_content(const char *path, const char *text)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    assert_true(file_read(path, 100, &quiet, &blob, &error));
    assert_int_equal(blob->size, strlen(text));
    assert_memory_equal(blob->data, text, blob->size);
}

static void a_file_is_replaced_and_nothing_else_is_left(void **state)
{
    (void)state;
    write_text(inside("a"), "first");
    assert_content(inside("a"), "first");
    write_text(inside("a"), "2nd");
    assert_content(inside("a"), "2nd");
    assert_int_equal(count_entries(), 1);
}

static void a_symbolic_link_stays_one(void **state)
{
    (void)state;
    struct stat status;
    write_text(inside("a"), "first");
    assert_int_equal(symlink("a", inside("link")), 0);
    write_text(inside("link"), "2nd");
    assert_int_equal(lstat(inside("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_content(inside("a"), "2nd");
}

static void a_pipe_is_written_to_and_not_replaced(void **state)
{
    (void)state;
    struct stat status;
    char content[8] = "";
    assert_int_equal(mkfifo(inside("fifo"), 0600), 0);
    CLEANUP(close_cleanup) int fd = open(inside("fifo"), O_RDWR | O_CLOEXEC);
    write_text(inside("fifo"), "text");
    assert_int_equal(read(fd, content, sizeof content), 4);
    assert_string_equal(content, "text");
    assert_int_equal(stat(inside("fifo"), &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
}

static void what_cannot_be_written_is_named(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    assert_true(blob_create("x", 1, &blob, &error));
    assert_false(file_write(inside("no/such/place"), blob, &error));
    assert_non_null(strstr(error.text, "no/such/place"));
    assert_false(file_write(directory, blob, &error));
    assert_non_null(strstr(error.text, directory));
}

static void a_file_over_the_limit_is_not_read(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    write_text(inside("a"), "12345");
    assert_false(file_read(inside("a"), 4, &quiet, &blob, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_true(file_read(inside("a"), 5, &quiet, &blob, &error));
}

static void what_is_endless_is_over_the_limit(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    assert_false(file_read("/dev/zero", 10 * 1024 * 1024, &quiet, &blob, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
}

static void reading_can_be_cancelled(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    struct cancel cancel;
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation operation = {.cancel = &cancel};
    assert_false(file_read("/dev/zero", 1024 * 1024, &operation, &blob, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
}

static void what_is_no_file_is_said_to_be_none(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    assert_false(file_read(inside("nothing"), 100, &quiet, &blob, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_false(file_read(directory, 100, &quiet, &blob, &error));
    assert_non_null(strstr(error.text, "directory"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_replaced_and_nothing_else_is_left),
        TEST(a_symbolic_link_stays_one),
        TEST(a_pipe_is_written_to_and_not_replaced),
        TEST(what_cannot_be_written_is_named),
        TEST(a_file_over_the_limit_is_not_read),
        TEST(what_is_endless_is_over_the_limit),
        TEST(reading_can_be_cancelled),
        TEST(what_is_no_file_is_said_to_be_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
