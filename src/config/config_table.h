/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_TABLE_H
#define CONFIG_CONFIG_TABLE_H

#include "config/config.h"

/* The table of variables (src/config/config_table.c), for loading. */

/* What the field gets: all strings but where it says otherwise. */
enum config_parser {
    PARSE_PROVIDER,     /* enum config_provider */
    PARSE_TEXT,         /* anything */
    PARSE_WORD,         /* ASCII without spaces */
    PARSE_KEY,          /* the same, as keys are */
    PARSE_BOOL,         /* bool */
    PARSE_IMAGE_BYTES,  /* size_t */
    PARSE_INLINE_BYTES, /* size_t */
    PARSE_DAYS,         /* int64_t */
    PARSE_COUNT,        /* int64_t */
    PARSE_BUCKET,
    PARSE_PREFIX,
    PARSE_STYLE,
    PARSE_ACL,
    PARSE_URL,
    PARSE_CDN_URL,
    PARSE_FILE_URL, /* file:// too */
    PARSE_PATH,
    PARSE_PATHS,
    PARSE_READABLE_FILE,
};

struct config_table_row {
    const char *name;
    const char *fallbacks[CONFIG_FALLBACKS]; /* of the AWS tools */
    size_t field;                            /* offset in struct config */
    enum config_parser parser;
    const char *initial;       /* parsed when nothing is set; NULL: none */
    const char *shown_default; /* what help texts say in place of `initial` */
    const char *help;
    enum {
        IS_SECRET = 1, /* the value is never shown */
        IS_KEY = 2,    /* falls back only together with the others of this kind */
        MEANS_S3 = 4,  /* when it is set, and IMAGE_STORAGE_PROVIDER is not, the provider is s3 */
    } flags;
};

extern const struct config_table_row config_table[];
extern const size_t config_table_size;

/* Where a variable that is in the table is. */
size_t config_table_find(const char *name);

/* Reads a value into the row's field of *config, which stays as it is on failure. home: what "~"
 * is; NULL: unknown. */
bool config_table_parse(const struct config_table_row *row, const char *value, const char *home,
                        struct config *config, struct error *error) MUST_CHECK;

/* Whether the field is a string, which is the configuration's. */
bool config_table_is_string(const struct config_table_row *row);

#endif
