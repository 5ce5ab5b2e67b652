/* SPDX-License-Identifier: MIT */
/* Loading goes over the table of variables twice: first the variables themselves, which settles
 * which provider is meant, then, for what is still open, the variables of the AWS tools (only for
 * S3, so that a stray AWS_CA_BUNDLE means nothing to a local store) and the defaults. What concerns
 * more than one variable is checked at the end. A problem never ends the loading: all are reported
 * together. Memory that runs out is a problem like the others: it must never look as if a variable
 * were not set, because the images would go somewhere else then. */
#include "config/config.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/plain_text.h"
#include "base/quote.h"
#include "config/bucket_address.h"
#include "config/config_table.h"
#include "config/config_text.h"
#include "config/keys_check.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum {
    VALUE_SHOWN_MAX = 100, /* bytes of a value in a problem */
    VARIABLES_MAX = 64,
};

struct loader {
    char *(*lookup)(const char *name);
    struct buffer *problems;
    struct config config;
    bool set[VARIABLES_MAX]; /* a value was found, good or bad */
    bool provider_known;
    bool failed;
};

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

/* The value of a variable (config_text.h); NULL: it counts as unset, or there is a problem. */
static char *look_up(struct loader *loader, const char *name)
{
    struct error error;
    char *value;
    if (!config_text_value(loader->lookup(name), &value, &error))
        add_problem(loader, "%s: %s", name, error.text);
    return value;
}

static bool parse(struct loader *loader, const struct config_table_row *row, const char *value,
                  struct error *error)
{
    return config_table_parse(row, value, loader->config.home_dir, &loader->config, error);
}

/* Whether the value begins with the name of a variable, as in "S3_BUCKET=images". */
static bool check_name(const struct config_table_row *row, const char *value, struct error *error)
{
    unsigned length = config_text_name(value, row->name);
    for (size_t i = 0; !length && i < CONFIG_FALLBACKS && row->fallbacks[i]; i++)
        length = config_text_name(value, row->fallbacks[i]);
    return !length ||
           error_set(error, ERROR_INVALID, "the value begins with \"%.*s\": leave that away",
                     (int)(length < 40 ? length : 40), value);
}

static void add_wrong_value(struct loader *loader, const struct config_table_row *row,
                            const char *name, const char *value, const struct error *error)
{
    /* What stands before an '@' in a URL may be a password. */
    if (row->flags & IS_SECRET || strchr(value, '@') || error->code == ERROR_NO_MEMORY)
        add_problem(loader, "%s: %s", name, error->text);
    else
        add_problem(loader, "%s is %s: %s", name, quoted(value, VALUE_SHOWN_MAX).text, error->text);
}

/* Reads what the environment has under `name` into the variable's field; false: nothing. */
static bool load_name(struct loader *loader, const struct config_table_row *row, const char *name)
{
    struct error error;
    CLEANUP(free_cleanup) char *value = look_up(loader, name);
    if (!value)
        return false;
    bool good = check_name(row, value, &error) && parse(loader, row, value, &error);
    if (!good)
        add_wrong_value(loader, row, name, value, &error);
    if (row->parser == PARSE_PROVIDER)
        loader->provider_known = good;
    if (row->flags & IS_SECRET)
        explicit_bzero(value, strlen(value));
    return true;
}

static void load_own_names(struct loader *loader)
{
    bool s3 = false;
    for (size_t i = 0; i < config_table_size; i++) {
        loader->set[i] = load_name(loader, &config_table[i], config_table[i].name);
        s3 = s3 || (loader->set[i] && config_table[i].flags & MEANS_S3);
    }
    if (!loader->provider_known)
        loader->config.provider = s3 ? CONFIG_S3 : CONFIG_LOCAL;
}

static void load_fallbacks(struct loader *loader, bool keys_too)
{
    for (size_t i = 0; i < config_table_size; i++) {
        const struct config_table_row *variable = &config_table[i];
        if (variable->flags & IS_KEY && !keys_too)
            continue;
        for (size_t j = 0; j < CONFIG_FALLBACKS && variable->fallbacks[j] && !loader->set[i]; j++)
            loader->set[i] = load_name(loader, variable, variable->fallbacks[j]);
    }
}

static void load_initial(struct loader *loader)
{
    struct error error;
    for (size_t i = 0; i < config_table_size; i++)
        if (!loader->set[i] && config_table[i].initial &&
            !parse(loader, &config_table[i], config_table[i].initial, &error))
            add_problem(loader, "%s: %s", config_table[i].name, error.text);
}

static bool is_set(const struct loader *loader, const char *name)
{
    return loader->set[config_table_find(name)];
}

/* A default that depends on other variables. */
static void set_default(struct loader *loader, const char *name, const char *value)
{
    struct error error;
    size_t i = config_table_find(name);
    if (loader->set[i])
        return;
    loader->set[i] = true;
    if (!parse(loader, &config_table[i], value, &error))
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
    else if (loader->config.s3_access_key && loader->config.s3_secret_key &&
             keys_check_swapped(loader->config.s3_access_key, loader->config.s3_secret_key))
        add_problem(loader, "%s and %s are swapped: what %s holds is an access key", access, secret,
                    secret);
}

static void take(char **place, char **value)
{
    free(*place);
    *place = TAKE(*value);
}

/* What S3_ENDPOINT says of the bucket and the region, taken out of it. */
static void read_endpoint(struct loader *loader)
{
    CLEANUP(bucket_address_finish) struct bucket_address address = {0};
    struct config *config = &loader->config;
    struct error error;
    if (!config->s3_endpoint || (is_set(loader, "S3_BUCKET") && !config->s3_bucket))
        return;
    if (!bucket_address_read(config->s3_endpoint, config->s3_bucket, config->s3_addressing_style,
                             &address, &error)) {
        add_wrong_value(loader, &config_table[config_table_find("S3_ENDPOINT")], "S3_ENDPOINT",
                        config->s3_endpoint, &error);
        return;
    }
    config->s3_endpoint_names_bucket = address.named;
    config->s3_endpoint_names_region = address.region && !is_set(loader, "S3_REGION");
    take(&config->s3_endpoint, &address.endpoint);
    take(&config->s3_bucket, &address.bucket);
    if (address.region)
        set_default(loader, "S3_REGION", address.region);
}

static void check_cdn(struct loader *loader)
{
    struct error error;
    const char *url = loader->config.s3_cdn_url, *bucket = loader->config.s3_bucket;
    if (url && bucket && !bucket_address_check_cdn(url, bucket, &error))
        add_wrong_value(loader, &config_table[config_table_find("S3_CDN_URL")], "S3_CDN_URL", url,
                        &error);
}

static void check_bucket(struct loader *loader)
{
    if (!is_set(loader, "S3_BUCKET") && !loader->config.s3_bucket)
        add_problem(loader,
                    "S3_BUCKET is not set: set it to the name of the bucket for the images, or "
                    "IMAGE_STORAGE_PROVIDER=local to keep them in a directory");
}

/* Automatic clean-up must be wanted as a whole: with a rule, and not only by its rules. */
static void check_cleanup(struct loader *loader)
{
    static const char *const rules[] = {"IMAGE_CLEANUP_OLDER_THAN_DAYS",
                                        "IMAGE_CLEANUP_KEEP_COUNT"};
    const char *part = loader->config.cleanup_run_on_save ? "IMAGE_CLEANUP_RUN_ON_SAVE" : NULL;
    bool has_rule = false;
    for (size_t i = 0; i < LENGTH(rules); i++) {
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
    read_endpoint(loader);
    load_fallbacks(loader, !own_keys);
    if (is_set(loader, "S3_ACCESS_KEY"))
        loader->config.s3_keys_from = own_keys ? "S3_ACCESS_KEY and S3_SECRET_KEY"
                                               : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    set_default(loader, "S3_REGION", "us-east-1");
    check_keys(loader, own_keys);
    check_bucket(loader);
    check_cdn(loader);
    if (!is_set(loader, "S3_ACCESS_KEY") && loader->config.home_dir)
        set_default(loader, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
}

/* A place that the XDG base directory specification gives: the variable's, unless it is relative
 * (which is to be ignored), else the one under the home directory. NULL when there is neither, or a
 * problem. */
static char *xdg_directory(struct loader *loader, const char *variable, const char *under_home)
{
    CLEANUP(free_cleanup) char *base = look_up(loader, variable);
    CLEANUP(buffer_finish) struct buffer path = BUFFER_INIT(SIZE_MAX / 2);
    const char *home = loader->config.home_dir;
    struct error error;
    bool set = base && *base == '/';
    if (!set && !home)
        return NULL;
    if (!buffer_printf(&path, &error, "%s%s/image-storage-mcp", set ? base : home,
                       set ? "" : under_home))
        add_problem(loader, "%s: %s", variable, error.text);
    return buffer_take(&path);
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
    assert(config_table_size <= VARIABLES_MAX);
    loader.config.home_dir = look_up(&loader, "HOME");
    load_own_names(&loader);
    if (loader.config.provider == CONFIG_S3)
        load_s3(&loader);
    else
        load_local(&loader);
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

void config_finish(struct config *config)
{
    for (size_t i = 0; i < config_table_size; i++)
        if (config_table_is_string(&config_table[i]))
            finish_string((char **)((char *)config + config_table[i].field),
                          config_table[i].flags & IS_SECRET);
    free(config->state_dir);
    free(config->home_dir);
    *config = (struct config){0};
}

const char *config_problems(const struct buffer *problems)
{
    return problems->size > 0 ? problems->data : "there is not enough memory to read it\n";
}

bool config_load_or_report(struct config *ret_config, FILE *file)
{
    CLEANUP(buffer_finish) struct buffer problems = BUFFER_INIT(64 * 1024);
    if (config_load(NULL, ret_config, &problems))
        return true;
    fprintf(file, "image-storage-mcp: the configuration has problems:\n%s",
            config_problems(&problems));
    return false;
}

bool config_variable_value(char *(*lookup)(const char *name), const char *name, char **ret_value,
                           struct error *error)
{
    return config_text_value(lookup(name), ret_value, error);
}

bool config_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}
