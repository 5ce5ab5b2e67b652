/* SPDX-License-Identifier: MIT */
#ifndef SETUP_HOST_H
#define SETUP_HOST_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* The programs that start MCP servers: where each keeps its configuration, and what an entry in it
 * looks like. One table (src/setup/host.c); adding a host is a line there. */

enum host_scope {
    HOST_USER,    /* for everything this person does */
    HOST_PROJECT, /* for the project in one directory, and whoever shares it */
    HOST_SCOPES,
};

enum host_base {
    HOST_HOME,      /* the home directory */
    HOST_CONFIG,    /* $XDG_CONFIG_HOME, else ~/.config */
    HOST_DIRECTORY, /* the directory of the project */
};

struct host_file {
    enum host_base base;
    const char *path; /* below it; NULL: the host has no file of this scope */
};

struct host {
    const char *name;  /* as in commands: "claude-desktop" */
    const char *title; /* as people call it: "Claude Desktop" */
    struct host_file files[HOST_SCOPES];
    const char *list; /* the member of the top-level object that holds the entries */
    bool says_type;   /* an entry says "type": "stdio" */
    bool says_args;   /* an entry has "args", if only an empty list */
    bool is_toml;     /* the file is TOML, which this program does not change */
};

/* All hosts; the last has no name. */
extern const struct host hosts[];

/* The host of that name, or NULL. */
const struct host *host_find(const char *name);

/* The absolute path of the host's file. `lookup` is getenv, or a test's own; `directory` is that of
 * the project. ERROR_INVALID when the host has no such scope, or there is no home directory. */
bool host_file_path(const struct host *host, enum host_scope scope,
                    char *(*lookup)(const char *name), const char *directory, char **ret_path,
                    struct error *error) MUST_CHECK;

/* The entry that starts `program` with these environment variables (an object of strings); the
 * caller releases it. NULL: no memory. */
json_t *host_entry(const struct host *host, const char *program, json_t *environment);

#endif
