/* SPDX-License-Identifier: MIT */
#ifndef MCP_BATCH_H
#define MCP_BATCH_H

#include "mcp/writer.h"

/* The answers to a JSON-RPC batch (MCP 2025-03-26), collected until the last is there and sent as
 * one line. */
struct batch;

/* Starts with one pending answer, its creator's own, which batch_release() takes back. NULL: no
 * memory. */
struct batch *batch_create(struct writer *writer);

/* One answer more, or one less, is pending. With none pending the collected answers are sent, if
 * there are any, and the batch is gone. */
void batch_hold(struct batch *batch);
void batch_release(struct batch *batch);

/* Adds an answer, in the parts that writer_send_locked() takes, by the writer's lock. An answer
 * that finds no room is lost. batch: NULL sends it at once. */
void batch_send_locked(struct batch *batch, struct writer *writer, const struct writer_part *parts,
                       size_t count);

#endif
