/* SPDX-License-Identifier: MIT */
#include "s3/list_document.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/uri.h"
#include "s3/store_time.h"
#include "s3/xml.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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
    bool truncated, says_truncated, encoded, says_v1, says_v2;
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
    if (reader->count == LIST_DOCUMENT_ENTRIES)
        return false;
    if (!ARRAY_RESERVE(reader->entries, reader->count, &reader->capacity, &reader->error))
        return false;
    reader->entries[reader->count++] = reader->entry;
    return true;
}

/* Compares without the white space around the text, and in any case. */
static bool is_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    text += strspn(text, " \t\r\n");
    return strncasecmp(text, word, length) == 0 &&
           text[length + strspn(text + length, " \t\r\n")] == '\0';
}

static bool is_true(const char *text)
{
    return is_word(text, "true") || is_word(text, "1");
}

static bool read_size(const char *text, uint64_t *ret_size)
{
    char *end;
    text += strspn(text, " \t\r\n");
    *ret_size = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && end[strspn(end, " \t\r\n")] == '\0';
}

/* Children of the root. */
static bool end_of_page(struct list_reader *reader, const char *name, const char *text, size_t size)
{
    if (strcmp(name, "IsTruncated") == 0) {
        reader->says_truncated = true;
        reader->truncated = is_true(text);
    } else if (strcmp(name, "EncodingType") == 0)
        reader->encoded = is_word(text, "url");
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

/* Children of <Contents> and <CommonPrefixes>. Each <Prefix> is a roll-up: some stores put them all
 * into one <CommonPrefixes>. */
static bool end_of_entry(struct list_reader *reader, const char *name, const char *text,
                         size_t size)
{
    if (reader->in_rollup) {
        if (strcmp(name, "Prefix") != 0 || size == 0)
            return true;
        return keep_text(reader, text, size, &reader->entry.key) && keep_entry(reader);
    }
    if (strcmp(name, "Key") == 0)
        return size == 0 || keep_text(reader, text, size, &reader->entry.key);
    if (strcmp(name, "Size") == 0)
        return read_size(text, &reader->entry.size);
    if (strcmp(name, "LastModified") == 0 && !store_time_parse(text, &reader->entry.modified_ms))
        reader->entry.modified_ms = 0;
    return true;
}

/* Empty elements stand where a serialiser had a list of nothing. One with a size but without a name
 * is an object that we would not see. */
static bool end_of_object(struct list_reader *reader)
{
    if (reader->entry.key == NOTHING)
        return reader->entry.size == 0;
    return keep_entry(reader);
}

static bool is_list(const char *root)
{
    static const char *const names[] = {"ListBucketResult", "ListBucketV2Result",
                                        "ListObjectsResult", "ListObjectsV2Result"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], root) == 0)
            return true;
    return false;
}

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    struct list_reader *reader = argument;
    if (depth == 1)
        return is_list(name);
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
    if (depth == 2 && in_entry)
        return reader->in_rollup || end_of_object(reader);
    if (depth == 2)
        return end_of_page(reader, name, text, size);
    return depth != 3 || !in_entry || end_of_entry(reader, name, text, size);
}

/* encoding-type=url is form encoding: a space is a plus sign. What cannot be decoded was not
 * encoded, whatever the document says. False: memory. */
static bool decode(const char *text, bool plus_is_space, char **ret_decoded, struct error *error)
{
    CLEANUP(free_cleanup) char *spaced = strdup(text);
    CLEANUP(free_cleanup) char *decoded = NULL;
    if (!spaced)
        return error_no_memory(error);
    for (char *plus = spaced; plus_is_space && (plus = strchr(plus, '+'));)
        *plus = ' ';
    if (!uri_decode(spaced, &decoded, error)) {
        if (error->code == ERROR_NO_MEMORY)
            return false;
        decoded = strdup(text);
    }
    *ret_decoded = TAKE(decoded);
    return *ret_decoded || error_no_memory(error);
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The ways in which a store may have meant a text, the likeliest first: as it said, and then, if
 * that is not under the prefix, with a plus sign for itself, not encoded, or encoded in silence. No
 * way makes a text longer. */
static bool decode_key(char *text, bool encoded, const char *prefix, struct error *error)
{
    enum way { FORM, PERCENT, PLAIN, WAYS };
    static const enum way orders[2][WAYS] = {{PLAIN, FORM, PERCENT}, {FORM, PERCENT, PLAIN}};
    CLEANUP(free_cleanup) char *first = NULL;
    if (!strpbrk(text, "+%"))
        return true;
    for (size_t i = 0; i < WAYS; i++) {
        enum way way = orders[encoded][i];
        CLEANUP(free_cleanup) char *decoded = NULL;
        if (way == PLAIN ? !(decoded = strdup(text)) && !error_no_memory(error)
                         : !decode(text, way == FORM, &decoded, error))
            return false;
        if (begins(decoded, prefix)) {
            memcpy(text, decoded, strlen(decoded) + 1);
            return true;
        }
        if (!first)
            first = TAKE(decoded);
    }
    memcpy(text, first, strlen(first) + 1);
    return true;
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

static bool finish_reading(struct list_reader *reader, const char *prefix,
                           struct list_document *document)
{
    char *texts = reader->texts.data;
    document->entries = calloc(reader->count + 1, sizeof *document->entries);
    if (!document->entries)
        return error_no_memory(&reader->error);
    for (size_t i = 0; i < reader->count; i++) {
        const struct raw_entry *raw = &reader->entries[i];
        document->entries[i] = (struct list_document_entry){texts + raw->key, raw->is_prefix,
                                                            raw->size, raw->modified_ms};
        if (!decode_key(texts + raw->key, reader->encoded, prefix, &reader->error))
            return false;
    }
    document->count = reader->count;
    put_in_order(document);
    document->truncated = reader->says_truncated ? reader->truncated
                                                 : reader->token || reader->next_marker;
    document->is_v1 = reader->says_v1 && !reader->says_v2;
    document->token = reader->token ? texts + reader->token : NULL;
    document->next_marker = reader->next_marker ? texts + reader->next_marker : NULL;
    if (document->next_marker &&
        !decode_key(document->next_marker, reader->encoded, prefix, &reader->error))
        return false;
    document->texts = buffer_take(&reader->texts);
    return true;
}

bool list_document_parse(const char *text, size_t size, const char *prefix,
                         struct list_document *ret_document, struct error *error)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    CLEANUP(list_document_finish) struct list_document document = {0};
    struct list_reader reader = {.texts = BUFFER_INIT(TEXTS_MAX)};
    error_set(&reader.error, ERROR_UNAVAILABLE,
              "the store's answer is not a list of objects as S3 has it: check S3_ENDPOINT");
    bool begun = buffer_append_char(&reader.texts, '\0', &reader.error);
    enum xml_end end = begun ? xml_read(text, size, &handler, &reader) : XML_END_BROKEN;
    if (end == XML_END_NO_MEMORY)
        error_no_memory(&reader.error);
    bool done = end == XML_END_WHOLE && finish_reading(&reader, prefix, &document);
    free(reader.entries);
    buffer_finish(&reader.texts);
    if (!done) {
        *error = reader.error;
        return false;
    }
    *ret_document = document;
    document = (struct list_document){0};
    return true;
}

void list_document_finish(struct list_document *document)
{
    free(document->entries);
    free(document->texts);
    *document = (struct list_document){0};
}
