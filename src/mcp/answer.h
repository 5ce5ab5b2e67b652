/* SPDX-License-Identifier: MIT */
#ifndef MCP_ANSWER_H
#define MCP_ANSWER_H

#include "mcp/server_state.h"

/* Answers of methods that end on the main thread: each sends the answer and removes the request. */

/* members: of the result object, as JSON text without the braces; "" for none. */
void answer_result(struct server *server, struct request *request, const char *members);
/* The same from a buffer, which is emptied; good: false says that memory ran out. */
void answer_buffer(struct server *server, struct request *request, struct buffer *members,
                   bool good);
/* A list that is the same as long as the process lives, on one page. array: JSON text. */
void answer_list(struct server *server, struct request *request, const char *name,
                 const char *array);
void answer_error(struct server *server, struct request *request, int code, const char *text);

/* What goes before the members of every result of this request ("" in the legacy era). */
const char *answer_head(const struct server *server, const struct request *request);

/* What never changes as long as the process lives, and is the same for everybody (MCP 2026-07-28,
 * caching): members of a modern result. */
#define ANSWER_CACHE_FOREVER "\"ttlMs\":3600000,\"cacheScope\":\"public\","

/* Sends the error of a resource that does not exist, with the code that the request's revision has
 * for it. The request stays. */
void answer_resource_not_found(struct request *request, const char *uri, const char *text);

#endif
