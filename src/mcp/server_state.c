/* SPDX-License-Identifier: MIT */
/* What does not change while the server runs is made into JSON text once, at the start. */
#include "mcp/server_state.h"

#include "base/json_text.h"

#include <string.h>

enum { MAX_WORKERS = 16, MAX_FETCHERS = 8 };

static bool load_tools(struct server *server, struct error *error)
{
    const struct tool_set *set = &server->config->tools;
    struct buffer list = BUFFER_INIT(1024 * 1024);
    server->tools = calloc(set->count + 1, sizeof *server->tools);
    if (!server->tools || !buffer_append_string(&list, "[", error))
        return error_no_memory(error);
    for (size_t i = 0; i < set->count; i++) {
        struct server_tool *tool = &server->tools[i];
        tool->tool = &set->tools[i];
        tool->definition = json_loads(set->tools[i].definition, 0, NULL);
        tool->name = json_string_value(json_object_get(tool->definition, "name"));
        tool->input_schema = json_object_get(tool->definition, "inputSchema");
        tool->destructive = json_is_true(
            json_object_get(json_object_get(tool->definition, "annotations"), "destructiveHint"));
        /* it is compiled in, and tests see to it that it is right: only memory can be missing */
        if (!tool->name || !tool->input_schema ||
            !buffer_printf(&list, error, "%s%s", i ? "," : "", set->tools[i].definition)) {
            buffer_finish(&list);
            return error_no_memory(error);
        }
    }
    bool good = buffer_append_string(&list, "]", error);
    server->tools_list = buffer_take(&list);
    return good;
}

static bool make_texts(struct server *server, struct error *error)
{
    const struct server_config *config = server->config;
    json_t *info = json_pack("{s:s, s:s, s:s}", "name", config->name, "title", config->title,
                             "version", config->version);
    json_t *instructions = json_string(config->instructions);
    server->server_info = json_text(info, 0);
    server->instructions = json_text(instructions, 0);
    json_decref(info);
    json_decref(instructions);
    if (!server->server_info || !server->instructions)
        return error_no_memory(error);
    struct buffer head = BUFFER_INIT(4096);
    if (!buffer_printf(&head, error,
                       "\"resultType\":\"complete\","
                       "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":%s},",
                       server->server_info))
        return false;
    server->modern_head = buffer_take(&head);
    return true;
}

bool server_init(struct server *server, const struct server_config *config, int stop_fd,
                 struct error *error)
{
    *server = (struct server){.config = config};
    writer_init(&server->writer, config->output, stop_fd);
    subscriptions_init(&server->subscriptions, &server->writer);
    return request_list_init(&server->requests, error) && load_tools(server, error) &&
           make_texts(server, error) && worker_pool_create(MAX_WORKERS, &server->pool, error) &&
           worker_pool_create(MAX_FETCHERS, &server->fetchers, error);
}

void server_finish(struct server *server)
{
    worker_pool_destroy(server->pool); /* first: it submits to the other */
    worker_pool_destroy(server->fetchers);
    for (size_t i = 0; server->tools && i < server->config->tools.count; i++)
        json_decref(server->tools[i].definition);
    free(server->tools);
    free(server->tools_list);
    free(server->modern_head);
    free(server->server_info);
    free(server->instructions);
    subscriptions_finish(&server->subscriptions);
    request_list_finish(&server->requests);
    writer_finish(&server->writer);
}
