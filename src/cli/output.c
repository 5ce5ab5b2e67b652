/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include "base/cleanup.h"
#include "base/json_text.h"
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20, GAP = 2 };

static size_t terminal_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

void output_init(struct output *output, FILE *file, bool json)
{
    bool terminal = isatty(fileno(file));
    if (!setlocale(LC_CTYPE, "C.UTF-8")) /* for the width of characters; all texts are UTF-8 */
        setlocale(LC_CTYPE, "");
    *output = (struct output){
        .file = file,
        .json = json,
        .terminal = terminal,
        .colour = terminal && !json && config_colour(),
        .width = terminal ? terminal_width(fileno(file)) : 0,
    };
}

bool output_flush(const struct output *output, struct error *error)
{
    errno = 0;
    if (fflush(output->file) == 0 && !ferror(output->file))
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "cannot write the output: %s",
                     errno ? strerror(errno) : "it was cut off");
}

bool output_json(const struct output *output, json_t *document, struct error *error)
{
    CLEANUP(free_cleanup)
    char *text = document ? json_text(document, JSON_INDENT(output->terminal ? 2 : 0)) : NULL;
    json_decref(document);
    if (!text)
        return error_no_memory(error);
    fputs(text, output->file);
    fputc('\n', output->file);
    return true;
}

static bool is_control(unsigned char c)
{
    return c < ' ' || c == 0x7F;
}

/* C1 controls are U+0080 to U+009F: C2 80 to C2 9F in UTF-8. */
static void put_safely(FILE *file, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool c1 = c == 0xC2 && i + 1 < size && (unsigned char)text[i + 1] < 0xA0;
        fputc(is_control(c) || c1 ? ' ' : c, file);
        i += c1;
    }
}

static const char *const styles[] = {
    [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m", [STYLE_WARN] = "\033[33m", [STYLE_BAD] = "\033[31m",
};

static void put_styled(const struct output *output, enum output_style style, const char *text,
                       size_t size)
{
    bool styled = output->colour && style != STYLE_PLAIN;
    if (styled)
        fputs(styles[style], output->file);
    put_safely(output->file, text, size);
    if (styled)
        fputs("\033[0m", output->file);
}

void output_text(const struct output *output, enum output_style style, const char *text)
{
    put_styled(output, style, text, strlen(text));
}

/* The bytes of the first character, and the columns it takes. */
static size_t next_character(const char *text, size_t *ret_width)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t length = mbrtowc(&c, text, strlen(text), &state);
    int width = length == 0 || length > (size_t)-3 ? 1 : wcwidth(c);
    *ret_width = width < 0 ? 1 : (size_t)width;
    return length == 0 || length > (size_t)-3 ? 1 : length;
}

/* The bytes at the front of the text that fit into so many columns, and how many they take. */
static size_t fitting(const char *text, size_t columns, size_t *ret_width)
{
    size_t size = 0, total = 0, width;
    while (text[size]) {
        size_t length = next_character(text + size, &width);
        if (total + width > columns)
            break;
        size += length;
        total += width;
    }
    *ret_width = total;
    return size;
}

size_t text_width(const char *text)
{
    size_t width;
    fitting(text, SIZE_MAX, &width);
    return width;
}

void table_init(struct table *table, const char *const *titles, size_t columns)
{
    *table = (struct table){.titles = titles, .columns = columns};
}

void table_finish(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

bool table_add(struct table *table, const char *text, struct error *error)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : 64;
        char **cells = reallocarray(table->cells, capacity, sizeof *cells);
        if (!cells)
            return error_no_memory(error);
        table->cells = cells;
        table->capacity = capacity;
    }
    char *copy = strdup(text);
    if (!copy)
        return error_no_memory(error);
    table->cells[table->count++] = copy;
    return true;
}

/* One line; the last column is not padded but cut. */
static void print_row(const struct output *output, enum output_style style,
                      const char *const *cells, const size_t *widths, size_t columns)
{
    size_t used = 0, width;
    for (size_t i = 0; i + 1 < columns; i++) {
        put_styled(output, style, cells[i], strlen(cells[i]));
        fprintf(output->file, "%*s", (int)(widths[i] - text_width(cells[i]) + GAP), "");
        used += widths[i] + GAP;
    }
    const char *last = cells[columns - 1];
    size_t room = used + WIDTH_MIN < output->width ? output->width - used : WIDTH_MIN;
    if (text_width(last) <= room) {
        put_styled(output, style, last, strlen(last));
    } else {
        put_styled(output, style, last, fitting(last, room - 1, &width));
        fputs("…", output->file);
    }
    fputc('\n', output->file);
}

static void print_plain(const struct table *table, const struct output *output)
{
    for (size_t i = 0; i < table->count; i++) {
        put_safely(output->file, table->cells[i], strlen(table->cells[i]));
        fputc((i + 1) % table->columns == 0 ? '\n' : '\t', output->file);
    }
}

bool table_print(const struct table *table, const struct output *output, struct error *error)
{
    if (!output->terminal) {
        print_plain(table, output);
        return true;
    }
    CLEANUP(free_cleanup) size_t *widths = calloc(table->columns, sizeof *widths);
    if (!widths)
        return error_no_memory(error);
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = text_width(table->titles[i]);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = text_width(table->cells[i]), column = i % table->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    print_row(output, STYLE_BOLD, table->titles, widths, table->columns);
    for (size_t i = 0; i < table->count; i += table->columns)
        print_row(output, STYLE_PLAIN, (const char *const *)&table->cells[i], widths,
                  table->columns);
    return true;
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
    for (value /= 1000; value >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
        value /= 1000;
    snprintf(text, SIZE_TEXT_SIZE, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}
