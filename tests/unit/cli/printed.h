/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CLI_PRINTED_H
#define TESTS_CLI_PRINTED_H

#include "cli/output.h"

#include <locale.h>
#include <stdlib.h>

/* An output whose text a test can look at. */
struct printed {
    struct output output;
    char *text;
    size_t size;
};

static inline void printed_init(struct printed *printed, size_t width)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    *printed = (struct printed){0};
    printed->output = (struct output){
        .file = open_memstream(&printed->text, &printed->size),
        .terminal = width > 0,
        .unicode = true,
        .width = width > 0 ? width : 80,
    };
}

/* What was printed until now. */
static inline const char *printed_text(struct printed *printed)
{
    fflush(printed->output.file);
    return printed->text;
}

static inline void printed_finish(struct printed *printed)
{
    fclose(printed->output.file);
    free(printed->text);
}

#endif
