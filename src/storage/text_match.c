/* SPDX-License-Identifier: MIT */
/* Texts are folded whole and then compared as bytes: Unicode's canonical caseless matching (the
 * Unicode Standard, section 3.13), with the tables of utf8proc, so that it is the same on every
 * system. */
#include "storage/text_match.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* Folded words, one after the other, each ended by a NUL. */
struct text_match {
    char *words;
    size_t size; /* bytes, ends included */
};

static char *map(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_option_t options = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                      UTF8PROC_CASEFOLD;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded, options);
    return size < 0 ? NULL : (char *)folded;
}

bool text_match_fold(const char *text, char **ret_folded, struct error *error)
{
    CLEANUP(free_cleanup) char *mended = NULL;
    if (!utf8_valid(text)) {
        if (!(mended = strdup(text)))
            return error_no_memory(error);
        utf8_mend(mended);
    }
    char *folded = map(mended ? mended : text);
    if (!folded)
        return error_no_memory(error);
    *ret_folded = folded;
    return true;
}

static bool is_space(uint32_t c)
{
    if (c < 0xA0)
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

/* Takes the white space out of a text in place and ends each word; returns the size of them all. */
static size_t split(char *text)
{
    char *const begin = text, *out = text;
    bool in_word = false;
    uint32_t c;
    for (size_t size = strlen(text), length; size > 0; text += length, size -= length) {
        length = plain_text_next(text, size, &c);
        bool space = is_space(c);
        if (!space) {
            memmove(out, text, length);
            out += length;
        } else if (in_word) {
            *out++ = '\0';
        }
        in_word = !space;
    }
    *out = '\0';
    return (size_t)(out - begin) + in_word;
}

bool text_match_create(const char *query, struct text_match **ret_match, struct error *error)
{
    CLEANUP(text_match_destroy_cleanup) struct text_match *match = calloc(1, sizeof *match);
    if (!match)
        return error_no_memory(error);
    if (!text_match_fold(query, &match->words, error))
        return false;
    match->size = split(match->words);
    *ret_match = TAKE(match);
    return true;
}

void text_match_destroy(struct text_match *match)
{
    if (!match)
        return;
    free(match->words);
    free(match);
}

bool text_match_all(const struct text_match *match, const char *text, bool *ret_matches,
                    struct error *error)
{
    CLEANUP(free_cleanup) char *folded = NULL;
    if (!text_match_fold(text, &folded, error))
        return false;
    bool matches = true;
    for (const char *word = match->words; matches && word < match->words + match->size;
         word += strlen(word) + 1)
        matches = strstr(folded, word) != NULL;
    *ret_matches = matches;
    return true;
}
