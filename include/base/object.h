/* SPDX-License-Identifier: MIT */
#ifndef BASE_OBJECT_H
#define BASE_OBJECT_H

#include "base/error.h"
#include "base/field.h"

#include <stddef.h>
#include <stdint.h>

/* Objects, in the words of every store: bytes under a key, with a few facts beside them. The S3
 * client, the providers and the image store all speak in these, so that nothing is translated on
 * the way. */

/* An object to be stored. */
struct object_put {
    const char *key;
    const void *data; /* borrowed until the put returns; sent from where it is */
    size_t size;
    const unsigned char *sha256; /* of data */
    const char *content_type;
    const char *cache_control;   /* NULL: none; for stores that serve HTTP */
    const struct fields *fields; /* user metadata; NULL: none */
    bool if_absent;              /* leave an object that exists as it is */
    bool is_private;             /* it is not meant to be fetched by its URL */
};

/* What a store tells of an object. */
struct object_info {
    uint64_t size;
    bool size_unknown;   /* the store does not tell it; size is 0 then */
    int64_t modified_ms; /* Last-Modified; 0: the store gave none */
    char *content_type;  /* NULL: the store gave none */
    struct fields fields;
};
/* Takes a zeroed struct. */
void object_info_finish(struct object_info *info);

/* What a listing is about. Keys come in the order of their bytes. */
struct object_query {
    const char *prefix;    /* keys that begin with this */
    const char *delimiter; /* NULL, or "/": keys with a further '/' after the prefix are not listed
                            * but rolled up into what they have in common up to and including it */
    const char *after;     /* keys (and roll-ups) after this one only; NULL: from the start */
};

struct object_entry {
    const char *key; /* or the roll-up, which ends with the delimiter */
    bool is_prefix;  /* a roll-up: size and modified_ms are 0 */
    uint64_t size;
    int64_t modified_ms;
};

/* Called for every entry of a listing, whose key is borrowed for the call. *stop = true ends the
 * listing early, which is success; false fails it with *error. */
typedef bool object_each(void *argument, const struct object_entry *entry, bool *stop,
                         struct error *error);

enum { OBJECT_DELETE_MAX = 1000 }; /* keys that are deleted in one request */

/* What became of one of several objects to be deleted. */
struct delete_result {
    enum error_code code; /* ERROR_NONE: it is gone, or never existed */
    char text[160];       /* why not */
};
/* The code, and as much of the text as fits. */
void delete_result_set(struct delete_result *result, const struct error *error);

#endif
