/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/blob.h"
#include "base/buffer.h"

#include <stdint.h>

/* Base64 (RFC 4648 sections 4 and 5) decoded piece by piece into a blob that is hashed on the way.
 * Both alphabets are understood (not mixed in one text), padding may be missing, white space may
 * stand anywhere, as in MIME (a text that is largely white space is refused). Everything else is
 * refused, and so are bits left over in the last character: they are what a corrupted text looks
 * like. The decoder remembers how the text was laid out, so that the very same text can be given
 * back if it turns out that a text was wanted. */
struct base64_decoder {
    struct blob_builder bytes;
    struct blob *blob;        /* after base64_decode_end() */
    uint64_t offset;          /* characters of text so far, white space and all */
    uint64_t symbols;         /* alphabet characters so far */
    unsigned char pending[4]; /* alphabet values that do not make a whole group yet */
    unsigned pending_count;
    unsigned padding; /* '=' so far */
    enum { BASE64_ANY, BASE64_STANDARD, BASE64_URL } alphabet;
    struct buffer gaps;    /* where white space stood, see base64.c */
    uint64_t gap_position; /* symbol + padding count at the last of them */
};

/* max: the largest decoded size in bytes. */
void base64_decoder_init(struct base64_decoder *decoder, size_t max);
/* Takes a zeroed struct. */
void base64_decoder_finish(struct base64_decoder *decoder);

/* Decodes the next piece. ERROR_INVALID: the character at fault and its offset in the whole text
 * (what came before it stays decoded, and *ret_used says how much of this piece that is);
 * ERROR_TOO_LARGE. Neither depends on how the text is cut into pieces. */
bool base64_decode(struct base64_decoder *decoder, const char *text, size_t size, size_t *ret_used,
                   struct error *error) MUST_CHECK;

/* The text is over: checks the last group and makes decoder->blob, which stays the decoder's unless
 * the caller takes it (and then the text cannot be given back any more). */
bool base64_decode_end(struct base64_decoder *decoder, struct error *error) MUST_CHECK;

/* Appends the text that was decoded so far, character by character as it came. */
bool base64_decoder_text(const struct base64_decoder *decoder, struct buffer *text,
                         struct error *error) MUST_CHECK;

#endif
