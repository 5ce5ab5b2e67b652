/* SPDX-License-Identifier: MIT */
#include "config/config_sandbox.h"

#include "base/sandbox.h"
#include "support/forked.h"

#include "base/cleanup.h"
#include "source/source_file.h"
#include "storage/providers/local.h"
#include "support/test.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char root[] = "/tmp/server-sandbox-XXXXXX";
static char store[128], state_directory[128], source[128];
static struct config config = {
    .provider = CONFIG_LOCAL,
    .storage_dir = store,
    .state_dir = state_directory,
    .image_source_dirs = source,
};

static bool can_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void serve(void)
{
    struct error error;
    struct storage_provider *provider;
    const struct operation quiet = {0};
    const struct object_put put = {.key = "a/b.png", .data = "x", .size = 1, .if_absent = true};
    const char *const keys[] = {put.key};
    struct delete_result results[1];
    const struct source_files files = {.directories = source};
    char path[160];
    int fd;
    CHILD_ASSERT(config_sandbox_enter(&config, &error));
    CHILD_ASSERT(local_provider_create(store, NULL, false, &provider, &error));
    CHILD_ASSERT(provider->ops->put(provider, &quiet, &put, &error));
    CHILD_ASSERT(provider->ops->delete (provider, &quiet, keys, 1, results, &error));
    CHILD_ASSERT(results[0].code == ERROR_NONE);
    storage_provider_destroy(provider);
    snprintf(path, sizeof path, "%s/cat.png", source);
    CHILD_ASSERT(source_file_open(&files, path, &fd, &error));
    close(fd);
    snprintf(path, sizeof path, "%s/confirmation-key", state_directory);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHILD_ASSERT(fd >= 0);
    close(fd);
    snprintf(path, sizeof path, "%s/secret", root);
    CHILD_ASSERT(!can_read(path) && errno == EACCES);
}

static void the_store_the_state_and_the_sources_are_let_through(void **state)
{
    (void)state;
    const char *reason;
    if (sandbox_landlock(&reason) == 0) {
        print_message("there is no Landlock: %s\n", reason);
        skip();
    }
    run_in_child(serve);
    struct stat stat;
    assert_int_equal(lstat(state_directory, &stat), 0);
    assert_int_equal(stat.st_mode & 0777, 0700);
}

/* What is there must be readable inside as it was outside. */
static void reach_out(void)
{
    struct error error;
    struct addrinfo *found = NULL;
    const char *authorities = curl_version_info(CURLVERSION_NOW)->cainfo;
    bool had_authorities = authorities && can_read(authorities);
    bool had_resolver = can_read("/etc/resolv.conf"), had_hosts = can_read("/etc/hosts");
    CHILD_ASSERT(config_sandbox_enter(&config, &error));
    CHILD_ASSERT(!had_authorities || can_read(authorities));
    CHILD_ASSERT(!had_resolver || can_read("/etc/resolv.conf"));
    CHILD_ASSERT(!had_hosts || can_read("/etc/hosts"));
    CHILD_ASSERT(getaddrinfo("localhost", NULL, NULL, &found) == 0);
    freeaddrinfo(found);
}

static void names_and_certificates_are_let_through(void **state)
{
    (void)state;
    run_in_child(reach_out);
}

static int make_root(void **state)
{
    char path[160];
    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(store, sizeof store, "%s/not/there/yet", root);
    snprintf(state_directory, sizeof state_directory, "%s/state/of/mine", root);
    snprintf(source, sizeof source, "%s/link", root);
    snprintf(path, sizeof path, "%s/pictures", root);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(symlink("pictures", source), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", root, i ? "secret" : "pictures/cat.png");
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        assert_true(fd >= 0);
        close(fd);
    }
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
        cmocka_unit_test(the_store_the_state_and_the_sources_are_let_through),
        cmocka_unit_test(names_and_certificates_are_let_through),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
