/* SPDX-License-Identifier: MIT */
/* A host starts the server without the environment of the user's shell. What works in the shell is
 * therefore written into the host's configuration. */
#include "setup/environment.h"

#include "base/cleanup.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "config/config.h"

#include <string.h>

static bool is_known(const char *name, size_t length)
{
    struct config_variable known;
    for (size_t i = 0; config_describe(i, &known); i++)
        if (strlen(known.name) == length && strncmp(known.name, name, length) == 0)
            return true;
    return false;
}

static bool check_setting(const char *setting, struct error *error)
{
    const char *equals = strchr(setting, '=');
    size_t length = equals ? (size_t)(equals - setting) : strlen(setting);
    char name[80];
    snprintf(name, sizeof name, "%.*s", length < sizeof name ? (int)length : (int)sizeof name - 1,
             setting);
    if (!is_known(setting, length))
        return error_set(error, ERROR_INVALID,
                         "%s is no variable of this program; image-storage-mcp --help lists all",
                         quoted(name, 60).text);
    if (!equals)
        return error_set(error, ERROR_INVALID, "%.60s has no value; write %.60s=VALUE", setting,
                         setting);
    return true;
}

/* The value of the last setting of that name; NULL: there is none. */
static const char *find_setting(const char *const *settings, size_t count, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = count; i-- > 0;)
        if (strncmp(settings[i], name, length) == 0 && settings[i][length] == '=')
            return settings[i] + length + 1;
    return NULL;
}

static bool environment_add(json_t *environment, const char *name, const char *value,
                            struct error *error)
{
    if (!utf8_valid(value))
        return error_set(error, ERROR_INVALID,
                         "the value of %s is not UTF-8, so it cannot be put into a configuration "
                         "file",
                         name);
    return json_object_set_new(environment, name, json_string(value)) == 0 ||
           error_no_memory(error);
}

/* Puts one variable there, or leaves it out when a setting says so. */
static bool put_variable(json_t *environment, char *(*lookup)(const char *name), const char *name,
                         const char *setting, struct error *error)
{
    CLEANUP(free_cleanup) char *found = NULL;
    bool wanted = strncmp(name, "AWS_", 4) != 0 || json_object_get(environment, "S3_BUCKET");
    if (!setting && wanted && !config_variable_value(lookup, name, &found, error))
        return false;
    const char *value = setting ? setting : found;
    if (value && !*value)
        json_object_del(environment, name);
    bool done = !value || !*value || environment_add(environment, name, value, error);
    if (found)
        explicit_bzero(found, strlen(found));
    return done;
}

bool environment_collect(char *(*lookup)(const char *name), const char *const *settings,
                         size_t count, const json_t *kept, json_t **ret_environment,
                         struct error *error)
{
    struct config_variable variable;
    for (size_t i = 0; i < count; i++)
        if (!check_setting(settings[i], error))
            return false;
    json_t *environment = kept ? json_copy((json_t *)kept) : json_object();
    if (!environment)
        return error_no_memory(error);
    for (size_t i = 0; config_describe(i, &variable); i++)
        if (!put_variable(environment, lookup, variable.name,
                          find_setting(settings, count, variable.name), error)) {
            json_decref(environment);
            return false;
        }
    *ret_environment = environment;
    return true;
}

bool environment_knows(const char *name)
{
    return is_known(name, strlen(name));
}

bool environment_has_secret(const json_t *environment)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)environment, name, value)
    {
        if (config_variable_is_secret(name))
            return true;
    }
    return false;
}

json_t *environment_without_secrets(const json_t *environment)
{
    const char *name;
    json_t *value, *copy = json_copy((json_t *)environment);
    json_object_foreach((json_t *)environment, name, value)
    {
        if (copy && config_variable_is_secret(name) &&
            json_object_set_new(copy, name, json_string("********")) < 0) {
            json_decref(copy);
            copy = NULL;
        }
    }
    return copy;
}
