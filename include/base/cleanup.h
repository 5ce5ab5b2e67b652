/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Scope-bound ownership (the GNU cleanup attribute). A variable declared with CLEANUP(f) is given
 * to f when it goes out of scope; TAKE(v) moves its value out, visibly, and leaves NULL behind. */

#define CLEANUP(function) __attribute__((cleanup(function)))

#define TAKE(pointer)                                                                              \
    __extension__({                                                                                \
        __typeof__(&(pointer)) take_place = &(pointer);                                            \
        __typeof__(pointer) take_value = *take_place;                                              \
        *take_place = NULL;                                                                        \
        take_value;                                                                                \
    })

/* The same for a struct that is empty when it is zeroed, as all with a *_finish() are. */
#define TAKE_STRUCT(value)                                                                         \
    __extension__({                                                                                \
        __typeof__(&(value)) take_place = &(value);                                                \
        __typeof__(value) take_value = *take_place;                                                \
        *take_place = (__typeof__(value)){0};                                                      \
        take_value;                                                                                \
    })

/* Declares function##_cleanup for a pointer type whose destructor takes NULL. */
#define DEFINE_CLEANUP(type, function)                                                             \
    static inline void function##_cleanup(type *place)                                             \
    {                                                                                              \
        function(*place);                                                                          \
    }

static inline void free_cleanup(void *place)
{
    free(*(void **)place);
}

/* For a file descriptor; -1 is nothing. */
static inline void close_cleanup(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void fclose_cleanup(FILE **place)
{
    if (*place)
        fclose(*place);
}

#endif
