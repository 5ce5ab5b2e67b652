/* SPDX-License-Identifier: MIT */
/* Speaks to the server as a host does and measures it: a client made of write() and read() on
 * pipes, so that what is measured is the server and not the driver.
 *
 *   driver first PROGRAM COUNT < LINE       starts PROGRAM COUNT times; prints for each the
 *                                           milliseconds from before the start to the answer to
 *                                           LINE, and its resident memory in KB then
 *   driver each PROGRAM < LINES             the milliseconds of each line, one after the other
 *   driver all PROGRAM < LINES              the milliseconds of all lines after the first, together
 *
 * The last line of the last two is "peak" and the largest resident memory in KB. An answer that
 * holds an error ends the driver with 1. */
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct server {
    pid_t pid;
    int in;  /* what we write */
    int out; /* what we read */
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct server start(const char *program)
{
    int in[2], out[2];
    struct server server;
    posix_spawn_file_actions_t actions;
    char *arguments[] = {(char *)program, NULL};
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        fail("pipe2");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (posix_spawn(&server.pid, program, &actions, NULL, arguments, environ) != 0)
        fail(program);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    server.in = in[1];
    server.out = out[0];
    fcntl(server.in, F_SETFL, O_NONBLOCK);
    return server;
}

static void stop(const struct server *server)
{
    close(server->in);
    waitpid(server->pid, NULL, 0);
    close(server->out);
}

static long memory_kb(const struct server *server, const char *field)
{
    char name[64], line[256];
    long value = -1;
    snprintf(name, sizeof name, "/proc/%d/status", (int)server->pid);
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0)
            value = atol(line + strlen(field) + 1);
    if (file)
        fclose(file);
    return value;
}

/* Takes in what there is; returns how many answers ended in it. Only the beginning of an answer is
 * looked at for an error: the rest is what the caller had sent. */
static size_t receive(const struct server *server)
{
    static char buffer[64 * 1024];
    size_t lines = 0;
    ssize_t size = read(server->out, buffer, sizeof buffer - 1);
    if (size <= 0)
        fail("the server has ended");
    buffer[size] = '\0';
    if (strstr(buffer, "\"error\":") || strstr(buffer, "\"isError\":true")) {
        fprintf(stderr, "%.500s\n", buffer);
        exit(1);
    }
    for (const char *end = buffer; (end = strchr(end, '\n')); end++)
        lines++;
    return lines;
}

/* Sends the text and waits for so many answers; returns the milliseconds that took. */
static double exchange(const struct server *server, const char *text, size_t size, size_t answers)
{
    double begin = now_ms();
    while (size > 0 || answers > 0) {
        struct pollfd fds[] = {{.fd = server->out, .events = POLLIN},
                               {.fd = size > 0 ? server->in : -1, .events = POLLOUT}};
        if (poll(fds, 2, -1) < 0)
            fail("poll");
        if (fds[0].revents) {
            size_t received = receive(server);
            answers -= received < answers ? received : answers;
        }
        if (fds[1].revents) {
            ssize_t sent = write(server->in, text, size);
            if (sent < 0)
                fail("write");
            text += sent;
            size -= (size_t)sent;
        }
    }
    return now_ms() - begin;
}

static char *read_input(size_t *ret_size)
{
    size_t size = 0, room = 1024 * 1024;
    char *text = malloc(room);
    ssize_t part;
    while (text && (part = read(STDIN_FILENO, text + size, room - size)) > 0) {
        size += (size_t)part;
        if (size == room)
            text = realloc(text, room *= 2);
    }
    if (!text || size == 0)
        fail("standard input");
    *ret_size = size;
    return text;
}

static void measure_first(const char *program, int count, const char *text, size_t size)
{
    for (int i = 0; i < count; i++) {
        double begin = now_ms();
        struct server server = start(program);
        exchange(&server, text, size, 1);
        printf("%.3f %ld\n", now_ms() - begin, memory_kb(&server, "VmRSS"));
        stop(&server);
    }
}

static void measure_lines(const char *program, bool together, const char *text, size_t size)
{
    struct server server = start(program);
    const char *end = text + size;
    for (bool first = true; text < end; first = false) {
        const char *next = (const char *)memchr(text, '\n', (size_t)(end - text)) + 1;
        size_t lines = 1;
        if (together && !first) {
            for (next = text, lines = 0; next < end; lines++)
                next = (const char *)memchr(next, '\n', (size_t)(end - next)) + 1;
        }
        double took = exchange(&server, text, (size_t)(next - text), lines);
        if (!together || !first)
            printf("%.3f\n", took);
        text = next;
    }
    printf("peak %ld\n", memory_kb(&server, "VmHWM"));
    stop(&server);
}

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "first") == 0) != (argc == 4)) {
        fprintf(stderr, "usage: driver first PROGRAM COUNT | each PROGRAM | all PROGRAM\n");
        return 2;
    }
    size_t size;
    char *text = read_input(&size);
    if (argc == 4)
        measure_first(argv[2], atoi(argv[3]), text, size);
    else
        measure_lines(argv[2], strcmp(argv[1], "all") == 0, text, size);
    free(text);
    return 0;
}
