/* SPDX-License-Identifier: MIT */
/* A wrong public URL is the mistake that shows last: everything is stored and nobody can see it.
 * The first image that is saved is therefore fetched through its URL, once and beside the answer,
 * which does not wait. What is wrong goes to the user as a notice with the next answer of a tool.
 */
#include "background/url_watch.h"

#include "base/thread.h"
#include "public_url/public_url_check.h"

#include <string.h>

struct url_watch {
    const struct config *config;
    struct storage *storage;
    struct storage_observer observer;
    struct cancel cancel;
    pthread_t thread;

    /* The image, for the thread. */
    char *url;
    const char *content_type;
    enum public_url_kind kind;
    char sha256[SHA256_HEX_SIZE];
    size_t size;

    struct {
        pthread_mutex_t mutex;
        bool begun;   /* there was a first image */
        bool started; /* there is a thread */
        char *notice;
    } locked;
};

/* A presigned URL is enough to read the image, so it is not repeated. */
static char *make_notice(const struct url_watch *watch, const struct finding *finding)
{
    char *notice = NULL;
    bool secret = watch->kind == PUBLIC_URL_PRESIGNED;
    if (asprintf(&notice,
                 "Tell the user: the image that was saved first is stored, but its URL%s%s does "
                 "not work: %s. To fix it: %s. `image-storage-mcp doctor` checks the whole set-up.",
                 secret ? "" : " ", secret ? "" : watch->url, finding->text, finding->fix) < 0)
        return NULL;
    return notice;
}

static void *url_watch_check(void *argument)
{
    struct url_watch *watch = argument;
    struct finding finding;
    struct error ignored;
    const struct operation operation = {.cancel = &watch->cancel};
    const struct public_url_target target = {
        .url = watch->url,
        .kind = watch->kind,
        .config = watch->config,
        .content_type = watch->content_type,
        .sha256 = watch->sha256,
        .size = watch->size,
    };
    if (!public_url_check(&target, &operation, &finding, &ignored) ||
        finding.status != FINDING_FAILED)
        return NULL;
    char *notice = make_notice(watch, &finding);
    pthread_mutex_lock(&watch->locked.mutex);
    watch->locked.notice = notice;
    pthread_mutex_unlock(&watch->locked.mutex);
    return NULL;
}

static void begin_locked(struct url_watch *watch, const struct stored_image *image)
{
    watch->locked.begun = true;
    if (!public_url_is_web(image->url.url) || !(watch->url = strdup(image->url.url)))
        return;
    watch->content_type = image_mime_type(image->image.format);
    watch->kind = public_url_kind(watch->config, &image->url);
    watch->size = image->size;
    memcpy(watch->sha256, image->sha256, sizeof watch->sha256);
    struct error ignored;
    watch->locked.started = thread_start("url-check", url_watch_check, watch, &watch->thread,
                                         &ignored);
}

static void note_saved(void *argument, const struct stored_image *image)
{
    struct url_watch *watch = argument;
    pthread_mutex_lock(&watch->locked.mutex);
    if (!watch->locked.begun)
        begin_locked(watch, image);
    pthread_mutex_unlock(&watch->locked.mutex);
}

bool url_watch_create(const struct config *config, struct storage *storage,
                      struct url_watch **ret_watch, struct error *error)
{
    struct url_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return error_no_memory(error);
    watch->config = config;
    cancel_init(&watch->cancel);
    pthread_mutex_init(&watch->locked.mutex, NULL);
    watch->storage = storage;
    watch->observer = (struct storage_observer){.saved = note_saved, .argument = watch};
    storage_add_observer(storage, &watch->observer);
    *ret_watch = watch;
    return true;
}

void url_watch_destroy(struct url_watch *watch)
{
    if (!watch)
        return;
    storage_remove_observer(watch->storage, &watch->observer);
    cancel_request(&watch->cancel);
    if (watch->locked.started)
        pthread_join(watch->thread, NULL);
    cancel_finish(&watch->cancel);
    pthread_mutex_destroy(&watch->locked.mutex);
    free(watch->locked.notice);
    free(watch->url);
    free(watch);
}

char *url_watch_notice(void *argument)
{
    struct url_watch *watch = argument;
    pthread_mutex_lock(&watch->locked.mutex);
    char *notice = TAKE(watch->locked.notice);
    pthread_mutex_unlock(&watch->locked.mutex);
    return notice;
}
