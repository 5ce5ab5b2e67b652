/* SPDX-License-Identifier: MIT */
#ifndef BACKGROUND_URL_WATCH_H
#define BACKGROUND_URL_WATCH_H

#include "config/config.h"
#include "storage/storage.h"

/* The first image that a serving process saves is also fetched from its public URL, in the
 * background and once, so that somebody hears of a bucket that is not public before a hundred dead
 * links are handed out. Thread-safe. */
struct url_watch;

/* Both are borrowed; the storage is observed for saves. */
bool url_watch_create(const struct config *config, struct storage *storage,
                      struct url_watch **ret_watch, struct error *error) MUST_CHECK;
/* Ends what is under way. Takes NULL. */
void url_watch_destroy(struct url_watch *watch);
DEFINE_CLEANUP(struct url_watch *, url_watch_destroy)

/* What is wrong with its URL, as a few sentences for a model and its user: said once, when it is
 * known; NULL: nothing. The caller frees it. argument: struct url_watch. */
char *url_watch_notice(void *argument);

#endif
