/* SPDX-License-Identifier: MIT */
#ifndef S3_DELETE_DOCUMENT_H
#define S3_DELETE_DOCUMENT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* The two documents of DeleteObjects: what is asked and what is answered. Pure. */

enum { DELETE_DOCUMENT_MAX = 8 * 1024 * 1024 }; /* 1,000 keys of 1,024 bytes, each escaped as six */

/* Whether XML can carry the key: UTF-8 without control characters, U+FFFE and U+FFFF. */
bool delete_document_can_hold(const char *key);

/* The parts of a request: begin, a key each, end. Quiet: the answer needs to name failures only. */
bool delete_document_begin(struct buffer *text, struct error *error) MUST_CHECK;
bool delete_document_add(struct buffer *text, const char *key, struct error *error) MUST_CHECK;
bool delete_document_end(struct buffer *text, struct error *error) MUST_CHECK;

/* A key that was not deleted, and why; empty where the store does not say. */
struct delete_error {
    const char *key, *code, *message;
};

/* The answer; what was deleted may be listed in it or not, and is passed over. */
struct delete_document {
    struct delete_error *errors;
    size_t count;
    char *texts;
};

/* ERROR_UNAVAILABLE: it is no such answer; ERROR_NO_MEMORY. */
bool delete_document_parse(const char *text, size_t size, struct delete_document *ret_document,
                           struct error *error) MUST_CHECK;
/* Takes a zeroed struct. */
void delete_document_finish(struct delete_document *document);

#endif
