/* SPDX-License-Identifier: MIT */
#include "image/deflate.h"
#include "support/random.h"
#include "support/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Held against zlib: what it packs is counted, and where inflate() stops, the count does. */

enum { PLAIN_MAX = 200000, STREAMS = 60, CHANGES = 40, LAST_FEW = 11 };

struct stream {
    unsigned char *data;
    size_t size, at;
};

static bool next_piece(void *argument, const unsigned char **ret_data, size_t *ret_size)
{
    struct stream *stream = argument;
    size_t left = stream->size - stream->at, step = (size_t)random_below(400);
    if (!left)
        return false;
    *ret_data = stream->data + stream->at;
    *ret_size = step < left ? step : left;
    stream->at += *ret_size;
    return true;
}

static uint64_t count(struct stream *stream, uint64_t wanted, const char **ret_reason)
{
    const struct deflate_source source = {next_piece, stream};
    stream->at = 0;
    return deflate_count(&source, wanted, ret_reason);
}

/* Bytes of one of several kinds: noise, few values, long runs, repeats from far away. */
static void make_plain(unsigned char *plain, size_t size)
{
    int64_t kind = random_below(5), values = 1 + random_below(256);
    for (size_t i = 0; i < size; i++) {
        size_t far = 1 + (size_t)random_below(40000);
        if (kind == 0 || (kind > 2 && i < 40000))
            plain[i] = (unsigned char)random_below(256);
        else if (kind == 1)
            plain[i] = (unsigned char)(random_below(values) * random_below(values) / values);
        else if (kind == 2 || i % 97)
            plain[i] = i > 0 ? plain[i - 1] : 0;
        else
            plain[i] = plain[i - far % i];
    }
}

static struct stream pack(const unsigned char *plain, size_t size)
{
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED,
                                     Z_FILTERED};
    z_stream packer = {0};
    int level = (int)random_below(10), strategy = strategies[random_below(5)];
    assert_int_equal(
        deflateInit2(&packer, level, Z_DEFLATED, 15, 1 + (int)random_below(9), strategy), Z_OK);
    size_t bound = deflateBound(&packer, size) + 64;
    struct stream stream = {.data = malloc(bound)};
    assert_non_null(stream.data);
    packer.next_in = (unsigned char *)plain;
    packer.avail_in = (unsigned)size;
    packer.next_out = stream.data;
    packer.avail_out = (unsigned)bound;
    assert_int_equal(deflate(&packer, Z_FINISH), Z_STREAM_END);
    stream.size = packer.total_out;
    deflateEnd(&packer);
    return stream;
}

/* What inflate() makes of the stream; a wrong Adler-32 does not count. */
static uint64_t inflate_size(const struct stream *stream)
{
    static unsigned char out[1 << 16];
    z_stream unpacker = {.next_in = stream->data, .avail_in = (unsigned)stream->size};
    assert_int_equal(inflateInit(&unpacker), Z_OK);
    int result = Z_OK;
    while (result == Z_OK) {
        unpacker.next_out = out;
        unpacker.avail_out = sizeof out;
        result = inflate(&unpacker, Z_NO_FLUSH);
    }
    uint64_t size = unpacker.total_out;
    inflateEnd(&unpacker);
    return size;
}

static void what_zlib_packs_is_counted(void **state)
{
    (void)state;
    static unsigned char plain[PLAIN_MAX];
    for (int i = 0; i < STREAMS; i++) {
        size_t size = (size_t)random_below(random_below(2) ? PLAIN_MAX : 300);
        const char *reason = NULL;
        make_plain(plain, size);
        struct stream stream = pack(plain, size);
        assert_int_equal(count(&stream, size, &reason), size);
        assert_null(reason);
        assert_int_equal(count(&stream, UINT64_MAX, &reason), size);
        assert_string_equal(reason, "its last block comes too early");
        free(stream.data);
    }
}

static void a_damaged_stream_is_counted_as_far_as_inflate_goes(void **state)
{
    (void)state;
    static unsigned char plain[PLAIN_MAX];
    for (int i = 0; i < STREAMS; i++) {
        size_t size = 1 + (size_t)random_below(30000);
        make_plain(plain, size);
        struct stream stream = pack(plain, size);
        for (int j = 0; j < CHANGES; j++) {
            const char *reason = NULL;
            struct stream changed = {malloc(stream.size), stream.size, 0};
            assert_non_null(changed.data);
            memcpy(changed.data, stream.data, stream.size);
            if (j % 4 == 0)
                changed.size = (size_t)random_below((int64_t)stream.size);
            else
                changed.data[random_below((int64_t)stream.size)] ^= 1 << random_below(8);
            uint64_t expected = inflate_size(&changed);
            uint64_t counted = count(&changed, UINT64_MAX, &reason);
            assert_in_range(counted, expected - (expected < LAST_FEW ? expected : LAST_FEW),
                            expected);
            assert_true(counted == expected || j % 4 == 0 ||
                        strcmp(reason, "it ends too early") == 0);
            assert_non_null(reason);
            free(changed.data);
        }
        free(stream.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_zlib_packs_is_counted),
        cmocka_unit_test(a_damaged_stream_is_counted_as_far_as_inflate_goes),
    };
    return cmocka_run_group_tests(tests, random_set_up, NULL);
}
