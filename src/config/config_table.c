/* SPDX-License-Identifier: MIT */
/* One table says what every variable is called, how its text is read, what it is when it is not set
 * and what --help tells about it. Everything that goes over the variables goes over this. */
#include "config/config_table.h"

#include "base/array.h"
#include "config/config_path.h"
#include "config/config_url.h"
#include "config/config_value.h"

#include <string.h>
#include <strings.h>

enum {
    IMAGE_BYTES_MIN = 1024,
    IMAGE_BYTES_MAX = 1024 * 1024 * 1024,
    INLINE_BYTES_MAX = 64 * 1024 * 1024,
    CLEANUP_DAYS_MAX = 10000,
    CLEANUP_KEEP_MAX = 1000 * 1000 * 1000,
};

#define FIELD(name) offsetof(struct config, name)

const struct config_table_row config_table[] = {
    {.name = "IMAGE_STORAGE_PROVIDER",
     .field = FIELD(provider),
     .parser = PARSE_PROVIDER,
     .shown_default = "s3 if any S3_* but S3_PREFIX is set, else local",
     .help = "Where images are kept: s3 (any S3-compatible bucket) or local (a directory)."},
    {.name = "S3_BUCKET",
     .field = FIELD(s3_bucket),
     .parser = PARSE_BUCKET,
     .shown_default = "the one that S3_ENDPOINT names",
     .help = "The bucket's name. Required for s3.",
     .flags = MEANS_S3},
    {.name = "S3_REGION",
     .fallbacks = {"AWS_REGION", "AWS_DEFAULT_REGION"},
     .field = FIELD(s3_region),
     .parser = PARSE_WORD,
     .shown_default = "the one in the host name of S3_ENDPOINT, else us-east-1",
     .help = "The bucket's region.",
     .flags = MEANS_S3},
    {.name = "S3_ACCESS_KEY",
     .fallbacks = {"AWS_ACCESS_KEY_ID"},
     .field = FIELD(s3_access_key),
     .parser = PARSE_KEY,
     .help = "The access key. Without it, the keys of AWS_PROFILE are used.",
     .flags = MEANS_S3 | IS_KEY | IS_SECRET},
    {.name = "S3_SECRET_KEY",
     .fallbacks = {"AWS_SECRET_ACCESS_KEY"},
     .field = FIELD(s3_secret_key),
     .parser = PARSE_KEY,
     .help = "The secret that belongs to the access key.",
     .flags = MEANS_S3 | IS_KEY | IS_SECRET},
    {.name = "S3_SESSION_TOKEN",
     .fallbacks = {"AWS_SESSION_TOKEN"},
     .field = FIELD(s3_session_token),
     .parser = PARSE_KEY,
     .help = "The session token of temporary keys.",
     .flags = MEANS_S3 | IS_KEY | IS_SECRET},
    {.name = "AWS_SHARED_CREDENTIALS_FILE",
     .field = FIELD(aws_credentials_file),
     .parser = PARSE_PATH,
     .shown_default = "~/.aws/credentials",
     .help = "The credentials file of the AWS tools, read when no keys are set."},
    {.name = "AWS_PROFILE",
     .field = FIELD(aws_profile),
     .parser = PARSE_TEXT,
     .initial = "default",
     .help = "The profile in that file."},
    {.name = "S3_ENDPOINT",
     .field = FIELD(s3_endpoint),
     .parser = PARSE_URL,
     .shown_default = "AWS",
     .help = "The store's address, such as https://ACCOUNT.r2.cloudflarestorage.com or "
             "http://127.0.0.1:9000; the bucket may be part of it.",
     .flags = MEANS_S3},
    {.name = "S3_CDN_URL",
     .field = FIELD(s3_cdn_url),
     .parser = PARSE_CDN_URL,
     .shown_default = "the object's own URL on AWS, else presigned URLs",
     .help = "The beginning of the images' public URLs, such as https://images.example.com.",
     .flags = MEANS_S3},
    {.name = "S3_PREFIX",
     .field = FIELD(s3_prefix),
     .parser = PARSE_PREFIX,
     .initial = "generations",
     .help = "The folder for images, in the bucket or in IMAGE_STORAGE_DIR; / for none."},
    {.name = "S3_ADDRESSING_STYLE",
     .field = FIELD(s3_addressing_style),
     .parser = PARSE_STYLE,
     .initial = "auto",
     .help = "Where the bucket's name goes: path (host/bucket/key) or virtual (bucket.host/key).",
     .flags = MEANS_S3},
    {.name = "S3_ACL",
     .field = FIELD(s3_acl),
     .parser = PARSE_ACL,
     .help = "A canned ACL for every image, such as public-read, for stores whose objects are "
             "private by default.",
     .flags = MEANS_S3},
    {.name = "S3_ALLOW_HTTP",
     .field = FIELD(s3_allow_http),
     .parser = PARSE_BOOL,
     .initial = "false",
     .help = "Allow plain http to other hosts than this one.",
     .flags = MEANS_S3},
    {.name = "S3_CA_BUNDLE",
     .fallbacks = {"AWS_CA_BUNDLE"},
     .field = FIELD(s3_ca_bundle),
     .parser = PARSE_READABLE_FILE,
     .shown_default = "the system's",
     .help = "A PEM file with the certificates to trust.",
     .flags = MEANS_S3},
    {.name = "IMAGE_STORAGE_DIR",
     .field = FIELD(storage_dir),
     .parser = PARSE_PATH,
     .shown_default = "$XDG_DATA_HOME/image-storage-mcp, else ~/.local/share/image-storage-mcp",
     .help = "The directory of the local provider, made when it is missing."},
    {.name = "IMAGE_STORAGE_URL",
     .field = FIELD(storage_url),
     .parser = PARSE_FILE_URL,
     .shown_default = "file:// and the path",
     .help = "The beginning of the local provider's URLs, if a web server serves the "
             "directory."},
    {.name = "IMAGE_SOURCE_DIRS",
     .field = FIELD(image_source_dirs),
     .parser = PARSE_PATHS,
     .shown_default = "none: no files are read",
     .help = "The directories that save_image may read files from, separated by ':'."},
    {.name = "IMAGE_MAX_BYTES",
     .field = FIELD(image_max_bytes),
     .parser = PARSE_IMAGE_BYTES,
     .initial = "64MiB",
     .help = "The largest image: bytes, or with a unit as in 20MB or 64MiB."},
    {.name = "IMAGE_MAX_INLINE_BYTES",
     .field = FIELD(image_max_inline_bytes),
     .parser = PARSE_INLINE_BYTES,
     .initial = "700KB",
     .help = "The largest image that goes into an answer; hosts cut answers at 1 MB."},
    {.name = "IMAGE_CLEANUP_CONFIRM",
     .field = FIELD(cleanup_confirm),
     .parser = PARSE_BOOL,
     .initial = "on",
     .help = "Whether cleanup_images makes a plan that must be confirmed; off for automation."},
    {.name = "IMAGE_CLEANUP_ENABLED",
     .field = FIELD(cleanup_enabled),
     .parser = PARSE_BOOL,
     .initial = "false",
     .help = "Delete images in the background, after the start and once a day, unless one of the "
             "rules below keeps them."},
    {.name = "IMAGE_CLEANUP_OLDER_THAN_DAYS",
     .field = FIELD(cleanup_older_than_days),
     .parser = PARSE_DAYS,
     .help = "A rule: keep the images of this many days."},
    {.name = "IMAGE_CLEANUP_KEEP_COUNT",
     .field = FIELD(cleanup_keep_count),
     .parser = PARSE_COUNT,
     .help = "A rule: keep this many of the newest images."},
    {.name = "IMAGE_CLEANUP_RUN_ON_SAVE",
     .field = FIELD(cleanup_run_on_save),
     .parser = PARSE_BOOL,
     .initial = "false",
     .help = "Clean up after saves, too."},
};

const size_t config_table_size = LENGTH(config_table);

static bool parse_provider(const char *value, enum config_provider *ret_provider,
                           struct error *error)
{
    if (strcasecmp(value, "s3") == 0)
        *ret_provider = CONFIG_S3;
    else if (strcasecmp(value, "local") == 0)
        *ret_provider = CONFIG_LOCAL;
    else
        return error_set(error, ERROR_INVALID, "expected s3 or local");
    return true;
}

static bool parse_text(const char *value, char **ret_text, struct error *error)
{
    char *text = strdup(value);
    if (!text)
        return error_no_memory(error);
    *ret_text = text;
    return true;
}

bool config_table_parse(const struct config_table_row *row, const char *value, const char *home,
                        struct config *config, struct error *error)
{
    void *field = (char *)config + row->field;
    switch (row->parser) {
    case PARSE_PROVIDER:
        return parse_provider(value, field, error);
    case PARSE_TEXT:
        return parse_text(value, field, error);
    case PARSE_WORD:
        return config_value_word(value, field, error);
    case PARSE_KEY:
        return config_value_key(value, field, error);
    case PARSE_BOOL:
        return config_value_bool(value, field, error);
    case PARSE_IMAGE_BYTES:
        return config_value_size(value, IMAGE_BYTES_MIN, IMAGE_BYTES_MAX, field, error);
    case PARSE_INLINE_BYTES:
        return config_value_size(value, 0, INLINE_BYTES_MAX, field, error);
    case PARSE_DAYS:
        return config_value_number(value, 1, CLEANUP_DAYS_MAX, field, error);
    case PARSE_COUNT:
        return config_value_number(value, 1, CLEANUP_KEEP_MAX, field, error);
    case PARSE_BUCKET:
        return config_value_bucket(value, field, error);
    case PARSE_PREFIX:
        return config_value_prefix(value, field, error);
    case PARSE_STYLE:
        return config_value_style(value, field, error);
    case PARSE_ACL:
        return config_value_acl(value, field, error);
    case PARSE_URL:
        return config_url_read(value, false, field, error);
    case PARSE_CDN_URL:
        return config_url_read_cdn(value, field, error);
    case PARSE_FILE_URL:
        return config_url_read(value, true, field, error);
    case PARSE_PATH:
        return config_path_read(value, home, field, error);
    case PARSE_PATHS:
        return config_path_read_list(value, home, field, error);
    case PARSE_READABLE_FILE:
        return config_path_read_readable(value, home, field, error);
    }
    return error_set(error, ERROR_INTERNAL, "this variable has no parser");
}

size_t config_table_find(const char *name)
{
    size_t i = 0;
    while (strcmp(config_table[i].name, name) != 0)
        i++;
    return i;
}

bool config_table_is_string(const struct config_table_row *row)
{
    return row->parser != PARSE_PROVIDER && row->parser != PARSE_BOOL &&
           row->parser != PARSE_IMAGE_BYTES && row->parser != PARSE_INLINE_BYTES &&
           row->parser != PARSE_DAYS && row->parser != PARSE_COUNT;
}

bool config_variable_is_secret(const char *name)
{
    for (size_t i = 0; i < config_table_size; i++)
        if (strcmp(config_table[i].name, name) == 0)
            return config_table[i].flags & IS_SECRET;
    return false;
}

bool config_describe(size_t index, struct config_variable *ret_variable)
{
    if (index >= config_table_size)
        return false;
    const struct config_table_row *row = &config_table[index];
    *ret_variable = (struct config_variable){
        .name = row->name,
        .help = row->help,
        .initial = row->shown_default ? row->shown_default : row->initial,
        .fallbacks = row->fallbacks,
    };
    return true;
}
