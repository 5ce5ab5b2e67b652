/* SPDX-License-Identifier: MIT */
#ifndef BACKGROUND_AUTO_CLEANUP_H
#define BACKGROUND_AUTO_CLEANUP_H

#include "base/cleanup.h"
#include "config/config.h"
#include "storage/storage.h"

/* Automatic clean-up, as IMAGE_CLEANUP_* ask for it: one thread of its own that waits until a run
 * is due (cleanup_schedule.h) and says on stderr what it has deleted. */
struct auto_cleanup;

/* Starts the thread; nothing is asked of the store before CLEANUP_START_MS have gone by. The
 * storage is borrowed, and observed for saves (IMAGE_CLEANUP_RUN_ON_SAVE); of the configuration
 * (cleanup_enabled, with a rule) nothing is kept but the rules. */
bool auto_cleanup_create(const struct config *config, struct storage *storage,
                         struct auto_cleanup **ret_cleanup, struct error *error) MUST_CHECK;

/* Breaks off a run that is under way and waits for its end, which is soon. Takes NULL. */
void auto_cleanup_destroy(struct auto_cleanup *cleanup);
DEFINE_CLEANUP(struct auto_cleanup *, auto_cleanup_destroy)

#endif
