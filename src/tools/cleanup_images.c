/* SPDX-License-Identifier: MIT */
/* Plan, confirm, execute. The plan deletes nothing and signs in a handle what it was about; only
 * that handle leads to the execution, which deletes what was planned or nothing. A client that can
 * ask its user gets the question as a multi round-trip request instead, with the handle as its
 * requestState. */
#include "base/clock.h"
#include "base/counted.h"
#include "base/json_text.h"
#include "config/confirmation_key.h"
#include "storage/age.h"
#include "storage/storage_cleanup.h"
#include "tools/confirmation.h"
#include "tools/tools.h"
#include "views/cleanup_json.h"

#include <string.h>

enum { TEXT_MAX = 32 * 1024, QUESTION_MAX = 512 };

static const char question_name[] = "confirm_cleanup";

/* What the call is about: the policy, and a digest of the arguments it came from. */
struct cleanup_call {
    struct retention_policy policy;
    unsigned char arguments[SHA256_SIZE];
    bool has_rule;
};

static bool digest_arguments(const json_t *arguments, unsigned char digest[SHA256_SIZE],
                             struct error *error)
{
    json_t *rules = json_copy((json_t *)arguments);
    if (rules)
        json_object_del(rules, "confirm");
    CLEANUP(free_cleanup) char *text = rules ? json_text(rules, JSON_SORT_KEYS) : NULL;
    json_decref(rules);
    return text ? sha256(text, strlen(text), digest, error) : error_no_memory(error);
}

static bool read_call(const json_t *arguments, struct cleanup_call *ret_call, struct error *error)
{
    const char *older_than = json_string_value(json_object_get(arguments, "older_than"));
    const json_t *keep_count = json_object_get(arguments, "keep_count");
    struct cleanup_call call = {
        .policy = {.keep_count = keep_count ? (int64_t)json_number_value(keep_count) : -1,
                   .model = json_string_value(json_object_get(arguments, "model"))},
        .has_rule = older_than || keep_count || json_object_get(arguments, "model"),
    };
    if ((older_than &&
         !age_parse(older_than, clock_wall_ms(), &call.policy.older_than_ms, error)) ||
        !digest_arguments(arguments, call.arguments, error))
        return false;
    *ret_call = call;
    return true;
}

static bool plan_text(const struct cleanup_plan *plan, struct buffer *text, struct error *error)
{
    char oldest[CLOCK_TEXT_SIZE], newest[CLOCK_TEXT_SIZE];
    if (plan->count == 0 && !plan->whole)
        return buffer_append_string(text, "Nothing to delete: no image is that old.", error);
    if (plan->count == 0)
        return buffer_printf(text, error, "Nothing to delete: the rule keeps %s.",
                             counted(plan->kept, "image").text);
    clock_format_rfc3339(plan->oldest_ms, oldest);
    clock_format_rfc3339(plan->newest_ms, newest);
    if (!buffer_printf(text, error, "%s (%s) made from %s to %s would be deleted, ",
                       counted(plan->count, "image").text, counted(plan->bytes, "byte").text,
                       oldest, newest) ||
        !(plan->whole ? buffer_printf(text, error, "%llu kept.", (unsigned long long)plan->kept)
                      : buffer_append_string(text, "the newer ones kept.", error)))
        return false;
    for (size_t i = 0; i < plan->sample_count; i++)
        if (!buffer_printf(text, error, "\n- %s", plan->sample[i].key))
            return false;
    return plan->count <= plan->sample_count ||
           buffer_printf(text, error, "\n- and %s",
                         counted(plan->count - plan->sample_count, "older image").text);
}

_Static_assert((int)CONFIRMATION_PLAN_SIZE == (int)CLEANUP_DIGEST_SIZE,
               "a handle has all of the digest that storage_cleanup() looks at");

/* Of a handle that is made now, in whole seconds. */
static int64_t expiry_ms(void)
{
    int64_t ms = clock_wall_ms() + CONFIRMATION_LIFETIME_MS;
    return ms - ms % 1000;
}

static bool sign_plan(const struct tools_context *tools, const struct cleanup_call *call,
                      const struct cleanup_plan *plan, int64_t expires_ms,
                      char text[CONFIRMATION_TEXT_SIZE], struct error *error)
{
    unsigned char key[CONFIRMATION_KEY_SIZE];
    struct confirmation confirmation = {
        .expires_ms = expires_ms,
        .older_than_ms = call->policy.older_than_ms,
        .keep_count = call->policy.keep_count,
        .saved_until_ms = plan->saved_until_ms,
    };
    if (call->policy.model)
        image_key_slug(call->policy.model, confirmation.model);
    memcpy(confirmation.plan, plan->digest, sizeof confirmation.plan);
    memcpy(confirmation.arguments, call->arguments, sizeof confirmation.arguments);
    return confirmation_key_from_config(tools->config, key, error) &&
           confirmation_sign(&confirmation, key, text, error);
}

static json_t *question_json(const struct cleanup_plan *plan)
{
    char message[QUESTION_MAX], oldest[CLOCK_TEXT_SIZE], newest[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(plan->oldest_ms, oldest);
    clock_format_rfc3339(plan->newest_ms, newest);
    snprintf(message, sizeof message, "Delete %s (%s) made from %s to %s for good?",
             counted(plan->count, "stored image").text, counted(plan->bytes, "byte").text, oldest,
             newest);
    return json_pack("{s:{s:s, s:{s:s, s:s, s:{s:s, s:{s:{s:s, s:s, s:s}}, s:[s]}}}}",
                     question_name, "method", "elicitation/create", "params", "mode", "form",
                     "message", message, "requestedSchema", "type", "object", "properties",
                     "delete", "type", "boolean", "title", "Delete them", "description",
                     "Deleted images cannot be brought back.", "required", "delete");
}

static bool ask_user(const struct tools_context *tools, const struct cleanup_call *call,
                     const struct cleanup_plan *plan, struct tool_result *ret_result,
                     struct error *error)
{
    char handle[CONFIRMATION_TEXT_SIZE];
    if (!sign_plan(tools, call, plan, expiry_ms(), handle, error))
        return false;
    struct tool_result result = {.input_requests = question_json(plan),
                                 .request_state = strdup(handle)};
    if (!result.input_requests || !result.request_state) {
        tool_result_finish(&result);
        return error_no_memory(error);
    }
    *ret_result = result;
    return true;
}

static bool show_plan(const struct tools_context *tools, const struct cleanup_call *call,
                      const struct cleanup_plan *plan, struct tool_result *ret_result,
                      struct error *error)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(TEXT_MAX);
    char handle[CONFIRMATION_TEXT_SIZE], expires[CLOCK_TEXT_SIZE];
    int64_t expires_ms = expiry_ms();
    if (!plan_text(plan, &text, error))
        return false;
    json_t *structured = cleanup_json_plan(plan);
    if (structured && plan->count > 0) {
        clock_format_rfc3339(expires_ms, expires);
        if (!sign_plan(tools, call, plan, expires_ms, handle, error) ||
            !buffer_printf(
                &text, error,
                "\n\nNothing was deleted yet. To delete exactly these, call cleanup_images "
                "with confirm \"%s\" (until %s).",
                handle, expires)) {
            json_decref(structured);
            return false;
        }
        json_object_set_new(structured, "confirm", json_string(handle));
        json_object_set_new(structured, "confirmExpires", json_string(expires));
    }
    return tool_result_text(text.data, structured, ret_result, error);
}

static bool execute(const struct tools_context *tools, const struct tool_call *call,
                    const struct retention_policy *policy, int64_t saved_until_ms,
                    const unsigned char *plan, struct tool_result *ret_result, struct error *error)
{
    CLEANUP(cleanup_result_finish) struct cleanup_result result = {0};
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(TEXT_MAX);
    if (!storage_cleanup(tools->storage, call->operation, policy, saved_until_ms, plan, &result,
                         error) ||
        !buffer_printf(&text, error, "Deleted %s (%s).", counted(result.deleted, "image").text,
                       counted(result.bytes, "byte").text))
        return false;
    if (result.failed > 0 && !buffer_printf(&text, error, "\n%s could not be deleted:",
                                            counted(result.failed, "object").text))
        return false;
    for (size_t i = 0; i < result.failure_count; i++)
        if (!buffer_printf(&text, error, "\n- %s: %s", result.failures[i].key,
                           result.failures[i].text))
            return false;
    if (result.stopped.code != ERROR_NONE &&
        !buffer_printf(&text, error, "\nIt stopped early: %s", result.stopped.text))
        return false;
    return tool_result_text(text.data, cleanup_json_result(&result), ret_result, error);
}

/* The plan behind a handle. with_rules: the call says its rules again, and they must be the plan's.
 */
static bool execute_plan(const struct tools_context *tools, const struct tool_call *call,
                         const struct cleanup_call *cleanup, const char *handle,
                         struct tool_result *ret_result, struct error *error)
{
    unsigned char key[CONFIRMATION_KEY_SIZE];
    struct confirmation plan;
    if (!confirmation_key_from_config(tools->config, key, error) ||
        !confirmation_verify(handle, key, clock_wall_ms(), &plan, error))
        return false;
    if (cleanup->has_rule && memcmp(plan.arguments, cleanup->arguments, sizeof plan.arguments) != 0)
        return error_set(
            error, ERROR_INVALID,
            "confirm is the handle of a plan with other rules: nothing was deleted; give "
            "confirm alone, or make a new plan");
    const struct retention_policy policy = {.older_than_ms = plan.older_than_ms,
                                            .keep_count = plan.keep_count,
                                            .model = *plan.model ? plan.model : NULL};
    return execute(tools, call, &policy, plan.saved_until_ms, plan.plan, ret_result, error);
}

/* The user's answer to ask_user(). */
static bool is_accepted(const json_t *input_responses)
{
    const json_t *answer = json_object_get(input_responses, question_name);
    const char *action = json_string_value(json_object_get(answer, "action"));
    return action && strcmp(action, "accept") == 0 &&
           json_is_true(json_object_get(json_object_get(answer, "content"), "delete"));
}

static bool make_plan(const struct tools_context *tools, const struct tool_call *call,
                      const struct cleanup_call *cleanup, struct tool_result *ret_result,
                      struct error *error)
{
    CLEANUP(cleanup_plan_finish) struct cleanup_plan plan = {0};
    if (!storage_plan_cleanup(tools->storage, call->operation, &cleanup->policy, &plan, error))
        return false;
    if (call->can_elicit && plan.count > 0)
        return ask_user(tools, cleanup, &plan, ret_result, error);
    return show_plan(tools, cleanup, &plan, ret_result, error);
}

bool tool_cleanup_images(void *context, const struct tool_call *call,
                         struct tool_result *ret_result, struct error *error)
{
    const struct tools_context *tools = context;
    const char *confirm = json_string_value(json_object_get(call->arguments, "confirm"));
    struct cleanup_call cleanup;
    if (!read_call(call->arguments, &cleanup, error))
        return false;
    if (confirm)
        return execute_plan(tools, call, &cleanup, confirm, ret_result, error);
    if (!retention_check(&cleanup.policy, error))
        return false;
    if (!tools->confirm_cleanup)
        return execute(tools, call, &cleanup.policy, clock_wall_ms(), NULL, ret_result, error);
    if (!call->request_state || !json_object_get(call->input_responses, question_name))
        return make_plan(tools, call, &cleanup, ret_result, error);
    if (!is_accepted(call->input_responses))
        return error_set(error, ERROR_CANCELLED, "the user declined: nothing was deleted");
    return execute_plan(tools, call, &cleanup, call->request_state, ret_result, error);
}
