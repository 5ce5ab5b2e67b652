/* SPDX-License-Identifier: MIT */
#include "support/message_transcript.h"

#include <stdint.h>
#include <string.h>

/* That whatever comes in on stdin becomes the same messages however it is cut into pieces.
 *
 * The first four bytes choose the cuts. So that the fuzzer reaches the strings that are lifted
 * without having to write 64 KiB, each byte 0x01 in the rest stands for so many 'A's, 0x02 for
 * almost as many, and 0x03 for MIME lines of them. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct message_limits limits = {.text = 160 * 1024, .lifted = 100 * 1024};

static bool cut_nowhere(const void *context, size_t at)
{
    (void)context;
    (void)at;
    return false;
}

/* Every so many bytes, near where strings are tried at each, and now and then elsewhere. */
static bool cut_by_seed(const void *context, size_t at)
{
    const uint8_t *seed = context;
    return at % (4 + (size_t)seed[0] * 16) == 0 || at % (MESSAGE_LIFT_THRESHOLD + seed[1]) < 3 ||
           (at * 2654435761u >> 7) % (2 + (size_t)seed[2] * 64) == 0;
}

static void expand(FILE *out, const uint8_t *data, size_t size)
{
    enum { LINE = 76 };
    int budget = 3; /* so that one input does not take seconds */
    for (size_t i = 0; i < size; i++) {
        if (data[i] < 1 || data[i] > 3 || budget == 0) {
            fputc(data[i], out);
            continue;
        }
        budget--;
        for (int at = 0; at < MESSAGE_LIFT_THRESHOLD - (data[i] == 2 ? 5 : 0); at++) {
            if (data[i] == 3 && at % LINE == LINE - 1)
                fputs("\\r\\n", out);
            fputc('A', out);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    char *input = NULL;
    size_t input_size, whole_size, cut_size;
    FILE *out = open_memstream(&input, &input_size);
    expand(out, data + 4, size - 4);
    fclose(out);
    char *whole = transcribe(&limits, input, input_size, cut_nowhere, NULL, &whole_size);
    char *cut = transcribe(&limits, input, input_size, cut_by_seed, data, &cut_size);
    if (whole_size != cut_size || memcmp(whole, cut, whole_size) != 0)
        __builtin_trap();
    free(whole);
    free(cut);
    free(input);
    return 0;
}
