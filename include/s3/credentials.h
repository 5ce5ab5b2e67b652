/* SPDX-License-Identifier: MIT */
#ifndef S3_CREDENTIALS_H
#define S3_CREDENTIALS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

/* The keys that requests are signed with. */
struct credentials {
    char *access_key;
    char *secret_key;
    char *session_token; /* NULL: none */
};

/* Wipes and frees. Takes a zeroed struct. */
void credentials_finish(struct credentials *credentials);

/* Copies; session_token may be NULL. */
bool credentials_init(struct credentials *credentials, const char *access_key,
                      const char *secret_key, const char *session_token,
                      struct error *error) MUST_CHECK;

/* Finds a profile in the text of a shared credentials file (the INI dialect of the AWS tools:
 * "[name]" sections, "name = value" lines, '#' and ';' comments). `file` is its name, for errors.
 * ERROR_NOT_FOUND: no such profile; ERROR_INVALID: the profile lacks a key, or there is a NUL
 * in the text. */
bool credentials_parse(const char *text, size_t size, const char *file, const char *profile,
                       struct credentials *ret_credentials, struct error *error) MUST_CHECK;

/* The same for a file on disk. ERROR_NOT_FOUND also when there is no such file. */
bool credentials_load(const char *file, const char *profile, struct credentials *ret_credentials,
                      struct error *error) MUST_CHECK;

#endif
