/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FAILING_ALLOCATIONS_H
#define SUPPORT_FAILING_ALLOCATIONS_H

#include <stdbool.h>

/* Makes the n-th allocation of the program fail, so that a test can try every n. It works in the
 * programs that are linked with --wrap for the functions that allocate: see failing_allocations in
 * tests/meson.build. What libraries allocate for themselves fails only where they have a hook. */

/* Gives jansson, too, the functions that fail; before anything else of it. */
void failing_allocations_hook_jansson(void);

/* From now on the allocation fails that comes after `good` others, in any thread; and if `forever`,
 * all that come after it. */
void failing_allocations_begin(long good, bool forever);

/* No allocation fails any more. Whether one has failed. */
bool failing_allocations_end(void);

#endif
