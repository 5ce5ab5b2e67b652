/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PRINTED_H
#define SUPPORT_PRINTED_H

#include "cli/output.h"

#include <stddef.h>

/* An output whose text a test can look at. */
struct printed {
    struct output output;
    char *text;
    size_t size;
};

/* width: of a terminal; 0: it is none. */
void printed_init(struct printed *printed, size_t width);

/* What was printed until now. */
const char *printed_text(struct printed *printed);

/* Frees it. */
void printed_finish(struct printed *printed);

#endif
