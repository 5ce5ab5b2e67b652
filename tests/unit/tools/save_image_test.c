/* SPDX-License-Identifier: MIT */
#include "tools/tools.h"

#include "mcp/message.h"
#include "support/memory_provider.h"
#include "support/png.h"
#include "support/test.h"

#include <openssl/evp.h>
#include <string.h>

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
    static const char *const facts[] = {
        "![a cat](", "8x4 pixels",           "deduplicated: no",      "x/flux-1",
        "animal",    "2024-09-27T10:00:00Z", "{\\\"guidance\\\":0.1}"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        assert_contains(text_of(&result), facts[i]);
    const json_t *link = json_array_get(result.content, 1);
    assert_string_equal(json_string_value(json_object_get(link, "type")), "resource_link");
    char uri[256];
    snprintf(uri, sizeof uri, "image://%s",
             json_string_value(json_object_get(result.structured, "key")));
    assert_string_equal(json_string_value(json_object_get(link, "uri")), uri);
    assert_string_equal(json_string_value(json_object_get(link, "description")),
                        "Stored prompt: \"a cat\"");
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
    assert_contains(text_of(&result), "![x\\]\\(http://evil\\)  \\!\\[y](");
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
    assert_contains(text_of(&result), "given as \"image/jpeg\", but its bytes are image/png");
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
        {"https://example.com/cat.png", "it looks like a URL: give it as \"url\""},
        {"http://example.com/cat.png", "give it as \"url\", with https"},
        {"file:///home/me/cat.png", "it looks like a file's URL: give it as \"path\""},
        {"~/cat.png", "it looks like a path: give it as \"path\""},
        {"/home/me/cat.png", "if it is a path, give it as \"path\""},
        {"<svg/>", "it looks like HTML or SVG source"},
        {"iVBORw0KGgo...", "pass the complete base64 text again"},
        {"data:image/svg+xml,<svg/>", "an SVG drawing"},
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

/* A fixture whose image is not given yet. */
static void setup_without_data(struct fixture *fixture)
{
    setup(fixture);
    json_object_del(fixture->arguments, "data");
}

static void assert_refusal(struct fixture *fixture, enum error_code code, const char *reason)
{
    struct tool_result result;
    struct error error;
    assert_false(run(fixture, &result, &error));
    assert_contains(error.text, reason);
    assert_int_equal(error.code, code);
    assert_int_equal(memory_count(fixture->memory), 0);
}

static void the_image_is_given_exactly_once(void **state)
{
    (void)state;
    static const char *const others[] = {"path", "url", "image"};
    struct fixture fixture;
    setup_without_data(&fixture);
    assert_refusal(&fixture, ERROR_INVALID, "the image is missing: give exactly one of \"data\"");
    teardown(&fixture);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char reason[100];
        setup(&fixture);
        set(&fixture, others[i], json_string("/cat.png"));
        snprintf(reason, sizeof reason, "\"data\" and \"%s\" are both given", others[i]);
        assert_refusal(&fixture, ERROR_INVALID, reason);
        teardown(&fixture);
    }
}

static void a_value_in_the_wrong_argument_is_reported(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"path", "https://example.com/cat.png", "it looks like a URL: give it as \"url\""},
        {"path", "data:image/png;base64,AAAA", "it looks like a data URL: give it as \"data\""},
        {"path", "cat.png", "\"path\": expected an absolute path"},
        {"url", "/home/me/cat.png", "if it is a path, give it as \"path\""},
        {"url", "~/cat.png", "it looks like a path: give it as \"path\""},
        {"url", "file:///home/me/cat.png", "it looks like a file's URL: give it as \"path\""},
        {"url", "data:image/png;base64,AAAA", "it looks like a data URL: give it as \"data\""},
        {"url", "http://example.com/cat.png", "\"url\": only https URLs are fetched"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        setup_without_data(&fixture);
        fixture.context.files.directories = "/nowhere";
        set(&fixture, cases[i][0], json_string(cases[i][1]));
        assert_refusal(&fixture, ERROR_INVALID, cases[i][2]);
        teardown(&fixture);
    }
}

static void a_block_comes_down_to_bytes_a_file_or_a_url(void **state)
{
    (void)state;
#define LINK(uri) "{\"type\":\"resource_link\",\"name\":\"n\",\"uri\":\"" uri "\"}"
    static const struct {
        const char *block;
        enum error_code code;
        const char *reason;
    } cases[] = {
        {"{\"type\":\"image\"}", ERROR_INVALID, "\"image\": it has no data"},
        {"{\"type\":\"image\",\"uri\":\"file:///cat.png\"}", ERROR_INVALID, "it has no data"},
        {"{\"type\":\"image\",\"data\":\"iVBORw0KGgo...\"}", ERROR_INVALID,
         "\"image\": not valid base64: the character '.' at offset 11"},
        {"{\"type\":\"resource\"}", ERROR_INVALID, "neither resource.blob nor resource.uri"},
        {"{\"type\":\"resource\",\"resource\":{\"text\":\"hello\"}}", ERROR_INVALID,
         "neither resource.blob nor resource.uri"},
        {"{\"type\":\"resource\",\"resource\":{\"uri\":\"file:///no/cat.png\"}}", ERROR_DENIED,
         "\"/no/cat.png\" is not in a directory"},
        {"{\"type\":\"resource_link\"}", ERROR_INVALID, "it has no uri"},
        {LINK("file:///no/cat.png"), ERROR_DENIED, "\"/no/cat.png\" is not in a directory"},
        {LINK("https://127.0.0.1/cat.png"), ERROR_DENIED, "a loopback address"},
        {LINK("http://example.com/cat.png"), ERROR_INVALID, "neither of a file nor https"},
        {LINK("/no/cat.png"), ERROR_INVALID, "neither of a file nor https"},
        {LINK("image://cat"), ERROR_INVALID, "(image:) is neither of a file nor https"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        setup_without_data(&fixture);
        fixture.context.files.directories = "/nowhere";
        set(&fixture, "image", json_loads(cases[i].block, 0, NULL));
        assert_refusal(&fixture, cases[i].code, cases[i].reason);
        teardown(&fixture);
    }
}

static void the_type_that_a_block_claims_is_corrected_and_said(void **state)
{
    (void)state;
    for (int embedded = 0; embedded < 2; embedded++) {
        struct fixture fixture;
        struct tool_result result;
        struct error error;
        setup(&fixture);
        const json_t *data = json_object_get(fixture.arguments, "data");
        json_t *block = json_pack("{s:s, s:O, s:s}", "type", "image", embedded ? "blob" : "data",
                                  data, "mimeType", "image/webp");
        if (embedded)
            block = json_pack("{s:s, s:o}", "type", "resource", "resource", block);
        json_object_del(fixture.arguments, "data");
        set(&fixture, "image", block);
        if (!run(&fixture, &result, &error))
            fail_msg("%s", error.text);
        assert_contains(text_of(&result), "given as \"image/webp\", but its bytes are image/png");
        result_finish(&result);
        teardown(&fixture);
    }
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
        cmocka_unit_test(the_image_is_given_exactly_once),
        cmocka_unit_test(a_value_in_the_wrong_argument_is_reported),
        cmocka_unit_test(a_block_comes_down_to_bytes_a_file_or_a_url),
        cmocka_unit_test(the_type_that_a_block_claims_is_corrected_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
