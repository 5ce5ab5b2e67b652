/* SPDX-License-Identifier: MIT */
#include "mcp/tool.h"

#include "mcp/message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool refuse_size(const char *name, size_t max, struct error *error)
{
    return error_set(
        error, ERROR_TOO_LARGE,
        "\"%s\" decodes to more than the %zu bytes that are accepted; save a smaller image, "
        "or raise IMAGE_MAX_BYTES in the server's environment",
        name, max);
}

/* What callers give by mistake instead of base64. */
static const char *advice(const char *text)
{
    static const struct {
        const char *start, *advice;
    } mistakes[] = {
        {"http://", "it looks like a URL: give the image itself, as base64"},
        {"https://", "it looks like a URL: give the image itself, as base64"},
        {"file://", "it looks like a file's URL: give the image itself, as base64"},
        {"/", "if it is a path, give the image itself, as base64"},
        {"~/", "it looks like a path: give the image itself, as base64"},
        {"data:", "of data URLs, only those with ;base64 are understood"},
        {"<", "it looks like HTML or SVG source: give an image in base64"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        if (strncasecmp(text, mistakes[i].start, strlen(mistakes[i].start)) == 0)
            return mistakes[i].advice;
    return "pass the complete base64 text again, exactly as it was produced, without shortening it";
}

static bool refuse_text(const char *name, const char *text, struct error *error)
{
    struct error reason = *error;
    return error_set(error, ERROR_INVALID, "\"%s\" is not valid base64: %s. Nothing was stored; %s",
                     name, reason.text, advice(text));
}

/* "data:image/png;charset=x;base64," -> "image/png" */
static void copy_media_type(const char *head, size_t size, char *media_type, size_t room)
{
    size_t start = strlen("data:"), length = 0;
    if (size > start)
        length = strcspn(head + start, ";,");
    if (length >= room)
        length = 0;
    memcpy(media_type, head + (length ? start : 0), length);
    media_type[length] = '\0';
}

static bool decode(const char *name, const char *text, size_t size, size_t max,
                   struct tool_bytes *bytes, struct error *error)
{
    struct base64_decoder decoder;
    size_t head = data_url_head(text, size), used;
    copy_media_type(text, head, bytes->media_type, sizeof bytes->media_type);
    base64_decoder_init(&decoder, max);
    decoder.offset = head; /* what errors count from */
    bool good = base64_decode(&decoder, text + head, size - head, &used, error) &&
                base64_decode_end(&decoder, error);
    if (good)
        bytes->blob = bytes->owned = TAKE(decoder.blob);
    else if (error->code == ERROR_TOO_LARGE)
        refuse_size(name, max, error);
    else if (error->code == ERROR_INVALID)
        refuse_text(name, text, error);
    base64_decoder_finish(&decoder);
    return good;
}

bool tool_call_bytes(const struct tool_call *call, const char *name, size_t max,
                     struct tool_bytes *ret_bytes, struct error *error)
{
    const json_t *string = json_object_get(call->arguments, name);
    struct tool_bytes bytes = {0};
    struct lifted_string *lifted = message_lifted(call->message, string);
    if (lifted) {
        if (lifted->too_large || lifted->decoder.blob->size > max)
            return refuse_size(name, max, error);
        bytes.blob = lifted->decoder.blob;
        copy_media_type(lifted->head, strlen(lifted->head), bytes.media_type,
                        sizeof bytes.media_type);
    } else if (!decode(name, json_string_value(string), json_string_length(string), max, &bytes,
                       error)) {
        return false;
    }
    *ret_bytes = bytes;
    return true;
}
