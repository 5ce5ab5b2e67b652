/* SPDX-License-Identifier: MIT */
/* What DeleteObjects can do is done with it; the rest is deleted one by one: a key that is alone,
 * all keys where the store does not have DeleteObjects, or wants a permission for it that the keys
 * lack while DeleteObject is allowed (Ceph: on the bucket, not only its objects), keys that XML
 * cannot carry, and those that the store failed to delete for a reason of the moment, because an
 * exchange of their own has retries. */
#include "s3/delete.h"

#include "s3/client_state.h"
#include "s3/delete_document.h"
#include "s3/digest.h"

#include <string.h>

struct batch {
    struct s3_client *client;
    struct operation operation; /* without progress, which would be about bytes of XML */
    const char *const *keys;
    size_t count;
    bool singly[OBJECT_DELETE_MAX];
    bool refused;  /* the credentials do not allow DeleteObjects */
    bool answered; /* something is known of some key */
    struct delete_result *results;
};

static bool build_body(const struct batch *batch, struct buffer *body, struct error *error)
{
    if (!delete_document_begin(body, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->singly[i] && !delete_document_add(body, batch->keys[i], error))
            return false;
    return delete_document_end(body, error);
}

static bool ask_to_delete(struct batch *batch, const struct buffer *body,
                          struct delete_document *ret_document, struct error *error)
{
    CLEANUP(fields_finish) struct fields headers = {0}, query = {0};
    CLEANUP(http_response_finish) struct http_response response = {0};
    unsigned char digest[SHA256_SIZE];
    /* MD5 is required by AWS and others, whatever else protects the body */
    if (!sha256(body->data, body->size, digest, error) ||
        !digest_add_md5(&headers, body->data, body->size, error) ||
        !fields_add(&headers, "content-type", "application/xml", 15, error) ||
        !fields_add(&query, "delete", "", 0, error))
        return false;
    const struct exchange_request request = {
        .method = "POST",
        .action = "s3:DeleteObject",
        .key = "",
        .query = &query,
        .headers = &headers,
        .body = body->data,
        .body_size = body->size,
        .body_sha256 = digest,
        .response_max = DELETE_DOCUMENT_MAX,
        .form = ANSWER_OPTIONAL_DOCUMENT,
        .uses_capability = true,
        .capability = CAPABILITY_BATCH_DELETE,
    };
    struct exchange_store *store = &batch->client->store;
    if (!exchange_run(store, &batch->operation, &request, &response, error)) {
        batch->refused = error->code == ERROR_DENIED;
        return false;
    }
    if (response.body.size == 0) /* quiet, as it was asked to be */
        return true;
    return delete_document_parse(response.body.data, response.body.size, ret_document, error);
}

/* What the store says of one key of a batch, as if it had answered so to that key alone. */
static void read_reason(const struct delete_error *reason, const struct http_response *response,
                        struct failure *ret_failure)
{
    const struct error_outcome outcome = {.status = response->status,
                                          .code = reason->code,
                                          .message = reason->message,
                                          .subject = ""};
    *ret_failure = (struct failure){.response = response, .meaning = error_meaning_find(&outcome)};
    snprintf(ret_failure->document.code, sizeof ret_failure->document.code, "%s", reason->code);
    snprintf(ret_failure->document.message, sizeof ret_failure->document.message, "%s",
             reason->message);
}

static void report_key(const struct batch *batch, const struct delete_error *reason,
                       struct error *error)
{
    const struct http_response response = {.status = 200};
    struct failure failure;
    const struct failure_context context = {
        .action = "s3:DeleteObject",
        .bucket = batch->client->store.endpoint.bucket,
        .region = "",
        .host = batch->client->store.endpoint.host,
        .key = reason->key,
    };
    read_reason(reason, &response, &failure);
    failure_report(&failure, &context, error);
}

static void note_error(struct batch *batch, size_t index, const struct delete_error *reason)
{
    const struct http_response response = {.status = 200};
    struct failure failure;
    struct error error;
    read_reason(reason, &response, &failure);
    if (failure.meaning->retry != RETRY_NEVER) {
        batch->singly[index] = true;
        return;
    }
    report_key(batch, reason, &error);
    if (error.code != ERROR_NOT_FOUND)
        delete_result_set(&batch->results[index], &error);
}

/* Finds the keys that the errors are about. An error about none of ours would leave us guessing
 * which of them it means. */
static bool note_errors(struct batch *batch, const struct delete_document *document, bool check,
                        struct error *error)
{
    for (size_t i = 0; i < document->count; i++) {
        const struct delete_error *reason = &document->errors[i];
        bool ours = false;
        for (size_t k = 0; k < batch->count; k++) {
            if (strcmp(batch->keys[k], reason->key) != 0)
                continue;
            ours = true;
            if (!check)
                note_error(batch, k, reason);
        }
        if (!ours) {
            report_key(batch, reason, error);
            return false;
        }
    }
    return true;
}

static bool delete_together(struct batch *batch, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer body = BUFFER_INIT(DELETE_DOCUMENT_MAX);
    CLEANUP(delete_document_finish) struct delete_document document = {0};
    if (!build_body(batch, &body, error) || !ask_to_delete(batch, &body, &document, error) ||
        !note_errors(batch, &document, true, error) || !note_errors(batch, &document, false, error))
        return false;
    batch->answered = true;
    return true;
}

/* Whether the next key would fare no better. */
static bool is_hopeless(const struct batch *batch, const struct error *error)
{
    if (error->code == ERROR_DENIED)
        return batch->refused && !batch->answered;
    return error->code == ERROR_CANCELLED || error->code == ERROR_UNAVAILABLE ||
           error->code == ERROR_NO_MEMORY;
}

static bool delete_singly(struct batch *batch, struct error *error)
{
    bool hopeless = false;
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->singly[i])
            continue;
        bool done = !hopeless &&
                    s3_delete_object(batch->client, &batch->operation, batch->keys[i], error);
        hopeless = hopeless || (!done && is_hopeless(batch, error));
        if (hopeless && !batch->answered)
            return false;
        batch->answered = true;
        if (!done)
            delete_result_set(&batch->results[i], error);
    }
    return true;
}

static bool fits_batch(const char *key)
{
    size_t length = strlen(key);
    return length > 0 && length <= S3_KEY_MAX && delete_document_can_hold(key);
}

static bool delete_all(struct batch *batch, struct error *error)
{
    struct capabilities *capabilities = &batch->client->store.capabilities;
    bool has_batch = capabilities_has(capabilities, CAPABILITY_BATCH_DELETE);
    size_t together = 0;
    for (size_t i = 0; i < batch->count; i++) {
        batch->singly[i] = !has_batch || batch->count == 1 || !fits_batch(batch->keys[i]);
        together += !batch->singly[i];
    }
    if (together > 0 && !delete_together(batch, error)) {
        if (!batch->refused && capabilities_has(capabilities, CAPABILITY_BATCH_DELETE))
            return false;
        memset(batch->singly, true, sizeof batch->singly);
    }
    if (!delete_singly(batch, error))
        return false;
    if (batch->refused)
        capabilities_learn_missing(capabilities, CAPABILITY_BATCH_DELETE);
    return true;
}

bool s3_delete_objects(struct s3_client *client, const struct operation *operation,
                       const char *const *keys, size_t count, struct delete_result *results,
                       struct error *error)
{
    struct batch batch = {
        .client = client,
        .operation = {.cancel = operation->cancel},
        .keys = keys,
        .count = count,
        .results = results,
    };
    if (count > OBJECT_DELETE_MAX)
        return error_set(error, ERROR_INVALID, "at most %d objects can be deleted at once",
                         OBJECT_DELETE_MAX);
    for (size_t i = 0; i < count; i++)
        results[i] = (struct delete_result){0};
    s3_client_enter(client);
    bool done = delete_all(&batch, error);
    s3_client_leave(client);
    return done;
}
