/* SPDX-License-Identifier: MIT */
/* The body of a request goes from the caller's memory into libcurl's upload buffer and from there
 * to the socket: measured, a 10 MB upload takes as long as with the bare library. Of a response
 * only the headers in a table are kept, and nothing grows beyond its limit. */
#include "s3/http.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "net/curl_handle.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { UPLOAD_BUFFER = 512 * 1024, UPLOAD_BUFFER_SMALL = 64 * 1024 };

_Static_assert(sizeof((struct http_transfer *)0)->detail >= CURL_ERROR_SIZE, "CURL_ERROR_SIZE");

const struct http_settings http_settings_default = {
    .connect_timeout_ms = CURL_HANDLE_CONNECT_MS,
    .stall_seconds = 30,
    .least_speed = 1000,
    .floor = &speed_floor_default,
};

void http_response_finish(struct http_response *response)
{
    fields_finish(&response->headers);
    buffer_finish(&response->body);
    blob_builder_finish(&response->data);
    *response = (struct http_response){0};
}

static struct http_transfer *http_transfer_create(struct error *error)
{
    struct http_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        error_no_memory(error);
    else if (!(transfer->easy = curl_handle_create(error)))
        free(TAKE(transfer));
    return transfer;
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->lines);
    free(transfer);
}

struct http_transfer *http_pool_take(struct http_pool *pool, struct error *error)
{
    struct http_transfer *transfer = pool->first;
    if (!transfer)
        return http_transfer_create(error);
    pool->first = transfer->next;
    pool->count--;
    return transfer;
}

void http_pool_give(struct http_pool *pool, struct http_transfer *transfer)
{
    if (pool->count == HTTP_POOL_MAX) {
        http_transfer_destroy(transfer);
        return;
    }
    transfer->next = pool->first;
    pool->first = transfer;
    pool->count++;
}

void http_pool_finish(struct http_pool *pool)
{
    while (pool->first) {
        struct http_transfer *transfer = pool->first;
        pool->first = transfer->next;
        http_transfer_destroy(transfer);
    }
}

/* Headers */

static const char *const kept_headers[] = {
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "location",
    "retry-after",
    "x-amz-bucket-region",
    "x-amz-request-id",
    "x-amz-id-2",
    "x-amz-version-id",
};

static bool is_kept(const char *name)
{
    if (strncmp(name, "x-amz-meta-", strlen("x-amz-meta-")) == 0)
        return true;
    for (size_t i = 0; i < LENGTH(kept_headers); i++)
        if (strcmp(kept_headers[i], name) == 0)
            return true;
    return false;
}

static bool is_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            return false;
    return true;
}

/* A line "Name: value\r\n". One that is not printable US-ASCII is none that we sent. */
static bool keep_header(struct fields *headers, const char *line, size_t size)
{
    char name[128];
    const char *colon = memchr(line, ':', size);
    size_t name_size = colon ? (size_t)(colon - line) : 0;
    if (name_size == 0 || name_size >= sizeof name)
        return true;
    for (size_t i = 0; i < name_size; i++)
        name[i] = (char)tolower((unsigned char)line[i]);
    name[name_size] = '\0';
    const char *value = colon + 1, *end = line + size;
    while (value < end && isspace((unsigned char)*value))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    if (!is_kept(name) || !is_printable(value, (size_t)(end - value)))
        return true;
    struct error ignored;
    return fields_add(headers, name, value, (size_t)(end - value), &ignored);
}

static size_t on_header(char *data, size_t unit, size_t size, void *argument)
{
    struct http_transfer *transfer = argument;
    struct http_response *response = transfer->response;
    (void)unit;
    transfer->header_bytes += size;
    if (transfer->header_bytes > HTTP_HEADERS_MAX) {
        response->fault = HTTP_FAULT_HEADERS_TOO_LARGE;
        return 0;
    }
    if (size >= 5 && memcmp(data, "HTTP/", 5) == 0) /* what a 1xx said does not count */
        fields_finish(&response->headers);
    else if (!keep_header(&response->headers, data, size)) {
        response->fault = HTTP_FAULT_NO_MEMORY;
        return 0;
    }
    return size;
}

/* Body */

/* With the first bytes the status is known, and with it where they go and the limit; a length that
 * is announced is refused at once if it is over that. */
static bool begin_body(struct http_transfer *transfer, struct error *error)
{
    struct http_response *response = transfer->response;
    const struct http_request *request = transfer->request;
    curl_off_t length = -1;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    bool success = status >= 200 && status < 300;
    size_t max = success ? request->response_max : HTTP_ERROR_MAX;
    transfer->body_is_data = success && request->response_is_data;
    if (transfer->body_is_data)
        blob_builder_init(&response->data, max);
    else
        response->body = BUFFER_INIT(max);
    transfer->body_begun = true;
    return length <= (curl_off_t)max ||
           error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded", max);
}

static bool append_body(struct http_transfer *transfer, const char *data, size_t size,
                        struct error *error)
{
    struct http_response *response = transfer->response;
    if (!transfer->body_begun && !begin_body(transfer, error))
        return false;
    if (!transfer->body_is_data)
        return buffer_append(&response->body, data, size, error);
    unsigned char *place = blob_builder_reserve(&response->data, size, error);
    if (!place)
        return false;
    memcpy(place, data, size);
    return blob_builder_commit(&response->data, size, error);
}

static size_t on_body(char *data, size_t unit, size_t size, void *argument)
{
    struct http_transfer *transfer = argument;
    struct error error;
    (void)unit;
    if (transfer->body_bytes == 0)
        transfer->moving_since_ms = clock_monotonic_ms();
    transfer->body_bytes += size;
    if (append_body(transfer, data, size, &error))
        return size;
    transfer->response->fault = error.code == ERROR_TOO_LARGE ? HTTP_FAULT_BODY_TOO_LARGE
                                                              : HTTP_FAULT_NO_MEMORY;
    return 0;
}

static size_t on_read(char *place, size_t unit, size_t count, void *argument)
{
    struct http_transfer *transfer = argument;
    size_t sent = atomic_load_explicit(transfer->sent, memory_order_relaxed);
    size_t size = transfer->request->body_size - sent;
    if (size > unit * count)
        size = unit * count;
    if (sent == 0)
        transfer->moving_since_ms = clock_monotonic_ms();
    if (size > 0)
        memcpy(place, (const char *)transfer->request->body + sent, size);
    atomic_store_explicit(transfer->sent, sent + size, memory_order_relaxed);
    return size;
}

/* libcurl begins anew when a connection that it kept turns out to be dead. */
static int on_seek(void *argument, curl_off_t offset, int origin)
{
    struct http_transfer *transfer = argument;
    if (origin != SEEK_SET || offset < 0 || (size_t)offset > transfer->request->body_size)
        return CURL_SEEKFUNC_FAIL;
    atomic_store_explicit(transfer->sent, (size_t)offset, memory_order_relaxed);
    return CURL_SEEKFUNC_OK;
}

/* Options */

static bool add_line(struct http_transfer *transfer, const char *line, struct error *error)
{
    struct curl_slist *lines = curl_slist_append(transfer->lines, line);
    if (!lines)
        return error_no_memory(error);
    transfer->lines = lines;
    return true;
}

/* "name;" is how libcurl is told to send a header without a value. */
static bool add_lines(struct http_transfer *transfer, const struct fields *headers,
                      struct error *error)
{
    CLEANUP(buffer_finish) struct buffer line = BUFFER_INIT(HTTP_HEADERS_MAX);
    for (size_t i = 0; i < headers->count; i++) {
        const struct field *header = &headers->items[i];
        if (strcmp(header->name, "host") == 0)
            continue;
        buffer_clear(&line);
        bool made = header->value[0]
                        ? buffer_printf(&line, error, "%s: %s", header->name, header->value)
                        : buffer_printf(&line, error, "%s;", header->name);
        if (!made || !add_line(transfer, line.data, error))
            return false;
    }
    return add_line(transfer, "Expect:", error);
}

static void set_callbacks(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
}

/* Codings are not wanted (they would hide an object's size), but what comes in one all the same is
 * decoded: to libcurl, ACCEPT_ENCODING says both. The header is not signed, since proxies change
 * it. */
static void set_connection(struct http_transfer *transfer, const struct http_settings *settings)
{
    CURL *easy = transfer->easy;
    const struct curl_handle_options options = {
        .connect_timeout_ms = settings->connect_timeout_ms,
        .stall_seconds = settings->stall_seconds,
        .least_speed = settings->least_speed,
        .ca_file = settings->ca_file,
        .detail = transfer->detail,
    };
    curl_handle_set(easy, &options);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    if (transfer->request->fresh_connection)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_request(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct http_request *request = transfer->request;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines);
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (!request->body)
        return;
    long buffer = request->body_size > UPLOAD_BUFFER_SMALL ? UPLOAD_BUFFER : UPLOAD_BUFFER_SMALL;
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer);
}

bool http_transfer_begin(struct http_transfer *transfer, const struct http_settings *settings,
                         const struct http_request *request, atomic_size_t *sent,
                         struct http_response *response, struct error *error)
{
    transfer->request = request;
    transfer->response = response;
    transfer->sent = sent;
    transfer->header_bytes = 0;
    transfer->body_bytes = 0;
    transfer->body_begun = false;
    transfer->detail[0] = '\0';
    atomic_store_explicit(sent, 0, memory_order_relaxed);
    if (!add_lines(transfer, request->headers, error)) {
        curl_slist_free_all(TAKE(transfer->lines));
        return false;
    }
    set_callbacks(transfer);
    set_connection(transfer, settings);
    set_request(transfer);
    return true;
}

/* The store's own work between the end of the body and its answer is not counted. */
bool http_transfer_too_slow(const struct http_transfer *transfer, const struct speed_floor *floor)
{
    uint64_t sent = atomic_load_explicit(transfer->sent, memory_order_relaxed);
    bool sending = sent > 0 && sent < transfer->request->body_size;
    if (!floor || !(sending || transfer->body_bytes > 0))
        return false;
    return speed_floor_missed(floor, transfer->body_bytes > 0 ? transfer->body_bytes : sent,
                              clock_monotonic_ms() - transfer->moving_since_ms);
}

void http_transfer_end(struct http_transfer *transfer, int result)
{
    struct http_response *response = transfer->response;
    response->result = result;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
    if (response->fault == HTTP_FAULT_BODY_TOO_LARGE && response->status >= 300) {
        response->fault = HTTP_FAULT_NONE; /* the length of an error page does not matter */
        response->result = CURLE_OK;
    }
    const char *detail = transfer->detail[0] ? transfer->detail : curl_easy_strerror(result);
    snprintf(response->detail, sizeof response->detail, "%s", detail);
    curl_easy_reset(transfer->easy);
    curl_slist_free_all(TAKE(transfer->lines));
    transfer->request = NULL;
    transfer->response = NULL;
    transfer->sent = NULL;
}
