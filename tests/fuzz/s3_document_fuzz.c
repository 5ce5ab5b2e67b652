/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "base/plain_text.h"
#include "base/utf8.h"
#include "s3/answer_text.h"
#include "s3/delete_document.h"
#include "s3/error_document.h"
#include "s3/list_document.h"
#include "s3/xml.h"

#include "fuzz.h"

/* What stores answer with. The first byte picks the document, the rest is its text: a list ('l'),
 * the result of a delete ('d'), an error ('e'), anything else ('t'); or keys, of which a delete is
 * asked ('k'). */

static void check_same_list(const struct list_document *a, const struct list_document *b)
{
    check(a->count == b->count && a->truncated == b->truncated && a->is_v1 == b->is_v1);
    for (size_t i = 0; i < a->count; i++)
        check(strcmp(a->entries[i].key, b->entries[i].key) == 0);
}

static void try_list(const char *text, size_t size)
{
    struct list_document document = {0}, again = {0};
    struct error error = {0};
    if (!list_document_parse(text, size, "a/", &document, &error)) {
        check(!document.entries && !document.texts.blocks && error.text[0]);
        check(error.code == ERROR_UNAVAILABLE);
        return;
    }
    check(document.count <= LIST_DOCUMENT_ENTRIES);
    for (size_t i = 0; i < document.count; i++) {
        const struct object_entry *entry = &document.entries[i];
        check(entry->key && *entry->key && entry->modified_ms >= 0);
        check(i == 0 || strcmp(document.entries[i - 1].key, entry->key) <= 0);
    }
    check(list_document_parse(text, size, "a/", &again, &error));
    check_same_list(&document, &again);
    list_document_finish(&document);
    list_document_finish(&again);
}

static void try_delete_result(const char *text, size_t size)
{
    struct delete_document document = {0};
    struct error error = {0};
    if (!delete_document_parse(text, size, &document, &error)) {
        check(!document.errors && error.code == ERROR_UNAVAILABLE && error.text[0]);
        return;
    }
    for (size_t i = 0; i < document.count; i++)
        check(document.errors[i].key && document.errors[i].code && document.errors[i].message);
    delete_document_finish(&document);
}

/* It goes into sentences that are shown: one line of UTF-8. */
static void check_line(const char *text, size_t capacity)
{
    check(strnlen(text, capacity) < capacity && utf8_valid(text));
    for (; *text; text++)
        check((unsigned char)*text >= ' ' && *text != 127);
}

static void try_error(const char *text, size_t size)
{
    struct error_document document = {0};
    if (!error_document_parse(text, size, &document)) {
        check(document.code[0] == '\0');
        return;
    }
    check(document.code[0] != '\0');
    check_line(document.code, sizeof document.code);
    check_line(document.message, sizeof document.message);
    check_line(document.region, sizeof document.region);
    check_line(document.request_id, sizeof document.request_id);
    check_line(document.server_time, sizeof document.server_time);
    check_line(document.subject, sizeof document.subject);
}

/* Whatever else answers: looked at with nothing read beyond its end. */
static void try_text(const char *text, size_t size)
{
    char words[64], region[16], quotation[32 + 6];
    check(!answer_text_is_page(text, size) || !answer_text_is_xml(text, size));
    answer_text_words(text, size, words, sizeof words);
    check(strnlen(words, sizeof words) < sizeof words && utf8_valid(words));
    if (answer_text_region(words, region, sizeof region))
        check(strnlen(region, sizeof region) < sizeof region);
    plain_text_quote(words, 32, quotation);
    check_line(quotation, sizeof quotation);
    check(strchr(quotation + 1, '"') == quotation + strlen(quotation) - 1);
}

/* The keys, and which of them comes next in the document. */
struct keys {
    char *texts[16];
    size_t count, next;
};

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    (void)argument, (void)depth, (void)name;
    return true;
}

static bool on_end(void *argument, unsigned depth, const char *name, const char *text, size_t size)
{
    struct keys *keys = argument;
    if (depth != 3 || strcmp(name, "Key") != 0)
        return true;
    check(keys->next < keys->count);
    const char *key = keys->texts[keys->next++];
    check(strlen(key) == size && memcmp(key, text, size) == 0);
    return true;
}

/* A store reads exactly the keys that were asked for. */
static void try_delete(struct input *input)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct keys keys = {0};
    struct buffer text = BUFFER_INIT(DELETE_DOCUMENT_MAX);
    struct error error = {0};
    bool fits = true;
    check(delete_document_begin(&text, &error));
    while (input->size > 0 && keys.count < sizeof keys.texts / sizeof *keys.texts) {
        char *key = take_text(input);
        if (!delete_document_can_hold(key)) {
            free(key);
            continue;
        }
        fits = fits && strlen(key) <= XML_TEXT_MAX;
        check(delete_document_add(&text, key, &error));
        keys.texts[keys.count++] = key;
    }
    check(delete_document_end(&text, &error));
    if (fits)
        check(xml_read(text.data, text.size, &handler, &keys) == XML_END_WHOLE &&
              keys.next == keys.count);
    for (size_t i = 0; i < keys.count; i++)
        free(keys.texts[i]);
    buffer_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = take_byte(&input);
    if (kind == 'k') {
        try_delete(&input);
        return 0;
    }
    size_t length = input.size;
    char *text = take_bytes(&input, length);
    if (kind == 'l')
        try_list(text, length);
    else if (kind == 'd')
        try_delete_result(text, length);
    else if (kind == 'e')
        try_error(text, length);
    else if (kind == 't')
        try_text(text, length);
    free(text);
    return 0;
}
