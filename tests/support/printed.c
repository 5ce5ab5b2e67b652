/* SPDX-License-Identifier: MIT */
/* An output over a stream in memory, of a width that the test picks, in a locale that knows UTF-8.
 */
#include "support/printed.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

void printed_init(struct printed *printed, size_t width)
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

const char *printed_text(struct printed *printed)
{
    fflush(printed->output.file);
    return printed->text;
}

void printed_finish(struct printed *printed)
{
    fclose(printed->output.file);
    free(printed->text);
}
