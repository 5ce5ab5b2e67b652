/* SPDX-License-Identifier: MIT */
#include "config/confirmation_key.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { KEY_SIZE = CONFIRMATION_KEY_BYTES, PROCESSES = 8 };

/* A directory with a store and, once it is asked for, a state directory. */
struct fixture {
    char root[64], store[128], other[128], state[128], file[192];
    struct config config;
};

static void setup(struct fixture *f)
{
    *f = (struct fixture){.root = "/tmp/confirmation_key_test-XXXXXX"};
    assert_non_null(mkdtemp(f->root));
    snprintf(f->store, sizeof f->store, "%s/store", f->root);
    snprintf(f->other, sizeof f->other, "%s/other", f->root);
    snprintf(f->state, sizeof f->state, "%s/home/state", f->root);
    snprintf(f->file, sizeof f->file, "%s/confirmation-key", f->state);
    assert_int_equal(mkdir(f->store, 0700), 0);
    assert_int_equal(mkdir(f->other, 0700), 0);
    f->config = (struct config){
        .storage_dir = f->store, .state_dir = f->state, .s3_prefix = (char *)"generations"};
}

static void teardown(struct fixture *f)
{
    char home[128];
    snprintf(home, sizeof home, "%s/home", f->root);
    unlink(f->file);
    rmdir(f->state);
    rmdir(home);
    rmdir(f->store);
    rmdir(f->other);
    assert_int_equal(rmdir(f->root), 0); /* so nothing else was left */
}

static void make(const struct config *config, unsigned char key[KEY_SIZE])
{
    struct error error;
    if (!confirmation_key_from_config(config, key, &error))
        fail_msg("%s", error.text);
}

static void assert_other(const struct config *config, const unsigned char key[KEY_SIZE])
{
    unsigned char other[KEY_SIZE];
    make(config, other);
    assert_memory_not_equal(other, key, KEY_SIZE);
}

static void a_directory_has_one_key_and_another_directory_another(void **state)
{
    (void)state;
    struct fixture f;
    unsigned char key[KEY_SIZE], again[KEY_SIZE];
    setup(&f);
    make(&f.config, key);
    make(&f.config, again);
    assert_memory_equal(key, again, KEY_SIZE);

    struct config other = f.config;
    other.storage_dir = f.other;
    assert_other(&other, key);
    other = f.config;
    other.s3_prefix = (char *)"team";
    assert_other(&other, key);
    teardown(&f);
}

static void another_directory_at_the_same_path_is_another_store(void **state)
{
    (void)state;
    struct fixture f;
    unsigned char key[KEY_SIZE], same[KEY_SIZE];
    char aside[160];
    setup(&f);
    make(&f.config, key);
    snprintf(aside, sizeof aside, "%s-aside", f.store);
    assert_int_equal(rename(f.store, aside), 0);
    assert_int_equal(rename(f.other, f.store), 0);
    assert_other(&f.config, key);
    struct config moved = f.config;
    moved.storage_dir = aside;
    make(&moved, same);
    assert_memory_equal(same, key, KEY_SIZE);
    assert_int_equal(rmdir(aside), 0);
    teardown(&f);
}

static void a_bucket_has_a_key_of_its_own(void **state)
{
    (void)state;
    const struct config config = {
        .provider = CONFIG_S3,
        .s3_bucket = (char *)"images",
        .s3_endpoint = (char *)"https://s3.example.com",
        .s3_access_key = (char *)"AKIAIOSFODNN7EXAMPLE",
        .s3_secret_key = (char *)"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        .s3_prefix = (char *)"generations",
    };
    unsigned char key[KEY_SIZE], again[KEY_SIZE];
    make(&config, key);
    make(&config, again);
    assert_memory_equal(key, again, KEY_SIZE);
    struct config other = config;
    other.s3_bucket = (char *)"images2";
    assert_other(&other, key);
    other = config;
    other.s3_endpoint = NULL;
    assert_other(&other, key);
    other = config;
    other.s3_prefix = (char *)"";
    assert_other(&other, key);
    other = config;
    other.s3_secret_key = (char *)"another";
    assert_other(&other, key);
}

static void the_file_and_its_directories_are_for_the_user_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct stat stat_of_file, stat_of_directory;
    unsigned char key[KEY_SIZE];
    setup(&f);
    mode_t before = umask(0);
    make(&f.config, key);
    umask(before);
    assert_int_equal(stat(f.file, &stat_of_file), 0);
    assert_int_equal(stat_of_file.st_mode & 07777, 0600);
    assert_int_equal(stat(f.state, &stat_of_directory), 0);
    assert_int_equal(stat_of_directory.st_mode & 07777, 0700);
    teardown(&f);
}

static void a_file_that_is_no_key_is_replaced(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, KEY_SIZE - 1, KEY_SIZE + 1};
    static const char bytes[KEY_SIZE + 1];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct fixture f;
        unsigned char key[KEY_SIZE], again[KEY_SIZE];
        struct stat stat_of_file;
        setup(&f);
        make(&f.config, key);
        int fd = open(f.file, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write(fd, bytes, sizes[i]), sizes[i]);
        close(fd);
        make(&f.config, again);
        assert_memory_not_equal(again, key, KEY_SIZE);
        assert_int_equal(stat(f.file, &stat_of_file), 0);
        assert_int_equal(stat_of_file.st_size, KEY_SIZE);
        teardown(&f);
    }
}

static void what_cannot_be_a_key_file_is_said(void **state)
{
    (void)state;
    struct fixture f;
    unsigned char key[KEY_SIZE];
    struct error error;
    setup(&f);
    make(&f.config, key);
    assert_int_equal(unlink(f.file), 0);
    assert_int_equal(symlink("/dev/null", f.file), 0);
    assert_false(confirmation_key_from_config(&f.config, key, &error));
    assert_non_null(strstr(error.text, f.file));
    teardown(&f);
}

static void many_processes_at_once_have_the_same_first_key(void **state)
{
    (void)state;
    struct fixture f;
    struct shared {
        unsigned char keys[PROCESSES][KEY_SIZE];
        bool made[PROCESSES];
    } *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                     0);
    pid_t children[PROCESSES];
    int gate[2];
    setup(&f);
    assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
    for (int i = 0; i < PROCESSES; i++) {
        if ((children[i] = fork()) > 0)
            continue;
        char byte;
        struct error error;
        close(gate[1]);
        if (read(gate[0], &byte, 1) == 0) /* until all are there */
            shared->made[i] = confirmation_key_from_config(&f.config, shared->keys[i], &error);
        _exit(0);
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
        assert_true(shared->made[i]);
        assert_memory_equal(shared->keys[i], shared->keys[0], KEY_SIZE);
    }
    munmap(shared, sizeof *shared);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_has_one_key_and_another_directory_another),
        cmocka_unit_test(another_directory_at_the_same_path_is_another_store),
        cmocka_unit_test(a_bucket_has_a_key_of_its_own),
        cmocka_unit_test(the_file_and_its_directories_are_for_the_user_alone),
        cmocka_unit_test(a_file_that_is_no_key_is_replaced),
        cmocka_unit_test(what_cannot_be_a_key_file_is_said),
        cmocka_unit_test(many_processes_at_once_have_the_same_first_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
