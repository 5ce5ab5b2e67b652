/* SPDX-License-Identifier: MIT */
/* Hosts differ in where the file is, what the list of servers is called and what an entry must
 * have: a line of data each, and no code of its own. */
#include "setup/host.h"

#include <stdio.h>
#include <string.h>

#define SERVERS "mcpServers"

const struct host hosts[] = {
    {.name = "claude-desktop",
     .title = "Claude Desktop",
     .files = {[HOST_USER] = {HOST_CONFIG, "Claude/claude_desktop_config.json"}},
     .list = SERVERS},
    {.name = "claude-code",
     .title = "Claude Code",
     .files = {[HOST_USER] = {HOST_HOME, ".claude.json"},
               [HOST_PROJECT] = {HOST_DIRECTORY, ".mcp.json"}},
     .list = SERVERS,
     .says_type = true},
    {.name = "cursor",
     .title = "Cursor",
     .files = {[HOST_USER] = {HOST_HOME, ".cursor/mcp.json"},
               [HOST_PROJECT] = {HOST_DIRECTORY, ".cursor/mcp.json"}},
     .list = SERVERS},
    {.name = "vscode",
     .title = "VS Code",
     .files = {[HOST_USER] = {HOST_CONFIG, "Code/User/mcp.json"},
               [HOST_PROJECT] = {HOST_DIRECTORY, ".vscode/mcp.json"}},
     .list = "servers",
     .says_type = true},
    {.name = "windsurf",
     .title = "Windsurf",
     .files = {[HOST_USER] = {HOST_HOME, ".codeium/windsurf/mcp_config.json"}},
     .list = SERVERS,
     .says_args = true},
    {.name = "zed",
     .title = "Zed",
     .files = {[HOST_USER] = {HOST_CONFIG, "zed/settings.json"}},
     .list = "context_servers",
     .says_args = true},
    {.name = "gemini-cli",
     .title = "Gemini CLI",
     .files = {[HOST_USER] = {HOST_HOME, ".gemini/settings.json"},
               [HOST_PROJECT] = {HOST_DIRECTORY, ".gemini/settings.json"}},
     .list = SERVERS},
    {.name = "cline",
     .title = "Cline",
     .files = {[HOST_USER] = {HOST_HOME, ".cline/data/settings/cline_mcp_settings.json"}},
     .list = SERVERS},
    {.name = "lm-studio",
     .title = "LM Studio",
     .files = {[HOST_USER] = {HOST_HOME, ".lmstudio/mcp.json"}},
     .list = SERVERS},
    {.name = "codex",
     .title = "Codex",
     .files = {[HOST_USER] = {HOST_HOME, ".codex/config.toml"},
               [HOST_PROJECT] = {HOST_DIRECTORY, ".codex/config.toml"}},
     .list = "mcp_servers",
     .is_toml = true},
    {0},
};

const struct host *host_find(const char *name)
{
    for (const struct host *host = hosts; host->name; host++)
        if (strcmp(host->name, name) == 0)
            return host;
    return NULL;
}

bool host_file_path(const struct host *host, enum host_scope scope,
                    char *(*lookup)(const char *name), const char *directory, char **ret_path,
                    struct error *error)
{
    const struct host_file *file = &host->files[scope];
    const char *below = "";
    if (!file->path)
        return error_set(error, ERROR_INVALID,
                         "%s has no configuration for a %s; leave out --scope", host->title,
                         scope == HOST_PROJECT ? "project" : "user");
    if (file->base != HOST_DIRECTORY) {
        const char *config = file->base == HOST_CONFIG ? lookup("XDG_CONFIG_HOME") : NULL;
        directory = config && *config == '/' ? config : lookup("HOME");
        if (file->base == HOST_CONFIG && directory != config)
            below = "/.config";
        if (!directory || *directory != '/')
            return error_set(error, ERROR_INVALID,
                             "HOME is not set, so it is not known where %s is configured",
                             host->title);
    }
    if (asprintf(ret_path, "%s%s/%s", directory, below, file->path) < 0)
        return error_no_memory(error);
    return true;
}

json_t *host_entry(const struct host *host, const char *program, json_t *environment)
{
    json_t *type = host->says_type ? json_string("stdio") : NULL;
    json_t *arguments = host->says_args ? json_array() : NULL;
    if ((host->says_type && !type) || (host->says_args && !arguments)) {
        json_decref(type);
        json_decref(arguments);
        return NULL;
    }
    /* "*" leaves out what is NULL */
    return json_pack("{s:o*, s:s, s:o*, s:O}", "type", type, "command", program, "args", arguments,
                     "env", environment);
}
