/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The configuration: environment variables and nothing else. src/config/config.c holds one table
 * (name, parser, default, help) and is the only place that knows the names. */

enum config_provider { CONFIG_LOCAL, CONFIG_S3 };

struct config {
    enum config_provider provider;

    char *s3_bucket;
    char *s3_region;
    char *s3_endpoint;             /* without the bucket; NULL: AWS */
    bool s3_endpoint_names_bucket; /* S3_ENDPOINT had the bucket in it */
    bool s3_endpoint_names_region; /* s3_region is what its host says */
    char *s3_access_key;
    char *s3_secret_key;
    char *s3_session_token;
    char *s3_cdn_url; /* no trailing slash */
    char *s3_prefix;
    char *s3_addressing_style; /* "auto", "path" or "virtual" */
    char *s3_acl;              /* canned ACL; NULL: none */
    char *s3_ca_bundle;        /* PEM file */
    bool s3_allow_http;
    const char *s3_keys_from;   /* which variables have the keys, static; NULL: none */
    char *aws_credentials_file; /* where keys are looked up when none are set */
    char *aws_profile;

    char *storage_dir;    /* absolute */
    bool storage_private; /* storage_dir is the default and no web server is told to serve it */
    char *state_dir;      /* what the program keeps for itself; NULL: there is no home directory */
    char *storage_url;    /* base of URLs, no trailing slash; NULL: file:// */

    char *home_dir;          /* what "~" is; NULL: unknown */
    char *image_source_dirs; /* absolute, separated by ':'; NULL: none */

    size_t image_max_bytes;
    size_t image_max_inline_bytes;
    bool cleanup_confirm;

    bool cleanup_enabled;            /* automatic clean-up; there is a rule then */
    int64_t cleanup_older_than_days; /* 0: no such rule */
    int64_t cleanup_keep_count;      /* 0: no such rule */
    bool cleanup_run_on_save;
};

/* Reads and checks everything. lookup: NULL for the environment of the process, or a test's own. A
 * value that still is an unexpanded
 * "${...}", or is empty, counts as unset; quotation marks and white space around one do not count
 * (config_text.h). On failure `problems` holds every problem found, one line each, each with the
 * variable's name and what to do; never a secret's value. */
bool config_load(char *(*lookup)(const char *name), struct config *ret_config,
                 struct buffer *problems) MUST_CHECK;

/* The lines of it; when there was no memory even for those, one that says so. */
const char *config_problems(const struct buffer *problems);

/* The same from the environment of the process; the problems are printed. */
bool config_load_or_report(struct config *ret_config, FILE *file) MUST_CHECK;

/* Takes a zeroed struct; wipes the secrets. */
void config_finish(struct config *config);

/* What help texts say of a variable. */
struct config_variable {
    const char *name;
    const char *help;
    const char *initial; /* its default; NULL: none */
    const char *const
        *fallbacks; /* read in its place, up to CONFIG_FALLBACKS; NULL after the last */
};
enum { CONFIG_FALLBACKS = 2 };

/* The variables, one by one, in the order of the table; false after the last. */
bool config_describe(size_t index, struct config_variable *ret_variable);

/* Whether this is a variable whose value must never be shown. */
bool config_variable_is_secret(const char *name);

/* The value of a variable as config_load() takes it; NULL when it counts as unset, else the
 * caller's. Fails only with ERROR_NO_MEMORY. */
bool config_variable_value(char *(*lookup)(const char *name), const char *name, char **ret_value,
                           struct error *error) MUST_CHECK;

/* Whether a terminal may be written to in colour: NO_COLOR (no-color.org) is not set, and TERM is
 * not dumb. */
bool config_colour(void);

#endif
