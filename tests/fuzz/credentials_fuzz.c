/* SPDX-License-Identifier: MIT */
#include "s3/credentials.h"

#include "fuzz.h"

/* A shared credentials file. The profile's name comes first, then a NUL, then the file. */

#define KEY_ID "AKIAFUZZFUZZFUZZFUZZ"
#define SECRET "fuzz/secret+fuzz"

static void check_value(const char *value, const char *text, size_t size)
{
    check(*value && contains(text, size, value) && !strchr(value, '\n'));
    check(!strchr(" \t\r", *value) && !strchr(" \t\r", value[strlen(value) - 1]));
}

static void try_file(const char *text, size_t size, const char *profile)
{
    struct credentials credentials = {0};
    struct error error = {0};
    if (credentials_parse(text, size, "FILE", profile, &credentials, &error)) {
        check_value(credentials.access_key, text, size);
        check_value(credentials.secret_key, text, size);
        if (credentials.session_token)
            check_value(credentials.session_token, text, size);
        credentials_finish(&credentials);
    } else {
        check(!credentials.access_key && !credentials.secret_key && !credentials.session_token);
        check(error.code == ERROR_NOT_FOUND || error.code == ERROR_INVALID);
    }
}

static char *join(const char *a, size_t a_size, const char *b, size_t b_size)
{
    char *text = malloc(a_size + b_size);
    check(text);
    memcpy(text, a, a_size);
    memcpy(text + a_size, b, b_size);
    return text;
}

/* A profile is found whatever comes before it. */
static void try_behind(const char *text, size_t size)
{
    static const char profile[] = "\n[fuzz]\naws_access_key_id = " KEY_ID "\r\n"
                                  "aws_secret_access_key=" SECRET " # comment\n";
    struct credentials credentials = {0};
    struct error error = {0};
    char *whole = join(text, size, profile, sizeof profile - 1);
    if (credentials_parse(whole, size + sizeof profile - 1, "FILE", "fuzz", &credentials, &error)) {
        check(strcmp(credentials.access_key, KEY_ID) == 0);
        check(strcmp(credentials.secret_key, SECRET) == 0);
    } else {
        check(memchr(text, '\0', size) != NULL);
    }
    credentials_finish(&credentials);
    free(whole);
}

/* What is wrong with a file is said without its secrets. */
static void try_before(const char *text, size_t size)
{
    static const char half[] = "[fuzz]\naws_secret_access_key = " SECRET "\n";
    struct credentials credentials = {0};
    struct error error = {0};
    char *whole = join(half, sizeof half - 1, text, size);
    if (!credentials_parse(whole, size + sizeof half - 1, "FILE", "fuzz", &credentials, &error))
        check(!strstr(error.text, SECRET));
    credentials_finish(&credentials);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    char *profile = take_text(&input);
    size_t length = input.size;
    char *text = take_bytes(&input, length);
    try_file(text, length, profile);
    try_behind(text, length);
    try_before(text, length);
    free(text);
    free(profile);
    return 0;
}
