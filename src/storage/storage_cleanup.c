/* SPDX-License-Identifier: MIT */
/* Plan and execution are the same pass over the walk with another thing done to each image that is
 * not kept. The set of keys is never held: a running digest stands for it, and an execution that is
 * bound to a plan makes the pass once without deleting to see that the digest is still the same.
 * The bound on the date makes both passes blind to images saved since; it is in the store's own
 * time, so clocks need not agree. If somebody deletes images between the two passes, more of the
 * others are among the newest, and less is deleted. */
#include "storage/storage_cleanup.h"

#include "base/cleanup.h"
#include "storage/cleanup_deletes.h"
#include "storage/drafts.h"
#include "storage/storage_private.h"
#include "storage/walk.h"

#include <stdio.h>
#include <string.h>

void cleanup_plan_finish(struct cleanup_plan *plan)
{
    for (size_t i = 0; i < plan->sample_count; i++)
        free(plan->sample[i].key);
    *plan = (struct cleanup_plan){0};
}

void cleanup_result_finish(struct cleanup_result *result)
{
    for (size_t i = 0; i < result->item_count; i++)
        free(result->items[i].key);
    for (size_t i = 0; i < result->failure_count; i++)
        free(result->failures[i].key);
    *result = (struct cleanup_result){0};
}

/* One pass over all images that the policy is about. */
struct pass {
    struct storage *storage;
    const struct operation *operation;
    const struct retention_policy *policy;
    int64_t saved_until_ms; /* images saved later are not looked at */
    bool spares_new; /* images saved since the pass began are kept, whatever the policy says */
    void *argument;
    /* NULL or: an image that is kept. */
    void (*keep)(void *argument, const struct walk_image *image);
    /* An image that is not. */
    bool (*delete)(void *argument, const struct walk_image *image, int64_t time_ms,
                   struct error *error);
    /* NULL or: a sidecar that a save has left without an image. */
    bool (*orphan)(void *argument, const struct walk_image *orphan, struct error *error);
};

/* A sidecar is put before its image, so a young one belongs to a save that is under way. */
static bool pass_orphans(const struct pass *pass, int64_t now_ms, const struct walk_day *day,
                         struct error *error)
{
    int64_t older_than_ms = pass->policy->older_than_ms;
    for (size_t i = 0; pass->orphan && i < day->orphan_count; i++) {
        const struct walk_image *orphan = &day->orphans[i];
        bool young = older_than_ms &&
                     image_key_time_ms(day->day_ms, orphan->modified_ms) >= older_than_ms;
        if (!young && orphan->modified_ms < now_ms - CLEANUP_ORPHAN_MS &&
            !pass->orphan(pass->argument, orphan, error))
            return false;
    }
    return true;
}

static bool pass_day(const struct pass *pass, struct retention *retention, int64_t now_ms,
                     const struct walk_day *day, struct error *error)
{
    int64_t spared_after_ms = pass->spares_new ? now_ms - CLEANUP_SETTLED_MS : INT64_MAX;
    for (size_t i = 0; i < day->count; i++) {
        const struct walk_image *image = &day->images[i];
        int64_t time_ms = image_key_time_ms(day->day_ms, image->modified_ms);
        if (image->modified_ms > pass->saved_until_ms)
            continue;
        if (retention_deletes(retention, time_ms) && image->modified_ms <= spared_after_ms) {
            if (!pass->delete (pass->argument, image, time_ms, error))
                return false;
        } else if (pass->keep) {
            pass->keep(pass->argument, image);
        }
    }
    return pass_orphans(pass, now_ms, day, error);
}

/* *other_objects grows by what is not ours. */
static bool pass_run(const struct pass *pass, uint64_t *other_objects, struct error *error)
{
    CLEANUP(walk_destroy_cleanup) struct walk *walk = NULL;
    struct retention retention = {.policy = pass->policy};
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    struct walk_options options = {.whole = true};
    if (pass->policy->model) {
        image_key_slug(pass->policy->model, slug);
        options.slug = slug;
    }
    if (pass->policy->keep_count == -1) /* days that are young as a whole need not be counted */
        options.until_ms = pass->policy->older_than_ms;
    if (!walk_create(pass->storage->provider, pass->storage->prefix, pass->operation, &options,
                     &walk, error))
        return false;
    *other_objects += walk_other_objects(walk);
    /* the store has just told its time, and no day has been listed yet */
    int64_t now_ms = storage_provider_now(pass->storage->provider);
    while (walk_days_left(walk) > 0) {
        CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = NULL;
        if (!walk_next(walk, &day, error) || !pass_day(pass, &retention, now_ms, day, error))
            return false;
        *other_objects += day->other_objects;
    }
    return true;
}

static bool add_sample(struct cleanup_plan *plan, const struct walk_image *image, int64_t time_ms,
                       struct error *error)
{
    if (plan->sample_count == CLEANUP_SAMPLE_MAX)
        return true;
    char *key = strdup(image->key);
    if (!key)
        return error_no_memory(error);
    plan->sample[plan->sample_count++] = (struct cleanup_item){
        .key = key, .parts = image->parts, .size = image->size, .time_ms = time_ms};
    return true;
}

/* The digest starts with what is asked for ... */
static bool digest_policy(const struct storage *storage, const struct retention_policy *policy,
                          unsigned char digest[SHA256_SIZE], struct error *error)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(IMAGE_KEY_MAX);
    char slug[IMAGE_KEY_SLUG_MAX + 1] = "";
    if (policy->model)
        image_key_slug(policy->model, slug);
    return buffer_printf(&text, error, "%lld %lld %s %s", (long long)policy->older_than_ms,
                         (long long)policy->keep_count, slug, storage->prefix) &&
           sha256(text.data, text.size, digest, error);
}

/* ... and goes on key by key. */
static bool digest_key(unsigned char digest[SHA256_SIZE], const char *key, struct error *error)
{
    unsigned char text[SHA256_SIZE + IMAGE_KEY_MAX];
    size_t size = strlen(key);
    memcpy(text, digest, SHA256_SIZE);
    memcpy(text + SHA256_SIZE, key, size);
    return sha256(text, SHA256_SIZE + size, digest, error);
}

static void plan_saved(struct cleanup_plan *plan, const struct walk_image *image)
{
    if (image->modified_ms > plan->saved_until_ms)
        plan->saved_until_ms = image->modified_ms;
}

static void plan_keep(void *argument, const struct walk_image *image)
{
    struct cleanup_plan *plan = argument;
    plan->kept++;
    plan_saved(plan, image);
}

static bool plan_delete(void *argument, const struct walk_image *image, int64_t time_ms,
                        struct error *error)
{
    struct cleanup_plan *plan = argument;
    plan_saved(plan, image);
    plan->newest_ms = plan->count == 0 ? time_ms : plan->newest_ms;
    plan->oldest_ms = time_ms;
    plan->count++;
    plan->bytes += image->size;
    return digest_key(plan->digest, image->key, error) && add_sample(plan, image, time_ms, error);
}

static bool make_plan(struct storage *storage, const struct operation *operation,
                      const struct retention_policy *policy, int64_t saved_until_ms,
                      struct cleanup_plan *ret_plan, struct error *error)
{
    CLEANUP(cleanup_plan_finish)
    struct cleanup_plan plan = {.whole = policy->keep_count != -1};
    const struct pass pass = {
        .storage = storage,
        .operation = operation,
        .policy = policy,
        .saved_until_ms = saved_until_ms,
        .argument = &plan,
        .keep = plan_keep,
        .delete = plan_delete,
    };
    if (!digest_policy(storage, policy, plan.digest, error) ||
        !pass_run(&pass, &plan.other_objects, error))
        return false;
    *ret_plan = TAKE_STRUCT(plan);
    return true;
}

bool storage_plan_cleanup(struct storage *storage, const struct operation *operation,
                          const struct retention_policy *policy, struct cleanup_plan *ret_plan,
                          struct error *error)
{
    return retention_check(policy, error) &&
           make_plan(storage, operation, policy, INT64_MAX, ret_plan, error);
}

static bool execute_delete(void *argument, const struct walk_image *image, int64_t time_ms,
                           struct error *error)
{
    return cleanup_deletes_add(argument, image, time_ms, error);
}

static bool delete_orphan(void *argument, const struct walk_image *orphan, struct error *error)
{
    return cleanup_deletes_add_orphan(argument, orphan, error);
}

static bool check_plan(struct storage *storage, const struct operation *operation,
                       const struct retention_policy *policy, int64_t saved_until_ms,
                       const unsigned char digest[CLEANUP_DIGEST_SIZE], struct error *error)
{
    CLEANUP(cleanup_plan_finish) struct cleanup_plan plan = {0};
    const struct operation quiet = {.cancel = operation->cancel};
    if (!make_plan(storage, &quiet, policy, saved_until_ms, &plan, error))
        return false;
    if (memcmp(plan.digest, digest, CLEANUP_DIGEST_SIZE) == 0)
        return true;
    error_set(error, ERROR_INVALID,
              "other images than those of the plan would be deleted now, so nothing was deleted");
    return error_because(error, REASON_PLAN_CHANGED);
}

/* Deletes in the pass what it does not keep. */
static bool execute(struct pass *pass, struct cleanup_result *ret_result, struct error *error)
{
    CLEANUP(cleanup_result_finish) struct cleanup_result result = {0};
    struct cleanup_deletes *deletes;
    if (!cleanup_deletes_create(pass->storage, pass->operation, &result, &deletes, error))
        return false;
    pass->argument = deletes;
    pass->delete = execute_delete;
    pass->orphan = delete_orphan;
    const struct operation quiet = {.cancel = pass->operation->cancel};
    uint64_t other_objects = 0;
    bool whole = pass_run(pass, &other_objects, error) && cleanup_deletes_finish(deletes, error) &&
                 drafts_delete(pass->storage->provider, &quiet, pass->storage->prefix, error);
    cleanup_deletes_destroy(deletes); /* notes what is still under way */
    if (result.deleted > 0)
        storage_announce_changed(pass->storage);
    if (!whole) {
        if (result.deleted == 0 && result.failed == 0)
            return false;
        result.stopped = *error;
    }
    *ret_result = TAKE_STRUCT(result);
    return true;
}

bool storage_cleanup(struct storage *storage, const struct operation *operation,
                     const struct retention_policy *policy, int64_t saved_until_ms,
                     const unsigned char *digest, struct cleanup_result *ret_result,
                     struct error *error)
{
    struct pass pass = {
        .storage = storage,
        .operation = operation,
        .policy = policy,
        .saved_until_ms = saved_until_ms,
    };
    return retention_check(policy, error) &&
           (!digest || check_plan(storage, operation, policy, saved_until_ms, digest, error)) &&
           execute(&pass, ret_result, error);
}

bool storage_cleanup_settled(struct storage *storage, const struct operation *operation,
                             const struct retention_policy *policy,
                             struct cleanup_result *ret_result, struct error *error)
{
    struct pass pass = {
        .storage = storage,
        .operation = operation,
        .policy = policy,
        .saved_until_ms = INT64_MAX,
        .spares_new = true,
    };
    return retention_check(policy, error) && execute(&pass, ret_result, error);
}
