/* SPDX-License-Identifier: MIT */
/* What every provider must do with one object: put it, read it, leave it alone, say its URL. */
#include "conformance/conformance.h"
#include "conformance/store.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RACERS = 8, SMALL = 100 * 1024, LARGE = 5 * 1024 * 1024 };

static void what_is_put_is_there_byte_for_byte(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, SMALL, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char name[64];
        struct object_info info = {0};
        struct error error;
        CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(sizes[i], (uint32_t)i);
        snprintf(name, sizeof name, "round-trip/%zu.png", sizes[i]);
        int64_t before = clock_wall_ms();
        store_must_put(store_key(name), blob);
        store_assert_content(store_key(name), blob);
        if (!store.provider->ops->head(store.provider, &no_operation, store_key(name), &info,
                                       &error))
            fail_msg("%s", error.text);
        assert_int_equal(info.size, sizes[i]);
        /* The store's clock may be another one, and count whole seconds. */
        assert_in_range(info.modified_ms, before - 600 * 1000, before + 600 * 1000);
        object_info_finish(&info);
    }
}

static void an_object_that_exists_is_kept_when_asked_to(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup)
    struct blob *first = store_bytes(1000, 1), *second = store_bytes(1000, 2);
    struct error error;
    const char *key = store_key("if-absent/x.png");
    assert_true(store_put(key, first, NULL, true, &no_operation, &error));
    assert_false(store_put(key, second, NULL, true, &no_operation, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    store_assert_content(key, first);
}

static void an_object_is_replaced_when_not_asked_to_keep_it(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup)
    struct blob *first = store_bytes(SMALL, 1), *second = store_bytes(1000, 2);
    const char *key = store_key("replace/x.png");
    store_must_put(key, first);
    store_must_put(key, second);
    store_assert_content(key, second);
}

struct racer {
    pthread_t thread;
    struct blob *blob;
    bool won;
    struct error error;
};

static pthread_barrier_t start;

static void *race(void *argument)
{
    struct racer *racer = argument;
    pthread_barrier_wait(&start);
    racer->won = store_put(store_key("race/x.png"), racer->blob, NULL, true, &no_operation,
                           &racer->error);
    return NULL;
}

static void of_several_at_once_exactly_one_puts(void **state)
{
    (void)state;
    struct racer racers[RACERS] = {0};
    const struct blob *winner = NULL;
    size_t winners = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].blob = store_bytes(SMALL, (uint32_t)i);
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
    pthread_barrier_destroy(&start);
    for (size_t i = 0; i < RACERS; i++) {
        winners += racers[i].won;
        if (racers[i].won)
            winner = racers[i].blob;
        else
            assert_int_equal(racers[i].error.code, ERROR_EXISTS);
    }
    assert_int_equal(winners, 1);
    store_assert_content(store_key("race/x.png"), winner);
    for (size_t i = 0; i < RACERS; i++)
        blob_destroy(racers[i].blob);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    store_assert_absent(store_key("missing/x.png"));
    store_must_put(store_key("near/x.png"), blob);
    store_assert_absent(store_key("near/y.png"));
    store_assert_absent(store_key("near/x.png.json"));
}

static void fields_come_back_up_to_the_full_size(void **state)
{
    (void)state;
    size_t max = store.provider->ops->fields_max;
    if (max == 0)
        skip();
    CLEANUP(fields_finish) struct fields fields = {0};
    struct error error;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    CLEANUP(object_info_finish) struct object_info info = {0};
    static const char first[] = "%E9%B6%B4~._-!*'();:@&=+$,?#[]";
    size_t used = 2 * strlen("x-amz-meta-") + strlen("prompt") + strlen("model") + strlen(first);
    CLEANUP(free_cleanup) char *rest = malloc(max - used);
    memset(rest, 'r', max - used);
    assert_true(fields_add(&fields, "model", first, strlen(first), &error));
    assert_true(fields_add(&fields, "prompt", rest, max - used, &error));

    const char *key = store_key("fields/x.png");
    if (!store_put(key, blob, &fields, false, &no_operation, &error) ||
        !store.provider->ops->head(store.provider, &no_operation, key, &info, &error))
        fail_msg("%s", error.text);
    assert_string_equal(fields_get(&info.fields, "model"), first);
    const char *prompt = fields_get(&info.fields, "prompt");
    assert_non_null(prompt);
    assert_int_equal(strlen(prompt), max - used);
    assert_memory_equal(prompt, rest, max - used);
}

static void no_more_is_got_than_allowed(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(SMALL, 1), *stored = NULL;
    struct error error;
    const char *key = store_key("max/x.png");
    store_must_put(key, blob);
    assert_false(
        store.provider->ops->get(store.provider, &no_operation, key, SMALL - 1, &stored, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_null(stored);
    store_assert_content(key, blob);
}

static void keys_may_have_odd_characters(void **state)
{
    (void)state;
    static const char *const names[] = {
        "odd/a b.png",
        "odd/a+b.png",
        "odd/100%25.png",
        "odd/~tilde_.-.png",
        "odd/a&b=c;d.png",
        "odd/(x)'!*.png",
        "odd/\xE9\xB6\xB4.png",
        "odd/@,$:.png",
        "odd/.hidden.png",
        "odd/A.png",
        "odd/a.png",
        "odd/deep/er/and/deeper/x.png",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(100 + i, (uint32_t)i);
        store_must_put(store_key(names[i]), blob);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(100 + i, (uint32_t)i);
        store_assert_content(store_key(names[i]), blob);
    }
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static void a_url_begins_with_what_was_configured(void **state)
{
    (void)state;
    CLEANUP(object_url_finish) struct object_url url = {0};
    struct error error;
    assert_true(store.provider->ops->url(store.provider, store_key("url/a b.png"), &url, &error));
    const char *base = store.config.provider == CONFIG_S3 ? store.config.s3_cdn_url
                                                          : store.config.storage_url;
    if (base)
        assert_true(begins_with(url.url, base));
    else if (store.config.provider == CONFIG_LOCAL)
        assert_true(begins_with(url.url, "file:///"));
    else
        assert_true(begins_with(url.url, "http"));
    assert_non_null(strstr(url.url, "/url/a%20b.png"));
    if (url.expires_ms)
        assert_true(url.expires_ms > clock_wall_ms());
}

static void a_cancelled_operation_stores_and_gives_nothing(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation cancelled = {.cancel = &cancel};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(SMALL, 1), *stored = NULL;
    struct object_info info;
    struct error error;
    assert_false(store_put(store_key("cancelled/x.png"), blob, NULL, true, &cancelled, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    store_assert_absent(store_key("cancelled/x.png"));

    store_must_put(store_key("cancelled/y.png"), blob);
    const char *key = store_key("cancelled/y.png");
    assert_false(store.provider->ops->get(store.provider, &cancelled, key, SMALL, &stored, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_false(store.provider->ops->head(store.provider, &cancelled, key, &info, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
}

struct heard {
    uint64_t last, total;
    bool in_order;
};

static void hear_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    (void)message;
    struct heard *heard = argument;
    heard->in_order = heard->in_order && done >= heard->last && done <= total;
    heard->last = done;
    heard->total = total;
}

static void progress_goes_up_and_not_beyond_the_size(void **state)
{
    (void)state;
    struct heard heard = {.in_order = true};
    const struct operation operation = {.progress = hear_progress, .progress_argument = &heard};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(LARGE, 1);
    struct error error;
    if (!store_put(store_key("progress/x.png"), blob, NULL, false, &operation, &error))
        fail_msg("%s", error.text);
    /* A transfer may be too quick to be heard of. */
    assert_true(heard.in_order);
    if (heard.last > 0)
        assert_int_equal(heard.total, LARGE);
}

int conformance_objects(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_there_byte_for_byte),
        cmocka_unit_test(an_object_that_exists_is_kept_when_asked_to),
        cmocka_unit_test(an_object_is_replaced_when_not_asked_to_keep_it),
        cmocka_unit_test(of_several_at_once_exactly_one_puts),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(fields_come_back_up_to_the_full_size),
        cmocka_unit_test(no_more_is_got_than_allowed),
        cmocka_unit_test(keys_may_have_odd_characters),
        cmocka_unit_test(a_url_begins_with_what_was_configured),
        cmocka_unit_test(a_cancelled_operation_stores_and_gives_nothing),
        cmocka_unit_test(progress_goes_up_and_not_beyond_the_size),
    };
    return cmocka_run_group_tests_name("objects", tests, store_set_up, store_tear_down);
}
