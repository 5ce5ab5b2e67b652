/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

/* Stands in for libFuzzer: gives every file of the directories named to the target, once. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_SIZE = 1024 * 1024 };

static bool replay_file(const char *directory, const char *name)
{
    static uint8_t data[INPUT_SIZE];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    CLEANUP(fclose_cleanup) FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof data, file));
    return !ferror(file);
}

static int replay_directory(const char *path)
{
    int count = 0;
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (entry->d_name[0] != '.') {
            if (!replay_file(path, entry->d_name))
                fprintf(stderr, "%s/%s cannot be read\n", path, entry->d_name);
            else
                count++;
        }
    if (directory)
        closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += replay_directory(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
