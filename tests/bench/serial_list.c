/* SPDX-License-Identifier: MIT */
/* The whole bucket, as a plain program lists it: ListObjectsV2 page by page, each asked for when
 * the one before is there, over one kept-alive connection of libcurl; keys are counted and nothing
 * is kept. Usage: serial_list URL-OF-BUCKET; prints the number of keys, of requests, the
 * milliseconds and the largest resident memory in KB. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct page {
    char *text;
    size_t size, room;
};

static size_t write_page(char *data, size_t unit, size_t count, void *argument)
{
    struct page *page = argument;
    size_t size = unit * count;
    if (page->size + size + 1 > page->room) {
        page->room = 2 * (page->size + size + 1);
        page->text = realloc(page->text, page->room);
        if (!page->text)
            return 0;
    }
    memcpy(page->text + page->size, data, size);
    page->size += size;
    page->text[page->size] = '\0';
    return size;
}

static size_t count_keys(const char *text)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "<Key>")); at++)
        count++;
    return count;
}

/* The token of the next page, percent-encoded; NULL: there is none. */
static char *next_token(CURL *curl, const char *text)
{
    static const char name[] = "<NextContinuationToken>";
    const char *begin = strstr(text, name);
    if (!begin)
        return NULL;
    begin += sizeof name - 1;
    return curl_easy_escape(curl, begin, (int)strcspn(begin, "<"));
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static bool get_page(CURL *curl, const char *bucket, const char *token, struct page *page)
{
    char url[4096];
    snprintf(url, sizeof url, "%s?list-type=2&max-keys=1000%s%s", bucket,
             token ? "&continuation-token=" : "", token ? token : "");
    page->size = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    return curl_easy_perform(curl) == CURLE_OK && page->size > 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: serial_list URL-OF-BUCKET\n");
        return 2;
    }
    struct page page = {0};
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write_page);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    size_t keys = 0, requests = 0;
    double begin = now_ms();
    char *token = NULL;
    bool good = true;
    do {
        good = get_page(curl, argv[1], token, &page);
        curl_free(token);
        token = good ? next_token(curl, page.text) : NULL;
        keys += good ? count_keys(page.text) : 0;
        requests++;
    } while (token);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%zu %zu %.3f %ld\n", keys, requests, now_ms() - begin, usage.ru_maxrss);
    curl_easy_cleanup(curl);
    free(page.text);
    return good ? 0 : 1;
}
