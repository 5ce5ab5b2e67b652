/* SPDX-License-Identifier: MIT */
/* Reading the configuration while the n-th allocation fails, for every n: either it is read as it
 * is, or the shortage of memory is told. Never does a variable look unset. */
#include "config/config_table.h"
#include "s3/credentials.h"
#include "setup/environment.h"
#include "support/failing_allocations.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const char *const *environment;

static char *lookup(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; environment[i]; i++)
        if (strncmp(environment[i], name, length) == 0 && environment[i][length] == '=')
            return (char *)environment[i] + length + 1;
    return NULL;
}

static const char *const environments[][12] = {
    {"HOME=/h", "S3_BUCKET=\"images\"", "S3_ENDPOINT=https://images.nyc3.digitaloceanspaces.com",
     "S3_ACCESS_KEY=AK", "S3_SECRET_KEY=s", "S3_SESSION_TOKEN=t", "S3_CA_BUNDLE=/dev/null",
     "S3_CDN_URL=https://images.example.com", "IMAGE_SOURCE_DIRS=~/a:/b", "IMAGE_MAX_BYTES=1MB",
     "IMAGE_CLEANUP_CONFIRM=off", NULL},
    {"HOME=/h", "S3_BUCKET=images", "AWS_ACCESS_KEY_ID=AK", "AWS_SECRET_ACCESS_KEY=s",
     "AWS_REGION=eu-west-1", NULL},
    {"HOME=/h", "S3_BUCKET=images", "AWS_PROFILE=work", NULL},
    {"HOME=/h", "XDG_DATA_HOME=/data", "XDG_STATE_HOME=/state", "IMAGE_STORAGE_URL=https://h/i",
     NULL},
    {"HOME=/h", "IMAGE_STORAGE_DIR=~/images", NULL},
};

enum { ENVIRONMENT_COUNT = sizeof environments / sizeof *environments };

static void assert_same_text(const char *text, const char *expected)
{
    if (expected)
        assert_non_null(text);
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
}

static void assert_same(const struct config *config, const struct config *expected)
{
    for (size_t i = 0; i < config_table_size; i++) {
        size_t field = config_table[i].field;
        if (config_table_is_string(&config_table[i]))
            assert_same_text(*(char *const *)((const char *)config + field),
                             *(char *const *)((const char *)expected + field));
    }
    assert_same_text(config->home_dir, expected->home_dir);
    assert_same_text(config->state_dir, expected->state_dir);
    assert_int_equal(config->provider, expected->provider);
    assert_int_equal(config->image_max_bytes, expected->image_max_bytes);
    assert_int_equal(config->cleanup_confirm, expected->cleanup_confirm);
}

/* Loads it with the n-th allocation failing; whether it came to that. */
static bool load_short_of_memory(long nth, const struct config *expected)
{
    struct config config = {0};
    struct buffer problems = BUFFER_INIT(4096);
    failing_allocations_begin(nth, false);
    bool loaded = config_load(lookup, &config, &problems);
    bool failed = failing_allocations_end();
    if (loaded)
        assert_same(&config, expected);
    else
        assert_non_null(strstr(config_problems(&problems), "memory"));
    assert_true(loaded || failed);
    config_finish(&config);
    buffer_finish(&problems);
    return failed;
}

static void a_variable_is_read_or_the_shortage_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENVIRONMENT_COUNT; i++) {
        struct config expected = {0};
        struct buffer problems = BUFFER_INIT(4096);
        environment = environments[i];
        if (!config_load(lookup, &expected, &problems))
            fail_msg("%s", problems.data);
        long nth = 0;
        while (load_short_of_memory(nth, &expected))
            nth++;
        assert_in_range(nth, 5, 1000);
        config_finish(&expected);
    }
}

static void what_setup_writes_is_whole_or_nothing(void **state)
{
    (void)state;
    static const char *const settings[] = {"S3_REGION=eu-west-1", "S3_PREFIX="};
    for (size_t i = 0; i < ENVIRONMENT_COUNT; i++) {
        struct error error;
        json_t *expected = NULL;
        bool failed = true;
        environment = environments[i];
        assert_true(environment_collect(lookup, settings, 2, NULL, &expected, &error));
        for (long nth = 0; failed; nth++) {
            json_t *collected = NULL;
            failing_allocations_begin(nth, false);
            bool done = environment_collect(lookup, settings, 2, NULL, &collected, &error);
            failed = failing_allocations_end();
            assert_true(done ? json_equal(collected, expected) : error.code == ERROR_NO_MEMORY);
            json_decref(collected);
        }
        json_decref(expected);
    }
}

static void a_profile_has_all_its_keys_or_the_shortage_is_an_error(void **state)
{
    (void)state;
    static const char text[] = "[default]\naws_access_key_id = AK\naws_secret_access_key = s\n"
                               "aws_session_token = t\n";
    bool failed = true;
    for (long nth = 0; failed; nth++) {
        struct credentials credentials = {0};
        struct error error;
        failing_allocations_begin(nth, false);
        bool done = credentials_parse(text, strlen(text), "f", "default", &credentials, &error);
        failed = failing_allocations_end();
        assert_true(done ? strcmp(credentials.session_token, "t") == 0
                         : error.code == ERROR_NO_MEMORY);
        credentials_finish(&credentials);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_is_read_or_the_shortage_is_an_error),
        cmocka_unit_test(what_setup_writes_is_whole_or_nothing),
        cmocka_unit_test(a_profile_has_all_its_keys_or_the_shortage_is_an_error),
    };
    failing_allocations_hook_jansson();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
