/* SPDX-License-Identifier: MIT */
/* A content block (MCP 2026-07-28, schema: ImageContent, ResourceLink, EmbeddedResource) says by
 * its type where the image is, and comes down to bytes, a file or a URL. */
#include "tools/image_source.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "source/source_url.h"

#include <string.h>
#include <strings.h>

enum { MAX_SCHEME = 20 }; /* characters shown */

struct source {
    const struct tools_context *tools;
    const struct tool_call *call;
};

static bool begins(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

/* Where a text belongs that was given as `argument`; NULL: it looks right there. */
static const char *advice(const char *argument, const char *text)
{
    static const struct {
        const char *start, *argument, *advice;
    } looks[] = {
        {"https://", "url", "it looks like a URL: give it as \"url\""},
        {"http://", "url", "it looks like a URL: give it as \"url\", with https"},
        {"file:", "path", "it looks like a file's URL: give it as \"path\""},
        {"~/", "path", "it looks like a path: give it as \"path\""},
        {"/", "path", "if it is a path, give it as \"path\""},
        {"data:", "data", "it looks like a data URL: give it as \"data\""},
        {"<", "", "it looks like HTML or SVG source: give an image"},
    };
    for (size_t i = 0; i < LENGTH(looks); i++)
        if (begins(text, looks[i].start) && strcmp(looks[i].argument, argument) != 0)
            return looks[i].advice;
    return NULL;
}

/* Adds what to do next to an error about what was given. */
static bool advise(const char *next, struct error *error)
{
    struct error old = *error;
    if (next && old.code == ERROR_INVALID)
        error_set(error, ERROR_INVALID, "%s. Nothing was stored; %s", old.text, next);
    return false;
}

static bool read_data(const struct source *source, const json_t *value,
                      struct tool_bytes *ret_bytes, struct error *error)
{
    if (tool_call_bytes(source->call, value, source->tools->max_bytes, ret_bytes, error))
        return true;
    const char *next = advice("data", json_string_value(value));
    return advise(next ? next
                       : "pass the complete base64 text again, exactly as it was produced, without "
                         "shortening it",
                  error);
}

static bool read_path(const struct source *source, const json_t *value,
                      struct tool_bytes *ret_bytes, struct error *error)
{
    const char *path = json_string_value(value);
    struct tool_bytes bytes = {0};
    CLEANUP(close_cleanup) int fd = -1;
    if (!source_file_open(&source->tools->files, path, &fd, error))
        return advise(advice("path", path), error);
    if (!source_file_read(fd, source->tools->max_bytes, source->call->operation, &bytes.owned,
                          error))
        return false;
    bytes.blob = bytes.owned;
    *ret_bytes = bytes;
    return true;
}

static bool read_url(const struct source *source, const json_t *value, struct tool_bytes *ret_bytes,
                     struct error *error)
{
    const char *url = json_string_value(value);
    struct tool_bytes bytes = {0};
    if (!source_url_fetch(&source_url_settings_default, url, source->tools->max_bytes,
                          source->call->operation, &bytes.owned, error))
        return advise(advice("url", url), error);
    bytes.blob = bytes.owned;
    *ret_bytes = bytes;
    return true;
}

static bool read_uri(const struct source *source, const json_t *value, struct tool_bytes *ret_bytes,
                     struct error *error)
{
    const char *uri = json_string_value(value);
    if (begins(uri, "file:"))
        return read_path(source, value, ret_bytes, error);
    if (begins(uri, "https:"))
        return read_url(source, value, ret_bytes, error);
    size_t scheme = strcspn(uri, ":");
    return error_set(error, ERROR_INVALID,
                     "its uri (%.*s:) is neither of a file nor https: read the resource, and give "
                     "its bytes as \"data\"",
                     scheme < MAX_SCHEME ? (int)scheme : MAX_SCHEME, uri);
}

static const struct {
    const char *type;
    const char *holder; /* the member that holds the rest; NULL: the block itself */
    const char *bytes, *uri;
    const char *missing;
} blocks[] = {
    {"image", NULL, "data", NULL, "it has no data: give the image's base64 there"},
    {"resource", "resource", "blob", "uri",
     "it has neither resource.blob nor resource.uri: give the image's base64 as \"data\""},
    {"resource_link", NULL, NULL, "uri", "it has no uri: give the file:// or https:// URL there"},
};

/* What a block comes down to; NULL: it does not have that. */
struct block {
    const json_t *bytes, *uri, *media_type;
    const char *missing; /* what to say when it has neither */
};

static struct block take_apart(const json_t *value)
{
    const char *type = json_string_value(json_object_get(value, "type"));
    size_t i = 0;
    while (strcmp(blocks[i].type, type) != 0) /* the schema knows the same types */
        i++;
    const json_t *holder = blocks[i].holder ? json_object_get(value, blocks[i].holder) : value;
    return (struct block){
        .bytes = blocks[i].bytes ? json_object_get(holder, blocks[i].bytes) : NULL,
        .uri = blocks[i].uri ? json_object_get(holder, blocks[i].uri) : NULL,
        .media_type = json_object_get(holder, "mimeType"),
        .missing = blocks[i].missing,
    };
}

static bool read_block(const struct source *source, const json_t *value,
                       struct tool_bytes *ret_bytes, struct error *error)
{
    const struct block block = take_apart(value);
    const char *claim = json_string_value(block.media_type);
    if (!block.bytes && !block.uri)
        return error_set(error, ERROR_INVALID, "%s", block.missing);
    if (block.bytes ? !read_data(source, block.bytes, ret_bytes, error)
                    : !read_uri(source, block.uri, ret_bytes, error))
        return false;
    if (claim && !*ret_bytes->media_type && strlen(claim) < sizeof ret_bytes->media_type)
        strcpy(ret_bytes->media_type, claim);
    return true;
}

static const struct way {
    const char *argument;
    bool (*read)(const struct source *source, const json_t *value, struct tool_bytes *ret_bytes,
                 struct error *error);
} ways[] = {
    {"data", read_data},
    {"path", read_path},
    {"url", read_url},
    {"image", read_block},
};

/* The only one that is given, or NULL. */
static const struct way *choose(const json_t *arguments, struct error *error)
{
    const struct way *chosen = NULL;
    for (size_t i = 0; i < LENGTH(ways); i++) {
        if (!json_object_get(arguments, ways[i].argument))
            continue;
        if (chosen) {
            error_set(error, ERROR_INVALID,
                      "\"%s\" and \"%s\" are both given: give exactly one of \"data\", \"path\", "
                      "\"url\" and \"image\"",
                      chosen->argument, ways[i].argument);
            return NULL;
        }
        chosen = &ways[i];
    }
    if (!chosen)
        error_set(error, ERROR_INVALID,
                  "the image is missing: give exactly one of \"data\" (base64), \"path\" (a file), "
                  "\"url\" (https) and \"image\" (a content block)");
    return chosen;
}

bool image_source_read(const struct tools_context *tools, const struct tool_call *call,
                       struct tool_bytes *ret_bytes, struct error *error)
{
    const struct source source = {.tools = tools, .call = call};
    const struct way *way = choose(call->arguments, error);
    if (!way)
        return false;
    if (way->read(&source, json_object_get(call->arguments, way->argument), ret_bytes, error))
        return true;
    if (error->code == ERROR_TOO_LARGE)
        error_set(error, ERROR_TOO_LARGE,
                  "the image is larger than the limit of %zu bytes; save a smaller one, "
                  "or raise IMAGE_MAX_BYTES in the server's environment",
                  tools->max_bytes);
    return error_prefix(error, "\"%s\"", way->argument);
}

bool image_source_is_remote(const json_t *arguments)
{
    const json_t *value = json_object_get(arguments, "image");
    const struct block block = value ? take_apart(value) : (struct block){0};
    const char *uri = block.bytes ? NULL : json_string_value(block.uri);
    return json_object_get(arguments, "url") || (uri && begins(uri, "https:"));
}
