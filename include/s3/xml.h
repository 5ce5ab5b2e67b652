/* SPDX-License-Identifier: MIT */
#ifndef S3_XML_H
#define S3_XML_H

#include <stdbool.h>
#include <stddef.h>

/* The XML that stores answer with: elements and their texts, whatever the namespace, and nothing
 * else of XML. */

enum { XML_DEPTH_MAX = 8, XML_TEXT_MAX = 64 * 1024 };

/* Names come without namespace prefix; the root has depth 1. Either function may return false to
 * end the reading. */
struct xml_handler {
    bool (*begin)(void *argument, unsigned depth, const char *name);
    /* text: what stands in the element after its last child, NUL-terminated, borrowed */
    bool (*end)(void *argument, unsigned depth, const char *name, const char *text, size_t size);
};

/* Calls the handler for each element in turn. False if that, or the document itself, ended the
 * reading early: it is not well-formed, has a DOCTYPE, goes deeper than XML_DEPTH_MAX or has a text
 * longer than XML_TEXT_MAX; or memory ran out. */
bool xml_read(const char *text, size_t size, const struct xml_handler *handler, void *argument);

#endif
