/* SPDX-License-Identifier: MIT */
/* What can be told without the store: settings, keys, and the local directory. */
#include "base/quote.h"
#include "doctor/doctor_state.h"

#include "config/config_storage.h"
#include "storage/drafts.h"
#include "storage/providers/s3.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { SPACE_SCARCE = 100 * 1000 * 1000 }; /* bytes */

static const char *folder(const struct config *config)
{
    return *config->s3_prefix ? config->s3_prefix : "/";
}

static void report_problems(struct doctor *doctor, const char *problems)
{
    while (*problems) {
        size_t length = strcspn(problems, "\n");
        doctor_report(doctor, FINDING_FAILED, NULL, "%.*s", (int)length, problems);
        problems += length + strspn(problems + length, "\n");
    }
}

/* Whether the parts of S3's configuration that the store need not judge can be right. */
static bool check_bucket_and_region(struct doctor *doctor)
{
    struct error error;
    if (!endpoint_from_config(&doctor->config, &doctor->endpoint, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return false;
    }
    if (endpoint_region_valid(doctor->config.s3_region))
        return true;
    doctor_report(doctor, FINDING_FAILED, "set S3_REGION to one such as us-east-1, or auto for R2",
                  "%s cannot be a region", quoted(doctor->config.s3_region, 64).text);
    return false;
}

static void configure_s3(struct doctor *doctor)
{
    const struct config *config = &doctor->config;
    const char *named = config->s3_endpoint_names_bucket && config->s3_endpoint_names_region
                            ? " (bucket and region as S3_ENDPOINT has them)"
                        : config->s3_endpoint_names_bucket ? " (bucket as S3_ENDPOINT has it)"
                        : config->s3_endpoint_names_region ? " (region as S3_ENDPOINT has it)"
                                                           : "";
    if (check_bucket_and_region(doctor))
        doctor_report(doctor, FINDING_OK, NULL, "bucket \"%s\" at %s, region %s, folder %s%s",
                      config->s3_bucket, config->s3_endpoint ? config->s3_endpoint : "AWS",
                      config->s3_region, folder(config), named);
}

static void configure_local(struct doctor *doctor)
{
    struct error error;
    if (!storage_provider_from_config(&doctor->config, &doctor->provider, &error))
        doctor_report_error(doctor, FINDING_FAILED, &error);
    else
        doctor_report(doctor, FINDING_OK, NULL, "a local directory, folder %s",
                      folder(&doctor->config));
}

void check_configuration(struct doctor *doctor)
{
    CLEANUP(buffer_finish) struct buffer problems = BUFFER_INIT(64 * 1024);
    struct error error;
    if (!config_load(NULL, &doctor->config, &problems))
        report_problems(doctor, config_problems(&problems));
    else if (!name_probe(doctor, &error))
        doctor_report_error(doctor, FINDING_FAILED, &error);
    else if (doctor->config.provider == CONFIG_S3)
        configure_s3(doctor);
    else
        configure_local(doctor);
}

void check_credentials(struct doctor *doctor)
{
    const struct config *config = &doctor->config;
    CLEANUP(credentials_finish) struct credentials credentials = {0};
    struct error error;
    if (!credentials_from_config(config, &credentials, &error) ||
        !storage_provider_from_config(config, &doctor->provider, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    doctor->client = s3_provider_client(doctor->provider);
    const char *temporary = credentials.session_token ? ", temporary" : "";
    if (config->s3_keys_from)
        doctor_report(doctor, FINDING_OK, NULL, "from %s%s", config->s3_keys_from, temporary);
    else
        doctor_report(doctor, FINDING_OK, NULL, "from profile \"%s\" of %s%s", config->aws_profile,
                      config->aws_credentials_file, temporary);
}

/* The directory, or if it is missing the one above it that is there. */
static bool find_existing(const char *directory, char path[PATH_MAX], struct stat *ret_stat)
{
    snprintf(path, PATH_MAX, "%s", directory);
    while (stat(path, ret_stat) < 0) {
        char *slash = strrchr(path, '/');
        if (errno != ENOENT || !slash || strcmp(path, "/") == 0)
            return false;
        slash[slash == path ? 1 : 0] = '\0';
    }
    return true;
}

static void report_directory(struct doctor *doctor, const char *fix, const char *path)
{
    doctor_report(doctor, FINDING_FAILED, fix, "%s: %s", path, strerror(errno));
}

void check_directory(struct doctor *doctor)
{
    const char *directory = doctor->config.storage_dir;
    char path[PATH_MAX];
    struct stat stat;
    bool exists = find_existing(directory, path, &stat);
    if (exists && !S_ISDIR(stat.st_mode)) {
        errno = ENOTDIR;
        exists = false;
    }
    if (!exists)
        report_directory(doctor, "set IMAGE_STORAGE_DIR to a directory", path);
    else if (access(path, W_OK | X_OK) < 0)
        report_directory(
            doctor,
            "give the user who runs the server write permission, or set IMAGE_STORAGE_DIR "
            "to another directory",
            path);
    else if (strcmp(path, directory) == 0)
        doctor_report(doctor, FINDING_OK, NULL, "%s exists and is writable", directory);
    else
        doctor_report(doctor, FINDING_OK, NULL, "%s does not exist yet and can be created",
                      directory);
}

/* What takes space and is in no count. */
static void check_drafts(struct doctor *doctor)
{
    CLEANUP(storage_provider_destroy_cleanup) struct storage_provider *provider = NULL;
    uint64_t count, bytes;
    struct error error;
    if (!storage_provider_from_config(&doctor->config, &provider, &error) ||
        !drafts_count(provider, doctor->operation, doctor->config.s3_prefix, &count, &bytes,
                      &error))
        doctor_report_error(doctor, FINDING_WARNING, &error);
    else if (count > 0)
        doctor_report(doctor, FINDING_OK, NULL,
                      "%.1f MB are unfinished files of saves that broke off or are under way (%llu "
                      "in all); a clean-up removes what is older than a day",
                      (double)bytes / 1e6, (unsigned long long)count);
}

void check_space(struct doctor *doctor)
{
    static const char fix[] = "free some space, or set IMAGE_STORAGE_DIR to another disk";
    char path[PATH_MAX];
    struct stat stat;
    struct statvfs space;
    if (!find_existing(doctor->config.storage_dir, path, &stat) || statvfs(path, &space) < 0) {
        doctor_report(doctor, FINDING_WARNING, NULL, "the free space cannot be read: %s",
                      strerror(errno));
        return;
    }
    unsigned long long bytes = (unsigned long long)space.f_bavail * space.f_frsize;
    if (space.f_blocks == 0)
        doctor_report(doctor, FINDING_OK, NULL, "the file system has no limit");
    else if (bytes == 0)
        doctor_report(doctor, FINDING_FAILED, fix, "the disk is full");
    else if (bytes < SPACE_SCARCE)
        doctor_report(doctor, FINDING_WARNING, fix, "only %.1f MB are left", (double)bytes / 1e6);
    else
        doctor_report(doctor, FINDING_OK, NULL, "%.1f GB", (double)bytes / 1e9);
    check_drafts(doctor);
}

/* Opened as save_image does it. */
static void check_source(struct doctor *doctor, const char *directory)
{
    CLEANUP(close_cleanup) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        doctor_report(doctor, FINDING_OK, NULL, "%s is readable", directory);
    else
        doctor_report(doctor, FINDING_FAILED,
                      "set IMAGE_SOURCE_DIRS to directories that the user who runs the server may "
                      "read",
                      "%s: %s", directory, strerror(errno));
}

void check_sources(struct doctor *doctor)
{
    const char *directories = doctor->config.image_source_dirs;
    if (!directories) {
        doctor_report(doctor, FINDING_OK, NULL,
                      "none (IMAGE_SOURCE_DIRS is not set): images cannot be given by path");
        return;
    }
    CLEANUP(free_cleanup) char *copy = strdup(directories);
    char *rest = copy;
    struct error error;
    if (!copy) {
        error_no_memory(&error);
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    for (char *directory; (directory = strsep(&rest, ":"));)
        if (*directory)
            check_source(doctor, directory);
}
