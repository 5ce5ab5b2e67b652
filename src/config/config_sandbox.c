/* SPDX-License-Identifier: MIT */
/* A list of paths from two sources: those of the configuration, and those of the system, which
 * names, certificates and libraries are read from in the course of things. Most of the latter do
 * not exist on any one system.
 *
 * Files of the system are replaced, not rewritten, when something changes, and then the new one is
 * not what was let through. So where it can be it is their directory that is. For /etc/resolv.conf,
 * which changes with the network, that is the directory that it leads to, or is in: /etc itself,
 * unless the user is root, who could read more there than everybody can, or it is mounted there by
 * itself, as in a container. */
#include "config/config_sandbox.h"

#include "base/array.h"
#include "base/directory.h"
#include "base/sandbox.h"
#include "storage/providers/local_tree.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STATE_MODE = 0700 };

static const struct sandbox_path system_paths[] = {
    {"/dev/null", SANDBOX_WRITE},
    {"/dev/urandom", SANDBOX_READ},
    {"/proc/self", SANDBOX_READ},
    {"/proc/sys/vm/overcommit_memory", SANDBOX_READ}, /* malloc() */
    {"/proc/sys/crypto", SANDBOX_READ},
    {"/sys/devices/system/cpu", SANDBOX_READ},
    {"/etc/localtime", SANDBOX_READ},
    {"/usr/share/zoneinfo", SANDBOX_READ},
    /* Names. The C library loads its ways of looking them up (nsswitch.conf) when it needs them. */
    {"/etc/resolv.conf", SANDBOX_READ},
    {"/etc/hosts", SANDBOX_READ},
    {"/etc/host.conf", SANDBOX_READ},
    {"/etc/nsswitch.conf", SANDBOX_READ},
    {"/etc/gai.conf", SANDBOX_READ},
    {"/etc/services", SANDBOX_READ},
    {"/etc/protocols", SANDBOX_READ},
    {"/etc/mdns.allow", SANDBOX_READ},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/run/systemd/resolve", SANDBOX_READ},
    {"/run/NetworkManager", SANDBOX_READ},
    {"/run/resolvconf", SANDBOX_READ},
    {"/lib", SANDBOX_READ},
    {"/lib64", SANDBOX_READ},
    {"/usr/lib", SANDBOX_READ},
    {"/usr/lib64", SANDBOX_READ},
    {"/usr/local/lib", SANDBOX_READ},
    {"/nix/store", SANDBOX_READ},
    {"/gnu/store", SANDBOX_READ},
    /* Certificates; the directories are full of links to each other. */
    {"/etc/ssl/certs", SANDBOX_READ},
    {"/etc/ssl/openssl.cnf", SANDBOX_READ},
    {"/etc/ca-certificates", SANDBOX_READ},
    {"/etc/crypto-policies", SANDBOX_READ},
    {"/etc/pki", SANDBOX_READ},
    {"/usr/share/ca-certificates", SANDBOX_READ},
    {"/usr/local/share/ca-certificates", SANDBOX_READ},
    {"/var/lib/ca-certificates", SANDBOX_READ},
};

struct paths {
    struct sandbox_path *items;
    size_t count;
};

static void paths_finish(struct paths *paths)
{
    free(paths->items);
}

/* Room for all that is added: these, the sources, and as many more as have names here. */
static bool paths_init(struct paths *paths, const char *sources, struct error *error)
{
    size_t room = LENGTH(system_paths) + 8;
    for (const char *next = sources; next; next = strchr(next + 1, ':'))
        room++;
    paths->items = calloc(room, sizeof *paths->items);
    return paths->items || error_no_memory(error);
}

static void paths_add(struct paths *paths, const char *path, enum sandbox_use use)
{
    if (path && *path)
        paths->items[paths->count++] = (struct sandbox_path){path, use};
}

/* The directory that the resolver's configuration appears in anew when it changes; NULL: see above.
 */
static const char *resolver_directory(char place[PATH_MAX])
{
    struct stat file, directory;
    char *slash;
    if (!realpath("/etc/resolv.conf", place) || stat(place, &file) < 0)
        return NULL;
    slash = strrchr(place, '/');
    slash[slash == place] = '\0';
    if (stat(place, &directory) < 0 || directory.st_dev != file.st_dev || strcmp(place, "/") == 0)
        return NULL;
    return strcmp(place, "/etc") == 0 && geteuid() == 0 ? NULL : place;
}

static void add_system(struct paths *paths, char place[PATH_MAX])
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    for (size_t i = 0; i < LENGTH(system_paths); i++)
        paths_add(paths, system_paths[i].path, system_paths[i].use);
    paths_add(paths, resolver_directory(place), SANDBOX_READ);
    paths_add(paths, curl->cainfo, SANDBOX_READ);
    paths_add(paths, curl->capath, SANDBOX_READ);
}

/* What fails here fails again when it is used, with an error of its own. */
static void make_directory(const char *path, mode_t mode)
{
    int fd = path && *path ? directory_open(path, mode) : -1;
    close_cleanup(&fd);
}

static void add_provider(struct paths *paths, const struct config *config)
{
    if (config->provider == CONFIG_LOCAL) {
        make_directory(config->storage_dir, local_tree_mode(config->storage_private));
        make_directory(config->state_dir, STATE_MODE);
        paths_add(paths, config->storage_dir, SANDBOX_WRITE);
        paths_add(paths, config->state_dir, SANDBOX_WRITE);
    } else {
        paths_add(paths, config->s3_ca_bundle, SANDBOX_READ);
        paths_add(paths, config->s3_keys_from ? NULL : config->aws_credentials_file, SANDBOX_READ);
    }
}

bool config_sandbox_enter(const struct config *config, struct error *error)
{
    CLEANUP(paths_finish) struct paths paths = {0};
    CLEANUP(free_cleanup) char *sources = NULL;
    char place[PATH_MAX];
    if (config->image_source_dirs && !(sources = strdup(config->image_source_dirs)))
        return error_no_memory(error);
    if (!paths_init(&paths, sources, error))
        return false;
    add_system(&paths, place);
    add_provider(&paths, config);
    char *rest = sources;
    for (char *directory; (directory = strsep(&rest, ":"));)
        paths_add(&paths, directory, SANDBOX_READ);
    return sandbox_enter(paths.items, paths.count, error);
}
