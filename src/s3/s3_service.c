/* SPDX-License-Identifier: MIT */
/* A service is recognised by the end of the host name, label by label; what is left in front is the
 * bucket. So every form that a service's API has needs its own line, the more special one first: of
 * a form that is missing, the front would be taken for a bucket. Hosts that are not in the table
 * are left as they are: a proxy, or a private store, may be called anything. */
#include "s3/s3_service.h"

#include "base/array.h"

#include <string.h>

struct service_host {
    const char *name;
    const char *host;    /* '@' stands for the region, '*' for anything, both within one label */
    const char *region;  /* where the host does not have it; NULL: unknown */
    const char *base;    /* NULL: none */
    const char *instead; /* what the host serves in place of the API; NULL: it is the API */
    const char *api;     /* the API's host then */
    bool virtual_host;
};

#define PUBLIC  "serves files to the public (S3_CDN_URL is for that), without the S3 API"
#define WEBSITE "serves a bucket as a website, without the S3 API"
#define CONSOLE "is a page for people, without the S3 API"
#define B2      "serves Backblaze's own API and downloads, not the S3 API"

static const struct service_host service_hosts[] = {
    {.name = "AWS", .host = "s3.amazonaws.com"},
    {.name = "AWS", .host = "s3.dualstack.@.amazonaws.com"},
    {.name = "AWS", .host = "s3-fips.dualstack.@.amazonaws.com"},
    {.name = "AWS", .host = "s3-fips.@.amazonaws.com"},
    {.name = "AWS", .host = "s3-fips-@.amazonaws.com"},
    {.name = "AWS", .host = "s3-accelerate.amazonaws.com"},
    {.name = "AWS", .host = "s3-accelerate.dualstack.amazonaws.com"},
    {.name = "AWS", .host = "s3-external-1.amazonaws.com", .region = "us-east-1"},
    {.name = "AWS",
     .host = "s3-website-@.amazonaws.com",
     .instead = WEBSITE,
     .api = "s3.@.amazonaws.com"},
    {.name = "AWS",
     .host = "s3-website.@.amazonaws.com",
     .instead = WEBSITE,
     .api = "s3.@.amazonaws.com"},
    {.name = "AWS", .host = "s3.@.amazonaws.com"},
    {.name = "AWS", .host = "s3-@.amazonaws.com"},
    {.name = "AWS", .host = "s3.dualstack.@.amazonaws.com.cn"},
    {.name = "AWS", .host = "s3.@.amazonaws.com.cn"},
    {.name = "AWS",
     .host = "console.aws.amazon.com",
     .instead = CONSOLE,
     .api = "s3.REGION.amazonaws.com"},
    {.name = "AWS", .host = "cloudfront.net", .instead = PUBLIC, .api = "s3.REGION.amazonaws.com"},
    {.name = "Cloudflare R2", .host = "*.eu.r2.cloudflarestorage.com", .region = "auto"},
    {.name = "Cloudflare R2", .host = "*.fedramp.r2.cloudflarestorage.com", .region = "auto"},
    {.name = "Cloudflare R2", .host = "*.r2.cloudflarestorage.com", .region = "auto"},
    {.name = "Cloudflare R2",
     .host = "r2.dev",
     .instead = PUBLIC,
     .api = "ACCOUNT_ID.r2.cloudflarestorage.com"},
    {.name = "Cloudflare R2",
     .host = "dash.cloudflare.com",
     .instead = CONSOLE,
     .api = "ACCOUNT_ID.r2.cloudflarestorage.com"},
    {.name = "DigitalOcean Spaces",
     .host = "@.cdn.digitaloceanspaces.com",
     .instead = PUBLIC,
     .api = "@.digitaloceanspaces.com"},
    {.name = "DigitalOcean Spaces", .host = "@.digitaloceanspaces.com"},
    {.name = "Backblaze B2", .host = "s3.@.backblazeb2.com"},
    {.name = "Backblaze B2",
     .host = "*.backblazeb2.com",
     .instead = B2,
     .api = "s3.REGION.backblazeb2.com"},
    {.name = "Wasabi", .host = "s3.wasabisys.com", .region = "us-east-1"},
    {.name = "Wasabi", .host = "s3.@.wasabisys.com"},
    {.name = "Wasabi",
     .host = "console.wasabisys.com",
     .instead = CONSOLE,
     .api = "s3.REGION.wasabisys.com"},
    {.name = "Scaleway",
     .host = "s3-website.@.scw.cloud",
     .instead = WEBSITE,
     .api = "s3.@.scw.cloud"},
    {.name = "Scaleway", .host = "s3.@.scw.cloud"},
    {.name = "Linode",
     .host = "website-@.linodeobjects.com",
     .instead = WEBSITE,
     .api = "@.linodeobjects.com"},
    {.name = "Linode", .host = "@.linodeobjects.com"},
    {.name = "Hetzner", .host = "@.your-objectstorage.com"},
    {.name = "Google Cloud Storage", .host = "storage.googleapis.com", .region = "auto"},
    {.name = "Google Cloud Storage",
     .host = "storage.cloud.google.com",
     .instead = CONSOLE,
     .api = "storage.googleapis.com"},
    {.name = "Google Cloud Storage",
     .host = "console.cloud.google.com",
     .instead = CONSOLE,
     .api = "storage.googleapis.com"},
    {.name = "Alibaba OSS", .host = "s3.oss-@-internal.aliyuncs.com", .virtual_host = true},
    {.name = "Alibaba OSS", .host = "s3.oss-@.aliyuncs.com", .virtual_host = true},
    {.name = "Alibaba OSS", .host = "oss-@-internal.aliyuncs.com", .virtual_host = true},
    {.name = "Alibaba OSS", .host = "oss-@.aliyuncs.com", .virtual_host = true},
    {.name = "Tencent COS", .host = "cos.@.myqcloud.com", .virtual_host = true},
    {.name = "Tencent COS",
     .host = "cos-website.@.myqcloud.com",
     .instead = WEBSITE,
     .api = "cos.@.myqcloud.com"},
    {.name = "Huawei OBS", .host = "obs.@.myhuaweicloud.com", .virtual_host = true},
    {.name = "Volcengine TOS", .host = "tos-s3-@.volces.com", .virtual_host = true},
    {.name = "IDrive e2", .host = "s3.@.idrivee2.com"},
    {.name = "IDrive e2", .host = "*.*.idrivee2*.com"},
    {.name = "OVHcloud", .host = "s3.@.io.cloud.ovh.net"},
    {.name = "OVHcloud", .host = "s3.@.perf.cloud.ovh.net"},
    {.name = "OVHcloud", .host = "s3.@.io.cloud.ovh.us"},
    {.name = "OVHcloud", .host = "s3.@.cloud.ovh.net"},
    {.name = "Vultr", .host = "@.vultrobjects.com"},
    {.name = "Tigris", .host = "fly.storage.tigris.dev", .region = "auto", .virtual_host = true},
    {.name = "Tigris", .host = "t3.storage.dev", .region = "auto", .virtual_host = true},
    {.name = "Tigris", .host = "t3.tigrisfiles.io", .instead = PUBLIC, .api = "t3.storage.dev"},
    {.name = "Contabo", .host = "@.contabostorage.com"},
    {.name = "Exoscale", .host = "sos-@.exo.io"},
    {.name = "IONOS", .host = "s3.@.ionoscloud.com"},
    {.name = "IONOS", .host = "s3-@.ionoscloud.com"},
    {.name = "DreamObjects", .host = "s3.@.dream.io"},
    {.name = "Yandex Cloud", .host = "storage.yandexcloud.net", .region = "ru-central1"},
    {.name = "IBM Cloud", .host = "s3.private.@.cloud-object-storage.appdomain.cloud"},
    {.name = "IBM Cloud", .host = "s3.@.cloud-object-storage.appdomain.cloud"},
    {.name = "Oracle Cloud", .host = "*.compat.objectstorage.@.oraclecloud.com"},
    {.name = "Storj", .host = "gateway.storjshare.io"},
    {.name = "Filebase", .host = "s3.filebase.com", .region = "us-east-1"},
    {.name = "Supabase", .host = "*.storage.supabase.co", .base = "/storage/v1/s3"},
    {.name = "Supabase", .host = "*.supabase.co", .base = "/storage/v1/s3"},
};

enum { SERVICE_HOST_COUNT = LENGTH(service_hosts) };

/* A piece of a host name. */
struct span {
    const char *data;
    size_t size;
};

static bool match_label(struct span pattern, struct span label, struct span *region)
{
    size_t before = 0;
    while (before < pattern.size && !strchr("@*", pattern.data[before]))
        before++;
    if (before == pattern.size)
        return label.size == pattern.size && memcmp(label.data, pattern.data, label.size) == 0;
    size_t after = pattern.size - before - 1;
    bool is_region = pattern.data[before] == '@';
    if (label.size < before + after + (is_region ? 1 : 0) ||
        memcmp(label.data, pattern.data, before) != 0 ||
        memcmp(label.data + label.size - after, pattern.data + before + 1, after) != 0)
        return false;
    if (is_region)
        *region = (struct span){label.data + before, label.size - before - after};
    return true;
}

/* The label that ends before `end`, not including it. */
static struct span last_label(const char *name, size_t end)
{
    size_t begin = end;
    while (begin > 0 && name[begin - 1] != '.')
        begin--;
    return (struct span){name + begin, end - begin};
}

/* Whether the host is that of the pattern, with or without something in front. */
static bool match_host(const char *pattern, const char *host, struct span *front,
                       struct span *region)
{
    size_t pattern_end = strlen(pattern), host_end = strlen(host);
    *region = (struct span){host, 0};
    for (;;) {
        struct span wanted = last_label(pattern, pattern_end), label = last_label(host, host_end);
        if (label.size == 0 || !match_label(wanted, label, region))
            return false;
        bool front_left = label.data > host;
        if (wanted.data == pattern) {
            *front = (struct span){host, front_left ? (size_t)(label.data - host) - 1 : 0};
            return true;
        }
        if (!front_left)
            return false;
        pattern_end = (size_t)(wanted.data - pattern) - 1;
        host_end = (size_t)(label.data - host) - 1;
    }
}

static void keep_span(char *text, size_t size, struct span span)
{
    size_t length = span.size < size ? span.size : 0;
    memcpy(text, span.data, length);
    text[length] = '\0';
}

/* The host of the API in place of one that is not. */
static void fill_api(const char *api, struct span region, char host[S3_SERVICE_HOST_SIZE])
{
    size_t before = strcspn(api, "@");
    size_t length = 0;
    memcpy(host, api, before);
    length += before;
    if (api[before]) {
        memcpy(host + length, region.data, region.size);
        length += region.size;
        strcpy(host + length, api + before + 1);
    } else {
        host[length] = '\0';
    }
}

bool s3_service_find(const char *host, struct s3_service *ret_service)
{
    struct span front, region;
    size_t i = 0;
    if (strlen(host) >= S3_SERVICE_HOST_SIZE / 2)
        return false;
    while (i < SERVICE_HOST_COUNT && !match_host(service_hosts[i].host, host, &front, &region))
        i++;
    if (i == SERVICE_HOST_COUNT)
        return false;
    const struct service_host *found = &service_hosts[i];
    struct s3_service service = {
        .name = found->name,
        .base = found->base ? found->base : "",
        .virtual_host = found->virtual_host,
        .instead = found->instead,
    };
    if (found->region)
        region = (struct span){found->region, strlen(found->region)};
    keep_span(service.region, sizeof service.region, region);
    keep_span(service.bucket, sizeof service.bucket, front);
    const char *api = host + front.size + (front.size > 0 ? 1 : 0);
    keep_span(service.host, sizeof service.host, (struct span){api, strlen(api)});
    if (found->instead)
        fill_api(found->api, region, service.host);
    *ret_service = service;
    return true;
}
