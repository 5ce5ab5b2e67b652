/* SPDX-License-Identifier: MIT */
#ifndef BASE_DATA_URL_H
#define BASE_DATA_URL_H

#include "base/buffer.h"

/* Data URLs (RFC 2397), as leniently as browsers read them (WHATWG Fetch, "data: URLs"). */

enum { DATA_URL_HEAD_MAX = 1023 };

/* "data:image/png;name=\"a,b.png\";base64," at the start of a text, white space before it, too. */
struct data_url_head {
    size_t size;      /* comma included; 0: there is none */
    size_t type_at;   /* where the media type begins */
    size_t type_size; /* 0: it says none */
    bool base64;      /* else what follows is percent-encoded bytes */
};

/* Reads the head that `size` bytes of text begin with, if there is one of DATA_URL_HEAD_MAX bytes
 * at most. A comma in a quoted parameter does not end it. */
struct data_url_head data_url_head(const char *text, size_t size);

/* Appends what is behind the head with its percent escapes decoded, without line breaks and tabs,
 * and without blanks at its end; a '%' that begins no escape is itself. */
bool data_url_decode(const char *text, size_t size, struct buffer *bytes,
                     struct error *error) MUST_CHECK;

#endif
