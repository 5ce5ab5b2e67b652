/* SPDX-License-Identifier: MIT */
/* Sentences stand in tables with names of facts in them, which can be read and translated as they
 * are; a printf format could not choose its arguments. A fact that is too long is cut, so that it
 * cannot push the rest of the sentence out. */
#include "base/sentence.h"

#include "base/utf8.h"

#include <string.h>

enum { FACT_MAX = 128 };

static const char *find_fact(const struct sentence_fact *facts, size_t count, const char *name,
                             size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(facts[i].name) == size && memcmp(facts[i].name, name, size) == 0)
            return facts[i].value;
    return "";
}

/* A key or host may be long, and the sentence must not lose its end to it. */
void sentence_expand(const char *text, const struct sentence_fact *facts, size_t count, char *out,
                     size_t size)
{
    size_t used = 0;
    while (*text && used + 1 < size) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (!end) {
            out[used++] = *text++;
            continue;
        }
        const char *fact = find_fact(facts, count, text + 1, (size_t)(end - text) - 1);
        size_t room = size - used - 1 < FACT_MAX ? size - used - 1 : FACT_MAX;
        size_t length = utf8_cut(fact, strlen(fact), room);
        memcpy(out + used, fact, length);
        used += length;
        text = end + 1;
    }
    out[used] = '\0';
}
