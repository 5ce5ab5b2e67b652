/* SPDX-License-Identifier: MIT */
#ifndef S3_CLIENT_STATE_H
#define S3_CLIENT_STATE_H

#include "s3/client.h"
#include "s3/exchange.h"

#include <pthread.h>

/* What the operations of the client have in common; for client.c, list.c, delete.c and diagnosis.c
 * only, and for their tests. */
struct s3_client {
    struct exchange_store store;
    char *ca_file;
    char *acl; /* NULL: none */
    pthread_cond_t left;
    struct {
        pthread_mutex_t mutex;
        unsigned callers;
    } locked;
};

/* Around everything that uses the client and may wait: destroying it waits for those inside. */
void s3_client_enter(struct s3_client *client);
void s3_client_leave(struct s3_client *client);

#endif
