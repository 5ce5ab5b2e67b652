/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_PROVIDERS_LOCAL_TREE_H
#define STORAGE_PROVIDERS_LOCAL_TREE_H

#include "storage/provider.h"

#include <pthread.h>
#include <sys/stat.h>

/* Of directories that are made, less the umask. */
static inline mode_t local_tree_mode(bool is_private)
{
    return is_private ? 0700 : 0777;
}

/* The directory of the local provider, in which a key is a path. */
struct local_tree {
    char *directory;       /* absolute, without a trailing slash */
    bool is_private;       /* what is made in it is for this user alone */
    pthread_mutex_t mutex; /* held while directories are opened and made */
};

/* Opens the directory that the key's file is in; with `create` it is made when missing, and lasts.
 * *ret_name is the file's name there, inside the key. Returns -1 and errno; EINVAL: a key that
 * could lead elsewhere. */
int local_tree_open_parent(struct local_tree *tree, const char *key, bool create,
                           const char **ret_name);

/* Opens the directory of this path: "" or segments that each end with a slash. Returns -1 and
 * errno. */
int local_tree_open_directory(struct local_tree *tree, const char *path);

int64_t local_tree_modified_ms(const struct stat *stat);

/* The sentence for errno: "cannot <what> <directory>/<path>: <why>". Returns false. */
bool local_tree_fail(const struct local_tree *tree, const char *what, const char *path,
                     struct error *error);

/* The provider's list operation: names are read and sorted one directory at a time. */
bool local_list(struct local_tree *tree, const struct operation *operation,
                const struct object_query *query, object_each *each, void *argument,
                struct error *error) MUST_CHECK;

/* The provider's list_drafts operation: the files that draft.h has left. */
bool local_list_drafts(struct local_tree *tree, const struct operation *operation,
                       const char *prefix, object_each *each, void *argument,
                       struct error *error) MUST_CHECK;

#endif
