/* SPDX-License-Identifier: MIT */
#include "storage/cursor.h"
#include "tools/confirmation.h"

#include "fuzz.h"

#include <stdio.h>

/* Cursors and confirmation handles: what was made here comes back as it was, and what was made or
 * changed elsewhere is refused. The first byte picks what is tried: a text as a cursor ('c') or as
 * a handle ('h'); or the fields of one, and then pairs of a place and a byte that change its text:
 * 'C' and 'H'. */

enum { NOW_MS = 1000000 };

static const char prefix[] = "generations";
static const unsigned char key[CONFIRMATION_KEY_SIZE] = "0123456789abcdef0123456789abcdef";
static const unsigned char other_key[CONFIRMATION_KEY_SIZE] = "0123456789abcdef0123456789abcdeg";
static const unsigned char query[SHA256_SIZE] = "what was asked for";
static const unsigned char other_query[SHA256_SIZE] = "something else";

/* What is accepted is the one text that says so. */
static bool try_cursor(const char *text)
{
    struct cursor cursor = {0};
    struct image_key_parts parts;
    struct error error = {0};
    char *again = NULL;
    if (!cursor_parse(text, prefix, query, &cursor, &error)) {
        check(error.code == ERROR_INVALID && cursor.key[0] == '\0');
        return false;
    }
    check(image_key_parse(prefix, cursor.key, &parts) && parts.day_ms == cursor.day_ms);
    check(cursor_format(&cursor, query, &again, &error) && strcmp(again, text) == 0);
    check(!cursor_parse(text, prefix, other_query, &cursor, &error));
    check(!cursor_parse(text, "other", query, &cursor, &error));
    free(again);
    return true;
}

static bool try_handle(const char *text)
{
    struct confirmation confirmation;
    char again[CONFIRMATION_TEXT_SIZE];
    struct error error = {0};
    if (!confirmation_verify(text, key, NOW_MS, &confirmation, &error)) {
        check(error.code == ERROR_INVALID);
        return false;
    }
    check(confirmation.expires_ms > NOW_MS);
    check(confirmation_sign(&confirmation, key, again, &error) && strcmp(again, text) == 0);
    check(!confirmation_verify(text, other_key, NOW_MS, &confirmation, &error));
    return true;
}

/* Changes the text here and there; whether it is another one now. */
static bool change(struct input *input, char *text)
{
    bool changed = false;
    size_t length = strlen(text);
    while (input->size >= 3 && length > 0) {
        size_t at = take_byte(input);
        char *place = &text[(at << 8 | take_byte(input)) % length];
        char wanted = (char)take_byte(input);
        if (wanted == '\0')
            length = (size_t)(place - text); /* cut there */
        changed = changed || *place != wanted;
        *place = wanted;
    }
    return changed;
}

static void make_cursor(struct input *input)
{
    struct cursor cursor = {.modified_ms = take_number(input)};
    struct error error = {0};
    char *text = NULL;
    unsigned day = take_byte(input) % 28 + 1, number = take_byte(input);
    snprintf(cursor.key, sizeof cursor.key, "%s/2024-02-%02u/flux-1/%012x_8x4.png", prefix, day,
             number);
    check(cursor_format(&cursor, query, &text, &error));
    char *original = strdup(text);
    change(input, text);
    check(try_cursor(text) == (strcmp(text, original) == 0));
    free(original);
    free(text);
}

static int64_t take_moment(struct input *input)
{
    return take_number(input) & INT64_MAX;
}

static void make_handle(struct input *input)
{
    struct confirmation confirmation = {
        .expires_ms = take_moment(input) / 1000 * 1000,
        .older_than_ms = take_moment(input),
        .keep_count = take_moment(input) - 1,
        .saved_until_ms = take_moment(input),
    };
    char text[CONFIRMATION_TEXT_SIZE], original[CONFIRMATION_TEXT_SIZE];
    struct error error = {0};
    memset(confirmation.plan, take_byte(input), sizeof confirmation.plan);
    memset(confirmation.arguments, take_byte(input), sizeof confirmation.arguments);
    size_t model = take_byte(input) % sizeof confirmation.model;
    memset(confirmation.model, 'm', model);
    check(confirmation_sign(&confirmation, key, text, &error));
    strcpy(original, text);
    change(input, text);
    bool alive = confirmation.expires_ms > NOW_MS;
    check(try_handle(text) == (alive && strcmp(text, original) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = take_byte(&input);
    if (kind == 'C') {
        make_cursor(&input);
    } else if (kind == 'H') {
        make_handle(&input);
    } else {
        char *text = take_text(&input);
        if (kind == 'h')
            check(!try_handle(text)); /* nobody knows the key */
        else
            try_cursor(text);
        free(text);
    }
    return 0;
}
