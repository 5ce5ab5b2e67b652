/* SPDX-License-Identifier: MIT */
/* What every provider must do, over the provider that the environment configures. The same program
 * proves them all: a test script sets the variables (S3_ENDPOINT and so on, or IMAGE_STORAGE_DIR)
 * and runs it. A run works under its own prefix, <S3_PREFIX>/<random>, so that it finds nothing of
 * earlier ones. */
#include "config/config.h"
#include "config/config_storage.h"
#include "storage/image_key.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "support/png.h"
#include "support/test.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

enum {
    RACERS = 8,
    MANY = 2500,
    SMALL = 100 * 1024,
    LARGE = 5 * 1024 * 1024,
    FULL_PROMPT = 100 * 1024
};

static const int64_t september_27 = 1727431200000; /* 2024-09-27T10:00:00Z */

static struct config config;
static struct storage_provider *provider;
static struct storage *saving; /* over a provider of its own, under the same prefix */
static char prefix[300];
static const struct operation no_operation;

/* --- before and after ------------------------------------------------------------------------- */

static bool configure(void)
{
    struct buffer problems = BUFFER_INIT(4096);
    if (config_load(getenv, &config, &problems))
        return true;
    fprintf(stderr, "%s", problems.data);
    buffer_finish(&problems);
    return false;
}

static bool set_up_prefix(void)
{
    unsigned char random[6];
    char run[2 * sizeof random + 1];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    hex_encode(random, sizeof random, run);
    snprintf(prefix, sizeof prefix, "%s%s%s", config.s3_prefix, *config.s3_prefix ? "/" : "", run);
    return true;
}

static int set_up(void **state)
{
    (void)state;
    struct error error = {0};
    struct storage_provider *second = NULL;
    bool ready = configure() && set_up_prefix() &&
                 storage_provider_from_config(&config, &provider, &error) &&
                 storage_provider_from_config(&config, &second, &error) &&
                 storage_create(second, prefix, &saving, &error);
    if (!ready)
        fprintf(stderr, "%s\n", error.text);
    return ready ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    storage_destroy(saving);
    storage_provider_destroy(provider);
    config_finish(&config);
    return 0;
}

/* --- shorthands ------------------------------------------------------------------------------- */

static char *key_of(const char *name)
{
    static _Thread_local char key[IMAGE_KEY_MAX + 1];
    snprintf(key, sizeof key, "%s/%s", prefix, name);
    return key;
}

static bool put(const char *key, const struct blob *blob, const struct fields *fields,
                bool if_absent, const struct operation *operation, struct error *error)
{
    static const struct fields none;
    struct object_put request = {
        .key = key,
        .data = blob->data,
        .size = blob->size,
        .sha256 = blob->sha256,
        .content_type = "image/png",
        .cache_control = "public, max-age=31536000, immutable",
        .fields = fields ? fields : &none,
        .if_absent = if_absent,
    };
    return provider->ops->put(provider, operation, &request, error);
}

static void must_put(const char *key, const struct blob *blob)
{
    struct error error;
    if (!put(key, blob, NULL, false, &no_operation, &error))
        fail_msg("%s", error.text);
}

static struct blob *bytes(size_t size, uint32_t seed)
{
    CLEANUP(free_cleanup) unsigned char *data = malloc(size ? size : 1);
    struct blob *blob;
    struct error error;
    uint32_t noise = seed * 2654435761u + 1;
    for (size_t i = 0; i < size; i++) {
        noise = noise * 1664525u + 1013904223u;
        data[i] = (unsigned char)(noise >> 24);
    }
    if (!blob_create(data, size, &blob, &error))
        fail_msg("%s", error.text);
    return blob;
}

static void assert_content(const char *key, const struct blob *expected)
{
    CLEANUP(blob_destroy_cleanup) struct blob *stored = NULL;
    struct error error;
    if (!provider->ops->get(provider, &no_operation, key, expected->size, &stored, &error))
        fail_msg("%s", error.text);
    assert_int_equal(stored->size, expected->size);
    assert_memory_equal(stored->data, expected->data, expected->size);
    assert_memory_equal(stored->sha256, expected->sha256, SHA256_SIZE);
}

static void assert_absent(const char *key)
{
    struct object_info info;
    struct blob *blob = NULL;
    struct error error;
    assert_false(provider->ops->head(provider, &no_operation, key, &info, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_false(provider->ops->get(provider, &no_operation, key, 10, &blob, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_null(blob);
}

/* --- objects ---------------------------------------------------------------------------------- */

static void what_is_put_is_there_byte_for_byte(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, SMALL, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char name[64];
        struct object_info info = {0};
        struct error error;
        CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(sizes[i], (uint32_t)i);
        snprintf(name, sizeof name, "round-trip/%zu.png", sizes[i]);
        int64_t before = clock_wall_ms();
        must_put(key_of(name), blob);
        assert_content(key_of(name), blob);
        if (!provider->ops->head(provider, &no_operation, key_of(name), &info, &error))
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
    CLEANUP(blob_destroy_cleanup) struct blob *first = bytes(1000, 1), *second = bytes(1000, 2);
    struct error error;
    const char *key = key_of("if-absent/x.png");
    assert_true(put(key, first, NULL, true, &no_operation, &error));
    assert_false(put(key, second, NULL, true, &no_operation, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_content(key, first);
}

static void an_object_is_replaced_when_not_asked_to_keep_it(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *first = bytes(SMALL, 1), *second = bytes(1000, 2);
    const char *key = key_of("replace/x.png");
    must_put(key, first);
    must_put(key, second);
    assert_content(key, second);
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
    racer->won = put(key_of("race/x.png"), racer->blob, NULL, true, &no_operation, &racer->error);
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
        racers[i].blob = bytes(SMALL, (uint32_t)i);
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
    assert_content(key_of("race/x.png"), winner);
    for (size_t i = 0; i < RACERS; i++)
        blob_destroy(racers[i].blob);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    assert_absent(key_of("missing/x.png"));
    must_put(key_of("near/x.png"), blob);
    assert_absent(key_of("near/y.png"));
    assert_absent(key_of("near/x.png.json"));
}

static void fields_come_back_up_to_the_full_size(void **state)
{
    (void)state;
    size_t max = provider->ops->fields_max;
    if (max == 0)
        skip();
    CLEANUP(fields_finish) struct fields fields = {0};
    struct error error;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    CLEANUP(object_info_finish) struct object_info info = {0};
    static const char first[] = "%E9%B6%B4~._-!*'();:@&=+$,?#[]";
    size_t used = 2 * strlen("x-amz-meta-") + strlen("prompt") + strlen("model") + strlen(first);
    CLEANUP(free_cleanup) char *rest = malloc(max - used);
    memset(rest, 'r', max - used);
    assert_true(fields_add(&fields, "model", first, strlen(first), &error));
    assert_true(fields_add(&fields, "prompt", rest, max - used, &error));

    const char *key = key_of("fields/x.png");
    if (!put(key, blob, &fields, false, &no_operation, &error) ||
        !provider->ops->head(provider, &no_operation, key, &info, &error))
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(SMALL, 1), *stored = NULL;
    struct error error;
    const char *key = key_of("max/x.png");
    must_put(key, blob);
    assert_false(provider->ops->get(provider, &no_operation, key, SMALL - 1, &stored, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_null(stored);
    assert_content(key, blob);
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
        CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(100 + i, (uint32_t)i);
        must_put(key_of(names[i]), blob);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(100 + i, (uint32_t)i);
        assert_content(key_of(names[i]), blob);
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
    assert_true(provider->ops->url(provider, key_of("url/a b.png"), &url, &error));
    const char *base = config.provider == CONFIG_S3 ? config.s3_cdn_url : config.storage_url;
    if (base)
        assert_true(begins_with(url.url, base));
    else if (config.provider == CONFIG_LOCAL)
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(SMALL, 1), *stored = NULL;
    struct object_info info;
    struct error error;
    assert_false(put(key_of("cancelled/x.png"), blob, NULL, true, &cancelled, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_absent(key_of("cancelled/x.png"));

    must_put(key_of("cancelled/y.png"), blob);
    const char *key = key_of("cancelled/y.png");
    assert_false(provider->ops->get(provider, &cancelled, key, SMALL, &stored, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_false(provider->ops->head(provider, &cancelled, key, &info, &error));
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(LARGE, 1);
    struct error error;
    if (!put(key_of("progress/x.png"), blob, NULL, false, &operation, &error))
        fail_msg("%s", error.text);
    /* A transfer may be too quick to be heard of. */
    assert_true(heard.in_order);
    if (heard.last > 0)
        assert_int_equal(heard.total, LARGE);
}

/* --- listing and deleting --------------------------------------------------------------------- */

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
    assert_true(begins_with(entry->key, prefix));
    assert_in_range(listed->count, 0, MANY);
    listed->names[listed->count++] = strdup(entry->key + strlen(prefix) + 1);
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
    CLEANUP(free_cleanup) char *full_prefix = strdup(key_of(name_prefix));
    struct object_query query = {.prefix = full_prefix, .delimiter = delimiter};
    struct error error;
    if (after)
        query.after = key_of(after);
    if (!provider->ops->list(provider, &no_operation, &query, note_entry, listed, &error))
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(SMALL, 77);
    const char *key = key_of("later.png");
    assert_false(provider->ops->head(provider, &no_operation, key, &info, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    int64_t before_ms = storage_provider_now(provider);
    assert_true(put(key, blob, NULL, false, &no_operation, &error));
    assert_true(provider->ops->head(provider, &no_operation, key, &info, &error));
    int64_t after_ms = storage_provider_now(provider);
    assert_true(info.modified_ms > before_ms - 2000);
    assert_true(info.modified_ms <= after_ms + 2000);
}

static void keys_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    CLEANUP(listed_finish) struct listed listed = {0};
    static const char *const names[] = {
        "order/b.png", "order/a/x.png", "order/a-b/x.png", "order/a.png",
        "order/B.png", "order/a/y/z.p", "order/a0.png",
    };
    int64_t before = clock_wall_ms();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        must_put(key_of(names[i]), blob);
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    struct delete_result results[sizeof names / sizeof *names];
    char *keys[sizeof names / sizeof *names];
    struct error error;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        keys[i] = strdup(key_of(names[i]));
        must_put(keys[i], blob);
    }
    assert_list("escape/", NULL, NULL, expected);
    assert_list("escape/+", NULL, "escape/&", NAMES("escape/+.png"));
    assert_list("escape/", NULL, "escape/<k>.png", NAMES("escape/\xE9\xB6\xB4.png"));
    assert_true(provider->ops->delete (provider, &no_operation, (const char *const *)keys,
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
    for (size_t i = putter->first; i < MANY && putter->done; i += RACERS) {
        many_name(i, name);
        putter->done = put(key_of(name), putter->blob, NULL, false, &no_operation, &putter->error);
    }
    return NULL;
}

static void put_many(void)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(1, 1);
    struct putter putters[RACERS];
    for (size_t i = 0; i < RACERS; i++) {
        putters[i] = (struct putter){.first = i, .blob = blob};
        assert_int_equal(pthread_create(&putters[i].thread, NULL, put_some_of_many, &putters[i]),
                         0);
    }
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(putters[i].thread, NULL), 0);
    for (size_t i = 0; i < RACERS; i++)
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
        keys[i] = strdup(key_of(name));
        keys[i][strlen(keys[i]) - 1] = i % 2 ? 'x' : 'g';
        results[i].code = ERROR_INTERNAL;
    }
    if (!provider->ops->delete (provider, &no_operation, (const char *const *)keys,
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
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(1, 1);
    many_name(i, name);
    const char *key = key_of(name);
    if (there)
        must_put(key, blob);
    else if (!provider->ops->delete (provider, &no, &key, 1, &result, &error) ||
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
    CLEANUP(free_cleanup) char *many = strdup(key_of("many/"));
    const struct object_query query = {.prefix = many};
    struct error error;
    int given = 0;
    assert_false(
        provider->ops->list(provider, &no_operation, &query, refuse_entry, &given, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_string_equal(error.text, "refused");
    assert_int_equal(given, 1);
}

static void a_listing_of_a_store_that_changes_loses_and_repeats_nothing(void **state)
{
    (void)state;
    static struct changing changing;
    struct error error = {0};
    CLEANUP(free_cleanup) char *many = strdup(key_of("many/"));
    const struct object_query query = {.prefix = many};
    if (!provider->ops->list(provider, &no_operation, &query, change_while_listing, &changing,
                             &error))
        fail_msg("%s", error.text);
    for (size_t i = OBJECT_DELETE_MAX / 2; i < MANY; i += 2)
        if (!changing.seen[i])
            fail_msg("%zu was lost", i);
}

static void one_key_and_none_are_deleted_too(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    struct delete_result result = {.code = ERROR_INTERNAL};
    struct error error;
    const char *key = key_of("one/x.png");
    must_put(key, blob);
    for (int i = 0; i < 2; i++) {
        assert_true(provider->ops->delete (provider, &no_operation, &key, 1, &result, &error));
        assert_int_equal(result.code, ERROR_NONE);
    }
    assert_list("one/", "/", NULL, none);
    assert_list("one", "/", NULL, none);
    assert_true(provider->ops->delete (provider, &no_operation, NULL, 0, NULL, &error));
}

static void a_cancelled_operation_lists_and_deletes_nothing(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation cancelled = {.cancel = &cancel};
    const struct object_query query = {.prefix = prefix};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = bytes(10, 1);
    struct listed listed = {0};
    struct delete_result results[2];
    struct error error;
    const char *key = key_of("order/a.png");
    assert_false(provider->ops->list(provider, &cancelled, &query, note_entry, &listed, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_int_equal(listed.count, 0);
    const char *const keys[] = {key, key};
    assert_false(provider->ops->delete (provider, &cancelled, keys, 2, results, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_content(key, blob);
    cancel_finish(&cancel);
}

/* --- images ----------------------------------------------------------------------------------- */

static struct image_metadata described(const char *prompt)
{
    return (struct image_metadata){
        .prompt = (char *)prompt,
        .model = (char *)"black-forest-labs/FLUX.1-schnell",
        .timestamp_ms = september_27,
        .category = (char *)"風景",
        .parameters = (char *)"{\"seed\":42}",
    };
}

static void save(const struct blob *image, const struct image_metadata *metadata,
                 struct stored_image *ret_image)
{
    struct error error;
    if (!storage_save(saving, &no_operation, image, metadata, ret_image, &error))
        fail_msg("%s", error.text);
}

static void an_image_is_saved_once_and_found_again(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(200, 170, 1);
    CLEANUP(stored_image_finish) struct stored_image first = {0}, again = {0};
    struct image_metadata metadata = described("夕焼けの空を飛ぶ鶴 🦢"),
                          other = described("other");
    save(image, &metadata, &first);
    assert_false(first.deduplicated);
    assert_string_equal(first.storage_type, provider->ops->name);
    assert_non_null(strstr(first.key, "/2024-09-27/flux.1-schnell/"));
    assert_non_null(strstr(first.filename, "_200x170.png"));
    assert_content(first.key, image);

    save(image, &other, &again);
    assert_true(again.deduplicated);
    assert_string_equal(again.key, first.key);
    assert_string_equal(again.metadata.prompt, metadata.prompt);
    assert_string_equal(again.metadata.category, metadata.category);
    assert_string_equal(again.metadata.parameters, metadata.parameters);
    assert_int_equal(again.metadata.timestamp_ms, september_27);
}

static void a_long_prompt_in_many_languages_is_kept_whole(void **state)
{
    (void)state;
    static const char unit[] = "鶴が飛ぶ 🦢 قطة تجلس \"quoted\" \\ ünï\t";
    CLEANUP(buffer_finish) struct buffer prompt = BUFFER_INIT(2 * FULL_PROMPT);
    struct error error;
    while (prompt.size < FULL_PROMPT)
        assert_true(buffer_append_string(&prompt, unit, &error));
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(20, 20, 2);
    CLEANUP(stored_image_finish) struct stored_image first = {0}, again = {0};
    struct image_metadata metadata = described(prompt.data), other = described("other");
    save(image, &metadata, &first);
    assert_false(first.deduplicated);
    save(image, &other, &again);
    assert_true(again.deduplicated);
    assert_string_equal(again.metadata.prompt, prompt.data);
    assert_string_equal(again.metadata.parameters, metadata.parameters);
}

static void a_damaged_image_is_refused_and_not_stored(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(20, 20, 3);
    const struct image_info info = {.format = IMAGE_PNG, .width = 20, .height = 20};
    struct image_metadata metadata = described("damaged");
    struct stored_image stored;
    struct image_key key;
    struct error error;
    image->size -= 6;
    assert_false(storage_save(saving, &no_operation, image, &metadata, &stored, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_true(image_key_build(prefix, september_27, metadata.model, image->sha256, &info,
                                IMAGE_KEY_ID_SHORT, &key, &error));
    assert_absent(key.text);
    assert_true(image_key_sidecar(key.text, &key, &error));
    assert_absent(key.text);
}

struct saver {
    pthread_t thread;
    struct stored_image image;
    bool saved;
    struct error error;
};

static void *save_racing(void *argument)
{
    struct saver *saver = argument;
    struct image_metadata metadata = described("the same for all");
    CLEANUP(blob_destroy_cleanup) struct blob *png = test_png(300, 100, 4);
    pthread_barrier_wait(&start);
    saver->saved = storage_save(saving, &no_operation, png, &metadata, &saver->image,
                                &saver->error);
    return NULL;
}

static void the_same_image_saved_by_several_at_once_is_one(void **state)
{
    (void)state;
    struct saver savers[RACERS] = {0};
    size_t stored = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&savers[i].thread, NULL, save_racing, &savers[i]), 0);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(savers[i].thread, NULL), 0);
    pthread_barrier_destroy(&start);
    for (size_t i = 0; i < RACERS; i++) {
        if (!savers[i].saved)
            fail_msg("%s", savers[i].error.text);
        stored += !savers[i].image.deduplicated;
        assert_string_equal(savers[i].image.key, savers[0].image.key);
        assert_string_equal(savers[i].image.metadata.prompt, "the same for all");
    }
    for (size_t i = 0; i < RACERS; i++)
        stored_image_finish(&savers[i].image);
    assert_int_equal(stored, 1);
}

int main(void)
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
        cmocka_unit_test(an_image_is_saved_once_and_found_again),
        cmocka_unit_test(a_long_prompt_in_many_languages_is_kept_whole),
        cmocka_unit_test(a_damaged_image_is_refused_and_not_stored),
        cmocka_unit_test(the_same_image_saved_by_several_at_once_is_one),
    };
    return cmocka_run_group_tests_name("provider", tests, set_up, tear_down);
}
