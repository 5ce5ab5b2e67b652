/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MESSAGE_TRANSCRIPT_H
#define SUPPORT_MESSAGE_TRANSCRIPT_H

#include "mcp/message_reader.h"

/* Everything that can be seen of the messages that an input turns into, as one text: two ways of
 * cutting the input are the same if and only if their transcripts are. */

/* The transcript of an input cut where `cut` says so; the caller frees it. */
char *transcribe(const struct message_limits *limits, const char *data, size_t size,
                 bool (*cut)(const void *context, size_t at), const void *context,
                 size_t *ret_size);

#endif
