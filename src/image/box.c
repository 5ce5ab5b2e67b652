/* SPDX-License-Identifier: MIT */
#include "image/box.h"

bool box_too_short(const struct box *box, struct error *error)
{
    return error_set(error, ERROR_INVALID, "the %s box at byte %zu ends before its content does",
                     box->type, box->start);
}

static bool no_box(size_t offset, struct error *error)
{
    return error_set(error, ERROR_INVALID, "no box at byte %zu, where one should start", offset);
}

bool box_read(const unsigned char *data, size_t offset, size_t end, bool last_may_be_open,
              struct box *ret_box, struct error *error)
{
    struct bytes_reader reader = {.data = data, .offset = offset, .end = end};
    struct box box = {.start = offset};
    uint64_t size = bytes_read(&reader, 4);
    size_t type = reader.offset;
    bytes_read(&reader, 4);
    if (size == 1)
        size = bytes_read(&reader, 8);
    else if (size == 0 && last_may_be_open)
        size = end - offset;
    if (reader.ended)
        return no_box(offset, error);
    for (int i = 0; i < 4; i++)
        if (data[type + i] < 0x20 || data[type + i] > 0x7e)
            return no_box(offset, error);
    memcpy(box.type, data + type, 4);
    box.body = reader.offset;
    if (size < box.body - offset)
        return error_set(error, ERROR_INVALID, "the %s box at byte %zu has a senseless size",
                         box.type, offset);
    if (size > end - offset)
        return error_set(error, ERROR_INVALID,
                         "the %s box at byte %zu should have %llu bytes, but there are %zu",
                         box.type, offset, (unsigned long long)size, end - offset);
    box.end = offset + (size_t)size;
    *ret_box = box;
    return true;
}
