/* SPDX-License-Identifier: MIT */
#include "storage/metadata_cache.h"
#include "support/test.h"

#include <string.h>

static struct metadata_cache *cache;

static void create(size_t count_max, size_t size_max)
{
    struct error error;
    assert_true(metadata_cache_create(count_max, size_max, &cache, &error));
}

static void put(const char *key, int64_t modified_ms, const char *prompt)
{
    const struct image_metadata metadata = {.prompt = (char *)prompt, .timestamp_ms = 7};
    metadata_cache_put(cache, key, modified_ms, &metadata);
}

/* Whether the prompt kept is this; NULL: nothing is kept. */
static bool keeps(const char *key, int64_t modified_ms, const char *prompt)
{
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    bool found;
    struct error error;
    assert_true(metadata_cache_get(cache, key, modified_ms, &metadata, &found, &error));
    return found ? prompt && strcmp(metadata.prompt, prompt) == 0 && metadata.timestamp_ms == 7
                 : !prompt;
}

static void a_record_is_kept_for_its_key_and_date(void **state)
{
    (void)state;
    create(8, 10000);
    assert_true(keeps("a", 1, NULL));
    put("a", 1, "one");
    put("b", 1, "two");
    assert_true(keeps("a", 1, "one"));
    assert_true(keeps("a", 2, NULL));
    assert_true(keeps("c", 1, NULL));
    put("a", 2, "new");
    assert_true(keeps("a", 2, "new"));
    assert_true(keeps("a", 1, NULL));
    assert_true(keeps("b", 1, "two"));
    metadata_cache_destroy(cache);
}

static void the_least_recently_used_goes_first(void **state)
{
    (void)state;
    create(2, 10000);
    put("a", 1, "a");
    put("b", 1, "b");
    assert_true(keeps("a", 1, "a"));
    put("c", 1, "c");
    assert_true(keeps("a", 1, "a"));
    assert_true(keeps("b", 1, NULL));
    assert_true(keeps("c", 1, "c"));
    metadata_cache_destroy(cache);
}

static void the_size_is_bounded(void **state)
{
    (void)state;
    char prompt[1000];
    memset(prompt, 'p', sizeof prompt);
    prompt[sizeof prompt - 1] = '\0';
    create(1024, 3000);
    put("a", 1, prompt);
    put("b", 1, prompt);
    put("c", 1, prompt);
    assert_true(keeps("a", 1, NULL));
    assert_true(keeps("b", 1, prompt));
    assert_true(keeps("c", 1, prompt));
    metadata_cache_destroy(cache);
    create(1024, 500);
    put("a", 1, prompt);
    assert_true(keeps("a", 1, NULL));
    metadata_cache_destroy(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_kept_for_its_key_and_date),
        cmocka_unit_test(the_least_recently_used_goes_first),
        cmocka_unit_test(the_size_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
