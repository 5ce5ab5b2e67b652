/* SPDX-License-Identifier: MIT */
#include "mcp/message_reader.h"
#include "mcp/server.h"
#include "mcp/server_state.h"
#include "support/failing_allocations.h"
#include "support/fake_resources.h"
#include "support/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A whole server whose n-th allocation fails, for every n: one request must end in an answer, in a
 * refusal, or in an error of server_run(), with nothing leaked and nothing broken. */

enum { PROMPT_QUARTERS = 17000 }; /* groups of four characters */

/* No failure may alter what was asked for: see make_input(). */
static void check_prompt(const json_t *prompt)
{
    const char *text = json_string_value(prompt);
    size_t length = json_string_length(prompt), same = strspn(text, text[0] == 'A' ? "A" : "B");
    assert_int_equal(length, same + (text[0] == 'A'));
    assert_int_equal(same, PROMPT_QUARTERS * 4);
    assert_true(text[0] == 'B' || text[same] == '!');
}

/* What save_image does with memory: bytes, texts, a result. */
static bool run_save(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    struct tool_bytes bytes;
    (void)context;
    check_prompt(json_object_get(call->arguments, "prompt"));
    if (!tool_call_bytes(call, json_object_get(call->arguments, "data"), 1 << 20, &bytes, error))
        return false;
    struct tool_result result = {
        .content = json_pack("[{s:s, s:s}]", "type", "text", "text", "saved"),
        .structured = json_pack("{s:I, s:O}", "size", (json_int_t)bytes.blob->size, "prompt",
                                json_object_get(call->arguments, "prompt")),
    };
    tool_bytes_finish(&bytes);
    if (!result.content || !result.structured) {
        json_decref(result.content);
        json_decref(result.structured);
        return error_no_memory(error);
    }
    *ret_result = result;
    return true;
}

static const struct tool tools[] = {
    {.definition = "{\"name\":\"save\",\"inputSchema\":{\"type\":\"object\",\"properties\":{"
                   "\"data\":{\"type\":"
                   "\"string\",\"contentEncoding\":\"base64\"},\"prompt\":{\"type\":\"string\"}},"
                   "\"required\":["
                   "\"data\",\"prompt\"]}}",
     .run = run_save},
};

static struct fake_resources resources = FAKE_RESOURCES_INIT;

static struct buffer input = {.max = 1 << 20};

static void put(const char *text, size_t times)
{
    struct error error;
    while (times-- > 0)
        assert_true(buffer_append_string(&input, text, &error));
}

/* What the input is answered with: a line for each request, and one for the batch (where initialize
 * has failed there are no batches: two, of which the second is not counted). */
enum { ANSWERS = 13 };

#define CALL(id)                                                                                   \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/call\",\"params\":{\"name\":\"save\","  \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{}},\"arguments\":{\"data\":"

#define MODERN(id, method, params)                                                                 \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{\"_meta\":{"         \
    "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                                  \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}" params "}}\n"

/* Lifted bytes, a long string that is put back, small base64, a refusal, resources, a listing. */
static void make_input(void)
{
    put(CALL("1") "\"data:image/png;base64,", 1);
    put("AAAA", 17000);
    put("\\n\",\"prompt\":\"", 1);
    put("AAAA", PROMPT_QUARTERS);
    put("!\"}}}\n" CALL("2") "\"Zm9v\",\"prompt\":\"", 1);
    put("BBBB", PROMPT_QUARTERS);
    put("\"}}}\n" CALL("3") "7}}}\nnonsense\n", 1);
    put(MODERN("5", "subscriptions/listen",
               ",\"notifications\":{\"resourcesListChanged\":true,\"resourceSubscriptions\":["
               "\"x:1\",\"y:1\"]}"),
        1);
    put(MODERN("11", "resources/list", "") MODERN("12", "resources/templates/list", "")
            MODERN("13", "resources/read", ",\"uri\":\"x:1\"")
                MODERN("14", "resources/read", ",\"uri\":\"x:large\"")
                    MODERN("15", "completion/complete",
                           ",\"ref\":{\"type\":\"ref/resource\",\"uri\":\"x:{name}\"},"
                           "\"argument\":{\"name\":\"name\",\"value\":\"\"}"),
        1);
    put("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
        "\"2025-03-26\"}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"resources/subscribe\",\"params\":{\"uri\":"
        "\"x:1\"}}\n"
        "[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"},"
        "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}]\n",
        1);
}

/* Every line that was written must be JSON-RPC; returns how many are answers. */
static int check_output(int file)
{
    static char text[1 << 20];
    ssize_t size = pread(file, text, sizeof text - 1, 0);
    assert_true(size >= 0);
    text[size] = '\0';
    int answers = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        json_t *message = json_loadb(line, (size_t)(end - line), 0, NULL);
        if (!message)
            fail_msg("not JSON: %.*s", (int)(end - line), line);
        json_t *first = json_is_array(message) ? json_array_get(message, 0) : message;
        assert_non_null(json_object_get(first, "jsonrpc"));
        bool alone = message == first && json_integer_value(json_object_get(first, "id")) == 8;
        answers += !json_object_get(first, "method") && !alone;
        json_decref(message);
    }
    return answers;
}

/* Serves the input with that allocation failing; whether it came to that. */
static bool serve(long nth, bool forever)
{
    int in = memfd_create("input", MFD_CLOEXEC), out = memfd_create("output", MFD_CLOEXEC);
    enum server_end end;
    struct error error = {0};
    struct server_config config = {.input = in,
                                   .output = out,
                                   .name = "test",
                                   .title = "Test",
                                   .version = "1",
                                   .instructions = "None.",
                                   .tools = {.tools = tools, .count = 1},
                                   .resources = fake_resources_set(&resources),
                                   .max_bytes = 1 << 20};
    assert_int_equal(write(in, input.data, input.size), input.size);
    lseek(in, 0, SEEK_SET);
    failing_allocations_begin(nth, forever);
    bool good = server_run(&config, &end, &error);
    bool failed = failing_allocations_end();
    if (good)
        assert_int_equal(end, SERVER_INPUT_ENDED);
    else
        assert_int_not_equal(error.code, ERROR_NONE);
    int answers = check_output(out);
    if (good && !forever && answers != ANSWERS)
        fail_msg("%d answers when allocation %ld fails", answers, nth);
    close(in);
    close(out);
    return failed;
}

static void serve_with_every_failure(bool forever)
{
    long nth = 0;
    while (serve(nth, forever) && nth < 100000)
        nth++;
    print_message("%ld allocations\n", nth);
    assert_in_range(nth, 100, 99999);
}

static void every_single_failing_allocation_is_survived(void **state)
{
    (void)state;
    serve_with_every_failure(false);
}

static void memory_that_stays_short_is_survived(void **state)
{
    (void)state;
    serve_with_every_failure(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_single_failing_allocation_is_survived),
        cmocka_unit_test(memory_that_stays_short_is_survived),
    };
    failing_allocations_hook_jansson();
    make_input();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_finish(&input);
    return failed;
}
