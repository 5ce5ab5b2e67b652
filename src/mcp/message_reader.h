/* SPDX-License-Identifier: MIT */
#ifndef MCP_MESSAGE_READER_H
#define MCP_MESSAGE_READER_H

#include "mcp/message.h"

/* Turns the bytes of stdin into messages (MCP stdio transport: one JSON text a line). It knows just
 * enough JSON to see where strings begin and end; a string of MESSAGE_LIFT_THRESHOLD characters or
 * more that is base64, or a base64 data URL, is decoded and hashed as it arrives. Each byte is
 * taken once, wherever the pieces are cut. */

enum { MESSAGE_LIFT_THRESHOLD = 64 * 1024 };

struct message_limits {
    size_t text;   /* bytes of JSON text in a message, beside what is lifted */
    size_t lifted; /* bytes that one lifted string may decode to; all of a message's: twice that */
};

struct message_reader;

bool message_reader_create(const struct message_limits *limits, struct message_reader **ret_reader,
                           struct error *error) MUST_CHECK;
void message_reader_destroy(struct message_reader *reader);
DEFINE_CLEANUP(struct message_reader *, message_reader_destroy)

/* Takes the next bytes, up to the end of the first line that ends in them; returns how many it
 * took, at least one. *ret_message is the message if a line ended (blank lines are none), else
 * NULL; the caller owns it. */
size_t message_reader_push(struct message_reader *reader, const char *data, size_t size,
                           struct message **ret_message);

/* The input is over: *ret_message is the message of a last line without a newline, else NULL. */
void message_reader_end(struct message_reader *reader, struct message **ret_message);

#endif
