/* SPDX-License-Identifier: MIT */
/* One scan: its header, and the entropy-coded data up to the next marker. The data is not decoded;
 * one search for 0xff finds stuffed bytes, restart markers and the end. What the headers say is
 * then held against what is there: the order and number of restart markers, and whether there are
 * as many bits as the blocks need at the least, which finds wrong dimensions and missing data. A
 * hole of zeros is found where the scan's Huffman code makes it impossible. */
#include "image/jpeg.h"

#include "image/bytes.h"

enum {
    RST0 = 0xd0,
    RST7 = 0xd7,
    ZERO_RUN = 64, /* bytes */
};

struct scan {
    size_t start;
    unsigned component_count;
    unsigned first, last; /* coefficients (Ss, Se) */
    unsigned high;        /* Ah: not 0 in a scan that refines */
    bool zeros_impossible;
    uint64_t mcus;
    uint64_t blocks;
    uint64_t restarts;
};

static uint64_t divide_up(uint64_t value, uint64_t by)
{
    return (value + by - 1) / by;
}

/* Whether a long run of zero bits cannot come from an image: the code of all zeros then stands for
 * a coefficient, so the run would be block after block full of the same negative value, where a
 * flat area is made of end-of-block symbols. Bits of a refining scan and of DC differences say
 * nothing. */
static bool zeros_impossible(const struct jpeg *jpeg, const struct scan *scan, unsigned table)
{
    bool coefficients = !jpeg_is_progressive(jpeg) || (scan->first > 0 && scan->high == 0);
    return coefficients && !jpeg_is_arithmetic(jpeg) && (jpeg->zeros_symbol[table] & 15) != 0;
}

/* Some encoders give all components the same id. As in libjpeg, the first of that id is meant that
 * the scan does not have yet, and of several the one that was in no scan. */
static struct jpeg_component *find_component(struct jpeg *jpeg, const struct scan *scan,
                                             unsigned char id)
{
    struct jpeg_component *found = NULL;
    for (unsigned i = 0; i < jpeg->component_count; i++) {
        struct jpeg_component *component = &jpeg->components[i];
        bool taken = component->scan == scan->start;
        if (component->id == id && !taken && (!found || (found->scan && !component->scan)))
            found = component;
    }
    return found;
}

/* Whether the Huffman tables of a component are there. Files from cameras that record video leave
 * out all of them and mean those of T.81 annex K; with one of them missing, or bytes between
 * segments, it was lost. */
static bool has_tables(const struct jpeg *jpeg, const struct scan *scan, unsigned tables)
{
    bool may_be_standard = !jpeg->huffman_tables && !jpeg->notes;
    bool wants_dc = scan->first == 0 && scan->high == 0;
    bool wants_ac = !jpeg_is_progressive(jpeg) || scan->first > 0;
    unsigned dc = 1U << (tables >> 4), ac = 1U << (JPEG_TABLES_MAX + (tables & 15));
    return may_be_standard || jpeg_is_arithmetic(jpeg) ||
           ((!wants_dc || (jpeg->huffman_tables & dc)) &&
            (!wants_ac || (jpeg->huffman_tables & ac)));
}

static bool take_component(struct jpeg *jpeg, struct scan *scan, const unsigned char *field,
                           struct error *error)
{
    unsigned tables = field[1];
    struct jpeg_component *component = find_component(jpeg, scan, field[0]);
    if (!component || tables >> 4 >= JPEG_TABLES_MAX || (tables & 15) >= JPEG_TABLES_MAX)
        return error_set(error, ERROR_INVALID,
                         "the SOS segment at byte %zu names a component or table that is not there",
                         scan->start);
    if (!(jpeg->quantization_tables >> component->quantization_table & 1))
        return error_set(error, ERROR_INVALID,
                         "the scan at byte %zu needs quantization table %u, which is not defined",
                         scan->start, component->quantization_table);
    if (!has_tables(jpeg, scan, tables))
        return error_set(error, ERROR_INVALID,
                         "the scan at byte %zu needs a Huffman table that is not defined",
                         scan->start);
    component->scan = scan->start;
    component->scanned = component->scanned || (scan->first == 0 && scan->high == 0);
    scan->zeros_impossible |= zeros_impossible(jpeg, scan, tables & 15);
    if (scan->component_count > 1) {
        scan->blocks += scan->mcus * component->horizontal * component->vertical;
        return true;
    }
    uint64_t columns = (uint64_t)jpeg->width * component->horizontal;
    uint64_t rows = (uint64_t)jpeg->height * component->vertical;
    scan->mcus = divide_up(divide_up(columns, jpeg->horizontal_max), 8) *
                 divide_up(divide_up(rows, jpeg->vertical_max), 8);
    scan->blocks = scan->mcus;
    return true;
}

static bool take_header(struct jpeg *jpeg, struct scan *scan, size_t body, size_t end,
                        struct error *error)
{
    const unsigned char *field = jpeg->data + body;
    size_t size = end - body;
    if (!jpeg->coding)
        return error_set(error, ERROR_INVALID, "a scan (SOS) at byte %zu before the frame header",
                         scan->start);
    if (size < 1 || field[0] < 1 || field[0] > jpeg->component_count ||
        size != 4 + 2 * (size_t)field[0])
        return error_set(error, ERROR_INVALID, "the SOS segment at byte %zu has a wrong length",
                         scan->start);
    const unsigned char *range = field + 1 + 2 * (size_t)field[0];
    scan->component_count = field[0];
    scan->first = range[0];
    scan->last = range[1];
    scan->high = range[2] >> 4;
    if (!jpeg_is_progressive(jpeg))
        scan->first = scan->high = 0; /* decoders read all, whatever is written here */
    else if (scan->last > 63 || scan->first > scan->last || (scan->first == 0 && scan->last > 0) ||
             (scan->first > 0 && scan->component_count > 1))
        return error_set(error, ERROR_INVALID,
                         "the scan at byte %zu has an impossible range of coefficients",
                         scan->start);
    scan->mcus = divide_up(jpeg->width, 8 * (uint64_t)jpeg->horizontal_max) *
                 divide_up(jpeg->height, 8 * (uint64_t)jpeg->vertical_max);
    for (unsigned i = 0; i < scan->component_count; i++)
        if (!take_component(jpeg, scan, field + 1 + 2 * (size_t)i, error))
            return false;
    return true;
}

/* Looks at one byte in ZERO_RUN and at its neighbours only when that one is zero. */
static bool find_hole(const unsigned char *data, size_t from, size_t to, size_t *ret_hole)
{
    for (size_t probe = from + ZERO_RUN - 1; probe < to; probe += ZERO_RUN) {
        size_t first = probe, end = probe;
        while (end < to && end - probe < ZERO_RUN && data[end] == 0)
            end++;
        while (first > from && probe - first < ZERO_RUN && data[first - 1] == 0)
            first--;
        if (data[probe] == 0 && end - first >= ZERO_RUN) {
            *ret_hole = first;
            return true;
        }
    }
    return false;
}

/* A restart marker at `at`: they count from 0 to 7, over and over. */
static bool take_restart(const struct jpeg *jpeg, struct scan *scan, size_t at, struct error *error)
{
    unsigned marker = jpeg->data[at], expected = RST0 + (unsigned)(scan->restarts % 8);
    if (!jpeg->restart_interval || marker != expected)
        return error_set(error, ERROR_INVALID,
                         "a restart marker at byte %zu that does not belong there (0x%02x)", at - 1,
                         marker);
    scan->restarts++;
    return true;
}

/* Steps over the data; jpeg->offset is then at the 0xff of the marker behind it. */
static bool skip_data(struct jpeg *jpeg, struct scan *scan, struct error *error)
{
    const unsigned char *data = jpeg->data;
    size_t size = jpeg->size, offset = jpeg->offset, hole = 0;
    for (;;) {
        const unsigned char *found = memchr(data + offset, 0xff, size - offset);
        size_t at = found ? (size_t)(found - data) : size;
        if (scan->zeros_impossible && find_hole(data, offset, at, &hole))
            return error_set(error, ERROR_INVALID, "the scan data has a hole of zeros at byte %zu",
                             hole);
        size_t marker = at;
        while (marker < size && data[marker] == 0xff)
            marker++;
        if (marker == size)
            return error_set(error, ERROR_INVALID,
                             "it is cut off at byte %zu, in the scan that starts at byte %zu", size,
                             scan->start);
        bool restart = data[marker] >= RST0 && data[marker] <= RST7;
        if (data[marker] != 0 && !restart) {
            jpeg->offset = at;
            return true;
        }
        if (restart && !take_restart(jpeg, scan, marker, error))
            return false;
        offset = marker + 1;
    }
}

/* Some encoders write a restart marker after the last interval too. */
static bool check_restarts(const struct jpeg *jpeg, const struct scan *scan, struct error *error)
{
    if (!jpeg->restart_interval)
        return true;
    uint64_t expected = (scan->mcus - 1) / jpeg->restart_interval;
    if (scan->restarts == expected || scan->restarts == expected + 1)
        return true;
    return error_set(error, ERROR_INVALID,
                     "the scan at byte %zu has %llu restart markers, its size asks for %llu",
                     scan->start, (unsigned long long)scan->restarts, (unsigned long long)expected);
}

/* The shortest a Huffman-coded block can be: one bit each for its DC value and its end. */
static bool check_amount(const struct jpeg *jpeg, const struct scan *scan, size_t bytes,
                         struct error *error)
{
    if (scan->first > 0 || jpeg_is_arithmetic(jpeg))
        return true;
    uint64_t least = divide_up(scan->blocks * (jpeg_is_progressive(jpeg) ? 1 : 2), 8);
    if (bytes >= least)
        return true;
    return error_set(error, ERROR_INVALID,
                     "the scan at byte %zu has %zu bytes of data, but %u x %u pixels need at least "
                     "%llu",
                     scan->start, bytes, jpeg->width, jpeg->height, (unsigned long long)least);
}

bool jpeg_scan_take(struct jpeg *jpeg, size_t start, size_t body, size_t end, struct error *error)
{
    struct scan scan = {.start = start};
    if (!take_header(jpeg, &scan, body, end, error) || !skip_data(jpeg, &scan, error))
        return false;
    return check_restarts(jpeg, &scan, error) &&
           check_amount(jpeg, &scan, jpeg->offset - end, error);
}
