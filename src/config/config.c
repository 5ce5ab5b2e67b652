/* SPDX-License-Identifier: MIT */
/* One table says what every variable is called, how its text is read, what it is when it is not set
 * and what --help tells about it. Loading goes over it twice: first the variables themselves, which
 * settles which provider is meant, then, for what is still open, the variables of the AWS tools
 * (only for S3, so that a stray AWS_CA_BUNDLE means nothing to a local store) and the defaults.
 * What concerns more than one variable is checked at the end. A problem never ends the loading: all
 * are reported together. */
#include "config/config.h"

#include "base/cleanup.h"
#include "base/plain_text.h"
#include "base/utf8.h"
#include "config/config_value.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
    IMAGE_BYTES_MIN = 1024,
    IMAGE_BYTES_MAX = 1024 * 1024 * 1024,
    INLINE_BYTES_MAX = 64 * 1024 * 1024,
    CLEANUP_DAYS_MAX = 10000,
    CLEANUP_KEEP_MAX = 1000 * 1000 * 1000,
    VALUE_SHOWN_MAX = 100, /* bytes of a value in a problem */
};

static const char aws_domain[] = ".amazonaws.com";

/* What the field gets: all strings but where it says otherwise. */
enum parser {
    PARSE_PROVIDER,     /* enum config_provider */
    PARSE_TEXT,         /* anything */
    PARSE_WORD,         /* ASCII without spaces */
    PARSE_BOOL,         /* bool */
    PARSE_IMAGE_BYTES,  /* size_t */
    PARSE_INLINE_BYTES, /* size_t */
    PARSE_DAYS,         /* int64_t */
    PARSE_COUNT,        /* int64_t */
    PARSE_BUCKET,
    PARSE_PREFIX,
    PARSE_STYLE,
    PARSE_URL,
    PARSE_CDN_URL,
    PARSE_FILE_URL, /* file:// too */
    PARSE_PATH,
    PARSE_PATHS,
    PARSE_READABLE_FILE,
};

struct variable {
    const char *name;
    const char *fallbacks[CONFIG_FALLBACKS]; /* of the AWS tools */
    size_t field;                            /* offset in struct config */
    enum parser parser;
    const char *initial; /* parsed when nothing is set; NULL: none */
    const char *shown_default;
    const char *help;
    enum {
        IS_SECRET = 1, /* the value is never shown */
        IS_KEY = 2,    /* falls back only together with the others of this kind */
        MEANS_S3 = 4,  /* when it is set, and IMAGE_STORAGE_PROVIDER is not, the provider is s3 */
    } flags;
};

#define FIELD(name) offsetof(struct config, name)

static const struct variable variables[] = {
    {.name = "IMAGE_STORAGE_PROVIDER",
     .field = FIELD(provider),
     .parser = PARSE_PROVIDER,
     .shown_default = "s3 if any S3_* but S3_PREFIX is set, else local",
     .help = "Where images are kept: s3 (any S3-compatible bucket) or local (a directory)."},
    {.name = "S3_BUCKET",
     .field = FIELD(s3_bucket),
     .parser = PARSE_BUCKET,
     .help = "The bucket's name. Required for s3.",
     .flags = MEANS_S3},
    {.name = "S3_REGION",
     .fallbacks = {"AWS_REGION", "AWS_DEFAULT_REGION"},
     .field = FIELD(s3_region),
     .parser = PARSE_WORD,
     .shown_default = "us-east-1; auto for R2",
     .help = "The bucket's region.",
     .flags = MEANS_S3},
    {.name = "S3_ACCESS_KEY",
     .fallbacks = {"AWS_ACCESS_KEY_ID"},
     .field = FIELD(s3_access_key),
     .parser = PARSE_WORD,
     .help = "The access key. Without it, the keys of AWS_PROFILE are used.",
     .flags = MEANS_S3 | IS_KEY | IS_SECRET},
    {.name = "S3_SECRET_KEY",
     .fallbacks = {"AWS_SECRET_ACCESS_KEY"},
     .field = FIELD(s3_secret_key),
     .parser = PARSE_WORD,
     .help = "The secret that belongs to the access key.",
     .flags = MEANS_S3 | IS_KEY | IS_SECRET},
    {.name = "S3_SESSION_TOKEN",
     .fallbacks = {"AWS_SESSION_TOKEN"},
     .field = FIELD(s3_session_token),
     .parser = PARSE_WORD,
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
             "http://127.0.0.1:9000.",
     .flags = MEANS_S3},
    {.name = "S3_CDN_URL",
     .field = FIELD(s3_cdn_url),
     .parser = PARSE_CDN_URL,
     .shown_default = "the object's own URL on AWS, else presigned URLs",
     .help = "What the public URLs of images begin with, such as https://images.example.com.",
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
     .help = "What the URLs of the local provider begin with, where a web server serves the "
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
     .help = "Delete images in the background, after the start and once a day, by the rules below: "
             "those outside every rule given."},
    {.name = "IMAGE_CLEANUP_OLDER_THAN_DAYS",
     .field = FIELD(cleanup_older_than_days),
     .parser = PARSE_DAYS,
     .help = "A rule: images of the last so many days are kept."},
    {.name = "IMAGE_CLEANUP_KEEP_COUNT",
     .field = FIELD(cleanup_keep_count),
     .parser = PARSE_COUNT,
     .help = "A rule: so many of the newest images are kept."},
    {.name = "IMAGE_CLEANUP_RUN_ON_SAVE",
     .field = FIELD(cleanup_run_on_save),
     .parser = PARSE_BOOL,
     .initial = "false",
     .help = "Clean up after saves too."},
};

enum { VARIABLE_COUNT = sizeof variables / sizeof *variables };

struct loader {
    char *(*lookup)(const char *name);
    struct buffer *problems;
    struct config config;
    bool set[VARIABLE_COUNT]; /* a value was found, good or bad */
    bool provider_known;
    bool failed;
};

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

static bool parse(struct loader *loader, const struct variable *variable, const char *value,
                  struct error *error)
{
    void *field = (char *)&loader->config + variable->field;
    switch (variable->parser) {
    case PARSE_PROVIDER:
        return loader->provider_known = parse_provider(value, field, error);
    case PARSE_TEXT:
        return parse_text(value, field, error);
    case PARSE_WORD:
        return config_value_word(value, field, error);
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
    case PARSE_URL:
        return config_value_url(value, false, field, error);
    case PARSE_CDN_URL:
        return config_value_cdn_url(value, field, error);
    case PARSE_FILE_URL:
        return config_value_url(value, true, field, error);
    case PARSE_PATH:
        return config_value_path(value, loader->lookup("HOME"), field, error);
    case PARSE_PATHS:
        return config_value_paths(value, loader->lookup("HOME"), field, error);
    case PARSE_READABLE_FILE:
        return config_value_readable_file(value, loader->lookup("HOME"), field, error);
    }
    return error_set(error, ERROR_INTERNAL, "this variable has no parser");
}

__attribute__((format(printf, 2, 3))) static void add_problem(struct loader *loader,
                                                              const char *format, ...)
{
    struct error ignored;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    plain_text_clean(line);
    loader->failed = true;
    /* A report that is full stays as it is: it has enough to do in it. */
    if (buffer_append_string(loader->problems, line, &ignored) &&
        buffer_append_char(loader->problems, '\n', &ignored))
        return;
}

/* A value as it can be shown on one line. */
static void show(const char *value, char shown[VALUE_SHOWN_MAX + 1])
{
    size_t length = utf8_cut(value, strlen(value), VALUE_SHOWN_MAX);
    for (size_t i = 0; i < length; i++)
        shown[i] = (unsigned char)value[i] < ' ' || value[i] == 0x7F ? '?' : value[i];
    shown[length] = '\0';
}

/* The value of a variable without white space around it; NULL when it is unset, empty, or still the
 * placeholder that a host was to expand. The caller frees it. */
static char *look_up(const struct loader *loader, const char *name)
{
    static const char white_space[] = " \t\r\n";
    const char *value = loader->lookup(name);
    if (!value)
        return NULL;
    value += strspn(value, white_space);
    size_t length = strlen(value);
    while (length > 0 && strchr(white_space, value[length - 1]))
        length--;
    if (length == 0 || (strncmp(value, "${", 2) == 0 && value[length - 1] == '}'))
        return NULL;
    return strndup(value, length);
}

/* Reads what the environment has under `name` into the variable's field; false: nothing. */
static bool load_name(struct loader *loader, const struct variable *variable, const char *name)
{
    struct error error;
    char shown[VALUE_SHOWN_MAX + 1];
    CLEANUP(free_cleanup) char *value = look_up(loader, name);
    if (!value)
        return false;
    if (!parse(loader, variable, value, &error)) {
        show(value, shown);
        /* What stands before an '@' in a URL may be a password. */
        if (variable->flags & IS_SECRET || strchr(value, '@'))
            add_problem(loader, "%s: %s", name, error.text);
        else
            add_problem(loader, "%s is \"%s\": %s", name, shown, error.text);
    }
    if (variable->flags & IS_SECRET)
        explicit_bzero(value, strlen(value));
    return true;
}

static void load_own_names(struct loader *loader)
{
    bool s3 = false;
    for (size_t i = 0; i < VARIABLE_COUNT; i++) {
        loader->set[i] = load_name(loader, &variables[i], variables[i].name);
        s3 = s3 || (loader->set[i] && variables[i].flags & MEANS_S3);
    }
    if (!loader->provider_known)
        loader->config.provider = s3 ? CONFIG_S3 : CONFIG_LOCAL;
}

static void load_fallbacks(struct loader *loader, bool keys_too)
{
    for (size_t i = 0; i < VARIABLE_COUNT; i++) {
        const struct variable *variable = &variables[i];
        if (variable->flags & IS_KEY && !keys_too)
            continue;
        for (size_t j = 0; j < CONFIG_FALLBACKS && variable->fallbacks[j] && !loader->set[i]; j++)
            loader->set[i] = load_name(loader, variable, variable->fallbacks[j]);
    }
}

static void load_initial(struct loader *loader)
{
    struct error error;
    for (size_t i = 0; i < VARIABLE_COUNT; i++)
        if (!loader->set[i] && variables[i].initial &&
            !parse(loader, &variables[i], variables[i].initial, &error))
            add_problem(loader, "%s: %s", variables[i].name, error.text);
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (strcmp(variables[i].name, name) != 0)
        i++;
    return i;
}

static bool is_set(const struct loader *loader, const char *name)
{
    return loader->set[find(name)];
}

/* A default that depends on other variables. */
static void set_default(struct loader *loader, const char *name, const char *value)
{
    struct error error;
    size_t i = find(name);
    if (loader->set[i])
        return;
    loader->set[i] = true;
    if (!parse(loader, &variables[i], value, &error))
        add_problem(loader, "%s is not set, and its default %s cannot be used: %s", name, value,
                    error.text);
}

/* Both keys or none, from one source; a token only with keys. */
static void check_keys(struct loader *loader, bool own_names)
{
    const char *access = own_names ? "S3_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    const char *secret = own_names ? "S3_SECRET_KEY" : "AWS_SECRET_ACCESS_KEY";
    const char *token = own_names ? "S3_SESSION_TOKEN" : "AWS_SESSION_TOKEN";
    bool has_access = is_set(loader, "S3_ACCESS_KEY"), has_secret = is_set(loader, "S3_SECRET_KEY");
    if (has_access != has_secret)
        add_problem(loader, "%s is not set, but %s is: set both or neither",
                    has_access ? secret : access, has_access ? access : secret);
    else if (!has_access && is_set(loader, "S3_SESSION_TOKEN"))
        add_problem(loader, "%s is set without its keys: set %s and %s too, or none of the three",
                    token, access, secret);
}

/* Endpoints that hold what S3_BUCKET says already. */
static void check_endpoint(struct loader *loader)
{
    const char *url = loader->config.s3_endpoint, *bucket = loader->config.s3_bucket;
    if (!url || !bucket)
        return;
    const char *host = strstr(url, "://") + strlen("://"), *path = strrchr(host, '/');
    if (path && strcmp(path + 1, bucket) == 0)
        add_problem(loader,
                    "S3_ENDPOINT ends with \"/%s\": leave the bucket's name away, S3_BUCKET "
                    "has it",
                    bucket);
    size_t length = strlen(bucket);
    bool known_store = config_value_url_is_under(url, CONFIG_VALUE_R2_DOMAIN) ||
                       config_value_url_is_under(url, aws_domain);
    if (known_store && strncasecmp(host, bucket, length) == 0 && host[length] == '.')
        add_problem(loader,
                    "S3_ENDPOINT begins with \"%s.\": leave the bucket's name away, S3_BUCKET "
                    "has it",
                    bucket);
}

/* Automatic clean-up must be wanted as a whole: with a rule, and not only by its rules. */
static void check_cleanup(struct loader *loader)
{
    static const char *const rules[] = {"IMAGE_CLEANUP_OLDER_THAN_DAYS",
                                        "IMAGE_CLEANUP_KEEP_COUNT"};
    const char *part = loader->config.cleanup_run_on_save ? "IMAGE_CLEANUP_RUN_ON_SAVE" : NULL;
    bool has_rule = false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        has_rule = has_rule || is_set(loader, rules[i]);
        part = !part && is_set(loader, rules[i]) ? rules[i] : part;
    }
    if (loader->config.cleanup_enabled && !has_rule)
        add_problem(loader, "IMAGE_CLEANUP_ENABLED is true without a rule: say which images are "
                            "kept with IMAGE_CLEANUP_OLDER_THAN_DAYS, IMAGE_CLEANUP_KEEP_COUNT or "
                            "both");
    if (part && !is_set(loader, "IMAGE_CLEANUP_ENABLED"))
        add_problem(loader,
                    "%s is set, but IMAGE_CLEANUP_ENABLED is not: set it to true to have images "
                    "deleted in the background, or to false to have none deleted",
                    part);
}

static void load_s3(struct loader *loader)
{
    bool own_keys = is_set(loader, "S3_ACCESS_KEY") || is_set(loader, "S3_SECRET_KEY") ||
                    is_set(loader, "S3_SESSION_TOKEN");
    const char *endpoint = loader->config.s3_endpoint;
    if (endpoint && config_value_url_is_under(endpoint, CONFIG_VALUE_R2_DOMAIN))
        set_default(loader, "S3_REGION", "auto");
    load_fallbacks(loader, !own_keys);
    if (is_set(loader, "S3_ACCESS_KEY"))
        loader->config.s3_keys_from = own_keys ? "S3_ACCESS_KEY and S3_SECRET_KEY"
                                               : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    set_default(loader, "S3_REGION", "us-east-1");
    check_keys(loader, own_keys);
    check_endpoint(loader);
    if (!is_set(loader, "S3_BUCKET"))
        add_problem(loader,
                    "S3_BUCKET is not set: set it to the name of the bucket for the images, or "
                    "IMAGE_STORAGE_PROVIDER=local to keep them in a directory");
    if (!is_set(loader, "S3_ACCESS_KEY") && loader->lookup("HOME"))
        set_default(loader, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
}

/* A place that the XDG base directory specification gives: the variable's, unless it is relative
 * (which is to be ignored), else the one under the home directory. NULL when there is neither. */
static char *xdg_directory(const struct loader *loader, const char *variable,
                           const char *under_home)
{
    CLEANUP(free_cleanup) char *base = look_up(loader, variable);
    CLEANUP(free_cleanup) char *home = look_up(loader, "HOME");
    char *path = NULL;
    bool set = base && *base == '/';
    if (!set && !home)
        return NULL;
    if (asprintf(&path, "%s%s/image-storage-mcp", set ? base : home, set ? "" : under_home) < 0)
        return NULL;
    return path;
}

static void load_local(struct loader *loader)
{
    CLEANUP(free_cleanup) char *directory = xdg_directory(loader, "XDG_DATA_HOME", "/.local/share");
    loader->config.storage_private = !is_set(loader, "IMAGE_STORAGE_DIR") &&
                                     !is_set(loader, "IMAGE_STORAGE_URL");
    set_default(loader, "IMAGE_STORAGE_DIR",
                directory ? directory : "~/.local/share/image-storage-mcp");
    loader->config.state_dir = xdg_directory(loader, "XDG_STATE_HOME", "/.local/state");
}

bool config_load(char *(*lookup)(const char *name), struct config *ret_config,
                 struct buffer *problems)
{
    struct loader loader = {.lookup = lookup ? lookup : getenv, .problems = problems};
    load_own_names(&loader);
    if (loader.config.provider == CONFIG_S3)
        load_s3(&loader);
    else
        load_local(&loader);
    loader.config.home_dir = look_up(&loader, "HOME");
    load_initial(&loader);
    check_cleanup(&loader);
    if (loader.failed) {
        config_finish(&loader.config);
        return false;
    }
    *ret_config = loader.config;
    return true;
}

static void finish_string(char **string, bool secret)
{
    if (*string && secret)
        explicit_bzero(*string, strlen(*string));
    free(*string);
    *string = NULL;
}

static bool is_string(const struct variable *variable)
{
    return variable->parser != PARSE_PROVIDER && variable->parser != PARSE_BOOL &&
           variable->parser != PARSE_IMAGE_BYTES && variable->parser != PARSE_INLINE_BYTES &&
           variable->parser != PARSE_DAYS && variable->parser != PARSE_COUNT;
}

void config_finish(struct config *config)
{
    for (size_t i = 0; i < VARIABLE_COUNT; i++)
        if (is_string(&variables[i]))
            finish_string((char **)((char *)config + variables[i].field),
                          variables[i].flags & IS_SECRET);
    free(config->state_dir);
    free(config->home_dir);
    *config = (struct config){0};
}

bool config_load_or_report(struct config *ret_config, FILE *file)
{
    CLEANUP(buffer_finish) struct buffer problems = BUFFER_INIT(64 * 1024);
    if (config_load(NULL, ret_config, &problems))
        return true;
    fprintf(file, "image-storage-mcp: the configuration has problems:\n%s", problems.data);
    return false;
}

bool config_variable_is_secret(const char *name)
{
    for (size_t i = 0; i < VARIABLE_COUNT; i++)
        if (strcmp(variables[i].name, name) == 0)
            return variables[i].flags & IS_SECRET;
    return false;
}

char *config_variable_value(char *(*lookup)(const char *name), const char *name)
{
    const struct loader loader = {.lookup = lookup};
    return look_up(&loader, name);
}

bool config_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

bool config_describe(size_t index, struct config_variable *ret_variable)
{
    if (index >= VARIABLE_COUNT)
        return false;
    const struct variable *variable = &variables[index];
    *ret_variable = (struct config_variable){
        .name = variable->name,
        .help = variable->help,
        .initial = variable->shown_default ? variable->shown_default : variable->initial,
        .fallbacks = variable->fallbacks,
    };
    return true;
}
