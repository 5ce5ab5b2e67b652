/* SPDX-License-Identifier: MIT */
#include "storage/image_metadata.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <jansson.h>
#include <string.h>

enum { S3_MAX = 2048 };

static char sha256_text[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static const char *const texts[] = {
    "a cat on a mat",
    "夕焼けの空を飛ぶ鶴、浮世絵風",
    "🦊🏔️ 👩‍👩‍👧‍👦 fox family",
    "قطة تجلس على السجادة",
    "Ünïcödé — “quotes” and 'quotes' \"too\"",
    "control \x01\x02\x1f\x7f characters",
    "line\r\nbreaks\tand tabs",
    "100% + a/b?c=d&e#f \\ back",
    "%41 is not A, %zz is nothing",
    " space at the ends ",
    "=?UTF-8?Q?not_decoded?=",
};

static struct image_metadata make(const char *prompt)
{
    return (struct image_metadata){
        .prompt = (char *)prompt,
        .model = (char *)"flux-1-schnell",
        .timestamp_ms = 1727431200250,
        .category = (char *)"landscape/風景",
        .parameters = (char *)"{\"seed\":42,\"style\":\"浮世絵\",\"nested\":{\"a\":[1,2.5,null]}}",
        .sha256 = sha256_text,
    };
}

static void assert_same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_ptr_equal(a, b);
}

static void assert_same(const struct image_metadata *a, const struct image_metadata *b)
{
    assert_same_text(a->prompt, b->prompt);
    assert_same_text(a->model, b->model);
    assert_int_equal(a->timestamp_ms, b->timestamp_ms);
    assert_same_text(a->category, b->category);
    assert_same_text(a->parameters, b->parameters);
    assert_same_text(a->sha256, b->sha256);
}

static size_t counted(const struct fields *fields)
{
    size_t size = 0;
    for (size_t i = 0; i < fields->count; i++)
        size += strlen("x-amz-meta-") + strlen(fields->items[i].name) +
                strlen(fields->items[i].value);
    return size;
}

static void assert_header_safe(const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const char *value = fields->items[i].value;
        assert_true(*value);
        for (; *value; value++)
            assert_true(*value > ' ' && *value < 0x7F);
    }
}

static bool is_utf8(const char *text)
{
    json_t *string = json_string(text);
    bool result = json_is_string(string);
    json_decref(string);
    return result;
}

static char *repeat(const char *unit, size_t size)
{
    size_t length = strlen(unit), count = size / length;
    char *text = malloc(count * length + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, unit, length);
    text[count * length] = '\0';
    return text;
}

static void fields_give_back_a_prompt_in_any_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct image_metadata metadata = make(texts[i]);
        CLEANUP(image_metadata_finish) struct image_metadata back = {0};
        CLEANUP(fields_finish) struct fields fields = {0};
        struct error error;
        bool complete = false;
        assert_true(image_metadata_to_fields(&metadata, S3_MAX, &fields, &complete, &error));
        assert_true(complete);
        assert_header_safe(&fields);
        assert_null(fields_get(&fields, "record"));
        complete = false;
        assert_true(image_metadata_from_fields(&fields, &back, &complete, &error));
        assert_true(complete);
        assert_same(&metadata, &back);
    }
}

static void json_gives_back_a_prompt_in_any_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct image_metadata metadata = make(texts[i]);
        CLEANUP(image_metadata_finish) struct image_metadata back = {0};
        CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(1 << 20);
        struct error error;
        assert_true(image_metadata_to_json(&metadata, &json, &error));
        assert_true(image_metadata_from_json(json.data, json.size, &back, &error));
        assert_same(&metadata, &back);
    }
}

static void json_has_parameters_as_an_object_and_leaves_out_what_is_not_there(void **state)
{
    (void)state;
    struct error error;
    struct image_metadata metadata = {
        .prompt = (char *)"p",
        .model = (char *)"m",
        .timestamp_ms = 1727431200000,
        .parameters = (char *)"{\"steps\":4}",
        .sha256 = sha256_text,
    };
    CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(1 << 20);
    assert_true(image_metadata_to_json(&metadata, &json, &error));
    assert_string_equal(json.data,
                        "{\"prompt\":\"p\",\"model\":\"m\",\"timestamp\":\"2024-09-27T10:00:00Z\","
                        "\"parameters\":{\"steps\":4},\"sha256\":\""
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}");
}

static void a_prompt_of_100_kilobytes_is_whole_in_json(void **state)
{
    (void)state;
    CLEANUP(free_cleanup) char *prompt = repeat("鶴が飛ぶ 🦢 \"x\"\n", 100 * 1024);
    struct image_metadata metadata = make(prompt);
    CLEANUP(image_metadata_finish) struct image_metadata back = {0};
    CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(1 << 20);
    struct error error;
    assert_true(image_metadata_to_json(&metadata, &json, &error));
    assert_true(image_metadata_from_json(json.data, json.size, &back, &error));
    assert_same(&metadata, &back);
}

/* For every budget: it is kept to, the sidecar is pointed to, and what is there is a
 * whole-character beginning of what was given. */
static void what_does_not_fit_is_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "é", "鶴", "🦢", "a鶴é🦢"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        CLEANUP(free_cleanup) char *prompt = repeat(units[i], 4000);
        struct image_metadata metadata = make(prompt);
        for (size_t max = 300; max <= S3_MAX; max += 7) {
            CLEANUP(image_metadata_finish) struct image_metadata back = {0};
            CLEANUP(fields_finish) struct fields fields = {0};
            struct error error;
            bool complete = true;
            assert_true(image_metadata_to_fields(&metadata, max, &fields, &complete, &error));
            assert_false(complete);
            assert_true(counted(&fields) <= max);
            assert_header_safe(&fields);
            assert_string_equal(fields_get(&fields, "record"), "sidecar");
            complete = true;
            assert_true(image_metadata_from_fields(&fields, &back, &complete, &error));
            assert_false(complete);
            assert_true(is_utf8(back.prompt));
            assert_true(strlen(back.prompt) < strlen(prompt));
            assert_memory_equal(back.prompt, prompt, strlen(back.prompt));
            assert_string_equal(back.sha256, sha256_text);
            if (max >= 1000)
                assert_string_equal(back.model, metadata.model);
            if (max == S3_MAX)
                assert_true(counted(&fields) + 12 > max);
        }
    }
}

static void the_longest_text_gives_way_first(void **state)
{
    (void)state;
    struct error error;
    bool complete;
    CLEANUP(free_cleanup) char *prompt = repeat("p", 3000), *model = repeat("m", 500);
    struct image_metadata metadata = make(prompt);
    metadata.model = model;
    metadata.parameters = NULL;
    CLEANUP(fields_finish) struct fields fields = {0};
    assert_true(image_metadata_to_fields(&metadata, S3_MAX, &fields, &complete, &error));
    assert_string_equal(fields_get(&fields, "model"), model);
    assert_true(strlen(fields_get(&fields, "prompt")) > 1000);
}

static void parameters_are_whole_or_not_there(void **state)
{
    (void)state;
    struct error error;
    bool complete;
    CLEANUP(free_cleanup) char *long_value = repeat("v", 3000);
    CLEANUP(buffer_finish) struct buffer parameters = BUFFER_INIT(1 << 20);
    assert_true(buffer_printf(&parameters, &error, "{\"note\":\"%s\"}", long_value));
    struct image_metadata metadata = make("a short prompt");
    metadata.parameters = parameters.data;
    CLEANUP(fields_finish) struct fields fields = {0};
    assert_true(image_metadata_to_fields(&metadata, S3_MAX, &fields, &complete, &error));
    assert_false(complete);
    assert_null(fields_get(&fields, "parameters"));
    assert_string_equal(fields_get(&fields, "prompt"), "a%20short%20prompt");
}

static void a_budget_too_small_for_a_record_gives_no_fields(void **state)
{
    (void)state;
    static const size_t budgets[] = {0, 1, 100};
    struct image_metadata metadata = make("p");
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        struct fields fields = {0};
        struct error error;
        bool complete = true;
        assert_true(image_metadata_to_fields(&metadata, budgets[i], &fields, &complete, &error));
        assert_false(complete);
        assert_int_equal(fields.count, 0);
    }
}

static void a_record_that_fits_exactly_is_complete(void **state)
{
    (void)state;
    struct error error;
    bool complete;
    struct image_metadata metadata = make("a prompt");
    CLEANUP(fields_finish) struct fields whole = {0}, exact = {0}, less = {0};
    assert_true(image_metadata_to_fields(&metadata, S3_MAX, &whole, &complete, &error));
    assert_true(image_metadata_to_fields(&metadata, counted(&whole), &exact, &complete, &error));
    assert_true(complete);
    assert_true(image_metadata_to_fields(&metadata, counted(&whole) - 1, &less, &complete, &error));
    assert_false(complete);
}

static void add(struct fields *fields, const char *name, const char *value)
{
    struct error error;
    assert_true(fields_add(fields, name, value, strlen(value), &error));
}

static void fields_of_somebody_else_are_read_as_far_as_they_go(void **state)
{
    (void)state;
    struct error error;
    bool complete = true;
    CLEANUP(fields_finish) struct fields fields = {0};
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    add(&fields, "mtime", "1727431200");
    add(&fields, "Prompt", "100% wool");
    add(&fields, "model", "bad%FFutf8");
    add(&fields, "timestamp", "yesterday");
    add(&fields, "parameters", "%5B1%5D");
    assert_true(image_metadata_from_fields(&fields, &metadata, &complete, &error));
    assert_false(complete);
    assert_string_equal(metadata.prompt, "100% wool");
    assert_string_equal(metadata.model, "bad%FFutf8");
    assert_int_equal(metadata.timestamp_ms, 0);
    assert_null(metadata.category);
    assert_null(metadata.parameters);
    assert_null(metadata.sha256);
}

static void no_fields_are_no_complete_record(void **state)
{
    (void)state;
    struct error error;
    bool complete = true;
    struct fields none = {0};
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    assert_true(image_metadata_from_fields(&none, &metadata, &complete, &error));
    assert_false(complete);
    assert_string_equal(metadata.prompt, "");
    assert_string_equal(metadata.model, "");
}

static void unknown_and_mistyped_members_are_ignored(void **state)
{
    (void)state;
    const char *json = "{\"future\":[1],\"prompt\":7,\"model\":\"m\",\"parameters\":\"text\","
                       "\"timestamp\":5,\"category\":null}";
    struct error error;
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    assert_true(image_metadata_from_json(json, strlen(json), &metadata, &error));
    assert_string_equal(metadata.prompt, "");
    assert_string_equal(metadata.model, "m");
    assert_null(metadata.parameters);
    assert_null(metadata.category);
    assert_int_equal(metadata.timestamp_ms, 0);
}

static void damaged_json_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",    "{", "[]", "null", "{\"prompt\":\"\xFF\"}", "{\"prompt\":\"a\",\"prompt\":\"b\"}",
        "{} x"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image_metadata metadata = {.prompt = sha256_text};
        struct error error;
        assert_false(image_metadata_from_json(cases[i], strlen(cases[i]), &metadata, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_ptr_equal(metadata.prompt, sha256_text);
    }
}

static void json_beyond_its_bound_is_refused(void **state)
{
    (void)state;
    CLEANUP(free_cleanup) char *prompt = repeat("p", 5000);
    struct image_metadata metadata = make(prompt);
    CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(4096);
    struct error error;
    assert_false(image_metadata_to_json(&metadata, &json, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
}

static void a_copy_is_equal_and_its_own(void **state)
{
    (void)state;
    struct error error;
    struct image_metadata metadata = make("p");
    metadata.category = NULL;
    CLEANUP(image_metadata_finish) struct image_metadata copy = {0};
    assert_true(image_metadata_copy(&metadata, &copy, &error));
    assert_same(&metadata, &copy);
    assert_ptr_not_equal(metadata.model, copy.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_give_back_a_prompt_in_any_language),
        cmocka_unit_test(json_gives_back_a_prompt_in_any_language),
        cmocka_unit_test(json_has_parameters_as_an_object_and_leaves_out_what_is_not_there),
        cmocka_unit_test(a_prompt_of_100_kilobytes_is_whole_in_json),
        cmocka_unit_test(what_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(the_longest_text_gives_way_first),
        cmocka_unit_test(parameters_are_whole_or_not_there),
        cmocka_unit_test(a_budget_too_small_for_a_record_gives_no_fields),
        cmocka_unit_test(a_record_that_fits_exactly_is_complete),
        cmocka_unit_test(fields_of_somebody_else_are_read_as_far_as_they_go),
        cmocka_unit_test(no_fields_are_no_complete_record),
        cmocka_unit_test(unknown_and_mistyped_members_are_ignored),
        cmocka_unit_test(damaged_json_is_refused),
        cmocka_unit_test(json_beyond_its_bound_is_refused),
        cmocka_unit_test(a_copy_is_equal_and_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
