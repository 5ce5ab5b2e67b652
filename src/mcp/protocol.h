/* SPDX-License-Identifier: MIT */
#ifndef MCP_PROTOCOL_H
#define MCP_PROTOCOL_H

#include "base/error.h"

#include <jansson.h>

/* The revisions of MCP that are served, oldest first. The first four begin with an `initialize`
 * handshake
 * ("legacy"); since 2026-07-28 every request says in its _meta what it speaks ("modern"). The era
 * belongs to the request, so one process serves both. */
enum protocol_version {
    PROTOCOL_NONE, /* no handshake yet, and nothing said in the request */
    PROTOCOL_2024_11_05,
    PROTOCOL_2025_03_26,
    PROTOCOL_2025_06_18,
    PROTOCOL_2025_11_25,
    PROTOCOL_2026_07_28,

    PROTOCOL_NEWEST_LEGACY = PROTOCOL_2025_11_25,
    PROTOCOL_OLDEST_MODERN = PROTOCOL_2026_07_28,
};

/* The name of a protocol field in _meta. */
#define PROTOCOL_META(name) "io.modelcontextprotocol/" name

/* JSON-RPC 2.0 section 5.1, and the codes of MCP (2026-07-28, basic, "Error Codes"). */
enum {
    JSON_RPC_PARSE_ERROR = -32700,
    JSON_RPC_INVALID_REQUEST = -32600,
    JSON_RPC_METHOD_NOT_FOUND = -32601,
    JSON_RPC_INVALID_PARAMS = -32602,
    JSON_RPC_INTERNAL_ERROR = -32603,
    MCP_RESOURCE_NOT_FOUND = -32002, /* before 2026-07-28, which has invalid params for it */
    MCP_UNSUPPORTED_PROTOCOL_VERSION = -32022,
};

const char *protocol_version_name(enum protocol_version version);

/* What `initialize` answers when the client asks for `requested`: the same revision if it is a
 * legacy one that is served, else the newest legacy one (MCP 2025-11-25, lifecycle, "Version
 * Negotiation"). */
enum protocol_version protocol_negotiate(const char *requested);

/* What a request says in params._meta of its revision: the version text, or NULL when it says
 * nothing and so belongs to the legacy era. Borrowed. */
const char *protocol_declared_version(const json_t *params);

/* Checks the _meta of a modern request (MCP 2026-07-28, basic, "_meta"): the protocol fields that
 * must be there, and the types of all that are. ERROR_INVALID says which is wrong. */
bool protocol_check_meta(const json_t *params, struct error *error) MUST_CHECK;

/* Whether an id is one: a string or an integer (a number with a fraction of zero counts, and so
 * does one beyond 64 bits). */
bool protocol_is_id(const json_t *id);

#endif
