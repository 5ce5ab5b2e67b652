/* SPDX-License-Identifier: MIT */
/* Shows a change before it makes it: what is written is exactly what was shown, or nothing if the
 * file has changed since. */
#include "base/array.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "config/config_storage.h"
#include "setup/change.h"
#include "setup/config_file.h"
#include "setup/entry_text.h"
#include "setup/environment.h"
#include "setup/host.h"
#include "setup/toml.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#define DEFAULT_NAME "image-storage"

enum { NAME_MAX_LENGTH = 64, QUESTION_SIZE = 128 };

/* What was asked for. */
struct request {
    const struct host *host;
    enum host_scope scope;
    struct entry_place place;
    char *path;          /* of the host's file, as the host knows it */
    json_t *environment; /* of the server, in the entry */
    bool removing;
};

static void request_finish(struct request *request)
{
    free(request->path);
    json_decref(request->environment);
}

static void json_decref_cleanup(json_t **value)
{
    json_decref(*value);
}

/* Hosts make names of tools from it, in which not every character can stand. */
static bool check_name(const char *name, struct error *error)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strspn(name, allowed);
    return (length > 0 && length <= NAME_MAX_LENGTH && !name[length]) ||
           error_set(error, ERROR_INVALID,
                     "--name is %s, but must be 1 to %d of a-z, A-Z, 0-9, - and _",
                     quoted(name, 60).text, NAME_MAX_LENGTH);
}

static bool read_scope(const struct cli *cli, enum host_scope *ret_scope, struct error *error)
{
    const char *scope = cli_value(cli, "scope");
    if (!scope || strcmp(scope, "user") == 0)
        *ret_scope = HOST_USER;
    else if (strcmp(scope, "project") == 0)
        *ret_scope = HOST_PROJECT;
    else
        return error_set(error, ERROR_INVALID, "--scope is %s, but must be user or project",
                         quoted(scope, 60).text);
    return true;
}

static bool find_path(struct request *request, struct error *error)
{
    CLEANUP(free_cleanup) char *directory = getcwd(NULL, 0);
    if (!directory)
        return error_set(error, ERROR_UNAVAILABLE, "the current directory is not known: %s",
                         strerror(errno));
    return host_file_path(request->host, request->scope, getenv, directory, &request->path, error);
}

/* "NAME=value" of what --env was given: a name alone stands for the value that it has in the
 * environment, or that is asked for. What is on the command line, everybody can read in `ps`. */
static bool read_setting(struct cli *cli, const char *given, char **ret_setting,
                         struct error *error)
{
    const char *equals = strchr(given, '=');
    CLEANUP(free_cleanup) char *name = strndup(given, strcspn(given, "="));
    CLEANUP(free_cleanup) char *value = NULL;
    if (!name)
        return error_no_memory(error);
    bool secret = config_variable_is_secret(name);
    if (equals && equals[1] && secret)
        output_say(&cli->errors, STYLE_WARN,
                   "The value of %s is on the command line, where other users can read it and the "
                   "shell keeps it; --env %s takes it from the environment or asks.",
                   name, name);
    if (equals || !environment_knows(name))
        return (*ret_setting = strdup(given)) || error_no_memory(error);
    if (!config_variable_value(getenv, name, &value, error) ||
        (!value && !question_ask_value(cli, name, secret, &value, error)))
        return false;
    bool made = asprintf(ret_setting, "%s=%s", name, value) >= 0;
    explicit_bzero(value, strlen(value));
    return made || error_no_memory(error);
}

static void settings_destroy(char **settings)
{
    for (size_t i = 0; settings && settings[i]; i++) {
        explicit_bzero(settings[i], strlen(settings[i]));
        free(settings[i]);
    }
    free(settings);
}
DEFINE_CLEANUP(char **, settings_destroy)

static bool read_environment(struct cli *cli, struct request *request, const json_t *kept,
                             struct error *error)
{
    CLEANUP(settings_destroy_cleanup)
    char **settings = calloc(cli->given_count + 1, sizeof *settings);
    size_t count = 0;
    if (!settings)
        return error_no_memory(error);
    for (size_t i = 0; i < cli->given_count; i++) {
        if (strcmp(cli->given[i].name, "env") != 0)
            continue;
        if (!read_setting(cli, cli->given[i].value, &settings[count], error))
            return false;
        count++;
    }
    return environment_collect(getenv, (const char *const *)settings, count, kept,
                               &request->environment, error);
}

static bool read_request(const struct cli *cli, struct request *request, struct error *error)
{
    const char *name = cli_value(cli, "name");
    *request = (struct request){
        .host = host_find(cli->arguments[0]),
        .removing = cli_has(cli, "remove"),
    };
    if (!request->host)
        return error_set(error, ERROR_INVALID,
                         "%s is no host that this program knows; image-storage-mcp setup "
                         "lists them",
                         quoted(cli->arguments[0], 60).text);
    request->place = (struct entry_place){.list = request->host->list,
                                          .name = name ? name : DEFAULT_NAME};
    return check_name(request->place.name, error) && read_scope(cli, &request->scope, error) &&
           find_path(request, error);
}

/* Sees to it that the server will start with what it is given here; the problems are printed. */
static bool check_configuration(const json_t *environment, struct error *error)
{
    struct config_variable variable;
    for (size_t i = 0; config_describe(i, &variable); i++) {
        json_t *value = json_object_get(environment, variable.name);
        if (value && setenv(variable.name, json_string_value(value), 1) < 0)
            return error_no_memory(error);
        if (!value)
            unsetenv(variable.name);
    }
    struct config config;
    CLEANUP(storage_destroy_cleanup) struct storage *storage = NULL;
    if (!config_load_or_report(&config, stderr))
        return error_set(error, ERROR_INVALID,
                         "the server would not start with this configuration");
    bool starts = storage_from_config(&config, &storage, error);
    config_finish(&config);
    return starts || error_prefix(error, "the server would not start with this configuration");
}

static bool make_entry(const struct request *request, json_t *environment, json_t **ret_entry,
                       struct error *error)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return error_set(error, ERROR_UNAVAILABLE,
                         "the path of this program cannot be determined: %s", strerror(errno));
    program[length] = '\0';
    *ret_entry = host_entry(request->host, program, environment);
    return *ret_entry || error_no_memory(error);
}

static void print_lines(const struct output *output, char *text)
{
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) && (rest || *line))
        output_line(output, STYLE_PLAIN, line);
}

/* The entry alone, as the whole of a file. On a terminal, where others may look on, secrets are
 * hidden. */
static bool print_entry(const struct cli *cli, const struct request *request, struct error *error)
{
    CLEANUP(json_decref_cleanup) json_t *hidden = NULL;
    CLEANUP(json_decref_cleanup) json_t *entry = NULL;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    bool hide = cli->output.terminal && environment_has_secret(request->environment);
    if (hide && !(hidden = environment_without_secrets(request->environment)))
        return error_no_memory(error);
    if (!make_entry(request, hide ? hidden : request->environment, &entry, error) ||
        !(request->host->is_toml
              ? toml_entry(request->place.list, request->place.name, entry, &text, error)
              : entry_text_put("", 0, &request->place, entry, &text, error)))
        return false;
    print_lines(&cli->output, text.data);
    explicit_bzero(text.data, text.size);
    if (!output_flush(&cli->output, error))
        return false;
    output_say(&cli->errors, STYLE_PLAIN, "This goes into %s", request->path);
    if (hide)
        output_say(&cli->errors, STYLE_PLAIN,
                   "Secrets are hidden on a terminal; they are printed into a file or a pipe.");
    return true;
}

static void print_change(const struct output *output, const char *path, char *lines)
{
    output_line(output, STYLE_BOLD, path);
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
        enum output_style style = *line == '+' ? STYLE_GOOD : *line == '-' ? STYLE_BAD : STYLE_DIM;
        output_line(output, style, line);
    }
}

/* What a person should know before saying yes. */
static void print_notes(const struct output *errors, const struct request *request,
                        const struct config_file *file)
{
    if (json_object_size(request->environment) == 0)
        output_say(errors, STYLE_PLAIN,
                   "No bucket is set, so images will go into a local directory. For a bucket, set "
                   "the S3_* variables here, or give them with --env.");
    if (!environment_has_secret(request->environment))
        return;
    if (request->scope == HOST_PROJECT)
        output_say(errors, STYLE_PLAIN,
                   "This puts a secret into a file of the project: do not commit it.");
    if (file->exists && file->status.st_mode & 077)
        output_say(errors, STYLE_PLAIN,
                   "This puts a secret into a file that others can read: chmod 600 %s", file->path);
}

static bool confirm(struct cli *cli, const struct request *request, bool *ret_yes,
                    struct error *error)
{
    char question[QUESTION_SIZE];
    snprintf(question, sizeof question, "%s %s %s?", request->removing ? "Remove" : "Write",
             request->removing ? "it from" : "this for", request->host->title);
    if (!question_confirm(cli, question, ret_yes, error))
        return false;
    if (!*ret_yes)
        output_say(&cli->errors, STYLE_PLAIN, "Nothing was changed.");
    return true;
}

/* The new text of the file. */
static bool edit(const struct request *request, const struct config_file *file, struct buffer *text,
                 struct error *error)
{
    CLEANUP(json_decref_cleanup) json_t *entry = NULL;
    const struct buffer *old = &file->text;
    bool done = request->removing
                    ? entry_text_remove(old->data, old->size, &request->place, text, error)
                    : make_entry(request, request->environment, &entry, error) &&
                          entry_text_put(old->data, old->size, &request->place, entry, text, error);
    return done || error_prefix(error, "%s was not changed", file->path);
}

static bool show_and_write(struct cli *cli, const struct request *request,
                           const struct config_file *file, const struct buffer *text,
                           struct error *error)
{
    CLEANUP(buffer_finish) struct buffer lines = BUFFER_INIT(SIZE_MAX / 4);
    CLEANUP(free_cleanup) char *backup = NULL;
    bool secret = environment_has_secret(request->environment), yes;
    if (!change_lines(file->text.data, file->text.size, text->data, text->size, &lines, error))
        return false;
    print_change(&cli->output, file->path, lines.data);
    if (!output_flush(&cli->output, error))
        return false;
    if (!request->removing)
        print_notes(&cli->errors, request, file);
    if (!confirm(cli, request, &yes, error))
        return false;
    if (!yes)
        return true;
    if (!config_file_replace(file, text->data, text->size, secret, &backup, error))
        return false;
    output_say(&cli->errors, STYLE_PLAIN, "%s Restart %s.",
               request->removing ? "Removed." : "Done.", request->host->title);
    if (backup)
        output_say(&cli->errors, STYLE_PLAIN, "The file as it was: %s", backup);
    return true;
}

/* The variables of the entry that is there, which stay unless others are given. What cannot be read
 * as JSON is refused later. Fails only with ERROR_NO_MEMORY. */
static bool kept_environment(const struct request *request, const struct config_file *file,
                             json_t **ret_kept, struct error *error)
{
    CLEANUP(json_decref_cleanup) json_t *entry = NULL;
    if (!entry_text_get(file->text.data, file->text.size, &request->place, &entry, error))
        return error->code != ERROR_NO_MEMORY;
    json_t *environment = json_object_get(entry, "env");
    const char *name;
    json_t *value;
    json_object_foreach(environment, name, value)
    {
        if (!json_is_string(value))
            return true;
    }
    *ret_kept = json_incref(environment);
    return true;
}

static bool change_file(struct cli *cli, struct request *request, struct error *error)
{
    CLEANUP(config_file_finish) struct config_file file = {0};
    CLEANUP(json_decref_cleanup) json_t *kept = NULL;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    if (!config_file_read(request->path, &file, error))
        return false;
    if (!kept_environment(request, &file, &kept, error))
        return false;
    if (!request->removing && (!read_environment(cli, request, kept, error) ||
                               !check_configuration(request->environment, error)))
        return false;
    if (!edit(request, &file, &text, error)) {
        struct error refusal = *error; /* then it can be done by hand */
        if (request->removing || print_entry(cli, request, error))
            *error = refusal;
        return false;
    }
    if (text.size == file.text.size && memcmp(text.data, file.text.data, text.size) == 0) {
        output_say(&cli->errors, STYLE_PLAIN, "Nothing to do: %s %s \"%s\" in %s",
                   request->host->title, request->removing ? "has no" : "already has this",
                   request->place.name, file.path);
        return true;
    }
    return show_and_write(cli, request, &file, &text, error);
}

/* Whether the host's file has an entry of the usual name. */
static const char *host_state(const struct host *host, const char *path)
{
    struct error ignored;
    CLEANUP(config_file_finish) struct config_file file = {0};
    CLEANUP(json_decref_cleanup) json_t *entry = NULL;
    const struct entry_place place = {.list = host->list, .name = DEFAULT_NAME};
    if (host->is_toml)
        return "by hand";
    if (!config_file_read(path, &file, &ignored) ||
        !entry_text_get(file.text.data, file.text.size, &place, &entry, &ignored))
        return "unreadable";
    return entry ? "set up" : file.exists ? "not set up" : "no file";
}

static bool list_hosts(const struct cli *cli, struct error *error)
{
    static const char *const titles[] = {"HOST", "STATE", "FILE"};
    CLEANUP(table_finish) struct table table = {0};
    table_init(&table, titles, LENGTH(titles));
    for (const struct host *host = hosts; host->name; host++) {
        CLEANUP(free_cleanup) char *path = NULL;
        if (!host_file_path(host, HOST_USER, getenv, "", &path, error) ||
            !table_add(&table, host->name, error) ||
            !table_add(&table, host_state(host, path), error) || !table_add(&table, path, error))
            return false;
    }
    return table_print(&table, &cli->output, error);
}

static bool setup_run(struct cli *cli, struct error *error)
{
    CLEANUP(request_finish) struct request request = {0};
    if (cli->argument_count == 0)
        return list_hosts(cli, error);
    if (!read_request(cli, &request, error))
        return false;
    if (request.removing && request.host->is_toml)
        return error_set(error, ERROR_INVALID,
                         "%s is TOML, which this program does not change; remove [%s.%s] by hand",
                         request.path, request.place.list, request.place.name);
    if (!cli_has(cli, "print") && !request.host->is_toml)
        return change_file(cli, &request, error);
    return read_environment(cli, &request, NULL, error) &&
           check_configuration(request.environment, error) && print_entry(cli, &request, error);
}

static const struct cli_option options[] = {
    {.name = "env",
     .letter = 'e',
     .argument = "NAME[=VALUE]",
     .help =
         "Set a variable of the server; once for each. NAME alone takes its value from the "
         "environment, or asks for it. Those set here are taken too, and those of an entry that "
         "is there stay; NAME= leaves one out."},
    {.name = "scope",
     .argument = "SCOPE",
     .help = "user (unless given), or project: the configuration in this directory.",
     .values = "user project"},
    {.name = "name",
     .argument = "NAME",
     .help = "What the host calls the server; " DEFAULT_NAME "."},
    {.name = "print", .help = "Print the entry and change nothing."},
    {.name = "remove", .help = "Remove the entry."},
    CLI_YES_OPTION,
    {0},
};

const struct cli_command command_setup = {
    .name = "setup",
    .arguments = "[HOST]",
    .values = "claude-desktop claude-code cursor vscode windsurf zed gemini-cli cline lm-studio "
              "codex",
    .summary = "Put this server into an assistant's configuration",
    .description =
        "Shows what changes in the configuration file of the host, and changes it after a yes. The "
        "rest of the file stays as it is, comments too, and the file as it was is kept beside it. "
        "The server gets the S3_* and IMAGE_* variables that are set now; an entry that is there "
        "already keeps those it has. Without HOST, lists the hosts and their files.",
    .options = options,
    .arguments_max = 1,
    .run = setup_run,
};
