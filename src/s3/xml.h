/* SPDX-License-Identifier: MIT */
#ifndef S3_XML_H
#define S3_XML_H

#include "base/error.h"

#include <stddef.h>

/* The XML that stores answer with: elements and their texts, whatever the namespace, and nothing
 * else of XML. It is UTF-8, whatever it is declared to be; white space and a byte order mark may
 * stand in front of it. */

enum { XML_DEPTH_MAX = 8, XML_TEXT_MAX = 64 * 1024 };

/* Names come without namespace prefix; the root has depth 1. Either function may return false to
 * end the reading. */
struct xml_handler {
    bool (*begin)(void *argument, unsigned depth, const char *name);
    /* text: what stands in the element after its last child, NUL-terminated, borrowed */
    bool (*end)(void *argument, unsigned depth, const char *name, const char *text, size_t size);
};

enum xml_end {
    XML_END_WHOLE,
    XML_END_BROKEN, /* it is not well-formed, has a DOCTYPE, goes deeper than XML_DEPTH_MAX or has a
                     * text longer than XML_TEXT_MAX; or the handler ended the reading */
    XML_END_NO_MEMORY,
};

/* Calls the handler for each element in turn, and tells how the reading ended. */
enum xml_end xml_read(const char *text, size_t size, const struct xml_handler *handler,
                      void *argument) MUST_CHECK;

#endif
