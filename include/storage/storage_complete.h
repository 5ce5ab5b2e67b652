/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_COMPLETE_H
#define STORAGE_STORAGE_COMPLETE_H

#include "storage/storage.h"

/* Completes the beginning of a key, one level at a time: to days, to the models of a day, to the
 * images of a model and day. */

enum {
    STORAGE_COMPLETE_MAX = 100,
    STORAGE_COMPLETE_LOOKED_MAX = 10000, /* entries of the level that one call looks at */
};

struct key_completions {
    char *keys[STORAGE_COMPLETE_MAX]; /* days and models end with '/': more follows */
    size_t count;
    uint64_t total; /* how many there are in all */
    bool bounded;   /* STORAGE_COMPLETE_LOOKED_MAX ended it: there may be more than total */
};
/* Takes a zeroed struct. */
void key_completions_finish(struct key_completions *completions);

/* The keys, or beginnings of keys, that begin with `beginning` and end where its level ends: days
 * from the newest on, models in the order of their names, images from the newest on. The prefix
 * alone, or a part of it, is completed to days. No key at all begins with something that is not of
 * the layout; then there is no traffic. Costs one delimiter listing of that level. */
bool storage_complete(struct storage *storage, const struct operation *operation,
                      const char *beginning, struct key_completions *ret_completions,
                      struct error *error) MUST_CHECK;

#endif
