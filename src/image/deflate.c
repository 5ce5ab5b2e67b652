/* SPDX-License-Identifier: MIT */
/* Follows the Huffman codes of a deflate stream and adds up what they stand for. The bytes
 * themselves are never made: there is no window and no output, so that a save can afford to follow
 * every stream to its end (3 ms a megabyte of a photograph, half of what inflate() takes), and a
 * small stream that unpacks to gigabytes costs no more than its own size.
 *
 * Codes of up to FAST_BITS are found in a table by the bits that come next; an entry stands for all
 * the literals that these bits hold, since only their number matters. Longer codes are rare and are
 * found bit by bit. */
#include "image/deflate.h"

#include "base/array.h"

#include "image/bytes.h"

#include <string.h>

enum {
    FAST_BITS = 11,
    FAST_SIZE = 1 << FAST_BITS,
    CODE_BITS_MAX = 15,
    LITERALS_MAX = 288,
    DISTANCES_MAX = 30,
    DISTANCE_CODES_FIXED = 32,
    END_OF_BLOCK = 256,
    WINDOW_MAX = 32768,
    METHOD_DEFLATE = 8,
    PRESET_DICTIONARY = 0x20,
};

/* What a code stands for, in one word: the bits that it takes (with the lowest byte), a kind, the
 * extra bits that follow, a number. */
enum kind { KIND_NONE, KIND_LITERALS, KIND_COPY, KIND_END };

struct entry {
    uint8_t bits; /* 0: no such code, or a longer one */
    uint8_t kind : 4;
    uint8_t extra : 4;
    uint16_t value; /* literals: how many; copy: the least length or distance */
};

struct code {
    struct entry fast[FAST_SIZE];
    uint16_t count[CODE_BITS_MAX + 1]; /* codes of each length */
    uint16_t symbols[LITERALS_MAX];    /* by length, then by number */
};

struct walk {
    const struct deflate_source *source;
    const unsigned char *next, *end; /* what is left of the piece */
    uint64_t bits;                   /* the next `held` bits, lowest first */
    unsigned held;
    uint64_t total, wanted;
    const char *reason; /* NULL: all is well so far */
    struct code literals, distances;
};

static const char too_early[] = "it ends too early", no_code[] = "it holds an invalid code";

/* Bits */

static bool next_byte(struct walk *walk, unsigned char *ret_byte)
{
    while (walk->next == walk->end) {
        size_t size = 0;
        if (!walk->source->next(walk->source->argument, &walk->next, &size)) {
            walk->next = walk->end = NULL;
            return false;
        }
        walk->end = walk->next + size;
    }
    *ret_byte = *walk->next++;
    return true;
}

/* Afterwards at least 56 bits are held, unless the stream is over. */
static inline void fill(struct walk *walk)
{
    unsigned char byte;
    if (walk->end - walk->next >= 8) {
        uint64_t word = (uint64_t)bytes_le32(walk->next + 4) << 32 | bytes_le32(walk->next);
        walk->bits |= word << walk->held;
        walk->next += (63 - walk->held) >> 3;
        walk->held |= 56;
        return;
    }
    walk->bits &= (1ULL << walk->held) - 1;
    while (walk->held < 56 && next_byte(walk, &byte)) {
        walk->bits |= (uint64_t)byte << walk->held;
        walk->held += 8;
    }
}

/* Takes at most 16 of the bits that are held. */
static inline unsigned take(struct walk *walk, unsigned count)
{
    unsigned value = (unsigned)(walk->bits & ((1U << count) - 1));
    if (count > walk->held) {
        walk->reason = too_early;
        count = walk->held;
    }
    walk->bits >>= count;
    walk->held -= count;
    return value;
}

static unsigned read_bits(struct walk *walk, unsigned count)
{
    fill(walk);
    return take(walk, count);
}

/* Codes */

static struct entry literal_entry(unsigned symbol)
{
    static const uint16_t least[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                     15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                     67, 83, 99, 115, 131, 163, 195, 227, 258};
    if (symbol < END_OF_BLOCK)
        return (struct entry){.kind = KIND_LITERALS, .value = 1};
    if (symbol == END_OF_BLOCK)
        return (struct entry){.kind = KIND_END};
    symbol -= END_OF_BLOCK + 1;
    if (symbol >= LENGTH(least))
        return (struct entry){.kind = KIND_NONE};
    unsigned extra = symbol < 8 || symbol == 28 ? 0 : symbol / 4 - 1;
    return (struct entry){.kind = KIND_COPY, .extra = extra & 15, .value = least[symbol]};
}

static struct entry distance_entry(unsigned symbol)
{
    if (symbol >= DISTANCES_MAX)
        return (struct entry){.kind = KIND_NONE};
    if (symbol < 4)
        return (struct entry){.kind = KIND_COPY, .value = (uint16_t)(symbol + 1)};
    unsigned extra = symbol / 2 - 1;
    return (struct entry){.kind = KIND_COPY,
                          .extra = extra & 15,
                          .value = (uint16_t)(((2 + symbol % 2) << extra) + 1)};
}

static struct entry length_entry(unsigned symbol)
{
    return (struct entry){.kind = KIND_COPY, .value = (uint16_t)symbol};
}

static unsigned reverse(unsigned value, unsigned bits)
{
    unsigned reversed = 0;
    for (unsigned i = 0; i < bits; i++)
        reversed |= (value >> i & 1) << (bits - 1 - i);
    return reversed;
}

/* Puts the literals that follow in the same bits into one entry. From the end, so that the entries
 * looked at still stand for one code. */
static void join_literals(struct code *code)
{
    for (unsigned i = FAST_SIZE; i-- > 0;) {
        struct entry joined = code->fast[i];
        while (joined.kind == KIND_LITERALS) {
            struct entry follower = code->fast[i >> joined.bits];
            if (follower.kind != KIND_LITERALS || joined.bits + follower.bits > FAST_BITS)
                break;
            joined.bits += follower.bits;
            joined.value += follower.value;
        }
        code->fast[i] = joined;
    }
}

/* Makes the code in which symbol n has lengths[n] bits. As inflate() does, it takes a code that
 * leaves bits unused only where that has one symbol or none. */
static bool make_code(struct code *code, const uint8_t *lengths, unsigned count,
                      struct entry (*entry_of)(unsigned symbol), bool may_be_unused)
{
    uint16_t place[CODE_BITS_MAX + 2] = {0};
    unsigned next[CODE_BITS_MAX + 2] = {0}, used = 0;
    memset(code->fast, 0, sizeof code->fast);
    memset(code->count, 0, sizeof code->count);
    for (unsigned i = 0; i < count; i++)
        code->count[lengths[i]]++;
    unsigned single = code->count[1];
    code->count[0] = 0;
    for (unsigned bits = 1; bits <= CODE_BITS_MAX; bits++) {
        used += (unsigned)code->count[bits] << (CODE_BITS_MAX - bits);
        next[bits + 1] = (next[bits] + code->count[bits]) << 1;
        place[bits + 1] = (uint16_t)(place[bits] + code->count[bits]);
    }
    bool lonely = place[CODE_BITS_MAX + 1] == 0 || (place[CODE_BITS_MAX + 1] == 1 && single == 1);
    if (used > 1U << CODE_BITS_MAX || (used < 1U << CODE_BITS_MAX && !(may_be_unused && lonely)))
        return false;
    for (unsigned i = 0; i < count; i++) {
        unsigned bits = lengths[i];
        if (!bits)
            continue;
        code->symbols[place[bits]++] = (uint16_t)i;
        struct entry entry = entry_of(i);
        entry.bits = (uint8_t)bits;
        for (unsigned at = reverse(next[bits]++, bits); bits <= FAST_BITS && at < FAST_SIZE;
             at += 1U << bits)
            code->fast[at] = entry;
    }
    return true;
}

/* Finds a code that is longer than FAST_BITS. */
static struct entry find_long(const struct walk *walk, const struct code *code,
                              struct entry (*entry_of)(unsigned symbol))
{
    unsigned value = 0, first = 0, index = 0;
    for (unsigned bits = 1; bits <= CODE_BITS_MAX; bits++) {
        value |= walk->bits >> (bits - 1) & 1;
        unsigned count = code->count[bits];
        if (value < first + count) {
            struct entry entry = entry_of(code->symbols[index + value - first]);
            entry.bits = (uint8_t)bits;
            return entry;
        }
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    return (struct entry){.kind = KIND_NONE};
}

static inline struct entry take_code(struct walk *walk, const struct code *code,
                                     struct entry (*entry_of)(unsigned symbol))
{
    struct entry entry = code->fast[walk->bits & (FAST_SIZE - 1)];
    if (!entry.bits)
        entry = find_long(walk, code, entry_of);
    take(walk, entry.bits);
    return entry;
}

/* Blocks */

/* Takes the distance that belongs to a length. */
static void take_copy(struct walk *walk, struct entry entry)
{
    unsigned length = entry.value + take(walk, entry.extra);
    struct entry distance = take_code(walk, &walk->distances, distance_entry);
    unsigned back = distance.value + take(walk, distance.extra);
    if (!walk->reason && distance.kind != KIND_COPY)
        walk->reason = no_code;
    else if (!walk->reason && (back > walk->total || back > WINDOW_MAX))
        walk->reason = "it refers to bytes before its start";
    if (!walk->reason)
        walk->total += length;
}

/* Walks over literals as long as nothing else comes: most of a picture, so its state is kept out of
 * memory. Four entries take at most 44 of the 56 bits. */
static void walk_literals(struct walk *walk)
{
    const struct entry *fast = walk->literals.fast;
    const unsigned char *next = walk->next, *end = walk->end;
    uint64_t bits = walk->bits, total = walk->total;
    unsigned held = walk->held;
    bool more = true;
    while (more && end - next >= 8 && total < walk->wanted) {
        bits |= ((uint64_t)bytes_le32(next + 4) << 32 | bytes_le32(next)) << held;
        next += (63 - held) >> 3;
        held |= 56;
        for (int i = 0; i < 4 && more; i++) {
            struct entry entry = fast[bits & (FAST_SIZE - 1)];
            more = entry.kind == KIND_LITERALS;
            bits >>= more ? entry.bits : 0;
            held -= more ? entry.bits : 0;
            total += more ? entry.value : 0;
        }
    }
    walk->next = next;
    walk->bits = bits;
    walk->held = held;
    walk->total = total;
}

/* One symbol takes at most 48 bits: 15 and 5 for a length, 15 and 13 for a distance. */
static void walk_symbols(struct walk *walk)
{
    while (!walk->reason && walk->total < walk->wanted) {
        walk_literals(walk);
        fill(walk);
        struct entry entry = take_code(walk, &walk->literals, literal_entry);
        switch (entry.kind) {
        case KIND_LITERALS:
            walk->total += walk->reason ? 0 : entry.value;
            break;
        case KIND_COPY:
            take_copy(walk, entry);
            break;
        case KIND_END:
            return;
        default:
            if (!walk->reason)
                walk->reason = no_code;
        }
    }
}

static void walk_stored(struct walk *walk)
{
    unsigned char byte;
    take(walk, walk->held % 8);
    unsigned size = read_bits(walk, 16), inverse = read_bits(walk, 16);
    if (!walk->reason && size != (~inverse & 0xffff))
        walk->reason = "it holds a block with a wrong length";
    while (!walk->reason && size) {
        if (walk->held >= 8) {
            take(walk, 8);
            size--;
            walk->total++;
            continue;
        }
        walk->bits = walk->held = 0;
        size_t left = (size_t)(walk->end - walk->next), step = size < left ? size : left;
        walk->next += step;
        walk->total += step;
        size -= (unsigned)step;
        if (size && next_byte(walk, &byte))
            walk->next--;
        else if (size)
            walk->reason = too_early;
    }
}

static void walk_fixed(struct walk *walk)
{
    uint8_t lengths[LITERALS_MAX];
    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    bool good = make_code(&walk->literals, lengths, LITERALS_MAX, literal_entry, false);
    memset(lengths, 5, DISTANCE_CODES_FIXED);
    good = make_code(&walk->distances, lengths, DISTANCE_CODES_FIXED, distance_entry, false) &&
           good;
    if (!good)
        walk->reason = no_code;
    join_literals(&walk->literals);
    walk_symbols(walk);
}

/* Reads the lengths of both codes, which come packed by a code of their own (RFC 1951, section
 * 3.2.7). */
static bool read_lengths(struct walk *walk, uint8_t *lengths, unsigned count)
{
    static const struct {
        uint8_t bits, least;
    } repeats[] = {{2, 3}, {3, 3}, {7, 11}};
    unsigned at = 0;
    while (at < count && !walk->reason) {
        fill(walk);
        struct entry entry = take_code(walk, &walk->distances, length_entry);
        if (!entry.kind)
            return false;
        if (entry.value < 16) {
            lengths[at++] = (uint8_t)entry.value;
            continue;
        }
        unsigned way = entry.value - 16U;
        unsigned times = repeats[way].least + take(walk, repeats[way].bits);
        if (times > count - at || (way == 0 && at == 0))
            return false;
        memset(lengths + at, way == 0 ? lengths[at - 1] : 0, times);
        at += times;
    }
    return true;
}

static bool read_codes(struct walk *walk)
{
    static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[LITERALS_MAX + DISTANCE_CODES_FIXED] = {0}, packed[19] = {0};
    unsigned literals = read_bits(walk, 5) + 257, distances = read_bits(walk, 5) + 1;
    unsigned count = read_bits(walk, 4) + 4;
    for (unsigned i = 0; i < count; i++)
        packed[order[i]] = (uint8_t)read_bits(walk, 3);
    if (literals > 286 || distances > DISTANCES_MAX ||
        !make_code(&walk->distances, packed, sizeof packed, length_entry, false) ||
        !read_lengths(walk, lengths, literals + distances))
        return false;
    return lengths[END_OF_BLOCK] &&
           make_code(&walk->literals, lengths, literals, literal_entry, true) &&
           make_code(&walk->distances, lengths + literals, distances, distance_entry, true);
}

static void walk_dynamic(struct walk *walk)
{
    bool good = read_codes(walk);
    if (!good && !walk->reason)
        walk->reason = "it holds a block whose codes are damaged";
    if (!good)
        return;
    join_literals(&walk->literals);
    walk_symbols(walk);
}

static void walk_blocks(struct walk *walk)
{
    bool last = false;
    while (!last && !walk->reason && walk->total < walk->wanted) {
        last = read_bits(walk, 1);
        switch (read_bits(walk, 2)) {
        case 0:
            walk_stored(walk);
            break;
        case 1:
            walk_fixed(walk);
            break;
        case 2:
            walk_dynamic(walk);
            break;
        default:
            if (!walk->reason)
                walk->reason = "it holds a block of an unknown kind";
        }
    }
}

uint64_t deflate_count(const struct deflate_source *source, uint64_t wanted,
                       const char **ret_reason)
{
    struct walk walk = {.source = source, .wanted = wanted};
    unsigned method = read_bits(&walk, 8), flags = read_bits(&walk, 8);
    if (!walk.reason && ((method & 15) != METHOD_DEFLATE || (method >> 4) > 7 ||
                         (method << 8 | flags) % 31 != 0 || (flags & PRESET_DICTIONARY)))
        walk.reason = "it does not begin as a zlib stream does";
    walk_blocks(&walk);
    if (walk.total < wanted)
        *ret_reason = walk.reason ? walk.reason : "its last block comes too early";
    return walk.total;
}
