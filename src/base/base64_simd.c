/* SPDX-License-Identifier: MIT */
/* The vectorised decoder of W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (2018), section 5: 32 characters become 24 bytes in about 15 instructions. Two
 * table look-ups, by the low and by the high half of a character, have a bit in common exactly when
 * it is not in the alphabet; a third gives what must be added to it to get its value. */
#include "base/base64_simd.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

__attribute__((target("avx2"))) static inline __m256i decode_vector(__m256i text, int *ret_bad)
{
    const __m256i by_low = TWICE(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13,
                                 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
    const __m256i by_high = TWICE(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10,
                                  0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i shift = TWICE(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i order = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i slash = _mm256_set1_epi8('/'); /* 0x2F: also the mask of a half, and shuffles */
                                                 /* look at bit 7 and the low four only */
    __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), slash);
    __m256i low = _mm256_and_si256(text, slash);
    *ret_bad = !_mm256_testz_si256(_mm256_shuffle_epi8(by_low, low),
                                   _mm256_shuffle_epi8(by_high, high));
    /* '/' shares its high half with '+', and has the entry before it. */
    __m256i index = _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high);
    __m256i values = _mm256_add_epi8(text, _mm256_shuffle_epi8(shift, index));
    /* Four values of 6 bits -> 24 bits, then bytes in order and the gap between the halves closed.
     */
    __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, order),
                                       _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
}

/* A vector is stored whole, 8 bytes more than it holds: the last groups, which have no room for
 * that, are left to the caller. */
__attribute__((target("avx2"))) static size_t decode_avx2(const char *text, size_t size,
                                                          unsigned char *out)
{
    size_t done = 0;
    int bad = 0;
    while (size - done >= 48) {
        __m256i bytes = decode_vector(_mm256_loadu_si256((const __m256i *)(text + done)), &bad);
        if (bad)
            break;
        _mm256_storeu_si256((__m256i *)(out + done / 4 * 3), bytes);
        done += 32;
    }
    return done;
}

size_t base64_simd_decode(const char *text, size_t size, unsigned char *out)
{
    return __builtin_cpu_supports("avx2") ? decode_avx2(text, size, out) : 0;
}

#else

size_t base64_simd_decode(const char *text, size_t size, unsigned char *out)
{
    (void)text;
    (void)size;
    (void)out;
    return 0;
}

#endif
