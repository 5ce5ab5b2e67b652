/* SPDX-License-Identifier: MIT */
#include "setup/config_file.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/config-file-test.XXXXXX";
static const char *const file_name = "mcp.json";

static int make_directory(void **state)
{
    (void)state;
    strcpy(strrchr(directory, '.'), ".XXXXXX");
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    char command[sizeof directory + 8];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    CLEANUP(close_cleanup) int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
}

static void assert_file(const char *name, const char *text, mode_t mode)
{
    char found[256];
    struct stat status;
    CLEANUP(close_cleanup) int fd = open(name, O_RDONLY);
    if (fd < 0)
        fail_msg("%s is not there", name);
    ssize_t size = read(fd, found, sizeof found - 1);
    assert_true(size >= 0);
    found[size] = '\0';
    assert_string_equal(found, text);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, mode);
}

static size_t count_files(const char *path)
{
    size_t count = 0;
    DIR *stream = opendir(path);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream));)
        count += *entry->d_name != '.';
    closedir(stream);
    return count;
}

/* The absolute path of a file in the directory of the test. */
static char *path_of(const char *name)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", directory, name) > 0);
    return path;
}

static struct config_file read_file(const char *name)
{
    struct error error;
    struct config_file file = {0};
    CLEANUP(free_cleanup) char *path = path_of(name);
    if (!config_file_read(path, &file, &error))
        fail_msg("%s", error.text);
    return file;
}

/* The name of the backup; the caller frees it. */
static char *replace(const struct config_file *file, const char *text, bool secret)
{
    struct error error;
    char *backup = NULL;
    if (!config_file_replace(file, text, strlen(text), secret, &backup, &error))
        fail_msg("%s", error.text);
    return backup;
}

static void a_file_is_replaced_and_kept(void **state)
{
    (void)state;
    write_file(file_name, "one", 0640);
    CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
    assert_true(file.exists);
    assert_string_equal(file.text.data, "one");
    CLEANUP(free_cleanup) char *backup = replace(&file, "two", true);
    assert_non_null(strstr(backup, "/mcp.json.bak"));
    assert_file(file_name, "two", 0640);
    assert_file("mcp.json.bak", "one", 0640);
    assert_int_equal(count_files("."), 2);
}

static void an_earlier_backup_is_never_overwritten(void **state)
{
    (void)state;
    write_file(file_name, "0", 0644);
    write_file("mcp.json.bak.1", "mine", 0644);
    static const char *const texts[] = {"0", "1", "2", "3"};
    for (size_t i = 0; i + 1 < sizeof texts / sizeof *texts; i++) {
        CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
        CLEANUP(free_cleanup) char *backup = replace(&file, texts[i + 1], false);
        assert_non_null(backup);
    }
    assert_file("mcp.json.bak", "0", 0644);
    assert_file("mcp.json.bak.1", "mine", 0644);
    assert_file("mcp.json.bak.2", "1", 0644);
    assert_file("mcp.json.bak.3", "2", 0644);
    assert_file(file_name, "3", 0644);
}

static void a_new_file_has_no_backup_and_is_private_when_it_is_secret(void **state)
{
    (void)state;
    mode_t mask = umask(022);
    CLEANUP(config_file_finish) struct config_file open_file = read_file("a/b/mcp.json");
    assert_false(open_file.exists);
    assert_int_equal(open_file.text.size, 0);
    assert_null(replace(&open_file, "{}", false));
    assert_file("a/b/mcp.json", "{}", 0644);
    CLEANUP(config_file_finish) struct config_file closed = read_file("c.json");
    assert_null(replace(&closed, "{}", true));
    assert_file("c.json", "{}", 0600);
    assert_int_equal(umask(mask), 022);
}

static void a_link_stays_and_what_it_leads_to_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(mkdir("dotfiles", 0755), 0);
    write_file("dotfiles/cursor.json", "one", 0600);
    assert_int_equal(symlink("dotfiles/cursor.json", file_name), 0);
    CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
    CLEANUP(free_cleanup) char *backup = replace(&file, "two", false);
    assert_non_null(backup);
    assert_file("dotfiles/cursor.json", "two", 0600);
    assert_file("dotfiles/cursor.json.bak", "one", 0600);
    char target[64] = "";
    assert_true(readlink(file_name, target, sizeof target - 1) > 0);
    assert_string_equal(target, "dotfiles/cursor.json");
    assert_int_equal(count_files("."), 2);
}

static void the_owner_stays(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    write_file(file_name, "one", 0600);
    assert_int_equal(chown(file_name, 12345, 54321), 0);
    CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
    CLEANUP(free_cleanup) char *backup = replace(&file, "two", false);
    assert_non_null(backup);
    struct stat status;
    assert_int_equal(stat(file_name, &status), 0);
    assert_int_equal(status.st_uid, 12345);
    assert_int_equal(status.st_gid, 54321);
    assert_int_equal(stat("mcp.json.bak", &status), 0);
    assert_int_equal(status.st_uid, 12345);
}

static void a_file_that_changed_meanwhile_is_left_alone(void **state)
{
    (void)state;
    static const char *const meanwhile[] = {"one!", "", NULL};
    for (size_t i = 0; i < sizeof meanwhile / sizeof *meanwhile; i++) {
        struct error error;
        char *backup = NULL;
        write_file(file_name, "one", 0600);
        CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
        if (meanwhile[i])
            write_file(file_name, meanwhile[i], 0600);
        else
            assert_int_equal(unlink(file_name), 0);
        assert_false(config_file_replace(&file, "two", 3, false, &backup, &error));
        assert_int_equal(error.code, ERROR_EXISTS);
        assert_null(backup);
        if (meanwhile[i])
            assert_file(file_name, meanwhile[i], 0600);
        assert_int_equal(count_files("."), meanwhile[i] ? 1 : 0);
    }
}

static void a_file_that_appeared_meanwhile_is_left_alone(void **state)
{
    (void)state;
    struct error error;
    char *backup = NULL;
    CLEANUP(config_file_finish) struct config_file file = read_file(file_name);
    write_file(file_name, "theirs", 0600);
    assert_false(config_file_replace(&file, "ours", 4, false, &backup, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_file(file_name, "theirs", 0600);
    assert_int_equal(count_files("."), 1);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("directory", 0755), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(symlink("nothing", "dangling"), 0);
    write_file(file_name, "x", 0600);
    static const struct {
        const char *name, *says;
    } cases[] = {
        {"directory", "is not a file"},
        {"pipe", "is not a file"},
        {"dangling", "is a link to something that does not exist"},
        {"mcp.json/x", "Not a directory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        struct config_file file = {0};
        CLEANUP(free_cleanup) char *path = path_of(cases[i].name);
        assert_false(config_file_read(path, &file, &error));
        if (!strstr(error.text, cases[i].says))
            fail_msg("%s: %s", cases[i].name, error.text);
    }
}

int main(void)
{
#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(a_file_is_replaced_and_kept),
        IN_A_DIRECTORY(an_earlier_backup_is_never_overwritten),
        IN_A_DIRECTORY(a_new_file_has_no_backup_and_is_private_when_it_is_secret),
        IN_A_DIRECTORY(a_link_stays_and_what_it_leads_to_is_replaced),
        IN_A_DIRECTORY(the_owner_stays),
        IN_A_DIRECTORY(a_file_that_changed_meanwhile_is_left_alone),
        IN_A_DIRECTORY(a_file_that_appeared_meanwhile_is_left_alone),
        IN_A_DIRECTORY(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
