/* SPDX-License-Identifier: MIT */
/* The linker sends the program's allocations here (--wrap), and from here they go on to the C
 * library or come to nothing. That needs neither a preloaded library nor a hook in the code under
 * test, and leaves the sanitizers their own malloc(). One counter serves all threads: which
 * allocation of a session is the n-th may differ from run to run, but every n is tried. */
#include "support/failing_allocations.h"

#include <jansson.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);

static struct {
    atomic_long left; /* the allocation fails that finds 0 here, and counts down */
    atomic_bool forever;
} plan = {.left = LONG_MAX};

static bool fails(void)
{
    long left = atomic_fetch_sub(&plan.left, 1);
    return left == 0 || (left < 0 && atomic_load(&plan.forever));
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails() ? NULL : __real_strndup(text, size);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fails() ? MAP_FAILED : __real_mmap(address, size, protection, flags, fd, offset);
}

void failing_allocations_hook_jansson(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
}

void failing_allocations_begin(long good, bool forever)
{
    atomic_store(&plan.forever, forever);
    atomic_store(&plan.left, good);
}

bool failing_allocations_end(void)
{
    return atomic_exchange(&plan.left, LONG_MAX) < 0;
}
