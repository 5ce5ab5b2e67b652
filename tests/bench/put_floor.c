/* SPDX-License-Identifier: MIT */
/* The bottom line for saves: PUTs of the same bytes by libcurl over one kept-alive connection, and
 * nothing else. Usage: put_floor URL FILE COUNT; prints the milliseconds of each PUT, one a line.
 * The first PUT, which connects, is not counted. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct upload {
    const char *data;
    size_t size;
    size_t sent;
};

static size_t read_upload(char *buffer, size_t size, size_t count, void *argument)
{
    struct upload *upload = argument;
    size_t left = upload->size - upload->sent;
    size_t part = size * count < left ? size * count : left;
    memcpy(buffer, upload->data + upload->sent, part);
    upload->sent += part;
    return part;
}

static char *read_file(const char *name, size_t *ret_size)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return NULL;
    *ret_size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*ret_size);
    if (data && fread(data, 1, *ret_size, file) != *ret_size) {
        free(data);
        data = NULL;
    }
    fclose(file);
    return data;
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static bool put(CURL *curl, struct upload *upload, const char *url, int number)
{
    char target[512];
    snprintf(target, sizeof target, "%s/floor-%d", url, number);
    upload->sent = 0;
    curl_easy_setopt(curl, CURLOPT_URL, target);
    return curl_easy_perform(curl) == CURLE_OK;
}

int main(int argc, char **argv)
{
    struct upload upload = {0};
    if (argc != 4 || !(upload.data = read_file(argv[2], &upload.size))) {
        fprintf(stderr, "usage: put_floor URL FILE COUNT\n");
        return 2;
    }
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
    curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload.size);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 2L * 1024 * 1024);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    bool good = true;
    for (int i = 0; good && i <= atoi(argv[3]); i++) {
        double begin = now_ms();
        good = put(curl, &upload, argv[1], i);
        if (i > 0)
            printf("%.3f\n", now_ms() - begin);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free((char *)upload.data);
    return good ? 0 : 1;
}
