/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_RECORD_H
#define STORAGE_RECORD_H

#include "storage/image_metadata.h"
#include "storage/storage.h"

/* The record kept with an image: its object's fields, and the sidecar where they do not hold
 * all of it. */
struct record {
    struct image_metadata metadata; /* all of it, or what the fields hold */
    enum {
        RECORD_WHOLE,
        RECORD_MISSING, /* the sidecar is not there, or damaged, or of another image */
        RECORD_HIDDEN,  /* the credentials do not allow to read the sidecar */
    } state;
};

#define RECORD_SIDECAR_TYPE "application/json"

/* Whoever can write to the store can put any sidecar there: what is beyond these is damaged, and is
 * not read or not parsed. A save refuses to write it. */
enum {
    RECORD_SIDECAR_MAX = 4 * 1024 * 1024, /* bytes */
    RECORD_VALUES_MAX = 50000,            /* JSON values */
};

/* Takes a zeroed struct. */
void record_finish(struct record *record);

/* sha256 (hexadecimal): of the bytes that the record must be of; when the fields name others,
 * the sidecar is not read. NULL: what the fields name, or any. *ret_record must be zeroed. */
bool record_read(struct storage *storage, const struct operation *operation, const char *key,
                 const struct fields *fields, const char *sha256, struct record *ret_record,
                 struct error *error) MUST_CHECK;

#endif
