/* SPDX-License-Identifier: MIT */
/* The connection is libcurl's own, told to stop when it stands (CURLOPT_CONNECT_ONLY): so proxies,
 * trust and address families are dealt with exactly as in a transfer, and its timers tell which
 * step was the last. */
#include "s3/diagnosis.h"

#include "base/array.h"
#include "net/curl_handle.h"
#include "s3/client_state.h"
#include "s3/failure.h"

#include <string.h>

static const struct {
    CURLcode result;
    enum s3_step step;
} failed_steps[] = {
    {CURLE_OK, S3_STEPS},
    {CURLE_COULDNT_RESOLVE_HOST, S3_STEP_NAME},
    {CURLE_COULDNT_RESOLVE_PROXY, S3_STEP_NAME},
    {CURLE_COULDNT_CONNECT, S3_STEP_TCP},
};

/* Milliseconds since the start; 0: it has not come to that. */
static uint32_t timer_ms(CURL *easy, CURLINFO info)
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy, info, &microseconds);
    return (uint32_t)((microseconds + 999) / 1000);
}

/* A time-out can end any step; everything that is not in the table is about TLS, or a proxy's
 * refusal to pass it on. */
static enum s3_step find_failed(CURL *easy, CURLcode result)
{
    const char *address = NULL;
    for (size_t i = 0; i < LENGTH(failed_steps); i++)
        if (failed_steps[i].result == result)
            return failed_steps[i].step;
    if (result != CURLE_OPERATION_TIMEDOUT)
        return S3_STEP_TLS;
    if (timer_ms(easy, CURLINFO_NAMELOOKUP_TIME_T) == 0)
        return S3_STEP_NAME;
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    return address && *address ? S3_STEP_TLS : S3_STEP_TCP;
}

/* "Expire date:..." of the first certificate, which is the host's own. */
static void read_certificate(CURL *easy, struct s3_connection *connection)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
        info->num_of_certs < 1)
        return;
    for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next)
        if (strncmp(line->data, name, sizeof name - 1) == 0)
            snprintf(connection->certificate_end, sizeof connection->certificate_end, "%s",
                     line->data + sizeof name - 1);
}

static void read_connection(CURL *easy, CURLcode result, struct s3_connection *connection)
{
    const char *address = NULL;
    uint32_t name = timer_ms(easy, CURLINFO_NAMELOOKUP_TIME_T);
    uint32_t tcp = timer_ms(easy, CURLINFO_CONNECT_TIME_T);
    uint32_t tls = timer_ms(easy, CURLINFO_APPCONNECT_TIME_T);
    connection->failed = find_failed(easy, result);
    connection->ms[S3_STEP_NAME] = name;
    connection->ms[S3_STEP_TCP] = tcp > name ? tcp - name : 0;
    connection->ms[S3_STEP_TLS] = tls > tcp ? tls - tcp : 0;
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &connection->port);
    snprintf(connection->address, sizeof connection->address, "%s", address ? address : "");
    read_certificate(easy, connection);
}

static void report_connection(const struct endpoint *endpoint, const char *region, const char *host,
                              CURLcode result, const char *detail, struct error *error)
{
    struct http_response response = {.result = (int)result};
    const struct failure_question question = {.form = ANSWER_DATA};
    struct failure failure;
    const struct failure_context context = {
        .action = "", .bucket = endpoint->bucket, .region = region, .host = host, .key = ""};
    snprintf(response.detail, sizeof response.detail, "%s",
             *detail ? detail : curl_easy_strerror(result));
    if (failure_detect(&response, &question, &failure))
        failure_report(&failure, &context, error);
}

static void set_options(CURL *easy, const struct http_settings *settings, const char *url,
                        char *detail)
{
    const struct curl_handle_options options = {
        .connect_timeout_ms = settings->connect_timeout_ms,
        .ca_file = settings->ca_file,
        .detail = detail,
    };
    curl_handle_set(easy, &options);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
}

bool s3_diagnose_connection(const struct endpoint *endpoint, const char *region,
                            const struct http_settings *settings, const struct operation *operation,
                            struct s3_connection *ret_connection, struct error *error)
{
    CLEANUP(endpoint_place_finish) struct endpoint_place place = {0};
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(64 * 1024);
    char detail[CURL_ERROR_SIZE] = "";
    struct s3_connection connection = {0};
    if (!endpoint_locate(endpoint, region, "", &place, error) ||
        !buffer_printf(&url, error, "%s://%s/", endpoint->scheme, place.host))
        return false;
    CURL *easy = curl_handle_create(error);
    if (!easy)
        return false;
    set_options(easy, settings, url.data, detail);
    CURLcode result = curl_handle_perform(easy, operation->cancel, NULL, NULL);
    read_connection(easy, result, &connection);
    curl_easy_cleanup(easy);
    if (!operation_check(operation, error))
        return false;
    if (result != CURLE_OK)
        report_connection(endpoint, region, place.host, result, detail, &connection.error);
    *ret_connection = connection;
    return true;
}

bool s3_diagnose_keys(struct s3_client *client, const struct operation *operation, const char *key,
                      enum s3_verdict *ret_verdict, struct error *ret_reason, struct error *error)
{
    CLEANUP(http_response_finish) struct http_response response = {0};
    enum s3_verdict verdict = S3_VERDICT_NONE;
    const struct exchange_request request = {.method = "GET",
                                             .action = "s3:GetObject",
                                             .key = key,
                                             .response_max = HTTP_ERROR_MAX,
                                             .form = ANSWER_DATA,
                                             .verdict = &verdict};
    s3_client_enter(client);
    bool found = exchange_run(&client->store, operation, &request, &response, error);
    s3_client_leave(client);
    if (!found && (error->code == ERROR_CANCELLED || error->code == ERROR_NO_MEMORY))
        return false;
    *ret_verdict = found ? S3_VERDICT_ACCEPTED : verdict;
    if (*ret_verdict != S3_VERDICT_ACCEPTED)
        *ret_reason = *error;
    return true;
}

void s3_diagnose_learned(struct s3_client *client, struct s3_learned *ret_learned)
{
    struct capabilities *capabilities = &client->store.capabilities;
    struct s3_learned learned = {0};
    learned.clock_seen = capabilities_clock_seen(capabilities, &learned.clock_offset_ms);
    capabilities_region(capabilities, learned.region);
    for (int i = 0; i < CAPABILITIES; i++)
        learned.has[i] = capabilities_has(capabilities, (enum capability)i);
    *ret_learned = learned;
}
