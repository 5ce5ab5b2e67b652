/* SPDX-License-Identifier: MIT */
#ifndef MCP_REQUEST_H
#define MCP_REQUEST_H

#include "base/operation.h"
#include "base/worker_pool.h"
#include "mcp/arguments.h"
#include "mcp/batch.h"
#include "mcp/message.h"
#include "mcp/protocol.h"
#include "mcp/writer.h"

/* One request on its way through the server, and the answer to it: exactly one, or none when it is
 * cancelled. */

struct server;

struct request {
    struct worker_job job;
    struct server *server;
    struct writer *writer;
    struct message *message; /* a reference; holds the JSON */
    char *id;                /* owned: its JSON text, as it came */
    const json_t *params;    /* borrowed from the message; NULL: none */
    enum protocol_version version;
    struct batch *batch; /* NULL: the answer is a line of its own */

    const struct server_tool *tool; /* tools/call */
    struct arguments arguments;     /* ... owned; valid when it runs */
    bool fetching;                  /* ... it counts as a fetch */
    struct cancel cancel;
    struct {
        char *token;     /* owned: its JSON text; NULL: no progress wanted */
        int64_t last_ms; /* when the last notification was sent, or the request came */
        uint64_t done;   /* the last value sent: the next must be larger */
    } progress;

    struct {       /* by the writer's lock */
        bool over; /* cancelled or answered: nothing more may be sent */
    } locked;

    /* The list of requests (request_list.h). */
    struct request *next, *previous;
    struct worker_pool *pool; /* where its job was submitted last; NULL: nowhere so far */
    size_t size;              /* bytes it keeps in memory, for back-pressure */
};

/* Takes a reference to the message, and a copy of the id. Returns NULL when there is no memory. */
struct request *request_create(struct server *server, struct writer *writer,
                               struct message *message, const char *id, const json_t *params,
                               enum protocol_version version, struct batch *batch);
/* Also lets the batch know that one answer less is coming. */
void request_destroy(struct request *request);
DEFINE_CLEANUP(struct request *, request_destroy)

static inline bool request_is_modern(const struct request *request)
{
    return request->version >= PROTOCOL_OLDEST_MODERN;
}

static inline struct request *request_of_job(struct worker_job *job)
{
    return (struct request *)((char *)job - offsetof(struct request, job));
}

/* What its work is given: cancelled with it, and with progress if the client wants that. */
struct operation request_operation(struct request *request);

/* A string member of something in its params, borrowed; NULL if it is missing, of another type, or
 * so long that it was lifted out. */
const char *request_string(const struct request *request, const json_t *object, const char *name);

/* params.cursor; *ret_cursor is NULL when there is none, which null and "" say, too. False: it is
 * no string. Borrowed. */
bool request_cursor(const struct request *request, const char **ret_cursor) MUST_CHECK;

/* Send the answer. members: the members of the result object as JSON text without the braces; head:
 * members that go before them ("" for none). A request that is over stays silent. */
void request_reply(struct request *request, const char *head, const char *members);
/* The same with bytes that go out as base64 between two pieces of that text. */
void request_reply_bytes(struct request *request, const char *head, const char *before,
                         const struct blob *bytes, const char *after);
/* The same from an object, which is released. NULL says that memory ran out. */
void request_reply_json(struct request *request, const char *head, json_t *result);
/* data: released; NULL for none. */
void request_reply_error(struct request *request, int code, const char *message, json_t *data);

/* An error that answers no request that can be named (id: NULL), or one that never became a struct
 * request. id: its JSON text. */
void reply_error(struct writer *writer, struct batch *batch, const char *id, int code,
                 const char *message, json_t *data);

/* Whether it has been cancelled or answered. */
bool request_is_over(struct request *request);

/* What the request's message holds is not needed any more: params and progress are gone. */
void request_forget_message(struct request *request);

/* Marks it over, so that nothing more is sent, and asks its work to stop. */
void request_cancel(struct request *request);

/* struct operation's progress, with a struct request as argument: sends notifications/progress if
 * the client gave a token, if the value has grown, and at most a few a second. */
void request_progress(void *request, uint64_t done, uint64_t total, const char *message);

#endif
