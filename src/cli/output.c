/* SPDX-License-Identifier: MIT */
/* What is printed can come from a store that others write to, so every text goes through
 * text_put(), which lets nothing through that a terminal would obey. */
#include "cli/output.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/counted.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "cli/text.h"
#include "config/config.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20, WIDTH_READABLE = 80 };

static size_t terminal_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

/* Whether the user's locale says that the terminal shows more than ASCII. */
static bool locale_is_unicode(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void output_init(struct output *output, FILE *file, bool json)
{
    bool terminal = isatty(fileno(file));
    *output = (struct output){
        .file = file,
        .json = json,
        .terminal = terminal,
        .colour = terminal && !json && config_colour(),
        .unicode = locale_is_unicode(),
    };
    output_measure(output);
}

void output_measure(struct output *output)
{
    output->width = output->terminal ? terminal_width(fileno(output->file)) : WIDTH_DEFAULT;
}

/* Also when an earlier write failed unnoticed, whose errno is lost. */
static bool reader_has_gone(const struct output *output)
{
    struct pollfd pipe = {.fd = fileno(output->file), .events = POLLOUT};
    return errno == EPIPE || (poll(&pipe, 1, 0) == 1 && pipe.revents & POLLERR);
}

bool output_flush(const struct output *output, struct error *error)
{
    errno = 0;
    if (fflush(output->file) == 0 && !ferror(output->file))
        return true;
    int reason = errno;
    if (reader_has_gone(output))
        return error_set(error, ERROR_CANCELLED, "the reader of the output has closed it");
    return error_set(error, ERROR_UNAVAILABLE, "cannot write the output: %s",
                     reason ? strerror(reason) : "it was cut off");
}

bool output_json(const struct output *output, json_t *document, struct error *error)
{
    CLEANUP(free_cleanup)
    char *text = document ? json_text(document, JSON_INDENT(output->terminal ? 2 : 0)) : NULL;
    json_decref(document);
    if (!text)
        return error_no_memory(error);
    text_put_json(output->file, text);
    fputc('\n', output->file);
    return true;
}

static const char *const styles[] = {
    [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m", [STYLE_WARN] = "\033[33m", [STYLE_BAD] = "\033[31m",
};

static void begin_style(const struct output *output, enum output_style style)
{
    if (output->colour && style != STYLE_PLAIN)
        fputs(styles[style], output->file);
}

static void end_style(const struct output *output, enum output_style style)
{
    if (output->colour && style != STYLE_PLAIN)
        fputs("\033[0m", output->file);
}

void output_text(const struct output *output, enum output_style style, const char *text)
{
    begin_style(output, style);
    text_put(output->file, text, strlen(text));
    end_style(output, style);
}

void output_line(const struct output *output, enum output_style style, const char *text)
{
    output_text(output, style, text);
    fputc('\n', output->file);
}

/* The bytes of the next word, or of as much of it as a line has room for: scripts without spaces
 * are broken anywhere, but what is ASCII (a key, a URL) is there to be copied. */
static size_t next_piece(const char *text, size_t room, size_t *ret_columns)
{
    size_t length = strcspn(text, " \n"), ascii = 0;
    while (ascii < length && (unsigned char)text[ascii] < 0x80)
        ascii++;
    if (ascii == length)
        room = SIZE_MAX;
    size_t fitting = text_fitting_bytes(text, length, room, ret_columns);
    return fitting > 0 || length == 0 ? fitting : length;
}

void output_wrapped(const struct output *output, enum output_style style, size_t indent,
                    const char *text)
{
    size_t width = output->width < WIDTH_READABLE ? output->width : WIDTH_READABLE;
    size_t room = width > indent ? width - indent : 1, used = 0;
    bool word_begins = false;
    begin_style(output, style);
    while (*text) {
        size_t columns, length = next_piece(text, room, &columns);
        bool breaks = used > 0 && used + word_begins + columns > room;
        if (breaks)
            fprintf(output->file, "\n%*s", (int)indent, "");
        else if (used > 0 && word_begins)
            fputc(' ', output->file);
        text_put(output->file, text, length);
        used = breaks ? columns : used + (used > 0 && word_begins) + columns;
        text += length;
        size_t space = strspn(text, " \n");
        word_begins = space > 0;
        if (memchr(text, '\n', space) && text[space]) {
            fprintf(output->file, "\n\n%*s", (int)indent, "");
            used = 0;
        }
        text += space;
    }
    end_style(output, style);
    fputc('\n', output->file);
}

void output_say(const struct output *output, enum output_style style, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    utf8_mend(text);
    if (output->terminal) {
        output_wrapped(output, style, 0, text);
    } else {
        output_line(output, style, text);
    }
}

void output_bar(const struct output *output, enum output_style style, double fraction,
                size_t columns)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    enum { EIGHTHS = LENGTH(eighths) };
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    size_t step = output->unicode ? 1 : EIGHTHS;
    size_t filled = (size_t)(fraction * (double)columns * EIGHTHS + 0.5);
    if (fraction > 0 && filled < step)
        filled = step; /* little is not nothing */
    begin_style(output, style);
    for (size_t i = 0; i < filled / EIGHTHS; i++)
        fputs(output->unicode ? "█" : "#", output->file);
    if (output->unicode)
        fputs(eighths[filled % EIGHTHS], output->file);
    end_style(output, style);
    size_t taken = filled / EIGHTHS + (output->unicode && filled % EIGHTHS);
    fprintf(output->file, "%*s", (int)(columns - taken), "");
}

void format_size(uint64_t bytes, char text[SIZE_TEXT_SIZE])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = (double)bytes;
    size_t unit = 0;
    if (bytes < 1000) {
        snprintf(text, SIZE_TEXT_SIZE, "%d B", (int)bytes);
        return;
    }
    for (value /= 1000; value >= 999.5 && unit + 1 < LENGTH(units); unit++)
        value /= 1000;
    snprintf(text, SIZE_TEXT_SIZE, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void format_count(uint64_t count, char text[COUNT_TEXT_SIZE])
{
    snprintf(text, COUNT_TEXT_SIZE, "%.*s", COUNT_TEXT_SIZE - 1, counted_digits(count).text);
}

void format_local_time(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = ms / 1000;
    struct tm local;
    if (!localtime_r(&seconds, &local) ||
        strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M", &local) == 0)
        strcpy(text, "?");
}
