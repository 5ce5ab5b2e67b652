/* SPDX-License-Identifier: MIT */
#include "support/message_transcript.h"
#include "support/test.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/resource.h>

enum { T = MESSAGE_LIFT_THRESHOLD };

static const struct message_limits limits = {.text = 300 * 1024, .lifted = 200 * 1024};

/* --- Input and its pieces. --- */

static bool cut_nowhere(const void *context, size_t at)
{
    (void)context;
    (void)at;
    return false;
}

static bool cut_everywhere(const void *context, size_t at)
{
    (void)context;
    (void)at;
    return true;
}

static bool cut_at(const void *context, size_t at)
{
    return *(const size_t *)context == at;
}

static bool cut_by_hash(const void *context, size_t at)
{
    const uint32_t *seed = context;
    uint32_t hash = ((uint32_t)at * 2654435761u) ^ *seed * 40503u;
    hash ^= hash >> 15;
    hash *= 2246822519u;
    return (hash >> 8) % (1 + *seed % 7 * 3000) == 0;
}

static void assert_same_transcript(const char *data, size_t size, const char *expected,
                                   size_t expected_size, bool (*cut)(const void *, size_t),
                                   const void *context)
{
    size_t length;
    char *transcript = transcribe(&limits, data, size, cut, context, &length);
    if (length != expected_size || memcmp(transcript, expected, length) != 0)
        fail_msg("cut, it became\n%.2000s\ninstead of\n%.2000s", transcript, expected);
    free(transcript);
}

/* The transcript, after having seen that it is the same however the input is cut. */
static char *stable_transcript(const char *data, size_t size)
{
    size_t length;
    char *expected = transcribe(&limits, data, size, cut_nowhere, NULL, &length);
    assert_same_transcript(data, size, expected, length, cut_everywhere, NULL);
    for (uint32_t seed = 7; seed < 10; seed++)
        assert_same_transcript(data, size, expected, length, cut_by_hash, &seed);
    /* In two, at every place near the ends, and near where a string is tried. */
    for (size_t at = 1; at < size; at++)
        if (size < 400 || at > size - 12 || (at > T + 6 && at < T + 30 && at % 3 == 0))
            assert_same_transcript(data, size, expected, length, cut_at, &at);
    return expected;
}

static struct buffer input = {.max = (size_t)256 * 1024 * 1024};

static void begin(void)
{
    buffer_clear(&input);
}

static void put(const char *text)
{
    struct error error;
    assert_true(buffer_append_string(&input, text, &error));
}

static void put_many(const char *text, size_t count)
{
    while (count-- > 0)
        put(text);
}

/* `count` characters of base64 in which every byte value occurs. */
static void put_base64(size_t count)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct error error;
    for (size_t i = 0; i < count; i++)
        assert_true(buffer_append_char(&input, alphabet[(i * 7 + i / 64) % 64], &error));
}

static struct message *read_message(const struct message_limits *with)
{
    struct message_reader *reader;
    struct message *message, *more;
    struct error error;
    assert_true(message_reader_create(with, &reader, &error));
    size_t used = message_reader_push(reader, input.data, input.size, &message);
    assert_int_equal(used, input.size);
    if (!message)
        message_reader_end(reader, &message);
    message_reader_end(reader, &more);
    assert_null(more);
    message_reader_destroy(reader);
    return message;
}

static json_t *parse(struct message *message)
{
    struct error error = {0};
    if (!message_parse(message, &error))
        fail_msg("%s", error.text);
    return message->root;
}

/* --- Tests. --- */

static void small_messages_are_the_same_however_they_are_cut(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n",
        "{\"a\":\"\\\"\\\\\\/\\n\\u002b\\u002B\\u00e9\\ud83d\\ude00\"}\r\n",
        "\n\n \r\n\t\n{\"id\":1}\n\r\n{\"id\":2}\n",
        "{\"id\":1}\n{\"id\":2}",
        "[{\"id\":1},{\"id\":2}]\n",
        "\"just a string\"\n12\nnull\n",
        "{\"id\":\"x\\\"\",\"a\":tru}\n{\"id\":4}\n",
        "{\"id\":3,\"a\":\"\\u00\n{\"id\":4}\n",
        "{\"id\":3,\"a\":\"never ends\n{\"id\":4}\n",
        "{\"id\":3,\"a\":\"\\\n{\"id\":4}\n",
        "{\"id\":5,\"a\":\"\\u0000\"}\n",
        "{\"id\":5,\"\\u0000\":1}\n",
        "{\"id\":5,\"a\":1,\"a\":2}\n",
        "{\"id\":6,\"a\":\"\xC3\x28\"}\n",
        "\xEF\xBB\xBF{\"id\":6}\n",
        "}}]]\n[[{{\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        free(stable_transcript(cases[i], strlen(cases[i])));
}

static void lines_become_messages_and_blank_lines_none(void **state)
{
    (void)state;
    static const char text[] = "\n \t\r\n{\"id\":1}\r\n\r\n{\"id\":2}";
    char *transcript = stable_transcript(text, sizeof text - 1);
    assert_string_equal(transcript,
                        "message: problem 0, size 9\n{\"id\":1}\r\nid: 1\njson: {\"id\":1}\n"
                        "message: problem 0, size 8\n{\"id\":2}\nid: 2\njson: {\"id\":2}\n");
    free(transcript);
}

static void nul_bytes_are_refused_wherever_they_stand(void **state)
{
    (void)state;
    static const char *const cases[] = {"{\"a\":\"b|c\"}\n", "{|\"a\":1}\n", "{\"a|\":1}\n", "|\n",
                                        "{\"id\":|1}\n",     "{\"id\":1|}\n"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        strcpy(text, cases[i]);
        *strchr(text, '|') = '\0';
        char *transcript = stable_transcript(text, strlen(cases[i]));
        const char *rest = strchr(transcript, '\0') + 1; /* the text is in it */
        if (!strstr(rest, "refused: "))
            fail_msg("\"%s\" was accepted", cases[i]);
        free(transcript);
    }
}

static void strings_are_lifted_from_the_threshold_on(void **state)
{
    (void)state;
    for (size_t size = T - 4; size <= T + 4; size++) {
        begin();
        put("{\"id\":7,\"data\":\"");
        put_many("A", size);
        put("\",\"after\":1}\n");
        char *transcript = stable_transcript(input.data, input.size);
        bool well_formed = size % 4 != 1;
        assert_int_equal(strstr(transcript, "lifted:") != NULL, size >= T && well_formed);
        assert_non_null(strstr(transcript, "id: 7"));
        assert_non_null(strstr(transcript, "\"after\":1}"));
        free(transcript);
    }
}

static void a_lifted_string_holds_the_bytes_and_gives_the_text_back(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "data:image/png;base64,", "DATA:;BASE64,"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        begin();
        put("{\"data\":\"");
        put(heads[i]);
        put_base64(100000);
        put("\"}\n");
        struct message *message = read_message(&limits);
        assert_true(message->text.size < 200);
        json_t *root = parse(message), *string = json_object_get(root, "data");
        struct lifted_string *lifted = message_lifted(message, string);
        assert_non_null(lifted);
        assert_string_equal(lifted->head, heads[i]);
        assert_int_equal(lifted->decoder.blob->size, 75000);
        unsigned char *bytes = malloc(75003);
        const char *text = input.data + strlen("{\"data\":\"") + strlen(heads[i]);
        EVP_DecodeBlock(bytes, (const unsigned char *)text, 100000);
        assert_memory_equal(lifted->decoder.blob->data, bytes, 75000);
        free(bytes);
        assert_in_range(message_size(message), 75000, 76000);

        struct error error;
        assert_true(message_restore(message, root, NULL, &error));
        const char *restored = json_string_value(json_object_get(root, "data"));
        assert_int_equal(strlen(restored), strlen(heads[i]) + 100000);
        assert_memory_equal(restored, text - strlen(heads[i]), strlen(restored));
        message_unref(message);
    }
}

/* What JSON makes of the text in the input, without the reader in between. */
static char *expected_value(void)
{
    json_t *root = json_loadb(input.data, input.size, JSON_ALLOW_NUL, NULL);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

static void assert_value_survives(bool lifted)
{
    char *transcript = stable_transcript(input.data, input.size), *value = expected_value();
    assert_non_null(value);
    const char *json = strstr(transcript, "json: ");
    assert_non_null(json);
    assert_int_equal(strlen(json), strlen(value) + strlen("json: \n"));
    assert_memory_equal(json + strlen("json: "), value, strlen(value));
    assert_int_equal(strstr(transcript, "lifted:") != NULL, lifted);
    free(transcript);
    free(value);
}

static void escapes_in_base64_are_understood_at_any_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t symbols;
    } escapes[] = {
        {"\\/", 1},     {"\\n", 0},     {"\\r\\n", 0},  {"\\t", 0},     {"\\u002b", 1},
        {"\\u002B", 1}, {"\\u000a", 0}, {"\\u0041", 1}, {"\\u0020", 0},
    };
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        for (size_t before = T - 7; before <= T + 1; before += i < 2 ? 1 : 4) {
            begin();
            put("{\"data\":\"");
            put_many("A", before);
            put(escapes[i].text);
            put_many("A", 8 + (4 - (before + escapes[i].symbols) % 4) % 4);
            put("\",\"id\":8}\n");
            assert_value_survives(true);
        }
    }
}

static void what_turns_out_not_to_be_base64_comes_back_exactly(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "!",        "=",
        "A===",     "\\\"",
        "\\\\",     "\\b",
        "\\u00e9",  "\\ud83d\\ude00",
        "é",        "A",
        "AB",       "\\u003dA",
        "\\u0000",  "AAAA====",
        "-+",       "\\n \\t\\r!",
        "AA=\\n=!", " , and so on\\n\\\"\\\\",
        "\\f\\n",   "\\/!",
    };
    static const char *const heads[] = {"", "data:image\\/png;base64,", "\\n"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
            size_t more = (i * 1000 + 4) & ~(size_t)3;
            begin();
            put("{\"data\":\"");
            put(heads[h]);
            put_base64(T + more);
            put(ends[i]);
            put("\",\"id\":8}\n");
            if (strcmp(ends[i], "AB") == 0 || strstr(ends[i], "\\u0000")) {
                /* stray bits; or a character that becomes another */
                char *transcript = stable_transcript(input.data, input.size);
                assert_null(strstr(transcript, "lifted:"));
                assert_non_null(strstr(transcript, ends[i][0] == 'A' ? "AB" : "\xEF\xBF\xBD"));
                free(transcript);
            } else {
                assert_value_survives(false);
            }
        }
    }
}

static void white_space_in_raw_base64_survives(void **state)
{
    (void)state;
    begin();
    put("{\"data\":\"");
    for (int line = 0; line < 1500; line++) {
        put_base64(76);
        put("\\r\\n");
    }
    put("\",\"text\":\"");
    put_many("aaaaaaaa bbb ", 9000);
    put("!\"}\n");
    assert_value_survives(true);
}

static void a_data_url_may_have_escaped_slashes_in_its_head(void **state)
{
    (void)state;
    begin();
    put("{\"data\":\"data:image\\/svg+xml;charset=utf-8;base64,");
    put_base64(T);
    put("\"}\n");
    char *transcript = stable_transcript(input.data, input.size);
    assert_non_null(strstr(transcript, "head \"data:image/svg+xml;charset=utf-8;base64,\""));
    free(transcript);
    assert_value_survives(true);
}

static void several_strings_are_lifted_out_of_one_message(void **state)
{
    (void)state;
    begin();
    put("{\"a\":[\"");
    put_base64(T + 4);
    put("\",\"short\",\"");
    put_many("B", T + 4);
    put("\",\"not base64 ");
    put_many("c", T);
    put("\",\"data:image/gif;base64,");
    put_many("D", T);
    put("\"]}\n{\"b\":\"");
    put_many("E", T);
    put("\"}\n");
    size_t first = (size_t)(strstr(input.data, "{\"b\"") - input.data);
    char *transcript = stable_transcript(input.data, input.size);
    int lifted = 0;
    for (const char *at = transcript; (at = strstr(at, "\nlifted:")); at++)
        lifted++;
    assert_int_equal(lifted, 4);
    free(transcript);
    input.size = first;
    assert_value_survives(true);
}

static void the_id_is_found_before_and_after_a_string_over_the_limit(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        size_t count;
        enum message_problem problem;
        bool lifted;
    } cases[] = {
        {"text, text ", 40000, MESSAGE_TOO_LONG, false},
        {"\\\\", 200000, MESSAGE_TOO_LONG, false},
        {"\\\"", 200000, MESSAGE_TOO_LONG, false},
        {"AAAA", 100000, MESSAGE_OK, true},
        {"AAAA\\n", 1, MESSAGE_OK, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int before = 0; before < 2; before++) {
            begin();
            put(before ? "{\"id\":\"x9\",\"data\":\"" : "{\"data\":\"");
            put_many(cases[i].piece, cases[i].count);
            put(before ? "\"}\n" : "\",\"id\":\"x9\"}\n");
            char *transcript = stable_transcript(input.data, input.size);
            char expected[32];
            snprintf(expected, sizeof expected, "message: problem %d", cases[i].problem);
            assert_memory_equal(transcript, expected, strlen(expected));
            assert_non_null(strstr(transcript, "id: \"x9\""));
            assert_int_equal(strstr(transcript, "lifted:") != NULL, cases[i].lifted);
            if (cases[i].lifted)
                assert_non_null(strstr(transcript, "not restored: a string is longer"));
            free(transcript);
        }
    }
}

static void what_began_as_base64_and_is_too_long_for_text_keeps_the_reason(void **state)
{
    (void)state;
    static const struct {
        size_t before, good; /* characters of text in front; of base64 up to the mistake */
        const char *mistake;
        size_t after;
        const char *reason;
    } cases[] = {
        {1, 100000, "!", 400000, "the character '!' at offset 100022"},
        {60000, 250000, "\\u00e9", 4, "the escape sequence \\u00e9 at offset 250022"},
        {60000, 250001, "", 0, "after 250023 characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        put("{\"text\":\"");
        put_many(" ", cases[i].before);
        put("\",\"data\":\"data:image/png;base64,");
        put_many("A", cases[i].good);
        put(cases[i].mistake);
        put_many("A", cases[i].after);
        put("\",\"id\":7}\n");
        struct message *message = read_message(&limits);
        assert_int_equal(message->problem, MESSAGE_OK);
        assert_int_equal(message->lifted_count, 1);
        assert_int_equal(message->lifted[0]->error.code, ERROR_INVALID);
        assert_non_null(strstr(message->lifted[0]->error.text, cases[i].reason));
        message_unref(message);
        char *transcript = stable_transcript(input.data, input.size);
        assert_non_null(strstr(transcript, "not restored: a string is longer"));
        assert_non_null(strstr(transcript, "id: 7"));
        free(transcript);
    }
}

static void an_image_without_room_in_memory_is_told_apart_from_text(void **state)
{
    (void)state;
    const struct message_limits no_such_room = {.text = 300 * 1024, .lifted = SIZE_MAX / 8};
    begin();
    put("{\"id\":8,\"data\":\"");
    put_many("A", 400000);
    put("\"}\n");
    struct message *message = read_message(&no_such_room);
    assert_int_equal(message->problem, MESSAGE_NO_MEMORY);
    char *id = message_find_id(message);
    assert_string_equal(id, "8");
    free(id);
    message_unref(message);
}

static void decoded_bytes_of_a_message_have_a_limit_together(void **state)
{
    (void)state;
    begin();
    put("[");
    for (int i = 0; i < 4; i++) {
        put(i ? ",\"" : "\"");
        put_many("AAAA", 150 * 1024 / 3);
        put("\"");
    }
    put("]\n");
    struct message *message = read_message(&limits);
    assert_int_equal(message->lifted_count, 4);
    assert_int_equal(message->lifted[0]->error.code, ERROR_NONE);
    assert_int_equal(message->lifted[1]->error.code, ERROR_NONE);
    /* 100 KiB were left for it */
    assert_int_equal(message->lifted[2]->error.code, ERROR_TOO_LARGE);
    assert_int_equal(message->lifted[2]->limit, 400 * 1024 - 2 * (150 * 1024 / 3 * 3));
    message_unref(message);
    free(stable_transcript(input.data, input.size));
}

static void structure_over_the_limit_ends_the_line_only(void **state)
{
    (void)state;
    static const char *const pieces[] = {"[],", "\"a\",", " ", "1234567890,", "\"\\\\\","};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        begin();
        put("{\"id\":5,\"a\":[");
        put_many(pieces[i], 400000 / strlen(pieces[i]));
        put("1]}\n{\"id\":6}\n");
        char *transcript = stable_transcript(input.data, input.size);
        assert_memory_equal(transcript, "message: problem 1", 18);
        assert_non_null(strstr(transcript, "id: 5\n"));
        assert_non_null(strstr(transcript, "id: 6\njson: {\"id\":6}\n"));
        free(transcript);
    }
}

static void an_id_at_the_very_limit_is_found_or_not_wherever_the_pieces_end(void **state)
{
    (void)state;
    for (size_t fill = limits.text - 40; fill < limits.text; fill += 3) {
        begin();
        put("{\"a\":");
        put_many(" ", fill);
        put("1,\"id\":12345,\"b\":[1,2,3,4,5],\"c\":\"d\"}\n");
        char *expected;
        size_t length;
        expected = transcribe(&limits, input.data, input.size, cut_nowhere, NULL, &length);
        for (size_t at = limits.text - 4; at < input.size; at++)
            assert_same_transcript(input.data, input.size, expected, length, cut_at, &at);
        for (uint32_t seed = 7; seed < 22; seed += 7)
            assert_same_transcript(input.data, input.size, expected, length, cut_by_hash, &seed);
        free(expected);
    }
}

static void blanks_over_the_limit_are_answered(void **state)
{
    (void)state;
    begin();
    put_many(" ", limits.text + 1);
    put("{\"id\":1}\n\n{\"id\":2}\n");
    char *transcript = stable_transcript(input.data, input.size);
    assert_memory_equal(transcript, "message: problem 1", 18);
    assert_non_null(strstr(transcript, "json: {\"id\":2}"));
    free(transcript);
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    for (size_t depth = MESSAGE_MAX_DEPTH - 1; depth <= MESSAGE_MAX_DEPTH + 1; depth++) {
        for (int bracket = 0; bracket < 2; bracket++) {
            begin();
            put("{\"id\":5,\"a\":");
            put_many(bracket ? "[" : "{\"a\":", depth - 1);
            put(bracket ? "\"[[[\"" : "\"{{{\"");
            put_many(bracket ? "]" : "}", depth - 1);
            put("}\n{\"id\":6}\n");
            char *transcript = stable_transcript(input.data, input.size);
            bool deep = depth > MESSAGE_MAX_DEPTH;
            assert_memory_equal(transcript, deep ? "message: problem 2" : "message: problem 0", 18);
            assert_non_null(strstr(transcript, "id: 5\n"));
            assert_non_null(strstr(transcript, "id: 6\n"));
            free(transcript);
        }
    }
}

static void an_end_in_the_middle_of_a_string_leaves_a_message_to_refuse(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "\\", "\\u", "\\u00", "\"", "\n{\"id\":2}"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t size = 10; size < T * 2; size = size < 20 ? T - 1 : size + 1 + T / 2) {
            begin();
            put("{\"id\":1,\"data\":\"");
            put_base64(size);
            put(ends[i]);
            char *transcript = stable_transcript(input.data, input.size);
            assert_non_null(strstr(transcript, "id: 1\nrefused: "));
            free(transcript);
        }
    }
}

/* A reader that has lifted a string out of the message that `forged` stands in ('#': its nonce,
 * were that known), and what came of it there. */
static json_t *read_forged(const char *forged, bool *ret_marker)
{
    struct message_reader *reader;
    struct message *message;
    struct error error;
    char nonce[MESSAGE_NONCE_SIZE];
    assert_true(message_reader_create(&limits, &reader, &error));
    message_reader_push(reader, "1\n", 2, &message);
    strcpy(nonce, message->nonce);
    message_unref(message);
    begin();
    put("{\"lifted\":\"");
    put_many("A", T);
    put("\",\"forged\":");
    for (const char *at = forged; *at; at++) {
        char character[2] = {*at};
        put(*at == '#' ? nonce : character);
    }
    put("}\n");
    message_reader_push(reader, input.data, input.size, &message);
    assert_int_equal(message->lifted_count, 1);
    assert_true(message_parse(message, &error));
    json_t *value = json_incref(json_object_get(message->root, "forged"));
    assert_non_null(message_lifted(message, json_object_get(message->root, "lifted")));
    *ret_marker = message_lifted(message, value);
    message_unref(message);
    message_reader_destroy(reader);
    return value;
}

static void markers_cannot_be_forged(void **state)
{
    (void)state;
    static const char *const forged[] = {
        "\"\\u0000\"",
        "\"\\u0000:0\"",
        "\"\\u00000123456789abcdef0123456789abcdef:0\"",
        "\"\\u000000000000000000000000000000000000:0\"",
        "\"\\ud800#:0\"",
        "\"\\ufffd#:0\"",
        "\"x\\u0000#:0\"",
        "\"\\u0000\\u0000#:0\"",
        "\"#:0\"",
    };
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        bool marker;
        json_t *value = read_forged(forged[i], &marker);
        assert_false(marker);
        assert_null(memchr(json_string_value(value), '\0', json_string_length(value)));
        json_decref(value);
    }
}

static void what_begins_like_a_marker_leads_nowhere(void **state)
{
    (void)state;
    static const char *const forged[] = {"\"\\u0000#:1\"", "\"\\u0000#:99999999999999999999\"",
                                         "\"\\u0000#\""};
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        bool marker;
        json_decref(read_forged(forged[i], &marker));
        assert_false(marker);
    }
}

static void member_names_are_never_lifted(void **state)
{
    (void)state;
    begin();
    put("{\"a\":[\"x\",{},{\"b\":1}],\"");
    put_many("A", T);
    put("\":{\"");
    put_many("A", T);
    put("\":[{}]}}\n");
    assert_value_survives(false);
}

static void no_error_shows_the_nonce(void **state)
{
    (void)state;
    static const char *const befores[] = {"{\"a\" \"", "[1 \"", "\""};
    for (size_t i = 0; i < sizeof befores / sizeof *befores; i++) {
        begin();
        put(befores[i]);
        put_many("A", T);
        put("\":1}\n");
        char *transcript = stable_transcript(input.data, input.size); /* it asserts that */
        assert_non_null(strstr(transcript, "refused: "));
        free(transcript);
    }
}

static void a_byte_order_mark_alone_is_a_blank_line(void **state)
{
    (void)state;
    begin();
    put(MESSAGE_MARK "\r\n\r\n \n" MESSAGE_MARK "{\"id\":1}\r\n");
    char *transcript = stable_transcript(input.data, input.size);
    assert_null(strstr(transcript, "refused"));
    assert_non_null(strstr(transcript, "json: {\"id\":1}"));
    free(transcript);
}

static size_t resident(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * 1024;
}

/* Runs last: what counts is by how much the peak of the process grows. */
static void memory_is_bounded_for_a_line_of_any_kind(void **state)
{
    (void)state;
    static const struct {
        const char *start, *piece;
    } cases[] = {
        {"{\"a\":\"", "AAAA"},
        {"{\"a\":\"", "word "},
        {"[", "\"\","},
        {"", "["},
        {"{\"a\":\"", "\\"},
        {"{\"a\":\"", "\\\""},
        {"{\"a\":\"", "\\u00"},
        {"{\"a\":\"", "AAAA\\n"},
        {"", " "},
        {"{\"a\":\"", "A "},
        {"[", "1,"},
        {"", "\""},
        {"{\"a\":\"", "_-_-"},
        {"[", "{},"},
    };
    enum { SIZE = 100 * 1000 * 1000, CHUNK = 256 * 1024 };
    const struct message_limits real = {.text = 8 << 20, .lifted = 16 << 20};
    char *chunk = malloc(CHUNK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message_reader *reader;
        struct message *message;
        struct error error;
        size_t before = resident(), length = strlen(cases[i].piece);
        for (size_t at = 0; at < CHUNK; at++)
            chunk[at] = cases[i].piece[at % length];
        assert_true(message_reader_create(&real, &reader, &error));
        message_reader_push(reader, cases[i].start, strlen(cases[i].start), &message);
        for (size_t at = 0; at < SIZE; at += CHUNK)
            message_reader_push(reader, chunk, CHUNK / length * length, &message);
        message_reader_end(reader, &message);
        assert_int_equal(message != NULL, true);
        assert_true(message->text.size <= real.text + T);
        message_unref(message);
        message_reader_destroy(reader);
        print_message("%-8s peak %+ld KiB\n", cases[i].piece, (long)(resident() - before) / 1024);
        assert_true(resident() - before < 60u << 20);
    }
    free(chunk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_messages_are_the_same_however_they_are_cut),
        cmocka_unit_test(lines_become_messages_and_blank_lines_none),
        cmocka_unit_test(nul_bytes_are_refused_wherever_they_stand),
        cmocka_unit_test(strings_are_lifted_from_the_threshold_on),
        cmocka_unit_test(a_lifted_string_holds_the_bytes_and_gives_the_text_back),
        cmocka_unit_test(escapes_in_base64_are_understood_at_any_place),
        cmocka_unit_test(what_turns_out_not_to_be_base64_comes_back_exactly),
        cmocka_unit_test(white_space_in_raw_base64_survives),
        cmocka_unit_test(a_data_url_may_have_escaped_slashes_in_its_head),
        cmocka_unit_test(several_strings_are_lifted_out_of_one_message),
        cmocka_unit_test(the_id_is_found_before_and_after_a_string_over_the_limit),
        cmocka_unit_test(what_began_as_base64_and_is_too_long_for_text_keeps_the_reason),
        cmocka_unit_test(an_image_without_room_in_memory_is_told_apart_from_text),
        cmocka_unit_test(decoded_bytes_of_a_message_have_a_limit_together),
        cmocka_unit_test(structure_over_the_limit_ends_the_line_only),
        cmocka_unit_test(an_id_at_the_very_limit_is_found_or_not_wherever_the_pieces_end),
        cmocka_unit_test(blanks_over_the_limit_are_answered),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(an_end_in_the_middle_of_a_string_leaves_a_message_to_refuse),
        cmocka_unit_test(markers_cannot_be_forged),
        cmocka_unit_test(what_begins_like_a_marker_leads_nowhere),
        cmocka_unit_test(member_names_are_never_lifted),
        cmocka_unit_test(no_error_shows_the_nonce),
        cmocka_unit_test(a_byte_order_mark_alone_is_a_blank_line),
        cmocka_unit_test(memory_is_bounded_for_a_line_of_any_kind),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buffer_finish(&input);
    return failed;
}
