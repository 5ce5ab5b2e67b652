/* SPDX-License-Identifier: MIT */
/* A walk over the tree in the order of the bytes of the keys. The names of one directory are read
 * and sorted, a directory's own with the slash that follows them in keys ("a-b" comes before "a/"),
 * and then visited in turn. What cannot have a key that is wanted is left out at once. A directory
 * is closed before those in it are visited, so the depth of the tree costs no descriptors. */
#include "storage/image_key.h"

#include "base/array.h"
#include "storage/providers/local_tree.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { PATH_SIZE_MAX = IMAGE_KEY_MAX + sizeof(((struct dirent *)0)->d_name) };

struct walk {
    struct local_tree *tree;
    const struct operation *operation;
    const struct object_query *query;
    object_each *each;
    void *argument;
    bool drafts;        /* what has a draft's name is listed, and nothing else */
    struct buffer path; /* of where we are; a directory's is empty or ends with a slash */
    bool ended;
};

struct names {
    char **items;
    size_t count, capacity;
};

static void names_finish(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static bool names_add(struct names *names, const char *name, struct error *error)
{
    if (!ARRAY_RESERVE(names->items, names->count, &names->capacity, error))
        return false;
    char *copy = strdup(name);
    if (!copy)
        return error_no_memory(error);
    names->items[names->count++] = copy;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void closedir_cleanup(DIR **place)
{
    if (*place)
        closedir(*place);
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static void cut_path(struct walk *walk, size_t size)
{
    walk->path.size = size;
    buffer_terminate(&walk->path);
}

static bool is_directory(const struct walk *walk)
{
    return walk->path.size == 0 || walk->path.data[walk->path.size - 1] == '/';
}

/* Whether the directory at walk->path is listed itself, in place of what is in it. */
static bool is_rollup(const struct walk *walk)
{
    const char *prefix = walk->query->prefix;
    return walk->query->delimiter && begins_with(walk->path.data, prefix) &&
           walk->path.size > strlen(prefix);
}

/* Whether what is at walk->path, or something in it, may be wanted. */
static bool is_wanted(const struct walk *walk)
{
    const struct object_query *query = walk->query;
    const char *path = walk->path.data, *after = query->after ? query->after : "";
    bool matches = begins_with(path, query->prefix) ||
                   (is_directory(walk) && begins_with(query->prefix, path));
    bool follows = strcmp(path, after) > 0 ||
                   (is_directory(walk) && !is_rollup(walk) && begins_with(after, path));
    return matches && follows && walk->path.size <= IMAGE_KEY_MAX;
}

static unsigned char type_of(DIR *stream, const struct dirent *entry)
{
    struct stat stat;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(dirfd(stream), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return IFTODT(stat.st_mode);
}

static bool keep_name(struct walk *walk, DIR *stream, const struct dirent *entry,
                      struct names *names, struct error *error)
{
    unsigned char type = type_of(stream, entry);
    const char *name = entry->d_name;
    size_t size = walk->path.size;
    if ((type != DT_DIR && type != DT_REG) || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        (type == DT_REG && begins_with(name, DRAFT_PREFIX) != walk->drafts))
        return true;
    if (!buffer_append_string(&walk->path, name, error) ||
        (type == DT_DIR && !buffer_append_char(&walk->path, '/', error)))
        return false;
    bool kept = !is_wanted(walk) || names_add(names, walk->path.data + size, error);
    cut_path(walk, size);
    return kept;
}

static bool read_names(struct walk *walk, DIR *stream, struct names *names, struct error *error)
{
    const struct dirent *entry;
    while ((errno = 0, entry = readdir(stream)))
        if (!keep_name(walk, stream, entry, names, error))
            return false;
    if (errno)
        return local_tree_fail(walk->tree, "list", walk->path.data, error);
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    return true;
}

/* Opens the directory at walk->path. NULL in *ret_stream: there is none, perhaps not any more. */
static bool open_stream(struct walk *walk, DIR **ret_stream, struct error *error)
{
    static const int none[] = {ENOENT, ENOTDIR, ELOOP, EINVAL, ENAMETOOLONG};
    CLEANUP(close_cleanup) int fd = local_tree_open_directory(walk->tree, walk->path.data);
    for (size_t i = 0; fd < 0 && i < LENGTH(none); i++)
        if (errno == none[i])
            return true;
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream)
        return local_tree_fail(walk->tree, "list", walk->path.data, error);
    fd = -1;
    *ret_stream = stream;
    return true;
}

static bool visit_directory(struct walk *walk, struct error *error);

static bool hand_on(struct walk *walk, const struct object_entry *entry, struct error *error)
{
    return walk->each(walk->argument, entry, &walk->ended, error);
}

static bool stop_at_first(void *argument, const struct object_entry *entry, bool *stop,
                          struct error *error)
{
    (void)entry;
    (void)error;
    *(bool *)argument = *stop = true;
    return true;
}

/* A directory without files, like one that a put has just made, is nothing to a store. */
static bool visit_rollup(struct walk *walk, struct error *error)
{
    bool filled = false;
    const struct object_query everything = {.prefix = walk->path.data};
    const struct object_entry entry = {.key = walk->path.data, .is_prefix = true};
    if (!local_list(walk->tree, walk->operation, &everything, stop_at_first, &filled, error))
        return false;
    return !filled || hand_on(walk, &entry, error);
}

/* A file that is gone by now is no more in the list than one that comes later. */
static bool visit_file(struct walk *walk, DIR **stream, const char *name, size_t directory_size,
                       struct error *error)
{
    struct stat stat;
    if (!*stream) {
        cut_path(walk, directory_size);
        if (!open_stream(walk, stream, error))
            return false;
        if (!*stream)
            return true;
        if (!buffer_append_string(&walk->path, name, error))
            return false;
    }
    if (fstatat(dirfd(*stream), name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT || local_tree_fail(walk->tree, "list", walk->path.data, error);
    if (!S_ISREG(stat.st_mode))
        return true;
    const struct object_entry entry = {
        .key = walk->path.data,
        .size = (uint64_t)stat.st_size,
        .modified_ms = local_tree_modified_ms(&stat),
    };
    return hand_on(walk, &entry, error);
}

static bool visit(struct walk *walk, DIR **stream, const char *name, struct error *error)
{
    size_t size = walk->path.size;
    if (!operation_check(walk->operation, error) || !buffer_append_string(&walk->path, name, error))
        return false;
    bool done;
    if (!is_directory(walk)) {
        done = visit_file(walk, stream, name, size, error);
    } else if (is_rollup(walk)) {
        done = visit_rollup(walk, error);
    } else {
        closedir_cleanup(stream);
        *stream = NULL;
        done = visit_directory(walk, error);
    }
    cut_path(walk, size);
    return done;
}

static bool visit_directory(struct walk *walk, struct error *error)
{
    CLEANUP(closedir_cleanup) DIR *stream = NULL;
    CLEANUP(names_finish) struct names names = {0};
    if (!operation_check(walk->operation, error) || !open_stream(walk, &stream, error))
        return false;
    if (stream && !read_names(walk, stream, &names, error))
        return false;
    for (size_t i = 0; i < names.count && !walk->ended; i++)
        if (!visit(walk, &stream, names.items[i], error))
            return false;
    return true;
}

static bool list_files(struct walk *walk, struct error *error)
{
    const char *prefix = walk->query->prefix, *slash = strrchr(prefix, '/');
    size_t directory_size = slash ? (size_t)(slash - prefix) + 1 : 0;
    if (directory_size > IMAGE_KEY_MAX)
        return true;
    walk->path = BUFFER_INIT(PATH_SIZE_MAX);
    bool done = buffer_append(&walk->path, prefix, directory_size, error) &&
                visit_directory(walk, error);
    buffer_finish(&walk->path);
    return done;
}

bool local_list(struct local_tree *tree, const struct operation *operation,
                const struct object_query *query, object_each *each, void *argument,
                struct error *error)
{
    struct walk walk = {
        .tree = tree,
        .operation = operation,
        .query = query,
        .each = each,
        .argument = argument,
    };
    return list_files(&walk, error);
}

bool local_list_drafts(struct local_tree *tree, const struct operation *operation,
                       const char *prefix, object_each *each, void *argument, struct error *error)
{
    const struct object_query query = {.prefix = prefix};
    struct walk walk = {
        .tree = tree,
        .operation = operation,
        .query = &query,
        .each = each,
        .argument = argument,
        .drafts = true,
    };
    return list_files(&walk, error);
}
