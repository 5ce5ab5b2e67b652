/* SPDX-License-Identifier: MIT */
/* One table, asked from top to bottom: the first rule that applies has the sentence. What is known
 * of a case by name stands above what only the status tells. */
#include "public_url/public_url_judge.h"

#include "base/array.h"
#include "base/plain_text.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "config/config_storage.h"
#include "config/config_url.h"
#include "s3/error_document.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

enum { HOST_SIZE = 256, STORE_SIZE = 512, PAGE_LOOK_MAX = 8 * 1024 };
enum { QUOTE_MAX = 100, QUOTE_SIZE = QUOTE_MAX + 6 }; /* less than sentence_expand() shows */

/* An answer, as the rules ask about it. */
struct facts {
    const struct public_url_target *target;
    const struct public_url_answer *answer;
    char host[HOST_SIZE]; /* with the port */
    /* What the server sent, as quotations: it may be anybody's words. */
    char location[QUOTE_SIZE]; /* without a query, which may hold a secret */
    char type[QUOTE_SIZE];
    char detail[QUOTE_SIZE];
    char store[STORE_SIZE]; /* the bucket's address on the store itself; empty: none */
    struct error_document s3;
    bool is_page; /* HTML */
};

enum kinds {
    CDN = 1 << PUBLIC_URL_CDN,
    BUCKET = 1 << PUBLIC_URL_BUCKET,
    PRESIGNED = 1 << PUBLIC_URL_PRESIGNED,
    DIRECTORY = 1 << PUBLIC_URL_DIRECTORY,
    ANY = CDN | BUCKET | PRESIGNED | DIRECTORY,
};

/* Questions */

static bool has(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++)
        if (strncasecmp(text + i, word, length) == 0)
            return true;
    return false;
}

static bool body_has(const struct facts *facts, const char *word)
{
    size_t size = facts->answer->body_size;
    return has(facts->answer->body, size < PAGE_LOOK_MAX ? size : PAGE_LOOK_MAX, word);
}

/* A word of its own: "sign in", but not "design in". */
static bool names_login(const char *text, size_t size)
{
    static const char *const words[] = {"login", "log in", "signin", "sign-in",         "sign in",
                                        "/sso",  "oauth",  "saml",   "cloudflareaccess"};
    for (size_t i = 0; i < LENGTH(words); i++)
        if (has(text, size, words[i]))
            return true;
    return false;
}

static bool host_is_under(const struct facts *facts, const char *domain)
{
    return config_url_is_under(facts->target->url, domain);
}

static bool is_same(const struct facts *facts)
{
    return facts->answer->same;
}

static bool is_type(const struct facts *facts, const char *type)
{
    const char *given = facts->answer->content_type;
    size_t size = given ? strcspn(given, "; ") : 0;
    return size == strlen(type) && strncasecmp(given, type, size) == 0;
}

static bool is_same_of_type(const struct facts *facts)
{
    return facts->answer->same && is_type(facts, facts->target->content_type);
}

static bool is_page(const struct facts *facts)
{
    return facts->is_page;
}

static bool is_login_page(const struct facts *facts)
{
    return facts->is_page && body_has(facts, "password") &&
           names_login(facts->answer->body, facts->answer->body_size);
}

static bool is_listing(const struct facts *facts)
{
    return body_has(facts, "<ListBucketResult");
}

static bool is_image(const struct facts *facts)
{
    const char *type = facts->answer->content_type;
    return type && strncasecmp(type, "image/", 6) == 0;
}

static bool leads_to_login(const struct facts *facts)
{
    const char *location = facts->answer->location;
    return location && names_login(location, strlen(location));
}

static bool leads_to_https(const struct facts *facts)
{
    const char *location = facts->answer->location, *url = facts->target->url;
    return location && strncmp(url, "http://", 7) == 0 && strncmp(location, "https://", 8) == 0 &&
           strncmp(location + 8, url + 7, strcspn(url + 7, "/:")) == 0;
}

/* What R2, AWS and Ceph say to a request without a signature where each must have one. */
static bool is_api(const struct facts *facts)
{
    static const char *const codes[] = {"MissingSecurityHeader", "MissingAuthenticationToken",
                                        "Unauthorized"};
    for (size_t i = 0; i < LENGTH(codes); i++)
        if (strcmp(facts->s3.code, codes[i]) == 0)
            return true;
    return host_is_under(facts, CONFIG_URL_R2_DOMAIN) ||
           (strcmp(facts->s3.code, "InvalidArgument") == 0 &&
            (strcasestr(facts->s3.message, "authorization") ||
             strcasestr(facts->s3.subject, "authorization")));
}

static bool is_r2_dev(const struct facts *facts)
{
    return host_is_under(facts, ".r2.dev");
}

static bool is_s3_code(const struct facts *facts, const char *code)
{
    return strcmp(facts->s3.code, code) == 0;
}

static bool is_private(const struct facts *facts)
{
    return is_s3_code(facts, "AccessDenied") || is_s3_code(facts, "AllAccessDisabled");
}

/* Of a store where objects are private until each has an ACL, and this one had none. */
static bool is_private_by_acl(const struct facts *facts)
{
    static const char *const domains[] = {".digitaloceanspaces.com", ".linodeobjects.com",
                                          ".vultrobjects.com",       ".scw.cloud",
                                          ".wasabisys.com",          ".your-objectstorage.com"};
    const struct config *config = facts->target->config;
    if (!is_private(facts) || config->s3_acl || !config->s3_endpoint)
        return false;
    for (size_t i = 0; i < LENGTH(domains); i++)
        if (config_url_is_under(config->s3_endpoint, domains[i]))
            return true;
    return false;
}

static bool is_no_bucket(const struct facts *facts)
{
    return is_s3_code(facts, "NoSuchBucket");
}

static bool is_no_key(const struct facts *facts)
{
    return is_s3_code(facts, "NoSuchKey");
}

/* .../generations/generations/2024-09-27/... */
static bool has_prefix_twice(const struct facts *facts)
{
    const struct config *config = facts->target->config;
    const char *base = config->provider == CONFIG_S3 ? config->s3_cdn_url : config->storage_url;
    size_t length = strlen(config->s3_prefix), base_length = strlen(base);
    return length > 0 && base_length > length && base[base_length - length - 1] == '/' &&
           strcmp(base + base_length - length, config->s3_prefix) == 0;
}

/* "https://host:port" of a URL. */
static size_t origin_length(const char *url)
{
    size_t host = strcspn(url, ":") + strlen("://");
    return host + strcspn(url + host, "/");
}

/* The CDN is the store's own host, and the path there is not the bucket's. */
static bool has_wrong_path(const struct facts *facts)
{
    const char *base = facts->target->config->s3_cdn_url, *store = facts->store;
    return *store && origin_length(base) == origin_length(store) &&
           strncmp(base, store, origin_length(store)) == 0 && strcmp(base, store) != 0;
}

/* The rules */

enum { NO_ANSWER = -1, SUCCESS = 2, REDIRECT = 3, CLIENT = 4, SERVER = 5, WHATEVER = 0 };

static const struct rule {
    int answer; /* NO_ANSWER, the class of the status or the status itself, or WHATEVER */
    int result; /* with NO_ANSWER: the CURLcode; 0: any */
    enum kinds kinds;
    bool (*applies)(const struct facts *facts); /* NULL: yes */
    enum finding_status status;
    const char *text;
    const char *fix;
} rules[] = {
    /* Nothing came. */
    {NO_ANSWER, CURLE_COULDNT_RESOLVE_HOST, ANY, NULL, FINDING_FAILED,
     "the host name {host} is not known",
     "check {variable}; a new domain needs its DNS record, and some minutes"},
    {NO_ANSWER, CURLE_COULDNT_CONNECT, ANY, NULL, FINDING_FAILED,
     "no connection to {host} ({detail})",
     "check {variable}, and that the CDN or web server is running"},
    {NO_ANSWER, CURLE_PEER_FAILED_VERIFICATION, ANY, NULL, FINDING_FAILED,
     "the certificate of {host} is not trusted, so browsers will not show images ({detail})",
     "give {host} a certificate of a public authority, or name a private one in S3_CA_BUNDLE"},
    {NO_ANSWER, CURLE_SSL_CONNECT_ERROR, ANY, NULL, FINDING_FAILED,
     "the TLS connection to {host} failed ({detail})",
     "check whether {variable} must begin with http:// or https://, and its port"},
    {NO_ANSWER, CURLE_OPERATION_TIMEDOUT, ANY, NULL, FINDING_FAILED,
     "{host} did not answer in time", "check {variable}, and firewalls on the way"},
    {NO_ANSWER, 0, ANY, NULL, FINDING_FAILED, "{host} gives no valid HTTP answer ({detail})",
     "check {variable}: scheme, host and port"},

    /* Something came. */
    {SUCCESS, 0, PRESIGNED, is_same_of_type, FINDING_WARNING,
     "presigned URLs work, but each ends after 7 days at most",
     "set S3_CDN_URL to a public address of the bucket (a custom domain, a CDN, on R2 also the "
     "r2.dev address) for links that last"},
    {SUCCESS, 0, ANY, is_same_of_type, FINDING_OK,
     "images can be fetched from {host} without keys: the same bytes came back, as {wanted}", NULL},
    {SUCCESS, 0, ANY, is_same, FINDING_WARNING,
     "the right bytes come from {host}, but as {type} and not {wanted}: browsers may offer them as "
     "a download",
     "let {host} pass on the Content-Type of the object, or know it from the file's extension"},
    {SUCCESS, 0, ANY, is_login_page, FINDING_FAILED,
     "{host} answers with a login page instead of the image",
     "let {host} serve images without a login"},
    {SUCCESS, 0, ANY, is_listing, FINDING_FAILED,
     "{host} answers with the listing of a bucket instead of the image",
     "check the path in {variable}, and that {host} passes the whole path on"},
    {SUCCESS, 0, DIRECTORY, is_page, FINDING_FAILED,
     "{host} answers with a web page instead of the image",
     "{variable} must be the address under which a web server serves IMAGE_STORAGE_DIR"},
    {SUCCESS, 0, ANY, is_page, FINDING_FAILED,
     "{host} answers with a web page instead of the image: its origin is not bucket \"{bucket}\"",
     "make the bucket the origin of {host}, or set {variable} to the bucket's public address"},
    {SUCCESS, 0, ANY, is_image, FINDING_WARNING,
     "{host} answers with an image, but not with the bytes that were stored: it is changed on the "
     "way",
     "turn the image optimisation of {host} off, if originals matter"},
    {SUCCESS, 0, ANY, NULL, FINDING_FAILED,
     "{host} does not answer with the image, but with {type}",
     "check that {variable} leads to where the images are stored"},

    {REDIRECT, 0, ANY, leads_to_login, FINDING_FAILED, "{host} redirects to a login ({location})",
     "let {host} serve images without a login"},
    {REDIRECT, 0, ANY, leads_to_https, FINDING_WARNING, "{host} redirects to https",
     "let {variable} begin with https://"},
    {REDIRECT, 0, ANY, NULL, FINDING_FAILED, "{host} redirects to another address ({location})",
     "set {variable} to the address that serves the images itself"},

    {429, 0, ANY, is_r2_dev, FINDING_FAILED,
     "r2.dev limits how often images are fetched (HTTP 429): it is meant for development",
     "connect a domain of your own to the bucket and set S3_CDN_URL to that"},
    {429, 0, ANY, NULL, FINDING_FAILED, "{host} limits how often images are fetched (HTTP 429)",
     "raise the limit of {host}, or put a CDN in front of it"},
    {CLIENT, 0, CDN | BUCKET, is_api, FINDING_FAILED,
     "{host} is the API of the store, which answers no request without keys ({answer})",
     "set S3_CDN_URL to a public address of the bucket: a custom domain, a CDN, on R2 also the "
     "r2.dev address"},
    {CLIENT, 0, CDN | DIRECTORY, has_prefix_twice, FINDING_FAILED,
     "the folder \"{prefix}\" is in the URL twice, and {host} has no image there ({answer})",
     "leave /{prefix} away at the end of {variable}: every key begins with it"},
    {CLIENT, 0, CDN, has_wrong_path, FINDING_FAILED,
     "{variable} has the wrong path for {host} ({answer})", "set {variable}={store}"},
    {401, 0, CDN, is_r2_dev, FINDING_FAILED, "public access is off for this r2.dev address",
     "allow it in the bucket's settings (Public access), or connect a domain"},
    {401, 0, ANY, NULL, FINDING_FAILED, "{host} requires a login (HTTP 401)",
     "let {host} serve images without a login"},
    {403, 0, CDN, is_r2_dev, FINDING_FAILED, "public access is off for this r2.dev address",
     "allow it in the bucket's settings (Public access), or connect a domain"},
    {403, 0, BUCKET, is_private, FINDING_FAILED,
     "bucket \"{bucket}\" does not allow public reads (AccessDenied)",
     "turn Block public access off and allow s3:GetObject to everybody in a bucket policy, or set "
     "S3_CDN_URL to a CDN that may read the bucket"},
    {403, 0, CDN, is_private_by_acl, FINDING_FAILED,
     "bucket \"{bucket}\" does not allow public reads of its objects (AccessDenied)",
     "set S3_ACL=public-read, which is for images saved from then on, or allow reading to "
     "everybody by a bucket policy or in the bucket's settings"},
    {403, 0, CDN, is_private, FINDING_FAILED,
     "the bucket behind {host} does not allow public reads (AccessDenied)",
     "allow s3:GetObject on bucket \"{bucket}\" to everybody (or to the CDN) by a bucket policy; "
     "on MinIO: mc anonymous set download ALIAS/{bucket}"},
    {403, 0, PRESIGNED, NULL, FINDING_FAILED, "{host} does not accept a presigned URL ({answer})",
     "set S3_CDN_URL to a public address of the bucket"},
    {403, 0, DIRECTORY, NULL, FINDING_FAILED,
     "the web server at {host} may not serve it (HTTP 403)",
     "let the web server read IMAGE_STORAGE_DIR and what is above it"},
    {403, 0, ANY, NULL, FINDING_FAILED, "{host} refuses the request ({answer})",
     "look for a rule at {host} that blocks programs or other sites' pages"},
    {404, 0, CDN, is_no_bucket, FINDING_FAILED,
     "the bucket does not exist at {host} (NoSuchBucket)",
     "check the bucket's name in {variable}: on the store's own host the path is /{bucket}"},
    {404, 0, CDN, is_no_key, FINDING_FAILED,
     "{host} looks for the image in the wrong place (NoSuchKey)",
     "{variable} must lead to the root of bucket \"{bucket}\": on the store's own host the path is "
     "/{bucket}, and a CDN must add none of its own"},
    {404, 0, CDN, is_r2_dev, FINDING_FAILED,
     "this r2.dev address does not have the image (HTTP 404)",
     "check that it is the address of bucket \"{bucket}\", and that public access is on"},
    {404, 0, DIRECTORY, NULL, FINDING_FAILED,
     "the web server at {host} does not have the image (HTTP 404)",
     "{variable} must be the address under which it serves IMAGE_STORAGE_DIR"},
    {404, 0, ANY, NULL, FINDING_FAILED, "{host} does not have the image (HTTP 404)",
     "check that {variable} leads to the root of bucket \"{bucket}\""},
    {SERVER, 0, ANY, NULL, FINDING_FAILED, "{host} cannot serve images ({answer})",
     "check the origin of the CDN or web server at {host}, or try again in a minute"},
    {WHATEVER, 0, ANY, NULL, FINDING_FAILED, "{host} answers with {answer}",
     "check that {variable} leads to where the images are stored"},
};

static bool rule_applies(const struct rule *rule, const struct facts *facts)
{
    const struct public_url_answer *answer = facts->answer;
    if (!(rule->kinds & 1u << facts->target->kind))
        return false;
    if ((answer->result != CURLE_OK) != (rule->answer == NO_ANSWER) && rule->answer != WHATEVER)
        return false;
    if (rule->answer == NO_ANSWER)
        return rule->result == 0 || rule->result == answer->result;
    if (rule->answer != WHATEVER && rule->answer != answer->status &&
        rule->answer != answer->status / 100)
        return false;
    return !rule->applies || rule->applies(facts);
}

static void find_store(const struct config *config, char store[STORE_SIZE])
{
    CLEANUP(endpoint_finish) struct endpoint endpoint = {0};
    struct error ignored;
    if (config->provider != CONFIG_S3 || !endpoint_from_config(config, &endpoint, &ignored))
        return;
    CLEANUP(free_cleanup)
    char *url = endpoint_object_url(&endpoint, config->s3_region, "", &ignored);
    if (url && strlen(url) < STORE_SIZE)
        memcpy(store, url, strlen(url) - 1); /* without the slash */
}

static void quote_answer(const struct public_url_answer *answer, struct facts *facts)
{
    char location[HOST_SIZE] = "";
    if (answer->location)
        snprintf(location, sizeof location, "%.*s", (int)strcspn(answer->location, "?#"),
                 answer->location);
    plain_text_quote(location, QUOTE_MAX, facts->location);
    plain_text_quote(answer->content_type ? answer->content_type : "", QUOTE_MAX, facts->type);
    plain_text_quote(answer->detail ? answer->detail : "", QUOTE_MAX, facts->detail);
}

/* An error code of S3 is a word. What is none is no answer of S3. */
static bool is_word(const char *code)
{
    for (; *code; code++)
        if (!isalnum((unsigned char)*code) && *code != '.')
            return false;
    return true;
}

static void collect(const struct public_url_target *target, const struct public_url_answer *answer,
                    struct facts *facts)
{
    static const char *const starts[] = {"<!doctype html", "<html"};
    const char *host = strstr(target->url, "://");
    host = host ? host + 3 : target->url;
    *facts = (struct facts){.target = target, .answer = answer};
    snprintf(facts->host, sizeof facts->host, "%.*s", (int)strcspn(host, "/"), host);
    find_store(target->config, facts->store);
    quote_answer(answer, facts);
    if (!error_document_parse(answer->body, answer->body_size, &facts->s3) ||
        !is_word(facts->s3.code))
        facts->s3 = (struct error_document){0};
    facts->is_page = is_type(facts, "text/html");
    for (size_t i = 0; i < LENGTH(starts); i++)
        facts->is_page |= answer->body_size >= strlen(starts[i]) &&
                          strncasecmp(answer->body, starts[i], strlen(starts[i])) == 0;
}

static void write_finding(const struct rule *rule, const struct facts *facts,
                          struct finding *finding)
{
    static const char *const variables[] = {
        [PUBLIC_URL_CDN] = "S3_CDN_URL",
        [PUBLIC_URL_BUCKET] = "S3_CDN_URL",
        [PUBLIC_URL_PRESIGNED] = "S3_ENDPOINT",
        [PUBLIC_URL_DIRECTORY] = "IMAGE_STORAGE_URL",
    };
    const struct public_url_answer *answer = facts->answer;
    const struct public_url_target *target = facts->target;
    char status[96];
    snprintf(status, sizeof status, "HTTP %ld%s%s", answer->status, facts->s3.code[0] ? ", " : "",
             facts->s3.code);
    const struct sentence_fact values[] = {
        {"host", facts->host},
        {"answer", status},
        {"variable", variables[target->kind]},
        {"store", facts->store},
        {"bucket", target->config->s3_bucket ? target->config->s3_bucket : ""},
        {"prefix", target->config->s3_prefix},
        {"detail", facts->detail},
        {"location", answer->location ? facts->location : "no Location header"},
        {"type", answer->content_type ? facts->type : "no Content-Type"},
        {"wanted", target->content_type},
    };
    size_t count = LENGTH(values);
    finding->status = rule->status;
    sentence_expand(rule->text, values, count, finding->text, sizeof finding->text);
    sentence_expand(rule->fix ? rule->fix : "", values, count, finding->fix, sizeof finding->fix);
    utf8_mend(finding->text); /* a cut may have split a character */
    utf8_mend(finding->fix);
}

void public_url_judge(const struct public_url_target *target,
                      const struct public_url_answer *answer, struct finding *finding)
{
    struct facts facts;
    size_t i = 0;
    collect(target, answer, &facts);
    while (!rule_applies(&rules[i], &facts)) /* the last one always does */
        i++;
    write_finding(&rules[i], &facts, finding);
}
