/* SPDX-License-Identifier: MIT */
#include "tools/tools.h"

#include "support/library.h"
#include "support/test.h"

#include <string.h>

static const struct operation plain;

struct fixture {
    struct library library;
    struct tools_context context;
    struct resource_set set;
};

static void setup(struct fixture *fixture)
{
    fixture->library = library_create();
    fixture->context = (struct tools_context){.storage = fixture->library.storage,
                                              .max_inline_bytes = 4};
    fixture->set = image_resources(&fixture->context);
}

static void teardown(struct fixture *fixture)
{
    storage_destroy(fixture->library.storage);
}

static void uri_of(int day, const char *slug, unsigned number, char uri[IMAGE_KEY_MAX + 16])
{
    snprintf(uri, IMAGE_KEY_MAX + 16, "image://%s", library_key(day, slug, number).text);
}

static void assert_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
}

static void a_listed_image_says_what_its_key_and_the_store_tell(void **state)
{
    (void)state;
    struct fixture fixture;
    struct resource_list list;
    struct error error;
    setup(&fixture);
    library_place(&fixture.library, 0, "flux-1", 7, 90);
    assert_true(fixture.set.ops->list(fixture.set.context, &plain, NULL, &list, &error));
    assert_null(list.next_cursor);
    assert_json(list.resources,
                "[{\"uri\":\"image://generations/2024-09-19/flux-1/000000000007_8x4.png\","
                "\"name\":\"000000000007_8x4.png\",\"title\":\"flux-1, 2024-09-19, 8x4\","
                "\"mimeType\":\"image/png\",\"size\":4,"
                "\"annotations\":{\"lastModified\":\"2024-09-19T01:30:00Z\"}}]");
    resource_list_finish(&list);
    assert_int_equal(fixture.library.memory->head_requests, 0);
    teardown(&fixture);
}

static void all_images_are_listed_newest_first(void **state)
{
    (void)state;
    enum { IMAGES = 1100 };
    struct fixture fixture;
    struct error error;
    char uri[IMAGE_KEY_MAX + 16];
    char *cursor = NULL;
    int count = 0, pages = 0;
    setup(&fixture);
    for (int i = 0; i < IMAGES; i++)
        library_place(&fixture.library, i, "m", (unsigned)i, 0);
    do {
        struct resource_list list;
        assert_true(fixture.set.ops->list(fixture.set.context, &plain, cursor, &list, &error));
        pages++;
        for (size_t i = 0; i < json_array_size(list.resources); i++, count++) {
            int number = IMAGES - 1 - count;
            uri_of(number, "m", (unsigned)number, uri);
            assert_string_equal(
                json_string_value(json_object_get(json_array_get(list.resources, i), "uri")), uri);
        }
        free(cursor);
        cursor = TAKE(list.next_cursor);
        resource_list_finish(&list);
    } while (cursor);
    assert_int_equal(count, IMAGES);
    assert_int_equal(pages, 3);
    struct resource_list list;
    assert_false(fixture.set.ops->list(fixture.set.context, &plain, "made up", &list, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    teardown(&fixture);
}

static void an_image_is_read_with_one_request(void **state)
{
    (void)state;
    struct fixture fixture;
    struct resource_contents contents = {0};
    struct error error;
    char uri[IMAGE_KEY_MAX + 16];
    setup(&fixture);
    library_place(&fixture.library, 0, "m", 7, 0);
    uri_of(0, "m", 7, uri);
    assert_true(fixture.set.ops->read(fixture.set.context, &plain, uri, &contents, &error));
    assert_int_equal(contents.bytes->size, 4);
    assert_memory_equal(contents.bytes->data, "1234", 4);
    assert_string_equal(contents.mime_type, "image/png");
    assert_null(contents.refusal);
    assert_int_equal(fixture.library.memory->get_requests, 1);
    assert_int_equal(fixture.library.memory->head_requests, 0);
    resource_contents_finish(&contents);
    teardown(&fixture);
}

static void an_image_that_is_too_large_is_pointed_to(void **state)
{
    (void)state;
    struct fixture fixture;
    struct resource_contents contents = {0};
    struct error error;
    char uri[IMAGE_KEY_MAX + 16], url[IMAGE_KEY_MAX + 16];
    setup(&fixture);
    fixture.context.max_inline_bytes = 3;
    library_place(&fixture.library, 0, "m", 7, 0);
    uri_of(0, "m", 7, uri);
    snprintf(url, sizeof url, "memory://%s", library_key(0, "m", 7).text);
    assert_true(fixture.set.ops->read(fixture.set.context, &plain, uri, &contents, &error));
    assert_null(contents.bytes);
    assert_non_null(strstr(contents.refusal, url));
    assert_non_null(strstr(contents.refusal, "larger than the limit of 3 bytes"));
    assert_non_null(strstr(contents.refusal, "IMAGE_MAX_INLINE_BYTES"));
    resource_contents_finish(&contents);
    teardown(&fixture);
}

#define KEY "generations/2024-09-19/m/000000000007_8x4.png"

static const char *const foreign_uris[] = {
    "",
    "image://",
    "image:" KEY,
    "image:/" KEY,
    "image:///" KEY,
    "IMAGE://" KEY,
    "image://" KEY "?x",
    "image://" KEY "#x",
    "image://" KEY "/",
    "image://" KEY ".json",
    "image://" KEY "/../000000000007_8x4.png",
    "image://../" KEY,
    "image://generations/../generations/2024-09-19/m/000000000007_8x4.png",
    "image://generations/%2e%2e/generations/2024-09-19/m/000000000007_8x4.png",
    "image://generations%2F2024-09-19/m/000000000007_8x4.png",
    "image://other/2024-09-19/m/000000000007_8x4.png",
    "image://000000000007_8x4.png",
    "image://generations/2024-09-31/m/000000000007_8x4.png",
    "image:///etc/passwd",
    "image://{+key}",
    KEY,
    "memory://" KEY,
    "https://memory.example/" KEY,
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
};

static void only_the_uris_that_are_given_out_are_known(void **state)
{
    (void)state;
    struct fixture fixture;
    struct error error;
    setup(&fixture);
    library_place(&fixture.library, 0, "m", 7, 0);
    assert_true(fixture.set.ops->knows(fixture.set.context, "image://" KEY));
    for (size_t i = 0; i < sizeof foreign_uris / sizeof *foreign_uris; i++) {
        struct resource_contents contents = {0};
        const char *uri = foreign_uris[i];
        if (fixture.set.ops->knows(fixture.set.context, uri) ||
            fixture.set.ops->read(fixture.set.context, &plain, uri, &contents, &error))
            fail_msg("%s is taken for an image's", uri);
        assert_int_equal(error.code, ERROR_NOT_FOUND);
    }
    assert_string_equal(fixture.library.memory->log, ""); /* nothing was looked for */
    teardown(&fixture);
}

static void an_image_that_is_gone_is_not_found(void **state)
{
    (void)state;
    struct fixture fixture;
    struct resource_contents contents = {0};
    struct error error;
    setup(&fixture);
    assert_false(
        fixture.set.ops->read(fixture.set.context, &plain, "image://" KEY, &contents, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, KEY));
    fixture.library.memory->get_failure = ERROR_DENIED;
    assert_false(
        fixture.set.ops->read(fixture.set.context, &plain, "image://" KEY, &contents, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    teardown(&fixture);
}

static void the_key_of_the_template_is_completed(void **state)
{
    (void)state;
    struct fixture fixture;
    struct resource_completion completion = {0};
    struct error error;
    setup(&fixture);
    for (int i = 0; i < 120; i++)
        library_place(&fixture.library, i, "m", 7, 0);
    struct resource_argument argument = {
        .uri_template = "image://{+key}", .name = "key", .value = "generations/2024-09-19/"};
    assert_true(
        fixture.set.ops->complete(fixture.set.context, &plain, &argument, &completion, &error));
    assert_json(completion.values, "[\"generations/2024-09-19/m/\"]");
    assert_int_equal(completion.total, 1);
    resource_completion_finish(&completion);
    argument.value = "";
    assert_true(
        fixture.set.ops->complete(fixture.set.context, &plain, &argument, &completion, &error));
    assert_int_equal(json_array_size(completion.values), 100);
    assert_int_equal(completion.total, 120);
    resource_completion_finish(&completion);

    argument.name = "keys";
    assert_false(
        fixture.set.ops->complete(fixture.set.context, &plain, &argument, &completion, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    argument.name = "key";
    argument.uri_template = "image://{key}";
    assert_false(
        fixture.set.ops->complete(fixture.set.context, &plain, &argument, &completion, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    teardown(&fixture);
}

static void the_templates_are_json(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    json_t *templates = json_loads(fixture.set.templates, 0, NULL);
    assert_int_equal(json_array_size(templates), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(templates, 0), "uriTemplate")),
        "image://{+key}");
    json_decref(templates);
    teardown(&fixture);
}

static char told[IMAGE_KEY_MAX + 64];

static void note_updated(void *argument, const char *uri)
{
    assert_ptr_equal(argument, told);
    snprintf(told, sizeof told, "%s", uri);
}

static void note_list_changed(void *argument)
{
    assert_ptr_equal(argument, told);
    strcat(told, " *");
}

static void a_watcher_gets_the_uri(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image_key key;
    struct error error;
    bool deleted;
    const struct resource_watcher watcher = {
        .updated = note_updated, .list_changed = note_list_changed, .argument = told};
    setup(&fixture);
    library_place(&fixture.library, 0, "m", 7, 0);
    library_place(&fixture.library, 0, "m", 8, 0);
    fixture.set.ops->watch(fixture.set.context, &watcher);
    assert_true(storage_delete(fixture.context.storage, &plain, KEY, &deleted, &key, &error));
    assert_string_equal(told, "image://" KEY " *");
    fixture.set.ops->watch(fixture.set.context, NULL);
    told[0] = '\0';
    assert_true(storage_delete(fixture.context.storage, &plain, library_key(0, "m", 8).text,
                               &deleted, &key, &error));
    assert_string_equal(told, "");
    teardown(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listed_image_says_what_its_key_and_the_store_tell),
        cmocka_unit_test(all_images_are_listed_newest_first),
        cmocka_unit_test(an_image_is_read_with_one_request),
        cmocka_unit_test(an_image_that_is_too_large_is_pointed_to),
        cmocka_unit_test(only_the_uris_that_are_given_out_are_known),
        cmocka_unit_test(an_image_that_is_gone_is_not_found),
        cmocka_unit_test(the_key_of_the_template_is_completed),
        cmocka_unit_test(the_templates_are_json),
        cmocka_unit_test(a_watcher_gets_the_uri),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
