/* SPDX-License-Identifier: MIT */
/* Keys are decoded in place when the document has been read, because whether they are encoded may
 * be said at its end. Objects and roll-ups come as two lists and leave as one in order. */
#include "s3/list_document.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/uri.h"
#include "s3/store_time.h"
#include "s3/xml.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct list_reader {
    struct list_document document;
    size_t capacity;
    struct object_entry entry; /* the one being read; key NULL: not yet */
    bool in_object, in_rollup;
    bool says_truncated, encoded, says_v1, says_v2;
    struct error error;
};

static bool keep_text(struct list_reader *reader, const char *text, size_t size,
                      const char **ret_text)
{
    char *kept = text_pool_add(&reader->document.texts, text, size, &reader->error);
    if (!kept)
        return false;
    *ret_text = kept;
    return true;
}

static bool keep_entry(struct list_reader *reader)
{
    struct list_document *document = &reader->document;
    if (document->count == LIST_DOCUMENT_ENTRIES ||
        !ARRAY_RESERVE(document->entries, document->count, &reader->capacity, &reader->error))
        return false;
    document->entries[document->count++] = reader->entry;
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
        reader->document.truncated = is_true(text);
    } else if (strcmp(name, "EncodingType") == 0)
        reader->encoded = is_word(text, "url");
    else if (strcmp(name, "Marker") == 0)
        reader->says_v1 = true;
    else if (strcmp(name, "KeyCount") == 0)
        reader->says_v2 = true;
    else if (strcmp(name, "NextContinuationToken") == 0 && size > 0) {
        reader->says_v2 = true;
        return keep_text(reader, text, size, &reader->document.token);
    } else if (strcmp(name, "NextMarker") == 0 && size > 0) {
        reader->says_v1 = true;
        return keep_text(reader, text, size, &reader->document.next_marker);
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
    if (!reader->entry.key)
        return reader->entry.size == 0;
    return keep_entry(reader);
}

static bool is_list(const char *root)
{
    static const char *const names[] = {"ListBucketResult", "ListBucketV2Result",
                                        "ListObjectsResult", "ListObjectsV2Result"};
    for (size_t i = 0; i < LENGTH(names); i++)
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
        reader->entry = (struct object_entry){.is_prefix = reader->in_rollup};
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
static bool decode_text(const char *text, bool plus_is_space, char **ret_decoded,
                        struct error *error)
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

static bool begins_with(const char *text, const char *prefix)
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
                         : !decode_text(text, way == FORM, &decoded, error))
            return false;
        if (begins_with(decoded, prefix)) {
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
    const struct object_entry *left = a, *right = b;
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

/* The pool lets its texts be changed in place. */
static bool decode_texts(struct list_reader *reader, const char *prefix)
{
    const struct list_document *document = &reader->document;
    for (size_t i = 0; i < document->count; i++)
        if (!decode_key((char *)document->entries[i].key, reader->encoded, prefix, &reader->error))
            return false;
    return !document->next_marker ||
           decode_key((char *)document->next_marker, reader->encoded, prefix, &reader->error);
}

static bool finish_reading(struct list_reader *reader, const char *prefix)
{
    struct list_document *document = &reader->document;
    if (!decode_texts(reader, prefix))
        return false;
    put_in_order(document);
    if (!reader->says_truncated)
        document->truncated = document->token || document->next_marker;
    document->is_v1 = reader->says_v1 && !reader->says_v2;
    return true;
}

bool list_document_parse(const char *text, size_t size, const char *prefix,
                         struct list_document *ret_document, struct error *error)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct list_reader reader = {.document.texts.max = LIST_DOCUMENT_MAX};
    error_set(&reader.error, ERROR_UNAVAILABLE,
              "the store's answer is not a list of objects as S3 has it: check S3_ENDPOINT");
    enum xml_end end = xml_read(text, size, &handler, &reader);
    if (end == XML_END_NO_MEMORY)
        error_no_memory(&reader.error);
    if (end != XML_END_WHOLE || !finish_reading(&reader, prefix)) {
        list_document_finish(&reader.document);
        *error = reader.error;
        return false;
    }
    *ret_document = reader.document;
    return true;
}

void list_document_finish(struct list_document *document)
{
    free(document->entries);
    text_pool_finish(&document->texts);
    *document = (struct list_document){0};
}
