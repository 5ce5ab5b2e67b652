/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_RECORD_DELETE_H
#define STORAGE_RECORD_DELETE_H

#include "storage/provider.h"

/* Deletes the sidecar of an image that is not there any more, if there is one. When the image has
 * come back meanwhile, by a save beside this, the sidecar stays, or is put back. key: of the image.
 * The protocol that this and a save follow stands in the .c file. */
bool record_delete(struct storage_provider *provider, const struct operation *operation,
                   const char *key, struct error *error) MUST_CHECK;

#endif
