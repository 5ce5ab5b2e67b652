/* SPDX-License-Identifier: MIT */
/* A page is taken whole into memory (some 400 KB, and never more than LIST_DOCUMENT_MAX) and read
 * only then. Parsing what has arrived so far would save little of that, and would cost what matters
 * more: an exchange that breaks off half-way could not be made again, for half of its entries would
 * have been handed on, and objects could not be put in order with the roll-ups, which come at the
 * end of the page.
 *
 * Listing goes on from the continuation token, or where there is none (ListObjects, and stores that
 * forget it) after the last key. Pages never go back, and only so many in a row may bring nothing
 * new: those are empty, or repeat the roll-up that the page before ended with. */
#include "s3/list.h"

#include "base/clock.h"
#include "s3/client_state.h"
#include "s3/list_document.h"

#include <string.h>

enum { IDLE_PAGES_MAX = 100 };

struct listing {
    struct s3_client *client;
    const struct operation *operation;
    const struct object_query *query;
    object_each *each;
    void *argument;
    char *after; /* no entry up to this one is wanted; NULL: all are */
    char *token; /* of the next page; NULL: it begins after `after` */
    char *last;  /* what the pages so far ended with; NULL: they were empty */
    unsigned idle_pages;
    bool ended;
};

static void listing_finish(struct listing *listing)
{
    free(listing->after);
    free(listing->token);
    free(listing->last);
}

static bool set_text(char **place, const char *text, struct error *error)
{
    char *copy = strdup(text);
    if (!copy)
        return error_no_memory(error);
    free(*place);
    *place = copy;
    return true;
}

static bool add_parameter(struct fields *query, const char *name, const char *value,
                          struct error *error)
{
    return !value || fields_add(query, name, value, strlen(value), error);
}

static bool build_query(const struct listing *listing, bool v2, struct fields *query,
                        struct error *error)
{
    const char *after = listing->token ? NULL : listing->after;
    return add_parameter(query, "encoding-type", "url", error) &&
           add_parameter(query, "max-keys", "1000", error) &&
           add_parameter(query, "prefix", listing->query->prefix, error) &&
           add_parameter(query, "delimiter", listing->query->delimiter, error) &&
           add_parameter(query, "list-type", v2 ? "2" : NULL, error) &&
           add_parameter(query, "continuation-token", listing->token, error) &&
           add_parameter(query, v2 ? "start-after" : "marker", after, error);
}

static const char *prefix_of(const struct listing *listing)
{
    return listing->query->prefix ? listing->query->prefix : "";
}

static bool ask_for_page(const struct listing *listing, bool v2, struct list_document *ret_page,
                         struct error *error)
{
    CLEANUP(fields_finish) struct fields query = {0};
    CLEANUP(http_response_finish) struct http_response response = {0};
    if (!build_query(listing, v2, &query, error))
        return false;
    const struct exchange_request request = {
        .method = "GET",
        .action = "s3:ListBucket",
        .key = "",
        .query = &query,
        .response_max = LIST_DOCUMENT_MAX,
        .form = ANSWER_DOCUMENT,
        .uses_capability = v2 && !listing->token, /* a token proves that the store has it */
        .capability = CAPABILITY_LIST_V2,
    };
    struct exchange_store *store = &listing->client->store;
    return exchange_run(store, listing->operation, &request, &response, error) &&
           list_document_parse(response.body.data, response.body.size, prefix_of(listing), ret_page,
                               error);
}

/* Asks for the next page, in the way that the store knows. */
static bool next_page(const struct listing *listing, struct list_document *ret_page,
                      struct error *error)
{
    struct capabilities *capabilities = &listing->client->store.capabilities;
    bool v2 = listing->token || capabilities_has(capabilities, CAPABILITY_LIST_V2);
    bool answered = ask_for_page(listing, v2, ret_page, error);
    if (answered && v2 && ret_page->is_v1) {
        /* start-after meant nothing to it, and the page may be the wrong one */
        capabilities_learn_missing(capabilities, CAPABILITY_LIST_V2);
        list_document_finish(ret_page);
        return ask_for_page(listing, false, ret_page, error);
    }
    if (!answered && v2 && !listing->token && !capabilities_has(capabilities, CAPABILITY_LIST_V2))
        return ask_for_page(listing, false, ret_page, error);
    return answered;
}

/* A store that takes no notice of the prefix must not make us take its objects for ours. */
static bool is_wanted(const struct listing *listing, const char *key)
{
    const char *prefix = prefix_of(listing);
    return strncmp(key, prefix, strlen(prefix)) == 0 &&
           !(listing->after && strcmp(key, listing->after) <= 0) &&
           !(listing->last && strcmp(key, listing->last) == 0);
}

/* An object without a date counts as new, so that it is not taken for an old one. */
static bool pass_entry(struct listing *listing, const struct object_entry *entry,
                       struct error *error)
{
    struct object_entry dated = *entry;
    if (!entry->is_prefix && entry->modified_ms == 0)
        dated.modified_ms = clock_wall_ms();
    return operation_check(listing->operation, error) &&
           listing->each(listing->argument, &dated, &listing->ended, error);
}

static bool pass_page(struct listing *listing, const struct list_document *page,
                      struct error *error)
{
    const char *previous = NULL;
    for (size_t i = 0; i < page->count && !listing->ended; i++) {
        const struct object_entry *entry = &page->entries[i];
        bool repeated = previous && strcmp(previous, entry->key) == 0;
        previous = entry->key;
        if (!repeated && is_wanted(listing, entry->key) && !pass_entry(listing, entry, error))
            return false;
    }
    return true;
}

static bool fail_no_progress(const struct listing *listing, struct error *error)
{
    const struct endpoint *endpoint = &listing->client->store.endpoint;
    return error_set(error, ERROR_UNAVAILABLE,
                     "%.100s says that bucket \"%.63s\" has more objects but does not list them: "
                     "its list of objects is broken",
                     endpoint->host, endpoint->bucket);
}

/* Notes where the page ended. */
static bool note_end(struct listing *listing, const struct list_document *page, struct error *error)
{
    const char *end = page->count > 0 ? page->entries[page->count - 1].key : NULL;
    int order = !end ? 0 : listing->last ? strcmp(end, listing->last) : 1;
    if (order > 0) {
        listing->idle_pages = 0;
        return set_text(&listing->last, end, error);
    }
    return (order == 0 && ++listing->idle_pages <= IDLE_PAGES_MAX) ||
           fail_no_progress(listing, error);
}

/* Sets where the next page begins: with the token, or after the last key. */
static bool continue_listing(struct listing *listing, const struct list_document *page,
                             struct error *error)
{
    if (!note_end(listing, page, error))
        return false;
    if (page->token) {
        bool same = listing->token && strcmp(page->token, listing->token) == 0;
        return same ? fail_no_progress(listing, error)
                    : set_text(&listing->token, page->token, error);
    }
    const char *marker = page->next_marker ? page->next_marker : listing->last;
    if (!marker || (listing->after && strcmp(marker, listing->after) <= 0))
        return fail_no_progress(listing, error);
    free(TAKE(listing->token));
    return set_text(&listing->after, marker, error);
}

static bool list_pages(struct listing *listing, struct error *error)
{
    while (!listing->ended) {
        CLEANUP(list_document_finish) struct list_document page = {0};
        if (!next_page(listing, &page, error) || !pass_page(listing, &page, error))
            return false;
        listing->ended |= !page.truncated;
        if (!listing->ended && !continue_listing(listing, &page, error))
            return false;
    }
    return true;
}

bool s3_list_objects(struct s3_client *client, const struct operation *operation,
                     const struct object_query *query, object_each *each, void *argument,
                     struct error *error)
{
    CLEANUP(listing_finish)
    struct listing listing = {
        .client = client,
        .operation = operation,
        .query = query,
        .each = each,
        .argument = argument,
    };
    if (query->after && *query->after && !set_text(&listing.after, query->after, error))
        return false;
    s3_client_enter(client);
    bool done = list_pages(&listing, error);
    s3_client_leave(client);
    return done;
}
