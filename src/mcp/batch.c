/* SPDX-License-Identifier: MIT */
/* The answers of a batch come from several threads; they are collected as the text of one JSON
 * array, under the writer's lock, which each answer takes anyway to see whether it may still be
 * sent. */
#include "mcp/batch.h"

#include "base/buffer.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { BATCH_MAX_SIZE = 64 * 1024 * 1024 };

struct batch {
    struct writer *writer;
    struct { /* by the writer's lock */
        size_t pending;
        struct buffer answers; /* "[{...},{...}" */
    } locked;
};

struct batch *batch_create(struct writer *writer)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    batch->writer = writer;
    batch->locked.pending = 1;
    batch->locked.answers = BUFFER_INIT(BATCH_MAX_SIZE);
    return batch;
}

void batch_hold(struct batch *batch)
{
    writer_lock(batch->writer);
    batch->locked.pending++;
    writer_unlock(batch->writer);
}

void batch_release(struct batch *batch)
{
    struct writer *writer = batch->writer;
    writer_lock(writer);
    bool last = --batch->locked.pending == 0;
    struct buffer *answers = &batch->locked.answers;
    if (last && answers->size > 0) {
        struct writer_part parts[] = {{.data = answers->data, .size = answers->size},
                                      {.data = "]", .size = 1}};
        writer_send_locked(writer, parts, 2);
    }
    writer_unlock(writer);
    if (last) {
        buffer_finish(answers);
        free(batch);
    }
}

static bool add_part(struct buffer *answers, const struct writer_part *part, struct error *error)
{
    if (!part->is_bytes)
        return buffer_append(answers, part->data, part->size, error);
    char *place = buffer_reserve(answers, (part->size + 2) / 3 * 4, error);
    if (place)
        answers->size += (size_t)EVP_EncodeBlock((unsigned char *)place, part->data,
                                                 (int)part->size);
    return place;
}

/* An answer that finds no room in its batch is lost; the batch is as large as memory then. */
static void add_locked(struct batch *batch, const struct writer_part *parts, size_t count)
{
    struct buffer *answers = &batch->locked.answers;
    struct error error;
    size_t before = answers->size;
    bool good = buffer_append_char(answers, before ? ',' : '[', &error);
    for (size_t i = 0; good && i < count; i++)
        good = add_part(answers, &parts[i], &error);
    if (!good)
        answers->size = before;
}

void batch_send_locked(struct batch *batch, struct writer *writer, const struct writer_part *parts,
                       size_t count)
{
    if (batch)
        add_locked(batch, parts, count);
    else
        writer_send_locked(writer, parts, count);
}
