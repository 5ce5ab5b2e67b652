/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FORKED_H
#define SUPPORT_FORKED_H

#include "support/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* What a process does to itself for good is done by a child. */

/* In the child: says where it went wrong, and ends it. */
#define CHILD_ASSERT(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so in the child: %s\n", __FILE__, __LINE__, #condition);   \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (false)

/* Runs it in a child, which must end well. */
void run_in_child(void (*body)(void));

#endif
