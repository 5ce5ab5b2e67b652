/* SPDX-License-Identifier: MIT */
#include "s3/credentials.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const char text[] = "# shared by the AWS tools\n"
                           "[default]\n"
                           "aws_access_key_id = AKDEFAULT\n"
                           "aws_secret_access_key=secret/de=fault\n"
                           "\n"
                           "[ work ]\r\n"
                           "; temporary\r\n"
                           "aws_access_key_id\t=\tAKWORK   # mine\r\n"
                           "aws_secret_access_key = sec#ret \r\n"
                           "aws_session_token = token==\r\n"
                           "s3 =\r\n"
                           "  aws_access_key_id = nested\r\n"
                           "[half]\n"
                           "aws_access_key_id = AKHALF\n"
                           "aws_secret_access_key =\n"
                           "[profile last]\n"
                           "aws_access_key_id = AKLAST\n"
                           "aws_secret_access_key = lastsecret";

static bool parse(const char *profile, struct credentials *credentials, struct error *error)
{
    return credentials_parse(text, strlen(text), "/home/u/.aws/credentials", profile, credentials,
                             error);
}

static void each_profile_has_its_own_keys(void **state)
{
    static const char *const cases[][4] = {
        {"default", "AKDEFAULT", "secret/de=fault", NULL},
        {"work", "AKWORK", "sec#ret", "token=="},
        {"last", "AKLAST", "lastsecret", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(credentials_finish) struct credentials credentials = {0};
        struct error error;
        assert_true(parse(cases[i][0], &credentials, &error));
        assert_string_equal(credentials.access_key, cases[i][1]);
        assert_string_equal(credentials.secret_key, cases[i][2]);
        if (cases[i][3])
            assert_string_equal(credentials.session_token, cases[i][3]);
        else
            assert_null(credentials.session_token);
    }
}

static void what_is_missing_is_said_with_file_and_profile(void **state)
{
    struct credentials credentials;
    struct error error;
    (void)state;
    assert_false(parse("nobody", &credentials, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, "/home/u/.aws/credentials"));
    assert_non_null(strstr(error.text, "[nobody]"));
    assert_false(parse("half", &credentials, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_non_null(strstr(error.text, "[half]"));
    assert_non_null(strstr(error.text, "aws_secret_access_key"));
}

static void text_that_is_no_ini_file_has_no_profiles(void **state)
{
    static const char *const texts[] = {"", "[", "[default", "]\n[\n=", "aws_access_key_id=a\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct credentials credentials;
        struct error error;
        assert_false(
            credentials_parse(texts[i], strlen(texts[i]), "f", "default", &credentials, &error));
        assert_int_equal(error.code, ERROR_NOT_FOUND);
    }
}

static void a_nul_ends_no_key(void **state)
{
    static const char file[] = "[a]\naws_access_key_id=k\naws_secret_access_key=se\0cret\n";
    struct credentials credentials = {0};
    struct error error;
    (void)state;
    assert_false(credentials_parse(file, sizeof file - 1, "f", "a", &credentials, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_null(strstr(error.text, "se"));
    assert_null(credentials.access_key);
}

static void write_file(char *path, const char *data, size_t size)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    close(fd);
}

static void a_file_is_read(void **state)
{
    static const char file[] = "\xef\xbb\xbf[a]\naws_access_key_id=k\naws_secret_access_key=s\n";
    CLEANUP(credentials_finish) struct credentials credentials = {0};
    char path[] = "/tmp/credentials-XXXXXX";
    struct error error;
    (void)state;
    write_file(path, file, strlen(file));
    assert_true(credentials_load(path, "a", &credentials, &error));
    assert_string_equal(credentials.secret_key, "s");
    unlink(path);
}

static void files_that_cannot_be_read_are_named(void **state)
{
    char path[] = "/tmp/credentials-XXXXXX";
    struct credentials credentials;
    struct error error;
    size_t size = 300 * 1024;
    (void)state;
    CLEANUP(free_cleanup) char *large = calloc(1, size);
    write_file(path, large, size);
    assert_false(credentials_load(path, "a", &credentials, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_non_null(strstr(error.text, path));
    unlink(path);
    assert_false(credentials_load(path, "a", &credentials, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, path));
    assert_false(credentials_load("/tmp", "a", &credentials, &error));
    assert_int_equal(error.code, ERROR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_has_its_own_keys),
        cmocka_unit_test(what_is_missing_is_said_with_file_and_profile),
        cmocka_unit_test(text_that_is_no_ini_file_has_no_profiles),
        cmocka_unit_test(a_nul_ends_no_key),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
