/* SPDX-License-Identifier: MIT */
#ifndef S3_LIST_DOCUMENT_H
#define S3_LIST_DOCUMENT_H

#include "base/object.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One page of a listing: the answer to ListObjectsV2 or ListObjects. Pure. */

enum {
    LIST_DOCUMENT_MAX = 8 * 1024 * 1024, /* 1,000 keys of 1,024 bytes, each byte encoded as three */
    LIST_DOCUMENT_ENTRIES = 5000,
};

struct list_document {
    struct object_entry *entries; /* in the order of the bytes of their keys, which are in texts;
                                   * modified_ms is 0 where the document does not say */
    size_t count;
    bool truncated;
    bool is_v1;              /* ListObjects answered, whatever was asked */
    const char *token;       /* NextContinuationToken; NULL: none */
    const char *next_marker; /* NextMarker; NULL: none */
    struct text_pool texts;
};

/* prefix: that was asked for; keys are decoded so that they begin with it, since stores differ in
 * what they encode and in what they say of it. ERROR_UNAVAILABLE: it is no list of objects, or
 * exceeds a limit; ERROR_NO_MEMORY. */
bool list_document_parse(const char *text, size_t size, const char *prefix,
                         struct list_document *ret_document, struct error *error) MUST_CHECK;
/* Takes a zeroed struct. */
void list_document_finish(struct list_document *document);

#endif
