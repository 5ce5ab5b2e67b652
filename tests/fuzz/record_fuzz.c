/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "base/utf8.h"
#include "storage/image_metadata.h"

#include "fuzz.h"

#include <jansson.h>

/* The record of an image, as somebody else may have written or damaged it. The first byte picks its
 * form: a sidecar ('j', its text follows) or fields ('p', names and values follow in turn).
 * What is read is written again in both forms, and must read the same. */

static void check_equal(const char *a, const char *b)
{
    check(!a == !b && (!a || strcmp(a, b) == 0));
}

/* Others may have put white space into it. */
static void check_same_json(const char *a, const char *b)
{
    json_t *left = a ? json_loads(a, 0, NULL) : NULL, *right = b ? json_loads(b, 0, NULL) : NULL;
    check(!a == !b && (!a || json_equal(left, right)));
    json_decref(left);
    json_decref(right);
}

static void check_same(const struct image_metadata *a, const struct image_metadata *b)
{
    check_equal(a->prompt, b->prompt);
    check_equal(a->model, b->model);
    check_equal(a->category, b->category);
    check_same_json(a->parameters, b->parameters);
    check_equal(a->sha256, b->sha256);
    check(a->timestamp_ms == b->timestamp_ms);
}

static void check_sound(const struct image_metadata *metadata)
{
    check(metadata->prompt && metadata->model && metadata->timestamp_ms >= 0);
    check(utf8_valid(metadata->prompt) && utf8_valid(metadata->model));
    check(!metadata->category || utf8_valid(metadata->category));
    if (metadata->parameters) {
        json_t *parameters = json_loads(metadata->parameters, 0, NULL);
        check(json_is_object(parameters));
        json_decref(parameters);
    }
}

static void check_sidecar(const struct image_metadata *metadata)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct image_metadata again = {0};
    struct error error = {0};
    check(image_metadata_to_json(metadata, &text, &error));
    check(image_metadata_from_json(text.data, text.size, &again, &error));
    check_same(metadata, &again);
    image_metadata_finish(&again);
    buffer_finish(&text);
}

static size_t length_of(const struct fields *fields)
{
    size_t length = 0;
    for (size_t i = 0; i < fields->count; i++) {
        const struct field *item = &fields->items[i];
        length += strlen("x-amz-meta-") + strlen(item->name) + strlen(item->value);
        for (const char *at = item->value; *at; at++)
            check(*at > ' ' && *at < 127);
    }
    return length;
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text ? text : "", start ? start : "", start ? strlen(start) : 0) == 0;
}

/* An empty category is the same as none there. */
static void check_fields(const struct image_metadata *metadata, size_t max)
{
    struct fields fields = {0};
    struct image_metadata again = {0};
    struct error error = {0};
    bool complete, complete_again;
    check(image_metadata_to_fields(metadata, max, &fields, &complete, &error));
    check(length_of(&fields) <= max);
    check(image_metadata_from_fields(&fields, &again, &complete_again, &error));
    check_sound(&again);
    if (fields.count > 0)
        check(complete == complete_again && strcmp(again.sha256, metadata->sha256) == 0);
    else
        check(!complete && !complete_again);
    if (complete && metadata->category && *metadata->category)
        check_same(metadata, &again);
    check(begins(metadata->prompt, again.prompt) && begins(metadata->model, again.model));
    check(begins(metadata->category, again.category));
    if (again.parameters)
        check_same_json(metadata->parameters, again.parameters);
    image_metadata_finish(&again);
    fields_finish(&fields);
}

static void check_read(struct image_metadata *metadata, size_t max)
{
    check_sound(metadata);
    if (!metadata->sha256 || strspn(metadata->sha256, "0123456789abcdef") != 64 ||
        strlen(metadata->sha256) != 64) {
        char digits[65];
        memset(digits, '7', 64);
        digits[64] = '\0';
        free(metadata->sha256);
        metadata->sha256 = strdup(digits);
    }
    check_sidecar(metadata);
    check_fields(metadata, max);
}

static void try_sidecar(struct input *input, size_t max)
{
    struct image_metadata metadata = {0};
    struct error error = {0};
    size_t size = input->size;
    char *text = take_bytes(input, size);
    if (image_metadata_from_json(text, size, &metadata, &error)) {
        check_read(&metadata, max);
        image_metadata_finish(&metadata);
    } else {
        check(!metadata.prompt && error.code != ERROR_NONE && error.text[0]);
    }
    free(text);
}

static void try_fields(struct input *input, size_t max)
{
    struct fields fields = {0};
    struct image_metadata metadata = {0};
    struct error error = {0};
    bool complete;
    while (input->size > 0 && fields.count < 32) {
        char *name = take_text(input), *value = take_text(input);
        for (char *at = value; *at; at++)
            *at = *at < ' ' || *at >= 127 ? '%' : *at; /* what a header carries */
        check(fields_add(&fields, name, value, strlen(value), &error));
        free(name);
        free(value);
    }
    check(image_metadata_from_fields(&fields, &metadata, &complete, &error));
    check(!complete || metadata.sha256);
    check_read(&metadata, max);
    image_metadata_finish(&metadata);
    fields_finish(&fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = take_byte(&input);
    size_t max = 16 * (size_t)take_byte(&input);
    if (kind == 'j')
        try_sidecar(&input, max);
    else if (kind == 'p')
        try_fields(&input, max);
    return 0;
}
