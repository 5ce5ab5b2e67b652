/* SPDX-License-Identifier: MIT */
#ifndef SETUP_TOML_H
#define SETUP_TOML_H

#include "base/buffer.h"

#include <jansson.h>

/* Appends an entry (host.h) as TOML tables: [list.name] and [list.name.env]. `name` is a bare key.
 */
bool toml_entry(const char *list, const char *name, const json_t *entry, struct buffer *text,
                struct error *error) MUST_CHECK;

#endif
