/* SPDX-License-Identifier: MIT */
/* A tool knows arguments and results, not JSON-RPC: this is all that it can call of the server. */
#include "mcp/tool.h"

#include "mcp/message.h"

#include <stdlib.h>
#include <string.h>

void tool_result_finish(struct tool_result *result)
{
    json_decref(result->content);
    json_decref(result->structured);
    json_decref(result->input_requests);
    blob_destroy(result->image);
    free(result->request_state);
    *result = (struct tool_result){0};
}

bool tool_result_text(const char *text, json_t *structured, struct tool_result *ret_result,
                      struct error *error)
{
    json_t *content = json_pack("[{s:s, s:s}]", "type", "text", "text", text);
    if (!content || !structured) {
        json_decref(content);
        json_decref(structured);
        return error_no_memory(error);
    }
    *ret_result = (struct tool_result){.content = content, .structured = structured};
    return true;
}

void tool_bytes_finish(struct tool_bytes *bytes)
{
    blob_destroy(bytes->owned);
    bytes->owned = NULL;
}

#define NOT_BASE64 "not valid base64"

/* "data:image/png;charset=x;base64," -> "image/png" */
static void copy_media_type(const char *text, const struct data_url_head *head, char *media_type,
                            size_t room)
{
    size_t length = head->type_size < room ? head->type_size : 0;
    memcpy(media_type, text + head->type_at, length);
    media_type[length] = '\0';
}

static bool decode_base64(const char *text, size_t size, size_t offset, size_t max,
                          struct blob **ret_blob, struct error *error)
{
    struct base64_decoder decoder;
    size_t used;
    base64_decoder_init(&decoder, max);
    decoder.offset = offset; /* what errors count from */
    bool good = base64_decode(&decoder, text, size, &used, error) &&
                base64_decode_end(&decoder, error);
    if (good)
        *ret_blob = TAKE(decoder.blob);
    else if (error->code == ERROR_INVALID)
        error_prefix(error, NOT_BASE64);
    base64_decoder_finish(&decoder);
    return good;
}

static bool copy_bytes(const struct buffer *bytes, size_t max, struct blob **ret_blob,
                       struct error *error)
{
    if (bytes->size > max)
        return error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded", max);
    return blob_create(bytes->data, bytes->size, ret_blob, error);
}

/* Base64, or a data URL, of which the rest may be percent-encoded. */
static bool decode(const char *text, size_t size, size_t max, struct tool_bytes *bytes,
                   struct error *error)
{
    CLEANUP(buffer_finish) struct buffer plain = BUFFER_INIT(SIZE_MAX / 4);
    struct data_url_head head = data_url_head(text, size);
    const char *rest = text + head.size;
    size_t rest_size = size - head.size;
    copy_media_type(text, &head, bytes->media_type, sizeof bytes->media_type);
    if (head.size > 0 && (!head.base64 || memchr(rest, '%', rest_size))) {
        if (!data_url_decode(rest, rest_size, &plain, error))
            return false;
        rest = plain.data;
        rest_size = plain.size;
    }
    bool good = head.size > 0 && !head.base64
                    ? copy_bytes(&plain, max, &bytes->owned, error)
                    : decode_base64(rest, rest_size, head.size, max, &bytes->owned, error);
    bytes->blob = bytes->owned;
    return good;
}

bool tool_call_bytes(const struct tool_call *call, const json_t *string, size_t max,
                     struct tool_bytes *ret_bytes, struct error *error)
{
    struct tool_bytes bytes = {0};
    struct lifted_string *lifted = message_lifted(call->message, string);
    if (lifted) {
        if (lifted->error.code == ERROR_INVALID) {
            *error = lifted->error;
            return error_prefix(error, NOT_BASE64);
        }
        if (lifted->error.code != ERROR_NONE || lifted->decoder.blob->size > max)
            return error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded", max);
        bytes.blob = lifted->decoder.blob;
        struct data_url_head head = data_url_head(lifted->head, strlen(lifted->head));
        copy_media_type(lifted->head, &head, bytes.media_type, sizeof bytes.media_type);
    } else if (!decode(json_string_value(string), json_string_length(string), max, &bytes, error)) {
        return false;
    }
    *ret_bytes = bytes;
    return true;
}
