/* SPDX-License-Identifier: MIT */
#include "setup/environment.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const char *const nothing[] = {NULL};
static const char *const *surroundings = nothing; /* "NAME=value" of a test; the last is NULL */

static char *lookup(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; surroundings[i]; i++)
        if (strncmp(surroundings[i], name, length) == 0 && surroundings[i][length] == '=')
            return (char *)surroundings[i] + length + 1;
    return NULL;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static size_t length_of(const char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

static void what_is_set_goes_in_and_settings_win(void **state)
{
    (void)state;
    const struct {
        const char *const *surroundings, *const *settings;
        const char *expected;
    } cases[] = {
        {LIST("PATH=/bin"), LIST(NULL), "{}"},
        {LIST("S3_BUCKET= b ", "IMAGE_MAX_BYTES=1MB", "HOME=/h"), LIST(NULL),
         "{\"S3_BUCKET\": \"b\", \"IMAGE_MAX_BYTES\": \"1MB\"}"},
        {LIST("S3_BUCKET=${S3_BUCKET}", "S3_REGION="), LIST(NULL), "{}"},
        {LIST("S3_BUCKET=b"), LIST("S3_BUCKET=c", "S3_REGION=eu", "S3_BUCKET=d=e"),
         "{\"S3_BUCKET\": \"d=e\", \"S3_REGION\": \"eu\"}"},
        {LIST("S3_BUCKET=b", "S3_REGION=eu"), LIST("S3_REGION="), "{\"S3_BUCKET\": \"b\"}"},
        {LIST("AWS_PROFILE=work", "AWS_ACCESS_KEY_ID=AK"), LIST(NULL), "{}"},
        {LIST("AWS_PROFILE=work", "AWS_ACCESS_KEY_ID=AK"), LIST("S3_BUCKET=b"),
         "{\"S3_BUCKET\": \"b\", \"AWS_PROFILE\": \"work\"}"},
        {LIST(NULL), LIST("AWS_PROFILE=work"), "{\"AWS_PROFILE\": \"work\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        json_t *environment = NULL, *expected = json_loads(cases[i].expected, 0, NULL);
        surroundings = cases[i].surroundings;
        if (!environment_collect(lookup, cases[i].settings, length_of(cases[i].settings), NULL,
                                 &environment, &error))
            fail_msg("%s", error.text);
        assert_true(json_equal(environment, expected));
        json_decref(environment);
        json_decref(expected);
    }
    surroundings = nothing;
}

static void what_is_no_variable_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *says;
    } cases[] = {
        {"S3_BUKET=b", "\"S3_BUKET\" is no variable"},
        {"s3_bucket=b", "is no variable"},
        {"S3_BUCKET", "S3_BUCKET=VALUE"},
        {"=b", "is no variable"},
        {"S3_BUCKET_=b", "is no variable"},
        {"PATH=/bin", "is no variable"},
        {"S3_PREFIX=\xFF", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        json_t *environment = NULL;
        assert_false(environment_collect(lookup, &cases[i].setting, 1, NULL, &environment, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i].says))
            fail_msg("%s: %s", cases[i].setting, error.text);
        assert_null(environment);
    }
}

static void secrets_are_known_and_can_be_hidden(void **state)
{
    (void)state;
    json_t *open = json_pack("{s:s}", "S3_BUCKET", "b");
    json_t *closed = json_pack("{s:s, s:s}", "S3_BUCKET", "b", "S3_SECRET_KEY", "s");
    assert_false(environment_has_secret(open));
    assert_true(environment_has_secret(closed));
    json_t *hidden = environment_without_secrets(closed);
    assert_string_equal(json_string_value(json_object_get(hidden, "S3_SECRET_KEY")), "********");
    assert_string_equal(json_string_value(json_object_get(hidden, "S3_BUCKET")), "b");
    assert_string_equal(json_string_value(json_object_get(closed, "S3_SECRET_KEY")), "s");
    json_decref(open);
    json_decref(closed);
    json_decref(hidden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_set_goes_in_and_settings_win),
        cmocka_unit_test(what_is_no_variable_is_refused),
        cmocka_unit_test(secrets_are_known_and_can_be_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
