/* SPDX-License-Identifier: MIT */
#include "tools/tools.h"

#include "mcp/message.h"
#include "support/memory_provider.h"
#include "support/png.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_BYTES = 1024 * 1024 };

static const char nonce[MESSAGE_NONCE_SIZE] = "0123456789abcdef0123456789abcdef";

/* A storage, and the arguments of a call with a small image. */
struct fixture {
    struct memory_provider *memory; /* the storage's */
    struct tools_context context;
    struct message *message;
    struct operation operation;
    json_t *arguments;
};

static char *encode(const struct blob *blob)
{
    char *text = malloc(blob->size / 3 * 4 + 5);
    assert_non_null(text);
    EVP_EncodeBlock((unsigned char *)text, blob->data, (int)blob->size);
    return text;
}

static void setup(struct fixture *fixture)
{
    struct error error;
    *fixture = (struct fixture){.memory = memory_create(2048)};
    fixture->context.max_bytes = MAX_BYTES;
    assert_true(storage_create(&fixture->memory->provider, "generations", &fixture->context.storage,
                               &error));
    fixture->message = message_create(1000, nonce);
    assert_non_null(fixture->message);
    struct blob *image = test_png(8, 4, 1);
    char *data = encode(image);
    fixture->arguments = json_pack("{s:s, s:s, s:s}", "data", data, "prompt", "a cat", "model",
                                   "x/flux-1");
    assert_non_null(fixture->arguments);
    free(data);
    blob_destroy(image);
}

static void teardown(struct fixture *fixture)
{
    json_decref(fixture->arguments);
    message_unref(fixture->message);
    storage_destroy(fixture->context.storage);
}

static bool run(struct fixture *fixture, struct tool_result *ret_result, struct error *error)
{
    const struct tool_call call = {.arguments = fixture->arguments,
                                   .operation = &fixture->operation,
                                   .message = fixture->message};
    return tool_save_image(&fixture->context, &call, ret_result, error);
}

static void result_finish(struct tool_result *result)
{
    json_decref(result->content);
    json_decref(result->structured);
}

static const char *text_of(const struct tool_result *result)
{
    return json_string_value(json_object_get(json_array_get(result->content, 0), "text"));
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void set(struct fixture *fixture, const char *name, json_t *value)
{
    assert_int_equal(json_object_set_new(fixture->arguments, name, value), 0);
}

static void content_and_structured_content_say_the_same(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    setup(&fixture);
    set(&fixture, "timestamp", json_string("2024-09-27T10:00:00Z"));
    set(&fixture, "category", json_string("animal"));
    set(&fixture, "parameters", json_pack("{s:f}", "guidance", 0.1));
    assert_true(run(&fixture, &result, &error));
    static const char *const names[] = {"url",    "filename", "key",
                                        "sha256", "mimeType", "storageType"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_contains(text_of(&result),
                        json_string_value(json_object_get(result.structured, names[i])));
    static const char *const facts[] = {"![a cat](",         "8x4 pixels", "deduplicated: no",
                                        "x/flux-1",          "animal",     "2024-09-27T10:00:00Z",
                                        "{\"guidance\":0.1}"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        assert_contains(text_of(&result), facts[i]);
    const json_t *link = json_array_get(result.content, 1);
    assert_string_equal(json_string_value(json_object_get(link, "type")), "resource_link");
    char uri[256];
    snprintf(uri, sizeof uri, "image://%s",
             json_string_value(json_object_get(result.structured, "key")));
    assert_string_equal(json_string_value(json_object_get(link, "uri")), uri);
    assert_string_equal(json_string_value(json_object_get(link, "description")), "a cat");
    result_finish(&result);
    teardown(&fixture);
}

static void what_is_optional_may_be_left_out(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    setup(&fixture);
    set(&fixture, "category", json_string("")); /* says as much as none */
    assert_true(run(&fixture, &result, &error));
    const json_t *metadata = json_object_get(result.structured, "metadata");
    assert_null(json_object_get(metadata, "category"));
    assert_null(json_object_get(metadata, "parameters"));
    assert_null(json_object_get(result.structured, "urlExpires"));
    assert_non_null(json_object_get(metadata, "timestamp"));
    result_finish(&result);
    teardown(&fixture);
}

static void markdown_in_a_prompt_stays_text(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    setup(&fixture);
    set(&fixture, "prompt", json_string("x](http://evil) \n![y"));
    assert_true(run(&fixture, &result, &error));
    assert_contains(text_of(&result), "![x\\](http://evil)  !\\[y](");
    result_finish(&result);
    teardown(&fixture);
}

static void a_long_prompt_is_cut_in_the_text_and_whole_in_the_structure(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    char prompt[3 * 1000 + 1] = "";
    for (int i = 0; i < 1000; i++)
        memcpy(prompt + 3 * i, "猫", 4);
    setup(&fixture);
    set(&fixture, "prompt", json_string(prompt));
    assert_true(run(&fixture, &result, &error));
    assert_contains(text_of(&result), "猫…](");
    assert_true(strlen(text_of(&result)) < 2000);
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(result.structured, "metadata"), "prompt")),
                        prompt);
    result_finish(&result);
    teardown(&fixture);
}

static void a_data_url_with_a_wrong_type_is_corrected_and_said(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    char url[2000];
    setup(&fixture);
    snprintf(url, sizeof url, "data:image/jpeg;base64,%s",
             json_string_value(json_object_get(fixture.arguments, "data")));
    set(&fixture, "data", json_string(url));
    assert_true(run(&fixture, &result, &error));
    assert_contains(text_of(&result), "The data URL said image/jpeg, but the bytes are image/png");
    assert_string_equal(json_string_value(json_object_get(result.structured, "mimeType")),
                        "image/png");
    result_finish(&result);
    teardown(&fixture);
}

static void what_is_not_an_image_stores_nothing_and_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *data, *reason;
    } cases[] = {
        {"https://example.com/cat.png", "it looks like a URL"},
        {"/home/me/cat.png", "if it is a path"},
        {"data:image/svg+xml,<svg/>", "only those with ;base64"},
        {"iVBORw0KGgo...", "the character '.' at offset 11"},
        {"data:image/png;base64,iVBO Rw*=", "the character '*' at offset 29"},
        {"PGh0bWw+PC9odG1sPg==", "HTML"},
        {"iVBORw0KGgo=", "PNG"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct tool_result result;
        struct error error;
        setup(&fixture);
        set(&fixture, "data", json_string(cases[i].data));
        assert_false(run(&fixture, &result, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_contains(error.text, cases[i].reason);
        assert_int_equal(memory_count(fixture.memory), 0);
        teardown(&fixture);
    }
}

static void an_image_over_the_limit_names_the_variable(void **state)
{
    (void)state;
    struct fixture fixture;
    struct tool_result result;
    struct error error;
    setup(&fixture);
    fixture.context.max_bytes = 64;
    assert_false(run(&fixture, &result, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_contains(error.text, "IMAGE_MAX_BYTES");
    assert_int_equal(memory_count(fixture.memory), 0);
    teardown(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_and_structured_content_say_the_same),
        cmocka_unit_test(what_is_optional_may_be_left_out),
        cmocka_unit_test(markdown_in_a_prompt_stays_text),
        cmocka_unit_test(a_long_prompt_is_cut_in_the_text_and_whole_in_the_structure),
        cmocka_unit_test(a_data_url_with_a_wrong_type_is_corrected_and_said),
        cmocka_unit_test(what_is_not_an_image_stores_nothing_and_says_why),
        cmocka_unit_test(an_image_over_the_limit_names_the_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
