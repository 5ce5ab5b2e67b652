/* SPDX-License-Identifier: MIT */
/* A session of the real tools whose n-th allocation fails, for every n: each call succeeds or says
 * that memory is short, what it says that it has done is done, and nothing else in the store has
 * changed. The calls run in this thread, one after the other, so that every run of a session
 * allocates the same. */
#include "base/cleanup.h"
#include "mcp/message.h"
#include "storage/image_key.h"
#include "storage/providers/local.h"
#include "support/failing_allocations.h"
#include "support/memory_provider.h"
#include "support/png.h"
#include "support/test.h"
#include "tools/tools.h"

#include <ftw.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { IMAGES = 3, DATA_SIZE = 1024 };

static const struct operation plain;
static const char nonce[MESSAGE_NONCE_SIZE] = "0123456789abcdef0123456789abcdef";
static const char prompt[] = "a cat in the rain, 雨の中の猫";
static const char kept_prompt[] = "the image that every session must leave alone";

/* Where the key of plans comes from, without a file. */
static char bucket[] = "bucket", access_key[] = "AK", secret_key[] = "secret";
static const struct config config = {.provider = CONFIG_S3,
                                     .s3_bucket = bucket,
                                     .s3_access_key = access_key,
                                     .s3_secret_key = secret_key};

/* One store with an image that is there before, and what the calls on it have said. */
struct session {
    struct storage_provider *provider; /* the storage's */
    struct tools_context context;
    struct tool_set tools;
    struct stored_image kept;
    struct blob *kept_image;
    struct blob *images[IMAGES];
    char *data[IMAGES];                    /* in base64 */
    char saved[IMAGES][IMAGE_KEY_MAX + 1]; /* their keys; "": it was refused */
    bool deleted[IMAGES];
    bool deleting;          /* the first may be gone, even if the answer came to nothing */
    bool cleaning, cleaned; /* the clean-up was begun; and it did all that was planned */
    size_t refused;
};

static struct storage_provider *memory_store(void)
{
    struct memory_provider *memory = memory_create(2048);
    memory->ops.name = "local"; /* as the tools' schemas know it */
    memory->failing_suffix = "";
    return &memory->provider;
}

static struct storage_provider *local_store(const char *directory)
{
    struct storage_provider *provider;
    struct error error;
    if (!local_provider_create(directory, NULL, true, &provider, &error))
        fail_msg("%s", error.text);
    return provider;
}

static int remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat, (void)kind, (void)at;
    return remove(path);
}

static void session_open(struct session *session, struct storage_provider *provider)
{
    struct error error;
    struct image_metadata metadata = {
        .prompt = (char *)kept_prompt, .model = (char *)"kept", .timestamp_ms = 1727431200000};
    *session = (struct session){.provider = provider, .context = {.max_bytes = 1 << 20}};
    session->context.max_inline_bytes = 1 << 20;
    session->context.confirm_cleanup = true;
    session->context.config = &config;
    assert_true(storage_create(provider, "generations", &session->context.storage, &error));
    session->tools = tools_all(&session->context);
    for (uint32_t i = 0; i < IMAGES; i++) {
        session->images[i] = test_png(8, 4, i);
        session->data[i] = malloc(DATA_SIZE);
        EVP_EncodeBlock((unsigned char *)session->data[i], session->images[i]->data,
                        (int)session->images[i]->size);
    }
    session->kept_image = test_png(8, 4, 77);
    if (!storage_save(session->context.storage, &plain, session->kept_image, &metadata,
                      &session->kept, &error))
        fail_msg("%s", error.text);
}

static void session_close(struct session *session)
{
    for (size_t i = 0; i < IMAGES; i++) {
        blob_destroy(session->images[i]);
        free(session->data[i]);
    }
    stored_image_finish(&session->kept);
    blob_destroy(session->kept_image);
    storage_destroy(session->context.storage);
}

/* --- calls ------------------------------------------------------------------------------------ */

static const struct tool *find_tool(const struct session *session, const char *name)
{
    char member[64];
    snprintf(member, sizeof member, "\"name\":\"%s\"", name);
    for (size_t i = 0; i < session->tools.count; i++)
        if (strstr(session->tools.tools[i].definition, member))
            return &session->tools.tools[i];
    fail_msg("there is no tool %s", name);
    return NULL;
}

/* The result of a call; false where memory was short. Takes the arguments. */
static bool call(struct session *session, const char *name, json_t *arguments,
                 struct tool_result *ret_result)
{
    struct message *message = arguments ? message_create(1 << 20, nonce) : NULL;
    const struct tool_call call = {.arguments = arguments, .message = message, .operation = &plain};
    struct error error = {0};
    const struct tool *tool = find_tool(session, name);
    bool done = message && tool->run(session->tools.context, &call, ret_result, &error);
    if (message && !done && error.code != ERROR_NO_MEMORY)
        fail_msg("%s: %d, %s", name, (int)error.code, error.text);
    session->refused += !done;
    json_decref(arguments);
    message_unref(message);
    return done;
}

static void call_save(struct session *session, size_t i)
{
    struct tool_result result = {0};
    json_t *arguments = json_pack("{s:s, s:s, s:s}", "data", session->data[i], "prompt", prompt,
                                  "model", "new");
    if (!call(session, "save_image", arguments, &result))
        return;
    const char *key = json_string_value(json_object_get(result.structured, "key"));
    assert_in_range(strlen(key), 1, IMAGE_KEY_MAX);
    memcpy(session->saved[i], key, strlen(key) + 1);
    tool_result_finish(&result);
}

static size_t saved_count(const struct session *session)
{
    size_t count = 0;
    for (size_t i = 0; i < IMAGES; i++)
        count += *session->saved[i] != '\0';
    return count;
}

static void call_list(struct session *session)
{
    struct tool_result result = {0};
    if (!call(session, "list_images", json_pack("{s:i}", "limit", 50), &result))
        return;
    size_t count = json_array_size(json_object_get(result.structured, "images"));
    assert_in_range(count, 1 + saved_count(session), 1 + IMAGES);
    tool_result_finish(&result);
}

static void call_get(struct session *session, size_t i)
{
    struct tool_result result = {0};
    json_t *arguments = json_pack("{s:s, s:b}", "name", session->saved[i], "include_data", true);
    if (!call(session, "get_image", arguments, &result))
        return;
    const json_t *metadata = json_object_get(result.structured, "metadata");
    assert_string_equal(json_string_value(json_object_get(metadata, "prompt")), prompt);
    assert_int_equal(result.image->size, session->images[i]->size);
    assert_memory_equal(result.image->data, session->images[i]->data, result.image->size);
    tool_result_finish(&result);
}

static void call_delete(struct session *session, size_t i)
{
    struct tool_result result = {0};
    session->deleting = true;
    if (!call(session, "delete_image", json_pack("{s:s}", "name", session->saved[i]), &result))
        return;
    assert_true(json_is_true(json_object_get(result.structured, "deleted")));
    session->deleted[i] = true;
    tool_result_finish(&result);
}

/* Plans to delete all images of the model but the kept one's, and does it. */
static void call_cleanup(struct session *session)
{
    struct tool_result plan = {0}, result = {0};
    json_t *arguments = json_pack("{s:i, s:s}", "keep_count", 0, "model", "new");
    if (!call(session, "cleanup_images", arguments, &plan))
        return;
    const json_t *handle = json_object_get(plan.structured, "confirm");
    json_int_t planned = json_integer_value(json_object_get(plan.structured, "count"));
    if (handle && call(session, "cleanup_images",
                       json_pack("{s:s}", "confirm", json_string_value(handle)), &result)) {
        json_int_t failed = json_integer_value(json_object_get(result.structured, "failed"));
        session->cleaned = failed == 0 && json_integer_value(json_object_get(result.structured,
                                                                             "deleted")) == planned;
        session->cleaning = true;
    }
    session->cleaning = session->cleaning || handle;
    tool_result_finish(&result);
    tool_result_finish(&plan);
}

static void call_all(struct session *session)
{
    for (size_t i = 0; i < IMAGES; i++)
        call_save(session, i);
    call_list(session);
    if (*session->saved[0])
        call_get(session, 0);
    if (*session->saved[0])
        call_delete(session, 0);
    call_cleanup(session);
}

/* --- what must hold --------------------------------------------------------------------------- */

/* That the image is there as it was saved, with its prompt. */
static void check_whole(struct session *session, const char *key, const struct blob *image,
                        const char *expected_prompt)
{
    CLEANUP(stored_image_finish) struct stored_image stored = {0};
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    if (!session->provider->ops->get(session->provider, &plain, key, image->size, &blob, &error) ||
        !storage_find(session->context.storage, &plain, key, &stored, &error))
        fail_msg("%s: %s", key, error.text);
    assert_int_equal(blob->size, image->size);
    assert_memory_equal(blob->data, image->data, image->size);
    assert_string_equal(stored.metadata.prompt, expected_prompt);
}

static bool is_there(struct session *session, const char *key)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    struct error error;
    bool there = session->provider->ops->head(session->provider, &plain, key, &info, &error);
    assert_true(there || error.code == ERROR_NOT_FOUND);
    return there;
}

static void check_store(struct session *session)
{
    check_whole(session, session->kept.key, session->kept_image, kept_prompt);
    for (size_t i = 0; i < IMAGES; i++) {
        const char *key = session->saved[i];
        if (!*key)
            continue;
        if (session->deleted[i] || session->cleaned)
            assert_false(is_there(session, key));
        else if (!(session->cleaning || (session->deleting && i == 0)) || is_there(session, key))
            check_whole(session, key, session->images[i], prompt);
    }
}

/* Whether an allocation failed. */
static bool try_session(struct storage_provider *provider, long nth, bool forever)
{
    struct session session;
    session_open(&session, provider);
    failing_allocations_begin(nth, forever);
    call_all(&session);
    bool failed = failing_allocations_end();
    check_store(&session);
    if (!failed) {
        assert_int_equal(session.refused, 0);
        assert_true(session.cleaned);
    }
    session_close(&session);
    return failed;
}

static void try_memory(bool forever)
{
    long nth = 0;
    while (try_session(memory_store(), nth, forever))
        nth++;
    print_message("%ld allocations\n", nth);
    assert_in_range(nth, 100, 99999);
}

static void try_directory(bool forever)
{
    /* Where fsync() costs nothing: there are a thousand sessions. */
    char in_memory[] = "/dev/shm/tools-memory-XXXXXX", on_disk[] = "/tmp/tools-memory-XXXXXX";
    const char *directory = mkdtemp(in_memory);
    if (!directory)
        directory = mkdtemp(on_disk);
    assert_non_null(directory);
    long nth = 0;
    while (try_session(local_store(directory), nth, forever))
        nth++;
    print_message("%ld allocations\n", nth);
    assert_in_range(nth, 100, 99999);
    nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void a_store_in_memory_survives_every_single_failing_allocation(void **state)
{
    (void)state;
    try_memory(false);
}

static void a_store_in_memory_survives_memory_that_stays_short(void **state)
{
    (void)state;
    try_memory(true);
}

static void a_directory_survives_every_single_failing_allocation(void **state)
{
    (void)state;
    try_directory(false);
}

static void a_directory_survives_memory_that_stays_short(void **state)
{
    (void)state;
    try_directory(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_in_memory_survives_every_single_failing_allocation),
        cmocka_unit_test(a_store_in_memory_survives_memory_that_stays_short),
        cmocka_unit_test(a_directory_survives_every_single_failing_allocation),
        cmocka_unit_test(a_directory_survives_memory_that_stays_short),
    };
    failing_allocations_hook_jansson();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
