/* SPDX-License-Identifier: MIT */
/* What the store must do with objects, tried on the probe through the provider, exactly as images
 * go. Each check leaves the probe where it finds it or says in probe.stored that it is gone; who
 * needs it there puts it again. Its name is new each time, so that no cache knows it. */
#include "doctor/doctor_state.h"

#include "base/counted.h"
#include "public_url/public_url_check.h"
#include "storage/image_key.h"

#include <string.h>
#include <sys/random.h>

enum { IMAGE_MAX = 4096 };

/* An image of one pixel: a bucket or a CDN may insist on images. */
static const unsigned char image[] = {
    0x89, 'P',  'N',  'G',  0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 'I',  'H',
    'D',  'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00, 0x0A, 'I',  'D',  'A',  'T',  0x78,
    0xDA, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0xDA, 0x45, 0x08, 0x3B, 0x00,
    0x00, 0x00, 0x00, 'I',  'E',  'N',  'D',  0xAE, 0x42, 0x60, 0x82};
static const char image_type[] = "image/png";

static const char *key(const struct doctor *doctor)
{
    return doctor->probe.keys[0];
}

bool name_probe(struct doctor *doctor, struct error *error)
{
    const char *prefix = doctor->config.s3_prefix;
    unsigned char random[8];
    char digits[2 * sizeof random + 1];
    for (int i = 0; i < PROBE_KEYS; i++) {
        if (getrandom(random, sizeof random, 0) != sizeof random)
            return error_set(error, ERROR_INTERNAL, "the system provides no random numbers");
        hex_encode(random, sizeof random, digits);
        snprintf(doctor->probe.keys[i], PROBE_KEY_SIZE, "%s%simage-storage-mcp-probe-%s.png",
                 prefix, *prefix ? "/" : "", digits);
    }
    return true;
}

static bool probe_put(struct doctor *doctor, bool if_absent, struct error *error)
{
    static const struct fields none;
    struct storage_provider *provider = doctor->provider;
    unsigned char digest[SHA256_SIZE];
    if (!sha256(image, sizeof image, digest, error))
        return false;
    const struct object_put put = {
        .key = key(doctor),
        .data = image,
        .size = sizeof image,
        .sha256 = digest,
        .content_type = image_type,
        .cache_control = "no-store",
        .fields = &none,
        .if_absent = if_absent,
    };
    bool done = provider->ops->put(provider, doctor->operation, &put, error);
    /* after these it may have arrived or not */
    doctor->probe.stored |= done || error->code == ERROR_UNAVAILABLE ||
                            error->code == ERROR_CANCELLED;
    return done;
}

void check_put(struct doctor *doctor)
{
    struct error error;
    if (!probe_put(doctor, false, &error))
        doctor_report_error(doctor, FINDING_FAILED, &error);
    else
        doctor_report(doctor, FINDING_OK, NULL, "stored %s", key(doctor));
}

void check_get(struct doctor *doctor)
{
    struct storage_provider *provider = doctor->provider;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error error;
    if (!provider->ops->get(provider, doctor->operation, key(doctor), IMAGE_MAX, &blob, &error))
        doctor_report_error(doctor, FINDING_FAILED, &error);
    else if (blob->size != sizeof image || memcmp(blob->data, image, sizeof image) != 0)
        doctor_report(doctor, FINDING_FAILED, "look for a proxy that changes data in transit",
                      "the bytes that came back are not those that were stored");
    else
        doctor_report(doctor, FINDING_OK, NULL, "the same bytes came back");
}

enum { OTHERS_LISTED_MAX = 10000 };

struct other_objects {
    size_t prefix_size;
    size_t seen;
    uint64_t count;
};

static bool note_entry(void *argument, const struct object_entry *entry, bool *stop,
                       struct error *error)
{
    (void)entry;
    (void)error;
    *(bool *)argument = *stop = true;
    return true;
}

static bool count_other(void *argument, const struct object_entry *entry, bool *stop,
                        struct error *error)
{
    struct other_objects *others = argument;
    const char *name = entry->key + others->prefix_size;
    size_t size = strlen(name);
    int64_t day_ms;
    (void)error;
    others->count += !entry->is_prefix || !image_key_parse_day(name, size - 1, &day_ms);
    *stop = ++others->seen == OTHERS_LISTED_MAX;
    return true;
}

/* What stands beside the days of the images: no clean-up removes it. */
static void report_other_objects(struct doctor *doctor)
{
    struct storage_provider *provider = doctor->provider;
    const char *prefix = doctor->config.s3_prefix;
    CLEANUP(free_cleanup) char *directory = NULL;
    struct error ignored;
    if (asprintf(&directory, "%s%s", prefix, *prefix ? "/" : "") < 0) {
        directory = NULL;
        return; /* this is no check */
    }
    struct other_objects others = {.prefix_size = strlen(directory)};
    const struct object_query query = {.prefix = directory, .delimiter = "/"};
    if (!provider->ops->list(provider, doctor->operation, &query, count_other, &others, &ignored))
        return; /* what is allowed has just been said */
    others.count -= doctor->probe.stored && others.count > 0;
    if (others.count > 0)
        doctor_report(doctor, FINDING_OK, NULL,
                      "%s beside the folders of the images; nothing here changes them",
                      counted(others.count, "item").text);
}

void check_list(struct doctor *doctor)
{
    static const char fix[] =
        "allow s3:ListBucket on the bucket; until then list_images, get_statistics, "
        "cleanup_images, and finding an image by its filename alone do not work";
    struct storage_provider *provider = doctor->provider;
    const struct object_query query = {.prefix = key(doctor)};
    bool seen = false;
    struct error error;
    if (provider->ops->list(provider, doctor->operation, &query, note_entry, &seen, &error)) {
        if (seen || !doctor->probe.stored)
            doctor_report(doctor, FINDING_OK, NULL, "allowed%s", seen ? ", and up to date" : "");
        else
            doctor_report(doctor, FINDING_WARNING, NULL,
                          "allowed, but the object just stored is not listed: the store's "
                          "listing lags behind");
        report_other_objects(doctor);
    } else if (error.code == ERROR_DENIED && doctor->client) {
        doctor_report(doctor, FINDING_WARNING, fix, "not allowed: %s", error.text);
    } else {
        doctor_report_error(doctor, FINDING_FAILED, &error);
    }
}

/* Deletes the probe, and with it (as a batch) what is not there. */
static bool delete_probe(struct doctor *doctor, const struct operation *operation, size_t count,
                         struct error *error)
{
    struct storage_provider *provider = doctor->provider;
    const char *const keys[PROBE_KEYS] = {doctor->probe.keys[0], doctor->probe.keys[1]};
    struct delete_result results[PROBE_KEYS];
    if (!provider->ops->delete (provider, operation, keys, count, results, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (results[i].code != ERROR_NONE)
            return error_set(error, results[i].code, "%s", results[i].text);
    doctor->probe.stored = false;
    return true;
}

void check_delete(struct doctor *doctor)
{
    struct storage_provider *provider = doctor->provider;
    CLEANUP(object_info_finish) struct object_info info = {0};
    struct error error;
    if (!delete_probe(doctor, doctor->operation, 1, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    doctor->probe.stored = true; /* until it is seen to be gone */
    if (provider->ops->head(provider, doctor->operation, key(doctor), &info, &error)) {
        doctor_report(doctor, FINDING_FAILED, "check the bucket's rules (object lock)",
                      "the store says that it deleted the object, but it is still there");
    } else if (error.code == ERROR_NOT_FOUND || error.code == ERROR_DENIED) {
        doctor->probe.stored = false;
        doctor_report(doctor, FINDING_OK, NULL, "deleted, and gone");
    } else {
        doctor_report_error(doctor, FINDING_FAILED, &error);
    }
}

void check_conditional_put(struct doctor *doctor)
{
    struct error error;
    bool first = probe_put(doctor, true, &error);
    bool second = first && probe_put(doctor, true, &error);
    if (second)
        doctor_report(doctor, FINDING_OK, NULL,
                      "If-None-Match is ignored; harmless: the same image is written again");
    else if (error.code == ERROR_EXISTS)
        doctor_report(doctor, FINDING_OK, NULL, "an existing object is not overwritten");
    else
        doctor_report_error(doctor, FINDING_FAILED, &error);
}

/* Puts the probe if it is not there. */
static bool ensure_probe(struct doctor *doctor)
{
    struct error error;
    if (doctor->probe.stored || probe_put(doctor, false, &error))
        return true;
    doctor_report_error(doctor, FINDING_FAILED, &error);
    return false;
}

void check_batch_delete(struct doctor *doctor)
{
    struct s3_learned learned;
    struct error error;
    if (!ensure_probe(doctor))
        return;
    if (!delete_probe(doctor, doctor->operation, PROBE_KEYS, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    s3_diagnose_learned(doctor->client, &learned);
    if (learned.has[CAPABILITY_BATCH_DELETE])
        doctor_report(doctor, FINDING_OK, NULL, "1,000 objects a request");
    else
        doctor_report(doctor, FINDING_OK, NULL,
                      "not offered by the store, or not to these keys: objects are deleted one "
                      "by one, which takes longer");
}

static bool check_web(struct doctor *doctor, const struct object_url *url)
{
    const struct config *config = &doctor->config;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    struct finding finding;
    const struct public_url_target target = {
        .url = url->url,
        .kind = public_url_kind(config, url),
        .config = config,
        .content_type = image_type,
        .sha256 = hex,
        .size = sizeof image,
    };
    if (!sha256(image, sizeof image, digest, &doctor->error))
        return false;
    hex_encode(digest, SHA256_SIZE, hex);
    if (!public_url_check(&target, doctor->operation, &finding, &doctor->error))
        return false;
    doctor_report(doctor, finding.status, finding.fix, "%s", finding.text);
    return true;
}

void check_public_url(struct doctor *doctor)
{
    struct storage_provider *provider = doctor->provider;
    CLEANUP(object_url_finish) struct object_url url = {0};
    struct error error;
    if (!ensure_probe(doctor))
        return;
    if (!provider->ops->url(provider, key(doctor), &url, &error))
        doctor_report_error(doctor, FINDING_FAILED, &error);
    else if (!public_url_is_web(url.url))
        doctor_report(doctor, FINDING_OK, NULL, "file:// URLs, which work on this computer only");
    else if (!check_web(doctor, &url))
        doctor_report_error(doctor, FINDING_FAILED, &doctor->error);
}

void remove_probe(struct doctor *doctor)
{
    const struct operation thorough = {0}; /* a cancelled one would do nothing more */
    struct error error;
    if (doctor->probe.stored && !delete_probe(doctor, &thorough, 1, &error))
        doctor_report(doctor, FINDING_WARNING, "delete it by hand", "%s is still there: %s",
                      key(doctor), error.text);
}
