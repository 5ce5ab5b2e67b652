/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "mcp/writer.h"
#include "support/test.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 200, LENGTH = 5000, THREADS = 4 };

static void write_lines(struct writer *writer, char letter)
{
    char text[LENGTH];
    memset(text, letter, sizeof text);
    for (int i = 0; i < LINES; i++) {
        struct writer_part parts[] = {{.data = text, .size = 1},
                                      {.data = text},
                                      {.data = text, .size = LENGTH - 2},
                                      {.data = text},
                                      {.data = text, .size = 1}};
        writer_lock(writer);
        writer_send_locked(writer, parts, sizeof parts / sizeof *parts);
        writer_unlock(writer);
    }
}

struct sender {
    pthread_t thread;
    struct writer *writer;
    char letter;
};

static void *run_sender(void *argument)
{
    struct sender *sender = argument;
    write_lines(sender->writer, sender->letter);
    return NULL;
}

/* Several threads write through a pipe that holds one page, which is read in small pieces. */
static void write_through_a_small_pipe(int flags)
{
    int fds[2];
    struct writer writer;
    struct sender senders[THREADS];
    assert_int_equal(pipe2(fds, flags), 0);
    fcntl(fds[1], F_SETPIPE_SZ, 4096);
    fcntl(fds[0], F_SETFL, 0);
    writer_init(&writer, fds[1], -1);
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.writer = &writer, .letter = (char)('a' + i)};
        pthread_create(&senders[i].thread, NULL, run_sender, &senders[i]);
    }
    size_t total = (size_t)THREADS * LINES * (LENGTH + 1), got = 0;
    char *text = malloc(total);
    while (got < total) {
        ssize_t size = read(fds[0], text + got, total - got < 777 ? total - got : 777);
        assert_true(size > 0);
        got += (size_t)size;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(senders[i].thread, NULL);
    for (size_t at = 0; at < total; at += LENGTH + 1) { /* whole lines, never mixed */
        for (size_t i = 1; i < LENGTH; i++)
            assert_int_equal(text[at + i], text[at]);
        assert_int_equal(text[at + LENGTH], '\n');
    }
    assert_false(writer_broken(&writer));
    writer_finish(&writer);
    free(text);
    close(fds[0]);
    close(fds[1]);
}

static void lines_stay_whole_in_a_small_pipe(void **state)
{
    (void)state;
    write_through_a_small_pipe(0);
}

static void lines_stay_whole_where_writing_does_not_block(void **state)
{
    (void)state;
    write_through_a_small_pipe(O_NONBLOCK);
}

static void a_pipe_without_a_reader_breaks_the_writer_for_good(void **state)
{
    (void)state;
    int fds[2];
    struct writer writer;
    struct writer_part part = {.data = "x", .size = 1};
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(fds), 0);
    writer_init(&writer, fds[1], -1);
    close(fds[0]);
    assert_false(writer_broken(&writer));
    for (int i = 0; i < 2; i++) {
        writer_lock(&writer);
        writer_send_locked(&writer, &part, 1);
        writer_unlock(&writer);
        assert_true(writer_broken(&writer));
    }
    writer_finish(&writer);
    close(fds[1]);
}

static void waiting_for_a_reader_is_given_up_when_asked_to(void **state)
{
    (void)state;
    int fds[2], stop[2];
    static char text[200000];
    struct writer writer;
    struct writer_part part = {.data = text, .size = sizeof text};
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(write(stop[1], "", 1), 1);
    writer_init(&writer, fds[1], stop[0]);
    part.size = 10000; /* there is room for it: it is written all the same */
    writer_lock(&writer);
    writer_send_locked(&writer, &part, 1);
    writer_unlock(&writer);
    assert_false(writer_broken(&writer));
    part.size = sizeof text;
    writer_lock(&writer);
    writer_send_locked(&writer, &part, 1);
    writer_unlock(&writer);
    assert_true(writer_broken(&writer));
    writer_finish(&writer);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(stop[i]);
    }
}

static void an_empty_line_is_a_newline(void **state)
{
    (void)state;
    int fds[2];
    char text[8];
    struct writer writer;
    struct writer_part part = {0};
    assert_int_equal(pipe(fds), 0);
    writer_init(&writer, fds[1], -1);
    writer_lock(&writer);
    writer_send_locked(&writer, &part, 1);
    writer_unlock(&writer);
    assert_int_equal(read(fds[0], text, sizeof text), 1);
    assert_int_equal(text[0], '\n');
    writer_finish(&writer);
    close(fds[0]);
    close(fds[1]);
}

static void bytes_go_out_as_base64_between_texts(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 3071, 3072, 3073, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int fds[2];
        struct writer writer;
        size_t size = sizes[i], expected_size = (size + 2) / 3 * 4;
        unsigned char *bytes = malloc(size + 1);
        char *expected = malloc(expected_size + 8), *line = malloc(expected_size + 8);
        for (size_t j = 0; j < size; j++)
            bytes[j] = (unsigned char)(j * 7 + j / 251);
        memcpy(expected, "\"", 1);
        EVP_EncodeBlock((unsigned char *)expected + 1, bytes, (int)size);
        memcpy(expected + 1 + expected_size, "\"\n", 3);
        assert_int_equal(pipe(fds), 0);
        fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
        writer_init(&writer, fds[1], -1);
        const struct writer_part parts[] = {{.data = "\"", .size = 1},
                                            {.data = bytes, .size = size, .is_bytes = true},
                                            {.data = "\"", .size = 1}};
        writer_lock(&writer);
        writer_send_locked(&writer, parts, 3);
        writer_unlock(&writer);
        close(fds[1]);
        size_t got = 0;
        ssize_t step;
        while ((step = read(fds[0], line + got, expected_size + 7 - got)) > 0)
            got += (size_t)step;
        line[got] = '\0';
        assert_string_equal(line, expected);
        close(fds[0]);
        writer_finish(&writer);
        free(line);
        free(expected);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_out_as_base64_between_texts),
        cmocka_unit_test(lines_stay_whole_in_a_small_pipe),
        cmocka_unit_test(lines_stay_whole_where_writing_does_not_block),
        cmocka_unit_test(a_pipe_without_a_reader_breaks_the_writer_for_good),
        cmocka_unit_test(waiting_for_a_reader_is_given_up_when_asked_to),
        cmocka_unit_test(an_empty_line_is_a_newline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
