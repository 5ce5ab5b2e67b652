/* SPDX-License-Identifier: MIT */
#include "storage/text_match.h"

#include "base/cleanup.h"

#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

/* Words in folded UTF-8, one after the other, each ended by a NUL. */
struct text_match {
    char *words;
    size_t size; /* bytes, ends included */
};

/* Made once and kept: it is shared by all threads and lives as long as the process. */
static locale_t unicode;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void load_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static uint32_t fold(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    if (!unicode)
        return c;
    return (uint32_t)towlower_l(towupper_l((wint_t)c, unicode), unicode);
}

static bool is_space(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0xa0 || (unicode && iswspace_l((wint_t)c, unicode));
}

/* The next character, folded; 0 at the end. A byte that is not UTF-8 stands for itself. */
static uint32_t next_folded(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    unsigned char first = *at;
    if (!first)
        return 0;
    unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t c = more ? first & (0x3fu >> more) : first;
    for (unsigned i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            *text += 1;
            return first;
        }
        c = c << 6 | (at[i] & 0x3fu);
    }
    *text += 1 + more;
    return fold(c);
}

static char *put_utf8(char *out, uint32_t c)
{
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *out++ = (char)(marks[more] | c >> 6 * more);
    while (more-- > 0)
        *out++ = (char)(0x80 | (c >> 6 * more & 0x3f));
    return out;
}

/* Room for the folded form of a text: one byte that is not UTF-8 becomes two, a character of two
 * bytes or more at most four. */
static char *folded_room(const char *text)
{
    return malloc(2 * strlen(text) + 2);
}

bool text_match_create(const char *query, struct text_match **ret_match, struct error *error)
{
    pthread_once(&unicode_once, load_unicode);
    struct text_match *match = calloc(1, sizeof *match);
    if (!match || !(match->words = folded_room(query))) {
        free(match);
        return error_no_memory(error);
    }
    char *out = match->words;
    uint32_t c;
    bool in_word = false;
    while ((c = next_folded(&query))) {
        bool space = is_space(c);
        if (!space)
            out = put_utf8(out, c);
        else if (in_word)
            *out++ = '\0';
        in_word = !space;
    }
    if (in_word)
        *out++ = '\0';
    match->size = (size_t)(out - match->words);
    *ret_match = match;
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
    CLEANUP(free_cleanup) char *folded = folded_room(text);
    if (!folded)
        return error_no_memory(error);
    char *out = folded;
    uint32_t c;
    while ((c = next_folded(&text)))
        out = put_utf8(out, c);
    *out = '\0';
    bool matches = true;
    for (const char *word = match->words; matches && word < match->words + match->size;
         word += strlen(word) + 1)
        matches = strstr(folded, word) != NULL;
    *ret_matches = matches;
    return true;
}

bool text_match_equal(const char *a, const char *b)
{
    pthread_once(&unicode_once, load_unicode);
    uint32_t x, y;
    do {
        x = next_folded(&a);
        y = next_folded(&b);
    } while (x == y && x);
    return x == y;
}
