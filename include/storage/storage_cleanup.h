/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_CLEANUP_H
#define STORAGE_STORAGE_CLEANUP_H

#include "storage/retention.h"
#include "storage/storage.h"

/* Cleaning up by a retention policy, in two steps: a plan, which deletes nothing, and its
 * execution, which deletes exactly what was planned. An image's age is image_key_time_ms(). Both
 * stream over the walk in memory that does not grow with the store. */

enum {
    CLEANUP_SAMPLE_MAX = 10,
    CLEANUP_ITEMS_MAX = 100,
    CLEANUP_FAILURES_MAX = 20,
    CLEANUP_DIGEST_SIZE = 16, /* bytes of a plan's digest that its execution looks at */
};

struct cleanup_item {
    char *key;
    struct image_key_parts parts; /* of key */
    uint64_t size;
    int64_t time_ms;
};

struct cleanup_plan {
    uint64_t count, bytes; /* to be deleted; bytes without sidecars */
    uint64_t kept;         /* looked at and kept */
    bool whole;            /* all images were looked at; with an age as the only rule the younger
                            * days are not listed */
    int64_t oldest_ms;     /* of those to be deleted; 0: there are none */
    int64_t newest_ms;
    struct cleanup_item sample[CLEANUP_SAMPLE_MAX]; /* the newest of them */
    size_t sample_count;
    uint64_t other_objects; /* objects passed over that are not images of the layout */

    /* What the execution is given. The store's date of the last image that was saved when the plan
     * was made: what is saved later is neither deleted nor counted as one of the newest. And a
     * digest of the policy and of all keys to be deleted. */
    int64_t saved_until_ms;
    unsigned char digest[SHA256_SIZE];
};
/* Takes a zeroed struct. */
void cleanup_plan_finish(struct cleanup_plan *plan);

/* Progress: days of days. ERROR_INVALID: the policy has no rule (retention_check). */
bool storage_plan_cleanup(struct storage *storage, const struct operation *operation,
                          const struct retention_policy *policy, struct cleanup_plan *ret_plan,
                          struct error *error) MUST_CHECK;

struct cleanup_failure {
    char *key;
    char text[160];
};

struct cleanup_result {
    uint64_t deleted, bytes;                      /* images that are gone, with their sidecars */
    uint64_t failed;                              /* objects that could not be deleted */
    struct cleanup_item items[CLEANUP_ITEMS_MAX]; /* the first that were deleted */
    size_t item_count;
    struct cleanup_failure failures[CLEANUP_FAILURES_MAX]; /* the first */
    size_t failure_count;
    struct error stopped; /* why it ended before its end; ERROR_NONE: it did not */
};
/* Takes a zeroed struct. */
void cleanup_result_finish(struct cleanup_result *result);

/* Deletes what the policy does not keep among the images saved until saved_until_ms, in batches.
 * digest: of the plan; when the store does not give the same plan any more, nothing is deleted and
 * the answer is ERROR_INVALID. NULL: no plan was made; saved_until_ms is then the present. Fails
 * only when nothing was deleted; after that, *ret_result tells how far it came. Progress: days of
 * days, once the plan is checked. */
bool storage_cleanup(struct storage *storage, const struct operation *operation,
                     const struct retention_policy *policy, int64_t saved_until_ms,
                     const unsigned char *digest, struct cleanup_result *ret_result,
                     struct error *error) MUST_CHECK;

/* The same without a plan and on nobody's behalf: images saved after it has begun, by whomever and
 * whatever their timestamp, count among the newest but are not deleted. "After" is by the store's
 * clock, with a margin: what was saved in the last seconds before stays too. */
bool storage_cleanup_settled(struct storage *storage, const struct operation *operation,
                             const struct retention_policy *policy,
                             struct cleanup_result *ret_result, struct error *error) MUST_CHECK;

/* Both also delete sidecars that a save which broke off has left without an image, if they are
 * older than what the policy keeps by age, and than this; they are in no plan and in no count.
 * So do what saves that were killed have left on their way (drafts.h). */
enum { CLEANUP_ORPHAN_MS = IMAGE_KEY_DAY_MS };

/* How long before a storage_cleanup_settled() an image must have been saved to be deleted by it. */
enum { CLEANUP_SETTLED_MS = 2000 };

#endif
