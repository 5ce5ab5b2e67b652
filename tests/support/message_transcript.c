/* SPDX-License-Identifier: MIT */
/* Used by a unit test and by a fuzz target, so it needs assert() alone. The nonce of a reader is
 * the one thing in which two readers of the same input differ, and is replaced. */
#include "support/message_transcript.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds a text with the nonce, which every reader has its own of, as '#'. */
static void transcribe_text(FILE *out, const struct message *message)
{
    const char *at = message->text.data ? message->text.data : "", *end = at + message->text.size;
    while (at < end) {
        const char *nonce = memmem(at, (size_t)(end - at), message->nonce, strlen(message->nonce));
        fwrite(at, 1, (size_t)((nonce ? nonce : end) - at), out);
        at = nonce ? nonce + strlen(message->nonce) : end;
        if (nonce)
            fputc('#', out);
    }
}

static void transcribe_json(FILE *out, const char *label, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    fprintf(out, "%s: %s\n", label, text ? text : "none");
    free(text);
}

static void transcribe_message(FILE *out, struct message *message)
{
    struct error error;
    fprintf(out, "message: problem %d, size %zu\n", message->problem, message_size(message));
    transcribe_text(out, message);
    for (size_t i = 0; i < message->lifted_count; i++) {
        const struct lifted_string *lifted = message->lifted[i];
        char hex[SHA256_HEX_SIZE] = "none";
        if (lifted->decoder.blob)
            hex_encode(lifted->decoder.blob->sha256, SHA256_SIZE, hex);
        assert(!lifted->decoder.blob == (lifted->error.code != ERROR_NONE));
        fprintf(out, "\nlifted: head \"%s\", sha256 %s, limit %zu, %s", lifted->head, hex,
                lifted->limit, lifted->error.code == ERROR_NONE ? "whole" : lifted->error.text);
    }
    char *id = message_find_id(message);
    fprintf(out, "\nid: %s\n", id ? id : "none");
    free(id);
    if (message->problem != MESSAGE_OK)
        return;
    if (!message_parse(message, &error)) {
        assert(!strstr(error.text, message->nonce));
        fprintf(out, "refused: %s\n", error.text);
        return;
    }
    if (message_restore(message, message->root, NULL, &error))
        transcribe_json(out, "json", message->root);
    else
        fprintf(out, "not restored: %s\n", error.text);
}

char *transcribe(const struct message_limits *limits, const char *data, size_t size,
                 bool (*cut)(const void *context, size_t at), const void *context, size_t *ret_size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);
    struct message_reader *reader = NULL;
    struct message *message;
    struct error error;
    bool good = message_reader_create(limits, &reader, &error);
    assert(good);
    (void)good;
    for (size_t at = 0; at < size;) {
        size_t end = at + 1;
        while (end < size && !cut(context, end))
            end++;
        /* A piece of its own, so that a sanitizer sees what is read outside of it. */
        char *piece = malloc(end - at);
        memcpy(piece, data + at, end - at);
        for (size_t used = 0; used < end - at;) {
            used += message_reader_push(reader, piece + used, end - at - used, &message);
            if (message)
                transcribe_message(out, message);
            message_unref(message);
        }
        free(piece);
        at = end;
    }
    message_reader_end(reader, &message);
    if (message)
        transcribe_message(out, message);
    message_unref(message);
    message_reader_destroy(reader);
    fclose(out);
    return text;
}
