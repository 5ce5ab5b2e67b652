/* SPDX-License-Identifier: MIT */
#ifndef MCP_TOOL_H
#define MCP_TOOL_H

#include "base/blob.h"
#include "base/operation.h"

#include <jansson.h>

/* What the protocol side and the tools know of each other. A tool is a definition
 * (schemas/NAME.json: name, title, description, schemas, annotations) and a function from valid
 * arguments to a result. */

struct message;

struct tool_call {
    const json_t *arguments; /* an object, valid by the tool's inputSchema */
    const struct operation *operation;
    struct message *message; /* where long base64 arguments are; see tool_call_bytes() */

    /* Multi round-trip requests (MCP 2026-07-28): whether the client can ask its user (elicitation
     * in form mode), and what came back of an earlier question. NULL: nothing. */
    bool can_elicit;
    const json_t *input_responses;
    const char *request_state;
};

/* What a tool answers: content blocks and structuredContent, and perhaps an image, which becomes
 * the last content block without passing through JSON. Or, if the client can do that, a question:
 * input_requests (InputRequests) and request_state. All of it becomes the server's. */
struct tool_result {
    json_t *content;
    json_t *structured;
    struct blob *image;     /* NULL: none */
    const char *image_type; /* its MIME type, static */
    json_t *input_requests; /* NULL: this is the answer */
    char *request_state;
};
/* Takes a zeroed struct. */
void tool_result_finish(struct tool_result *result);

/* One text block and the structure, which is taken over (also on failure; NULL says that there was
 * no memory for it). */
bool tool_result_text(const char *text, json_t *structured, struct tool_result *ret_result,
                      struct error *error) MUST_CHECK;

struct tool {
    const char *definition; /* the bytes of schemas/NAME.json, without needless white space */

    /* Runs on a worker thread, as straight-line code; several at a time. false makes a result with
     * isError, whose text is the error's: a sentence that tells a model what to do next. */
    bool (*run)(void *context, const struct tool_call *call, struct tool_result *ret_result,
                struct error *error);

    /* Optional. Whether a call with these (valid) arguments waits for a host somewhere on the
     * internet, which can take its time: such calls have threads of their own, so that they never
     * keep the others from being worked on. */
    bool (*fetches)(const json_t *arguments);
};

struct tool_set {
    const struct tool *tools;
    size_t count;
    void *context; /* given to every run */

    /* Optional. What a model can do next about an error of these tools: a clause after its text;
     * NULL: nothing more. */
    const char *(*advice)(const struct error *error);

    /* Optional. What the client should hear besides the result at hand, said once: a further text
     * block. NULL: nothing. The caller frees it. Called on worker threads. */
    char *(*notice)(void *context);
};

/* The bytes of a base64 string, with or without the head of a data URL, anywhere in the arguments
 * where the schema has contentEncoding: base64. */
struct tool_bytes {
    const struct blob *blob;
    struct blob *owned;   /* NULL when they arrived decoded */
    char media_type[128]; /* as the data URL, or who gives the bytes, claims; "": no claim */
};

/* max: the largest size in bytes (ERROR_TOO_LARGE). ERROR_INVALID says where the text stops being
 * base64. */
bool tool_call_bytes(const struct tool_call *call, const json_t *string, size_t max,
                     struct tool_bytes *ret_bytes, struct error *error) MUST_CHECK;
void tool_bytes_finish(struct tool_bytes *bytes);

#endif
