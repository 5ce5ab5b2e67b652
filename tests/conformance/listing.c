/* SPDX-License-Identifier: MIT */
/* What every provider must do with many objects: list them in the order of their keys, page by
 * page, and delete them in batches, also while others change the store. */
#include "conformance/conformance.h"
#include "conformance/store.h"

#include "base/clock.h"
#include "storage/image_key.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUTTERS = 8, MANY = 2500, SMALL = 100 * 1024 };

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* What a listing gave, without the prefix of the run: "name", or "name/" for a roll-up. */
struct listed {
    char *names[MANY + 1];
    size_t count, prefixes;
    uint64_t bytes;
    int64_t oldest_ms;
    size_t stop_after; /* 0: never */
};

static void listed_finish(struct listed *listed)
{
    for (size_t i = 0; i < listed->count; i++)
        free(listed->names[i]);
}

static bool note_entry(void *argument, const struct object_entry *entry, bool *stop,
                       struct error *error)
{
    (void)error;
    struct listed *listed = argument;
    assert_true(begins_with(entry->key, store.prefix));
    assert_in_range(listed->count, 0, MANY);
    listed->names[listed->count++] = strdup(entry->key + strlen(store.prefix) + 1);
    listed->prefixes += entry->is_prefix;
    listed->bytes += entry->size;
    if (!entry->is_prefix && (listed->oldest_ms == 0 || entry->modified_ms < listed->oldest_ms))
        listed->oldest_ms = entry->modified_ms;
    *stop = listed->count == listed->stop_after;
    return true;
}

static void list(const char *name_prefix, const char *delimiter, const char *after,
                 struct listed *listed)
{
    CLEANUP(free_cleanup) char *full_prefix = strdup(store_key(name_prefix));
    struct object_query query = {.prefix = full_prefix, .delimiter = delimiter};
    struct error error;
    if (after)
        query.after = store_key(after);
    if (!store.provider->ops->list(store.provider, &no_operation, &query, note_entry, listed,
                                   &error))
        fail_msg("%s", error.text);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_list(const char *name_prefix, const char *delimiter, const char *after,
                        const char *const *expected)
{
    CLEANUP(listed_finish) struct listed listed = {0};
    size_t i = 0;
    list(name_prefix, delimiter, after, &listed);
    for (; expected[i]; i++) {
        if (i >= listed.count)
            fail_msg("%s is missing", expected[i]);
        assert_string_equal(listed.names[i], expected[i]);
    }
    assert_int_equal(listed.count, i);
}

static const char *const none[] = {NULL};

/* What was put after the store's clock was read is dated later than two seconds before that: dates
 * may be whole seconds, and so may be what the store told of its clock. */
static void what_is_put_later_is_dated_later(void **state)
{
    (void)state;
    struct error error = {0};
    CLEANUP(object_info_finish) struct object_info info = {0};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(SMALL, 77);
    const char *key = store_key("later.png");
    assert_false(store.provider->ops->head(store.provider, &no_operation, key, &info, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    int64_t before_ms = storage_provider_now(store.provider);
    assert_true(store_put(key, blob, NULL, false, &no_operation, &error));
    assert_true(store.provider->ops->head(store.provider, &no_operation, key, &info, &error));
    int64_t after_ms = storage_provider_now(store.provider);
    assert_true(info.modified_ms > before_ms - 2000);
    assert_true(info.modified_ms <= after_ms + 2000);
}

static void keys_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    CLEANUP(listed_finish) struct listed listed = {0};
    static const char *const names[] = {
        "order/b.png", "order/a/x.png", "order/a-b/x.png", "order/a.png",
        "order/B.png", "order/a/y/z.p", "order/a0.png",
    };
    int64_t before = clock_wall_ms();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        store_must_put(store_key(names[i]), blob);
    assert_list("order/", NULL, NULL,
                NAMES("order/B.png", "order/a-b/x.png", "order/a.png", "order/a/x.png",
                      "order/a/y/z.p", "order/a0.png", "order/b.png"));
    list("order/", NULL, NULL, &listed);
    assert_int_equal(listed.bytes, 10 * listed.count);
    assert_int_equal(listed.prefixes, 0);
    assert_in_range(listed.oldest_ms, before - 600 * 1000, before + 600 * 1000);
}

static void a_prefix_need_not_end_at_a_slash(void **state)
{
    (void)state;
    assert_list(
        "order/a", NULL, NULL,
        NAMES("order/a-b/x.png", "order/a.png", "order/a/x.png", "order/a/y/z.p", "order/a0.png"));
    assert_list("order/a/", NULL, NULL, NAMES("order/a/x.png", "order/a/y/z.p"));
    assert_list("order/a.png", NULL, NULL, NAMES("order/a.png"));
    assert_list("order/a.png/", NULL, NULL, none);
    assert_list("order/zz", NULL, NULL, none);
    assert_list("nothing/here/", NULL, NULL, none);
}

static void what_is_below_a_delimiter_is_rolled_up(void **state)
{
    (void)state;
    CLEANUP(listed_finish) struct listed listed = {0};
    assert_list("order/", "/", NULL,
                NAMES("order/B.png", "order/a-b/", "order/a.png", "order/a/", "order/a0.png",
                      "order/b.png"));
    assert_list("order/a", "/", NULL,
                NAMES("order/a-b/", "order/a.png", "order/a/", "order/a0.png"));
    assert_list("order/a/", "/", NULL, NAMES("order/a/x.png", "order/a/y/"));
    assert_list("order", "/", NULL, NAMES("order/"));
    list("order/", "/", NULL, &listed);
    assert_int_equal(listed.prefixes, 2);
    assert_int_equal(listed.bytes, 40);
}

static void a_listing_starts_after_what_was_seen(void **state)
{
    (void)state;
    assert_list("order/", NULL, "order/a.png",
                NAMES("order/a/x.png", "order/a/y/z.p", "order/a0.png", "order/b.png"));
    assert_list("order/", NULL, "order/a/x", /* no such key */
                NAMES("order/a/x.png", "order/a/y/z.p", "order/a0.png", "order/b.png"));
    assert_list("order/", "/", "order/a/", NAMES("order/a0.png", "order/b.png"));
    assert_list("order/", "/", "order/a/x.png", NAMES("order/a0.png", "order/b.png"));
    assert_list("order/", "/", "order/a-b",
                NAMES("order/a-b/", "order/a.png", "order/a/", "order/a0.png", "order/b.png"));
    assert_list("order/", NULL, "order/b.png", none);
    assert_list("order/", NULL, "zzz", none);
    assert_list("order/a/", NULL, "order/B.png", NAMES("order/a/x.png", "order/a/y/z.p"));
}

static void keys_with_odd_characters_are_listed_as_they_are(void **state)
{
    (void)state;
    static const char *const names[] = {
        "escape/ b.png",  "escape/%2F.png",    "escape/&amp;.png",        "escape/+.png",
        "escape/<k>.png", "escape/\"q\"'.png", "escape/\xE9\xB6\xB4.png",
    };
    const char *expected[sizeof names / sizeof *names + 1] = {
        "escape/ b.png", "escape/\"q\"'.png", "escape/%2F.png",          "escape/&amp;.png",
        "escape/+.png",  "escape/<k>.png",    "escape/\xE9\xB6\xB4.png", NULL,
    };
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    struct delete_result results[sizeof names / sizeof *names];
    char *keys[sizeof names / sizeof *names];
    struct error error;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        keys[i] = strdup(store_key(names[i]));
        store_must_put(keys[i], blob);
    }
    assert_list("escape/", NULL, NULL, expected);
    assert_list("escape/+", NULL, "escape/&", NAMES("escape/+.png"));
    assert_list("escape/", NULL, "escape/<k>.png", NAMES("escape/\xE9\xB6\xB4.png"));
    assert_true(store.provider->ops->delete (store.provider, &no_operation,
                                             (const char *const *)keys,
                                             sizeof names / sizeof *names, results, &error));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(results[i].code, ERROR_NONE);
        free(keys[i]);
    }
    assert_list("escape/", NULL, NULL, none);
}

static void many_name(size_t i, char name[64])
{
    snprintf(name, 64, "many/%02zu/%04zu.png", i / 100, i);
}

struct putter {
    pthread_t thread;
    size_t first;
    struct blob *blob;
    bool done;
    struct error error;
};

static void *put_some_of_many(void *argument)
{
    struct putter *putter = argument;
    char name[64];
    putter->done = true;
    for (size_t i = putter->first; i < MANY && putter->done; i += PUTTERS) {
        many_name(i, name);
        putter->done = store_put(store_key(name), putter->blob, NULL, false, &no_operation,
                                 &putter->error);
    }
    return NULL;
}

static void put_many(void)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(1, 1);
    struct putter putters[PUTTERS];
    for (size_t i = 0; i < PUTTERS; i++) {
        putters[i] = (struct putter){.first = i, .blob = blob};
        assert_int_equal(pthread_create(&putters[i].thread, NULL, put_some_of_many, &putters[i]),
                         0);
    }
    for (size_t i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_join(putters[i].thread, NULL), 0);
    for (size_t i = 0; i < PUTTERS; i++)
        if (!putters[i].done)
            fail_msg("%s", putters[i].error.text);
}

static void assert_many_from(const struct listed *listed, size_t first)
{
    char name[64];
    assert_int_equal(listed->count, MANY - first);
    for (size_t i = first; i < MANY; i++) {
        many_name(i, name);
        assert_string_equal(listed->names[i - first], name);
    }
}

static void a_listing_of_many_pages_is_complete_and_ends_when_told(void **state)
{
    (void)state;
    CLEANUP(listed_finish)
    struct listed all = {0}, rest = {0}, rolled_up = {0}, some = {.stop_after = 1500};
    put_many();
    list("many/", NULL, NULL, &all);
    assert_many_from(&all, 0);
    list("many/", NULL, "many/11/1199.png", &rest);
    assert_many_from(&rest, 1200);
    list("many/", "/", NULL, &rolled_up);
    assert_int_equal(rolled_up.count, MANY / 100);
    assert_int_equal(rolled_up.prefixes, MANY / 100);
    list("many/", NULL, NULL, &some);
    assert_int_equal(some.count, 1500);
    assert_string_equal(some.names[1499], "many/14/1499.png");
}

/* Every other key of the batch is not there. */
static void a_full_batch_is_deleted_with_keys_that_are_missing(void **state)
{
    (void)state;
    static struct delete_result results[OBJECT_DELETE_MAX];
    CLEANUP(listed_finish) struct listed left = {0};
    char *keys[OBJECT_DELETE_MAX], name[64];
    struct error error;
    for (size_t i = 0; i < OBJECT_DELETE_MAX; i++) {
        many_name(i / 2, name);
        keys[i] = strdup(store_key(name));
        keys[i][strlen(keys[i]) - 1] = i % 2 ? 'x' : 'g';
        results[i].code = ERROR_INTERNAL;
    }
    if (!store.provider->ops->delete (store.provider, &no_operation, (const char *const *)keys,
                                      OBJECT_DELETE_MAX, results, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < OBJECT_DELETE_MAX; i++) {
        if (results[i].code != ERROR_NONE)
            fail_msg("%s: %s", keys[i], results[i].text);
        free(keys[i]);
    }
    list("many/", NULL, NULL, &left);
    assert_many_from(&left, OBJECT_DELETE_MAX / 2);
    assert_list("many/04/", NULL, NULL, none);
}

/* Somebody adds and deletes while the listing is handed on: before what was seen, right where a
 * page ends, and ahead. */
struct changing {
    size_t count;
    char last[IMAGE_KEY_MAX + 1];
    bool seen[MANY];
};

static void change_many(size_t i, bool there)
{
    static const struct operation no;
    char name[64];
    struct error error;
    struct delete_result result = {.code = ERROR_INTERNAL};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(1, 1);
    many_name(i, name);
    const char *key = store_key(name);
    if (there)
        store_must_put(key, blob);
    else if (!store.provider->ops->delete (store.provider, &no, &key, 1, &result, &error) ||
             result.code != ERROR_NONE)
        fail_msg("%s", error.text);
}

/* Odd ones go, and come, while even ones stay. */
static bool change_while_listing(void *argument, const struct object_entry *entry, bool *stop,
                                 struct error *error)
{
    (void)stop;
    (void)error;
    struct changing *changing = argument;
    const size_t first = OBJECT_DELETE_MAX / 2;
    assert_true(strcmp(entry->key, changing->last) > 0);
    strcpy(changing->last, entry->key);
    changing->seen[strtoul(strrchr(entry->key, '/') + 1, NULL, 10)] = true;
    if (changing->count == 10 || changing->count == 1010) {
        size_t here = first + changing->count, page_end = first + changing->count / 1000 * 1000;
        for (size_t i = 1; i <= 3; i += 2) {
            change_many(here - 4 - i, false);
            change_many(page_end + 996 + i, false);
            change_many(MANY - 10 * (changing->count / 1000) - i, false);
        }
        change_many(3 + changing->count / 500, true);
    }
    changing->count++;
    return true;
}

static bool refuse_entry(void *argument, const struct object_entry *entry, bool *stop,
                         struct error *error)
{
    (void)entry;
    (void)stop;
    ++*(int *)argument;
    return error_set(error, ERROR_EXISTS, "refused");
}

static void a_listing_fails_as_whoever_is_given_its_entries_does(void **state)
{
    (void)state;
    CLEANUP(free_cleanup) char *many = strdup(store_key("many/"));
    const struct object_query query = {.prefix = many};
    struct error error;
    int given = 0;
    assert_false(store.provider->ops->list(store.provider, &no_operation, &query, refuse_entry,
                                           &given, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_string_equal(error.text, "refused");
    assert_int_equal(given, 1);
}

static void a_listing_of_a_store_that_changes_loses_and_repeats_nothing(void **state)
{
    (void)state;
    static struct changing changing;
    struct error error = {0};
    CLEANUP(free_cleanup) char *many = strdup(store_key("many/"));
    const struct object_query query = {.prefix = many};
    if (!store.provider->ops->list(store.provider, &no_operation, &query, change_while_listing,
                                   &changing, &error))
        fail_msg("%s", error.text);
    for (size_t i = OBJECT_DELETE_MAX / 2; i < MANY; i += 2)
        if (!changing.seen[i])
            fail_msg("%zu was lost", i);
}

static void one_key_and_none_are_deleted_too(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    struct delete_result result = {.code = ERROR_INTERNAL};
    struct error error;
    const char *key = store_key("one/x.png");
    store_must_put(key, blob);
    for (int i = 0; i < 2; i++) {
        assert_true(
            store.provider->ops->delete (store.provider, &no_operation, &key, 1, &result, &error));
        assert_int_equal(result.code, ERROR_NONE);
    }
    assert_list("one/", "/", NULL, none);
    assert_list("one", "/", NULL, none);
    assert_true(store.provider->ops->delete (store.provider, &no_operation, NULL, 0, NULL, &error));
}

static void a_cancelled_operation_lists_and_deletes_nothing(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation cancelled = {.cancel = &cancel};
    const struct object_query query = {.prefix = store.prefix};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = store_bytes(10, 1);
    struct listed listed = {0};
    struct delete_result results[2];
    struct error error;
    const char *key = store_key("order/a.png");
    assert_false(
        store.provider->ops->list(store.provider, &cancelled, &query, note_entry, &listed, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_int_equal(listed.count, 0);
    const char *const keys[] = {key, key};
    assert_false(
        store.provider->ops->delete (store.provider, &cancelled, keys, 2, results, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    store_assert_content(key, blob);
    cancel_finish(&cancel);
}

int conformance_listing(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_later_is_dated_later),
        cmocka_unit_test(keys_are_listed_in_the_order_of_their_bytes),
        cmocka_unit_test(a_prefix_need_not_end_at_a_slash),
        cmocka_unit_test(what_is_below_a_delimiter_is_rolled_up),
        cmocka_unit_test(a_listing_starts_after_what_was_seen),
        cmocka_unit_test(keys_with_odd_characters_are_listed_as_they_are),
        cmocka_unit_test(a_listing_of_many_pages_is_complete_and_ends_when_told),
        cmocka_unit_test(a_full_batch_is_deleted_with_keys_that_are_missing),
        cmocka_unit_test(a_listing_fails_as_whoever_is_given_its_entries_does),
        cmocka_unit_test(a_listing_of_a_store_that_changes_loses_and_repeats_nothing),
        cmocka_unit_test(one_key_and_none_are_deleted_too),
        cmocka_unit_test(a_cancelled_operation_lists_and_deletes_nothing),
    };
    return cmocka_run_group_tests_name("listing and deleting", tests, store_set_up,
                                       store_tear_down);
}
