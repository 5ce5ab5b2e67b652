/* SPDX-License-Identifier: MIT */
/* Text is decoded in blocks that stay in the first-level cache. A block of nothing but standard
 * alphabet characters, which is nearly all there ever is, goes through OpenSSL's EVP_DecodeBlock; a
 * block with anything else in it (white space, '=', the URL-safe alphabet, a mistake) is read
 * character by character. EVP_DecodeBlock is lenient in ways we are not: it takes '=' for a zero
 * anywhere, and strips white space and '-' at both ends; the first is looked for, the second shows
 * in the returned length.
 *
 * White space is remembered as a list of gaps, a LEB128 number for each character of it: how many
 * symbols stand between it and the one before, times four, plus which of the four it is. A text in
 * which the gaps take more than a sixteenth of the symbols is prose, not base64.
 *
 * Whatever is decided depends on the characters before alone, never on how the text was cut into
 * pieces: so the limit, too, is looked at group by group where a block might exceed it. */
#include "base/base64.h"

#include "base/base64_simd.h"

#include <openssl/evp.h>
#include <string.h>

enum {
    BLOCK_TEXT = 32 * 1024,
    GAPS_FREE = 4096, /* bytes of gaps that need no justification */
    GAPS_SHARE = 16,
};

static const char spaces[4] = {' ', '\t', '\r', '\n'};

enum { PAD = 64, SPACE = 65, BAD = 66 };

static unsigned char classify(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    switch (c) {
    case '+':
    case '-':
        return 62;
    case '/':
    case '_':
        return 63;
    case '=':
        return PAD;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return SPACE;
    default:
        return BAD;
    }
}

void base64_decoder_init(struct base64_decoder *decoder, size_t max)
{
    *decoder = (struct base64_decoder){.gaps = BUFFER_INIT(max / 12 + GAPS_FREE + 16)};
    blob_builder_init(&decoder->bytes, max);
}

void base64_decoder_finish(struct base64_decoder *decoder)
{
    blob_builder_finish(&decoder->bytes);
    blob_destroy(decoder->blob);
    buffer_finish(&decoder->gaps);
    decoder->blob = NULL;
}

/* How many bytes more may be decoded. */
static size_t room(const struct base64_decoder *decoder)
{
    const struct blob *blob = decoder->bytes.blob;
    return decoder->bytes.max - (blob ? blob->size : 0);
}

/* Decodes a block of whole groups of the standard alphabet; *ret_done is false, and nothing
 * changed, when the block holds anything else or might exceed the limit. */
static bool decode_block(struct base64_decoder *decoder, const char *text, size_t size,
                         bool *ret_done, struct error *error)
{
    *ret_done = false;
    size_t expected = size / 4 * 3;
    if (expected > room(decoder) || memchr(text, '=', size))
        return true;
    unsigned char *place = blob_builder_reserve(&decoder->bytes, expected, error);
    if (!place)
        return false;
    size_t fast = base64_simd_decode(text, size, place), rest = size - fast;
    if (rest > 0 && EVP_DecodeBlock(place + fast / 4 * 3, (const unsigned char *)text + fast,
                                    (int)rest) != (int)(rest / 4 * 3))
        return true;
    if (decoder->alphabet == BASE64_ANY && (memchr(text, '+', size) || memchr(text, '/', size)))
        decoder->alphabet = BASE64_STANDARD;
    if (!blob_builder_commit(&decoder->bytes, expected, error))
        return false;
    decoder->symbols += size;
    decoder->offset += size;
    *ret_done = true;
    return true;
}

static uint64_t get_number(const unsigned char **at)
{
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
        number |= (uint64_t)(**at & 0x7F) << shift;
        if (!(*(*at)++ & 0x80))
            return number;
    }
}

/* Remembers a character of white space. */
static bool add_gap(struct base64_decoder *decoder, char space, struct error *error)
{
    uint64_t position = decoder->symbols + decoder->padding;
    uint64_t kind = (uint64_t)((const char *)memchr(spaces, space, sizeof spaces) - spaces);
    uint64_t number = (position - decoder->gap_position) << 2 | kind;
    unsigned char code[10];
    size_t size = 0;
    for (; number >= 0x80; number >>= 7)
        code[size++] = (unsigned char)(number | 0x80);
    code[size++] = (unsigned char)number;
    if (decoder->gaps.size + size > GAPS_FREE + decoder->symbols / GAPS_SHARE)
        return error_set(error, ERROR_INVALID, "it has too much white space to be base64");
    if (!buffer_append(&decoder->gaps, code, size, error))
        return false;
    decoder->gap_position = position;
    decoder->offset++;
    return true;
}

static bool base64_refuse(const struct base64_decoder *decoder, unsigned char c,
                          struct error *error)
{
    char shown[8];
    if (c > ' ' && c < 0x7F)
        snprintf(shown, sizeof shown, "'%c'", c);
    else
        snprintf(shown, sizeof shown, "0x%02X", c);
    return error_set(error, ERROR_INVALID, "the character %s at offset %llu is not base64", shown,
                     (unsigned long long)decoder->offset);
}

static bool note_alphabet(struct base64_decoder *decoder, unsigned char c, struct error *error)
{
    int alphabet = c == '+' || c == '/'   ? BASE64_STANDARD
                   : c == '-' || c == '_' ? BASE64_URL
                                          : BASE64_ANY;
    if (alphabet == BASE64_ANY)
        return true;
    if (decoder->alphabet != BASE64_ANY && (int)decoder->alphabet != alphabet)
        return error_set(
            error, ERROR_INVALID,
            "the character '%c' at offset %llu belongs to the other base64 alphabet than "
            "the text before it",
            c, (unsigned long long)decoder->offset);
    decoder->alphabet = alphabet;
    return true;
}

static bool add_padding(struct base64_decoder *decoder, struct error *error)
{
    if (decoder->pending_count < 2 || decoder->pending_count + decoder->padding >= 4)
        return base64_refuse(decoder, '=', error);
    decoder->padding++;
    decoder->offset++;
    return true;
}

/* Where decoded bytes go. */
struct output {
    unsigned char *at, *end;
};

/* Adds one symbol to the group; a full group becomes three bytes of output. */
static bool add_symbol(struct base64_decoder *decoder, unsigned char c, unsigned char value,
                       struct output *out, struct error *error)
{
    if (decoder->padding > 0)
        return error_set(error, ERROR_INVALID,
                         "the base64 goes on after its padding at offset %llu",
                         (unsigned long long)decoder->offset);
    if (!note_alphabet(decoder, c, error))
        return false;
    if (decoder->pending_count == 3 && out->end - out->at < 3)
        return error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded",
                         decoder->bytes.max);
    unsigned char *p = decoder->pending;
    p[decoder->pending_count++] = value;
    decoder->symbols++;
    decoder->offset++;
    if (decoder->pending_count == 4) {
        *out->at++ = (unsigned char)(p[0] << 2 | p[1] >> 4);
        *out->at++ = (unsigned char)(p[1] << 4 | p[2] >> 2);
        *out->at++ = (unsigned char)(p[2] << 6 | p[3]);
        decoder->pending_count = 0;
    }
    return true;
}

static bool add_character(struct base64_decoder *decoder, unsigned char c, struct output *out,
                          struct error *error)
{
    unsigned char value = classify(c);
    switch (value) {
    case PAD:
        return add_padding(decoder, error);
    case SPACE:
        return add_gap(decoder, (char)c, error);
    case BAD:
        return base64_refuse(decoder, c, error);
    default:
        return add_symbol(decoder, c, value, out, error);
    }
}

/* Any text, character by character; size <= BLOCK_TEXT. */
static bool decode_slowly(struct base64_decoder *decoder, const char *text, size_t size,
                          size_t *ret_used, struct error *error)
{
    size_t most = (size + 3) / 4 * 3, space = most < room(decoder) ? most : room(decoder);
    unsigned char *start = blob_builder_reserve(&decoder->bytes, space, error);
    if (!start)
        return false;
    struct output out = {.at = start, .end = start + space};
    size_t used = 0;
    bool good = true;
    while (good && used < size) {
        good = add_character(decoder, (unsigned char)text[used], &out, error);
        used += good;
    }
    *ret_used = used;
    struct error commit_error;
    return blob_builder_commit(&decoder->bytes, (size_t)(out.at - start),
                               good ? error : &commit_error) &&
           good;
}

bool base64_decode(struct base64_decoder *decoder, const char *text, size_t size, size_t *ret_used,
                   struct error *error)
{
    size_t used = 0;
    bool good = true;
    while (good && used < size) {
        const char *at = text + used;
        size_t rest = size - used, step = rest < BLOCK_TEXT ? rest : BLOCK_TEXT;
        bool done = false;
        if (decoder->pending_count > 0) { /* up to the next group first */
            size_t to_group = 4 - decoder->pending_count;
            step = step < to_group ? step : to_group;
        } else if (step >= 4 && decoder->padding == 0 && decoder->alphabet != BASE64_URL) {
            size_t whole = step & ~(size_t)3;
            good = decode_block(decoder, at, whole, &done, error);
            step = done ? whole : step;
        }
        if (good && !done)
            good = decode_slowly(decoder, at, step, &step, error);
        else if (!good)
            step = 0;
        used += step;
    }
    *ret_used = used;
    return good;
}

bool base64_decode_end(struct base64_decoder *decoder, struct error *error)
{
    const unsigned char *p = decoder->pending;
    unsigned count = decoder->pending_count, padding = decoder->padding;
    if (count == 1 || (padding > 0 && count + padding != 4))
        return error_set(
            error, ERROR_INVALID,
            "the base64 ends in the middle of a group of four after %llu characters, so "
            "some are missing",
            (unsigned long long)decoder->offset);
    if ((count == 2 && (p[1] & 15)) || (count == 3 && (p[2] & 3)))
        return error_set(error, ERROR_INVALID,
                         "the base64 ends in a character that no encoder writes there (%llu "
                         "characters), so the text is cut or altered",
                         (unsigned long long)decoder->offset);
    size_t size = count > 0 ? count - 1 : 0;
    unsigned char *place = blob_builder_reserve(&decoder->bytes, size, error);
    if (!place)
        return false;
    if (size > 0)
        place[0] = (unsigned char)(p[0] << 2 | p[1] >> 4);
    if (size > 1)
        place[1] = (unsigned char)(p[1] << 4 | p[2] >> 2);
    return blob_builder_commit(&decoder->bytes, size, error) &&
           blob_builder_end(&decoder->bytes, &decoder->blob, error);
}

/* The symbols and the padding, without gaps. */
static bool encode_symbols(const struct base64_decoder *decoder, struct buffer *symbols,
                           struct error *error)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const struct blob *blob = decoder->blob ? decoder->blob : decoder->bytes.blob;
    size_t size = blob ? blob->size : 0;
    char *place = buffer_reserve(symbols, (size + 2) / 3 * 4 + 8, error);
    if (!place)
        return false;
    size_t length = 0;
    if (size > 0)
        length = (size_t)EVP_EncodeBlock((unsigned char *)place, blob->data, (int)size);
    if (!decoder->blob)
        for (unsigned i = 0; i < decoder->pending_count; i++)
            place[length++] = alphabet[decoder->pending[i]];
    length = decoder->symbols; /* without the padding that the encoder added */
    if (decoder->alphabet == BASE64_URL)
        for (size_t i = 0; i < length; i++)
            place[i] = place[i] == '+' ? '-' : place[i] == '/' ? '_' : place[i];
    for (unsigned i = 0; i < decoder->padding; i++)
        place[length++] = '=';
    symbols->size += length;
    buffer_terminate(symbols);
    return true;
}

bool base64_decoder_text(const struct base64_decoder *decoder, struct buffer *text,
                         struct error *error)
{
    if (decoder->gaps.size == 0)
        return encode_symbols(decoder, text, error);

    struct buffer symbols = BUFFER_INIT(SIZE_MAX / 4);
    bool good = encode_symbols(decoder, &symbols, error);
    const unsigned char *gap = (const unsigned char *)decoder->gaps.data;
    const unsigned char *end = gap + decoder->gaps.size;
    const char *from = symbols.data;
    while (good && gap < end) {
        uint64_t number = get_number(&gap);
        good = buffer_append(text, from, (size_t)(number >> 2), error) &&
               buffer_append_char(text, spaces[number & 3], error);
        from += number >> 2;
    }
    if (good)
        good = buffer_append(text, from, symbols.size - (size_t)(from - symbols.data), error);
    buffer_finish(&symbols);
    return good;
}
