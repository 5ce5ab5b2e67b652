/* SPDX-License-Identifier: MIT */
/* The sentences come from the table of meanings; here they are put together with what they are
 * about and with the store's own words. Those come from outside: they are shortened, cleaned and
 * quoted, so that they cannot pass for ours. */
#include "s3/failure.h"

#include "base/array.h"
#include "base/plain_text.h"
#include "base/sentence.h"
#include "s3/answer_text.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SENTENCE_SIZE = 400, WORDS_MAX = 160, CODE_SIZE = 64, ID_SIZE = 81 };

static bool is_success(const struct http_response *response)
{
    return response->result == CURLE_OK && response->status >= 200 && response->status < 300;
}

static const struct error_meaning *find_meaning(const struct failure *failure,
                                                const struct failure_question *question)
{
    const struct http_response *response = failure->response;
    const struct error_outcome outcome = {
        .result = response->result,
        .status = response->status,
        .code = failure->document.code,
        .message = failure->document.message,
        .subject = failure->document.subject,
        .about_bucket = question->about_bucket,
        .parts = question->parts,
    };
    switch (response->fault) {
    case HTTP_FAULT_NO_MEMORY:
        return error_meaning_of_finding(ERROR_FINDING_NO_MEMORY);
    case HTTP_FAULT_HEADERS_TOO_LARGE:
        return error_meaning_of_finding(ERROR_FINDING_ODD);
    case HTTP_FAULT_BODY_TOO_LARGE:
        return error_meaning_of_finding(question->form == ANSWER_DATA ? ERROR_FINDING_LIMIT
                                                                      : ERROR_FINDING_ODD);
    case HTTP_FAULT_NONE:
        break;
    }
    return error_meaning_find(&outcome);
}

/* Headers that only S3 sends. */
static bool is_signed_by_s3(const struct http_response *response)
{
    for (size_t i = 0; i < response->headers.count; i++)
        if (strncmp(response->headers.items[i].name, "x-amz-", strlen("x-amz-")) == 0)
            return true;
    return false;
}

static bool is_page_by_type(const struct http_response *response)
{
    static const char *const types[] = {"text/html", "application/xhtml+xml"};
    const char *type = fields_get(&response->headers, "content-type");
    for (size_t i = 0; type && i < LENGTH(types); i++)
        if (strncasecmp(type, types[i], strlen(types[i])) == 0)
            return true;
    return false;
}

/* A body is judged by itself: some stores call every answer text/html. Where there is none, or one
 * that may be anything, the type has to do. */
static bool is_of_form(const struct http_response *response, enum answer_form form,
                       enum error_finding *ret_finding)
{
    const struct buffer *body = &response->body;
    *ret_finding = ERROR_FINDING_NOT_S3;
    switch (form) {
    case ANSWER_HEADERS:
    case ANSWER_DATA:
        return !is_page_by_type(response) || is_signed_by_s3(response);
    case ANSWER_DOCUMENT:
        *ret_finding = body->size == 0 ? ERROR_FINDING_EMPTY : ERROR_FINDING_NOT_S3;
        return body->size > 0 && answer_text_is_xml(body->data, body->size);
    case ANSWER_BARE:
    case ANSWER_OPTIONAL_DOCUMENT:
        break;
    }
    return body->size == 0 || answer_text_is_xml(body->data, body->size);
}

static void read_document(const struct http_response *response, struct error_document *document)
{
    const struct buffer *body = &response->body;
    if (!error_document_parse(body->data, body->size, document) && !is_success(response) &&
        body->size > 0)
        answer_text_words(body->data, body->size, document->message, sizeof document->message);
}

bool failure_detect(const struct http_response *response, const struct failure_question *question,
                    struct failure *ret_failure)
{
    struct failure failure = {.response = response};
    enum error_finding finding;
    bool success = is_success(response);
    if (response->result == CURLE_OK && !(success && question->form == ANSWER_DATA))
        read_document(response, &failure.document);
    bool formed = !success || is_of_form(response, question->form, &finding);
    if (success && formed && !failure.document.code[0])
        return false;
    failure.meaning = formed ? find_meaning(&failure, question) : error_meaning_of_finding(finding);
    *ret_failure = failure;
    return true;
}

/* A code that no table knows comes from a store that got past the keys, unless it has troubles of
 * its own. */
enum s3_verdict failure_verdict(const struct failure *failure)
{
    const struct error_meaning *meaning = failure->meaning;
    bool answered = failure->document.code[0] && meaning->error != ERROR_UNAVAILABLE;
    return meaning->verdict == S3_VERDICT_NONE && answered ? S3_VERDICT_ACCEPTED : meaning->verdict;
}

static void expand_sentence(const char *text, const struct failure_context *context, char *out,
                            size_t size)
{
    const struct sentence_fact facts[] = {
        {"action", context->action}, {"bucket", context->bucket}, {"region", context->region},
        {"host", context->host},     {"key", context->key},
    };
    sentence_expand(text, facts, LENGTH(facts), out, size);
}

/* Those of an object that is not there, or is there already, add nothing. */
static bool has_words(const struct failure *failure)
{
    enum error_code code = failure->meaning->error;
    return failure->document.message[0] && code != ERROR_NOT_FOUND && code != ERROR_EXISTS;
}

/* What of a code or an id can be one: they stand outside the quotation. */
static void copy_token(const char *text, char *out, size_t size)
{
    size_t used = 0;
    for (; *text && used + 1 < size; text++)
        if (isalnum((unsigned char)*text) || strchr("-_.:/+=", *text))
            out[used++] = *text;
    out[used] = '\0';
}

/* With what the store's operators ask for. */
static bool report_response(const struct failure *failure, const char *sentence,
                            struct error *error)
{
    static const char introduction[] = "; it says: ";
    const struct error_document *document = &failure->document;
    const char *header = fields_get(&failure->response->headers, "x-amz-request-id");
    char code[CODE_SIZE], id[ID_SIZE], words[WORDS_MAX + 6];
    copy_token(document->code, code, sizeof code);
    copy_token(document->request_id[0] ? document->request_id
               : header                ? header
                                       : "",
               id, sizeof id);
    error_set(error, failure->meaning->error, "%s (%s%sHTTP %ld%s%s)", sentence, code,
              code[0] ? ", " : "", failure->response->status, id[0] ? ", request " : "", id);
    size_t used = strlen(error->text),
           taken = used + sizeof introduction + sizeof words - WORDS_MAX;
    if (!has_words(failure) || taken >= sizeof error->text)
        return false;
    size_t room = sizeof error->text - taken;
    plain_text_quote(document->message, room < WORDS_MAX ? room : WORDS_MAX, words);
    snprintf(error->text + used, sizeof error->text - used, "%s%s", introduction, words);
    return false;
}

bool failure_report(const struct failure *failure, const struct failure_context *context,
                    struct error *error)
{
    const struct http_response *response = failure->response;
    char text[SENTENCE_SIZE];
    if (failure->meaning->error == ERROR_NO_MEMORY)
        return error_no_memory(error);
    expand_sentence(failure->meaning->sentence, context, text, sizeof text);
    if (response->fault == HTTP_FAULT_HEADERS_TOO_LARGE)
        return error_set(error, failure->meaning->error, "%s (its headers are too large)", text);
    if (response->fault == HTTP_FAULT_BODY_TOO_LARGE)
        return error_set(error, failure->meaning->error, "%s%s", text,
                         failure->meaning->error == ERROR_TOO_LARGE ? ""
                                                                    : " (its answer is too large)");
    if (response->result != CURLE_OK)
        return error_set(error, failure->meaning->error, "%s (%s)", text, response->detail);
    return report_response(failure, text, error);
}
