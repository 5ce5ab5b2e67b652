/* SPDX-License-Identifier: MIT */
#ifndef PUBLIC_URL_PUBLIC_URL_JUDGE_H
#define PUBLIC_URL_PUBLIC_URL_JUDGE_H

#include "base/finding.h"
#include "public_url/public_url_target.h"

/* What came back. */
struct public_url_answer {
    int result;         /* CURLcode; 0: a whole response came */
    const char *detail; /* libcurl's words about another result */
    long status;
    const char *content_type; /* NULL: none was sent */
    const char *location;     /* that it redirects to; NULL: none */
    const char *body;         /* perhaps only its beginning */
    size_t body_size;
    bool same; /* it is the stored bytes */
};

/* The finding about an answer, with the classic mistakes called by their names. Pure. */
void public_url_judge(const struct public_url_target *target,
                      const struct public_url_answer *answer, struct finding *finding);

#endif
