/* SPDX-License-Identifier: MIT */
#ifndef SETUP_ENVIRONMENT_H
#define SETUP_ENVIRONMENT_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* The environment that a host is told to start the server with, made here and now: hosts do not
 * have that of a shell. */

/* An object of variables: those of an entry that is there already (`kept`, an object of strings;
 * NULL: none), over them the variables (config/config.h) that are set in the environment of
 * `lookup`, and over those these "NAME=VALUE" settings ("NAME=" leaves one out). Variables of the
 * AWS tools are taken only where there is a bucket. ERROR_INVALID: a setting is not of that form,
 * or of no variable of this program. The caller releases the object. */
bool environment_collect(char *(*lookup)(const char *name), const char *const *settings,
                         size_t count, const json_t *kept, json_t **ret_environment,
                         struct error *error) MUST_CHECK;

/* Whether this program has a variable of that name. */
bool environment_knows(const char *name);

/* Whether there is a secret in it. */
bool environment_has_secret(const json_t *environment);

/* A copy with "********" for the secrets; the caller releases it. NULL: no memory. */
json_t *environment_without_secrets(const json_t *environment);

#endif
