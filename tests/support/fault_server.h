/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FAULT_SERVER_H
#define SUPPORT_FAULT_SERVER_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* A server on loopback that plays a script: each request that arrives, on whatever connection,
 * takes the next step (the last step is repeated). It keeps the heads of the requests, and how the
 * bodies begin, for the test to look at. */

enum fault {
    FAULT_ANSWER,       /* reads the whole request, then sends `response` */
    FAULT_ANSWER_CLOSE, /* ... and closes the connection */
    FAULT_ANSWER_GZIP,  /* ... with its body in gzip, and closes the connection */
    FAULT_EARLY,        /* sends `response` without reading the body, and closes */
    FAULT_RESET,        /* resets the connection instead of an answer */
    FAULT_STALL,        /* never answers */
    FAULT_DRIP,         /* sends `response`, then 'x' now and then until the client hangs up */
    FAULT_ENDLESS,      /* sends `response`, then 'x' until the client hangs up */
};

struct fault_step {
    enum fault fault;
    const char *response;
};

enum { FAULT_HEAD_SIZE = 8192, FAULT_BODY_SIZE = 2048, FAULT_HEADS = 16, FAULT_CONNECTIONS = 64 };

struct fault_server {
    int listener, wake;
    unsigned port;
    const struct fault_step *steps;
    size_t step_count;
    pthread_t thread;
    struct pollfd polls[2 + FAULT_CONNECTIONS];
    struct {
        pthread_mutex_t mutex;
        pthread_cond_t arrived;
        char heads[FAULT_HEADS][FAULT_HEAD_SIZE];
        char body[FAULT_BODY_SIZE]; /* of the last request that had one */
        size_t requests, connections;
        size_t body_bytes; /* of all requests */
    } locked;
};

/* Listens on a port of its own, in a thread; `steps` is borrowed. */
void fault_server_start(struct fault_server *server, const struct fault_step *steps,
                        size_t step_count);

/* Ends the thread and hangs up on everybody. */
void fault_server_stop(struct fault_server *server);

/* How many requests have arrived. */
size_t fault_server_requests(struct fault_server *server);

/* How many connections were made. */
size_t fault_server_connections(struct fault_server *server);

/* Waits until so many requests have arrived. */
void fault_server_wait_for(struct fault_server *server, size_t requests);

/* Whether a request (from 0) began with this. */
bool fault_server_asked(struct fault_server *server, size_t request, const char *beginning);

/* The value of a header of a request (from 0), or NULL; good until the next call. */
const char *fault_server_header(struct fault_server *server, size_t request, const char *name);

#endif
