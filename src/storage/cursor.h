/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_CURSOR_H
#define STORAGE_CURSOR_H

#include "base/blob.h"
#include "storage/image_key.h"

/* Where a listing goes on: after one image, in the order of the walk (walk.h), whether that image
 * is still there or not. So nothing is repeated or left out when images come and go between two
 * pages. As text it is opaque and carries a digest of what was asked for and a check of itself. */
struct cursor {
    int64_t day_ms;
    int64_t modified_ms;
    char key[IMAGE_KEY_MAX + 1];
};

/* *ret_text is the caller's. query: a digest of everything that must be the same for all pages. */
bool cursor_format(const struct cursor *cursor, const unsigned char query[SHA256_SIZE],
                   char **ret_text, struct error *error) MUST_CHECK;

/* ERROR_INVALID for a text that is damaged, of another store, or of another query. */
bool cursor_parse(const char *text, const char *prefix, const unsigned char query[SHA256_SIZE],
                  struct cursor *ret_cursor, struct error *error) MUST_CHECK;

#endif
