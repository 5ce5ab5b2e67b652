/* SPDX-License-Identifier: MIT */
#include "s3/list_document.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/uri.h"
#include "s3/xml.h"

#include <ctype.h>
#include <string.h>

/* While the document is read, all texts that are kept go into one buffer, which may move as it
 * grows, and entries know them by their offset; afterwards offsets become pointers. Keys are
 * decoded then too, because whether they are encoded may be said at the end of the document.
 * Objects and roll-ups come as two lists and leave as one in order. */

enum { TEXTS_MAX = LIST_DOCUMENT_MAX, NOTHING = 0 }; /* offset 0 holds an empty text */

struct raw_entry {
    size_t key;
    bool is_prefix;
    uint64_t size;
    int64_t modified_ms;
};

struct list_reader {
    struct buffer texts;
    struct raw_entry *entries;
    size_t count, capacity;
    struct raw_entry entry; /* the one being read */
    bool in_object, in_rollup;
    bool truncated, encoded, says_v1, says_v2;
    size_t token, next_marker;
    struct error error;
};

static bool keep_text(struct list_reader *reader, const char *text, size_t size, size_t *ret_offset)
{
    size_t offset = reader->texts.size;
    if (!buffer_append(&reader->texts, text, size, &reader->error) ||
        !buffer_append_char(&reader->texts, '\0', &reader->error))
        return false;
    *ret_offset = offset;
    return true;
}

static bool keep_entry(struct list_reader *reader)
{
    if (reader->entry.key == NOTHING || reader->count == LIST_DOCUMENT_ENTRIES)
        return false;
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity ? 2 * reader->capacity : 64;
        struct raw_entry *entries = realloc(reader->entries, capacity * sizeof *entries);
        if (!entries)
            return error_no_memory(&reader->error);
        reader->entries = entries;
        reader->capacity = capacity;
    }
    reader->entries[reader->count++] = reader->entry;
    return true;
}

static bool is_true(const char *text)
{
    return strcmp(text, "true") == 0;
}

static bool read_size(const char *text, uint64_t *ret_size)
{
    char *end;
    *ret_size = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0';
}

/* Children of the root. */
static bool end_of_page(struct list_reader *reader, const char *name, const char *text, size_t size)
{
    if (strcmp(name, "IsTruncated") == 0)
        reader->truncated = is_true(text);
    else if (strcmp(name, "EncodingType") == 0)
        reader->encoded = strcmp(text, "url") == 0;
    else if (strcmp(name, "Marker") == 0)
        reader->says_v1 = true;
    else if (strcmp(name, "KeyCount") == 0)
        reader->says_v2 = true;
    else if (strcmp(name, "NextContinuationToken") == 0 && size > 0) {
        reader->says_v2 = true;
        return keep_text(reader, text, size, &reader->token);
    } else if (strcmp(name, "NextMarker") == 0 && size > 0) {
        reader->says_v1 = true;
        return keep_text(reader, text, size, &reader->next_marker);
    }
    return true;
}

/* Children of <Contents> and <CommonPrefixes>. */
static bool end_of_entry(struct list_reader *reader, const char *name, const char *text,
                         size_t size)
{
    struct error ignored;
    if (strcmp(name, reader->in_object ? "Key" : "Prefix") == 0)
        return size == 0 || keep_text(reader, text, size, &reader->entry.key);
    if (reader->in_object && strcmp(name, "Size") == 0)
        return read_size(text, &reader->entry.size);
    if (reader->in_object && strcmp(name, "LastModified") == 0 &&
        !clock_parse_rfc3339(text, &reader->entry.modified_ms, &ignored))
        reader->entry.modified_ms = 0;
    return true;
}

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    struct list_reader *reader = argument;
    if (depth == 1)
        return strcmp(name, "ListBucketResult") == 0;
    if (depth == 2) {
        reader->in_object = strcmp(name, "Contents") == 0;
        reader->in_rollup = strcmp(name, "CommonPrefixes") == 0;
        reader->entry = (struct raw_entry){.is_prefix = reader->in_rollup};
    }
    return true;
}

static bool on_end(void *argument, unsigned depth, const char *name, const char *text, size_t size)
{
    struct list_reader *reader = argument;
    bool in_entry = reader->in_object || reader->in_rollup;
    if (depth == 2)
        return in_entry ? keep_entry(reader) : end_of_page(reader, name, text, size);
    return depth != 3 || !in_entry || end_of_entry(reader, name, text, size);
}

/* encoding-type=url is form encoding: a space is a plus sign. What cannot be decoded was not
 * encoded, whatever the document says. */
static void decode(char *text)
{
    CLEANUP(free_cleanup) char *decoded = NULL;
    struct error ignored;
    if (!strpbrk(text, "+%"))
        return;
    for (char *plus = strchr(text, '+'); plus; plus = strchr(plus, '+'))
        *plus = ' ';
    if (uri_decode(text, &decoded, &ignored))
        strcpy(text, decoded);
}

static int compare_entries(const void *a, const void *b)
{
    const struct list_document_entry *left = a, *right = b;
    return strcmp(left->key, right->key);
}

/* Stores list in order, but for roll-ups, which have a list of their own. */
static void put_in_order(struct list_document *document)
{
    for (size_t i = 1; i < document->count; i++) {
        if (compare_entries(&document->entries[i - 1], &document->entries[i]) > 0) {
            qsort(document->entries, document->count, sizeof *document->entries, compare_entries);
            return;
        }
    }
}

static bool finish_reading(struct list_reader *reader, struct list_document *document)
{
    char *texts = reader->texts.data;
    document->entries = calloc(reader->count + 1, sizeof *document->entries);
    if (!document->entries)
        return error_no_memory(&reader->error);
    for (size_t i = 0; i < reader->count; i++) {
        const struct raw_entry *raw = &reader->entries[i];
        document->entries[i] = (struct list_document_entry){texts + raw->key, raw->is_prefix,
                                                            raw->size, raw->modified_ms};
        if (reader->encoded)
            decode(document->entries[i].key);
    }
    document->count = reader->count;
    put_in_order(document);
    document->truncated = reader->truncated;
    document->is_v1 = reader->says_v1 && !reader->says_v2;
    document->token = reader->token ? texts + reader->token : NULL;
    document->next_marker = reader->next_marker ? texts + reader->next_marker : NULL;
    if (document->next_marker && reader->encoded)
        decode(document->next_marker);
    document->texts = buffer_take(&reader->texts);
    return true;
}

bool list_document_parse(const char *text, size_t size, struct list_document *ret_document,
                         struct error *error)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct list_document document = {0};
    struct list_reader reader = {.texts = BUFFER_INIT(TEXTS_MAX)};
    error_set(&reader.error, ERROR_UNAVAILABLE,
              "the store's answer is not a list of objects as S3 has it: check S3_ENDPOINT");
    bool done = buffer_append_char(&reader.texts, '\0', &reader.error) &&
                xml_read(text, size, &handler, &reader) && finish_reading(&reader, &document);
    free(reader.entries);
    buffer_finish(&reader.texts);
    if (!done) {
        *error = reader.error;
        return false;
    }
    *ret_document = document;
    return true;
}

void list_document_finish(struct list_document *document)
{
    free(document->entries);
    free(document->texts);
    *document = (struct list_document){0};
}
