/* SPDX-License-Identifier: MIT */
/* What holds for every clean-up, whatever is stored and whatever the rules are: tried on many
 * random stores, and held against a judge that knows nothing of walks, days and pages but sorts all
 * images of the store by their age. */
#include "storage/storage_cleanup.h"

#include "support/library.h"
#include "support/random.h"
#include "support/test.h"

#include <string.h>

enum { ROUNDS = 300, IMAGES_MAX = 60, DAYS = 8, MINUTES = 24 * 60 };

static const char *const models[] = {"a", "ab", "b"};
enum { MODELS = sizeof models / sizeof *models };

static const struct operation plain;

struct image {
    struct image_key key;
    int model;
    int64_t day, time_ms, modified_ms;
    bool has_sidecar;
    bool judged; /* to be deleted */
};

struct round {
    struct library library;
    struct image images[IMAGES_MAX];
    size_t count;
    int model; /* of the policy; -1: all */
    struct retention_policy policy;
};

/* Some are stored later than the day they were made on, so that only the day tells. */
static void place(struct round *round, unsigned number)
{
    struct image *image = &round->images[round->count++];
    image->model = (int)random_below(MODELS);
    image->day = random_below(DAYS);
    image->key = library_key((int)image->day, models[image->model], number);
    struct memory_object *object = library_place(&round->library, (int)image->day,
                                                 models[image->model], number,
                                                 (int)random_below(MINUTES / 60) * 60);
    object->modified_ms += random_below(4) ? 0 : random_below(3) * DAY_MS;
    image->modified_ms = object->modified_ms;
    image->time_ms = image_key_time_ms(first_day + image->day * DAY_MS, image->modified_ms);
    image->has_sidecar = random_below(3) == 0;
    struct error error;
    struct image_key sidecar;
    if (image->has_sidecar && image_key_sidecar(image->key.text, &sidecar, &error))
        memory_place(round->library.memory, sidecar.text, "{}", 2);
}

static int newest_first(const void *left, const void *right)
{
    const struct image *a = left, *b = right;
    if (a->day != b->day)
        return a->day > b->day ? -1 : 1;
    if (a->modified_ms != b->modified_ms)
        return a->modified_ms > b->modified_ms ? -1 : 1;
    return strcmp(a->key.text, b->key.text);
}

static bool is_meant(const struct round *round, const struct image *image)
{
    return round->model == -1 || image->model == round->model;
}

static void judge(struct round *round)
{
    int64_t newer = 0;
    qsort(round->images, round->count, sizeof *round->images, newest_first);
    for (size_t i = 0; i < round->count; i++) {
        struct image *image = &round->images[i];
        if (!is_meant(round, image))
            continue;
        bool kept_by_age = round->policy.older_than_ms != 0 &&
                           image->time_ms >= round->policy.older_than_ms;
        bool kept_by_count = round->policy.keep_count != -1 && newer < round->policy.keep_count;
        image->judged = !kept_by_age && !kept_by_count;
        newer++;
    }
}

static void begin(struct round *round)
{
    *round = (struct round){.library = library_create(),
                            .model = (int)random_below(MODELS + 1) - 1};
    round->library.memory->page_size = 1 + (size_t)random_below(20);
    round->policy.keep_count = random_below(IMAGES_MAX / 2) - 1;
    if (round->policy.keep_count == -1 || random_below(2))
        round->policy.older_than_ms = first_day + random_below(DAYS * MINUTES) * 60000;
    round->policy.model = round->model == -1 ? NULL : models[round->model];
    int64_t count = random_below(IMAGES_MAX + 1);
    for (unsigned number = 0; number < count; number++)
        place(round, number);
    judge(round);
}

static bool is_there(struct round *round, const struct image *image)
{
    return memory_find(round->library.memory, image->key.text) != NULL;
}

static struct cleanup_plan plan(struct round *round)
{
    struct cleanup_plan result;
    struct error error = {0};
    if (!storage_plan_cleanup(round->library.storage, &plain, &round->policy, &result, &error))
        fail_msg("%s", error.text);
    return result;
}

/* The plan and what is kept are everything, and nothing is in both. */
static void check_plan(struct round *round, const struct cleanup_plan *made)
{
    size_t meant = 0, judged = 0, sampled = 0;
    for (size_t i = 0; i < round->count; i++) {
        const struct image *image = &round->images[i];
        meant += is_meant(round, image);
        judged += image->judged;
        if (image->judged && sampled < made->sample_count)
            assert_string_equal(made->sample[sampled++].key, image->key.text);
    }
    assert_int_equal(made->count, judged);
    assert_int_equal(made->whole, round->policy.keep_count != -1);
    if (made->whole)
        assert_int_equal(made->kept, meant - judged);
    else
        assert_true(made->kept <= meant - judged);
    assert_int_equal(made->sample_count, judged < CLEANUP_SAMPLE_MAX ? judged : CLEANUP_SAMPLE_MAX);
    assert_int_equal(sampled, made->sample_count);
    assert_int_equal(round->library.memory->delete_requests, 0);
}

/* What was judged is gone, with its record; all else is there: so are the keep_count newest, and
 * the images of other models. */
static void check_store(struct round *round)
{
    size_t objects = 0;
    for (size_t i = 0; i < round->count; i++) {
        const struct image *image = &round->images[i];
        assert_int_equal(is_there(round, image), !image->judged);
        objects += image->judged ? 0 : 1 + image->has_sidecar;
    }
    assert_int_equal(memory_count(round->library.memory), objects);
}

static void the_plan_is_exactly_what_no_rule_keeps_and_is_what_goes(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct round round;
        struct cleanup_result result;
        struct error error = {0};
        begin(&round);
        CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&round);
        check_plan(&round, &made);
        if (!storage_cleanup(round.library.storage, &plain, &round.policy, made.saved_until_ms,
                             made.digest, &result, &error))
            fail_msg("%s", error.text);
        assert_int_equal(result.deleted, made.count);
        assert_int_equal(result.bytes, made.bytes);
        check_store(&round);
        CLEANUP(cleanup_plan_finish) struct cleanup_plan again = plan(&round);
        assert_int_equal(again.count, 0);
        assert_int_equal(again.kept, made.kept);
        cleanup_result_finish(&result);
        storage_destroy(round.library.storage);
    }
}

static void without_a_plan_the_same_goes(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct round round;
        struct cleanup_result result;
        struct error error = {0};
        begin(&round);
        round.library.memory->now_ms = first_day + 100 * DAY_MS;
        if (!storage_cleanup_settled(round.library.storage, &plain, &round.policy, &result, &error))
            fail_msg("%s", error.text);
        assert_int_equal(result.failed, 0);
        check_store(&round);
        cleanup_result_finish(&result);
        storage_destroy(round.library.storage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_exactly_what_no_rule_keeps_and_is_what_goes),
        cmocka_unit_test(without_a_plan_the_same_goes),
    };
    return cmocka_run_group_tests(tests, random_set_up, NULL);
}
