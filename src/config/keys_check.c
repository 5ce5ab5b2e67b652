/* SPDX-License-Identifier: MIT */
/* A store answers swapped keys with a refusal that speaks of an unknown key or a wrong signature,
 * which sends people looking elsewhere. Services give their access keys a form that their secrets
 * do not have; only where both keys are of a form that fits the other place they are called
 * swapped. Stores of one's own take any text, also the same one twice. */
#include "config/keys_check.h"

#include "base/array.h"

#include <string.h>

#define UPPER   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"
#define HEX     DIGITS "abcdef"
#define LETTERS UPPER "abcdefghijklmnopqrstuvwxyz"

/* What a key looks like. */
struct form {
    const char *begin, *characters;
    size_t min, max; /* its length */
};

static const struct {
    struct form access, secret;
} services[] = {
    /* AWS, also temporary */
    {{"AKIA", UPPER DIGITS, 16, 32}, {"", LETTERS DIGITS "/+", 40, 40}},
    {{"ASIA", UPPER DIGITS, 16, 32}, {"", LETTERS DIGITS "/+", 40, 40}},
    {{"", HEX, 32, 32}, {"", HEX, 64, 64}},                              /* Cloudflare R2 */
    {{"DO", UPPER DIGITS, 20, 20}, {"", LETTERS DIGITS "/+", 43, 43}},   /* DigitalOcean */
    {{"00", HEX, 25, 25}, {"K00", LETTERS DIGITS "/+", 31, 31}},         /* Backblaze B2 */
    {{"GOOG", UPPER DIGITS, 24, 61}, {"", LETTERS DIGITS "/+", 40, 40}}, /* Google */
    {{"SCW", UPPER DIGITS, 20, 20}, {"", HEX "-", 36, 36}},              /* Scaleway */
    {{"tid_", LETTERS DIGITS "_-", 8, 128}, {"tsec_", LETTERS DIGITS "_-+/", 8, 128}}, /* Tigris */
};

static bool has_form(const char *key, const struct form *form)
{
    size_t length = strlen(key);
    return length >= form->min && length <= form->max &&
           strncmp(key, form->begin, strlen(form->begin)) == 0 &&
           strspn(key, form->characters) == length;
}

bool keys_check_swapped(const char *access_key, const char *secret_key)
{
    for (size_t i = 0; i < LENGTH(services); i++)
        if (has_form(secret_key, &services[i].access) && has_form(access_key, &services[i].secret))
            return true;
    return false;
}
