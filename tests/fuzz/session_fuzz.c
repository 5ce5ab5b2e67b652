/* SPDX-License-Identifier: MIT */
#include "mcp/schema.h"
#include "mcp/server.h"
#include "source/source_url.h"
#include "support/library.h"
#include "tools/tools.h"

#include "fuzz.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

/* A whole session: lines on stdin, the real server and its tools over a store in memory, and what
 * came out. The first byte says what is wrong with the store; then comes the sidecar of one of its
 * images, as somebody else may have left it there, and a NUL; the rest are the lines.
 *
 * All of it happens on one thread, so that an input always does the same: the linker sends
 * pthread_create() here (--wrap), which refuses, and whoever wanted the thread does the work
 * itself, as it does when a process has too many. In the same way read() hands out the input one
 * line at a time, so that a line can hold what an earlier answer gave: the byte 0x01 stands for the
 * last nextCursor, 0x02 for the last confirm, 0x03 for the last key; the clock stands still; and
 * nothing is fetched from the network. */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *argument), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *argument), void *argument);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
int64_t __wrap_clock_wall_ms(void);
bool __wrap_source_url_fetch(const struct source_url_settings *settings, const char *url,
                             size_t max, const struct operation *operation, struct blob **ret_blob,
                             struct error *error);

enum { INPUT_MAX = 256 * 1024, OUTPUT_MAX = 64 << 20, LAST_SIZE = 8192 };

enum { PUT_FAILS = 1, HEAD_FAILS = 2, GET_FAILS = 4, LIST_FAILS = 8, NO_CONFIRMATION = 16 };

static const int64_t now_ms = 1727431200000; /* 2024-09-27T10:00:00Z */

static struct session {
    bool running;
    int input, output;
    struct input lines;
    struct buffer line; /* the one being read, from line_at on */
    size_t line_at;
} session = {.line = {.max = INPUT_MAX}};

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *argument), void *argument)
{
    return session.running ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

int64_t __wrap_clock_wall_ms(void)
{
    return now_ms;
}

bool __wrap_source_url_fetch(const struct source_url_settings *settings, const char *url,
                             size_t max, const struct operation *operation, struct blob **ret_blob,
                             struct error *error)
{
    (void)settings, (void)url, (void)max, (void)operation, (void)ret_blob;
    return error_set(error, ERROR_UNAVAILABLE, "there is no network");
}

/* All that was written until now. */
static char *read_output(size_t *ret_size)
{
    off_t size = lseek(session.output, 0, SEEK_CUR);
    char *text = malloc((size_t)size + 1);
    check(text && size < OUTPUT_MAX && pread(session.output, text, (size_t)size, 0) == size);
    text[size] = '\0';
    *ret_size = (size_t)size;
    return text;
}

/* Appends the last value that a member of this name has in the output. */
static void append_last(struct buffer *line, const char *name)
{
    struct error error;
    size_t size;
    char *text = read_output(&size), *value = NULL, member[32];
    snprintf(member, sizeof member, "\"%s\":\"", name);
    for (char *at = text; (at = strstr(at, member)); at = value)
        value = at + strlen(member);
    size_t length = value ? strcspn(value, "\"\\") : 0;
    check(length >= LAST_SIZE || buffer_append(line, value, length, &error));
    free(text);
}

static void next_line(void)
{
    static const char *const members[] = {NULL, "nextCursor", "confirm", "key"};
    struct error error;
    char c = '\0';
    buffer_clear(&session.line);
    session.line_at = 0;
    while (session.lines.size > 0 && c != '\n') {
        c = (char)take_byte(&session.lines);
        if (c >= 1 && c <= 3)
            append_last(&session.line, members[(int)c]);
        else
            check(buffer_append_char(&session.line, c, &error));
    }
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
    if (!session.running || fd != session.input)
        return __real_read(fd, data, size);
    if (session.line_at == session.line.size)
        next_line();
    size_t left = session.line.size - session.line_at, taken = left < size ? left : size;
    if (taken > 0)
        memcpy(data, session.line.data + session.line_at, taken);
    session.line_at += taken;
    return (ssize_t)taken;
}

static const char *const others[] = {
    "generations-old/2024-09-19/flux-1/000000000001_8x4.png", "generations/notes.txt",
    "generations/2024-09-19/flux-1/000000000001_8x4.png.txt", "other/000000000001_8x4.png"};
enum { OTHERS = sizeof others / sizeof *others };

static struct library make_library(uint8_t faults, const char *sidecar)
{
    struct library library = library_create();
    struct image_key key = library_key(0, "flux-1", 1), record;
    struct error error;
    library.memory->now_ms = now_ms;
    library.memory->ops.name = "local"; /* as the tools' schemas know it */
    library_place(&library, 0, "flux-1", 1, 10);
    check(image_key_sidecar(key.text, &record, &error));
    memory_place(library.memory, record.text, sidecar, strlen(sidecar));
    memory_set(library_place(&library, 0, "flux-1", 2, 20), "prompt", "a%20cat");
    library_place(&library, 3, "sdxl", 3, 30);
    for (size_t i = 0; i < OTHERS; i++)
        memory_place(library.memory, others[i], "mine", 4);
    library.memory->put_failure = faults & PUT_FAILS ? ERROR_UNAVAILABLE : ERROR_NONE;
    library.memory->head_failure = faults & HEAD_FAILS ? ERROR_DENIED : ERROR_NONE;
    library.memory->get_failure = faults & GET_FAILS ? ERROR_NOT_FOUND : ERROR_NONE;
    library.memory->list_failure = ERROR_UNAVAILABLE;
    library.memory->list_failures = faults & LIST_FAILS ? 2 : 0;
    library.memory->page_size = 2;
    return library;
}

static bool is_of_others(const char *key)
{
    for (size_t i = 0; i < OTHERS; i++)
        if (strcmp(others[i], key) == 0)
            return true;
    return false;
}

/* There is nothing in the store but images, their records, and what others put there. */
static void check_store(struct memory_provider *memory)
{
    for (size_t i = 0; i < OTHERS; i++)
        check(memory_find(memory, others[i]) != NULL);
    for (size_t i = 0; i < MEMORY_OBJECTS; i++) {
        struct image_key_parts parts;
        const char *key = memory->objects[i].key;
        if (!key || is_of_others(key) || image_key_parse("generations", key, &parts))
            continue;
        check(memory_ends_with(key, ".json"));
        char *image = strndup(key, strlen(key) - strlen(".json"));
        check(image_key_parse("generations", image, &parts));
        free(image);
    }
}

/* The tools' output schemas, read once. */
static const json_t *output_schema(size_t index)
{
    static json_t *definitions[16];
    struct tools_context none = {0};
    struct tool_set tools = tools_all(&none);
    check(tools.count <= sizeof definitions / sizeof *definitions);
    if (index >= tools.count)
        return NULL;
    if (!definitions[index])
        definitions[index] = json_loads(tools.tools[index].definition, 0, NULL);
    return json_object_get(definitions[index], "outputSchema");
}

/* What a tool answers is what one of them promises. */
static void check_result(const json_t *result)
{
    const json_t *structured = json_object_get(result, "structuredContent"), *schema;
    struct error ignored;
    bool promised = !structured;
    for (size_t i = 0; !promised && (schema = output_schema(i)); i++)
        promised = schema_validate(schema, structured, &ignored);
    check(promised);
}

/* JSON-RPC 2.0, sections 4 and 5. */
static void check_message(const json_t *message)
{
    const json_t *result = json_object_get(message, "result");
    const json_t *error = json_object_get(message, "error");
    const json_t *id = json_object_get(message, "id");
    const char *version = json_string_value(json_object_get(message, "jsonrpc"));
    check(json_is_object(message) && version && strcmp(version, "2.0") == 0);
    if (json_object_get(message, "method")) {
        check(!id && !result && !error);
        check(strncmp(json_string_value(json_object_get(message, "method")), "notifications/",
                      strlen("notifications/")) == 0);
        return;
    }
    check(!result != !error && (!result || json_is_object(result)));
    check_result(result);
    check(json_is_string(id) || json_is_number(id) || (error && (!id || json_is_null(id))));
    if (error)
        check(json_is_number(json_object_get(error, "code")) &&
              json_string_length(json_object_get(error, "message")) > 0);
}

/* The answers in a line. An id goes back as it came, and jansson does not take every number. */
static size_t check_line(const char *line, size_t size)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    json_error_t problem;
    json_t *message = json_loadb(line, size, flags, &problem), *item;
    size_t index, answers = 0;
    if (!message && json_error_code(&problem) == json_error_numeric_overflow)
        return 1;
    check(message != NULL);
    if (json_is_object(message)) {
        check_message(message);
        answers = json_object_get(message, "method") ? 0 : 1;
    }
    json_array_foreach(message, index, item)
    {
        check_message(item);
        answers++;
    }
    json_decref(message);
    return answers;
}

static size_t check_output(void)
{
    size_t size, answers = 0;
    char *text = read_output(&size), *line = text, *end = text + size;
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        check(newline != NULL);
        answers += check_line(line, (size_t)(newline - line));
        line = newline + 1;
    }
    free(text);
    return answers;
}

/* Lines that are nothing but a request, each of which has its answer. */
static size_t count_requests(const uint8_t *data, size_t size)
{
    size_t count = 0;
    while (size > 0) {
        const uint8_t *newline = memchr(data, '\n', size);
        size_t length = newline ? (size_t)(newline - data) : size;
        json_t *message = json_loadb((const char *)data, length, JSON_REJECT_DUPLICATES, NULL);
        const json_t *id = json_object_get(message, "id");
        count += (json_is_integer(id) || json_is_string(id)) &&
                 json_is_string(json_object_get(message, "method"));
        json_decref(message);
        length += newline != NULL;
        data += length;
        size -= length;
    }
    return count;
}

static void serve(struct tools_context *context)
{
    const struct server_config server = {
        .input = session.input,
        .output = session.output,
        .name = "fuzz",
        .title = "Fuzz",
        .version = "1",
        .instructions = "None.",
        .tools = tools_all(context),
        .resources = image_resources(context),
        .max_bytes = 64 * 1024,
    };
    enum server_end end;
    struct error error = {0};
    session.running = true;
    check(server_run(&server, &end, &error) && end == SERVER_INPUT_ENDED);
    session.running = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char access_key[] = "AKIAFUZZ", secret_key[] = "secret", bucket[] = "bucket";
    static const struct config config = {
        .provider = CONFIG_S3,
        .s3_bucket = bucket,
        .s3_access_key = access_key,
        .s3_secret_key = secret_key,
    };
    if (size == 0 || size > INPUT_MAX / 2)
        return 0;
    struct input input = {data, size};
    uint8_t faults = take_byte(&input);
    char *sidecar = take_text(&input);
    struct library library = make_library(faults, sidecar);
    struct tools_context context = {
        .storage = library.storage,
        .max_bytes = 64 * 1024,
        .max_inline_bytes = 1024,
        .confirm_cleanup = !(faults & NO_CONFIRMATION),
        .config = &config,
    };
    session.lines = input;
    session.input = memfd_create("input", MFD_CLOEXEC);
    session.output = memfd_create("output", MFD_CLOEXEC);
    check(session.input >= 0 && session.output >= 0);
    serve(&context);
    size_t answers = check_output();
    if (!contains((const char *)data, size, "cancelled"))
        check(answers >= count_requests(input.data, input.size));
    check_store(library.memory);
    close(session.input);
    close(session.output);
    storage_destroy(library.storage);
    free(sidecar);
    return 0;
}
