/* SPDX-License-Identifier: MIT */
#include "image/deflate.h"

#include "fuzz.h"

#include <zlib.h>

/* How much a zlib stream unpacks to, against zlib itself. The first byte says how the stream is cut
 * into pieces, the second (times 256) how many bytes are wanted. */

enum { UNPACKED_MAX = 4 << 20, STEP_MAX = 258 }; /* what one code can stand for (RFC 1951) */

struct pieces {
    const uint8_t *at, *end;
    size_t size;
};

static bool next(void *argument, const unsigned char **ret_data, size_t *ret_size)
{
    struct pieces *pieces = argument;
    size_t left = (size_t)(pieces->end - pieces->at);
    if (left == 0)
        return false;
    *ret_data = pieces->at;
    *ret_size = left < pieces->size ? left : pieces->size;
    pieces->at += *ret_size;
    return true;
}

/* What zlib unpacks; *ret_whole: up to the end, but for the check at the end. */
static size_t unpack(const uint8_t *data, size_t size, bool *ret_cut)
{
    static unsigned char unpacked[UNPACKED_MAX];
    z_stream stream = {.next_in = (unsigned char *)data,
                       .avail_in = (unsigned)size,
                       .next_out = unpacked,
                       .avail_out = sizeof unpacked};
    check(inflateInit(&stream) == Z_OK);
    int result = inflate(&stream, Z_SYNC_FLUSH);
    *ret_cut = result == Z_OK || result == Z_BUF_ERROR;
    size_t total = stream.total_out;
    inflateEnd(&stream);
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    size_t step = 1 + (size_t)take_byte(&input);
    uint64_t wanted = 256 * (uint64_t)take_byte(&input);
    struct pieces pieces = {input.data, input.data + input.size, step};
    const struct deflate_source source = {next, &pieces};
    const char *reason = NULL;
    bool cut;
    size_t unpacked = unpack(input.data, input.size, &cut);
    uint64_t counted = deflate_count(&source, wanted, &reason);
    if (counted < wanted)
        check(reason && *reason);
    if (unpacked >= wanted)
        check(cut ? counted + STEP_MAX >= wanted : counted >= wanted);
    else if (cut)
        check(counted <= unpacked + STEP_MAX && unpacked <= counted + STEP_MAX);
    else
        check(counted == unpacked);
    return 0;
}
