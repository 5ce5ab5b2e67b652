/* SPDX-License-Identifier: MIT */
#ifndef MCP_MESSAGE_H
#define MCP_MESSAGE_H

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/data_url.h"

#include <jansson.h>
#include <stdatomic.h>

/* One line of input: its JSON text, out of which long base64 strings have been lifted. */

/* A string that was decoded as it arrived. In the text a marker stands in its place: U+0000, a
 * nonce of this process that nobody is told, and its index. U+0000 becomes U+FFFD in everything
 * else that a client writes, so that no other string can look like one. */
struct lifted_string {
    char head[DATA_URL_HEAD_MAX + 1]; /* "data:image/png;base64," or "" */
    struct base64_decoder decoder;    /* ended: decoder.blob holds the bytes */
    size_t limit;                     /* the most it was allowed to decode to, bytes */

    /* Why there are no bytes, unless its code is ERROR_NONE: ERROR_TOO_LARGE, or ERROR_INVALID when
     * it began as base64, is none, and is too long to be kept as text. */
    struct error error;
};

enum message_problem {
    MESSAGE_OK,
    MESSAGE_TOO_LONG, /* over the limit of text; long strings or the end of the line were dropped */
    MESSAGE_TOO_DEEP, /* nested deeper than MESSAGE_MAX_DEPTH; the rest of the line was dropped */
    MESSAGE_NO_MEMORY,
};

enum {
    MESSAGE_MAX_DEPTH = 64,
    MESSAGE_MAX_VALUES = 100000, /* 25 MB, if all are empty objects */
    MESSAGE_NONCE_SIZE = 33,
};

/* A byte order mark, which some clients write first. */
#define MESSAGE_MARK "\xEF\xBB\xBF"

struct message_echo;

/* Shared by the requests of a batch, hence counted. */
struct message {
    struct buffer text; /* until message_parse() has read it; text.max stays */
    struct lifted_string **lifted;
    size_t lifted_count;
    enum message_problem problem;
    char nonce[MESSAGE_NONCE_SIZE];
    json_t *root;                /* after message_parse() */
    size_t memory;               /* bytes, about: of the root and what is kept beside it */
    struct message_echo *echoes; /* see message_echo() */
    size_t echo_count;
    atomic_uint references;
};

/* Returns NULL when there is no memory. One reference is the caller's. */
struct message *message_create(size_t max_text, const char nonce[MESSAGE_NONCE_SIZE]);
struct message *message_ref(struct message *message);
/* Takes NULL. */
void message_unref(struct message *message);
DEFINE_CLEANUP(struct message *, message_unref)

/* The memory it holds, in bytes, for back-pressure. */
size_t message_size(const struct message *message);

/* Parses the text into message->root, as json_read() does (a byte order mark before it is passed
 * over). ERROR_INVALID says where and what, ERROR_TOO_LARGE which limit is exceeded;
 * ERROR_NO_MEMORY. */
bool message_parse(struct message *message, struct error *error) MUST_CHECK;

/* The JSON text of an id or a progress token, for going back to the client as it came: its value
 * may have been mended or rounded. The caller frees it; NULL: no memory. */
char *message_echo(const struct message *message, const json_t *value);

/* The text of the id of a request whose line cannot be parsed: the first string or number that is
 * the value of a member "id" of the outermost object, as far as the text goes; NULL if there is
 * none. The caller frees it. */
char *message_find_id(const struct message *message);

/* What was lifted out where this string stands, or NULL for an ordinary string. Borrowed. */
struct lifted_string *message_lifted(const struct message *message, const json_t *string);

/* Puts the text back wherever a lifted string stands in `value`, except where the JSON Schema of
 * the value (NULL: nothing is known of it) says that a member is bytes: contentEncoding.
 * ERROR_TOO_LARGE when the text is not there any more, or longer than the text of a message may be.
 */
bool message_restore(struct message *message, json_t *value, const json_t *schema,
                     struct error *error) MUST_CHECK;

#endif
