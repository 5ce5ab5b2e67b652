/* SPDX-License-Identifier: MIT */
#include "base/uri.h"
#include "s3/sigv4.h"

#include "fuzz.h"

/* Signatures over odd keys, parameters and headers. A key comes first, then names and values in
 * turn: the canonical form has as many lines as it must have, says the same in whatever order the
 * parameters come, and can be taken apart again. */

enum { PAIRS = 8 };

static char access_key[] = "AKIAFUZZ", secret_key[] = "secret";
static const struct credentials credentials = {access_key, secret_key, NULL};

static void add(struct fields *fields, const char *name, const char *value)
{
    struct error error = {0};
    check(fields_add(fields, name, value, strlen(value), &error));
}

static size_t count(const char *text, char c)
{
    size_t result = 0;
    for (; *text; text++)
        result += *text == c;
    return result;
}

/* Takes one pair of the query out of the list. */
static void remove_pair(struct fields *fields, const char *name, const char *value)
{
    for (size_t i = 0; i < fields->count; i++) {
        struct field *item = &fields->items[i];
        if (strcmp(item->name, name) != 0 || strcmp(item->value, value) != 0)
            continue;
        free(item->name);
        free(item->value);
        *item = fields->items[--fields->count];
        return;
    }
    check(false);
}

/* Empties the list. */
static void check_query(const char *text, struct fields *fields)
{
    struct error error = {0};
    char *copy = strdup(text), *next = copy, *each;
    if (*text)
        check(count(text, '&') == fields->count - 1);
    while (*text && (each = strsep(&next, "&"))) {
        char *equals = strchr(each, '='), *name = NULL, *value = NULL;
        check(equals && strchr(equals + 1, '=') == NULL);
        *equals = '\0';
        check(uri_decode(each, &name, &error) && uri_decode(equals + 1, &value, &error));
        remove_pair(fields, name, value);
        free(name);
        free(value);
    }
    check(fields->count == 0);
    free(copy);
}

static void try_query(struct fields *pairs)
{
    struct buffer forward = BUFFER_INIT(SIZE_MAX / 4), backward = BUFFER_INIT(SIZE_MAX / 4);
    struct fields reversed = {0};
    struct error error = {0};
    for (size_t i = pairs->count; i-- > 0;)
        add(&reversed, pairs->items[i].name, pairs->items[i].value);
    check(sigv4_canonical_query(pairs, &forward, &error));
    check(sigv4_canonical_query(&reversed, &backward, &error));
    check(forward.size == backward.size);
    check(forward.size == 0 || strcmp(forward.data, backward.data) == 0);
    check_query(forward.size ? forward.data : "", &reversed);
    fields_finish(&reversed);
    buffer_finish(&forward);
    buffer_finish(&backward);
}

static bool header_can_hold(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text >= 127)
            return false;
    return true;
}

static void check_request(const struct sigv4_request *request)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    check(sigv4_canonical_request(request, &text, &error));
    check(count(text.data, '\n') == 6 + request->headers->count - 1);
    const char *payload = strrchr(text.data, '\n') + 1;
    check(strcmp(payload, request->payload) == 0);
    buffer_finish(&text);
}

static void try_headers(const char *path, const struct fields *pairs)
{
    struct fields headers = {0};
    struct error error = {0};
    add(&headers, "host", "bucket.s3.amazonaws.com");
    for (size_t i = 0; i < pairs->count; i++)
        if (header_can_hold(pairs->items[i].value))
            add(&headers, "x-amz-meta-prompt", pairs->items[i].value);
    const struct sigv4_request request = {.method = "PUT",
                                          .path = path,
                                          .query = pairs,
                                          .headers = &headers,
                                          .payload = SIGV4_UNSIGNED_PAYLOAD};
    check_request(&request);
    check(sigv4_sign_headers(&credentials, "eu-west-1", 1727431200000, &request, &headers, &error));
    const char *signature = fields_get(&headers, "authorization");
    check(signature && !strstr(signature, "secret"));
    check(strlen(strstr(signature, ",Signature=")) == strlen(",Signature=") + 64);
    fields_finish(&headers);
}

static void try_presign(const char *path)
{
    struct buffer query = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    check(sigv4_presign(&credentials, "eu-west-1", 1727431200000, "GET", "h.example", path, 60,
                        &query, &error));
    check(count(query.data, '&') == 5 && !strpbrk(query.data, " ?#\n/"));
    check(strlen(strstr(query.data, "&X-Amz-Signature=")) == strlen("&X-Amz-Signature=") + 64);
    buffer_finish(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct fields pairs = {0};
    struct buffer path = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    char *key = take_text(&input);
    while (input.size > 0 && pairs.count < PAIRS) {
        char *name = take_text(&input), *value = take_text(&input);
        add(&pairs, name, value);
        free(name);
        free(value);
    }
    check(buffer_append_char(&path, '/', &error));
    check(uri_encode(&path, key, strlen(key), URI_PATH, &error));
    if (size < 64 * 1024) { /* what a request may hold */
        try_query(&pairs);
        try_headers(path.data, &pairs);
        try_presign(path.data);
    }
    buffer_finish(&path);
    fields_finish(&pairs);
    free(key);
    return 0;
}
