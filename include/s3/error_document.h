/* SPDX-License-Identifier: MIT */
#ifndef S3_ERROR_DOCUMENT_H
#define S3_ERROR_DOCUMENT_H

#include "base/error.h"

#include <stddef.h>

/* The XML of an S3 error response ("Error responses" in the S3 API reference). Empty strings where
 * the document says nothing; texts that are too long are cut. */
struct error_document {
    char code[64];
    char message[256];
    char region[64];
    char request_id[80];
    char server_time[32]; /* RequestTimeTooSkewed: RFC 3339 */
    char subject[64];     /* <Header> or <ArgumentName>: what the store does not accept */
};

enum { ERROR_DOCUMENT_MAX = 64 * 1024 };

/* True if the text is a well-formed document that is or begins with <Error> and names a code. A
 * document that xml_read() refuses, or one larger than ERROR_DOCUMENT_MAX, is none. */
bool error_document_parse(const char *text, size_t size, struct error_document *ret_document);

#endif
