/* SPDX-License-Identifier: MIT */
/* A caller puts its exchange (on its own stack) into the incoming list, wakes the thread and waits
 * on the exchange's condition. The thread moves what came in to its own waiting list, starts what
 * is due, lets libcurl work, hands back what is finished, and sleeps in curl_multi_poll() until
 * something happens. The lists `waiting` and `active` are the thread's alone; all else that both
 * sides touch is in `locked` or atomic. */
#include "s3/transport.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/curl_handle.h"

#include <stdatomic.h>
#include <stdint.h>

enum {
    TRANSPORT_IDLE_MS = 60 * 60 * 1000,
    TRANSPORT_CHECK_MS = 1000, /* how often the speed of transfers is looked at */
    PROGRESS_MS = 200,
};

struct exchange {
    const struct http_request *request;
    struct http_response *response;
    struct cancel *cancel; /* NULL: cannot be cancelled */
    int64_t due_ms;        /* monotonic */
    struct http_transfer *transfer;
    atomic_size_t sent;
    struct exchange *next;
    pthread_cond_t finished;
    struct {
        bool finished;
        struct error error; /* ERROR_NONE: it was made */
    } locked;               /* by the transport's mutex */
};

struct exchange_list {
    struct exchange *first, **last;
};

struct transport {
    struct http_settings settings;
    CURLM *multi;
    pthread_t thread;
    struct exchange_list waiting;
    struct exchange_list active;
    unsigned active_count;
    struct http_pool pool;
    atomic_bool cancelled; /* some cancel token was used */
    struct {
        pthread_mutex_t mutex;
        struct exchange_list incoming;
        bool started;
        bool stopping;
    } locked;
};

static void list_init(struct exchange_list *list)
{
    *list = (struct exchange_list){.last = &list->first};
}

static void list_append(struct exchange_list *list, struct exchange *exchange)
{
    exchange->next = NULL;
    *list->last = exchange;
    list->last = &exchange->next;
}

/* Takes out what *place points at. */
static struct exchange *list_remove(struct exchange_list *list, struct exchange **place)
{
    struct exchange *exchange = *place;
    *place = exchange->next;
    if (!*place)
        list->last = place;
    return exchange;
}

bool transport_create(const struct http_settings *settings, struct transport **ret_transport,
                      struct error *error)
{
    struct transport *transport = calloc(1, sizeof *transport);
    if (!transport)
        return error_no_memory(error);
    transport->settings = *settings;
    list_init(&transport->waiting);
    list_init(&transport->active);
    list_init(&transport->locked.incoming);
    pthread_mutex_init(&transport->locked.mutex, NULL);
    *ret_transport = transport;
    return true;
}

void transport_destroy(struct transport *transport)
{
    if (!transport)
        return;
    transport_stop(transport);
    http_pool_finish(&transport->pool);
    curl_multi_cleanup(transport->multi);
    pthread_mutex_destroy(&transport->locked.mutex);
    free(transport);
}

/* The thread's side */

/* Gives the exchange back to its caller, in whose stack it is: it must not be touched after. */
static void finish_exchange(struct transport *transport, struct exchange *exchange,
                            const struct error *error)
{
    pthread_mutex_lock(&transport->locked.mutex);
    exchange->locked.error = *error;
    exchange->locked.finished = true;
    pthread_cond_signal(&exchange->finished);
    pthread_mutex_unlock(&transport->locked.mutex);
}

static void finish_cancelled(struct transport *transport, struct exchange *exchange)
{
    struct error error;
    error_set(&error, ERROR_CANCELLED, "interrupted");
    finish_exchange(transport, exchange, &error);
}

static bool start_exchange(struct transport *transport, struct exchange *exchange,
                           struct error *error)
{
    struct http_transfer *transfer = http_pool_take(&transport->pool, error);
    if (!transfer)
        return false;
    if (!http_transfer_begin(transfer, &transport->settings, exchange->request, &exchange->sent,
                             exchange->response, error)) {
        http_transfer_destroy(transfer);
        return false;
    }
    if (curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) {
        http_transfer_destroy(transfer);
        return error_no_memory(error);
    }
    exchange->transfer = transfer;
    list_append(&transport->active, exchange);
    transport->active_count++;
    return true;
}

/* Takes an active exchange's handle out of libcurl's hands; result: CURLcode. */
static void stop_transfer(struct transport *transport, struct exchange *exchange, CURLcode result)
{
    curl_multi_remove_handle(transport->multi, exchange->transfer->easy);
    http_transfer_end(exchange->transfer, result);
    http_pool_give(&transport->pool, TAKE(exchange->transfer));
    transport->active_count--;
}

static void start_due(struct transport *transport)
{
    int64_t now = clock_monotonic_ms();
    struct exchange **place = &transport->waiting.first;
    while (*place && transport->active_count < TRANSPORT_EXCHANGES_MAX) {
        if ((*place)->due_ms > now) {
            place = &(*place)->next;
            continue;
        }
        struct exchange *exchange = list_remove(&transport->waiting, place);
        struct error error;
        if (!start_exchange(transport, exchange, &error))
            finish_exchange(transport, exchange, &error);
    }
}

static bool is_unwanted(const struct exchange *exchange, bool all)
{
    return all || cancel_requested(exchange->cancel);
}

/* Ends the exchanges that were cancelled, or all of them. */
static void drop_unwanted(struct transport *transport, bool all)
{
    struct exchange **place = &transport->waiting.first;
    while (*place) {
        if (is_unwanted(*place, all))
            finish_cancelled(transport, list_remove(&transport->waiting, place));
        else
            place = &(*place)->next;
    }
    place = &transport->active.first;
    while (*place) {
        if (is_unwanted(*place, all)) {
            struct exchange *exchange = list_remove(&transport->active, place);
            stop_transfer(transport, exchange, CURLE_ABORTED_BY_CALLBACK);
            finish_cancelled(transport, exchange);
        } else {
            place = &(*place)->next;
        }
    }
}

/* Ends transfers that go on, but so slowly that they could last for days, as time-outs. */
static void drop_too_slow(struct transport *transport)
{
    const struct error none = {0};
    struct exchange **place = &transport->active.first;
    while (*place) {
        if (!http_transfer_too_slow((*place)->transfer, transport->settings.floor)) {
            place = &(*place)->next;
            continue;
        }
        struct exchange *exchange = list_remove(&transport->active, place);
        stop_transfer(transport, exchange, CURLE_OPERATION_TIMEDOUT);
        finish_exchange(transport, exchange, &none);
    }
}

static void finish_done(struct transport *transport)
{
    const struct error none = {0};
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(transport->multi, &left))) {
        CURLcode result = message->data.result; /* gone once the handle is removed */
        struct exchange **place = &transport->active.first;
        while ((*place)->transfer->easy != message->easy_handle)
            place = &(*place)->next;
        struct exchange *exchange = list_remove(&transport->active, place);
        stop_transfer(transport, exchange, result);
        finish_exchange(transport, exchange, &none);
    }
}

/* Moves what came in to the waiting list. False: it is time to stop. */
static bool take_incoming(struct transport *transport)
{
    pthread_mutex_lock(&transport->locked.mutex);
    struct exchange *exchange = transport->locked.incoming.first;
    list_init(&transport->locked.incoming);
    bool stopping = transport->locked.stopping;
    pthread_mutex_unlock(&transport->locked.mutex);
    while (exchange) {
        struct exchange *next = exchange->next;
        list_append(&transport->waiting, exchange);
        exchange = next;
    }
    return !stopping;
}

/* How long to sleep at most. An exchange that is due but waits for its turn needs no timer. */
static int sleep_ms(const struct transport *transport)
{
    int64_t now = clock_monotonic_ms();
    int64_t ms = transport->active_count > 0 ? TRANSPORT_CHECK_MS : TRANSPORT_IDLE_MS;
    bool room = transport->active_count < TRANSPORT_EXCHANGES_MAX;
    for (const struct exchange *exchange = transport->waiting.first; exchange && room;
         exchange = exchange->next)
        if (exchange->due_ms - now < ms)
            ms = exchange->due_ms > now ? exchange->due_ms - now : 0;
    return (int)ms;
}

static void *transport_main(void *argument)
{
    struct transport *transport = argument;
    int running;
    while (take_incoming(transport)) {
        if (atomic_exchange(&transport->cancelled, false))
            drop_unwanted(transport, false);
        start_due(transport);
        curl_multi_perform(transport->multi, &running);
        finish_done(transport);
        drop_too_slow(transport);
        curl_multi_poll(transport->multi, NULL, 0, sleep_ms(transport), NULL);
    }
    drop_unwanted(transport, true);
    return NULL;
}

/* The callers' side */

static bool create_multi(struct transport *transport, struct error *error)
{
    if (!transport->multi && !(transport->multi = curl_handle_create_multi(error)))
        return false;
    curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(transport->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)TRANSPORT_EXCHANGES_MAX);
    curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)TRANSPORT_EXCHANGES_MAX);
    return true;
}

static bool start_thread_locked(struct transport *transport, struct error *error)
{
    if (transport->locked.started)
        return true;
    if (!create_multi(transport, error))
        return false;
    transport->locked.started = thread_start("s3-transport", transport_main, transport,
                                             &transport->thread, error);
    return transport->locked.started;
}

static bool submit_exchange(struct transport *transport, struct exchange *exchange,
                            struct error *error)
{
    pthread_mutex_lock(&transport->locked.mutex);
    bool submitted = transport->locked.stopping
                         ? error_set(error, ERROR_CANCELLED, "the server is shutting down")
                         : start_thread_locked(transport, error);
    if (submitted)
        list_append(&transport->locked.incoming, exchange);
    pthread_mutex_unlock(&transport->locked.mutex);
    if (submitted)
        curl_multi_wakeup(transport->multi);
    return submitted;
}

static void wake_for_cancel(void *argument)
{
    struct transport *transport = argument;
    atomic_store(&transport->cancelled, true);
    curl_multi_wakeup(transport->multi);
}

/* Progress is reported from here, so that a slow listener never holds up the connections. */
static void wait_finished(struct transport *transport, struct exchange *exchange,
                          const struct operation *operation)
{
    size_t total = exchange->request->body_size, reported = 0;
    pthread_mutex_lock(&transport->locked.mutex);
    while (!exchange->locked.finished) {
        if (!operation->progress || total == 0) {
            pthread_cond_wait(&exchange->finished, &transport->locked.mutex);
            continue;
        }
        thread_wait_until(&exchange->finished, &transport->locked.mutex,
                          clock_monotonic_ms() + PROGRESS_MS);
        size_t sent = atomic_load_explicit(&exchange->sent, memory_order_relaxed);
        if (exchange->locked.finished || sent <= reported)
            continue;
        reported = sent;
        pthread_mutex_unlock(&transport->locked.mutex);
        operation_progress(operation, sent, total, NULL);
        pthread_mutex_lock(&transport->locked.mutex);
    }
    pthread_mutex_unlock(&transport->locked.mutex);
}

bool transport_perform(struct transport *transport, const struct http_request *request,
                       const struct operation *operation, struct http_response *ret_response,
                       struct error *error)
{
    struct http_response response = {0};
    struct exchange exchange = {
        .request = request,
        .response = &response,
        .cancel = operation->cancel,
        .due_ms = clock_monotonic_ms() + request->delay_ms,
    };
    if (!operation_check(operation, error))
        return false;
    thread_condition_init(&exchange.finished);
    if (submit_exchange(transport, &exchange, error)) {
        struct cancel_waiter waiter = {.wake = wake_for_cancel, .argument = transport};
        cancel_add_waiter(operation->cancel, &waiter);
        wait_finished(transport, &exchange, operation);
        cancel_remove_waiter(operation->cancel, &waiter);
    } else {
        exchange.locked.error = *error;
    }
    pthread_cond_destroy(&exchange.finished);
    if (exchange.locked.error.code != ERROR_NONE) {
        *error = exchange.locked.error;
        http_response_finish(&response);
        return false;
    }
    *ret_response = response;
    return true;
}

void transport_stop(struct transport *transport)
{
    pthread_mutex_lock(&transport->locked.mutex);
    bool running = transport->locked.started && !transport->locked.stopping;
    transport->locked.stopping = true;
    pthread_mutex_unlock(&transport->locked.mutex);
    if (!running)
        return;
    curl_multi_wakeup(transport->multi);
    pthread_join(transport->thread, NULL);
}
